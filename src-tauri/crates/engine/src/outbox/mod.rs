//! The outbox as pure decisions (RELIABILITY.md, "The outbox").
//!
//! [`lanes`] says which actions may be worked on now, [`step`](transition::step) what to do with one, and
//! [`after`](transition::after) where it stands once something happened. [`finding`] reads a doubtful action's proof, [`conflict`] compares what it touches, [`pass`]
//! says whether a connection is worked on any further, [`person`] what a person may decide.

pub mod conflict;
mod doubt;
pub mod finding;
pub mod lanes;
pub mod pass;
pub mod person;
#[cfg(test)]
pub(crate) mod testing;
pub mod transition;
