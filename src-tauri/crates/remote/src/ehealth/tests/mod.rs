//! eHealth against the document's own words and against a server of a few lines.

mod converting;
mod reading;
mod refusals;
mod sending;

use std::collections::BTreeMap;

use rounds_domain::{
    item::{Identifier, IdentifierKind, ItemKind},
    pull::Record,
};
use serde_json::{Value, json, value::RawValue};

use super::{
    EHealth,
    convert::{Of, Rules},
    declaration, open, record,
};
use crate::seam::{Account, Target};

/// A specimen with everything that the sheet lists.
const SPECIMEN: &str = include_str!("../../../fixtures/ehealth/specimen.json");
const ID: &str = "aff00bf6-68bf-4b49-b66d-f031d48922b3";
const PATIENT: &str = "7075e0e2-6b57-47fd-aff7-324806efa7e5";
const NUMBER: &str = "1234-3224-2342-1233";

fn specimen() -> Value {
    serde_json::from_str(SPECIMEN).expect("a fixture is JSON")
}

/// The specimen with other fields.
fn with(fields: &Value) -> Value {
    let mut specimen = specimen();
    for (key, value) in fields.as_object().into_iter().flatten() {
        specimen[key.as_str()] = value.clone();
    }
    specimen
}

fn converted(specimen: &Value) -> Record {
    let raw: Box<RawValue> = serde_json::from_str(&specimen.to_string()).expect("JSON");
    let rules = Rules { my_user_id: Some("me".into()), allow_reject: true };
    let of = Of { patient: Some(PATIENT), name: Some("Ward B, bed 2") };
    record::read(&raw, of, &rules).unwrap_or_else(|rejected| panic!("rejected: {rejected:?}"))
}

fn page_of(specimens: &[Value], page: u32, pages: u32) -> String {
    let paging = json!({"page_number": page, "page_size": 50, "total_entries": specimens.len(), "total_pages": pages});
    json!({"meta": {"code": 200, "type": "list"}, "data": specimens, "paging": paging}).to_string()
}

fn account(base_url: &str, but: &[(&str, &str)]) -> Account {
    let mut settings: BTreeMap<String, String> = [
        (declaration::WATCHED_PATIENTS, format!("{PATIENT} = Ward B, bed 2\nsecond Ann")),
        (declaration::MY_NAME, "Ana Ruiz".into()),
        (declaration::MY_USER_ID, "me".into()),
        ("request_timeout_seconds", "1".into()),
        ("requests_per_second", "100".into()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into();
    settings.extend(but.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    let secrets = [(declaration::TOKEN, "planted-token"), (declaration::API_KEY, "planted-key")];
    Account {
        base_url: base_url.into(),
        settings,
        secrets: secrets.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        learned: BTreeMap::new(),
        session: None,
    }
}

fn system(base_url: &str) -> EHealth {
    open(&account(base_url, &[])).expect("the account is good")
}

/// A specimen as it is asked for again: with its number, and with its patient where that is known.
fn target(patient: Option<&str>) -> Target {
    let identifier = |kind, value: &str| Identifier { kind, label: String::new(), value: value.into(), issuer: None };
    let mut identifiers = vec![identifier(IdentifierKind::Accession, NUMBER)];
    identifiers.extend(patient.map(|patient| identifier(IdentifierKind::Patient, patient)));
    Target {
        external_id: ID.into(),
        kind: ItemKind::Specimen,
        parent: None,
        created: None,
        updated: None,
        feed_time: None,
        identifiers,
    }
}
