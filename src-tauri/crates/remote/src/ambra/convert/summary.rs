//! The summary of an item: what has no typed part of its own, in labelled groups.

use rounds_domain::detail::{Fact, FactGroup};

use super::{as_written, date, day, fact, person_name, present, reports, yes};
use crate::{
    ambra::dto,
    lenient::{Text, Texts},
};

/// Of a study.
pub(super) fn of_study(id: &str, study: &dto::Study, odd: &[String], completed: Option<Fact>) -> Vec<FactGroup> {
    let taken = as_written(&study.study_date, &study.study_time);
    let about = present([
        Fact::moment("Study date", taken.as_ref()),
        fact("Modality", &study.modality),
        fact("Description", &study.study_description),
        fact("Referring physician", &named(&study.referring_physician)),
        fact("Images", &study.image_count),
        some("Attachments", &study.attachment_count),
        some("Messages", &study.message_count),
        some("Open queries", &study.query_count),
        some("Orders with this accession number", &study.order_count),
        fact("Share message", &study.share_message),
    ]);
    let patient = present([
        fact("Age at the study", &study.patient_age.as_deref().map(age)),
        fact("Weight", &study.patient_weight),
        fact("Size", &study.patient_size),
        fact("Phone", &study.patient_phone),
        fact("Address", &study.patient_address),
        fact("Other name", &named(&study.patient_name_other)),
        fact("Location", &study.patient_current_location),
        fact("Occupation", &study.patient_occupation),
        fact("Ethnic group", &study.patient_ethnic_group),
        fact("History", &study.patient_additional_history),
        fact("Comments", &study.patient_comments),
        completed,
    ]);
    let origin = present([
        fact("Namespace", &study.phi_namespace_name),
        fact("Account", &study.account_name),
        fact("Source", &study.source),
        fact("From station", &study.source_ae_title),
        fact("To station", &study.destination_ae_title),
        fact("Made by", &study.created_by_name),
        fact("Made for", &study.created_for_name),
    ]);
    let numbers = present([
        Fact::some("Study id", Some(id)),
        fact("Patient's id at Ambra", &study.patient_id),
        fact("Namespace id", &study.phi_namespace),
        fact("Storage namespace", &study.storage_namespace),
        fact("Storage engine", &study.engine_fqdn),
        fact("Integration key", &study.integration_key),
        fact("Size in bytes", &study.size),
        fact("Size in bytes, compressed", &study.compressed_size),
        fact("Transfer syntax", &study.transfer_syntax_uid),
    ]);
    let dicom = study.dicom_fields.iter();
    let fields = custom_fields(&study.customfields).into_iter().chain(
        dicom.filter_map(|field| Fact::some(field.tag.as_deref().unwrap_or("DICOM tag"), field.value.0.clone())),
    );
    let beside = study.unread == Some(true);
    let mut missing = unread(odd);
    missing.extend(Fact::some(
        "Reports, history or QC tasks",
        beside.then_some("Ambra could not give all of them; they are read again with the study"),
    ));
    let mut groups = vec![("Study", about)];
    let reports = reports::groups(study);
    groups.extend([
        ("Quality control", study.qctasks.iter().flat_map(qc_task).collect()),
        ("Patient", patient),
        ("Custom fields", fields.collect()),
        ("Sent to", study.study_push_status.iter().filter_map(push).collect()),
        ("Origin", origin),
        ("Reference numbers", numbers),
        ("Could not be read", missing),
    ]);
    let mut groups = titled(groups);
    let place = groups.len().min(1);
    groups.splice(place..place, reports);
    groups
}

/// Of a case.
pub(super) fn of_case(id: &str, case: &dto::Case, odd: &[String], completed: Option<Fact>) -> Vec<FactGroup> {
    let about = present([
        fact("For", &case.user_name),
        fact("E-mail", &case.user_email),
        completed,
        fact("Physician", &case.assigned_medical_name),
        date("Given to the physician", &case.assigned_medical_date),
        fact("Administrator", &case.assigned_admin_name),
        date("Given to the administrator", &case.assigned_admin_date),
        yes("Paid", case.paid),
        fact("Locked by", &case.locked_user_name),
    ]);
    let progress = present([
        date("Status since", &case.case_status_date),
        date("Submitted", &case.submitted_date),
        date("Returned", &case.returned_date),
        fact("Why it was returned", &case.returned_reason),
        date("Completed", &case.completed_date),
        date("Closed", &case.closed_date),
    ]);
    let studies = case.studies.iter().filter_map(|study| {
        let parts = [&study.modality, &study.study_description, &study.accession_number];
        let told: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
        let day =
            study.study_date.as_deref().map(|date| day(date).map_or_else(|| date.to_owned(), |day| day.to_string()));
        Fact::some(day.as_deref().unwrap_or("Study"), Some(told.join(" · ")))
    });
    let mut numbers = present([Fact::some("Case id", Some(id)), fact("Share code", &case.share_code)]);
    numbers.extend(case.studies.iter().filter_map(|study| fact("Study id", &study.uuid)));
    titled(vec![
        ("Case", about),
        ("Progress", progress),
        ("Studies", studies.collect()),
        ("Custom fields", custom_fields(&case.customfields)),
        ("Reference numbers", numbers),
        ("Could not be read", unread(odd)),
    ])
}

