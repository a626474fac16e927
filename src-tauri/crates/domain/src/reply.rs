//! What a remote answers to a sign-in, a submit and a question about a job.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{error::RemoteError, patient::Me, pull::Record};

/// What a sign-in told. Its debug text leaves the session out: that is a secret.
#[derive(Clone, Default, PartialEq)]
pub struct SignedIn {
    /// Who I am there, as far as the system says.
    pub me: Option<Me>,
    /// What is worth knowing about the account, in words.
    pub notes: Vec<String>,
    /// What makes another process known there without a sign-in of its own: kept encrypted, handed back with the account,
    /// never logged. `None` where the system has no sessions.
    pub session: Option<String>,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("notes", &self.notes).finish_non_exhaustive()
    }
}

/// What a remote answers to a sign-in. Its debug text leaves the session out.
#[derive(Clone, PartialEq)]
pub enum SignInReply {
    /// It knows us.
    Done(SignedIn),
    /// It has sent a one-time number to the person and knows us only when that was given.
    PinWanted {
        /// The session that waits for the number: a secret, kept encrypted.
        session: String,
        /// Where the number was sent and how long it is good for, for the person.
        text: String,
    },
    /// Nothing there tells whether it knows us: what is sent next shows it. What is told is told by the settings alone.
    Untold(SignedIn),
}

impl std::fmt::Debug for SignInReply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Done(signed_in) => f.debug_tuple("Done").field(signed_in).finish(),
            Self::Untold(told) => f.debug_tuple("Untold").field(told).finish(),
            Self::PinWanted { text, .. } => f.debug_struct("PinWanted").field("text", text).finish_non_exhaustive(),
        }
    }
}

/// A documented success of a submitted action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The remote's id of what the action made, where the reply names it.
    pub remote_ref: Option<String>,
    /// The remote's id of the person it was made as, where the reply names it.
    pub me_id: Option<String>,
}

/// What a submit came to, when it is known. Everything else is a [`RemoteError`].
#[derive(Debug, Clone, PartialEq)]
pub enum Submitted {
    /// Done.
    Done(Receipt),
    /// Done, and the reply says how the item stands now: kept together with the receipt, as a read would be. For a system whose
    /// items cannot be read this is all that it ever says of them.
    Told(Receipt, Box<Record>),
    /// Accepted as a job that goes on at the remote; follow it by this reference.
    Accepted(String),
}

/// Who changed something at a remote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Their name.
    pub who: String,
    /// When, where it tells.
    pub when: Option<DateTime<Utc>>,
}

/// How far a followed job is.
#[derive(Debug, Clone, PartialEq)]
pub enum JobState {
    /// Still under way.
    Pending,
    /// Done.
    Done(Receipt),
    /// Ended without effect.
    Failed(RemoteError),
}
