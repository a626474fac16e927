//! A case as an item: a second opinion that somebody asked for.

use rounds_domain::{
    action::Fields,
    item::{Flag, Identifier, IdentifierKind, ItemKind, WorkItem},
    patient::{Patient, Person},
};
use serde_json::Value;

use super::{Context, flag, identifier, moment, offers, person, person_name, stage, summary, tags};
use crate::ambra::{actions::value, dto};

/// A case. `odd` names the parts that could not be read.
pub(in crate::ambra) fn item(id: &str, case: &dto::Case, odd: &[String], context: &Context<'_>) -> WorkItem {
    let assigned: [Option<Person>; 2] = [
        person(&case.assigned_medical_id, &case.assigned_medical_name),
        person(&case.assigned_admin_id, &case.assigned_admin_name),
    ];
    let updated = moment(&case.updated);
    WorkItem {
        patient: case.user_name.as_ref().map(|name| Patient { name: person_name(name), ..Patient::default() }),
        identifiers: identifiers(case),
        title: case.name.clone(),
        status: stage::of_case(case),
        created: moment(&case.created),
        feed_time: updated.as_ref().and_then(|updated| updated.at),
        updated,
        assignees: assigned.into_iter().flatten().collect(),
        flags: flags(case),
        facts: summary::of_case(id, case, odd),
        offers: offers::of_case(case, context),
        values: values(case),
        ..WorkItem::bare(id, ItemKind::Case)
    }
}

fn identifiers(case: &dto::Case) -> Vec<Identifier> {
    let studies = case.studies.iter().map(|study| &study.accession_number);
    studies.filter_map(|number| identifier(IdentifierKind::Accession, "Accession", number, &None)).collect()
}

fn flags(case: &dto::Case) -> Vec<Flag> {
    let returned = case.returned_date.is_some() && case.submitted != Some(true);
    [
        flag(Some(returned), "Returned", false),
        flag(Some(case.submitted == Some(false) && !returned), "Not submitted", false),
        flag(case.completed, "Completed", false),
        flag(case.closed, "Closed", false),
        flag(Some(case.locked_user_id.is_some()), "Locked", false),
    ]
    .into_iter()
    .flatten()
    .chain(case.tags.0.iter().map(|tag| Flag { label: format!("#{tag}"), alert: false }))
    .collect()
}

fn values(case: &dto::Case) -> Fields {
    let on = |flag: Option<bool>| Value::from(flag == Some(true));
    let text = |text: Option<String>| text.map_or(Value::Null, Value::from);
    let who = |id: &Option<String>| text(person(id, &None).and_then(|person| person.id));
    [
        (value::CASE_STATUS, text(case.case_status.clone())),
        (value::SUBMITTED, on(case.submitted)),
        (value::COMPLETED, on(case.completed)),
        (value::CLOSED, on(case.closed)),
        (value::MEDICAL, who(&case.assigned_medical_id)),
        (value::ADMIN, who(&case.assigned_admin_id)),
        (value::TAGS, tags(&case.tags.0)),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}
