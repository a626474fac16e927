//! Which fields a list can be filtered and sorted by.
//!
//! The document's table is lost. Here those are the fields of a record that hold one value, and the times; which ones the
//! vendor allows beyond that is open.

use super::conditions::Field;
use super::made::Kind;

const TIMES: [&str; 12] = [
    "created",
    "updated",
    "case_status_date",
    "submitted_date",
    "returned_date",
    "completed_date",
    "closed_date",
    "assigned_admin_date",
    "assigned_medical_date",
    "last_login",
    "last_access",
    "last_status_change",
];

/// What every study has, and lists know.
const STUDY: &[&str] = &[
    "uuid",
    "study_uid",
    "phi_namespace",
    "phi_namespace_name",
    "storage_namespace",
    "account_id",
    "source",
    "source_ae_title",
    "destination_ae_title",
    "must_approve",
    "phantom",
    "thin",
    "patient_name",
    "patientid",
    "patient_sex",
    "patient_birth_date",
    "patient_birth_time",
    "patient_age",
    "patient_phone",
    "patient_comments",
    "patient_additional_history",
    "study_description",
    "accession_number",
    "study_date",
    "study_time",
    "modality",
    "referring_physician",
    "image_count",
    "attachment_count",
    "size",
    "compressed_size",
    "integration_key",
    "study_status",
    "is_frozen",
    "is_dicom_wrapped",
    "seconds_to_ingest",
    "created",
    "updated",
];
const CASE: &[&str] = &[
    "uuid",
    "name",
    "account_id",
    "paid",
    "share_code",
    "user_name",
    "user_email",
    "case_status",
    "case_status_date",
    "submitted",
    "submitted_date",
    "returned_date",
    "returned_reason",
    "completed",
    "completed_date",
    "closed",
    "closed_date",
    "assigned_admin_id",
    "assigned_admin_name",
    "assigned_admin_date",
    "assigned_medical_id",
    "assigned_medical_name",
    "assigned_medical_date",
    "locked_user_id",
    "created",
    "updated",
];
const ORDER: &[&str] = &[
    "uuid",
    "patientid",
    "patient_name",
    "accession_number",
    "patient_sex",
    "patient_birth_date",
    "referring_physician",
    "sending_facility",
    "study_count",
    "created",
    "updated",
];
const PATIENT: &[&str] =
    &["uuid", "name", "first", "last", "mrn", "sex", "birth_date", "email", "mobile_phone", "created", "updated"];
const FILTER: &[&str] = &["uuid", "name", "type", "account_id", "namespace_id", "created", "updated"];
const MESSAGE: &[&str] =
    &["uuid", "user_id", "user_name", "namespace_id", "subject", "body", "study_id", "created", "updated"];
const QCTASK: &[&str] = &[
    "uuid",
    "namespace_id",
    "user_id",
    "user_name",
    "priority",
    "message",
    "study_id",
    "qctask_status",
    "qctask_no",
    "created",
    "updated",
];

pub(crate) const ACCOUNT: Table =
    Table { word: "account", fields: &["uuid", "name", "namespace_id", "role_id", "role_name", "vanity"] };
pub(crate) const USER: Table = Table {
    word: "user_account",
    fields: &["uuid", "user_id", "user_name", "user_email", "role_id", "role_name", "disabled", "global", "sso_only"],
};
pub(crate) const TAG: Table = Table { word: "tag", fields: &["tag"] };

/// The fields that one list knows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Table {
    /// The TABLE of `TABLE.FIELD`.
    word: &'static str,
    fields: &'static [&'static str],
}

/// The fields of a kind of record.
pub(crate) fn of(kind: Kind) -> Table {
    let fields = match kind {
        Kind::Study => STUDY,
        Kind::Case => CASE,
        Kind::Order => ORDER,
        Kind::Patient => PATIENT,
        Kind::Filter => FILTER,
        Kind::Message => MESSAGE,
        Kind::QcTask => QCTASK,
    };
    Table { word: kind.word(), fields }
}

pub(crate) fn is_time(name: &str) -> bool {
    TIMES.contains(&name)
}

/// A field as a filter names it: plain, `TABLE.FIELD`, `customfield-UUID`, `tags`, `SMART_SEARCH`.
pub(crate) fn filtered(name: &str, table: Table) -> Option<Field> {
    match name {
        "tags" => Some(Field::Tags),
        "SMART_SEARCH" if table.word == Kind::Study.word() => Some(Field::Smart),
        _ => sorted(name, table),
    }
}

/// A field as `sort_by` names it.
pub(crate) fn sorted(name: &str, table: Table) -> Option<Field> {
    if let Some(id) = name.strip_prefix("customfield-") {
        return uuid::Uuid::try_parse(id).ok().map(|id| Field::Custom(id.to_string()));
    }
    let plain = match name.split_once('.') {
        Some((word, field)) if word.eq_ignore_ascii_case(table.word) => field,
        Some(_) => return None,
        None => name,
    };
    table.fields.contains(&plain).then(|| Field::Plain(plain.to_owned()))
}
