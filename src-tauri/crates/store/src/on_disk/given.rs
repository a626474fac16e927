//! A real encrypted file at any schema there has been, with a full outbox: what a release of that time would have left.

use std::{
    borrow::Cow,
    fs,
    path::{Path, PathBuf},
};

use sqlx::{
    ConnectOptions, Connection, SqliteConnection,
    migrate::Migrator,
    sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use zeroize::Zeroizing;

use crate::{
    Result, Store,
    profile::{
        keyfile::{self, DatabaseKey, Unlock},
        open::{self, DATABASE, LockFile, MIGRATIONS},
    },
};

const PASSPHRASE: &str = "correct horse";

pub(super) fn unlock() -> Unlock {
    Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))
}

/// A folder with a profile in it, and the key that opens it.
pub(super) struct Given {
    pub(super) dir: tempfile::TempDir,
    pub(super) key: DatabaseKey,
}

impl Given {
    /// A profile that `migrations` made, filled by these statements.
    pub(super) async fn at(migrations: usize, filling: &str) -> Self {
        Self::in_folder(tempfile::tempdir().unwrap(), migrations, filling).await
    }

    async fn in_folder(dir: tempfile::TempDir, migrations: usize, filling: &str) -> Self {
        let key = keyfile::begin(dir.path(), &unlock(), false).unwrap();
        let given = Self { dir, key };
        fs::write(given.database(), "").unwrap();
        let mut db = given.connect().await;
        let some = MIGRATIONS.migrations.iter().take(migrations).cloned().collect();
        Migrator { migrations: Cow::Owned(some), ..Migrator::DEFAULT }.run(&mut db).await.unwrap();
        sqlx::raw_sql(sqlx::AssertSqlSafe(filling.to_owned())).execute(&mut db).await.unwrap();
        db.close().await.unwrap();
        keyfile::commit(given.dir.path()).unwrap();
        given
    }

    /// A profile of today with a full outbox.
    pub(super) async fn today() -> Self {
        let all = MIGRATIONS.migrations.len();
        Self::at(all, &filling(all)).await
    }

    /// Like [`today`](Self::today), on the file system of `folder`.
    pub(super) async fn today_in(folder: &Path) -> Self {
        let all = MIGRATIONS.migrations.len();
        Self::in_folder(tempfile::tempdir_in(folder).unwrap(), all, &filling(all)).await
    }

    pub(super) fn database(&self) -> PathBuf {
        self.dir.path().join(DATABASE)
    }

    /// A connection that keeps no more promises than SQLite itself does.
    pub(super) async fn connect(&self) -> SqliteConnection {
        let options = open::options(&self.database(), &self.key);
        options
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("secure_delete", "ON")
            .foreign_keys(true)
            .connect()
            .await
            .unwrap()
    }

    /// Opens it as the program does, but for the passphrase: stretching one takes longer than all the rest.
    pub(super) async fn open(&self) -> Result<Store> {
        open_in(self.dir.path(), &self.key).await
    }
}

pub(super) async fn open_in(dir: &Path, key: &DatabaseKey) -> Result<Store> {
    open::open_database(&dir.join(DATABASE), key, LockFile::take(dir)?).await
}

/// The migrations in their folder, by name.
pub(super) fn migrations() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations");
    let names = fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| Path::new(name).extension().is_some_and(|end| end == "sql")).collect();
    names.sort();
    names
}

/// The outbox of a profile at the schema that the first `migrations` make.
pub(super) fn filling(migrations: usize) -> String {
    let name = &self::migrations()[migrations - 1];
    let path = format!("{}/src/on_disk/outbox_at/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|_| {
        panic!(
            "migrations/{name} has no filling: nothing shows that an outbox at its schema survives the next migration. Copy the \
             file of the migration before it in src/on_disk/outbox_at to {name} and change it to what a profile at this schema \
             holds: actions in every state, drafts, the items and connections they need, new columns filled in."
        )
    })
}

/// Every file of a folder with what is in it, but for the index of the log: that is memory, not a file.
pub(super) fn files(dir: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(dir).unwrap().map(|file| file.unwrap()).filter(|file| file.file_type().unwrap().is_file());
    let named = files.map(|file| (file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).unwrap()));
    named.filter(|(name, _)| !name.ends_with("-shm") && name != "lock").collect()
}

pub(super) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for (name, bytes) in files(from) {
        fs::write(to.join(name), bytes).unwrap();
    }
}
