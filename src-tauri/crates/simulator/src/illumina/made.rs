//! The cases from seed and number. Everybody in them is made up.

use serde_json::{Value, json};
use uuid::Uuid;

use crate::dice::Dice;
use crate::people::{CLINICIANS, Clinician, person};
use crate::stamp::{DAY, HOUR, MINUTE, Stamp};

/// The data set that a case belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plot {
    pub(crate) seed: u64,
    /// The moment before which everything was made.
    pub(crate) base: Stamp,
    /// How many people there are to have cases.
    pub(crate) people: u64,
}

/// A test: its name, and whether it bypasses interpretation and reporting, so that its cases can be delivered from outside.
struct Test {
    name: &'static str,
    version: &'static str,
    bypasses: bool,
    days: i64,
}

const TESTS: [Test; 6] = [
    Test { name: "Whole genome, rare disease trio", version: "2.1", bypasses: false, days: 28 },
    Test { name: "Whole genome, raw data delivery", version: "1.4", bypasses: true, days: 14 },
    Test { name: "Exome, cardiomyopathy", version: "3.0", bypasses: false, days: 21 },
    Test { name: "Comprehensive tumour panel", version: "2.6.0", bypasses: false, days: 10 },
    Test { name: "Liquid biopsy panel, data only", version: "2.5.1", bypasses: true, days: 7 },
    Test { name: "Pharmacogenomics panel", version: "1.0", bypasses: true, days: 5 },
];
const CLIENTS: [&str; 4] =
    ["Maple Hollow Hospital", "Port Ellery Oncology", "San Lucero Children's", "Cedar Junction Clinic"];
const TAGS: [&str; 6] = ["urgent-review", "research-consent", "repeat", "trio", "insurance-pending", "teaching"];
const REMARKS: [&str; 5] = [
    "Coverage of the first run was low; a top-up is on the sequencer.",
    "Consent form checked, filed with the request.",
    "Please look at the mitochondrial calls again before delivery.",
    "The clinic asked for the raw data only.",
    "Sample swap excluded by genotype concordance.",
];

pub(crate) fn dice(seed: u64, section: u64, index: u32) -> Dice {
    Dice::new(seed, &[0x696c_6c75, section, u64::from(index)])
}

/// The id of a case.
pub(crate) fn id(seed: u64, index: u32) -> Uuid {
    dice(seed, 1, index).uuid()
}

/// The id of a case of another workgroup.
pub(crate) fn foreign_id(seed: u64, number: u32) -> Uuid {
    dice(seed, 2, number).uuid()
}

/// The number by which people speak of a case: upper case, with parts that other numbers share.
pub(crate) fn display_id(index: u32) -> String {
    format!("NSG-{:02}-{:05}", 24 + index % 3, 10_000 + u64::from(index) * 3)
}

/// The medical record number of a person, the same as in the other systems.
fn mrn(person: u64) -> String {
    format!("{:08}", 20_000_000 + person * 3)
}

/// A user as the system tells one.
pub(crate) fn user(who: &Clinician) -> Value {
    json!({"id": who.id, "name": format!("{} {}", who.first, who.last), "email": who.email})
}

