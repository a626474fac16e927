use rounds_domain::action::{Proof, Verb};

use super::*;
use crate::outbox::{
    finding::Finding,
    testing::{action, at, me},
};

const RULES: Rules = Rules { server_timeout: Duration::from_secs(30) };

fn tick(seconds: i64) -> Tick {
    Tick { now: at(seconds), up: Duration::from_secs(u64::try_from(seconds).unwrap()), random: 1.0 }
}

/// As [`tick`], also before the beginning.
fn tick_at(seconds: i64) -> Tick {
    Tick { now: at(seconds), up: Duration::ZERO, random: 1.0 }
}

fn failed(and_now: AndNow) -> Event {
    Event::Replied(Err(RemoteError::new(and_now, "the remote's words")))
}

fn read(baseline: Baseline) -> Event {
    Event::ReadBefore { baseline, differs: None, sender: me() }
}

fn sent() -> Action {
    let queued = action(1, 7, OutboxState::Queued);
    let ready = after(&queued, read(Baseline::default()), RULES, tick(0));
    after(&ready, Event::SendBegins, RULES, tick(0))
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
        (failed(AndNow::Incomplete), NeedsPerson, false),
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
fn a_401_waits_for_a_sign_in_and_a_401_after_one_is_about_the_item() {
    let waiting = after(&sent(), failed(AndNow::SignIn), RULES, tick(1));
    assert!(waits_for_sign_in(&waiting));
    let woken = after(&waiting, Event::SignedIn, RULES, tick(9));
    assert_eq!(woken.next_at, Some(at(9)));
    let again = after(&after(&woken, Event::SendBegins, RULES, tick(9)), failed(AndNow::SignIn), RULES, tick(10));
    assert_eq!(again.state, OutboxState::NeedsPerson);
    let why = again.reason.map(|reason| reason.text).unwrap_or_default();
    assert!(why.contains("not sent again by itself"), "{why}");
}

#[test]
fn what_only_may_be_tried_waits_again_for_as_long_as_nothing_proves_the_account() {
    let mut waiting = after(&sent(), failed(AndNow::SignIn), RULES, tick(1));
    for second in 2..6 {
        assert!(waits_for_sign_in(&waiting), "{:?}", waiting.reason);
        assert_eq!(waiting.next_at, None, "nothing is sent by itself");
        let woken = after(&waiting, Event::MayTry, RULES, tick(second));
        assert_eq!((woken.next_at, woken.sign_ins), (Some(at(second)), 0));
        let sending = after(&woken, Event::SendBegins, RULES, tick(second));
        waiting = after(&sending, failed(AndNow::SignIn), RULES, tick(second));
    }
    let fresh = action(2, 7, OutboxState::Queued);
    assert_eq!(after(&fresh, Event::MayTry, RULES, tick(9)), fresh, "it did not wait for that");
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
    action = after(&action, read(later), RULES, tick(0));
    assert_eq!(action.baseline, Some(first));
}

#[test]
fn a_decision_made_yesterday_asks_its_person_again() {
    let old = Action { verb: Verb::Status, proof: Proof::CompareAndSet, ..action(1, 7, OutboxState::Queued) };
    let event = read(Baseline::default());
    assert_eq!(after(&old, event.clone(), RULES, tick(86_500)).state, OutboxState::NeedsPerson);
    assert_eq!(after(&old, event.clone(), RULES, tick(80_000)).state, OutboxState::Queued);
    let comment = action(1, 7, OutboxState::Queued);
    assert_eq!(after(&comment, event, RULES, tick(86_500)).state, OutboxState::Queued, "a comment does not age");
}

#[test]
fn a_decision_counts_for_a_day_to_the_second_and_ten_minutes_from_the_future() {
    let decided = Action { verb: Verb::Status, proof: Proof::CompareAndSet, ..action(1, 7, OutboxState::Queued) };
    let state = |second| after(&decided, read(Baseline::default()), RULES, tick_at(second)).state;
    assert_eq!((state(86_400), state(86_401)), (OutboxState::Queued, OutboxState::NeedsPerson));
    assert_eq!((state(-600), state(-601)), (OutboxState::Queued, OutboxState::NeedsPerson));
}

#[test]
fn an_accepted_job_is_followed_for_a_day_to_the_second() {
    let following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("j".into()))), RULES, tick(0));
    let state = |second| after(&following, Event::Followed(Ok(JobState::Pending)), RULES, tick(second)).state;
    assert_eq!((state(86_400), state(86_401)), (OutboxState::Following, OutboxState::NeedsPerson));
}

