//! The documents' own examples, spoiled in every way: a value of another kind anywhere, a field gone, a list in place of one
//! thing, a text that breaks off. Nothing panics, and whatever is in a page is a record or a rejected one.

#![allow(missing_docs, clippy::unwrap_used)]

use proptest::{prelude::*, sample::Index};
use rounds_fuzz as targets;
use serde_json::{Map, Value, json};

/// What is done to one value of a document.
#[derive(Debug, Clone)]
enum Harm {
    /// It is this instead.
    Instead(Value),
    /// It is not there.
    Gone,
    /// It is in a list of its own, or it is the first of its list alone.
    Listed,
    /// It stands there so many times.
    Repeated(usize),
    /// It is so deep inside lists.
    Deep(usize),
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop_oneof![Just("2026-02-30T25:61:61Z"), Just("9999999999"), Just("\u{0}\u{202e}"), Just("-0.0e999")]
            .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((prop_oneof![Just("id".to_owned()), "[a-zA-Z]{0,8}"], inner), 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => value().prop_map(Harm::Instead),
        2 => Just(Harm::Gone),
        1 => Just(Harm::Listed),
        1 => (2_usize..40).prop_map(Harm::Repeated),
        1 => prop_oneof![Just(5), Just(100), Just(200)].prop_map(Harm::Deep),
    ]
}

/// How many values there are in a document.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// Does harm to the value that is reached after `left` others; answers whether it is gone.
fn spoil(value: &mut Value, left: &mut usize, harm: &Harm) -> bool {
    if *left == 0 {
        *left = usize::MAX;
        let was = value.take();
        *value = match harm {
            Harm::Gone => return true,
            Harm::Instead(other) => other.clone(),
            Harm::Repeated(times) => Value::from(vec![was; *times]),
            Harm::Deep(depth) => (0..*depth).fold(was, |inner, _| Value::from(vec![inner])),
            Harm::Listed => match was {
                Value::Array(mut items) if !items.is_empty() => items.swap_remove(0),
                other => Value::from(vec![other]),
            },
        };
        return false;
    }
    *left = left.saturating_sub(1);
    match value {
        Value::Array(items) => items.retain_mut(|item| *left == usize::MAX || !spoil(item, left, harm)),
        Value::Object(fields) => fields.retain(|_, field| *left == usize::MAX || !spoil(field, left, harm)),
        _ => {}
    }
    false
}

/// A document with some harm done, and perhaps cut.
fn spoiled(examples: Vec<Value>) -> impl Strategy<Value = Vec<u8>> {
    let harms = prop::collection::vec((any::<Index>(), harm()), 0..6);
    (prop::sample::select(examples), harms, prop::option::weighted(0.2, any::<Index>())).prop_map(
        |(mut document, harms, cut)| {
            for (at, harm) in harms {
                let mut left = at.index(size(&document));
                spoil(&mut document, &mut left, &harm);
            }
            let mut bytes = document.to_string().into_bytes();
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len() + 1));
            }
            bytes
        },
    )
}

/// The kept examples of a target; for refusals without the two bytes that are their status.
fn examples(target: &str) -> Vec<Value> {
    let skip = if target.ends_with("refusal") { 2 } else { 0 };
    let is_example = |name: &str| std::path::Path::new(name).extension().is_some_and(|end| end == "json");
    let documents = targets::kept(target).into_iter().filter(|(name, _)| is_example(name));
    let documents: Vec<Value> = documents.map(|(_, bytes)| serde_json::from_slice(&bytes[skip..]).unwrap()).collect();
    assert!(!documents.is_empty(), "tests/corpus/{target} has none of the documents' examples");
    documents
}

fn throw(target: &str, examples: Vec<Value>, status: Option<u16>) {
    let (_, run) = targets::all().find(|(name, _)| *name == target).expect("a target");
    let mut runner =
        proptest::test_runner::TestRunner::new(ProptestConfig { cases: 1_500, ..ProptestConfig::default() });
    let thrown = runner.run(&spoiled(examples), |body| {
        let mut bytes = status.map(|status| (status - 200).to_le_bytes().to_vec()).unwrap_or_default();
        bytes.extend(body);
        run(&bytes);
        Ok(())
    });
    thrown.unwrap_or_else(|error| panic!("{target}: {error}"));
}

#[test]
fn a_spoiled_page_of_cases_loses_nothing_in_silence() {
    throw("carevalidate_page", examples("carevalidate_page"), None);
}

#[test]
fn a_page_of_many_spoiled_cases_loses_nothing_in_silence() {
    let mut page = examples("carevalidate_page").remove(0);
    let case = page.pointer("/data/cases/0").unwrap().clone();
    *page.pointer_mut("/data/cases").unwrap() = json!([case, {"id": 7}, null, "x", case, {"id": {"a": 1}}]);
    throw("carevalidate_page", vec![page], None);
}

#[test]
fn a_spoiled_list_loses_nothing_in_silence() {
    throw("ambra_list", examples("ambra_list"), None);
}

#[test]
fn a_spoiled_list_of_specimens_loses_nothing_in_silence() {
    throw("ehealth_list", examples("ehealth_list"), None);
    let mut page = examples("ehealth_list").remove(0);
    let specimen = page.pointer("/data/0").unwrap().clone();
    *page.pointer_mut("/data").unwrap() = json!([specimen, {"id": 7}, null, "x", specimen, {"id": {"a": 1}}]);
    throw("ehealth_list", vec![page], None);
}

#[test]
fn a_spoiled_job_never_leads_anywhere_else() {
    throw("ehealth_job", examples("ehealth_job"), None);
}

#[test]
fn a_spoiled_row_is_a_record_or_rejected() {
    throw("ambra_row", examples("ambra_row"), None);
    throw("carevalidate_case", examples("carevalidate_case"), None);
    throw("ehealth_specimen", examples("ehealth_specimen"), None);
}

#[test]
fn a_spoiled_refusal_is_never_taken_for_more_than_it_is() {
    for status in [200, 400, 401, 404, 409, 412, 422, 429, 500] {
        throw("carevalidate_refusal", examples("carevalidate_refusal"), Some(status));
        throw("ambra_refusal", examples("ambra_refusal"), Some(status));
        throw("ehealth_refusal", examples("ehealth_refusal"), Some(status));
        throw("lims_refusal", examples("lims_refusal"), Some(status));
    }
}

#[test]
fn a_spoiled_confirmation_is_one_or_it_is_doubt() {
    throw("lims_reply", examples("lims_reply"), None);
}

/// The harms themselves do what they say: else the rest proves nothing.
#[test]
fn every_value_of_a_document_can_be_spoiled() {
    let document = json!({"a": [1, {"b": 2}], "c": "d"});
    let results: Vec<Value> = (0..size(&document))
        .map(|at| {
            let mut document = document.clone();
            let mut left = at;
            spoil(&mut document, &mut left, &Harm::Instead(json!("x")));
            document
        })
        .collect();
    let expected = [
        json!("x"),
        json!({"a": "x", "c": "d"}),
        json!({"a": ["x", {"b": 2}], "c": "d"}),
        json!({"a": [1, "x"], "c": "d"}),
        json!({"a": [1, {"b": "x"}], "c": "d"}),
        json!({"a": [1, {"b": 2}], "c": "x"}),
    ];
    assert_eq!(results, expected);
}
