//! Doing something with an item: checked against what the item offers, saved, and from then on the outbox's.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Actor, Fields, Offer},
    declare::{ActionDeclaration, FieldKind},
    ids::{ActionId, ItemId},
    moment,
    outbox::OutboxState,
    projection,
    view::OutboxRow,
};
use rounds_store::table::item::StoredItem;
use serde_json::Value;

use super::{DeskError, items::refusal};
use crate::{Keep, Rounds};

/// For how long something done in the window can be taken back.
const HOLD: TimeDelta = TimeDelta::seconds(5);

/// What a person wants to do.
pub struct Intent {
    /// With which item.
    pub item: ItemId,
    /// The declared action's name.
    pub action: String,
    /// What they filled in.
    pub fields: Fields,
    /// Whether it can be taken back for a few seconds.
    pub hold: bool,
    /// What has to be confirmed before it is sent.
    pub after: Vec<ActionId>,
}

impl<K: Keep> Rounds<K> {
    /// Saves what a person did. It leaves when it can; until then it is laid over the item.
    pub async fn act(&self, intent: Intent) -> Result<OutboxRow, DeskError> {
        let stored = self.store.item(intent.item).await?;
        let (_, system) = self.system(&stored.connection.system)?;
        let Some(declaration) = system.action(&intent.action) else {
            let names: Vec<&str> = system.actions.iter().map(|action| action.name.as_str()).collect();
            return Err(DeskError::Invalid(format!(
                "{} has no action \"{}\". It has: {}.",
                system.title,
                intent.action,
                names.join(", ")
            )));
        };
        let offer = stored.item.offers.iter().find(|offer| offer.action == declaration.name);
        if let Some(why) = refusal(&stored, offer) {
            return Err(DeskError::NotOffered(why));
        }
        let fields = checked(declaration, intent.fields, &self.checks(&stored, offer))?;
        let action = self.new_action(&stored, declaration, fields, intent.hold, None);
        if changes_nothing(&action) {
            return Err(DeskError::NotOffered("It stands so already. Nothing was saved, and nothing is sent.".into()));
        }
        let action = self.store.submit(Action { depends_on: intent.after, ..action }).await?;
        self.row(&action).await
    }

    /// What fields are checked against.
    pub(super) fn checks<'a>(&self, stored: &'a StoredItem, offer: Option<&'a Offer>) -> Checks<'a> {
        Checks { targets: targets(offer), values: &stored.item.values, now: self.clock.now() }
    }

    /// Whether what was done before can be done again on the item as it stands; else why not.
    pub(super) fn still_offered(
        &self,
        stored: &StoredItem,
        declared: &ActionDeclaration,
        fields: Fields,
    ) -> Result<(), DeskError> {
        let offer = stored.item.offers.iter().find(|offer| offer.action == declared.name);
        match refusal(stored, offer) {
            Some(why) => Err(DeskError::NotOffered(format!(
                "{why} Nothing was sent and nothing is lost: what you did stays in the outbox until you leave theirs or discard it."
            ))),
            None => checked(declared, fields, &self.checks(stored, offer)).map(drop),
        }
    }

    /// A new action; in the `place` of another one in its lane, or at the end.
    pub(super) fn new_action(
        &self,
        stored: &StoredItem,
        declared: &ActionDeclaration,
        fields: Fields,
        hold: bool,
        place: Option<i64>,
    ) -> Action {
        let now = self.clock.now();
        // What I did before on the same item is what I saw, although the remote does not have it yet.
        let before = stored.actions.iter().filter(|action| place.is_none_or(|place| action.sequence < place));
        let seen = projection::values_seen(&stored.item, before);
        Action {
            id: ActionId(self.clock.new_id()),
            connection: stored.connection.id,
            item: stored.id,
            sequence: 0,
            depends_on: vec![],
            name: declared.name.clone(),
            verb: declared.verb,
            proof: declared.proof,
            saw: declared.touched(&seen),
            wants: declared.wants(&fields),
            own_mark: declared.own_mark.clone(),
            fields,
            actor: Actor::of(&stored.connection.me),
            made_at: now,
            seen: Some(stored.fingerprint.clone()),
            state: if hold { OutboxState::Held } else { OutboxState::Queued },
            attempts: 0,
            waits: 0,
            sign_ins: 0,
            looks: 0,
            rounds: 0,
            sent_at: None,
            elapsed: None,
            baseline: None,
            next_at: Some(if hold { now + HOLD } else { now }),
            reason: None,
            conflict: None,
            remote_ref: None,
            settled_at: None,
        }
    }

    /// Keeps what somebody began to fill in; `None` throws it away.
    pub async fn save_draft(&self, item: ItemId, action: String, fields: Option<Fields>) -> Result<(), DeskError> {
        Ok(self.store.save_draft(item, action, fields, self.clock.now()).await?)
    }
}

