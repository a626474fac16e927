//! Ambra against records in the document's own fields, and against a server of a few lines.

mod asking;
mod converting;
mod refusals;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rounds_domain::{
    item::ItemKind,
    moment::instant,
    pull::{Record, Slice},
};
use serde_json::{Map, Value, json};

use super::{
    Ambra,
    account::{Membership, Stages},
    convert::{Context, Locks, Rules},
    declaration, open, record,
    session::Session,
};
use crate::seam::Account;

pub(super) const STUDY: &str = include_str!("../../../fixtures/ambra/study.json");
pub(super) const CASE: &str = include_str!("../../../fixtures/ambra/case.json");
pub(super) const ORDER: &str = include_str!("../../../fixtures/ambra/order.json");

pub(super) fn fields(fixture: &str) -> Map<String, Value> {
    serde_json::from_str(fixture).expect("a fixture is a JSON object")
}

/// A fixture in which some fields are others.
pub(super) fn with(fixture: &str, changes: &Value) -> Map<String, Value> {
    let mut fields = fields(fixture);
    fields.extend(changes.as_object().cloned().unwrap_or_default());
    fields
}

pub(super) fn at(text: &str) -> DateTime<Utc> {
    instant(text).expect(text)
}

pub(super) fn session() -> Session {
    let text = json!({"sid": "planted-sid", "user": "e0000000-0000-4000-8000-000000000001", "name": "Ana Ruiz", "first": "Ana",
        "last": "Ruiz", "email": "ana@example.org", "time_zone": "Europe/Kyiv"});
    let mut session = Session::from_text(&text.to_string()).expect("a session");
    let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    session.account = Some(Membership {
        id: "acc".into(),
        name: Some("Northside".into()),
        permissions: ["case_edit", "study_tag", "study_star"].map(String::from).into(),
        stages: Stages {
            tags: texts(&["Unread", "Reading", "On Hold", "Final"]),
            default: Some("Unread".into()),
            mutex: texts(&["Reading"]),
            singleton: texts(&["Reading"]),
        },
    });
    session
}

pub(super) fn converted(kind: ItemKind, fields: Map<String, Value>) -> Record {
    converted_with(kind, fields, &Rules::default(), &Some(BTreeMap::new()))
}

pub(super) fn converted_with(kind: ItemKind, fields: Map<String, Value>, rules: &Rules, locks: &Locks) -> Record {
    let id = fields.get("uuid").and_then(Value::as_str).expect("a uuid").to_owned();
    let now = at("2026-01-19T10:00:00Z");
    record::record(kind, &id, fields, &Context { rules, session: &session(), locks, now })
}

/// A client whose session is there already.
pub(super) fn system(base_url: &str) -> Ambra {
    let given = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    let ambra = open(&Account {
        base_url: base_url.into(),
        settings: given(&[
            ("request_timeout_seconds", "1"),
            ("requests_per_second", "100"),
            ("records_per_page", "10"),
            (declaration::READ_REPORTS, "false"),
        ]),
        secrets: given(&[(declaration::LOGIN, "ana@example.org"), (declaration::PASSWORD, "planted-password")]),
        learned: BTreeMap::new(),
        session: None,
    })
    .expect("the account is good");
    ambra.hold(session());
    ambra
}

pub(super) const CHANGED: Slice = Slice::Changed { since: None };
