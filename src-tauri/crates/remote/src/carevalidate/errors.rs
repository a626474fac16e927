//! What CareValidate says when it says no: `{status, success: false, message, error, code?}`; `error` is the text for a
//! person, `message` is generic ("Error Responses").

use rounds_domain::error::{AndNow, RemoteError};
use serde_json::Value;

use super::{
    declaration::TITLE,
    lenient::{Lenient, Text},
};
use crate::wire::{
    Reply,
    outcome::{self, Refusal},
};

/// The most of the remote's own words that is shown.
const WORDS: usize = 300;

/// A refusal, read from a complete reply. `key` is never shown, should the remote repeat it.
pub(super) fn refusal(reply: &Reply, key: &str) -> Refusal {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let fields = body.as_ref().and_then(Value::as_object);
    let blank = reply.body.iter().all(u8::is_ascii_whitespace);
    Refusal {
        status: reply.status.as_u16(),
        retry_after: reply.retry_after,
        words: fields
            .and_then(|fields| Text::read(fields.get("error")).or_else(|| Text::read(fields.get("message"))))
            .map(|words| safe(&words, key)),
        clean: blank || fields.is_some_and(|fields| Option::<bool>::read(fields.get("success")) != Some(true)),
    }
}

/// A read that was refused.
pub(super) fn read(refusal: &Refusal) -> RemoteError {
    let error = outcome::refused_read(TITLE, refusal);
    match error.and_now {
        AndNow::SignIn => {
            key_refused(refusal, "Nothing is lost; what is here stays readable. Check the connection's API key.")
        }
        // The address of the list exists at CareValidate, whatever cases there are.
        AndNow::Gone => RemoteError::new(
            AndNow::Invalid,
            format!("There is no {TITLE} at this address (status {}). Check the connection's address.", refusal.status),
        ),
        _ => error,
    }
}

/// A write that was refused. An unknown case is a 400 that says "No Case found" (the sheet, "Errors").
pub(super) fn write(refusal: &Refusal) -> RemoteError {
    let unknown = refusal.status == 400 && refusal.words.as_deref().is_some_and(names_no_case);
    if unknown && refusal.clean {
        return outcome::refused_write(TITLE, &Refusal { status: 404, ..refusal.clone() });
    }
    let error = outcome::refused_write(TITLE, refusal);
    match error.and_now {
        AndNow::SignIn => key_refused(
            refusal,
            "What you wrote is saved here. If reading works, this case may belong to another organization.",
        ),
        _ => error,
    }
}

fn names_no_case(words: &str) -> bool {
    words.to_ascii_lowercase().contains("no case found")
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
    // Looked for in what is shown: something inside the key that is left out of it would hide the key until then.
    let line = if key.is_empty() { line } else { line.replace(key, "…") };
    match line.char_indices().nth(WORDS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
