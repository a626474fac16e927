//! A world with its own time: tasks that take turns by chance, and a clock that moves only when nobody has anything to do.
//!
//! One thread polls everything, so that a seed decides who goes first and what a run does is what its next run does.

use std::{
    cell::RefCell,
    collections::BTreeMap,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use futures::future::LocalBoxFuture;
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Time, as it truly passes: no clock of any machine. Shared by everybody in a world.
#[derive(Clone)]
pub(super) struct Time(Arc<Mutex<Hands>>);

struct Hands {
    now: DateTime<Utc>,
    serial: u64,
    timers: BTreeMap<(DateTime<Utc>, u64), Waker>,
}

impl Time {
    pub(super) fn new(now: DateTime<Utc>) -> Self {
        Self(Arc::new(Mutex::new(Hands { now, serial: 0, timers: BTreeMap::new() })))
    }

    fn hands(&self) -> MutexGuard<'_, Hands> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.hands().now
    }

    /// Sleeps until then, or the next whole millisecond: time passes by them, as times are kept.
    pub(super) fn until(&self, at: DateTime<Utc>) -> Sleep {
        let whole = at.trunc_subsecs(3);
        let at = if whole < at { whole + TimeDelta::milliseconds(1) } else { at };
        Sleep { time: self.clone(), at, yielded: false }
    }

    pub(super) fn sleep(&self, by: TimeDelta) -> Sleep {
        self.until(self.now() + by)
    }

    /// Lets others go first, maybe.
    pub(super) fn give_way(&self) -> Sleep {
        self.until(self.now())
    }

    /// Moves to the next moment at which somebody wants to be woken, no further than `limit`; says whether there was one.
    fn advance(&self, limit: DateTime<Utc>) -> bool {
        let mut hands = self.hands();
        let Some((&(at, _), _)) = hands.timers.first_key_value() else { return false };
        if at > limit {
            return false;
        }
        hands.now = hands.now.max(at);
        let now = hands.now;
        while let Some(entry) = hands.timers.first_entry() {
            if entry.key().0 > now {
                break;
            }
            entry.remove().wake();
        }
        true
    }
}

/// A sleep; one of no length lets others go first.
pub(super) struct Sleep {
    time: Time,
    at: DateTime<Utc>,
    yielded: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut hands = self.time.hands();
        if hands.now >= self.at {
            drop(hands);
            if self.yielded {
                return Poll::Ready(());
            }
            self.yielded = true;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        hands.serial += 1;
        let key = (self.at, hands.serial);
        hands.timers.insert(key, context.waker().clone());
        drop(hands);
        self.yielded = true;
        Poll::Pending
    }
}

/// Whose tasks end together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Group(pub(super) usize);

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Release);
    }
}

struct Task {
    group: Option<Group>,
    future: LocalBoxFuture<'static, ()>,
    woken: Arc<Woken>,
}

#[derive(Default)]
struct Asked {
    new: Vec<(Option<Group>, LocalBoxFuture<'static, ()>)>,
    ended: Vec<Group>,
}

/// Begins and ends tasks, from inside of them.
#[derive(Clone, Default)]
pub(super) struct Spawner(Rc<RefCell<Asked>>);

impl Spawner {
    pub(super) fn spawn(&self, group: Option<Group>, future: impl Future<Output = ()> + 'static) {
        self.0.borrow_mut().new.push((group, Box::pin(future)));
    }

    /// Drops every task of a group where it stands.
    pub(super) fn end(&self, group: Group) {
        self.0.borrow_mut().ended.push(group);
    }
}

/// Polls tasks, one after the other, in an order that a seed decides.
pub(super) struct Executor {
    pub(super) spawner: Spawner,
    time: Time,
    tasks: Vec<Task>,
    chance: StdRng,
}

impl Executor {
    pub(super) fn new(time: Time, seed: u64) -> Self {
        let chance = StdRng::seed_from_u64(seed);
        Self { spawner: Spawner::default(), time, tasks: vec![], chance }
    }

    fn take_up(&mut self) {
        let Asked { new, ended } = std::mem::take(&mut *self.spawner.0.borrow_mut());
        // What was begun before its group ended, ends; what is begun after an end is its group's next life.
        if !ended.is_empty() {
            self.tasks.retain(|task| task.group.is_none_or(|group| !ended.contains(&group)));
        }
        for (group, future) in new {
            self.tasks.push(Task { group, future, woken: Arc::new(Woken(AtomicBool::new(true))) });
        }
    }

    /// Does one thing; says whether there was anything to do before `limit`.
    pub(super) fn step(&mut self, limit: DateTime<Utc>) -> bool {
        self.take_up();
        let ready: Vec<usize> =
            (0..self.tasks.len()).filter(|at| self.tasks[*at].woken.0.load(Ordering::Acquire)).collect();
        if ready.is_empty() {
            return self.time.advance(limit);
        }
        let chosen = ready[self.chance.random_range(0..ready.len())];
        let task = &mut self.tasks[chosen];
        task.woken.0.store(false, Ordering::Release);
        let waker = Waker::from(Arc::clone(&task.woken));
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            drop(self.tasks.swap_remove(chosen));
        }
        true
    }
}
