//! The outbox as a person sees it, and what they decide about it.

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use chrono::TimeDelta;
use rounds_domain::{
    action::{Action, Reason, ReasonKind},
    ids::{ActionId, ConnectionId, ItemId},
    outbox::{OutboxState, words},
    projection::WorklistRow,
    secret,
    view::OutboxRow,
};
use rounds_engine::outbox::{
    lanes,
    person::{Choice, Outcome, choices, decide, successor},
    transition::{Event, Rules, after},
};
use rounds_store::table::{
    action::{End, Ending},
    connection::Connection,
};

use super::{DeskError, act::changes_nothing};
use crate::{Keep, Rounds};

/// For how long receipts are shown.
const RECEIPTS: TimeDelta = TimeDelta::days(30);

impl<K: Keep> Rounds<K> {
    /// Everything unsettled, what waits for a person first; with `all` the receipts of the last 30 days too.
    pub async fn outbox(&self, all: bool) -> Result<Vec<OutboxRow>, DeskError> {
        let mut actions = if all {
            self.store.outbox(self.clock.now() - RECEIPTS).await?
        } else {
            self.store.unsettled(None).await?
        };
        actions.sort_by_key(|action| (urgency(action), std::cmp::Reverse(action.sequence)));
        self.rows(&actions).await
    }

    /// Takes an action back before it leaves.
    pub async fn undo(&self, id: ActionId) -> Result<OutboxRow, DeskError> {
        self.choose(id, Choice::Undo, "taken back").await
    }

    /// Tries or looks again now; what was refused is done again as a new action.
    pub async fn retry(&self, id: ActionId) -> Result<OutboxRow, DeskError> {
        self.choose(id, Choice::Retry, "done again").await
    }

    /// Gives an action up, for a reason.
    pub async fn discard(&self, id: ActionId, reason: &str) -> Result<OutboxRow, DeskError> {
        if reason.trim().is_empty() {
            return Err(DeskError::Invalid("Say why it is given up; nothing was changed.".into()));
        }
        self.choose(id, Choice::Discard, reason.trim()).await
    }

    /// Settles a conflict: do it on what is there now, or leave what is there.
    pub async fn resolve(&self, id: ActionId, keep_mine: bool) -> Result<OutboxRow, DeskError> {
        let choice = if keep_mine { Choice::KeepMine } else { Choice::TakeTheirs };
        self.choose(id, choice, if keep_mine { "kept mine" } else { "took theirs" }).await
    }

    /// Decides on the action as it stands when the decision is kept. What has become of it since the person saw it stays.
    async fn choose(&self, id: ActionId, choice: Choice, why: &str) -> Result<OutboxRow, DeskError> {
        let action = self.store.action(id).await?;
        let (seen, tick) = (action.state, self.clock.tick());
        let decide = move |now: &Action| decide(now, choice, tick).filter(|_| now.state == seen);
        let again = match decide(&action) {
            None => return Err(DeskError::NotOffered(not_now(&action))),
            Some(Outcome::Goes(next)) if !next.state.is_final() => {
                let go_on = move |now: &Action| match decide(now) {
                    Some(Outcome::Goes(next)) => Some(next),
                    _ => None,
                };
                return self.row(&self.store.move_action(id, go_on).await?).await;
            }
            Some(Outcome::Goes(_)) => None,
            Some(Outcome::Again(_)) => {
                let stored = self.store.item(action.item).await?;
                let (_, system) = self.system(&stored.connection.system)?;
                let declared = system.action(&action.name).ok_or(DeskError::NotFound("This action"))?;
                // What stands there now may no longer take it: that is said here, and the question stays open.
                if choice == Choice::KeepMine {
                    let offers = self.link(stored.connection.id).await?.remote.offers();
                    self.still_offered(&stored, &offers, declared, action.fields.clone())?;
                }
                let again = self.new_action(&stored, declared, action.fields.clone(), false, Some(action.sequence));
                if changes_nothing(&again) {
                    return Err(DeskError::NotOffered(
                        "It stands already as you want it, so there is nothing to send. Leave it as it is, or discard this.".into(),
                    ));
                }
                Some(again)
            }
        };
        let end = move |now: &Action| match (decide(now)?, again) {
            (Outcome::Goes(ended), None) => Some(End { ended, again: None }),
            (Outcome::Again(ended), Some(again)) => {
                let again = successor(&ended, again);
                Some(End { ended, again: Some(again) })
            }
            _ => None,
        };
        // Nothing of a connection's rules matters for what was given up.
        let rules = Rules { server_timeout: Duration::ZERO };
        let given_up = move |dependant: &Action| after(dependant, Event::GivenUp, rules, tick);
        let ending = Ending { by: action.actor.name.clone(), why: why.to_owned() };
        let next = self.store.end_action(id, ending, end, given_up).await?;
        self.row(&next).await
    }

