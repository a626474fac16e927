use chrono::Utc;
use reqwest::StatusCode;
use rounds_domain::error::{AndNow, RemoteError};
use serde_json::{Value, json};

use super::system;
use crate::{
    ambra::{
        Ambra,
        errors::{self, No, Said},
    },
    seam::RemoteSystem,
    wire::{
        Reply,
        testing::{Server, json as scripted},
    },
};

fn reply(status: u16, body: &str) -> (Reply, Option<serde_json::Map<String, Value>>) {
    let status = StatusCode::from_u16(status).expect("a status");
    let fields = serde_json::from_str::<Value>(body).ok().and_then(|value| value.as_object().cloned());
    (Reply { status, retry_after: None, media_type: None, body: body.into() }, fields)
}

fn read(status: u16, body: &str) -> RemoteError {
    let (reply, fields) = reply(status, body);
    errors::of_read(&reply, fields.as_ref()).error("it")
}

fn written(status: u16, body: &str) -> RemoteError {
    let (reply, fields) = reply(status, body);
    errors::of_write(&reply, fields.as_ref()).error("it")
}

#[test]
fn every_type_of_error_says_what_can_be_done() {
    for (word, and_now) in [
        ("NOT_FOUND", AndNow::Gone),
        ("NOT_PERMITTED", AndNow::Forbidden),
        ("STALE", AndNow::Conflict),
        ("LOCKED", AndNow::Conflict),
        ("SINGLETON", AndNow::Forbidden),
        ("INVALID_TAG", AndNow::Invalid),
        ("INVALID_CASE_STATUS", AndNow::Invalid),
        ("NOT_IN_ACCOUNT", AndNow::Invalid),
        ("DELAY_OR_MATCH", AndNow::Invalid),
        ("INVALID_DELAY", AndNow::Invalid),
        ("INVALID_JSON", AndNow::Invalid),
        ("INVALID_CUSTOMFIELD", AndNow::Invalid),
        ("INVALID_FIELD", AndNow::Invalid),
        ("INVALID_CONDITION", AndNow::Invalid),
        ("INVALID_FLAG", AndNow::Invalid),
        ("INVALID_OBJECT", AndNow::Invalid),
        ("INVALID_ACTION", AndNow::Invalid),
        ("MISSING_FIELDS", AndNow::Invalid),
        ("INVALID_CREDENTIALS", AndNow::SignIn),
        ("LOCKOUT", AndNow::Forbidden),
        ("PASSWORD_RESET", AndNow::Forbidden),
        ("BLOCKED", AndNow::Forbidden),
        ("DISABLED", AndNow::Forbidden),
        ("SSO_ONLY", AndNow::Forbidden),
        ("INVALID_PIN", AndNow::Invalid),
        ("PIN_EXPIRED", AndNow::SignIn),
        ("EXPIRED", AndNow::SignIn),
        ("NEVER_HEARD_OF", AndNow::Invalid),
    ] {
        for kind in [json!(word), json!([word]), json!([word, "NEVER_HEARD_OF"]), json!(word.to_lowercase())] {
            let body =
                json!({"status": "ERROR", "error_type": kind, "error_subtype": ["filter.updated.ge"]}).to_string();
            for error in [read(412, &body), written(412, &body)] {
                assert_eq!(error.and_now, and_now, "{kind}");
                assert!(
                    error.message.contains(word) && error.message.contains("filter.updated.ge"),
                    "{}",
                    error.message
                );
            }
        }
    }
}

