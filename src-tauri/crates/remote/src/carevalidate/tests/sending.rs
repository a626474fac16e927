use rounds_domain::{
    action::Fields,
    error::{AndNow, RemoteError},
    item::ItemKind,
};

use super::*;
use crate::{
    seam::{Receipt, Submitted},
    wire::testing::{Script, Server, head, json as reply_json, reply},
};

fn fields(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

async fn send(server: &Server, given: Value) -> Result<Submitted, RemoteError> {
    let case = target("case/1", "2026-10-05T12:00:00Z");
    system(&server.base).send(&case, actions::COMMENT, &fields(given), &[]).await
}

async fn send_error(script: Script) -> RemoteError {
    let server = Server::start(vec![script]).await;
    let error = send(&server, json!({"text": "Please call."})).await.expect_err("no confirmation");
    assert_eq!(server.requests().len(), 1, "a write is sent once");
    error
}

#[tokio::test]
async fn a_comment_is_an_internal_note_unless_the_person_chooses_otherwise() {
    for (given, restricted) in [
        (json!({"text": "Please call."}), true),
        (json!({"text": "Please call.", "internal": null}), true),
        (json!({"text": "Please call.", "internal": true}), true),
        (json!({"text": "Please call.", "internal": false}), false),
        (json!({"text": "Please call.", "internal": "false"}), false),
    ] {
        let server = Server::start(vec![reply_json(200, r#"{"status":200,"success":true,"data":{"id":"c1"}}"#)]).await;
        let receipt = Receipt { remote_ref: Some("c1".into()), me_id: None };
        assert_eq!(send(&server, given.clone()).await, Ok(Submitted::Done(receipt)), "{given}");
        let asked = &server.requests()[0];
        assert!(asked.starts_with("POST /api/v1/cases/case%2F1 HTTP"), "{asked}");
        assert!(
            asked.contains("cv-api-key: planted-key") && asked.contains("content-type: application/json"),
            "{asked}"
        );
        let (_, body) = asked.split_once("\r\n\r\n").expect("a body");
        let expected = json!({"action": "ADD_COMMUNICATION", "communication": {"text": "Please call.",
            "isRestricted": restricted, "author": {"email": "ana@example.org", "firstName": "Ana", "lastName": "Ruiz"}}});
        assert_eq!(serde_json::from_str::<Value>(body).expect("JSON"), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_before_it_leaves() {
    let server = Server::start(vec![]).await;
    let order = Target { kind: ItemKind::Order, ..target("o", "2026-10-05T12:00:00Z") };
    let system = system(&server.base);
    let given = fields(json!({"text": "x"}));
    let case = target("a", "2026-10-05T12:00:00Z");
    let with_file = fields(json!({"text": "x", "file": [rounds_domain::file::OutFile::of("a.txt", b"x")]}));
    for refused in [
        send(&server, json!({})).await,
        send(&server, json!({"text": " \n"})).await,
        send(&server, json!({"text": 7})).await,
        system.send(&order, actions::COMMENT, &given, &[]).await,
        system.send(&order, actions::CLOSE, &given, &[]).await,
        system.send(&case, actions::COMMENT, &with_file, &[]).await,
        system.send(&case, actions::CLOSE_PRODUCT, &fields(json!({"product": "p1"})), &[]).await,
        system.send(&case, actions::CLOSE_PRODUCT, &fields(json!({"product": " ", "reason": "x"})), &[]).await,
        system.send(&target("a", "2026-10-05T12:00:00Z"), "approve", &given, &[]).await,
        system.send(&target("..", "2026-10-05T12:00:00Z"), actions::COMMENT, &given, &[]).await,
    ] {
        assert_eq!(refused.map_err(|error| error.and_now), Err(AndNow::Invalid));
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn only_a_documented_no_counts_as_a_no() {
    let body = |status: u16, error: &str| {
        format!(r#"{{"status":{status},"success":false,"message":"Invalid request","error":"{error}"}}"#)
    };
    let later = AndNow::Later(Some(std::time::Duration::from_secs(7)));
    for (script, expected) in [
        (reply_json(400, &body(400, "No Case found with given id")), AndNow::Gone),
        (reply_json(400, &body(400, "No Case Product found with id p1")), AndNow::Invalid),
        (reply_json(400, &body(400, "text is required")), AndNow::Invalid),
        (reply_json(413, &body(413, "Payload too large")), AndNow::Invalid),
        (reply_json(401, &body(401, "Unauthorized")), AndNow::SignIn),
        (reply(401, "", ""), AndNow::SignIn),
        (reply_json(403, &body(403, "Forbidden")), AndNow::Forbidden),
        (reply_json(404, &body(404, "Not found")), AndNow::Gone),
        (reply_json(409, &body(409, "Conflict")), AndNow::Conflict),
        (reply_json(422, &body(422, "Unprocessable")), AndNow::Invalid),
        (reply(429, "retry-after: 7\r\n", "<html>slow down</html>"), later),
        (reply(403, "", "<html>blocked</html>"), AndNow::Doubtful),
        (reply_json(401, r#"{"success":true}"#), AndNow::Doubtful),
        (Script::Reply(head(401, "", 900, r#"{"status":401"#)), AndNow::Doubtful),
        (reply_json(500, &body(500, "oops")), AndNow::Doubtful),
        (reply(503, "retry-after: 7\r\n", ""), AndNow::Doubtful),
        (reply(408, "", ""), AndNow::Doubtful),
        (reply(200, "", "<html>ok</html>"), AndNow::Doubtful),
        (reply_json(200, r#"{"status":200,"success":true"#), AndNow::Doubtful),
        (reply_json(200, &body(400, "No Case found")), AndNow::Doubtful),
        (Script::Reply(head(200, "", 900, r#"{"status":200,"success":true}"#)), AndNow::Doubtful),
        (reply(302, "location: /elsewhere\r\n", ""), AndNow::Doubtful),
        (Script::Reset, AndNow::Doubtful),
        (Script::ReplyAndHold(Vec::new()), AndNow::Doubtful),
    ] {
        let what = match &script {
            Script::Reply(bytes) | Script::ReplyAndHold(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Script::Reset => "a reset".into(),
        };
        let error = send_error(script).await;
        assert_eq!(error.and_now, expected, "{what}: {}", error.message);
        assert!(!error.message.contains("Please call."), "{what}: {}", error.message);
    }
}

#[tokio::test]
async fn nobody_listening_means_that_nothing_was_sent() {
    let base = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let case = target("a", "2026-10-05T12:00:00Z");
    let error =
        system(&base).send(&case, actions::COMMENT, &fields(json!({"text": "x"})), &[]).await.expect_err("nobody");
    assert_eq!(error.and_now, AndNow::Offline);
}
