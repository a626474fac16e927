//! The parameters of a call: an urlencoded form, or one hash of a bundle. A parameter without data counts as missing.

use serde_json::{Map, Value};

use super::errors::Refused;
use crate::exchange::Asked;

/// Names and values, in the order sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    pub(crate) fn of(asked: &Asked) -> Self {
        Self(asked.form())
    }

    /// One call of a bundle; lists and hashes become JSON texts, as a form would carry them.
    pub(crate) fn from_hash(hash: &Map<String, Value>) -> Self {
        let pairs = hash.iter().filter(|(name, _)| *name != "URL");
        let text = |value: &Value| match value {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            Value::Bool(flag) => Some(u8::from(*flag).to_string()),
            other => Some(other.to_string()),
        };
        Self(pairs.filter_map(|(name, value)| Some((name.clone(), text(value)?))).collect())
    }

    /// The value, if there is data in it.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.sent(name).filter(|value| !value.is_empty())
    }

    /// The value as sent, empty or not.
    pub(crate) fn sent(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), Some("1" | "true"))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The required parameters, or MISSING_FIELDS with all that are missing.
    pub(crate) fn required<const N: usize>(&self, names: [&str; N]) -> Result<[&str; N], Refused> {
        let missing: Vec<&str> = names.into_iter().filter(|name| self.get(name).is_none()).collect();
        if missing.is_empty() {
            Ok(names.map(|name| self.get(name).unwrap_or_default()))
        } else {
            Err(Refused::missing(&missing))
        }
    }

    /// What the record of effects keeps: everything but the session.
    pub(crate) fn payload(&self) -> Value {
        self.pairs()
            .filter(|(name, _)| *name != "sid")
            .map(|(name, value)| (name.to_owned(), Value::from(value)))
            .collect::<Map<_, _>>()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Form;

    #[test]
    fn a_parameter_without_data_is_missing() {
        let hash = json!({"URL": "/x", "uuid": "", "sid": "s", "fields": ["a"], "star": 1, "none": null});
        let form = Form::from_hash(hash.as_object().unwrap());
        assert_eq!(form.required(["sid", "star"]), Ok(["s", "1"]));
        let refused = form.required(["uuid", "sid", "none"]).unwrap_err();
        assert_eq!(refused.subtype, Some(json!(["uuid", "none"])));
        assert_eq!(form.get("fields"), Some("[\"a\"]"));
        assert_eq!(form.payload(), json!({"uuid": "", "fields": "[\"a\"]", "star": "1"}));
    }
}
