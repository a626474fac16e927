//! A record as one user sees it: what is the server's own is left out, what depends on the user is added.

use serde_json::{Map, Value, json};

use super::books::Books;
use super::call::Call;
use super::gate;
use super::made::{self, Kind};
use super::moment::Moment;
use super::stages;
use crate::people::CLINICIANS;

/// The record for the caller.
pub(crate) fn dress(call: &Call<'_>, books: &Books, kind: Kind, mut record: Value) -> Value {
    match kind {
        Kind::Study => study(call, &mut record),
        Kind::Case => case(call, books, &mut record),
        Kind::Order => order(call, books, &mut record),
        Kind::Patient => patient(books, &mut record),
        Kind::Message => record["is_mine"] = json!(mine(call, &record)),
        _ => {}
    }
    if let Some(fields) = record.as_object_mut() {
        strip(call, kind, fields);
    }
    record
}

/// What the document doesn't list doesn't leave.
fn strip(call: &Call<'_>, kind: Kind, fields: &mut Map<String, Value>) {
    fields.retain(|name, _| !name.starts_with('_'));
    let silent: &[&str] = match kind {
        Kind::Order | Kind::Patient | Kind::Filter => &["created", "updated"],
        Kind::Message | Kind::QcTask => &["updated"],
        Kind::Case if !call.settings.cases_tell_updated => &["updated"],
        Kind::Study | Kind::Case => &[],
    };
    for name in silent {
        fields.remove(*name);
    }
    // "This is only returned if the object has tags", "… custom fields".
    for name in ["tags", "customfields"] {
        if fields.get(name).is_some_and(|list| *list == json!([])) {
            fields.remove(name);
        }
    }
}

fn drop_key(record: &mut Value, name: &str) {
    if let Some(fields) = record.as_object_mut() {
        fields.remove(name);
    }
}

fn mine(call: &Call<'_>, thing: &Value) -> u8 {
    u8::from(thing["user_id"] == made::user_id(call.system.plot.seed, call.who).to_string())
}

fn study(call: &Call<'_>, study: &mut Value) {
    let settings = &call.settings;
    let me = json!(call.who);
    study["star"] = json!(u8::from(study["_starred_by"].as_array().is_some_and(|all| all.contains(&me))));
    let held_by_another = !study["_locked_by"].is_null() && study["_locked_by"] != me;
    study["is_locked"] = json!(u8::from(held_by_another));
    study["permissions"] = gate::of_study(settings, study, call.form.flag("permissions_diff"));
    if gate::may(settings, "study_status_view") {
        study["study_status_tags_default"] = json!(stages::default_tag(settings));
        if gate::may_on(settings, study, "study_status_edit") && !held_by_another {
            study["study_status_tags"] = json!(stages::targets(
                settings,
                &made::role_id(call.system.plot.seed).to_string(),
                study["study_status"].as_str(),
                false
            ));
        }
    } else {
        drop_key(study, "study_status");
    }
    let stat = custom_value(study, "stat_filter");
    let is_stat = stat.as_deref() == Some("1");
    study["stat_filter"] = json!(stat.and_then(|text| text.parse::<i64>().ok()));
    if let Some(seconds) = stages::timer(settings, study, is_stat, call.now()) {
        study["study_status_timer"] = json!(seconds);
    }
    for comment in study["comments"].as_array_mut().into_iter().flatten() {
        comment["is_mine"] = json!(mine(call, comment));
    }
    let hidden =
        [("study_comment_view", "comments"), ("radreport_view", "radreports"), ("study_report_hl7_view", "hl7")];
    for (flag, name) in hidden {
        if !gate::may(settings, flag) {
            drop_key(study, name);
        }
    }
    let id = study["uuid"].as_str().unwrap_or_default().to_owned();
    study["viewer_link"] = json!(format!("{}/viewer?study={id}", call.system.base_url()));
    if gate::may(settings, "patient_view") {
        study["patient_id"] = patient_id(call, study);
    }
    limited_hl7(call, study);
    if call.form.flag("extra") {
        extra(call, study);
    }
    if call.form.flag("customfield_h") {
        let all = study["customfields"].as_array().into_iter().flatten();
        let pairs = all.filter_map(|one| Some((one["uuid"].as_str()?.to_owned(), one["value"].clone())));
        study["customfield_h"] = pairs.collect::<Map<_, _>>().into();
    }
}

