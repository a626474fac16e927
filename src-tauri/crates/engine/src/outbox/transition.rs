//! Where an action stands after something happened, and what to do with one whose time has come.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Baseline, Proof, Reason, ReasonKind, Verb},
    error::{AndNow, RemoteError},
    outbox::OutboxState,
    reply::{JobState, Receipt, Submitted},
};

use super::finding::Finding;
use crate::{Tick, backoff};

/// What is known about the system that an action goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// For how long after a send the remote may still apply it. Only after that does "not there" mean anything.
    pub server_timeout: Duration,
}

/// Between the first look and the end of the server's timeout: a thing that is found early is found.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(2);
/// "Not there" counts only on two reads this far apart.
const LOOKS_APART: TimeDelta = TimeDelta::seconds(10);
/// How many reads that find nothing it takes.
const LOOKS: u32 = 2;
/// How many rounds of doubt there are before a person is asked.
const ROUNDS: u32 = 2;
/// How many sends there are before a person is asked.
const ATTEMPTS: u32 = 50;
/// How long a job is followed before a person is asked.
const FOLLOW: TimeDelta = TimeDelta::hours(24);
/// A status or decision older than this asks its person again before it is sent.
const STALE: TimeDelta = TimeDelta::hours(24);

/// What to do with an action whose time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Its time to be taken back is over: [`Event::HoldOver`].
    EndHold,
    /// Read the item, then send: [`Event::ReadBefore`], and if it still stands as queued, [`Event::SendBegins`].
    ReadThenSend,
    /// Read the item and look for it: [`Event::LookedFor`].
    Look,
    /// Ask how its job is: [`Event::Followed`].
    Follow,
    /// Nothing.
    Nothing,
}

/// What to do with `action` when it is due.
pub fn step(action: &Action) -> Step {
    match action.state {
        OutboxState::Held => Step::EndHold,
        OutboxState::Queued => Step::ReadThenSend,
        OutboxState::Doubtful => Step::Look,
        OutboxState::Following => Step::Follow,
        // Inflight rows are somebody's own send; after a restart there are none (`Event::Reopened`).
        _ => Step::Nothing,
    }
}

/// Something that happened to an action.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The time to take it back is over.
    HoldOver,
    /// The item was read before sending; `differs` names what the action touches and the person did not see so.
    ReadBefore {
        /// What was there.
        baseline: Baseline,
        /// What is not as the person saw it.
        differs: Option<String>,
    },
    /// The item could not be read before sending.
    ReadFailed(RemoteError),
    /// It is about to be sent: stored before a byte leaves.
    SendBegins,
    /// The send came to an end.
    Replied(Result<Submitted, RemoteError>),
    /// The item was read and the action looked for.
    LookedFor(Finding),
    /// The item could not be read.
    LookFailed(RemoteError),
    /// The job was asked about.
    Followed(Result<JobState, RemoteError>),
    /// The program started again.
    Reopened,
    /// A sign-in succeeded that this action waited for.
    SignedIn,
    /// The network is back, or a person asked to try now.
    Wake,
}

/// Where `action` stands after `event`.
pub fn after(action: &Action, event: Event, rules: Rules, tick: Tick) -> Action {
    let mut next = action.clone();
    match event {
        Event::HoldOver if action.state == OutboxState::Held => queue(&mut next, None, tick.now),
        Event::ReadBefore { baseline, differs } => read_before(&mut next, baseline, differs, tick),
        Event::ReadFailed(error) => {
            // A read that wants a sign-in is about the account, however many sign-ins there were: the item has not been asked.
            if error.and_now == AndNow::SignIn {
                next.sign_ins = 0;
            }
            not_sent(&mut next, error, tick);
        }
        Event::SendBegins => {
            next.state = OutboxState::Inflight;
            next.attempts += 1;
            next.sent_at = Some(tick.now);
            next.next_at = None;
            next.reason = None;
        }
        Event::Replied(Ok(Submitted::Done(receipt))) => confirm(&mut next, receipt, tick),
        Event::Replied(Ok(Submitted::Accepted(job))) => {
            next.state = OutboxState::Following;
            next.remote_ref = Some(job);
            next.waits = 0;
            next.next_at = Some(tick.now + TimeDelta::seconds(2));
        }
        Event::Replied(Err(error)) if error.and_now == AndNow::Doubtful => doubt(&mut next, error.message, tick),
        Event::Replied(Err(error)) => not_sent(&mut next, error, tick),
        Event::LookedFor(finding) => looked_for(&mut next, finding, rules, tick),
        Event::LookFailed(error) | Event::Followed(Err(error)) => keep_looking(&mut next, &error, tick),
        Event::Followed(Ok(job)) => followed(&mut next, job, tick),
        Event::Reopened if action.state == OutboxState::Inflight => {
            doubt(&mut next, "Rounds was closed while this was being sent.".to_owned(), tick);
        }
        Event::SignedIn if waits_for_sign_in(action) => {
            next.sign_ins += 1;
            next.next_at = Some(tick.now);
            next.reason = None;
        }
        Event::Wake if !action.state.is_final() && wakes(action) => {
            next.next_at = Some(tick.now);
        }
        Event::HoldOver | Event::Reopened | Event::SignedIn | Event::Wake => {}
    }
    next
}

