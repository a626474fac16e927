//! Reading the cases: the whole list through the search, and what changed through the audit log (the sheet, "Reads", "Changes").
//!
//! Pages are by number alone and no order is documented: a case may move from a page to come to one that was read. So it takes two
//! sweeps to miss a case, and what changed meanwhile is in the audit log.

use std::{collections::BTreeSet, sync::PoisonError};

use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use rounds_domain::{
    error::{AndNow, RemoteError},
    pull::{Page, Record, Slice},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Illumina, convert,
    declaration::{AUDIT_LOG, CASES, FIND_CHANGES, LIST, TITLE},
    page::{self, SpringPage},
    record::{self, Fields, Seen},
    whole::{How, Whole, unreadable},
};
use crate::{
    lenient::{Lenient, Text},
    seam::Depth,
    wire::{Turn, outcome::Unreadable},
};

/// Where a sweep goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Along what.
    pub(super) way: Way,
    /// The page to read next, from 0.
    pub(super) page: u32,
    /// When it began, by our clock.
    pub(super) began: DateTime<Utc>,
    /// The latest time of change met so far.
    pub(super) latest: Option<DateTime<Utc>>,
}

/// Along what a sweep goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    /// The whole search.
    Everything,
    /// The audit log.
    AuditLog,
    /// The search for one of the open statuses: only what changed since is read whole.
    Open(usize),
    /// The whole search, in the same way: where it takes no status.
    Rows,
}

/// The statuses in which work goes on, as the search takes them.
const OPEN: [&str; 3] = ["New", "In Progress", "Draft"];

/// How cases of a page are read.
const SWEEP: How = How { turn: Turn::Page, depth: Depth::Plain, may_lack: true };

