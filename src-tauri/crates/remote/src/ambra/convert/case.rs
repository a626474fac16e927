//! A case as an item: a second opinion that somebody asked for.

use rounds_domain::{
    action::Fields,
    item::{Flag, Identifier, IdentifierKind, ItemKind, WorkItem},
    patient::Person,
};
use serde_json::Value;

use super::{
    About, Context, flag, identifier, mark, modalities, moment, offers, person, stage, summary, tag_marks, tags,
};
use crate::ambra::{
    actions::{ITS_TAGS, WENT_BACK, value},
    dto,
    patients::name_parts,
};
use crate::lenient::Text;

/// A case. `odd` names the parts that could not be read.
pub(in crate::ambra) fn item(id: &str, case: &dto::Case, odd: &[String], context: &Context<'_>) -> WorkItem {
    let assigned: [Option<Person>; 2] = [
        person(&case.assigned_medical_id, &case.assigned_medical_name),
        person(&case.assigned_admin_id, &case.assigned_admin_name),
    ];
    let updated = moment(&case.updated);
    let (nothing, subject) = (None, subject(case));
    let issuer = subject.map_or(&nothing, |study| &study.phi_namespace_name);
    let about = About {
        // The same name, with its parts told apart.
        name: subject.map_or(&case.user_name, |study| &study.patient_name),
        birth_date: subject.map_or(&nothing, |study| &study.patient_birth_date),
        sex: subject.map_or(&nothing, |study| &study.patient_sex),
        mrn: subject.map_or(&nothing, |study| &study.patientid),
        known: case.known_patient.as_ref(),
    };
    WorkItem {
        patient: about.patient(),
        identifiers: identifiers(case, &about.mrn(), issuer),
        title: case.name.clone(),
        status: stage::of_case(case),
        created: moment(&case.created),
        feed_time: updated.as_ref().and_then(|updated| updated.at),
        updated,
        assignees: assigned.into_iter().flatten().collect(),
        flags: flags(case),
        facts: summary::of_case(id, case, odd, about.completed()),
        modalities: modalities(case.studies.iter().map(|study| &study.modality)),
        offers: offers::of_case(case, context),
        values: values(case),
        proofs: proofs(case),
        ..WorkItem::bare(id, ItemKind::Case)
    }
}

/// The study that tells more of the person the case is for: only where all of its studies are of one person who bears the
/// name of the case's. A study of somebody else among them leaves the person as the case names them.
pub(in crate::ambra) fn subject(case: &dto::Case) -> Option<&dto::CaseStudy> {
    let wanted = name_parts(case.user_name.as_deref()?);
    let first = case.studies.first()?;
    let of_them = |study: &dto::CaseStudy| {
        study.patient_name.as_deref().is_some_and(|name| !wanted.is_empty() && name_parts(name) == wanted)
            && study.patientid == first.patientid
            && study.patient_birth_date == first.patient_birth_date
            && study.phi_namespace_name == first.phi_namespace_name
    };
    case.studies.iter().all(of_them).then_some(first)
}

fn identifiers(case: &dto::Case, mrn: &Text, issuer: &Text) -> Vec<Identifier> {
    let mrn = identifier(IdentifierKind::Mrn, "MRN", mrn, issuer);
    let studies = case.studies.iter().map(|study| &study.accession_number);
    let studies = studies.filter_map(|number| identifier(IdentifierKind::Accession, "Accession", number, &None));
    mrn.into_iter().chain(studies).collect()
}

fn flags(case: &dto::Case) -> Vec<Flag> {
    let returned = case.returned_date.is_some() && case.submitted != Some(true);
    [
        flag(Some(returned), "Returned", false),
        flag(Some(case.submitted == Some(false) && !returned), "Not submitted", false),
        flag(case.completed, mark::COMPLETED, false),
        flag(case.closed, mark::CLOSED, false),
        flag(Some(case.locked_user_id.is_some()), "Locked", false),
    ]
    .into_iter()
    .flatten()
    .chain(tag_marks(&case.tags.0))
    .collect()
}

/// Why it stands with its owner again. Of one that was handed in again the reason is history.
fn returned(case: &dto::Case) -> Option<String> {
    let reason = case.returned_reason.as_deref().map(|reason| reason.trim().to_owned());
    reason.filter(|_| case.returned_date.is_some() && case.submitted != Some(true))
}

fn proofs(case: &dto::Case) -> Vec<String> {
    let back = returned(case).map(|_| WENT_BACK.to_owned());
    back.into_iter().chain([ITS_TAGS.to_owned()]).collect()
}

fn values(case: &dto::Case) -> Fields {
    let on = |flag: Option<bool>| Value::from(flag == Some(true));
    let text = |text: Option<String>| text.map_or(Value::Null, Value::from);
    let who = |id: &Option<String>| text(person(id, &None).and_then(|person| person.id));
    [
        (value::CASE_STATUS, text(case.case_status.clone())),
        (value::RETURNED, text(returned(case))),
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
