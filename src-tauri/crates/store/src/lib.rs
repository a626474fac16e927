//! The encrypted profile: the only SQL of Rounds.
//!
//! [`profile`] opens it (key, lock file, cipher, migrations), [`salvage`] reads what is left of one that is damaged, [`Store`] has the one write path and the readers, and each
//! file of [`table`] is one table with what is done to it. Changes are announced after their commit.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod change;
mod codec;
mod error;
#[cfg(test)]
mod on_disk;
mod pages;

pub mod profile;
pub mod salvage;
mod store;
pub mod table;

pub use change::Change;
pub use error::StoreError;
pub use store::Store;

/// What a store call gives.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;
