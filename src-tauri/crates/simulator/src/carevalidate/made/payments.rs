//! Payments. All money is text, as in the document.

use std::borrow::Cow;

use super::case::Scene;
use super::{Section, Status, clinician, user};
use crate::carevalidate::wire::{Fees, Payment, SubFee, User};
use crate::dice::Dice;
use crate::stamp::{DAY, MINUTE, Stamp};

fn money(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

pub(super) fn payments(scene: &Scene<'_>) -> Vec<Payment> {
    let mut dice = scene.dice(Section::Payments);
    let bones = scene.bones;
    if dice.per_mille(50) {
        return Vec::new();
    }
    let status = match bones.status {
        Status::Abandoned => "CANCELLED",
        Status::Open => dice.pick(&["PENDING", "PAID", "PENDING"]),
        Status::Rejected if dice.per_mille(500) => "REFUNDED",
        _ => "PAID",
    };
    let created = Stamp(bones.created.0 + dice.between(MINUTE, 9 * MINUTE));
    let mut all = vec![payment(scene, status, created, None, &mut dice)];
    if bones.status == Status::Approved && dice.per_mille(250) {
        let due = Stamp(created.0 + 30 * DAY);
        let later = if due < scene.plot.base { "PAID" } else { "PENDING" };
        all.push(payment(scene, later, created, Some((due, 2)), &mut dice));
    }
    all
}

fn payment(
    scene: &Scene<'_>,
    status: &'static str,
    created: Stamp,
    scheduled: Option<(Stamp, u32)>,
    dice: &mut Dice,
) -> Payment {
    let consult = scene.bundle.fee;
    let pharmacy = dice.between(0, 220) * 50;
    let shipping = dice.pick(&[0, 595, 999]);
    let kit = if scene.bundle.case_type == "WEIGHT_LOSS" { 1_250 } else { 0 };
    let (platform, processing) = (300, 145);
    let discount = if dice.per_mille(150) { 1_000 } else { 0 };
    let due = scheduled.map_or(created, |(due, _)| due);
    let paid = matches!(status, "PAID" | "REFUNDED").then(|| Stamp(due.0 + 3 * MINUTE));
    let cancelled = matches!(status, "CANCELLED").then(|| scene.bones.closed.unwrap_or(created));
    let automatic = dice.per_mille(700);
    let sub_fees = if discount > 0 {
        vec![SubFee { label: "Referral discount", amount: format!("-{}", money(discount)) }]
    } else {
        Vec::new()
    };
    let maker = if automatic { clinician(11) } else { clinician(9) };
    Payment {
        id: dice.uuid(),
        is_deleted: dice.per_mille(5),
        description: (!dice.per_mille(30))
            .then(|| Cow::Borrowed(if scheduled.is_some() { "Monthly plan" } else { "Consultation and treatment" })),
        amount: (!dice.per_mille(4))
            .then(|| money(consult + pharmacy + shipping + kit + platform + processing - discount)),
        status,
        due_date: Some(due),
        payment_date: paid,
        cancellation_date: cancelled,
        is_scheduled: scheduled.is_some(),
        schedule_position: scheduled.map(|(_, position)| position),
        is_auto_created: automatic,
        created_at: created,
        updated_at: paid.or(cancelled).unwrap_or(created),
        fees: (!dice.per_mille(25)).then(|| Fees {
            consult_fee: money(consult),
            convenience_fee: money(0),
            payment_processing_fee: money(processing),
            pharmacy_fee: money(pharmacy),
            shipping_fee: money(shipping),
            syringe_kit_fee: money(kit),
            tech_platform_fee: money(platform),
            sub_fees,
        }),
        created_by: (!dice.per_mille(80)).then(|| User { email: Some(maker.email.into()), ..user(maker) }),
    }
}