#[tokio::test]
async fn the_rarer_refusals_say_why_and_what_can_be_done() {
    for (word, and_now, says) in [
        ("WHITELIST_LOCKOUT", AndNow::Forbidden, "not allowed from this network"),
        ("BRAND_NOT_ALLOWED", AndNow::Forbidden, "cannot sign in at this address"),
        ("PUBLIC_KEY_EXPIRED", AndNow::Forbidden, "public key has expired"),
        ("BAD_PASSWORD", AndNow::Forbidden, "does not meet the account's rules"),
        ("USER_NOT_FOUND", AndNow::Invalid, "not a member of the account"),
        ("NOT_AVAILABLE", AndNow::Conflict, "not available now"),
    ] {
        let body = json!({"status": "ERROR", "error_type": [word]}).to_string();
        let mut told = vec![read(412, &body), written(412, &body)];
        if and_now == AndNow::Forbidden {
            let server = Server::start(vec![scripted(412, &body)]).await;
            told.push(signed_out(&server.base).sign_in(Utc::now()).await.expect_err(word));
            assert_eq!(server.requests().len(), 1, "{word}: tried once");
        }
        for error in told {
            assert_eq!(error.and_now, and_now, "{word}");
            assert!(error.message.contains(word) && error.message.contains(says), "{word}: {}", error.message);
        }
    }
    let wants = json!({"status": "OK", "sid": "planted-sid", "uuid": "u", "sign_required": 1}).to_string();
    let server = Server::start(vec![scripted(200, &wants)]).await;
    let error = signed_out(&server.base).sign_in(Utc::now()).await.expect_err("it wants a signature");
    assert_eq!((error.and_now, server.requests().len()), (AndNow::Forbidden, 1));
    assert!(error.message.contains("signed with a private key"), "{}", error.message);
}

/// A client that was never signed in.
fn signed_out(base_url: &str) -> Ambra {
    let ambra = system(base_url);
    ambra.forget("planted-sid");
    ambra
}

#[test]
fn what_a_person_may_have_typed_is_never_told() {
    let said = |subtype: Value| {
        let body = json!({"status": "ERROR", "error_type": "INVALID_CONDITION", "error_subtype": subtype,
            "error_data": {"patient": "Kovalchuk"}, "error_text": "Kovalchuk"});
        read(412, &body.to_string()).message
    };
    for subtype in
        [json!("Olena Kovalchuk"), json!(["Olena Kovalchuk", "x".repeat(61)]), json!({"name": "Kovalchuk^O"})]
    {
        let message = said(subtype);
        assert!(!message.contains("Kovalchuk") && !message.contains("xxxx"), "{message}");
    }
}

#[test]
fn the_status_decides_where_ambra_names_no_error() {
    let html = "<html>sign in</html>";
    let odd = r#"{"hint":1}"#;
    for (status, body, reading, writing) in [
        (401, "", AndNow::SignIn, AndNow::SignIn),
        (401, odd, AndNow::SignIn, AndNow::SignIn),
        (401, html, AndNow::SignIn, AndNow::Doubtful),
        (403, "", AndNow::Forbidden, AndNow::Forbidden),
        (403, html, AndNow::Forbidden, AndNow::Doubtful),
        (404, "", AndNow::Gone, AndNow::Gone),
        (405, odd, AndNow::Invalid, AndNow::Invalid),
        (400, odd, AndNow::Invalid, AndNow::Invalid),
        (412, odd, AndNow::Conflict, AndNow::Doubtful),
        (412, html, AndNow::Conflict, AndNow::Doubtful),
        (412, "", AndNow::Conflict, AndNow::Doubtful),
        (429, html, AndNow::Later(None), AndNow::Later(None)),
        (408, "", AndNow::Later(None), AndNow::Doubtful),
        (500, "", AndNow::Later(None), AndNow::Doubtful),
        (503, html, AndNow::Later(None), AndNow::Doubtful),
    ] {
        assert_eq!(read(status, body).and_now, reading, "reading {status} {body}");
        assert_eq!(written(status, body).and_now, writing, "writing {status} {body}");
    }
}

#[test]
fn an_error_that_came_as_a_success_is_an_error_to_a_reader_and_doubt_to_a_writer() {
    let body = r#"{"status":"ERROR","error_type":"NOT_FOUND"}"#;
    assert_eq!(read(200, body).and_now, AndNow::Gone);
    assert_eq!(written(200, body).and_now, AndNow::Doubtful);
    let error = r#"{"status":"ERROR","error_type":"LOCKED"}"#;
    assert_eq!(written(500, error).and_now, AndNow::Doubtful, "only a 412 is a business error");
}

#[test]
fn a_list_that_cannot_be_asked_so_is_told_from_other_refusals() {
    let said = |word: &str| No::Said(Said { types: vec![word.into()], subtypes: vec![] });
    assert!(said("INVALID_FIELD").is_about_the_list() && said("INVALID_SORT_FIELD").is_about_the_list());
    assert!(!said("NOT_PERMITTED").is_about_the_list());
}
