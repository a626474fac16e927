//! The outbox as pure decisions (RELIABILITY.md, "The outbox").
//!
//! [`lanes`] says which actions may be worked on now, [`step`](transition::step) what to do with one, and
//! [`after`](transition::after) where it stands once something happened. [`finding`] reads a doubtful action's proof.

pub mod finding;
pub mod lanes;
pub mod person;
pub mod transition;
