//! A made-up remote system with every ability that the seam knows: password and PIN, a status that is compared before it is set,
//! values where the last write wins, comments that can be taken back, tags, items that are made here, a mark that the client makes, an
//! asynchronous job, look-up, files.
//!
//! Like any system it is this folder and one line in a registry ([`KINDS`]); `tests/tests/tidy.rs` looks that nothing else
//! knows it. [`server`] is what it is upstream, [`client`] how Rounds speaks to it, [`declare`] what it says of itself. Whether
//! a call arrives, and its answer comes back, is its [`Line`](line::Line)'s: stories have one where everything does, the fault
//! schedules one where little does.

pub mod client;
pub mod declare;
pub mod line;
pub mod server;

use rounds_remote::registry::Kind;

/// Its line in the registry.
pub const KINDS: &[Kind] = &[Kind { declare: declare::declare, connect: client::connect }];

/// The word that names it.
pub const NAME: &str = "toy";
