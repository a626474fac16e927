//! `filter.FIELD.COND`: reading, and holding records against them. AND only.
//!
//! "Timezone offsets are ignored. Server-side timestamps are truncated to seconds before comparison when a filter lacks
//! microseconds part" (the vendor's client).

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::Value;

use super::errors::Refused;
use super::form::Form;
use super::moment::Moment;
use super::names::{self, Table};
use super::zone::Zone;

/// The conditions that are documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Equals,
    NotEquals,
    Like,
    Gt,
    Ge,
    Lt,
    Le,
    In,
}

/// What a condition looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Plain(String),
    /// The value of a custom field, by its id.
    Custom(String),
    Tags,
    /// `filter.SMART_SEARCH.equals`, over what a person would type (which fields those are is inferred).
    Smart,
}

/// What it is held against.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Operand {
    Text(String),
    Time { at: Moment, whole_seconds: bool },
    Many(Vec<String>),
}

/// One condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) field: Field,
    pub(crate) op: Op,
    or_null: bool,
    operand: Operand,
}

const SMART: [&str; 4] = ["patient_name", "patientid", "accession_number", "study_description"];

/// Reads every `filter.…` parameter. `own` is the user's own zone, which wins over `filter.tz`.
pub(crate) fn read(form: &Form, table: Table, own: Option<&str>) -> Result<Vec<Condition>, Refused> {
    let zone = own.or_else(|| form.get("filter.tz")).map_or(Zone::UTC, Zone::named);
    form.pairs()
        .filter(|(name, _)| name.starts_with("filter.") && *name != "filter.tz")
        .map(|(name, value)| condition(name, value, table, zone))
        .collect()
}

fn condition(expression: &str, value: &str, table: Table, zone: Zone) -> Result<Condition, Refused> {
    let unknown_field = || Refused::about("INVALID_FIELD", expression);
    let unknown_condition = || Refused::about("INVALID_CONDITION", expression);
    let rest = expression.strip_prefix("filter.").unwrap_or(expression);
    let (field, word) = rest.rsplit_once('.').ok_or_else(unknown_condition)?;
    let (op, or_null) = match word {
        "equals" => (Op::Equals, false),
        "equals_or_null" => (Op::Equals, true),
        "not_equals" => (Op::NotEquals, false),
        "not_equals_or_null" => (Op::NotEquals, true),
        "like" => (Op::Like, false),
        "gt" => (Op::Gt, false),
        "ge" => (Op::Ge, false),
        "lt" => (Op::Lt, false),
        "le" => (Op::Le, false),
        "in" => (Op::In, false),
        "in_or_null" => (Op::In, true),
        _ => return Err(unknown_condition()),
    };
    let field = names::filtered(field, table).ok_or_else(unknown_field)?;
    let is_time = matches!(&field, Field::Plain(name) if names::is_time(name));
    let operand = if op == Op::In {
        let list = serde_json::from_str::<Vec<Value>>(value).map_err(|_| unknown_condition())?;
        Operand::Many(list.iter().map(text_of).collect())
    } else if is_time && op != Op::Like {
        let (wall, whole_seconds) = wall_clock(value).ok_or_else(unknown_condition)?;
        Operand::Time { at: zone.moment(wall), whole_seconds }
    } else {
        Operand::Text(value.to_owned())
    };
    Ok(Condition { field, op, or_null, operand })
}

/// `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-MM-DD hh:mm:ss[.uuuuuu]`; whatever offset follows is not looked at. True: without
/// microseconds.
fn wall_clock(text: &str) -> Option<(NaiveDateTime, bool)> {
    for (form, length) in [("%Y-%m-%d", 10), ("%Y%m%d", 8)] {
        if text.len() == length
            && let Ok(day) = NaiveDate::parse_from_str(text, form)
        {
            return Some((day.and_hms_opt(0, 0, 0)?, true));
        }
    }
    let end = text.get(19..)?.find(|c: char| !c.is_ascii_digit() && c != '.').map_or(text.len(), |at| at + 19);
    let local = text.get(..end)?.replace('T', " ");
    let time = NaiveDateTime::parse_from_str(&local, "%Y-%m-%d %H:%M:%S%.f").ok()?;
    Some((time, !local.contains('.')))
}

