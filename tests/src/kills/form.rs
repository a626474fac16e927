//! What stands in the fields of an action that the matrix does.

use chrono::Utc;
use rounds_domain::{
    action::Fields,
    declare::{ActionField, FieldKind},
    view::ActionOffer,
};
use serde_json::{Map, Value};

/// A value for each of these fields that wants one, `known` ones first; nothing where one that is required can have none.
pub(super) fn filled_in(declared: &[ActionField], offer: &ActionOffer, known: &Fields) -> Option<Fields> {
    let mut fields = Map::new();
    for field in declared.iter().filter(|field| field.kind.is_asked()) {
        if let Some(value) = known.get(&field.key).cloned().or_else(|| value(field, offer)) {
            fields.insert(field.key.clone(), value);
        } else if field.required && field.default.is_none() {
            return None;
        }
    }
    Some(fields)
}

fn value(field: &ActionField, offer: &ActionOffer) -> Option<Value> {
    match &field.kind {
        FieldKind::Text | FieldKind::LongText if field.required || field.key == "text" => {
            Some(Value::from("Made up for a test"))
        }
        FieldKind::Choice { options } if field.required => Some(Value::from(options.first()?.value.clone())),
        FieldKind::ItemChoice => Some(Value::from(offer.targets.first()?.clone())),
        FieldKind::Flag if field.required => Some(Value::from(true)),
        FieldKind::Person => Some(Value::from(offer.people.first()?.id.clone()?)),
        FieldKind::Number { least, .. } if field.required => Some(Value::from(*least)),
        FieldKind::Date if field.required => Some(Value::from(Utc::now().format("%Y-%m-%d").to_string())),
        FieldKind::Moment { .. } if field.required && field.default.is_none() => {
            Some(Value::from(Utc::now().to_rfc3339()))
        }
        FieldKind::Group { fields } if field.required => within(fields, offer),
        FieldKind::List { fields, least, .. } => {
            (0..(*least).max(1)).map(|_| within(fields, offer)).collect::<Option<Vec<_>>>().map(Value::from)
        }
        _ => None,
    }
}

fn within(fields: &[ActionField], offer: &ActionOffer) -> Option<Value> {
    filled_in(fields, offer, &Fields::new()).map(Value::Object)
}
