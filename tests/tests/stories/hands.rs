//! Two hands at once: a person decides while the machine is at work, and two passes run side by side.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use rounds_domain::{action::Fields, outbox::OutboxState};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Fault, FaultSpec};
use rounds_sync::desk::Intent;
use serde_json::json;

use crate::clinic::{Clinic, SYSTEM, until};

#[tokio::test]
async fn what_a_person_gave_up_while_the_machine_was_reading_is_never_sent() {
    let reads = [
        ("and then the read failed", Fault::Timeout { applied: false }),
        ("and then it succeeded", Fault::Stall { ms: 5_000 }),
    ];
    let stories = reads.into_iter().map(|(what, fault)| async move {
        let clinic = Clinic::at_work_with(8, &[("request_timeout_seconds", "9")]).await;
        let case = clinic.cases().remove(0);
        // What comes after the page reads of a whole pull is the read before sending.
        let gets = || clinic.simulator.requests().by_method["carevalidate GET"];
        clinic.pull().await;
        let before = gets();
        clinic.pull().await;
        let pages = gets() - before;
        let id = clinic.write(&case, "never mind", false).await;
        clinic.fault(FaultSpec::new(SYSTEM, fault).on_method("GET").after(pages));
        let rounds = Arc::clone(clinic.rounds());
        let pass = tokio::spawn(async move { rounds.sync_now(None, Extent::Full, rounds_sync::Patience::SHORT).await });
        until("the item is being read", || async { clinic.simulator.faults()[0].struck == 1 }).await;
        clinic.rounds().discard(id, "wrong case").await.expect("it has not left, so it can be given up");
        pass.await.unwrap().unwrap();
        for _ in 0..3 {
            clinic.clock.advance(Duration::from_secs(400));
            clinic.sync().await;
        }
        assert_eq!(clinic.row(id).await.state, OutboxState::Discarded, "{what}: given up is final");
        assert!(clinic.effects_on(&case).is_empty(), "{what}: what a person gave up must never be sent");
    });
    join_all(stories).await;
}

#[tokio::test]
async fn two_passes_side_by_side_send_each_comment_once() {
    let clinic = Clinic::at_work(60).await;
    let cases = clinic.cases();
    let mut written = Vec::new();
    for case in &cases[..8] {
        written.push((clinic.write(case, "once", true).await, case.as_str(), "once", true));
    }
    join_all((0..4).map(|_| clinic.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT))).await;
    clinic.settle().await;
    clinic.assert_exactly_once(&written, "two passes").await;
}

#[tokio::test]
async fn two_pulls_side_by_side_do_not_take_each_others_cases_for_missing() {
    let clinic = Clinic::at_work_with(90, &[("records_per_page", "3")]).await;
    for pass in 1..=4 {
        join_all((0..3).map(|_| clinic.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT))).await;
        let gone = clinic.found("is:gone").await;
        assert!(gone.is_empty(), "pass {pass}: nobody deleted anything, and yet {} items are gone", gone.len());
    }
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
}

#[tokio::test]
async fn a_button_pressed_while_the_tasks_run_sends_nothing_twice() {
    let clinic = Clinic::at_work(20).await;
    let cases = clinic.cases();
    clinic.rounds().start();
    let mut written = Vec::new();
    for case in &cases[..6] {
        written.push((clinic.write(case, "once", false).await, case.as_str(), "once", false));
        clinic.rounds().sync_soon(Extent::Recent).await.unwrap();
        clinic.rounds().sync_now(None, Extent::Recent, rounds_sync::Patience::SHORT).await.unwrap();
    }
    until("all are settled", || async { clinic.rounds().outbox(false).await.unwrap().is_empty() }).await;
    clinic.assert_exactly_once(&written, "with the tasks running").await;
    clinic.rounds().close(Duration::from_secs(10)).await.unwrap();
}

#[tokio::test]
async fn a_comment_can_be_taken_back_while_it_is_held_and_not_after() {
    let clinic = Clinic::at_work(8).await;
    let cases = clinic.cases();
    let hold = async |case: &str, text: &str| {
        let fields = Fields::from_iter([("text".to_owned(), json!(text))]);
        let intent = Intent { item: clinic.id(case), action: "comment".into(), fields, hold: true, after: vec![] };
        clinic.rounds().act(intent).await.unwrap()
    };
    let (back, kept) = (hold(&cases[0], "oops").await, hold(&cases[1], "meant").await);
    assert_eq!(back.words, "sending soon · undo");
    clinic.rounds().undo(back.id).await.unwrap();
    clinic.clock.advance(Duration::from_secs(6));
    clinic.settle().await;
    assert!(clinic.rounds().undo(kept.id).await.is_err(), "it has arrived");
    assert_eq!(clinic.row(back.id).await.state, OutboxState::Withdrawn);
    assert_eq!(clinic.row(kept.id).await.state, OutboxState::Confirmed);
    assert_eq!((clinic.effects_on(&cases[0]).len(), clinic.effects_on(&cases[1]).len()), (0, 1));
    assert_eq!(
        clinic.effects_on(&cases[1])[0].payload["isRestricted"],
        true,
        "unless said otherwise it is an internal note"
    );
}

#[tokio::test]
async fn closing_waits_for_what_is_being_sent_and_the_next_start_goes_on() {
    let mut clinic = Clinic::at_work(8).await;
    let cases = clinic.cases();
    clinic.next_comment_meets(Fault::Stall { ms: 700 });
    let mut written = Vec::new();
    for case in &cases[..3] {
        written.push((clinic.write(case, "closing time", true).await, case.as_str(), "closing time", true));
    }
    clinic.rounds().start();
    until("the first is being sent", || async { clinic.simulator.faults()[0].struck == 1 }).await;
    clinic.rounds().close(Duration::from_secs(20)).await.unwrap();
    clinic.desk.start_again().await;
    clinic.settle().await;
    clinic.assert_exactly_once(&written, "after closing").await;
}
