//! `POST /api/v1/cases/{caseId}` and `…/products`: reading what is asked for, checking it, applying it once.
//!
//! The shapes come from the vendor's case pages as `apis/carevalidate.md` sums them up; what is inferred says so.

use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::http::StatusCode;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::changes::{Change, activity};
use super::communication;
use super::errors::{Refused, documented};
use super::ledger::{KeptFile, Ledger};
use super::{CareValidate, made};
use crate::dice::Dice;
use crate::effects::Applied;
use crate::exchange::{Answer, Asked};
use crate::stamp::Stamp;

/// What a valid write does.
pub(crate) struct Plan {
    pub(crate) changes: Vec<Change>,
    pub(crate) files: Vec<(Uuid, KeptFile)>,
    /// The id that the reply and the record name.
    pub(crate) id: String,
    pub(crate) message: &'static str,
    /// What the record of effects keeps.
    pub(crate) payload: Value,
    pub(crate) author: Option<Value>,
}

/// What a write is planned with.
pub(crate) struct Desk<'a> {
    pub(crate) case: &'a Value,
    pub(crate) now: Stamp,
    pub(crate) dice: Dice,
}

/// `POST /api/v1/cases/{caseId}`.
pub(crate) fn act(system: &CareValidate, asked: &Asked, case_id: &str) -> Result<Answer, Refused> {
    system.check_key(asked)?;
    let body = body(asked)?;
    let action = body["action"].as_str().unwrap_or_default().to_owned();
    let plan: fn(&mut Desk<'_>, &Value) -> Result<Plan, Refused> = match action.as_str() {
        "ADD_COMMUNICATION" => communication::plan,
        "CHANGE_CASE_STATUS" => change_status,
        "UPDATE_CASE_PRODUCT" => close_product,
        _ => {
            return Err(Refused::parameter(
                "Invalid action. Must be one of: ADD_COMMUNICATION, CHANGE_CASE_STATUS, UPDATE_CASE_PRODUCT",
            ));
        }
    };
    carry_out(system, asked, case_id, &action, &body, plan)
}

/// `POST /api/v1/cases/{caseId}/products`, with a bearer token of its own. The document names the path and the
/// subscription; the rest of the body and the reply are inferred.
pub(crate) fn add_products(system: &CareValidate, asked: &Asked, case_id: &str) -> Result<Answer, Refused> {
    let expected = format!("Bearer {}", system.settings().products_token);
    if asked.header("authorization") != Some(expected.as_str()) {
        return Err(Refused::unauthorized());
    }
    carry_out(system, asked, case_id, "ADD_CASE_PRODUCTS", &body(asked)?, new_products)
}

fn body(asked: &Asked) -> Result<Value, Refused> {
    serde_json::from_slice::<Value>(&asked.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Refused::parameter("Request body must be a JSON object"))
}

