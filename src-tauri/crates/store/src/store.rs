//! The one write path and the readers.

use std::{
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex as SyncMutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{FutureExt, future::BoxFuture};
use rounds_domain::planted::{Point, reached};
use sqlx::{Connection, SqliteConnection};
use tokio::sync::{Mutex, Semaphore, broadcast};

use crate::{Change, Result, StoreError, profile::LockFile, table::search};

/// For how long closing waits for what is being read.
const READING: Duration = Duration::from_secs(10);

/// An open profile. Cheap to clone; all clones are closed together.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    writer: Mutex<Option<SqliteConnection>>,
    readers: SyncMutex<Option<Vec<SqliteConnection>>>,
    reader_free: Semaphore,
    readers_made: usize,
    changes: broadcast::Sender<Arc<[Change]>>,
    revision: AtomicU64,
    /// Whether something was read that is not as it was written: from then on nothing is written.
    damaged: AtomicBool,
    lock: SyncMutex<Option<LockFile>>,
}

/// A write transaction: the connection, and what is to be announced once it is committed.
pub(crate) struct Write<'c> {
    pub(crate) db: &'c mut SqliteConnection,
    changes: Vec<Change>,
}

impl Write<'_> {
    pub(crate) fn announce(&mut self, change: Change) {
        if !self.changes.contains(&change) {
            self.changes.push(change);
        }
    }
}

impl Store {
    pub(crate) fn assemble(writer: SqliteConnection, readers: Vec<SqliteConnection>, lock: LockFile) -> Self {
        let (changes, _) = broadcast::channel(1024);
        Self {
            inner: Arc::new(Inner {
                writer: Mutex::new(Some(writer)),
                reader_free: Semaphore::new(readers.len()),
                readers_made: readers.len(),
                readers: SyncMutex::new(Some(readers)),
                changes,
                revision: AtomicU64::new(0),
                damaged: AtomicBool::new(false),
                lock: SyncMutex::new(Some(lock)),
            }),
        }
    }

    /// What changed, after each commit that changed something. A receiver that lags has missed some and must look again.
    pub fn changes(&self) -> broadcast::Receiver<Arc<[Change]>> {
        self.inner.changes.subscribe()
    }

    /// A number that grows with every announced change: what was read under one number still holds while it stays.
    pub fn revision(&self) -> u64 {
        self.inner.revision.load(Ordering::Acquire)
    }

