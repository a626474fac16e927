//! Radiology reports of final studies, structured and as text.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{Bones, Part, Plot, dice, fresh_part, user_id, user_name};

pub(crate) fn radreport_id(seed: u64, study: u32) -> Uuid {
    fresh_part(seed, &mut dice(seed, 0x7272, study), Part { owner: study, number: 0 })
}

/// `/radreport/get`.
pub(crate) fn radreport(plot: &Plot, bones: &Bones) -> Value {
    json!({
        "uuid": radreport_id(plot.seed, bones.index),
        "type": "radreport",
        "fields": {
            "examination": bones.examination.description,
            "technique": format!("{} of the region named above.", bones.examination.modality),
            "findings": bones.examination.finding,
            "impression": bones.examination.finding,
        },
        "attachment": null,
        "user_id": user_id(plot.seed, bones.reader),
        "study_id": bones.id,
        "created": bones.updated,
        "updated": bones.updated,
    })
}

/// `/hl7/study/report`: plain text.
pub(crate) fn report_text(bones: &Bones) -> String {
    let examination = bones.examination;
    format!(
        "EXAM: {}\n\nFINDINGS: {}\n\nIMPRESSION: {}\n\nElectronically signed by {}",
        examination.description,
        examination.finding,
        examination.finding,
        user_name(bones.reader)
    )
}
