//! What a "sign in" from a remote means, and when a sign-in may be tried.
//!
//! At most one sign-in for a refusal, one at a time per connection, never a loop: each may cost a session slot, send
//! another PIN, or count towards a lock-out. One whose answer was lost counts as one: the next is made after a wait that grows. While a
//! PIN is wanted nothing is called at all: only its person can go on.

use std::time::Duration;

use rounds_domain::{
    error::{AndNow, RemoteError},
    reply::SignInReply,
};

use crate::{Tick, backoff};

/// How a connection's account stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Account {
    /// Not tried yet since start, or the last one said nothing about the account.
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

/// Why a sign-in is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A person asked for it, whatever was waited for.
    ByPerson,
    /// A call was refused that was made when so many sign-ins had ended.
    ForCall {
        /// What [`Tries::may_call`] answered before it.
        ended: u64,
    },
}

/// What to do about a sign-in that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// Sign in.
    SignIn,
    /// One has succeeded since: go on.
    GoOn,
}

/// What an earlier run left of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left<'a> {
    /// Nothing, or a session.
    Nothing,
    /// A PIN is wanted, in these words.
    PinWanted(&'a str),
    /// The PIN was taken; who signed in was not told yet.
    PinTaken,
    /// It was refused, in these words.
    Refused(&'a str),
}

/// How the sign-ins of an account went in this run of the program.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tries {
    standing: Account,
    /// How many have ended, whichever way.
    ended: u64,
    /// How many in a row ended without an answer about the account: a lost reply may have been a success or a failure there.
    unclear: u32,
    /// What the last one said that did not succeed.
    said: Option<RemoteError>,
    /// By the program's own running time: none is tried by itself before.
    not_before: Option<Duration>,
    /// One was begun and did not come to its end: nothing else is called before it has.
    unfinished: bool,
}

impl Tries {
    /// What an earlier run left, as it was told.
    pub fn left(left: Left<'_>) -> Self {
        let said = |text: &str| Some(RemoteError::new(AndNow::SignIn, text));
        match left {
            Left::Nothing => Self::default(),
            Left::PinWanted(text) => Self { standing: Account::PinWanted, said: said(text), ..Self::default() },
            Left::PinTaken => Self { unfinished: true, ..Self::default() },
            Left::Refused(text) => Self { standing: Account::Refused, said: said(text), ..Self::default() },
        }
    }

    /// How the account stands.
    pub fn standing(&self) -> Account {
        self.standing
    }

    /// Whether a call may be made at all: how many sign-ins have ended before it, or what stands in its way.
    pub fn may_call(&self, up: Duration) -> Result<u64, RemoteError> {
        match self.standing {
            Account::PinWanted | Account::SomebodyElse => Err(self.refused()),
            // It would be refused too, and nothing would be done about it yet.
            Account::Unknown if self.waits(up) => Err(self.not_yet()),
            _ => Ok(self.ended),
        }
    }

    /// Whether a sign-in has to come to its end before anything else is called.
    pub fn is_unfinished(&self) -> bool {
        self.unfinished
    }

    /// What to do about a sign-in that is wanted; an error says why none is made.
    pub fn before(&self, wanted: Wanted, up: Duration) -> Result<Next, RemoteError> {
        let Wanted::ForCall { ended } = wanted else { return Ok(Next::SignIn) };
        match self.standing {
            Account::SignedIn if ended != self.ended => Ok(Next::GoOn),
            Account::Refused | Account::PinWanted | Account::SomebodyElse => Err(self.refused()),
            Account::Unknown if ended != self.ended || self.waits(up) => Err(self.not_yet()),
            Account::Unknown | Account::SignedIn => Ok(Next::SignIn),
        }
    }

    /// A sign-in ended like this. One that a person began while a PIN was waited for, and that says nothing, leaves that as it is:
    /// another would send another PIN.
    pub fn after(&mut self, result: Result<&SignInReply, &RemoteError>, tick: Tick) {
        self.ended += 1;
        let standing = after_sign_in(result);
        if (self.standing, standing) == (Account::PinWanted, Account::Unknown) {
            return;
        }
        self.standing = standing;
        self.said = match result {
            Ok(SignInReply::Done(_) | SignInReply::Untold(_)) => None,
            Ok(SignInReply::PinWanted { text, .. }) => Some(RemoteError::new(AndNow::SignIn, text.clone())),
            Err(error) => Some(error.clone()),
        };
        match &self.said {
            Some(error) if standing == Account::Unknown => {
                let asked = if let AndNow::Later(asked) = error.and_now { asked } else { None };
                self.wait(asked, tick);
            }
            _ => (self.unclear, self.not_before, self.unfinished) = (0, None, false),
        }
    }

