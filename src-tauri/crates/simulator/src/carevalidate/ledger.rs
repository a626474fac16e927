//! The state of the system: which cases exist, which were edited, and what is acknowledged but not yet shown.
//!
//! A case that nobody edited is not kept at all; it is made again from its number whenever it is served.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::Change;
use super::listing::{Listing, Row};
use super::made::{self, Parts, Plot, Status};
use crate::dice::Dice;
use crate::late::Edits;
use crate::options::Temperament;
use crate::stamp::Stamp;

const RANK: u64 = 0x7261_6e6b;

/// A file that was uploaded here.
#[derive(Clone, Debug)]
pub(crate) struct KeptFile {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

/// A case on its way into a reply.
pub(crate) enum Shown {
    /// Made from its number.
    Made(u32),
    Edited(Arc<Value>),
}

/// Everything that can change.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) plot: Plot,
    pub(crate) listing: Listing,
    edits: Edits<Change>,
    pub(crate) files: HashMap<Uuid, KeptFile>,
}

impl Ledger {
    pub(crate) fn new(plot: Plot, items: usize, temperament: Temperament) -> Self {
        let count = u32::try_from(items).unwrap_or(u32::MAX);
        let rows = (0..count).map(|index| {
            let bones = made::skeleton(&plot, index, None);
            Row {
                id: bones.id,
                created: bones.created,
                updated: bones.updated,
                rank: rank(&plot, index, bones.created, temperament),
                status: Some(bones.status),
                gone: false,
            }
        });
        Self { plot, listing: Listing::new(rows.collect()), edits: Edits::default(), files: HashMap::new() }
    }

    /// A case as reads show it now.
    pub(crate) fn shown(&self, index: u32) -> Shown {
        self.edits.shown(index).map_or(Shown::Made(index), |shown| Shown::Edited(Arc::clone(shown)))
    }

    /// A case with everything that was acknowledged.
    pub(crate) fn truth(&self, index: u32) -> Arc<Value> {
        self.edits.truth(index).map_or_else(|| Arc::new(self.made(index)), Arc::clone)
    }

    /// How many acknowledged batches of changes reads don't show yet.
    pub(crate) fn pending(&self, index: u32) -> usize {
        self.edits.pending(index)
    }

    fn made(&self, index: u32) -> Value {
        let bones = made::skeleton(&self.plot, index, None);
        json!(made::case(&self.plot, &bones, Parts::ALL))
    }

    /// Applies changes: to the truth at once, to what is shown after the delay, and never before an earlier batch of the
    /// same case. Returns after how long they are shown.
    pub(crate) fn apply(&mut self, index: u32, changes: Vec<Change>, now: Instant, delay: Duration) -> Duration {
        if self.edits.truth(index).is_none() {
            self.edits.keep(index, self.made(index));
        }
        let at = self.edits.apply(index, changes, now, delay);
        self.mature(now);
        at.duration_since(now)
    }

    /// Shows what is due.
    pub(crate) fn mature(&mut self, now: Instant) {
        while let Some((index, shown)) = self.edits.show_next(now) {
            let row = self.listing.row(index);
            let time = |name: &str, kept: Stamp| shown[name].as_str().and_then(Stamp::parse).unwrap_or(kept);
            let (created, updated) = (time("createdAt", row.created), time("updatedAt", row.updated));
            let status = shown["status"].as_str().and_then(Status::parse);
            self.listing.edited(index, created, updated, status);
        }
    }

    /// A new case, open and untouched.
    pub(crate) fn create(&mut self, created: Stamp, temperament: Temperament) -> u32 {
        let index = self.listing.next_index();
        let bones = made::skeleton(&self.plot, index, Some(created));
        let case = json!(made::case(&self.plot, &bones, Parts::ALL));
        self.listing.add(Row {
            id: bones.id,
            created,
            updated: bones.updated,
            rank: rank(&self.plot, index, created, temperament),
            status: Some(bones.status),
            gone: false,
        });
        self.edits.keep(index, case);
        index
    }

    /// Removes a case for good.
    pub(crate) fn delete(&mut self, index: u32) -> Arc<Value> {
        let last = self.truth(index);
        self.listing.remove(index);
        self.edits.forget(index);
        last
    }
}

/// The place in the listing order. The document promises none: kind lists by creation, unkind in a seeded order of its own.
fn rank(plot: &Plot, index: u32, created: Stamp, temperament: Temperament) -> u64 {
    match temperament {
        Temperament::Kind => u64::try_from(created.0).unwrap_or_default(),
        Temperament::Unkind => Dice::new(plot.seed, &[RANK, u64::from(index)]).next(),
    }
}
