//! The bodies that are sent, made of what a person filled in (the source's first example; the sheet, "Create a case").
//!
//! In a whole payload a text that was left empty is sent as an empty text, as the document's own example does; what has no empty text
//! (a date, the social security number) is null. Where only changes are sent, what was left empty is left out.

use std::sync::LazyLock;

use rounds_domain::{action::Fields, moment};
use serde_json::{Map, Value, json};

use super::{Rules, form::EMPTIED};

const CONTACT: [&str; 10] = [
    "prefix",
    "firstName",
    "middleName",
    "lastName",
    "suffix",
    "email",
    "sex",
    "dateOfBirth",
    "phoneNumber",
    "workPhone",
];
const ADDRESS: [&str; 6] = ["street1", "street2", "city", "state", "zip", "countryCode"];
const SSN: &str = "socialSecurityNumber";
static NONE: LazyLock<Fields> = LazyLock::new(Fields::new);

/// The object under `key`, or one without anything.
pub(super) fn object<'a>(fields: &'a Fields, key: &str) -> &'a Fields {
    fields.get(key).and_then(Value::as_object).unwrap_or(&NONE)
}

/// The objects of the list under `key`.
pub(super) fn objects<'a>(fields: &'a Fields, key: &str) -> impl Iterator<Item = &'a Fields> {
    fields.get(key).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}

/// The text under `key`; nothing where it is blank.
pub(super) fn text<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    fields.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// The body of `POST …/lims/cases`.
pub(super) fn case(fields: &Fields, patient: Value, rules: &Rules) -> Value {
    let given = |key: &str| text(fields, key);
    let yes = |key: &str| fields.get(key).and_then(Value::as_bool).unwrap_or(false);
    let mut body = Map::new();
    let mut put = |key: &str, value: Value| _ = body.insert(key.to_owned(), value);
    put("operation", json!("create"));
    put("caseNumber", json!(given("caseNumber").unwrap_or_default()));
    put("dateOfService", json!(given("dateOfService").map(day)));
    put("stat", json!(yes("stat")));
    put("testCase", json!(yes("testCase")));
    put("diagnoses", objects(fields, "diagnoses").map(diagnosis).collect());
    put("physicians", objects(fields, "physicians").map(physician).collect());
    put("specimens", objects(fields, "specimens").map(|one| specimen(one, rules)).collect());
    put("patient", patient);
    let mut maybe = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            put(key, value);
        }
    };
    maybe("requisitionNumber", given("requisitionNumber").map(Value::from));
    maybe("receivedDate", given("receivedDate").map(|text| json!(instant(text))));
    let npi = text(object(fields, "client"), "npi").or(rules.client_npi.as_deref());
    maybe("client", npi.map(|npi| json!({"npi": npi})));
    let lab = given("receivingLab").or(rules.receiving_lab.as_deref());
    maybe("receivingLab", lab.map(|lab| json!({"mcid": lab})));
    maybe("leanLab", rules.lean_lab.as_ref().map(|lab| json!({"mcid": lab})));
    maybe("locationOfService", rules.location_npi.as_ref().map(|npi| json!({"npi": npi})));
    for (key, value) in &rules.with_each_case {
        maybe(key, Some(json!(value)));
    }
    Value::Object(body)
}

fn diagnosis(one: &Fields) -> Value {
    let part = |key: &str| text(one, key).unwrap_or_default();
    let mut made = json!({"code": part("code"), "codeSystem": part("codeSystem"), "description": part("description")});
    if let Some(mode) = text(one, "mode") {
        made["mode"] = json!(mode);
    }
    made
}

fn physician(one: &Fields) -> Value {
    json!({"npi": text(one, "npi").unwrap_or_default(), "relationship": text(one, "relationship").unwrap_or_default()})
}

fn specimen(one: &Fields, rules: &Rules) -> Value {
    let mut made = json!({
        "sampleNumber": text(one, "sampleNumber").unwrap_or_default(),
        "parentSampleNumber": text(one, "parentSampleNumber"),
        "sampleType": {"MCID": text(one, "sampleType").unwrap_or_default()},
    });
    if let Some(words) = text(one, "grossDescription") {
        made["grossDescription"] = json!(words);
    }
    if let Some(modality) = &rules.specimen_modality {
        made["specimenModality"] = json!(modality);
    }
    let parts = ["specimenType", "tissueOrigin", "tissueType", "pathologyStain"];
    let pathology: Map<String, Value> =
        parts.iter().filter_map(|key| Some(((*key).to_owned(), json!({"MCID": text(one, key)?})))).collect();
    if !pathology.is_empty() {
        made["pathology"] = Value::Object(pathology);
    }
    made
}