/// Whether it waits for its connection to be signed in.
pub fn waits_for_sign_in(action: &Action) -> bool {
    !action.state.is_final() && action.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::SignIn)
}

fn wakes(action: &Action) -> bool {
    let waits_for_network = action.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Offline);
    matches!(action.state, OutboxState::Queued | OutboxState::Doubtful | OutboxState::Following) && waits_for_network
}

#[allow(clippy::unnecessary_wraps, reason = "every place that has a reason wants it as one that may be missing")]
fn reason(kind: ReasonKind, text: impl Into<String>) -> Option<Reason> {
    Some(Reason { kind, text: text.into() })
}

fn queue(next: &mut Action, reason: Option<Reason>, at: DateTime<Utc>) {
    next.state = OutboxState::Queued;
    next.reason = reason;
    next.next_at = Some(at);
    // Whatever a pull took for it was somebody else's: nothing of it arrived.
    next.remote_ref = None;
}

fn ask_person(next: &mut Action, kind: ReasonKind, text: impl Into<String>) {
    next.state = OutboxState::NeedsPerson;
    next.reason = reason(kind, text);
    next.next_at = None;
}

fn confirm(next: &mut Action, receipt: Receipt, tick: Tick) {
    next.state = OutboxState::Confirmed;
    next.remote_ref = receipt.remote_ref.or(next.remote_ref.take());
    next.reason = None;
    next.next_at = None;
    next.settled_at = Some(tick.now);
}

fn doubt(next: &mut Action, text: String, tick: Tick) {
    next.state = OutboxState::Doubtful;
    // The remote may have got the last byte only now: its own time-out counts from the end of the send.
    next.sent_at = Some(tick.now);
    next.looks = 0;
    next.waits = 0;
    next.reason = reason(ReasonKind::Doubt, text);
    next.next_at = Some(tick.now + FIRST_LOOK);
}

fn read_before(next: &mut Action, baseline: Baseline, differs: Option<String>, tick: Tick) {
    next.waits = 0;
    // What was there before the first send that may have left counts; later reads may already hold its effect.
    if next.rounds == 0 {
        next.baseline = Some(baseline);
    }
    if next.attempts >= ATTEMPTS {
        ask_person(
            next,
            ReasonKind::Refused,
            format!("It was tried {ATTEMPTS} times and never taken. Try again or discard it."),
        );
    } else if let Some(text) = differs {
        ask_person(next, ReasonKind::Conflict, text);
    } else if next.verb != Verb::Comment && next.attempts == 0 && tick.now - next.made_at > STALE {
        ask_person(
            next,
            ReasonKind::Conflict,
            "This was decided more than 24 hours ago. Look at the item and do it again if it still holds.",
        );
    }
}

/// Nothing took effect, for certain.
fn not_sent(next: &mut Action, error: RemoteError, tick: Tick) {
    let waits = next.waits;
    next.waits = waits.saturating_add(1);
    match error.and_now {
        AndNow::Offline => {
            queue(next, reason(ReasonKind::Offline, error.message), backoff::next_try(waits, None, tick));
        }
        AndNow::Later(asked) => {
            queue(next, reason(ReasonKind::Waiting, error.message), backoff::next_try(waits, asked, tick));
        }
        // A read before sending whose reply could not be used.
        AndNow::Doubtful => {
            queue(next, reason(ReasonKind::Waiting, error.message), backoff::next_try(waits, None, tick));
        }
        AndNow::SignIn if next.sign_ins > 0 => ask_person(next, ReasonKind::Refused, error.message),
        AndNow::SignIn => {
            queue(next, reason(ReasonKind::SignIn, error.message), tick.now);
            next.next_at = None;
        }
        AndNow::Forbidden | AndNow::Invalid => ask_person(next, ReasonKind::Refused, error.message),
        AndNow::Conflict => ask_person(next, ReasonKind::Conflict, error.message),
        AndNow::Gone => ask_person(next, ReasonKind::Gone, error.message),
    }
}

