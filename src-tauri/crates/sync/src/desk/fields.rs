//! What a person filled in, checked against what is declared.

use chrono::{DateTime, SecondsFormat, Utc};
use rounds_domain::{
    action::Fields,
    declare::{ActionDeclaration, ActionField, FieldKind},
    moment,
};
use serde_json::Value;

use super::{DeskError, files};

/// What fields are checked against.
#[derive(Clone, Copy)]
pub(super) struct Checks<'a> {
    /// The legal values that the item names.
    pub(super) targets: &'a [String],
    /// The item's values, where an item is there already.
    pub(super) values: Option<&'a Fields>,
    /// When the person acts.
    pub(super) now: DateTime<Utc>,
}

/// The fields as they are sent: every declared one with its value or default, checked, and those that nobody is asked for; no others.
pub(super) fn checked(declaration: &ActionDeclaration, given: Fields, with: &Checks<'_>) -> Result<Fields, DeskError> {
    checked_in(&declaration.label, &declaration.fields, given, with).map(|fields| declaration.completed(fields))
}

/// The same of a group, or of one of a list; `within` is what that is called.
fn checked_in(
    within: &str,
    declared: &[ActionField],
    mut given: Fields,
    with: &Checks<'_>,
) -> Result<Fields, DeskError> {
    let mut fields = Fields::new();
    for field in declared {
        if !field.kind.is_asked() {
            given.remove(&field.key);
            continue;
        }
        let default = || field.default.clone().map(Value::String);
        let value = given.remove(&field.key).filter(|value| !value.is_null()).or_else(default);
        let value = match (&field.kind, value) {
            (FieldKind::Group { fields }, value) => group(field, fields, value, with)?,
            (FieldKind::List { one, fields, least, most }, value) => {
                list(field, &Listed { one, fields, least: *least, most: *most }, value, with)?
            }
            (FieldKind::Files { .. }, Some(value)) => files::field_value(field, &value)?,
            (kind, Some(value)) => read_value(kind, value, with.now).ok_or_else(|| unusable(field))?,
            (_, None) => None,
        };
        if let (FieldKind::ItemChoice, Some(Value::String(chosen))) = (&field.kind, &value)
            && !with.targets.contains(chosen)
        {
            return Err(DeskError::Invalid(format!(
                "\"{}\" cannot be \"{chosen}\" on this item. It can be: {}. Nothing was sent.",
                field.label,
                with.targets.join(", ")
            )));
        }
        if let (FieldKind::Moment { since, happened }, Some(Value::String(chosen))) = (&field.kind, &value)
            && let Some(why) = out_of_time(since.as_deref(), *happened, chosen, with)
        {
            return Err(DeskError::Invalid(format!(
                "\"{}\" {why} Nothing was saved, and nothing is sent.",
                field.label
            )));
        }
        match value {
            Some(value) => _ = fields.insert(field.key.clone(), value),
            None if field.required => {
                return Err(DeskError::Invalid(format!("\"{}\" is empty. Fill it in; nothing was sent.", field.label)));
            }
            None => {}
        }
    }
    match given.keys().next() {
        Some(unknown) => Err(DeskError::Invalid(format!("\"{within}\" has no field \"{unknown}\"."))),
        None => Ok(fields),
    }
}

fn unusable(field: &ActionField) -> DeskError {
    DeskError::Invalid(format!("\"{}\" cannot be used like this. {} Nothing was sent.", field.label, field.help))
}

/// Whether nothing was filled in: a yes-or-no field that says no counts for nothing, nor does a value that is there anyway.
fn is_blank(declared: &[ActionField], given: &Fields) -> bool {
    let by_default = |field: &ActionField, value: &Value| field.default.as_deref() == value.as_str();
    given.iter().all(|(key, value)| match (declared.iter().find(|field| field.key == *key), value) {
        (Some(field), Value::String(text)) => text.trim().is_empty() || by_default(field, value),
        (Some(ActionField { kind: FieldKind::Group { fields }, .. }), Value::Object(inner)) => is_blank(fields, inner),
        (Some(ActionField { kind: FieldKind::List { fields, .. }, .. }), Value::Array(entries)) => {
            entries.iter().all(|entry| entry.as_object().is_some_and(|entry| is_blank(fields, entry)))
        }
        (Some(_), value) => matches!(value, Value::Null | Value::Bool(false)),
        (None, _) => false,
    })
}

