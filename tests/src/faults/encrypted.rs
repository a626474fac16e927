//! The encrypted store under the schedules: real files, one thread that waits for them, so that a seed still decides everything.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Fields},
    around::Around,
    ids::{ActionId, ConnectionId, ItemId},
    projection::WorklistRow,
    pull::Slice,
};
use rounds_store::{
    Change, Store, StoreError,
    profile::{self, keyfile::Unlock},
    table::{
        action::{End, Ending},
        connection::{Connection, ConnectionEdit, NewConnection, Tally},
        item::{Applied, PageWrite, ReadAgain, StoredItem},
        made::Making,
        slice::{FeedProgress, SliceRow},
    },
};
use rounds_sync::Keep;
use tempfile::TempDir;
use tokio::sync::broadcast::Receiver;
use zeroize::Zeroizing;

use super::world::{RUNTIME, Shelf};

type Kept<T> = Result<T, StoreError>;

/// A store whose verbs are done when they answer: whoever calls waits.
#[derive(Clone)]
pub(super) struct Waiting(Store);

/// A profile on a disk.
pub(super) struct Encrypted {
    folder: TempDir,
}

/// One profile is opened at a time, as in a program that has one: SQLCipher's first steps are not for two threads at once.
static OPENING: Mutex<()> = Mutex::new(());

fn one_at_a_time() -> MutexGuard<'static, ()> {
    OPENING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unlock() -> Unlock {
    Unlock::Passphrase(Zeroizing::new("seven quiet herons at dusk".to_owned()))
}

impl Shelf for Encrypted {
    type Store = Waiting;

    fn new() -> Self {
        let _turn = one_at_a_time();
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no folder for a profile: {error}"));
        let made = RUNTIME.block_on(profile::create(folder.path(), unlock()));
        let store = made.unwrap_or_else(|error| panic!("no profile: {error}"));
        RUNTIME.block_on(store.close()).unwrap_or_else(|error| panic!("it does not close: {error}"));
        Self { folder }
    }

    fn open(&self) -> Kept<Waiting> {
        let _turn = one_at_a_time();
        RUNTIME.block_on(profile::open(self.folder.path(), unlock())).map(Waiting)
    }

    fn dropped(&self, store: Waiting) {
        // The next one to open it wants its lock.
        let _ = RUNTIME.block_on(store.0.close());
    }

    fn integrity(&self, store: &Waiting) -> Vec<String> {
        RUNTIME.block_on(store.0.check_integrity()).unwrap_or_else(|error| vec![error.kind().to_owned()])
    }
}

macro_rules! waits {
    ($($verb:ident($($name:ident: $type:ty),*) -> $answer:ty;)+) => {
        $(async fn $verb(&self, $($name: $type),*) -> Kept<$answer> {
            RUNTIME.block_on(self.0.$verb($($name),*))
        })+
    };
}

impl Keep for Waiting {
    fn changes(&self) -> Receiver<Arc<[Change]>> {
        self.0.changes()
    }

    waits! {
        close() -> ();
        connections() -> Vec<Connection>;
        connection(id: ConnectionId) -> Connection;
        add_connection(new: NewConnection, now: DateTime<Utc>) -> Connection;
        remove_connection(id: ConnectionId) -> ();
        tally(id: ConnectionId) -> Tally;
        around(id: ConnectionId) -> Option<(Around, DateTime<Utc>)>;
        keep_around(id: ConnectionId, around: Around, now: DateTime<Utc>) -> ();
        forget_around(id: ConnectionId) -> ();
        slices(connection: i64, feed: String, planned: Vec<Slice>, now: DateTime<Utc>) -> Vec<SliceRow>;
        slice_failed(
            id: ConnectionId, key: i64, begin_again: bool, next_at: DateTime<Utc>, closed: Option<String>
        ) -> ();
        slice_restart(key: i64) -> ();
        slices_retry(connection: i64) -> ();
        slices_anew(connection: i64) -> ();
        feed_progress(connection: i64, feed: String, now: DateTime<Utc>) -> FeedProgress;
        apply_page(page: PageWrite) -> Applied;
        nearly_gone(slice: i64, began: DateTime<Utc>, but: Vec<String>, now: DateTime<Utc>) -> Vec<ItemId>;
        open_items(connection: i64, feed: String, before: DateTime<Utc>, most: u32, now: DateTime<Utc>) -> Vec<ReadAgain>;
        asked_for(items: Vec<ItemId>, now: DateTime<Utc>) -> ();
        item(id: ItemId) -> StoredItem;
        rows_of(items: Vec<ItemId>) -> Vec<WorklistRow>;
        save_draft(item: ItemId, action: String, fields: Option<Fields>, now: DateTime<Utc>) -> ();
        keep_file(item: ItemId, hash: String, content: Vec<u8>, now: DateTime<Utc>) -> ();
        files(item: ItemId, hashes: Vec<String>) -> Vec<Vec<u8>>;
        submit(action: Action) -> Action;
        make(making: Making) -> Action;
        action(id: ActionId) -> Action;
        unsettled(connection: Option<ConnectionId>) -> Vec<Action>;
        outbox(settled_since: DateTime<Utc>) -> Vec<Action>;
        receipts(connection: i64) -> Vec<Action>;
        claimed(item: ItemId, but: ActionId) -> Vec<String>;
    }

    async fn reproject_connection(&self, id: ConnectionId) -> Kept<()> {
        // Also called from what is spawned by the by.
        tokio::task::block_in_place(|| RUNTIME.block_on(self.0.reproject_connection(id)))
    }

    async fn change_connection<F: FnOnce(&Connection) -> Option<ConnectionEdit> + Send + 'static>(
        &self,
        id: ConnectionId,
        change: F,
    ) -> Kept<Connection> {
        RUNTIME.block_on(self.0.change_connection(id, change))
    }

    async fn move_action<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
    ) -> Kept<Action> {
        RUNTIME.block_on(self.0.move_action(id, change))
    }

    async fn move_action_and_keep<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
        page: PageWrite,
    ) -> Kept<Action> {
        RUNTIME.block_on(self.0.move_action_and_keep(id, change, page))
    }

    async fn end_action<
        F: FnOnce(&Action) -> Option<End> + Send + 'static,
        G: Fn(&Action) -> Action + Send + 'static,
    >(
        &self,
        id: ActionId,
        ending: Ending,
        end: F,
        given_up: G,
    ) -> Kept<Action> {
        RUNTIME.block_on(self.0.end_action(id, ending, end, given_up))
    }
}