    /// What was signed in could not be kept on this machine: it is gone on with later, and kept then.
    pub fn not_kept(&mut self, error: RemoteError, tick: Tick) {
        (self.standing, self.said) = (Account::Unknown, Some(error));
        self.wait(None, tick);
    }

    fn wait(&mut self, asked: Option<Duration>, tick: Tick) {
        let wait = backoff::next_try(self.unclear, asked, tick) - tick.now;
        self.not_before = Some(tick.up + wait.to_std().unwrap_or_default());
        self.unclear += 1;
        self.unfinished = true;
    }

    /// A one-time number was given with this result. After one that was taken the sign-in goes on to its end.
    pub fn after_pin(&mut self, result: Result<(), &RemoteError>) {
        self.standing = after_pin(result);
        match result {
            Ok(()) => *self = Self { ended: self.ended, unfinished: true, ..Self::default() },
            Err(error) if self.standing == Account::Refused => self.said = Some(error.clone()),
            Err(_) => {}
        }
    }

    /// What was signed in is in another name.
    pub fn somebody_else(&mut self, error: RemoteError) {
        self.standing = Account::SomebodyElse;
        self.said = Some(error);
    }

    /// Somebody asked for things to be read or sent now: nothing is waited for. A refusal by the remote's own word stays: asking again
    /// would only count towards a lock-out.
    pub fn hurry(&mut self) {
        if self.standing == Account::Unknown {
            self.not_before = None;
        }
    }

    /// A call was answered as to somebody whom the remote knows: a refusal is over.
    pub fn proven(&mut self) {
        if self.standing == Account::Refused {
            *self = Self { standing: Account::SignedIn, ended: self.ended, ..Self::default() };
        }
    }

    /// What the remote refused the account with, while that stands.
    pub fn refusal(&self) -> Option<RemoteError> {
        (self.standing == Account::Refused).then(|| self.refused())
    }

    /// Somebody looked at the account: a refusal is forgotten, and nothing is waited for. A PIN that is wanted still is, and a session
    /// in another name is never used.
    pub fn forgive(&mut self) {
        match self.standing {
            Account::Refused => *self = Self { ended: self.ended, ..Self::default() },
            Account::Unknown => self.not_before = None,
            _ => {}
        }
    }

    /// What a call is told that was not made, or not made again, since the last sign-in did not succeed. It says nothing about what
    /// was called for.
    pub fn told(&self) -> RemoteError {
        match self.standing {
            Account::Unknown | Account::SignedIn => self.not_yet(),
            Account::Refused | Account::PinWanted | Account::SomebodyElse => self.refused(),
        }
    }

    fn waits(&self, up: Duration) -> bool {
        self.not_before.is_some_and(|not_before| up < not_before)
    }

    fn refused(&self) -> RemoteError {
        let said = self.said.as_ref().map_or("It refused the sign-in.", |said| &said.message);
        RemoteError::new(AndNow::SignIn, said)
    }

