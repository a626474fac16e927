//! How Rounds speaks HTTP to any system: what is sent how, how much of a reply is read, and what went wrong in words.
//!
//! What holds for every request: TLS is verified; plain `http` goes to this machine only; no redirect is followed; a
//! reply is read up to a limit; nothing is sent again by itself (RELIABILITY.md, "The outbox" and "Safety at the desk").

pub(crate) mod address;
mod client;
pub(crate) mod outcome;
mod politeness;
mod retry_after;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod trouble;

pub(crate) use client::{Limits, Turn, Wire};
pub(crate) use trouble::Reply;

/// The longest reply that is read as data: a page of cases with file contents in it.
pub(crate) const PAGE_LIMIT: usize = 64 << 20;
/// The longest reply that is read as one file.
pub(crate) const BLOB_LIMIT: usize = 32 << 20;
