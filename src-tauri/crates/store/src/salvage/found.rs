//! What stands in the whole pages of a damaged file, told apart by its shape: the schema itself may be what is damaged.

use std::collections::{BTreeMap, BTreeSet};

use rounds_domain::{file, outbox::OutboxState, projection::WorklistRow};
use uuid::Uuid;

use super::Salvaged;
use crate::{
    Result,
    pages::{Image, Record, Value},
};

/// A row's values in the order of its columns.
pub(super) type Row = Vec<Value>;

/// Rows by the store's number for them; actions by their id.
#[derive(Default)]
pub(super) struct Found {
    pub(super) connections: BTreeMap<i64, Row>,
    pub(super) items: BTreeMap<i64, Row>,
    pub(super) lines: BTreeMap<i64, WorklistRow>,
    pub(super) actions: BTreeMap<Uuid, Row>,
    pub(super) drafts: Vec<Row>,
    pub(super) files: BTreeMap<i64, Row>,
    /// What was decided about patients of different systems.
    pub(super) same: BTreeMap<i64, Row>,
}

/// Where the columns stand that this has to know, as the first migration made them.
pub(super) mod column {
    pub(crate) mod action {
        pub(crate) const CONNECTION: usize = 1;
        pub(crate) const ITEM: usize = 2;
        pub(crate) const SEQUENCE: usize = 3;
        pub(crate) const DEPENDS_ON: usize = 4;
        pub(crate) const NAME: usize = 5;
        pub(crate) const FIELDS: usize = 8;
        pub(crate) const MADE_AT: usize = 14;
        pub(crate) const STATE: usize = 16;
        pub(crate) const NEXT_AT: usize = 25;
        pub(crate) const REASON: usize = 26;
        /// As many as the first migration made.
        pub(crate) const ALL: usize = 33;
    }
    pub(crate) mod item {
        pub(crate) const CONNECTION: usize = 2;
        pub(crate) const REPLY: usize = 14;
        pub(crate) const ALL: usize = 19;
    }
    pub(crate) mod outgoing_file {
        pub(crate) const ITEM: usize = 1;
        pub(crate) const HASH: usize = 2;
    }
    pub(crate) mod same_person {
        pub(crate) const ONE: usize = 1;
        pub(crate) const ONE_CONNECTION: usize = 2;
        pub(crate) const OTHER: usize = 3;
        pub(crate) const OTHER_CONNECTION: usize = 4;
        pub(crate) const STANDS: usize = 6;
        pub(crate) const ALL: usize = 14;
    }
    pub(crate) mod draft {
        pub(crate) const ITEM: usize = 0;
        pub(crate) const ACTION: usize = 1;
        pub(crate) const FIELDS: usize = 2;
        pub(crate) const SAVED_AT: usize = 3;
    }
}

impl Found {
    /// Reads every page that can be read.
    pub(super) fn of(image: &Image, salvaged: &mut Salvaged) -> Result<Self> {
        let mut found = Self::default();
        let mut files = image.files()?;
        for number in 1..=image.pages() {
            // A disk that cannot give one page may well give the next.
            let Ok(Some(page)) = image.page(&mut files, number) else {
                salvaged.unreadable_pages += 1;
                continue;
            };
            let read = image.records(&mut files, number, &page);
            salvaged.torn += read.torn;
            for record in read.whole {
                found.take(record);
            }
        }
        salvaged.lost = found.lost(image)?;
        Ok(found)
    }

