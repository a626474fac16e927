//! What another user does upstream, through the control door: edits, new specimens, removed ones.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::EHealth;
use super::{jobs, made};
use crate::people::CLINICIANS;
use crate::system::Refusal;

/// An edit as it is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    case_id: String,
    /// Fields set; null is set, not removed.
    #[serde(default)]
    set: Map<String, Value>,
    /// The status; any word.
    status: Option<String>,
    /// Who it is; 1 if not told (0 is the announcement's).
    author_index: Option<usize>,
    /// Leaves `updated_at` as it is.
    #[serde(default)]
    quiet: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Wish {
    /// The patient's id; the first one if not told.
    patient_id: Option<String>,
    set: Map<String, Value>,
}

fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Refusal> {
    T::deserialize(value).map_err(|error| Refusal::Invalid(error.to_string()))
}

fn find(system: &EHealth, id: &str) -> Result<u32, Refusal> {
    system.ledger().find(id).ok_or_else(|| Refusal::NotFound(format!("no specimen {id}")))
}

pub(crate) fn edit(system: &EHealth, edit: &Value) -> Result<Value, Refusal> {
    let mut edit: Edit = read(edit)?;
    let who = edit.author_index.unwrap_or(1);
    if who >= CLINICIANS.len() {
        return Err(Refusal::Invalid(format!("authorIndex must be below {}", CLINICIANS.len())));
    }
    let index = find(system, &edit.case_id)?;
    if let Some(word) = edit.status {
        edit.set.insert("status".to_owned(), json!(word));
    }
    let by = (system.ground.clock.now(), made::user_id(system.ground.seed, who));
    let mut ledger = system.ledger();
    ledger.set(index, edit.set, (!edit.quiet).then_some(by));
    Ok(ledger.specimen(index))
}

pub(crate) fn create(system: &EHealth, wish: &Value) -> Result<Value, Refusal> {
    let wish: Wish = read(wish)?;
    let seed = system.ground.seed;
    let mut ledger = system.ledger();
    let owner = match &wish.patient_id {
        None => 0,
        Some(id) => (0..ledger.plot.patients)
            .find(|number| made::patient_id(seed, *number).to_string() == *id)
            .ok_or_else(|| Refusal::NotFound(format!("no patient {id}")))?,
    };
    let index = ledger.create(owner, system.ground.clock.now());
    ledger.set(index, wish.set, None);
    Ok(ledger.specimen(index))
}

pub(crate) fn delete(system: &EHealth, id: &str) -> Result<Value, Refusal> {
    let index = find(system, id)?;
    Ok(system.ledger().delete(index))
}

/// The specimen itself, whose it is, and how many jobs are still to be carried out on it.
pub(crate) fn truth(system: &EHealth, id: &str) -> Result<Value, Refusal> {
    jobs::mature(system);
    let index = find(system, id)?;
    let pending = system.jobs().iter().filter(|job| job.is_pending_on(id)).count();
    let ledger = system.ledger();
    Ok(json!({"case": ledger.specimen(index), "patientId": ledger.patient(index), "pending": pending}))
}