impl Condition {
    /// A field with exactly this text.
    pub(crate) fn equals(name: &str, text: &str) -> Self {
        let operand = Operand::Text(text.to_owned());
        Self { field: Field::Plain(name.to_owned()), op: Op::Equals, or_null: false, operand }
    }

    /// Whether a record fits; `field` gives its fields as reads show them.
    pub(crate) fn fits(&self, field: impl Fn(&str) -> Value) -> bool {
        match &self.field {
            Field::Plain(name) => self.holds(&field(name)),
            Field::Custom(id) => {
                let all = field("customfields");
                let found = all.as_array().into_iter().flatten().find(|one| one["uuid"] == id.as_str());
                self.holds(&found.map_or(Value::Null, |one| one["value"].clone()))
            }
            Field::Tags => {
                let tags = field("tags");
                let tags = tags.as_array().map(Vec::as_slice).unwrap_or_default();
                (tags.is_empty() && self.or_null) || tags.iter().any(|tag| self.holds(tag))
            }
            Field::Smart => {
                let Operand::Text(wanted) = &self.operand else { return false };
                let wanted = wanted.to_lowercase();
                SMART.iter().any(|name| text_of(&field(name)).to_lowercase().contains(&wanted))
            }
        }
    }

    fn holds(&self, value: &Value) -> bool {
        if value.is_null() {
            return self.or_null;
        }
        match &self.operand {
            Operand::Many(wanted) => wanted.iter().any(|one| order(value, one).is_eq()),
            Operand::Time { at, whole_seconds } => {
                let Some(moment) = value.as_str().and_then(Moment::parse) else { return false };
                let moment = if *whole_seconds { moment.whole_second() } else { moment };
                self.agrees(moment.cmp(at))
            }
            Operand::Text(pattern) if self.op == Op::Like => like(&text_of(value), pattern),
            Operand::Text(wanted) => self.agrees(order(value, wanted)),
        }
    }

    fn agrees(&self, order: std::cmp::Ordering) -> bool {
        match self.op {
            Op::Equals | Op::In | Op::Like => order.is_eq(),
            Op::NotEquals => order.is_ne(),
            Op::Gt => order.is_gt(),
            Op::Ge => order.is_ge(),
            Op::Lt => order.is_lt(),
            Op::Le => order.is_le(),
        }
    }

    /// Whether a moment fits, if this is about a time of that name.
    pub(crate) fn fits_moment(&self, name: &str, moment: Moment) -> Option<bool> {
        match (&self.field, &self.operand) {
            (Field::Plain(field), Operand::Time { at, whole_seconds }) if field == name => {
                let moment = if *whole_seconds { moment.whole_second() } else { moment };
                Some(self.agrees(moment.cmp(at)))
            }
            _ => None,
        }
    }

    /// The least moment that can fit, if this is a lower bound on that field.
    pub(crate) fn at_least(&self, name: &str) -> Option<Moment> {
        match (&self.field, &self.operand, self.op) {
            (Field::Plain(field), Operand::Time { at, .. }, Op::Ge | Op::Gt | Op::Equals) if field == name => Some(*at),
            _ => None,
        }
    }
}

pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// Numbers as numbers, everything else as text.
fn order(value: &Value, wanted: &str) -> std::cmp::Ordering {
    if let (Some(left), Ok(right)) = (value.as_f64(), wanted.parse::<f64>()) {
        return left.total_cmp(&right);
    }
    text_of(value).as_str().cmp(wanted)
}

