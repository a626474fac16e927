//! Permissions: the role's flags, and what is left of them on a study.

use serde_json::{Map, Value, json};

use super::errors::Refused;
use super::settings::Settings;

/// A role of its own: what a reading radiologist needs. The document's default roles have the status, comment, case, order,
/// patient and radreport flags at 0, "even for an admin".
const ROLE: &[(&str, u8)] = &[
    ("account_view", 1),
    ("account_user_view", 0),
    ("annotation_edit", 1),
    ("annotation_view", 1),
    ("audit_view", 0),
    ("case_delete", 0),
    ("case_edit", 1),
    ("case_edit_only_own", 0),
    ("case_view", 1),
    ("case_view_only_own", 0),
    ("customfield_list", 1),
    ("dicomdata_edit", 0),
    ("keyimage_edit", 1),
    ("link_direct", 1),
    ("message_edit", 0),
    ("message_view", 1),
    ("order_edit", 0),
    ("order_view", 1),
    ("patient_edit", 0),
    ("patient_view", 1),
    ("qctask_edit", 1),
    ("qctask_view", 1),
    ("radreport_edit", 0),
    ("radreport_view", 1),
    ("radreport_view_only_own", 0),
    ("study_approve", 1),
    ("study_audio_record", 0),
    ("study_browse", 1),
    ("study_comment_edit", 1),
    ("study_comment_view", 1),
    ("study_delete", 0),
    ("study_delete_image", 0),
    ("study_download", 1),
    ("study_duplicate", 0),
    ("study_edit", 0),
    ("study_edit_approved", 1),
    ("study_edit_unapproved", 1),
    ("study_manual_route", 0),
    ("study_merge", 0),
    ("study_move", 0),
    ("study_push", 0),
    ("study_report_delete", 0),
    ("study_report_hl7_view", 1),
    ("study_report_upload", 0),
    ("study_report_view", 1),
    ("study_report_view_only_own", 0),
    ("study_share", 1),
    ("study_split", 0),
    ("study_star", 1),
    ("study_status_edit", 1),
    ("study_status_manual_edit", 1),
    ("study_status_tags_ignore_rules", 0),
    ("study_status_view", 1),
    ("study_sync", 0),
    ("study_tag", 1),
    ("study_thin", 0),
    ("study_upload", 0),
    ("study_view", 1),
];

/// "When a study is frozen the following permissions are set to zero".
const FROZEN: &[&str] = &[
    "study_edit",
    "study_move",
    "study_split",
    "study_replicate",
    "study_duplicate",
    "study_report_upload",
    "study_report_delete",
    "study_upload",
    "study_thin",
    "annotation_edit",
    "keyimage_edit",
    "radreport_edit",
    "dicomdata_edit",
    "study_merge",
    "study_manual_route",
    "study_comment_edit",
    "study_status_edit",
    "study_share",
    "study_delete_image",
    "study_audio_record",
];

/// Everything that the user may do in the account.
pub(crate) fn of_account(settings: &Settings) -> Map<String, Value> {
    let mut flags: Map<String, Value> = ROLE.iter().map(|(name, flag)| ((*name).to_owned(), json!(flag))).collect();
    flags.extend(settings.permissions.clone());
    flags
}

pub(crate) fn may(settings: &Settings, flag: &str) -> bool {
    let own = settings.permissions.get(flag).cloned();
    let role = || ROLE.iter().find(|(name, _)| *name == flag).map_or(json!(0), |(_, flag)| json!(flag));
    own.unwrap_or_else(role) == 1
}

pub(crate) fn demand(settings: &Settings, flag: &str) -> Result<(), Refused> {
    if may(settings, flag) { Ok(()) } else { Err(Refused::not_permitted()) }
}

fn is_frozen(study: &Value) -> bool {
    study["is_frozen"] == 1
}

pub(crate) fn may_on(settings: &Settings, study: &Value, flag: &str) -> bool {
    may(settings, flag) && !(is_frozen(study) && FROZEN.contains(&flag))
}

pub(crate) fn demand_on(settings: &Settings, study: &Value, flag: &str) -> Result<(), Refused> {
    if may_on(settings, study, flag) { Ok(()) } else { Err(Refused::not_permitted()) }
}

/// "A hash of the study_* type permissions for this study"; `diff`: only those that differ from the namespace's.
pub(crate) fn of_study(settings: &Settings, study: &Value, diff: bool) -> Value {
    let kinds = ["study_", "radreport_", "annotation_", "keyimage_", "meeting_", "link_"];
    let frozen = is_frozen(study);
    of_account(settings)
        .into_iter()
        .filter(|(name, _)| kinds.iter().any(|kind| name.starts_with(kind)))
        .filter_map(|(name, flag)| {
            let here = if frozen && FROZEN.contains(&name.as_str()) { json!(0) } else { flag.clone() };
            (!diff || here != flag).then_some((name, here))
        })
        .collect::<Map<_, _>>()
        .into()
}
