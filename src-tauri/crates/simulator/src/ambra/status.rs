//! `/study/status/*`: a compare-and-set on the status, and the locks that come with some statuses.

use std::time::Instant;

use serde_json::{Value, json};

use super::call::{Call, Write, ok};
use super::changes::{Change, set};
use super::dress::dress;
use super::errors::Refused;
use super::fields;
use super::gate;
use super::made::{self, Kind};
use super::moment::Moment;
use super::paging::Page;
use super::settings::NullOld;
use super::stages;

/// `/study/status/get`. `study_status_tags` is absent where the user may not edit or another holds the lock.
pub(crate) fn get(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["study_id"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let index = books.find(Kind::Study, id)?;
    gate::demand(&call.settings, "study_status_view")?;
    let study = books.shelf(Kind::Study).shown(index).record(&books.plot, Kind::Study);
    let dressed = dress(call, &books, Kind::Study, study);
    let mut reply = json!({"status": "OK"});
    for name in ["study_status", "study_status_tags", "study_status_tags_default"] {
        if let Some(value) = dressed.get(name) {
            reply[name] = value.clone();
        }
    }
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/study/status/set`. `old` is held against what is acknowledged, not against what reads show yet. In which order the
/// errors come where several apply is open: here as the document lists them.
pub(crate) fn change(call: &Call<'_>) -> Result<Value, Refused> {
    let settings = &call.settings;
    let (id, old, new) = (call.form.get("study_id"), call.form.get("old"), call.form.get("new"));
    let needs_old = settings.null_old == NullOld::DefaultTag;
    let missing: Vec<&str> = [("study_id", id.is_none()), ("old", old.is_none() && needs_old), ("new", new.is_none())]
        .into_iter()
        .filter_map(|(name, missing)| missing.then_some(name))
        .collect();
    if !missing.is_empty() {
        return Err(Refused::missing(&missing));
    }
    let new = new.unwrap_or_default();
    let mut books = call.system.books();
    let index = books.find(Kind::Study, id.unwrap_or_default())?;
    let study = books.shelf(Kind::Study).truth(index);
    gate::demand_on(settings, &study, "study_status_edit")?;
    let current = study["study_status"].as_str();
    let is_current = match (current, old) {
        (Some(current), old) => old == Some(current),
        (None, None) => true,
        (None, old) => needs_old && old == stages::default_tag(settings),
    };
    if !is_current {
        return Err(if old.is_none() { Refused::missing(&["old"]) } else { Refused::because("STALE") });
    }
    let role = made::role_id(call.system.plot.seed).to_string();
    if !stages::targets(settings, &role, current, true).contains(&new) {
        return Err(Refused::because("INVALID_TAG"));
    }
    if books.holder(index).is_some_and(|holder| holder != call.who) {
        return Err(Refused::because("LOCKED"));
    }
    let elsewhere = |study: u32| study != index && books.shelf(Kind::Study).truth(study)["study_status"] == new;
    if stages::is_singleton(settings, new) && books.held_by(call.who).any(elsewhere) {
        return Err(Refused::because("SINGLETON"));
    }
    let holder = stages::locks(settings, new).then_some(call.who);
    let changes = steps(call.system.plot.seed, &study, new, call.who, holder, call.now());
    books.hold(index, holder);
    call.carry_out(&mut books, Write::new(Kind::Study, index, changes));
    Ok(ok())
}

/// What a status change does to a study.
pub(crate) fn steps(
    seed: u64,
    study: &Value,
    new: &str,
    who: usize,
    holder: Option<usize>,
    now: Moment,
) -> Vec<Change> {
    let before = study["_history"].as_array().and_then(|all| all.last()).and_then(|line| line["date"].as_str());
    let since = before.or_else(|| study["created"].as_str()).and_then(Moment::parse).unwrap_or(now);
    let line = json!({
        "date": now, "old": study["study_status"], "new": new, "seconds": (now.0 - since.0).max(0) / 1_000_000,
        "_user": made::user_id(seed, who),
    });
    vec![set(&json!({"study_status": new, "_locked_by": holder})), Change::Append("_history", line), Change::Touch(now)]
}

/// `/study/status/history`: which user it was is not among the documented fields.
pub(crate) fn history(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["study_id"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let index = books.find(Kind::Study, id)?;
    gate::demand(&call.settings, "study_status_view")?;
    let mut lines = books.shelf(Kind::Study).field(index, "_history");
    for line in lines.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
        line.remove("_user");
    }
    Ok(json!({"status": "OK", "history": lines}))
}

/// `/study/status/locks`: "the studies the user has locked in the order they were locked", as reads show them.
#[allow(clippy::unnecessary_wraps)] // a handler like the others
pub(crate) fn locks(call: &Call<'_>) -> Result<Value, Refused> {
    let mut books = call.system.books();
    books.mature(Instant::now());
    let shelf = books.shelf(Kind::Study);
    let me = json!(call.who);
    let held: Vec<Value> = books
        .held_by(call.who)
        .map(|index| shelf.shown(index).record(&books.plot, Kind::Study))
        .filter(|study| study["_locked_by"] == me)
        .collect();
    let page = Page::read(call.form, 100);
    let total = held.len();
    let rows: Vec<Value> = held
        .into_iter()
        .skip(page.start())
        .take(page.rows)
        .map(|study| dress(call, &books, Kind::Study, study))
        .collect();
    let mut reply = json!({"status": "OK", "page": page.told(total), "studies": rows});
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}
