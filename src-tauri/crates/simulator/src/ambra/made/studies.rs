//! A study as `/study/get` returns it, before it is dressed for whoever asks.

use serde_json::{Value, json};
use uuid::Uuid;

use super::catalog::{COMMENTS, INDICATIONS, NAMESPACES, STAGES, TAGS};
use super::reports::radreport_id;
use super::{Bones, Part, Plot, account_id, dice, dicom_name, fresh_part, mrn, namespace, user_id, user_name};
use crate::ambra::moment::Moment;
use crate::dice::Dice;
use crate::people::{CLINICIANS, person};
use crate::stamp::{DAY, Day};

/// The account's custom fields of studies: `stat_filter` is "the value of name=stat_filter customfield if such exists".
pub(crate) fn customfield_ids(seed: u64) -> [Uuid; 3] {
    [0, 1, 2].map(|number| dice(seed, 0x6366, number).uuid())
}

/// A DICOM date.
pub(super) fn dicom_date(day: Day) -> String {
    day.to_string().replace('-', "")
}

pub(super) fn accession(index: u32) -> String {
    format!("HB{:07}", 1_000_000 + u64::from(index))
}

pub(super) fn record(plot: &Plot, bones: &Bones) -> Value {
    let seed = plot.seed;
    let mut dice = dice(seed, 2, bones.index);
    let who = person(seed, u64::from(bones.person));
    let examination = bones.examination;
    let day = Day(i32::try_from(bones.created.stamp().0.div_euclid(DAY)).unwrap_or_default());
    let storage = namespace(seed, 0);
    let images = examination.images + dice.between(0, examination.images / 4);
    let source = dice.pick(&["harvest", "upload", "share", "copy"]);
    let referrer = &CLINICIANS[bones.referrer];
    let finished = bones.stage == Some(STAGES[4]);
    let mut study = json!({
        "uuid": bones.id,
        "study_uid": format!("2.25.{}", bones.id.as_u128()),
        "phi_namespace": namespace(seed, bones.namespace),
        "phi_namespace_name": NAMESPACES[bones.namespace],
        "storage_namespace": storage,
        "engine_fqdn": "storage.example.org",
        "account_id": account_id(seed),
        "source": source,
        "source_ae_title": dice.pick(&["HBCT1", "HBMR2", "WESTUS", null_word()]),
        "destination_ae_title": null_word(),
        "must_approve": u8::from(bones.must_approve),
        "phantom": 0,
        "thin": 0,
        "patient_name": dicom_name(&who.first, &who.last),
        "patientid": mrn(bones.person),
        "patient_sex": if who.female { "F" } else { "M" },
        "patient_birth_date": dicom_date(who.born),
        "patient_birth_time": null_word(),
        "patient_age": format!("{:03}Y", (day.0 - who.born.0) / 365),
        "patient_phone": who.phone,
        "patient_comments": null_word(),
        "patient_additional_history": null_word(),
        "study_description": examination.description,
        "accession_number": accession(bones.index),
        "study_date": dicom_date(day),
        "study_time": bones.created.text()[11..19].replace(':', ""),
        "modality": examination.modality,
        "referring_physician": dicom_name(referrer.first, referrer.last),
        "transfer_syntax_uid": "1.2.840.10008.1.2.4.90",
        "image_count": images,
        "attachment_count": u8::from(finished),
        "size": images * 524_288,
        "compressed_size": images * 201_113,
        "integration_key": null_word(),
        "created": bones.created,
        "updated": bones.updated,
        "study_status": bones.stage,
        "is_dicom_wrapped": 0,
        "is_frozen": u8::from(bones.frozen),
        "is_being_retrieved": 0,
        "activity_id": null_word(),
        "has_external_viewer": 1,
        "seconds_to_ingest": dice.between(3, 400),
        "hl7": if finished { json!([{"uuid": dice.uuid()}]) } else { json!([]) },
        "customfields": customfields(plot, bones),
        "comments": comments(plot, bones, &mut dice),
        "radreports": radreports(plot, bones),
        "tags": tags(plot, bones),
        "_starred_by": if dice.per_mille(40) { json!([0]) } else { json!([]) },
        "_locked_by": bones.locked_by,
        "_history": history(plot, bones),
    });
    if source == "share" {
        study["share_message"] = json!("For your second opinion.");
    }
    study
}

/// An empty DICOM element.
fn null_word() -> &'static str {
    ""
}

