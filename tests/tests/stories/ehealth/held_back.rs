//! A specimen whose patient nobody knows: found by its number, held back, sent only once it is known whose it is.

use std::time::Duration;

use rounds_domain::{
    action::ReasonKind,
    outbox::OutboxState,
    view::{Answered, Question},
};
use rounds_engine::pull::plan::Extent;
use rounds_sync::desk::ConnectionSettings;
use serde_json::json;

use super::{Laboratory, ago, is_offered};
use crate::clinic::Words;

/// A laboratory with a specimen on its list that was scanned and belongs to nobody it knows.
async fn with_a_scanned_one() -> (Laboratory, String, String) {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let (patient, specimen, number) = laboratory.stranger();
    laboratory.sync(Extent::Full).await;
    assert!(!laboratory.desk.found("kind:specimen").await.contains(&specimen), "no list brings it");
    let found = laboratory.desk.rounds().look_up(laboratory.connection, &format!(" {number} ")).await.unwrap();
    assert_eq!(found, [laboratory.id(&specimen)]);
    let view = laboratory.view(&specimen).await;
    assert_eq!(view.row.patient, None);
    assert_eq!(view.row.accession.as_deref(), Some(number.as_str()));
    assert!(view.row.flags.iter().any(|flag| flag.label == "Patient not known" && flag.alert));
    assert!(is_offered(&view, "receive"), "the time of the scan can be noted at once");
    (laboratory, patient, specimen)
}

#[tokio::test]
async fn a_receipt_without_a_patient_waits_and_goes_on_with_the_time_of_the_scan_once_it_is_linked() {
    let (laboratory, patient, specimen) = with_a_scanned_one().await;
    let scanned = ago(9);
    let receipt = laboratory.receive(&specimen, &scanned).await;
    let row = laboratory.settled(receipt).await;
    assert_eq!(row.state, OutboxState::NeedsPerson);
    assert!(row.words.starts_with("Patient not known"), "{}", row.words);
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::Incomplete));
    assert_eq!(laboratory.asked("PATCH"), 0, "it is never sent without its patient");

    let wrong = laboratory.simulator.facts(super::EHEALTH).unwrap()["patients"][0]["id"].as_str().unwrap().to_owned();
    let rounds = laboratory.desk.rounds();
    assert!(rounds.link_patient(laboratory.id(&specimen), &wrong).await.is_err(), "whose it is says eHealth");
    assert_eq!(laboratory.view(&specimen).await.patient, None, "nothing was changed");
    rounds.link_patient(laboratory.id(&specimen), &patient).await.expect("it is theirs");
    let view = laboratory.view(&specimen).await;
    assert_eq!(view.patient.and_then(|patient| patient.external_id).as_deref(), Some(patient.as_str()));
    assert!(rounds.link_patient(laboratory.id(&specimen), &wrong).await.is_err(), "it is somebody's now");

    let again = rounds.retry(receipt).await.unwrap();
    assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed);
    laboratory.assert_received(&specimen, &scanned, "linked").await;
}

#[tokio::test]
async fn the_window_asks_and_is_answered_once_while_it_goes_on() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let rounds = laboratory.desk.rounds();
    let (patient, specimen, number) = laboratory.stranger();
    let item = laboratory.id(&specimen);
    let asked = |number: &str| Question::Number { connection: laboratory.connection, number: number.to_owned() };
    assert_eq!(answer(&laboratory, asked(&number)).await, Answered::Found { items: vec![item] });
    assert_eq!(answer(&laboratory, asked("0000-0000")).await, Answered::Found { items: vec![] });
    let Answered::Failed { message } = answer(&laboratory, asked(" ")).await else { panic!("nothing was asked") };
    assert!(message.contains("The number is empty"), "{message}");

    let watched = rounds.patients_at(laboratory.connection).await.unwrap();
    let other = watched.iter().find_map(|person| person.id.clone()).expect("somebody is watched");
    let theirs = |patient: &str| Question::Patient { item, patient: patient.to_owned() };
    assert!(matches!(answer(&laboratory, theirs(&other)).await, Answered::Failed { .. }), "whose it is says eHealth");
    assert_eq!(laboratory.view(&specimen).await.patient, None);
    assert_eq!(answer(&laboratory, theirs(&patient)).await, Answered::Found { items: vec![item] });
    assert_eq!(
        laboratory.view(&specimen).await.patient.and_then(|patient| patient.external_id).as_deref(),
        Some(&*patient)
    );
}

