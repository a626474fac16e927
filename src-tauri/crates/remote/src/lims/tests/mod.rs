//! The LIMS against the document's own example and against a server of a few lines.

mod answers;
mod bodies;
mod wire;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Lims, declaration, open, testing::action};
use crate::seam::Account;

/// The document's example to the letter. It is not JSON: it begins with a member, has comments and trailing commas, and lacks a comma
/// after `socialSecurityNumber`.
const SOURCE: &str = include_str!("../../../fixtures/lims/source-example.txt");
/// The same, repaired.
const REPAIRED: &str = include_str!("../../../fixtures/lims/example-repaired.json");

fn words(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

/// A laboratory with these settings.
fn lab(base_url: &str, settings: &[(&str, &str)]) -> Lims {
    let mut given = words(&[("request_timeout_seconds", "1"), ("requests_per_second", "100")]);
    given.extend(words(settings));
    let account = Account {
        base_url: base_url.into(),
        settings: given,
        secrets: words(&[(declaration::TOKEN, "planted-token")]),
        learned: BTreeMap::new(),
        session: None,
    };
    open(&account).expect("the account is good")
}

/// What a person fills in to get the document's example.
fn example() -> Value {
    let insurance = json!({"payer": "1234", "insuredRelationshipID": 12, "insuredContact": {"sex": "M"},
        "memberNumber": "SomeNumber", "groupNumber": "SomeNumber"});
    json!({
        "insurances": [insurance, insurance],
        "contact": {"firstName": "TEST", "lastName": "TEST", "sex": "M", "dateOfBirth": "1952-01-01"},
        "address": {"street1": "4115 Tall Trees Ln", "city": "St Augustine", "state": "FL", "zip": "32086-5884", "countryCode": "US"},
        "referringMedicalRecordNumber": "11731",
    })
}

/// A case with that patient.
fn case(patient: &Value) -> Value {
    let mut case = json!({"caseNumber": "TST23-00014", "dateOfService": "2023-06-01", "requisitionNumber": "LGEC_32541",
    "receivedDate": "2022-10-18T05:11:00+02:00", "stat": true, "testCase": false,
    "client": {"npi": "1841363512"}, "receivingLab": "APS_Lab",
    "diagnoses": [{"code": "Z12.11", "codeSystem": "ICD10", "mode": "Pre-Op"}],
    "physicians": [{"npi": "1558371450", "relationship": "ordering"}],
    "specimens": [
        {"sampleNumber": "-A", "sampleType": "Specimen", "tissueOrigin": "(GI) Anus"},
        {"sampleNumber": "-A-1", "sampleType": "Cassette", "parentSampleNumber": "-A"},
        {"sampleNumber": "-A-1-1", "sampleType": "Slide", "parentSampleNumber": "-A-1", "pathologyStain": "H&E"},
    ]});
    for (key, value) in patient.as_object().cloned().unwrap_or_default() {
        case[key.as_str()] = value;
    }
    case
}
