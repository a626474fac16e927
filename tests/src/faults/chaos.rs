//! A store that fails when the schedule says so, and whose commits are looked at.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{Rng, RngExt, SeedableRng, rngs::StdRng};
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
        slice::{Advance, FeedProgress, SliceRow, Then},
    },
};
use rounds_sync::{Clock, Keep};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

use super::{
    check::Check,
    plan::{DiskFault, KillAt},
    sim::Time,
};

type Kept<T> = Result<T, StoreError>;

fn locked<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A person's machine: its clock, what is about to go wrong with it, whether it is on.
pub(super) struct Machine {
    pub(super) desk: usize,
    time: Time,
    /// How far its wall clock is from the truth, in milliseconds.
    skew: AtomicI64,
    /// When the wall clock was last set, in true milliseconds.
    set_at: AtomicI64,
    /// When the program was started, in true milliseconds.
    booted: AtomicI64,
    /// From when to when it sleeps, or last slept, since then.
    asleep: Mutex<Option<(DateTime<Utc>, DateTime<Utc>)>>,
    /// For how long it slept before that, in milliseconds.
    slept: AtomicI64,
    /// How many ids it has made.
    ids: AtomicU64,
    dead: AtomicBool,
    troubles: Mutex<Troubles>,
    /// Sweeps of changes under way: when they truly began, once their first page was kept.
    sweeps: Mutex<BTreeMap<i64, Option<DateTime<Utc>>>>,
    /// Rows that could not be read, and were not read since.
    spoiled: Mutex<BTreeSet<(ConnectionId, String)>>,
    check: Arc<Mutex<Check>>,
}

struct Troubles {
    chance: StdRng,
    kill: Option<KillAt>,
    disk: Option<(DiskFault, u32)>,
}

impl Machine {
    pub(super) fn new(desk: usize, seed: u64, time: Time, check: Arc<Mutex<Check>>) -> Arc<Self> {
        let chance = StdRng::seed_from_u64(seed ^ (desk as u64 + 1) << 32);
        Arc::new(Self {
            desk,
            skew: AtomicI64::new(0),
            set_at: AtomicI64::new(i64::MIN),
            booted: AtomicI64::new(time.now().timestamp_millis()),
            asleep: Mutex::new(None),
            slept: AtomicI64::new(0),
            ids: AtomicU64::new(0),
            dead: AtomicBool::new(false),
            sweeps: Mutex::default(),
            spoiled: Mutex::default(),
            troubles: Mutex::new(Troubles { chance, kill: None, disk: None }),
            time,
            check,
        })
    }

    fn troubles(&self) -> MutexGuard<'_, Troubles> {
        self.troubles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn check(&self) -> MutexGuard<'_, Check> {
        self.check.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn kill_at(&self, at: KillAt) {
        if at == KillAt::Now {
            self.die();
        } else {
            self.troubles().kill = Some(at);
        }
    }

    pub(super) fn fail_disk(&self, fault: DiskFault, times: u32) {
        self.troubles().disk = Some((fault, times));
    }

    /// Nothing goes wrong with it any more.
    pub(super) fn heal(&self) {
        let mut troubles = self.troubles();
        troubles.kill = None;
        troubles.disk = None;
    }

    fn die(&self) {
        self.dead.store(true, Ordering::Release);
    }

    pub(super) fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    pub(super) fn boot(&self) {
        self.booted.store(self.time.now().timestamp_millis(), Ordering::Release);
        self.slept.store(0, Ordering::Release);
        *self.asleep() = None;
        self.dead.store(false, Ordering::Release);
    }

    pub(super) fn set_clock(&self, by: TimeDelta) {
        self.skew.fetch_add(by.num_milliseconds(), Ordering::AcqRel);
        self.set_at.store(self.time.now().timestamp_millis(), Ordering::Release);
    }

    pub(super) fn set_clock_right(&self) {
        self.skew.store(0, Ordering::Release);
        self.set_at.store(self.time.now().timestamp_millis(), Ordering::Release);
    }

    fn asleep(&self) -> MutexGuard<'_, Option<(DateTime<Utc>, DateTime<Utc>)>> {
        self.asleep.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Until when it sleeps, or slept the last time.
    pub(super) fn asleep_until(&self) -> Option<DateTime<Utc>> {
        self.asleep().map(|(_, until)| until)
    }

    /// It goes to sleep; its running time stands still.
    pub(super) fn sleeps_until(&self, until: DateTime<Utc>) {
        let now = self.time.now();
        let before = self.sleep_so_far();
        self.slept.store(before, Ordering::Release);
        *self.asleep() = Some((now, until));
    }

    /// For how long it has slept since it was started, in milliseconds.
    fn sleep_so_far(&self) -> i64 {
        let last = self.asleep().map_or(0, |(from, until)| (until.min(self.time.now()) - from).num_milliseconds());
        self.slept.load(Ordering::Acquire) + last
    }

    /// Whether somebody has set its clock so lately that a wait computed before counts by the old one.
    pub(super) fn clock_was_just_set(&self) -> bool {
        let set = self.set_at.load(Ordering::Acquire);
        self.time.now().timestamp_millis().saturating_sub(set) < 120_000
    }

