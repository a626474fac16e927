//! Illumina against records in the fields that the sheet names, and against a server of a few lines.

mod asking;
mod converting;
mod sending;

use std::collections::BTreeMap;

use rounds_domain::{
    patient::{Me, PersonName},
    pull::{Record, Rejected},
};
use serde_json::{Map, Value, value::RawValue};

use super::{
    Illumina,
    convert::{Allowed, Rules},
    open,
    record::{self, Seen},
};
use crate::seam::Account;

pub(super) const CASE: &str = include_str!("../../../fixtures/illumina/case.json");

pub(super) fn fields() -> Map<String, Value> {
    serde_json::from_str(CASE).expect("a fixture is a JSON object")
}

pub(super) fn rules() -> Rules {
    Rules {
        me: Me {
            id: Some("u1".into()),
            name: PersonName::of(Some("Ana Ruiz"), None),
            email: Some("ana@example.org".into()),
        },
        patches: true,
        read_comments: true,
        read_metadata: true,
        allowed: Allowed {
            comments: true,
            tags: true,
            turn_around_time: true,
            metadata: true,
            owners: true,
            attach_files: true,
            delete_files: true,
        },
    }
}

pub(super) fn read(text: &str) -> Result<Record, Rejected> {
    let raw: Box<RawValue> = serde_json::from_str(text).expect("JSON");
    match record::seen(&raw) {
        Seen::Fields(id, fields) => Ok(record::record(&id, fields, &rules())),
        Seen::Rejected(rejected) => Err(rejected),
    }
}

pub(super) fn converted(fields: Map<String, Value>) -> Record {
    read(&Value::Object(fields).to_string()).unwrap_or_else(|rejected| panic!("{rejected:?}"))
}

/// A client of a server of a few lines.
pub(super) fn system(base_url: &str, but: &[(&str, &str)]) -> Illumina {
    let given = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let mut settings = given(&[
        ("request_timeout_seconds", "1"),
        ("requests_per_second", "100"),
        ("records_per_page", "10"),
        ("page_reads", "1"),
        ("domain", "planted-domain"),
        ("workgroup", "planted-workgroup"),
        ("user_name", "Ana Ruiz"),
        ("read_comments", "false"),
        ("read_metadata", "false"),
        ("allow_comments", "true"),
        ("allow_tags", "true"),
        ("allow_turn_around_time", "true"),
        ("allow_metadata", "true"),
        ("allow_owners", "true"),
        ("allow_delete_files", "false"),
    ]);
    settings.extend(given(but));
    open(&Account {
        base_url: base_url.into(),
        settings,
        secrets: given(&[("apiKey", "planted-key")]),
        learned: BTreeMap::new(),
        session: None,
    })
    .expect("the account is good")
}
