//! Values on their way: what actions want, laid beside what the remote says.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Setting;
use crate::{
    action::{Action, Fields, Verb},
    item::WorkItem,
    outbox::OutboxState,
    patient::PersonName,
};

/// A value that an action of mine is about to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct PendingValue {
    /// What the action does: moves the status, assigns, marks, …
    pub verb: Verb,
    /// The value's key, as the system names it.
    pub key: String,
    /// What it is to be, for reading: a person's name where it is known; `None` when it is to be nothing.
    pub value: Option<String>,
}

/// The values that `actions` are about to change, the last one for each key. The remote's own value stays beside it: a wish is
/// not shown as a fact.
pub(super) fn pending(item: &WorkItem, actions: &[Action], setting: Setting<'_>) -> Vec<PendingValue> {
    let mut pending: Vec<PendingValue> = Vec::new();
    let shows = |action: &&Action| !matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn);
    for action in actions.iter().filter(shows) {
        for (key, wanted) in &action.wants {
            pending.retain(|earlier| earlier.key != *key);
            if item.values.get(key).unwrap_or(&Value::Null) != wanted {
                let value = shown(wanted, item, setting);
                pending.push(PendingValue { verb: action.verb, key: key.clone(), value });
            }
        }
    }
    pending
}

/// The item's values as a person sees them who did `actions` before: what those want stands over what the remote says.
pub fn values_seen<'a>(item: &WorkItem, actions: impl Iterator<Item = &'a Action>) -> Fields {
    let mut values = item.values.clone();
    for action in actions.filter(|action| !matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn)) {
        values.extend(action.wants.clone());
    }
    values
}

/// A value for reading: the name of a person whose id it is, else its text.
fn shown(value: &Value, item: &WorkItem, setting: Setting<'_>) -> Option<String> {
    let text = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let named = |id: &Option<String>, name: &PersonName| name.plain().filter(|_| id.as_deref() == Some(text.as_str()));
    let known = item.assignees.iter().chain(setting.people).find_map(|person| named(&person.id, &person.name));
    Some(known.or_else(|| named(&setting.me.id, &setting.me.name)).unwrap_or(text))
}

/// Whether the values that a confirmed action changes are no longer as before it: its effect is here, or somebody went on
/// from there. A remote that applies late still shows the old ones.
pub(super) fn has_moved(item: &WorkItem, action: &Action) -> bool {
    let now = |key: &String| item.values.get(key).unwrap_or(&Value::Null);
    let before = |key: &String| action.saw.get(key).unwrap_or(&Value::Null);
    !action.wants.is_empty()
        && (action.wants.iter().all(|(key, wanted)| now(key) == wanted)
            || action.wants.keys().any(|key| now(key) != before(key)))
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use serde_json::json;
    use uuid::Uuid;

    use super::{super::still_shows, *};
    use crate::{
        action::{Actor, Proof},
        ids::{ActionId, ConnectionId, ItemId},
        item::ItemKind,
        patient::{Me, Person},
    };

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::minutes(minutes)
    }

    fn fields(value: &Value) -> Fields {
        value.as_object().cloned().unwrap_or_default()
    }

    fn item(values: &Value) -> WorkItem {
        WorkItem {
            assignees: vec![Person {
                id: Some("u2".into()),
                name: PersonName::of(Some("Ben"), Some("Cho")),
                email: None,
            }],
            values: fields(values),
            ..WorkItem::bare("s1", ItemKind::Study)
        }
    }

    fn wanting(saw: &Value, wants: &Value, state: OutboxState) -> Action {
        Action {
            id: ActionId(Uuid::from_u128(1)),
            connection: ConnectionId(Uuid::from_u128(2)),
            item: ItemId(Uuid::from_u128(3)),
            sequence: 1,
            depends_on: vec![],
            name: "set".into(),
            verb: Verb::Status,
            proof: Proof::Value,
            fields: Fields::new(),
            saw: fields(saw),
            wants: fields(wants),
            own_mark: None,
            actor: Actor::default(),
            made_at: at(0),
            seen: None,
            state,
            attempts: 1,
            waits: 0,
            sign_ins: 0,
            looks: 0,
            rounds: 0,
            sent_at: None,
            elapsed: None,
            baseline: None,
            next_at: None,
            reason: None,
            conflict: None,
            remote_ref: None,
            settled_at: (state == OutboxState::Confirmed).then(|| at(10)),
        }
    }

    #[test]
    fn the_last_wish_for_a_value_stands_beside_it_until_the_remote_says_the_same() {
        let people = [Person { id: Some("u3".into()), name: PersonName::of(Some("Cy"), Some("Ode")), email: None }];
        let me = Me { id: Some("u1".into()), name: PersonName::of(Some("Ana"), Some("Ruiz")), email: None };
        let wishes = [
            wanting(&json!({"status": "NEW"}), &json!({"status": "HELD"}), OutboxState::Doubtful),
            wanting(&json!({"status": "HELD"}), &json!({"status": "READ"}), OutboxState::Queued),
            wanting(&json!({"reader": null}), &json!({"reader": "u1"}), OutboxState::Held),
            wanting(&json!({"owner": null}), &json!({"owner": "u2"}), OutboxState::NeedsPerson),
            wanting(&json!({"second": null}), &json!({"second": "u3"}), OutboxState::Queued),
            wanting(&json!({"tag": "x"}), &json!({"tag": null}), OutboxState::Inflight),
            wanting(&json!({"star": 0}), &json!({"star": 1}), OutboxState::Discarded),
        ];
        let shown = |values: &Value| -> Vec<(String, Option<String>)> {
            let setting = Setting {
                connection: ConnectionId(Uuid::nil()),
                system: "made-up",
                me: &me,
                gone: false,
                people: &people,
            };
            pending(&item(values), &wishes, setting).into_iter().map(|one| (one.key, one.value)).collect()
        };
        let expected = |key: &str, value: Option<&str>| (key.to_owned(), value.map(str::to_owned));
        assert_eq!(
            shown(&json!({"status": "NEW", "tag": "x"})),
            [
                expected("status", Some("READ")),
                expected("reader", Some("Ana Ruiz")),
                expected("owner", Some("Ben Cho")),
                expected("second", Some("Cy Ode")),
                expected("tag", None),
            ]
        );
        assert_eq!(
            shown(&json!({"status": "READ", "reader": "u1", "owner": "u2", "second": "u3"})),
            [],
            "the remote says so itself"
        );
        let seen = values_seen(&item(&json!({"status": "NEW"})), wishes.iter());
        assert_eq!((seen.get("status"), seen.get("star")), (Some(&json!("READ")), None));
    }

    #[test]
    fn a_confirmed_wish_stands_until_a_later_read_shows_that_the_old_value_is_gone() {
        let done = wanting(&json!({"status": "NEW"}), &json!({"status": "READ"}), OutboxState::Confirmed);
        for (value, read_at, stands, why) in [
            ("NEW", 11, true, "the remote applies late: the row must not flicker back"),
            ("READ", 11, false, "it is there"),
            ("FINAL", 11, false, "somebody went on from there"),
            ("READ", 9, true, "a read that began before cannot know"),
            ("NEW", 71, false, "it never showed it; what the remote says counts"),
        ] {
            assert_eq!(still_shows(&item(&json!({"status": value})), &done, at(read_at)), stands, "{why}");
        }
    }
}