impl Illumina {
    /// One page of a sweep.
    pub(super) async fn read_page(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        if feed != CASES {
            return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} has no feed called “{feed}”.")));
        }
        let since = match slice {
            Slice::Changed { since } => *since,
            Slice::All => None,
            Slice::Window { .. } => {
                return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} is not read by windows of time.")));
            }
        };
        let place = match cursor {
            Some(cursor) => serde_json::from_str(cursor).map_err(|_| {
                RemoteError::new(AndNow::Invalid, "The place in the list cannot be read. It is begun anew.")
            })?,
            None => self.first(since, now),
        };
        let is_change = matches!(slice, Slice::Changed { .. });
        let mut page = match (place.way, since) {
            (Way::AuditLog, Some(since)) => self.read_changes(since, place).await?,
            _ => self.read_rows(since, place, is_change).await?,
        };
        if slice == &Slice::All && cursor.is_none() {
            page.learned.extend(self.look_for_audit_log(now).await);
        }
        Ok(page)
    }

    fn first(&self, since: Option<DateTime<Utc>>, began: DateTime<Utc>) -> Place {
        let way = match since {
            None => Way::Everything,
            Some(_) if self.finds_changes_by() == LIST => Way::Open(0),
            Some(_) => Way::AuditLog,
        };
        Place { way, page: 0, began, latest: None }
    }

    fn finds_changes_by(&self) -> String {
        let learned = self.learned.lock().unwrap_or_else(PoisonError::into_inner);
        learned.clone().unwrap_or_else(|| self.find_changes.clone())
    }

    fn learn(&self, way: &str) -> (String, String) {
        *self.learned.lock().unwrap_or_else(PoisonError::into_inner) = Some(way.to_owned());
        (FIND_CHANGES.to_owned(), way.to_owned())
    }

    /// A page of the search.
    async fn read_rows(
        &self,
        since: Option<DateTime<Utc>>,
        mut place: Place,
        is_change: bool,
    ) -> Result<Page, RemoteError> {
        let SpringPage { rows, more } = match self.search(&place).await {
            // A search that takes no status is read whole.
            Err(error) if error.and_now == AndNow::Invalid && place.way == Way::Open(0) && place.page == 0 => {
                place.way = Way::Rows;
                self.search(&place).await?
            }
            read => read?,
        };
        let mut page = Page::default();
        let mut cases = Vec::new();
        let mut met = BTreeSet::new();
        for row in &rows {
            match record::seen(row) {
                Seen::Fields(id, fields) => {
                    let updated = updated(&fields);
                    place.latest = place.latest.max(updated);
                    let wanted = since.is_none_or(|since| updated.is_none_or(|updated| updated >= since));
                    if wanted && met.insert(id.clone()) {
                        cases.push((id, fields));
                    }
                }
                Seen::Rejected(rejected) => page.rejected.push(rejected),
            }
        }
        let read = stream::iter(cases).map(|(id, row)| async move {
            let read = self.whole_row(&id, row, SWEEP).await;
            settled(&id, read)
        });
        let read: Vec<Whole> = read.buffered(self.page_reads).try_collect().await?;
        keep(read, &mut page);
        let next = match (more, place.way) {
            (true, _) => Some(Place { page: place.page + 1, ..place.clone() }),
            (false, Way::Open(at)) if at + 1 < OPEN.len() => {
                Some(Place { way: Way::Open(at + 1), page: 0, ..place.clone() })
            }
            (false, _) => None,
        };
        if is_change && next.is_none() {
            // The earlier of both clocks: what changed while pages were read is asked for again.
            page.reached = Some(place.latest.map_or(place.began, |latest| latest.min(place.began)));
        }
        page.next = next.and_then(|next| serde_json::to_string(&next).ok());
        Ok(page)
    }

    async fn search(&self, place: &Place) -> Result<SpringPage, RemoteError> {
        let mut filters = vec![("pageNumber", place.page.to_string()), ("pageSize", self.records_per_page.to_string())];
        if let Way::Open(at) = place.way {
            filters.push(("status", OPEN.get(at).copied().unwrap_or_default().to_owned()));
        }
        let raw = self.search_raw(Turn::Page, &filters).await?;
        self.page_of(&raw, place.page)
    }

    /// `GET /crs/api/v2/cases/search` with these parameters.
    pub(super) async fn search_raw(
        &self,
        turn: Turn,
        filters: &[(&str, String)],
    ) -> Result<Box<RawValue>, RemoteError> {
        let mut url = self.url(&["crs", "api", &self.search_version, "cases", "search"])?;
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in filters {
                query.append_pair(name, value);
            }
            if self.direct_identifiers {
                query.append_pair("directIdentifiers", "true");
            }
        }
        self.read(turn, url, "this page").await
    }

    fn page_of(&self, raw: &RawValue, number: u32) -> Result<SpringPage, RemoteError> {
        page::read(raw, number, self.records_per_page).map_err(|why| match why {
            Unreadable::Other(why) => unreadable(&why),
            _ => unreadable("it is no page"),
        })
    }

    /// A page of the audit log, and the cases it names. A tenant without one is read by its list from now on.
    async fn read_changes(&self, since: DateTime<Utc>, place: Place) -> Result<Page, RemoteError> {
        let read = self.entries(since, &place).await;
        let (entries, more) = match read {
            Ok(entries) => entries,
            Err(error) if is_absent(&error) => {
                let learned = self.learn(LIST);
                let place = Place { way: Way::Open(0), page: 0, ..place };
                let mut page = self.read_rows(Some(since), place, true).await?;
                page.learned.push(learned);
                return Ok(page);
            }
            Err(error) => return Err(error),
        };
        let mut page = Page { reached: entries.reached, rejected: entries.rejected, ..Page::default() };
        let read = stream::iter(entries.cases).map(|case| async move {
            let Some(id) = self.id_of(&case).await? else { return Ok(Whole::Gone) };
            match self.whole(&id, SWEEP).await {
                // The log reaches further than this user's workgroup.
                Err(error) if error.and_now == AndNow::Forbidden => Ok(Whole::Gone),
                read => settled(&id, read),
            }
        });
        let read: Vec<Whole> = read.buffered(self.page_reads).try_collect().await?;
        keep(read, &mut page);
        let next = more.then(|| Place { page: place.page + 1, ..place });
        page.next = next.and_then(|next| serde_json::to_string(&next).ok());
        Ok(page)
    }

    async fn entries(&self, since: DateTime<Utc>, place: &Place) -> Result<(super::audit::Entries, bool), RemoteError> {
        let (from, to) = super::audit::span(since, place.began);
        let filters = [
            ("fromDate", from),
            ("toDate", to),
            ("pageNumber", place.page.to_string()),
            ("pageSize", self.records_per_page.to_string()),
        ];
        let raw = self.audit_log(Turn::Page, &filters).await?;
        let SpringPage { rows, more } = self.page_of(&raw, place.page)?;
        Ok((super::audit::read(&rows), more))
    }

    /// The id of a case that the audit log names: by it, or by the number that people use.
    async fn id_of(&self, case: &str) -> Result<Option<String>, RemoteError> {
        if is_uuid(case) {
            return Ok(Some(case.to_owned()));
        }
        let found = self.by_number(Turn::Page, "displayId", case).await?;
        Ok(found.into_iter().map(|(id, _)| id).next())
    }

    /// The cases whose number is exactly this. The search finds parts of it, too, so that the one that is meant may stand on a later
    /// page; and numbers are in capitals there.
    async fn by_number(
        &self,
        turn: Turn,
        filter: &'static str,
        number: &str,
    ) -> Result<Vec<(String, Fields)>, RemoteError> {
        let is_display = filter == "displayId";
        let asked = if is_display { number.trim().to_uppercase() } else { number.to_owned() };
        let same = |fields: &Fields| {
            let display = Text::read(fields.get("displayId"));
            !is_display || display.is_some_and(|display| display.trim().to_uppercase() == asked)
        };
        for at in 0..PAGES_LOOKED_THROUGH {
            let filters =
                [(filter, asked.clone()), ("pageNumber", at.to_string()), ("pageSize", FOUND_ON_A_PAGE.to_string())];
            let raw = self.search_raw(turn, &filters).await?;
            let found = page::read(&raw, at, FOUND_ON_A_PAGE).map_err(|_| unreadable("it is no page"))?;
            let cases = found.rows.iter().filter_map(|row| match record::seen(row) {
                Seen::Fields(id, fields) if same(&fields) => Some((id, fields)),
                _ => None,
            });
            let cases: Vec<_> = cases.collect();
            if !cases.is_empty() || !found.more {
                return Ok(cases);
            }
        }
        Ok(Vec::new())
    }

    /// Cases by a number that a person has: the case's, or a sample's.
    pub(super) async fn find(&self, number: &str) -> Result<Vec<Record>, RemoteError> {
        let number = number.trim();
        let single = How { turn: Turn::Single, depth: Depth::Plain, may_lack: true };
        let mut records = Vec::new();
        if is_uuid(number) {
            records.push(self.whole(number, single).await?);
        } else {
            let mut met = BTreeSet::new();
            for filter in ["displayId", "externalSampleId"] {
                for (id, fields) in self.by_number(Turn::Single, filter, number).await? {
                    if met.insert(id.clone()) {
                        records.push(self.whole_row(&id, fields, single).await?);
                    }
                }
            }
        }
        let records = records.into_iter().filter_map(|whole| match whole {
            Whole::Record(record) => Some(*record),
            Whole::Gone | Whole::Rejected(_) => None,
        });
        Ok(records.collect())
    }

    /// Once a day, where there was no audit log: whether there is one now.
    async fn look_for_audit_log(&self, now: DateTime<Utc>) -> Option<(String, String)> {
        if self.find_changes != AUDIT_LOG || self.finds_changes_by() != LIST {
            return None;
        }
        let (from, to) = super::audit::span(now, now);
        let filters = [("fromDate", from), ("toDate", to), ("pageNumber", "0".into()), ("pageSize", "1".into())];
        let raw = self.audit_log(Turn::Page, &filters).await.ok()?;
        page::read(&raw, 0, 1).ok()?;
        Some(self.learn(AUDIT_LOG))
    }
}