#[test]
fn an_item_that_cannot_be_read_is_tried_again_soon_at_first_and_then_more_slowly() {
    let mut waiting = action(1, 7, OutboxState::Queued);
    for fails in 0..3 {
        waiting = after(&waiting, Event::ReadFailed(RemoteError::new(AndNow::Doubtful, "half")), RULES, tick(5));
        assert_eq!(waiting.next_at, Some(crate::backoff::next_try(fails, None, tick(5))), "failure {fails}");
    }
}

#[test]
fn attempts_are_bounded() {
    let tried = Action { attempts: ATTEMPTS, ..action(1, 7, OutboxState::Queued) };
    let event = read(Baseline::default());
    assert_eq!(after(&tried, event, RULES, tick(0)).state, OutboxState::NeedsPerson);
}

#[test]
fn a_job_is_asked_about_more_and_more_slowly_and_after_a_day_a_person_is_asked() {
    let mut following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("j".into()))), RULES, tick(0));
    let mut waits = vec![];
    for _ in 0..8 {
        let now = following.next_at.unwrap();
        following = after(
            &following,
            Event::Followed(Ok(JobState::Pending)),
            RULES,
            Tick { now, up: Duration::ZERO, random: 0.5 },
        );
        waits.push((following.next_at.unwrap() - now).num_seconds());
    }
    assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60, 60]);
    let next = after(&following, Event::Followed(Ok(JobState::Pending)), RULES, tick(90_000));
    assert_eq!(next.state, OutboxState::NeedsPerson);
}

#[test]
fn what_somebody_else_did_goes_to_a_person_and_not_to_the_system() {
    let queued = action(1, 7, OutboxState::Queued);
    let ben = Me { name: rounds_domain::patient::PersonName::of(Some("Ben"), Some("Ruiz")), ..me() };
    let event = Event::ReadBefore { baseline: Baseline::default(), differs: None, sender: ben };
    let next = after(&queued, event, RULES, tick(0));
    assert_eq!(next.state, OutboxState::NeedsPerson);
    assert!(next.reason.unwrap().text.contains("Ana Ruiz"));
}

#[test]
fn an_event_that_comes_too_late_changes_nothing() {
    let offline = || RemoteError::new(AndNow::Offline, "no");
    for state in [OutboxState::Discarded, OutboxState::Withdrawn, OutboxState::Confirmed, OutboxState::NeedsPerson] {
        let settled = action(1, 7, state);
        for event in [
            Event::HoldOver,
            read(Baseline::default()),
            Event::ReadFailed(offline()),
            Event::SendBegins,
            failed(AndNow::Doubtful),
            Event::Replied(Ok(Submitted::Done(Receipt::default()))),
            Event::LookedFor(Finding::Missing),
            Event::LookedFor(Finding::Found(Receipt::default())),
            Event::LookFailed(offline()),
            Event::Followed(Ok(JobState::Pending)),
            Event::Reopened,
            Event::Abandoned,
            Event::GivenUp,
            Event::SignedIn,
            Event::Wake,
        ] {
            let said = format!("{event:?} on {state:?}");
            assert_eq!(after(&settled, event, RULES, tick(9)), settled, "{said}");
        }
    }
    let queued = action(1, 7, OutboxState::Queued);
    assert_eq!(after(&queued, failed(AndNow::Doubtful), RULES, tick(9)), queued, "it was not being sent");
    let found = Event::LookedFor(Finding::Found(Receipt::default()));
    assert_eq!(after(&queued, found, RULES, tick(9)).state, OutboxState::Confirmed, "seen before it was sent again");
}

