//! The summary of a case: what has no typed part of its own, in labelled groups.

use rounds_domain::detail::{Fact, FactGroup};
use serde_json::Value;

use super::{
    moment,
    people::{named, person, proband},
};
use crate::{
    illumina::{
        dto::{Case, CaseSubject, User},
        metadata,
    },
    kept,
    lenient::Text,
};

/// The most files of a result that are listed.
const MOST_FILES: usize = 50;

pub(super) fn groups(id: &str, case: &Case, whole: &Value, odd: &[String], unread: &[String]) -> Vec<FactGroup> {
    let test = &case.test_definition;
    let about = present([
        fact("Test", &test.name),
        fact("Test version", &test.version),
        fact("Client", &case.client.0),
        Fact::some("Diseases", (!case.diseases.0.is_empty()).then(|| case.diseases.0.join(", "))),
        fact("Quality control", &case.qc_status.clone().or_else(|| qc_of(case))),
        Fact::some("Tags", (!case.tags.0.is_empty()).then(|| case.tags.0.join(", "))),
    ]);
    let progress = present([
        date("Started", &case.start_date),
        date("Due", &case.due_date),
        date("Completed", &case.completed_date),
        Fact::some("Turn-around time (days)", case.turn_around_time.clone()),
        Fact::some("Made by", user(case.created_by.as_ref())),
        Fact::some("Last changed by", user(case.updated_by.as_ref())),
    ]);
    let numbers = present([Fact::some("Case id", Some(id)), fact("Test id", &test.id)]);
    let metadata = metadata::pairs(whole).into_iter().filter_map(|(name, value)| Fact::some(&name, Some(value)));
    let mut missing: Vec<Fact> =
        odd.iter().filter_map(|path| Fact::some("Could not be read", Some(path.as_str()))).collect();
    missing.extend(unread.iter().filter_map(|part| Fact::some("Not shown to this key", Some(part.as_str()))));
    [
        ("Case", about),
        ("Progress", progress),
        ("Subjects", subjects(case)),
        ("Analysis", analyses(case)),
        ("Custom metadata", metadata.collect()),
        ("Result files", results(case)),
        ("Reference numbers", numbers),
        ("Not in order", missing),
    ]
    .into_iter()
    .filter(|(_, facts)| !facts.is_empty())
    .map(|(title, facts)| FactGroup { title: title.into(), facts })
    .collect()
}

/// What the state tells of quality control.
fn qc_of(case: &Case) -> Text {
    (super::stage::sub_state(case) == "QC_WARNING").then(|| "warning, waits for a decision".to_owned())
}

fn subjects(case: &Case) -> Vec<Fact> {
    let disclosed = super::people::patient(case).is_some();
    let not = Fact::some("Patient", (!disclosed).then_some("Not disclosed"));
    let own = proband(case);
    let each = case.case_subjects.iter().filter_map(|subject| {
        let is_own = own.is_some_and(|own| std::ptr::eq(own, subject));
        let label = subject.relationship.as_deref().unwrap_or(if is_own { "Proband" } else { "Subject" });
        Fact::some(label, described(subject))
    });
    not.into_iter().chain(each).collect()
}

fn described(subject: &CaseSubject) -> Text {
    let name = [subject.told(|person| &person.first_name), subject.told(|person| &person.last_name)];
    let name: Vec<String> = name.into_iter().flatten().collect();
    let samples = subject.samples.iter().filter_map(|sample| {
        let id = sample.external_sample_id.clone().or_else(|| sample.external_sample_id_too.clone());
        let id = id.or_else(|| sample.id.clone())?;
        Some(match &sample.specimen {
            Some(specimen) => format!("sample {id} ({specimen})"),
            None => format!("sample {id}"),
        })
    });
    let name = (!name.is_empty()).then(|| name.join(" "));
    let parts: Vec<String> = name.into_iter().chain(subject.told(|person| &person.display_id)).chain(samples).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

fn analyses(case: &Case) -> Vec<Fact> {
    let each = case.analysis.iter().filter_map(|analysis| {
        let told = [&analysis.status, &analysis.version, &analysis.created_date];
        let told: Vec<&str> = told.into_iter().flatten().map(String::as_str).collect();
        let label = analysis.name.as_deref().or(analysis.id.as_deref()).unwrap_or("Analysis");
        Fact::some(label, Some(if told.is_empty() { "listed".to_owned() } else { told.join(" · ") }))
    });
    each.collect()
}

/// What an analysis brought: JSON inside a string, null before it. One that has another form is shown by its size alone.
fn results(case: &Case) -> Vec<Fact> {
    let Some(text) = &case.ingestion_result.0 else { return Vec::new() };
    let Some((whole, _)) = kept::parse(text) else {
        return Fact::some("Result", Some(format!("{} characters that are no JSON", text.chars().count())))
            .into_iter()
            .collect();
    };
    let tables = whole.pointer("/result/outputFileTables").and_then(Value::as_array);
    let files: Vec<Fact> = tables
        .into_iter()
        .flatten()
        .flat_map(|table| {
            let name = table.get("name").and_then(Value::as_str).unwrap_or("Files").to_owned();
            let files = table.get("files").and_then(Value::as_array).into_iter().flatten();
            files.filter_map(move |file| {
                let path = file.get("path").and_then(Value::as_str)?;
                Fact::some(&name, path.rsplit('/').next())
            })
        })
        .take(MOST_FILES)
        .collect();
    if files.is_empty() {
        return Fact::some("Result", Some("here, without a list of files")).into_iter().collect();
    }
    files
}

fn user(user: Option<&User>) -> Text {
    named(&person(user?))
}

fn fact(label: &str, value: &Text) -> Option<Fact> {
    Fact::some(label, value.clone())
}

fn date(label: &str, value: &Text) -> Option<Fact> {
    Fact::moment(label, moment(value).as_ref())
}

fn present<const N: usize>(facts: [Option<Fact>; N]) -> Vec<Fact> {
    facts.into_iter().flatten().collect()
}