/// How many cases that hold a number are asked for at once.
const FOUND_ON_A_PAGE: u32 = 50;
/// More pages of them than any number has that a person or the audit log names.
const PAGES_LOOKED_THROUGH: u32 = 40;

/// "A tenant without the audit log (403, 404) falls back to the sweep alone."
pub(super) fn is_absent(error: &RemoteError) -> bool {
    matches!(error.and_now, AndNow::Forbidden | AndNow::Gone)
}

/// One case whose reply cannot be used is rejected and counted; what is about everything ends the page.
fn settled(id: &str, read: Result<Whole, RemoteError>) -> Result<Whole, RemoteError> {
    match read {
        Err(error) if matches!(error.and_now, AndNow::Doubtful | AndNow::Forbidden | AndNow::Invalid) => {
            Ok(Whole::Rejected(rounds_domain::pull::Rejected {
                external_id: Some(id.to_owned()),
                reason: error.message,
                raw: String::new(),
            }))
        }
        // What stood beside it went while it was read.
        Err(error) if error.and_now == AndNow::Gone => Ok(Whole::Gone),
        read => read,
    }
}

fn keep(read: Vec<Whole>, page: &mut Page) {
    for whole in read {
        match whole {
            Whole::Record(record) => page.records.push(*record),
            Whole::Rejected(rejected) => page.rejected.push(rejected),
            // Gone between the list and the look: whole sweeps miss it.
            Whole::Gone => {}
        }
    }
}

fn updated(fields: &Fields) -> Option<DateTime<Utc>> {
    convert::instant(&Text::read(fields.get("updatedDate"))?)
}

fn is_uuid(text: &str) -> bool {
    let text = text.trim();
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