/// Of an order.
pub(super) fn of_order(id: &str, order: &dto::Order, odd: &[String], completed: Option<Fact>) -> Vec<FactGroup> {
    let about = present([
        fact("Referring physician", &named(&order.referring_physician)),
        fact("Sending facility", &order.sending_facility),
        completed,
    ]);
    let steps = order.sps.iter().flat_map(|step| {
        let starts = as_written(&step.start_date, &step.start_time);
        present([
            fact("Procedure", &step.procedure),
            fact("Step", &step.description),
            Fact::moment("Starts", starts.as_ref()),
            fact("Modality", &step.modality),
            fact("Station", &step.station),
            fact("State", &step.mpps_status),
            fact("Step id", &step.step_id),
            fact("Procedure id", &step.procedure_id),
            fact("Performed step UID", &step.mpps_uid),
            fact("Id at Ambra", &step.uuid),
        ])
    });
    let Texts(studies) = &order.studies;
    let mut numbers = present([Fact::some("Order id", Some(id))]);
    numbers.extend(studies.iter().filter_map(|study| Fact::some("Study", Some(study.as_str()))));
    titled(vec![
        ("Order", about),
        ("Procedure steps", steps.collect()),
        ("Custom fields", custom_fields(&order.customfields)),
        ("Reference numbers", numbers),
        ("Could not be read", unread(odd)),
    ])
}

/// A DICOM name as colleagues are named; one that cannot be read stays as it came.
fn named(name: &Text) -> Text {
    name.as_ref().map(|name| person_name(name).plain().unwrap_or_else(|| name.clone()))
}

fn titled(groups: Vec<(&str, Vec<Fact>)>) -> Vec<FactGroup> {
    let told = groups.into_iter().filter(|(_, facts)| !facts.is_empty());
    told.map(|(title, facts)| FactGroup { title: title.into(), facts }).collect()
}

fn qc_task(task: &dto::QcTask) -> Vec<Fact> {
    let label = |what: &str| {
        task.qctask_no.as_ref().map_or_else(|| what.to_owned(), |number| format!("{what} (task {number})"))
    };
    let told = |what: &str, value: &Text| Fact::some(&label(what), value.clone());
    present([
        told("State", &task.qctask_status),
        told("What for", &task.message),
        told("Assigned to", &task.user_name),
        told("Group", &task.assigned_group),
        told("Priority", &task.priority),
        date(&label("Made"), &task.created),
    ])
}

/// "study_push_status": I, N, S, P, F.
fn push(push: &dto::Push) -> Option<Fact> {
    let state = match push.status.as_deref() {
        Some("I") => Some("under way".to_owned()),
        Some("N") => Some("waiting".to_owned()),
        Some("S") => Some("sent".to_owned()),
        Some("P") => Some("sent in part".to_owned()),
        Some("F") => Some("failed".to_owned()),
        other => other.map(str::to_owned),
    };
    let told: Vec<String> = [state, push.status_reason.clone(), push.updated.clone()].into_iter().flatten().collect();
    Fact::some(push.destination_name.as_deref().unwrap_or("Destination"), Some(told.join(" · ")))
}

/// A count that says something: none is no news.
fn some(label: &str, count: &Text) -> Option<Fact> {
    fact(label, count).filter(|fact| fact.value.trim() != "0")
}

/// DICOM's age, `045Y`, as it is said; anything else as it came.
fn age(text: &str) -> String {
    let text = text.trim();
    let (count, unit) = text.split_at(text.len() - text.chars().last().map_or(0, char::len_utf8));
    let unit = match unit {
        "Y" => "years",
        "M" => "months",
        "W" => "weeks",
        "D" => "days",
        _ => return text.to_owned(),
    };
    count.parse::<u16>().map_or_else(|_| text.to_owned(), |count| format!("{count} {unit}"))
}

/// All but the one that is shown as the priority.
fn custom_fields(fields: &[dto::CustomField]) -> Vec<Fact> {
    let label = |field: &dto::CustomField| field.name.clone().or_else(|| field.uuid.clone());
    let shown = fields.iter().filter(|field| field.name.as_deref() != Some("stat_filter"));
    shown.filter_map(|field| Fact::some(&label(field)?, field.value.0.clone())).collect()
}

fn unread(odd: &[String]) -> Vec<Fact> {
    odd.iter()
        .map(|path| Fact {
            label: path.clone(),
            value: "came in a form that is not documented; kept as it came".into(),
            moment: None,
        })
        .collect()
}
