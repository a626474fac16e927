//! `GET /crs/api/v2/cases/search` and v1, as public clients use them; and the Spring page that both searches answer with.

use std::sync::atomic::Ordering;

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::errors::Refused;
use super::{Illumina, drift, reads};
use crate::exchange::{Answer, Asked};

/// Which page of how many.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paging {
    number: usize,
    size: usize,
}

impl Default for Paging {
    fn default() -> Self {
        Self { number: 0, size: 20 }
    }
}

impl Paging {
    /// Takes `pageNumber` or `pageSize`; what is unknown is left out, as Spring does.
    pub(crate) fn take(&mut self, name: &str, value: &str) -> Result<(), Refused> {
        let number = || value.parse::<usize>().map_err(|_| Refused::invalid(format!("{name} must be a number")));
        match name {
            "pageNumber" => self.number = number()?,
            "pageSize" => {
                self.size = number()?;
                if self.size == 0 {
                    return Err(Refused::invalid("pageSize must be at least 1"));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// A page of `total` records, of which `rows` makes some.
pub(crate) fn page(
    paging: &Paging,
    most: usize,
    total: usize,
    rows: impl FnOnce(usize, usize) -> Vec<Value>,
) -> Answer {
    let size = paging.size.min(most);
    let content = rows(paging.number.saturating_mul(size), size);
    let pages = total.div_ceil(size);
    let body = json!({
        "totalElements": total,
        "totalPages": pages,
        "number": paging.number,
        "size": size,
        "numberOfElements": content.len(),
        "first": paging.number == 0,
        "last": paging.number + 1 >= pages,
        "empty": content.is_empty(),
        "sort": {"sorted": false, "unsorted": true, "empty": true},
        "content": content,
    });
    Answer::json(StatusCode::OK, &body)
}

pub(crate) fn search(system: &Illumina, asked: &Asked) -> Result<Answer, Refused> {
    let settings = system.settings();
    let mut paging = Paging::default();
    let mut filters = Vec::new();
    for (name, value) in asked.parameters() {
        match name.as_str() {
            "displayId" | "id" | "externalSampleId" | "lastname" | "mrn" | "subState" | "tags" => {
                filters.push((name, value));
            }
            "status" if settings.search_by_status => filters.push((name, value)),
            "status" => return Err(Refused::invalid("status is not a field to search by")),
            _ => paging.take(&name, &value)?,
        }
    }
    if filters.iter().any(|(name, _)| matches!(name.as_str(), "lastname" | "mrn")) {
        system.ground.record.violated(super::NAME, asked, "a patient's name or record number was sent in an address");
    }
    let number = system.pages.fetch_add(1, Ordering::Relaxed);
    let mut ledger = system.ledger();
    drift::perhaps(&mut ledger, &settings, number, system.ground.clock.now());
    let asks = reads::asks_for_identifiers(asked);
    let shown = |index: u32| reads::served(&ledger.shown(index), &settings, asks, !settings.search_tells_delivery);
    if filters.is_empty() {
        return Ok(page(&paging, settings.most_rows, ledger.len(), |skip, take| {
            ledger.listed().skip(skip).take(take).map(shown).collect()
        }));
    }
    let found: Vec<u32> =
        ledger.listed().filter(|index| filters.iter().all(|filter| fits(&ledger.shown(*index), filter))).collect();
    Ok(page(&paging, settings.most_rows, found.len(), |skip, take| {
        found.iter().skip(skip).take(take).map(|index| shown(*index)).collect()
    }))
}

fn fits(case: &Value, (name, wanted): &(String, String)) -> bool {
    let same = |value: &Value| value.as_str().is_some_and(|value| value.eq_ignore_ascii_case(wanted));
    let subjects = || case["caseSubjects"].as_array().into_iter().flatten();
    let identifier = |key: &str| subjects().any(|subject| same(&subject["subject"]["_identifiers"][key]));
    match name.as_str() {
        // A part is enough, in capitals as numbers are; `%` is any.
        "displayId" => {
            let wanted = wanted.trim_matches('%');
            case["displayId"].as_str().is_some_and(|number| number.contains(wanted))
        }
        "externalSampleId" => subjects()
            .flat_map(|subject| subject["samples"].as_array().into_iter().flatten())
            .any(|sample| same(&sample["externalSampleId"])),
        "lastname" => identifier("lastName"),
        "mrn" => identifier("mrn"),
        "tags" => case["tags"].as_array().is_some_and(|tags| tags.iter().any(same)),
        other => same(&case[other]),
    }
}
