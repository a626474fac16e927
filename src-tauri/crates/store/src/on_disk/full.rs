//! A disk that is full, and one that fails, for real: in a process of its own, on a file system that holds a megabyte or
//! under the system's limit for a file. Each is told as what it is, never as damage; and the same open store goes on when the
//! cause is gone.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use rounds_domain::{action::Action, ids::ActionId, outbox::OutboxState};
use sqlx::AssertSqlSafe;

use super::given::{Given, unlock};
use crate::{Result, Store, StoreError, profile};

/// Set in the process that runs on the small disk: which folder that is.
const FOLDER: &str = "ROUNDS_TEST_SMALL_DISK";

/// This test alone, in a process that `start` prepares; it is told its folder.
fn in_a_process_of_its_own(test: &str, start: &[&str], folder: &Path) -> Output {
    let me = std::env::current_exe().unwrap();
    let (program, words) = start.split_first().unwrap();
    let mut command = Command::new(program);
    command.args(words).arg(me).args(["--exact", test, "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    command.output().unwrap_or_else(|error| panic!("{program}: {error}"))
}

fn told(output: &Output) -> String {
    format!("{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// How this machine lets us have a file system of our own: as anybody in a name space of their own, or by `sudo`.
fn own_file_systems(mount: &str) -> Option<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [&["unshare", "-Urm"], &["sudo", "-n", "--preserve-env", "unshare", "-m"]];
    ways.into_iter().find(|way| {
        let folder = tempfile::tempdir().unwrap();
        let mut tried = Command::new(way[0]);
        tried.args(&way[1..]).args(["sh", "-c", mount, "sh", "true"]).env(FOLDER, folder.path());
        tried.output().is_ok_and(|output| output.status.success())
    })
}

/// A profile with a connection and cases, and what was saved in it meanwhile.
struct Desk {
    given: Given,
    store: Store,
    /// What one of these actions looks like.
    pattern: Action,
    saved: Vec<ActionId>,
}

impl Desk {
    async fn in_folder(folder: &Path) -> Self {
        let given = Given::today_in(folder).await;
        let store = given.open().await.unwrap();
        let pattern =
            store.unsettled(None).await.unwrap().into_iter().find(|action| action.state == OutboxState::Held).unwrap();
        Self { given, store, pattern, saved: Vec::new() }
    }

    async fn save(&mut self, length: usize) -> Result<()> {
        let mut action = Action { id: ActionId(uuid::Uuid::now_v7()), ..self.pattern.clone() };
        action.fields.insert("text".into(), "made up ".repeat(length).into());
        let saved = self.store.submit(action).await?;
        self.saved.push(saved.id);
        Ok(())
    }

    /// Saves until something cannot be saved, and tells why not.
    async fn save_until_refused(&mut self) -> StoreError {
        for _ in 0..2_000 {
            if let Err(error) = self.save(200).await {
                return error;
            }
        }
        panic!("nothing was ever refused");
    }

    /// What was called saved is there, and nothing else.
    async fn holds(&self, told: &str) {
        let all = self.store.unsettled(None).await.unwrap();
        let there: Vec<ActionId> = all.iter().rev().take(self.saved.len()).rev().map(|action| action.id).collect();
        assert!(
            there == self.saved && all.len() == UNSETTLED + self.saved.len(),
            "{told}: what was called saved, and nothing else"
        );
    }

    /// The cause is gone: the same store goes on.
    async fn goes_on(&mut self, told: &str) {
        self.holds(told).await;
        self.save(1)
            .await
            .unwrap_or_else(|error| panic!("{told}: the cause is gone and the store still refuses: {error}"));
        self.holds(told).await;
        assert_eq!(self.store.check_integrity().await.unwrap(), Vec::<String>::new(), "{told}");
    }

    async fn opens_again(self) {
        self.store.close().await.unwrap();
        let again = self.given.open().await.unwrap_or_else(|error| panic!("it is no damage: {error}"));
        assert_eq!(again.unsettled(None).await.unwrap().len(), UNSETTLED + self.saved.len());
        again.close().await.unwrap();
    }
}

/// How many unsettled actions there are from the beginning.
const UNSETTLED: usize = 14;

#[test]
fn a_full_disk_is_told_as_such_and_the_same_store_goes_on_when_there_is_space() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        runtime.block_on(on_a_full_disk(Path::new(&folder)));
        println!("the full disk was seen");
        return;
    }
    let mount = format!("mount -t tmpfs -o size=3m tmpfs \"${FOLDER}\" && exec \"$@\"");
    let Some(way) = own_file_systems(&mount) else {
        // What a machine that gives us none can show: the same answer of SQLite, of a database that may not grow.
        println!("no file system of our own is to be had here: SQLite's own limit takes its place");
        runtime.block_on(at_sqlites_own_limit());
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let test = "on_disk::full::a_full_disk_is_told_as_such_and_the_same_store_goes_on_when_there_is_space";
    let start = [way, &["sh", "-c", &mount, "sh"]].concat();
    let output = in_a_process_of_its_own(test, &start, folder.path());
    assert!(output.status.success() && told(&output).contains("the full disk was seen"), "{}", told(&output));
}

async fn on_a_full_disk(folder: &Path) {
    let mut desk = Desk::in_folder(folder).await;
    let ballast = folder.join("ballast");
    // With the disk filled up but for so many bytes: the want of space is met at another write each time.
    for left in (0..40_000).step_by(4_096) {
        let told = format!("{left} bytes were left");
        fill(&ballast, left);
        let error = desk.save_until_refused().await;
        assert!(matches!(error, StoreError::DiskFull), "{told}: {error:?}");
        desk.holds(&format!("{told}, and reading goes on")).await;
        fs::remove_file(&ballast).unwrap();
        desk.goes_on(&told).await;
    }
    fill(&ballast, 0);
    let refused = profile::create(&folder.join("other"), unlock()).await;
    assert!(matches!(refused, Err(StoreError::DiskFull)), "making a profile: {:?}", refused.err());
    fs::remove_file(&ballast).unwrap();
    desk.opens_again().await;
}

/// Fills the disk but for so many bytes.
fn fill(ballast: &Path, left: u64) {
    use std::io::Write;
    let mut file = fs::File::create(ballast).unwrap();
    let full = loop {
        if let Err(error) = file.write_all(&[7; 4_096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), std::io::ErrorKind::StorageFull);
    let length = file.metadata().unwrap().len();
    file.set_len(length.saturating_sub(left)).unwrap();
}

#[tokio::test]
async fn a_database_that_may_not_grow_is_told_as_a_full_disk() {
    at_sqlites_own_limit().await;
}

async fn at_sqlites_own_limit() {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::in_folder(folder.path()).await;
    let limit = async |desk: &Desk, pages: u32| {
        let limited = desk.store.write(move |write| {
            Box::pin(async move {
                let sql = AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
                Ok(sqlx::query_scalar::<_, u32>(sql).fetch_one(&mut *write.db).await?)
            })
        });
        limited.await.unwrap()
    };
    // A limit below what there is means what there is.
    let pages = limit(&desk, 1).await;
    for more in 0..6 {
        limit(&desk, pages + more).await;
        let error = desk.save_until_refused().await;
        assert!(matches!(error, StoreError::DiskFull), "{more} more pages: {error:?}");
    }
    limit(&desk, 100_000).await;
    desk.goes_on("the limit is lifted").await;
    desk.opens_again().await;
}

#[test]
fn a_write_that_fails_is_told_as_such_and_the_same_store_goes_on_when_writes_succeed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let Some(folder) = std::env::var_os(FOLDER) {
        runtime.block_on(where_writes_fail(Path::new(&folder)));
        println!("the failed writes were seen");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let test = "on_disk::full::a_write_that_fails_is_told_as_such_and_the_same_store_goes_on_when_writes_succeed";
    // Beyond the limit for a file the system would rather end the process than fail the write.
    let output = in_a_process_of_its_own(test, &["sh", "-c", "trap '' XFSZ && exec \"$@\"", "sh"], folder.path());
    assert!(output.status.success() && told(&output).contains("the failed writes were seen"), "{}", told(&output));
}

async fn where_writes_fail(folder: &Path) {
    let mut desk = Desk::in_folder(folder).await;
    let log = desk.given.database().with_extension("db-wal");
    // The log may grow by so many bytes: another write of the transaction fails each time, in the middle of a page too.
    for more in (0..24_000).step_by(1_500) {
        let told = format!("{more} more bytes");
        limit_files(&(fs::metadata(&log).unwrap().len() + more).to_string());
        let error = desk.save_until_refused().await;
        assert!(matches!(error, StoreError::DiskFailed(_)), "{told}: {error:?}");
        desk.holds(&format!("{told}, and reading goes on")).await;
        limit_files("unlimited");
        desk.goes_on(&told).await;
    }
    desk.opens_again().await;
}

/// No file of this process may be longer than that.
fn limit_files(bytes: &str) {
    let me = std::process::id().to_string();
    let output = Command::new("prlimit").args(["--pid", &me, &format!("--fsize={bytes}:")]).output();
    let output = output.unwrap_or_else(|error| panic!("prlimit (util-linux) sets the limit of this test: {error}"));
    assert!(output.status.success(), "{}", told(&output));
}
