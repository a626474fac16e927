//! What Ambra sends, in its own spelling: `/study/get`, `/study/comment/get`, `/radreport/get`, `/case/get`, `/order/get`,
//! `/qctask/get`. Every field but `uuid` may be missing: roles hide fields (`study_field_…`), and so do account settings.

use crate::lenient::{Anything, Text, Texts, Told, dto};

dto!(
    /// `/study/get`, with what only the `extra` flag brings.
    Study {
        star: Option<bool> = "star",
        study_uid: Text = "study_uid",
        phi_namespace: Text = "phi_namespace",
        phi_namespace_name: Text = "phi_namespace_name",
        storage_namespace: Text = "storage_namespace",
        engine_fqdn: Text = "engine_fqdn",
        source: Text = "source",
        source_ae_title: Text = "source_ae_title",
        destination_ae_title: Text = "destination_ae_title",
        must_approve: Option<bool> = "must_approve",
        share_message: Text = "share_message",
        phantom: Option<bool> = "phantom",
        thin: Option<bool> = "thin",
        patient_name: Text = "patient_name",
        patientid: Text = "patientid",
        patient_sex: Text = "patient_sex",
        patient_birth_date: Text = "patient_birth_date",
        patient_age: Text = "patient_age",
        patient_weight: Text = "patient_weight",
        patient_size: Text = "patient_size",
        patient_address: Text = "patient_address",
        patient_phone: Text = "patient_phone",
        patientid_other: Text = "patientid_other",
        patient_name_other: Text = "patient_name_other",
        patient_additional_history: Text = "patient_additional_history",
        patient_comments: Text = "patient_comments",
        patient_current_location: Text = "patient_current_location",
        medical_record_locator: Text = "medical_record_locator",
        patient_ethnic_group: Text = "patient_ethnic_group",
        patient_occupation: Text = "patient_occupation",
        study_description: Text = "study_description",
        accession_number: Text = "accession_number",
        study_date: Text = "study_date",
        study_time: Text = "study_time",
        modality: Text = "modality",
        referring_physician: Text = "referring_physician",
        image_count: Text = "image_count",
        attachment_count: Text = "attachment_count",
        size: Text = "size",
        compressed_size: Text = "compressed_size",
        transfer_syntax_uid: Text = "transfer_syntax_uid",
        integration_key: Text = "integration_key",
        permissions: Flags = "permissions",
        patient_id: Text = "patient_id",
        created: Text = "created",
        updated: Text = "updated",
        study_status: Text = "study_status",
        study_status_tags: Option<Texts> = "study_status_tags",
        study_status_tags_default: Text = "study_status_tags_default",
        study_status_timer: Text = "study_status_timer",
        is_locked: Option<bool> = "is_locked",
        is_frozen: Option<bool> = "is_frozen",
        stat_filter: Option<bool> = "stat_filter",
        viewer_link: Text = "viewer_link",
        hl7: Vec<Uuid> = "hl7",
        tags: Tags = "tags",
        customfields: Vec<CustomField> = "customfields",
        radreports: Vec<Report> = "radreports",
        comments: Vec<Comment> = "comments",
        comments_told: Told = "comments",
        study_push_status: Vec<Push> = "study_push_status",
        account_name: Text = "account_name",
        created_by_name: Text = "created_by_name",
        created_for_name: Text = "created_for_name",
        dicom_fields: Vec<DicomField> = "customfields_DICOM",
        message_count: Text = "message_count",
        query_count: Text = "query_count",
        order_count: Text = "order_count",
        status_history: Vec<StatusChange> = "rounds_status_history",
        report_text: Text = "rounds_hl7_report",
        qctasks: Vec<QcTask> = "rounds_qctasks",
        unread: Option<bool> = "rounds_unread",
        known_patient: Option<KnownPatient> = "rounds_patient",
    }
);
dto!(
    /// An object of which only the id is said.
    Uuid { uuid: Text = "uuid" }
);
dto!(
    /// What the account's patient record adds to what the item says.
    KnownPatient { mrn: Text = "mrn", sex: Text = "sex", birth_date: Text = "birth_date" }
);
dto!(
    /// "customfields" of any object.
    CustomField { uuid: Text = "uuid", name: Text = "name", value: Anything = "value" }
);
dto!(
    /// "customfields_DICOM".
    DicomField { tag: Text = "tag", value: Anything = "value" }
);
dto!(
    /// `/study/comment/get`.
    Comment {
        uuid: Text = "uuid",
        user_id: Text = "user_id",
        user_name: Text = "user_name",
        body: Anything = "body",
        created: Text = "created",
        is_mine: Option<bool> = "is_mine",
    }
);
dto!(
    /// `/radreport/description`, and over it `/radreport/get`.
    Report {
        uuid: Text = "uuid",
        description: Text = "description",
        kind: Text = "type",
        fields: Anything = "fields",
        user_id: Text = "user_id",
        created: Text = "created",
        updated: Text = "updated",
    }
);
dto!(
    /// "study_push_status".
    Push {
        destination_name: Text = "destination_name",
        status: Text = "status",
        status_reason: Text = "status_reason",
        updated: Text = "updated",
    }
);
dto!(
    /// `/study/status/history`.
    StatusChange { date: Text = "date", old: Text = "old", new: Text = "new", seconds: Text = "seconds" }
);
dto!(
    /// `/qctask/get`.
    QcTask {
        uuid: Text = "uuid",
        user_name: Text = "user_name",
        priority: Text = "priority",
        message: Text = "message",
        created: Text = "created",
        study_id: Text = "study_id",
        qctask_status: Text = "qctask_status",
        qctask_no: Text = "qctask_no",
        assigned_group: Text = "assigned_group",
    }
);
dto!(
    /// `/case/get`.
    Case {
        name: Text = "name",
        created: Text = "created",
        updated: Text = "updated",
        paid: Option<bool> = "paid",
        share_code: Text = "share_code",
        user_name: Text = "user_name",
        user_email: Text = "user_email",
        studies: Vec<CaseStudy> = "studies",
        tags: Tags = "tags",
        customfields: Vec<CustomField> = "customfields",
        case_status: Text = "case_status",
        case_status_date: Text = "case_status_date",
        case_status_tags: Option<Texts> = "case_status_tags",
        submitted: Option<bool> = "submitted",
        submitted_date: Text = "submitted_date",
        returned_date: Text = "returned_date",
        returned_reason: Text = "returned_reason",
        completed: Option<bool> = "completed",
        completed_date: Text = "completed_date",
        closed: Option<bool> = "closed",
        closed_date: Text = "closed_date",
        assigned_admin_id: Text = "assigned_admin_id",
        assigned_admin_name: Text = "assigned_admin_name",
        assigned_admin_date: Text = "assigned_admin_date",
        assigned_medical_id: Text = "assigned_medical_id",
        assigned_medical_name: Text = "assigned_medical_name",
        assigned_medical_date: Text = "assigned_medical_date",
        locked_user_id: Text = "locked_user_id",
        locked_user_name: Text = "locked_user_name",
        known_patient: Option<KnownPatient> = "rounds_patient",
    }
);
dto!(
    /// A study of a case, as far as its case tells it.
    CaseStudy {
        uuid: Text = "uuid",
        modality: Text = "modality",
        study_description: Text = "study_description",
        study_date: Text = "study_date",
        accession_number: Text = "accession_number",
        patient_id: Text = "patient_id",
        patientid: Text = "patientid",
        patient_name: Text = "patient_name",
        patient_sex: Text = "patient_sex",
        patient_birth_date: Text = "patient_birth_date",
        phi_namespace_name: Text = "phi_namespace_name",
    }
);
dto!(
    /// `/order/get`.
    Order {
        patientid: Text = "patientid",
        patient_name: Text = "patient_name",
        accession_number: Text = "accession_number",
        patient_sex: Text = "patient_sex",
        patient_birth_date: Text = "patient_birth_date",
        referring_physician: Text = "referring_physician",
        sending_facility: Text = "sending_facility",
        tags: Tags = "tags",
        customfields: Vec<CustomField> = "customfields",
        sps: Vec<Sps> = "sps",
        studies: Texts = "studies",
        known_patient: Option<KnownPatient> = "rounds_patient",
    }
);
dto!(
    /// A scheduled procedure step.
    Sps {
        uuid: Text = "uuid",
        modality: Text = "modality",
        step_id: Text = "scheduled_procedure_step_id",
        procedure_id: Text = "requested_procedure_id",
        procedure: Text = "requested_procedure_description",
        station: Text = "scheduled_station_aetitle",
        start_date: Text = "scheduled_procedure_step_start_date",
        start_time: Text = "scheduled_procedure_step_start_time",
        description: Text = "scheduled_procedure_step_description",
        mpps_status: Text = "mpps_status",
        mpps_uid: Text = "mpps_uid",
    }
);

