//! What of a specimen ends where, and what is made of odd values.

use rounds_domain::item::{IdentifierKind, ItemKind, StatusGroup};
use serde_json::{Value, json};

use super::{ID, NUMBER, PATIENT, converted, specimen, with};

fn refused(specimen: &Value, action: &str) -> Option<String> {
    let item = converted(specimen).item;
    item.offers.into_iter().find(|offer| offer.action == action).expect("it is named").refused
}

#[test]
fn a_specimen_is_told_by_its_number_its_container_and_the_patient_of_its_list() {
    let item = converted(&specimen()).item;
    assert_eq!((item.external_id.as_str(), item.kind), (ID, ItemKind::Specimen));
    assert_eq!(item.title.as_deref(), Some("Abscess, puncture"));
    let value = |kind| item.identifier(kind).map(|identifier| identifier.value.as_str());
    assert_eq!(value(IdentifierKind::Accession), Some(NUMBER));
    assert_eq!(value(IdentifierKind::Item), Some("1-ABC-4311"));
    assert_eq!(value(IdentifierKind::Patient), Some(PATIENT));
    let patient = item.patient.expect("the list says whose it is");
    assert_eq!(patient.external_id.as_deref(), Some(PATIENT));
    assert_eq!(patient.name.display().as_deref(), Some("Ward B, bed 2"), "as the laboratory writes it");
    assert_eq!(item.values["received_time"], Value::Null);
    assert_eq!(item.values["collected"], "2026-11-20T08:15:00Z");
    assert_eq!(item.values["status"], "available");
}

#[test]
fn every_listed_field_ends_somewhere_a_person_can_read_it() {
    let item =
        converted(&with(&json!({"received_time": "2026-11-20T09:00:00Z", "status_reason": {"text": "Why not"}}))).item;
    let shown = serde_json::to_string(&item).expect("JSON");
    for told in [
        "Abscess, puncture",
        "5 ml",
        "VENP",
        "Ankle",
        "Fasting",
        "2 min",
        "1-ABC-4311",
        "Tube",
        "Lavender top",
        "10 ml",
        "EDTA",
        "Hemolyzed",
        "Made-up note",
        "Why not",
        "ef30f210-5328-4f48-bfe6-c7150d4737a6",
        "9075e0e2-6b57-47fd-aff7-324806efa7e6",
        "7075e0e2-6b57-47fd-aff7-324806efa7e5",
        "7075e0e2-6b57-47fd-aff7-324806efa7e7",
        "3f1a6b64-0000-4000-8000-000000000001",
        "10000000-0000-4000-8000-000000000001",
        "2026-11-20T08:30:00.000Z",
        "2026-11-20T09:00:00Z",
    ] {
        assert!(shown.contains(told), "{told} is nowhere");
    }
    assert!(!shown.contains("5f1d7a84db388db2"), "a hash names nobody to a person");
    assert!(!item.facts.iter().any(|group| group.title == "Could not be read"), "{:?}", item.facts);
}

#[test]
fn receipt_is_a_time_and_no_status() {
    for (fields, group, known) in [
        (json!({}), StatusGroup::New, true),
        (json!({"received_time": "2026-11-20T09:00:00Z"}), StatusGroup::Done, true),
        (json!({"status": "AVAILABLE "}), StatusGroup::New, true),
        (json!({"status": "unsatisfactory"}), StatusGroup::Closed, true),
        (json!({"status": "unavailable", "received_time": "2026-11-20T09:00:00Z"}), StatusGroup::Closed, true),
        (json!({"status": "entered_in_error"}), StatusGroup::Closed, true),
        (json!({"status": "quarantined"}), StatusGroup::Active, false),
        (json!({"status": null}), StatusGroup::Active, false),
        (json!({"status": 42}), StatusGroup::Active, false),
    ] {
        let status = converted(&with(&fields)).item.status;
        assert_eq!((status.group, status.known), (group, known), "{fields}");
    }
}

