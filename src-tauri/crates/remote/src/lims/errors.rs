//! What a LIMS says when it says no: the tree of its validation, `[{property, children, constraints}]`, or a bare string (the sheet,
//! "Errors and doubt"). Both become one message that names the field.

use rounds_domain::{
    error::{AndNow, RemoteError},
    secret,
};
use serde_json::Value;

use super::declaration::TITLE;
use crate::{
    lenient::{Lenient, Text},
    wire::{
        Reply,
        outcome::{self, Refusal},
    },
};

/// The most of the remote's own words that is shown.
const WORDS: usize = 600;
/// How deep a tree is read.
const DEPTH: usize = 32;
/// How many complaints are told; a person mends a few at a time.
const COMPLAINTS: usize = 12;

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// A new case.
    Case,
    /// A new patient record.
    Record,
    /// Changes of a patient record.
    Change,
}

/// A refusal, read from a complete reply. `secrets` are never shown, should the remote repeat them.
pub(super) fn refusal(reply: &Reply, secrets: &[String]) -> Refusal {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let blank = reply.body.iter().all(u8::is_ascii_whitespace);
    let status = reply.status.as_u16();
    let words = match &body {
        Some(value) => words(value),
        None => bare(reply).filter(|_| matches!(status, 400 | 422)),
    };
    Refusal {
        status,
        retry_after: reply.retry_after,
        // A scalar that is no text, or an empty list, is nothing that it writes.
        clean: blank || words.is_some() || body.as_ref().is_some_and(Value::is_object),
        words: words.map(|words| safe(&words, secrets)),
    }
}

/// A bare string that is not even JSON: taken for the LIMS's own only where nothing else would write it.
fn bare(reply: &Reply) -> Option<String> {
    let text = std::str::from_utf8(&reply.body).ok()?.trim();
    let is_text = matches!(reply.media_type.as_deref(), None | Some("text/plain" | "application/json"));
    (is_text && !outcome::is_web_page(reply) && !text.starts_with(['{', '[', '"'])).then(|| text.to_owned())
}

fn words(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Array(tree) => {
            let mut complaints = Vec::new();
            complain(tree, "", DEPTH, &mut complaints);
            let more = complaints.len().saturating_sub(COMPLAINTS);
            complaints.truncate(COMPLAINTS);
            if more > 0 {
                complaints.push(format!("and {more} more"));
            }
            (!complaints.is_empty()).then(|| complaints.join("; "))
        }
        // Frameworks wrap either form.
        Value::Object(fields) => ["message", "errors", "error"].iter().find_map(|key| words(fields.get(*key)?)),
        _ => None,
    }
}

/// The complaints of a validation tree, each with the path of its field. What stands beside them (the value, the target) may hold a
/// patient and is not read.
fn complain(tree: &[Value], within: &str, depth: usize, complaints: &mut Vec<String>) {
    for node in tree {
        let fields = match node {
            Value::String(text) => {
                complaints.push(text.clone());
                continue;
            }
            Value::Object(fields) => fields,
            _ => continue,
        };
        let property = Text::read(fields.get("property")).unwrap_or_default();
        let path = match (within.is_empty(), property.is_empty()) {
            (_, true) => within.to_owned(),
            (true, false) => property,
            (false, false) => format!("{within}.{property}"),
        };
        let constraints = fields.get("constraints").and_then(Value::as_object);
        for said in constraints.into_iter().flatten().filter_map(|(_, said)| Text::read(Some(said))) {
            complaints.push(if path.is_empty() { said } else { format!("{path}: {said}") });
        }
        if let Some(children) = fields.get("children").and_then(Value::as_array).filter(|_| depth > 0) {
            complain(children, &path, depth - 1, complaints);
        }
    }
}

/// A write that was refused.
pub(super) fn write(refusal: &Refusal, what: What) -> RemoteError {
    let error = outcome::refused_write(TITLE, refusal);
    let said = refusal.words.as_ref().map(|words| format!(": “{words}”")).unwrap_or_default();
    let status = refusal.status;
    match (error.and_now, what) {
        (AndNow::SignIn, _) => token_refused(&said),
        (AndNow::Gone, What::Change) => RemoteError::new(
            AndNow::Gone,
            format!(
                "{TITLE} has no patient record of this MRN{said}. Nothing was changed; check the number and do it again."
            ),
        ),
        (AndNow::Gone, What::Case | What::Record) => RemoteError::new(
            AndNow::Invalid,
            format!(
                "There is no {TITLE} that takes this at the connection's address (status {status}){said}. Nothing was made; check \
                 the address, the path before /lims and what the laboratory does with patients."
            ),
        ),
        // Nobody else's value stands against it: the number is taken, or the like.
        (AndNow::Conflict, What::Case | What::Record) => RemoteError::new(
            AndNow::Invalid,
            format!(
                "{TITLE} says that this conflicts with what it has ({status}){said}. Nothing was made by this. If you sent it \
                 before, it may be there by your own hand: look in {TITLE} itself."
            ),
        ),
        _ => outcome::without_a_look(error),
    }
}

/// The account is refused; nothing was done.
pub(super) fn token_refused(said: &str) -> RemoteError {
    RemoteError::new(
        AndNow::SignIn,
        format!(
            "{TITLE} did not accept the access token{said}. What you made is saved here; nothing more is sent until you give the \
             connection a token that it accepts, or sign in to have this one tried once more."
        ),
    )
}

/// The remote's words, fit to be shown: one line, not long, nothing secret, no query of an address.
fn safe(words: &str, secrets: &[String]) -> String {
    let words: Vec<&str> = words
        .split_whitespace()
        .map(|word| match word.split_once('?') {
            Some((address, _)) if word.contains("://") => address,
            _ => word,
        })
        .collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    let line = secrets.iter().filter(|known| !known.is_empty()).fold(line, |line, known| {
        let digits: String = known.chars().filter(char::is_ascii_digit).collect();
        let line = line.replace(known.as_str(), &secret::mask(known));
        // However it writes the number.
        if digits.len() >= 8 { line.replace(&digits, &secret::mask(&digits)) } else { line }
    });
    match line.char_indices().nth(WORDS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
