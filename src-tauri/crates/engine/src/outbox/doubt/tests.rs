use std::time::Duration;

use rounds_domain::{action::Baseline, reply::Receipt};

use super::*;
use crate::outbox::{
    finding,
    testing::{action, at, item_with, me, setting},
    transition::{Event, after},
};

const RULES: Rules = Rules { server_timeout: Duration::from_secs(30) };

fn tick(seconds: i64) -> Tick {
    moment(seconds, u64::try_from(seconds).unwrap())
}

fn moment(wall: i64, up: u64) -> Tick {
    Tick { now: at(wall), up: Duration::from_secs(up), random: 1.0 }
}

fn failed(and_now: AndNow) -> Event {
    Event::Replied(Err(RemoteError::new(and_now, "the remote's words")))
}

fn sent() -> Action {
    let queued = action(1, 7, OutboxState::Queued);
    let read = Event::ReadBefore { baseline: Baseline::default(), differs: None, sender: me() };
    let ready = after(&queued, read, RULES, tick(0));
    after(&ready, Event::SendBegins, RULES, tick(0))
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
fn a_clock_set_forward_does_not_end_the_servers_time_out() {
    let mut doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(0));
    let hour = 3_600;
    for up in 1..30 {
        doubtful =
            after(&doubtful, Event::LookedFor(Finding::Missing), RULES, moment(hour * i64::try_from(up).unwrap(), up));
        assert_eq!((doubtful.state, doubtful.looks), (OutboxState::Doubtful, 0), "only {up} seconds have passed");
    }
    doubtful = after(&doubtful, Event::LookedFor(Finding::Missing), RULES, moment(hour * 30, 30));
    assert_eq!(doubtful.looks, 1, "now it counts");
}

#[test]
fn a_clock_set_back_for_years_does_not_prolong_the_doubt() {
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1_000_000));
    let mut next = after(&doubtful, Event::LookedFor(Finding::Missing), RULES, moment(0, 1_000_040));
    next = after(&next, Event::LookedFor(Finding::Missing), RULES, moment(10, 1_000_050));
    assert_eq!(next.state, OutboxState::Queued);
}

#[test]
fn only_time_that_a_run_has_seen_counts_after_a_restart() {
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(0));
    let ten = after(&doubtful, Event::LookedFor(Finding::Missing), RULES, tick(10));
    // An hour by the wall clock, and this run's own clock begins further on than the last one's ended.
    let mut again = after(&ten, Event::Reopened, RULES, moment(3_600, 500));
    again = after(&again, Event::LookedFor(Finding::Missing), RULES, moment(3_601, 501));
    assert_eq!(again.looks, 0, "eleven seconds were seen, not an hour");
    again = after(&again, Event::LookFailed(RemoteError::new(AndNow::Doubtful, "no")), RULES, moment(3_615, 515));
    again = after(&again, Event::Reopened, RULES, moment(3_616, 0));
    again = after(&again, Event::LookedFor(Finding::Missing), RULES, moment(3_620, 4));
    assert_eq!(again.looks, 0, "29 seconds were seen");
    again = after(&again, Event::LookedFor(Finding::Missing), RULES, moment(3_621, 5));
    assert_eq!(again.looks, 1, "each run adds what it saw");
}

#[test]
fn a_pass_that_failed_after_its_send_leaves_doubt_and_restarts_no_time() {
    let left = after(&sent(), Event::Abandoned, RULES, tick(5));
    assert_eq!(left.state, OutboxState::Doubtful);
    assert_eq!(after(&left, Event::Abandoned, RULES, tick(20)), left, "it is told once");
}

#[test]
fn an_item_that_cannot_be_read_while_it_is_looked_for_asks_a_person_in_the_end() {
    let mut doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(0));
    let spoiled = || Event::LookFailed(RemoteError::new(AndNow::Doubtful, "half of the JSON"));
    for times in 1..UNREADABLE {
        doubtful = after(&doubtful, spoiled(), RULES, tick(i64::from(times) * 301));
        assert_eq!(doubtful.state, OutboxState::Doubtful, "after {times}");
    }
    doubtful = after(&doubtful, spoiled(), RULES, tick(9_000));
    assert_eq!(doubtful.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
}

fn conflict(theirs: &str) -> Conflict {
    let field = rounds_domain::action::Disputed {
        key: "status".into(),
        base: "NEW".into(),
        mine: Some("READ".into()),
        theirs: theirs.into(),
    };
    Conflict { fields: vec![field], ..Conflict::default() }
}

