//! Each action in the form that is documented or set, and what its answers come to.

use chrono::Utc;
use rounds_domain::{
    action::{Action, Actor},
    error::{AndNow, RemoteError},
    file::OutFile,
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
};
use serde_json::{Value, json};

use super::system;
use crate::{
    illumina::declaration,
    seam::{Enclosed, Receipt, RemoteSystem, Submitted, Target},
    wire::testing::{Script, Server, json as answer, reply},
};

fn action(name: &str, fields: &Value, saw: &Value) -> Action {
    let declared = declaration::system().action(name).expect(name).clone();
    let map = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let connection: ConnectionId = "00000000-0000-4000-8000-000000000007".parse().expect("an id");
    Action {
        id: "00000000-0000-4000-8000-000000000001".parse::<ActionId>().expect("an id"),
        connection,
        item: ItemId::derive(connection, ItemKind::Case, "c1"),
        sequence: 1,
        depends_on: vec![],
        name: name.into(),
        verb: declared.verb,
        proof: declared.proof,
        fields: map(fields),
        saw: map(saw),
        wants: map(&json!({})),
        own_mark: None,
        actor: Actor::default(),
        made_at: Utc::now(),
        seen: None,
        state: OutboxState::Inflight,
        attempts: 1,
        waits: 0,
        sign_ins: 0,
        looks: 0,
        rounds: 0,
        sent_at: None,
        elapsed: None,
        baseline: None,
        next_at: None,
        reason: None,
        conflict: None,
        remote_ref: None,
        settled_at: None,
    }
}

async fn send(
    scripts: Vec<Script>,
    action: &Action,
    but: &[(&str, &str)],
) -> (Result<Submitted, RemoteError>, Vec<String>) {
    let server = Server::start(scripts).await;
    let target = Target {
        external_id: "c1".into(),
        kind: ItemKind::Case,
        parent: None,
        created: None,
        updated: None,
        feed_time: None,
        identifiers: vec![],
    };
    let sent = system(&server.base, but).submit(&target, action).await;
    (sent, server.requests())
}

fn first_line(request: &str) -> &str {
    request.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
}

fn body(request: &str) -> Value {
    let body = request.split_once("\r\n\r\n").map(|(_, body)| body).unwrap_or_default();
    serde_json::from_str(body).unwrap_or_default()
}

#[tokio::test]
async fn each_action_is_one_call_in_its_form() {
    let nothing = json!({});
    for (name, fields, line, sent) in [
        (
            "status",
            json!({"to": "Complete/DELIVERED"}),
            "POST /crs/api/v1/cases/c1/status",
            json!({"status": "Complete", "subState": "DELIVERED"}),
        ),
        ("qc-override", nothing.clone(), "POST /crs/api/v1/cases/c1/qc-actions?action=override", Value::Null),
        ("qc-modify", nothing.clone(), "POST /crs/api/v1/cases/c1/qc-actions?action=modify", Value::Null),
        ("process", nothing.clone(), "POST /crs/api/v1/cases/c1/process", Value::Null),
        ("comment", json!({"text": "Seen."}), "POST /crs/api/v1/cases/c1/comments", json!({"text": "Seen."})),
        (
            "edit-comment",
            json!({"comment": "k 1", "text": "Seen."}),
            "PUT /crs/api/v1/cases/c1/comments/k%201",
            json!({"text": "Seen."}),
        ),
        ("delete-comment", json!({"comment": "k1"}), "DELETE /crs/api/v1/cases/c1/comments/k1", Value::Null),
        ("tag", json!({"tag": " board "}), "POST /crs/api/v1/cases/c1/tags", json!({"tags": ["board"]})),
        (
            "turn-around-time",
            json!({"days": 9}),
            "PUT /crs/api/v1/cases/c1/turn-around-time",
            json!({"turnAroundTime": 9}),
        ),
        ("delete-metadata", nothing.clone(), "DELETE /crs/api/v1/cases/c1/custom-metadata", Value::Null),
        ("owner", json!({"owner": "u2"}), "PATCH /crs/api/v1/cases/c1", json!({"owners": ["u2"]})),
        ("delete-file", json!({"file": "f/1"}), "DELETE /crs/api/v1/cases/c1/files/f%2F1", Value::Null),
    ] {
        let (done, asked) =
            send(vec![answer(200, "")], &action(name, &fields, &nothing), &[("allow_delete_files", "true")]).await;
        assert!(matches!(done, Ok(Submitted::Done(_))), "{name}: {done:?}");
        assert_eq!((first_line(&asked[0]), body(&asked[0]), asked.len()), (line, sent, 1), "{name}");
    }
}

