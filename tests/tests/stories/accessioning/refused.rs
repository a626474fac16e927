//! What a laboratory refuses, each in its own words, once.

use rounds_domain::{action::ReasonKind, error::AndNow, outbox::OutboxState, view::TroubleKind};
use rounds_simulator::Fault;
use rounds_sync::Known;
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
async fn one_send_finds_out_that_a_token_is_refused_and_the_rest_waits() {
    let mut lab = Laboratory::open("legacy").await;
    lab.simulator.change_settings(LIMS, &json!({"token": "another"})).unwrap();
    let mut made = Vec::new();
    for number in 1..=4 {
        made.push(lab.make("createCase", &own_case(&format!("TST26-{number}"))).await.unwrap().id);
    }
    let all_wait = |lab: &Laboratory, rows: Vec<rounds_domain::view::OutboxRow>, why: &str| {
        for row in rows {
            let kind = row.reason.map(|reason| reason.kind);
            assert_eq!((row.state, kind), (OutboxState::Queued, Some(ReasonKind::SignIn)), "{why}: {}", row.words);
        }
        assert!(lab.effects().is_empty(), "{why}");
    };
    for run in ["the first", "the next", "one of another process"] {
        let report = lab.sync().await;
        assert_eq!(report.error.map(|error| error.kind).as_deref(), Some("signIn"), "{run}");
        all_wait(&lab, lab.desk.outbox().await, run);
        assert_eq!(lab.simulator.requests().total, 1, "{run}: each would carry a whole patient");
        lab.desk.start_again().await;
    }
    for (asked, total) in [(1, 2), (2, 3)] {
        let refused = lab.desk.rounds().test_connection(lab.connection).await.unwrap().expect_err("it was refused");
        assert_eq!(refused.and_now, AndNow::SignIn);
        let again =
            lab.desk.rounds().test_connection(lab.connection).await.unwrap().expect_err("nothing is proven yet");
        assert_eq!(again.and_now, AndNow::SignIn);
        lab.desk.start_again().await;
        lab.sync().await;
        all_wait(&lab, lab.desk.outbox().await, "its person asked for it");
        assert_eq!(lab.simulator.requests().total, total, "asked {asked} times: it is tried once each time");
    }
    // Whoever gives a token says that it is good, be it the same as before.
    let token = lab.simulator.announcement.systems[LIMS].secret["token"].as_str().unwrap().to_owned();
    lab.simulator.change_settings(LIMS, &json!({"token": token})).unwrap();
    let change =
        rounds_sync::desk::ConnectionSettings { secrets: [("token".to_owned(), token)].into(), ..Default::default() };
    lab.desk.rounds().set_connection(lab.connection, change).await.unwrap();
    lab.desk.start_again().await;
    assert_eq!(lab.sync().await.error, None);
    for id in made {
        assert_eq!(lab.settled(id).await.state, OutboxState::Confirmed);
    }
    assert_eq!(lab.effects().len(), 4, "each once");
    let view = lab.desk.rounds().connections().await.unwrap().remove(0);
    assert_eq!(view.trouble, None);
}

#[tokio::test]
async fn a_sign_in_says_that_nothing_can_be_asked_there() {
    let lab = Laboratory::open("legacy").await;
    let test = async || lab.desk.rounds().test_connection(lab.connection).await.unwrap();
    assert_eq!(test().await, Ok(Known::Untold));
    assert_eq!(lab.simulator.requests().total, 0, "nothing is sent for it");
    lab.simulator.down(LIMS).await.unwrap();
    assert_eq!(test().await.map_err(|error| error.and_now), Err(AndNow::Offline), "nobody answers there");
    lab.simulator.up(LIMS).unwrap();
    lab.simulator.change_settings(LIMS, &json!({"token": "another"})).unwrap();
    lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    lab.desk.clock.advance(std::time::Duration::from_mins(10));
    lab.sync().await;
    assert_eq!(test().await.map_err(|error| error.and_now), Err(AndNow::SignIn), "the last word of it is a no");
}

#[tokio::test]
async fn while_a_laboratory_that_asked_to_wait_is_waited_for_each_sync_says_so() {
    let lab = Laboratory::open("legacy").await;
    let headers = [("Retry-After".to_owned(), "60".to_owned())].into();
    lab.meets("/lims/cases", Fault::Status { code: 429, body: None, headers, applied: false });
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    for run in 0..2 {
        assert_eq!(lab.sync().await.error.map(|error| error.kind).as_deref(), Some("later"), "{run}");
        assert_eq!(lab.simulator.requests().total, 1, "{run}");
    }
    lab.desk.clock.advance(std::time::Duration::from_mins(2));
    assert_eq!(lab.sync().await.error, None);
    assert_eq!(lab.desk.row(made.id).await.state, OutboxState::Confirmed);
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
