//! A token that nobody renews, and a legal entity that is not active: everything waits, nothing is lost, everything goes on.

use rounds_domain::{outbox::OutboxState, view::TroubleKind};
use rounds_engine::pull::plan::Extent;
use rounds_sync::desk::ConnectionSettings;
use serde_json::{Value, json};

use super::{EHEALTH, Laboratory, ago};
use crate::clinic::Words;

fn new_token(laboratory: &Laboratory) -> ConnectionSettings {
    let token = laboratory.simulator.settings(EHEALTH).unwrap()["token"].as_str().unwrap().to_owned();
    ConnectionSettings { secrets: Words::from([("token".to_owned(), token)]), ..ConnectionSettings::default() }
}

#[tokio::test]
async fn an_expired_token_asks_the_person_and_everything_goes_on_with_a_new_one() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let specimens = laboratory.waiting().await;
    laboratory.change(&json!({"rotateToken": true}));
    let scanned = ago(5);
    let mut receipts = Vec::new();
    for specimen in &specimens[..3] {
        receipts.push((specimen, laboratory.receive(specimen, &scanned).await));
    }
    for _ in 0..2 {
        laboratory.sync(Extent::Recent).await;
    }
    let trouble = laboratory.connection().await.trouble.expect("the connection says what stands in its way");
    assert_eq!(trouble.kind, TroubleKind::SignIn);
    assert!(trouble.text.contains("token"), "{}", trouble.text);
    for (_, receipt) in &receipts {
        let row = laboratory.desk.row(*receipt).await;
        assert!(!row.state.is_final() && row.state != OutboxState::NeedsPerson, "{:?} {:?}", row.state, row.reason);
    }
    assert_eq!(laboratory.simulator.effects(Some(EHEALTH)).len(), 0);
    laboratory.desk.rounds().set_connection(laboratory.connection, new_token(&laboratory)).await.unwrap();
    for (specimen, receipt) in receipts {
        assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed);
        laboratory.assert_received(specimen, &scanned, "with the new token").await;
    }
    assert_eq!(laboratory.connection().await.trouble, None);
}

#[tokio::test]
async fn a_token_that_turns_out_bad_inside_the_job_is_no_effect_and_is_sent_again() {
    let laboratory = Laboratory::at_work(&json!({"tokenExpiresInJob": true})).await;
    let (specimen, scanned) = (laboratory.next().await, ago(5));
    let receipt = laboratory.receive(&specimen, &scanned).await;
    let row = laboratory.settled(receipt).await;
    assert_eq!(
        row.state,
        OutboxState::NeedsPerson,
        "after a sign-in that succeeded it is about this one: {:?}",
        row.reason
    );
    assert!(laboratory.effects(&specimen).is_empty());
    laboratory.change(&json!({"tokenExpiresInJob": false}));
    let again = laboratory.desk.rounds().retry(receipt).await.unwrap();
    assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed);
    laboratory.assert_received(&specimen, &scanned, "with a good token").await;
}

#[tokio::test]
async fn a_legal_entity_that_is_not_active_pauses_the_connection_until_somebody_signs_in_again() {
    for place in ["call", "job"] {
        let laboratory = Laboratory::at_work(&json!({"refusesIn": place, "legalEntityActive": false})).await;
        laboratory.desk.rounds().start();
        let specimens = laboratory.waiting().await;
        let (scanned, mut receipts) = (ago(5), Vec::new());
        for specimen in &specimens[..3] {
            receipts.push((specimen, laboratory.receive(specimen, &scanned).await));
        }
        crate::clinic::until("the connection is paused", || async {
            laboratory.connection().await.trouble.is_some_and(|trouble| trouble.text.contains("legal entity"))
        })
        .await;
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let (patches, gets) = (laboratory.asked("PATCH"), laboratory.asked("GET"));
        assert!(patches <= 3, "{place}: {patches}");
        laboratory.desk.clock.advance(std::time::Duration::from_hours(1));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(
            (laboratory.asked("PATCH"), laboratory.asked("GET")),
            (patches, gets),
            "{place}: nothing more is asked"
        );
        for (_, receipt) in &receipts {
            let state = laboratory.desk.row(*receipt).await.state;
            assert!(!state.is_final() && state != OutboxState::NeedsPerson, "{place}: it waits: {state:?}");
        }
        laboratory.change(&json!({"legalEntityActive": true}));
        laboratory
            .desk
            .rounds()
            .test_connection(laboratory.connection)
            .await
            .unwrap()
            .expect("somebody signs in again");
        for (specimen, receipt) in receipts {
            crate::clinic::until("it goes on", || async { laboratory.desk.row(receipt).await.state.is_final() }).await;
            assert_eq!(laboratory.effects(specimen).len(), 1, "{place}");
        }
        assert_eq!(laboratory.connection().await.trouble, None, "{place}");
    }
}

#[tokio::test]
async fn every_call_bears_the_headers_that_the_environment_asks_for() {
    let laboratory = Laboratory::closed(30, &json!({"customPsk": "made-up-psk"}), &[]).await;
    let report = laboratory.sync(Extent::Full).await;
    assert_eq!(report.error.map(|error| error.kind).as_deref(), Some("signIn"), "the pre-shared key is missing");
    let secrets = Words::from([("customPsk".to_owned(), "made-up-psk".to_owned())]);
    let change = ConnectionSettings { secrets, ..ConnectionSettings::default() };
    laboratory.desk.rounds().set_connection(laboratory.connection, change).await.unwrap();
    assert_eq!(laboratory.sync(Extent::Full).await.error, None);
    let specimen = laboratory.next().await;
    let receipt = laboratory.receive(&specimen, &ago(5)).await;
    assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed);
}

#[tokio::test]
async fn the_last_part_of_the_receipts_address_is_a_setting() {
    for (verb, setting) in [("process", ""), ("", "-"), ("receive", "receive")] {
        let settings: Value = json!({"processVerb": verb});
        let laboratory = Laboratory::closed(30, &settings, &[("process_verb", setting)]).await;
        laboratory.sync(Extent::Full).await;
        let specimen = laboratory.next().await;
        let receipt = laboratory.receive(&specimen, &ago(5)).await;
        assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed, "{verb:?}");
        assert_eq!(laboratory.effects(&specimen).len(), 1, "{verb:?}");
    }
}
