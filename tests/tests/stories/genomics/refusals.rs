//! What the system refuses is told in its own words, and nothing of it is lost.

use std::collections::BTreeMap;

use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Fault, FaultSpec};
use serde_json::{Value, json};

use crate::clinic::until;

use super::{ILLUMINA, Laboratory, nothing, offer};

fn status(code: u16, body: Option<Value>) -> Fault {
    Fault::Status { code, body, headers: BTreeMap::new(), applied: false }
}

#[tokio::test]
async fn a_delivery_that_the_test_does_not_allow_is_refused_in_the_systems_own_words() {
    let laboratory = Laboratory::at_work(60, &nothing()).await;
    let case = laboratory.case_at("In Progress/PROCESSING").await;
    let id = laboratory.act(&case, "status", json!({"to": "In Progress/READY_FOR_DELIVERY"})).await.unwrap();
    let row = laboratory.settled(id).await;
    assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Refused), "{}", row.words);
    assert!(row.words.contains("not bypassed") && row.words.contains("CRS-400"), "{}", row.words);
    assert!(laboratory.effects(&case).is_empty());
}

#[tokio::test]
async fn each_refusal_ends_where_its_kind_belongs() {
    for (fault, kind, words) in [
        (
            status(400, Some(json!({"code": "CRS-7", "message": "Text is too long"}))),
            ReasonKind::Refused,
            "Text is too long (CRS-7)",
        ),
        (status(403, Some(json!({"message": "No access"}))), ReasonKind::Refused, "No access"),
        (status(404, Some(json!({"message": "Case not found"}))), ReasonKind::Gone, "Case not found"),
        (status(409, Some(json!({"message": "Busy"}))), ReasonKind::Conflict, "conflict"),
        (status(422, Some(json!({"message": "Not processable"}))), ReasonKind::Refused, "Not processable"),
    ] {
        let laboratory = Laboratory::at_work(10, &nothing()).await;
        let case = laboratory.case_that(|_| true);
        laboratory.meets("POST", "/comments", fault.clone());
        let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
        let row = laboratory.settled(id).await;
        assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(kind), "{fault:?}: {}", row.words);
        assert!(row.words.contains(words), "{fault:?}: {}", row.words);
        assert!(laboratory.effects(&case).is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_no_refusal_of_the_systems_own_is_doubt_and_settled_by_looking() {
    for (fault, applied) in [
        (status(500, None), false),
        (Fault::Status { code: 502, body: Some(json!("<html>")), headers: BTreeMap::new(), applied: true }, true),
        (Fault::Html { applied: true }, true),
        (Fault::Html { applied: false }, false),
        (Fault::CutJson { content_length: rounds_simulator::ContentLength::Right, applied: true }, true),
        (Fault::ResetAfterBytes { bytes: 20, applied: true }, true),
        (status(404, Some(json!("<html>a gateway</html>"))), false),
    ] {
        let laboratory = Laboratory::at_work(10, &nothing()).await;
        let case = laboratory.case_that(|_| true);
        laboratory.meets("POST", "/comments", fault.clone());
        let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
        laboratory.sync(Extent::Recent).await;
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{fault:?}, applied {applied}: {}", row.words);
        assert_eq!(laboratory.effects(&case).len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_system_that_asks_to_wait_is_left_alone_and_gets_it_once() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    let headers = BTreeMap::from([("Retry-After".to_owned(), "30".to_owned())]);
    laboratory.meets("POST", "/comments", Fault::Status { code: 429, body: None, headers, applied: false });
    let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
    laboratory.sync(Extent::Recent).await;
    let row = laboratory.desk.row(id).await;
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::Waiting), "{}", row.words);
    laboratory.desk.clock.advance(std::time::Duration::from_mins(1));
    assert_eq!(laboratory.settled(id).await.state, OutboxState::Confirmed);
    assert_eq!(laboratory.effects(&case).len(), 1);
}

#[tokio::test]
async fn a_new_key_is_asked_for_and_what_waits_leaves_with_it() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    let key = laboratory.simulator.change_settings(ILLUMINA, &json!({"rotateApiKey": true})).unwrap()["apiKey"].clone();
    let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
    laboratory.sync(Extent::Recent).await;
    let row = laboratory.desk.row(id).await;
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::SignIn), "{}", row.words);
    let settings = rounds_sync::desk::ConnectionSettings {
        secrets: [("apiKey".to_owned(), key.as_str().unwrap().to_owned())].into(),
        ..rounds_sync::desk::ConnectionSettings::default()
    };
    laboratory.desk.rounds().set_connection(laboratory.connection, settings).await.unwrap();
    assert_eq!(laboratory.settled(id).await.state, OutboxState::Confirmed);
    assert_eq!(laboratory.effects(&case).len(), 1);
}