/// A group: left out where nothing of it was filled in and it is not required.
fn group(
    field: &ActionField,
    fields: &[ActionField],
    value: Option<Value>,
    with: &Checks<'_>,
) -> Result<Option<Value>, DeskError> {
    let given = match value {
        Some(Value::Object(given)) => given,
        None => Fields::new(),
        Some(_) => return Err(unusable(field)),
    };
    if !field.required && is_blank(fields, &given) {
        return Ok(None);
    }
    checked_in(&field.label, fields, given, with).map(|fields| Some(Value::Object(fields)))
}

/// What a list is declared to hold.
struct Listed<'a> {
    one: &'a str,
    fields: &'a [ActionField],
    least: usize,
    most: usize,
}

/// A list: those of its entries in which something was filled in.
fn list(
    field: &ActionField,
    of: &Listed<'_>,
    value: Option<Value>,
    with: &Checks<'_>,
) -> Result<Option<Value>, DeskError> {
    let entries = match value {
        Some(Value::Array(entries)) => entries,
        None => vec![],
        Some(_) => return Err(unusable(field)),
    };
    let mut read = Vec::with_capacity(entries.len());
    for entry in entries {
        let Value::Object(given) = entry else { return Err(unusable(field)) };
        if !is_blank(of.fields, &given) {
            let within = format!("{} {}", of.one, read.len() + 1);
            let named = |error| match error {
                DeskError::Invalid(why) => DeskError::Invalid(format!("{within}: {why}")),
                other => other,
            };
            read.push(Value::Object(checked_in(&within, of.fields, given, with).map_err(named)?));
        }
    }
    if !(of.least..=of.most).contains(&read.len()) {
        let (least, most) = (of.least, of.most);
        return Err(DeskError::Invalid(format!(
            "\"{}\" has {} and takes from {least} to {most}. Nothing was sent.",
            field.label,
            read.len()
        )));
    }
    Ok((!read.is_empty()).then_some(Value::Array(read)))
}

/// Why a point in time cannot be right: it should have happened and is still to come, or it lies before the item's own time under the
/// key `since`.
fn out_of_time(since: Option<&str>, happened: bool, chosen: &str, with: &Checks<'_>) -> Option<String> {
    let chosen = moment::instant(chosen)?;
    if happened && chosen > with.now {
        return Some("is still to come. Correct it, or check this machine's clock.".to_owned());
    }
    let key = since?;
    let earliest = with.values?.get(key).and_then(Value::as_str).and_then(moment::instant)?;
    let what = key.replace('_', " ");
    (chosen < earliest).then(|| {
        format!("lies before {} ({what}). Correct it, or check this machine's clock.", moment::utc_text(earliest))
    })
}

/// A point in time as it is kept. One without a zone could be meant in any: it is not taken.
fn read_moment(text: &str, now: DateTime<Utc>) -> Option<String> {
    if text == "now" {
        return Some(now.to_rfc3339_opts(SecondsFormat::Secs, true));
    }
    DateTime::parse_from_rfc3339(text).ok().map(|_| text.to_owned())
}

/// A value as its kind wants it: `None` when it cannot be used, `Some(None)` when it is empty.
#[allow(clippy::option_option)]
fn read_value(kind: &FieldKind, value: Value, now: DateTime<Utc>) -> Option<Option<Value>> {
    let text = match &value {
        Value::String(text) => Some(text.trim().to_owned()),
        _ => None,
    };
    if text.as_deref() == Some("") {
        return Some(None);
    }
    let value = match (kind, value) {
        (FieldKind::Flag, Value::Bool(flag)) => Value::Bool(flag),
        (FieldKind::Flag, Value::String(_)) => Value::Bool(match text.as_deref()? {
            "true" | "yes" | "1" => true,
            "false" | "no" | "0" => false,
            _ => return None,
        }),
        (FieldKind::Number { least, most }, value) => {
            let number = value.as_i64().or_else(|| text.as_deref()?.parse().ok())?;
            Value::from((*least..=*most).contains(&number).then_some(number)?)
        }
        (FieldKind::Choice { options }, Value::String(text)) => {
            let known = options.is_empty() || options.iter().any(|option| option.value == text);
            Value::String(known.then_some(text)?)
        }
        (FieldKind::Moment { .. }, Value::String(_)) => Value::String(read_moment(text.as_deref()?, now)?),
        (FieldKind::Date, Value::String(text)) => {
            moment::instant(&text)?;
            Value::String(text)
        }
        (
            FieldKind::Text | FieldKind::LongText | FieldKind::Secret | FieldKind::ItemChoice | FieldKind::Person,
            Value::String(text),
        ) => Value::String(text),
        _ => return None,
    };
    Some(Some(value))
}

