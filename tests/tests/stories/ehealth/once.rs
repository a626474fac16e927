//! A specimen is received once, at the time of its scan, whatever happens on the way.

use std::time::Duration;

use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use serde_json::json;

use super::{EHEALTH, Laboratory, PROCESS, ago, is_offered, refused};

#[tokio::test]
async fn a_scanned_specimen_is_received_at_the_time_of_the_scan_however_the_job_is_answered() {
    for settings in [
        json!({}),
        json!({"acceptedStatus": 202, "jobHref": "/Jobs/", "processedAs": "responseData"}),
        json!({"jobHref": "/api/jobs/", "jobMs": {"min": 1_500, "max": 1_500}}),
        json!({"jobHref": "https://elsewhere.example.org/api/Jobs/"}),
        json!({"jobHref": ""}),
    ] {
        let laboratory = Laboratory::at_work(&settings).await;
        let (specimen, scanned) = (laboratory.next().await, ago(7));
        let receipt = laboratory.receive(&specimen, &scanned).await;
        let row = laboratory.settled(receipt).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{settings}: {:?}", row.reason);
        laboratory.assert_received(&specimen, &scanned, &settings.to_string()).await;
        assert_eq!(laboratory.asked("PATCH"), 1, "{settings}");
    }
}

#[tokio::test]
async fn what_is_accepted_is_not_yet_received() {
    let laboratory = Laboratory::at_work(&json!({"jobsHang": true})).await;
    let specimen = laboratory.next().await;
    let receipt = laboratory.receive(&specimen, &ago(3)).await;
    laboratory.sync(Extent::Recent).await;
    let row = laboratory.desk.row(receipt).await;
    assert_eq!((row.state, row.words.as_str()), (OutboxState::Following, "accepted, waiting for Laboratory"));
    assert!(laboratory.effects(&specimen).is_empty(), "nothing has taken effect");
    let shown = laboratory.view(&specimen).await.row;
    assert_eq!(shown.pending.len(), 1, "it is shown as a wish");
    assert_eq!(shown.status_group, rounds_domain::item::StatusGroup::Waiting, "a job is under way");
    laboratory.desk.clock.advance(Duration::from_hours(25));
    laboratory.sync(Extent::Recent).await;
    let row = laboratory.desk.row(receipt).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "after a day its person is asked");
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
    assert_eq!(laboratory.asked("PATCH"), 1);
}

#[tokio::test]
async fn a_receipt_whose_answer_is_lost_is_found_at_the_specimen_and_never_sent_twice() {
    for (what, fault) in [
        ("applied, reply lost", Fault::AppliedReplyLost),
        ("applied late", Fault::AppliedLate { ms: 300 }),
        ("a cut reply", Fault::CutJson { content_length: rounds_simulator::ContentLength::Right, applied: true }),
        ("a web page", Fault::Html { applied: true }),
        ("a 500", Fault::Status { code: 500, body: None, headers: std::collections::BTreeMap::new(), applied: true }),
    ] {
        let laboratory = Laboratory::at_work(&json!({})).await;
        let (specimen, scanned) = (laboratory.next().await, ago(5));
        laboratory.meets(PROCESS, fault);
        let receipt = laboratory.receive(&specimen, &scanned).await;
        let row = laboratory.settled(receipt).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{what}: {:?}", row.reason);
        laboratory.assert_received(&specimen, &scanned, what).await;
        assert_eq!(laboratory.asked("PATCH"), 1, "{what}");
    }
}

#[tokio::test]
async fn a_receipt_of_which_nothing_can_be_found_asks_its_person_and_is_sent_again_by_them_alone() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let (specimen, scanned) = (laboratory.next().await, ago(5));
    laboratory.meets(PROCESS, Fault::NotAppliedReplyLost);
    let receipt = laboratory.receive(&specimen, &scanned).await;
    let row = laboratory.settled(receipt).await;
    assert_eq!(row.state, OutboxState::NeedsPerson);
    assert_eq!(row.words, "possibly sent");
    assert_eq!(laboratory.asked("PATCH"), 1, "a receipt is never sent again by itself");
    assert!(laboratory.effects(&specimen).is_empty());
    let again = laboratory.desk.rounds().retry(receipt).await.unwrap();
    assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed);
    laboratory.assert_received(&specimen, &scanned, "sent again by its person").await;
}