/// What is answered in the background; afterwards it is as if nobody had asked.
async fn answer(laboratory: &Laboratory, question: Question) -> Answered {
    let rounds = laboratory.desk.rounds();
    rounds.ask(question.clone());
    loop {
        match rounds.answered(&question).expect("it was asked") {
            Answered::Asking => tokio::time::sleep(Duration::from_millis(5)).await,
            answer => {
                assert_eq!(rounds.answered(&question), None, "an answer is given once");
                return answer;
            }
        }
    }
}

#[tokio::test]
async fn a_patient_who_is_watched_from_now_on_brings_what_was_scanned_before() {
    let (laboratory, patient, specimen) = with_a_scanned_one().await;
    let scanned = ago(9);
    let receipt = laboratory.receive(&specimen, &scanned).await;
    assert_eq!(laboratory.settled(receipt).await.state, OutboxState::NeedsPerson);
    let settings = laboratory.connection().await.settings;
    let watched = format!("{}\n{patient} = Ward C, bed 4", settings["watched_patients"].as_str().unwrap());
    let change = ConnectionSettings {
        settings: Words::from([("watched_patients".to_owned(), watched)]),
        ..ConnectionSettings::default()
    };
    laboratory.desk.rounds().set_connection(laboratory.connection, change).await.unwrap();
    laboratory.sync(Extent::Recent).await;
    assert_eq!(
        laboratory.view(&specimen).await.row.patient.as_deref(),
        Some("Ward C, bed 4"),
        "the laboratory's own name"
    );
    let again = laboratory.desk.rounds().retry(receipt).await.unwrap();
    assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed);
    laboratory.assert_received(&specimen, &scanned, "watched").await;
}

#[tokio::test]
async fn the_patients_id_can_be_entered_with_the_receipt_and_a_wrong_one_takes_no_effect() {
    let (laboratory, patient, specimen) = with_a_scanned_one().await;
    let scanned = ago(9);
    let with = |patient: &str| json!({"received_time": scanned, "patient_id": patient});
    let facts = laboratory.simulator.facts(super::EHEALTH).unwrap();
    let wrong = facts["patients"][0]["id"].as_str().unwrap();
    let receipt = laboratory.act(&specimen, "receive", with(wrong)).await.unwrap();
    let row = laboratory.settled(receipt).await;
    assert_eq!((row.state, row.reason.map(|reason| reason.kind)), (OutboxState::NeedsPerson, Some(ReasonKind::Gone)));
    assert!(laboratory.effects(&specimen).is_empty(), "it is not this patient's specimen");
    laboratory.desk.rounds().discard(receipt, "another patient").await.unwrap();

    let receipt = laboratory.act(&specimen, "receive", with(&patient)).await.unwrap();
    let row = laboratory.settled(receipt).await;
    assert_eq!(row.state, OutboxState::Confirmed, "{:?}", row.reason);
    assert_eq!(laboratory.effects(&specimen).len(), 1);

    // Whose specimen it is says eHealth: what a person enters cannot change that.
    let known = laboratory.next().await;
    let receipt = laboratory.act(&known, "receive", with(&patient)).await.unwrap();
    let before = laboratory.asked("PATCH");
    let row = laboratory.settled(receipt).await;
    assert!(row.reason.unwrap().text.contains("another patient"));
    assert_eq!(laboratory.asked("PATCH"), before, "nothing was sent");
}

#[tokio::test]
async fn what_was_looked_up_stays_and_is_read_again_while_it_is_open() {
    let (laboratory, _, specimen) = with_a_scanned_one().await;
    for _ in 0..3 {
        laboratory.sync(Extent::Full).await;
    }
    assert!(!laboratory.view(&specimen).await.row.gone, "no list has it, and no list is to have it");
    laboratory.edit(&json!({"caseId": specimen, "set": {"note": "Fragile"}, "status": "unsatisfactory"}));
    laboratory.sync(Extent::Recent).await;
    assert_eq!(laboratory.view(&specimen).await.row.status.as_deref(), Some("unsatisfactory"));
}

#[tokio::test]
async fn looking_up_what_is_known_already_forgets_nothing_of_it() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let specimen = laboratory.next().await;
    let before = laboratory.view(&specimen).await;
    let number = before.row.accession.clone().unwrap();
    laboratory.edit(&json!({"caseId": specimen, "set": {"note": "Fragile"}}));
    laboratory.desk.rounds().look_up(laboratory.connection, &number).await.unwrap();
    let after = laboratory.view(&specimen).await;
    assert_eq!(after.patient, before.patient, "a look-up does not say whose it is, and we know");
    assert!(
        after.facts.iter().flat_map(|group| &group.facts).any(|fact| fact.value == "Fragile"),
        "and it is read again"
    );
    assert!(laboratory.desk.rounds().look_up(laboratory.connection, "0000-none").await.unwrap().is_empty());
    assert!(laboratory.desk.rounds().look_up(laboratory.connection, "  ").await.is_err());
}
