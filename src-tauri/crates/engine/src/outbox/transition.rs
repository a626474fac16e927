//! Where an action stands after something happened, and what to do with one whose time has come.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Baseline, Conflict, Proof, Reason, ReasonKind},
    error::{AndNow, RemoteError},
    outbox::OutboxState,
    patient::Me,
    planted::{Bug, is_planted},
    reply::{JobState, Receipt, Submitted},
};

use super::{
    conflict,
    doubt::{doubt, keep_looking, looked_for, possibly_mine, reopened},
    finding::Finding,
};
use crate::{Tick, backoff};

/// What is known about the system that an action goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// For how long after a send the remote may still apply it. Only after that does "not there" mean anything.
    pub server_timeout: Duration,
}

/// How many sends there are before a person is asked.
const ATTEMPTS: u32 = 50;
/// How long a job is followed before a person is asked.
const FOLLOW: TimeDelta = TimeDelta::hours(24);
/// How often a job is asked about before a person is asked, whatever the clock says: about a day's worth.
const ASKS: u32 = 1_500;
/// A status or decision older than this asks its person again before it is sent.
const STALE: TimeDelta = TimeDelta::hours(24);
/// A clock may be set back by this much and a decision still count as made now.
const SET_BACK: TimeDelta = TimeDelta::minutes(10);
/// How many reads in a row whose reply cannot be used there are before a person is asked: with the waits between them, the
/// better part of an hour.
pub(super) const UNREADABLE: u32 = 24;

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
#[allow(clippy::large_enum_variant, reason = "one at a time, and never many")]
pub enum Event {
    /// The time to take it back is over.
    HoldOver,
    /// The item was read before sending; `differs` names what the action touches and the person did not see so.
    ReadBefore {
        /// What was there.
        baseline: Baseline,
        /// What is not as the person saw it.
        differs: Option<Conflict>,
        /// In whose name it would leave now.
        sender: Me,
    },
    /// The remote said "conflict", and the item was read again: what that tells of the action, and how what it touches stands.
    ReadAfterConflict {
        /// What would be known if it were in doubt.
        finding: Finding,
        /// Field by field.
        conflict: Conflict,
    },
    /// It was confirmed, and the item, as it was read again, holds neither what it wanted nor what was there before.
    ChangedSince(Conflict),
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
    /// The program started again: what was being sent is in doubt, and this run's monotonic clock begins.
    Reopened,
    /// The pass that was sending it is over and has not said how the send ended.
    Abandoned,
    /// An action that it depends on was given up.
    GivenUp,
    /// A sign-in succeeded that this action waited for.
    SignedIn,
    /// A person saw to the account that this action waited for, and nothing tells whether it is good but sending.
    MayTry,
    /// The network is back, or a person asked to try now.
    Wake,
}

/// Whether an event that was set off by an action's state still concerns it: while the network was waited for, a person may
/// have given it up.
pub fn applies(event: &Event, state: OutboxState) -> bool {
    match event {
        Event::HoldOver => state == OutboxState::Held,
        Event::ReadBefore { .. } | Event::ReadFailed(_) | Event::SendBegins => state == OutboxState::Queued,
        Event::Replied(_) | Event::Abandoned => state == OutboxState::Inflight,
        Event::LookFailed(_) | Event::LookedFor(Finding::Missing) => state == OutboxState::Doubtful,
        // It is looked for once more before it is sent again, too.
        Event::LookedFor(_) => matches!(state, OutboxState::Doubtful | OutboxState::Queued),
        Event::Followed(_) => state == OutboxState::Following,
        Event::ReadAfterConflict { .. } => state == OutboxState::NeedsPerson,
        Event::ChangedSince(_) => state == OutboxState::Confirmed,
        Event::GivenUp => matches!(state, OutboxState::Held | OutboxState::Queued),
        Event::Reopened | Event::SignedIn | Event::MayTry | Event::Wake => !state.is_final(),
    }
}

