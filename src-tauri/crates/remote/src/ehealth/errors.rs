//! What eHealth says when it says no: `{meta: {code}, error: {type, message, invalid: [{entry, rules: [{description}]}]}}`, at a call
//! or inside a job. Judged by code and message; wording may change, so messages are known by what they are about.

use std::time::Duration;

use rounds_domain::error::{AndNow, RemoteError};
use serde_json::{Map, Value};

use super::{call::Signature, declaration::TITLE};
use crate::{
    lenient::{Lenient, Text},
    wire::{
        Reply,
        outcome::{self, Refusal},
    },
};

/// The most of the remote's own words that is shown.
const WORDS: usize = 300;

/// A refusal, whole.
#[derive(Debug, Clone)]
pub(super) struct No {
    /// By which it is judged, with the words that are shown.
    pub(super) refusal: Refusal,
    /// Everything it says, in small letters: what it is about is known by it.
    said: String,
}

/// What a refused write means.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Refused {
    /// It concerns this action.
    This(RemoteError),
    /// It concerns the whole account: nothing more may be sent until somebody has looked into it.
    Account(RemoteError),
}

impl No {
    /// Reads a reply that is no success.
    pub(super) fn of_reply(reply: &Reply, signature: &Signature) -> Self {
        let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
        let fields = body.as_ref().and_then(Value::as_object);
        let blank = reply.body.iter().all(u8::is_ascii_whitespace);
        // A gateway's own JSON names neither; what it says of a token is true all the same.
        let own = fields.is_some_and(|fields| ["error", "meta", "message"].iter().any(|key| fields.contains_key(*key)));
        let error = fields.and_then(|fields| fields.get("error").or_else(|| fields.get("message")));
        Self::new(reply.status.as_u16(), reply.retry_after, error, blank || own, signature)
    }

    /// Reads what a finished job says of itself; `code` is its `status_code`.
    pub(super) fn of_job(code: u16, error: Option<&Value>, signature: &Signature) -> Self {
        Self::new(code, None, error, true, signature)
    }

    fn new(
        status: u16,
        retry_after: Option<Duration>,
        error: Option<&Value>,
        clean: bool,
        signature: &Signature,
    ) -> Self {
        let mut messages = Vec::new();
        if let Some(error) = error {
            collect(error, &mut messages, LAYERS);
        }
        let told = messages.first().map(|words| safe(words, signature)).filter(|words| !words.is_empty());
        Self { refusal: Refusal { status, retry_after, words: told, clean }, said: messages.join("\n").to_lowercase() }
    }

    fn is_about(&self, words: &[&str]) -> bool {
        words.iter().any(|words| self.said.contains(words))
    }

    fn said(&self) -> String {
        self.refusal.words.as_ref().map(|words| format!(": “{words}”")).unwrap_or_default()
    }

    /// Whether it concerns the token's scopes or its person, and not one patient.
    fn is_about_the_account(&self) -> bool {
        self.is_about(&["scope", "allowance", "party", "legal entity", "client_id"])
    }

    /// Whether only this patient cannot be read: not there, not permitted, or no id of a patient at all.
    pub(super) fn is_about_the_patient(&self) -> bool {
        match self.refusal.status {
            _ if !self.refusal.clean => false,
            404 | 410 => true,
            403 => !self.is_about_the_account(),
            400 | 422 => self.is_about(&["patient", "uuid"]),
            _ => false,
        }
    }

    /// A read that was refused.
    pub(super) fn of_read(&self) -> RemoteError {
        match self.refusal.status {
            401 => RemoteError::new(
                AndNow::SignIn,
                format!(
                    "{TITLE} does not accept the access token{}. It has expired or was withdrawn. Nothing is lost, and what is \
                     here stays readable; enter a new token in the connection.",
                    self.said()
                ),
            ),
            _ => outcome::refused_read(TITLE, &self.refusal),
        }
    }

