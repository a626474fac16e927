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
        made::{Making, is_there_already},
    },
};

use super::{Inner, Kept, Laid};

impl Inner {
    pub(super) fn action(&self, id: ActionId) -> Kept<Action> {
        self.actions.get(&id).map(|laid| laid.action.clone()).ok_or(StoreError::NotFound("This action"))
    }

    fn put(&mut self, action: Action) {
        let ended = matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn);
        let shows = !ended && self.actions.get(&action.id).is_none_or(|laid| laid.shows);
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

    /// As the encrypted store does it; no schedule corrects what was refused.
    pub(super) fn make(&mut self, making: Making) -> Kept<Action> {
        let Making { action, item, instead, now: _ } = making;
        if instead.is_some() {
            return Err(StoreError::Refused("No schedule corrects anything.".into()));
        }
        let held = self.actions.values().any(|laid| {
            laid.action.item == action.item
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
        Ok(self.insert(action, None))
    }

    pub(super) fn move_action(&mut self, id: ActionId, change: impl FnOnce(&Action) -> Option<Action>) -> Kept<Action> {
        let action = self.action(id)?;
        match change(&action) {
            Some(next) if next != action => {
                self.put(next.clone());
                Ok(next)
            }
            _ => Ok(action),
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
        let dependants: Vec<Action> = self
            .actions
            .values()
            .map(|laid| &laid.action)
            .filter(|action| !action.state.is_final() && action.depends_on.contains(&id))
            .cloned()
            .collect();
        let Some(again) = again else {
            for dependant in dependants {
                self.put(given_up(&dependant));
            }
            return Ok(ended);
        };
        for mut dependant in dependants {
            dependant.depends_on.iter_mut().filter(|on| **on == id).for_each(|on| *on = again.id);
            self.put(dependant);
        }
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
