//! The summary of a specimen: what has no typed part of its own, in labelled groups.

use rounds_domain::detail::{Fact, FactGroup};

use super::moment;
use crate::{
    ehealth::dto::{Collection, Container, Named, Specimen},
    lenient::Text,
};

/// The groups that have something in them.
pub(super) fn groups(id: &str, specimen: &Specimen, odd: &[String]) -> Vec<FactGroup> {
    let containers = specimen.containers.len();
    let mut groups = vec![
        ("Specimen".to_owned(), about(specimen)),
        ("Collection".to_owned(), collection(specimen.collection.as_ref())),
    ];
    for (number, one) in (1..).zip(&specimen.containers) {
        let title = if containers > 1 { format!("Container {number}") } else { "Container".to_owned() };
        groups.push((title, container(one)));
    }
    groups.push(("Reference numbers".to_owned(), numbers(id, specimen)));
    groups.push(("Could not be read".to_owned(), unread(odd)));
    groups.into_iter().filter(|(_, facts)| !facts.is_empty()).map(|(title, facts)| FactGroup { title, facts }).collect()
}

fn about(specimen: &Specimen) -> Vec<Fact> {
    let subject = specimen.subject.as_ref();
    present([
        date("Received", &specimen.received_time),
        named("Reason for its status", &specimen.status_reason),
        named("Condition", &specimen.condition),
        named("Note", &specimen.note),
        subject.and_then(|subject| named("Patient's age", &subject.age)),
    ])
}

fn collection(collection: Option<&Collection>) -> Vec<Fact> {
    let Some(collection) = collection else { return Vec::new() };
    let period = collection.collected_period.as_ref();
    present([
        date("Collected", &collection.collected_date_time),
        period.and_then(|period| date("Collected from", &period.start)),
        period.and_then(|period| date("Collected to", &period.end)),
        named("Duration", &collection.duration),
        named("Quantity", &collection.quantity),
        named("Method", &collection.method),
        named("Body site", &collection.body_site),
        named("Fasting", &collection.fasting_status),
    ])
}

fn container(container: &Container) -> Vec<Fact> {
    present([
        named("Identifier", &container.identifier),
        named("Type", &container.kind),
        named("Description", &container.description),
        named("Capacity", &container.capacity),
        named("Quantity in it", &container.specimen_quantity),
        named("Additive", &container.additive),
    ])
}

fn numbers(id: &str, specimen: &Specimen) -> Vec<Fact> {
    let collection = specimen.collection.as_ref();
    present([
        Fact::some("Specimen id", Some(id)),
        named("Service request", &specimen.request),
        named("Parent specimen", &specimen.parent),
        named("Encounter", &specimen.encounter),
        collection.and_then(|collection| named("Collected by", &collection.collector)),
        collection.and_then(|collection| named("Procedure", &collection.procedure)),
        named("Registered by", &specimen.registered_by),
        named("Managing organization", &specimen.managing_organization),
        named("Made by", &specimen.inserted_by),
        named("Last changed by", &specimen.updated_by),
    ])
}

fn unread(odd: &[String]) -> Vec<Fact> {
    let said = "came in a form that is not documented; kept as it came";
    odd.iter().map(|path| Fact { label: path.clone(), value: said.into(), moment: None }).collect()
}

fn named(label: &str, value: &Named) -> Option<Fact> {
    Fact::some(label, value.0.clone())
}

fn date(label: &str, value: &Text) -> Option<Fact> {
    Fact::moment(label, moment(value).as_ref())
}

fn present<const N: usize>(facts: [Option<Fact>; N]) -> Vec<Fact> {
    facts.into_iter().flatten().collect()
}
