//! Pharmacy orders of approved cases, as far along as their age allows.

use std::borrow::Cow;

use super::Section;
use super::case::Scene;
use super::decisions::order_time;
use crate::carevalidate::wire::{Order, OrderItem, ShippingLog};
use crate::dice::Dice;
use crate::people::Text;
use crate::stamp::{DAY, HOUR, Stamp};

const PHARMACIES: &[&str] =
    &["Sample Mail Pharmacy", "Apotheca Ficta", "Green Cross (demo)", "Northern Compounding Example Co."];
const HUBS: &[&str] = &["Sorting center, Prairie Bell KS", "Steelbridge PA", "Otter Sound WA", "Out for delivery"];

/// The same state in several spellings: compare without case.
fn spelled(dice: &mut Dice, word: &'static str, shouted: &'static str) -> &'static str {
    if dice.per_mille(400) { shouted } else { word }
}

pub(super) fn orders(scene: &Scene<'_>) -> Vec<Order> {
    let mut dice = scene.dice(Section::Orders);
    let Some(placed) = order_time(scene, &mut dice) else { return Vec::new() };
    if dice.per_mille(120) {
        return Vec::new();
    }
    let mut all = vec![order(scene, placed, None, &mut dice)];
    if dice.per_mille(60) {
        let again = Stamp(placed.0 + 6 * DAY);
        if again < scene.plot.base {
            let reason = dice.pick(&["Damaged in transit", "Wrong strength dispensed", "Lost by carrier"]);
            all.push(order(scene, again, Some(reason), &mut dice));
        }
    }
    all
}

fn order(scene: &Scene<'_>, placed: Stamp, replacement_reason: Option<&'static str>, dice: &mut Dice) -> Order {
    let age = scene.plot.base.0 - placed.0;
    let troubled = dice.per_mille(35);
    let (status, stage) = if troubled {
        (spelled(dice, "Error", "ERROR"), 1)
    } else if age < 6 * HOUR {
        (spelled(dice, "Draft", "DRAFT"), 0)
    } else if age < 2 * DAY {
        (spelled(dice, "Placed", "PLACED"), 1)
    } else if age < 6 * DAY {
        (spelled(dice, "Shipped", "SHIPPED"), 3)
    } else {
        (spelled(dice, "Delivered", "DELIVERED"), 4)
    };
    let shipped = stage >= 3;
    let carrier = dice.pick(&["FedEx", "UPS", "USPS"]);
    let tracking = format!("TEST{:010}", dice.below(9_999_999_999));
    Order {
        id: format!("ord_{}", dice.code(14)),
        external_id: (stage > 0).then(|| dice.uuid()),
        pharmacy_order_id: (stage > 0).then(|| format!("PH-{}", dice.between(100_000, 999_999))),
        status,
        message: troubled.then(|| {
            dice.pick(&["Address could not be verified", "Backordered until Thursday", "Prescriber DEA required"])
        }),
        pharmacy_name: Some(dice.pick(PHARMACIES)),
        created_at: placed,
        items: items(scene, dice),
        replacement_reason,
        shipping_logs: logs(scene, placed, stage, dice),
        est_delivery_at: shipped.then(|| Stamp(placed.0 + 5 * DAY)),
        tracking_url: shipped.then(|| format!("https://tracking.example.org/{tracking}")),
        tracking_id: shipped.then_some(tracking),
        carrier_name: shipped.then_some(carrier),
    }
}

fn items(scene: &Scene<'_>, dice: &mut Dice) -> Vec<OrderItem> {
    let count = 1 + usize::from(dice.per_mille(250));
    scene
        .bundle
        .medicines
        .iter()
        .take(count)
        .map(|medicine| OrderItem {
            id: format!("itm_{}", dice.code(10)),
            name: medicine.name,
            quantity: medicine.quantity,
        })
        .collect()
}

fn logs(scene: &Scene<'_>, placed: Stamp, stage: usize, dice: &mut Dice) -> Vec<ShippingLog> {
    let steps: [(&'static str, &'static str, &'static str); 4] = [
        ("Placed", "PLACED", "Order received by pharmacy"),
        ("Label created", "LABEL_CREATED", "Shipping label created"),
        ("Shipped", "SHIPPED", "In transit"),
        ("Delivered", "DELIVERED", "Left at front door"),
    ];
    let mut at = placed.0;
    steps
        .into_iter()
        .take(stage)
        .map(|(word, shouted, message)| {
            at = (at + dice.between(HOUR, 26 * HOUR)).min(scene.plot.base.0);
            let place: Text = Cow::Borrowed(dice.pick(HUBS));
            ShippingLog {
                status_updated_at: Stamp(at),
                location: dice.per_mille(750).then_some(place),
                message: (!dice.per_mille(120)).then_some(message),
                status: (!dice.per_mille(30)).then(|| spelled(dice, word, shouted)),
            }
        })
        .collect()
}