#[test]
fn an_old_value_still_there_after_the_servers_timeout_is_set_again_and_then_asked_about() {
    for proof in [Proof::CompareAndSet, Proof::Value] {
        let mut next = Action { proof, ..after(&sent(), failed(AndNow::Doubtful), RULES, tick(1)) };
        next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(3));
        assert_eq!(next.state, OutboxState::Doubtful, "{proof:?}: it may still be applied");
        next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(40));
        next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(60));
        assert_eq!((next.state, next.rounds), (OutboxState::Queued, 1), "{proof:?}");
        next = after(&next, Event::SendBegins, RULES, tick(60));
        next = after(&next, failed(AndNow::Doubtful), RULES, tick(61));
        next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(100));
        next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(120));
        assert_eq!(next.state, OutboxState::NeedsPerson, "{proof:?}: twice is enough");
    }
}

#[test]
fn what_is_done_once_is_waited_for_like_the_rest_and_never_sent_again_by_itself() {
    let mut next = Action { proof: Proof::Once, ..after(&sent(), failed(AndNow::Doubtful), RULES, tick(1)) };
    next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(3));
    assert_eq!(next.state, OutboxState::Doubtful, "it may still be applied");
    next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(40));
    let found = after(&next, Event::LookedFor(Finding::Found(Receipt::default())), RULES, tick(60));
    assert_eq!(found.state, OutboxState::Confirmed);
    next = after(&next, Event::LookedFor(Finding::Missing), RULES, tick(60));
    assert_eq!(next.state, OutboxState::NeedsPerson);
    assert_eq!(next.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
}

#[test]
fn a_wanted_value_without_proof_is_possibly_mine_and_never_sent_again() {
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1));
    let next = after(&doubtful, Event::LookedFor(Finding::PossiblyMine(conflict("READ"))), RULES, tick(3));
    assert_eq!(next.state, OutboxState::NeedsPerson);
    assert_eq!(next.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
    assert_eq!(next.conflict, Some(conflict("READ")));
}

#[test]
fn somebody_elses_value_is_a_conflict_once_mine_can_no_longer_arrive() {
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1));
    let early = after(&doubtful, Event::LookedFor(Finding::Theirs(conflict("HELD"))), RULES, tick(3));
    assert_eq!(early.state, OutboxState::Doubtful, "the remote may still apply mine over theirs");
    assert!(early.next_at > Some(at(3)));
    let late = after(&early, Event::LookedFor(Finding::Theirs(conflict("HELD"))), RULES, tick(40));
    assert_eq!(late.state, OutboxState::NeedsPerson);
    assert_eq!(late.reason.map(|reason| reason.kind), Some(ReasonKind::Conflict));
    assert_eq!(late.conflict, Some(conflict("HELD")));
}

#[test]
fn what_is_never_sent_again_by_itself_is_read_and_asked_about_once_it_can_no_longer_come() {
    let values = |archived: bool| serde_json::json!({"archived": archived});
    let closing = |state| Action { proof: Proof::None, state, ..setting(&values(false), &values(true)) };
    let look = |now: bool| finding::look_for(&closing(OutboxState::Doubtful), &item_with(&values(now)), &me(), &[]);
    let doubtful = after(&closing(OutboxState::Inflight), failed(AndNow::Doubtful), RULES, tick(1));
    let early = after(&doubtful, Event::LookedFor(look(false)), RULES, tick(5));
    assert_eq!(early.state, OutboxState::Doubtful, "the remote may still be at it");
    let late = after(&early, Event::LookedFor(look(false)), RULES, tick(60));
    assert_eq!(late.state, OutboxState::NeedsPerson, "it is never sent again by itself");
    let there = after(&doubtful, Event::LookedFor(look(true)), RULES, tick(5));
    assert_eq!(there.state, OutboxState::NeedsPerson, "nothing shows whose hand it was");
    assert!(there.conflict.is_some_and(|conflict| conflict.fields[0].theirs == true), "what stands there is shown");
}

