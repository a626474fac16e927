//! Doubt: a send that may or may not have taken effect, and how it is settled (RELIABILITY.md, "Doubt is not failure").
//!
//! # When "not there" begins to mean something
//!
//! The remote may still apply a send until its own time-out is over, so nothing that was not found before then is ever sent
//! again. Whether that time is over is not asked of the wall clock, which may be set forward by an hour in a second, or back
//! by years. It is asked of [`Elapsed`]: running time of the program, by its monotonic clock, since the send ended. That
//! clock can only be too slow (a suspended machine may not count), and time during which the program was not running does
//! not count at all, since nobody measured it. So after a restart, too, the time that is still missing is waited out; each
//! run adds what it saw, so short runs come to an end as well. Erring means waiting longer, never sending sooner.

use chrono::TimeDelta;
use rounds_domain::{
    action::{Action, Conflict, Elapsed, Proof, ReasonKind},
    error::{AndNow, RemoteError},
    outbox::OutboxState,
    planted::{Bug, is_planted},
};

use super::{
    conflict,
    finding::Finding,
    transition::{Rules, UNREADABLE, ask_person, confirm, queue, reason, unreadable_so_far},
};
use crate::{Tick, backoff};

/// Between the first look and the end of the server's timeout: a thing that is found early is found.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(2);
/// "Not there" counts only on two reads this far apart.
const LOOKS_APART: TimeDelta = TimeDelta::seconds(10);
/// How many reads that find nothing it takes.
const LOOKS: u32 = 2;
/// How many rounds of doubt there are before a person is asked.
const ROUNDS: u32 = 2;

pub(super) fn doubt(next: &mut Action, text: String, tick: Tick) {
    next.state = OutboxState::Doubtful;
    // The remote may have got the last byte only now: its own time-out counts from the end of the send.
    next.sent_at = Some(tick.now);
    next.elapsed = Some(Elapsed { read: tick.up, ..Elapsed::default() });
    next.looks = 0;
    next.waits = 0;
    next.reason = reason(ReasonKind::Doubt, text);
    next.next_at = Some(tick.now + FIRST_LOOK);
}

/// The program started again.
pub(super) fn reopened(next: &mut Action, tick: Tick) {
    match next.state {
        OutboxState::Inflight if is_planted(Bug::ResentAtStart) => queue(next, None, tick.now),
        OutboxState::Inflight => doubt(next, "Rounds was closed while this was being sent.".to_owned(), tick),
        // What this run's clock says has nothing to do with what the last one's said.
        OutboxState::Doubtful => {
            next.elapsed = Some(Elapsed { read: tick.up, ..next.elapsed.unwrap_or_default() });
        }
        _ => {}
    }
}

/// Adds the time since it was last added to.
fn measure(next: &mut Action, tick: Tick) -> Elapsed {
    let before = next.elapsed.unwrap_or(Elapsed { read: tick.up, ..Elapsed::default() });
    if is_planted(Bug::TimedByWallClock) {
        let since = next.sent_at.and_then(|sent| (tick.now - sent).to_std().ok()).unwrap_or_default();
        return Elapsed { total: since, read: tick.up };
    }
    let elapsed = Elapsed { total: before.total + tick.up.saturating_sub(before.read), read: tick.up };
    next.elapsed = Some(elapsed);
    elapsed
}

pub(super) fn looked_for(next: &mut Action, finding: Finding, rules: Rules, tick: Tick) {
    next.waits = 0;
    match finding {
        Finding::Found(receipt) => confirm(next, receipt, tick),
        // What cannot be told now can perhaps once the remote can no longer apply it.
        Finding::Unclear(_) if waits_for_the_remote(next, rules, tick) => {}
        Finding::Unclear(text) => ask_person(next, ReasonKind::PossiblySent, text),
        Finding::PossiblyMine(conflict) => possibly_mine(next, conflict),
        Finding::Theirs(conflict) => {
            let text = format!(
                "It was sent and the answer was lost. Since then somebody else has changed it: {}. Nothing more is sent; keep \
                 yours or leave theirs.",
                conflict::told(&conflict)
            );
            theirs(next, conflict, text, rules, tick);
        }
        Finding::SetBack(conflict) => {
            let text = "It was sent and the answer was lost. It reads as before now, and yours may have taken effect and been set \
                        back: the item has changed since, or does not tell. Nothing more is sent; keep yours or leave it as it is.";
            theirs(next, conflict, text.to_owned(), rules, tick);
        }
        Finding::Missing if next.proof == Proof::None => never_again(next, rules, tick),
        Finding::Missing => missing(next, rules, tick),
    }
}

