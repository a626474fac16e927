//! An answer that is lost goes to a person: nothing can be looked for, and what a repeated case number does is stated nowhere.

use rounds_domain::{action::ReasonKind, outbox::OutboxState, projection::Unsettled};
use rounds_simulator::Fault;
use serde_json::{Value, json};

use super::{Laboratory, own_case, patient};

/// Everything that is sent, by the path it goes to.
fn deeds(lab: &Laboratory) -> Vec<(&'static str, &'static str, Value)> {
    let mrn = lab.record(3)["medicalRecordNumber"].clone();
    vec![
        ("createCase", "/lims/cases", own_case("TST26-1")),
        ("createPatient", "/lims/patients", patient()),
        ("updatePatient", "/lims/patients/", json!({"patientMRN": mrn, "contact": {"phoneNumber": "+1-904-555-0199"}})),
    ]
}

#[tokio::test]
async fn whatever_becomes_of_the_answer_it_is_never_sent_again_by_itself() {
    let faults = [
        (Fault::AppliedReplyLost, 1),
        (Fault::NotAppliedReplyLost, 0),
        (Fault::Timeout { applied: true }, 1),
        (Fault::Status { code: 502, body: None, headers: std::collections::BTreeMap::default(), applied: true }, 1),
        (Fault::Html { applied: true }, 1),
    ];
    for (fault, effects) in faults {
        let lab = Laboratory::open("option1").await;
        // One fault for all of them; the others for what is made most.
        let every = if fault == Fault::AppliedReplyLost { usize::MAX } else { 1 };
        for (at, (action, path, fields)) in deeds(&lab).into_iter().take(every).enumerate() {
            lab.meets(path, fault.clone());
            let made = lab.make(action, &fields).await.unwrap();
            let row = lab.settled(made.id).await;
            assert_eq!(row.state, OutboxState::NeedsPerson, "{action} after {fault:?}: {}", row.words);
            assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::PossiblySent), "{action}");
            let told = row.reason.map(|reason| reason.text).unwrap_or_default();
            assert!(told.contains("no way to look"), "{told}");
            assert_eq!(lab.item(&made).await.row.unsettled, Unsettled::NeedsPerson, "{action}");
            for _ in 0..3 {
                lab.sync().await;
                lab.desk.clock.advance(std::time::Duration::from_hours(1));
            }
            assert_eq!(lab.effects().len(), (at + 1) * effects, "{action} after {fault:?}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_came_is_not_called_lost() {
    let answered = |code, body: Value, headers: &[(&str, &str)]| {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Fault::Status { code, body: Some(body), headers, applied: true }
    };
    for (fault, said) in [
        (answered(413, json!("<html>too large</html>"), &[("Content-Type", "text/html")]), "answered 413"),
        (answered(307, json!({}), &[("Location", "https://sso.example.org/x")]), "redirect to sso.example.org"),
        (answered(200, json!({}), &[]), "answered 200 with something that is not its documented confirmation"),
        (Fault::AppliedReplyLost, "broke before it answered"),
    ] {
        let lab = Laboratory::open("legacy").await;
        lab.meets("/lims/cases", fault);
        let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
        let row = lab.settled(made.id).await;
        assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "possibly sent"), "{said}");
        let told = row.reason.map(|reason| reason.text).unwrap_or_default();
        assert!(
            told.contains(said) && told.contains("no way to look") && !told.contains("looks for it"),
            "{said}: {told}"
        );
        assert_eq!(lab.effects().len(), 1, "{said}: not sent again");
    }
}

#[tokio::test]
async fn a_person_who_looked_sends_it_again_or_gives_it_up() {
    let lab = Laboratory::open("legacy").await;
    lab.meets("/lims/cases", Fault::NotAppliedReplyLost);
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    assert_eq!(lab.settled(made.id).await.choices, ["retry", "discard"]);
    let again = lab.desk.rounds().retry(made.id).await.unwrap();
    assert_eq!(lab.settled(again.id).await.state, OutboxState::Confirmed);
    assert_eq!(lab.effects().len(), 1);
    assert_eq!(lab.case("TST26-1").await.row.status.as_deref(), Some("created"));

    lab.meets("/lims/cases", Fault::AppliedReplyLost);
    let made = lab.make("createCase", &own_case("TST26-2")).await.unwrap();
    lab.settled(made.id).await;
    lab.desk.rounds().discard(made.id, "It is there").await.unwrap();
    assert_eq!(lab.listed("TST26-2").await, 0, "what nobody here will send is no work");
    assert_eq!(lab.effects().len(), 2, "and is sent no second time");
    assert_eq!(
        lab.desk.row(made.id).await.patient.as_deref(),
        Some("CORDERO, Thelma"),
        "its receipt still says whose it was"
    );
}

#[tokio::test]
async fn a_crash_while_it_is_being_sent_is_doubt() {
    let mut lab = Laboratory::open("legacy").await;
    lab.meets("/lims/cases", Fault::Timeout { applied: true });
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    let rounds = std::sync::Arc::clone(lab.desk.rounds());
    let connection = lab.connection;
    let pass = tokio::spawn(async move {
        let extent = rounds_engine::pull::plan::Extent::Recent;
        rounds.sync_now(Some(connection), extent, rounds_sync::Patience::SHORT).await.map(drop)
    });
    crate::clinic::until("it is being sent", || async { lab.effects().len() == 1 }).await;
    pass.abort();
    let _ = pass.await;
    lab.desk.start_again().await;
    let row = lab.settled(made.id).await;
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
    assert_eq!(lab.effects().len(), 1);
}
