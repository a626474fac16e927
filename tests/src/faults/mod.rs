//! Fault schedules: people at their desks, servers that do not answer, programs that are killed, and the twelve invariants
//! checked after every step against what the servers themselves have on record (`docs/reliability.md`).
//!
//! A seed makes a [`Plan`] before anything runs; [`run`] runs the very code that ships (`sync`, `engine`, and one of two stores) on
//! a clock that moves only when nobody has anything to do. A violation is made smaller until nothing more can be left out.

mod chaos;
mod check;
mod encrypted;
mod memory;
mod plan;
mod sim;
mod world;

pub use self::{
    check::{Invariant, Violation},
    plan::{Lateness, Plan, plan},
};
use self::{encrypted::Encrypted, memory::InMemory, world::Ended};

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
    /// What every action came to and every effect, in order.
    pub trace: Vec<String>,
}

/// Runs a schedule.
pub fn run(plan: &Plan, store: StoreKind) -> Outcome {
    let Ended { violation, step, trace } = match store {
        StoreKind::Memory => world::run::<InMemory>(plan),
        StoreKind::SqlCipher => world::run::<Encrypted>(plan),
    };
    Outcome { violation, step, trace }
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
