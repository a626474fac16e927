//! CareValidate against the document's own examples and against a server of a few lines.

mod odd_values;
mod reading;
mod refusals;
mod sending;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rounds_domain::{
    item::{ItemKind, Priority},
    moment::{Moment, instant},
    pull::{Page, Record, Slice},
};
use serde_json::{Value, json, value::RawValue};

use super::{CareValidate, actions, convert::Rules, declaration, open, record, window::WindowField};
use crate::seam::{Account, RemoteSystem, Target};

/// The document's complete response example, to the letter.
pub(super) const COMPLETE: &str = include_str!("../../../fixtures/carevalidate/complete-example.json");
/// A page with real values of made-up people.
pub(super) const SECOND: &str = include_str!("../../../fixtures/carevalidate/second-example.json");

/// The one case of a fixture.
pub(super) fn case_of(fixture: &str) -> Value {
    let reply: Value = serde_json::from_str(fixture).expect("a fixture is JSON");
    reply.pointer("/data/cases/0").expect("a fixture has a case").clone()
}

pub(super) fn rules() -> Rules {
    Rules {
        organization: Some("Northside".into()),
        turnaround: chrono::TimeDelta::try_hours(48),
        escalated: Priority::Urgent,
        submitter_is_patient: true,
        portal_url: Some("https://portal.example.org/cases/{caseId}".into()),
        window_field: WindowField::Created,
    }
}

/// A case read with its attachments.
pub(super) fn converted(case: &Value) -> Record {
    let raw: Box<RawValue> = serde_json::from_str(&case.to_string()).expect("JSON");
    record::read(&raw, &rules(), true).unwrap_or_else(|rejected| panic!("rejected: {rejected:?}"))
}

fn account(base_url: &str) -> Account {
    let given = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    };
    Account {
        base_url: base_url.into(),
        settings: given(&[
            (declaration::AUTHOR_EMAIL, "ana@example.org"),
            (declaration::AUTHOR_FIRST_NAME, "Ana"),
            (declaration::AUTHOR_LAST_NAME, "Ruiz"),
            ("request_timeout_seconds", "1"),
            ("requests_per_second", "100"),
        ]),
        secrets: given(&[(declaration::API_KEY, "planted-key")]),
        learned: BTreeMap::new(),
        session: None,
    }
}

fn system(base_url: &str) -> CareValidate {
    open(&account(base_url)).expect("the account is good")
}

fn at(text: &str) -> DateTime<Utc> {
    instant(text).expect(text)
}

fn window(from: &str, to: &str) -> Slice {
    Slice::Window { from: at(from), to: at(to) }
}

fn target(id: &str, created: &str) -> Target {
    Target {
        external_id: id.into(),
        kind: ItemKind::Case,
        parent: None,
        created: Some(Moment::read(created)),
        updated: None,
        feed_time: Some(at(created)),
        identifiers: vec![],
    }
}

/// A page of cases, as CareValidate would send it.
fn page_of(cases: &[Value], next: Option<&str>) -> String {
    let end = next.map_or(json!("last"), |next| json!(next));
    json!({"status": 200, "success": true, "data": {"cases": cases, "count": cases.len(), "pageInfo": {
        "cursor": {"start": "first", "end": end}, "hasNextPage": next.is_some(), "hasPreviousPage": false}}})
    .to_string()
}

async fn pull(system: &CareValidate, cursor: Option<&str>) -> Result<Page, rounds_domain::error::RemoteError> {
    let slice = window("2026-10-01T00:00:00Z", "2026-11-01T00:00:00Z");
    system.pull(declaration::FEED, &slice, cursor, at("2026-11-22T00:00:00Z")).await
}
