//! How Rounds speaks HTTP to any system: what is sent how, how much of a reply is read, and what went wrong in words.
//!
//! What holds for every request: TLS is verified; plain `http` goes to this machine only; no redirect is followed; a
//! reply is read up to a limit; nothing is sent again by itself (RELIABILITY.md, "The outbox" and "Safety at the desk").

pub(crate) mod address;
mod client;
pub(crate) mod outcome;
mod politeness;
mod reach;
pub(crate) mod retry_after;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trouble;

pub(crate) use client::{Limits, Turn, Wire};
pub(crate) use trouble::Reply;

/// The longest reply that is read as data: a page of cases with file contents in it.
pub(crate) const PAGE_LIMIT: usize = 64 << 20;
/// The longest reply that is read as one file: what the longest is that can be attached anywhere.
pub(crate) const BLOB_LIMIT: usize = 45 << 20;
/// The most values that a reply may hold: a value in memory is many times as long as `0,` on the wire. The longest page that
/// a system documents holds a third of it.
pub(crate) const VALUE_LIMIT: usize = 4_000_000;
/// The most records that are taken from one page: several times the longest that a system documents.
pub(crate) const RECORD_LIMIT: usize = 20_000;
