//! Doubt is not failure: whatever becomes of a reply, a comment arrives exactly once.

use std::collections::BTreeMap;

use futures::future::join_all;
use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use rounds_simulator::{ContentLength, Fault, FaultSpec, Temperament};
use serde_json::json;

use crate::clinic::{COMMENT, Clinic, SYSTEM, options};

fn status(code: u16, applied: bool) -> Fault {
    Fault::Status { code, body: None, headers: BTreeMap::default(), applied }
}

fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("applied, reply lost", Fault::AppliedReplyLost),
        ("not applied, reply lost", Fault::NotAppliedReplyLost),
        ("not applied, no answer in time", Fault::Timeout { applied: false }),
        ("applied, no answer in time", Fault::Timeout { applied: true }),
        ("applied after the client had given up", Fault::Stall { ms: 4_000 }),
        ("applied a moment after the connection broke", Fault::AppliedLate { ms: 1_000 }),
        ("500, not applied", status(500, false)),
        ("500, applied", status(500, true)),
        ("502, applied", status(502, true)),
        ("503, not applied", status(503, false)),
        ("408, not applied", status(408, false)),
        ("a web page, not applied", Fault::Html { applied: false }),
        ("a web page, applied", Fault::Html { applied: true }),
        (
            "a web page with status 403, applied",
            Fault::Status {
                code: 403,
                body: Some(json!("<html>Sign in to the network</html>")),
                headers: BTreeMap::default(),
                applied: true,
            },
        ),
        (
            "204 without a body, applied",
            Fault::Status { code: 204, body: Some(json!("")), headers: BTreeMap::default(), applied: true },
        ),
        (
            "a redirect, applied",
            Fault::Status {
                code: 302,
                body: Some(json!("")),
                headers: [("Location".to_owned(), "/elsewhere".to_owned())].into(),
                applied: true,
            },
        ),
        ("half of the JSON, applied", Fault::CutJson { content_length: ContentLength::Right, applied: true }),
        ("half of the JSON, not applied", Fault::CutJson { content_length: ContentLength::Right, applied: false }),
        ("a body that breaks off, applied", Fault::CutJson { content_length: ContentLength::TooLong, applied: true }),
        ("a reset after 20 bytes, applied", Fault::ResetAfterBytes { bytes: 20, applied: true }),
        ("a reset before a byte was read", Fault::Refuse),
        ("a slow answer", Fault::Slow { bytes_per_second: 100 }),
    ]
}

#[tokio::test]
async fn whatever_becomes_of_the_reply_the_comment_arrives_exactly_once() {
    // A few at a time: each has a server, a profile and real time-outs of its own.
    for some in faults().chunks(6) {
        let stories = some.iter().map(|(what, fault)| async move {
            let clinic = Clinic::at_work(8).await;
            let case = clinic.cases().remove(0);
            clinic.next_comment_meets(fault.clone());
            let id = clinic.write(&case, "Please call her back", true).await;
            clinic.settle().await;
            clinic.assert_exactly_once(&[(id, &case, "Please call her back", true)], what).await;
            assert_eq!(clinic.simulator.faults()[0].struck, 1, "{what}: the fault struck");
        });
        join_all(stories).await;
    }
}

#[tokio::test]
async fn the_same_holds_at_an_unkind_system_that_names_no_ids_and_applies_late() {
    let stories = [
        ("applied, reply lost", Fault::AppliedReplyLost),
        ("not applied, reply lost", Fault::NotAppliedReplyLost),
        ("half of the JSON, applied", Fault::CutJson { content_length: ContentLength::Right, applied: true }),
    ];
    let stories = stories.into_iter().map(|(what, fault)| async move {
        let clinic = Clinic::open(options(30, Temperament::Unkind), &[("server_timeout_seconds", "5")]).await;
        clinic.simulator.change_settings(SYSTEM, &json!({"replyWithId": false, "drift": false})).unwrap();
        clinic.pull().await;
        let cases = clinic.cases();
        let mut written = Vec::new();
        // The same text twice on one case, the second in doubt; and once on another.
        clinic.fault(FaultSpec::new(SYSTEM, fault).on_action(COMMENT).after(1));
        for case in [&cases[0], &cases[0], &cases[1]] {
            written.push((
                clinic.write(case, "Called, no answer", false).await,
                case.as_str(),
                "Called, no answer",
                false,
            ));
        }
        clinic.settle().await;
        clinic.assert_exactly_once(&written, what).await;
    });
    join_all(stories).await;
}

