//! What a command is refused with: a code for what the window does about it, and words for the person.

use rounds_store::StoreError;
use rounds_sync::desk::DeskError;
use serde::Serialize;

/// What a command answers.
pub(crate) type Answer<T> = Result<T, CommandError>;

/// What the window does about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Code {
    /// It shows the lock screen.
    Locked,
    /// What was asked for is not there.
    NotFound,
    /// What was filled in cannot be used.
    Invalid,
    /// It cannot be done now.
    NotOffered,
    /// The passphrase or the key does not open the profile.
    WrongKey,
    /// No more guesses for a while.
    TooManyAttempts,
    /// Another Rounds has the profile open.
    InUse,
    /// The disk is full.
    DiskFull,
    /// The disk could not be read or written.
    DiskFailed,
    /// The profile's file is damaged; it is left as it is.
    Damaged,
    /// A newer Rounds has used the profile.
    Newer,
    /// Anything else.
    Failed,
}

/// A refused command. The words say what happened, what is safe, what to do; they name no patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub(crate) struct CommandError {
    pub(crate) code: Code,
    pub(crate) message: String,
}

impl CommandError {
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl From<DeskError> for CommandError {
    fn from(error: DeskError) -> Self {
        let code = match error {
            DeskError::Locked => Code::Locked,
            DeskError::NotFound(_) => Code::NotFound,
            DeskError::Invalid(_) => Code::Invalid,
            DeskError::NotOffered(_) => Code::NotOffered,
            DeskError::Store(error) => return error.into(),
        };
        Self::new(code, error.to_string())
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Locked => Code::Locked,
            StoreError::NotFound(_) | StoreError::NoProfile => Code::NotFound,
            StoreError::Refused(_) | StoreError::ProfileExists => Code::NotOffered,
            StoreError::WrongKey => Code::WrongKey,
            StoreError::InUse => Code::InUse,
            StoreError::DiskFull => Code::DiskFull,
            StoreError::DiskFailed(_) => Code::DiskFailed,
            StoreError::Damaged => Code::Damaged,
            StoreError::Newer => Code::Newer,
            StoreError::Keychain(_) | StoreError::Io(_) | StoreError::Database(_) => Code::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<std::io::Error> for CommandError {
    fn from(error: std::io::Error) -> Self {
        StoreError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_refusal_has_the_code_that_the_window_branches_on() {
        let table: Vec<(CommandError, &str)> = vec![
            (DeskError::Locked.into(), "locked"),
            (DeskError::NotFound("This item").into(), "notFound"),
            (DeskError::Invalid("empty".into()).into(), "invalid"),
            (DeskError::NotOffered("closed".into()).into(), "notOffered"),
            (DeskError::Store(StoreError::WrongKey).into(), "wrongKey"),
            (StoreError::Locked.into(), "locked"),
            (StoreError::NotFound("This action").into(), "notFound"),
            (StoreError::NoProfile.into(), "notFound"),
            (StoreError::Refused("no".into()).into(), "notOffered"),
            (StoreError::ProfileExists.into(), "notOffered"),
            (StoreError::WrongKey.into(), "wrongKey"),
            (StoreError::InUse.into(), "inUse"),
            (StoreError::Keychain("locked".into()).into(), "failed"),
            (StoreError::DiskFull.into(), "diskFull"),
            (StoreError::DiskFailed("SQLite code 778".into()).into(), "diskFailed"),
            (StoreError::Damaged.into(), "damaged"),
            (StoreError::Newer.into(), "newer"),
            (StoreError::Database("x".into()).into(), "failed"),
            (CommandError::new(Code::TooManyAttempts, "wait"), "tooManyAttempts"),
        ];
        for (error, code) in table {
            let told = serde_json::to_value(&error).unwrap();
            assert_eq!(told["code"], code, "{error:?}");
            assert_eq!(told["message"], error.to_string(), "the person reads the words of the core");
        }
    }
}
