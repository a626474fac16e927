//! Decisions of the cases that have one.

use std::borrow::Cow;

use super::case::Scene;
use super::{Section, Status, clinician};
use crate::carevalidate::wire::{DecidedBy, Decision, MedInfo, Product};
use crate::dice::Dice;
use crate::people::Clinician;
use crate::stamp::{DAY, Day, HOUR, Stamp};

const APPROVED: &[&str] = &[
    "Approved. No contraindications in history or intake.",
    "Approved for one period, review of effect and side effects before the next one.",
    "Approved at the lowest dose; patient understands the warning signs.",
    "Meets criteria. Counselled on interactions, patient confirmed by message.",
];
const REJECTED: &[&str] = &[
    "Not approved: personal history of pancreatitis. Referred to in-person care.",
    "Declined – interaction with current medication, alternative discussed.",
    "Red flags in the answers, needs examination. Patient advised to be seen within 48 hours.",
    "Outside of the age range for this treatment.",
];
const UNDECIDED: &[&str] = &[
    "No decision: patient did not send the photos.",
    "Closed without a decision after the patient started treatment elsewhere.",
    "Information insufficient, three reminders unanswered.",
];

pub(super) fn decisions(scene: &Scene<'_>, products: &[Product]) -> Vec<Decision> {
    let bones = scene.bones;
    let (Some(closed), true) = (bones.closed, bones.status.decided()) else { return Vec::new() };
    let mut dice = scene.dice(Section::Decisions);
    let mut all = Vec::new();
    // Some were first turned down for want of an answer and decided in a second round.
    if bones.status == Status::Approved && dice.per_mille(90) {
        let before = Stamp(closed.0.midpoint(bones.in_progress.unwrap_or(bones.created).0));
        all.push(decision(scene, Status::NoDecision, before, products, &mut dice));
    }
    all.push(decision(scene, bones.status, closed, products, &mut dice));
    all
}

fn decision(scene: &Scene<'_>, outcome: Status, at: Stamp, products: &[Product], dice: &mut Dice) -> Decision {
    let approved = outcome == Status::Approved;
    let start = i32::try_from(at.0.div_euclid(DAY)).unwrap_or_default();
    let length = dice.pick(&[28, 30, 84, 90, 180]);
    let text = match outcome {
        Status::Approved => dice.pick(APPROVED),
        Status::Rejected => dice.pick(REJECTED),
        _ => dice.pick(UNDECIDED),
    };
    Decision {
        id: dice.uuid(),
        is_approved: approved,
        is_no_decision: outcome == Status::NoDecision,
        start_date: approved.then_some(Day(start)),
        end_date: approved.then_some(Day(start + length)),
        decision_text: (!dice.per_mille(40)).then_some(Cow::Borrowed(text)),
        category: scene.bundle.category,
        created_at: at,
        is_paid: dice.per_mille(850),
        visit_type: (!dice.per_mille(50)).then(|| dice.pick(&["ASYNC", "VIDEO", "PHONE"])),
        product_id: products.first().map(|product| product.id),
        med_info: if approved { medicines(scene, dice) } else { Vec::new() },
        added_by: scene.bones.clinician.filter(|_| !dice.per_mille(8)).map(|index| decided_by(clinician(index))),
    }
}

fn medicines(scene: &Scene<'_>, dice: &mut Dice) -> Vec<MedInfo> {
    let count = 1 + usize::from(dice.per_mille(250));
    scene
        .bundle
        .medicines
        .iter()
        .cycle()
        .skip(dice.index(scene.bundle.medicines.len()))
        .take(count)
        .map(|medicine| MedInfo {
            id: dice.uuid(),
            external_id: dice.per_mille(300).then(|| format!("EXT-{}", dice.between(10_000, 99_999))),
            medicine: medicine.name,
            is_refill: dice.per_mille(300),
            dosage: Some(medicine.dosage),
            refill_count: (!dice.per_mille(40)).then(|| u32::try_from(dice.between(0, 11)).unwrap_or_default()),
            pharmacy_instructions: (!dice.per_mille(60)).then_some(medicine.instructions),
            dosing_frequency: Some(medicine.frequency),
            treatment_period: Some(medicine.period),
            is_prior_auth_requested: dice.per_mille(60),
            order_note: dice.per_mille(200).then(|| {
                dice.pick(&[
                    "Please ship with cold pack.",
                    "Deliver after 5 pm.",
                    "Patient prefers generic.",
                    "Signature required",
                ])
            }),
        })
        .collect()
}

fn decided_by(who: &'static Clinician) -> DecidedBy {
    DecidedBy {
        id: who.id,
        first_name: who.first,
        last_name: who.last,
        title: who.title,
        title_suffix: who.title_suffix,
        email: who.email,
        phone_number: Some("+1-802-555-0100"),
        npi: who.npi,
        dea: who.dea,
        address: Some("1 Example Avenue"),
        address2: None,
        city: Some("Maple Hollow"),
        state: Some("VT"),
        postal_code: Some("05000"),
        country: Some("US"),
    }
}

/// When an approved case's order can have been placed.
pub(super) fn order_time(scene: &Scene<'_>, dice: &mut Dice) -> Option<Stamp> {
    let approved = scene.bones.status == Status::Approved;
    let at = scene.bones.closed.filter(|_| approved)?.0 + dice.between(HOUR / 6, 20 * HOUR);
    (at < scene.plot.base.0).then_some(Stamp(at))
}
