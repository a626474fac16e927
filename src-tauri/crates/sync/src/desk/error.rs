//! What can be wrong with what a person asked for.

use rounds_store::StoreError;
use thiserror::Error;

/// Why something was not done. Each text says what happened, what is safe, and what to do.
#[derive(Debug, Error)]
pub enum DeskError {
    /// The profile is locked.
    #[error("The profile is locked.")]
    Locked,
    /// It is not there.
    #[error("{0} is not there.")]
    NotFound(&'static str),
    /// What was filled in cannot be used.
    #[error("{0}")]
    Invalid(String),
    /// It cannot be done with this item now.
    #[error("{0}")]
    NotOffered(String),
    /// The store said no.
    #[error(transparent)]
    Store(StoreError),
}

impl DeskError {
    /// The word for it: all that a log may tell.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Locked => "locked",
            Self::NotFound(_) => "notFound",
            Self::Invalid(_) => "invalid",
            Self::NotOffered(_) => "notOffered",
            Self::Store(error) => error.kind(),
        }
    }
}

impl From<StoreError> for DeskError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Locked => Self::Locked,
            StoreError::NotFound(what) => Self::NotFound(what),
            StoreError::Refused(why) => Self::NotOffered(why),
            other => Self::Store(other),
        }
    }
}
