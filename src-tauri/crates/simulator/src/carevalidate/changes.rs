//! What can happen to a case after it was made. Applied to the server's truth at once and, when its time has come, to what reads show.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::stamp::Stamp;

/// One change of a case's JSON.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A comment, or an internal note.
    Comment { comment: Value, internal: bool },
    /// A line of the activity log.
    Activity(Value),
    /// Fields set; objects are merged, everything else is replaced, null included.
    Set(Map<String, Value>),
    /// `updatedAt`, always later than it was.
    Touch(Stamp),
    /// The last order's status, with a shipping log. Does not move `updatedAt` by itself.
    OrderStatus { word: &'static str, at: Stamp },
    /// A case product more.
    AddProduct(Value),
    /// A case product less.
    RemoveProduct(String),
    /// Open payments are cancelled and drafted orders too ("cancels its pending jobs"; which those are is inferred).
    CancelPending(Stamp),
}

/// A line of the activity log as the document's example has it.
pub(crate) fn activity(id: Uuid, kind: &str, at: Stamp, before: Option<&str>, after: Option<&str>) -> Change {
    Change::Activity(json!({
        "id": id, "type": kind, "isPHI": false, "isRestricted": false, "timestamp": at, "valueBefore": before, "valueAfter": after,
    }))
}

impl crate::late::Change for Change {
    fn make(&self, case: &mut Value) {
        match self {
            Self::Comment { comment, internal } => {
                let list = if *internal { "notes" } else { "comments" };
                push(case, list, comment.clone());
            }
            Self::Activity(line) => push(case, "activity", line.clone()),
            Self::Set(fields) => {
                for (name, value) in fields {
                    merge(&mut case[name.as_str()], value);
                }
            }
            Self::Touch(at) => {
                let before = case["updatedAt"].as_str().and_then(Stamp::parse);
                let now = before.map_or(*at, |before| Stamp(at.0.max(before.0 + 1)));
                case["updatedAt"] = json!(now);
            }
            Self::OrderStatus { word, at } => {
                if let Some(order) = case["orders"].as_array_mut().and_then(|orders| orders.last_mut()) {
                    order["status"] = json!(word);
                    let log = json!({"statusUpdatedAt": at, "location": null, "message": "Updated by the pharmacy", "status": word});
                    push(order, "shippingLogs", log);
                }
            }
            Self::AddProduct(product) => push(case, "products", product.clone()),
            Self::RemoveProduct(id) => {
                if let Some(products) = case["products"].as_array_mut() {
                    products.retain(|product| product["id"] != id.as_str());
                }
            }
            Self::CancelPending(at) => cancel_pending(case, *at),
        }
    }
}

/// Appends, and makes the list first if there was null.
fn push(owner: &mut Value, list: &str, item: Value) {
    match owner[list].as_array_mut() {
        Some(items) => items.push(item),
        None => owner[list] = json!([item]),
    }
}

fn merge(target: &mut Value, change: &Value) {
    match (target.as_object_mut(), change) {
        (Some(fields), Value::Object(changes)) => {
            for (name, value) in changes {
                merge(fields.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        _ => *target = change.clone(),
    }
}

fn cancel_pending(case: &mut Value, at: Stamp) {
    for payment in case["payments"].as_array_mut().into_iter().flatten() {
        if payment["status"] == "PENDING" {
            payment["status"] = json!("CANCELLED");
            payment["cancellationDate"] = json!(at);
            payment["updatedAt"] = json!(at);
        }
    }
    for order in case["orders"].as_array_mut().into_iter().flatten() {
        if order["status"].as_str().is_some_and(|status| status.eq_ignore_ascii_case("draft")) {
            order["status"] = json!("Cancelled");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::late::Change as _;
    use serde_json::json;

    use super::Change;
    use crate::stamp::Stamp;

    #[test]
    fn null_is_set_and_objects_are_merged() {
        let mut case = json!({"title": "a", "submitter": {"firstName": "Ann", "lastName": "Lee"}, "tags": [1]});
        let set = json!({"title": null, "submitter": {"lastName": "Li"}, "tags": [2, 3]});
        Change::Set(set.as_object().unwrap().clone()).make(&mut case);
        assert_eq!(case, json!({"title": null, "submitter": {"firstName": "Ann", "lastName": "Li"}, "tags": [2, 3]}));
    }

    #[test]
    fn a_touch_always_moves_forward() {
        let mut case = json!({"updatedAt": "2024-01-01T00:00:00.000Z"});
        Change::Touch(Stamp(0)).make(&mut case);
        assert_eq!(case["updatedAt"], "2024-01-01T00:00:00.001Z");
    }
}