#[test]
fn an_item_that_cannot_be_read_delays_its_action_and_in_the_end_asks_a_person() {
    let spoiled = |and_now| Event::ReadFailed(RemoteError::new(and_now, "half of the JSON"));
    let mut waiting = Action { waits: 500, ..action(1, 7, OutboxState::Queued) };
    let mut second = 0;
    for times in 1..UNREADABLE {
        waiting = after(&waiting, spoiled(AndNow::Doubtful), RULES, tick(second));
        assert_eq!(waiting.state, OutboxState::Queued, "after {times}: what was offline before does not count");
        let wait = waiting.next_at.unwrap() - at(second);
        assert!(wait <= TimeDelta::minutes(5), "{wait}");
        second += 301;
    }
    let asked = after(&waiting, spoiled(AndNow::Doubtful), RULES, tick(second));
    assert_eq!(asked.state, OutboxState::NeedsPerson);
    let busy = after(&waiting, spoiled(AndNow::Later(None)), RULES, tick(second));
    assert_eq!(busy.state, OutboxState::Queued, "a server in trouble heals");
}

#[test]
fn a_job_that_cannot_be_asked_about_is_never_sent_again_for_that() {
    let following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("job".into()))), RULES, tick(1));
    for and_now in [AndNow::Gone, AndNow::Forbidden, AndNow::Offline, AndNow::Later(None), AndNow::Doubtful] {
        let asked = after(&following, Event::Followed(Err(RemoteError::new(and_now, "no answer"))), RULES, tick(5));
        assert_ne!(asked.state, OutboxState::Queued, "{and_now:?}");
    }
}

#[test]
fn a_job_that_was_just_accepted_is_not_asked_about_at_once() {
    let following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("job".into()))), RULES, tick(10));
    assert_eq!(following.next_at, Some(tick(12).now));
}

#[test]
fn what_waits_for_the_network_goes_on_when_it_is_back_and_nothing_else_does() {
    let offline = after(&sent(), failed(AndNow::Offline), RULES, tick(10));
    assert!(offline.next_at > Some(tick(10).now));
    assert_eq!(after(&offline, Event::Wake, RULES, tick(10)).next_at, Some(tick(10).now));
    for waits in [AndNow::Later(None), AndNow::SignIn, AndNow::Doubtful] {
        let action = after(&sent(), failed(waits), RULES, tick(10));
        assert_eq!(after(&action, Event::Wake, RULES, tick(11)), action, "{waits:?}");
    }
}

#[test]
fn a_job_that_ended_in_doubt_is_looked_for_and_never_sent_again_at_once() {
    let following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("job".into()))), RULES, tick(1));
    for (and_now, state) in [
        (AndNow::Doubtful, OutboxState::Doubtful),
        (AndNow::Later(None), OutboxState::Doubtful),
        (AndNow::Offline, OutboxState::Doubtful),
        (AndNow::Invalid, OutboxState::NeedsPerson),
        (AndNow::Gone, OutboxState::NeedsPerson),
    ] {
        let ended = Event::Followed(Ok(JobState::Failed(RemoteError::new(and_now, "no"))));
        let next = after(&following, ended, RULES, tick(9));
        assert_eq!(next.state, state, "{and_now:?}");
        assert_ne!(next.next_at.is_some(), state == OutboxState::NeedsPerson, "{and_now:?}");
        assert!(state == OutboxState::NeedsPerson || next.remote_ref.is_none(), "a job's name is no comment's id");
    }
}

#[test]
fn what_depends_on_something_given_up_goes_to_its_person() {
    for state in [OutboxState::Held, OutboxState::Queued] {
        let next = after(&action(2, 8, state), Event::GivenUp, RULES, tick(0));
        assert_eq!((next.state, next.next_at), (OutboxState::NeedsPerson, None));
    }
}