    /// A write that was refused, at the call or inside its job ("Errors" of the sheet).
    pub(super) fn of_write(&self) -> Refused {
        let told =
            |and_now, text: &str| Refused::This(RemoteError::new(and_now, format!("{TITLE}{}. {text}", self.said())));
        let unsure = || Refused::This(outcome::refused_write(TITLE, &self.refusal));
        match self.refusal.status {
            _ if !self.refusal.clean => unsure(),
            401 => told(
                AndNow::SignIn,
                "The access token has expired or was withdrawn. What you did is saved here; nothing more is sent until a new token \
                 is entered in the connection.",
            ),
            403 if self.is_about(&["deceased"]) => told(
                AndNow::Forbidden,
                "It takes nothing from a user who is registered as deceased. Nothing was changed; have your registration put \
                 right, then try again.",
            ),
            403 if self.is_about(&["not verified", "unverified"]) => told(
                AndNow::Forbidden,
                "Your person's record is not verified, and the time that eHealth allows for that is over. Nothing was changed; \
                 have it verified, then try again.",
            ),
            403 if self.is_about(&["scope", "allowance"]) => told(
                AndNow::Forbidden,
                "Your token does not permit this. Nothing was changed; have the permission added and enter the new token, then \
                 try again.",
            ),
            404 | 410 => {
                told(AndNow::Gone, "It has no such specimen of this patient. Nothing was changed; check whose it is.")
            }
            409 if self.is_about(&["legal entity", "client_id"]) => Refused::Account(RemoteError::new(
                AndNow::SignIn,
                format!(
                    "{TITLE}{}. Your legal entity is not active there, so nothing more is read or sent. What you did is saved \
                     here; have that put right, then sign in here again.",
                    self.said()
                ),
            )),
            409 | 412 | 422 if self.is_about(&["already", "cannot be changed"]) => told(
                AndNow::Conflict,
                "What it would set stands there already, and is not changed. Nothing was changed by this.",
            ),
            409 | 412 => told(AndNow::Conflict, "Nothing was changed; look at the specimen as it stands now."),
            400 | 422 if self.is_about(&["collected", "current date", "collection"]) => told(
                AndNow::Invalid,
                "The time lies before the specimen's collection or is still to come by eHealth's clock. Nothing was changed; \
                 check this machine's clock, then receive it again with the right time.",
            ),
            _ => unsure(),
        }
    }
}

/// No error has more layers.
const LAYERS: u8 = 6;

/// Everything that an error says: what its rules say first, since that is what happened; its own message is often general.
fn collect(error: &Value, messages: &mut Vec<String>, layers: u8) {
    let Some(layers) = layers.checked_sub(1) else { return };
    let mut add = |words: Text| messages.extend(words.filter(|words| !words.trim().is_empty()));
    match error {
        Value::Array(items) => items.iter().for_each(|item| collect(item, messages, layers)),
        Value::Object(fields) => {
            for key in ["invalid", "rules"] {
                if let Some(inner) = fields.get(key) {
                    collect(inner, messages, layers);
                }
            }
            add_plain(fields, &["description", "message"], messages);
            if let Some(inner) = fields.get("error") {
                collect(inner, messages, layers);
            }
            add_plain(fields, &["entry", "rule", "type"], messages);
        }
        plain => add(Text::read(Some(plain))),
    }
}

fn add_plain(fields: &Map<String, Value>, keys: &[&str], messages: &mut Vec<String>) {
    for key in keys {
        let words = fields.get(*key).filter(|value| value.is_string() || value.is_number());
        messages.extend(Text::read(words).filter(|words| !words.trim().is_empty()));
    }
}

/// The remote's words, fit to be shown: one line, not long, no secret, no query of an address.
fn safe(words: &str, signature: &Signature) -> String {
    let words: Vec<&str> = words
        .split_whitespace()
        .map(|word| match word.split_once('?') {
            Some((address, _)) if word.contains("://") => address,
            _ => word,
        })
        .collect();
    let line: String = words.join(" ").chars().filter(|c| !c.is_control()).collect();
    // Looked for in what is shown: something inside a secret that is left out of it would hide it until then.
    let line = signature.taken_out_of(&line);
    match line.char_indices().nth(WORDS) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