    pub(super) async fn row(&self, action: &Action) -> Result<OutboxRow, DeskError> {
        let rows = self.rows(std::slice::from_ref(action)).await?;
        rows.into_iter().next().ok_or(DeskError::NotFound("This action"))
    }

    pub(super) async fn rows(&self, actions: &[Action]) -> Result<Vec<OutboxRow>, DeskError> {
        if actions.is_empty() {
            return Ok(vec![]);
        }
        let connections: HashMap<ConnectionId, Connection> =
            self.store.connections().await?.into_iter().map(|connection| (connection.id, connection)).collect();
        let items: HashMap<ItemId, WorklistRow> = self
            .store
            .rows_of(actions.iter().map(|action| action.item).collect())
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let behind = lanes::behind(&self.store.unsettled(None).await?);
        let mut rows = Vec::with_capacity(actions.len());
        for action in actions {
            let connection = connections.get(&action.connection).ok_or(DeskError::NotFound("This connection"))?;
            let (_, system) = self.system(&connection.system)?;
            let label =
                system.action(&action.name).map_or_else(|| action.name.clone(), |declared| declared.label.clone());
            let mut action = action.clone();
            if behind.contains(&action.id) {
                action.reason = Some(Reason {
                    kind: ReasonKind::Behind,
                    text: "An earlier action on the same item has to settle first.".into(),
                });
            }
            let names = self.names(&system, &action).await?;
            if let Some(declared) = system.action(&action.name) {
                action.fields = secret::masked(&declared.fields, &action.fields);
            }
            rows.push(to_row(&action, connection, label, items.get(&action.item), &names));
        }
        Ok(rows)
    }
}

fn to_row(
    action: &Action,
    connection: &Connection,
    label: String,
    item: Option<&WorklistRow>,
    names: &BTreeMap<String, String>,
) -> OutboxRow {
    OutboxRow {
        id: action.id,
        item: action.item,
        patient: item.and_then(|item| item.patient.clone()),
        identifier: item.and_then(|item| item.identifier.clone()),
        title: item.and_then(|item| item.title.clone()),
        connection_name: connection.name.clone(),
        action: action.name.clone(),
        label,
        fields: serde_json::Value::Object(action.fields.clone()),
        names: names.clone(),
        actor: action.actor.name.clone(),
        made_at: action.made_at,
        state: action.state,
        words: words(action, &connection.name, None),
        reason: action.reason.clone().map(|reason| Reason { text: named(reason.text, names), ..reason }),
        conflict: action.conflict.clone(),
        attempts: action.attempts,
        next_at: action.next_at,
        settled_at: action.settled_at,
        choices: choices(action).into_iter().map(|choice| choice.word().to_owned()).collect(),
    }
}

/// The same words with names in the place of ids.
fn named(text: String, names: &BTreeMap<String, String>) -> String {
    names.iter().fold(text, |text, (id, name)| text.replace(&id.replace('_', " "), name).replace(id, name))
}

/// Conflicts and doubts first, receipts last.
fn urgency(action: &Action) -> u8 {
    match action.state {
        OutboxState::NeedsPerson => 0,
        OutboxState::Doubtful => 1,
        OutboxState::Held | OutboxState::Queued | OutboxState::Inflight | OutboxState::Following => 2,
        OutboxState::Confirmed | OutboxState::Discarded | OutboxState::Withdrawn => 3,
    }
}

fn not_now(action: &Action) -> String {
    match action.state {
        OutboxState::Inflight | OutboxState::Doubtful | OutboxState::Following => {
            "It may have arrived already, so it cannot be taken back or given up; it is being looked for. Nothing was changed.".into()
        }
        state if state.is_final() => "It is settled already; nothing was changed.".into(),
        _ => "This cannot be done with it now; nothing was changed.".into(),
    }
}
