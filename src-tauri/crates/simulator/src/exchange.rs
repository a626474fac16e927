//! A request as a system sees it, and its answer: read whole, free of sockets, so that systems are plain functions.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use crate::stamp::Stamp;

/// A test may send this header with a write; the record of effects keeps its value.
pub(crate) const TEST_TAG: &str = "x-rounds-test-tag";

/// A request, body and all.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// Counts the requests of this simulator from 1.
    pub(crate) number: u64,
    pub(crate) received: Stamp,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The path's segments, without empty ones.
    pub(crate) fn segments(&self) -> Vec<&str> {
        self.path.split('/').filter(|part| !part.is_empty()).collect()
    }

    /// The query's pairs, percent-decoded, `+` read as a space.
    pub(crate) fn parameters(&self) -> Vec<(String, String)> {
        pairs(&self.query)
    }

    /// The pairs of an urlencoded form in the body.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        pairs(&String::from_utf8_lossy(&self.body))
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (percent_decoded(name), percent_decoded(value))
        })
        .collect()
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn json(status: StatusCode, body: &impl Serialize) -> Self {
        Self::typed(status, "application/json; charset=utf-8", serde_json::to_vec(body).unwrap_or_default())
    }

    pub(crate) fn typed(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
        Self { status, headers, body: body.into() }
    }

    /// The body as JSON, if it is that.
    pub(crate) fn value(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        (self.status, self.headers, self.body).into_response()
    }
}

fn percent_decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let rest = bytes.clone();
                let digits = (bytes.next().and_then(hex_digit), bytes.next().and_then(hex_digit));
                if let (Some(high), Some(low)) = digits {
                    out.push(high * 16 + low);
                } else {
                    out.push(b'%');
                    bytes = rest;
                }
            }
            other => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn query_values_are_decoded() {
        for (raw, text) in [
            ("2024-01-01T00%3A00%3A00%2B02%3A00", "2024-01-01T00:00:00+02:00"),
            ("OPEN%2CAPPROVED", "OPEN,APPROVED"),
            ("a+b", "a b"),
            ("100%", "100%"),
            ("%zz", "%zz"),
            ("%C5%81", "Ł"),
        ] {
            assert_eq!(percent_decoded(raw), text);
        }
    }
}
