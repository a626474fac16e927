//! What Illumina says when it says no: `{code, message}` on 400, at least `message` otherwise (the sheet, "Errors").

use rounds_domain::error::{AndNow, RemoteError};
use serde_json::{Map, Value};

use super::declaration::TITLE;
use crate::{
    kept,
    lenient::{Lenient, Text},
    wire::{
        Reply,
        outcome::{self, Refusal},
    },
};

/// The most of the remote's own words that is shown.
const WORDS: usize = 300;

/// A refusal, read from a complete reply. `key` is never shown, should the remote repeat it.
pub(super) fn refusal(reply: &Reply, key: &str) -> Refusal {
    let fields = object(&reply.body);
    let blank = reply.body.iter().all(u8::is_ascii_whitespace);
    let told = |name: &str| fields.as_ref().and_then(|fields| Text::read(fields.get(name)));
    let words = match (told("code"), told("message")) {
        (Some(code), Some(message)) => Some(format!("{message} ({code})")),
        (code, message) => message.or(code).or_else(|| told("error")),
    };
    Refusal {
        status: reply.status.as_u16(),
        retry_after: reply.retry_after,
        clean: blank || words.is_some(),
        words: words.map(|words| safe(&words, key)),
    }
}

/// A read that was refused.
pub(super) fn read(refusal: &Refusal) -> RemoteError {
    let error = outcome::refused_read(TITLE, refusal);
    match error.and_now {
        AndNow::SignIn => {
            key_refused(refusal, "Nothing is lost; what is here stays readable. Check the connection's API key.")
        }
        _ => error,
    }
}

/// A write that was refused.
pub(super) fn write(refusal: &Refusal) -> RemoteError {
    let error = outcome::refused_write(TITLE, refusal);
    match error.and_now {
        AndNow::SignIn => {
            key_refused(refusal, "What you did is saved here. If reading works, the key may not permit this.")
        }
        _ => error,
    }
}

/// The fields of a reply that is an object.
pub(super) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    match kept::parse(text(body).as_ref())?.0 {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

/// A body as text. A broken character costs that character, not the reply.
pub(super) fn text(body: &[u8]) -> String {
    String::from_utf8_lossy(body).trim_start_matches('\u{feff}').to_owned()
}

/// Whether the fields of a reply with a 2xx say that it failed after all.
pub(super) fn says_no(fields: &Map<String, Value>) -> bool {
    let present = |key: &str| Text::read(fields.get(key)).is_some() || fields.get(key).is_some_and(Value::is_object);
    let status = Text::read(fields.get("status")).and_then(|status| status.trim().parse::<u16>().ok());
    present("error") || present("code") || status.is_some_and(|status| status >= 400)
}

fn key_refused(refusal: &Refusal, what_now: &str) -> RemoteError {
    let words = refusal.words.as_ref().map(|words| format!(": “{words}”")).unwrap_or_default();
    RemoteError::new(AndNow::SignIn, format!("{TITLE} refused the API key{words}. {what_now}"))
}

/// The remote's words, fit to be shown: one line, not long, no key, no query of an address.
fn safe(words: &str, key: &str) -> String {
    let words: Vec<&str> = words
        .split_whitespace()
        .map(|word| match word.split_once('?') {
            Some((address, _)) if word.contains("://") => address,
            _ => word,
        })
        .collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    let line = if key.is_empty() { line } else { line.replace(key, "…") };
    match line.char_indices().nth(WORDS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