/// The fields that lists are filtered and sorted by, without making the rest.
pub(super) fn field(plot: &Plot, bones: &Bones, name: &str) -> Option<Value> {
    Some(match name {
        "study_status" => json!(bones.stage),
        "must_approve" => json!(u8::from(bones.must_approve)),
        "is_frozen" => json!(u8::from(bones.frozen)),
        "modality" => json!(bones.examination.modality),
        "study_description" => json!(bones.examination.description),
        "accession_number" => json!(accession(bones.index)),
        "patientid" => json!(mrn(bones.person)),
        "phi_namespace" => json!(namespace(plot.seed, bones.namespace)),
        "phi_namespace_name" => json!(NAMESPACES[bones.namespace]),
        "customfields" => customfields(plot, bones),
        "tags" => tags(plot, bones),
        "patient_name" => {
            let who = person(plot.seed, u64::from(bones.person));
            json!(dicom_name(&who.first, &who.last))
        }
        _ => return None,
    })
}

fn customfields(plot: &Plot, bones: &Bones) -> Value {
    let mut dice = dice(plot.seed, 3, bones.index);
    let [stat, reason, contrast] = customfield_ids(plot.seed);
    json!([
        {"uuid": stat, "name": "stat_filter", "type": "checkbox", "value": u8::from(bones.stat).to_string()},
        {"uuid": reason, "name": "Indication", "type": "memo", "value": dice.pick(&INDICATIONS)},
        {"uuid": contrast, "name": "Contrast volume", "type": "number", "value": dice.between(0, 12).to_string()},
    ])
}

fn tags(plot: &Plot, bones: &Bones) -> Value {
    let mut dice = dice(plot.seed, 4, bones.index);
    if !dice.per_mille(180) {
        return json!([]);
    }
    let first = dice.pick(&TAGS);
    let second = dice.pick(&TAGS);
    if first != second && dice.per_mille(300) { json!([first, second]) } else { json!([first]) }
}

/// A comment as it is kept; whether it is the reader's own is added when it is served.
pub(crate) fn comment(seed: u64, id: Uuid, study: Uuid, who: usize, body: &str, at: Moment) -> Value {
    json!({"uuid": id, "study_id": study, "user_id": user_id(seed, who), "user_name": user_name(who), "body": body, "created": at})
}

/// "order from most recent too earliest".
fn comments(plot: &Plot, bones: &Bones, dice: &mut Dice) -> Value {
    let count = if dice.per_mille(300) { 1 + dice.index(3) } else { 0 };
    let (from, to) = (bones.created.0, bones.updated.0.max(bones.created.0 + 1));
    let mut all: Vec<Value> = (0..count)
        .map(|number| {
            let step = i64::try_from(number + 1).unwrap_or(1);
            let at = Moment(from + (to - from) / 4 * step);
            let part = Part { owner: bones.index, number: u8::try_from(number).unwrap_or_default() };
            let id = fresh_part(plot.seed, dice, part);
            comment(plot.seed, id, bones.id, dice.index(CLINICIANS.len()), dice.pick(&COMMENTS), at)
        })
        .collect();
    all.reverse();
    json!(all)
}

fn radreports(plot: &Plot, bones: &Bones) -> Value {
    if bones.stage != Some(STAGES[4]) {
        return json!([]);
    }
    let description = format!("{} by {}", bones.examination.description, user_name(bones.reader));
    json!([{"uuid": radreport_id(plot.seed, bones.index), "description": description, "type": "radreport", "can_edit": 0}])
}

/// The way to the status that it has.
fn history(plot: &Plot, bones: &Bones) -> Value {
    let Some(last) = bones.stage else { return json!([]) };
    let mut way: Vec<&str> = vec![STAGES[0]];
    if last == STAGES[4] {
        way.push(STAGES[1]);
    }
    if last != STAGES[0] {
        way.push(last);
    }
    let steps = i64::try_from(way.len()).unwrap_or(1);
    let (from, to) = (bones.created.0, bones.updated.0);
    let lines = way.iter().enumerate().map(|(number, new)| {
        let number = i64::try_from(number).unwrap_or_default();
        let old = usize::try_from(number - 1).ok().map(|before| way[before]);
        let at = Moment(from + (to - from) / steps * (number + 1));
        json!({"date": at, "old": old, "new": new, "seconds": (to - from) / steps / 1_000_000, "_user": user_id(plot.seed, bones.reader)})
    });
    lines.collect()
}
