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
    #[error(
        "The disk is full, so this was not saved. What was saved before is safe and nothing is damaged. Free some space and \
         try again; Rounds goes on by itself."
    )]
    DiskFull,
    /// The disk did not do as it was told. Not a damage of the file as far as anybody knows.
    #[error(
        "The disk could not be read or written ({0}), so this was not done. What was saved before is safe. Check that the \
         disk is connected and sound, then try again; do not delete anything."
    )]
    DiskFailed(String),
    /// The file is damaged, or not the one that the key is for. The key itself is right: the key file said so.
    #[error(
        "The profile's file is damaged, or belongs to another key file. It is left exactly as it is and nothing more is \
         written to it. Copy the whole folder somewhere safe; `roundsctl salvage` reads what was not sent yet out of it into \
         a new profile."
    )]
    Damaged,
    /// A newer program has used it.
    #[error("This profile was used by a newer Rounds. Nothing was changed; update Rounds.")]
    Newer,
    /// What was asked for is not there.
    #[error("{0} is not there.")]
    NotFound(&'static str),
    /// What was asked for cannot be done.
    #[error("{0}")]
    Refused(String),
    /// The file system said no.
    #[error("The profile's folder cannot be used: {0}.")]
    Io(std::io::Error),
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
            Self::DiskFailed(_) => "diskFailed",
            Self::Newer => "newer",
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
        code.and_then(Self::of_sqlite).unwrap_or_else(|| Self::Database(error.to_string()))
    }
}

/// SQLite's result codes ("Result and Error Codes"). The low byte of an extended one is the primary one.
mod sqlite {
    pub(super) const IOERR: i32 = 10;
    pub(super) const CORRUPT: i32 = 11;
    pub(super) const FULL: i32 = 13;
    pub(super) const NOTADB: i32 = 26;
    /// The index of the log, which is a file of its own, could not be made longer.
    pub(super) const IOERR_SHMSIZE: i32 = IOERR | 19 << 8;
}

impl StoreError {
    /// What a result code of SQLite means here; nothing when it has no meaning of its own.
    fn of_sqlite(code: i32) -> Option<Self> {
        match (code, code & 0xff) {
            (_, sqlite::FULL) if is_planted(Bug::FullDiskIsDamage) => Some(Self::Damaged),
            // Only for want of space.
            (sqlite::IOERR_SHMSIZE, _) | (_, sqlite::FULL) => Some(Self::DiskFull),
            (_, sqlite::IOERR) => Some(Self::DiskFailed(format!("SQLite code {code}"))),
            // "Not a database": the key was proven on the key file before (`profile::keyfile`), so it is not the key.
            (_, sqlite::CORRUPT | sqlite::NOTADB) => Some(Self::Damaged),
            _ => None,
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> Self {
        use std::io::ErrorKind;
        /// EIO, the same number on every system that has it. It has no kind in the standard library.
        const EIO: i32 = 5;
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull,
            ErrorKind::FileTooLarge => Self::DiskFailed(error.kind().to_string()),
            _ if cfg!(unix) && error.raw_os_error() == Some(EIO) => Self::DiskFailed("input/output error".into()),
            _ => Self::Io(error),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Database(format!("a stored value cannot be read: {}", error.classify() as u8))
    }
}
