//! Orders: each a part of its case's page, and an item of its own under the case.

use std::collections::HashSet;

use rounds_domain::{
    action::Offer,
    detail::{Fact, Order, ShippingStep},
    item::{Identifier, IdentifierKind, ItemKind, Status, StatusGroup, WorkItem},
};

use super::{date, fact, identifier, moment, present};
use crate::carevalidate::{actions::COMMENT, dto, lenient::Text};

/// "Order Object", "Order Item Object", "Order Shipping Log Object".
pub(super) fn part(order: &dto::Order) -> Order {
    let mut facts = present([
        fact("Message", &order.message.0),
        fact("Replacement reason", &order.replacement_reason),
        fact("Carrier", &order.carrier_name),
        fact("Tracking number", &order.tracking_id),
        fact("Tracking address", &order.tracking_url),
        date("Estimated delivery", &order.est_delivery_at),
        fact("Pharmacy's order id", &order.pharmacy_order_id),
        fact("External order id", &order.external_id),
    ]);
    facts.extend(order.items.iter().filter_map(|item| {
        fact(&format!("Id of “{}”", item.name.as_deref().unwrap_or("item without a name")), &item.id)
    }));
    Order {
        id: order.id.clone(),
        status: order.status.clone(),
        filler: order.pharmacy_name.clone(),
        created: moment(&order.created_at),
        lines: order.items.iter().map(line).collect(),
        facts,
        shipping: order
            .shipping_logs
            .iter()
            .map(|log| ShippingStep {
                at: moment(&log.at),
                status: log.status.clone(),
                location: log.location.clone(),
                message: log.message.clone(),
            })
            .collect(),
    }
}

fn line(item: &dto::OrderItem) -> Fact {
    Fact {
        label: item.name.clone().unwrap_or_else(|| "Item not named".into()),
        value: item.quantity.clone().unwrap_or_else(|| "quantity not stated".into()),
        moment: None,
    }
}

/// The case's orders as items of their own. An order without an id, or with one that came before, stays on the case's
/// page only.
pub(super) fn children(case: &dto::Case, parent: &WorkItem) -> Vec<WorkItem> {
    let mut seen = HashSet::new();
    case.orders
        .iter()
        .filter_map(|order| Some((order.id.clone()?, order)))
        .filter(|(id, _)| seen.insert(id.clone()))
        .map(|(id, order)| child(id, order, parent))
        .collect()
}

fn child(id: String, order: &dto::Order, parent: &WorkItem) -> WorkItem {
    WorkItem {
        identifiers: identifiers(order, parent),
        parent: Some(parent.external_id.clone()),
        patient: parent.patient.clone(),
        title: title(order),
        status: status(&order.status),
        created: moment(&order.created_at),
        feed_time: parent.feed_time,
        orders: vec![part(order)],
        offers: vec![Offer {
            action: COMMENT.into(),
            refused: Some(
                "CareValidate keeps comments on the case, not on its orders. Open the case to write one.".into(),
            ),
            targets: Vec::new(),
        }],
        ..WorkItem::bare(id, ItemKind::Order)
    }
}

fn identifiers(order: &dto::Order, parent: &WorkItem) -> Vec<Identifier> {
    let pharmacy = order.pharmacy_name.as_ref();
    parent
        .identifiers
        .iter()
        .cloned()
        .chain(
            [
                identifier(IdentifierKind::Item, "Order", &order.id, None),
                identifier(IdentifierKind::Item, "Pharmacy order", &order.pharmacy_order_id, pharmacy),
                identifier(IdentifierKind::Item, "External order", &order.external_id, pharmacy),
                identifier(IdentifierKind::Item, "Tracking", &order.tracking_id, order.carrier_name.as_ref()),
            ]
            .into_iter()
            .flatten(),
        )
        .collect()
}

fn title(order: &dto::Order) -> Option<String> {
    let names: Vec<&str> = order.items.iter().filter_map(|item| item.name.as_deref()).collect();
    if names.is_empty() { order.pharmacy_name.clone() } else { Some(names.join(", ")) }
}

/// The document names Draft, Placed and Shipped as examples and says no more; compared without case (the sheet, "Traps").
fn status(word: &Text) -> Status {
    let group = match word.as_deref().map(|word| word.trim().to_ascii_lowercase()).as_deref() {
        Some("draft" | "placed") => Some(StatusGroup::Active),
        Some("shipped" | "delivered") => Some(StatusGroup::Done),
        Some("cancelled" | "canceled") => Some(StatusGroup::Closed),
        _ => None,
    };
    Status { word: word.clone(), group: group.unwrap_or(StatusGroup::Active), known: group.is_some() }
}
