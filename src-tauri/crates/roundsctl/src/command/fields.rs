//! The fields of an action on the command line: `--text T --internal`, `--file PATH --file PATH`, `--address.city C`,
//! `--insurances.1.memberNumber N`.

use std::path::PathBuf;

use rounds_domain::{
    action::Fields,
    declare::{ActionField, FieldKind},
};
use serde_json::Value;

use crate::failure::Failure;

/// The most entries of a list that can be named on the command line.
const MOST: usize = 1_000;

/// What was given for an action's fields: values, and files by their paths.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Given {
    pub(crate) fields: Fields,
    pub(crate) files: Vec<(String, PathBuf)>,
}

/// What the words say, laid over what was `given` in a file. A yes-or-no field is yes when it is named and, where nothing else says
/// so, no when it is not.
pub(crate) fn of(action: &str, declared: &[ActionField], given: Fields, words: &[String]) -> Result<Given, Failure> {
    let mut files = Vec::new();
    let mut fields = given;
    for field in declared.iter().filter(|field| field.kind == FieldKind::Flag) {
        fields.entry(field.key.clone()).or_insert(Value::Bool(false));
    }
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let (key, inline) =
            word.split_once('=').map_or((word.as_str(), None), |(key, value)| (key, Some(value.to_owned())));
        let unknown =
            || Failure::usage(format!("{action} has no field {key}. It has: {}.", names(declared).join(", ")));
        let path: Vec<&str> = key.strip_prefix("--").ok_or_else(unknown)?.split('.').collect();
        let field = end_of(declared, &path).ok_or_else(unknown)?;
        let value = match (inline, &field.kind) {
            (_, FieldKind::Secret) => {
                return Err(Failure::usage(format!(
                    "{key} is secret, and other programs can read this command line. Give it in --fields-file. Nothing was saved."
                )));
            }
            (Some(value), _) => Value::String(value),
            (None, FieldKind::Flag) => Value::Bool(true),
            (None, _) => {
                Value::String(words.next().cloned().ok_or_else(|| Failure::usage(format!("{key} needs a value.")))?)
            }
        };
        match (&field.kind, value) {
            (FieldKind::Files { .. }, Value::String(path)) => files.push((field.key.clone(), path.into())),
            (_, value) => put(&mut fields, declared, &path, value).ok_or_else(unknown)?,
        }
    }
    Ok(Given { fields, files })
}

/// Every field as the command line names it.
pub(crate) fn names(declared: &[ActionField]) -> Vec<String> {
    let mut named = Vec::new();
    name(declared, "--", &mut named);
    named
}

fn name(declared: &[ActionField], before: &str, named: &mut Vec<String>) {
    for field in declared.iter().filter(|field| field.kind.is_asked()) {
        let here = format!("{before}{}", field.key.replace('_', "-"));
        match &field.kind {
            FieldKind::Group { fields } => name(fields, &format!("{here}."), named),
            FieldKind::List { fields, .. } => name(fields, &format!("{here}.1."), named),
            _ => named.push(here),
        }
    }
}

/// The declared field of this name; a dash stands for the underscore that nobody likes to type.
fn find<'a>(declared: &'a [ActionField], name: &str) -> Option<&'a ActionField> {
    let other = name.replace('-', "_");
    declared.iter().find(|field| field.kind.is_asked() && (field.key == name || field.key == other))
}

/// The field that a path ends at, where that takes a value.
fn end_of<'a>(declared: &'a [ActionField], path: &[&str]) -> Option<&'a ActionField> {
    let (first, rest) = path.split_first()?;
    let field = find(declared, first)?;
    match (&field.kind, rest) {
        (FieldKind::Group { fields }, rest) => end_of(fields, rest),
        (FieldKind::List { fields, .. }, [place, rest @ ..]) => place_of(place).and_then(|_| end_of(fields, rest)),
        (FieldKind::List { .. }, []) => None,
        (_, []) => Some(field),
        _ => None,
    }
}

/// The place in a list, counted from 1 as people do.
fn place_of(word: &str) -> Option<usize> {
    word.parse::<usize>().ok().filter(|place| (1..=MOST).contains(place)).map(|place| place - 1)
}

