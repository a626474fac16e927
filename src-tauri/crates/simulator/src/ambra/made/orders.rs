//! Orders with their scheduled procedure steps. Three in five belong to a study: they have its accession number.

use serde_json::{Value, json};

use super::studies::accession;
use super::studies::dicom_date;
use super::{Plot, dice, dicom_name, mrn, skeleton};
use crate::ambra::made::catalog::EXAMINATIONS;
use crate::ambra::moment::Moment;
use crate::people::{CLINICIANS, person};
use crate::stamp::{DAY, Day, HOUR, MINUTE, Stamp};

/// Accession numbers of orders without a study start here, where no study's number will ever be.
const UNSEEN: u32 = 5_000_000;

pub(super) fn record(plot: &Plot, index: u32) -> Value {
    let seed = plot.seed;
    let mut dice = dice(seed, 0x6f72, index);
    let id = dice.uuid();
    let linked = (plot.studies > 0 && dice.per_mille(600)).then(|| {
        let stride = (plot.studies / plot.orders.max(1)).max(1);
        skeleton(plot, index.saturating_mul(stride) % plot.studies)
    });
    let drawn = &EXAMINATIONS[dice.index(EXAMINATIONS.len())];
    let (number, examination, patient, created) = if let Some(bones) = &linked {
        let before = Stamp(bones.created.stamp().0 - dice.between(HOUR, 5 * DAY));
        (accession(bones.index), bones.examination, bones.person, before)
    } else {
        let patient = u32::try_from(dice.below(u64::from(plot.people))).unwrap_or_default();
        let number = accession(UNSEEN + index);
        (number, drawn, patient, Stamp(plot.base.0 - dice.between(MINUTE, 20 * DAY)))
    };
    let who = person(seed, u64::from(patient));
    let start = Stamp(created.0 + dice.between(HOUR, 6 * DAY));
    let start_day = Day(i32::try_from(start.0.div_euclid(DAY)).unwrap_or_default());
    let referrer = &CLINICIANS[dice.index(CLINICIANS.len())];
    let at = Moment::of(created, dice.between(0, 999));
    let steps: Vec<Value> = (0..=u8::from(dice.per_mille(120)))
        .map(|number| {
            json!({
                "uuid": dice.uuid(),
                "modality": examination.modality,
                "scheduled_procedure_step_id": format!("SPS{index:06}{number}"),
                "requested_procedure_id": format!("RP{index:06}"),
                "requested_procedure_description": examination.description,
                "scheduled_station_aetitle": format!("HB{}1", examination.modality),
                "scheduled_procedure_step_start_date": dicom_date(start_day),
                "scheduled_procedure_step_start_time": start.text()[11..19].replace(':', ""),
                "scheduled_procedure_step_description": examination.description,
                "mpps_status": if linked.is_some() { "COMPLETED" } else { "SCHEDULED" },
                "mpps_uid": linked.as_ref().map(|bones| format!("2.25.{}", bones.id.as_u128() / 7)),
            })
        })
        .collect();
    json!({
        "uuid": id,
        "patientid": mrn(patient),
        "patient_name": dicom_name(&who.first, &who.last),
        "accession_number": number,
        "patient_sex": if who.female { "F" } else { "M" },
        "patient_birth_date": dicom_date(who.born),
        "referring_physician": dicom_name(referrer.first, referrer.last),
        "sending_facility": dice.pick(&["HARROW BRIDGE ED", "WEST CLINIC", "CEDAR POINT"]),
        "tags": [],
        "sps": steps,
        "studies": linked.iter().map(|bones| bones.id).collect::<Vec<_>>(),
        "created": at,
        "updated": at,
    })
}
