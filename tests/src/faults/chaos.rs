//! A store that fails when the schedule says so, and whose commits are looked at.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Fields},
    around::Around,
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
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
        slice::{Advance, FeedProgress, SliceRow, Then},
    },
};
use rounds_sync::{Clock, Keep};
use tokio::sync::broadcast::{Receiver, Sender, channel, error::TryRecvError};

use super::machine::Machine;

type Kept<T> = Result<T, StoreError>;

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A store on a machine.
#[derive(Clone)]
pub(super) struct Chaos<K> {
    store: K,
    machine: Arc<Machine>,
    /// What the store announces.
    heard: Arc<Mutex<Receiver<Arc<[Change]>>>>,
    /// What is passed on of that.
    tells: Sender<Arc<[Change]>>,
}

impl<K: Keep> Chaos<K> {
    pub(super) fn new(store: K, machine: Arc<Machine>) -> Self {
        let heard = Arc::new(Mutex::new(store.changes()));
        let (tells, _) = channel(64);
        Self { store, machine, heard, tells }
    }

    async fn commit<T>(&self, work: impl Future<Output = Kept<T>>) -> Kept<T> {
        let done = self.machine.commit(work).await?;
        self.pass_on();
        Ok(done)
    }

    /// Passes on what the store announced of the outbox, which is all that anybody here waits for. The rest may come at any time,
    /// from rows that are computed by the by: whoever was woken by it would make a run another one.
    fn pass_on(&self) {
        let mut heard = locked(&self.heard);
        loop {
            match heard.try_recv() {
                Ok(changes) if changes.contains(&Change::Outbox) => {
                    // Nobody listening is fine.
                    let _ = self.tells.send(changes);
                }
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return,
            }
        }
    }

    /// Looks at an action as it was just kept, and gives the machine its chance to die.
    async fn kept(&self, action: Action) -> Kept<Action> {
        self.machine.check().kept(&self.machine, &action);
        self.machine.committed().await;
        Ok(action)
    }

    /// Looks at whatever the end of an action touched in the same transaction.
    async fn look_at_all(&self, ended: ActionId) -> Kept<()> {
        for action in self.store.unsettled(None).await? {
            self.machine.check().kept(&self.machine, &action);
        }
        let ended = self.store.action(ended).await?;
        self.machine.check().kept(&self.machine, &ended);
        Ok(())
    }

    async fn done<T>(&self, work: impl Future<Output = Kept<T>>) -> Kept<T> {
        let done = self.commit(work).await?;
        self.machine.committed().await;
        Ok(done)
    }

    fn note_spoiled(&self, connection: ConnectionId, page: &PageWrite) {
        let mut spoiled = locked(&self.machine.spoiled);
        for record in &page.page.records {
            spoiled.remove(&(connection, record.item.external_id.clone()));
        }
        let names = page.page.rejected.iter().filter_map(|rejected| rejected.external_id.clone());
        spoiled.extend(names.map(|name| (connection, name)));
    }

    /// Follows a sweep of changes from its first page to its last; then everything that has not changed since has to be here.
    async fn look_at_sweep(&self, id: ConnectionId, server: usize, advance: &Advance, began: DateTime<Utc>) {
        let began = {
            let mut sweeps = locked(&self.machine.sweeps);
            let Some(known) = sweeps.get_mut(&advance.key) else { return };
            let began = *known.get_or_insert(began);
            if !matches!(advance.then, Then::Continue(_)) {
                *known = None;
            }
            began
        };
        if advance.then != Then::Complete || self.machine.clock_was_just_set() {
            return;
        }
        let names = self.machine.check().studies(server);
        let mut here = BTreeMap::new();
        for name in names {
            let item = ItemId::derive(id, ItemKind::Study, &name);
            if let Ok(stored) = self.store.item(item).await {
                here.insert(name, stored.item.values);
            }
        }
        let spoiled: Vec<String> =
            locked(&self.machine.spoiled).iter().filter(|(of, _)| *of == id).map(|(_, name)| name.clone()).collect();
        self.machine.check().swept(server, began, &here, &spoiled);
    }

    /// What is laid over items and not settled, for the check that a pull leaves it alone.
    async fn overlays(&self) -> BTreeMap<ActionId, bool> {
        let mut laid = BTreeMap::new();
        for action in self.store.unsettled(None).await.unwrap_or_default() {
            let shows =
                self.store.item(action.item).await.is_ok_and(|item| item.actions.iter().any(|on| on.id == action.id));
            laid.insert(action.id, shows);
        }
        laid
    }
}

