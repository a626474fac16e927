//! Reading that cannot fail: how the DTOs take whatever stands in a field.
//!
//! Every field but a record's id may be null, absent, or of another type than documented: a number is taken for text, a lone object for a list of one; what cannot
//! be taken at all is left out here and named by [`Lenient::odd`], so that a person learns of it. The raw reply keeps it.

use std::fmt;

use serde_json::{Map, Value};

/// Where a value stands in its record. Written out only when something is to be said about it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Path<'a> {
    /// The record itself.
    Record,
    /// A field of an object.
    Field(&'a Path<'a>, &'a str),
    /// A place in a list, from 0.
    Place(&'a Path<'a>, usize),
}

impl Path<'_> {
    fn note(&self, odd: &mut Vec<String>) {
        odd.push(self.to_string());
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record => Ok(()),
            Self::Field(Self::Record, name) => f.write_str(name),
            Self::Field(within, name) => write!(f, "{within}.{name}"),
            Self::Place(within, place) => write!(f, "{within}[{place}]"),
        }
    }
}

/// A value that can be read from anything.
pub(crate) trait Lenient: Sized {
    /// The value; what is missing or unreadable is the empty one.
    fn read(value: Option<&Value>) -> Self;

    /// Adds the path of every part of `value` that is there and cannot be read.
    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>);
}

/// An object of the document.
pub(crate) trait Dto: Sized {
    /// Reads its fields.
    fn of(fields: &Map<String, Value>) -> Self;

    /// Adds the paths of its unreadable fields.
    fn odd_fields(fields: &Map<String, Value>, path: &Path<'_>, odd: &mut Vec<String>);
}

/// Text: also a number, a truth value, a list of these.
pub(crate) type Text = Option<String>;

impl Lenient for Text {
    fn read(value: Option<&Value>) -> Self {
        let text = match value? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => yes.to_string(),
            Value::Array(items) => {
                items.iter().filter_map(|item| Self::read(Some(item))).collect::<Vec<_>>().join(", ")
            }
            Value::Null | Value::Object(_) => return None,
        };
        (!text.trim().is_empty()).then_some(text)
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        let scalar = |value: &Value| !matches!(value, Value::Object(_) | Value::Array(_));
        if !(scalar(value) || value.as_array().is_some_and(|items| items.iter().all(scalar))) {
            path.note(odd);
        }
    }
}

/// Yes or no: also written as text or as a number.
impl Lenient for Option<bool> {
    fn read(value: Option<&Value>) -> Self {
        match value? {
            Value::Bool(yes) => Some(*yes),
            Value::String(text) if text == "1" || text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text == "0" || text.eq_ignore_ascii_case("false") => Some(false),
            Value::Number(number) if number.as_i64() == Some(1) => Some(true),
            Value::Number(number) if number.as_i64() == Some(0) => Some(false),
            _ => None,
        }
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        if !value.is_null() && Self::read(Some(value)).is_none() {
            path.note(odd);
        }
    }
}

impl<T: Dto> Lenient for Option<T> {
    fn read(value: Option<&Value>) -> Self {
        value?.as_object().map(T::of)
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::Object(fields) => T::odd_fields(fields, path, odd),
            _ => path.note(odd),
        }
    }
}

impl<T: Dto> Lenient for Vec<T> {
    fn read(value: Option<&Value>) -> Self {
        match value {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).map(T::of).collect(),
            Some(Value::Object(fields)) => vec![T::of(fields)],
            _ => Self::new(),
        }
    }

    fn odd(value: &Value, path: &Path<'_>, odd: &mut Vec<String>) {
        match value {
            Value::Null => {}
            Value::Object(fields) => T::odd_fields(fields, path, odd),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    Option::<T>::odd(item, &Path::Place(path, index), odd);
                }
            }
            _ => path.note(odd),
        }
    }
}

/// Anything at all, kept as it came: objects as JSON.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Anything(pub(crate) Option<String>);

impl Lenient for Anything {
    fn read(value: Option<&Value>) -> Self {
        let text = Text::read(value);
        Self(text.or_else(|| value.filter(|value| value.is_object() || is_nested(value)).map(Value::to_string)))
    }

    fn odd(_: &Value, _: &Path<'_>, _: &mut Vec<String>) {}
}

fn is_nested(value: &Value) -> bool {
    value.as_array().is_some_and(|items| items.iter().any(|item| item.is_object() || item.is_array()))
}

/// Whether a list is told at all, be it empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Told(pub(crate) bool);

impl Lenient for Told {
    fn read(value: Option<&Value>) -> Self {
        Self(value.is_some_and(Value::is_array))
    }

    fn odd(_: &Value, _: &Path<'_>, _: &mut Vec<String>) {}
}

/// A list of texts.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Texts(pub(crate) Vec<String>);

impl Lenient for Texts {
    fn read(value: Option<&Value>) -> Self {
        Self(match value {
            Some(Value::Array(items)) => items.iter().filter_map(|item| Anything::read(Some(item)).0).collect(),
            other => Anything::read(other).0.into_iter().collect(),
        })
    }

    fn odd(_: &Value, _: &Path<'_>, _: &mut Vec<String>) {}
}

/// Writes a struct of fields in the remote's spelling, and how it is read.
macro_rules! dto {
    ($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty = $key:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Default, PartialEq)]
        // The field names are the remote's.
        #[allow(clippy::struct_field_names)]
        pub(super) struct $name { $(pub(super) $field: $type),+ }

        impl $crate::lenient::Dto for $name {
            fn of(fields: &serde_json::Map<String, serde_json::Value>) -> Self {
                Self { $($field: $crate::lenient::Lenient::read(fields.get($key))),+ }
            }

            fn odd_fields(fields: &serde_json::Map<String, serde_json::Value>, path: &$crate::lenient::Path<'_>, odd: &mut Vec<String>) {
                $(if let Some(value) = fields.get($key) {
                    <$type as $crate::lenient::Lenient>::odd(value, &$crate::lenient::Path::Field(path, $key), odd);
                })+
            }
        }
    };
}
pub(crate) use dto;
