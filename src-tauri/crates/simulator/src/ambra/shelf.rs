//! All records of one kind: which exist, which were edited, and what is acknowledged but not yet shown.
//!
//! A record that nobody edited is not kept at all; it is made again from its number whenever it is served.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use uuid::Uuid;

use super::changes::Change;
use super::made::{self, Kind, Plot};
use super::moment::Moment;

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

/// An edited record.
#[derive(Debug)]
struct Edited {
    /// With everything that was acknowledged.
    truth: Arc<Value>,
    /// As reads show it.
    shown: Arc<Value>,
    /// Acknowledged, not yet shown, in order.
    pending: VecDeque<(Instant, Vec<Change>)>,
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
    edited: HashMap<u32, Edited>,
    /// When the next pending change of a record is due.
    due: BTreeSet<(Instant, u32)>,
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
            edited: HashMap::new(),
            due: BTreeSet::new(),
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
        self.edited.get(&index).map_or(Shown::Made(index), |edited| Shown::Edited(Arc::clone(&edited.shown)))
    }

    /// One field as reads show it now.
    pub(crate) fn field(&self, index: u32, name: &str) -> Value {
        if let Some(edited) = self.edited.get(&index) {
            return edited.shown[name].clone();
        }
        made::field(&self.plot, self.kind, index, name)
            .unwrap_or_else(|| made::record(&self.plot, self.kind, index)[name].take())
    }

    /// A record with everything that was acknowledged.
    pub(crate) fn truth(&self, index: u32) -> Arc<Value> {
        match self.edited.get(&index) {
            Some(edited) => Arc::clone(&edited.truth),
            None => Arc::new(made::record(&self.plot, self.kind, index)),
        }
    }

    /// How many acknowledged batches of changes reads don't show yet.
    pub(crate) fn pending(&self, index: u32) -> usize {
        self.edited.get(&index).map_or(0, |edited| edited.pending.len())
    }

    /// Applies changes: to the truth at once, to what is shown after the delay, and never before an earlier batch of the
    /// same record. Returns after how long they are shown.
    pub(crate) fn apply(&mut self, index: u32, changes: Vec<Change>, now: Instant, delay: Duration) -> Duration {
        if !self.edited.contains_key(&index) {
            let made = Arc::new(made::record(&self.plot, self.kind, index));
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
            let row = &mut self.rows[index as usize];
            let time = |name: &str| edited.shown[name].as_str().and_then(Moment::parse);
            let (created, updated) = (time("created").unwrap_or(row.created), time("updated").unwrap_or(row.updated));
            self.generation += 1;
            if row.gone {
                continue;
            }
            self.by_created.remove(&(row.created, index));
            self.by_updated.remove(&(row.updated, index));
            (row.created, row.updated) = (created, updated);
            row.hidden = edited.shown["_hidden"] == true;
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
        let record = Arc::new(record);
        self.edited.insert(index, Edited { truth: Arc::clone(&record), shown: record, pending: VecDeque::new() });
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
        self.edited.remove(&index);
        self.generation += 1;
        last
    }
}
