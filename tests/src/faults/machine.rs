//! A person's machine: its clock, when it dies or sleeps, and whether its disk does as told.

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
use rounds_domain::ids::ConnectionId;
use rounds_store::StoreError;
use rounds_sync::Clock;
use uuid::Uuid;

use super::{
    check::Check,
    disk::sqlite_says,
    plan::{DiskFault, KillAt},
    sim::Time,
};

/// A person's machine: its clock, what is about to go wrong with it, whether it is on.
pub(super) struct Machine {
    pub(super) desk: usize,
    pub(super) time: Time,
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
    pub(super) sweeps: Mutex<BTreeMap<i64, Option<DateTime<Utc>>>>,
    /// Rows that could not be read, and were not read since.
    pub(super) spoiled: Mutex<BTreeSet<(ConnectionId, String)>>,
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
        Some(sqlite_says(fault).into())
    }

    /// A transaction that writes.
    pub(super) async fn commit<T>(&self, work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
        self.time.give_way().await;
        let before = |at| if let KillAt::BeforeCommit(left) = at { Some(left) } else { None };
        self.may_die(before, KillAt::BeforeCommit).await;
        if let Some(fault) = self.disk_fault() {
            return Err(fault);
        }
        let done = work.await?;
        Ok(done)
    }

    pub(super) async fn committed(&self) {
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
