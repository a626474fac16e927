//! `/bundle`: calls in a row, each with its own result. "Within a bundled call you can use values from previous calls
//! using templated values."

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::form::Form;
use super::{Ambra, NAME, router};
use crate::exchange::{Answer, Asked};

/// Writes in which a person's own words travel; in a bundle `{{` in them would be a template.
const WITH_WORDS: [&str; 4] = ["/study/comment/add", "/study/reject", "/case/return", "/study/audit"];

/// "If the POST is malformed the server will return an HTTP_BAD_REQUEST error code."
pub(crate) fn run(system: &Ambra, asked: &Asked) -> Answer {
    let Ok(calls) = serde_json::from_slice::<Vec<Map<String, Value>>>(&asked.body) else {
        return super::errors::Refused::with_status(StatusCode::BAD_REQUEST).into();
    };
    if calls.iter().any(|call| !call.get("URL").is_some_and(Value::is_string)) {
        return super::errors::Refused::with_status(StatusCode::BAD_REQUEST).into();
    }
    let inherits = asked.parameters().iter().any(|(name, value)| name == "inherit_sid" && value == "1");
    let inherited = inherits.then(|| router::sid_of_head(asked)).flatten();
    let mut before = Value::Null;
    let mut results = Vec::new();
    for call in &calls {
        let mut call = filled(call, &before);
        if let Some(sid) = &inherited {
            call.entry("sid").or_insert_with(|| json!(sid));
        }
        let path = call.get("URL").and_then(Value::as_str).unwrap_or_default().to_owned();
        if WITH_WORDS.contains(&path.as_str()) {
            system.ground.record.violated(NAME, asked, "a person's words were sent in a bundle");
        }
        let (status, mut result) = match router::call(system, asked, &path, &Form::from_hash(&call)) {
            Ok(reply) => (StatusCode::OK, reply),
            Err(refused) => (refused.status, refused.body()),
        };
        if status == StatusCode::OK {
            merge(&mut before, &result);
        }
        result["HTTP_STATUS_CODE"] = json!(status.as_u16());
        results.push(result);
    }
    Answer::json(StatusCode::OK, &results)
}

fn merge(before: &mut Value, result: &Value) {
    for (key, value) in result.as_object().into_iter().flatten() {
        before[key.as_str()] = value.clone();
    }
}

/// A call with its templates filled in; a token that no previous call returned stays as it is (inferred).
fn filled(call: &Map<String, Value>, before: &Value) -> Map<String, Value> {
    call.iter()
        .map(|(name, value)| {
            let token = value.as_str().and_then(|text| text.strip_prefix("{{")?.strip_suffix("}}"));
            let found = token.and_then(|token| look_up(before, token.trim()));
            (name.clone(), found.cloned().unwrap_or_else(|| value.clone()))
        })
        .collect()
}

/// `studies.[0].uuid`.
fn look_up<'a>(from: &'a Value, token: &str) -> Option<&'a Value> {
    token.split('.').try_fold(from, |at, part| match part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) {
        Some(place) => at.get(place.parse::<usize>().ok()?),
        None => at.get(part),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::filled;

    #[test]
    fn templates_take_values_from_before() {
        let before = json!({"sid": "S", "studies": [{"uuid": "U"}]});
        let call = json!({"URL": "/study/get", "sid": "{{sid}}", "uuid": "{{studies.[0].uuid}}", "x": "{{nothing}}"});
        let expected = json!({"URL": "/study/get", "sid": "S", "uuid": "U", "x": "{{nothing}}"});
        assert_eq!(json!(filled(call.as_object().unwrap(), &before)), expected);
    }
}