/// The value of a custom field, by its name.
fn custom_value(record: &Value, name: &str) -> Option<String> {
    let found = record["customfields"].as_array()?.iter().find(|one| one["name"] == name)?;
    found["value"].as_str().map(str::to_owned)
}

/// The patient with this study's MRN.
fn patient_id(call: &Call<'_>, study: &Value) -> Value {
    let plot = &call.system.plot;
    let number = study["patientid"].as_str().and_then(|mrn| mrn.parse::<u32>().ok());
    let person = number.map(|number| number.saturating_sub(20_000_000) / 3).filter(|person| *person < plot.people);
    let fits = person.filter(|person| study["patientid"] == made::mrn(*person));
    json!(fits.map(|person| made::head(plot, Kind::Patient, person).0))
}

/// "Limit the length of Hl7 list to return. Zero means no limit".
fn limited_hl7(call: &Call<'_>, study: &mut Value) {
    let limit = call.form.get("limit.hl7").and_then(|text| text.parse::<usize>().ok()).filter(|limit| *limit > 0);
    if let (Some(limit), Some(list)) = (limit, study["hl7"].as_array_mut()) {
        list.truncate(limit);
    }
}

/// "The following fields are only returned if the extra flag is specified"; some of them.
fn extra(call: &Call<'_>, study: &mut Value) {
    let name = study["patient_name"].as_str().unwrap_or_default().to_owned();
    let (last, first) = name.split_once('^').unwrap_or((&name, ""));
    let short = |part: &str| part.chars().take(2).collect::<String>();
    let created_by = &CLINICIANS[0];
    let more = json!({
        "created_at": study["created"],
        "primary_created": study["created"],
        "account_name": made::catalog::NAMESPACES[0],
        "created_by_name": format!("{} {}", created_by.first, created_by.last),
        "created_by_email": created_by.email,
        "hipaa_name": format!("{}, {}", short(last), short(first)),
        "first_name": first,
        "last_name": last,
        "message_count": 0,
        "last_access": call.now(),
        "query_count": 0,
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        study[key.as_str()] = value.clone();
    }
}

fn case(call: &Call<'_>, books: &Books, case: &mut Value) {
    let shelf = books.shelf(Kind::Study);
    let ids = case["_studies"].as_array().cloned().unwrap_or_default();
    let found = ids.iter().filter_map(|id| shelf.find(id.as_str()?));
    let studies: Vec<Value> = found
        .map(|index| dress(call, books, Kind::Study, shelf.shown(index).record(&books.plot, Kind::Study)))
        .collect();
    case["studies"] = json!(studies);
    case["case_status_tags"] = json!(call.settings.words("case_status_tags"));
}

/// "studies linked with this patient (having the same mrn)".
fn patient(books: &Books, patient: &mut Value) {
    let person = patient["_person"].as_u64().and_then(|person| u32::try_from(person).ok());
    let studies = person.map(|person| books.studies_of(person)).unwrap_or_default();
    let shelf = books.shelf(Kind::Study);
    let there = studies.iter().filter(|index| shelf.has(**index));
    patient["studies"] = there.map(|index| json!(shelf.row(*index).id)).collect();
}

/// "studies linked with this order (having the same accession_number)", if the account shows orders with them.
fn order(call: &Call<'_>, books: &Books, order: &mut Value) {
    if !call.settings.account_flag("enable_orders_in_worklist") {
        drop_key(order, "studies");
    } else if let Some(studies) = order["studies"].as_array_mut() {
        studies.retain(|id| id.as_str().is_some_and(|id| books.shelf(Kind::Study).find(id).is_some()));
    }
}

/// A comment for the caller.
pub(crate) fn comment(call: &Call<'_>, mut comment: Value) -> Value {
    comment["is_mine"] = json!(mine(call, &comment));
    comment
}

/// A time in words, or null.
pub(crate) fn at(moment: Moment, set: bool) -> Value {
    if set { json!(moment) } else { Value::Null }
}
