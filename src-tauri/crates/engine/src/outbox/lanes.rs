//! Which actions may be worked on now: first in, first out within an item; a stuck lane holds only itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, ReasonKind},
    ids::{ActionId, ConnectionId, ItemId},
    outbox::OutboxState,
    planted::{Bug, is_planted},
};

use crate::backoff;

/// The unsettled action at the head of each lane, in order of submission. `actions` are all unsettled ones.
fn heads(actions: &[Action]) -> impl Iterator<Item = &Action> {
    let mut first: BTreeMap<ItemId, &Action> = BTreeMap::new();
    let overtaken = |action: &Action| is_planted(Bug::LaneOvertaken) && action.state == OutboxState::Doubtful;
    for action in actions.iter().filter(|action| !action.state.is_final() && !overtaken(action)) {
        let head = first.entry(action.item).or_insert(action);
        if action.sequence < head.sequence {
            *head = action;
        }
    }
    let mut heads: Vec<&Action> = first.into_values().collect();
    heads.sort_by_key(|action| (action.made_at, action.id));
    heads.into_iter()
}

/// The actions that others have to wait for: what is not settled, and what was given up. Only what was confirmed counts as
/// done; what depends on something given up is told so and goes to its person (`Event::GivenUp`).
fn in_the_way(actions: &[Action]) -> BTreeSet<ActionId> {
    actions.iter().filter(|action| action.state != OutboxState::Confirmed).map(|action| action.id).collect()
}

/// Whether everything that `action` depends on was confirmed.
fn is_free(action: &Action, in_the_way: &BTreeSet<ActionId>) -> bool {
    is_planted(Bug::DependencyIgnored) || action.depends_on.iter().all(|id| !in_the_way.contains(id))
}

/// The longest time that an action in this state is ever made to wait by itself.
fn longest_wait(action: &Action) -> Duration {
    if action.state == OutboxState::Held { Duration::from_mins(1) } else { backoff::RETRY_AFTER_CAP }
}

/// Whether an action's time has come. A time further off than any wait was written by a clock that has been set back since:
/// it has come too.
fn is_ripe(action: &Action, now: DateTime<Utc>) -> bool {
    action.next_at.is_some_and(|at| at <= now || !backoff::is_wait(at, now, longest_wait(action)))
}

fn is_unreadable(action: &Action) -> bool {
    action.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Unreadable)
}

/// The actions `of` a connection to work on now, out of all that are unsettled (one may wait for another system's), oldest first;
/// those whose item could not be read come last, so that they hold up nobody. A held action's time to be taken back runs even when it is not the first of its lane.
pub fn due(actions: &[Action], of: ConnectionId, now: DateTime<Utc>) -> Vec<ActionId> {
    let in_the_way = in_the_way(actions);
    let ripe = |action: &&Action| action.connection == of && is_ripe(action, now);
    let mut heads: Vec<&Action> = heads(actions)
        .filter(|action| action.state != OutboxState::NeedsPerson && is_free(action, &in_the_way))
        .filter(ripe)
        .collect();
    heads.sort_by_key(|action| is_unreadable(action));
    let mut due: Vec<ActionId> = heads.into_iter().map(|action| action.id).collect();
    let held = actions.iter().filter(|action| action.state == OutboxState::Held).filter(ripe).map(|action| action.id);
    for id in held {
        if !due.contains(&id) {
            due.push(id);
        }
    }
    due
}

/// When the next action `of` a connection becomes due, if nothing else happens.
pub fn next_due(actions: &[Action], of: ConnectionId, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let in_the_way = in_the_way(actions);
    let heads = heads(actions).filter(|action| is_free(action, &in_the_way));
    let held = actions.iter().filter(|action| action.state == OutboxState::Held);
    let at = |action: &Action| action.next_at.map(|at| if is_ripe(action, now) { at.min(now) } else { at });
    heads.chain(held).filter(|action| action.connection == of).filter_map(at).min()
}

