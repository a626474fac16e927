//! Finding the records of a list: which fit, in which order. What was found is kept as long as nothing changes, so that a
//! reader of many pages pays once.

use std::cmp::Ordering;
use std::collections::VecDeque;
use std::sync::Arc;

use serde_json::Value;

use super::conditions::{Condition, Field, text_of};
use super::made::Kind;
use super::moment::Moment;
use super::paging::SortBy;
use super::shelf::Shelf;
use crate::dice::Dice;

const KEPT: usize = 8;

/// What is asked of a shelf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) conditions: Vec<Condition>,
    pub(crate) sort_by: Vec<SortBy>,
}

/// The last things found.
#[derive(Debug, Default)]
pub(crate) struct Found(VecDeque<(Kind, u64, Wanted, Arc<Vec<u32>>)>);

impl Found {
    /// Everything that fits, in order. `promised`: without `sort_by` a list has its documented order, and equal rows stand
    /// by age; else in an order of the seed.
    pub(crate) fn of(&mut self, on: &Shelf, wanted: &Wanted, promised: bool) -> Arc<Vec<u32>> {
        let kept = self
            .0
            .iter()
            .find(|(kind, generation, before, _)| *kind == on.kind && *generation == on.generation && before == wanted);
        if let Some((.., found)) = kept {
            return Arc::clone(found);
        }
        let found = Arc::new(find(on, wanted, promised));
        self.0.push_back((on.kind, on.generation, wanted.clone(), Arc::clone(&found)));
        if self.0.len() > KEPT {
            self.0.pop_front();
        }
        found
    }
}

fn find(shelf: &Shelf, wanted: &Wanted, promised: bool) -> Vec<u32> {
    let least = |name: &str| wanted.conditions.iter().filter_map(|condition| condition.at_least(name)).max();
    let fits = |index: &u32| {
        let row = shelf.row(*index);
        wanted.conditions.iter().all(|condition| {
            let by_time = condition.fits_moment("updated", row.updated);
            let by_time = by_time.or_else(|| condition.fits_moment("created", row.created));
            by_time.unwrap_or_else(|| condition.fits(|name| field(shelf, *index, name)))
        })
    };
    // A bound without microseconds fits from its second on.
    let from = |moment: Option<Moment>| (moment.unwrap_or(Moment(i64::MIN)), 0);
    let created = || shelf.by_created.range(from(least("created"))..).map(|(_, index)| *index);
    let updated = || shelf.by_updated.range(from(least("updated"))..).map(|(_, index)| *index);

    if let [SortBy { field: Field::Plain(name), descending }] = wanted.sort_by.as_slice() {
        match (name.as_str(), *descending) {
            ("updated", false) => return updated().filter(fits).collect(),
            ("updated", true) => return updated().rev().filter(fits).collect(),
            ("created", false) => return created().filter(fits).collect(),
            ("created", true) => return created().rev().filter(fits).collect(),
            _ => {}
        }
    }
    let mut found: Vec<u32> =
        if least("updated").is_some() { updated().filter(fits).collect() } else { created().filter(fits).collect() };
    if wanted.sort_by.is_empty() {
        in_order(shelf, &mut found, promised);
        return found;
    }
    let mut keyed: Vec<(Vec<Value>, u64, u32)> = found
        .into_iter()
        .map(|index| {
            let keys = wanted.sort_by.iter().map(|by| key(shelf, index, &by.field)).collect();
            (keys, if promised { u64::from(index) } else { rank(shelf, index) }, index)
        })
        .collect();
    keyed.sort_by(|(left, left_rank, _), (right, right_rank, _)| {
        by_keys(&wanted.sort_by, left, right).then(left_rank.cmp(right_rank))
    });
    keyed.into_iter().map(|(.., index)| index).collect()
}

/// Records that are on no shelf: those that fit, in order.
pub(crate) fn of_few(records: Vec<Value>, wanted: &Wanted) -> Vec<Value> {
    let fits = |record: &Value| wanted.conditions.iter().all(|condition| condition.fits(|name| record[name].clone()));
    let mut found: Vec<Value> = records.into_iter().filter(fits).collect();
    let keys = |record: &Value| -> Vec<Value> {
        let names = wanted.sort_by.iter().map(|by| if let Field::Plain(name) = &by.field { name } else { "" });
        names.map(|name| record[name].clone()).collect()
    };
    found.sort_by(|left, right| by_keys(&wanted.sort_by, &keys(left), &keys(right)));
    found
}

fn by_keys(sort_by: &[SortBy], left: &[Value], right: &[Value]) -> Ordering {
    let orders = sort_by.iter().zip(left.iter().zip(right)).map(|(by, (left, right))| {
        let order = compared(left, right);
        if by.descending { order.reverse() } else { order }
    });
    orders.fold(Ordering::Equal, Ordering::then)
}

/// Without `sort_by`: studies and messages "from most recent to oldest", patients "by recent activity". The others
/// promise nothing.
fn in_order(shelf: &Shelf, found: &mut [u32], promised: bool) {
    match shelf.kind {
        Kind::Study | Kind::Message => found.sort_by_key(|index| {
            let row = shelf.row(*index);
            std::cmp::Reverse((row.created, *index))
        }),
        Kind::Patient => found.sort_by_key(|index| {
            let row = shelf.row(*index);
            std::cmp::Reverse((row.updated, *index))
        }),
        _ if promised => found.sort_by_key(|index| (shelf.row(*index).created, *index)),
        _ => found.sort_by_key(|index| (rank(shelf, *index), *index)),
    }
}

fn rank(shelf: &Shelf, index: u32) -> u64 {
    Dice::new(shelf.plot.seed, &[0x7261_6e6b, shelf.kind as u64, u64::from(index)]).next()
}

/// A field as a list sees it: times and ids without making the record.
fn field(shelf: &Shelf, index: u32, name: &str) -> Value {
    let row = shelf.row(index);
    match name {
        "uuid" => Value::from(row.id.to_string()),
        "created" => Value::from(row.created.text()),
        "updated" => Value::from(row.updated.text()),
        "study_count" => Value::from(shelf.field(index, "studies").as_array().map_or(0, Vec::len)),
        _ => shelf.field(index, name),
    }
}

fn key(shelf: &Shelf, index: u32, by: &Field) -> Value {
    match by {
        Field::Plain(name) => field(shelf, index, name),
        Field::Custom(id) => {
            let all = shelf.field(index, "customfields");
            let found = all.as_array().into_iter().flatten().find(|one| one["uuid"] == id.as_str());
            // "type=number as interger, … other types as strings".
            found.map_or(Value::Null, |one| {
                let number =
                    one["value"].as_str().filter(|_| one["type"] == "number").and_then(|text| text.parse::<i64>().ok());
                number.map_or_else(|| one["value"].clone(), Value::from)
            })
        }
        Field::Tags | Field::Smart => Value::Null,
    }
}

/// Null is greater than everything, as in the vendor's database.
fn compared(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Greater,
        (_, Value::Null) => Ordering::Less,
        (Value::Number(left), Value::Number(right)) => {
            left.as_f64().unwrap_or_default().total_cmp(&right.as_f64().unwrap_or_default())
        }
        _ => text_of(left).cmp(&text_of(right)),
    }
}
