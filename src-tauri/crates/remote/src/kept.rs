//! How a record is kept: its own JSON read whatever is wrong with it, and the mark by which a change is seen.

use serde::{
    Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};
use serde_json::{Value, value::RawValue};

use crate::wire::RECORD_LIMIT;

/// The value of a JSON text, and the text it was read from. Half a surrogate pair (an emoji that was cut in two) is no
/// reason to lose a record: it becomes the replacement character.
pub(crate) fn parse(text: &str) -> Option<(Value, String)> {
    if holds_too_much(text) {
        return None;
    }
    if let Ok(value) = serde_json::from_str(text) {
        return Some((value, text.to_owned()));
    }
    let repaired = without_lone_surrogates(text);
    serde_json::from_str(&repaired).ok().map(|value| (value, repaired))
}

/// The most values that one record may hold: hundreds of times what any has.
const MOST_VALUES: usize = 500_000;

fn holds_too_much(text: &str) -> bool {
    text.len() > MOST_VALUES && text.bytes().filter(|byte| matches!(byte, b',' | b'[' | b'{')).count() > MOST_VALUES
}

/// Why a list of records cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoList {
    /// It is something else.
    Other,
    /// It is longer than any page.
    TooLong,
}

/// The records of a page, each still as it came; `RECORD_LIMIT` of them at most.
pub(crate) fn records(list: &RawValue) -> Result<Vec<Box<RawValue>>, NoList> {
    struct Records;
    impl<'de> Visitor<'de> for Records {
        type Value = Option<Vec<Box<RawValue>>>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut records = Vec::new();
            while let Some(record) = list.next_element()? {
                if records.len() >= RECORD_LIMIT {
                    while list.next_element::<IgnoredAny>()?.is_some() {}
                    return Ok(None);
                }
                records.push(record);
            }
            Ok(Some(records))
        }
    }
    let read = serde_json::Deserializer::from_str(list.get()).deserialize_seq(Records);
    read.map_err(|_| NoList::Other)?.ok_or(NoList::TooLong)
}

fn without_lone_surrogates(text: &str) -> String {
    let unit = |at: usize| {
        let escape = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape, 16).ok()
    };
    let mut repaired = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(found) = text[at..].find('\\') {
        repaired.push_str(&text[at..at + found]);
        at += found;
        let (keep, length) = match unit(at) {
            Some(0xD800..=0xDBFF) if matches!(unit(at + 6), Some(0xDC00..=0xDFFF)) => (true, 12),
            Some(0xD800..=0xDFFF) => (false, 6),
            Some(_) => (true, 6),
            // A backslash and the character it escapes.
            None => (true, 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8)),
        };
        repaired.push_str(if keep { &text[at..at + length] } else { "\\ufffd" });
        at += length;
    }
    repaired.push_str(&text[at..]);
    repaired
}

/// A hash that changes exactly when what the record says changes: the order of keys takes no part, nor do the fields for
/// which `counts` says no.
pub(crate) fn fingerprint(value: &Value, counts: fn(&str, &Value) -> bool) -> String {
    let mut canonical = Vec::new();
    write_canonical(value, counts, &mut canonical);
    blake3::hash(&canonical).to_hex().to_string()
}

fn write_canonical(value: &Value, counts: fn(&str, &Value) -> bool, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            let mut sorted: Vec<(&String, &Value)> = fields.iter().filter(|(key, value)| counts(key, value)).collect();
            sorted.sort_by_key(|(key, _)| *key);
            out.push(b'{');
            for (key, inner) in sorted {
                // Writing to memory cannot fail.
                let _ = serde_json::to_writer(&mut *out, key);
                out.push(b':');
                write_canonical(inner, counts, out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write_canonical(item, counts, out);
                out.push(b',');
            }
            out.push(b']');
        }
        scalar => {
            let _ = serde_json::to_writer(out, scalar);
        }
    }
}

/// What kind of value it is, in words.
pub(crate) fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(text) if text.trim().is_empty() => "a blank text",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