#[test]
fn what_can_be_done_is_offered_and_else_says_why_not() {
    assert_eq!(refused(&specimen(), "receive"), None);
    assert_eq!(refused(&specimen(), "reject"), None);
    for (fields, action, said) in [
        (json!({"received_time": "2026-11-20T09:00:00Z"}), "receive", "does not change that"),
        (json!({"status": "entered_in_error"}), "receive", "“entered in error”"),
        (json!({"status": "unavailable"}), "reject", "“unavailable”"),
        (json!({"status": null}), "receive", "does not say"),
        (json!({}), "cancel", "digital signature"),
    ] {
        let why = refused(&with(&fields), action).unwrap_or_else(|| panic!("{fields}: {action} is offered"));
        assert!(why.contains(said), "{fields}: {why}");
    }
    assert_eq!(
        refused(&with(&json!({"received_time": "2026-11-20T09:00:00Z"})), "reject"),
        None,
        "a received one can be bad"
    );
}

#[test]
fn times_are_compared_as_instants_and_one_that_cannot_be_read_is_a_value_all_the_same() {
    let value = |fields: &Value, key: &str| converted(&with(fields)).item.values[key].clone();
    for text in ["2026-11-20T11:00:00+02:00", "2026-11-20T09:00:00.000Z", "2026-11-20 09:00:00+00"] {
        assert_eq!(value(&json!({"received_time": text}), "received_time"), "2026-11-20T09:00:00Z", "{text}");
    }
    assert_eq!(value(&json!({"received_time": "this morning"}), "received_time"), "this morning");
    let period =
        json!({"collection": {"collected_period": {"start": "2026-11-20T08:00:00Z", "end": "2026-11-20T09:00:00Z"}}});
    assert_eq!(value(&period, "collected"), "2026-11-20T08:00:00Z", "what lies within is for eHealth to judge");
    assert_eq!(value(&json!({"collection": null}), "collected"), Value::Null);
    let proofs = |fields: &Value| converted(&with(fields)).item.proofs;
    assert!(proofs(&json!({})).is_empty());
    assert_eq!(proofs(&json!({"received_time": "2026-11-20T09:00:00Z", "updated_by": "me"})).len(), 2);
}

#[test]
fn odd_values_are_named_and_cost_nothing_else() {
    let odd = with(&json!({
        "type": {"x": {}}, "container": "a tube", "collection": "yesterday", "inserted_at": {"a": 1}, "accession_identifier": 12,
        "request": null, "unknown": [1],
    }));
    let record = converted(&odd);
    assert_eq!(record.item.identifier(IdentifierKind::Accession).map(|number| number.value.as_str()), Some("12"));
    let unread = record.item.facts.iter().find(|group| group.title == "Could not be read").expect("they are named");
    let mut paths: Vec<&str> = unread.facts.iter().map(|fact| fact.label.as_str()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["collection", "container", "inserted_at", "type"]);
    assert_eq!(serde_json::from_str::<Value>(&record.raw).expect("JSON"), odd, "all of it is kept");
}

#[test]
fn the_fingerprint_changes_with_what_is_said_and_with_whose_it_is() {
    let print = |value: &Value| converted(value).fingerprint;
    assert_eq!(print(&specimen()), print(&serde_json::from_str(&specimen().to_string()).expect("JSON")));
    assert_ne!(print(&specimen()), print(&with(&json!({"note": "Another"}))));
    let raw: Box<serde_json::value::RawValue> = serde_json::from_str(&specimen().to_string()).expect("JSON");
    let nobodys = super::Of { patient: None, name: None };
    let nobodys = super::record::read(&raw, nobodys, &super::Rules::default()).expect("a record");
    assert_ne!(nobodys.fingerprint, print(&specimen()), "once it is known whose it is, it is written anew");
    assert!(nobodys.item.flags.iter().any(|flag| flag.label == "Patient not known"));
}
