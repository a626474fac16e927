//! Custom metadata of a case. Its form is documented nowhere, so it is read in each that is plausible (names with values, or a list of
//! entries that have a name and a value, perhaps inside a wrapper), and written back in the form it was read in.

use serde_json::{Map, Value, json};

use crate::lenient::{Anything, Lenient, Text};

const WRAPPERS: [&str; 6] = ["customMetadata", "metadata", "configData", "customData", "fields", "content"];
const NAMES: [&str; 5] = ["name", "key", "fieldName", "label", "displayName"];
const VALUES: [&str; 3] = ["value", "fieldValue", "values"];
/// No wrapper is in more wrappers than this.
const DEPTH: usize = 3;

/// Names and values, in their order.
pub(super) fn pairs(whole: &Value) -> Vec<(String, String)> {
    match inside(whole, DEPTH) {
        Value::Object(fields) => {
            fields.iter().filter_map(|(name, value)| Some((name.clone(), written(value)?))).collect()
        }
        Value::Array(entries) => entries
            .iter()
            .filter_map(|entry| Some((name(entry)?, VALUES.iter().find_map(|key| written(entry.get(*key)?))?)))
            .collect(),
        _ => Vec::new(),
    }
}

/// Names and values as something that can be compared; null when there are none.
pub(super) fn value(whole: &Value) -> Value {
    let pairs: Map<String, Value> = pairs(whole).into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    if pairs.is_empty() { Value::Null } else { Value::Object(pairs) }
}

/// The same with one value set; one that had none yet comes last.
pub(super) fn with(whole: &Value, field: &str, to: &str) -> Value {
    let mut whole = whole.clone();
    match inside_mut(&mut whole, DEPTH) {
        Value::Object(fields) => _ = fields.insert(field.to_owned(), Value::from(to)),
        Value::Array(entries) => {
            let there = entries.iter_mut().find(|entry| name(entry).as_deref() == Some(field));
            if let Some(Value::Object(entry)) = there {
                let key = VALUES.iter().find(|key| entry.contains_key(**key)).unwrap_or(&VALUES[0]);
                entry.insert((*key).to_owned(), Value::from(to));
            } else {
                let key = entries.iter().find_map(|entry| NAMES.iter().find(|key| entry.get(**key).is_some()));
                entries.push(json!({*key.unwrap_or(&NAMES[0]): field, VALUES[0]: to}));
            }
        }
        other => *other = json!({field: to}),
    }
    whole
}

fn wrapper(fields: &Map<String, Value>) -> Option<&'static str> {
    WRAPPERS.into_iter().find(|key| fields.get(*key).is_some_and(|inner| inner.is_object() || inner.is_array()))
}

fn inside(value: &Value, depth: usize) -> &Value {
    match value.as_object().and_then(wrapper) {
        Some(key) if depth > 0 => inside(&value[key], depth - 1),
        _ => value,
    }
}

fn inside_mut(value: &mut Value, depth: usize) -> &mut Value {
    match value.as_object().and_then(wrapper) {
        Some(key) if depth > 0 => inside_mut(&mut value[key], depth - 1),
        _ => value,
    }
}

fn name(entry: &Value) -> Option<String> {
    NAMES.iter().find_map(|key| Text::read(entry.get(*key)))
}

fn written(value: &Value) -> Option<String> {
    Anything::read(Some(value)).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plausible_form_is_read_and_written_back_in_its_own() {
        for (whole, changed) in [
            (json!({"Site": "N", "Batch": 7}), json!({"Site": "S", "Batch": 7})),
            (
                json!({"customMetadata": {"Site": "N", "Batch": "7"}}),
                json!({"customMetadata": {"Site": "S", "Batch": "7"}}),
            ),
            (
                json!([{"name": "Site", "value": "N", "x": 1}, {"name": "Batch", "value": "7"}]),
                json!([{"name": "Site", "value": "S", "x": 1}, {"name": "Batch", "value": "7"}]),
            ),
            (
                json!({"id": 1, "configData": [{"key": "Site", "fieldValue": "N"}, {"key": "Batch", "fieldValue": "7"}]}),
                json!({"id": 1, "configData": [{"key": "Site", "fieldValue": "S"}, {"key": "Batch", "fieldValue": "7"}]}),
            ),
        ] {
            assert_eq!(value(&whole), json!({"Site": "N", "Batch": "7"}), "{whole}");
            assert_eq!(with(&whole, "Site", "S"), changed);
        }
        assert_eq!(with(&json!({"a": "1"}), "b", "2"), json!({"a": "1", "b": "2"}));
        assert_eq!(
            with(&json!([{"key": "a", "value": "1"}]), "b", "2"),
            json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
        );
        assert_eq!(with(&Value::Null, "b", "2"), json!({"b": "2"}));
        for nothing in [json!(null), json!({}), json!([]), json!("x"), json!([1, null, {"value": 2}])] {
            assert_eq!(value(&nothing), Value::Null, "{nothing}");
        }
    }
}
