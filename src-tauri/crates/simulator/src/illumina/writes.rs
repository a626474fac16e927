//! What changes a case: reading what is asked for, checking it, applying it once.

use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::changes::{Change, set};
use super::errors::Refused;
use super::log::Entry;
use super::settings::Flavour;
use super::{Illumina, ME, NAME, made, reads};
use crate::effects::Applied;
use crate::exchange::{Answer, Asked};
use crate::people::CLINICIANS;
use crate::stamp::{DAY, Stamp};

/// "State changes allowed".
const DELIVERY: [(&str, &str); 3] =
    [("In Progress", "READY_FOR_DELIVERY"), ("In Progress", "DELIVERY_IN_PROGRESS"), ("Complete", "DELIVERED")];

/// What a valid write does.
pub(crate) struct Plan {
    /// The record's name for it.
    pub(crate) action: &'static str,
    /// The audit log's.
    pub(crate) event: &'static str,
    pub(crate) changes: Vec<Change>,
    pub(crate) made: Option<String>,
    pub(crate) payload: Value,
    pub(crate) reply: Value,
}

/// Carries a write out: plans it on what was acknowledged, applies it, notes it.
pub(crate) fn carry_out(
    system: &Illumina,
    asked: &Asked,
    id: &str,
    plan: impl FnOnce(&Value, Stamp) -> Result<Plan, Refused>,
) -> Result<Answer, Refused> {
    let mut ledger = system.ledger();
    let index = reads::find(system, &ledger, id)?;
    let case = ledger.truth(index);
    let now = system.ground.clock.now();
    let Plan { action, event, mut changes, made, payload, reply } = plan(&case, now)?;
    changes.push(Change::Touch(now));
    let write = system.writes.fetch_add(1, Ordering::Relaxed);
    let delay = system.settings().delay(system.plot.seed, write);
    let visible_after = ledger.apply(index, changes, Instant::now(), delay);
    ledger.log.push(Entry::of(&case, event, ME, now));
    // Recorded before the lock is let go, so that the record has the order of the case.
    system.ground.record.applied(
        NAME,
        asked,
        Applied {
            case_id: id.to_owned(),
            action: action.to_owned(),
            made_id: made,
            payload,
            author: Some(made::user(&CLINICIANS[ME])),
            applied_at: now.text(),
            visible_after_ms: u64::try_from(visible_after.as_millis()).unwrap_or(u64::MAX),
        },
    );
    if reply.is_null() {
        return Ok(Answer::typed(StatusCode::OK, "application/json", ""));
    }
    Ok(Answer::json(StatusCode::OK, &reply))
}

/// The body, an object.
pub(crate) fn object(asked: &Asked) -> Result<Map<String, Value>, Refused> {
    match serde_json::from_slice(&asked.body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Refused::invalid("The request body must be a JSON object")),
    }
}

fn without_body(asked: &Asked) -> Result<(), Refused> {
    if asked.body.is_empty() { Ok(()) } else { Err(Refused::invalid("This request takes no body")) }
}

/// `POST …/status`: "when interpretation and reporting are bypassed in the test".
pub(crate) fn status(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    let body = object(asked)?;
    let pair = (body.get("status").and_then(Value::as_str), body.get("subState").and_then(Value::as_str));
    let target = DELIVERY.iter().find(|(status, sub)| pair == (Some(status), Some(sub)));
    let (status, sub_state) = target.ok_or_else(|| Refused::invalid("This state change is not allowed"))?;
    let bypasses = system.settings().every_test_bypasses;
    carry_out(system, asked, id, |case, now| {
        if case["_bypasses"] != true && !bypasses {
            return Err(Refused::invalid("Interpretation and reporting are not bypassed in the test of this case"));
        }
        let completed = (*status == "Complete").then_some(now);
        Ok(Plan {
            action: "STATUS",
            event: "case.status.updated",
            changes: vec![set(&json!({"status": status, "subState": sub_state, "completedDate": completed}))],
            made: None,
            payload: json!({"status": status, "subState": sub_state}),
            reply: json!({"message": "The status of the case has been updated"}),
        })
    })
}

/// `POST …/qc-actions?action=override|modify`, with no body.
pub(crate) fn qc(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    without_body(asked)?;
    let parameters = asked.parameters();
    let decision = parameters.iter().find(|(name, _)| name == "action").map(|(_, value)| value.as_str());
    let (action, sub_state) = match decision {
        Some("override") => ("QC_OVERRIDE", "PROCESSING"),
        Some("modify") => ("QC_MODIFY", "HAS_ISSUE"),
        _ => return Err(Refused::invalid("action must be override or modify")),
    };
    carry_out(system, asked, id, |case, _| {
        if case["subState"] != "QC_WARNING" {
            return Err(Refused::invalid("The case has no QC warning"));
        }
        Ok(Plan {
            action,
            event: "case.qc.updated",
            changes: vec![set(&json!({"status": "In Progress", "subState": sub_state}))],
            made: None,
            payload: json!({"action": decision}),
            reply: json!({"message": "The QC action has been taken"}),
        })
    })
}

