//! A run of a schedule from its beginning until everything has come to rest.

use std::{cell::RefCell, rc::Rc};

use chrono::Utc;
use chrono::{DateTime, TimeDelta};
use rounds_domain::{ids::ItemId, item::ItemKind};
use rounds_sync::Keep;
use serde_json::Value;

use super::{
    check::is_settled,
    invariant::{Invariant, Violation},
    plan::Plan,
    sim::{Executor, Group, Time},
    world::{RUNTIME, Shelf, World, beginning},
};

/// How a schedule ended.
pub(super) struct Ended {
    pub(super) violation: Option<Violation>,
    /// What happened last before it, counted from nothing.
    pub(super) step: u64,
    /// What every action came to, for comparing runs.
    pub(super) trace: Vec<String>,
}

/// After the faults: for how long a program may need to settle everything by itself. A job that never ends is followed for a day.
const SETTLING: TimeDelta = TimeDelta::hours(30);

struct Run<S: Shelf> {
    executor: Executor,
    world: Rc<World<S>>,
    steps: u64,
}

impl<S: Shelf> Run<S> {
    /// Goes on until `limit`, or until `done`; says whether everything still holds.
    fn until(&mut self, limit: DateTime<Utc>, done: impl Fn(&World<S>) -> bool) -> bool {
        let mut idle = 0;
        loop {
            if self.world.check().violation().is_some() {
                return false;
            }
            if idle % 64 == 0 && done(&self.world) {
                return true;
            }
            idle += 1;
            let went_on = self.executor.step(limit);
            self.steps += 1;
            for desk in 0..self.world.desks.len() {
                if self.world.desks[desk].machine.is_dead() {
                    self.world.end(desk);
                }
            }
            let now = self.world.time.now();
            for remote in &self.world.remotes {
                remote.server().advance(now);
            }
            self.world.check().effects();
            if !went_on {
                return true;
            }
            if self.steps > 3_000_000 {
                self.world.check().broken(Invariant::Bounded, "it never comes to rest");
            }
        }
    }
}

/// Runs a schedule.
pub(super) fn run<S: Shelf>(plan: &Plan) -> Ended {
    // What is spawned by the by (rows that are computed anew) wants a runtime; nothing that a schedule looks at does.
    let _context = RUNTIME.enter();
    let time = Time::new(beginning());
    let executor = Executor::new(time.clone(), plan.seed);
    let world = World::<S>::new(plan, &time, &executor.spawner);
    let mut run = Run { executor, world: Rc::clone(&world), steps: 0 };
    for desk in 0..plan.desks {
        run.executor.spawner.spawn(Some(Group(desk)), Rc::clone(&world).start(desk));
    }
    run.executor.spawner.spawn(None, Rc::clone(&world).direct(plan.clone()));
    let last = plan.steps.last().map_or(0, |(at, _)| *at);
    let _ = run.until(beginning() + TimeDelta::seconds(last + 5), |_| false) && settle(&mut run, plan);
    let violation = world.check().violation().cloned();
    let trace = trace(&world);
    // Tasks hold the world and the world holds what they run in.
    for desk in 0..plan.desks {
        world.spawner.end(Group(desk));
        if let Some((program, store)) = world.desks[desk].running.borrow_mut().take() {
            drop(program);
            world.desks[desk].shelf.dropped(store);
        }
    }
    Ended { violation, step: run.steps, trace }
}

