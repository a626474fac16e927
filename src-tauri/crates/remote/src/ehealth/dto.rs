//! Specimens and jobs in eHealth's own spelling. Everything but the id may be missing or of another type than documented.

use serde_json::{Map, Value};

use crate::lenient::{Anything, Lenient, Path, Text, dto};

/// Something that is told by a name: a text; a concept `{text, coding: [{code, display}]}`; a reference `{identifier: {value}}`; a
/// quantity `{value, unit}`. Of a list, all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named(pub(super) Text);

/// No concept has more layers.
const LAYERS: u8 = 4;

fn named(value: &Value, layers: u8) -> Text {
    let fields = match value {
        Value::Object(fields) if layers > 0 => fields,
        Value::Array(items) if layers > 0 => {
            let all: Vec<String> = items.iter().filter_map(|item| named(item, layers - 1)).collect();
            return (!all.is_empty()).then(|| all.join(", "));
        }
        Value::Object(_) | Value::Array(_) => return None,
        plain => return Text::read(Some(plain)),
    };
    let of = |key: &str| fields.get(key).and_then(|inner| named(inner, layers - 1));
    let quantity = || quantity(fields);
    of("text")
        .or_else(|| of("display"))
        .or_else(|| of("coding"))
        .or_else(quantity)
        .or_else(|| of("identifier"))
        .or_else(|| of("code"))
}

fn quantity(fields: &Map<String, Value>) -> Text {
    let value = Text::read(fields.get("value").filter(|value| !value.is_object()))?;
    match Text::read(fields.get("unit")) {
        Some(unit) => Some(format!("{value} {unit}")),
        None => Some(value),
    }
}

impl Lenient for Named {
    fn read(value: Option<&Value>) -> Self {
        Self(value.and_then(|value| named(value, LAYERS)))
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        let empty = value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(Map::is_empty);
        let says_nothing = !value.is_null() && !empty && value.as_str().is_none_or(|text| !text.trim().is_empty());
        if says_nothing && Self::read(Some(value)).0.is_none() {
            odd.push(path.to_string());
        }
    }
}

dto!(
    /// "Specimen" as the sheet lists it.
    Specimen {
        id: Text = "id",
        accession_identifier: Named = "accession_identifier",
        status: Text = "status",
        status_reason: Named = "status_reason",
        kind: Named = "type",
        subject: Option<Subject> = "subject",
        collection: Option<Collection> = "collection",
        containers: Vec<Container> = "container",
        received_time: Text = "received_time",
        parent: Named = "parent",
        request: Named = "request",
        encounter: Named = "encounter",
        condition: Named = "condition",
        note: Named = "note",
        registered_by: Named = "registered_by",
        managing_organization: Named = "managing_organization",
        inserted_at: Text = "inserted_at",
        inserted_by: Named = "inserted_by",
        updated_at: Text = "updated_at",
        updated_by: Named = "updated_by",
    }
);
dto!(
    /// Whom it is of: stored hashed. A look-up may tell age and gender.
    Subject { value: Anything = "value", identifier: Named = "identifier", age: Named = "age", gender: Named = "gender" }
);
dto!(
    /// How it was collected: at a time, or over a period.
    Collection {
        collector: Named = "collector",
        collected_date_time: Text = "collected_date_time",
        collected_period: Option<Period> = "collected_period",
        duration: Named = "duration",
        quantity: Named = "quantity",
        method: Named = "method",
        body_site: Named = "body_site",
        procedure: Named = "procedure",
        fasting_status: Named = "fasting_status",
    }
);
dto!(
    /// From when to when.
    Period { start: Text = "start", end: Text = "end" }
);
dto!(
    /// What it is in.
    Container {
        identifier: Named = "identifier",
        kind: Named = "type",
        description: Named = "description",
        capacity: Named = "capacity",
        specimen_quantity: Named = "specimen_quantity",
        additive: Named = "additive",
    }
);
dto!(
    /// How far a list goes.
    Paging {
        page_number: Text = "page_number",
        page_size: Text = "page_size",
        total_entries: Text = "total_entries",
        total_pages: Text = "total_pages",
    }
);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_told_by_a_name_is_read_in_every_shape() {
        for (value, expected) in [
            (json!("1234-3224"), Some("1234-3224")),
            (json!(17), Some("17")),
            (
                json!({"coding": [{"system": "eHealth/specimen_types", "code": "ABP"}], "text": "Abscess"}),
                Some("Abscess"),
            ),
            (json!({"coding": [{"code": "ABP"}], "text": ""}), Some("ABP")),
            (json!({"coding": [{"code": "ABP", "display": "Abscess"}]}), Some("Abscess")),
            (
                json!({"identifier": {"type": {"coding": [{"code": "employee"}]}, "value": "ef30f210"}}),
                Some("ef30f210"),
            ),
            (json!([{"identifier": {"value": "a"}}, {"identifier": {"value": "b"}}]), Some("a, b")),
            (json!({"value": 5, "unit": "ml", "code": "mL"}), Some("5 ml")),
            (json!({}), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert_eq!(Named::read(Some(&value)).0.as_deref(), expected, "{value}");
        }
    }

    #[test]
    fn a_shape_that_nobody_knows_is_named_as_odd_and_what_is_empty_is_not() {
        let odd = |value: Value| {
            let mut odd = Vec::new();
            Named::odd(&value, &Path::Field(&Path::Record, "type"), &mut odd);
            odd
        };
        assert_eq!(odd(json!({"x": {"y": 1}})), ["type"]);
        for fine in [json!(null), json!({}), json!([]), json!("  "), json!("x")] {
            assert!(odd(fine.clone()).is_empty(), "{fine}");
        }
    }
}
