//! What another user does upstream, through the control door: edits, new cases, removed ones.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Illumina;
use super::changes::{Change, set};
use super::log::Entry;
use super::made;
use crate::people::CLINICIANS;
use crate::stamp::Stamp;
use crate::system::Refusal;

/// An edit as it is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    case_id: String,
    /// Fields set; null is set, not removed. `_metadata`, `_comments`, `_files` stand beside the case.
    #[serde(default)]
    set: Map<String, Value>,
    /// `In Progress/QC_WARNING`, or a status alone; any words.
    status: Option<String>,
    comment: Option<Said>,
    /// A tag more.
    tag: Option<String>,
    /// Who it is; 1 if not told (0 is the announcement's).
    author_index: Option<usize>,
    /// Leaves `updatedDate` as it is and the audit log without an entry.
    #[serde(default)]
    quiet: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Said {
    text: String,
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

fn find(system: &Illumina, id: &str) -> Result<u32, Refusal> {
    system.ledger().find(id).ok_or_else(|| Refusal::NotFound(format!("no case {id}")))
}

fn clinician(index: Option<usize>) -> Result<usize, Refusal> {
    let who = index.unwrap_or(1);
    let known = who < CLINICIANS.len();
    known.then_some(who).ok_or_else(|| Refusal::Invalid(format!("authorIndex must be below {}", CLINICIANS.len())))
}

pub(crate) fn edit(system: &Illumina, edit: &Value) -> Result<Value, Refusal> {
    let edit: Edit = read(edit)?;
    let index = find(system, &edit.case_id)?;
    let who = clinician(edit.author_index)?;
    let now = system.ground.clock.now();
    let mut event = "case.updated";
    let sets_updated = edit.set.contains_key("updatedDate");
    let mut changes = Vec::new();
    if !edit.set.is_empty() {
        changes.push(Change::Set(edit.set));
    }
    if let Some(state) = &edit.status {
        let (status, sub_state) =
            state.split_once('/').map_or((state.as_str(), None), |(status, sub)| (status, Some(sub)));
        changes.push(set(&json!({"status": status, "subState": sub_state})));
        event = "case.status.updated";
    }
    if let Some(said) = &edit.comment {
        let author = clinician(said.author_index.or(edit.author_index))?;
        let id = system.upstream_dice().uuid();
        let by = made::user(&CLINICIANS[author]);
        changes
            .push(Change::Push("_comments", json!({"id": id, "text": said.text, "createdDate": now, "createdBy": by})));
        event = "case.comment.added";
    }
    if let Some(tag) = edit.tag {
        changes.push(Change::Include("tags", vec![tag]));
        event = "case.tags.updated";
    }
    if !edit.quiet && !sets_updated {
        changes.push(Change::Touch(now));
    }
    let mut ledger = system.ledger();
    ledger.apply(index, changes, Instant::now(), Duration::ZERO);
    let after = ledger.truth(index);
    if !edit.quiet {
        ledger.log.push(Entry::of(&after, event, who, now));
    }
    Ok(Value::clone(&after))
}

pub(crate) fn create(system: &Illumina, wish: &Value) -> Result<Value, Refusal> {
    let wish: Wish = read(wish)?;
    let now = system.ground.clock.now();
    let created = match &wish.created_at {
        Some(text) => {
            Stamp::parse(text).ok_or_else(|| Refusal::Invalid(format!("createdAt {text:?} is no datetime")))?
        }
        None => now,
    };
    let mut ledger = system.ledger();
    let index = ledger.create(created);
    if !wish.set.is_empty() {
        ledger.apply(index, vec![Change::Set(wish.set)], Instant::now(), Duration::ZERO);
    }
    let case = ledger.truth(index);
    ledger.log.push(Entry::of(&case, "case.added", 1, now));
    Ok(Value::clone(&case))
}

pub(crate) fn delete(system: &Illumina, id: &str) -> Result<Value, Refusal> {
    let index = find(system, id)?;
    let now = system.ground.clock.now();
    let mut ledger = system.ledger();
    let last = ledger.delete(index);
    ledger.log.push(Entry::of(&last, "case.deleted", 1, now));
    Ok(Arc::unwrap_or_clone(last))
}

pub(crate) fn truth(system: &Illumina, id: &str) -> Result<Value, Refusal> {
    let index = find(system, id)?;
    let ledger = system.ledger();
    Ok(json!({"case": Value::clone(&ledger.truth(index)), "pending": ledger.pending(index)}))
}
