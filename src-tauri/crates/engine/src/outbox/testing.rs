//! Actions for the tests of this crate.

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Actor, Fields, Proof, Verb},
    ids::{ActionId, ConnectionId, ItemId},
    item::{ItemKind, WorkItem},
    outbox::OutboxState,
    patient::{Me, PersonName},
};
use serde_json::Value;
use uuid::Uuid;

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

/// The person who made the [`action`]s.
pub(crate) fn me() -> Me {
    Me { id: None, name: PersonName::of(Some("Ana"), Some("Ruiz")), email: None }
}

/// The connection of the [`action`]s.
pub(crate) const OURS: ConnectionId = ConnectionId(Uuid::from_u128(1));

pub(crate) fn action(id: u128, item: u128, state: OutboxState) -> Action {
    let mut fields = Fields::new();
    fields.insert("text".into(), "Please call her back".into());
    Action {
        id: ActionId(Uuid::from_u128(id)),
        connection: OURS,
        item: ItemId(Uuid::from_u128(item)),
        sequence: i64::try_from(id).unwrap(),
        depends_on: vec![],
        name: "comment".into(),
        verb: Verb::Comment,
        proof: Proof::Comment,
        fields,
        saw: Fields::new(),
        wants: Fields::new(),
        own_mark: None,
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
        elapsed: None,
        baseline: None,
        next_at: Some(at(0)),
        reason: None,
        conflict: None,
        remote_ref: None,
        settled_at: None,
    }
}

/// An item with these values and nothing else.
pub(crate) fn item_with(values: &Value) -> WorkItem {
    WorkItem { values: fields(values), ..WorkItem::bare("c1", ItemKind::Case) }
}

fn fields(value: &Value) -> Fields {
    value.as_object().cloned().unwrap_or_default()
}

/// A doubtful change of values, sent once.
pub(crate) fn setting(saw: &Value, wants: &Value) -> Action {
    Action {
        name: "set".into(),
        verb: Verb::Status,
        proof: Proof::CompareAndSet,
        fields: Fields::new(),
        saw: fields(saw),
        wants: fields(wants),
        attempts: 1,
        sent_at: Some(at(0)),
        ..action(1, 7, OutboxState::Doubtful)
    }
}
