//! The outbox in memory.

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Verb},
    ids::{ActionId, ConnectionId, ItemId},
    outbox::OutboxState,
};
use rounds_store::{
    StoreError,
    table::{
        action::End,
        made::{Instead, Making, is_there_already},
    },
};

use super::{Inner, Kept, Laid, kept_time};

impl Inner {
    pub(super) fn action(&self, id: ActionId) -> Kept<Action> {
        self.actions.get(&id).map(|laid| laid.action.clone()).ok_or(StoreError::NotFound("This action"))
    }

    fn put(&mut self, action: Action) {
        let ended = matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn);
        let shows = !ended && self.actions.get(&action.id).is_none_or(|laid| laid.shows);
        let action = Action {
            made_at: kept_time(action.made_at),
            sent_at: action.sent_at.map(kept_time),
            next_at: action.next_at.map(kept_time),
            settled_at: action.settled_at.map(kept_time),
            ..action
        };
        self.actions.insert(action.id, Laid { action, shows });
    }

    fn insert(&mut self, action: Action, place: Option<i64>) -> Action {
        let last = self.actions.values().map(|laid| laid.action.sequence).max().unwrap_or(0);
        let action = Action { sequence: place.unwrap_or(last + 1), ..action };
        self.put(action.clone());
        action
    }

    fn is_given_up(&self, id: ActionId) -> bool {
        let state = self.actions.get(&id).map(|laid| laid.action.state);
        matches!(state, Some(OutboxState::Discarded | OutboxState::Withdrawn))
    }

    pub(super) fn submit(&mut self, action: Action) -> Kept<Action> {
        self.item_mut(action.item)?.drafts.remove(&action.name);
        if action.depends_on.iter().any(|id| self.is_given_up(*id)) {
            return Err(StoreError::Refused("What this depends on was given up.".into()));
        }
        Ok(self.insert(action, None))
    }

    pub(super) fn make(&mut self, making: Making) -> Kept<Action> {
        let Making { action, item, instead, now: _ } = making;
        let corrected = instead.as_ref().map(|instead| instead.seen.id);
        if let Some(instead) = &instead {
            let standing = self.action(instead.seen.id)?;
            if standing != instead.seen || standing.state.is_final() || standing.state.may_have_left() {
                return Err(StoreError::Refused("It has moved on in the meantime.".into()));
            }
        }
        let held = self.actions.values().any(|laid| {
            laid.action.item == action.item
                && Some(laid.action.id) != corrected
                && !matches!(laid.action.state, OutboxState::Discarded | OutboxState::Withdrawn)
        });
        match self.item_mut(action.item) {
            Ok(here) if action.verb == Verb::Create && (!here.fingerprint.is_empty() || held) => {
                return Err(is_there_already());
            }
            Ok(here) if !here.fingerprint.is_empty() || held => {}
            Ok(here) => {
                here.item = item;
                here.gone = false;
            }
            Err(_) => self.put_made(&action, item)?,
        }
        let saved = self.insert(action, None);
        if let Some(Instead { ended, .. }) = instead {
            self.put(ended.clone());
            self.depend_instead(ended.id, saved.id);
            if ended.item != saved.item {
                self.leave(&ended);
            }
        }
        Ok(saved)
    }

    /// What waited for `before` waits for `after`.
    fn depend_instead(&mut self, before: ActionId, after: ActionId) {
        for mut dependant in self.dependants(before) {
            dependant.depends_on.iter_mut().filter(|on| **on == before).for_each(|on| *on = after);
            self.put(dependant);
        }
    }

    fn dependants(&self, on: ActionId) -> Vec<Action> {
        self.in_order(|action| !action.state.is_final() && action.depends_on.contains(&on))
    }

    /// What was only to be made by an action that was given up is no work for anybody.
    fn leave(&mut self, ended: &Action) {
        let given_up = |state| matches!(state, OutboxState::Discarded | OutboxState::Withdrawn);
        let on_it = || self.actions.values().map(|laid| &laid.action).filter(|action| action.item == ended.item);
        let all_given_up = on_it().all(|action| given_up(action.state));
        let was_made = on_it().any(|action| action.verb == Verb::Create);
        if let Ok(item) = self.item_mut(ended.item)
            && item.fingerprint.is_empty()
            && was_made
            && all_given_up
        {
            item.gone = true;
        }
    }

    /// Answers the action as it stands then, and whether it has moved.
    pub(super) fn move_action(
        &mut self,
        id: ActionId,
        change: impl FnOnce(&Action) -> Option<Action>,
    ) -> Kept<(Action, bool)> {
        let action = self.action(id)?;
        match change(&action) {
            Some(next) if next != action => {
                self.put(next.clone());
                Ok((next, true))
            }
            _ => Ok((action, false)),
        }
    }

    pub(super) fn end_action(
        &mut self,
        id: ActionId,
        end: impl FnOnce(&Action) -> Option<End>,
        given_up: impl Fn(&Action) -> Action,
    ) -> Kept<Action> {
        let now = self.action(id)?;
        let movable = !now.state.is_final() && !now.state.may_have_left();
        let Some(End { ended, again }) = Some(&now).filter(|_| movable).and_then(end) else {
            return Err(StoreError::Refused("It has moved on in the meantime.".into()));
        };
        self.put(ended.clone());
        let Some(again) = again else {
            for dependant in self.dependants(id) {
                self.put(given_up(&dependant));
            }
            self.leave(&ended);
            return Ok(ended);
        };
        self.depend_instead(id, again.id);
        let depends_on = again.depends_on.iter().copied().filter(|on| !self.is_given_up(*on)).collect();
        let again = Action { depends_on, ..again };
        let place = again.sequence;
        Ok(self.insert(again, Some(place)))
    }

    fn in_order(&self, is: impl Fn(&Action) -> bool) -> Vec<Action> {
        let mut actions: Vec<Action> =
            self.actions.values().map(|laid| &laid.action).filter(|action| is(action)).cloned().collect();
        actions.sort_by_key(|action| action.sequence);
        actions
    }

    pub(super) fn unsettled(&self, connection: Option<ConnectionId>) -> Vec<Action> {
        self.in_order(|action| {
            !action.state.is_final() && connection.is_none_or(|connection| connection == action.connection)
        })
    }

    pub(super) fn outbox(&self, settled_since: DateTime<Utc>) -> Vec<Action> {
        let mut actions = self.in_order(|action| action.settled_at.is_none_or(|settled| settled >= settled_since));
        actions.reverse();
        actions
    }

    pub(super) fn receipts(&self, connection: i64) -> Vec<Action> {
        let id = self.connections.get(&connection).map(|connection| connection.id);
        self.in_order(|action| {
            Some(action.connection) == id
                && action.state == OutboxState::Confirmed
                && self.actions.get(&action.id).is_some_and(|laid| laid.shows)
        })
    }

    pub(super) fn claimed(&self, item: ItemId, but: ActionId) -> Vec<String> {
        let actions =
            self.in_order(|action| action.item == item && action.id != but && action.state == OutboxState::Confirmed);
        actions.into_iter().filter_map(|action| action.remote_ref).collect()
    }
}
