use std::collections::BTreeSet;

use rounds_domain::{
    detail::Verdict,
    item::{IdentifierKind, ItemKind, Priority, StatusGroup},
    moment::instant,
    pull::Record,
};
use serde_json::{Value, json};

use crate::carevalidate::{
    convert::Rules,
    tests::{COMPLETE, SECOND, case_of, converted, rules},
};

/// Calls `change` with the path and value of each leaf.
fn leaves(value: &mut Value, path: &str, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter_mut() {
                leaves(value, &format!("{path}.{key}"), change);
            }
        }
        Value::Array(items) => {
            for item in items {
                leaves(item, &format!("{path}[]"), change);
            }
        }
        leaf => change(path, leaf),
    }
}

fn shown(record: &Record) -> String {
    serde_json::to_string(&(&record.item, &record.children)).expect("an item is JSON")
}

#[test]
fn the_documents_complete_example_is_kept_leaf_by_leaf() {
    let mut case = case_of(COMPLETE);
    let record = converted(&case);
    let mut kept: Value = serde_json::from_str(&record.raw).expect("raw is JSON");
    let mut expected = BTreeSet::new();
    leaves(&mut case, "", &mut |path, leaf| {
        if !path.ends_with("attachments[].url") && !path.ends_with("attachments[].content") {
            expected.insert((path.to_owned(), leaf.to_string()));
        }
    });
    let mut found = BTreeSet::new();
    leaves(&mut kept, "", &mut |path, leaf| {
        found.insert((path.to_owned(), leaf.to_string()));
    });
    assert_eq!(found, expected);
    assert_eq!(record.item.created.as_ref().and_then(|created| created.at), None);
    assert_eq!(record.item.created.map(|created| created.text).as_deref(), Some("string (ISO 8601)"));
}

/// What has no place in a work item, and why. Everything else in the document has one.
const NOT_SHOWN: [&str; 4] = [
    // Signed addresses and contents are never kept.
    "attachments[].url",
    "attachments[].content",
    // An answer is known by its form and question.
    ".responses[].responses[].id",
    // The order of questions, which they are shown in.
    ".question.index",
];

#[test]
fn each_documented_value_reaches_the_work_item() {
    // Every leaf gets a value of its own; null ones too, since the tables give them a type.
    let mut case = case_of(COMPLETE);
    case["responses"][0]["responses"][0]["question"]["options"] = json!(["one"]);
    case["comments"][0]["forms"] = json!(["one"]);
    let mut planted = Vec::new();
    leaves(&mut case, "", &mut |path, leaf| {
        let unique = format!("planted{}x", planted.len());
        match leaf {
            Value::Bool(_) => return,
            Value::Number(_) => *leaf = json!(7_000_000 + planted.len()),
            _ => *leaf = json!(unique),
        }
        planted.push((path.to_owned(), leaf.clone()));
    });
    assert!(planted.len() > 150, "only {} leaves", planted.len());
    let shown = shown(&converted(&case));
    for (path, value) in planted {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let hidden = NOT_SHOWN.iter().any(|hidden| path.ends_with(hidden));
        assert_eq!(shown.contains(&value), !hidden, "{path}");
    }
}

#[test]
fn each_documented_yes_or_no_reaches_the_work_item() {
    // Each is turned in the complete example, with everything beside it as it is there: the item must differ.
    let case = case_of(COMPLETE);
    let mut paths = Vec::new();
    leaves(&mut case.clone(), "", &mut |path, leaf| {
        if leaf.is_boolean() {
            paths.push(path.to_owned());
        }
    });
    let base = shown(&converted(&case));
    for wanted in paths.iter().filter(|path| !path.starts_with(".notes[].isRestricted")) {
        let mut turned = case.clone();
        leaves(&mut turned, "", &mut |path, leaf| {
            if let (true, Value::Bool(yes)) = (path == wanted, leaf) {
                *yes = !*yes;
            }
        });
        // A note's attachment is internal either way.
        if wanted == ".notes[].attachments[].isRestricted" {
            continue;
        }
        assert_ne!(shown(&converted(&turned)), base, "{wanted}");
    }
}

