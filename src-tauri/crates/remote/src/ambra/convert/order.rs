//! An order as an item: what was asked of a modality.

use rounds_domain::{
    item::{IdentifierKind, ItemKind, StatusGroup, WorkItem},
    moment::Moment,
};

use super::{About, Context, identifier, local_moment, modalities, offers, stage, summary, tag_marks, tags};
use crate::ambra::{
    actions::{ITS_TAGS, value},
    dto,
};

/// An order. `odd` names the parts that could not be read.
pub(in crate::ambra) fn item(id: &str, order: &dto::Order, odd: &[String], context: &Context<'_>) -> WorkItem {
    let zone = context.session.zone();
    let about = About {
        name: &order.patient_name,
        birth_date: &order.patient_birth_date,
        sex: &order.patient_sex,
        mrn: &order.patientid,
        known: order.known_patient.as_ref(),
    };
    let account = context.session.account.as_ref();
    let issuer = account.and_then(|account| account.name.clone());
    let status = stage::of_order(order);
    let starts = order.sps.iter().filter_map(|step| local_moment(&step.start_date, &step.start_time, zone));
    let due: Option<Moment> = starts.filter(|starts| starts.at.is_some()).min_by_key(|starts| starts.at);
    WorkItem {
        patient: about.patient(),
        identifiers: [
            identifier(IdentifierKind::Mrn, "MRN", &about.mrn(), &issuer),
            identifier(IdentifierKind::Accession, "Accession", &order.accession_number, &None),
        ]
        .into_iter()
        .flatten()
        .collect(),
        title: title(order),
        due: due.filter(|_| matches!(status.group, StatusGroup::New | StatusGroup::Active)),
        status,
        flags: tag_marks(&order.tags.0).collect(),
        modalities: modalities(order.sps.iter().map(|step| &step.modality)),
        facts: summary::of_order(id, order, odd, about.completed()),
        offers: offers::tags(&order.tags.0, context.session.may("study_tag")),
        values: [(value::TAGS.to_owned(), tags(&order.tags.0))].into_iter().collect(),
        proofs: vec![ITS_TAGS.to_owned()],
        ..WorkItem::bare(id, ItemKind::Order)
    }
}

/// The requested procedures, each once.
fn title(order: &dto::Order) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for step in &order.sps {
        let name = step.procedure.as_deref().or(step.description.as_deref()).or(step.modality.as_deref());
        names.extend(name.filter(|name| !names.contains(name)));
    }
    (!names.is_empty()).then(|| names.join(", "))
}
