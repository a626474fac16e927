//! Where an item stands: Ambra's own words, and our groups for them (MAPPING.md, "status group").

use rounds_domain::item::{Status, StatusGroup};

use super::Context;
use crate::ambra::dto;

/// A study: without a status or with the account's default one it is new; so is one that awaits approval.
pub(super) fn of_study(study: &dto::Study, context: &Context<'_>) -> Status {
    let stages = context.session.account.as_ref().map(|account| &account.stages);
    let default = study.study_status_tags_default.as_ref().or(stages.and_then(|stages| stages.default.as_ref()));
    let all = stages.map(|stages| stages.tags.as_slice()).unwrap_or_default();
    let done = |word: &String| match context.rules.done_tags.as_slice() {
        // [inferred] the last of the account's tags.
        [] => all.len() > 1 && all.last() == Some(word),
        given => given.contains(word),
    };
    let word = study.study_status.as_ref();
    let waiting = |word: &String| context.rules.waiting_tags.contains(word);
    let group = match word {
        _ if study.must_approve == Some(true) => StatusGroup::New,
        None => StatusGroup::New,
        Some(word) if done(word) => StatusGroup::Done,
        Some(word) if waiting(word) => StatusGroup::Waiting,
        Some(word) if Some(word) == default => StatusGroup::New,
        Some(_) => StatusGroup::Active,
    };
    let known = |word: &String| all.is_empty() || all.contains(word) || done(word) || waiting(word);
    Status { word: word.cloned(), group, known: word.is_none_or(known) }
}

/// A case, by its flags; its own status word means what the account wants.
pub(super) fn of_case(case: &dto::Case) -> Status {
    let given = |date: &Option<String>| date.is_some();
    let returned = given(&case.returned_date) && case.submitted != Some(true);
    let assigned = super::person(&case.assigned_medical_id, &None).or(super::person(&case.assigned_admin_id, &None));
    let group = if case.closed == Some(true) {
        StatusGroup::Closed
    } else if case.completed == Some(true) {
        StatusGroup::Done
    } else if returned {
        StatusGroup::Waiting
    } else if assigned.is_some() {
        StatusGroup::Active
    } else if case.submitted == Some(false) {
        // Not handed in yet: its owner still works on it.
        StatusGroup::Waiting
    } else {
        StatusGroup::New
    };
    let tags = case.case_status_tags.as_ref();
    let known = |word: &String| tags.is_none_or(|tags| tags.0.is_empty() || tags.0.contains(word));
    Status { word: case.case_status.clone(), group, known: case.case_status.as_ref().is_none_or(known) }
}

/// An order, by its steps: DICOM's states of a performed step. An order says nothing else of where it stands.
pub(super) fn of_order(order: &dto::Order) -> Status {
    let group = |word: &str| match word.trim().to_ascii_uppercase().replace('_', " ").as_str() {
        "COMPLETED" => Some(StatusGroup::Done),
        "DISCONTINUED" => Some(StatusGroup::Closed),
        "IN PROGRESS" => Some(StatusGroup::Active),
        "SCHEDULED" | "ARRIVED" | "READY" => Some(StatusGroup::New),
        _ => None,
    };
    // The step that is least far on stands for the order.
    let steps = order.sps.iter().map(|step| match step.mpps_status.as_deref() {
        None => (StatusGroup::New, None),
        Some(word) => (group(word).unwrap_or(StatusGroup::Active), Some(word)),
    });
    let (group_of, word) = steps.min_by_key(|(group, _)| *group).unwrap_or((StatusGroup::New, None));
    Status { word: word.map(str::to_owned), group: group_of, known: word.is_none_or(|word| group(word).is_some()) }
}
