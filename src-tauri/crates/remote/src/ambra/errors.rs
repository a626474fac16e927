//! What Ambra says when it says no ("Error handling" and the "Errors" of each call; the sheet, "Transport" and "Writes").
//!
//! Every business error is a 412 `{status: "ERROR", error_type, error_subtype?, error_data?}`. Types and subtypes may be lists.
//! Only the types are shown, and subtypes that are names of fields: the rest can hold what a person typed.

use rounds_domain::error::{AndNow, RemoteError};
use serde_json::{Map, Value};

use super::declaration::TITLE;
use crate::{
    lenient::{Lenient, Texts},
    wire::{
        Reply,
        outcome::{self, Refusal},
    },
};

/// A business error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Said {
    /// `error_type`, each in capitals.
    pub(super) types: Vec<String>,
    /// `error_subtype`, only those that are plain names.
    pub(super) subtypes: Vec<String>,
}

/// Why a call brought nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum No {
    /// Ambra said no in its own words.
    Said(Said),
    /// Ambra has too much to do: that says nothing about what was asked.
    Busy(RemoteError),
    /// Anything else.
    Failed(RemoteError),
}

/// One type of error: what can be done, and what it means for a person.
struct Meaning(&'static str, AndNow, &'static str);

/// Types that a call can be refused with. Where several came, the first of this list counts.
const MEANINGS: &[Meaning] = &[
    Meaning("NOT_FOUND", AndNow::Gone, "Ambra no longer has this, or no longer shows it to you"),
    Meaning("NOT_PERMITTED", AndNow::Forbidden, "your role at Ambra does not permit it"),
    Meaning("STALE", AndNow::Conflict, "the status was changed meanwhile"),
    Meaning("LOCKED", AndNow::Conflict, "another person holds the lock on it"),
    Meaning("SINGLETON", AndNow::Forbidden, "you already hold another study in that stage, which allows one at a time"),
    Meaning("INVALID_TAG", AndNow::Invalid, "that status is not one that can follow now"),
    Meaning("INVALID_CASE_STATUS", AndNow::Invalid, "Ambra does not know that case status"),
    Meaning("NOT_IN_ACCOUNT", AndNow::Invalid, "the chosen person does not belong to the account"),
    Meaning("DELAY_OR_MATCH", AndNow::Invalid, "an approval can wait or match, not both"),
    Meaning("INVALID_DELAY", AndNow::Invalid, "an approval can wait from 0 to 600 seconds"),
    Meaning("INVALID_JSON", AndNow::Invalid, "what has to match is not written as JSON"),
    Meaning("INVALID_CUSTOMFIELD", AndNow::Invalid, "custom fields that your account requires are not filled in"),
    Meaning("INVALID_FIELD", AndNow::Invalid, "a field is named that Ambra does not know"),
    Meaning("INVALID_CONDITION", AndNow::Invalid, "a filter is written in a way that Ambra does not read"),
    Meaning("INVALID_SORT_FIELD", AndNow::Invalid, "a list cannot be sorted by that field"),
    Meaning("INVALID_SORT_ORDER", AndNow::Invalid, "a list cannot be sorted that way"),
    Meaning("INVALID_FLAG", AndNow::Invalid, "a flag is neither on nor off"),
    Meaning("INVALID_OBJECT", AndNow::Invalid, "that kind of thing cannot be tagged"),
    Meaning("INVALID_ACTION", AndNow::Invalid, "Ambra does not know that audit entry"),
    Meaning("MISSING_FIELDS", AndNow::Invalid, "something that Ambra requires is missing"),
    Meaning("AUTHORIZATION_REQUIRED", AndNow::SignIn, "the session has ended"),
    Meaning("INVALID_SID", AndNow::SignIn, "the session has ended"),
    Meaning("EXPIRED", AndNow::SignIn, "the session has ended"),
    Meaning("PIN_EXPIRED", AndNow::SignIn, "the PIN is no longer good; sign in again to be sent another"),
    Meaning("INVALID_PIN", AndNow::Invalid, "the PIN is not right; after three wrong ones Ambra wants a new sign-in"),
    Meaning(
        "INVALID_CREDENTIALS",
        AndNow::SignIn,
        "the login or the password is not right. It is not tried again by itself, since each try counts towards a lock-out",
    ),
    Meaning(
        "LOCKOUT",
        AndNow::Forbidden,
        "the account is locked after too many failed sign-ins. Wait, or ask your administrator to unlock it",
    ),
    Meaning(
        "PASSWORD_RESET",
        AndNow::Forbidden,
        "the password has to be changed. Sign in to Ambra in a browser, choose a new one, and enter it here",
    ),
    Meaning("BLOCKED", AndNow::Forbidden, "this user is blocked. Ask your administrator"),
    Meaning("DISABLED", AndNow::Forbidden, "this user is disabled. Ask your administrator to enable it again"),
    Meaning(
        "SSO_ONLY",
        AndNow::Forbidden,
        "this user can sign in through single sign-on only, which Rounds does not offer",
    ),
    Meaning("WHITELIST_LOCKOUT", AndNow::Forbidden, "sign-in is not allowed from this network"),
    Meaning("BRAND_NOT_ALLOWED", AndNow::Forbidden, "this user cannot sign in at this address"),
    Meaning("PUBLIC_KEY_EXPIRED", AndNow::Forbidden, "the user's public key has expired and has to be changed"),
    Meaning("BAD_PASSWORD", AndNow::Forbidden, "the password does not meet the account's rules"),
    Meaning("USER_NOT_FOUND", AndNow::Invalid, "the chosen person is not a member of the account"),
    Meaning("NOT_AVAILABLE", AndNow::Conflict, "the study is not available now"),
];