#[tokio::test]
async fn not_there_counts_only_on_two_reads_past_the_servers_timeout() {
    let clinic = Clinic::at_work_with(8, &[("server_timeout_seconds", "60")]).await;
    let case = clinic.cases().remove(0);
    clinic.next_comment_meets(Fault::NotAppliedReplyLost);
    let id = clinic.write(&case, "Please call her back", false).await;
    let posts = || clinic.simulator.requests().by_method.get("carevalidate POST").copied().unwrap_or_default();
    clinic.sync().await;
    for seconds in [12, 12, 12] {
        let row = clinic.row(id).await;
        assert_eq!((row.state, row.words.as_str()), (OutboxState::Doubtful, "checking whether it arrived"));
        clinic.clock.advance(std::time::Duration::from_secs(seconds));
        clinic.sync().await;
        assert_eq!(posts(), 1, "the server may still be at it: nothing is sent again before its time is over");
    }
    clinic.clock.advance(std::time::Duration::from_secs(30));
    clinic.sync().await;
    assert_eq!(posts(), 1, "one read past the server's timeout is not enough");
    clinic.clock.advance(std::time::Duration::from_secs(11));
    clinic.sync().await;
    assert_eq!(posts(), 2, "two are");
    clinic.assert_exactly_once(&[(id, &case, "Please call her back", false)], "sent again").await;
}

#[tokio::test]
async fn what_was_applied_later_than_anybody_would_wait_is_seen_before_it_is_sent_again() {
    let clinic = Clinic::at_work_with(8, &[("request_timeout_seconds", "15")]).await;
    let case = clinic.cases().remove(0);
    clinic.pull().await;
    let gets = || clinic.simulator.requests().by_method["carevalidate GET"];
    let before = gets();
    clinic.pull().await;
    let pages = gets() - before;
    clinic.next_comment_meets(Fault::AppliedLate { ms: 5_000 });
    let id = clinic.write(&case, "Please call her back", false).await;
    clinic.sync().await;
    clinic.clock.advance(std::time::Duration::from_secs(11));
    // The second look finds nothing; while the read before sending is on its way, the comment appears after all.
    clinic.fault(FaultSpec::new(SYSTEM, Fault::Stall { ms: 6_000 }).on_method("GET").after(pages + 1));
    clinic.sync().await;
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "Please call her back", false)], "applied very late").await;
}

#[tokio::test]
async fn after_two_rounds_of_doubt_a_person_is_asked_and_nothing_more_is_sent() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    clinic.fault(FaultSpec::new(SYSTEM, Fault::NotAppliedReplyLost).on_action(COMMENT).times(-1));
    let id = clinic.write(&case, "Please call her back", false).await;
    clinic.settle().await;
    let row = clinic.row(id).await;
    assert_eq!((row.state, row.words.as_str(), row.attempts), (OutboxState::NeedsPerson, "possibly sent", 2));
    assert_eq!(row.choices, ["retry", "discard"]);
    clinic.simulator.clear_faults();
    clinic.settle().await;
    assert!(clinic.effects_on(&case).is_empty(), "only its person may send it again");
    let again = clinic.rounds().retry(id).await.unwrap();
    clinic.settle().await;
    assert_eq!(clinic.row(again.id).await.state, OutboxState::Confirmed);
    assert_eq!(clinic.effects_on(&case).len(), 1);
}

