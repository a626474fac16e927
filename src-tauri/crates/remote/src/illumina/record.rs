//! One case: read, converted, and its own JSON made fit to keep and to compare.

use rounds_domain::pull::{Record, Rejected};
use serde_json::{Map, Value, value::RawValue};
use url::Url;

use super::{
    convert::{self, Rules},
    dto::Case,
};
use crate::{
    kept,
    lenient::{Dto, Lenient, Path, Text},
};

/// What is read beside a case and kept with it, under names that Illumina does not use.
pub(super) const COMMENTS: &str = "rounds_comments";
pub(super) const METADATA: &str = "rounds_custom_metadata";
pub(super) const FILES: &str = "rounds_files";
/// Which of them could not be read.
pub(super) const UNREAD: &str = "rounds_unread";

pub(super) type Fields = Map<String, Value>;

/// A case as it came, with its id where it has one.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// It can be kept.
    Fields(String, Fields),
    /// It cannot.
    Rejected(Rejected),
}

/// Reads a case. `displayId` is upper-cased and found by its parts, so that the UUID alone names it.
pub(super) fn seen(raw: &RawValue) -> Seen {
    let reject = |reason: String, raw: String| Seen::Rejected(Rejected { external_id: None, reason, raw });
    let Some((value, text)) = kept::parse(raw.get()) else {
        return reject(
            "The record cannot be read: it is nested too deeply, holds too many values or broken characters. It is not kept, \
             since signed addresses could not be taken out of it."
                .into(),
            String::new(),
        );
    };
    let Value::Object(mut fields) = value else {
        return reject(format!("The record is {} instead of a case.", kept::kind_of(&value)), text);
    };
    let plain = fields.get("id").is_some_and(|id| id.is_string() || id.is_number());
    if let Some(id) = Text::read(fields.get("id")).filter(|_| plain) {
        return Seen::Fields(id, fields);
    }
    strip(&mut fields);
    let what = fields.get("id").map_or("missing", kept::kind_of);
    reject(format!("The record's id is {what}, so it cannot be kept as a case."), Value::Object(fields).to_string())
}

/// Converts a case with what was read beside it.
pub(super) fn record(id: &str, mut fields: Fields, rules: &Rules) -> Record {
    strip(&mut fields);
    let mut odd = Vec::new();
    Case::odd_fields(&fields, &Path::Record, &mut odd);
    let item = convert::item(id, &fields, &odd, rules);
    let value = Value::Object(fields);
    // What may be done follows the settings, too.
    let beside = serde_json::to_string(&item.offers).unwrap_or_default();
    let fingerprint = kept::fingerprint(&Value::from(vec![value.clone(), Value::from(beside)]), counts);
    Record { item, children: Vec::new(), raw: value.to_string(), fingerprint }
}

/// Files take no part, since sweeps need not read them.
fn counts(key: &str, _: &Value) -> bool {
    key != FILES
}

/// Takes out what opens a file without a key, wherever it stands, and contents of files.
fn strip(fields: &mut Fields) {
    for (key, value) in fields.iter_mut() {
        match value {
            // JSON inside a string.
            Value::String(text) if key == "ingestionResult" => {
                if let Some((Value::Object(mut inner), _)) = kept::parse(text) {
                    let before = inner.clone();
                    strip(&mut inner);
                    if inner != before {
                        *text = Value::Object(inner).to_string();
                    }
                }
            }
            Value::Array(files) if key == FILES => {
                for file in files.iter_mut().filter_map(Value::as_object_mut) {
                    file.retain(|key, _| !["content", "contents", "data", "base64"].contains(&key.as_str()));
                }
                strip_value(value);
            }
            value => strip_value(value),
        }
    }
}

fn strip_value(value: &mut Value) {
    match value {
        Value::Object(fields) => strip(fields),
        Value::Array(items) => items.iter_mut().for_each(strip_value),
        Value::String(text) if text.contains("://") && text.contains('?') => {
            if let Ok(mut url) = Url::parse(text.trim())
                && url.query().is_some()
            {
                url.set_query(None);
                *text = url.to_string();
            }
        }
        _ => {}
    }
}
