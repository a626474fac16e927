//! What went wrong at a remote system, told by what can be done about it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The answer to "and now?" after a call to a remote system failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AndNow {
    /// Nothing was sent: no connection could be made. Try again when the network is back.
    Offline,
    /// The remote asked to be left alone for a while and did nothing.
    Later(Option<Duration>),
    /// The remote does not know us (any more). Nothing was done.
    SignIn,
    /// The remote knows us and says no.
    Forbidden,
    /// What is there is not what was expected.
    Conflict,
    /// The request itself is wrong; sending it again would fail again.
    Invalid,
    /// Something that only its person can add is missing. Nothing was sent.
    Incomplete,
    /// The thing acted upon is not there.
    Gone,
    /// Nobody knows whether it took effect. For a read: the reply could not be used.
    Doubtful,
}

impl AndNow {
    /// The word for it: all that a log may tell of an error, whose text can hold a remote's own.
    pub fn word(self) -> &'static str {
        match self {
            Self::Offline => "offline",
            Self::Later(_) => "later",
            Self::SignIn => "signIn",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::Invalid => "invalid",
            Self::Incomplete => "incomplete",
            Self::Gone => "gone",
            Self::Doubtful => "unreadable",
        }
    }
}

/// A failed call to a remote system.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct RemoteError {
    /// What can be done about it.
    pub and_now: AndNow,
    /// What happened, for a person. Holds the remote's own words where it gave some; never a token or a whole reply.
    pub message: String,
}

impl RemoteError {
    /// An error with this answer and text.
    pub fn new(and_now: AndNow, message: impl Into<String>) -> Self {
        Self { and_now, message: message.into() }
    }
}
