//! What a system refuses waits for its person, holds up nobody else, and is told in words.

use std::{collections::BTreeMap, time::Duration};

use chrono::{TimeDelta, Utc};
use futures::future::join_all;
use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use rounds_simulator::{Fault, FaultSpec};

use crate::clinic::{COMMENT, Clinic, SYSTEM, until};

fn status(code: u16) -> Fault {
    Fault::Status { code, body: None, headers: BTreeMap::new(), applied: false }
}

#[tokio::test]
async fn a_refused_comment_waits_for_its_person_and_the_others_go_on() {
    let refusals = [
        ("401 on this case only", Fault::Unauthorized, ReasonKind::Refused, "API key"),
        ("403", status(403), ReasonKind::Refused, "does not allow"),
        ("404", status(404), ReasonKind::Gone, "no longer has"),
        ("410", status(410), ReasonKind::Gone, "no longer has"),
        ("409", status(409), ReasonKind::Conflict, "conflict"),
        ("422", status(422), ReasonKind::Refused, "422"),
        ("400", status(400), ReasonKind::Refused, "400"),
    ];
    let stories = refusals.into_iter().map(|(what, fault, kind, said)| async move {
        let clinic = Clinic::at_work(8).await;
        let cases = clinic.cases();
        clinic.fault(FaultSpec::new(SYSTEM, fault).on_method("POST").on_path(&cases[0]).times(-1));
        let refused = clinic.write(&cases[0], "refused", true).await;
        let behind = clinic.write(&cases[0], "behind it", true).await;
        let elsewhere = clinic.write(&cases[1], "elsewhere", true).await;
        clinic.sync().await;
        let row = clinic.row(refused).await;
        assert_eq!(row.state, OutboxState::NeedsPerson, "{what}: {:?}", row.reason);
        let reason = row.reason.expect("a person must be able to read why it waits");
        assert_eq!(reason.kind, kind, "{what}: {}", reason.text);
        assert!(reason.text.contains(said), "{what}: {}", reason.text);
        assert_eq!(clinic.row(elsewhere).await.state, OutboxState::Confirmed, "{what}: another case is not held up");
        let held = clinic.row(behind).await;
        assert_eq!(
            (held.state, held.words.as_str()),
            (OutboxState::Queued, "saved here, waiting for the action before it"),
            "{what}"
        );
        assert_eq!(clinic.view().await.trouble, None, "{what}: the account is fine");
        assert_eq!(clinic.found("is:needsme").await.into_iter().collect::<Vec<_>>(), [cases[0].clone()], "{what}");

        assert!(clinic.rounds().discard(refused, "  ").await.is_err(), "{what}: giving up takes a reason");
        clinic.rounds().discard(refused, "wrong case").await.unwrap();
        clinic.simulator.clear_faults();
        clinic.settle().await;
        assert_eq!(clinic.row(behind).await.state, OutboxState::Confirmed, "{what}: the way is free");
        let texts: Vec<_> =
            clinic.effects_on(&cases[0]).into_iter().map(|effect| effect.payload["text"].clone()).collect();
        assert_eq!(texts, ["behind it"], "{what}: what was given up never leaves");
    });
    join_all(stories).await;
}

#[tokio::test]
async fn a_comment_on_a_case_that_was_deleted_upstream_says_that_it_is_gone() {
    let clinic = Clinic::at_work(8).await;
    let cases = clinic.cases();
    clinic.simulator.delete(SYSTEM, &cases[0]).unwrap();
    let (gone, fine) =
        (clinic.write(&cases[0], "too late", false).await, clinic.write(&cases[1], "in time", false).await);
    clinic.settle().await;
    let row = clinic.row(gone).await;
    assert_eq!(
        (row.state, row.reason.clone().map(|reason| reason.kind)),
        (OutboxState::NeedsPerson, Some(ReasonKind::Gone))
    );
    assert!(row.reason.unwrap().text.contains("No Case found"), "the system's own words are shown");
    assert_eq!(clinic.row(fine).await.state, OutboxState::Confirmed);
    clinic.sync().await;
    clinic.sync().await;
    assert_eq!(
        clinic.found("is:needsme").await.len(),
        1,
        "the case is gone from the list, what was written on it is found"
    );
}

