//! Cases become items, whatever stands in them.

use rounds_domain::item::{IdentifierKind, StatusGroup};
use serde_json::{Value, json};

use super::{converted, fields, read};

#[test]
fn every_field_that_the_sheet_names_ends_somewhere() {
    let item = converted(fields()).item;
    assert_eq!(item.external_id, "cf2136dd-1b32-4a55-99d2-af941cf355dc", "the UUID names it, never the display id");
    let patient = item.patient.as_ref().expect("the proband is disclosed");
    assert_eq!(patient.name.display().as_deref(), Some("TESTOVA, Iryna"), "the proband, not the first subject");
    assert_eq!(item.identifier(IdentifierKind::Mrn).map(|mrn| mrn.value.as_str()), Some("20000001"));
    assert_eq!(item.identifier(IdentifierKind::Display).map(|case| case.value.as_str()), Some("NSG-24-10261"));
    let samples: Vec<&str> = item
        .identifiers
        .iter()
        .filter(|identifier| identifier.kind == IdentifierKind::Item)
        .map(|identifier| identifier.value.as_str())
        .collect();
    assert_eq!(samples, ["S0000002M", "S0000001P"]);
    assert_eq!(item.title.as_deref(), Some("Whole genome, rare disease trio"));
    assert_eq!(
        (item.status.word.as_deref(), item.status.group, item.status.known),
        (Some("In Progress/QC_WARNING"), StatusGroup::Waiting, true)
    );
    for moment in [&item.due, &item.created, &item.updated] {
        assert!(moment.as_ref().is_some_and(|moment| moment.at.is_some()));
    }
    assert_eq!(item.assignees[0].id.as_deref(), Some("u2"));
    let flags: Vec<&str> = item.flags.iter().map(|flag| flag.label.as_str()).collect();
    assert_eq!(flags, ["QC warning", "#trio", "#research-consent"]);
    let comments: Vec<(Option<&str>, &str)> =
        item.comments.iter().map(|comment| (comment.id.as_deref(), comment.text.as_str())).collect();
    assert_eq!(
        comments,
        [(Some("k1"), "Please phase it."), (Some("7"), "Coverage is low.")],
        "by time, under either name"
    );
    let me = item.comments[0].author.as_ref().expect("an author");
    assert_eq!(me.name.plain().as_deref(), Some("Ana Ruiz"), "an e-mail that is mine is me");
    assert_eq!(item.attachments.as_ref().map(Vec::len), Some(1));
    assert_eq!(
        Value::Object(item.values.clone()),
        json!({"state": "In Progress/QC_WARNING", "tags": ["research-consent", "trio"], "turn_around_time": 28,
            "custom_metadata": {"Batch": "974", "Site": "South"}, "owner": "u2"})
    );
    let facts: Vec<&str> = item.facts.iter().flat_map(|group| &group.facts).map(|fact| fact.value.as_str()).collect();
    for wanted in ["Maple Hollow Hospital", "974", "NSG.vcf.gz", "28", "Complete · 4.3.13 · 2026-01-10T00:00:00Z"] {
        assert!(facts.contains(&wanted), "{wanted} is shown nowhere: {facts:?}");
    }
}

#[test]
fn no_signed_address_and_no_contents_are_kept() {
    let record = converted(fields());
    assert!(!record.raw.contains("secret") && !record.raw.contains("c2VjcmV0"), "{}", record.raw);
    assert!(record.raw.contains("https://store.example.org/f1"));
}

#[test]
fn statuses_are_kept_as_they_come_and_grouped_as_the_mapping_says() {
    for (status, sub_state, group, known) in [
        (json!("Draft"), json!("MISSING_SAMPLE_INFORMATION"), StatusGroup::New, true),
        (json!("New"), json!(null), StatusGroup::New, true),
        (json!("In Progress"), json!("PROCESSING"), StatusGroup::Active, true),
        (json!("In Progress"), json!("AWAITING_MOLECULAR_DATA"), StatusGroup::Waiting, true),
        (json!("In Progress"), json!("HAS_ISSUE"), StatusGroup::Waiting, true),
        (json!("In Progress"), json!("FAILED_TO_ANNOTATE"), StatusGroup::Active, true),
        (json!("In Progress"), json!("READY_FOR_DELIVERY"), StatusGroup::Active, true),
        (json!("IN_PROGRESS"), json!("QC_WARNING"), StatusGroup::Waiting, true),
        (json!("Complete"), json!("DELIVERED"), StatusGroup::Done, true),
        (json!("Canceled"), json!("CLOSED"), StatusGroup::Closed, true),
        (json!("Deletion"), json!("DELETION_IN_PROGRESS"), StatusGroup::Closed, true),
        (json!("On Sabbatical"), json!("CLOSED"), StatusGroup::Active, false),
        (json!("In Progress"), json!("SOMETHING_NEW"), StatusGroup::Active, false),
        (json!(42), json!(null), StatusGroup::Active, false),
        (json!(null), json!(null), StatusGroup::New, true),
    ] {
        let case = json!({"id": "1", "status": status, "subState": sub_state});
        let read = read(&case.to_string()).expect("a case").item.status;
        assert_eq!((read.group, read.known), (group, known), "{case}");
    }
}

