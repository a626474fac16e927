//! Saved filters (`/filter/list`) as views: said in the filter language of the search box where that says exactly the same,
//! and otherwise not at all, with the reason.

use rounds_domain::{
    around::SavedView,
    error::{AndNow, RemoteError},
    item::ItemKind,
};
use serde_json::{Value, value::RawValue};

use super::{Ambra, call::Call, convert::mark, errors::No, session::Session};
use crate::{
    kept,
    lenient::{Lenient, Text, Texts},
};

/// The types of filters that are asked for; `/filter/list` wants one named. Which there are is not documented.
const TYPES: [(&str, ItemKind); 3] = [("study", ItemKind::Study), ("case", ItemKind::Case), ("order", ItemKind::Order)];

impl Ambra {
    /// The filters that the user has.
    pub(super) async fn saved_views(&self, session: &Session) -> Result<Vec<SavedView>, RemoteError> {
        let mut views = Vec::new();
        for (kind, items) in TYPES {
            let account = session.account.as_ref().map(|account| account.id.clone());
            let call = Call::new("/filter/list", &[("type", kind)]).with("account_id", account);
            match self.all_rows(session, &call, "filters").await {
                Ok(rows) => views.extend(rows.iter().filter_map(|row| view(row, items))),
                // A type that is not known there, or not open to this role.
                Err(No::Said(_)) => {}
                Err(No::Failed(error)) if error.and_now == AndNow::Doubtful => {}
                Err(no) => return Err(no.error("the saved filters")),
            }
        }
        Ok(views)
    }
}

fn view(row: &RawValue, kind: ItemKind) -> Option<SavedView> {
    let Some((Value::Object(fields), _)) = kept::parse(row.get()) else { return None };
    let id = Text::read(fields.get("uuid"))?;
    let name = Text::read(fields.get("name")).unwrap_or_else(|| id.clone());
    let (query, why_not) = match translated(fields.get("configuration"), kind) {
        Ok(query) => (Some(query), None),
        Err(why) => (None, Some(why)),
    };
    Some(SavedView { id, name, query, why_not })
}

/// "A JSON hash containing a filter expression that will be AND'ed together" or "a JSON array containing the UUID of other
/// filters … combined as an OR expression".
fn translated(configuration: Option<&Value>, kind: ItemKind) -> Result<String, String> {
    let parsed = match configuration {
        Some(Value::String(text)) => serde_json::from_str(text).ok(),
        other => other.cloned(),
    };
    match parsed {
        Some(Value::Object(conditions)) => {
            let mut terms = vec![format!("kind:{}", kind.word())];
            for (expression, value) in &conditions {
                terms.push(term(expression, value, kind)?);
            }
            Ok(terms.join(" "))
        }
        Some(Value::Array(_)) => {
            Err("It takes what any of several other filters takes. A view here is one filter.".into())
        }
        _ => Err("How it filters cannot be read.".into()),
    }
}

/// One condition, such as `filter.modality.equals`.
fn term(expression: &str, value: &Value, kind: ItemKind) -> Result<String, String> {
    let unknown = || Err(format!("It filters by “{}”, which the filters here do not know.", plain(expression)));
    let Some((field, condition)) = expression.strip_prefix("filter.").and_then(|rest| rest.rsplit_once('.')) else {
        return unknown();
    };
    // `TABLE.FIELD`.
    let field = field.strip_prefix(kind.word()).and_then(|field| field.strip_prefix('.')).unwrap_or(field);
    let on = || Text::read(Some(value)).is_some_and(|value| value == "1" || value == "true");
    let is_flag = condition == "equals" && Option::<bool>::read(Some(value)).is_some();
    let flag = |term: &str| if on() { term.to_owned() } else { format!("-{term}") };
    match (kind, field) {
        (ItemKind::Study, "study_status") | (ItemKind::Case, "case_status") => words("status", condition, value),
        (ItemKind::Study, "modality") => words("modality", condition, value),
        (_, "tags") if matches!(condition, "equals" | "in") => {
            let tags: Vec<String> = texts(value).into_iter().map(|tag| mark::tag(&tag)).collect();
            any_of("flag", &tags)
        }
        (ItemKind::Study, "must_approve") if is_flag => Ok(flag(&format!("flag:\"{}\"", mark::AWAITS_APPROVAL))),
        (ItemKind::Study, "stat_filter") if is_flag => Ok(flag("is:stat")),
        (ItemKind::Case, "completed") if is_flag => Ok(flag(&format!("flag:\"{}\"", mark::COMPLETED))),
        (ItemKind::Case, "closed") if is_flag => Ok(flag(&format!("flag:\"{}\"", mark::CLOSED))),
        _ => unknown(),
    }
}

