//! Made-up specimens, each from (seed, number) alone: nothing is kept of a specimen that nobody edited.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::dice::Dice;
use crate::people::{CLINICIANS, person};
use crate::stamp::{DAY, HOUR, MINUTE, Stamp};

const SPECIMENS: u64 = 0x7370_6563;
const PATIENTS: u64 = 0x7061_7469;

/// The data set that a specimen belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plot {
    pub(crate) seed: u64,
    /// The moment before which everything was made.
    pub(crate) base: Stamp,
    /// How many people have specimens.
    pub(crate) patients: u32,
}

/// Kinds of material with the tube they come in.
const KINDS: &[(&str, &str, &str)] = &[
    ("BLD", "Whole blood", "tube, lavender top"),
    ("SER", "Serum", "tube, gold top"),
    ("PLAS", "Plasma", "tube, blue top"),
    ("UR", "Urine", "cup, sterile"),
    ("SWAB", "Swab, throat", "swab in transport medium"),
    ("CSF", "Cerebrospinal fluid", "tube, sterile"),
    ("TISS", "Tissue, biopsy", "jar with formalin"),
    ("SPT", "Sputum", "cup, sterile"),
];

/// The id of the patient who is person `number`.
pub(crate) fn patient_id(seed: u64, number: u32) -> Uuid {
    Dice::new(seed, &[PATIENTS, u64::from(number)]).uuid()
}

/// What a laboratory writes for a patient, and person `number`'s full name.
pub(crate) fn name(seed: u64, number: u32) -> String {
    let who = person(seed, u64::from(number));
    format!("{} {}", who.first, who.last)
}

/// `subject` is stored hashed: the same for all specimens of a patient, and nobody's id.
fn hashed(seed: u64, number: u32) -> String {
    let mut dice = Dice::new(seed, &[PATIENTS, u64::from(number), 1]);
    format!("{:016x}{:016x}", dice.next(), dice.next())
}

/// The user of a clinician at eHealth.
pub(crate) fn user_id(seed: u64, clinician: usize) -> Uuid {
    Dice::new(seed, &[PATIENTS, 0x75_7365_7273, clinician as u64]).uuid()
}

fn dice(seed: u64, index: u32) -> Dice {
    Dice::new(seed, &[SPECIMENS, u64::from(index)])
}

/// The id of specimen `index`.
pub(crate) fn id(seed: u64, index: u32) -> Uuid {
    dice(seed, index).uuid()
}

fn reference(kind: &str, value: impl std::fmt::Display) -> Value {
    json!({"identifier": {"type": {"coding": [{"system": "eHealth/resources", "code": kind}]}, "value": value.to_string()}})
}

fn concept(dictionary: &str, code: &str, text: &str) -> Value {
    json!({"coding": [{"system": format!("eHealth/{dictionary}"), "code": code}], "text": text})
}

/// Specimen `index`, of the patient who is person `owner`; `fresh` makes one that was registered just then.
pub(crate) fn specimen(plot: &Plot, index: u32, owner: u32, fresh: Option<Stamp>) -> Value {
    let mut dice = dice(plot.seed, index);
    let id = dice.uuid();
    let age = if dice.per_mille(600) { dice.between(0, 2 * DAY) } else { dice.between(0, 90 * DAY) };
    let inserted = fresh.unwrap_or(Stamp(plot.base.0 - age - dice.between(2 * HOUR, 3 * HOUR)));
    let collected = Stamp(inserted.0 - dice.between(10 * MINUTE, 8 * HOUR));
    let (code, kind, tube) = dice.pick(KINDS);
    let draws: [u64; 3] = [dice.below(100), dice.below(100), dice.below(100)];
    let status = match draws[0] {
        _ if fresh.is_some() => "available",
        0..82 => "available",
        82..90 => "unsatisfactory",
        90..96 => "unavailable",
        _ => "entered_in_error",
    };
    let received = (fresh.is_none() && status != "entered_in_error" && draws[1] < 45)
        .then(|| Stamp(inserted.0 + dice.between(5 * MINUTE, 110 * MINUTE)));
    let collector = dice.index(CLINICIANS.len());
    let mut collection = json!({
        "collector": reference("employee", user_id(plot.seed, collector)),
        "quantity": {"value": dice.between(2, 10), "unit": "ml", "system": "eHealth/ucum/units", "code": "ML"},
        "method": concept("specimen_collection_methods", "VENP", "Venous puncture"),
        "body_site": concept("body_sites", "arm", "Arm"),
    });
    if draws[2] < 70 {
        collection["collected_date_time"] = json!(collected);
    } else {
        collection["collected_period"] = json!({"start": collected, "end": Stamp(collected.0 + 5 * MINUTE)});
    }
    let containers: Vec<Value> = (0..if dice.per_mille(150) { 2 } else { 1 })
        .map(|number| {
            json!({
                "identifier": format!("{}-{}-{:04}", number + 1, dice.code(3).to_uppercase(), index % 10_000),
                "type": concept("specimen_container_types", "TUBE", tube),
            })
        })
        .collect();
    let mut specimen = json!({
        "id": id,
        "accession_identifier": format!("{:04}-{:04}-{:04}-{:04}", dice.below(10_000), dice.below(10_000), index / 10_000, index % 10_000),
        "status": status,
        "type": concept("specimen_types", code, kind),
        "subject": {"identifier": {"type": {"coding": [{"system": "eHealth/resources", "code": "patient"}]}, "value": hashed(plot.seed, owner)}},
        "registered_by": reference("employee", user_id(plot.seed, collector)),
        "collection": collection,
        "container": containers,
        "managing_organization": reference("legal_entity", Dice::new(plot.seed, &[PATIENTS, 2]).uuid()),
        "request": [reference("service_request", dice.uuid())],
        "inserted_at": inserted,
        "inserted_by": user_id(plot.seed, collector),
        "updated_at": received.unwrap_or(inserted),
        "updated_by": user_id(plot.seed, if received.is_some() { 1 } else { collector }),
    });
    if let Some(received) = received {
        specimen["received_time"] = json!(received);
    }
    if status != "available" {
        specimen["status_reason"] = concept("specimen_reject_reasons", "HEMOLYZED", "Hemolyzed");
    }
    if dice.per_mille(120) {
        specimen["note"] = json!("Handle with care: made-up note");
    }
    specimen
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Plot, specimen};
    use crate::stamp::Stamp;

    const PLOT: Plot = Plot { seed: 4, base: Stamp(1_750_000_000_000), patients: 700 };

    #[test]
    fn times_follow_each_other_and_numbers_are_unique() {
        let mut numbers = BTreeSet::new();
        for index in 0..2_000 {
            let made = specimen(&PLOT, index, index % PLOT.patients, None);
            let time = |value: &serde_json::Value| value.as_str().and_then(Stamp::parse);
            let collected = time(&made["collection"]["collected_date_time"])
                .or_else(|| time(&made["collection"]["collected_period"]["end"]));
            let times: Vec<Stamp> =
                [collected, time(&made["inserted_at"]), time(&made["received_time"]), Some(PLOT.base)]
                    .into_iter()
                    .flatten()
                    .collect();
            assert!(times.is_sorted(), "specimen {index} has its times out of order: {times:?}");
            assert!(numbers.insert(made["accession_identifier"].to_string()), "a number stands twice");
        }
    }

    #[test]
    fn a_specimen_names_its_patient_by_a_hash_alone() {
        let made = specimen(&PLOT, 7, 3, None).to_string();
        assert!(!made.contains(&super::patient_id(PLOT.seed, 3).to_string()));
        assert!(!made.contains(&super::name(PLOT.seed, 3)));
    }
}
