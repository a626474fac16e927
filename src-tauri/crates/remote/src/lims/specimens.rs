//! Specimens, cassettes and slides: a tree by sample numbers (the sheet, "Create a case").

use std::collections::{BTreeMap, BTreeSet};

use rounds_domain::action::Fields;

use super::payload::{objects, text};

/// What each may come from.
const COMES_FROM: [(&str, &[&str]); 3] =
    [("Specimen", &[]), ("Cassette", &["Specimen"]), ("Slide", &["Cassette", "Specimen"])];

/// Whether the samples make a tree. Fails with words for the person that name the sample.
pub(super) fn check(fields: &Fields) -> Result<(), String> {
    let refuse = |number: &str, why: &str| Err(format!("Sample “{number}” {why}. Nothing was saved."));
    let mut types = BTreeMap::new();
    for one in objects(fields, "specimens") {
        let (number, kind) =
            (text(one, "sampleNumber").unwrap_or_default(), text(one, "sampleType").unwrap_or_default());
        if types.insert(number, kind).is_some() {
            return refuse(number, "is there twice; each number stands once in a case");
        }
    }
    for one in objects(fields, "specimens") {
        let (number, kind) =
            (text(one, "sampleNumber").unwrap_or_default(), text(one, "sampleType").unwrap_or_default());
        let may: &[&str] = COMES_FROM.iter().find(|(of, _)| *of == kind).map_or(&[], |(_, may)| may);
        match text(one, "parentSampleNumber") {
            None if may.is_empty() => {}
            None => {
                return refuse(
                    number,
                    &format!("is a {} and comes from nothing; name what it was made of", kind.to_lowercase()),
                );
            }
            Some(parent) => match types.get(parent) {
                None => return refuse(number, &format!("comes from “{parent}”, which is not in this case")),
                // A cycle would need a type that comes from itself, so it ends here.
                Some(of) if !may.contains(of) => {
                    let (kind, of) = (kind.to_lowercase(), of.to_lowercase());
                    return refuse(number, &format!("is a {kind} and cannot come from a {of}"));
                }
                Some(_) => {}
            },
        }
    }
    Ok(())
}

/// The samples in the order of the tree, each with how deep it stands.
pub(super) fn tree(fields: &Fields) -> Vec<(usize, &Fields)> {
    let all: Vec<&Fields> = objects(fields, "specimens").collect();
    let (mut ordered, mut seen) = (Vec::with_capacity(all.len()), BTreeSet::new());
    let mut todo: Vec<(usize, usize)> = Vec::new();
    let children = |of: Option<&str>, depth: usize| {
        let mut found: Vec<(usize, usize)> = all
            .iter()
            .enumerate()
            .filter(|(_, one)| text(one, "parentSampleNumber") == of)
            .map(|(at, _)| (at, depth))
            .collect();
        found.reverse();
        found
    };
    todo.extend(children(None, 0));
    while let Some((at, depth)) = todo.pop() {
        let Some(one) = all.get(at) else { continue };
        if seen.insert(at) {
            ordered.push((depth, *one));
            todo.extend(children(text(one, "sampleNumber"), depth + 1));
        }
    }
    // What hangs on nothing is shown too.
    ordered.extend(all.iter().enumerate().filter(|(at, _)| !seen.contains(at)).map(|(_, one)| (0, *one)));
    ordered
}

/// What the case is about, in a line: `2 specimens, 3 slides: Anus, Colon`.
pub(super) fn summary(fields: &Fields) -> Option<String> {
    let counted: Vec<String> = COMES_FROM
        .iter()
        .filter_map(|(kind, _)| {
            let count = objects(fields, "specimens").filter(|one| text(one, "sampleType") == Some(kind)).count();
            let plural = if count == 1 { "" } else { "s" };
            (count > 0).then(|| format!("{count} {}{plural}", kind.to_lowercase()))
        })
        .collect();
    if counted.is_empty() {
        return None;
    }
    let origins: BTreeSet<&str> = objects(fields, "specimens").filter_map(|one| text(one, "tissueOrigin")).collect();
    let origins: Vec<&str> = origins.into_iter().collect();
    let from = if origins.is_empty() { String::new() } else { format!(": {}", origins.join(", ")) };
    Some(format!("{}{from}", counted.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn case(samples: &Value) -> Fields {
        json!({"specimens": samples}).as_object().cloned().expect("an object")
    }

    fn sample(number: &str, kind: &str, parent: Option<&str>) -> Value {
        json!({"sampleNumber": number, "sampleType": kind, "parentSampleNumber": parent})
    }

    #[test]
    fn the_documents_kind_of_tree_is_taken_and_shown_from_its_roots() {
        let samples = json!([
            sample("-A-1-2", "Slide", Some("-A-1")),
            sample("-B", "Specimen", None),
            sample("-A-1", "Cassette", Some("-A")),
            sample("-A", "Specimen", None),
            sample("-A-1-1", "Slide", Some("-A-1")),
        ]);
        let case = case(&samples);
        assert_eq!(check(&case), Ok(()));
        let shown: Vec<(usize, &str)> = tree(&case)
            .into_iter()
            .map(|(depth, one)| (depth, text(one, "sampleNumber").unwrap_or_default()))
            .collect();
        assert_eq!(shown, [(0, "-B"), (0, "-A"), (1, "-A-1"), (2, "-A-1-2"), (2, "-A-1-1")]);
        assert_eq!(summary(&case).as_deref(), Some("2 specimens, 1 cassette, 2 slides"));
    }

    #[test]
    fn what_makes_no_tree_is_refused_by_the_sample_that_breaks_it() {
        for (samples, why) in [
            (json!([sample("A", "Specimen", None), sample("A", "Specimen", None)]), "“A” is there twice"),
            (json!([sample("A", "Cassette", None)]), "“A” is a cassette and comes from nothing"),
            (json!([sample("A", "Slide", Some("B"))]), "“A” comes from “B”, which is not in this case"),
            (json!([sample("A", "Slide", Some("A"))]), "“A” is a slide and cannot come from a slide"),
            (json!([sample("A", "Specimen", None), sample("B", "Specimen", Some("A"))]), "cannot come from a specimen"),
            (
                json!([
                    sample("A", "Specimen", None),
                    sample("B", "Slide", Some("A")),
                    sample("C", "Cassette", Some("B"))
                ]),
                "“C” is a cassette and cannot come from a slide",
            ),
        ] {
            let refused = check(&case(&samples)).expect_err(why);
            assert!(refused.contains(why), "{refused}");
        }
        assert_eq!(tree(&case(&json!([sample("A", "Slide", Some("A"))]))).len(), 1, "a loop ends");
    }
}
