//! What a remote answers to a sign-in, a submit and a question about a job.

use serde::{Deserialize, Serialize};

use crate::{error::RemoteError, patient::Me};

/// What a sign-in told.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SignedIn {
    /// Who I am there, as far as the system says.
    pub me: Option<Me>,
    /// What is worth knowing about the account, in words.
    pub notes: Vec<String>,
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
    /// Accepted as a job that goes on at the remote; follow it by this reference.
    Accepted(String),
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
