//! What is served, against the source document.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::{SYSTEM, WINDOW, send, start, start_with};
use rounds_simulator::{Options, Temperament};
use serde_json::{Value, json};

fn fixture(name: &str) -> Value {
    let path = format!("{}/fixtures/carevalidate/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Every path of keys in it, list places left out: `data.cases[].submitter.email`.
fn key_paths(value: &Value, at: &str, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                let path = format!("{at}.{name}");
                into.insert(path.clone());
                key_paths(field, &path, into);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| key_paths(item, &format!("{at}[]"), into)),
        _ => {}
    }
}

const EVERYTHING: &str = "includeAttachments=true&includeOrders=true&includeCalendarEvents=true&recordsPerPage=100";

#[tokio::test]
async fn the_keys_are_those_of_the_complete_example() {
    let bench = start(2_000, Temperament::Kind).await;
    let example = fixture("complete-example.json");
    let top = &example["data"]["cases"][0];
    let mut expected = BTreeSet::new();
    key_paths(&example, "", &mut expected);
    let mut served = BTreeSet::new();
    for format in ["url", "base64"] {
        let page = bench.get(&format!("{WINDOW}&{EVERYTHING}&documentFormat={format}")).await;
        key_paths(&page, "", &mut served);
        for case in page["data"]["cases"].as_array().unwrap() {
            let keys: BTreeSet<_> = case.as_object().unwrap().keys().collect();
            assert_eq!(keys, top.as_object().unwrap().keys().collect(), "keys of case {}", case["id"]);
        }
    }
    let missing: Vec<_> = expected.difference(&served).collect();
    let invented: Vec<_> = served.difference(&expected).collect();
    assert!(missing.is_empty(), "keys of the document's example that no case has: {missing:?}");
    assert!(invented.is_empty(), "keys that the document's example doesn't have: {invented:?}");
}

#[tokio::test]
async fn an_edited_case_has_the_same_keys_as_before() {
    let bench = start(50, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    let before = bench.shown(&case).await;
    bench.sim.edit(SYSTEM, &json!({"caseId": case["id"], "set": {"title": "changed"}})).unwrap();
    let after = bench.shown(&case).await;
    assert_eq!(after["title"], "changed");
    let keys = |case: &Value| case.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&before), keys(&after));
}

#[tokio::test]
async fn every_documented_error_body_is_the_documents() {
    let bench = start(20, Temperament::Kind).await;
    let errors = fixture("errors.json");
    for (query, name) in [
        ("endTime=2024-01-31T23:59:59Z", "missing-parameter"),
        ("startTime=lately&endTime=2024-01-31T23:59:59Z", "missing-parameter"),
        ("startTime=2024-01-31T00:00:00Z&endTime=2024-01-01T00:00:00Z", "invalid-date-range"),
        ("startTime=2024-01-31T00:00:00Z&endTime=2024-01-31T00:00:00Z", "invalid-date-range"),
        ("startTime=2024-01-01T00:00:00Z&endTime=2024-03-31T00:00:00Z", "date-range-too-large"),
        ("startTime=2024-01-01T00:00:00Z&endTime=2024-01-31T00:00:00Z&status=OPEN,DONE", "invalid-status"),
    ] {
        let reply = bench.try_get(query).await.unwrap();
        assert_eq!(reply.json(), errors[name], "{query} should be answered as {name}");
        assert_eq!(u64::from(reply.status), errors[name]["status"], "{query}");
    }
    for headers in [&[][..], &[("cv-api-key", "wrong")][..]] {
        let reply = send("GET", &format!("{}/api/v1/cases?{WINDOW}", bench.base()), headers, b"").await.unwrap();
        assert_eq!((reply.status, reply.json()), (401, errors["unauthorized"].clone()));
    }
}

#[tokio::test]
async fn what_was_not_asked_for_is_absent() {
    let bench = start(200, Temperament::Kind).await;
    let page = bench.get(&format!("{WINDOW}&recordsPerPage=100")).await;
    for case in page["data"]["cases"].as_array().unwrap() {
        for key in ["orders", "calendarEvents", "attachments"] {
            assert!(case.get(key).is_none(), "{key} was not asked for");
        }
        assert!(case["comments"].as_array().unwrap().iter().all(|comment| comment.get("attachments").is_none()));
        assert!(case["products"].is_array(), "products is always present");
    }
}

#[tokio::test]
async fn twenty_are_a_page_and_count_counts_its_rows() {
    let bench = start(2_000, Temperament::Kind).await;
    let page = bench.get(WINDOW).await;
    assert_eq!(page["data"]["cases"].as_array().unwrap().len(), 20);
    assert_eq!(page["data"]["count"], 20);
    let cursor = &page["data"]["pageInfo"]["cursor"];
    assert_eq!(cursor["start"], page["data"]["cases"][0]["id"]);
    assert_eq!(cursor["end"], page["data"]["cases"][19]["id"]);
    let empty = bench.get("startTime=2020-01-01T00:00:00Z&endTime=2020-01-02T00:00:00Z").await;
    assert_eq!(
        empty["data"],
        json!({"cases": [], "count": 0, "pageInfo": {"cursor": {"start": null, "end": null}, "hasNextPage": false, "hasPreviousPage": false}})
    );
    let unknown = bench.try_get(&format!("{WINDOW}&after=00000000-0000-4000-8000-000000000000")).await.unwrap();
    assert_eq!(
        (unknown.status, unknown.json()["success"].clone()),
        (400, json!(false)),
        "an unknown cursor is refused"
    );
}