#[test]
fn a_decision_from_the_future_has_an_age_that_nobody_knows() {
    let status = Action { verb: Verb::Status, ..action(1, 7, OutboxState::Queued) };
    let ahead = Action { made_at: at(3_600), ..status.clone() };
    assert_eq!(after(&ahead, read(Baseline::default()), RULES, tick(0)).state, OutboxState::NeedsPerson);
    let a_little = Action { made_at: at(60), ..status };
    assert_eq!(after(&a_little, read(Baseline::default()), RULES, tick(0)).state, OutboxState::Queued);
}

fn conflict_over(theirs: &str) -> Conflict {
    let field = rounds_domain::action::Disputed {
        key: "status".into(),
        base: "NEW".into(),
        mine: Some("READ".into()),
        theirs: theirs.into(),
    };
    Conflict { fields: vec![field], ..Conflict::default() }
}

fn kind(action: &Action) -> Option<ReasonKind> {
    action.reason.as_ref().map(|reason| reason.kind)
}

#[test]
fn a_change_before_the_send_is_a_conflict_with_its_fields_and_nothing_is_sent() {
    let event = Event::ReadBefore { baseline: Baseline::default(), differs: Some(conflict_over("HELD")), sender: me() };
    let next = after(&action(1, 7, OutboxState::Queued), event, RULES, tick(0));
    assert_eq!((next.state, kind(&next)), (OutboxState::NeedsPerson, Some(ReasonKind::Conflict)));
    assert_eq!((next.conflict, next.attempts), (Some(conflict_over("HELD")), 0));
}

#[test]
fn a_conflict_that_the_remote_names_gets_its_fields_from_a_read() {
    let stale = after(&sent(), failed(AndNow::Conflict), RULES, tick(1));
    assert_eq!((kind(&stale), &stale.conflict), (Some(ReasonKind::Conflict), &None));
    // On a first try nothing of ours can be there: what stands as wanted stands so by somebody else's hand.
    for (finding, theirs) in [
        (Finding::Theirs(conflict_over("HELD")), "HELD"),
        (Finding::PossiblyMine(conflict_over("READ")), "READ"),
        (Finding::Found(Receipt::default()), "READ"),
    ] {
        let event = Event::ReadAfterConflict { finding, conflict: conflict_over(theirs) };
        let next = after(&stale, event, RULES, tick(2));
        assert_eq!((next.state, kind(&next)), (OutboxState::NeedsPerson, Some(ReasonKind::Conflict)), "{theirs}");
        assert_eq!(next.conflict, Some(conflict_over(theirs)));
    }
}

#[test]
fn a_conflict_over_nothing_that_changed_keeps_the_remotes_words() {
    let refused = after(&sent(), failed(AndNow::Conflict), RULES, tick(1));
    let event = Event::ReadAfterConflict { finding: Finding::Missing, conflict: conflict_over("NEW") };
    let next = after(&refused, event, RULES, tick(2));
    assert_eq!(next.reason.map(|reason| reason.text).as_deref(), Some("the remote's words"));
    assert!(next.conflict.is_some(), "what stands there is shown all the same");
}

#[test]
fn a_conflict_after_a_doubtful_try_may_be_our_own_success() {
    let again = Action { rounds: 1, ..sent() };
    let stale = after(&again, failed(AndNow::Conflict), RULES, tick(1));
    let told = |finding| {
        let event = Event::ReadAfterConflict { finding, conflict: conflict_over("READ") };
        after(&stale, event, RULES, tick(2))
    };
    assert_eq!(told(Finding::Found(Receipt::default())).state, OutboxState::Confirmed, "proven to be ours");
    let possibly = told(Finding::PossiblyMine(conflict_over("READ")));
    assert_eq!((possibly.state, kind(&possibly)), (OutboxState::NeedsPerson, Some(ReasonKind::PossiblySent)));
    assert!(possibly.conflict.is_some(), "its person sees what stands there");
    let theirs = told(Finding::Theirs(conflict_over("HELD")));
    assert_eq!(kind(&theirs), Some(ReasonKind::Conflict));
}

