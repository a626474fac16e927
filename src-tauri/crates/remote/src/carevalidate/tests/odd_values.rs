//! Every value of the fixtures replaced by every kind of odd one: nothing may panic, and no case may be lost.

use super::*;
use crate::carevalidate::page;

/// The path of every value inside `value`, as JSON pointers.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut inner = |key: &str, value: &Value| {
        let path = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(path.clone());
        pointers(value, &path, found);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| inner(key, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| inner(&index.to_string(), value)),
        _ => {}
    }
}

fn odd_values() -> Vec<Value> {
    vec![
        json!(null),
        json!(42),
        json!(-1.5e300),
        json!(true),
        json!("text"),
        json!(""),
        json!("2026-02-30T99:99:99Z"),
        json!([]),
        json!([1, "a", null, {"id": []}, [[]]]),
        json!({}),
        json!({"id": {"deep": [1]}, "a": 1}),
    ]
}

/// `value` with what stands at `path` replaced, or removed.
fn changed(value: &Value, path: &str, to: Option<&Value>) -> Value {
    let mut value = value.clone();
    let Some(to) = to else {
        let (parent, key) = path.rsplit_once('/').expect("a path");
        match value.pointer_mut(parent) {
            Some(Value::Object(fields)) => drop(fields.remove(key)),
            Some(Value::Array(items)) => drop(items.remove(key.parse().expect("an index"))),
            _ => panic!("{path}"),
        }
        return value;
    };
    *value.pointer_mut(path).expect("the path exists") = to.clone();
    value
}

#[test]
fn no_odd_value_loses_a_case_unless_it_is_the_id() {
    let mut tried = 0;
    for fixture in [COMPLETE, SECOND] {
        let case = case_of(fixture);
        let mut paths = Vec::new();
        pointers(&case, "", &mut paths);
        for path in &paths {
            for odd in odd_values().iter().map(Some).chain([None]) {
                let changed = changed(&case, path, odd);
                let raw: Box<RawValue> = serde_json::from_str(&changed.to_string()).expect("JSON");
                match record::read(&raw, &rules(), true) {
                    Ok(record) => assert!(
                        path == "/id" || record.item.external_id == case["id"].as_str().expect("an id"),
                        "{path} = {odd:?}"
                    ),
                    Err(rejected) => assert_eq!(path, "/id", "{path} = {odd:?}: {}", rejected.reason),
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 3000, "only {tried} were tried");
}

#[test]
fn what_cannot_be_shown_is_named_where_the_case_is_shown() {
    let mut case = case_of(SECOND);
    case["submitter"] = json!("Thelma Cordero");
    case["orders"][0]["items"] = json!(7);
    let record = converted(&case);
    let unread = record.item.facts.iter().find(|group| group.title == "Could not be read").expect("it is said");
    let paths: Vec<&str> = unread.facts.iter().map(|fact| fact.label.as_str()).collect();
    assert_eq!(paths, ["submitter", "orders[0].items"]);
    assert!(record.raw.contains("Thelma Cordero"), "kept as it came");
    for fixture in [COMPLETE, SECOND] {
        let titles: Vec<String> =
            converted(&case_of(fixture)).item.facts.into_iter().map(|group| group.title).collect();
        assert!(!titles.contains(&"Could not be read".to_owned()), "the document itself can be read");
    }
}

#[test]
fn a_page_is_whole_or_it_is_an_error_wherever_it_is_cut() {
    for fixture in [COMPLETE, SECOND] {
        let whole: Value = serde_json::from_str(fixture).expect("JSON");
        let bytes = whole.to_string().into_bytes();
        assert!(page::read(&bytes, 20).is_ok());
        for length in (0..bytes.len()).step_by(5).chain([bytes.len() - 1]) {
            assert!(page::read(&bytes[..length], 20).is_err(), "cut after {length} bytes");
        }
    }
}

#[test]
fn no_odd_value_around_the_cases_loses_them_in_silence() {
    let reply: Value = serde_json::from_str(SECOND).expect("JSON");
    let mut paths = Vec::new();
    pointers(&reply, "", &mut paths);
    for path in paths.iter().filter(|path| !path.starts_with("/data/cases/0/")) {
        for odd in odd_values().iter().map(Some).chain([None]) {
            let changed = changed(&reply, path, odd);
            let Ok(page) = page::read(changed.to_string().as_bytes(), 20) else { continue };
            let there = changed.pointer("/data/cases").and_then(Value::as_array).expect("a page has cases").len();
            assert_eq!(page.cases.len(), there, "{path} = {odd:?}");
        }
    }
}
