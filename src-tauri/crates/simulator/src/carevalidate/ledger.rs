//! The state of the system: which cases exist, which were edited, and what is acknowledged but not yet shown.
//!
//! A case that nobody edited is not kept at all; it is made again from its number whenever it is served.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use uuid::Uuid;

use super::changes::Change;
use super::listing::{Listing, Row};
use super::made::{self, Parts, Plot, Status};
use crate::dice::Dice;
use crate::options::Temperament;
use crate::stamp::Stamp;

const RANK: u64 = 0x7261_6e6b;

/// An edited case.
#[derive(Debug)]
struct Edited {
    /// With everything that was acknowledged.
    truth: Arc<Value>,
    /// As reads show it.
    shown: Arc<Value>,
    /// Acknowledged, not yet shown, in order.
    pending: VecDeque<(Instant, Vec<Change>)>,
}

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
    edited: HashMap<u32, Edited>,
    /// When the next pending change of a case is due.
    due: BTreeSet<(Instant, u32)>,
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
        Self {
            plot,
            listing: Listing::new(rows.collect()),
            edited: HashMap::new(),
            due: BTreeSet::new(),
            files: HashMap::new(),
        }
    }

    /// A case as reads show it now.
    pub(crate) fn shown(&self, index: u32) -> Shown {
        self.edited.get(&index).map_or(Shown::Made(index), |edited| Shown::Edited(Arc::clone(&edited.shown)))
    }

    /// A case with everything that was acknowledged.
    pub(crate) fn truth(&self, index: u32) -> Arc<Value> {
        match self.edited.get(&index) {
            Some(edited) => Arc::clone(&edited.truth),
            None => Arc::new(self.made(index)),
        }
    }

    /// How many acknowledged batches of changes reads don't show yet.
    pub(crate) fn pending(&self, index: u32) -> usize {
        self.edited.get(&index).map_or(0, |edited| edited.pending.len())
    }

    fn made(&self, index: u32) -> Value {
        let bones = made::skeleton(&self.plot, index, None);
        json!(made::case(&self.plot, &bones, Parts::ALL))
    }

    /// Applies changes: to the truth at once, to what is shown after the delay, and never before an earlier batch of the
    /// same case. Returns after how long they are shown.
    pub(crate) fn apply(&mut self, index: u32, changes: Vec<Change>, now: Instant, delay: Duration) -> Duration {
        if !self.edited.contains_key(&index) {
            let made = Arc::new(self.made(index));
            self.edited.insert(index, Edited { truth: Arc::clone(&made), shown: made, pending: VecDeque::new() });
        }
        let Some(edited) = self.edited.get_mut(&index) else { return delay };
        let truth = Arc::make_mut(&mut edited.truth);
        for change in &changes {
            change.make(truth);
        }
        let last = edited.pending.back().map(|(at, _)| *at);
        let at = last.map_or(now + delay, |last| last.max(now + delay));
        edited.pending.push_back((at, changes));
        self.due.insert((at, index));
        self.mature(now);
        at.duration_since(now)
    }

    /// Shows what is due.
    pub(crate) fn mature(&mut self, now: Instant) {
        while let Some((at, index)) = self.due.first().copied().filter(|(at, _)| *at <= now) {
            self.due.remove(&(at, index));
            let Some(edited) = self.edited.get_mut(&index) else { continue };
            while let Some((_, changes)) = edited.pending.pop_front_if(|(at, _)| *at <= now) {
                let shown = Arc::make_mut(&mut edited.shown);
                for change in &changes {
                    change.make(shown);
                }
            }
            if edited.pending.is_empty() {
                edited.shown = Arc::clone(&edited.truth);
            }
            let (shown, row) = (&edited.shown, self.listing.row(index));
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
        let case = Arc::new(json!(made::case(&self.plot, &bones, Parts::ALL)));
        self.listing.add(Row {
            id: bones.id,
            created,
            updated: bones.updated,
            rank: rank(&self.plot, index, created, temperament),
            status: Some(bones.status),
            gone: false,
        });
        self.edited.insert(index, Edited { truth: Arc::clone(&case), shown: case, pending: VecDeque::new() });
        index
    }

    /// Removes a case for good.
    pub(crate) fn delete(&mut self, index: u32) -> Arc<Value> {
        let last = self.truth(index);
        self.listing.remove(index);
        self.edited.remove(&index);
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
