//! Late application: a write counts as acknowledged at once, and reads show it later, each record's writes in their order.
//!
//! Only edited records are kept; the others are made again from their number whenever they are served.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Something that a write does to a record.
pub(crate) trait Change {
    fn make(&self, record: &mut Value);
}

#[derive(Debug)]
struct Edited<C> {
    /// With everything that was acknowledged.
    truth: Arc<Value>,
    /// As reads show it.
    shown: Arc<Value>,
    /// Acknowledged, not yet shown, in order.
    pending: VecDeque<(Instant, Vec<C>)>,
}

/// The edited records of one kind, by number.
#[derive(Debug)]
pub(crate) struct Edits<C> {
    edited: HashMap<u32, Edited<C>>,
    /// When the next pending change of a record is due.
    due: BTreeSet<(Instant, u32)>,
}

impl<C> Default for Edits<C> {
    fn default() -> Self {
        Self { edited: HashMap::new(), due: BTreeSet::new() }
    }
}

impl<C: Change> Edits<C> {
    /// A record as reads show it now; none when nobody edited it.
    pub(crate) fn shown(&self, index: u32) -> Option<&Arc<Value>> {
        self.edited.get(&index).map(|edited| &edited.shown)
    }

    /// A record with everything that was acknowledged; none when nobody edited it.
    pub(crate) fn truth(&self, index: u32) -> Option<&Arc<Value>> {
        self.edited.get(&index).map(|edited| &edited.truth)
    }

    /// How many acknowledged batches of changes reads don't show yet.
    pub(crate) fn pending(&self, index: u32) -> usize {
        self.edited.get(&index).map_or(0, |edited| edited.pending.len())
    }

    /// Keeps a record that cannot be made from its number.
    pub(crate) fn keep(&mut self, index: u32, record: Value) {
        let record = Arc::new(record);
        self.edited.insert(index, Edited { truth: Arc::clone(&record), shown: record, pending: VecDeque::new() });
    }

    pub(crate) fn forget(&mut self, index: u32) {
        self.edited.remove(&index);
    }

    /// Applies changes to a [kept](Self::keep) record: to the truth at once, to what is shown after the delay, and never
    /// before an earlier batch of the same record. Returns when they are shown.
    pub(crate) fn apply(&mut self, index: u32, changes: Vec<C>, now: Instant, delay: Duration) -> Instant {
        let Some(edited) = self.edited.get_mut(&index) else { return now + delay };
        let truth = Arc::make_mut(&mut edited.truth);
        for change in &changes {
            change.make(truth);
        }
        let last = edited.pending.back().map(|(at, _)| *at);
        let at = last.map_or(now + delay, |last| last.max(now + delay));
        edited.pending.push_back((at, changes));
        self.due.insert((at, index));
        at
    }

    /// Shows what of one record is due; answers which record that was, and none when nothing is due.
    pub(crate) fn show_next(&mut self, now: Instant) -> Option<(u32, Arc<Value>)> {
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
            return Some((index, Arc::clone(&edited.shown)));
        }
        None
    }
}
