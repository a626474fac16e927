//! What a body must hold, by the document's example, the validation answers in the client's notes, and the client's own bodies. Every
//! property that none of them names is refused, as a validation with a whitelist does (inferred).

use serde_json::{Map, Value};

use super::errors::node;
use super::settings::PatientMode;

type Fields = Map<String, Value>;

/// What a property may be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    /// A text or null.
    MaybeText,
    /// A number or a text.
    Id,
    Number,
    Flag,
    /// `2026-01-31`, or null.
    MaybeDay,
    Day,
    Instant,
    /// An object, checked by its own rules.
    Object(Rules),
    /// A list of objects, at most so many.
    List(Rules, usize),
    /// A list of anything.
    Any,
}

/// A property: its name, what it may be, whether it must be there.
type Rule = (&'static str, Kind, bool);
type Rules = &'static [Rule];

const MCID: Rules = &[("MCID", Kind::Id, true)];
const LAB: Rules = &[("mcid", Kind::Text, true)];
const NPI: Rules = &[("npi", Kind::Text, true)];

const CONTACT: Rules = &[
    ("prefix", Kind::MaybeText, false),
    ("firstName", Kind::Text, true),
    ("middleName", Kind::MaybeText, false),
    ("lastName", Kind::Text, true),
    ("suffix", Kind::MaybeText, false),
    ("email", Kind::MaybeText, false),
    ("sex", Kind::Text, true),
    ("dateOfBirth", Kind::MaybeDay, true),
    ("phoneNumber", Kind::MaybeText, false),
    ("socialSecurityNumber", Kind::MaybeText, false),
    ("workPhone", Kind::MaybeText, false),
];
const ADDRESS: Rules = &[
    ("street1", Kind::Text, false),
    ("street2", Kind::MaybeText, false),
    ("city", Kind::Text, false),
    ("state", Kind::Text, false),
    ("zip", Kind::Text, false),
    ("countryCode", Kind::Text, false),
];
const INSURED: Rules = &[
    ("prefix", Kind::MaybeText, false),
    ("firstName", Kind::Text, true),
    ("middleName", Kind::MaybeText, false),
    ("lastName", Kind::Text, true),
    ("suffix", Kind::MaybeText, false),
    ("dateOfBirth", Kind::MaybeDay, false),
    ("sex", Kind::Text, false),
    ("homePhone", Kind::MaybeText, false),
    ("workPhone", Kind::MaybeText, false),
];
const HOME: Rules = &[("street1", Kind::Text, true), ("countryCode", Kind::Text, true)];
const INSURANCE: Rules = &[
    ("payer", Kind::Object(MCID), true),
    ("insuredRelationshipID", Kind::Number, true),
    ("insuredContact", Kind::Object(INSURED), true),
    ("insuredAddress", Kind::Object(HOME), true),
    ("memberNumber", Kind::Text, true),
    ("groupNumber", Kind::Text, true),
];
/// "Primary, secondary, tertiary".
const MOST_INSURANCES: usize = 3;
const PATIENT: Rules = &[
    ("insurances", Kind::List(INSURANCE, MOST_INSURANCES), true),
    ("contact", Kind::Object(CONTACT), true),
    ("address", Kind::Object(ADDRESS), true),
    ("medicationIDs", Kind::Any, true),
    ("referringMedicalRecordNumber", Kind::MaybeText, false),
];
const DIAGNOSIS: Rules = &[
    ("description", Kind::Text, true),
    ("codeSystem", Kind::Text, true),
    ("code", Kind::Text, true),
    ("mode", Kind::Text, false),
];
const PHYSICIAN: Rules = &[("npi", Kind::Text, true), ("relationship", Kind::Text, true)];
const PATHOLOGY: Rules = &[
    ("additionalDescription", Kind::MaybeText, false),
    ("anatomicalDistance", Kind::MaybeText, false),
    ("multiplier", Kind::MaybeText, false),
    ("pathologyStain", Kind::Object(MCID), false),
    ("ruleOuts", Kind::Any, false),
    ("specimenType", Kind::Object(MCID), false),
    ("tissueOrigin", Kind::Object(MCID), false),
    ("tissueOriginPrefix", Kind::Object(MCID), false),
    ("tissueOriginSuffix", Kind::Object(MCID), false),
    ("tissueType", Kind::Object(MCID), false),
];
const SPECIMEN: Rules = &[
    ("deleted", Kind::Flag, false),
    ("grossDescription", Kind::Text, false),
    ("parentSampleNumber", Kind::MaybeText, true),
    ("pathology", Kind::Object(PATHOLOGY), false),
    ("sampleNumber", Kind::Text, true),
    ("sampleType", Kind::Object(MCID), true),
    ("specimenModality", Kind::Text, false),
];
const CASE: Rules = &[
    ("caseNumber", Kind::Text, true),
    ("operation", Kind::Text, true),
    ("client", Kind::Object(NPI), false),
    ("dateOfService", Kind::Day, true),
    ("diagnoses", Kind::List(DIAGNOSIS, usize::MAX), true),
    ("disciplineIdentifier", Kind::Text, false),
    ("disciplineSpecialtyIdentifier", Kind::Text, false),
    ("isClientBilled", Kind::Flag, false),
    ("leanLab", Kind::Object(LAB), false),
    ("locationOfService", Kind::Object(NPI), false),
    ("modalityIdentifier", Kind::Text, false),
    ("subModalityIdentifier", Kind::Text, false),
    ("orderingApplication", Kind::Text, false),
    ("physicians", Kind::List(PHYSICIAN, usize::MAX), true),
    ("receivedDate", Kind::Instant, false),
    ("receivingLab", Kind::Object(LAB), false),
    ("requisitionNumber", Kind::Text, false),
    ("screening", Kind::Flag, false),
    ("specimens", Kind::List(SPECIMEN, usize::MAX), true),
    ("stat", Kind::Flag, true),
    ("testCase", Kind::Flag, true),
];

/// Whether everything that is required must be there, or only what is there be right.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whole {
    Yes,
    Changes,
}