    /// The last sign-in said nothing about the account. Nothing was sent since, so nothing is in doubt.
    fn not_yet(&self) -> RemoteError {
        match &self.said {
            Some(error) if error.and_now == AndNow::Offline => error.clone(),
            Some(error) => RemoteError::new(AndNow::Later(None), error.message.clone()),
            None => RemoteError::new(AndNow::Later(None), "It was not signed in. It is tried again."),
        }
    }
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
fn after_sign_in(result: Result<&SignInReply, &RemoteError>) -> Account {
    match result {
        Ok(SignInReply::Done(_)) => Account::SignedIn,
        Ok(SignInReply::PinWanted { .. }) => Account::PinWanted,
        Err(error) if matches!(error.and_now, AndNow::SignIn | AndNow::Forbidden | AndNow::Invalid) => Account::Refused,
        Ok(SignInReply::Untold(_)) | Err(_) => Account::Unknown,
    }
}

/// How the account stands after a one-time number was given to the session that waits for it. A wrong one may be followed by
/// another; a session that takes none any more wants a new sign-in, which only a person may begin.
fn after_pin(result: Result<(), &RemoteError>) -> Account {
    match result {
        Ok(()) => Account::Unknown,
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

    const SOON: Duration = Duration::from_secs(1);

    fn tick(up: u64) -> Tick {
        Tick { now: chrono::DateTime::UNIX_EPOCH, up: Duration::from_secs(up), random: 1.0 }
    }

    fn done() -> SignInReply {
        SignInReply::Done(rounds_domain::reply::SignedIn::default())
    }

    fn for_call(tries: &Tries, up: u64) -> Wanted {
        Wanted::ForCall { ended: tries.may_call(Duration::from_secs(up)).expect("a call may be made") }
    }

    #[test]
    fn several_calls_that_one_refusal_struck_share_one_sign_in() {
        let mut tries = Tries::default();
        let call = for_call(&tries, 0);
        assert_eq!(tries.before(call, SOON), Ok(Next::SignIn));
        tries.after(Ok(&done()), tick(0));
        assert_eq!(tries.before(call, SOON), Ok(Next::GoOn), "the one of a moment ago counts");
        assert_eq!(
            tries.before(for_call(&tries, 0), SOON),
            Ok(Next::SignIn),
            "a session that ended later is another matter"
        );
    }

    #[test]
    fn a_sign_in_whose_answer_was_lost_counts_as_one_and_the_next_waits() {
        let mut tries = Tries::default();
        let call = for_call(&tries, 0);
        for (unclear, and_now) in
            [AndNow::Offline, AndNow::Doubtful, AndNow::Later(Some(Duration::from_mins(1)))].into_iter().enumerate()
        {
            let up = 1_000 * (unclear as u64 + 1);
            tries.after(Err(&failed(and_now)), tick(up));
            let after = Duration::from_secs(up);
            assert!(tries.is_unfinished(), "nothing else is called first");
            let same = tries.before(call, after + Duration::from_mins(10)).expect_err("the refused call shares it");
            assert_ne!(same.and_now, AndNow::Doubtful, "nothing was sent");
            assert!(
                tries.may_call(after).is_err_and(|error| error == tries.told()),
                "another call would be refused too"
            );
            assert_eq!(tries.before(Wanted::ByPerson, after), Ok(Next::SignIn), "a person does not wait");
            let wait = if unclear == 2 { 61 } else { 1 << unclear };
            let then = after + Duration::from_secs(wait);
            tries.may_call(Duration::from_millis((up + wait) * 1_000 - 1)).expect_err("it waits longer each time");
            let again = Wanted::ForCall { ended: tries.may_call(then).expect("its time has come") };
            assert_eq!(tries.before(again, then), Ok(Next::SignIn));
        }
        tries.after(Ok(&done()), tick(9_000));
        let mut asked = tries.clone();
        asked.not_kept(failed(AndNow::Later(None)), tick(9_500));
        assert!(asked.may_call(Duration::from_secs(9_500)).is_err() && asked.is_unfinished(), "it is kept later");
        asked.forgive();
        assert!(asked.may_call(Duration::from_secs(9_500)).is_ok(), "somebody asked: nothing is waited for");
        let mut lost = tries.clone();
        lost.after(Err(&failed(AndNow::Offline)), tick(10_000));
        lost.may_call(Duration::from_secs(10_001)).expect("a success begins the waits anew");
    }

    #[test]
    fn what_a_call_is_told_says_what_stands_in_the_way_and_nothing_of_the_item() {
        let told = |and_now| {
            let mut tries = Tries::default();
            tries.after(Err(&failed(and_now)), tick(0));
            (tries.told(), tries.standing())
        };
        assert_eq!(told(AndNow::Offline), (failed(AndNow::Offline), Account::Unknown));
        assert_eq!(told(AndNow::Doubtful), (failed(AndNow::Later(None)), Account::Unknown));
        assert_eq!(told(AndNow::Gone), (failed(AndNow::Later(None)), Account::Unknown));
        for refused in [AndNow::SignIn, AndNow::Forbidden, AndNow::Invalid] {
            assert_eq!(told(refused), (failed(AndNow::SignIn), Account::Refused), "{refused:?}");
        }
    }

    #[test]
    fn sign_ins_are_counted_whatever_becomes_of_them() {
        let mut tries = Tries::default();
        tries.after(Ok(&done()), tick(0));
        tries.after(Err(&failed(AndNow::SignIn)), tick(1));
        tries.forgive();
        assert_eq!(tries.may_call(SOON), Ok(2), "a call of before is told from one of after");
        let wanted = SignInReply::PinWanted { session: "s".into(), text: "sent".into() };
        tries.after(Ok(&wanted), tick(2));
        tries.after_pin(Ok(()));
        assert_eq!(tries.may_call(SOON), Ok(3));
        tries.after(Err(&failed(AndNow::Forbidden)), tick(3));
        assert!(!tries.is_unfinished(), "a refusal is an end");
    }

    #[test]
    fn who_only_asks_for_things_to_be_read_does_not_have_a_refused_password_tried_again() {
        let mut tries = Tries::left(Left::Refused("no"));
        tries.hurry();
        assert_eq!(tries.before(for_call(&tries, 0), SOON), Err(failed(AndNow::SignIn)));
        assert_eq!(tries.refusal(), Some(failed(AndNow::SignIn)));
        tries.proven();
        assert_eq!((tries.standing(), tries.refusal()), (Account::SignedIn, None), "it was let in after all");
        let mut lost = Tries::default();
        lost.after(Err(&failed(AndNow::Offline)), tick(0));
        assert!(lost.may_call(Duration::ZERO).is_err());
        lost.hurry();
        assert!(lost.may_call(Duration::ZERO).is_ok(), "no answer is no refusal: it need not be waited for");
        lost.proven();
        assert!(lost.is_unfinished(), "a sign-in that was begun still comes to its end");
    }

    #[test]
    fn a_sign_in_that_nothing_answers_for_proves_nothing() {
        let untold = SignInReply::Untold(rounds_domain::reply::SignedIn::default());
        let mut tries = Tries::left(Left::Refused("no"));
        tries.after(Ok(&untold), tick(0));
        assert_eq!((tries.standing(), tries.refusal()), (Account::Unknown, None), "what is sent next shows it");
        assert!(!tries.is_unfinished() && tries.may_call(Duration::ZERO).is_ok());
    }

    #[test]
    fn a_refused_account_is_left_alone_by_this_run_and_the_next() {
        let mut tries = Tries::default();
        let call = for_call(&tries, 0);
        tries.after(Err(&failed(AndNow::Forbidden)), tick(0));
        for tries in [&tries, &Tries::left(Left::Refused("no"))] {
            assert_eq!(tries.standing(), Account::Refused);
            assert_eq!(tries.before(call, SOON), Err(failed(AndNow::SignIn)));
            assert_eq!(tries.before(for_call(tries, 9_000), Duration::from_hours(9)), Err(failed(AndNow::SignIn)));
            assert_eq!(tries.before(Wanted::ByPerson, SOON), Ok(Next::SignIn));
        }
        tries.forgive();
        assert_eq!(tries.before(for_call(&tries, 1), SOON), Ok(Next::SignIn), "somebody asked");
        assert_eq!(tries.told().and_now, AndNow::Later(None), "not tried yet is no refusal");
        let mut waiting = Tries::left(Left::PinWanted("sent"));
        waiting.after(Err(&failed(AndNow::Doubtful)), tick(3));
        waiting.forgive();
        assert_eq!(waiting.standing(), Account::PinWanted, "another sign-in would send another PIN");
        assert_eq!(waiting.may_call(SOON), Err(RemoteError::new(AndNow::SignIn, "sent")));
        waiting.after_pin(Err(&failed(AndNow::Invalid)));
        assert_eq!(waiting.may_call(SOON), Err(RemoteError::new(AndNow::SignIn, "sent")), "another may be given");
        waiting.after_pin(Err(&failed(AndNow::SignIn)));
        assert_eq!(waiting.before(Wanted::ForCall { ended: 0 }, SOON), Err(failed(AndNow::SignIn)));
        let mut waiting = Tries::left(Left::PinWanted("sent"));
        waiting.after_pin(Ok(()));
        assert!(waiting.is_unfinished() && Tries::left(Left::PinTaken) == waiting, "who signed in is still to be read");
        waiting.after(Ok(&done()), tick(2));
        assert!(!waiting.is_unfinished());
        assert_eq!(waiting.may_call(SOON), Ok(1));
        waiting.somebody_else(failed(AndNow::SignIn));
        assert_eq!(waiting.may_call(SOON), Err(failed(AndNow::SignIn)), "nothing leaves in another name");
        assert_eq!(waiting.before(Wanted::ForCall { ended: 0 }, SOON), Err(failed(AndNow::SignIn)));
    }

    #[test]
    fn a_pin_that_is_wanted_holds_everything_until_its_person_gives_it() {
        let wanted = SignInReply::PinWanted { session: "s".into(), text: "sent".into() };
        let mut tries = Tries::default();
        tries.after(Ok(&wanted), tick(0));
        let sent = RemoteError::new(AndNow::SignIn, "sent");
        assert_eq!(tries.may_call(SOON), Err(sent.clone()));
        assert_eq!(tries.before(Wanted::ForCall { ended: 0 }, SOON), Err(sent), "each sign-in sends another PIN");
        for (and_now, stands) in [
            (AndNow::Invalid, Account::PinWanted),
            (AndNow::Offline, Account::PinWanted),
            (AndNow::Doubtful, Account::PinWanted),
            (AndNow::SignIn, Account::Refused),
            (AndNow::Forbidden, Account::Refused),
        ] {
            assert_eq!(after_pin(Err(&failed(and_now))), stands, "{and_now:?}");
        }
    }
}