#[test]
fn only_what_the_state_allows_is_offered_and_the_rest_says_why() {
    let refused = |sub_state: &str, action: &str| {
        let case = json!({"id": "1", "status": "In Progress", "subState": sub_state});
        let item = read(&case.to_string()).expect("a case").item;
        let offer = item.offers.into_iter().find(|offer| offer.action == action).expect(action);
        (offer.refused, offer.targets)
    };
    assert_eq!(refused("QC_WARNING", "qc-override").0, None);
    assert!(refused("PROCESSING", "qc-override").0.is_some_and(|why| why.contains("no QC warning")));
    assert!(refused("PROCESSING", "process").0.is_some());
    assert_eq!(refused("READY_FOR_PROCESSING", "process").0, None);
    assert_eq!(
        refused("DELIVERY_IN_PROGRESS", "status").1,
        ["In Progress/READY_FOR_DELIVERY", "Complete/DELIVERED"],
        "each target but the state it is in"
    );
    assert!(refused("QC_WARNING", "untag").0.is_some_and(|why| why.contains("no tags")));
}

#[test]
fn any_change_of_a_type_leaves_a_record_and_says_what_could_not_be_read() {
    let others = [
        json!(null),
        json!(42),
        json!(true),
        json!("text"),
        json!([]),
        json!({}),
        json!([1, null, {"a": []}]),
        json!({"a": {"b": 1}}),
    ];
    let whole = fields();
    for key in whole.keys().filter(|key| *key != "id") {
        for other in &others {
            let mut changed = whole.clone();
            changed.insert(key.clone(), other.clone());
            let record = converted(changed);
            assert_eq!(record.item.external_id, "cf2136dd-1b32-4a55-99d2-af941cf355dc", "{key}: {other}");
        }
        let mut without = whole.clone();
        without.remove(key);
        converted(without);
    }
    let mut odd = whole;
    odd.insert("caseSubjects".into(), json!("none"));
    let facts = converted(odd).item.facts;
    let told = facts.iter().flat_map(|group| &group.facts).any(|fact| fact.value == "caseSubjects");
    assert!(told, "what could not be read is named: {facts:?}");
}

#[test]
fn a_record_without_a_usable_id_is_rejected_with_a_reason() {
    for (text, reason) in [
        (r#"{"displayId":"X"}"#, "missing"),
        (r#"{"id":null}"#, "empty"),
        (r#"{"id":["a"]}"#, "a list"),
        (r#"{"id":" "}"#, "a blank text"),
        ("[]", "a list instead of a case"),
        ("null", "empty instead of a case"),
    ] {
        let rejected = read(text).expect_err(text);
        assert!(rejected.reason.contains(reason), "{text}: {}", rejected.reason);
    }
    assert_eq!(read(r#"{"id":42}"#).expect("a number is an id").item.external_id, "42");
}

#[test]
fn the_fingerprint_changes_with_what_is_said_and_not_with_the_files() {
    let base = converted(fields()).fingerprint;
    let with = |key: &str, value: Value| {
        let mut changed = fields();
        changed.insert(key.into(), value);
        converted(changed).fingerprint
    };
    assert_ne!(with("subState", json!("PROCESSING")), base);
    assert_ne!(with("rounds_comments", json!([])), base);
    assert_ne!(with("rounds_custom_metadata", json!(null)), base);
    assert_ne!(with("new", json!(1)), base, "a field that nobody knows");
    let mut more = fields()["rounds_files"].clone();
    more[0]["url"] = json!("https://store.example.org/f1?signature=another");
    assert_eq!(with("rounds_files", more), base);
}
