//! What a "sign in" from a remote means, and when a sign-in may be tried.
//!
//! At most one sign-in for a refusal, one at a time per connection, never a loop: each may cost a session slot, send
//! another PIN, or count towards a lock-out. While a PIN is wanted nothing is called at all: only its person can go on.

use rounds_domain::{
    error::{AndNow, RemoteError},
    reply::SignInReply,
};

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
    /// The last sign-in asked for a one-time number: it is waited for, and another sign-in would send another one.
    PinWanted,
    /// The last sign-in succeeded in another name than that of what waits in the outbox (RELIABILITY.md, I9): whatever was sent
    /// now would leave as somebody else.
    SomebodyElse,
}

/// Whether a call may be made at all.
pub fn may_call(account: Account) -> bool {
    !matches!(account, Account::PinWanted | Account::SomebodyElse)
}

/// Whether a sign-in may be tried without anybody having asked for it.
pub fn may_sign_in(account: Account) -> bool {
    matches!(account, Account::Unknown | Account::SignedIn)
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
pub fn after_sign_in(result: Result<&SignInReply, &RemoteError>) -> Account {
    match result {
        Ok(SignInReply::Done(_)) => Account::SignedIn,
        Ok(SignInReply::PinWanted { .. }) => Account::PinWanted,
        Err(error) if matches!(error.and_now, AndNow::SignIn | AndNow::Forbidden | AndNow::Invalid) => Account::Refused,
        Err(_) => Account::Unknown,
    }
}

/// How the account stands after a one-time number was given to the session that waits for it. A wrong one may be followed by
/// another; a session that takes none any more wants a new sign-in, which only a person may begin.
pub fn after_pin(result: Result<(), &RemoteError>) -> Account {
    match result {
        Ok(()) => Account::SignedIn,
        Err(error) if matches!(error.and_now, AndNow::SignIn | AndNow::Forbidden | AndNow::Gone) => Account::Refused,
        Err(_) => Account::PinWanted,
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
        let done = SignInReply::Done(rounds_domain::reply::SignedIn::default());
        assert_eq!(after_sign_in(Ok(&done)), Account::SignedIn);
    }

    #[test]
    fn a_pin_that_is_wanted_holds_everything_until_its_person_gives_it() {
        let wanted = SignInReply::PinWanted { session: "s".into(), text: "sent".into() };
        assert_eq!(after_sign_in(Ok(&wanted)), Account::PinWanted);
        assert!(!may_call(Account::PinWanted) && !may_sign_in(Account::PinWanted), "each sign-in sends another PIN");
        assert!(
            !may_call(Account::SomebodyElse) && !may_sign_in(Account::SomebodyElse),
            "nothing leaves in another name"
        );
        assert!(may_call(Account::Refused), "the system may let us in again");
        assert!(!may_sign_in(Account::Refused), "only a person may try again");
        for (and_now, stands) in [
            (AndNow::Invalid, Account::PinWanted),
            (AndNow::Offline, Account::PinWanted),
            (AndNow::Doubtful, Account::PinWanted),
            (AndNow::SignIn, Account::Refused),
            (AndNow::Forbidden, Account::Refused),
        ] {
            assert_eq!(after_pin(Err(&failed(and_now))), stands, "{and_now:?}");
        }
        assert_eq!(after_pin(Ok(())), Account::SignedIn);
    }
}
