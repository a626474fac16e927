//! A profile in memory that keeps what the encrypted store keeps: the fault schedules run on it by the ten thousand, and the
//! same schedules on the encrypted one by the dozen.
//!
//! A verb is one transaction: it does all it says under one lock or, refused, nothing.

mod items;
mod outbox;
mod slices;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, SubsecRound, Utc};
use rounds_domain::{
    action::{Action, Actor, Fields},
    around::Around,
    ids::{ActionId, ConnectionId, ItemId},
    item::WorkItem,
    projection::WorklistRow,
    pull::Slice,
};
use rounds_store::{
    Change, StoreError,
    table::{
        action::{End, Ending},
        connection::{Connection, ConnectionEdit, NewConnection, Tally},
        item::{Applied, PageWrite, ReadAgain, StoredItem},
        made::Making,
        slice::{FeedProgress, SliceRow},
    },
};
use rounds_sync::Keep;
use tokio::sync::broadcast::{Receiver, Sender, channel};

type Kept<T> = Result<T, StoreError>;

/// A profile in memory. Clones are the same profile; it outlives whoever works in it, as a file does.
#[derive(Clone)]
pub(super) struct Memory {
    inner: Arc<Mutex<Inner>>,
    changes: Sender<Arc<[Change]>>,
}

#[derive(Default)]
struct Inner {
    next_key: i64,
    connections: BTreeMap<i64, Connection>,
    items: BTreeMap<i64, Item>,
    actions: BTreeMap<ActionId, Laid>,
    slices: BTreeMap<i64, Swept>,
}

/// An item as it is kept.
#[allow(clippy::struct_field_names, reason = "an item is what its remote says and what is kept of it")]
struct Item {
    id: ItemId,
    connection: i64,
    feed: String,
    item: WorkItem,
    fingerprint: String,
    read_at: DateTime<Utc>,
    asked_at: Option<DateTime<Utc>>,
    missed: u32,
    gone: bool,
    drafts: BTreeMap<String, Fields>,
    files: BTreeMap<String, Vec<u8>>,
}

/// An action, and whether it is still laid over its item.
struct Laid {
    action: Action,
    shows: bool,
}

/// A slice and what its sweep has brought so far.
struct Swept {
    connection: i64,
    feed: String,
    row: SliceRow,
    seen: BTreeSet<i64>,
    nameless: bool,
    brought: u32,
    reached: Option<DateTime<Utc>>,
    closed: Option<String>,
}

impl Memory {
    pub(super) fn new() -> Self {
        let (changes, _) = channel(1024);
        Self { inner: Arc::default(), changes }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a verb that writes, and announces what it changed.
    fn write<T>(&self, change: Change, work: impl FnOnce(&mut Inner) -> Kept<T>) -> Kept<T> {
        let done = work(&mut self.inner())?;
        self.announce(change);
        Ok(done)
    }

    fn announce(&self, change: Change) {
        // Nobody listening is fine.
        let _ = self.changes.send(Arc::new([change]));
    }
}

/// A time as it is kept: to the millisecond, as the encrypted store keeps it.
fn kept_time(at: DateTime<Utc>) -> DateTime<Utc> {
    at.trunc_subsecs(3)
}

impl Inner {
    fn key(&mut self) -> i64 {
        self.next_key += 1;
        self.next_key
    }

    fn connection(&self, id: ConnectionId) -> Kept<&Connection> {
        let found = self.connections.values().find(|connection| connection.id == id);
        found.ok_or(StoreError::NotFound("This connection"))
    }

    fn change_connection(
        &mut self,
        id: ConnectionId,
        change: impl FnOnce(&Connection) -> Option<ConnectionEdit>,
    ) -> Kept<Connection> {
        let before = self.connection(id)?.clone();
        let edit = change(&before).unwrap_or_default();
        let mut after = before.edited(edit);
        after.not_before = after.not_before.map(kept_time);
        let in_another_name = |laid: &Laid| {
            laid.action.connection == id && !laid.action.state.is_final() && !laid.action.actor.may_leave_as(&after.me)
        };
        if Actor::of(&after.me) != Actor::of(&before.me) && self.actions.values().any(in_another_name) {
            return Err(StoreError::Refused("What is in the outbox would leave in another name.".into()));
        }
        self.connections.insert(after.key, after.clone());
        Ok(after)
    }
}

impl Keep for Memory {
    fn changes(&self) -> Receiver<Arc<[Change]>> {
        self.changes.subscribe()
    }