#[tokio::test]
async fn what_is_open_is_sent_as_the_settings_say() {
    let tag = action("tag", &json!({"tag": "board"}), &json!({}));
    let (_, asked) = send(vec![answer(200, "")], &tag, &[("tags_body", "list")]).await;
    assert_eq!(body(&asked[0]), json!(["board"]));
    let comment = action("comment", &json!({"text": "Seen."}), &json!({}));
    let (_, asked) = send(vec![answer(200, "")], &comment, &[("comment_key", "comment")]).await;
    assert_eq!(body(&asked[0]), json!({"comment": "Seen."}));
}

#[tokio::test]
async fn a_set_is_read_again_before_it_is_replaced() {
    let untag = action("untag", &json!({"tag": "b"}), &json!({"tags": ["a", "b", "c"]}));
    let case = |tags: &str| answer(200, &format!(r#"{{"id":"c1","tags":{tags}}}"#));
    let (done, asked) = send(vec![case(r#"["c","b","a"]"#), answer(200, "")], &untag, &[]).await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(
        (first_line(&asked[1]), body(&asked[1])),
        ("PUT /crs/api/v1/cases/c1/tags", json!({"tags": ["c", "a"]}))
    );
    let (done, asked) = send(vec![case(r#"["a","b","c","d"]"#)], &untag, &[]).await;
    assert_eq!((done.map_err(|error| error.and_now), asked.len()), (Err(AndNow::Conflict), 1), "nothing was sent");
    let (done, asked) = send(vec![answer(500, "")], &untag, &[]).await;
    assert_eq!(
        (done.map_err(|error| error.and_now), asked.len()),
        (Err(AndNow::Later(None)), 1),
        "and nothing is in doubt"
    );

    let set =
        |saw: Value| action("metadata", &json!({"name": "Site", "value": "West"}), &json!({"custom_metadata": saw}));
    let (done, asked) = send(
        vec![answer(200, r#"{"Batch":7,"Site":"N"}"#), answer(200, "")],
        &set(json!({"Batch": "7", "Site": "N"})),
        &[],
    )
    .await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(
        (first_line(&asked[1]), body(&asked[1])),
        ("PUT /crs/api/v1/cases/c1/custom-metadata", json!({"Batch": 7, "Site": "West"}))
    );
    let (_, asked) = send(vec![answer(404, r#"{"message":"none"}"#), answer(201, "")], &set(Value::Null), &[]).await;
    assert_eq!(
        (first_line(&asked[1]), body(&asked[1])),
        ("POST /crs/api/v1/cases/c1/custom-metadata", json!({"Site": "West"}))
    );
}

#[tokio::test]
async fn the_receipt_names_the_comment_wherever_the_reply_does() {
    let comment = action("comment", &json!({"text": "Seen."}), &json!({}));
    for (body, id, me) in [
        (r#"{"id":"k1","createdBy":{"id":"u1"}}"#, Some("k1"), Some("u1")),
        (r#"{"id":"k1","createdBy":"u1"}"#, Some("k1"), None),
        (r#"{"commentId":7,"id":"c1","userId":9}"#, Some("7"), Some("9")),
        (r#"{"id":"c1"}"#, None, None),
        (r#"{"comment":{"id":"k1","text":"Seen."}}"#, Some("k1"), None),
        (r#"{"message":"ok"}"#, None, None),
        ("", None, None),
        ("[]", None, None),
    ] {
        let (done, _) = send(vec![answer(201, body)], &comment, &[]).await;
        let expected = Receipt { remote_ref: id.map(Into::into), me_id: me.map(Into::into) };
        assert_eq!(done.ok(), Some(Submitted::Done(expected)), "{body}");
    }
}

#[tokio::test]
async fn each_answer_that_is_no_success_ends_where_its_kind_belongs() {
    let process = action("process", &json!({}), &json!({}));
    for (script, expected) in [
        (answer(400, r#"{"code":"CRS-1","message":"no"}"#), AndNow::Invalid),
        (answer(401, r#"{"message":"no"}"#), AndNow::SignIn),
        (answer(403, r#"{"message":"no"}"#), AndNow::Forbidden),
        (answer(404, r#"{"message":"no"}"#), AndNow::Gone),
        (answer(409, r#"{"message":"no"}"#), AndNow::Conflict),
        (answer(400, "<html>"), AndNow::Doubtful),
        (answer(400, r#"{"x":1}"#), AndNow::Doubtful),
        (answer(500, r#"{"message":"no"}"#), AndNow::Doubtful),
        (answer(429, ""), AndNow::Later(None)),
        (reply(200, "content-type: text/html\r\n", "<html>"), AndNow::Doubtful),
        (answer(200, r#"{"message":"#), AndNow::Doubtful),
        (answer(200, r#"{"code":"CRS-1","message":"no"}"#), AndNow::Doubtful),
        (answer(200, r#"{"status":500,"error":"Internal"}"#), AndNow::Doubtful),
        (Script::Reset, AndNow::Doubtful),
    ] {
        let (done, asked) = send(vec![script], &process, &[]).await;
        let error = done.expect_err("no success");
        assert_eq!(error.and_now, expected, "{}", error.message);
        assert_eq!(asked.len(), 1, "sent once");
        assert!(!error.message.contains("planted-key"));
    }
}

#[tokio::test]
async fn what_is_switched_off_or_forbidden_by_the_flavour_is_never_sent() {
    let none = json!({});
    for (name, fields, but) in [
        ("comment", json!({"text": "x"}), ("allow_comments", "false")),
        ("tag", json!({"tag": "x"}), ("allow_tags", "false")),
        ("turn-around-time", json!({"days": 1}), ("allow_turn_around_time", "false")),
        ("delete-metadata", json!({}), ("allow_metadata", "false")),
        ("owner", json!({"owner": "u2"}), ("allow_owners", "false")),
        ("owner", json!({"owner": "u2"}), ("flavour", "connected-insights")),
        ("delete-file", json!({"file": "f"}), ("allow_delete_files", "false")),
        ("status", json!({"to": "Complete/CLOSED"}), ("flavour", "trusight")),
        ("comment", json!({"text": "  "}), ("flavour", "trusight")),
    ] {
        let (done, asked) = send(vec![], &action(name, &fields, &none), &[but]).await;
        assert_eq!(
            (done.map_err(|error| error.and_now), asked.len()),
            (Err(AndNow::Invalid), 0),
            "{name} with {but:?}"
        );
    }
}

#[tokio::test]
async fn a_file_is_sent_as_the_one_part_of_a_form() {
    let content = b"%PDF-1.7 made up".to_vec();
    let about = OutFile::of("scan.pdf", &content);
    let attach = action("attach", &json!({"file": [about]}), &json!({}));
    let file = Enclosed { about, content };
    let target = Target {
        external_id: "c1".into(),
        kind: ItemKind::Case,
        parent: None,
        created: None,
        updated: None,
        feed_time: None,
        identifiers: vec![],
    };
    for (part, files, sent) in [
        ("file", vec![file.clone()], true),
        ("attachment", vec![file.clone()], true),
        ("file", vec![], false),
        ("file", vec![file.clone(), file.clone()], false),
        ("file", vec![Enclosed { about: OutFile::of("other.pdf", b"x"), ..file }], false),
    ] {
        let server = Server::start(vec![answer(200, r#"{"id": "f1", "createdBy": {"id": "u1"}}"#)]).await;
        let but = [("allow_attach_files", "true"), ("file_part", part)];
        let replied = system(&server.base, &but).submit_with(&target, &attach, files).await;
        let requests = server.requests();
        assert_eq!((replied.is_ok(), requests.len()), (sent, usize::from(sent)), "{replied:?}");
        let Some(request) = requests.first() else { continue };
        assert_eq!(first_line(request), "POST /crs/api/v1/cases/c1/files");
        assert!(request.to_lowercase().contains("content-type: multipart/form-data; boundary=rounds-"), "{request}");
        assert!(request.contains(&format!("name=\"{part}\"; filename=\"scan.pdf\"")), "{request}");
        let receipt = Receipt { remote_ref: Some("f1".into()), me_id: Some("u1".into()) };
        assert_eq!(replied.ok(), Some(Submitted::Done(receipt)));
    }
}