/// Where `action` stands after `event`; as it stood, when the event no longer concerns it.
pub fn after(action: &Action, event: Event, rules: Rules, tick: Tick) -> Action {
    let mut next = action.clone();
    if !applies(&event, action.state) {
        return next;
    }
    match event {
        Event::HoldOver => queue(&mut next, None, tick.now),
        Event::ReadBefore { baseline, differs, sender } => read_before(&mut next, baseline, differs, &sender, tick),
        Event::ReadAfterConflict { finding, conflict } => read_after_conflict(&mut next, finding, conflict, tick),
        Event::ChangedSince(_) if is_planted(Bug::SlippedInUnseen) => {}
        Event::ChangedSince(conflict) => next.conflict = Some(conflict),
        Event::ReadFailed(error) => read_failed(&mut next, error, tick),
        Event::SendBegins => {
            next.state = OutboxState::Inflight;
            next.attempts += 1;
            next.sent_at = Some(tick.now);
            next.next_at = None;
            next.reason = None;
        }
        Event::Replied(Ok(Submitted::Done(receipt) | Submitted::Told(receipt, _))) => confirm(&mut next, receipt, tick),
        Event::Replied(Ok(Submitted::Accepted(job))) => {
            next.state = OutboxState::Following;
            next.remote_ref = Some(job);
            next.waits = 0;
            next.next_at = Some(tick.now + TimeDelta::seconds(2));
        }
        Event::Replied(Err(error)) if error.and_now == AndNow::Doubtful && is_planted(Bug::DoubleAfterLostReply) => {
            queue(&mut next, reason(ReasonKind::Waiting, error.message), backoff::next_try(0, None, tick));
        }
        Event::Replied(Err(error)) if error.and_now == AndNow::Doubtful => doubt(&mut next, error.message, tick),
        Event::Replied(Err(error)) => not_sent(&mut next, error, tick),
        Event::LookedFor(finding) => looked_for(&mut next, finding, rules, tick),
        Event::Followed(Err(error)) if error.and_now == AndNow::Gone && is_planted(Bug::LostJobResent) => {
            queue(&mut next, None, tick.now);
        }
        Event::LookFailed(error) | Event::Followed(Err(error)) => keep_looking(&mut next, &error, tick),
        Event::Followed(Ok(job)) => followed(&mut next, job, tick),
        Event::Reopened => reopened(&mut next, tick),
        Event::Abandoned => {
            doubt(&mut next, "This was being sent when something went wrong on this machine.".to_owned(), tick);
        }
        Event::GivenUp => ask_person(
            &mut next,
            ReasonKind::Refused,
            "An action that this one depends on was given up. Nothing was sent; do it again if it still holds, or discard it.",
        ),
        Event::SignedIn if waits_for_sign_in(action) && !is_planted(Bug::ExpiryWedges) => {
            // Asking about what was sent, or looking for it, is about the account alone.
            next.sign_ins += u32::from(action.state == OutboxState::Queued);
            next.next_at = Some(tick.now);
            next.reason = None;
        }
        // It proves nothing, so a refusal that follows is still about the account.
        Event::MayTry if waits_for_sign_in(action) => {
            next.next_at = Some(tick.now);
            next.reason = None;
        }
        Event::Wake if wakes(action) => next.next_at = Some(tick.now),
        Event::SignedIn | Event::MayTry | Event::Wake => {}
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
pub(super) fn reason(kind: ReasonKind, text: impl Into<String>) -> Option<Reason> {
    Some(Reason { kind, text: text.into() })
}

pub(super) fn queue(next: &mut Action, reason: Option<Reason>, at: DateTime<Utc>) {
    next.state = OutboxState::Queued;
    next.reason = reason;
    next.next_at = Some(at);
    next.conflict = None;
    // Whatever a pull took for it was somebody else's: nothing of it arrived.
    next.remote_ref = None;
}

pub(super) fn ask_person(next: &mut Action, kind: ReasonKind, text: impl Into<String>) {
    next.state = OutboxState::NeedsPerson;
    next.reason = reason(kind, text);
    next.next_at = None;
}

pub(super) fn confirm(next: &mut Action, receipt: Receipt, tick: Tick) {
    next.state = OutboxState::Confirmed;
    next.remote_ref = receipt.remote_ref.or(next.remote_ref.take());
    next.reason = None;
    next.conflict = None;
    next.next_at = None;
    next.settled_at = Some(tick.now);
}

fn read_before(next: &mut Action, baseline: Baseline, differs: Option<Conflict>, sender: &Me, tick: Tick) {
    next.waits = 0;
    // What was there before the first send that may have left counts; later reads may already hold its effect.
    if next.rounds == 0 {
        next.baseline = Some(baseline);
    }
    // A decision from the future has an age that nobody knows.
    let age = tick.now - next.made_at;
    if !next.actor.may_leave_as(sender) && !is_planted(Bug::InAnotherName) {
        let name = next.actor.name.clone();
        ask_person(
            next,
            ReasonKind::Refused,
            format!(
                "This was done in the name of {name}, and the connection now sends in another name. Nothing was sent; discard \
                 it, or set that name in the connection again and try again."
            ),
        );
    } else if next.attempts >= ATTEMPTS {
        ask_person(
            next,
            ReasonKind::Refused,
            format!("It was tried {ATTEMPTS} times and never taken. Try again or discard it."),
        );
    } else if let Some(conflict) = differs.filter(|_| !is_planted(Bug::NoReadBeforeSend)) {
        let words = conflict::words(next, &conflict);
        ask_person(next, ReasonKind::Conflict, words);
        next.conflict = Some(conflict);
    } else if !next.verb.keeps() && next.attempts == 0 && (age > STALE || age < -SET_BACK) {
        ask_person(
            next,
            ReasonKind::Conflict,
            "This was decided more than 24 hours ago. Look at the item and do it again if it still holds.",
        );
    }
}

/// A conflict of which no more is known than the remote's words gets its fields. After a doubtful try the remote may have
/// refused only because that try was our own success.
fn read_after_conflict(next: &mut Action, finding: Finding, conflict: Conflict, tick: Tick) {
    if next.conflict.is_some() || next.reason.as_ref().is_none_or(|reason| reason.kind != ReasonKind::Conflict) {
        return;
    }
    match finding {
        Finding::Found(receipt) if next.rounds > 0 || next.proof == Proof::Once => confirm(next, receipt, tick),
        Finding::PossiblyMine(conflict) if next.rounds > 0 => possibly_mine(next, conflict),
        _ => {
            // Where nothing of it was changed the remote refused for another reason, and its own words say more.
            if conflict.fields.iter().any(|field| field.theirs != field.base) {
                let words = conflict::words(next, &conflict);
                ask_person(next, ReasonKind::Conflict, words);
            }
            next.conflict = Some(conflict);
        }
    }
}

fn read_failed(next: &mut Action, error: RemoteError, tick: Tick) {
    match error.and_now {
        // A read that wants a sign-in is about the account, however many sign-ins there were: the item has not been asked.
        AndNow::SignIn => {
            next.sign_ins = 0;
            not_sent(next, error, tick);
        }
        AndNow::Doubtful | AndNow::Later(None) => {
            let fails = unreadable_so_far(next) + 1;
            if error.and_now == AndNow::Doubtful && fails >= UNREADABLE {
                ask_person(
                    next,
                    ReasonKind::Unreadable,
                    format!(
                        "The item was read {fails} times in a row and could not be understood. Nothing was sent; look at it in \
                         the system itself, then try again or discard this. {}",
                        error.message
                    ),
                );
            } else {
                next.waits = fails;
                queue(next, reason(ReasonKind::Unreadable, error.message), backoff::next_try(fails - 1, None, tick));
            }
        }
        _ => not_sent(next, error, tick),
    }
}

/// How many reads in a row could not be used until now.
pub(super) fn unreadable_so_far(action: &Action) -> u32 {
    let unreadable = action.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Unreadable);
    if unreadable { action.waits } else { 0 }
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
            if is_planted(Bug::NeverRetried) {
                next.next_at = None;
            }
        }
        AndNow::SignIn if is_planted(Bug::SignOutDiscards) => {
            next.state = OutboxState::Discarded;
            next.settled_at = Some(tick.now);
        }
        AndNow::Doubtful => doubt(next, error.message, tick),
        AndNow::SignIn if next.sign_ins > 0 => ask_person(
            next,
            ReasonKind::Refused,
            format!(
                "{} A sign-in had succeeded just before, so it is this that is refused and not the account. It is not sent again \
                 by itself: try again once the account may do this, or discard it.",
                error.message
            ),
        ),
        AndNow::SignIn => {
            queue(next, reason(ReasonKind::SignIn, error.message), tick.now);
            next.next_at = None;
        }
        AndNow::Forbidden | AndNow::Invalid => ask_person(next, ReasonKind::Refused, error.message),
        AndNow::Incomplete => ask_person(next, ReasonKind::Incomplete, error.message),
        AndNow::Conflict => ask_person(next, ReasonKind::Conflict, error.message),
        AndNow::Gone => ask_person(next, ReasonKind::Gone, error.message),
    }
}

fn followed(next: &mut Action, job: JobState, tick: Tick) {
    match job {
        JobState::Done(receipt) => {
            // What was kept until now is the job's name, not that of what it made.
            next.remote_ref = None;
            confirm(next, receipt, tick);
        }
        // Only a documented refusal says that a job came to nothing. What else ended it may have ended it half-way.
        JobState::Failed(error) => {
            next.remote_ref = None;
            match error.and_now {
                AndNow::Forbidden | AndNow::Invalid | AndNow::Conflict | AndNow::Gone | AndNow::SignIn => {
                    not_sent(next, error, tick);
                }
                AndNow::Doubtful | AndNow::Later(_) | AndNow::Offline | AndNow::Incomplete => {
                    doubt(next, error.message, tick);
                }
            }
        }
        JobState::Pending => {
            let asked_so_far = next.waits;
            next.waits = asked_so_far.saturating_add(1);
            let waited = next.sent_at.map(|sent| tick.now - sent);
            if asked_so_far >= ASKS || waited.is_some_and(|waited| waited > FOLLOW) {
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
mod tests;
