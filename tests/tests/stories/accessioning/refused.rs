//! What a laboratory refuses, each in its own words, once.

use rounds_domain::{action::ReasonKind, outbox::OutboxState, view::TroubleKind};
use rounds_simulator::Fault;
use serde_json::{Value, json};

use super::{LIMS, Laboratory, own_case};

fn status(code: u16, body: Value) -> Fault {
    Fault::Status { code, body: Some(body), headers: std::collections::BTreeMap::default(), applied: false }
}

#[tokio::test]
async fn each_refusal_reaches_its_person_in_one_message_and_is_not_sent_again() {
    let tree = json!([{"property": "patient", "children": [{"property": "contact", "children": [],
        "constraints": {"isDefined": "contact should not be null or undefined"}}]}]);
    for (fault, words) in [
        (status(400, tree), "patient.contact: contact should not be null or undefined"),
        (status(400, json!("patient is rquired when creating a new case")), "patient is rquired"),
        (status(403, json!({"message": "Forbidden"})), "does not allow this account"),
        (status(404, json!({"message": "Not Found"})), "no LIMS that takes this"),
        (status(409, json!({"message": "Case exists"})), "Case exists"),
        (status(422, json!("dateOfService lies ahead")), "dateOfService lies ahead"),
    ] {
        let lab = Laboratory::open("legacy").await;
        lab.meets("/lims/cases", fault);
        let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
        let row = lab.settled(made.id).await;
        assert_eq!(row.state, OutboxState::NeedsPerson, "{words}");
        assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Refused), "{words}");
        assert!(row.words.contains(words), "{}", row.words);
        lab.sync().await;
        assert!(lab.effects().is_empty(), "{words}");
        assert_eq!(lab.simulator.requests().total, 1, "{words}: it was asked once");
        assert_eq!(lab.listed("TST26-1").await, 1, "the case waits on the worklist for its person");
    }
}

#[tokio::test]
async fn a_case_number_that_is_taken_is_told() {
    for (repeated, words) in [("refuse", "already exists"), ("conflict", "conflicts with what it has")] {
        let lab = Laboratory::open("legacy").await;
        lab.simulator.change_settings(LIMS, &json!({"repeatedCaseNumber": repeated})).unwrap();
        lab.simulator.create(LIMS, &json!({"caseNumber": "TST26-1"})).unwrap();
        let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
        let row = lab.settled(made.id).await;
        assert!(row.state == OutboxState::NeedsPerson && row.words.contains(words), "{}", row.words);
        assert!(lab.effects().is_empty());
    }
}

#[tokio::test]
async fn a_record_that_is_not_there_is_told() {
    let lab = Laboratory::open("option1").await;
    let change = json!({"patientMRN": "P9", "contact": {"phoneNumber": "+1-904-555-0199"}});
    let made = lab.make("updatePatient", &change).await.unwrap();
    let row = lab.settled(made.id).await;
    assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Gone), "{}", row.words);
    let linked = super::case("TST26-1", &json!({"MCID": "9"}));
    let made = lab.make("createLinkedCase", &linked).await.unwrap();
    let row = lab.settled(made.id).await;
    assert!(row.words.contains("Patient was not found"), "{}", row.words);
    assert!(lab.effects().is_empty());
}

#[tokio::test]
async fn a_laboratory_that_asks_to_wait_is_left_alone_and_gets_it_once() {
    let lab = Laboratory::open("legacy").await;
    lab.meets("/lims/cases", status(429, json!("slow down")));
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    assert_eq!(lab.settled(made.id).await.state, OutboxState::Confirmed);
    assert_eq!(lab.effects().len(), 1);
}

#[tokio::test]
async fn a_refused_token_holds_everything_until_the_connection_has_a_good_one() {
    let lab = Laboratory::open("legacy").await;
    let good = lab.simulator.settings(LIMS).unwrap()["token"].as_str().unwrap().to_owned();
    lab.simulator.change_settings(LIMS, &json!({"token": "another"})).unwrap();
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    let report = lab.sync().await;
    let row = lab.desk.row(made.id).await;
    assert_eq!((row.state, row.reason.map(|reason| reason.kind)), (OutboxState::Queued, Some(ReasonKind::SignIn)));
    assert!(report.error.is_some_and(|error| error.message.contains("access token") && !error.message.contains(&good)));
    let view = lab.desk.rounds().connections().await.unwrap().remove(0);
    assert_eq!(view.trouble.map(|trouble| trouble.kind), Some(TroubleKind::SignIn));
    assert!(lab.effects().is_empty());

    let change = rounds_sync::desk::ConnectionSettings {
        secrets: [("token".to_owned(), "another".to_owned())].into(),
        ..Default::default()
    };
    lab.desk.rounds().set_connection(lab.connection, change).await.unwrap();
    // As it goes on by itself, without anybody pressing a button.
    lab.desk.rounds().pull_pass(lab.connection, None).await.unwrap();
    let mut changes = lab.desk.rounds().store().changes();
    lab.desk.rounds().push_pass(lab.connection, rounds_sync::Patience::SHORT, &mut changes).await.unwrap();
    assert_eq!(lab.desk.row(made.id).await.state, OutboxState::Confirmed);
    assert_eq!(lab.effects().len(), 1);
}

#[tokio::test]
async fn a_change_decided_days_ago_asks_its_person_again_and_a_case_does_not() {
    let lab = Laboratory::open("option1").await;
    lab.simulator.down(LIMS).await.unwrap();
    let mrn = lab.record(3)["medicalRecordNumber"].clone();
    let change = json!({"patientMRN": mrn, "contact": {"phoneNumber": "+1-904-555-0199"}});
    let change = lab.make("updatePatient", &change).await.unwrap();
    let case = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    lab.desk.clock.advance(std::time::Duration::from_hours(60));
    lab.simulator.up(LIMS).unwrap();
    assert_eq!(lab.settled(case.id).await.state, OutboxState::Confirmed, "the specimens are still there");
    let asked = lab.settled(change.id).await;
    assert_eq!(asked.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Conflict), "{}", asked.words);
    assert_eq!(lab.effects().len(), 1);
    let again = lab.desk.rounds().resolve(change.id, true).await.unwrap();
    assert_eq!(lab.settled(again.id).await.state, OutboxState::Confirmed);
    assert_eq!(lab.effects().len(), 2);
}
