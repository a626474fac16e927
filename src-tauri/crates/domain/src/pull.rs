//! What a remote said in one page of a feed, on its way from the remote client to the store.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::item::WorkItem;

/// The part of a feed that one sweep reads from its first page to its last.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Slice {
    /// Everything whose feed time lies between two instants, both included.
    Window {
        /// The first instant.
        from: DateTime<Utc>,
        /// The last instant.
        to: DateTime<Utc>,
    },
    /// Everything whose time of change is at or after `since`, ascending by it. Planned and kept with `since: None`; what is
    /// asked of the remote has the watermark minus the overlap there, or `None` while nothing was ever read.
    Changed {
        /// The first instant; `None` for everything.
        since: Option<DateTime<Utc>>,
    },
    /// Everything, in an order that changes do not disturb.
    All,
}

/// One record of a page, converted.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The item.
    pub item: WorkItem,
    /// Items that came inside it and live and go with it (a case's orders).
    pub children: Vec<WorkItem>,
    /// The remote's own JSON, without signed URLs and file contents.
    pub raw: String,
    /// Changes exactly when what the remote says of the item changes; attachments take no part, since sweeps leave them out.
    pub fingerprint: String,
}

impl Record {
    /// It, marked with how it was read: a program or settings that read otherwise keep it anew, though its remote says the same.
    #[must_use]
    pub fn read_as(mut self, reading: &str) -> Self {
        if !self.fingerprint.is_empty() {
            self.fingerprint = format!("{}{READ_AS}{reading}", self.fingerprint);
        }
        self
    }
}

/// Stands between what a remote said and how it was read.
const READ_AS: char = '@';

/// What of a kept fingerprint changes with what the remote says alone, however it was read.
pub fn said(fingerprint: &str) -> &str {
    fingerprint.rsplit_once(READ_AS).map_or(fingerprint, |(said, _)| said)
}

/// A record that could not be read. Kept and counted, never dropped in silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// The remote's id, when at least that could be read.
    pub external_id: Option<String>,
    /// What is wrong with it, without its contents.
    pub reason: String,
    /// The remote's own JSON, without signed URLs and file contents.
    pub raw: String,
}

/// One page of a feed.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// What could be read.
    pub records: Vec<Record>,
    /// What could not.
    pub rejected: Vec<Rejected>,
    /// Where the next page begins; `None` on the last page.
    pub next: Option<String>,
    /// The latest time of change on this page, by the remote's clock. Moves the watermark of a [`Slice::Changed`] once its
    /// sweep is complete.
    pub reached: Option<DateTime<Utc>>,
    /// What this page taught about the system, to be kept with the connection: key and value.
    pub learned: Vec<(String, String)>,
}

impl Page {
    /// How far it reaches in its feed. A time that lies behind `latest` is a record's mistake: the latest of the other records counts
    /// then, so that one mistake does not have everything after it read again and again.
    pub fn reached_by(&self, latest: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let possible = |at: &DateTime<Utc>| *at <= latest;
        let told = self.reached?;
        if possible(&told) {
            return Some(told);
        }
        let updated =
            self.records.iter().filter_map(|record| record.item.updated.as_ref().and_then(|updated| updated.at));
        updated.filter(possible).max()
    }
}