/// Case `index`; `fresh` makes one that was registered just then.
pub(crate) fn case(plot: &Plot, index: u32, fresh: Option<Stamp>) -> Value {
    let mut dice = dice(plot.seed, 3, index);
    let age = if dice.per_mille(300) { dice.between(0, 14 * DAY) } else { dice.between(0, 400 * DAY) };
    let created = fresh.unwrap_or(Stamp(plot.base.0 - age - dice.between(1, 20 * MINUTE)));
    let age = if fresh.is_some() { 0 } else { age };
    let drawn = state_at_age(&mut dice, age);
    let (status, sub_state) = if fresh.is_some() { ("New", "AWAITING_MOLECULAR_DATA") } else { drawn };
    let bypass = matches!(sub_state, "READY_FOR_DELIVERY" | "DELIVERY_IN_PROGRESS" | "DELIVERED");
    let fitting: Vec<&Test> = TESTS.iter().filter(|test| test.bypasses || !bypass).collect();
    let test = fitting[dice.index(fitting.len())];
    let over = matches!(status, "Complete" | "Canceled" | "Deletion");
    let updated =
        if fresh.is_some() { created } else { Stamp(created.0 + (age * 3 / 4).min(dice.between(MINUTE, 12 * DAY))) };
    let owners: Vec<Value> =
        if dice.per_mille(600) { vec![user(&CLINICIANS[dice.index(CLINICIANS.len())])] } else { vec![] };
    let tags: Vec<&str> = TAGS.iter().copied().filter(|_| dice.per_mille(140)).collect();
    let analysed = over
        || matches!(sub_state, "READY_FOR_INTERPRETATION" | "READY_FOR_REVIEW" | "REPORTS_AVAILABLE" | "QC_WARNING");
    let name = display_id(index);
    json!({
        "id": id(plot.seed, index),
        "displayId": name,
        "createdDate": created,
        "updatedDate": updated,
        "startDate": (status != "Draft").then_some(Stamp(created.0 + HOUR)),
        "dueDate": Stamp(created.0 + test.days * DAY),
        "completedDate": (status == "Complete").then_some(updated),
        "status": status,
        "subState": sub_state,
        "tags": tags,
        "client": {"id": dice.uuid(), "name": dice.pick(&CLIENTS)},
        "analysis": analyses(&mut dice, analysed, updated),
        "caseSubjects": subjects(plot, index, &mut dice),
        "testDefinition": {"id": dice.uuid(), "name": test.name, "version": test.version},
        "ingestionResult": analysed.then(|| ingestion_result(&name)),
        "owners": owners,
        "turnAroundTime": test.days,
        "_bypasses": test.bypasses,
        "_comments": comments(&mut dice, created, updated),
        "_files": files(&mut dice, &name, created),
        "_metadata": metadata(&mut dice),
    })
}

/// Old cases are complete; about one in eight over all is still work.
fn state_at_age(dice: &mut Dice, age: i64) -> (&'static str, &'static str) {
    let open_per_mille = match age / DAY {
        0..3 => 950,
        3..14 => 600,
        14..40 => 120,
        _ => 15,
    };
    if !dice.per_mille(open_per_mille) {
        return match dice.below(100) {
            0..60 => ("Complete", "REPORTS_AVAILABLE"),
            60..84 => ("Complete", "DELIVERED"),
            84..92 => ("Complete", "CLOSED"),
            92..97 => ("Canceled", "CLOSED"),
            _ => ("Deletion", "DELETION_HAS_ISSUE"),
        };
    }
    match dice.below(100) {
        0..6 => ("Draft", "MISSING_SAMPLE_INFORMATION"),
        6..18 => ("New", "AWAITING_MOLECULAR_DATA"),
        18..24 => ("In Progress", "MISSING_SAMPLE_INFORMATION"),
        24..34 => ("In Progress", "PROCESSING"),
        34..40 => ("In Progress", "HAS_ISSUE"),
        40..50 => ("In Progress", "READY_FOR_PROCESSING"),
        50..64 => ("In Progress", "QC_WARNING"),
        64..74 => ("In Progress", "READY_FOR_INTERPRETATION"),
        74..80 => ("In Progress", "READY_FOR_REVIEW"),
        80..92 => ("In Progress", "READY_FOR_DELIVERY"),
        92..97 => ("In Progress", "DELIVERY_IN_PROGRESS"),
        _ => ("In Progress", "FAILED_TO_ANNOTATE"),
    }
}

