//! Opening a profile: lock file, cipher, migrations, one writer, read-only readers.

use std::{fs, path::Path, time::Duration};

use rounds_domain::planted::{Bug, is_planted};
use sqlx::{
    ConnectOptions, Connection, Row, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous},
};

use super::keyfile::{self, DatabaseKey, Unlock};
use crate::{Result, Store, StoreError, pages::Image, salvage, table::outgoing_file};

pub(crate) const DATABASE: &str = "rounds.db";
const LOCK: &str = "lock";
/// How many readers there are: the window's query, a count, and one to spare.
const READERS: usize = 3;

/// Page caches, in KiB and negative, as SQLite wants them. A page that is not in the cache is read, checked and decrypted
/// anew, which costs more than all else in a search: what is filtered and sorted of 100,000 items has to fit.
const READER_CACHE: &str = "-98304";
const WRITER_CACHE: &str = "-32768";

/// Keeps every other process out of the profile until it is dropped.
#[derive(Debug)]
pub struct LockFile(#[allow(dead_code)] fs::File);

impl LockFile {
    pub(crate) fn take(dir: &Path) -> Result<Self> {
        let path = dir.join(LOCK);
        let mut options = fs::OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(fs::TryLockError::WouldBlock) => Err(StoreError::InUse),
            Err(fs::TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// Makes a new profile in `dir`, which may exist but must hold none. The key file gets its name last: until then nobody has
/// worked in the profile, and making it again goes on where it was interrupted.
pub async fn create(dir: &Path, unlock: Unlock) -> Result<Store> {
    make_folder(dir)?;
    let lock = LockFile::take(dir)?;
    let database = dir.join(DATABASE);
    let has_database = fs::exists(&database)?;
    let key = in_background({
        let dir = dir.to_owned();
        move || keyfile::begin(&dir, &unlock, has_database)
    })
    .await?;
    if !has_database {
        keyfile::open_new(&database)?;
    }
    let store = open_database(&database, &key, lock).await?;
    keyfile::commit(dir)?;
    Ok(store)
}

/// Makes the folder of a profile, for its owner alone. One that holds things already keeps its permissions: it may be
/// shared with others, and every file of the profile is closed to them anyway.
pub(crate) fn make_folder(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir)?;
    #[cfg(unix)]
    if fs::read_dir(dir)?.next().is_none() {
        fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    }
    Ok(())
}

/// Opens the profile in `dir`. A wrong key leaves every byte as it was.
pub async fn open(dir: &Path, unlock: Unlock) -> Result<Store> {
    if !keyfile::exists(dir) {
        return Err(StoreError::NoProfile);
    }
    let lock = LockFile::take(dir)?;
    let key = in_background({
        let dir = dir.to_owned();
        move || keyfile::open(&dir, &unlock)
    })
    .await?;
    let database = dir.join(DATABASE);
    if !database.exists() {
        return Err(missing());
    }
    salvage::refuse_again(dir)?;
    if fs::metadata(&database)?.len() == 0 {
        return Err(StoreError::Damaged);
    }
    open_database(&database, &key, lock).await
}

pub(crate) fn missing() -> StoreError {
    StoreError::Refused(
        "The profile's database file is missing. Nothing was created in its place; put the file back.".into(),
    )
}

/// Stretching a passphrase takes a while and the keychain may wait for its person: neither on a runtime thread.
pub(crate) async fn in_background<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|_| StoreError::Database("it ended unexpectedly".into()))?
}

pub(crate) fn options(path: &Path, key: &DatabaseKey) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .pragma("key", key.pragma().to_string())
        .pragma("temp_store", "MEMORY")
        .locking_mode(SqliteLockingMode::Normal)
        .busy_timeout(Duration::from_secs(10))
        .statement_cache_capacity(200)
        .disable_statement_logging()
}

/// Every migration there is.
pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../../migrations");

/// Whether every page of a database is whole, by reading it without SQLite.
async fn is_whole(path: &Path, key: &DatabaseKey) -> Result<bool> {
    let (path, key) = (path.to_owned(), key.clone());
    in_background(move || Image::of(&path, &key.key, key.salt)?.is_whole()).await
}

/// Looks at a database before it is opened for writing: a writer that cannot read the file would still fold the WAL into it
/// and remove it when it is closed.
async fn look(path: &Path, key: &DatabaseKey) -> Result<()> {
    if fs::metadata(path)?.len() > 0 && !is_whole(path, key).await? {
        return Err(StoreError::Damaged);
    }
    let mut reader = options(path, key).read_only(true).connect().await?;
    let readable = match assert_cipher(&mut reader).await {
        Ok(()) => assert_known(&mut reader).await,
        error => error,
    };
    reader.close().await?;
    readable
}

/// A newer program may keep things that this one would not see, and not keep.
async fn assert_known(connection: &mut SqliteConnection) -> Result<()> {
    let has_any: i64 = sqlx::query_scalar("SELECT count(*) FROM sqlite_schema WHERE name = '_sqlx_migrations'")
        .fetch_one(&mut *connection)
        .await?;
    if has_any == 0 {
        return Ok(());
    }
    let newest: Option<i64> =
        sqlx::query_scalar("SELECT max(version) FROM _sqlx_migrations").fetch_one(&mut *connection).await?;
    let known = MIGRATIONS.iter().map(|migration| migration.version).max();
    if newest > known { Err(StoreError::Newer) } else { Ok(()) }
}

pub(crate) async fn open_database(path: &Path, key: &DatabaseKey, lock: LockFile) -> Result<Store> {
    look(path, key).await?;
    let mut writer = options(path, key)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .pragma("secure_delete", "ON")
        .pragma("cache_size", WRITER_CACHE)
        // Pages. A pull touches the same pages of the indexes again and again; four times SQLite's own figure wrote 11 %
        // less of them.
        .pragma("wal_autocheckpoint", "4000")
        .foreign_keys(true)
        .connect()
        .await?;
    assert_cipher(&mut writer).await?;
    MIGRATIONS.run(&mut writer).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::VersionMissing(_) => StoreError::Newer,
        sqlx::migrate::MigrateError::Execute(error) => error.into(),
        other => StoreError::Database(other.to_string()),
    })?;
    if is_planted(Bug::UpgradeEmptiesOutbox) {
        sqlx::query("DELETE FROM action").execute(&mut writer).await?;
    }
    outgoing_file::tidy(&mut writer).await?;
    let mut readers = Vec::with_capacity(READERS);
    for _ in 0..READERS {
        let reader = options(path, key)
            .read_only(true)
            .pragma("query_only", "1")
            .pragma("wal_autocheckpoint", "0")
            .pragma("cache_size", READER_CACHE)
            .connect()
            .await?;
        readers.push(reader);
    }
    Ok(Store::assemble(writer, readers, lock))
}

/// A plain SQLite would ignore the key and write everything in the clear.
async fn assert_cipher(connection: &mut SqliteConnection) -> Result<()> {
    let row = sqlx::query("PRAGMA cipher_version").fetch_optional(&mut *connection).await?;
    let version: Option<String> = row.and_then(|row| row.try_get(0).ok());
    if version.is_none_or(|version| version.is_empty()) {
        return Err(StoreError::Refused("This build has no encryption. Nothing was written.".into()));
    }
    sqlx::query("SELECT count(*) FROM sqlite_master").fetch_one(&mut *connection).await?;
    connection.ping().await?;
    Ok(())
}