#[tokio::test]
async fn a_job_that_cannot_be_asked_about_is_settled_by_looking_at_the_specimen() {
    for settings in [
        json!({"jobsLost": true}),
        json!({"scopes": ["specimen:read", "specimen:process"]}),
        json!({"jobsLost": true, "jobMs": {"min": 900, "max": 900}}),
    ] {
        let laboratory = Laboratory::at_work(&settings).await;
        let (specimen, scanned) = (laboratory.next().await, ago(5));
        let receipt = laboratory.receive(&specimen, &scanned).await;
        let row = laboratory.settled(receipt).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{settings}: {:?}", row.reason);
        laboratory.assert_received(&specimen, &scanned, &settings.to_string()).await;
    }
}

#[tokio::test]
async fn what_is_scanned_without_a_network_is_sent_later_with_the_time_of_the_scan() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let specimen = laboratory.next().await;
    laboratory.simulator.down(EHEALTH).await.unwrap();
    // Nobody types a time: it is that of the scan.
    let receipt = laboratory.act(&specimen, "receive", json!({})).await.unwrap();
    let scanned = laboratory.desk.row(receipt).await.fields["received_time"].as_str().unwrap().to_owned();
    laboratory.sync(Extent::Recent).await;
    let row = laboratory.desk.row(receipt).await;
    assert_eq!((row.state, row.reason.map(|reason| reason.kind)), (OutboxState::Queued, Some(ReasonKind::Offline)));
    // A weekend later: a receipt is a fact with a time of its own and asks nobody again.
    laboratory.desk.clock.advance(Duration::from_hours(60));
    laboratory.simulator.up(EHEALTH).unwrap();
    let row = laboratory.settled(receipt).await;
    assert_eq!(row.state, OutboxState::Confirmed, "{:?}", row.reason);
    laboratory.assert_received(&specimen, &scanned, "a weekend later").await;
}

#[tokio::test]
async fn both_rules_about_the_time_are_checked_at_the_scan_without_a_network() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let specimen = laboratory.next().await;
    laboratory.simulator.down(EHEALTH).await.unwrap();
    for (time, said) in [
        (ago(-60), "still to come"),
        ("2001-01-01T00:00:00Z".to_owned(), "lies before"),
        ("2026-01-01T00:00:00".to_owned(), "with the zone"),
        ("soon".to_owned(), "with the zone"),
    ] {
        let refused = laboratory.act(&specimen, "receive", json!({"received_time": time})).await.unwrap_err();
        assert!(refused.to_string().contains(said), "{time}: {refused}");
    }
    assert!(laboratory.desk.outbox().await.is_empty(), "nothing of it was saved");
    laboratory.simulator.up(EHEALTH).unwrap();
    let receipt = laboratory.receive(&specimen, &ago(2)).await;
    assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed);
    laboratory.sync(Extent::Recent).await;
    laboratory.simulator.down(EHEALTH).await.unwrap();
    let view = laboratory.view(&specimen).await;
    assert!(!is_offered(&view, "receive"));
    assert!(refused(&view, "receive").contains("does not change that"), "{}", refused(&view, "receive"));
    assert!(laboratory.act(&specimen, "receive", json!({"received_time": ago(1)})).await.is_err());
}

#[tokio::test]
async fn a_program_that_dies_while_a_job_goes_on_follows_it_afterwards() {
    let mut laboratory = Laboratory::at_work(&json!({"jobMs": {"min": 2_000, "max": 2_000}})).await;
    let (specimen, scanned) = (laboratory.next().await, ago(4));
    let receipt = laboratory.receive(&specimen, &scanned).await;
    while laboratory.desk.row(receipt).await.state == OutboxState::Queued {
        laboratory.sync(Extent::Recent).await;
    }
    laboratory.desk.start_again().await;
    assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed);
    laboratory.assert_received(&specimen, &scanned, "after a restart").await;
    assert_eq!(laboratory.asked("PATCH"), 1);
}