#[test]
fn the_second_example_becomes_exactly_this() {
    let record = converted(&case_of(SECOND));
    let actual = json!({"item": record.item, "children": record.children, "fingerprint": record.fingerprint});
    let expected: Value =
        serde_json::from_str(include_str!("../../../fixtures/carevalidate/second-example.converted.json"))
            .expect("JSON");
    assert_eq!(
        actual,
        expected,
        "should it be so, write this down:\n{}",
        serde_json::to_string_pretty(&actual).expect("JSON")
    );
}

#[test]
fn a_clinician_reads_the_second_example() {
    let record = converted(&case_of(SECOND));
    let item = &record.item;
    let patient = item.patient.as_ref().expect("a patient");
    assert_eq!(patient.name.display().as_deref(), Some("CORDERO, Thelma"));
    assert_eq!(patient.birth_date.as_ref().map(|date| date.text.as_str()), Some("1945-07-14"));
    let number = item.identifier(IdentifierKind::Display).expect("a case number");
    assert_eq!(
        (number.label.as_str(), number.value.as_str(), number.issuer.as_deref()),
        ("Case", "ADA-7Q2K9F", Some("Northside"))
    );
    assert_eq!((item.status.group, item.priority), (StatusGroup::Done, Priority::Urgent));
    assert_eq!(
        item.due.as_ref().and_then(|due| due.at),
        instant("2026-10-04T14:05:09.123Z"),
        "48 hours after it was made"
    );
    assert_eq!(item.feed_time, instant("2026-10-02T14:05:09.123Z"));
    let names: Vec<Option<String>> = item.assignees.iter().map(|person| person.name.plain()).collect();
    assert_eq!(names, [Some("Ana Ruiz".to_owned()), Some("Maja Lind".to_owned())], "each once");
    let fact = |label: &str| {
        item.facts
            .iter()
            .flat_map(|group| &group.facts)
            .find(|fact| fact.label == label)
            .map(|fact| fact.value.as_str())
    };
    assert_eq!(fact("Closed by"), Some("Ana Ruiz"), "named, though only the id is said");
    assert_eq!(fact("Taken up by"), Some("Ana Ruiz"), "a user where the table says an id");
    assert_eq!((fact("Product 1"), fact("Product 2")), (Some("every 3 months"), Some("no subscription")));
    let links: Vec<&str> = item.links.iter().map(|link| link.url.as_str()).collect();
    assert_eq!(links, ["https://portal.example.org/cases/0b9a6c1e-5a3f-4d0e-9a51-0f6f1f0c9e01"]);
    let verdicts: Vec<Verdict> = item.decisions.iter().map(|decision| decision.verdict).collect();
    assert_eq!(verdicts, [Verdict::NoDecision, Verdict::Approved]);
    let comments: Vec<(Option<&str>, bool)> = item.comments.iter().map(|c| (c.id.as_deref(), c.internal)).collect();
    assert_eq!(comments, [(Some("com_1"), false), (Some("com_2"), false), (Some("not_1"), true)], "oldest first");
    let questions: Vec<&str> = item.forms[0].answers.iter().map(|answer| answer.question.as_str()).collect();
    assert_eq!(questions, ["How much do you weigh?", "What is your goal?"], "in the order of the questions");
    assert_eq!(item.attachments.as_ref().map(Vec::len), Some(2));
    assert!(!record.raw.contains("planted") && !record.raw.contains("cGxhbnRlZA"), "no signed address, no content");
}

