//! Secrets among the fields of an action (a social security number): sent whole, and shown by their end alone.

use serde_json::Value;

use crate::{
    action::Fields,
    declare::{ActionField, FieldKind},
};

/// What stands for the part that is not shown.
const HIDDEN: &str = "•••••";
/// How much of the end is shown of a secret that is long enough to stay one.
const END: usize = 4;

/// The values as they may be shown: of a secret only its last four characters, and none of one shorter than eight.
pub fn masked(declared: &[ActionField], values: &Fields) -> Fields {
    let mut shown = values.clone();
    each_secret(declared, &mut shown, None, &mut |secret, _| *secret = mask(secret));
    shown
}

/// Puts what is `kept` in the place of every secret that stands in `given` as it was shown: whoever corrects something is not
/// asked again for what they never see.
pub fn with_kept(declared: &[ActionField], given: &mut Fields, kept: &Fields) {
    each_secret(declared, given, Some(kept), &mut |secret, kept| {
        if let Some(kept) = kept.filter(|kept| mask(kept) == *secret) {
            kept.clone_into(secret);
        }
    });
}

/// The values with every secret left empty.
pub fn without(declared: &[ActionField], values: &Fields) -> Fields {
    let mut left = values.clone();
    each_secret(declared, &mut left, None, &mut |secret, _| secret.clear());
    left
}

/// The texts of every secret among the values.
pub fn secrets(declared: &[ActionField], values: &Fields) -> Vec<String> {
    let mut found = Vec::new();
    each_secret(declared, &mut values.clone(), None, &mut |secret, _| found.push(secret.clone()));
    found
}

/// A secret as it may be shown.
pub fn mask(secret: &str) -> String {
    let letters: Vec<char> = secret.trim().chars().collect();
    let end: String = letters.iter().skip(letters.len().saturating_sub(END)).collect();
    if letters.len() < 2 * END { HIDDEN.to_owned() } else { format!("{HIDDEN}{end}") }
}

fn each_secret(
    declared: &[ActionField],
    values: &mut Fields,
    kept: Option<&Fields>,
    act: &mut impl FnMut(&mut String, Option<&str>),
) {
    for field in declared {
        let Some(value) = values.get_mut(&field.key) else { continue };
        let kept = kept.and_then(|kept| kept.get(&field.key));
        match (&field.kind, value) {
            (FieldKind::Secret, Value::String(secret)) => act(secret, kept.and_then(Value::as_str)),
            (FieldKind::Group { fields }, Value::Object(inner)) => {
                each_secret(fields, inner, kept.and_then(Value::as_object), act);
            }
            (FieldKind::List { fields, .. }, Value::Array(entries)) => {
                for (at, entry) in entries.iter_mut().enumerate() {
                    let Value::Object(inner) = entry else { continue };
                    each_secret(fields, inner, kept.and_then(|kept| kept.get(at)?.as_object()), act);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn field(key: &str, kind: FieldKind) -> ActionField {
        ActionField { key: key.into(), label: key.into(), help: String::new(), kind, required: false, default: None }
    }

    fn declared() -> Vec<ActionField> {
        let person = vec![field("name", FieldKind::Text), field("number", FieldKind::Secret)];
        vec![
            field("patient", FieldKind::Group { fields: person.clone() }),
            field("insured", FieldKind::List { one: "Insured".into(), fields: person, least: 0, most: 3 }),
            field("pin", FieldKind::Secret),
        ]
    }

    fn fields(value: &Value) -> Fields {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn a_secret_is_shown_by_its_end_wherever_it_stands() {
        let given = fields(&json!({"patient": {"name": "Ana", "number": "000-12-3456"}, "pin": "1234",
            "insured": [{"name": "Ben", "number": "000987654"}, {"number": null}], "note": "000-12-3456"}));
        let shown = Value::Object(masked(&declared(), &given));
        assert_eq!(
            shown,
            json!({"patient": {"name": "Ana", "number": "•••••3456"}, "pin": "•••••",
                "insured": [{"name": "Ben", "number": "•••••7654"}, {"number": null}], "note": "000-12-3456"})
        );
        assert_eq!(secrets(&declared(), &given), ["000-12-3456", "000987654", "1234"]);
    }

    #[test]
    fn what_was_shown_means_what_was_kept_and_what_was_typed_means_itself() {
        let kept = fields(&json!({"patient": {"number": "000-12-3456"}, "pin": "1234"}));
        let mut given = fields(&json!({"patient": {"number": "•••••3456"}, "pin": "98765432"}));
        with_kept(&declared(), &mut given, &kept);
        assert_eq!(Value::Object(given), json!({"patient": {"number": "000-12-3456"}, "pin": "98765432"}));
    }
}
