//! Faults on demand: what can go wrong, which requests it strikes, and the list in force.

mod apply;
mod kinds;
mod list;
mod spoil;

pub(crate) use apply::{Outcome, carry_out};
pub(crate) use kinds::Distortion;
pub use kinds::{ContentLength, Fault};
pub(crate) use list::Faults;
pub use list::{FaultId, FaultSpec, Match, PlacedFault};