/// SQL's `%` and `_`, without regard to case: the document's example looks for `%mulloy%` among DICOM names (inferred).
fn like(text: &str, pattern: &str) -> bool {
    fn from(text: &[char], pattern: &[char]) -> bool {
        match pattern.split_first() {
            None => text.is_empty(),
            Some(('%', rest)) => (0..=text.len()).any(|skip| from(&text[skip..], rest)),
            Some(('_', rest)) => !text.is_empty() && from(&text[1..], rest),
            Some((letter, rest)) => text.first() == Some(letter) && from(&text[1..], rest),
        }
    }
    let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
    from(&letters(text), &letters(pattern))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Form, names, read};
    use crate::ambra::made::Kind;

    fn fits(name: &str, value: &str, record: &Value) -> bool {
        let hash = json!({name: value});
        let form = Form::from_hash(hash.as_object().unwrap());
        let all = read(&form, names::of(Kind::Study), Some("America/New_York")).unwrap();
        all.iter().all(|condition| condition.fits(|field| record[field].clone()))
    }

    #[test]
    fn each_condition_against_a_value_and_against_null() {
        for (word, wanted, on_value, on_null) in [
            ("equals", "Final", true, false),
            ("equals_or_null", "Final", true, true),
            ("not_equals", "Final", false, false),
            ("not_equals_or_null", "Unread", true, true),
            ("like", "fin%", true, false),
            ("like", "F_nal", true, false),
            ("gt", "Fin", true, false),
            ("ge", "Final", true, false),
            ("lt", "Final", false, false),
            ("le", "Final", true, false),
            ("in", "[\"Unread\",\"Final\"]", true, false),
            ("in_or_null", "[\"Unread\"]", false, true),
        ] {
            let name = format!("filter.study_status.{word}");
            assert_eq!(fits(&name, wanted, &json!({"study_status": "Final"})), on_value, "{word} {wanted}");
            assert_eq!(fits(&name, wanted, &json!({"study_status": null})), on_null, "{word} {wanted} on null");
        }
    }

    #[test]
    fn times_are_walls_of_the_users_own_zone_and_seconds_unless_told_finer() {
        let study = json!({"updated": "2026-01-15 17:00:00.500000+00"});
        for (word, value, fit) in [
            ("equals", "2026-01-15 12:00:00", true),
            ("gt", "2026-01-15 12:00:00", false),
            ("le", "2026-01-15 12:00:00", true),
            ("gt", "2026-01-15 12:00:00.400000", true),
            ("ge", "2026-01-15 12:00:00.500001", false),
            // The offset is not looked at.
            ("equals", "2026-01-15 12:00:00+09:00", true),
            ("ge", "2026-01-15", true),
            ("ge", "20260116", false),
        ] {
            assert_eq!(fits(&format!("filter.updated.{word}"), value, &study), fit, "{word} {value}");
        }
    }

    #[test]
    fn what_is_not_known_is_named_as_it_was_written() {
        for (name, error) in
            [("filter.nonsense.equals", "INVALID_FIELD"), ("filter.modality.about", "INVALID_CONDITION")]
        {
            let hash = json!({name: "x"});
            let refused = read(&Form::from_hash(hash.as_object().unwrap()), names::of(Kind::Study), None).unwrap_err();
            assert_eq!((refused.error_type, refused.subtype), (json!(error), Some(json!(name))));
        }
    }

    #[test]
    fn tags_custom_fields_and_table_names() {
        let study = json!({"tags": ["a", "b"], "modality": "CT", "customfields": [{"uuid": "6f9619ff-8b86-4011-b42d-00cf4fc964ff", "value": "1"}]});
        for (name, value, fit) in [
            ("filter.tags.in", "[\"b\",\"c\"]", true),
            ("filter.tags.in", "[\"c\"]", false),
            ("filter.study.modality.equals", "CT", true),
            ("filter.Study.modality.like", "c%", true),
            ("filter.customfield-6f9619ff-8b86-4011-b42d-00cf4fc964ff.equals", "1", true),
            ("filter.customfield-00000000-0000-0000-0000-000000000000.equals", "1", false),
        ] {
            assert_eq!(fits(name, value, &study), fit, "{name} {value}");
        }
    }
}