impl Said {
    /// Reads an error's body; nothing when it does not name a type.
    pub(super) fn read(body: &Map<String, Value>) -> Option<Self> {
        let names = |key: &str| -> Vec<String> {
            Texts::read(body.get(key))
                .0
                .into_iter()
                .map(|name| name.trim().to_owned())
                .filter(|name| plain(name))
                .collect()
        };
        let types: Vec<String> = names("error_type").into_iter().map(|name| name.to_uppercase()).collect();
        (!types.is_empty()).then(|| Self { types, subtypes: names("error_subtype") })
    }

    /// Whether this is among its types.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|one| one == kind)
    }

    /// As an error: `what` is what was wanted, for a person. The same for a read and a write, since nothing was done.
    pub(super) fn error(&self, what: &str) -> RemoteError {
        let meaning = MEANINGS.iter().find(|Meaning(kind, ..)| self.is(kind));
        let (and_now, words) = match meaning {
            Some(Meaning(_, and_now, words)) => (*and_now, *words),
            // Every 412 is a refusal, also one with a word that the document does not list.
            None => (AndNow::Invalid, "for a reason that Rounds does not know"),
        };
        let mut names = self.types.clone();
        names.extend(self.subtypes.iter().take(MOST_SUBTYPES).cloned());
        RemoteError::new(and_now, format!("{TITLE} refused {what}: {words} ({}).", names.join(", ")))
    }
}

/// The most subtypes that are told.
const MOST_SUBTYPES: usize = 5;

/// A name of the document's kind: no words of a person, no value.
fn plain(name: &str) -> bool {
    (1..=60).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// A complete reply that is no success, to something that changes nothing.
pub(super) fn of_read(reply: &Reply, body: Option<&Map<String, Value>>) -> No {
    match body.and_then(Said::read) {
        // "Check `status` too": an error that came as a success counts as the error.
        Some(said) if matches!(reply.status.as_u16(), 200 | 412) => No::Said(said),
        _ => match (reply.status.as_u16(), outcome::refused_read(TITLE, &refusal(reply, body))) {
            (408 | 425 | 429 | 503, error) => No::Busy(error),
            (_, error) if matches!(error.and_now, AndNow::Later(Some(_))) => No::Busy(error),
            (_, error) => No::Failed(error),
        },
    }
}

/// A complete reply that is no success, to something that would change Ambra.
pub(super) fn of_write(reply: &Reply, body: Option<&Map<String, Value>>) -> No {
    match body.and_then(Said::read) {
        Some(said) if reply.status.as_u16() == 412 => No::Said(said),
        _ if reply.status.is_success() => No::Failed(outcome::unreadable_write(TITLE, reply)),
        // A 412 that names no error is none of Ambra's.
        said => {
            let clean = said.is_some() || reply.status.as_u16() != 412;
            let refusal = refusal(reply, body);
            No::Failed(outcome::refused_write(TITLE, &Refusal { clean: refusal.clean && clean, ..refusal }))
        }
    }
}

fn refusal(reply: &Reply, body: Option<&Map<String, Value>>) -> Refusal {
    Refusal {
        status: reply.status.as_u16(),
        retry_after: reply.retry_after,
        words: body.and_then(Said::read).map(|said| said.types.join(", ")),
        clean: reply.body.iter().all(u8::is_ascii_whitespace) || body.is_some(),
    }
}

impl No {
    /// As an error, told with what was wanted.
    pub(super) fn error(self, what: &str) -> RemoteError {
        match self {
            Self::Said(said) => said.error(what),
            Self::Busy(error) | Self::Failed(error) => error,
        }
    }

    /// Whether it says something about what was asked alone, since others were just read.
    pub(super) fn is_about_one(&self) -> bool {
        match self {
            Self::Said(_) => true,
            Self::Busy(_) => false,
            Self::Failed(error) => !matches!(error.and_now, AndNow::Offline | AndNow::SignIn),
        }
    }

    /// Whether Ambra said this.
    pub(super) fn is(&self, kind: &str) -> bool {
        matches!(self, Self::Said(said) if said.is(kind))
    }

    /// Whether a list cannot be asked this way: it cannot be filtered or sorted by what was asked.
    pub(super) fn is_about_the_list(&self) -> bool {
        ["INVALID_FIELD", "INVALID_CONDITION", "INVALID_SORT_FIELD", "INVALID_SORT_ORDER"]
            .iter()
            .any(|kind| self.is(kind))
    }
}

impl From<RemoteError> for No {
    fn from(error: RemoteError) -> Self {
        Self::Failed(error)
    }
}