    async fn close(&self) -> Kept<()> {
        Ok(())
    }

    async fn connections(&self) -> Kept<Vec<Connection>> {
        let mut all: Vec<Connection> = self.inner().connections.values().cloned().collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    async fn connection(&self, id: ConnectionId) -> Kept<Connection> {
        self.inner().connection(id).cloned()
    }

    async fn add_connection(&self, new: NewConnection, _: DateTime<Utc>) -> Kept<Connection> {
        self.write(Change::Connection(new.id), |inner| {
            let key = inner.key();
            let connection = Connection {
                key,
                id: new.id,
                system: new.system,
                name: new.name,
                base_url: new.base_url,
                settings: new.settings,
                secrets: new.secrets,
                learned: BTreeMap::new(),
                me: new.me,
                notes: vec![],
                trouble: None,
                session: None,
                pin: None,
                refusal: None,
                not_before: None,
            };
            inner.connections.insert(key, connection.clone());
            Ok(connection)
        })
    }

    async fn change_connection<F: FnOnce(&Connection) -> Option<ConnectionEdit> + Send + 'static>(
        &self,
        id: ConnectionId,
        change: F,
    ) -> Kept<Connection> {
        self.write(Change::Connection(id), |inner| inner.change_connection(id, change))
    }

    async fn remove_connection(&self, _: ConnectionId) -> Kept<()> {
        Err(StoreError::Refused("No schedule removes a connection.".into()))
    }

    async fn tally(&self, id: ConnectionId) -> Kept<Tally> {
        let inner = self.inner();
        let of_it = |laid: &&Laid| laid.action.connection == id && !laid.action.state.is_final();
        let unsettled = u32::try_from(inner.actions.values().filter(of_it).count()).unwrap_or(u32::MAX);
        Ok(Tally { unsettled, ..Tally::default() })
    }

    async fn around(&self, _: ConnectionId) -> Kept<Option<(Around, DateTime<Utc>)>> {
        Ok(None)
    }

    async fn keep_around(&self, _: ConnectionId, _: Around, _: DateTime<Utc>) -> Kept<()> {
        // The toy has nothing beside its items.
        Ok(())
    }

    async fn forget_around(&self, _: ConnectionId) -> Kept<()> {
        Ok(())
    }

    async fn reproject_connection(&self, _: ConnectionId) -> Kept<()> {
        // Rows are computed when they are asked for.
        Ok(())
    }

    async fn slices(
        &self,
        connection: i64,
        feed: String,
        planned: Vec<Slice>,
        now: DateTime<Utc>,
    ) -> Kept<Vec<SliceRow>> {
        Ok(self.inner().slices(connection, &feed, planned, now))
    }

    async fn slice_failed(
        &self,
        id: ConnectionId,
        key: i64,
        begin_again: bool,
        next_at: DateTime<Utc>,
        closed: Option<String>,
    ) -> Kept<()> {
        self.write(Change::Connection(id), |inner| {
            inner.slice_failed(key, begin_again, next_at, closed);
            Ok(())
        })
    }

    async fn slice_restart(&self, key: i64) -> Kept<()> {
        self.inner().slice_restart(key);
        Ok(())
    }

    async fn slices_anew(&self, connection: i64) -> Kept<()> {
        self.inner().slices_anew(connection);
        Ok(())
    }

    async fn slices_retry(&self, connection: i64) -> Kept<()> {
        self.inner().slices_retry(connection);
        Ok(())
    }

    async fn feed_progress(&self, connection: i64, feed: String, now: DateTime<Utc>) -> Kept<FeedProgress> {
        Ok(self.inner().feed_progress(connection, &feed, now))
    }

    async fn apply_page(&self, page: PageWrite) -> Kept<Applied> {
        self.write(Change::Items(vec![]), |inner| inner.apply_page(page))
    }

