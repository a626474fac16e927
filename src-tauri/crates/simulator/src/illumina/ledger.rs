//! The cases as they stand: what was made from the seed, and what was changed since.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

use super::changes::Change;
use super::log::Entry;
use super::made::{self, Plot};
use crate::dice::Dice;
use crate::late::Edits;
use crate::options::Temperament;
use crate::stamp::Stamp;

/// Everything that can change.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) plot: Plot,
    ids: Vec<Option<Uuid>>,
    by_id: HashMap<Uuid, u32>,
    /// The listing order. The sheet promises none.
    order: BTreeSet<(u64, u32)>,
    ranks: Vec<u64>,
    temperament: Temperament,
    edits: Edits<Change>,
    /// What the audit log holds, oldest first.
    pub(crate) log: Vec<Entry>,
}

impl Ledger {
    pub(crate) fn new(plot: Plot, items: usize, temperament: Temperament) -> Self {
        let mut ledger = Self {
            plot,
            ids: Vec::new(),
            by_id: HashMap::new(),
            order: BTreeSet::new(),
            ranks: Vec::new(),
            temperament,
            edits: Edits::default(),
            log: Vec::new(),
        };
        for _ in 0..items {
            ledger.add();
        }
        ledger
    }

    fn add(&mut self) -> u32 {
        let index = u32::try_from(self.ids.len()).unwrap_or(u32::MAX);
        let id = made::id(self.plot.seed, index);
        let rank = match self.temperament {
            Temperament::Kind => u64::from(index),
            Temperament::Unkind => Dice::new(self.plot.seed, &[0x696c_726b, u64::from(index)]).next(),
        };
        self.ids.push(Some(id));
        self.by_id.insert(id, index);
        self.order.insert((rank, index));
        self.ranks.push(rank);
        index
    }

    /// How many cases exist.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.by_id.get(&Uuid::try_parse(id).ok()?).copied()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.ids.iter().flatten().copied()
    }

    /// Every case in the listing order.
    pub(crate) fn listed(&self) -> impl Iterator<Item = u32> {
        self.order.iter().map(|(_, index)| *index)
    }

    /// Moves a case in the listing order.
    pub(crate) fn move_to(&mut self, index: u32, rank: u64) {
        if self.order.remove(&(self.ranks[index as usize], index)) {
            self.ranks[index as usize] = rank;
            self.order.insert((rank, index));
        }
    }

    /// A case as reads show it now.
    pub(crate) fn shown(&self, index: u32) -> Arc<Value> {
        self.edits.shown(index).map_or_else(|| Arc::new(made::case(&self.plot, index, None)), Arc::clone)
    }

    /// A case with everything that was acknowledged.
    pub(crate) fn truth(&self, index: u32) -> Arc<Value> {
        self.edits.truth(index).map_or_else(|| Arc::new(made::case(&self.plot, index, None)), Arc::clone)
    }

    /// How many acknowledged batches of changes reads don't show yet.
    pub(crate) fn pending(&self, index: u32) -> usize {
        self.edits.pending(index)
    }

    /// Applies changes: to the truth at once, to what is shown after the delay. Returns after how long they are shown.
    pub(crate) fn apply(&mut self, index: u32, changes: Vec<Change>, now: Instant, delay: Duration) -> Duration {
        if self.edits.truth(index).is_none() {
            self.edits.keep(index, made::case(&self.plot, index, None));
        }
        let at = self.edits.apply(index, changes, now, delay);
        self.mature(now);
        at.duration_since(now)
    }

    /// Shows what is due.
    pub(crate) fn mature(&mut self, now: Instant) {
        while self.edits.show_next(now).is_some() {}
    }

    /// A new case, untouched.
    pub(crate) fn create(&mut self, created: Stamp) -> u32 {
        let index = self.add();
        self.edits.keep(index, made::case(&self.plot, index, Some(created)));
        index
    }

    /// Removes a case for good.
    pub(crate) fn delete(&mut self, index: u32) -> Arc<Value> {
        let last = self.truth(index);
        if let Some(id) = self.ids[index as usize].take() {
            self.by_id.remove(&id);
        }
        self.order.remove(&(self.ranks[index as usize], index));
        self.edits.forget(index);
        last
    }
}