/// A proband, and in one case of five both parents. `_identifiers` are told only to whoever may know them.
fn subjects(plot: &Plot, index: u32, dice: &mut Dice) -> Value {
    let proband = dice.below(plot.people.max(1));
    let trio = dice.per_mille(200);
    let one = |number: u64, relationship: &str, place: u32| {
        let who = person(plot.seed, number);
        json!({
            "relationshipToProband": relationship,
            "isProband": relationship == "Self",
            "subject": {
                "id": self::dice(plot.seed, 4, index * 4 + place).uuid(),
                "displayId": format!("SUBJ-{:06}", 100_000 + number),
                "_identifiers": {
                    "firstName": who.first,
                    "lastName": who.last,
                    "mrn": mrn(number),
                    "dateOfBirth": who.born,
                    "sex": if who.female { "FEMALE" } else { "MALE" },
                },
            },
            "samples": [{
                "id": self::dice(plot.seed, 5, index * 4 + place).uuid(),
                "externalSampleId": format!("S{:07}{}", 2_000_000 + index * 7, ['P', 'M', 'F'][place as usize]),
                "specimenType": "Whole blood",
            }],
        })
    };
    let mut all = vec![one(proband, "Self", 0)];
    if trio {
        all.push(one((proband + 11) % plot.people.max(12), "Mother", 1));
        all.push(one((proband + 23) % plot.people.max(24), "Father", 2));
    }
    json!(all)
}

fn analyses(dice: &mut Dice, analysed: bool, at: Stamp) -> Value {
    if !analysed {
        return json!([]);
    }
    let version = dice.pick(&["4.2.7", "4.3.13"]);
    json!([{"id": dice.uuid(), "name": "DRAGEN Germline", "version": version, "status": "Complete", "createdDate": at}])
}

/// JSON inside a string, as it is seen.
fn ingestion_result(name: &str) -> String {
    let file = |kind: &str, end: &str| json!({"type": kind, "path": format!("gds://made-up-volume/{name}/{name}.{end}"), "sizeInBytes": 1024});
    json!({"result": {"outputFileTables": [
        {"name": "Alignments", "files": [file("BAM", "bam")]},
        {"name": "Variants", "files": [file("VCF", "hard-filtered.vcf.gz"), file("VCF", "sv.vcf.gz")]},
    ]}})
    .to_string()
}

fn comments(dice: &mut Dice, created: Stamp, updated: Stamp) -> Value {
    let count = dice.below(4);
    let span = (updated.0 - created.0).max(1);
    let all = (0..count).map(|place| {
        let who = &CLINICIANS[dice.index(CLINICIANS.len())];
        let at = Stamp(created.0 + span * i64::try_from(place).unwrap_or_default() / 4);
        json!({"id": dice.uuid(), "text": dice.pick(&REMARKS), "createdDate": at, "createdBy": user(who)})
    });
    json!(all.collect::<Vec<_>>())
}

fn files(dice: &mut Dice, name: &str, created: Stamp) -> Value {
    let all = ["request.pdf", "consent.pdf", "pedigree.txt"].into_iter().filter_map(|end| {
        let there = dice.per_mille(400);
        let (id, who) = (dice.uuid(), dice.index(CLINICIANS.len()));
        there.then(|| json!({"id": id, "name": format!("{name}-{end}"), "createdDate": created, "createdBy": user(&CLINICIANS[who])}))
    });
    json!(all.collect::<Vec<_>>())
}

fn metadata(dice: &mut Dice) -> Value {
    if dice.per_mille(400) {
        return Value::Null;
    }
    json!({"Batch": format!("B{}", dice.between(100, 999)), "Site": dice.pick(&["North", "South", "East"])})
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Plot, case};
    use crate::stamp::Stamp;

    #[test]
    fn cases_are_the_same_for_the_same_seed_and_of_every_kind() {
        let plot = Plot { seed: 7, base: Stamp(1_790_000_000_000), people: 700 };
        let states: BTreeSet<String> = (0..1_000)
            .map(|index| {
                let one = case(&plot, index, None);
                assert_eq!(one, case(&plot, index, None));
                let delivered = one["subState"].as_str().is_some_and(|sub| sub.contains("DELIVER"));
                assert!(!delivered || one["_bypasses"] == true, "only such tests are delivered from outside");
                format!("{}/{}", one["status"].as_str().unwrap(), one["subState"].as_str().unwrap())
            })
            .collect();
        assert!(states.len() >= 15, "{states:?}");
    }
}
