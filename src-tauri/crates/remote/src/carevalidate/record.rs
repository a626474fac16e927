//! One case of a page: read, converted, and its own JSON made fit to keep and to compare.

use rounds_domain::pull::{Record, Rejected};
use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::{
    convert::{self, Rules},
    dto::Case,
    kept,
    lenient::{Dto, Lenient, Path, Text},
};

/// Reads one case. `with_attachments` says whether this read asked for attachments.
pub(super) fn read(raw: &RawValue, rules: &Rules, with_attachments: bool) -> Result<Record, Rejected> {
    let text = raw.get();
    let Some((mut value, text)) = kept::parse(text) else {
        return Err(Rejected {
            external_id: id_only(text),
            reason:
                "The record cannot be read: it is nested too deeply, holds too many values or broken characters. It is \
                     not kept, since file contents could not be taken out of it."
                    .into(),
            raw: String::new(),
        });
    };
    let raw = if strip(&mut value) { value.to_string() } else { text };
    let Some(fields) = value.as_object() else {
        let reason = format!("The record is {} instead of a case.", kept::kind_of(&value));
        return Err(Rejected { external_id: None, reason, raw });
    };
    let case = Case::of(fields);
    // An id that is no plain value names nothing.
    let plain = fields.get("id").is_some_and(|id| id.is_string() || id.is_number());
    let Some(id) = case.id.clone().filter(|_| plain) else {
        let reason = match fields.get("id") {
            None => "The record has no id, so it cannot be kept as a case.".to_owned(),
            Some(id) => format!("The record's id is {}, so it cannot be kept as a case.", kept::kind_of(id)),
        };
        return Err(Rejected { external_id: None, reason, raw });
    };
    let mut odd = Vec::new();
    Case::odd_fields(fields, &Path::Record, &mut odd);
    let (item, children) = convert::case(&id, &case, &odd, rules, with_attachments);
    Ok(Record { item, children, fingerprint: kept::fingerprint(&value, counts), raw })
}

/// Whether a case as it came has this id.
pub(super) fn names(raw: &RawValue, id: &str) -> bool {
    id_only(raw.get()).as_deref() == Some(id)
}

/// A case as it came, read.
pub(super) fn dto<T: Dto>(raw: &RawValue) -> Option<T> {
    let (value, _) = kept::parse(raw.get())?;
    value.as_object().map(T::of)
}

/// The id alone, without reading the rest.
fn id_only(text: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct OnlyId<'a> {
        #[serde(borrow, default)]
        id: Option<&'a RawValue>,
    }
    let only: OnlyId<'_> = serde_json::from_str(text).ok()?;
    let id: Value = serde_json::from_str(only.id?.get()).ok()?;
    Text::read(Some(&id)).filter(|_| id.is_string() || id.is_number())
}

/// Takes signed addresses and contents out of every attachment (of the case, of comments, of notes, wherever one hangs).
/// Everything else stays. Tells whether anything was taken out.
fn strip(value: &mut Value) -> bool {
    let mut stripped = false;
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields.iter_mut() {
                stripped |= if key == "attachments" { strip_attachment(inner) } else { strip(inner) };
            }
        }
        Value::Array(items) => {
            for item in items {
                stripped |= strip(item);
            }
        }
        _ => {}
    }
    stripped
}

fn strip_attachment(value: &mut Value) -> bool {
    let mut stripped = false;
    match value {
        Value::Object(fields) => {
            let before = fields.len();
            fields.retain(|key, _| key != "url" && key != "content");
            stripped |= fields.len() != before;
            for inner in fields.values_mut() {
                stripped |= strip_attachment(inner);
            }
        }
        Value::Array(items) => {
            let before = items.len();
            // A bare text in place of an attachment can only be an address or a content.
            items.retain(|item| !item.is_string());
            stripped |= items.len() != before;
            for item in items {
                stripped |= strip_attachment(item);
            }
        }
        _ => {}
    }
    stripped
}

