//! `/study/get` and the small writes on a study: star, approve, reject, audit; the link to a viewer.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::call::{Call, Write, ok};
use super::changes::{Change, set};
use super::conditions::text_of;
use super::dress::dress;
use super::errors::Refused;
use super::made::Kind;
use super::moment::Moment;
use super::{fields, gate, names};

/// The audit actions of the document.
const AUDIT_ACTIONS: [&str; 16] = [
    "STUDY_VIEW",
    "STUDY_VIEW_REASON",
    "STUDY_EDIT",
    "STUDY_ANONYMIZE",
    "REPORT_UPLOAD",
    "REPORT_REMOVE",
    "REPORT_VIEW",
    "IMAGE_ADDED",
    "IMAGE_UPDATED",
    "IMAGE_DELETED",
    "STUDY_DOWNLOAD",
    "ACCEPTED_NOT_DIAGNOSTIC",
    "CANCELED_NOT_DIAGNOSTIC",
    "AI_ACTION",
    "VIEWER_ACTION",
    "SIGNED_REPORT_ADDENDUM",
];

/// Reads one record of a kind, as the caller sees it.
pub(crate) fn one(call: &Call<'_>, kind: Kind, permission: &str) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let index = books.find(kind, id)?;
    gate::demand(&call.settings, permission)?;
    let record = books.shelf(kind).shown(index).record(&books.plot, kind);
    let mut reply = dress(call, &books, kind, record);
    reply["status"] = json!("OK");
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/study/get`, by `uuid` or by the storage triplet.
pub(crate) fn get(call: &Call<'_>) -> Result<Value, Refused> {
    let triplet = ["study_uid", "storage_namespace", "phi_namespace"];
    if call.form.get("uuid").is_some() || triplet.iter().any(|name| call.form.get(name).is_none()) {
        return one(call, Kind::Study, "study_view");
    }
    let mut books = call.system.books();
    books.mature(Instant::now());
    let uid = call.form.get("study_uid").unwrap_or_default();
    let id = uid.strip_prefix("2.25.").and_then(|number| number.parse().ok()).map(uuid::Uuid::from_u128);
    let index = books.find(Kind::Study, &id.unwrap_or_default().to_string())?;
    gate::demand(&call.settings, "study_view")?;
    let record = books.shelf(Kind::Study).shown(index).record(&books.plot, Kind::Study);
    if triplet.iter().any(|name| text_of(&record[*name]) != call.form.get(name).unwrap_or_default()) {
        return Err(Refused::not_found());
    }
    let mut reply = dress(call, &books, Kind::Study, record);
    reply["status"] = json!("OK");
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/study/permissions`.
pub(crate) fn permissions(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let books = call.system.books();
    let index = books.find(Kind::Study, id)?;
    let mut reply = gate::of_study(&call.settings, &books.shelf(Kind::Study).truth(index), false);
    reply["status"] = json!("OK");
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/study/star`, for the user alone.
pub(crate) fn star(call: &Call<'_>) -> Result<Value, Refused> {
    let [id, flag] = call.form.required(["uuid", "star"])?;
    let mut books = call.system.books();
    let index = books.find(Kind::Study, id)?;
    gate::demand(&call.settings, "study_star")?;
    let me = json!(call.who);
    let change = match flag {
        "1" => Change::Include("_starred_by", me),
        "0" => Change::Exclude("_starred_by", me),
        _ => return Err(Refused::about("INVALID_FLAG", "star")),
    };
    call.carry_out(&mut books, Write::new(Kind::Study, index, vec![change]));
    Ok(ok())
}

/// `/study/approve`. A study that awaits no approval stays as it is (inferred). With `must_match` it is approved as soon as
/// another user's edit lets it match.
pub(crate) fn approve(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    let index = books.find(Kind::Study, id)?;
    let study = books.shelf(Kind::Study).truth(index);
    gate::demand(&call.settings, "study_approve")?;
    let (delay, must_match) = (call.form.get("delay"), call.form.get("must_match"));
    if delay.is_some() && must_match.is_some() {
        return Err(Refused::because("DELAY_OR_MATCH"));
    }
    let seconds = match delay {
        None => 0,
        Some(text) => {
            let seconds = text.parse::<i64>().ok().filter(|seconds| (0..=600).contains(seconds));
            seconds.ok_or_else(|| Refused::because("INVALID_DELAY"))?
        }
    };
    let wanted = must_match.map(|text| wanted_fields(call, text)).transpose()?.unwrap_or_default();
    let empty = study["customfields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|one| one["name"] == "Indication" && text_of(&one["value"]).is_empty());
    let errors: Vec<Value> =
        empty.map(|one| json!({"uuid": one["uuid"], "name": one["name"], "error": "REQUIRED"})).collect();
    if !errors.is_empty() {
        return Err(Refused::about("INVALID_CUSTOMFIELD", errors));
    }
    let approved = |at: Moment| vec![set(&json!({"must_approve": 0, "_must_match": null})), Change::Touch(at)];
    let now = call.now();
    let changes = if !matches(&wanted, &study) {
        vec![set(&json!({"_must_match": wanted}))]
    } else if seconds > 0 {
        let at = Moment(now.0 + seconds * 1_000_000);
        books.schedule(Instant::now() + Duration::from_secs(seconds.unsigned_abs()), Kind::Study, index, approved(at));
        Vec::new()
    } else {
        approved(now)
    };
    call.carry_out(&mut books, Write::new(Kind::Study, index, changes));
    Ok(ok())
}

/// "A JSON hash of study field names and values".
fn wanted_fields(call: &Call<'_>, text: &str) -> Result<Map<String, Value>, Refused> {
    let wanted: Map<String, Value> =
        serde_json::from_str(text).map_err(|_| Refused::invalid_json("must_match", call.settings.errors_as_lists))?;
    match wanted.keys().find(|name| names::sorted(name, names::of(Kind::Study)).is_none()) {
        Some(unknown) => Err(Refused::about("INVALID_FIELD", unknown.clone())),
        None => Ok(wanted),
    }
}

fn matches(wanted: &Map<String, Value>, study: &Value) -> bool {
    wanted.iter().all(|(name, value)| text_of(&study[name.as_str()]) == text_of(value))
}

/// What an approval that waits does, now that a study matches.
pub(crate) fn approved_by_matching(study: &Value, now: Moment) -> Vec<Change> {
    match study["_must_match"].as_object() {
        Some(wanted) if matches(wanted, study) => {
            vec![set(&json!({"must_approve": 0, "_must_match": null})), Change::Touch(now)]
        }
        _ => Vec::new(),
    }
}

/// `/study/reject`: the study is seen no more (inferred). One that awaits no approval can't be rejected (inferred).
pub(crate) fn reject(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    let index = books.find(Kind::Study, id)?;
    gate::demand(&call.settings, "study_approve")?;
    if books.shelf(Kind::Study).truth(index)["must_approve"] != 1 {
        return Err(Refused::not_permitted());
    }
    books.hold(index, None);
    let gone = json!({"_hidden": true, "_reject_message": call.form.get("message")});
    call.carry_out(&mut books, Write::new(Kind::Study, index, vec![set(&gone), Change::Touch(call.now())]));
    Ok(ok())
}

/// `/study/audit`, kept with the study for the control door.
pub(crate) fn audit(call: &Call<'_>) -> Result<Value, Refused> {
    let [id, action] = call.form.required(["uuid", "action"])?;
    let mut books = call.system.books();
    let index = books.find(Kind::Study, id)?;
    if !AUDIT_ACTIONS.contains(&action) {
        return Err(Refused::because("INVALID_ACTION"));
    }
    let line = json!({"action": action, "detail": call.form.get("detail"), "_user": call.who, "at": call.now()});
    call.carry_out(&mut books, Write::new(Kind::Study, index, vec![Change::Append("_audit", line)]));
    Ok(ok())
}

/// `/study/external/viewer`.
pub(crate) fn external_viewer(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let books = call.system.books();
    let index = books.find(Kind::Study, id)?;
    gate::demand_on(&call.settings, &books.shelf(Kind::Study).truth(index), "study_browse")?;
    Ok(json!({"status": "OK", "url": format!("{}/external-viewer?study={id}", call.system.base_url())}))
}
