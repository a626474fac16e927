//! Why a command was not done, and the exit status for it.

use rounds_domain::error::{AndNow, RemoteError};
use rounds_store::StoreError;
use rounds_sync::desk::DeskError;

/// Exit statuses, as `--help` names them.
pub(crate) mod exit {
    pub(crate) const OTHER: u8 = 1;
    pub(crate) const USAGE: u8 = 2;
    pub(crate) const LOCKED: u8 = 3;
    pub(crate) const PERSON: u8 = 4;
    pub(crate) const REMOTE: u8 = 5;
    pub(crate) const IN_USE: u8 = 6;
}

/// Why a command was not done.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: u8,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: exit::USAGE, code: "usage", message: message.into() }
    }

    /// A sign-in that did not succeed. Whatever a system says no with to that, it says of the account.
    pub(crate) fn of_sign_in(error: RemoteError) -> Self {
        match error.and_now {
            AndNow::Forbidden | AndNow::Invalid => Self { exit: exit::REMOTE, code: "signIn", message: error.message },
            _ => error.into(),
        }
    }

    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self { exit: exit::OTHER, code: "failed", message: message.into() }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (exit, code) = match &error {
            StoreError::WrongKey => (exit::LOCKED, "wrongKey"),
            StoreError::Keychain(_) | StoreError::Locked => (exit::LOCKED, "locked"),
            StoreError::InUse => (exit::IN_USE, "inUse"),
            StoreError::NoProfile => (exit::OTHER, "noProfile"),
            StoreError::ProfileExists => (exit::OTHER, "profileExists"),
            StoreError::DiskFull => (exit::OTHER, "diskFull"),
            StoreError::DiskFailed(_) => (exit::OTHER, "diskFailed"),
            StoreError::Newer => (exit::OTHER, "newer"),
            StoreError::Damaged => (exit::OTHER, "damaged"),
            StoreError::NotFound(_) => (exit::OTHER, "notFound"),
            StoreError::Refused(_) => (exit::OTHER, "refused"),
            StoreError::Io(_) | StoreError::Database(_) => (exit::OTHER, "failed"),
        };
        Self { exit, code, message: error.to_string() }
    }
}

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        let message = error.to_string();
        match error {
            DeskError::Store(error) => error.into(),
            DeskError::Locked => Self { exit: exit::LOCKED, code: "locked", message },
            DeskError::NotFound(_) => Self { exit: exit::OTHER, code: "notFound", message },
            DeskError::Invalid(_) => Self { exit: exit::USAGE, code: "invalid", message },
            DeskError::NotOffered(_) => Self { exit: exit::OTHER, code: "notOffered", message },
        }
    }
}

impl From<RemoteError> for Failure {
    fn from(error: RemoteError) -> Self {
        let (exit, code) = match error.and_now {
            AndNow::Offline => (exit::REMOTE, "offline"),
            AndNow::Later(_) => (exit::REMOTE, "later"),
            AndNow::SignIn => (exit::REMOTE, "signIn"),
            AndNow::Doubtful => (exit::OTHER, "unreadable"),
            AndNow::Forbidden | AndNow::Conflict | AndNow::Invalid | AndNow::Incomplete | AndNow::Gone => {
                (exit::OTHER, "refused")
            }
        };
        Self { exit, code, message: error.message }
    }
}

impl From<rounds_sync::WorkError> for Failure {
    fn from(error: rounds_sync::WorkError) -> Self {
        match error {
            rounds_sync::WorkError::Remote(error) => error.into(),
            rounds_sync::WorkError::Desk(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_no_to_a_sign_in_is_one_in_whatever_words_and_a_no_to_a_read_is_another_matter() {
        let error = |and_now| RemoteError::new(and_now, "no");
        for (and_now, exit, code) in [
            (AndNow::SignIn, exit::REMOTE, "signIn"),
            (AndNow::Forbidden, exit::REMOTE, "signIn"),
            (AndNow::Invalid, exit::REMOTE, "signIn"),
            (AndNow::Offline, exit::REMOTE, "offline"),
            (AndNow::Later(None), exit::REMOTE, "later"),
            (AndNow::Doubtful, exit::OTHER, "unreadable"),
        ] {
            let failure = Failure::of_sign_in(error(and_now));
            assert_eq!((failure.exit, failure.code), (exit, code), "{and_now:?}");
        }
        assert_eq!(Failure::from(error(AndNow::Forbidden)).exit, exit::OTHER);
    }
}
