//! All records of one kind: which exist, which were edited, and what is acknowledged but not yet shown.
//!
//! A record that nobody edited is not kept at all; it is made again from its number whenever it is served.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

use super::changes::Change;
use super::made::{self, Kind, Plot};
use super::moment::Moment;
use crate::late::Edits;

/// What is known of a record without making it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    pub(crate) gone: bool,
    /// Still there for the server, but no read shows it: a rejected study.
    hidden: bool,
}

/// A record on its way into a reply.
#[derive(Clone, Debug)]
pub(crate) enum Shown {
    /// Made from its number.
    Made(u32),
    Edited(Arc<Value>),
}

impl Shown {
    pub(crate) fn record(&self, plot: &Plot, kind: Kind) -> Value {
        match self {
            Self::Made(index) => made::record(plot, kind, *index),
            Self::Edited(record) => Value::clone(record),
        }
    }
}

/// The records of one kind.
#[derive(Debug)]
pub(crate) struct Shelf {
    pub(crate) kind: Kind,
    pub(crate) plot: Plot,
    rows: Vec<Row>,
    by_id: HashMap<Uuid, u32>,
    pub(crate) by_created: BTreeSet<(Moment, u32)>,
    pub(crate) by_updated: BTreeSet<(Moment, u32)>,
    edits: Edits<Change>,
    /// Grows with everything that a list could show.
    pub(crate) generation: u64,
}

impl Shelf {
    pub(crate) fn new(kind: Kind, plot: Plot) -> Self {
        let rows: Vec<Row> = (0..plot.count(kind))
            .map(|index| {
                let (id, created, updated) = made::head(&plot, kind, index);
                Row { id, created, updated, gone: false, hidden: false }
            })
            .collect();
        let numbered = || (0..).zip(&rows);
        Self {
            kind,
            plot,
            by_id: numbered().map(|(index, row)| (row.id, index)).collect(),
            by_created: numbered().map(|(index, row)| (row.created, index)).collect(),
            by_updated: numbered().map(|(index, row)| (row.updated, index)).collect(),
            rows,
            edits: Edits::default(),
            generation: 0,
        }
    }

    /// How many exist.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// A record that reads show.
    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.find_any(id).filter(|index| !self.row(*index).hidden)
    }

    /// A record that exists, whether reads show it or not.
    pub(crate) fn find_any(&self, id: &str) -> Option<u32> {
        self.by_id.get(&Uuid::try_parse(id).ok()?).copied()
    }

    /// Whether there is a record of that number that reads show.
    pub(crate) fn has(&self, index: u32) -> bool {
        self.rows.get(index as usize).is_some_and(|row| !row.gone && !row.hidden)
    }

    pub(crate) fn row(&self, index: u32) -> &Row {
        &self.rows[index as usize]
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.rows.iter().filter(|row| !row.gone).map(|row| row.id)
    }

    /// A record as reads show it now.
    pub(crate) fn shown(&self, index: u32) -> Shown {
        self.edits.shown(index).map_or(Shown::Made(index), |shown| Shown::Edited(Arc::clone(shown)))
    }

    /// One field as reads show it now.
    pub(crate) fn field(&self, index: u32, name: &str) -> Value {
        if let Some(shown) = self.edits.shown(index) {
            return shown[name].clone();
        }
        made::field(&self.plot, self.kind, index, name)
            .unwrap_or_else(|| made::record(&self.plot, self.kind, index)[name].take())
    }

    /// A record with everything that was acknowledged.
    pub(crate) fn truth(&self, index: u32) -> Arc<Value> {
        let made = || Arc::new(made::record(&self.plot, self.kind, index));
        self.edits.truth(index).map_or_else(made, Arc::clone)
    }

    /// How many acknowledged batches of changes reads don't show yet.
    pub(crate) fn pending(&self, index: u32) -> usize {
        self.edits.pending(index)
    }

    /// Applies changes: to the truth at once, to what is shown after the delay, and never before an earlier batch of the
    /// same record. Returns after how long they are shown.
    pub(crate) fn apply(&mut self, index: u32, changes: Vec<Change>, now: Instant, delay: Duration) -> Duration {
        if self.edits.truth(index).is_none() {
            self.edits.keep(index, made::record(&self.plot, self.kind, index));
        }
        let at = self.edits.apply(index, changes, now, delay);
        self.mature(now);
        at.duration_since(now)
    }

    /// Shows what is due.
    pub(crate) fn mature(&mut self, now: Instant) {
        while let Some((index, shown)) = self.edits.show_next(now) {
            let row = &mut self.rows[index as usize];
            let time = |name: &str| shown[name].as_str().and_then(Moment::parse);
            let (created, updated) = (time("created").unwrap_or(row.created), time("updated").unwrap_or(row.updated));
            self.generation += 1;
            if row.gone {
                continue;
            }
            self.by_created.remove(&(row.created, index));
            self.by_updated.remove(&(row.updated, index));
            (row.created, row.updated) = (created, updated);
            row.hidden = shown["_hidden"] == true;
            if !row.hidden {
                self.by_created.insert((created, index));
                self.by_updated.insert((updated, index));
            }
        }
    }

    /// The number of the next record to be added.
    pub(crate) fn next_index(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    /// Adds a record that was made elsewhere.
    pub(crate) fn add(&mut self, id: Uuid, created: Moment, record: Value) -> u32 {
        let index = self.next_index();
        self.rows.push(Row { id, created, updated: created, gone: false, hidden: false });
        self.by_id.insert(id, index);
        self.by_created.insert((created, index));
        self.by_updated.insert((created, index));
        self.edits.keep(index, record);
        self.generation += 1;
        index
    }

    /// Removes a record for good.
    pub(crate) fn delete(&mut self, index: u32) -> Arc<Value> {
        let last = self.truth(index);
        let row = &mut self.rows[index as usize];
        row.gone = true;
        self.by_id.remove(&row.id);
        self.by_created.remove(&(row.created, index));
        self.by_updated.remove(&(row.updated, index));
        self.edits.forget(index);
        self.generation += 1;
        last
    }
}
