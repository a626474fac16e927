//! `/case/set` and `/case/return`. There is no `old` here: the last write wins.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::call::{Call, Write, ok};
use super::changes::{Change, set};
use super::dress::at;
use super::errors::Refused;
use super::gate;
use super::made::{self, Kind};
use super::moment::Moment;
use super::studies;

/// A user who exists, but not in this account.
pub(crate) fn foreign_user(seed: u64) -> Uuid {
    made::dice(seed, 0x6675, 0).uuid()
}

fn allowed(call: &Call<'_>, case: &Value) -> Result<(), Refused> {
    gate::demand(&call.settings, "case_edit")?;
    let own = case["assigned_medical_id"] == made::user_id(call.system.plot.seed, call.who).to_string();
    if gate::may(&call.settings, "case_edit_only_own") && !own {
        return Err(Refused::not_permitted());
    }
    Ok(())
}

/// `/case/get`: with case_view_only_own, those assigned to the user.
pub(crate) fn get(call: &Call<'_>) -> Result<Value, Refused> {
    let case = studies::one(call, Kind::Case, "case_view")?;
    let me = made::user_id(call.system.plot.seed, call.who).to_string();
    if gate::may(&call.settings, "case_view_only_own") && case["assigned_medical_id"] != me {
        return Err(Refused::not_permitted());
    }
    Ok(case)
}

/// `/case/set`. MISSING_FIELDS is not among its errors: without an id there is no such case.
pub(crate) fn change(call: &Call<'_>) -> Result<Value, Refused> {
    let mut books = call.system.books();
    let index = books.find(Kind::Case, call.form.get("uuid").unwrap_or_default())?;
    let case = books.shelf(Kind::Case).truth(index);
    allowed(call, &case)?;
    let me = made::user_id(books.plot.seed, call.who).to_string();
    if !case["locked_user_id"].is_null() && case["locked_user_id"] != me {
        return Err(Refused::because("LOCKED"));
    }
    let now = call.now();
    let mut fields = Map::new();
    if let Some(name) = call.form.get("name") {
        fields.insert("name".to_owned(), json!(name));
    }
    for name in ["submitted", "completed", "closed"] {
        if let Some(flag) = call.form.get(name) {
            let on = matches!(flag, "1" | "true");
            if case[name] != u8::from(on) {
                fields.insert(format!("{name}_date"), at(now, on));
            }
            fields.insert(name.to_owned(), json!(u8::from(on)));
        }
    }
    if let Some(status) = call.form.get("case_status") {
        if !call.settings.words("case_status_tags").contains(&status) {
            return Err(Refused::because("INVALID_CASE_STATUS"));
        }
        if case["case_status"] != status {
            fields.insert("case_status_date".to_owned(), json!(now));
        }
        fields.insert("case_status".to_owned(), json!(status));
    }
    for role in ["admin", "medical"] {
        assign(call, role, now, &mut fields)?;
    }
    custom_fields(call, &case)?;
    let write = Write::new(Kind::Case, index, vec![Change::Set(fields), Change::Touch(now)]);
    call.carry_out(&mut books, write);
    Ok(ok())
}

/// "To clear out an assigned user field send a zero UUID".
fn assign(call: &Call<'_>, role: &str, now: Moment, fields: &mut Map<String, Value>) -> Result<(), Refused> {
    let Some(id) = call.form.get(&format!("assigned_{role}_id")) else { return Ok(()) };
    let seed = call.system.plot.seed;
    let who = match Uuid::try_parse(id) {
        Ok(id) if id.is_nil() => None,
        Ok(id) if id == foreign_user(seed) => return Err(Refused::because("NOT_IN_ACCOUNT")),
        _ => Some(made::user_of(seed, id).ok_or_else(Refused::not_found)?),
    };
    fields.insert(format!("assigned_{role}_id"), json!(who.map(|who| made::user_id(seed, who))));
    fields.insert(format!("assigned_{role}_name"), json!(who.map(made::user_name)));
    fields.insert(format!("assigned_{role}_date"), at(now, who.is_some()));
    Ok(())
}

/// Cases here have no custom fields, so that every one is invalid.
fn custom_fields(call: &Call<'_>, case: &Value) -> Result<(), Refused> {
    let sent = call.form.pairs().filter_map(|(name, _)| name.strip_prefix("customfield-"));
    let known = |id: &str| case["customfields"].as_array().is_some_and(|all| all.iter().any(|one| one["uuid"] == id));
    let errors: Vec<Value> = sent.filter(|id| !known(id)).map(|id| json!({"uuid": id, "error": "NOT_FOUND"})).collect();
    if errors.is_empty() { Ok(()) } else { Err(Refused::about("INVALID_CUSTOMFIELD", errors)) }
}

/// `/case/return`: "only if it is submitted and not closed or completed"; else NOT_PERMITTED (inferred). A case that was
/// returned is no longer submitted (inferred).
pub(crate) fn give_back(call: &Call<'_>) -> Result<Value, Refused> {
    let mut books = call.system.books();
    let index = books.find(Kind::Case, call.form.get("uuid").unwrap_or_default())?;
    let case = books.shelf(Kind::Case).truth(index);
    allowed(call, &case)?;
    if case["submitted"] != 1 || case["completed"] == 1 || case["closed"] == 1 {
        return Err(Refused::not_permitted());
    }
    let now = call.now();
    let fields = json!({
        "submitted": 0, "submitted_date": null, "returned_date": now, "returned_reason": call.form.get("reason"),
    });
    call.carry_out(&mut books, Write::new(Kind::Case, index, vec![set(&fields), Change::Touch(now)]));
    Ok(ok())
}
