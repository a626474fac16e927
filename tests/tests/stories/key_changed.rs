//! The organization changed its key in the middle of the day: nothing is lost, nothing is sent twice, and with the new key
//! everything goes on by itself.

use std::time::Duration;

use rounds_domain::{outbox::OutboxState, view::TroubleKind};
use rounds_simulator::Running;
use rounds_sync::desk::ConnectionSettings;
use serde_json::json;

use crate::clinic::{Clinic, SYSTEM, Words, until};

fn new_key(simulator: &Running) -> ConnectionSettings {
    let settings = simulator.settings(SYSTEM).unwrap();
    let key = settings["apiKey"].as_str().unwrap().to_owned();
    ConnectionSettings { secrets: Words::from([("apiKey".to_owned(), key)]), ..ConnectionSettings::default() }
}

fn rotate(simulator: &Running) {
    simulator.change_settings(SYSTEM, &json!({"rotateApiKey": true})).unwrap();
}

#[tokio::test]
async fn a_key_that_changes_in_the_middle_of_the_queue_stops_it_and_the_new_one_resumes_it() {
    // Slowly enough that the key can change between two comments.
    let clinic = Clinic::at_work_with(12, &[("requests_per_second", "8")]).await;
    let cases = clinic.cases();
    let mut written = Vec::new();
    for case in &cases[..10] {
        written.push((clinic.write(case, "to be continued", true).await, case.as_str(), "to be continued", true));
    }
    let effects = || clinic.simulator.effects(Some(SYSTEM)).len();
    let change = async {
        until("some comments have left", || async { effects() >= 3 }).await;
        rotate(&clinic.simulator);
    };
    let (report, ()) = tokio::join!(clinic.sync(), change);
    let sent = effects();
    assert!((3..10).contains(&sent), "the story needs a queue that was stopped half-way: {sent}");
    assert_eq!(report.error.map(|error| error.kind).as_deref(), Some("signIn"));
    let trouble = clinic.view().await.trouble.expect("the connection says what stands in its way");
    assert_eq!(trouble.kind, TroubleKind::SignIn);
    assert!(trouble.text.contains("key"), "{}", trouble.text);
    for (id, ..) in &written {
        let row = clinic.row(*id).await;
        let waits = row.state == OutboxState::Queued && row.words == "saved here, waiting for sign-in to Clinic";
        assert!(row.state == OutboxState::Confirmed || waits, "{:?} {}", row.state, row.words);
    }
    clinic.sync().await;
    clinic.clock.advance(Duration::from_hours(1));
    clinic.sync().await;
    assert_eq!(effects(), sent, "a refused key sends nothing");

    clinic.rounds().set_connection(clinic.connection, new_key(&clinic.simulator)).await.unwrap();
    clinic.settle().await;
    clinic.assert_exactly_once(&written, "with the new key").await;
    assert_eq!(clinic.view().await.trouble, None);
}

#[tokio::test]
async fn in_the_window_typing_the_new_key_is_enough() {
    let clinic = Clinic::at_work(12).await;
    let cases = clinic.cases();
    rotate(&clinic.simulator);
    clinic.rounds().start();
    let mut written = Vec::new();
    for case in &cases[..3] {
        written.push((
            clinic.write(case, "while the key was old", false).await,
            case.as_str(),
            "while the key was old",
            false,
        ));
    }
    until("every comment waits for a sign-in", || async {
        clinic.outbox().await.iter().all(|row| row.words == "saved here, waiting for sign-in to Clinic")
    })
    .await;
    clinic.rounds().set_connection(clinic.connection, new_key(&clinic.simulator)).await.unwrap();
    until("they leave by themselves", || async {
        clinic.outbox().await.iter().all(|row| row.state == OutboxState::Confirmed)
    })
    .await;
    assert_eq!(clinic.simulator.effects(Some(SYSTEM)).len(), 3, "each once");
    clinic.rounds().close(Duration::from_secs(10)).await.unwrap();
}

#[tokio::test]
async fn a_key_that_changes_twice_while_a_comment_waits_is_no_refusal_of_the_comment() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    let id = clinic.write(&case, "patience", false).await;
    for _ in 0..3 {
        rotate(&clinic.simulator);
        clinic.sync().await;
        assert_eq!(clinic.row(id).await.words, "saved here, waiting for sign-in to Clinic");
        clinic.rounds().set_connection(clinic.connection, new_key(&clinic.simulator)).await.unwrap();
        // Signed in, and before anything leaves the key is another one again.
        clinic.rounds().test_connection(clinic.connection).await.unwrap().expect("the new key is right");
    }
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "patience", false)], "at last").await;
}

#[tokio::test]
async fn a_key_that_changes_while_a_comment_is_looked_for_leaves_it_looked_for() {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    clinic.next_comment_meets(rounds_simulator::Fault::AppliedReplyLost);
    let id = clinic.write(&case, "did it arrive?", false).await;
    let change = async {
        until("it was applied", || async { !clinic.effects_on(&case).is_empty() }).await;
        rotate(&clinic.simulator);
    };
    tokio::join!(clinic.sync(), change);
    assert_eq!(clinic.row(id).await.state, OutboxState::Doubtful, "without a key nobody can look");
    clinic.rounds().set_connection(clinic.connection, new_key(&clinic.simulator)).await.unwrap();
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "did it arrive?", false)], "found with the new key").await;
}
