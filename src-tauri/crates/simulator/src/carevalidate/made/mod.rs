//! Made-up cases, each from (seed, index) alone: nothing is kept of a case that nobody edited.

mod activity;
mod case;
mod catalog;
mod decisions;
mod events;
mod files;
mod forms;
mod orders;
mod payments;
mod questions;
mod skeleton;
mod talk;

pub(crate) use case::{Parts, case, foreign_id};
pub(crate) use files::contents;
pub(crate) use skeleton::{Plot, Status, skeleton};

use crate::dice::Dice;
use crate::people::{CLINICIANS, Clinician};

use super::wire::User;

/// The sections of a case, each with dice of its own.
#[derive(Clone, Copy)]
pub(crate) enum Section {
    Skeleton,
    Head,
    Forms,
    Talk,
    Decisions,
    Orders,
    Payments,
    Events,
    Files,
    Activity,
    Foreign,
}

const CASES: u64 = 0x63_6173_6573;

fn dice(seed: u64, index: u32, section: Section) -> Dice {
    Dice::new(seed, &[CASES, u64::from(index), section as u64])
}

/// A clinician as a Basic User.
pub(crate) fn user(who: &'static Clinician) -> User {
    User { id: Some(who.id.into()), first_name: who.first.into(), last_name: who.last.into(), email: None }
}

fn clinician(index: usize) -> &'static Clinician {
    &CLINICIANS[index % CLINICIANS.len()]
}
