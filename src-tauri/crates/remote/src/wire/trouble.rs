//! What a request came to on the wire, before anything is made of it.

use std::{
    error::Error as _,
    time::{Duration, SystemTime},
};

use reqwest::{StatusCode, header};

use super::retry_after;

/// A reply that was read to its end.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// Its status.
    pub(crate) status: StatusCode,
    /// How long it asks to wait.
    pub(crate) retry_after: Option<Duration>,
    /// The media type it names, without parameters.
    pub(crate) media_type: Option<String>,
    /// Its body, unpacked.
    pub(crate) body: Vec<u8>,
}

/// Why there is no reply that was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No connection could be made; nothing was sent.
    NoConnection {
        /// What stood in the way, for a person.
        why: &'static str,
    },
    /// The connection was made, and broke before a reply began.
    Lost,
    /// Nothing, or not everything, came in time.
    TimedOut {
        /// How many bytes of the reply had come; `None` when it had not begun.
        after: Option<usize>,
    },
    /// The reply began and broke off.
    BrokeOff {
        /// The status it began with.
        status: StatusCode,
        /// How many bytes of it had come.
        after: usize,
    },
    /// The reply is longer than is read.
    TooLong {
        /// The limit in bytes.
        limit: usize,
    },
    /// The reply holds more values than are read.
    TooMany {
        /// The limit.
        limit: usize,
    },
    /// The reply sends us elsewhere.
    Redirected {
        /// To which host, when it names one.
        host: Option<String>,
    },
    /// The request could not be made; nothing was sent.
    NotMade,
}

/// What a failed send means.
pub(super) fn of_send(error: &reqwest::Error) -> Trouble {
    if error.is_connect() {
        Trouble::NoConnection { why: why_no_connection(error) }
    } else if error.is_timeout() {
        Trouble::TimedOut { after: None }
    } else if error.is_builder() {
        Trouble::NotMade
    } else {
        Trouble::Lost
    }
}

/// How much of a reply is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Bytes.
    pub(super) bytes: usize,
    /// Values, by the commas and brackets between them; those inside texts count, too. What is no data may hold any number.
    pub(super) values: usize,
}

/// Reads a reply to its end. What it promises in `Content-Length` is checked before it is read, the rest as it comes.
pub(super) async fn read(mut response: reqwest::Response, most: Most) -> Result<Reply, Trouble> {
    let limit = most.bytes;
    let status = response.status();
    let named = |name: header::HeaderName| response.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = named(header::RETRY_AFTER).and_then(|value| retry_after::read(value, SystemTime::now()));
    let media_type = named(header::CONTENT_TYPE)
        .and_then(|value| value.split(';').next())
        .map(|value| value.trim().to_ascii_lowercase())
        .filter(|value| !value.is_empty());
    if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
        let location = named(header::LOCATION);
        // "See other" that has data of its own to say, or a body and nowhere to send us, is a reply like any other.
        let is_data = media_type.as_deref().is_some_and(|kind| kind == "application/json" || kind.ends_with("+json"));
        let says = is_data || (location.is_none() && response.content_length() != Some(0));
        if !(status == StatusCode::SEE_OTHER && says) {
            let host = location
                .and_then(|location| response.url().join(location).ok())
                .and_then(|url| url.host_str().map(str::to_owned));
            return Err(Trouble::Redirected { host });
        }
    }
    if response.content_length().is_some_and(|length| length > limit as u64) {
        return Err(Trouble::TooLong { limit });
    }
    let mut body = Vec::new();
    let mut values = 0;
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > limit => return Err(Trouble::TooLong { limit }),
            Ok(Some(chunk)) => {
                values += chunk.iter().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count();
                if values > most.values {
                    return Err(Trouble::TooMany { limit: most.values });
                }
                body.extend_from_slice(&chunk);
            }
            Ok(None) => return Ok(Reply { status, retry_after, media_type, body }),
            Err(error) if error.is_timeout() => return Err(Trouble::TimedOut { after: Some(body.len()) }),
            Err(_) => return Err(Trouble::BrokeOff { status, after: body.len() }),
        }
    }
}

/// Words for why no connection could be made. Only kinds of causes are told, never the texts of the causes themselves:
/// those can hold addresses.
fn why_no_connection(error: &reqwest::Error) -> &'static str {
    if error.is_dns() {
        return "its name was not found";
    }
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.downcast_ref::<rustls::Error>().is_some() {
            return "no secure connection could be made: its certificate or encryption was not accepted";
        }
        if let Some(io) = inner.downcast_ref::<std::io::Error>() {
            if io.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_some() {
                return "no secure connection could be made: its certificate or encryption was not accepted";
            }
            if let Some(why) = why_io(io.kind()) {
                return why;
            }
        }
        cause = inner.source();
    }
    if error.is_timeout() { "it did not answer in time" } else { "the connection could not be made" }
}

/// Words for a kind of failure that says enough by itself.
pub(super) fn why_io(kind: std::io::ErrorKind) -> Option<&'static str> {
    match kind {
        std::io::ErrorKind::ConnectionRefused => Some("it refused the connection"),
        std::io::ErrorKind::NetworkUnreachable | std::io::ErrorKind::HostUnreachable => {
            Some("there is no way to it on this network")
        }
        std::io::ErrorKind::TimedOut => Some("it did not answer in time"),
        _ => None,
    }
}