/// The faults heal; everything comes to rest; then the last invariants are looked at.
fn settle<S: Shelf>(run: &mut Run<S>, plan: &Plan) -> bool {
    let world = Rc::clone(&run.world);
    world.heal();
    // Whoever sleeps wakes, whoever is down comes back.
    let woken = world.time.now() + TimeDelta::days(3);
    let up = |world: &World<S>| {
        let now = world.time.now();
        world
            .desks
            .iter()
            .all(|desk| desk.running.borrow().is_some() && desk.machine.asleep_until().is_none_or(|until| until <= now))
    };
    if !run.until(woken, up) {
        return false;
    }
    for desk in 0..plan.desks {
        run.executor.spawner.spawn(Some(Group(desk)), Rc::clone(&world).put_right(desk));
    }
    let quiet = |world: &World<S>| {
        let late = world.remotes.iter().any(|remote| remote.server().next_at().is_some());
        !late
            && world.desks.iter().all(|desk| {
                let running = desk.running.borrow();
                let Some((_, store)) = running.as_ref() else { return false };
                let unsettled = now_or_never(store.unsettled(None)).and_then(Result::ok).unwrap_or_default();
                is_settled(&unsettled)
            })
    };
    // What people have begun by now is done in a few minutes.
    if !run.until(world.time.now() + TimeDelta::minutes(5), |_| false) || !run.until(world.time.now() + SETTLING, quiet)
    {
        return false;
    }
    world.check().at_the_end();
    // Everything is read twice: what is missing from two sweeps is gone.
    for _ in 0..2 {
        let done = Rc::new(RefCell::new(0));
        for desk in 0..plan.desks {
            let (world, done) = (Rc::clone(&world), Rc::clone(&done));
            run.executor.spawner.spawn(Some(Group(desk)), async move {
                // A system that asked to be left alone still is.
                while !world.sync(desk, true).await {
                    world.time.sleep(TimeDelta::minutes(10)).await;
                }
                *done.borrow_mut() += 1;
            });
        }
        let limit = world.time.now() + TimeDelta::hours(3);
        if !run.until(limit, |_| *done.borrow() == plan.desks) {
            return false;
        }
        if *done.borrow() < plan.desks {
            world.check().broken(Invariant::Liveness, "it cannot be read for hours, though nothing is wrong any more");
        }
    }
    for desk in 0..plan.desks {
        everything_is_here(&world, desk);
    }
    world.check().violation().is_none()
}

/// I7: every row of every server is here as it is there, and what is gone there is gone here.
fn everything_is_here<S: Shelf>(world: &World<S>, desk: usize) {
    let running = world.desks[desk].running.borrow();
    let Some((_, store)) = running.as_ref() else { return };
    for (at, remote) in world.remotes.iter().enumerate() {
        let Some(connection) = world.desks[desk].connections.borrow().get(at).copied() else { continue };
        let things = remote.server().things.clone();
        for (_, name) in world.vanished.borrow().iter().filter(|(of, name)| *of == at && !things.contains_key(name)) {
            for kind in [ItemKind::Study, ItemKind::Case] {
                let stored = now_or_never(store.item(ItemId::derive(connection, kind, name)));
                // What no feed has ever brought is missed by none: which one it would stand in nobody knows.
                if stored.is_some_and(|stored| stored.is_ok_and(|stored| !stored.gone && !stored.feed.is_empty())) {
                    let what = format!("{name} is gone at its server and not at desk {desk}");
                    return world.check().broken(Invariant::Pull, what);
                }
            }
        }
        for (name, thing) in &things {
            let kind = if thing.study { ItemKind::Study } else { ItemKind::Case };
            let id = ItemId::derive(connection, kind, name);
            let Some(Ok(stored)) = now_or_never(store.item(id)) else {
                return world.check().broken(Invariant::Pull, format!("{name} is not at desk {desk}"));
            };
            let values: std::collections::BTreeMap<String, Value> = stored.item.values.clone().into_iter().collect();
            let remarks = stored.item.comments.len() == thing.remarks.len();
            if stored.gone || values != thing.values || !remarks {
                let what = format!(
                    "{name} stands otherwise at desk {desk}: gone {}, {values:?} for {:?}, {} remarks for {}",
                    stored.gone,
                    thing.values,
                    stored.item.comments.len(),
                    thing.remarks.len()
                );
                return world.check().broken(Invariant::Pull, what);
            }
        }
    }
}

/// What every action came to, in the order in which they were made.
fn trace<S: Shelf>(world: &World<S>) -> Vec<String> {
    let mut lines: Vec<String> = world.check().told();
    for (at, desk) in world.desks.iter().enumerate() {
        let running = desk.running.borrow();
        let Some((_, store)) = running.as_ref() else { continue };
        for connection in now_or_never(store.connections()).and_then(Result::ok).unwrap_or_default() {
            let me = connection.me.name.plain().unwrap_or_default();
            lines.push(format!("desk {at}, {}: {me}, {:?}", connection.name, connection.trouble));
        }
    }
    for remote in &world.remotes {
        lines.extend(remote.server().effects.iter().map(|effect| {
            format!("{} {} {:?} {}", effect.at.timestamp_millis(), effect.item, effect.deed, effect.by.given)
        }));
    }
    lines
}

/// What a future answers that waits for nobody.
fn now_or_never<T>(future: impl Future<Output = T>) -> Option<T> {
    futures::FutureExt::now_or_never(future)
}
