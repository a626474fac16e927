//! What can happen to a record after it was made. Applied to the server's truth at once and, when its time has come, to
//! what reads show.

use serde_json::{Map, Value, json};

use super::moment::Moment;

/// One change of a record's JSON.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Fields set; null is set, not removed.
    Set(Map<String, Value>),
    /// Something more in a list, in front.
    Prepend(&'static str, Value),
    /// Something more in a list, at the end.
    Append(&'static str, Value),
    /// Whatever has this `uuid` leaves the list.
    Drop(&'static str, String),
    /// A word in a list that holds each once.
    Include(&'static str, Value),
    /// A word less.
    Exclude(&'static str, Value),
    /// `updated`, always later than it was.
    Touch(Moment),
}

/// Fields set, from an object.
pub(crate) fn set(fields: &Value) -> Change {
    Change::Set(fields.as_object().cloned().unwrap_or_default())
}

impl crate::late::Change for Change {
    fn make(&self, record: &mut Value) {
        match self {
            Self::Set(fields) => {
                for (name, value) in fields {
                    record[name.as_str()] = value.clone();
                }
            }
            Self::Prepend(list, item) => list_of(record, list).insert(0, item.clone()),
            Self::Append(list, item) => list_of(record, list).push(item.clone()),
            Self::Drop(list, id) => list_of(record, list).retain(|item| item["uuid"] != id.as_str()),
            Self::Include(list, word) => {
                let words = list_of(record, list);
                if !words.contains(word) {
                    words.push(word.clone());
                }
            }
            Self::Exclude(list, word) => list_of(record, list).retain(|one| one != word),
            Self::Touch(at) => {
                let before = record["updated"].as_str().and_then(Moment::parse);
                let now = before.map_or(*at, |before| Moment(at.0.max(before.0 + 1)));
                record["updated"] = json!(now);
            }
        }
    }
}

/// A list of the record; made if there is none.
fn list_of<'a>(record: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    let slot = &mut record[name];
    if !slot.is_array() {
        *slot = json!([]);
    }
    match slot {
        Value::Array(items) => items,
        _ => unreachable!("it was made a list just now"),
    }
}

#[cfg(test)]
mod tests {
    use crate::late::Change as _;
    use serde_json::json;

    use super::{Change, set};
    use crate::ambra::moment::Moment;

    #[test]
    fn lists_grow_shrink_and_a_touch_moves_forward() {
        let mut study = json!({"comments": [{"uuid": "a"}], "updated": "2026-01-31 10:00:00.123456+00"});
        Change::Prepend("comments", json!({"uuid": "b"})).make(&mut study);
        Change::Drop("comments", "a".to_owned()).make(&mut study);
        Change::Include("tags", json!("teaching")).make(&mut study);
        Change::Include("tags", json!("teaching")).make(&mut study);
        set(&json!({"study_status": null})).make(&mut study);
        Change::Touch(Moment(0)).make(&mut study);
        let expected = json!({"comments": [{"uuid": "b"}], "tags": ["teaching"], "study_status": null, "updated": "2026-01-31 10:00:00.123457+00"});
        assert_eq!(study, expected);
    }
}
