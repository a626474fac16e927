//! The audit log (`GET /als/api/v1/auditlogs/search`, Connected Insights): which cases changed, and who changed one.
//!
//! What is asked is documented; what an entry looks like is not, so each plausible spelling of its fields is read.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{error::RemoteError, pull::Rejected};
use serde_json::{Value, value::RawValue};

use super::{
    Illumina,
    actions::value,
    convert::{instant, named, person},
    dto::Entry,
    page,
};
use crate::{
    kept,
    lenient::Dto,
    seam::{Changed, Target},
    wire::Turn,
};

/// The cases that entries name, and how far they reach.
#[derive(Debug, Default)]
pub(super) struct Entries {
    /// By id or by number, each once.
    pub(super) cases: BTreeSet<String>,
    pub(super) reached: Option<DateTime<Utc>>,
    pub(super) rejected: Vec<Rejected>,
}

/// How far back it is asked who changed something.
const MEMORY: TimeDelta = TimeDelta::days(30);
/// How many entries are looked through for that.
const LOOKED_THROUGH: u32 = 200;

/// `fromDate` and `toDate`, both inclusive, in whole seconds ("yyyy-MM-dd'T'HH:mm:ss'Z'"). What is noted while pages are read is left
/// to the next poll, so that the pages come to an end. Where our clock is behind what was read already it is no end to go by.
pub(super) fn span(since: DateTime<Utc>, now: DateTime<Utc>) -> (String, String) {
    let written = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let to = if now >= since { now } else { since + TimeDelta::days(1) };
    (written(since), written(to))
}

/// Reads the entries of a page. One that names no case is about something else.
pub(super) fn read(rows: &[Box<RawValue>]) -> Entries {
    let mut entries = Entries::default();
    for row in rows {
        let read = kept::parse(row.get()).map(|(value, _)| value);
        let Some(Value::Object(fields)) = read else {
            entries.rejected.push(unreadable("An entry of the audit log cannot be read.", row));
            continue;
        };
        let entry = Entry::of(&fields);
        entries.reached = entries.reached.max(when(&entry));
        match case_of(&entry) {
            // Our own reads may be noted, too: whoever answered them with reads would never end.
            _ if only_looked(&entry) => {}
            Some(case) => _ = entries.cases.insert(case),
            None if is_about_a_case(&entry) => {
                entries
                    .rejected
                    .push(unreadable("An entry of the audit log is about a case and does not name it.", row));
            }
            None => {}
        }
    }
    entries
}

fn unreadable(reason: &str, row: &RawValue) -> Rejected {
    Rejected { external_id: None, reason: reason.into(), raw: row.get().to_owned() }
}

fn is_about_a_case(entry: &Entry) -> bool {
    entry.entity_type.as_deref().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("case"))
}

/// Whether somebody only looked at something, by the event's name.
fn only_looked(entry: &Entry) -> bool {
    let event = entry.event_name.as_deref().map(str::to_ascii_lowercase).unwrap_or_default();
    [".viewed", ".view", ".accessed", ".read", ".searched", ".downloaded", ".exported"]
        .iter()
        .any(|end| event.ends_with(end))
}

fn case_of(entry: &Entry) -> Option<String> {
    let own = entry.entity_id.clone().filter(|_| is_about_a_case(entry));
    entry.case_id.clone().or(own).or_else(|| entry.case_display_id.clone()).map(|case| case.trim().to_owned())
}

fn when(entry: &Entry) -> Option<DateTime<Utc>> {
    let times =
        [&entry.created_date, &entry.event_date, &entry.event_time, &entry.timestamp, &entry.created_at, &entry.date];
    times.into_iter().flatten().find_map(|text| instant(text))
}

impl Illumina {
    /// The audit log with these parameters.
    pub(super) async fn audit_log(&self, turn: Turn, filters: &[(&str, String)]) -> Result<Box<RawValue>, RemoteError> {
        let mut url = self.url(&["als", "api", "v1", "auditlogs", "search"])?;
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in filters {
                query.append_pair(name, value);
            }
        }
        self.read(turn, url, "the audit log").await
    }

    /// Who last changed one of these values, where the log shows it to this person. Only an event that says so counts.
    pub(super) async fn last_editor(&self, target: &Target, keys: &[String]) -> Result<Option<Changed>, RemoteError> {
        let now = Utc::now();
        let (_, to) = span(now, now);
        let filters = [
            ("caseId", target.external_id.clone()),
            ("fromDate", span(now - MEMORY, now).0),
            ("toDate", to),
            ("pageNumber", "0".to_owned()),
            ("pageSize", LOOKED_THROUGH.to_string()),
        ];
        let Ok(raw) = self.audit_log(Turn::Single, &filters).await else { return Ok(None) };
        let Ok(page) = page::read(&raw, 0, LOOKED_THROUGH) else { return Ok(None) };
        // Nobody says in which order they come: of a part no last one can be told.
        if page.more {
            return Ok(None);
        }
        let entries = page.rows.iter().filter_map(|row| match record_of(row) {
            Some(entry) if keys.iter().any(|key| tells_of(&entry, key)) => Some(entry),
            _ => None,
        });
        let last = entries.filter_map(|entry| Some((when(&entry)?, entry))).max_by_key(|(at, _)| *at);
        Ok(last.and_then(|(at, entry)| Some(Changed { who: who(&entry)?, when: Some(at) })))
    }
}

fn record_of(row: &RawValue) -> Option<Entry> {
    match kept::parse(row.get())?.0 {
        Value::Object(fields) => Some(Entry::of(&fields)),
        _ => None,
    }
}

/// Whether an event by its name (`case.status.updated`) is about a value.
fn tells_of(entry: &Entry, key: &str) -> bool {
    let Some(event) = entry.event_name.as_deref().map(str::to_ascii_lowercase) else { return false };
    let words: &[&str] = match key {
        value::STATE => &["status", "state", "qc", "process"],
        value::TAGS => &["tag"],
        value::METADATA => &["metadata"],
        value::OWNER => &["owner"],
        value::TURN_AROUND_TIME => &["turn-around", "turnaround", "tat.", "due"],
        _ => &[],
    };
    words.iter().any(|word| event.contains(word))
}

fn who(entry: &Entry) -> Option<String> {
    let user = entry.user.as_ref().or(entry.created_by.as_ref()).and_then(|user| named(&person(user)));
    entry.user_name.clone().or(user).or_else(|| entry.user_display_id.clone())
}
