//! What another user does upstream, through the control door: edits, new records, removed ones.

use std::sync::Arc;
use std::time::Instant;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Ambra;
use super::changes::{Change, set};
use super::made::{self, Kind, Part, Plot, fresh_part, skeleton};
use super::moment::Moment;
use super::{audit, stages, status, studies};
use crate::late::Change as _;
use crate::people::CLINICIANS;
use crate::stamp::Stamp;
use crate::system::Refusal;

/// An edit as it is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    case_id: String,
    /// Fields set; null is set, not removed.
    #[serde(default)]
    set: Map<String, Value>,
    /// A study's, case's or QC task's status; any word. A study is locked and its history written as the account's rules say.
    status: Option<String>,
    comment: Option<Said>,
    /// A tag more.
    tag: Option<String>,
    /// Who it is; 1 if not told (0 is the announcement's).
    author_index: Option<usize>,
    /// Leaves `updated` as it is.
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
    /// `study` (if not told), `case`, `order`.
    kind: Option<String>,
    created_at: Option<String>,
    set: Map<String, Value>,
}

fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn unknown(id: &str) -> Refusal {
    Refusal::NotFound(format!("no record {id}"))
}

fn clinician(index: Option<usize>) -> Result<usize, Refusal> {
    let who = index.unwrap_or(1);
    if who < CLINICIANS.len() {
        return Ok(who);
    }
    Err(Refusal::Invalid(format!("authorIndex must be below {}", CLINICIANS.len())))
}

fn now(system: &Ambra) -> Moment {
    Moment::of(system.ground.clock.now(), 0)
}

pub(crate) fn edit(system: &Ambra, edit: &Value) -> Result<Value, Refusal> {
    let edit: Edit = read(edit)?;
    let now = now(system);
    let who = clinician(edit.author_index)?;
    let mut books = system.books();
    let (kind, index) = books.find_any(&edit.case_id).ok_or_else(|| unknown(&edit.case_id))?;
    let before = books.shelf(kind).truth(index);
    let seed = books.plot.seed;
    let mut changes = Vec::new();
    if let Some(word) = &edit.status {
        match kind {
            Kind::Study => {
                let holder = stages::locks(&system.settings(), word).then_some(who);
                books.hold(index, holder);
                changes.extend(status::steps(seed, &before, word, who, holder, now));
            }
            Kind::Case => changes.push(set(&json!({"case_status": word, "case_status_date": now}))),
            Kind::QcTask => changes.push(set(&json!({"qctask_status": word}))),
            _ => return Err(Refusal::Invalid(format!("a {} has no status", kind.word()))),
        }
    }
    if let Some(said) = &edit.comment {
        let id = fresh_part(seed, &mut system.upstream_dice(), Part { owner: index, number: 0xff });
        let author = clinician(said.author_index.or(edit.author_index))?;
        let comment = made::comment(seed, id, books.shelf(kind).row(index).id, author, &said.text, now);
        changes.push(Change::Prepend("comments", comment));
    }
    if let Some(tag) = &edit.tag {
        changes.push(Change::Include("tags", json!(tag)));
    }
    let sets_updated = edit.set.contains_key("updated");
    if edit.set.contains_key("study_status") {
        // Set past the account's rules, it is nobody's.
        books.hold(index, None);
        changes.push(set(&json!({"_locked_by": null})));
    }
    if !edit.set.is_empty() {
        changes.push(Change::Set(edit.set));
    }
    if edit.quiet {
        changes.retain(|change| !matches!(change, Change::Touch(_)));
    } else if !sets_updated {
        changes.push(Change::Touch(now));
    }
    changes.extend(audit::event(&before, &changes, kind.word(), who, now));
    books.apply_now(kind, index, changes);
    let waiting = studies::approved_by_matching(&books.shelf(kind).truth(index), now);
    if !waiting.is_empty() {
        books.apply_now(kind, index, waiting);
    }
    Ok(Value::clone(&books.shelf(kind).truth(index)))
}

/// A new record, made like the others and as fresh as it says.
pub(crate) fn create(system: &Ambra, wish: &Value) -> Result<Value, Refusal> {
    let wish: Wish = read(wish)?;
    let created = match &wish.created_at {
        Some(text) => {
            let stamp = Stamp::parse(text);
            Moment::of(stamp.ok_or_else(|| Refusal::Invalid(format!("createdAt {text:?} is no datetime")))?, 0)
        }
        None => now(system),
    };
    let kind = match wish.kind.as_deref() {
        None | Some("study") => Kind::Study,
        Some("case") => Kind::Case,
        Some("order") => Kind::Order,
        Some(other) => return Err(Refusal::Invalid(format!("kind must be study, case or order, not {other}"))),
    };
    let mut books = system.books();
    let mut record = fresh(&books.plot, kind, books.shelf(kind).next_index(), created);
    for (name, value) in wish.set {
        record[name.as_str()] = value;
    }
    let id = record["uuid"].as_str().and_then(|id| uuid::Uuid::try_parse(id).ok());
    let id = id.ok_or_else(|| Refusal::Invalid("uuid must be one".to_owned()))?;
    let index = books.shelf_mut(kind).add(id, created, record);
    if kind == Kind::Study {
        let person = skeleton(&books.plot, index).person;
        books.belongs_to(index, person);
    }
    Ok(Value::clone(&books.shelf(kind).truth(index)))
}

/// As made, but nothing has happened to it yet.
fn fresh(plot: &Plot, kind: Kind, index: u32, created: Moment) -> Value {
    let mut record = made::record(plot, kind, index);
    let blank = match kind {
        Kind::Study => json!({
            "created": created, "updated": created, "study_status": null, "must_approve": 0, "is_frozen": 0, "comments": [],
            "radreports": [], "hl7": [], "tags": [], "_history": [], "_locked_by": null, "_starred_by": [],
            "patientid": made::mrn(skeleton(plot, index).person),
        }),
        Kind::Case => json!({
            "created": created, "updated": created, "submitted": 1, "submitted_date": created, "completed": 0, "completed_date": null,
            "closed": 0, "closed_date": null, "returned_date": null, "returned_reason": null, "assigned_admin_id": null,
            "assigned_admin_name": null, "assigned_admin_date": null, "assigned_medical_id": null, "assigned_medical_name": null,
            "assigned_medical_date": null, "case_status": made::catalog::CASE_STAGES[0], "case_status_date": created,
        }),
        _ => json!({"created": created, "updated": created}),
    };
    set(&blank).make(&mut record);
    record
}

pub(crate) fn delete(system: &Ambra, id: &str) -> Result<Value, Refusal> {
    let mut books = system.books();
    let (kind, index) = books.find_any(id).ok_or_else(|| unknown(id))?;
    if kind == Kind::Study {
        books.hold(index, None);
    }
    Ok(Arc::unwrap_or_clone(books.shelf_mut(kind).delete(index)))
}

/// The record with the server's own keys, which begin with `_`.
pub(crate) fn truth(system: &Ambra, id: &str) -> Result<Value, Refusal> {
    let mut books = system.books();
    books.mature(Instant::now());
    let (kind, index) = books.find_any(id).ok_or_else(|| unknown(id))?;
    let shelf = books.shelf(kind);
    Ok(json!({"case": Value::clone(&shelf.truth(index)), "kind": kind.word(), "pending": shelf.pending(index)}))
}