#[tokio::test]
async fn a_case_that_was_deleted_takes_nothing_any_more() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
    laboratory.simulator.delete(ILLUMINA, &case).unwrap();
    let row = laboratory.settled(id).await;
    assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Gone), "{}", row.words);
}

#[tokio::test]
async fn what_the_tenant_has_not_confirmed_is_offered_with_its_reason_and_not_sent() {
    let off = [
        "allow_comments",
        "allow_tags",
        "allow_turn_around_time",
        "allow_metadata",
        "allow_owners",
        "allow_attach_files",
        "allow_delete_files",
    ]
    .map(|key| (key, "false"));
    let laboratory = Laboratory::at_work_with(30, &nothing(), &off).await;
    let case = laboratory.case_at("In Progress/QC_WARNING").await;
    let view = laboratory.view(&case).await;
    assert_eq!(view.actions.len(), 15, "everything is named");
    for offered in &view.actions {
        let name = offered.declaration.name.as_str();
        let confirmed = ["status", "qc-override", "qc-modify", "process"].contains(&name);
        assert_eq!(offered.refused.is_none(), confirmed, "{name}: {:?}", offered.refused);
        assert!(!offered.declaration.consequence.is_empty(), "{name} says what it triggers");
    }
    assert!(laboratory.act(&case, "tag", json!({"tag": "x"})).await.is_err());
    assert!(laboratory.simulator.effects(Some(ILLUMINA)).is_empty());
}

#[tokio::test]
async fn connected_insights_is_never_asked_to_patch_a_case() {
    let settings = json!({"flavour": "connected-insights"});
    let laboratory = Laboratory::at_work_with(30, &settings, &[("flavour", "connected-insights")]).await;
    let case = laboratory.case_at("In Progress/QC_WARNING").await;
    let why = offer(&laboratory.view(&case).await, "owner").refused.clone().expect("not offered");
    assert!(why.contains("Connected Insights"), "{why}");
    assert!(laboratory.act(&case, "owner", json!({"owner": "usr-Gh25nCiDo4Qf0007"})).await.is_err());
    let id = laboratory.act(&case, "qc-modify", nothing()).await.unwrap();
    assert_eq!(laboratory.settled(id).await.state, OutboxState::Confirmed, "everything else works as there");
    assert_eq!(laboratory.simulator.violations().len(), 0);
}

#[tokio::test]
async fn where_comments_cannot_be_read_none_is_written() {
    let laboratory = Laboratory::at_work(10, &json!({"without": ["comments"]})).await;
    let case = laboratory.case_that(|_| true);
    let why = offer(&laboratory.view(&case).await, "comment").refused.clone().expect("not offered");
    assert!(why.contains("whether yours arrived"), "{why}");
}

#[tokio::test]
async fn a_comment_in_doubt_is_not_taken_for_missing_while_comments_cannot_be_read() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    laboratory.meets("POST", "/comments", Fault::AppliedLate { ms: 4_000 });
    let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
    laboratory.sync(Extent::Recent).await;
    assert_eq!(laboratory.desk.row(id).await.state, OutboxState::Doubtful, "it has not come yet");
    let refused = FaultSpec::new(ILLUMINA, status(403, Some(json!({"message": "No access"}))));
    laboratory.simulator.add_fault(refused.on_method("GET").on_path("/comments").times(-1)).unwrap();
    let row = laboratory.settled(id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "{}", row.words);
    until("what was sent is applied", || async { laboratory.effects(&case).len() == 1 }).await;
    laboratory.sync(Extent::Recent).await;
    assert_eq!(laboratory.effects(&case).len(), 1, "it was never sent a second time");
}
