//! Making and opening a profile's store.
//!
//! On a thread of its own: the migrations' future cannot be proven to be `Send` (a lifetime of sqlx's `Acquire`), which
//! the futures of commands must be. So it also runs to its end when the window that asked goes away.

use std::path::Path;

use rounds_store::{
    Store, StoreError,
    profile::{self, keyfile::Unlock},
};
use tokio::{runtime::Handle, task::spawn_blocking};

/// Makes a new profile in `dir`.
pub(crate) async fn create(dir: &Path, unlock: Unlock) -> Result<Store, StoreError> {
    let (dir, runtime) = (dir.to_owned(), Handle::current());
    finished(spawn_blocking(move || runtime.block_on(profile::create(&dir, unlock))).await)
}

/// Opens the profile in `dir`.
pub(crate) async fn open(dir: &Path, unlock: Unlock) -> Result<Store, StoreError> {
    let (dir, runtime) = (dir.to_owned(), Handle::current());
    finished(spawn_blocking(move || runtime.block_on(profile::open(&dir, unlock))).await)
}

fn finished(done: Result<Result<Store, StoreError>, tokio::task::JoinError>) -> Result<Store, StoreError> {
    done.unwrap_or_else(|_| Err(StoreError::Database("opening it ended unexpectedly".into())))
}