/// `POST …/process`: 200 and empty.
pub(crate) fn process(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    without_body(asked)?;
    carry_out(system, asked, id, |case, _| {
        let over = ["Complete", "Canceled", "Deletion"].iter().any(|status| case["status"] == *status);
        if over || case["subState"] == "PROCESSING" {
            return Err(Refused::invalid("The case cannot be processed in its state"));
        }
        Ok(Plan {
            action: "PROCESS",
            event: "case.process.started",
            changes: vec![set(&json!({"status": "In Progress", "subState": "PROCESSING"}))],
            made: None,
            payload: Value::Null,
            reply: Value::Null,
        })
    })
}

/// POST adds, PUT replaces the whole set.
pub(crate) fn tags(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    let settings = system.settings();
    if settings.lacks("tags") {
        return Err(Refused::no_such_path());
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let list = if settings.tags_as_list { body } else { body.get("tags").cloned().unwrap_or_default() };
    let list: Option<Vec<String>> = list.as_array().and_then(|tags| {
        tags.iter().map(|tag| tag.as_str().map(str::to_owned).filter(|tag| !tag.is_empty())).collect()
    });
    let tags = list.ok_or_else(|| Refused::invalid("tags must be a list of texts"))?;
    let (action, change) = match asked.method {
        Method::POST => ("ADD_TAGS", Change::Include("tags", tags.clone())),
        Method::PUT => ("SET_TAGS", set(&json!({"tags": tags}))),
        _ => return Err(Refused::no_such_method()),
    };
    carry_out(system, asked, id, |_, _| {
        Ok(Plan {
            action,
            event: "case.tags.updated",
            changes: vec![change],
            made: None,
            payload: json!({"tags": tags}),
            reply: Value::Null,
        })
    })
}

/// `PUT …/turn-around-time {"turnAroundTime": days}`: the due date moves with it.
pub(crate) fn turn_around_time(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    let days = object(asked)?.get("turnAroundTime").and_then(Value::as_i64).filter(|days| (1..=999).contains(days));
    let days = days.ok_or_else(|| Refused::invalid("turnAroundTime must be a number of days"))?;
    carry_out(system, asked, id, |case, _| {
        let start = case["createdDate"].as_str().and_then(Stamp::parse).unwrap_or_default();
        Ok(Plan {
            action: "SET_TURN_AROUND_TIME",
            event: "case.turn-around-time.updated",
            changes: vec![set(&json!({"turnAroundTime": days, "dueDate": Stamp(start.0 + days * DAY)}))],
            made: None,
            payload: json!({"turnAroundTime": days}),
            reply: json!({"turnAroundTime": days}),
        })
    })
}

/// GET, POST (adds), PUT (replaces), DELETE.
pub(crate) fn metadata(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    if system.settings().lacks("custom-metadata") {
        return Err(Refused::forbidden("The user may not see custom metadata"));
    }
    if asked.method == Method::GET {
        let ledger = system.ledger();
        let case = ledger.shown(reads::find(system, &ledger, id)?);
        return if case["_metadata"].is_null() {
            Err(Refused::not_found("Custom metadata of this case"))
        } else {
            Ok(Answer::json(StatusCode::OK, &case["_metadata"]))
        };
    }
    let fields = if asked.method == Method::DELETE { Map::new() } else { object(asked)? };
    carry_out(system, asked, id, |case, _| {
        let before = case["_metadata"].as_object();
        let (action, event, after) = match (&asked.method, before) {
            (&Method::POST, before) => {
                if let Some(name) = fields.keys().find(|name| before.is_some_and(|before| before.contains_key(*name))) {
                    return Err(Refused::invalid(format!("{name} is there already")));
                }
                let mut after = before.cloned().unwrap_or_default();
                after.extend(fields.clone());
                ("ADD_METADATA", "case.metadata.added", Value::Object(after))
            }
            (&Method::PUT | &Method::DELETE, None) => return Err(Refused::not_found("Custom metadata of this case")),
            (&Method::PUT, Some(_)) => ("SET_METADATA", "case.metadata.updated", Value::Object(fields.clone())),
            (&Method::DELETE, Some(_)) => ("DELETE_METADATA", "case.metadata.deleted", Value::Null),
            _ => return Err(Refused::no_such_method()),
        };
        Ok(Plan {
            action,
            event,
            changes: vec![set(&json!({"_metadata": after}))],
            made: None,
            payload: Value::Object(fields.clone()),
            reply: Value::Null,
        })
    })
}

/// `PATCH …`: owners alone. Connected Insights tells its users not to call it.
pub(crate) fn patch(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    if system.settings().flavour == Flavour::ConnectedInsights {
        system.ground.record.violated(NAME, asked, "a case was PATCHed in Connected Insights");
        return Err(Refused::forbidden("This API is for technical support only"));
    }
    let fields = object(asked)?;
    let owners = fields.get("owners").and_then(Value::as_array).filter(|_| fields.len() == 1);
    let owners = owners.ok_or_else(|| Refused::invalid("Only owners can be changed here"))?;
    let users: Option<Vec<Value>> =
        owners.iter().map(|owner| CLINICIANS.iter().find(|who| owner == who.id).map(made::user)).collect();
    let users = users.ok_or_else(|| Refused::invalid("An owner is not a user of this workgroup"))?;
    carry_out(system, asked, id, |_, _| {
        Ok(Plan {
            action: "SET_OWNERS",
            event: "case.owners.updated",
            changes: vec![set(&json!({"owners": users}))],
            made: None,
            payload: json!({"owners": owners}),
            reply: json!({"id": id}),
        })
    })
}