/// Whether everything that an action is to change stands as it wants it, as far as its person sees. It is not sent: whether it took
/// effect could never be told.
pub(super) fn changes_nothing(action: &Action) -> bool {
    let as_seen = |(key, wanted): (&String, &Value)| action.saw.get(key).unwrap_or(&Value::Null) == wanted;
    !action.wants.is_empty() && action.wants.iter().all(as_seen)
}

fn targets(offer: Option<&Offer>) -> &[String] {
    offer.map(|offer| offer.targets.as_slice()).unwrap_or_default()
}

/// What the fields of an action are checked against.
pub(super) struct Checks<'a> {
    /// The legal values that the item names.
    targets: &'a [String],
    /// The item's values.
    values: &'a Fields,
    now: DateTime<Utc>,
}

/// The fields as they are sent: every declared one with its value or default, checked; no others.
fn checked(declaration: &ActionDeclaration, mut given: Fields, with: &Checks<'_>) -> Result<Fields, DeskError> {
    let mut fields = Fields::new();
    for field in &declaration.fields {
        let default = || field.default.clone().map(Value::String);
        let value = given.remove(&field.key).filter(|value| !value.is_null()).or_else(default);
        let value = match value {
            Some(value) => read_value(&field.kind, value, with.now).ok_or_else(|| {
                DeskError::Invalid(format!(
                    "\"{}\" cannot be used like this. {} Nothing was sent.",
                    field.label, field.help
                ))
            })?,
            None => None,
        };
        if let (FieldKind::ItemChoice, Some(Value::String(chosen))) = (&field.kind, &value)
            && !with.targets.contains(chosen)
        {
            return Err(DeskError::Invalid(format!(
                "\"{}\" cannot be \"{chosen}\" on this item. It can be: {}. Nothing was sent.",
                field.label,
                with.targets.join(", ")
            )));
        }
        if let (FieldKind::Moment { since }, Some(Value::String(chosen))) = (&field.kind, &value)
            && let Some(why) = out_of_time(since.as_deref(), chosen, with)
        {
            return Err(DeskError::Invalid(format!(
                "\"{}\" {why} Nothing was saved, and nothing is sent.",
                field.label
            )));
        }
        match value {
            Some(value) => _ = fields.insert(field.key.clone(), value),
            None if field.required => {
                return Err(DeskError::Invalid(format!("\"{}\" is empty. Fill it in; nothing was sent.", field.label)));
            }
            None => {}
        }
    }
    match given.keys().next() {
        Some(unknown) => Err(DeskError::Invalid(format!("\"{}\" has no field \"{unknown}\".", declaration.label))),
        None => Ok(fields),
    }
}

/// Why a point in time cannot be right: it is still to come, or it lies before the item's own time under the key `since`.
fn out_of_time(since: Option<&str>, chosen: &str, with: &Checks<'_>) -> Option<String> {
    let chosen = moment::instant(chosen)?;
    if chosen > with.now {
        return Some("is still to come. Correct it, or check this machine's clock.".to_owned());
    }
    let key = since?;
    let earliest = with.values.get(key).and_then(Value::as_str).and_then(moment::instant)?;
    let what = key.replace('_', " ");
    (chosen < earliest).then(|| {
        format!("lies before {} ({what}). Correct it, or check this machine's clock.", moment::utc_text(earliest))
    })
}

/// A point in time as values compare it. One without a zone could be meant in any: it is not taken.
fn read_moment(text: &str, now: DateTime<Utc>) -> Option<String> {
    let at = match text {
        "now" => now.trunc_subsecs(0),
        text => DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc),
    };
    Some(moment::utc_text(at))
}

/// A value as its kind wants it: `None` when it cannot be used, `Some(None)` when it is empty.
#[allow(clippy::option_option)]
fn read_value(kind: &FieldKind, value: Value, now: DateTime<Utc>) -> Option<Option<Value>> {
    let text = match &value {
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    };
    if text.as_deref() == Some("") {
        return Some(None);
    }
    let value = match (kind, value) {
        (FieldKind::Flag, Value::Bool(flag)) => Value::Bool(flag),
        (FieldKind::Flag, Value::String(_)) => Value::Bool(match text.as_deref()? {
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            _ => return None,
        }),
        (FieldKind::Number { least, most }, value) => {
            let number = value.as_i64().or_else(|| text.as_deref()?.parse().ok())?;
            Value::from((*least..=*most).contains(&number).then_some(number)?)
        }
        (FieldKind::Choice { options }, Value::String(text)) => {
            let known = options.is_empty() || options.iter().any(|option| option.value == text);
            Value::String(known.then_some(text)?)
        }
        (FieldKind::Moment { .. }, Value::String(_)) => Value::String(read_moment(text.as_deref()?, now)?),
        (FieldKind::Date, Value::String(text)) => {
            rounds_domain::moment::instant(&text)?;
            Value::String(text)
        }
        (
            FieldKind::Text | FieldKind::LongText | FieldKind::Secret | FieldKind::ItemChoice | FieldKind::Person,
            Value::String(text),
        ) => Value::String(text),
        _ => return None,
    };
    Some(Some(value))
}
