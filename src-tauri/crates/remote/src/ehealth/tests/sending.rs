//! What is sent for a receipt and a rejection, and what is never sent.

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Actor, Fields, Proof, Verb},
    error::AndNow,
    ids::{ActionId, ConnectionId, ItemId},
    moment::instant,
    outbox::OutboxState,
};
use serde_json::{Value, json};

use super::{ID, PATIENT, account, system, target};
use crate::{
    ehealth::{declaration, open},
    seam::{RemoteSystem, Submitted},
    wire::testing::{Server, json as reply_json, reply},
};

const SCANNED: &str = "2026-11-20T09:00:00Z";
const PENDING: &str = r#"{"data": {"status": "pending", "eta": "2018-08-02T10:45:16.000Z", "links": [{"entity": "job",
    "href": "/Jobs/NBXk9EyErUZv1RhXgyvgg"}]}, "meta": {"code": 202, "url": "http://example.com/resource", "type": "object",
    "request_id": "req-adasdoijasdojsda"}}"#;

fn object(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}

fn sent_at() -> DateTime<Utc> {
    instant("2026-11-22T12:00:00Z").expect("a time")
}

fn action(name: &str, fields: Value, saw: Value) -> Action {
    Action {
        id: ActionId(uuid_of(1)),
        connection: ConnectionId(uuid_of(2)),
        item: ItemId(uuid_of(3)),
        sequence: 1,
        depends_on: vec![],
        name: name.into(),
        verb: Verb::Receive,
        proof: Proof::Once,
        fields: object(fields),
        saw: object(saw),
        wants: Fields::new(),
        own_mark: None,
        actor: Actor::default(),
        made_at: sent_at(),
        seen: None,
        state: OutboxState::Inflight,
        attempts: 1,
        waits: 0,
        sign_ins: 0,
        looks: 0,
        rounds: 0,
        sent_at: Some(sent_at()),
        elapsed: None,
        baseline: None,
        next_at: None,
        reason: None,
        conflict: None,
        remote_ref: None,
        settled_at: None,
    }
}

fn uuid_of<T: std::str::FromStr>(number: u8) -> T {
    let text = format!("00000000-0000-4000-8000-0000000000{number:02}");
    text.parse().unwrap_or_else(|_| panic!("{text} is no id"))
}

fn receive() -> Action {
    action(
        "receive",
        json!({"received_time": SCANNED}),
        json!({"collected": "2026-11-20T08:15:00Z", "received_time": null}),
    )
}

