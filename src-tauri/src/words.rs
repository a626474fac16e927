//! A filled-in form as the core takes it: words by key.

use rounds_store::table::connection::Words;
use serde_json::{Map, Value};

use crate::error::{Answer, Code, CommandError};

/// The values of a form as words; what was left empty becomes an empty word.
pub(crate) fn words(form: Map<String, Value>) -> Answer<Words> {
    form.into_iter()
        .map(|(key, value)| match value {
            Value::Null => Ok((key, String::new())),
            Value::String(word) => Ok((key, word)),
            Value::Bool(_) | Value::Number(_) => Ok((key, value.to_string())),
            Value::Array(_) | Value::Object(_) => Err(CommandError::new(
                Code::Invalid,
                format!("\"{key}\" cannot be used like this. Nothing was changed."),
            )),
        })
        .collect()
}

/// Like [`words`], without what was left empty.
pub(crate) fn given(form: Map<String, Value>) -> Answer<Words> {
    let mut words = words(form)?;
    words.retain(|_, word| !word.trim().is_empty());
    Ok(words)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn form(value: &Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn each_kind_of_field_becomes_a_word() {
        let filled = form(&json!({ "name": "Dr. Ama", "days": 30, "history": true, "note": null, "blank": " " }));
        let all = words(filled.clone()).unwrap();
        assert_eq!(all["days"], "30");
        assert_eq!(all["history"], "true");
        assert_eq!(all["note"], "");
        let given = given(filled).unwrap();
        assert_eq!(given.keys().collect::<Vec<_>>(), ["days", "history", "name"]);
    }

    #[test]
    fn what_no_form_gives_is_refused_without_repeating_it() {
        let error = words(form(&json!({ "apiKey": ["secret"] }))).unwrap_err();
        assert_eq!(error.code, Code::Invalid);
        assert!(!error.message.contains("secret"));
    }
}
