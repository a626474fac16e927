//! What another user does upstream, through the control door: edits, new cases, removed ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::CareValidate;
use super::changes::{Change, activity};
use super::writes::set_fields;
use crate::dice::Dice;
use crate::people::CLINICIANS;
use crate::stamp::Stamp;
use crate::system::Refusal;

/// An edit as it is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    case_id: String,
    /// Merged into the case; null is set, not removed.
    #[serde(default)]
    set: Map<String, Value>,
    /// Sets the status with an activity line; any word.
    status: Option<String>,
    comment: Option<Said>,
    /// Leaves `updatedAt` as it is.
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Said {
    text: String,
    #[serde(default)]
    is_restricted: bool,
    /// Which of the twelve clinicians; 1 if not told (0 is the announcement's).
    author_index: Option<usize>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Wish {
    created_at: Option<String>,
    set: Map<String, Value>,
}

fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn find(system: &CareValidate, id: &str) -> Result<u32, Refusal> {
    let found = Uuid::try_parse(id).ok().and_then(|id| system.ledger().listing.find(id));
    found.ok_or_else(|| Refusal::NotFound(format!("no case {id}")))
}

pub(crate) fn edit(system: &CareValidate, edit: &Value) -> Result<Value, Refusal> {
    let edit: Edit = read(edit)?;
    let index = find(system, &edit.case_id)?;
    let now = system.ground.clock.now();
    let mut dice = system.upstream_dice();
    let mut ledger = system.ledger();
    let before = ledger.truth(index);
    let sets_updated = edit.set.contains_key("updatedAt");
    let mut changes = Vec::new();
    if !edit.set.is_empty() {
        changes.push(Change::Set(edit.set));
    }
    if let Some(word) = &edit.status {
        changes.push(set_fields(&json!({"status": word})));
        changes.push(activity(dice.uuid(), "CHANGE_CASE_STATUS", now, before["status"].as_str(), Some(word)));
    }
    if let Some(said) = edit.comment {
        changes.push(comment(&mut dice, &said, now)?);
    }
    if !edit.quiet && !sets_updated {
        changes.push(Change::Touch(now));
    }
    ledger.apply(index, changes, Instant::now(), Duration::ZERO);
    Ok(Value::clone(&ledger.truth(index)))
}

fn comment(dice: &mut Dice, said: &Said, now: Stamp) -> Result<Change, Refusal> {
    let who = CLINICIANS
        .get(said.author_index.unwrap_or(1))
        .ok_or_else(|| Refusal::Invalid(format!("authorIndex must be below {}", CLINICIANS.len())))?;
    let comment = json!({
        "id": dice.uuid(), "text": said.text, "isRestricted": said.is_restricted, "forms": [], "createdAt": now,
        "author": {"id": who.id, "firstName": who.first, "lastName": who.last}, "attachments": [],
    });
    Ok(Change::Comment { comment, internal: said.is_restricted })
}

pub(crate) fn create(system: &CareValidate, wish: &Value) -> Result<Value, Refusal> {
    let wish: Wish = read(wish)?;
    let created = match &wish.created_at {
        Some(text) => {
            Stamp::parse(text).ok_or_else(|| Refusal::Invalid(format!("createdAt {text:?} is no datetime")))?
        }
        None => system.ground.clock.now(),
    };
    let mut ledger = system.ledger();
    let index = ledger.create(created, system.ground.temperament);
    if !wish.set.is_empty() {
        ledger.apply(index, vec![Change::Set(wish.set)], Instant::now(), Duration::ZERO);
    }
    Ok(Value::clone(&ledger.truth(index)))
}

pub(crate) fn delete(system: &CareValidate, id: &str) -> Result<Value, Refusal> {
    let index = find(system, id)?;
    Ok(Arc::unwrap_or_clone(system.ledger().delete(index)))
}

/// The case itself; `x-pending` beside it would be a key that the API doesn't have, so it stands around it.
pub(crate) fn truth(system: &CareValidate, id: &str) -> Result<Value, Refusal> {
    let index = find(system, id)?;
    let mut ledger = system.ledger();
    ledger.mature(Instant::now());
    Ok(json!({"case": Value::clone(&ledger.truth(index)), "pending": ledger.pending(index)}))
}