    fn take(&mut self, record: Record) {
        use Value::{Blob, Int, Null, Text};
        match (record.row, record.values.as_slice()) {
            (Some(key), [Null, Blob(id), Text(_), Text(_), Text(_), Text(_), Text(_), ..]) if id.len() == 16 => {
                self.connections.insert(key, record.values);
            }
            (Some(key), [Null, Blob(id), Int(_), Text(_), Int(_), Text(_), ..])
                if id.len() == 16 && record.values.len() >= column::item::ALL =>
            {
                self.items.insert(key, record.values);
            }
            (Some(key), [Null, Text(line)]) => {
                if let Ok(line) = serde_json::from_str(line) {
                    self.lines.insert(key, line);
                }
            }
            (Some(_), [Blob(id), Int(_), Int(_), Int(_), Text(_), Text(_), Text(_), Text(_), Text(_), ..])
                if record.values.len() >= column::action::ALL =>
            {
                if let (Ok(id), Some(state)) = (Uuid::from_slice(id), state(&record.values)) {
                    // Seen twice in a file whose log is damaged: what is further on its way is the later one.
                    let later = |known: &Row| self::state(known).is_some_and(|known| rank(known) > rank(state));
                    if !self.actions.get(&id).is_some_and(later) {
                        self.actions.insert(id, record.values);
                    }
                }
            }
            // Its hash tells it from anything else, and that it is whole.
            (Some(key), [Null, Int(_), Text(hash), Int(_), Blob(content)]) if file::hash(content) == *hash => {
                self.files.insert(key, record.values);
            }
            (Some(key), [Null, Blob(one), Int(_), Blob(other), Int(_), Text(verdict), Int(_), Text(_), Int(_), ..])
                if one.len() == 16
                    && other.len() == 16
                    && record.values.len() >= column::same_person::ALL
                    && ["confirmed", "refused"].contains(&verdict.as_str()) =>
            {
                // Seen twice in a file whose log is damaged: what was undone is the later one.
                let stands = |row: &Row| int(row, column::same_person::STANDS) == Some(1);
                if self.same.get(&key).is_none_or(stands) {
                    self.same.insert(key, record.values);
                }
            }
            // A table without row numbers. Its times tell it from an index of the same shape.
            (None, [Int(_), Text(_), Text(fields), Int(saved_at)])
                if *saved_at > 1_000_000_000_000 && fields.starts_with('{') =>
            {
                self.drafts.push(record.values);
            }
            _ => {}
        }
    }

    /// How many unsettled actions an index names that were not found, where the index can be read.
    fn lost(&self, image: &Image) -> Result<Option<u32>> {
        let mut files = image.files()?;
        let mut walk = |root: u32| -> Result<Option<Vec<Record>>> {
            let (mut records, mut todo, mut seen) = (Vec::new(), vec![root], BTreeSet::new());
            while let Some(number) = todo.pop() {
                if !seen.insert(number) {
                    return Ok(None);
                }
                let Ok(Some(page)) = image.page(&mut files, number) else { return Ok(None) };
                let read = image.records(&mut files, number, &page);
                if read.torn > 0 {
                    return Ok(None);
                }
                records.extend(read.whole);
                todo.extend(read.below);
            }
            Ok(Some(records))
        };
        let Some(schema) = walk(1)? else { return Ok(None) };
        let root = schema.iter().find_map(|record| match record.values.as_slice() {
            [_, Value::Text(name), _, Value::Int(root), ..] if name == "action_in_order" => u32::try_from(*root).ok(),
            _ => None,
        });
        let Some(index) = root.map(walk).transpose()?.flatten() else { return Ok(None) };
        let found: BTreeSet<i64> = self.actions.values().filter_map(|row| int(row, column::action::SEQUENCE)).collect();
        let named = index.iter().filter_map(|record| int(&record.values, 0));
        let lost = named.filter(|sequence| !found.contains(sequence)).count();
        Ok(Some(u32::try_from(lost).unwrap_or(u32::MAX)))
    }
}

pub(super) fn state(row: &Row) -> Option<OutboxState> {
    OutboxState::from_word(text(row, column::action::STATE)?)
}

fn rank(state: OutboxState) -> u8 {
    match state {
        _ if state.is_final() => 3,
        _ if state.may_have_left() => 2,
        OutboxState::NeedsPerson => 1,
        _ => 0,
    }
}

pub(super) fn int(row: &[Value], column: usize) -> Option<i64> {
    match row.get(column) {
        Some(Value::Int(value)) => Some(*value),
        _ => None,
    }
}

pub(super) fn text(row: &[Value], column: usize) -> Option<&str> {
    match row.get(column) {
        Some(Value::Text(value)) => Some(value),
        _ => None,
    }
}