mod odd_shapes {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use crate::lenient::{Lenient, Path, Text, Texts};

    /// A hash of flags: those that can be read.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(in crate::ambra) struct Flags(pub(in crate::ambra) BTreeMap<String, bool>);

    impl Lenient for Flags {
        fn read(value: Option<&Value>) -> Self {
            let fields = value.and_then(Value::as_object).into_iter().flatten();
            Self(fields.filter_map(|(name, flag)| Some((name.clone(), Option::<bool>::read(Some(flag))?))).collect())
        }

        fn odd(_: &Value, _: &Path<'_>, _: &mut Vec<String>) {}
    }

    /// User tags: as names, or as objects that hold one under `tag`.
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(in crate::ambra) struct Tags(pub(in crate::ambra) Vec<String>);

    impl Lenient for Tags {
        fn read(value: Option<&Value>) -> Self {
            let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            Self(items.iter().filter_map(|item| Text::read(item.get("tag").or(Some(item)))).collect())
        }

        fn odd(_: &Value, _: &Path<'_>, _: &mut Vec<String>) {}
    }

    /// A list that is absent or there; also one written with commas.
    impl Lenient for Option<Texts> {
        fn read(value: Option<&Value>) -> Self {
            match value? {
                Value::Null => None,
                Value::String(text) => Some(Texts(crate::ambra::account::listed(Some(text)))),
                other => Some(Texts::read(Some(other))),
            }
        }

        fn odd(_: &Value, _: &Path<'_>, _: &mut Vec<String>) {}
    }
}
pub(super) use odd_shapes::{Flags, Tags};
