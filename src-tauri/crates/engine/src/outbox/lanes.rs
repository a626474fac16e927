//! Which actions may be worked on now: first in, first out within an item; a stuck lane holds only itself.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Action,
    ids::{ActionId, ItemId},
    outbox::OutboxState,
};

/// The unsettled action at the head of each lane, in order of submission. `actions` are all unsettled ones.
fn heads(actions: &[Action]) -> impl Iterator<Item = &Action> {
    let mut first: BTreeMap<ItemId, &Action> = BTreeMap::new();
    for action in actions.iter().filter(|action| !action.state.is_final()) {
        let head = first.entry(action.item).or_insert(action);
        if action.sequence < head.sequence {
            *head = action;
        }
    }
    let mut heads: Vec<&Action> = first.into_values().collect();
    heads.sort_by_key(|action| (action.made_at, action.id));
    heads.into_iter()
}

/// Whether everything that `action` depends on has settled. `unsettled` are the ids of all unsettled actions.
fn is_free(action: &Action, unsettled: &BTreeSet<ActionId>) -> bool {
    action.depends_on.iter().all(|id| !unsettled.contains(id))
}

/// The actions to work on now, oldest first. A held action's time to be taken back runs even when it is not the first of
/// its lane.
pub fn due(actions: &[Action], now: DateTime<Utc>) -> Vec<ActionId> {
    let unsettled: BTreeSet<ActionId> =
        actions.iter().filter(|action| !action.state.is_final()).map(|action| action.id).collect();
    let ripe = |action: &&Action| action.next_at.is_some_and(|at| at <= now);
    let mut due: Vec<ActionId> = heads(actions)
        .filter(|action| action.state != OutboxState::NeedsPerson && is_free(action, &unsettled))
        .filter(ripe)
        .map(|action| action.id)
        .collect();
    let held = actions.iter().filter(|action| action.state == OutboxState::Held).filter(ripe).map(|action| action.id);
    for id in held {
        if !due.contains(&id) {
            due.push(id);
        }
    }
    due
}

/// When the next action becomes due, if nothing else happens.
pub fn next_due(actions: &[Action]) -> Option<DateTime<Utc>> {
    let unsettled: BTreeSet<ActionId> =
        actions.iter().filter(|action| !action.state.is_final()).map(|action| action.id).collect();
    let heads = heads(actions).filter(|action| is_free(action, &unsettled)).filter_map(|action| action.next_at);
    let held = actions.iter().filter(|action| action.state == OutboxState::Held).filter_map(|action| action.next_at);
    heads.chain(held).min()
}

/// Actions that wait for another one of their lane, or for one they depend on: shown as such.
pub fn behind(actions: &[Action]) -> BTreeSet<ActionId> {
    let heads: BTreeSet<ActionId> = heads(actions).map(|action| action.id).collect();
    let unsettled: BTreeSet<ActionId> =
        actions.iter().filter(|action| !action.state.is_final()).map(|action| action.id).collect();
    actions
        .iter()
        .filter(|action| action.state == OutboxState::Queued)
        .filter(|action| !heads.contains(&action.id) || !is_free(action, &unsettled))
        .map(|action| action.id)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::transition::testing::{action, at};

    #[test]
    fn a_lane_is_first_in_first_out_and_a_stuck_one_holds_only_itself() {
        let mut stuck = action(1, 7, OutboxState::NeedsPerson);
        stuck.next_at = None;
        let behind_it = action(2, 7, OutboxState::Queued);
        let elsewhere = action(3, 8, OutboxState::Queued);
        let all = [stuck, behind_it.clone(), elsewhere.clone()];
        assert_eq!(due(&all, at(0)), [elsewhere.id]);
        assert_eq!(behind(&all), BTreeSet::from([behind_it.id]));
    }

    #[test]
    fn an_action_waits_for_what_it_depends_on_in_another_lane() {
        let first = action(1, 7, OutboxState::Doubtful);
        let mut second = action(2, 8, OutboxState::Queued);
        second.depends_on = vec![first.id];
        assert_eq!(due(&[first.clone(), second.clone()], at(0)), [first.id]);
        let settled = Action { state: OutboxState::Confirmed, ..first };
        assert_eq!(due(&[settled, second.clone()], at(0)), [second.id]);
    }

    #[test]
    fn nothing_is_due_before_its_time() {
        let mut later = action(1, 7, OutboxState::Queued);
        later.next_at = Some(at(10));
        assert!(due(std::slice::from_ref(&later), at(9)).is_empty());
        assert_eq!(next_due(std::slice::from_ref(&later)), Some(at(10)));
        assert_eq!(due(std::slice::from_ref(&later), at(10)), [later.id]);
    }
}