fn carry_out(
    system: &CareValidate,
    asked: &Asked,
    case_id: &str,
    action: &str,
    body: &Value,
    plan: fn(&mut Desk<'_>, &Value) -> Result<Plan, Refused>,
) -> Result<Answer, Refused> {
    let mut ledger = system.ledger();
    let index = find(system, &ledger, case_id)?;
    let case = ledger.truth(index);
    let write = system.writes.fetch_add(1, Ordering::Relaxed);
    let now = system.ground.clock.now();
    let dice = Dice::new(system.plot.seed, &[0x7772_6974, write]);
    let Plan { mut changes, files, id, message, payload, author } = plan(&mut Desk { case: &case, now, dice }, body)?;
    changes.push(Change::Touch(now));
    ledger.files.extend(files);
    let settings = system.settings();
    if settings.escapes_text {
        changes.iter_mut().for_each(escape);
    }
    let delay = settings.delay(system.plot.seed, write);
    let visible_after = ledger.apply(index, changes, Instant::now(), delay);
    // Recorded before the lock is let go, so that the record has the order of the case.
    system.ground.record.applied(
        super::NAME,
        asked,
        Applied {
            case_id: ledger.listing.row(index).id.to_string(),
            action: action.to_owned(),
            made_id: Some(id.clone()),
            payload,
            author,
            applied_at: now.text(),
            visible_after_ms: u64::try_from(visible_after.as_millis()).unwrap_or(u64::MAX),
        },
    );
    let silent = action == "ADD_COMMUNICATION" && !settings.reply_with_id;
    let told = if silent { json!({}) } else { json!({"id": id}) };
    Ok(Answer::json(StatusCode::OK, &json!({"status": 200, "success": true, "message": message, "data": told})))
}

fn escape(change: &mut Change) {
    let Change::Comment { comment, .. } = change else { return };
    let text = comment["text"].as_str().unwrap_or_default();
    comment["text"] = json!(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
}

fn find(system: &CareValidate, ledger: &Ledger, case_id: &str) -> Result<u32, Refused> {
    let id = Uuid::try_parse(case_id).map_err(|_| Refused::no_case(case_id))?;
    if let Some(index) = ledger.listing.find(id) {
        return Ok(index);
    }
    let foreign = (0..super::FOREIGN).any(|n| made::foreign_id(system.plot.seed, n) == id);
    Err(if foreign { Refused::forbidden() } else { Refused::no_case(case_id) })
}

/// `CHANGE_CASE_STATUS {status: OPEN | CLOSE | REOPEN, reason?}`. These words are not the read statuses.
fn change_status(desk: &mut Desk<'_>, body: &Value) -> Result<Plan, Refused> {
    let (case, now) = (desk.case, desk.now);
    let archived = case["isArchived"] == true;
    let current = case["status"].as_str().unwrap_or_default();
    let reason = &body["reason"];
    if !matches!(reason, Value::Null | Value::String(_)) {
        return Err(Refused::parameter("reason must be a string"));
    }
    let word = body["status"].as_str().unwrap_or_default();
    let mut line =
        |kind: &str, before: &str, after: &str| activity(desk.dice.uuid(), kind, now, Some(before), Some(after));
    let changes = match word {
        "OPEN" => {
            if archived {
                return Err(Refused::parameter("Cannot open an archived case"));
            }
            if !matches!(current, "OPEN" | "ASSIGNED" | "ABANDONED") {
                return Err(Refused::parameter(format!("Cannot change case status from {current} to OPEN")));
            }
            // An open case is "not yet assigned", so opening takes the assignment back (inferred).
            let set = json!({"status": "OPEN", "assignedTo": null, "assignedBy": null, "assignedAt": null, "closedAt": null, "closedBy": null});
            vec![set_fields(&set), line("CHANGE_CASE_STATUS", current, "OPEN")]
        }
        "CLOSE" => {
            if archived {
                return Err(Refused::parameter("Case is already archived"));
            }
            let closed_at = if case["closedAt"].is_null() { json!(now) } else { case["closedAt"].clone() };
            let set = json!({"isArchived": true, "archiveReason": reason, "closedAt": closed_at});
            vec![set_fields(&set), Change::CancelPending(now), line("ARCHIVE_CASE", "false", "true")]
        }
        "REOPEN" => {
            if !archived {
                return Err(Refused::parameter("Only an archived case can be reopened"));
            }
            let mut set = json!({"isArchived": false, "archiveReason": null, "archiveNote": null});
            // A case that was closed while it was work is work again (inferred).
            if matches!(current, "OPEN" | "ASSIGNED" | "IN_PROGRESS") {
                set["closedAt"] = Value::Null;
                set["closedBy"] = Value::Null;
            }
            vec![set_fields(&set), line("REOPEN_CASE", "true", "false")]
        }
        _ => return Err(Refused::parameter("Invalid status. Must be one of: OPEN, CLOSE, REOPEN")),
    };
    Ok(Plan {
        changes,
        files: Vec::new(),
        id: case["id"].as_str().unwrap_or_default().to_owned(),
        message: "Case status changed",
        payload: json!({"status": word, "reason": reason}),
        author: None,
    })
}

/// `UPDATE_CASE_PRODUCT {caseProductInput: {productId, status: "CLOSE", reason}}`. A closed product is no longer among
/// `products`, since those have no field that could say so (inferred).
fn close_product(desk: &mut Desk<'_>, body: &Value) -> Result<Plan, Refused> {
    let input = &body["caseProductInput"];
    let product = input["productId"].as_str().unwrap_or_default();
    if input["status"] != "CLOSE" {
        return Err(Refused::parameter("Invalid caseProductInput.status. Must be one of: CLOSE"));
    }
    // The sheet marks what may be left out, and this is not.
    if input["reason"].as_str().is_none_or(|reason| reason.trim().is_empty()) {
        return Err(Refused::field("caseProductInput.reason", "is required"));
    }
    let known = desk.case["products"].as_array().is_some_and(|all| all.iter().any(|one| one["id"] == product));
    if !known {
        return Err(Refused::parameter(format!("No Case Product found with id {product}")));
    }
    let line = activity(desk.dice.uuid(), "UPDATE_CASE_PRODUCT", desk.now, Some(product), Some("CLOSE"));
    Ok(Plan {
        changes: vec![Change::RemoveProduct(product.to_owned()), line],
        files: Vec::new(),
        id: product.to_owned(),
        message: "Case product updated",
        payload: input.clone(),
        author: None,
    })
}

fn new_products(desk: &mut Desk<'_>, body: &Value) -> Result<Plan, Refused> {
    let wished = match &body["products"] {
        Value::Array(all) if !all.is_empty() => all.clone(),
        _ => return Err(Refused::parameter("products must be a non-empty array")),
    };
    let mut changes = Vec::new();
    let mut ids = Vec::new();
    for product in wished {
        let subscription = subscription(&product["subscription"])?;
        let id = desk.dice.uuid().to_string();
        changes.push(Change::AddProduct(json!({"id": id, "subscription": subscription})));
        changes.push(activity(desk.dice.uuid(), "ADD_CASE_PRODUCT", desk.now, None, Some(&id)));
        ids.push(id);
    }
    Ok(Plan {
        changes,
        files: Vec::new(),
        id: ids.swap_remove(0),
        message: "Case products added",
        payload: body.clone(),
        author: None,
    })
}

/// "Only day, week, month, or year (case-sensitive, lowercase)"; "positive integer"; each may be null.
fn subscription(wish: &Value) -> Result<Value, Refused> {
    let Some(fields) = wish.as_object() else {
        return if wish.is_null() {
            Ok(Value::Null)
        } else {
            Err(Refused::parameter("subscription must be an object"))
        };
    };
    let interval = fields.get("interval").unwrap_or(&Value::Null);
    let count = fields.get("intervalCount").unwrap_or(&Value::Null);
    if !interval.is_null() && !matches!(interval.as_str(), Some("day" | "week" | "month" | "year")) {
        return Err(Refused::parameter("subscription.interval must be one of: day, week, month, year"));
    }
    if !count.is_null() && count.as_u64().is_none_or(|count| count == 0) {
        return Err(Refused::parameter("subscription.intervalCount must be a positive integer"));
    }
    Ok(json!({"interval": interval, "intervalCount": count}))
}

pub(crate) fn set_fields(fields: &Value) -> Change {
    Change::Set(fields.as_object().cloned().unwrap_or_else(Map::new))
}

impl Refused {
    /// A field of a write that has the wrong type or is missing.
    pub(crate) fn field(name: &str, what: &str) -> Self {
        Self { message: documented::PARAMETERS, ..Self::parameter(format!("{name} {what}")) }
    }
}
