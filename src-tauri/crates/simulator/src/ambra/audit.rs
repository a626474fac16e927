//! `/audit/object`: who edited a record, as far as this server saw it happen.

use std::time::Instant;

use serde_json::{Map, Value, json};

use super::call::Call;
use super::changes::Change;
use super::errors::Refused;
use super::made;
use super::moment::Moment;
use super::paging::Page;
use super::{fields, gate};

/// "EDIT - A hash, each key is the name of the changed field and the value is a list of the original and new values"; nothing
/// when no field is changed that leaves the server.
pub(crate) fn event(before: &Value, changes: &[Change], kind: &str, who: usize, now: Moment) -> Option<Change> {
    let sets = changes.iter().filter_map(|change| match change {
        Change::Set(fields) => Some(fields),
        _ => None,
    });
    let edited = sets.flatten().filter(|(name, value)| !name.starts_with('_') && before[name.as_str()] != **value);
    let detail: Map<String, Value> =
        edited.map(|(name, value)| (name.clone(), json!([before[name.as_str()], value]))).collect();
    if detail.is_empty() {
        return None;
    }
    let event = json!({
        "uuid": before["uuid"], "action": "EDIT", "what": before["name"], "who": made::user_name(who), "when": now, "type": kind,
        "detail": detail,
    });
    Some(Change::Prepend("_events", event))
}

/// `/audit/object`: "the default sort order is most recent first".
pub(crate) fn of_object(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let (kind, index) = books.find_any(id).ok_or_else(Refused::not_found)?;
    gate::demand(&call.settings, "audit_view")?;
    let mut events = books.shelf(kind).field(index, "_events").as_array().cloned().unwrap_or_default();
    if call.form.flag("reverse") {
        events.reverse();
    }
    let page = Page::read(call.form, 1_000);
    let total = events.len();
    let rows: Vec<Value> = events.into_iter().skip(page.start()).take(page.rows).collect();
    let mut reply = json!({"status": "OK", "page": page.told(total), "events": rows});
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}