fn looked_for(next: &mut Action, finding: Finding, rules: Rules, tick: Tick) {
    next.waits = 0;
    match finding {
        Finding::Found(receipt) => confirm(next, receipt, tick),
        Finding::Unclear(text) => ask_person(next, ReasonKind::PossiblySent, text),
        Finding::Missing if next.proof == Proof::None => ask_person(
            next,
            ReasonKind::PossiblySent,
            "Nothing shows whether it took effect, so it is not sent again by itself. Look at the item in the system itself.",
        ),
        Finding::Missing => missing(next, rules, tick),
    }
}

fn missing(next: &mut Action, rules: Rules, tick: Tick) {
    let patience = TimeDelta::from_std(rules.server_timeout).unwrap_or(TimeDelta::hours(1));
    let may_still_come = next.sent_at.map(|sent| sent + patience).filter(|until| tick.now < *until);
    if let Some(until) = may_still_come {
        let soon = tick.now + LOOKS_APART;
        next.next_at = Some(soon.min(until));
        return;
    }
    next.looks += 1;
    if next.looks < LOOKS {
        next.next_at = Some(tick.now + LOOKS_APART);
        return;
    }
    next.rounds += 1;
    next.looks = 0;
    if next.rounds < ROUNDS {
        queue(next, None, tick.now);
    } else {
        ask_person(
            next,
            ReasonKind::PossiblySent,
            "It was sent twice and could not be found either time; it may still arrive. Look at the item in the system itself, then discard it or send it again.",
        );
    }
}

fn keep_looking(next: &mut Action, error: &RemoteError, tick: Tick) {
    let waits = next.waits;
    next.waits = waits.saturating_add(1);
    match error.and_now {
        AndNow::SignIn => {
            next.reason = reason(ReasonKind::SignIn, error.message.clone());
            next.next_at = None;
        }
        AndNow::Offline => {
            next.reason = reason(ReasonKind::Offline, error.message.clone());
            next.next_at = Some(backoff::next_try(waits, None, tick));
        }
        AndNow::Later(asked) => next.next_at = Some(backoff::next_try(waits, asked, tick)),
        AndNow::Doubtful => next.next_at = Some(backoff::next_try(waits, None, tick)),
        AndNow::Forbidden | AndNow::Invalid | AndNow::Conflict | AndNow::Gone => ask_person(
            next,
            ReasonKind::PossiblySent,
            format!("Whether it arrived cannot be looked up: {}", error.message),
        ),
    }
}