#[tokio::test]
async fn paging_visits_every_case_of_every_window_once() {
    let bench = start(1_500, Temperament::Kind).await;
    let mut seen = Vec::new();
    let mut start: chrono::DateTime<chrono::Utc> = common::NOW.parse().unwrap();
    for _ in 0..8 {
        let from = start - chrono::TimeDelta::days(59);
        // Inclusive at both ends: the next window ends a millisecond before this one starts.
        let query = format!("startTime={}&endTime={}", from.format("%FT%T%.3fZ"), start.format("%FT%T%.3fZ"));
        let cases = bench.sweep(&format!("{query}&recordsPerPage=37")).await;
        assert!(
            cases.is_sorted_by_key(|case| case["createdAt"].as_str().unwrap().to_owned()),
            "kind lists by creation"
        );
        seen.extend(cases.into_iter().map(|case| case["id"].as_str().unwrap().to_owned()));
        start = from - chrono::TimeDelta::milliseconds(1);
    }
    let distinct: BTreeSet<_> = seen.iter().collect();
    assert_eq!((seen.len(), distinct.len()), (1_500, 1_500), "each case exactly once");
}

#[tokio::test]
async fn a_status_filter_shows_those_and_no_others() {
    let bench = start(1_000, Temperament::Kind).await;
    let all = bench.sweep(&format!("{WINDOW}&recordsPerPage=100")).await;
    let some = bench.sweep(&format!("{WINDOW}&recordsPerPage=7&status=REJECTED,IN_PROGRESS")).await;
    let wanted = |case: &&Value| case["status"] == "REJECTED" || case["status"] == "IN_PROGRESS";
    assert_eq!(some.len(), all.iter().filter(wanted).count());
    assert!(some.iter().all(|case| wanted(&case)) && !some.is_empty());
}

#[tokio::test]
async fn same_seed_same_data_and_another_seed_another() {
    let options = |seed| Options {
        seed,
        items: 120,
        temperament: Temperament::Kind,
        systems: vec![common::SYSTEM.to_owned()],
        now: Some(common::NOW.parse().unwrap()),
        ..Options::default()
    };
    let (one, two, other) = (start_with(options(7)).await, start_with(options(7)).await, start_with(options(8)).await);
    let query = format!("{WINDOW}&includeOrders=true&includeCalendarEvents=true&recordsPerPage=100");
    let first = one.try_get(&query).await.unwrap().body;
    assert_eq!(first, two.try_get(&query).await.unwrap().body);
    assert_ne!(first, other.try_get(&query).await.unwrap().body);
    // And the parts on request don't change the rest.
    let with_files = one.get(&format!("{query}&includeAttachments=true&documentFormat=base64")).await;
    assert_eq!(with_files["data"]["cases"][0]["responses"], one.get(&query).await["data"]["cases"][0]["responses"]);
}

#[tokio::test]
async fn the_window_can_be_switched_to_updated_at() {
    let bench = start(100, Temperament::Kind).await;
    let case = bench.case_that(|case| case["createdAt"].as_str().unwrap() < "2025-06");
    let window = "startTime=2026-02-05T00:00:00Z&endTime=2026-02-07T00:00:00Z";
    bench.sim.edit(SYSTEM, &json!({"caseId": case["id"], "set": {"updatedAt": "2026-02-06T00:00:00.000Z"}})).unwrap();
    assert_eq!(bench.sweep(window).await.len(), 0);
    bench.sim.change_settings(SYSTEM, &json!({"windowField": "updatedAt"})).unwrap();
    assert_eq!(bench.sweep(window).await[0]["id"], case["id"]);
}

#[tokio::test]
async fn signed_urls_are_fresh_short_lived_and_take_no_key() {
    let bench = start(400, Temperament::Kind).await;
    let query = format!("{WINDOW}&{EVERYTHING}");
    let urls = || async {
        let page = bench.get(&format!("{query}&documentFormat=url")).await;
        let cases = page["data"]["cases"].as_array().unwrap().clone();
        let files = cases.iter().flat_map(|case| case["attachments"].as_array().unwrap().clone());
        files
            .map(|file| (file["fileName"].as_str().unwrap().to_owned(), file["url"].as_str().unwrap().to_owned()))
            .collect::<Vec<_>>()
    };
    let (first, second) = (urls().await, urls().await);
    assert!(!first.is_empty());
    assert!(first.iter().all(|one| !second.contains(one)), "each read gets its own URLs");
    for (name, url) in &first {
        let reply = send("GET", url, &[], b"").await.unwrap();
        assert_eq!(reply.status, 200);
        let (start, content_type): (&[u8], _) = match name.rsplit('.').next().unwrap() {
            "png" => (b"\x89PNG", "image/png"),
            "pdf" => (b"%PDF-1.4", "application/pdf"),
            _ => (b"Made-up", "text/plain; charset=utf-8"),
        };
        assert!(reply.body.starts_with(start), "{name}");
        assert_eq!(reply.header("content-type"), Some(content_type));
    }
    let url = &first[0].1;
    let refused = send("GET", url, &[("cv-api-key", &bench.key())], b"").await.unwrap();
    assert_eq!(refused.status, 403);
    assert_eq!(bench.sim.violations().len(), 1, "a key at a signed URL is a violation");
    bench.sim.clock().set_offset_seconds(901);
    assert_eq!(send("GET", url, &[], b"").await.unwrap().status, 403, "it expired after 15 minutes");
}
