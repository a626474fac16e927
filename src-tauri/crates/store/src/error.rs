//! What can go wrong with a profile, told by what can be done about it.

use rounds_domain::planted::{Bug, is_planted};
use thiserror::Error;

/// A failed call to the store.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The key does not open the profile.
    #[error("This passphrase or key does not open the profile. Nothing was changed. Check it and try again.")]
    WrongKey,
    /// The keychain that holds the key cannot be asked.
    #[error("The keychain cannot be asked for the key: {0}. Nothing was changed. Unlock the keychain and try again.")]
    Keychain(String),
    /// There is no profile here.
    #[error("There is no profile in this folder. Create one first.")]
    NoProfile,
    /// There is one already.
    #[error("There is a profile in this folder already. It was left as it is.")]
    ProfileExists,
    /// Another process has it open.
    #[error("Another Rounds has this profile open. Close it first; nothing was changed.")]
    InUse,
    /// The profile was closed.
    #[error("The profile is locked.")]
    Locked,
    /// The disk is full. Not a damage.
    #[error("The disk is full. What was saved before is safe; free some space and try again.")]
    DiskFull,
    /// The file is damaged, or not the one that the key is for. The key itself is right: the key file said so.
    #[error(
        "The profile's file is damaged, or belongs to another key file. Nothing more was written to it; keep a copy of the \
         folder and ask for help."
    )]
    Damaged,
    /// What was asked for is not there.
    #[error("{0} is not there.")]
    NotFound(&'static str),
    /// What was asked for cannot be done.
    #[error("{0}")]
    Refused(String),
    /// The file system said no.
    #[error("The profile's folder cannot be used: {0}.")]
    Io(#[from] std::io::Error),
    /// Anything else that the database said.
    #[error("The profile's database failed: {0}.")]
    Database(String),
}

impl StoreError {
    /// The word for it: all that a log may tell, since the database's own text can quote what was searched for.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::WrongKey => "wrongKey",
            Self::Keychain(_) => "keychain",
            Self::NoProfile => "noProfile",
            Self::ProfileExists => "profileExists",
            Self::InUse => "inUse",
            Self::Locked => "locked",
            Self::DiskFull => "diskFull",
            Self::Damaged => "damaged",
            Self::NotFound(_) => "notFound",
            Self::Refused(_) => "refused",
            Self::Io(_) => "io",
            Self::Database(_) => "database",
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let code = match &error {
            sqlx::Error::Database(database) => database.code().and_then(|code| code.parse::<i32>().ok()),
            sqlx::Error::RowNotFound => return Self::NotFound("What was asked for"),
            _ => None,
        };
        // The low byte of an extended result code is the primary one.
        match code.map(|code| code & 0xff) {
            Some(13) if is_planted(Bug::FullDiskIsDamage) => Self::Damaged,
            Some(13) => Self::DiskFull,
            // "Not a database": the key was proven on the key file before (`profile::keyfile`), so it is not the key.
            Some(11 | 26) => Self::Damaged,
            _ => Self::Database(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Database(format!("a stored value cannot be read: {}", error.classify() as u8))
    }
}
