//! The audit log (`GET /als/api/v1/auditlogs/search`): what is asked is documented by Connected Insights; an entry's shape is ours.

use axum::http::Method;
use serde_json::{Value, json};

use super::errors::Refused;
use super::settings::AuditLog;
use super::{Illumina, made, search};
use crate::exchange::{Answer, Asked};
use crate::people::CLINICIANS;
use crate::stamp::Stamp;

/// One entry.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) at: Stamp,
    /// `case.status.updated`, …
    pub(crate) event: &'static str,
    pub(crate) case: String,
    pub(crate) display_id: String,
    /// Which of the twelve clinicians.
    pub(crate) who: usize,
}

impl Entry {
    /// What somebody did with a case.
    pub(crate) fn of(case: &Value, event: &'static str, who: usize, at: Stamp) -> Self {
        let text = |key: &str| case[key].as_str().unwrap_or_default().to_owned();
        Self { at, event, case: text("id"), display_id: text("displayId"), who }
    }
}

pub(crate) fn search(system: &Illumina, asked: &Asked) -> Result<Answer, Refused> {
    if asked.method != Method::GET {
        return Err(Refused::no_such_method());
    }
    let settings = system.settings();
    match settings.audit_log {
        AuditLog::Served => {}
        AuditLog::Missing => return Err(Refused::no_such_path()),
        AuditLog::Forbidden => return Err(Refused::forbidden("The user may not read the audit log")),
    }
    let (mut from, mut to) = (None, None);
    let (mut case, mut event, mut entity) = (None, None, None);
    let mut paging = search::Paging::default();
    for (name, value) in asked.parameters() {
        match name.as_str() {
            "fromDate" => from = Some(date(&name, &value)?),
            "toDate" => to = Some(date(&name, &value)?),
            "caseId" => case = Some(value),
            "eventName" => event = Some(value),
            "entityType" => entity = Some(value),
            "entityId" | "userDisplayId" | "userName" | "userId" => {}
            _ => paging.take(&name, &value)?,
        }
    }
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Refused::invalid("fromDate must not be after toDate"));
    }
    let ledger = system.ledger();
    let fits = |entry: &&Entry| {
        // Both inclusive, in whole seconds.
        from.is_none_or(|from: Stamp| entry.at.0 / 1_000 >= from.0 / 1_000)
            && to.is_none_or(|to: Stamp| entry.at.0 / 1_000 <= to.0 / 1_000)
            && case.as_ref().is_none_or(|case| *case == entry.case || *case == entry.display_id)
            && event.as_ref().is_none_or(|event| event == entry.event)
            && entity.as_ref().is_none_or(|entity| entity == "case")
    };
    // The latest first: whoever pages sees them again, and misses none.
    let found: Vec<&Entry> = ledger.log.iter().rev().filter(fits).collect();
    let shown = |(place, entry): (usize, &&Entry)| {
        let who = &CLINICIANS[entry.who];
        json!({
            "id": format!("{}-{place}", entry.at.0),
            "eventName": entry.event,
            "entityType": "case",
            "entityId": entry.case,
            "caseId": if settings.audit_by_display_id { &entry.display_id } else { &entry.case },
            "createdDate": entry.at,
            "userName": format!("{} {}", who.first, who.last),
            "userDisplayId": who.email,
            "message": "Made up",
        })
    };
    Ok(search::page(&paging, settings.most_rows, found.len(), |skip, take| {
        found.iter().enumerate().skip(skip).take(take).map(shown).collect()
    }))
}

/// `yyyy-MM-dd'T'HH:mm:ss'Z'`, and nothing else.
fn date(name: &str, text: &str) -> Result<Stamp, Refused> {
    let exact = text.len() == 20 && text.ends_with('Z');
    let read = Stamp::parse(text).filter(|_| exact);
    read.ok_or_else(|| Refused::invalid(format!("{name} must have the format yyyy-MM-dd'T'HH:mm:ss'Z'")))
}

/// Who is told as the one who did something.
pub(crate) fn me() -> Value {
    made::user(&CLINICIANS[super::ME])
}
