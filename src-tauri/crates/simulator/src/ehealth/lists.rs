//! `GET /api/patients/{patient_id}/specimens` and `GET /api/specimens/accession_identifier`.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::errors::{Refused, meta};
use super::{EHealth, drift, gate};
use crate::exchange::{Answer, Asked};

/// What a list can be filtered by, and what of a specimen that is ("Reads" of the sheet). `collected_from` and `collected_to` are
/// dates.
const FILTERS: &[&str] = &[
    "status",
    "type",
    "registered_by",
    "collected_from",
    "collected_to",
    "container_identifier",
    "container_type",
    "parent",
    "request",
    "encounter",
];

pub(crate) fn of_patient(system: &EHealth, asked: &Asked, patient: &str) -> Result<Answer, Refused> {
    gate::token(system, asked)?;
    gate::scope(system, "specimen:read")?;
    let (mut page, mut size) = (1_usize, 50_usize);
    let mut filters = Vec::new();
    for (name, value) in asked.parameters() {
        match name.as_str() {
            "page" => page = number(&name, &value, 1, usize::MAX)?,
            "page_size" => size = number(&name, &value, 1, 100)?,
            known if FILTERS.contains(&known) => filters.push((name, value)),
            // "An unknown parameter is 422."
            _ => return Err(Refused::invalid(&name, "schema does not allow additional properties")),
        }
    }
    for (name, value) in &filters {
        if name.starts_with("collected_") && chrono::NaiveDate::parse_from_str(value, "%Y-%m-%d").is_err() {
            return Err(Refused::invalid(name, "expected date in format YYYY-MM-DD"));
        }
    }
    let request = system.pages.fetch_add(1, Ordering::Relaxed);
    let mut ledger = system.ledger();
    drift::perhaps(&mut ledger, &system.settings(), request, patient, system.ground.clock.now());
    // That an unknown patient is a 404 is inferred.
    let places = ledger.list(patient).ok_or_else(Refused::not_found)?;
    let specimens: Vec<Value> = places.into_iter().map(|index| ledger.specimen(index)).collect();
    let fitting: Vec<Value> =
        specimens.into_iter().filter(|one| filters.iter().all(|(name, value)| fits(one, name, value))).collect();
    let total = fitting.len();
    let rows: Vec<&Value> = fitting.iter().skip((page - 1).saturating_mul(size)).take(size).collect();
    let paging = json!({
        "page_number": page, "page_size": size, "total_entries": total, "total_pages": total.div_ceil(size).max(1),
    });
    Ok(Answer::json(StatusCode::OK, &json!({"meta": meta(200, Some(asked), "list"), "data": rows, "paging": paging})))
}

fn number(name: &str, text: &str, least: usize, most: usize) -> Result<usize, Refused> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| Refused::invalid(name, format!("expected the value to be between {least} and {most}")))
}

fn fits(specimen: &Value, name: &str, wanted: &str) -> bool {
    let collected = || {
        let collection = &specimen["collection"];
        let at = collection["collected_date_time"].as_str().or(collection["collected_period"]["start"].as_str());
        at.and_then(|at| at.get(..10)).unwrap_or_default().to_owned()
    };
    let identifier = |value: &Value| value["identifier"]["value"] == wanted;
    let coded = |value: &Value| value["coding"].as_array().into_iter().flatten().any(|coding| coding["code"] == wanted);
    let containers = || specimen["container"].as_array().into_iter().flatten();
    match name {
        "status" => specimen["status"] == wanted,
        "type" => coded(&specimen["type"]),
        "collected_from" => collected().as_str() >= wanted,
        "collected_to" => collected().as_str() <= wanted,
        "container_identifier" => containers().any(|container| container["identifier"] == wanted),
        "container_type" => containers().any(|container| coded(&container["type"])),
        "parent" | "request" => specimen[name].as_array().into_iter().flatten().any(identifier),
        other => identifier(&specimen[other]),
    }
}

/// "Without patient context": one specimen, and whose it is stays a hash.
pub(crate) fn by_accession(system: &EHealth, asked: &Asked) -> Result<Answer, Refused> {
    gate::token(system, asked)?;
    gate::scope(system, "specimen:read")?;
    let mut number = None;
    for (name, value) in asked.parameters() {
        if name != "accession_identifier" {
            return Err(Refused::invalid(&name, "schema does not allow additional properties"));
        }
        number = Some(value);
    }
    let number = number.ok_or_else(|| Refused::invalid("accession_identifier", "can't be blank"))?;
    let ledger = system.ledger();
    let index = ledger.by_accession(&number).ok_or_else(|| Refused::new(404, "Specimen is not found."))?;
    Ok(Answer::json(StatusCode::OK, &json!({"meta": meta(200, Some(asked), "object"), "data": ledger.specimen(index)})))
}
