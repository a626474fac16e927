//! One case, and what stands beside it ("Retrieve case information", "the status of a case").

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::errors::Refused;
use super::ledger::Ledger;
use super::settings::{Discloses, Settings};
use super::{FOREIGN, Illumina, made};
use crate::exchange::{Answer, Asked};

/// The number of a case.
pub(crate) fn find(system: &Illumina, ledger: &Ledger, id: &str) -> Result<u32, Refused> {
    if let Some(index) = ledger.find(id) {
        return Ok(index);
    }
    let foreign = (0..FOREIGN).any(|n| made::foreign_id(system.plot.seed, n).to_string() == id);
    Err(if foreign {
        Refused::forbidden("The case belongs to another workgroup")
    } else {
        Refused::not_found(&format!("Case {id}"))
    })
}

pub(crate) fn asks_for_identifiers(asked: &Asked) -> bool {
    asked.parameters().iter().any(|(name, value)| name == "directIdentifiers" && value == "true")
}

/// A case as it is served.
pub(crate) fn served(case: &Value, settings: &Settings, asks: bool, hides_delivery: bool) -> Value {
    let mut case = case.clone();
    let tells = match settings.discloses {
        Discloses::WhenAsked => asks,
        Discloses::Always => true,
        Discloses::Never => false,
    };
    if let Some(fields) = case.as_object_mut() {
        fields.retain(|name, _| !name.starts_with('_'));
        if !settings.tells_turn_around_time {
            fields.remove("turnAroundTime");
        }
        let delivery = ["READY_FOR_DELIVERY", "DELIVERY_IN_PROGRESS", "DELIVERED"];
        if hides_delivery && delivery.iter().any(|sub| fields["subState"] == *sub) {
            fields.insert("subState".into(), Value::Null);
        }
    }
    for subject in case["caseSubjects"].as_array_mut().into_iter().flatten() {
        let Some(subject) = subject["subject"].as_object_mut() else { continue };
        if let Some(Value::Object(identifiers)) = subject.remove("_identifiers")
            && tells
        {
            subject.extend(identifiers);
        }
    }
    case
}

pub(crate) fn case(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    let ledger = system.ledger();
    let index = find(system, &ledger, id)?;
    let served = served(&ledger.shown(index), &system.settings(), asks_for_identifiers(asked), false);
    Ok(Answer::json(StatusCode::OK, &served))
}

pub(crate) fn status(system: &Illumina, id: &str) -> Result<Answer, Refused> {
    let ledger = system.ledger();
    let case = ledger.shown(find(system, &ledger, id)?);
    Ok(Answer::json(StatusCode::OK, &json!({"status": case["status"], "subState": case["subState"]})))
}