/// What is wrong with a case; its patient is looked at by the mode.
pub(crate) fn case(body: &Fields, mode: PatientMode) -> Vec<Value> {
    let mut found = check(body, CASE, Whole::Yes, &["patient"]);
    if let Some(patient) = body.get("patient").filter(|patient| !patient.is_null()) {
        let inside = match patient.as_object() {
            None => vec![node("patient", &[("isObject", "patient must be an object".into())], vec![])],
            Some(fields) => of_case(fields, mode),
        };
        if !inside.is_empty() {
            found.push(node("patient", &[], inside));
        }
    }
    if body.get("operation").is_some_and(|operation| operation != "create") {
        found.push(node(
            "operation",
            &[("isIn", "operation must be one of the following values: create".into())],
            vec![],
        ));
    }
    found.extend(tree(body));
    found
}

fn of_case(patient: &Fields, mode: PatientMode) -> Vec<Value> {
    let names_record = patient.contains_key("MCID");
    match mode {
        // "No updates are accepted to the patient if the MCID is included."
        PatientMode::Option1 if names_record => check(patient, MCID, Whole::Yes, &[]),
        // The endpoint as it is knows nothing of an MCID.
        PatientMode::Legacy | PatientMode::Option1 => check(patient, PATIENT, Whole::Yes, &[]),
        PatientMode::Option2 => check(patient, PATIENT, Whole::Yes, &["MCID"]),
    }
}

/// What is wrong with a new patient record.
pub(crate) fn record(body: &Fields) -> Vec<Value> {
    check(body, PATIENT, Whole::Yes, &[])
}

/// What is wrong with changes of a patient record.
pub(crate) fn changes(body: &Fields) -> Vec<Value> {
    check(body, PATIENT, Whole::Changes, &[])
}

