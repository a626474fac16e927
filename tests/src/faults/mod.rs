//! Fault schedules: people at their desks, servers that do not answer, programs that are killed, and the twelve invariants
//! checked after every step against what the servers themselves have on record (`docs/reliability.md`).
//!
//! A seed makes a [`Plan`] before anything runs; [`run`] runs the very code that ships (`sync`, `engine`, and one of two stores) on
//! a clock that moves only when nobody has anything to do. A violation is made smaller until nothing more can be left out.

mod chaos;
mod check;
mod director;
mod disk;
mod encrypted;
mod invariant;
mod machine;
mod memory;
mod people;
mod plan;
mod running;
mod sim;
mod world;

use std::{
    ops::Range,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use self::{encrypted::Encrypted, memory::InMemory, running::Ended};
pub use self::{
    invariant::{Invariant, Violation},
    plan::{Lateness, Plan, plan},
};

/// Which store a schedule runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreKind {
    /// The one in memory.
    Memory,
    /// The encrypted one, on a disk.
    SqlCipher,
}

/// How a schedule ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What did not hold.
    pub violation: Option<Violation>,
    /// After how many steps.
    pub step: u64,
    /// How every action moved and what it came to, and every effect, in order.
    pub trace: Vec<String>,
}

/// Runs a schedule.
pub fn run(plan: &Plan, store: StoreKind) -> Outcome {
    let Ended { violation, step, trace } = match store {
        StoreKind::Memory => running::run::<InMemory>(plan),
        StoreKind::SqlCipher => running::run::<Encrypted>(plan),
    };
    Outcome { violation, step, trace }
}

/// The first of these seeds whose schedule breaks something; nothing when all hold. Runs on every processor.
pub fn first_broken(seeds: Range<u64>, late: Lateness, store: StoreKind) -> Option<(u64, Outcome)> {
    first(seeds, |seed| Some(run(&plan(seed, late), store)).filter(|outcome| outcome.violation.is_some()))
}

/// The first of these seeds whose schedule breaks something or goes another way on the encrypted store than in memory: how it went on
/// each. Nothing when all hold and go the same way.
pub fn first_different(seeds: Range<u64>, late: Lateness) -> Option<(u64, [Outcome; 2])> {
    first(seeds, |seed| {
        let both = [StoreKind::Memory, StoreKind::SqlCipher].map(|store| run(&plan(seed, late), store));
        Some(both).filter(|[one, other]| one != other || one.violation.is_some())
    })
}

/// The first of these seeds with which something is found.
fn first<T: Send>(seeds: Range<u64>, find: impl Fn(u64) -> Option<T> + Sync) -> Option<(u64, T)> {
    let next = AtomicU64::new(seeds.start);
    let found: Mutex<Option<(u64, T)>> = Mutex::new(None);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let earlier = found.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(seed, _)| *seed);
                    if seed >= seeds.end || earlier.is_some_and(|earlier| earlier < seed) {
                        return;
                    }
                    if let Some(one) = find(seed) {
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        if found.as_ref().is_none_or(|(earlier, _)| seed < *earlier) {
                            *found = Some((seed, one));
                        }
                    }
                }
            });
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The shortest schedule that breaks the same invariant, found by leaving out what can be left out.
pub fn shrink(broken: &Plan, invariant: Invariant, store: StoreKind) -> Plan {
    let breaks = |plan: &Plan| run(plan, store).violation.is_some_and(|violation| violation.invariant == invariant);
    let mut smallest = broken.clone();
    let mut length = smallest.len().div_ceil(2);
    while length > 0 {
        let mut from = 0;
        while from < smallest.len() {
            let shorter = smallest.without(from, (from + length).min(smallest.len()));
            if breaks(&shorter) {
                smallest = shorter;
            } else {
                from += length;
            }
        }
        length /= 2;
    }
    smallest
}
