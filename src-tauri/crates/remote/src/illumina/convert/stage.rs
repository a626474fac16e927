//! Where a case stands: Illumina's own words, and our groups for them (MAPPING.md, "status group"). Both vocabularies are open.

use rounds_domain::item::{Flag, Status, StatusGroup};

use crate::{
    illumina::{actions::state, dto::Case},
    lenient::Text,
};

/// Sub-states that the sheet names ("Reads"), the three of delivery among them.
const SUB_STATES: [&str; 14] = [
    "MISSING_SAMPLE_INFORMATION",
    "PROCESSING",
    "HAS_ISSUE",
    "AWAITING_MOLECULAR_DATA",
    "READY_FOR_INTERPRETATION",
    "READY_FOR_REVIEW",
    "REPORTS_AVAILABLE",
    "READY_FOR_PROCESSING",
    "QC_WARNING",
    "DELETION_IN_PROGRESS",
    "DELETION_HAS_ISSUE",
    "CLOSED",
    "READY_FOR_DELIVERY",
    "DELIVERY_IN_PROGRESS",
];
const DELIVERED: &str = "DELIVERED";
const FAILED: &str = "FAILED_TO_";

/// A word without regard to case, spaces and underlines.
pub(in crate::illumina) fn folded(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Status and sub-state in one word; `None` when there is no status.
pub(in crate::illumina) fn state_of(case: &Case) -> Text {
    let status = case.status.as_deref()?.trim();
    Some(match case.sub_state.as_deref() {
        Some(sub_state) => state(status, sub_state.trim()),
        None => status.to_owned(),
    })
}

/// A case's sub-state, as it came and without blanks.
pub(super) fn sub_state(case: &Case) -> &str {
    case.sub_state.as_deref().map(str::trim).unwrap_or_default()
}

pub(super) fn status(case: &Case) -> Status {
    let sub = sub_state(case);
    let held_up =
        sub.starts_with("MISSING_") || sub.starts_with("AWAITING_") || matches!(sub, "HAS_ISSUE" | "QC_WARNING");
    let status = case.status.as_deref().map(folded);
    let group = match status.as_deref() {
        None | Some("draft" | "new") => Some(StatusGroup::New),
        Some("inprogress") if held_up => Some(StatusGroup::Waiting),
        Some("inprogress") => Some(StatusGroup::Active),
        Some("complete" | "completed") => Some(StatusGroup::Done),
        Some("canceled" | "cancelled" | "deletion") => Some(StatusGroup::Closed),
        Some(_) => None,
    };
    let sub_known = sub.is_empty() || SUB_STATES.contains(&sub) || sub == DELIVERED || sub.starts_with(FAILED);
    Status { word: state_of(case), group: group.unwrap_or(StatusGroup::Active), known: group.is_some() && sub_known }
}

/// Whether nothing more is to be done with a case by anybody.
pub(super) fn is_over(case: &Case) -> bool {
    case.status.as_deref().map(folded).is_some_and(|status| {
        matches!(status.as_str(), "complete" | "completed" | "canceled" | "cancelled" | "deletion")
    })
}

/// What asks for attention beside the status.
pub(super) fn flags(case: &Case) -> Vec<Flag> {
    let sub = sub_state(case);
    let label = match sub {
        "QC_WARNING" => Some("QC warning".to_owned()),
        "HAS_ISSUE" => Some("Has an issue".to_owned()),
        "MISSING_SAMPLE_INFORMATION" => Some("Sample information is missing".to_owned()),
        "DELETION_HAS_ISSUE" => Some("Deletion has an issue".to_owned()),
        _ => sub.strip_prefix(FAILED).map(|what| format!("Failed to {}", what.to_lowercase().replace('_', " "))),
    };
    label.map(|label| Flag { label, alert: true }).into_iter().collect()
}