#[cfg(test)]
mod tests {
    use rounds_domain::action::{Proof, Verb};
    use serde_json::json;

    use super::*;

    fn field(key: &str, kind: FieldKind, required: bool, default: Option<&str>) -> ActionField {
        let default = default.map(str::to_owned);
        ActionField { key: key.into(), label: key.into(), help: String::new(), kind, required, default }
    }

    fn declared() -> ActionDeclaration {
        let address = vec![
            field("street", FieldKind::Text, true, None),
            field("country", FieldKind::Text, false, Some("US")),
            field("rural", FieldKind::Flag, false, None),
        ];
        let payer = vec![
            field("member", FieldKind::Text, true, None),
            field("address", FieldKind::Group { fields: address.clone() }, false, None),
        ];
        ActionDeclaration {
            name: "make".into(),
            label: "New".into(),
            verb: Verb::Create,
            fields: vec![
                field("at", FieldKind::Moment { since: Some("taken".into()), happened: true }, false, None),
                field("home", FieldKind::Group { fields: address.clone() }, true, None),
                field("other", FieldKind::Group { fields: address }, false, None),
                field("payers", FieldKind::List { one: "Payer".into(), fields: payer, least: 0, most: 2 }, false, None),
            ],
            consequence: String::new(),
            proof: Proof::None,
            touches: vec![],
            sets: std::collections::BTreeMap::new(),
            own_mark: None,
        }
    }

    const NOW: &str = "2026-02-01T10:00:00.250Z";

    fn read(given: &Value) -> Result<Value, String> {
        let given = given.as_object().cloned().unwrap_or_default();
        let values = json!({"taken": "2026-01-30T00:00:00Z"}).as_object().cloned();
        let now = moment::instant(NOW).unwrap();
        checked(&declared(), given, &Checks { targets: &[], values: values.as_ref(), now })
            .map(Value::Object)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_was_left_empty_is_left_out_whole_and_what_was_begun_is_asked_for() {
        let home = json!({"street": " 1 Elm St ", "country": "US"});
        assert_eq!(
            read(&json!({"home": {"street": " 1 Elm St "}, "other": {"country": "US", "rural": false, "street": "  "},
                "payers": [{"member": ""}, {"member": "M1", "address": {"street": null}}]})),
            Ok(json!({"home": home, "payers": [{"member": "M1"}]})),
        );
        for (given, why) in [
            (json!({}), "\"street\" is empty"),
            (json!({"home": {"street": "x"}, "other": {"country": "CA"}}), "\"street\" is empty"),
            (
                json!({"home": {"street": "x"}, "payers": [{"address": {"street": "y"}}]}),
                "Payer 1: \"member\" is empty",
            ),
            (
                json!({"home": {"street": "x"}, "payers": [{"member": "1"}, {"member": "2"}, {"member": "3"}]}),
                "from 0 to 2",
            ),
            (json!({"home": "here"}), "\"home\" cannot be used"),
            (json!({"home": {"street": "x"}, "payers": {"member": "1"}}), "\"payers\" cannot be used"),
            (json!({"home": {"street": "x", "planet": "y"}}), "has no field \"planet\""),
            (json!({"home": {"street": "x"}, "at": "2026-01-31"}), "\"at\" cannot be used"),
            (json!({"home": {"street": "x"}, "at": "2026-01-31T10:00:00"}), "\"at\" cannot be used"),
            (json!({"home": {"street": "x"}, "at": "2026-02-01T11:00:01+01:00"}), "\"at\" is still to come"),
            (
                json!({"home": {"street": "x"}, "at": "2026-01-30T00:59:59+01:00"}),
                "lies before 2026-01-30T00:00:00Z (taken)",
            ),
        ] {
            let refused = read(&given).expect_err(why);
            assert!(refused.contains(why), "{given}: {refused}");
        }
        for (given, kept) in [
            ("2026-01-31T08:30:00+01:00", "2026-01-31T08:30:00+01:00"),
            (" 2026-02-01T11:00:00+01:00 ", "2026-02-01T11:00:00+01:00"),
            ("now", "2026-02-01T10:00:00Z"),
        ] {
            let read = read(&json!({"home": {"street": "x"}, "at": given}));
            assert_eq!(read.map(|read| read["at"].clone()), Ok(json!(kept)), "{given}");
        }
    }
}