    async fn nearly_gone(
        &self,
        slice: i64,
        began: DateTime<Utc>,
        but: Vec<String>,
        now: DateTime<Utc>,
    ) -> Kept<Vec<ItemId>> {
        Ok(self.inner().nearly_gone(slice, began, &but, now))
    }

    async fn open_items(
        &self,
        connection: i64,
        feed: String,
        before: DateTime<Utc>,
        most: u32,
        now: DateTime<Utc>,
    ) -> Kept<Vec<ReadAgain>> {
        Ok(self.inner().open_items(connection, &feed, before, most, now))
    }

    async fn asked_for(&self, items: Vec<ItemId>, now: DateTime<Utc>) -> Kept<()> {
        self.inner().asked_for(&items, now);
        Ok(())
    }

    async fn item(&self, id: ItemId) -> Kept<StoredItem> {
        self.inner().stored(id)
    }

    async fn rows_of(&self, items: Vec<ItemId>) -> Kept<Vec<WorklistRow>> {
        let inner = self.inner();
        Ok(items.iter().filter_map(|id| inner.stored(*id).ok()).map(|stored| stored.row).collect())
    }

    async fn save_draft(&self, item: ItemId, action: String, fields: Option<Fields>, _: DateTime<Utc>) -> Kept<()> {
        self.write(Change::Items(vec![item]), |inner| inner.save_draft(item, action, fields))
    }

    async fn keep_file(&self, item: ItemId, hash: String, content: Vec<u8>, _: DateTime<Utc>) -> Kept<()> {
        self.inner().item_mut(item)?.files.insert(hash, content);
        Ok(())
    }

    async fn files(&self, item: ItemId, hashes: Vec<String>) -> Kept<Vec<Vec<u8>>> {
        let mut inner = self.inner();
        let files = &inner.item_mut(item)?.files;
        let content = |hash| files.get(hash).cloned().ok_or(StoreError::NotFound("What is in a file of this action"));
        hashes.iter().map(content).collect()
    }

    async fn submit(&self, action: Action) -> Kept<Action> {
        self.write(Change::Outbox, |inner| inner.submit(action))
    }

    async fn move_action<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
    ) -> Kept<Action> {
        let (moved, has_moved) = self.inner().move_action(id, change)?;
        if has_moved {
            self.announce(Change::Outbox);
        }
        Ok(moved)
    }

    async fn move_action_and_keep<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
        page: PageWrite,
    ) -> Kept<Action> {
        self.write(Change::Outbox, |inner| {
            let (moved, _) = inner.move_action(id, change)?;
            inner.apply_page(page)?;
            Ok(moved)
        })
    }

    async fn make(&self, making: Making) -> Kept<Action> {
        self.write(Change::Outbox, |inner| inner.make(making))
    }

    async fn end_action<
        F: FnOnce(&Action) -> Option<End> + Send + 'static,
        G: Fn(&Action) -> Action + Send + 'static,
    >(
        &self,
        id: ActionId,
        _: Ending,
        end: F,
        given_up: G,
    ) -> Kept<Action> {
        self.write(Change::Outbox, |inner| inner.end_action(id, end, given_up))
    }

    async fn action(&self, id: ActionId) -> Kept<Action> {
        self.inner().action(id)
    }

    async fn unsettled(&self, connection: Option<ConnectionId>) -> Kept<Vec<Action>> {
        Ok(self.inner().unsettled(connection))
    }

    async fn outbox(&self, settled_since: DateTime<Utc>) -> Kept<Vec<Action>> {
        Ok(self.inner().outbox(settled_since))
    }

    async fn receipts(&self, connection: i64) -> Kept<Vec<Action>> {
        Ok(self.inner().receipts(connection))
    }

    async fn claimed(&self, item: ItemId, but: ActionId) -> Kept<Vec<String>> {
        Ok(self.inner().claimed(item, but))
    }
}

/// A profile in memory, as it lies there while no program has it open.
pub(super) struct InMemory(Memory);

impl super::world::Shelf for InMemory {
    type Store = Memory;

    fn new() -> Self {
        Self(Memory::new())
    }

    fn open(&self) -> Kept<Memory> {
        Ok(self.0.clone())
    }

    fn dropped(&self, _: Memory) {}

    fn integrity(&self, _: &Memory) -> Vec<String> {
        vec![]
    }
}