fn followed(next: &mut Action, job: JobState, tick: Tick) {
    match job {
        JobState::Done(receipt) => confirm(next, receipt, tick),
        JobState::Failed(error) => not_sent(next, error, tick),
        JobState::Pending => {
            let asked_so_far = next.waits;
            next.waits = asked_so_far.saturating_add(1);
            let waited = next.sent_at.map(|sent| tick.now - sent);
            if waited.is_some_and(|waited| waited > FOLLOW) {
                ask_person(
                    next,
                    ReasonKind::PossiblySent,
                    "The system accepted it but has not said for a day whether it is done.",
                );
            } else {
                let seconds = 2_i64.saturating_mul(1 << asked_so_far.min(5)).min(60);
                next.next_at = Some(tick.now + TimeDelta::seconds(seconds));
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    //! Actions for the tests of this crate.

    use chrono::{DateTime, TimeDelta, Utc};
    use rounds_domain::{
        action::{Action, Actor, Fields, Proof, Verb},
        ids::{ActionId, ConnectionId, ItemId},
        outbox::OutboxState,
    };
    use uuid::Uuid;

    pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    pub(crate) fn action(id: u128, item: u128, state: OutboxState) -> Action {
        let mut fields = Fields::new();
        fields.insert("text".into(), "Please call her back".into());
        Action {
            id: ActionId(Uuid::from_u128(id)),
            connection: ConnectionId(Uuid::from_u128(1)),
            item: ItemId(Uuid::from_u128(item)),
            sequence: i64::try_from(id).unwrap(),
            depends_on: vec![],
            name: "comment".into(),
            verb: Verb::Comment,
            proof: Proof::Comment,
            fields,
            actor: Actor { name: "Ana Ruiz".into(), email: None },
            made_at: at(0),
            seen: None,
            state,
            attempts: 0,
            waits: 0,
            sign_ins: 0,
            looks: 0,
            rounds: 0,
            sent_at: None,
            baseline: None,
            next_at: Some(at(0)),
            reason: None,
            remote_ref: None,
            settled_at: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{
        testing::{action, at},
        *,
    };

    const RULES: Rules = Rules { server_timeout: Duration::from_secs(30) };

    fn tick(seconds: i64) -> Tick {
        Tick { now: at(seconds), random: 1.0 }
    }

    fn failed(and_now: AndNow) -> Event {
        Event::Replied(Err(RemoteError::new(and_now, "the remote's words")))
    }

    fn sent() -> Action {
        let queued = action(1, 7, OutboxState::Queued);
        let read = after(&queued, Event::ReadBefore { baseline: Baseline::default(), differs: None }, RULES, tick(0));
        after(&read, Event::SendBegins, RULES, tick(0))
    }

    #[test]
    fn each_answer_of_a_send_leads_where_the_document_says() {
        use OutboxState::{Confirmed, Doubtful, Following, NeedsPerson, Queued};
        let done = Event::Replied(Ok(Submitted::Done(Receipt::default())));
        let accepted = Event::Replied(Ok(Submitted::Accepted("job".into())));
        for (event, state, has_time) in [
            (done, Confirmed, false),
            (accepted, Following, true),
            (failed(AndNow::Offline), Queued, true),
            (failed(AndNow::Later(None)), Queued, true),
            (failed(AndNow::SignIn), Queued, false),
            (failed(AndNow::Forbidden), NeedsPerson, false),
            (failed(AndNow::Conflict), NeedsPerson, false),
            (failed(AndNow::Invalid), NeedsPerson, false),
            (failed(AndNow::Gone), NeedsPerson, false),
            (failed(AndNow::Doubtful), Doubtful, true),
        ] {
            let said = format!("{event:?}");
            let next = after(&sent(), event, RULES, tick(1));
            assert_eq!((next.state, next.next_at.is_some()), (state, has_time), "{said}");
            assert_eq!(next.attempts, 1, "{said}: the attempt was counted before sending");
            let explained = next.state == Confirmed || next.state == Following || next.reason.is_some();
            assert!(explained, "{said}: a person must be able to read why it waits");
        }
    }

    #[test]
    fn a_doubtful_comment_is_sent_again_only_after_two_reads_past_the_servers_timeout() {
        let mut doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1));
        let mut reads_after_timeout = 0;
        for second in 3..200 {
            if doubtful.next_at.is_none_or(|next| next > at(second)) {
                continue;
            }
            doubtful = after(&doubtful, Event::LookedFor(Finding::Missing), RULES, tick(second));
            reads_after_timeout += i32::from(second >= 30);
            if doubtful.state != OutboxState::Doubtful {
                break;
            }
        }
        assert_eq!((doubtful.state, reads_after_timeout, doubtful.rounds), (OutboxState::Queued, 2, 1));
        assert!(doubtful.next_at >= Some(at(40)), "the two reads are apart");
    }

    #[test]
    fn a_second_round_of_doubt_ends_with_a_person() {
        let mut second = Action { rounds: 1, ..sent() };
        second = after(&second, failed(AndNow::Doubtful), RULES, tick(1));
        second = after(&second, Event::LookedFor(Finding::Missing), RULES, tick(60));
        second = after(&second, Event::LookedFor(Finding::Missing), RULES, tick(80));
        assert_eq!(second.state, OutboxState::NeedsPerson);
        assert_eq!(second.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
    }

    #[test]
    fn an_effect_that_is_found_early_confirms_at_once() {
        let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1));
        let receipt = Receipt { remote_ref: Some("c9".into()), me_id: None };
        let found = after(&doubtful, Event::LookedFor(Finding::Found(receipt)), RULES, tick(3));
        assert_eq!((found.state, found.remote_ref.as_deref()), (OutboxState::Confirmed, Some("c9")));
    }

    #[test]
    fn a_kind_without_proof_is_never_sent_again_by_itself() {
        let doubtful = Action { proof: Proof::None, ..after(&sent(), failed(AndNow::Doubtful), RULES, tick(1)) };
        let next = after(&doubtful, Event::LookedFor(Finding::Missing), RULES, tick(100));
        assert_eq!(next.state, OutboxState::NeedsPerson);
    }

    #[test]
    fn what_was_being_sent_when_the_program_died_is_doubtful() {
        let next = after(&sent(), Event::Reopened, RULES, tick(500));
        assert_eq!(next.state, OutboxState::Doubtful);
        let queued = action(2, 7, OutboxState::Queued);
        assert_eq!(after(&queued, Event::Reopened, RULES, tick(500)), queued, "nothing else changes at a restart");
    }

    #[test]
    fn a_401_waits_for_a_sign_in_and_a_401_after_one_is_about_the_item() {
        let waiting = after(&sent(), failed(AndNow::SignIn), RULES, tick(1));
        assert!(waits_for_sign_in(&waiting));
        let woken = after(&waiting, Event::SignedIn, RULES, tick(9));
        assert_eq!(woken.next_at, Some(at(9)));
        let again = after(&after(&woken, Event::SendBegins, RULES, tick(9)), failed(AndNow::SignIn), RULES, tick(10));
        assert_eq!(again.state, OutboxState::NeedsPerson);
    }

    #[test]
    fn a_key_that_changes_again_before_the_next_send_is_no_refusal_of_the_item() {
        let no = || Event::ReadFailed(RemoteError::new(AndNow::SignIn, "no"));
        let mut waiting = after(&action(1, 7, OutboxState::Queued), no(), RULES, tick(0));
        for second in 1..5 {
            assert!(waits_for_sign_in(&waiting), "{:?}", waiting.reason);
            waiting = after(&after(&waiting, Event::SignedIn, RULES, tick(second)), no(), RULES, tick(second));
        }
    }

    #[test]
    fn the_baseline_of_the_first_doubtful_send_is_kept() {
        let first = Baseline { my_comments: vec!["before".into()], ..Baseline::default() };
        let later = Baseline { my_comments: vec!["before".into(), "perhaps mine".into()], ..Baseline::default() };
        let mut action = Action { baseline: Some(first.clone()), rounds: 1, ..action(1, 7, OutboxState::Queued) };
        action = after(&action, Event::ReadBefore { baseline: later, differs: None }, RULES, tick(0));
        assert_eq!(action.baseline, Some(first));
    }

    #[test]
    fn a_decision_made_yesterday_asks_its_person_again() {
        let old = Action { verb: Verb::Status, proof: Proof::CompareAndSet, ..action(1, 7, OutboxState::Queued) };
        let read = Event::ReadBefore { baseline: Baseline::default(), differs: None };
        assert_eq!(after(&old, read.clone(), RULES, tick(86_500)).state, OutboxState::NeedsPerson);
        assert_eq!(after(&old, read.clone(), RULES, tick(80_000)).state, OutboxState::Queued);
        let comment = action(1, 7, OutboxState::Queued);
        assert_eq!(after(&comment, read, RULES, tick(86_500)).state, OutboxState::Queued, "a comment does not age");
    }

    #[test]
    fn attempts_are_bounded() {
        let tried = Action { attempts: ATTEMPTS, ..action(1, 7, OutboxState::Queued) };
        let read = Event::ReadBefore { baseline: Baseline::default(), differs: None };
        assert_eq!(after(&tried, read, RULES, tick(0)).state, OutboxState::NeedsPerson);
    }

    #[test]
    fn a_job_is_asked_about_more_and_more_slowly_and_after_a_day_a_person_is_asked() {
        let mut following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("j".into()))), RULES, tick(0));
        let mut waits = vec![];
        for _ in 0..8 {
            let now = following.next_at.unwrap();
            following = after(&following, Event::Followed(Ok(JobState::Pending)), RULES, Tick { now, random: 0.5 });
            waits.push((following.next_at.unwrap() - now).num_seconds());
        }
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
        let next = after(&following, Event::Followed(Ok(JobState::Pending)), RULES, tick(90_000));
        assert_eq!(next.state, OutboxState::NeedsPerson);
    }
}
