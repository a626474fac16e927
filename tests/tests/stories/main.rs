//! Stories of a clinic: the real core and the real encrypted file, with the simulator for the remote system.
//!
//! The judge of "exactly once" is the simulator's own record of what it applied.

#![allow(missing_docs, clippy::unwrap_used)]

mod accessioning;
mod all_systems;
mod attachments;
mod case_actions;
mod clinic;
mod clocks;
mod damaged;
mod ehealth;
mod first_pull;
mod genomics;
mod hands;
mod imaging;
mod key_changed;
mod killed;
mod lost_replies;
mod messages;
mod names;
mod offline;
mod own_process;
mod programs;
mod reading_room;
mod refusals;
mod same_person;
mod settings;
mod spoiled_items;
mod spoiled_pages;
mod two_connections;
mod upstream;
mod values;