#[tokio::test]
async fn a_comment_under_a_name_that_is_not_the_configured_one_is_never_sent_twice() {
    // The system shows authors under the name it knows for their e-mail, whatever name was sent along.
    for (what, but) in [
        ("no name is configured", vec![("author_first_name", ""), ("author_last_name", "")]),
        ("the name is spelled otherwise", vec![("author_first_name", "Somebody"), ("author_last_name", "Else")]),
    ] {
        let clinic = Clinic::at_work_with(8, &but).await;
        let case = clinic.cases().remove(0);
        clinic.next_comment_meets(Fault::AppliedReplyLost);
        let id = clinic.write(&case, "Please call her back", false).await;
        clinic.settle().await;
        assert_eq!(clinic.effects_on(&case).len(), 1, "{what}: it did arrive, so it must not be sent again");
        let row = clinic.row(id).await;
        assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "possibly sent"), "{what}");
        assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent), "{what}");
    }
}

#[tokio::test]
async fn the_same_words_by_somebody_else_are_asked_about_although_my_id_is_known() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    let mine = clinic.write(&case, "first, so that my id is known", false).await;
    clinic.settle().await;
    // Who I am is learned from the first comment of mine that comes back after doubt.
    clinic.next_comment_meets(Fault::AppliedReplyLost);
    let second = clinic.write(&case, "second", false).await;
    clinic.settle().await;
    // It may be a colleague's, or mine under another account than the one that I am known by.
    let colleague = json!({"caseId": case, "comment": {"text": "Seen", "authorIndex": 3}});
    clinic.next_comment_meets(Fault::NotAppliedReplyLost);
    let third = clinic.write(&case, "Seen", false).await;
    clinic.sync().await;
    clinic.simulator.edit(SYSTEM, &colleague).unwrap();
    clinic.settle().await;
    let row = clinic.row(third).await;
    assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "possibly sent"), "{:?}", row.reason);
    let again = clinic.rounds().retry(third).await.unwrap();
    clinic.settle().await;
    assert_eq!(clinic.row(again.id).await.state, OutboxState::Confirmed, "it was the colleague's");
    let texts: Vec<_> = clinic.effects_on(&case).into_iter().map(|effect| effect.payload["text"].clone()).collect();
    assert_eq!(texts, [json!("first, so that my id is known"), json!("second"), json!("Seen")]);
    for id in [mine, second] {
        assert_eq!(clinic.row(id).await.state, OutboxState::Confirmed);
    }
}

#[tokio::test]
async fn a_comment_that_the_system_keeps_in_other_words_is_never_sent_twice_nor_shown_twice() {
    for named in [true, false] {
        let clinic = Clinic::at_work(8).await;
        let change = json!({"escapesText": true, "replyWithId": named});
        clinic.simulator.change_settings(SYSTEM, &change).unwrap();
        let case = clinic.cases().remove(0);
        let shown = clinic.item(&case).await.comments.len();
        let plain = clinic.write(&case, "BP <90 & dizzy", false).await;
        clinic.settle().await;
        assert_eq!(clinic.row(plain).await.state, OutboxState::Confirmed, "named: {named}");
        assert_eq!(clinic.item(&case).await.comments.len(), shown + 1, "named: {named}: it stands there once");
        clinic.next_comment_meets(Fault::AppliedReplyLost);
        let lost = clinic.write(&case, "BP >90 & fine", false).await;
        clinic.settle().await;
        assert_eq!(clinic.effects_on(&case).len(), 2, "named: {named}: it did arrive, so it is not sent again");
        let row = clinic.row(lost).await;
        assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "possibly sent"), "named: {named}");
        let why = row.reason.map(|reason| reason.text).unwrap_or_default();
        assert!(why.contains("BP &gt;90 &amp; fine"), "its person is shown what is there: {why}");
    }
}
