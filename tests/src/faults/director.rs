//! What the plan says happens, and that in the end nothing goes wrong any more.

use std::rc::Rc;

use chrono::TimeDelta;
use serde_json::Value;

use super::{
    plan::{COLLEAGUE, GUEST, PEOPLE, Plan, Step, TAGS, TEXTS, status},
    sim::Group,
    world::{Shelf, Weather, World, beginning, item_name, thing, user},
};

impl<S: Shelf> World<S> {
    /// What the plan says happens.
    pub(super) async fn direct(self: Rc<Self>, plan: Plan) {
        for (at, step) in &plan.steps {
            self.time.until(beginning() + TimeDelta::seconds(*at)).await;
            self.happens(step);
        }
    }

    pub(super) fn happens(self: &Rc<Self>, step: &Step) {
        let now = self.time.now();
        let minutes = move |minutes: i64| now + TimeDelta::minutes(minutes);
        match step.clone() {
            Step::Act { desk, .. } => {
                let (world, step) = (Rc::clone(self), step.clone());
                self.spawner.spawn(Some(Group(desk)), async move { world.act(step).await });
            }
            Step::Decide { desk, which, verdict } => {
                let world = Rc::clone(self);
                self.spawner.spawn(Some(Group(desk)), async move { world.decide(desk, which, verdict).await });
            }
            Step::SignIn { desk, server } => {
                let world = Rc::clone(self);
                self.spawner.spawn(Some(Group(desk)), async move { world.sign_in(desk, server).await });
            }
            Step::Sync { desk, full } => {
                let world = Rc::clone(self);
                self.spawner.spawn(Some(Group(desk)), async move { _ = world.sync(desk, full).await });
            }
            Step::Edit { server, item, key, value } => {
                let mut server = self.remotes[server].server();
                let Some(item) = server.things.keys().nth(item % server.things.len().max(1)).cloned() else { return };
                let value = match key {
                    "status" => status(value).into(),
                    "approved" => "yes".into(),
                    "reader" => Value::from(format!("user-{COLLEAGUE}")),
                    "tags" => Value::from(vec![TAGS[value % TAGS.len()]]),
                    _ => Value::from(format!("theirs {value}")),
                };
                server.edit(&item, &user(COLLEAGUE), key, value, now);
            }
            Step::Remark { server, item, text } => {
                let mut server = self.remotes[server].server();
                let Some(item) = server.things.keys().nth(item % server.things.len().max(1)).cloned() else { return };
                server.remark(&item, &user(COLLEAGUE), TEXTS[text % TEXTS.len()], now);
            }
            Step::New { server, study } => {
                let mut server = self.remotes[server].server();
                let nth = 50 + server.things.len();
                server.put(item_name(study, nth), thing(study, now));
            }
            Step::Vanish { server: at, item } => {
                let mut server = self.remotes[at].server();
                // The first ones are worked on.
                if let Some(item) = server.things.keys().nth(item).cloned() {
                    server.things.remove(&item);
                    self.vanished.borrow_mut().insert((at, item));
                }
            }
            Step::Call { server, call, fate } => self.remotes[server].weather().fates.push((call, fate)),
            Step::Down { server, minutes: long } => self.remotes[server].weather().down_until = Some(minutes(long)),
            Step::Expire { server } => self.remotes[server].server().end_sessions(),
            Step::WrongPassword { server, minutes: long } => {
                self.remotes[server].server().password_is_good = false;
                self.remotes[server].server().end_sessions();
                let world = Rc::clone(self);
                self.spawner.spawn(None, async move {
                    world.time.until(minutes(long)).await;
                    world.remotes[server].server().password_is_good = true;
                });
            }
            Step::SomebodyElse { desk, server, minutes: long } => {
                let world = Rc::clone(self);
                self.spawner.spawn(Some(Group(desk)), async move {
                    world.sit_down(desk, server, GUEST).await;
                    world.time.until(minutes(long)).await;
                    world.sit_down(desk, server, PEOPLE[desk]).await;
                });
            }
            Step::Job { server, end } => self.remotes[server].server().job_ends.push(end),
            Step::Kill { desk, at, seconds } => {
                *self.desks[desk].down_seconds.borrow_mut() = seconds;
                self.desks[desk].machine.kill_at(at);
            }
            Step::Disk { desk, fault, times } => self.desks[desk].machine.fail_disk(fault, times),
            Step::Clock { desk, seconds } => self.desks[desk].machine.set_clock(TimeDelta::seconds(seconds)),
            Step::Suspend { desk, hours } => {
                self.desks[desk].machine.sleeps_until(now + TimeDelta::hours(hours));
            }
        }
    }

    /// Nothing goes wrong any more.
    pub(super) fn heal(&self) {
        for remote in &self.remotes {
            *remote.weather() = Weather::default();
            remote.server().password_is_good = true;
        }
        for desk in &self.desks {
            desk.machine.heal();
            desk.machine.set_clock_right();
        }
    }
}