#[test]
fn a_read_after_a_conflict_changes_nothing_else() {
    let refused = after(&sent(), failed(AndNow::Forbidden), RULES, tick(1));
    let event = Event::ReadAfterConflict { finding: Finding::Missing, conflict: conflict_over("HELD") };
    assert_eq!(after(&refused, event.clone(), RULES, tick(2)), refused, "it was refused for another reason");
    let doubtful = after(&sent(), failed(AndNow::Doubtful), RULES, tick(1));
    assert_eq!(after(&doubtful, event, RULES, tick(2)), doubtful);
}

#[test]
fn what_somebody_changed_right_after_a_confirmation_is_kept_with_the_receipt() {
    let done = after(&sent(), Event::Replied(Ok(Submitted::Done(Receipt::default()))), RULES, tick(1));
    let next = after(&done, Event::ChangedSince(conflict_over("HELD")), RULES, tick(3));
    assert_eq!((next.state, next.conflict), (OutboxState::Confirmed, Some(conflict_over("HELD"))));
}

#[test]
fn a_value_that_is_set_once_stands_as_wanted_whoever_set_it() {
    let refused = after(&Action { proof: Proof::Once, ..sent() }, failed(AndNow::Conflict), RULES, tick(1));
    let told = |finding| {
        let event = Event::ReadAfterConflict { finding, conflict: conflict_over("READ") };
        after(&refused, event, RULES, tick(2)).state
    };
    assert_eq!(told(Finding::Found(Receipt::default())), OutboxState::Confirmed);
    assert_eq!(told(Finding::PossiblyMine(conflict_over("READ"))), OutboxState::NeedsPerson, "its mark is not there");
    assert_eq!(told(Finding::Theirs(conflict_over("HELD"))), OutboxState::NeedsPerson);
}

#[test]
fn what_was_received_on_friday_is_sent_on_monday_without_a_question() {
    let received = Action { verb: Verb::Receive, proof: Proof::Once, ..action(1, 7, OutboxState::Queued) };
    let monday = after(&received, read(Baseline::default()), RULES, tick(3 * 86_400));
    assert_eq!(monday.state, OutboxState::Queued, "it is a fact with a time of its own");
}

#[test]
fn a_job_that_ended_with_a_sign_in_came_to_nothing_and_is_sent_again_after_one() {
    let following = after(&sent(), Event::Replied(Ok(Submitted::Accepted("job".into()))), RULES, tick(1));
    let ended = Event::Followed(Ok(JobState::Failed(RemoteError::new(AndNow::SignIn, "no"))));
    let waits = after(&following, ended.clone(), RULES, tick(9));
    assert_eq!((waits.state, kind(&waits)), (OutboxState::Queued, Some(ReasonKind::SignIn)));
    assert_eq!(waits.remote_ref, None, "the job is over");
    let again = after(&waits, Event::SignedIn, RULES, tick(20));
    assert_eq!((again.state, again.next_at), (OutboxState::Queued, Some(tick(20).now)));
    let sent = after(&again, Event::SendBegins, RULES, tick(20));
    let following = after(&sent, Event::Replied(Ok(Submitted::Accepted("job2".into()))), RULES, tick(21));
    assert_eq!(after(&following, ended, RULES, tick(30)).state, OutboxState::NeedsPerson, "it is about the item");
}

#[test]
fn each_state_has_its_step() {
    for (state, next) in [
        (OutboxState::Held, Step::EndHold),
        (OutboxState::Queued, Step::ReadThenSend),
        (OutboxState::Doubtful, Step::Look),
        (OutboxState::Following, Step::Follow),
        (OutboxState::Inflight, Step::Nothing),
        (OutboxState::NeedsPerson, Step::Nothing),
        (OutboxState::Confirmed, Step::Nothing),
    ] {
        assert_eq!(step(&action(1, 7, state)), next, "{state:?}");
    }
}