    /// Runs `work` in one transaction on the only connection that writes. It runs to its end even when the caller goes
    /// away: a transaction that is dropped half-way would poison the connection.
    pub(crate) async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Write<'_>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let running = tokio::spawn(async move {
            let mut writer = inner.writer.lock().await;
            let db = writer.as_mut().ok_or(StoreError::Locked)?;
            if inner.damaged.load(Ordering::Acquire) {
                return Err(StoreError::Damaged);
            }
            sqlx::query("BEGIN IMMEDIATE").execute(&mut *db).await?;
            let mut write = Write { db, changes: Vec::new() };
            // A program error inside must not leave the transaction open: nothing could be saved any more.
            let worked = AssertUnwindSafe(async { work(&mut write).await }).catch_unwind().await;
            let done = match worked.unwrap_or_else(|_| Err(ended_unexpectedly())) {
                Ok(value) => {
                    reached(Point::BeforeCommit);
                    let committed = sqlx::query("COMMIT").execute(&mut *write.db).await;
                    reached(Point::AfterCommit);
                    committed.map(|_| value).map_err(StoreError::from)
                }
                Err(error) => Err(error),
            };
            let changes = std::mem::take(&mut write.changes);
            match done {
                Ok(value) => {
                    drop(writer);
                    inner.announce(changes);
                    Ok(value)
                }
                Err(error) => {
                    // A full disk may have rolled back by itself; then there is nothing to undo.
                    let _ = sqlx::query("ROLLBACK").execute(&mut *write.db).await;
                    inner.quarantine_if_damaged(&error);
                    Err(error)
                }
            }
        });
        running.await.map_err(|_| ended_unexpectedly())?
    }

    /// Runs `work` on a read-only connection, in one read transaction, so that all it reads is of one moment.
    pub(crate) async fn read<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let inner = Arc::clone(&self.inner);
        let running = tokio::spawn(async move {
            let _turn = inner.reader_free.acquire().await.map_err(|_| StoreError::Locked)?;
            let mut db = inner.take_reader()?;
            let result = read_transaction(&mut db, work).await;
            if let Err(error) = &result {
                inner.quarantine_if_damaged(error);
            }
            inner.give_reader_back(db);
            result
        });
        running.await.map_err(|_| ended_unexpectedly())?
    }

    /// Closes the profile: every later call answers [`StoreError::Locked`]. Waits for what is being written.
    pub async fn close(&self) -> Result<()> {
        // Whoever reads comes to an end first: the lock must not be given back while a file is still open.
        let readers = u32::try_from(self.inner.readers_made).unwrap_or(u32::MAX);
        let _ended = tokio::time::timeout(READING, self.inner.reader_free.acquire_many(readers)).await;
        self.inner.reader_free.close();
        let readers = self.inner.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let mut readers = readers.into_iter().flatten();
        // The last connection that can write folds the log into the file. A damaged file is left as it is, so the last one
        // to be closed is then one that only reads.
        let is_damaged = self.inner.damaged.load(Ordering::Acquire);
        let last = readers.next().filter(|_| is_damaged);
        for reader in readers {
            reader.close().await?;
        }
        let writer = self.inner.writer.lock().await.take();
        if let Some(mut writer) = writer {
            if !is_damaged {
                // Leaves one file behind; when it cannot, the WAL holds everything and the next start goes on from it.
                let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut writer).await;
            }
            writer.close().await?;
        }
        if let Some(last) = last {
            last.close().await?;
        }
        self.inner.lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        Ok(())
    }

    /// Whether the file holds together, in SQLite's own words; empty when it does.
    pub async fn check_integrity(&self) -> Result<Vec<String>> {
        let mut found: Vec<String> = self
            .read(|db| Box::pin(async move { Ok(sqlx::query_scalar("PRAGMA quick_check").fetch_all(&mut *db).await?) }))
            .await?;
        // Of the search index SQLite 3.50 says so after a merge of segments, until the next write, though nothing is wrong
        // with it. The index itself is asked instead, on the connection that writes it.
        found.retain(|line| line != "ok" && !line.starts_with("malformed inverted index for FTS5 table"));
        let searched = self.write(|write| Box::pin(search::check(write.db))).await;
        if matches!(searched, Err(StoreError::Damaged)) {
            found.push("the search index does not hold together".to_owned());
        } else {
            searched?;
        }
        Ok(found)
    }
}

async fn read_transaction<T, F>(db: &mut SqliteConnection, work: F) -> Result<T>
where
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T>>,
{
    sqlx::query("BEGIN").execute(&mut *db).await?;
    let result = AssertUnwindSafe(async { work(&mut *db).await }).catch_unwind().await;
    sqlx::query("ROLLBACK").execute(&mut *db).await?;
    result.unwrap_or_else(|_| Err(ended_unexpectedly()))
}

fn ended_unexpectedly() -> StoreError {
    StoreError::Database("it ended unexpectedly".into())
}

impl Inner {
    fn quarantine_if_damaged(&self, error: &StoreError) {
        if matches!(error, StoreError::Damaged) && !self.damaged.swap(true, Ordering::AcqRel) {
            tracing::error!(kind = error.kind(), "nothing more is written to this profile");
        }
    }

    fn announce(&self, changes: Vec<Change>) {
        if !changes.is_empty() {
            self.revision.fetch_add(1, Ordering::AcqRel);
            // Nobody listening is fine.
            let _ = self.changes.send(changes.into());
        }
    }

    fn take_reader(&self) -> Result<SqliteConnection> {
        let mut readers = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        readers.as_mut().and_then(Vec::pop).ok_or(StoreError::Locked)
    }

    fn give_reader_back(&self, db: SqliteConnection) {
        let mut readers = self.readers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(readers) = readers.as_mut() {
            readers.push(db);
        }
    }
}