#[tokio::test]
async fn a_receipt_is_sent_in_the_documented_form_with_the_time_of_the_scan() {
    for (answer, setting, path) in [
        (reply_json(200, PENDING), "process", "actions/process"),
        (reply_json(202, PENDING), "process", "actions/process"),
        (reply_json(200, PENDING), "-", "actions/"),
    ] {
        let server = Server::start(vec![answer]).await;
        let system = open(&account(&server.base, &[(declaration::PROCESS_VERB, setting)])).expect("good");
        let submitted = system.submit(&target(Some(PATIENT)), &receive()).await;
        assert_eq!(submitted, Ok(Submitted::Accepted("NBXk9EyErUZv1RhXgyvgg".into())));
        let asked = server.requests().remove(0);
        assert!(asked.starts_with(&format!("PATCH /api/patients/{PATIENT}/specimens/{ID}/{path} ")), "{asked}");
        assert!(asked.ends_with(r#"{"received_time":"2026-11-20T09:00:00Z"}"#), "{asked}");
    }
}

#[tokio::test]
async fn whose_it_is_must_be_known_and_agree() {
    let server = Server::start(vec![reply_json(200, PENDING), reply_json(200, PENDING)]).await;
    let system = system(&server.base);
    let with = |patient: &str| action("receive", json!({"received_time": SCANNED, "patient_id": patient}), json!({}));
    let nobodys = system.submit(&target(None), &receive()).await.expect_err("never without a patient");
    assert!(
        nobodys.and_now == AndNow::Incomplete && nobodys.message.starts_with("Patient not known"),
        "{}",
        nobodys.message
    );
    let anothers = system.submit(&target(Some(PATIENT)), &with("somebody-else")).await.expect_err("another patient's");
    assert!(anothers.message.contains("another patient"), "{}", anothers.message);
    let unknown = system.submit(&target(None), &with("Іваненко Ольга")).await.expect_err("no id");
    assert!(!unknown.message.contains("Іваненко"), "no patient stands in an error");
    assert!(server.requests().is_empty(), "nothing was sent");
    system.submit(&target(None), &with("ward b, BED 2")).await.expect("a watched patient by name");
    system.submit(&target(Some(PATIENT)), &with(PATIENT)).await.expect("the same patient");
    for asked in server.requests() {
        assert!(asked.starts_with(&format!("PATCH /api/patients/{PATIENT}/")), "{asked}");
    }
}

#[tokio::test]
async fn both_rules_about_the_time_are_checked_before_a_byte_leaves() {
    let server = Server::start(vec![]).await;
    let system = system(&server.base);
    for (time, saw, and_now) in [
        (json!("2026-11-20T08:00:00Z"), json!({"collected": "2026-11-20T08:15:00Z"}), AndNow::Invalid),
        (json!("2026-11-22T12:00:01Z"), json!({}), AndNow::Invalid),
        (json!(SCANNED), json!({"received_time": "2026-11-20T08:30:00Z"}), AndNow::Conflict),
        (json!("soon"), json!({}), AndNow::Invalid),
        (json!(null), json!({}), AndNow::Invalid),
    ] {
        let action = action("receive", json!({"received_time": time}), saw.clone());
        let error = system.submit(&target(Some(PATIENT)), &action).await.expect_err("a rule is broken");
        assert_eq!(error.and_now, and_now, "{time} {saw}");
        assert!(
            error.message.contains("Nothing was sent") || error.message.contains("right time"),
            "{}",
            error.message
        );
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_rejection_is_sent_only_where_it_is_switched_on() {
    let server = Server::start(vec![reply_json(202, PENDING)]).await;
    let reject = || action("reject", json!({"reason": "HEMOLYZED"}), json!({}));
    let off = system(&server.base).submit(&target(Some(PATIENT)), &reject()).await.expect_err("switched off");
    assert!(off.message.contains("switched off"), "{}", off.message);
    let system = open(&account(&server.base, &[(declaration::ALLOW_REJECT, "true")])).expect("good");
    system.submit(&target(Some(PATIENT)), &reject()).await.expect("accepted");
    let asked = server.requests().remove(0);
    assert!(asked.starts_with(&format!("PATCH /api/patients/{PATIENT}/specimens/{ID}/actions/reject ")), "{asked}");
    assert!(
        asked.contains(
            r#"{"status_reason":{"coding":[{"code":"HEMOLYZED","system":"eHealth/specimen_reject_reasons"}]}}"#
        ),
        "{asked}"
    );
    let cancel = system.submit(&target(Some(PATIENT)), &action("cancel", json!({}), json!({}))).await;
    assert_eq!(cancel.map_err(|error| error.and_now), Err(AndNow::Invalid));
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn what_is_answered_to_a_write_is_acceptance_refusal_or_doubt() {
    let refusal = |code: u16, message: &str| json!({"meta": {"code": code}, "error": {"message": message}}).to_string();
    for (answer, expected) in [
        (reply_json(200, r#"{"data": {"status": "processed"}}"#), Ok("done")),
        (
            reply_json(
                200,
                r#"{"data": {"status": "failed", "status_code": "404", "error": {"message": "not found"}}}"#,
            ),
            Err(AndNow::Gone),
        ),
        (reply_json(200, &refusal(409, "Specimen is not in available status")), Err(AndNow::Conflict)),
        (
            reply_json(422, &refusal(422, "Should be between collected datetime and current datetime")),
            Err(AndNow::Invalid),
        ),
        (reply_json(401, &refusal(401, "Invalid access token")), Err(AndNow::SignIn)),
        (reply_json(401, r#"{"message": "No credentials found for given 'apikey'"}"#), Err(AndNow::SignIn)),
        (reply_json(429, "{}"), Err(AndNow::Later(None))),
        (reply_json(401, "<html>"), Err(AndNow::Doubtful)),
        (reply_json(404, "nginx"), Err(AndNow::Doubtful)),
        (reply_json(200, r#"{"data": {"status": "pending", "links": []}}"#), Err(AndNow::Doubtful)),
        (reply_json(200, r#"{"data": {"status": "pending""#), Err(AndNow::Doubtful)),
        (reply_json(200, "<html>"), Err(AndNow::Doubtful)),
        (reply_json(502, "bad gateway"), Err(AndNow::Doubtful)),
        (reply_json(303, r#"{"data": {"links": [{"entity": "job", "href": "/jobs/j1"}]}}"#), Ok("accepted")),
        (reply_json(303, r#"{"data": {}}"#), Err(AndNow::Doubtful)),
        (reply(302, "location: /elsewhere\r\n", ""), Err(AndNow::Doubtful)),
    ] {
        let server = Server::start(vec![answer]).await;
        let told = system(&server.base).submit(&target(Some(PATIENT)), &receive()).await;
        let told = told.map(|submitted| if matches!(submitted, Submitted::Done(_)) { "done" } else { "accepted" });
        assert_eq!(told.map_err(|error| error.and_now), expected);
        assert_eq!(server.requests().len(), 1, "it is sent once");
    }
}

#[tokio::test]
async fn an_account_that_is_refused_is_left_alone_until_somebody_signs_in_again() {
    let not_active =
        r#"{"meta": {"code": 409}, "error": {"message": "client_id refers to legal entity that is not active"}}"#;
    let server = Server::start(vec![reply_json(409, not_active), reply_json(200, r#"{"data": []}"#)]).await;
    let system = system(&server.base);
    let refused = system.submit(&target(Some(PATIENT)), &receive()).await.expect_err("refused");
    assert_eq!(refused.and_now, AndNow::SignIn);
    let again = system.submit(&target(Some(PATIENT)), &receive()).await.expect_err("paused");
    assert_eq!(again, refused);
    assert_eq!(system.sign_in(sent_at()).await, Err(refused), "the sign-in that follows by itself ends in the pause");
    assert_eq!(system.follow("x").await.map_err(|error| error.and_now), Err(AndNow::SignIn));
    assert_eq!(server.requests().len(), 1, "nothing was asked");
    assert!(system.sign_in(sent_at()).await.is_ok(), "the next one is a person's");
    assert_eq!(server.requests().len(), 2);
}
