//! From a specimen as eHealth sends it to a work item. Total: nothing in a specimen makes it fail.
//!
//! What becomes what is MAPPING.md's ehealth column; each listed field ends in a typed part or a labelled fact.

mod offers;
mod summary;

use rounds_domain::{
    action::Fields,
    detail::HistoryEntry,
    item::{Flag, Identifier, IdentifierKind, ItemKind, Status, StatusGroup, WorkItem},
    moment::{Moment, utc_text},
    patient::{Patient, PersonName},
};
use serde_json::Value;

use super::{
    declaration::{CHANGED_BY_ME, TIME_STANDS, value},
    dto::{Specimen, Subject},
};
use crate::lenient::Text;

/// The connection's settings that take part in conversion.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// The token's user, as far as the settings say.
    pub(super) my_user_id: Option<String>,
    /// Whether rejecting is offered.
    pub(super) allow_reject: bool,
}

/// Whose list a specimen stood on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Of<'a> {
    /// The patient's id, from the address of the list: a specimen itself names them by a hash.
    pub(super) patient: Option<&'a str>,
    /// What the laboratory calls them.
    pub(super) name: Option<&'a str>,
}

/// A specimen. `odd` names the parts that could not be read.
pub(super) fn specimen(id: &str, specimen: &Specimen, odd: &[String], of: Of<'_>, rules: &Rules) -> WorkItem {
    let created = moment(&specimen.inserted_at);
    let updated = moment(&specimen.updated_at);
    WorkItem {
        patient: patient(specimen.subject.as_ref(), of),
        identifiers: identifiers(specimen, of),
        title: specimen.kind.0.clone(),
        status: status(specimen),
        feed_time: created.as_ref().and_then(|created| created.at),
        created,
        updated,
        flags: flags(specimen, of),
        facts: summary::groups(id, specimen, odd),
        history: history(specimen),
        offers: offers::of(specimen, rules),
        values: values(specimen),
        proofs: proofs(specimen, rules),
        ..WorkItem::bare(id, ItemKind::Specimen)
    }
}

fn patient(subject: Option<&Subject>, of: Of<'_>) -> Option<Patient> {
    let patient = Patient {
        external_id: of.patient.map(str::to_owned),
        name: PersonName::of(of.name, None),
        birth_date: None,
        gender: subject.and_then(|subject| subject.gender.0.clone()),
    };
    (patient != Patient::default()).then_some(patient)
}

fn identifiers(specimen: &Specimen, of: Of<'_>) -> Vec<Identifier> {
    let identifier = |kind, label: &str, value: Option<String>| {
        value.map(|value| Identifier { kind, label: label.into(), value, issuer: None })
    };
    let accession = specimen.accession_identifier.0.clone().map(|number| number.trim().to_owned());
    let containers = specimen.containers.iter().map(|container| container.identifier.0.clone());
    let of_patient = identifier(IdentifierKind::Patient, "Patient id", of.patient.map(str::to_owned));
    [identifier(IdentifierKind::Accession, "Accession", accession)]
        .into_iter()
        .chain(containers.map(|number| identifier(IdentifierKind::Item, "Container", number)))
        .chain([of_patient])
        .flatten()
        .collect()
}

/// eHealth's word. Receipt is a time and no status: an available specimen is new until it has one, and done then.
fn status(specimen: &Specimen) -> Status {
    let group = match word(specimen).as_deref() {
        Some("available") if specimen.received_time.is_some() => Some(StatusGroup::Done),
        Some("available") => Some(StatusGroup::New),
        Some("unsatisfactory" | "unavailable" | "entered_in_error") => Some(StatusGroup::Closed),
        _ => None,
    };
    Status { word: specimen.status.clone(), group: group.unwrap_or(StatusGroup::Active), known: group.is_some() }
}

/// The status as it is compared.
fn word(specimen: &Specimen) -> Text {
    specimen.status.as_ref().map(|word| word.trim().to_ascii_lowercase())
}

fn flags(specimen: &Specimen, of: Of<'_>) -> Vec<Flag> {
    let flag = |set: bool, label: &str, alert| set.then(|| Flag { label: label.into(), alert });
    let open = status(specimen).group.is_open();
    [
        flag(of.patient.is_none() && open, "Patient not known", true),
        flag(specimen.received_time.is_some(), "Received", false),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// When it was collected: at a time, or from the beginning of a period on.
fn collected(specimen: &Specimen) -> Option<Moment> {
    let collection = specimen.collection.as_ref()?;
    let began = || collection.collected_period.as_ref().and_then(|period| moment(&period.start));
    moment(&collection.collected_date_time).or_else(began)
}

fn values(specimen: &Specimen) -> Fields {
    let time = |moment: Option<Moment>| {
        // A time that cannot be read is a value all the same, and no two of those are equal by chance.
        moment.map_or(Value::Null, |moment| Value::from(moment.at.map_or(moment.text, utc_text)))
    };
    Fields::from_iter([
        (value::RECEIVED_TIME.to_owned(), time(moment(&specimen.received_time))),
        (value::STATUS.to_owned(), word(specimen).map_or(Value::Null, Value::from)),
        (value::COLLECTED.to_owned(), time(collected(specimen))),
    ])
}

fn proofs(specimen: &Specimen, rules: &Rules) -> Vec<String> {
    let by_me = rules.my_user_id.is_some() && specimen.updated_by.0 == rules.my_user_id;
    [(specimen.received_time.is_some(), TIME_STANDS), (by_me, CHANGED_BY_ME)]
        .into_iter()
        .filter(|(stands, _)| *stands)
        .map(|(_, token)| token.to_owned())
        .collect()
}

fn history(specimen: &Specimen) -> Vec<HistoryEntry> {
    let entry = |what: &str, at: &Text| {
        Some(HistoryEntry {
            id: None,
            what: what.to_owned(),
            before: None,
            after: None,
            at: Some(moment(at)?),
            internal: false,
            phi: false,
        })
    };
    [
        entry("Collected", &specimen.collection.as_ref().and_then(|one| one.collected_date_time.clone())),
        entry("Registered", &specimen.inserted_at),
        entry("Received for processing", &specimen.received_time),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A date of eHealth's.
fn moment(text: &Text) -> Option<Moment> {
    text.clone().map(Moment::read)
}