/// The patient payload: `contact`, `address`, `insurances` and `medicationIDs` even if empty, since the validation wants them.
pub(super) fn patient(fields: &Fields, rules: &Rules) -> Value {
    let mut contact = empty_texts(object(fields, "contact"), &CONTACT);
    if text(object(fields, "contact"), "dateOfBirth").is_none() {
        contact.insert("dateOfBirth".into(), Value::Null);
    }
    contact.insert(SSN.into(), json!(text(object(fields, "contact"), SSN)));
    let mut payload = json!({
        "insurances": insurances(fields, rules),
        "contact": contact,
        "address": with_country(empty_texts(object(fields, "address"), &ADDRESS)),
        "medicationIDs": [],
    });
    if let Some(number) = text(fields, "referringMedicalRecordNumber") {
        payload["referringMedicalRecordNumber"] = json!(number);
    }
    payload
}

/// A patient payload that also names the record that it overwrites.
pub(super) fn patient_of(mcid: &str, fields: &Fields, rules: &Rules) -> Value {
    let mut payload = patient(fields, rules);
    payload["MCID"] = rules.id(mcid);
    payload
}

fn empty_texts(given: &Fields, keys: &[&str]) -> Map<String, Value> {
    keys.iter().map(|key| ((*key).to_owned(), json!(written(given, key).unwrap_or_default()))).collect()
}

/// The document's example names the country where it knows nothing else of an address.
fn with_country(mut address: Map<String, Value>) -> Map<String, Value> {
    if text(&address, "countryCode").is_none() {
        address.insert("countryCode".into(), json!("US"));
    }
    address
}

/// A text as it is sent: of a birth date only the day.
fn written(given: &Fields, key: &str) -> Option<String> {
    let value = text(given, key)?;
    Some(if key == "dateOfBirth" { day(value) } else { value.to_owned() })
}

fn insurances(fields: &Fields, rules: &Rules) -> Vec<Value> {
    let insurance = |one: &Fields| {
        let address = with_country(empty_texts(object(one, "insuredAddress"), &["street1", "countryCode"]));
        let insured = object(one, "insuredContact");
        let mut contact = empty_texts(insured, &["firstName", "lastName"]);
        if let Some(sex) = text(insured, "sex") {
            contact.insert("sex".into(), json!(sex));
        }
        json!({
            "payer": {"MCID": rules.id(text(one, "payer").unwrap_or_default())},
            "insuredRelationshipID": one.get("insuredRelationshipID").cloned().unwrap_or(Value::Null),
            "insuredContact": contact,
            "insuredAddress": address,
            "memberNumber": text(one, "memberNumber").unwrap_or_default(),
            "groupNumber": text(one, "groupNumber").unwrap_or_default(),
        })
    };
    objects(fields, "insurances").map(insurance).collect()
}

/// The body of `PATCH …/lims/patients/{patientMRN}`: changed fields only. What is to be emptied is sent as an empty text, the social
/// security number as null. Nothing when nothing is to be changed.
pub(super) fn changes(fields: &Fields, rules: &Rules) -> Option<Value> {
    let mut body = Map::new();
    for (group, keys) in [("contact", &CONTACT[..]), ("address", &ADDRESS[..])] {
        let given = object(fields, group);
        let mut changed: Map<String, Value> =
            keys.iter().filter_map(|key| Some(((*key).to_owned(), json!(written(given, key)?)))).collect();
        if let Some(number) = text(given, SSN).filter(|_| group == "contact") {
            changed.insert(SSN.into(), json!(number));
        }
        if !changed.is_empty() {
            body.insert(group.to_owned(), Value::Object(changed));
        }
    }
    let insured = insurances(fields, rules);
    if !insured.is_empty() {
        body.insert("insurances".into(), Value::Array(insured));
    }
    if let Some(number) = text(fields, "referringMedicalRecordNumber") {
        body.insert("referringMedicalRecordNumber".into(), json!(number));
    }
    for path in emptied(fields) {
        match path.split_once('.') {
            Some((group, key)) => {
                let group = body.entry(group).or_insert_with(|| json!({}));
                group[key] = if key == SSN { Value::Null } else { json!("") };
            }
            None => _ = body.insert(path.to_owned(), if path == "insurances" { json!([]) } else { json!("") }),
        }
    }
    (!body.is_empty()).then_some(Value::Object(body))
}

/// The paths of what is to be emptied.
pub(super) fn emptied(fields: &Fields) -> Vec<&str> {
    let named = objects(fields, "emptied").filter_map(|one| text(one, "name"));
    named.filter(|path| EMPTIED.iter().any(|(known, _)| known == path)).collect()
}

/// Whether a value is both filled in and to be emptied.
pub(super) fn contradicts_itself(fields: &Fields) -> Option<&'static str> {
    let filled = |path: &str| match path.split_once('.') {
        Some((group, key)) => text(object(fields, group), key).is_some(),
        None => text(fields, path).is_some() || objects(fields, path).next().is_some(),
    };
    let wanted = emptied(fields);
    EMPTIED.iter().find(|(path, _)| wanted.contains(path) && filled(path)).map(|(_, label)| *label)
}

/// `2026-01-31` of whatever begins so.
fn day(text: &str) -> String {
    text.get(..10).unwrap_or(text).to_owned()
}

/// An instant as the document's example writes it: UTC, to the millisecond.
fn instant(text: &str) -> String {
    match moment::instant(text) {
        Some(at) => at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
        None => text.to_owned(),
    }
}