#[test]
fn doubt_begins_with_a_look_soon_and_its_time_counts_from_the_end_of_the_send() {
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, moment(5, 700));
    assert_eq!(doubtful.next_at, Some(at(7)));
    assert_eq!(doubtful.sent_at, Some(at(5)));
    assert_eq!(doubtful.elapsed, Some(Elapsed { read: Duration::from_secs(700), total: Duration::ZERO }));
    let again = after(&doubtful, Event::Reopened, RULES, moment(90, 3));
    assert_eq!(again.elapsed.map(|elapsed| elapsed.read), Some(Duration::from_secs(3)), "another run, another clock");
    let looked = after(&again, Event::LookedFor(Finding::Missing), RULES, moment(91, 7));
    let elapsed = looked.elapsed.expect("it is measured");
    assert_eq!((elapsed.total, elapsed.read), (Duration::from_secs(4), Duration::from_secs(7)));
}

#[test]
fn while_the_remote_may_still_apply_it_nothing_is_asked_of_anybody() {
    let conflict = rounds_domain::action::Conflict::default();
    let doubtful = Action { proof: Proof::Value, ..after(&sent(), failed(AndNow::Doubtful), RULES, tick(1)) };
    for finding in [
        Finding::Unclear("nothing tells".into()),
        Finding::Theirs(conflict.clone()),
        Finding::SetBack(conflict),
        Finding::Missing,
    ] {
        let early = after(&doubtful, Event::LookedFor(finding.clone()), RULES, tick(11));
        assert_eq!(early.state, OutboxState::Doubtful, "{finding:?}");
        assert_eq!(early.next_at, Some(at(21)), "{finding:?}: looked at again");
        let nearly = after(&doubtful, Event::LookedFor(finding.clone()), RULES, tick(30));
        assert_eq!(nearly.next_at, Some(at(31) + TimeDelta::milliseconds(1)), "{finding:?}: as soon as it is over");
        let late = after(&doubtful, Event::LookedFor(finding.clone()), RULES, tick(32));
        let asks = finding != Finding::Missing;
        assert_eq!(late.state == OutboxState::NeedsPerson, asks, "{finding:?}");
    }
}

#[test]
fn what_is_never_sent_again_asks_at_once_unless_a_later_read_can_tell_more() {
    let plain = Action { proof: Proof::None, ..after(&sent(), failed(AndNow::Doubtful), RULES, tick(1)) };
    let asked = after(&plain, Event::LookedFor(Finding::Missing), RULES, tick(5));
    assert_eq!(asked.state, OutboxState::NeedsPerson, "no read will ever tell");
    let values = setting(&serde_json::json!({"on": true}), &serde_json::json!({"on": false}));
    let telling = Action { wants: values.wants, saw: values.saw, ..plain };
    let waits = after(&telling, Event::LookedFor(Finding::Missing), RULES, tick(5));
    assert_eq!(waits.state, OutboxState::Doubtful, "it may still come");
    let over = after(&telling, Event::LookedFor(Finding::Missing), RULES, tick(40));
    assert_eq!(over.state, OutboxState::NeedsPerson);
    assert_eq!(over.reason.map(|reason| reason.kind), Some(ReasonKind::PossiblySent));
}

#[test]
fn why_it_cannot_be_looked_for_is_told_in_the_remotes_words() {
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1));
    let gone = RemoteError::new(AndNow::Gone, "it is not there any more");
    let asked = after(&doubtful, Event::LookFailed(gone), RULES, tick(5));
    let told = asked.reason.expect("a reason").text;
    assert!(told.contains("cannot be looked up") && told.contains("it is not there any more"), "{told}");
    let unreadable = RemoteError::new(AndNow::Doubtful, "no JSON");
    let first = after(&doubtful, Event::LookFailed(unreadable.clone()), RULES, tick(5));
    assert_eq!((first.waits, first.next_at), (1, Some(at(6))), "the first wait is a short one");
    assert_eq!(first.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Unreadable));
    let second = after(&first, Event::LookFailed(unreadable), RULES, tick(6));
    assert_eq!(second.next_at, Some(at(8)), "and they grow");
    let found_nothing = after(&second, Event::LookedFor(Finding::Missing), RULES, tick(9));
    assert_eq!(
        found_nothing.reason.map(|reason| reason.kind),
        Some(ReasonKind::Doubt),
        "what it was read for is told again"
    );
}

#[test]
fn a_doubt_of_which_nobody_measured_how_long_begins_to_be_measured_now() {
    let unmeasured = Action { elapsed: None, ..after(&sent(), failed(AndNow::Doubtful), RULES, tick(1)) };
    let mut looked = unmeasured;
    for second in [1_000, 1_001] {
        looked = after(&looked, Event::LookedFor(Finding::Missing), RULES, tick(second));
        assert_eq!(looked.state, OutboxState::Doubtful, "the system may still be at it, for all that is known here");
    }
}
