//! What Rounds is about, without any machinery: work items, patients, actions, and the rules between them.
//!
//! Nothing here is async, does I/O or reads a clock: time and identifiers are passed in. The words are those of
//! `ARCHITECTURE.md`; a remote's own words are kept beside them, never instead of them.

pub mod action;
pub mod around;
pub mod declare;
pub mod detail;
pub mod error;
pub mod file;
#[cfg(feature = "fuzz")]
pub mod fuzz;
pub mod ids;
pub mod item;
pub mod link;
pub mod moment;
pub mod outbox;
pub mod patient;
pub mod planted;
pub mod projection;
pub mod pull;
pub mod query;
pub mod reply;
pub mod same_person;
pub mod secret;
pub mod text;
pub mod view;