impl<K: Keep> Keep for Chaos<K> {
    fn changes(&self) -> Receiver<Arc<[Change]>> {
        self.tells.subscribe()
    }

    async fn close(&self) -> Kept<()> {
        self.store.close().await
    }

    async fn connections(&self) -> Kept<Vec<Connection>> {
        self.store.connections().await
    }

    async fn connection(&self, id: ConnectionId) -> Kept<Connection> {
        self.store.connection(id).await
    }

    async fn add_connection(&self, new: NewConnection, now: DateTime<Utc>) -> Kept<Connection> {
        self.store.add_connection(new, now).await
    }

    async fn change_connection<F: FnOnce(&Connection) -> Option<ConnectionEdit> + Send + 'static>(
        &self,
        id: ConnectionId,
        change: F,
    ) -> Kept<Connection> {
        self.done(self.store.change_connection(id, change)).await
    }

    async fn remove_connection(&self, id: ConnectionId) -> Kept<()> {
        self.done(self.store.remove_connection(id)).await
    }

    async fn tally(&self, id: ConnectionId) -> Kept<Tally> {
        self.store.tally(id).await
    }

    async fn around(&self, id: ConnectionId) -> Kept<Option<(Around, DateTime<Utc>)>> {
        self.store.around(id).await
    }

    async fn keep_around(&self, id: ConnectionId, around: Around, now: DateTime<Utc>) -> Kept<()> {
        self.done(self.store.keep_around(id, around, now)).await
    }

    async fn forget_around(&self, id: ConnectionId) -> Kept<()> {
        self.done(self.store.forget_around(id)).await
    }

    async fn reproject_connection(&self, id: ConnectionId) -> Kept<()> {
        self.store.reproject_connection(id).await
    }

    async fn slices(
        &self,
        connection: i64,
        feed: String,
        planned: Vec<Slice>,
        now: DateTime<Utc>,
    ) -> Kept<Vec<SliceRow>> {
        let slices = self.commit(self.store.slices(connection, feed.clone(), planned, now)).await?;
        let keys = slices.iter().map(|slice| slice.key).collect();
        for slice in slices.iter().filter(|slice| matches!(slice.slice, Slice::Changed { .. })) {
            locked(&self.machine.sweeps).entry(slice.key).or_default();
        }
        self.machine.check().planned(self.machine.desk, connection, feed, keys);
        self.machine.committed().await;
        Ok(slices)
    }

    async fn slice_failed(
        &self,
        id: ConnectionId,
        key: i64,
        begin_again: bool,
        next_at: DateTime<Utc>,
        closed: Option<String>,
    ) -> Kept<()> {
        self.commit(self.store.slice_failed(id, key, begin_again, next_at, closed)).await?;
        self.machine.check().slice(self.machine.desk, id, key, false);
        if begin_again && let Some(began) = locked(&self.machine.sweeps).get_mut(&key) {
            *began = None;
        }
        self.machine.committed().await;
        Ok(())
    }

    async fn slice_restart(&self, key: i64) -> Kept<()> {
        if let Some(began) = locked(&self.machine.sweeps).get_mut(&key) {
            *began = None;
        }
        self.done(self.store.slice_restart(key)).await
    }

    async fn slices_anew(&self, connection: i64) -> Kept<()> {
        self.done(self.store.slices_anew(connection)).await
    }

    async fn slices_retry(&self, connection: i64) -> Kept<()> {
        self.done(self.store.slices_retry(connection)).await
    }

    async fn feed_progress(&self, connection: i64, feed: String, now: DateTime<Utc>) -> Kept<FeedProgress> {
        self.store.feed_progress(connection, feed, now).await
    }

    async fn apply_page(&self, page: PageWrite) -> Kept<Applied> {
        let advance = page.advance.clone();
        let all = self.store.connections().await?;
        let of_it = all.iter().find(|one| one.key == page.connection);
        let connection = of_it.map(|one| one.id);
        let server = of_it.and_then(|one| one.name.rsplit(' ').next()?.parse::<usize>().ok());
        if let Some(id) = connection {
            self.note_spoiled(id, &page);
        }
        let began = self.machine.time.now() - (self.machine.now() - page.began);
        let work = async {
            let before = self.overlays().await;
            self.machine.check().read(self.machine.desk, connection, &page);
            let applied = self.store.apply_page(page).await?;
            let after = self.overlays().await;
            self.machine.check().pulled(self.machine.desk, &before, &after);
            Ok(applied)
        };
        let applied = self.commit(work).await?;
        let of_sweep = advance.clone();
        let complete = advance.filter(|advance| advance.then == Then::Complete);
        if let (Some(advance), Some(id)) = (complete, connection) {
            self.machine.check().slice(self.machine.desk, id, advance.key, true);
        }
        if let (Some(advance), Some(id), Some(server)) = (of_sweep, connection, server) {
            self.look_at_sweep(id, server, &advance, began).await;
        }
        self.machine.committed().await;
        Ok(applied)
    }

    async fn nearly_gone(
        &self,
        slice: i64,
        began: DateTime<Utc>,
        but: Vec<String>,
        now: DateTime<Utc>,
    ) -> Kept<Vec<ItemId>> {
        self.store.nearly_gone(slice, began, but, now).await
    }

    async fn open_items(
        &self,
        connection: i64,
        feed: String,
        before: DateTime<Utc>,
        most: u32,
        now: DateTime<Utc>,
    ) -> Kept<Vec<ReadAgain>> {
        self.store.open_items(connection, feed, before, most, now).await
    }

    async fn asked_for(&self, items: Vec<ItemId>, now: DateTime<Utc>) -> Kept<()> {
        self.done(self.store.asked_for(items, now)).await
    }

    async fn item(&self, id: ItemId) -> Kept<StoredItem> {
        self.store.item(id).await
    }

    async fn rows_of(&self, items: Vec<ItemId>) -> Kept<Vec<WorklistRow>> {
        self.store.rows_of(items).await
    }

    async fn save_draft(&self, item: ItemId, action: String, fields: Option<Fields>, now: DateTime<Utc>) -> Kept<()> {
        self.done(self.store.save_draft(item, action, fields, now)).await
    }

    async fn keep_file(&self, item: ItemId, hash: String, content: Vec<u8>, now: DateTime<Utc>) -> Kept<()> {
        self.done(self.store.keep_file(item, hash, content, now)).await
    }

    async fn files(&self, item: ItemId, hashes: Vec<String>) -> Kept<Vec<Vec<u8>>> {
        self.store.files(item, hashes).await
    }

    async fn submit(&self, action: Action) -> Kept<Action> {
        let saved = self.commit(self.store.submit(action)).await?;
        self.kept(saved).await
    }

    async fn move_action<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
    ) -> Kept<Action> {
        let moved = self.commit(self.store.move_action(id, change)).await?;
        self.kept(moved).await
    }

    async fn move_action_and_keep<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
        page: PageWrite,
    ) -> Kept<Action> {
        let moved = self.commit(self.store.move_action_and_keep(id, change, page)).await?;
        self.kept(moved).await
    }

    async fn make(&self, making: Making) -> Kept<Action> {
        let corrected = making.instead.as_ref().map(|instead| instead.seen.id);
        let work = async {
            let saved = self.store.make(making).await?;
            if let Some(corrected) = corrected {
                self.look_at_all(corrected).await?;
            }
            Ok(saved)
        };
        let saved = self.commit(work).await?;
        self.kept(saved).await
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
        let work = async {
            let next = self.store.end_action(id, ending, end, given_up).await?;
            self.look_at_all(id).await?;
            Ok(next)
        };
        let next = self.commit(work).await?;
        self.machine.committed().await;
        Ok(next)
    }

    async fn action(&self, id: ActionId) -> Kept<Action> {
        self.store.action(id).await
    }

    async fn unsettled(&self, connection: Option<ConnectionId>) -> Kept<Vec<Action>> {
        self.machine.time.give_way().await;
        self.store.unsettled(connection).await
    }

    async fn outbox(&self, settled_since: DateTime<Utc>) -> Kept<Vec<Action>> {
        self.store.outbox(settled_since).await
    }

    async fn receipts(&self, connection: i64) -> Kept<Vec<Action>> {
        self.store.receipts(connection).await
    }

    async fn claimed(&self, item: ItemId, but: ActionId) -> Kept<Vec<String>> {
        self.store.claimed(item, but).await
    }
}
