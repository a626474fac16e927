//! `PATCH /api/patients/{patient_id}/specimens/{id}/actions/process` and its sibling that rejects: checked as the document says,
//! at the call or in the job, and applied once.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::errors::{Refused, documented};
use super::jobs::{self, Wish};
use super::settings::Place;
use super::{EHealth, NAME, gate, made};
use crate::effects::Applied;
use crate::exchange::{Answer, Asked};
use crate::stamp::Stamp;

/// Reasons of the dictionary that a rejection may name (a made-up part of it).
const REASONS: &[&str] = &["HEMOLYZED", "CLOTTED", "INSUFFICIENT", "UNLABELED"];

pub(crate) fn act(system: &EHealth, asked: &Asked, patient: &str, id: &str, verb: &str) -> Result<Answer, Refused> {
    let settings = system.settings();
    let verb = match verb {
        verb if verb == settings.process_verb => "process",
        "reject" if settings.rejects => "reject",
        _ => return Err(Refused::not_found()),
    };
    gate::token(system, asked)?;
    let body: Value = serde_json::from_slice(&asked.body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Refused::new(400, "Malformed request. Request body is not a JSON object"))?;
    let wish = Wish { asked: asked.clone(), verb, patient: patient.to_owned(), id: id.to_owned(), body };
    shape(&wish)?;
    if settings.refuses_in == Place::Call {
        may(system, &wish)?;
        stands(system, &wish)?;
    }
    Ok(jobs::accept(system, wish))
}

/// The body as it must be: a time, or a reason of the dictionary.
fn shape(wish: &Wish) -> Result<(), Refused> {
    let wanted = if wish.verb == "process" { "received_time" } else { "status_reason" };
    if let Some(other) = wish.body.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| *key != wanted) {
        return Err(Refused::invalid(other, "schema does not allow additional properties"));
    }
    let value = &wish.body[wanted];
    if value.is_null() {
        return Err(Refused::invalid(wanted, "required property was not present"));
    }
    if wish.verb == "process" {
        let is_time = value.as_str().is_some_and(|text| chrono::DateTime::parse_from_rfc3339(text).is_ok());
        return if is_time { Ok(()) } else { Err(Refused::invalid(wanted, "expected an ISO 8601 DateTime")) };
    }
    let code = value["coding"][0]["code"].as_str().unwrap_or_default();
    if REASONS.contains(&code) {
        Ok(())
    } else {
        Err(Refused::invalid("status_reason.coding.[0].code", documented::NOT_IN_ENUM))
    }
}

/// Scope, party, legal entity.
pub(crate) fn may(system: &EHealth, wish: &Wish) -> Result<(), Refused> {
    gate::scope(system, &format!("specimen:{}", wish.verb))?;
    gate::party(system)
}

/// What the document asks of the specimen, in its order; where it stands.
fn stands(system: &EHealth, wish: &Wish) -> Result<u32, Refused> {
    let ledger = system.ledger();
    let index = ledger.find_of(&wish.patient, &wish.id).ok_or_else(Refused::not_found)?;
    let specimen = ledger.specimen(index);
    if specimen["status"] != "available" {
        return Err(Refused::new(409, documented::NOT_AVAILABLE));
    }
    if wish.verb == "process" {
        if !specimen["received_time"].is_null() {
            return Err(Refused::invalid("received_time", documented::ALREADY_SET));
        }
        let time = |value: &Value| value.as_str().and_then(Stamp::parse);
        let collection = &specimen["collection"];
        // Of a period the end counts: the document says "collected datetime" alone (inferred).
        let collected =
            time(&collection["collected_date_time"]).or_else(|| time(&collection["collected_period"]["end"]));
        let received = time(&wish.body["received_time"]).unwrap_or_default();
        let now = system.ground.clock.now();
        if received > now || collected.is_some_and(|collected| received < collected) {
            return Err(Refused::invalid("received_time", documented::NOT_BETWEEN));
        }
    }
    Ok(index)
}

/// Does what was wished, if it still can be done, and records it.
pub(crate) fn apply(system: &EHealth, wish: &Wish, job: &str) -> Result<(), Refused> {
    let index = stands(system, wish)?;
    let now = system.ground.clock.now();
    let user = made::user_id(system.ground.seed, 0);
    let fields = match wish.verb {
        "process" => Map::from_iter([("received_time".to_owned(), time_of(&wish.body["received_time"]))]),
        _ => Map::from_iter([
            ("status".to_owned(), json!("unsatisfactory")),
            ("status_reason".to_owned(), wish.body["status_reason"].clone()),
        ]),
    };
    let mut ledger = system.ledger();
    ledger.set(index, fields, Some((now, user)));
    // Recorded before the lock is let go, so that the record has the order of the specimen.
    system.ground.record.applied(
        NAME,
        &wish.asked,
        Applied {
            case_id: wish.id.to_lowercase(),
            action: wish.verb.to_owned(),
            made_id: Some(job.to_owned()),
            payload: wish.body.clone(),
            author: Some(json!(user)),
            applied_at: now.text(),
            visible_after_ms: 0,
        },
    );
    Ok(())
}

/// A time as it is kept: in UTC, to the millisecond.
fn time_of(value: &Value) -> Value {
    value.as_str().and_then(Stamp::parse).map_or(Value::Null, |at| json!(at))
}

/// What is no method of this address.
pub(crate) fn no_method(asked: &Asked) -> Answer {
    let refused = Refused::new(405, "Method Not Allowed");
    let answer = refused.answer(Some(asked), super::settings::MessageIn::Message);
    Answer { status: StatusCode::METHOD_NOT_ALLOWED, ..answer }
}