fn check(fields: &Fields, rules: Rules, whole: Whole, also: &[&str]) -> Vec<Value> {
    let mut found = Vec::new();
    for name in fields.keys() {
        if !also.contains(&name.as_str()) && !rules.iter().any(|(known, ..)| known == name) {
            found.push(node(name, &[("whitelistValidation", format!("property {name} should not exist"))], vec![]));
        }
    }
    for (name, kind, needed) in rules {
        let value = fields.get(*name);
        let absent = value.is_none_or(|value| value.is_null() && !may_be_null(*kind));
        if absent {
            if value.is_some() || (*needed && whole == Whole::Yes) {
                found.push(node(name, &[("isDefined", format!("{name} should not be null or undefined"))], vec![]));
            }
            continue;
        }
        if let Some(value) = value {
            found.extend(wrong(name, value, *kind, whole));
        }
    }
    found
}

fn may_be_null(kind: Kind) -> bool {
    matches!(kind, Kind::MaybeText | Kind::MaybeDay)
}

fn wrong(name: &str, value: &Value, kind: Kind, whole: Whole) -> Option<Value> {
    let say = |rule: &str, said: &str| Some(node(name, &[(rule, format!("{name} must be {said}"))], vec![]));
    let text = value.as_str();
    match kind {
        Kind::Text if text.is_none() => say("isString", "a string"),
        Kind::MaybeText if !(text.is_some() || value.is_null()) => say("isString", "a string"),
        Kind::Id if !(text.is_some() || value.is_u64()) => say("isString", "a string or a number"),
        Kind::Number if !value.is_u64() => say("isNumber", "a number"),
        Kind::Flag if !value.is_boolean() => say("isBoolean", "a boolean value"),
        Kind::Day if !text.is_some_and(is_day) => say("isDateString", "a valid ISO 8601 date string"),
        Kind::MaybeDay if !(value.is_null() || text.is_some_and(is_day)) => {
            say("isDateString", "a valid ISO 8601 date string")
        }
        Kind::Instant if text.is_none_or(|text| chrono::DateTime::parse_from_rfc3339(text).is_err()) => {
            say("isDateString", "a valid ISO 8601 date string")
        }
        Kind::Object(rules) => {
            let Some(fields) = value.as_object() else { return say("isObject", "an object") };
            let inside = check(fields, rules, whole, &[]);
            (!inside.is_empty()).then(|| node(name, &[], inside))
        }
        Kind::List(rules, most) => {
            let Some(items) = value.as_array() else { return say("isArray", "an array") };
            if items.len() > most {
                return say("arrayMaxSize", &format!("at most {most} elements"));
            }
            let inside: Vec<Value> = items
                .iter()
                .enumerate()
                .filter_map(|(at, item)| match item.as_object() {
                    None => Some(node(&at.to_string(), &[("isObject", format!("{at} must be an object"))], vec![])),
                    Some(fields) => {
                        let inside = check(fields, rules, Whole::Yes, &[]);
                        (!inside.is_empty()).then(|| node(&at.to_string(), &[], inside))
                    }
                })
                .collect();
            (!inside.is_empty()).then(|| node(name, &[], inside))
        }
        Kind::Any if !value.is_array() => say("isArray", "an array"),
        _ => None,
    }
}

fn is_day(text: &str) -> bool {
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Samples stand once each and come from one that is there.
fn tree(body: &Fields) -> Option<Value> {
    let samples = body.get("specimens")?.as_array()?;
    let number = |sample: &Value| sample["sampleNumber"].as_str().map(str::to_owned);
    let numbers: Vec<String> = samples.iter().filter_map(number).collect();
    let wrong: Vec<Value> = samples
        .iter()
        .enumerate()
        .filter_map(|(at, sample)| {
            let own = number(sample)?;
            let twice = numbers.iter().filter(|known| **known == own).count() > 1;
            let parent = sample["parentSampleNumber"].as_str();
            let lost = parent.is_some_and(|parent| parent == own || !numbers.iter().any(|known| known == parent));
            let said = match (twice, lost) {
                (true, _) => ("isUnique", "sampleNumber must be unique"),
                (_, true) => ("isParent", "parentSampleNumber must be the sampleNumber of another specimen"),
                _ => return None,
            };
            Some(node(&at.to_string(), &[(said.0, said.1.to_owned())], vec![]))
        })
        .collect();
    (!wrong.is_empty()).then(|| node("specimens", &[], wrong))
}