/// A condition on a word that may be null. Each says of null what SQL says: only `…_or_null` takes it.
fn words(field: &str, condition: &str, value: &Value) -> Result<String, String> {
    let is_status = field == "status";
    let given = texts(value);
    match condition {
        "equals" | "in" => any_of(field, &given),
        "equals_or_null" | "in_or_null" if is_status => any_of(field, &given).map(|term| term + ",none"),
        "not_equals" if is_status => any_of(field, &given).map(|term| format!("-{term},none")),
        "not_equals_or_null" => any_of(field, &given).map(|term| format!("-{term}")),
        _ => Err(format!("It compares the {field} with “{}”, which the filters here cannot.", plain(condition))),
    }
}

/// The values of a condition; lists come as JSON in a text.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => match serde_json::from_str(text) {
            Ok(Value::Array(values)) => Texts::read(Some(&Value::Array(values))).0,
            _ => vec![text.clone()],
        },
        other => Texts::read(Some(other)).0,
    }
}

fn any_of(field: &str, values: &[String]) -> Result<String, String> {
    let is_plain = |value: &String| !value.trim().is_empty() && !value.contains(['"', '\n', '\r']);
    if values.is_empty() || values.len() > 50 || !values.iter().all(is_plain) {
        return Err(format!("It compares the {field} with something that cannot be written in a filter here."));
    }
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    Ok(format!("{field}:{}", quoted.join(",")))
}

/// A field's or condition's name, as far as it is one: never what a person wrote.
fn plain(name: &str) -> String {
    let name = name.strip_prefix("filter.").unwrap_or(name);
    let kept: String =
        name.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')).take(60).collect();
    kept.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use rounds_domain::query::Query;
    use serde_json::json;

    use super::*;

    fn said(configuration: &Value) -> Result<String, String> {
        translated(Some(configuration), ItemKind::Study)
    }

    #[test]
    fn a_filter_becomes_the_same_in_the_filter_language() {
        for (configuration, expected) in [
            (json!({}), "kind:study"),
            (json!({"filter.study_status.equals": "On Hold"}), "kind:study status:\"On Hold\""),
            (json!("{\"filter.study_status.equals_or_null\": \"Unread\"}"), "kind:study status:\"Unread\",none"),
            (json!({"filter.study_status.in": "[\"A\",\"B, b\"]"}), "kind:study status:\"A\",\"B, b\""),
            (json!({"filter.study_status.not_equals": "Final"}), "kind:study -status:\"Final\",none"),
            (json!({"filter.study_status.not_equals_or_null": "done"}), "kind:study -status:\"done\""),
            (json!({"filter.study.modality.in": ["CT", "MR"]}), "kind:study modality:\"CT\",\"MR\""),
            (json!({"filter.must_approve.equals": "1"}), "kind:study flag:\"Awaits approval\""),
            (json!({"filter.must_approve.equals": 0}), "kind:study -flag:\"Awaits approval\""),
            (json!({"filter.stat_filter.equals": 1}), "kind:study is:stat"),
            (json!({"filter.tags.equals": "teaching"}), "kind:study flag:\"#teaching\""),
        ] {
            let query = said(&configuration).expect("it can be said");
            assert_eq!(query, expected, "{configuration}");
            assert_eq!(Query::read(&query).problem, None, "{query}");
        }
        let case = translated(Some(&json!({"filter.closed.equals": "0"})), ItemKind::Case);
        assert_eq!(case.as_deref(), Ok("kind:case -flag:\"Closed\""));
    }

    #[test]
    fn what_cannot_be_said_exactly_is_not_said_at_all() {
        for (configuration, why) in [
            (json!({"filter.patient_name.like": "%mulloy%"}), "patient name"),
            (json!({"filter.study_status.like": "On%"}), "like"),
            (json!({"filter.modality.equals_or_null": "CT"}), "equals or null"),
            (json!({"filter.modality.equals": "CT", "filter.phi_namespace.equals": "x"}), "phi namespace"),
            (json!({"filter.study_status.equals": "a\"b"}), "cannot be written"),
            (json!({"filter.study_status.equals": null}), "cannot be written"),
            (json!({"filter.must_approve.equals": "maybe"}), "must approve"),
            (json!(["6f9619ff-8b86-4011-b42d-00cf4fc964ff"]), "several other filters"),
            (json!("not JSON"), "cannot be read"),
            (json!(7), "cannot be read"),
        ] {
            let refused = said(&configuration).expect_err("it cannot be said");
            assert!(refused.contains(why), "{configuration}: {refused}");
            assert!(!refused.contains("mulloy"), "no word of a person: {refused}");
        }
    }
}