    /// Whether it dies now, at one of these points.
    fn dies(&self, points: impl Fn(KillAt) -> Option<u32>, again: impl Fn(u32) -> KillAt) -> bool {
        let mut troubles = self.troubles();
        let Some(left) = troubles.kill.and_then(points) else { return false };
        if left > 1 {
            troubles.kill = Some(again(left - 1));
            return false;
        }
        troubles.kill = None;
        drop(troubles);
        self.die();
        true
    }

    /// A point at which it may die; it does not come back from it then.
    async fn may_die(&self, points: impl Fn(KillAt) -> Option<u32>, again: impl Fn(u32) -> KillAt) {
        if self.dies(points, again) {
            std::future::pending::<()>().await;
        }
    }

    pub(super) async fn before_call(&self) {
        let nth = |at| if let KillAt::BeforeCall(left) = at { Some(left) } else { None };
        self.may_die(nth, KillAt::BeforeCall).await;
    }

    pub(super) async fn after_call(&self) {
        let nth = |at| if let KillAt::AfterCall(left) = at { Some(left) } else { None };
        self.may_die(nth, KillAt::AfterCall).await;
    }

    fn disk_fault(&self) -> Option<StoreError> {
        let mut troubles = self.troubles();
        let (fault, times) = troubles.disk?;
        troubles.disk = (times > 1).then_some((fault, times - 1));
        Some(match fault {
            DiskFault::Full => StoreError::DiskFull,
            DiskFault::Broken => StoreError::Database("disk I/O error".into()),
        })
    }

    /// A transaction that writes.
    async fn commit<T>(&self, work: impl Future<Output = Kept<T>>) -> Kept<T> {
        self.time.give_way().await;
        let before = |at| if let KillAt::BeforeCommit(left) = at { Some(left) } else { None };
        self.may_die(before, KillAt::BeforeCommit).await;
        if let Some(fault) = self.disk_fault() {
            return Err(fault);
        }
        let done = work.await?;
        Ok(done)
    }

    async fn committed(&self) {
        let after = |at| if let KillAt::AfterCommit(left) = at { Some(left) } else { None };
        self.may_die(after, KillAt::AfterCommit).await;
    }
}

impl Clock for Machine {
    fn now(&self) -> DateTime<Utc> {
        // To the millisecond, as times are kept.
        self.time.now().trunc_subsecs(3) + TimeDelta::milliseconds(self.skew.load(Ordering::Acquire))
    }

    fn random(&self) -> f64 {
        self.troubles().chance.random()
    }

    fn new_id(&self) -> Uuid {
        let nth = self.ids.fetch_add(1, Ordering::AcqRel);
        let random = self.troubles().chance.next_u64();
        // Sorted by when they were made, as those of the machine's own clock are.
        Uuid::from_u64_pair(((self.desk as u64 + 1) << 48) | (nth << 16), random)
    }

    fn up(&self) -> Duration {
        let up = self.time.now().timestamp_millis() - self.booted.load(Ordering::Acquire);
        Duration::from_millis(u64::try_from(up - self.sleep_so_far()).unwrap_or(0))
    }
}

/// A store on a machine.
#[derive(Clone)]
pub(super) struct Chaos<K> {
    pub(super) store: K,
    pub(super) machine: Arc<Machine>,
}

impl<K: Keep> Chaos<K> {
    /// Looks at an action as it was just kept, and gives the machine its chance to die.
    async fn kept(&self, action: Action) -> Kept<Action> {
        self.machine.check().kept(&self.machine, &action);
        self.machine.committed().await;
        Ok(action)
    }

    async fn done<T>(&self, work: impl Future<Output = Kept<T>>) -> Kept<T> {
        let done = self.machine.commit(work).await?;
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
        self.store.changes()
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
        let slices = self.machine.commit(self.store.slices(connection, feed.clone(), planned, now)).await?;
        let keys = slices.iter().map(|slice| slice.key).collect();
        for slice in slices.iter().filter(|slice| matches!(slice.slice, Slice::Changed { .. })) {
            locked(&self.machine.sweeps).entry(slice.key).or_default();
        }
        self.machine.check().planned(self.machine.desk, connection, feed, keys);
        self.machine.committed().await;
        Ok(slices)
    }

    async fn slice_failed(&self, id: ConnectionId, key: i64, begin_again: bool, next_at: DateTime<Utc>) -> Kept<()> {
        self.machine.commit(self.store.slice_failed(id, key, begin_again, next_at)).await?;
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
        let applied = self.machine.commit(work).await?;
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

    async fn submit(&self, action: Action) -> Kept<Action> {
        let saved = self.machine.commit(self.store.submit(action)).await?;
        self.kept(saved).await
    }

    async fn move_action<F: FnOnce(&Action) -> Option<Action> + Send + 'static>(
        &self,
        id: ActionId,
        change: F,
    ) -> Kept<Action> {
        let moved = self.machine.commit(self.store.move_action(id, change)).await?;
        self.kept(moved).await
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
            // Everything that it touched, in the same transaction.
            for action in self.store.unsettled(None).await? {
                self.machine.check().kept(&self.machine, &action);
            }
            let ended = self.store.action(id).await?;
            self.machine.check().kept(&self.machine, &ended);
            Ok(next)
        };
        let next = self.machine.commit(work).await?;
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