fn put(fields: &mut Fields, declared: &[ActionField], path: &[&str], value: Value) -> Option<()> {
    let (first, rest) = path.split_first()?;
    let field = find(declared, first)?;
    match &field.kind {
        FieldKind::Group { fields: inner } => {
            let group = fields.entry(field.key.clone()).or_insert_with(|| Value::Object(Fields::new()));
            put(group.as_object_mut()?, inner, rest, value)
        }
        FieldKind::List { fields: inner, .. } => {
            let (place, rest) = rest.split_first()?;
            let place = place_of(place)?;
            let list = fields.entry(field.key.clone()).or_insert_with(|| Value::Array(vec![])).as_array_mut()?;
            if list.len() <= place {
                list.resize_with(place + 1, || Value::Object(Fields::new()));
            }
            put(list.get_mut(place)?.as_object_mut()?, inner, rest, value)
        }
        _ => {
            fields.insert(field.key.clone(), value);
            Some(())
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
        let address = FieldKind::Group { fields: vec![field("city", FieldKind::Text)] };
        let insured = vec![field("member_number", FieldKind::Text), field("address", address)];
        vec![
            field("number", FieldKind::Text),
            field("stat", FieldKind::Flag),
            field("hidden", FieldKind::Secret),
            field("scans", FieldKind::Files { most: 2, bytes_each: 9, bytes_in_all: 9, media_types: vec![] }),
            field("made_up", FieldKind::Composed { heading: String::new() }),
            field("insured", FieldKind::List { one: "Insured".into(), fields: insured, least: 0, most: 3 }),
        ]
    }

    fn given(given: &Value, line: &str) -> Result<Given, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let given = given.as_object().cloned().unwrap_or_default();
        of("make", &declared(), given, &words).map_err(|failure| failure.message)
    }

    fn read(given: &Value, line: &str) -> Result<Value, String> {
        self::given(given, line).map(|given| Value::Object(given.fields))
    }

    #[test]
    fn fields_within_fields_are_named_by_their_path() {
        assert_eq!(
            read(&json!({}), "--number=7 --insured.2.address.city Lund --insured.1.member-number M1"),
            Ok(json!({"number": "7", "stat": false,
                "insured": [{"member_number": "M1"}, {"address": {"city": "Lund"}}]}))
        );
        assert_eq!(
            read(&json!({"hidden": "000", "stat": true, "number": "6"}), "--number 7"),
            Ok(json!({"hidden": "000", "stat": true, "number": "7"})),
            "the line is laid over the file"
        );
    }

    #[test]
    fn what_is_not_declared_is_refused_with_what_is() {
        for line in
            ["--colour x", "--insured x", "--insured.0.member_number x", "--insured.1 x", "--number.x y", "number 7"]
        {
            let refused = read(&json!({}), line).expect_err(line);
            assert!(refused.contains("--insured.1.address.city"), "{line}: {refused}");
        }
    }

    #[test]
    fn files_are_named_by_their_paths_as_often_as_there_are_files() {
        let given = given(&json!({}), "--scans /a/1.pdf --number 7 --scans=2.txt").expect("they are declared");
        assert_eq!(given.files, [("scans".into(), "/a/1.pdf".into()), ("scans".into(), "2.txt".into())]);
        assert_eq!(Value::Object(given.fields), json!({"number": "7", "stat": false}));
        assert!(read(&json!({}), "--scans").is_err(), "it needs a path");
    }

    #[test]
    fn what_nobody_is_asked_for_is_no_flag() {
        let refused = read(&json!({}), "--made-up x").expect_err("it is made of the others");
        let (_, known) = refused.split_once("It has:").expect("it says what there is");
        assert!(known.contains("--scans") && !known.contains("made"), "{refused}");
    }

    #[test]
    fn a_secret_is_never_taken_from_the_command_line() {
        for line in ["--hidden 000-12-3456", "--hidden=000-12-3456"] {
            let refused = read(&json!({}), line).expect_err(line);
            assert!(refused.contains("--fields-file") && !refused.contains("3456"), "{refused}");
        }
    }
}
