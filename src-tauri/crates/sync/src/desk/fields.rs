//! What a person filled in, checked against what is declared.

use rounds_domain::{
    action::Fields,
    declare::{ActionDeclaration, ActionField, FieldKind},
};
use serde_json::Value;

use super::{DeskError, files};

/// The fields as they are sent: every declared one with its value or default, checked, and those that nobody is asked for; no others.
/// `targets` are the legal values that the item names.
pub(super) fn checked(declaration: &ActionDeclaration, given: Fields, targets: &[String]) -> Result<Fields, DeskError> {
    checked_in(&declaration.label, &declaration.fields, given, targets).map(|fields| declaration.completed(fields))
}

/// The same of a group, or of one of a list; `within` is what that is called.
fn checked_in(
    within: &str,
    declared: &[ActionField],
    mut given: Fields,
    targets: &[String],
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
            (FieldKind::Group { fields }, value) => group(field, fields, value, targets)?,
            (FieldKind::List { one, fields, least, most }, value) => {
                list(field, &Listed { one, fields, least: *least, most: *most }, value, targets)?
            }
            (FieldKind::Files { .. }, Some(value)) => files::field_value(field, &value)?,
            (kind, Some(value)) => read_value(kind, value).ok_or_else(|| unusable(field))?,
            (_, None) => None,
        };
        if let (FieldKind::ItemChoice, Some(Value::String(chosen))) = (&field.kind, &value)
            && !targets.contains(chosen)
        {
            return Err(DeskError::Invalid(format!(
                "\"{}\" cannot be \"{chosen}\" on this item. It can be: {}. Nothing was sent.",
                field.label,
                targets.join(", ")
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
    targets: &[String],
) -> Result<Option<Value>, DeskError> {
    let given = match value {
        Some(Value::Object(given)) => given,
        None => Fields::new(),
        Some(_) => return Err(unusable(field)),
    };
    if !field.required && is_blank(fields, &given) {
        return Ok(None);
    }
    checked_in(&field.label, fields, given, targets).map(|fields| Some(Value::Object(fields)))
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
    targets: &[String],
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
            read.push(Value::Object(checked_in(&within, of.fields, given, targets).map_err(named)?));
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

/// A value as its kind wants it: `None` when it cannot be used, `Some(None)` when it is empty.
#[allow(clippy::option_option)]
fn read_value(kind: &FieldKind, value: Value) -> Option<Option<Value>> {
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
        (FieldKind::Moment, Value::String(text)) => {
            chrono::DateTime::parse_from_rfc3339(text.trim()).ok()?;
            Value::String(text)
        }
        (FieldKind::Date, Value::String(text)) => {
            rounds_domain::moment::instant(&text)?;
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
                field("at", FieldKind::Moment, false, None),
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

    fn read(given: &Value) -> Result<Value, String> {
        let given = given.as_object().cloned().unwrap_or_default();
        checked(&declared(), given, &[]).map(Value::Object).map_err(|error| error.to_string())
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
        ] {
            let refused = read(&given).expect_err(why);
            assert!(refused.contains(why), "{given}: {refused}");
        }
        let at = "2026-01-31T08:30:00+01:00";
        assert_eq!(read(&json!({"home": {"street": "x"}, "at": at})).map(|read| read["at"].clone()), Ok(json!(at)));
    }
}
