//! `GET /api/v1/cases`: a page of cases, straight to bytes.

use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use uuid::Uuid;

use super::errors::Refused;
use super::ledger::{Ledger, Shown};
use super::listing::Window;
use super::made::{self, Parts};
use super::query::{CasesQuery, DocumentFormat, read, unknown_cursor};
use super::{CareValidate, drift};
use crate::exchange::{Answer, Asked};

/// What was chosen for a page, free of the ledger's lock.
struct Chosen {
    cases: Vec<Shown>,
    first: Option<Uuid>,
    last: Option<Uuid>,
    has_next: bool,
}

pub(crate) fn list(system: &CareValidate, asked: &Asked) -> Result<Answer, Refused> {
    system.check_key(asked)?;
    let query = read(&asked.parameters())?;
    let chosen = choose(system, &query)?;
    let mut body = Vec::with_capacity(512 + chosen.cases.len() * 8 * 1024);
    body.extend_from_slice(br#"{"status":200,"success":true,"data":{"cases":["#);
    for (place, shown) in chosen.cases.iter().enumerate() {
        if place > 0 {
            body.push(b',');
        }
        write_case(system, &query, shown, &mut body);
    }
    let tail = json!({
        "cursor": {"start": chosen.first, "end": chosen.last},
        "hasNextPage": chosen.has_next,
        "hasPreviousPage": query.after.is_some(),
    });
    body.extend_from_slice(br#"],"pageInfo":"#);
    body.extend_from_slice(tail.to_string().as_bytes());
    // Page or total is open; here it counts the rows of the page.
    body.extend_from_slice(format!(r#","count":{}}}}}"#, chosen.cases.len()).as_bytes());
    Ok(Answer::typed(StatusCode::OK, "application/json; charset=utf-8", body))
}

fn choose(system: &CareValidate, query: &CasesQuery) -> Result<Chosen, Refused> {
    let settings = system.settings();
    let page = system.pages.fetch_add(1, Ordering::Relaxed);
    let window = Window { field: settings.window_field, start: query.start, end: query.end, statuses: &query.statuses };
    let mut ledger = system.ledger();
    let now = Instant::now();
    ledger.mature(now);
    drift::perhaps(&mut ledger, &settings, page, &window, (system.ground.clock.now(), now));
    let after = match query.after {
        Some(id) => Some(ledger.listing.find(id).ok_or_else(unknown_cursor)?),
        None => None,
    };
    let found = ledger.listing.page(&window, after, query.records);
    let id = |index: Option<&u32>| index.map(|index| ledger.listing.row(*index).id);
    Ok(Chosen {
        first: id(found.indexes.first()),
        last: id(found.indexes.last()),
        has_next: found.has_next,
        cases: found.indexes.iter().map(|index| ledger.shown(*index)).collect(),
    })
}

fn write_case(system: &CareValidate, query: &CasesQuery, shown: &Shown, body: &mut Vec<u8>) {
    // Serialising to a Vec can't fail.
    let _ = match shown {
        Shown::Made(index) => {
            let plot = &system.plot;
            let case = made::case(plot, &made::skeleton(plot, *index, None), query.parts);
            if query.parts.attachments {
                let mut value = json!(case);
                dress(system, query, &mut value);
                serde_json::to_writer(body, &value)
            } else {
                serde_json::to_writer(body, &case)
            }
        }
        Shown::Edited(value) => {
            let mut value = Value::clone(value);
            dress(system, query, &mut value);
            serde_json::to_writer(body, &value)
        }
    };
}

/// Leaves out what was not asked for, and puts a URL or the content into each attachment.
///
/// "Include attachment URLs/content for case and comments": without the flag comments have no `attachments` either (inferred).
fn dress(system: &CareValidate, query: &CasesQuery, case: &mut Value) {
    let Parts { attachments, orders, calendar_events } = query.parts;
    if let Some(fields) = case.as_object_mut() {
        for (name, asked_for) in [("attachments", attachments), ("orders", orders), ("calendarEvents", calendar_events)]
        {
            if !asked_for {
                fields.remove(name);
            }
        }
    }
    if attachments {
        each_attachment(system, query.format, case);
    }
    for list in ["comments", "notes"] {
        for comment in case[list].as_array_mut().into_iter().flatten() {
            if attachments {
                each_attachment(system, query.format, comment);
            } else if let Some(fields) = comment.as_object_mut() {
                fields.remove("attachments");
            }
        }
    }
}

fn each_attachment(system: &CareValidate, format: DocumentFormat, owner: &mut Value) {
    for attachment in owner["attachments"].as_array_mut().into_iter().flatten() {
        let Some(id) = attachment["id"].as_str().and_then(|id| Uuid::try_parse(id).ok()) else { continue };
        let name = attachment["fileName"].as_str().unwrap_or_default().to_owned();
        let kept = system.ledger().files.get(&id).cloned();
        match format {
            DocumentFormat::Url => {
                let url = system.signer.url(id, &name, kept.is_some(), system.ground.clock.now());
                attachment["url"] = json!(url);
            }
            DocumentFormat::Base64 => {
                let bytes = kept.map_or_else(|| made::contents(id, &name), |file| file.bytes);
                attachment["content"] = json!(STANDARD.encode(bytes));
            }
        }
    }
}

/// The bytes behind a signed URL, and their content type.
pub(crate) fn file(ledger: &Ledger, attachment: Uuid, ending: &str) -> Option<(Vec<u8>, &'static str)> {
    if ending.is_empty() {
        let kept = ledger.files.get(&attachment)?;
        return Some((kept.bytes.clone(), crate::files::content_type(&kept.name)));
    }
    let name = format!("file.{ending}");
    Some((made::contents(attachment, &name), crate::files::content_type(&name)))
}
