//! One file per table, with everything that is done to it.

pub mod action;
pub mod around;
pub mod attachment;
pub mod candidate;
pub mod connection;
pub mod draft;
pub mod item;
pub mod made;
pub mod outgoing_file;
pub(crate) mod person;
pub mod preference;
pub mod rejected;
pub mod same_person;
pub mod search;
pub mod slice;
pub mod worklist;