#[tokio::test]
async fn a_system_that_asks_to_wait_is_left_alone_for_as_long_as_it_asks() {
    let in_two_minutes = httpdate(Utc::now() + TimeDelta::seconds(120));
    for (what, value) in [("in seconds", "120"), ("as a date", in_two_minutes.as_str())] {
        let clinic = Clinic::at_work(8).await;
        let case = clinic.cases().remove(0);
        let headers = BTreeMap::from([("Retry-After".to_owned(), value.to_owned())]);
        clinic.next_comment_meets(Fault::Status { code: 429, body: None, headers, applied: false });
        let id = clinic.write(&case, "no hurry", false).await;
        let posts = || clinic.simulator.requests().by_method.get("carevalidate POST").copied().unwrap_or_default();
        for _ in 0..3 {
            clinic.sync().await;
            let row = clinic.row(id).await;
            assert_eq!((row.state, posts()), (OutboxState::Queued, 1), "{what}: it asked for two minutes");
            assert_eq!(row.words, "saved here, Clinic asked to wait", "{what}");
            clinic.clock.advance(Duration::from_secs(30));
        }
        clinic.clock.advance(Duration::from_secs(40));
        clinic.sync().await;
        assert_eq!(posts(), 2, "{what}: the two minutes are over");
        clinic.assert_exactly_once(&[(id, &case, "no hurry", false)], what).await;
    }
}

#[tokio::test]
async fn an_absurd_wait_is_capped_at_an_hour() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    let headers = BTreeMap::from([("Retry-After".to_owned(), "99999999999".to_owned())]);
    clinic.next_comment_meets(Fault::Status { code: 429, body: None, headers, applied: false });
    let id = clinic.write(&case, "no hurry", false).await;
    clinic.sync().await;
    clinic.clock.advance(Duration::from_secs(3_602));
    clinic.sync().await;
    clinic.assert_exactly_once(&[(id, &case, "no hurry", false)], "after an hour").await;
}

#[tokio::test]
async fn comments_on_many_cases_leave_in_the_order_of_each_case() {
    let clinic = Clinic::at_work(12).await;
    let cases = clinic.cases();
    for (code, after) in [(503, 2), (429, 4), (500, 9)] {
        clinic.fault(FaultSpec::new(SYSTEM, status(code)).on_action(COMMENT).after(after));
    }
    let mut written = Vec::new();
    for round in ["one", "two", "three"] {
        for case in &cases[..6] {
            written.push((clinic.write(case, round, round == "two").await, case.as_str(), round, round == "two"));
        }
    }
    clinic.settle().await;
    clinic.assert_exactly_once(&written, "in disorder").await;
    for case in &cases[..6] {
        let texts: Vec<_> = clinic.effects_on(case).into_iter().map(|effect| effect.payload["text"].clone()).collect();
        assert_eq!(texts, ["one", "two", "three"], "first in, first out");
    }
}

#[tokio::test]
async fn what_is_done_again_is_not_overtaken_by_what_was_written_after_it() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    clinic.next_comment_meets(status(403));
    let refused = clinic.write(&case, "first", true).await;
    let behind = clinic.write(&case, "second", true).await;
    clinic.sync().await;
    assert_eq!(clinic.row(refused).await.state, OutboxState::NeedsPerson);
    let again = clinic.rounds().retry(refused).await.unwrap().id;
    clinic.settle().await;
    let written = [(again, case.as_str(), "first", true), (behind, case.as_str(), "second", true)];
    clinic.assert_exactly_once(&written, "done again").await;
    let texts: Vec<_> = clinic.effects_on(&case).into_iter().map(|effect| effect.payload["text"].clone()).collect();
    assert_eq!(texts, ["first", "second"], "first in, first out");
}

#[tokio::test]
async fn a_network_that_comes_back_is_enough() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    clinic.simulator.down(SYSTEM).await.unwrap();
    let id = clinic.write(&case, "written on the train", false).await;
    clinic.sync().await;
    assert_eq!(clinic.row(id).await.words, "saved here, Clinic cannot be reached");
    clinic.rounds().start();
    clinic.simulator.up(SYSTEM).unwrap();
    clinic.clock.advance(Duration::from_mins(5));
    clinic.rounds().sync_soon(rounds_engine::pull::plan::Extent::Recent).await.unwrap();
    until("it leaves by itself", || async { clinic.row(id).await.state == OutboxState::Confirmed }).await;
    assert_eq!(clinic.effects_on(&case).len(), 1);
    clinic.rounds().close(Duration::from_secs(10)).await.unwrap();
}

fn httpdate(at: chrono::DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
