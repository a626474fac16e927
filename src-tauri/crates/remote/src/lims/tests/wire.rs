//! What goes over the wire, to a server of a few lines.

use chrono::DateTime;
use rounds_domain::error::AndNow;
use serde_json::json;

use super::{
    super::actions::{CREATE_CASE, UPDATE_PATIENT},
    action, case, example, lab,
};
use crate::{
    seam::{RemoteSystem, SignInReply, Submitted},
    wire::testing::{Script, Server, head, json as reply_json, reply},
};

const DONE: &str = include_str!("../../../fixtures/lims/reply-own.json");

#[tokio::test]
async fn a_case_is_posted_once_with_the_token_below_the_prefix_of_the_connection() {
    for (address, settings, path) in [
        ("", &[][..], "/v4/lims/cases"),
        ("", &[("prefix", "/api/v4")][..], "/api/v4/lims/cases"),
        ("/api/v4/", &[][..], "/api/v4/lims/cases"),
        ("/v4/lims/cases", &[("prefix", "/api/v4")][..], "/v4/lims/cases"),
        ("/lab", &[][..], "/lab/v4/lims/cases"),
    ] {
        let server = Server::start(vec![reply_json(201, DONE)]).await;
        let lab = lab(&format!("{}{address}", server.base), settings);
        let sent = lab.send(&action(CREATE_CASE, &case(&json!({"patient": example()})))).await;
        assert!(matches!(sent, Ok(Submitted::Told(..))), "{address}: {sent:?}");
        let [request] = &server.requests()[..] else { panic!("once: {:?}", server.requests()) };
        assert!(request.starts_with(&format!("POST {path} HTTP/1.1\r\n")), "{request}");
        let head = request.to_ascii_lowercase();
        assert!(head.contains("authorization: bearer planted-token\r\n"), "{request}");
        assert!(head.contains("content-type: application/json\r\n"), "{request}");
    }
}

#[tokio::test]
async fn the_header_of_the_token_is_the_connections() {
    let server = Server::start(vec![reply_json(201, DONE)]).await;
    let lab = lab(&server.base, &[("auth_header", "X-Api-Key"), ("auth_scheme", "none")]);
    lab.send(&action(CREATE_CASE, &case(&json!({"patient": example()})))).await.expect("taken");
    let request = server.requests().remove(0).to_ascii_lowercase();
    assert!(request.contains("x-api-key: planted-token\r\n") && !request.contains("authorization"), "{request}");
}

#[tokio::test]
async fn an_mrn_cannot_climb_the_path() {
    let server = Server::start(vec![reply(204, "", "")]).await;
    let lab = lab(&server.base, &[("patientMode", "option1")]);
    let change = |mrn: &str| action(UPDATE_PATIENT, &json!({"patientMRN": mrn, "contact": {"email": "a@example.org"}}));
    for mrn in ["..", "."] {
        let refused = lab.send(&change(mrn)).await.map_err(|error| error.and_now);
        assert_eq!(refused, Err(AndNow::Invalid), "{mrn}");
    }
    lab.send(&change("P1/../7?x")).await.expect("taken");
    let requests = server.requests();
    assert!(requests[0].starts_with("PATCH /v4/lims/patients/P1%2F..%2F7%3Fx HTTP/1.1\r\n"), "{requests:?}");
}

#[tokio::test]
async fn whatever_is_unclear_after_a_byte_may_have_left_is_doubt() {
    for script in [
        Script::Reset,
        Script::ReplyAndHold(head(201, "", 900, "{\"patient\"")),
        Script::Reply(head(201, "", 900, "{\"patient\"")),
        reply(302, "location: https://portal.example.org/\r\n", ""),
    ] {
        let server = Server::start(vec![script]).await;
        let sent = lab(&server.base, &[]).send(&action(CREATE_CASE, &case(&json!({"patient": example()})))).await;
        assert_eq!(sent.map_err(|error| error.and_now), Err(AndNow::Doubtful));
    }
}

#[tokio::test]
async fn a_token_that_was_refused_is_not_called_good() {
    let now = DateTime::UNIX_EPOCH;
    let server = Server::start(vec![reply_json(401, r#"{"statusCode":401,"message":"Unauthorized"}"#)]).await;
    let lab = lab(&server.base, &[]);
    let Ok(SignInReply::Untold(told)) = lab.sign_in(now).await else { panic!("nothing speaks against it yet") };
    assert!(told.notes.iter().any(|note| note.contains("when something is first sent")), "{told:?}");
    assert_eq!(server.requests().len(), 0, "no address tells without making something");
    let refused = lab.send(&action(CREATE_CASE, &case(&json!({"patient": example()})))).await;
    assert_eq!(refused.map_err(|error| error.and_now), Err(AndNow::SignIn));
    let signed_in = lab.sign_in(now).await.map_err(|error| error.and_now);
    assert!(matches!(signed_in, Err(AndNow::SignIn)));
}
