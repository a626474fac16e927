//! What a "sign in" from a remote means, and when a sign-in may be tried.
//!
//! At most one sign-in for a refusal, one at a time per connection, never a loop: each may cost a session slot, send
//! another PIN, or count towards a lock-out.

use rounds_domain::error::{AndNow, RemoteError};

/// How a connection's account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Account {
    /// Not tried yet since start.
    #[default]
    Unknown,
    /// The last sign-in succeeded.
    SignedIn,
    /// The last sign-in was refused: only a person can change that.
    Refused,
}

/// What to do about a failed call.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// Sign in, once, then make the same call again.
    SignInThenRepeat,
    /// Give up with this error.
    GiveUp(RemoteError),
}

/// What to do when a call failed with `error`. `repeated` says that the call was already repeated after a successful
/// sign-in: then the remote refuses what was asked, not the account (a foreign organization's case, for example).
pub fn after_failure(error: RemoteError, repeated: bool) -> Answer {
    match (error.and_now, repeated) {
        (AndNow::SignIn, false) => Answer::SignInThenRepeat,
        (AndNow::SignIn, true) => Answer::GiveUp(RemoteError::new(AndNow::Forbidden, error.message)),
        _ => Answer::GiveUp(error),
    }
}

/// How the account stands after a sign-in ended like this.
pub fn after_sign_in(result: Result<(), &RemoteError>) -> Account {
    match result {
        Ok(()) => Account::SignedIn,
        Err(error) if matches!(error.and_now, AndNow::SignIn | AndNow::Forbidden | AndNow::Invalid) => Account::Refused,
        Err(_) => Account::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(and_now: AndNow) -> RemoteError {
        RemoteError::new(and_now, "no")
    }

    #[test]
    fn one_sign_in_for_a_refusal_and_then_it_is_about_the_item() {
        assert_eq!(after_failure(failed(AndNow::SignIn), false), Answer::SignInThenRepeat);
        let Answer::GiveUp(error) = after_failure(failed(AndNow::SignIn), true) else { panic!("must not loop") };
        assert_eq!(error.and_now, AndNow::Forbidden);
        assert_eq!(after_failure(failed(AndNow::Offline), false), Answer::GiveUp(failed(AndNow::Offline)));
    }

    #[test]
    fn an_unreachable_system_is_not_a_refused_account() {
        assert_eq!(after_sign_in(Err(&failed(AndNow::Offline))), Account::Unknown);
        assert_eq!(after_sign_in(Err(&failed(AndNow::SignIn))), Account::Refused);
        assert_eq!(after_sign_in(Ok(())), Account::SignedIn);
    }
}
