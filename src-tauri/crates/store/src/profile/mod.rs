//! A profile on disk: one folder, one key, one process.
//!
//! ```text
//! key.json    the database key, wrapped once for each way to unlock, and its salt (no patient data)
//! lock        held while the profile is open
//! rounds.db   everything else, encrypted; with -wal and -shm beside it
//! ```

pub mod keyfile;
pub(crate) mod open;

pub use open::{LockFile, create, open};