/// Attachments take no part; and a product's subscription that is null, absent or has both fields null is one state
/// ("Products array").
fn counts(key: &str, value: &Value) -> bool {
    let empty = |fields: &Map<String, Value>| fields.values().all(Value::is_null);
    match key {
        "attachments" => false,
        "subscription" => !(value.is_null() || value.as_object().is_some_and(empty)),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use rounds_domain::{item::Priority, pull::Record};
    use serde_json::json;

    use super::*;
    use crate::carevalidate::window::WindowField;

    fn rules() -> Rules {
        Rules {
            organization: None,
            turnaround: None,
            escalated: Priority::Urgent,
            submitter_is_patient: true,
            portal_url: None,
            window_field: WindowField::Created,
        }
    }

    fn read_text(text: &str) -> Result<Record, Rejected> {
        let raw: Box<RawValue> = serde_json::from_str(text).expect("JSON");
        read(&raw, &rules(), false)
    }

    fn record(value: &Value) -> Record {
        read_text(&value.to_string()).unwrap_or_else(|rejected| panic!("{rejected:?}"))
    }

    #[test]
    fn a_record_without_a_usable_id_is_rejected_with_a_reason_and_kept() {
        for (text, reason) in [
            (r#"{"title":"x"}"#, "has no id"),
            (r#"{"id":null}"#, "id is empty"),
            (r#"{"id":"  "}"#, "blank"),
            (r#"{"id":{"a":1}}"#, "an object"),
            (r#"{"id":["a"]}"#, "a list"),
            (r#"{"id":true}"#, "truth value"),
            ("null", "empty instead of a case"),
            (r#""case""#, "a text instead of a case"),
            ("[]", "a list instead of a case"),
        ] {
            let rejected = read_text(text).expect_err(text);
            assert!(rejected.reason.contains(reason), "{text}: {}", rejected.reason);
            assert_eq!(rejected.raw, text);
        }
        assert_eq!(record(&json!({"id": 42})).item.external_id, "42", "a number is an id");
    }

    #[test]
    fn signed_addresses_and_contents_are_taken_out_and_nothing_else() {
        let case = json!({"id": "1", "url": "kept", "orders": [{"content": "kept"}],
            "attachments": [{"id": "a", "url": "https://secret", "content": "c2VjcmV0", "file": {"url": "secret"}}, "secret"],
            "comments": [{"id": "c", "content": "kept", "attachments": [{"id": "b", "url": "secret", "new": 1}]}],
            "notes": [{"attachments": {"content": "secret"}}]});
        let raw = record(&case).raw;
        assert!(!raw.contains("secret") && !raw.contains("c2VjcmV0"), "{raw}");
        let expected = json!({"id": "1", "url": "kept", "orders": [{"content": "kept"}],
            "attachments": [{"id": "a", "file": {}}],
            "comments": [{"id": "c", "content": "kept", "attachments": [{"id": "b", "new": 1}]}],
            "notes": [{"attachments": {}}]});
        assert_eq!(serde_json::from_str::<Value>(&raw).expect("JSON"), expected);
    }

    #[test]
    fn the_remotes_own_text_is_kept_to_the_letter_when_nothing_is_taken_out() {
        let text = r#"{ "title": "x",  "id": "1", "amount": 10.50, "big": 123456789012345678901234567890 }"#;
        assert_eq!(read_text(text).expect("a record").raw, text);
    }

    #[test]
    fn the_fingerprint_changes_with_what_is_said_and_with_nothing_else() {
        let base = r#"{"id":"1","title":"x","comments":[{"id":"c","text":"t"}],"products":[{"id":"p"}]}"#;
        let print = |text: &str| read_text(text).expect(text).fingerprint;
        for same in [
            r#"{"products":[{"id":"p"}],"comments":[{"text":"t","id":"c"}],"title":"x","id":"1"}"#,
            r#"{"id":"1","title":"x","comments":[{"id":"c","text":"t","attachments":[]}],"products":[{"id":"p"}],"attachments":[{"id":"a","url":"https://1"}]}"#,
            r#"{"id":"1","title":"x","comments":[{"id":"c","text":"t"}],"products":[{"id":"p","subscription":null}]}"#,
            r#"{"id":"1","title":"x","comments":[{"id":"c","text":"t"}],"products":[{"id":"p","subscription":{"interval":null,"intervalCount":null}}]}"#,
        ] {
            assert_eq!(print(same), print(base), "{same}");
        }
        for other in [
            r#"{"id":"1","title":"y","comments":[{"id":"c","text":"t"}],"products":[{"id":"p"}]}"#,
            r#"{"id":"1","title":"x","comments":[{"id":"c","text":"u"}],"products":[{"id":"p"}]}"#,
            r#"{"id":"1","title":"x","comments":[],"products":[{"id":"p"}]}"#,
            r#"{"id":"1","title":"x","comments":[{"id":"c","text":"t"}],"products":[{"id":"p","subscription":{"interval":"month"}}]}"#,
            r#"{"id":"1","title":"x","comments":[{"id":"c","text":"t"}],"products":[{"id":"p"}],"new":1}"#,
        ] {
            assert_ne!(print(other), print(base), "{other}");
        }
    }

    #[test]
    fn an_emoji_cut_in_two_does_not_lose_its_case() {
        let cut = record_of(r#"{"id":"1","title":"ok \ud83d\ude00 cut \ud83d and \\ud83d \"q\" \ude00"}"#);
        assert_eq!(cut.item.title.as_deref(), Some("ok 😀 cut \u{fffd} and \\ud83d \"q\" \u{fffd}"));
    }

    fn record_of(text: &str) -> Record {
        read_text(text).unwrap_or_else(|rejected| panic!("{rejected:?}"))
    }

    #[test]
    fn a_record_nested_beyond_reading_is_rejected_by_its_id() {
        let text = format!(r#"{{"id":"1","x":{}{}}}"#, "[".repeat(2000), "]".repeat(2000));
        let rejected = read_text(&text).expect_err("too deep");
        assert_eq!((rejected.external_id.as_deref(), rejected.raw.as_str()), (Some("1"), ""));
    }
}
