//! Replies that are spoiled on their way: cut, slowed, or not the system's own at all.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::stream;
use serde_json::Value;

use super::kinds::ContentLength;
use crate::exchange::Answer;

/// The status and body asked for; without a body, the system's own error shape.
pub(crate) fn status(
    code: u16,
    body: Option<&Value>,
    headers: &BTreeMap<String, String>,
    own: impl Fn(StatusCode) -> Value,
) -> Answer {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = match body {
        Some(Value::String(text)) => Answer::typed(status, "text/plain; charset=utf-8", text.clone()),
        Some(body) => Answer::json(status, body),
        None => Answer::json(status, &own(status)),
    };
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(value)) {
            answer.headers.insert(name, value);
        }
    }
    answer
}

/// 200 with the page of something in between.
pub(crate) fn html() -> Answer {
    const PAGE: &str = "<!DOCTYPE html>\n<html><head><title>Sign in to the network</title></head>\
        <body><h1>Welcome</h1><p>Please accept the terms of use to go on.</p></body></html>\n";
    Answer::typed(StatusCode::OK, "text/html; charset=utf-8", PAGE)
}

/// The first half of the answer, cut inside a character's reach but never at the very end.
pub(crate) fn cut(answer: Answer, claim: ContentLength) -> Response {
    let whole = answer.body.len();
    let half = answer.body.slice(..whole / 2);
    match claim {
        ContentLength::Right => Answer { body: half, ..answer }.into_response(),
        ContentLength::TooLong => {
            let parts = [Ok(half), Err(io::Error::other("cut by the simulator"))];
            with_body(answer, whole, Body::from_stream(stream::iter(parts)))
        }
    }
}

/// The answer's body a few bytes at a time, ten times a second.
pub(crate) fn slowed(answer: Answer, bytes_per_second: u64) -> Response {
    let step = usize::try_from(bytes_per_second / 10).unwrap_or(usize::MAX).max(1);
    let pause = Duration::from_micros((step as u64).saturating_mul(1_000_000) / bytes_per_second.max(1));
    let body = answer.body.clone();
    let chunks = stream::unfold(body, move |mut rest: Bytes| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let chunk = rest.split_to(step.min(rest.len()));
        Some((Ok::<_, io::Error>(chunk), rest))
    });
    let length = answer.body.len();
    with_body(answer, length, Body::from_stream(chunks))
}

fn with_body(answer: Answer, length: usize, body: Body) -> Response {
    let mut response = (answer.status, answer.headers, body).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}