#[test]
fn orders_are_items_under_their_case() {
    let record = converted(&case_of(SECOND));
    let [shipped, held] = record.children.as_slice() else { panic!("two orders") };
    assert_eq!((shipped.kind, shipped.parent.as_deref()), (ItemKind::Order, Some(record.item.external_id.as_str())));
    assert_eq!(
        (shipped.status.word.as_deref(), shipped.status.group, shipped.status.known),
        (Some("SHIPPED"), StatusGroup::Done, true)
    );
    assert_eq!((held.status.group, held.status.known), (StatusGroup::Active, false), "an unknown word");
    assert_eq!(shipped.title.as_deref(), Some("Semaglutide, Syringe kit"));
    assert_eq!(shipped.patient, record.item.patient);
    assert_eq!(shipped.feed_time, record.item.feed_time, "found with its case");
    assert!(shipped.offers.iter().all(|offer| offer.refused.is_some()));
    assert!(record.item.offers.iter().any(|offer| offer.action == "comment" && offer.refused.is_none()));
    let doubled = converted(&json!({"id": "a", "orders": [{"id": "o"}, {"id": "o"}, {"status": "Draft"}]}));
    assert_eq!((doubled.children.len(), doubled.item.orders.len()), (1, 3));
}

#[test]
fn statuses_are_grouped_by_the_mapping() {
    for (word, archived, group, known) in [
        (json!("OPEN"), false, StatusGroup::New, true),
        (json!("ASSIGNED"), false, StatusGroup::New, true),
        (json!("IN_PROGRESS"), false, StatusGroup::Active, true),
        (json!("in_progress"), false, StatusGroup::Active, true),
        (json!("APPROVED"), false, StatusGroup::Done, true),
        (json!("REJECTED"), false, StatusGroup::Done, true),
        (json!("NO_DECISION"), false, StatusGroup::Done, true),
        (json!("ABANDONED"), false, StatusGroup::Closed, true),
        (json!("APPROVED"), true, StatusGroup::Closed, true),
        (json!("ON_HOLD"), false, StatusGroup::Active, false),
        (json!("ON_HOLD"), true, StatusGroup::Closed, false),
        (json!(null), false, StatusGroup::Active, false),
    ] {
        let status = converted(&json!({"id": "a", "status": word, "isArchived": archived})).item.status;
        assert_eq!((status.group, status.known), (group, known), "{word}, archived: {archived}");
        assert_eq!(status.word.as_deref(), word.as_str(), "as it came");
    }
    for (word, group, known) in [
        ("Draft", StatusGroup::Active, true),
        ("placed", StatusGroup::Active, true),
        ("Shipped", StatusGroup::Done, true),
        ("DELIVERED", StatusGroup::Done, true),
        ("Cancelled", StatusGroup::Closed, true),
        ("Lost", StatusGroup::Active, false),
    ] {
        let order = &converted(&json!({"id": "a", "orders": [{"id": "o", "status": word}]})).children[0];
        assert_eq!((order.status.group, order.status.known), (group, known), "{word}");
    }
}

#[test]
fn a_decision_claims_no_more_than_the_remote_says() {
    for (approved, none, verdict) in [
        (json!(true), json!(false), Verdict::Approved),
        (json!(true), json!(null), Verdict::Approved),
        (json!(false), json!(false), Verdict::Rejected),
        (json!(false), json!(null), Verdict::Rejected),
        (json!(false), json!(true), Verdict::NoDecision),
        (json!(null), json!(true), Verdict::NoDecision),
        (json!(null), json!(null), Verdict::NotStated),
        (json!(true), json!(true), Verdict::NotStated),
    ] {
        let case = json!({"id": "a", "decisions": [{"isApproved": approved, "isNoDecision": none}]});
        assert_eq!(converted(&case).item.decisions[0].verdict, verdict, "approved {approved}, no decision {none}");
    }
}

#[test]
fn what_the_sheet_only_infers_is_a_setting() {
    let case = case_of(SECOND);
    let converted = |rules: &Rules| {
        let raw: Box<serde_json::value::RawValue> = serde_json::from_str(&case.to_string()).expect("JSON");
        crate::carevalidate::record::read(&raw, rules, false).expect("a record").item
    };
    let usual = converted(&rules());
    assert_eq!((usual.priority, usual.patient.is_some()), (Priority::Urgent, true));
    let other = converted(&Rules { escalated: Priority::Stat, submitter_is_patient: false, ..rules() });
    assert_eq!((other.priority, other.patient), (Priority::Stat, None));
}
