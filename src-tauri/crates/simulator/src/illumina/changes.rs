//! What can happen to a case after it was made. Keys that begin with `_` are the server's own and never served.

use serde_json::{Map, Value, json};

use crate::stamp::Stamp;

/// One change of a case's JSON.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Fields set, null included.
    Set(Map<String, Value>),
    /// `updatedDate`, always later than it was.
    Touch(Stamp),
    /// One more in a list, at its end.
    Push(&'static str, Value),
    /// Fields set in the entry of a list that has this id.
    Amend(&'static str, String, Map<String, Value>),
    /// The entry of a list that has this id, taken out.
    Drop(&'static str, String),
    /// Texts that a list of texts is to hold, each once.
    Include(&'static str, Vec<String>),
}

/// Fields set, from a JSON object.
pub(crate) fn set(fields: &Value) -> Change {
    Change::Set(fields.as_object().cloned().unwrap_or_default())
}

impl crate::late::Change for Change {
    fn make(&self, case: &mut Value) {
        match self {
            Self::Set(fields) => {
                for (name, value) in fields {
                    case[name.as_str()] = value.clone();
                }
            }
            Self::Touch(at) => {
                let before = case["updatedDate"].as_str().and_then(Stamp::parse);
                let now = before.map_or(*at, |before| Stamp(at.0.max(before.0 + 1)));
                case["updatedDate"] = json!(now);
            }
            Self::Push(list, entry) => list_of(case, list).push(entry.clone()),
            Self::Amend(list, id, fields) => {
                if let Some(entry) = list_of(case, list).iter_mut().find(|entry| entry["id"] == id.as_str()) {
                    for (name, value) in fields {
                        entry[name.as_str()] = value.clone();
                    }
                }
            }
            Self::Drop(list, id) => list_of(case, list).retain(|entry| entry["id"] != id.as_str()),
            Self::Include(list, texts) => {
                let kept = list_of(case, list);
                for text in texts {
                    if !kept.iter().any(|kept| kept == text.as_str()) {
                        kept.push(json!(text));
                    }
                }
            }
        }
    }
}

fn list_of<'a>(case: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    if !case[name].is_array() {
        case[name] = json!([]);
    }
    match &mut case[name] {
        Value::Array(list) => list,
        _ => unreachable!("it was just made a list"),
    }
}