/// Actions that wait for another one of their lane, or for one they depend on: shown as such.
pub fn behind(actions: &[Action]) -> BTreeSet<ActionId> {
    let heads: BTreeSet<ActionId> = heads(actions).map(|action| action.id).collect();
    let in_the_way = in_the_way(actions);
    actions
        .iter()
        .filter(|action| action.state == OutboxState::Queued)
        .filter(|action| !heads.contains(&action.id) || !is_free(action, &in_the_way))
        .map(|action| action.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::testing::{OURS, action, at};

    #[test]
    fn a_lane_is_first_in_first_out_and_a_stuck_one_holds_only_itself() {
        let mut stuck = action(1, 7, OutboxState::NeedsPerson);
        stuck.next_at = None;
        let behind_it = action(2, 7, OutboxState::Queued);
        let elsewhere = action(3, 8, OutboxState::Queued);
        let all = [stuck, behind_it.clone(), elsewhere.clone()];
        assert_eq!(due(&all, OURS, at(0)), [elsewhere.id]);
        assert_eq!(behind(&all), BTreeSet::from([behind_it.id]));
    }

    #[test]
    fn what_was_done_first_goes_first_in_whatever_order_they_are_told() {
        let first = Action { sequence: 1, ..action(9, 7, OutboxState::Queued) };
        let second = Action { sequence: 2, ..action(2, 7, OutboxState::Queued) };
        for all in [[first.clone(), second.clone()], [second, first.clone()]] {
            assert_eq!(due(&all, OURS, at(0)), [first.id]);
        }
        let doubtful = action(1, 7, OutboxState::Doubtful);
        let behind = action(2, 7, OutboxState::Queued);
        assert_eq!(
            due(&[doubtful.clone(), behind], OURS, at(0)),
            [doubtful.id],
            "what is in doubt is looked for first"
        );
    }

    #[test]
    fn an_action_waits_for_what_it_depends_on_in_another_lane() {
        let first = action(1, 7, OutboxState::Doubtful);
        let mut second = action(2, 8, OutboxState::Queued);
        second.depends_on = vec![first.id];
        assert_eq!(due(&[first.clone(), second.clone()], OURS, at(0)), [first.id]);
        let settled = Action { state: OutboxState::Confirmed, ..first };
        assert_eq!(due(&[settled, second.clone()], OURS, at(0)), [second.id]);
    }

    #[test]
    fn what_it_depends_on_may_be_another_systems() {
        let first = Action { connection: ConnectionId(uuid::Uuid::from_u128(2)), ..action(1, 7, OutboxState::Queued) };
        let second = Action { depends_on: vec![first.id], ..action(2, 8, OutboxState::Queued) };
        let all = [first.clone(), second];
        assert!(due(&all, OURS, at(0)).is_empty(), "it waits, and the other is somebody else's to send");
        assert_eq!(next_due(&all, OURS, at(0)), None);
        assert_eq!(due(&all, first.connection, at(0)), [first.id]);
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        let mut later = action(1, 7, OutboxState::Queued);
        later.next_at = Some(at(10));
        assert!(due(std::slice::from_ref(&later), OURS, at(9)).is_empty());
        assert_eq!(next_due(std::slice::from_ref(&later), OURS, at(0)), Some(at(10)));
        assert_eq!(due(std::slice::from_ref(&later), OURS, at(10)), [later.id]);
    }

    #[test]
    fn a_clock_that_was_set_back_holds_nothing_up_for_years() {
        let years = i64::from(10 * 365 * 24 * 3_600);
        for state in [OutboxState::Held, OutboxState::Queued, OutboxState::Doubtful, OutboxState::Following] {
            let mut waiting = action(1, 7, state);
            waiting.next_at = Some(at(years));
            assert_eq!(due(std::slice::from_ref(&waiting), OURS, at(0)), [waiting.id], "{state:?}");
            assert_eq!(next_due(std::slice::from_ref(&waiting), OURS, at(0)), Some(at(0)), "{state:?}");
            waiting.next_at = Some(at(50));
            assert!(due(std::slice::from_ref(&waiting), OURS, at(0)).is_empty(), "{state:?}: a wait is a wait");
        }
        let mut asked = action(1, 7, OutboxState::Queued);
        asked.next_at = Some(at(3_600));
        assert!(due(std::slice::from_ref(&asked), OURS, at(0)).is_empty(), "an hour is what a remote may ask for");
        let mut held = action(1, 7, OutboxState::Held);
        held.next_at = Some(at(3_605));
        assert_eq!(
            due(std::slice::from_ref(&held), OURS, at(0)),
            [held.id],
            "an hour is no time to take something back"
        );
    }

    #[test]
    fn what_depends_on_something_given_up_is_not_sent() {
        for state in [OutboxState::Discarded, OutboxState::Withdrawn] {
            let first = action(1, 7, state);
            let mut second = action(2, 8, OutboxState::Queued);
            second.depends_on = vec![first.id];
            assert!(due(&[first.clone(), second.clone()], OURS, at(0)).is_empty(), "{state:?}");
        }
    }

    #[test]
    fn an_item_that_cannot_be_read_is_tried_after_all_others() {
        let mut spoiled = action(1, 7, OutboxState::Queued);
        spoiled.reason = Some(rounds_domain::action::Reason { kind: ReasonKind::Unreadable, text: "no".into() });
        let fine = action(2, 8, OutboxState::Queued);
        assert_eq!(due(&[spoiled.clone(), fine.clone()], OURS, at(0)), [fine.id, spoiled.id]);
    }
}
