use std::time::Duration;

use rounds_domain::error::{AndNow, RemoteError};

use super::*;
use crate::wire::testing::{Script, Server, head, json as reply_json, reply};

/// The document's error examples with their statuses, and what each means for a read.
const ERRORS: [(u16, &str, AndNow, &str); 5] = [
    (
        401,
        include_str!("../../../fixtures/carevalidate/error-authentication-error.json"),
        AndNow::SignIn,
        "Unauthorized",
    ),
    (
        400,
        include_str!("../../../fixtures/carevalidate/error-missing-required-parameters.json"),
        AndNow::Invalid,
        "startTime must be a valid ISO 8601 datetime",
    ),
    (
        400,
        include_str!("../../../fixtures/carevalidate/error-invalid-date-range.json"),
        AndNow::Invalid,
        "endTime must be later than startTime",
    ),
    (
        400,
        include_str!("../../../fixtures/carevalidate/error-date-range-too-large.json"),
        AndNow::Invalid,
        "cannot exceed 60 days",
    ),
    (400, include_str!("../../../fixtures/carevalidate/error-invalid-status.json"), AndNow::Invalid, "Invalid status."),
];

async fn read_error(script: Script) -> RemoteError {
    let server = Server::start(vec![script]).await;
    pull(&system(&server.base), None).await.expect_err("a page that must not be taken")
}

#[tokio::test]
async fn each_documented_error_is_told_in_the_remotes_own_words() {
    for (status, body, and_now, words) in ERRORS {
        let error = read_error(reply_json(status, body)).await;
        assert_eq!(error.and_now, and_now, "{words}");
        assert!(error.message.contains(words), "{}", error.message);
        let in_a_200 = read_error(reply_json(200, body)).await;
        assert_eq!(in_a_200.and_now, and_now, "in a 200: {words}");
    }
}

#[tokio::test]
async fn what_stands_in_the_way_of_a_page_is_told_by_what_to_do() {
    let later = |seconds| AndNow::Later(Some(Duration::from_secs(seconds)));
    let date = "retry-after: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
    for (script, expected) in [
        (reply_json(200, r#"{"status":200,"success":true,"data":{"cases":[{"id":"#), AndNow::Doubtful),
        (Script::Reply(head(200, "", 900, r#"{"status":200"#)), AndNow::Doubtful),
        (reply(200, "content-type: text/html\r\n", "<html>Sign in to Guest Wi-Fi</html>"), AndNow::Doubtful),
        (reply(302, "location: https://portal.example.org/login?key=1\r\n", ""), AndNow::Doubtful),
        (reply_json(200, r#"{"status":200,"success":false}"#), AndNow::Doubtful),
        (reply_json(200, r#"{"status":200,"success":true}"#), AndNow::Doubtful),
        (reply(204, "", ""), AndNow::Doubtful),
        (Script::Reset, AndNow::Later(None)),
        (Script::ReplyAndHold(head(200, "", 900, r#"{"status":200"#)), AndNow::Later(None)),
        (reply(429, "retry-after: 7\r\n", "slow down"), later(7)),
        (reply(429, date, ""), later(0)),
        (reply(429, "retry-after: 864000\r\n", ""), later(3600)),
        (reply(429, "", ""), AndNow::Later(None)),
        (reply(503, "retry-after: 9\r\n", ""), later(9)),
        (reply(500, "", "oops"), AndNow::Later(None)),
        (reply(408, "", ""), AndNow::Later(None)),
        (reply(401, "", ""), AndNow::SignIn),
        (reply(403, "", ""), AndNow::Forbidden),
        (reply(404, "", ""), AndNow::Invalid),
    ] {
        let what = match &script {
            Script::Reply(bytes) | Script::ReplyAndHold(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Script::Reset => "a reset".into(),
        };
        let error = read_error(script).await;
        assert_eq!(error.and_now, expected, "{what}: {}", error.message);
        for hidden in ["planted-key", "key=1", "startTime", "127.0.0.1", "<html"] {
            assert!(!error.message.contains(hidden), "{what}: {}", error.message);
        }
    }
}

#[tokio::test]
async fn a_page_cut_short_says_how_much_came_and_that_it_is_read_again() {
    let error = read_error(Script::Reply(head(200, "", 2000, &"x".repeat(812)))).await;
    assert_eq!(
        error.message,
        "CareValidate's reply broke off after 812 bytes; nothing of this page was kept and it will be read again."
    );
}

#[tokio::test]
async fn nobody_listening_is_offline() {
    let address = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        format!("http://{}", listener.local_addr().expect("an address"))
    };
    let error = pull(&system(&address), None).await.expect_err("nobody is there");
    assert_eq!(error.and_now, AndNow::Offline, "{}", error.message);
}

#[tokio::test]
async fn the_remotes_words_are_shown_without_key_query_or_length() {
    let long = "very ".repeat(200);
    for (words, shown) in [
        ("Key planted-key is not known", "“Key … is not known”"),
        ("See https://help.example.org/x?patient=1 now", "“See https://help.example.org/x now”"),
        (" two\\nlines\\u0007 ", "“two lines”"),
        (long.as_str(), "…”"),
    ] {
        let body = format!(r#"{{"status":400,"success":false,"message":"Invalid request","error":"{words}"}}"#);
        let error = read_error(reply_json(400, &body)).await;
        assert!(error.message.contains(shown) && error.message.len() < 600, "{}", error.message);
    }
    let error = read_error(reply_json(400, r#"{"status":400,"success":false,"message":"Generic"}"#)).await;
    assert!(error.message.contains("Generic"), "message where there is no error: {}", error.message);
}