/// It is of a kind that is never sent again by itself. Where it changes something that can be read, "not there" is told only once
/// it can no longer come; and so where its files would be there.
fn never_again(next: &mut Action, rules: Rules, tick: Tick) {
    if next.wants.is_empty() && next.files().is_empty() {
        ask_person(
            next,
            ReasonKind::PossiblySent,
            "Nothing shows whether it took effect, so it is not sent again by itself. Look at the item in the system itself.",
        );
    } else if !waits_for_the_remote(next, rules, tick) {
        ask_person(
            next,
            ReasonKind::PossiblySent,
            "It was sent and the answer was lost. Nothing of it shows there now, and it is of a kind that is never sent again by \
             itself. Look at the item in the system itself, then send it again or discard it.",
        );
    }
}

/// What was wanted is there, and nothing shows whose hand it was.
pub(super) fn possibly_mine(next: &mut Action, conflict: Conflict) {
    let text = format!(
        "It stands as you wanted it ({}), and nothing shows whether that was you or somebody else. It is not sent again by \
         itself; leave it so if it is right.",
        conflict::told(&conflict)
    );
    next.conflict = Some(conflict);
    ask_person(next, ReasonKind::PossiblySent, text);
}

/// Somebody else's value is there. While the remote may still apply mine over it, it is only looked at again.
fn theirs(next: &mut Action, conflict: Conflict, text: String, rules: Rules, tick: Tick) {
    if waits_for_the_remote(next, rules, tick) {
        return;
    }
    next.conflict = Some(conflict);
    ask_person(next, ReasonKind::Conflict, text);
}

/// Whether the remote may still apply what was sent; then it is looked at again soon after that is over.
fn waits_for_the_remote(next: &mut Action, rules: Rules, tick: Tick) -> bool {
    let may_still_come = rules.server_timeout.saturating_sub(measure(next, tick).total);
    if may_still_come.is_zero() || next.state != OutboxState::Doubtful {
        return false;
    }
    let left = TimeDelta::from_std(may_still_come).unwrap_or(LOOKS_APART) + TimeDelta::milliseconds(1);
    next.next_at = Some(tick.now + left.min(LOOKS_APART));
    true
}

fn missing(next: &mut Action, rules: Rules, tick: Tick) {
    if next.reason.as_ref().is_none_or(|reason| reason.kind != ReasonKind::Doubt) {
        next.reason = reason(ReasonKind::Doubt, "It is not known yet whether it arrived; it is being looked for.");
    }
    let first_counts = is_planted(Bug::FirstLookCounts);
    if !first_counts && waits_for_the_remote(next, rules, tick) {
        return;
    }
    next.looks += 1;
    if next.looks < LOOKS && !first_counts {
        next.next_at = Some(tick.now + LOOKS_APART);
        return;
    }
    next.rounds += 1;
    next.looks = 0;
    if next.proof == Proof::Once {
        ask_person(
            next,
            ReasonKind::PossiblySent,
            "It was sent, and nothing of it is there. It may still take effect, so it is not sent again by itself. Look at the item \
             in the system itself, then send it again or discard it.",
        );
    } else if next.rounds < ROUNDS {
        queue(next, None, tick.now);
    } else {
        ask_person(
            next,
            ReasonKind::PossiblySent,
            "It was sent twice and could not be found either time; it may still arrive. Look at the item in the system itself, \
             then discard it or send it again.",
        );
    }
}

/// The item could not be read, or the job not be asked about.
pub(super) fn keep_looking(next: &mut Action, error: &RemoteError, tick: Tick) {
    if next.state == OutboxState::Doubtful {
        measure(next, tick);
    }
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
        AndNow::Doubtful => {
            let fails = unreadable_so_far(&Action { waits, ..next.clone() }) + 1;
            next.waits = fails;
            if fails < UNREADABLE {
                next.reason = reason(ReasonKind::Unreadable, error.message.clone());
                next.next_at = Some(backoff::next_try(fails - 1, None, tick));
            } else {
                ask_person(next, ReasonKind::PossiblySent, cannot_look(error));
            }
        }
        AndNow::Forbidden | AndNow::Invalid | AndNow::Incomplete | AndNow::Conflict | AndNow::Gone => {
            ask_person(next, ReasonKind::PossiblySent, cannot_look(error));
        }
    }
}

fn cannot_look(error: &RemoteError) -> String {
    format!("Whether it arrived cannot be looked up: {}", error.message)
}

#[cfg(test)]
mod tests;
