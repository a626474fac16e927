//! From a case as CareValidate sends it to a work item. Total: nothing in a case makes it fail.
//!
//! What becomes what is MAPPING.md's carevalidate column; each documented field ends in a typed part or a labelled fact.

mod decisions;
mod money;
mod offers;
mod orders;
mod people;
mod summary;
#[cfg(test)]
mod tests;
mod written;

use chrono::TimeDelta;
use rounds_domain::{
    detail::Fact,
    item::{Flag, Identifier, IdentifierKind, ItemKind, Priority, Status, StatusGroup, WorkItem},
    link::Link,
    moment::Moment,
    patient::{Patient, PersonName},
};

use super::{dto, lenient::Text, window::WindowField};

/// The connection's settings that take part in conversion.
#[derive(Debug, Clone)]
pub(super) struct Rules {
    /// Who gives case numbers, where a setting says so.
    pub(super) organization: Option<String>,
    /// How long after its creation a case is due.
    pub(super) turnaround: Option<TimeDelta>,
    /// How soon an escalated case wants attention.
    pub(super) escalated: Priority,
    /// Whether the submitter is taken for the patient.
    pub(super) submitter_is_patient: bool,
    /// The address of a case in the portal, with `{caseId}` in it.
    pub(super) portal_url: Option<String>,
    /// Which time windows match.
    pub(super) window_field: WindowField,
}

/// A case and, as items of their own, its orders. `odd` names the parts that could not be read; `with_attachments` says
/// whether this read asked for attachments.
pub(super) fn case(
    id: &str,
    case: &dto::Case,
    odd: &[String],
    rules: &Rules,
    with_attachments: bool,
) -> (WorkItem, Vec<WorkItem>) {
    let created = moment(&case.created_at);
    let updated = moment(&case.updated_at);
    let instant = |moment: &Option<Moment>| moment.as_ref().and_then(|moment| moment.at);
    let due = rules.turnaround.and_then(|hours| instant(&created)?.checked_add_signed(hours));
    let item = WorkItem {
        external_id: id.to_owned(),
        kind: ItemKind::Case,
        parent: None,
        // [inferred] by the sheet.
        patient: case.submitter.as_ref().filter(|_| rules.submitter_is_patient).and_then(patient),
        identifiers: identifiers(case, rules),
        title: title(case),
        status: status(&case.status, case.is_archived == Some(true)),
        // [inferred] by the sheet. CareValidate has no priority of its own.
        priority: if case.is_escalated == Some(true) { rules.escalated } else { Priority::Routine },
        due: due.map(|at| Moment { text: at.to_rfc3339(), at: Some(at) }),
        feed_time: rules.window_field.of(instant(&created), instant(&updated)),
        created,
        updated,
        assignees: people::assignees(case),
        flags: flags(case),
        facts: summary::groups(id, case, odd),
        forms: written::forms(&case.responses),
        decisions: case.decisions.iter().map(decisions::decision).collect(),
        orders: case.orders.iter().map(orders::part).collect(),
        comments: written::comments(case),
        history: case.activity.iter().map(written::history).collect(),
        appointments: case.calendar_events.iter().map(money::appointment).collect(),
        payments: case.payments.iter().map(money::payment).collect(),
        attachments: with_attachments.then(|| written::attachments(case)),
        links: portal(id, rules).into_iter().collect(),
        modalities: vec![],
        offers: offers::of_case(case),
        values: offers::values(case),
        proofs: vec![],
    };
    let orders = orders::children(case, &item);
    (item, orders)
}

/// The case in the portal, where decisions are finished.
fn portal(id: &str, rules: &Rules) -> Option<Link> {
    Link::to("Open in CareValidate", &rules.portal_url.as_ref()?.replace("{caseId}", &in_address(id)))
}

/// An id as one part of an address.
fn in_address(id: &str) -> String {
    url::form_urlencoded::byte_serialize(id.as_bytes()).collect::<String>().replace('+', "%20")
}

/// The submitter is the patient "inferred"; `hrRep` never is.
fn patient(submitter: &dto::Submitter) -> Option<Patient> {
    let patient = Patient {
        external_id: submitter.id.clone(),
        name: PersonName::of(submitter.first_name.as_deref(), submitter.last_name.as_deref()),
        birth_date: moment(&submitter.dob),
        gender: submitter.gender.clone(),
    };
    (patient != Patient::default()).then_some(patient)
}

fn identifiers(case: &dto::Case, rules: &Rules) -> Vec<Identifier> {
    let submitter = case.submitter.as_ref().and_then(|submitter| submitter.id.clone());
    [
        identifier(IdentifierKind::Display, "Case", &case.short_id, rules.organization.as_ref()),
        identifier(IdentifierKind::Patient, "Patient id", &submitter, rules.organization.as_ref()),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn identifier(kind: IdentifierKind, label: &str, value: &Text, issuer: Option<&String>) -> Option<Identifier> {
    Some(Identifier { kind, label: label.into(), value: value.clone()?, issuer: issuer.cloned() })
}

fn title(case: &dto::Case) -> Option<String> {
    let bundle = case.product_bundle.as_ref().and_then(|bundle| bundle.name.clone());
    case.title.clone().or(bundle).or_else(|| case.kind.clone())
}

/// "Case Statuses Explained", in our groups by MAPPING.md. Archived is closed, whatever the status says.
fn status(word: &Text, archived: bool) -> Status {
    let group = match word.as_deref().map(|word| word.trim().to_ascii_uppercase()).as_deref() {
        Some("OPEN" | "ASSIGNED") => Some(StatusGroup::New),
        Some("IN_PROGRESS") => Some(StatusGroup::Active),
        Some("APPROVED" | "REJECTED" | "NO_DECISION") => Some(StatusGroup::Done),
        Some("ABANDONED") => Some(StatusGroup::Closed),
        _ => None,
    };
    Status {
        word: word.clone(),
        group: if archived { StatusGroup::Closed } else { group.unwrap_or(StatusGroup::Active) },
        known: group.is_some(),
    }
}

fn flags(case: &dto::Case) -> Vec<Flag> {
    let flag = |set: Option<bool>, label: &str, alert| (set == Some(true)).then(|| Flag { label: label.into(), alert });
    [
        flag(case.is_escalated, "Escalated", true),
        flag(case.is_archived, "Archived", false),
        flag(case.is_imported, "Imported", false),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A date of the remote's.
fn moment(text: &Text) -> Option<Moment> {
    text.clone().map(Moment::read)
}

/// A labelled text.
fn fact(label: &str, value: &Text) -> Option<Fact> {
    Fact::some(label, value.clone())
}

/// A labelled date.
fn date(label: &str, value: &Text) -> Option<Fact> {
    Fact::moment(label, moment(value).as_ref())
}

/// A labelled yes or no.
fn yes_no(label: &str, value: Option<bool>) -> Option<Fact> {
    Fact::some(label, value.map(|yes| if yes { "yes" } else { "no" }))
}

/// A labelled yes, where a no says nothing.
fn yes(label: &str, value: Option<bool>) -> Option<Fact> {
    yes_no(label, value.filter(|yes| *yes))
}

fn present<const N: usize>(facts: [Option<Fact>; N]) -> Vec<Fact> {
    facts.into_iter().flatten().collect()
}
