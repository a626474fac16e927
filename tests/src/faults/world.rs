//! A schedule as it runs: servers, desks with their machines and tasks, and a director who does what the plan says.

use std::{
    cell::RefCell,
    pin::pin,
    rc::Rc,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{Either, select};
use rounds_domain::{
    action::Fields,
    error::{AndNow, RemoteError},
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    moment,
};
use rounds_engine::pull::plan::Extent;
use rounds_store::{Change, StoreError};
use rounds_sync::{
    Clock, Keep, Patience, Rounds,
    desk::{ConnectionForm, ConnectionSettings, DeskError, Intent},
};
use serde_json::Value;
use tokio::runtime::Runtime;

use super::{
    chaos::{Chaos, Machine},
    check::{Check, Invariant, Violation, is_settled},
    plan::{COLLEAGUE, Doing, PEOPLE, Plan, Step, TEXTS, Verdict, status},
    sim::{Executor, Group, Spawner, Time},
};
use crate::toy::{
    self,
    client::PIN,
    line::{Call, Fate, Line, Open, Place, open},
    server::{Server, Thing, User},
};

/// Where a desk's profile lies while no program has it open.
pub(super) trait Shelf: 'static {
    /// The store of an open profile.
    type Store: Keep;

    /// Makes an empty one.
    fn new() -> Self;

    /// Opens it, as a program does that starts.
    fn open(&self) -> Result<Self::Store, StoreError>;

    /// The program that had it open is no more.
    fn dropped(&self, store: Self::Store);

    /// Whether the file holds together; what is wrong, if not.
    fn integrity(&self, store: &Self::Store) -> Vec<String>;
}

type Program<S> = Arc<Rounds<Chaos<<S as Shelf>::Store>>>;

struct Desk<S: Shelf> {
    machine: Arc<Machine>,
    shelf: S,
    running: RefCell<Option<(Program<S>, S::Store)>>,
    connections: RefCell<Vec<ConnectionId>>,
    last: RefCell<Option<ActionId>>,
    down_seconds: RefCell<i64>,
}

/// What goes wrong on the way to a server.
#[derive(Default)]
struct Weather {
    down_until: Option<DateTime<Utc>>,
    fates: Vec<(Call, Fate)>,
}

struct Wire {
    time: Time,
    machine: Arc<Machine>,
    weather: Arc<Mutex<Weather>>,
    calls: AtomicU64,
}

#[async_trait]
impl Line for Wire {
    async fn there(&self, call: Call) -> Fate {
        self.machine.before_call().await;
        let nth = self.calls.fetch_add(1, Ordering::AcqRel);
        // A few calls take a while, so that things happen in between.
        let ms = if nth % 7 == 3 { 4_000 } else { 40 };
        self.time.sleep(TimeDelta::milliseconds(ms)).await;
        let mut weather = self.weather.lock().unwrap_or_else(PoisonError::into_inner);
        if weather.down_until.is_some_and(|until| until > self.time.now()) {
            return Fate::Never(RemoteError::new(AndNow::Offline, "It cannot be reached."));
        }
        match weather.fates.iter().position(|(of, _)| *of == call) {
            Some(at) => weather.fates.remove(at).1,
            None => Fate::Through,
        }
    }

    async fn back(&self) {
        self.machine.after_call().await;
        self.time.sleep(TimeDelta::milliseconds(20)).await;
    }

    fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }
}

struct Remote {
    server: Arc<Mutex<Server>>,
    weather: Arc<Mutex<Weather>>,
}

impl Remote {
    fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run of a schedule.
struct World<S: Shelf> {
    time: Time,
    spawner: Spawner,
    check: Arc<Mutex<Check>>,
    remotes: Vec<Remote>,
    desks: Vec<Desk<S>>,
    addresses: Vec<Vec<String>>,
    _open: Vec<Open>,
}

/// How a schedule ended.
pub(super) struct Ended {
    pub(super) violation: Option<Violation>,
    /// What happened last before it, counted from nothing.
    pub(super) step: u64,
    /// What every action came to, for comparing runs.
    pub(super) trace: Vec<String>,
}

pub(super) static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().unwrap_or_else(|error| panic!("no threads for the store: {error}")));

static RUNS: AtomicU64 = AtomicU64::new(0);

fn user(given: &str) -> User {
    User { id: format!("user-{given}"), given: given.to_owned() }
}

fn item_name(study: bool, nth: usize) -> String {
    format!("{}-{nth}", if study { "study" } else { "case" })
}

/// When every schedule begins.
fn beginning() -> DateTime<Utc> {
    moment::instant("2026-03-02T08:00:00Z").unwrap_or_default()
}

impl<S: Shelf> World<S> {
    fn new(plan: &Plan, time: &Time, spawner: &Spawner) -> Rc<Self> {
        let run = RUNS.fetch_add(1, Ordering::AcqRel);
        let remotes: Vec<Remote> = plan
            .servers
            .iter()
            .map(|manner| {
                let mut server = Server::new(manner.sign_in);
                server.names_comments = manner.names_comments;
                server.page = manner.page;
                server.users = PEOPLE.iter().chain([&COLLEAGUE]).map(|given| user(given)).collect();
                let kinds = [(false, manner.cases), (true, manner.studies)];
                for (study, nth) in kinds.iter().flat_map(|(study, count)| (0..*count).map(|nth| (*study, nth))) {
                    let created = beginning() - TimeDelta::days(3 + 11 * i64::try_from(nth).unwrap_or(0));
                    let name = item_name(study, nth);
                    server.put(name.clone(), thing(study, created));
                    // What people write, they have written before.
                    for given in PEOPLE {
                        server.remark(&name, &user(given), TEXTS[nth % TEXTS.len()], created);
                    }
                }
                Remote { server: Arc::new(Mutex::new(server)), weather: Arc::default() }
            })
            .collect();
        let servers = remotes.iter().map(|remote| Arc::clone(&remote.server)).collect();
        let check = Arc::new(Mutex::new(Check::new(plan.lateness, servers)));
        let desks: Vec<Desk<S>> = (0..plan.desks)
            .map(|desk| Desk {
                machine: Machine::new(desk, plan.seed, time.clone(), Arc::clone(&check)),
                shelf: S::new(),
                running: RefCell::new(None),
                connections: RefCell::default(),
                last: RefCell::new(None),
                down_seconds: RefCell::new(0),
            })
            .collect();
        let mut opened = Vec::new();
        let mut addresses = Vec::new();
        for desk in &desks {
            let mut of_desk = Vec::new();
            for (at, remote) in remotes.iter().enumerate() {
                let address = format!("toy://{run}/{}/{at}", desk.machine.desk);
                let wire = Wire {
                    time: time.clone(),
                    machine: Arc::clone(&desk.machine),
                    weather: Arc::clone(&remote.weather),
                    calls: AtomicU64::new(0),
                };
                let place = Place { server: Arc::clone(&remote.server), line: Arc::new(wire) };
                opened.push(open(&address, place));
                of_desk.push(address);
            }
            addresses.push(of_desk);
        }
        Rc::new(Self { time: time.clone(), spawner: spawner.clone(), check, remotes, desks, addresses, _open: opened })
    }

    fn check(&self) -> MutexGuard<'_, Check> {
        self.check.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn program(&self, desk: usize) -> Option<Program<S>> {
        self.desks[desk].running.borrow().as_ref().map(|(program, _)| Arc::clone(program))
    }

    /// Anything that is said to a person and not to the check: a schedule is full of it.
    fn expected(&self, error: &DeskError) {
        if let DeskError::Store(StoreError::Damaged) = error {
            self.check().broken(Invariant::Sane, "a store was called damaged that is not");
        }
    }

    /// Starts the program of a desk, and what goes on in it by itself.
    async fn start(self: Rc<Self>, desk: usize) {
        let here = &self.desks[desk];
        here.machine.boot();
        let store = match here.shelf.open() {
            Ok(store) => store,
            Err(error) => {
                return self.check().broken(Invariant::Sane, format!("a profile did not open: {}", error.kind()));
            }
        };
        if let Some(wrong) = here.shelf.integrity(&store).into_iter().next() {
            self.check().broken(Invariant::Reopen, format!("the file does not hold together: {wrong}"));
        }
        match store.unsettled(None).await {
            Ok(unsettled) => self.check().reopened(desk, &unsettled),
            Err(error) => self.check().broken(Invariant::Reopen, error.kind()),
        }
        let chaos = Chaos { store: store.clone(), machine: Arc::clone(&here.machine) };
        let clock: Arc<dyn Clock> = Arc::clone(&here.machine) as Arc<dyn Clock>;
        // A disk that fails at the start is tried again, as a person would.
        let program = loop {
            match Rounds::open_with(chaos.clone(), Arc::clone(&clock), toy::KINDS).await {
                Ok(program) => break program,
                Err(error) => self.expected(&error),
            }
            self.time.sleep(TimeDelta::seconds(5)).await;
        };
        if here.connections.borrow().is_empty() {
            for (at, address) in self.addresses[desk].iter().enumerate() {
                let form = ConnectionForm {
                    system: toy::NAME.into(),
                    name: format!("server {at}"),
                    base_url: address.clone(),
                    settings: [("given_name", PEOPLE[desk]), ("history_from", "2026-01-01"), ("poll_seconds", "300")]
                        .map(|(key, value)| (key.to_owned(), value.to_owned()))
                        .into(),
                    secrets: [("password".to_owned(), "made up".to_owned())].into(),
                };
                match program.add_connection(form).await {
                    Ok(view) => here.connections.borrow_mut().push(view.id),
                    Err(error) => return self.check().broken(Invariant::Sane, format!("no connection: {error}")),
                }
            }
        }
        *here.running.borrow_mut() = Some((Arc::clone(&program), store));
        for id in here.connections.borrow().clone() {
            self.spawner.spawn(Some(Group(desk)), Rc::clone(&self).keep_pulling(desk, Arc::clone(&program), id));
            self.spawner.spawn(Some(Group(desk)), Rc::clone(&self).keep_pushing(desk, Arc::clone(&program), id));
        }
    }

    /// While a machine is asleep nothing of it goes on.
    async fn while_awake(&self, desk: usize) {
        loop {
            match self.desks[desk].machine.asleep_until() {
                Some(until) if until > self.time.now() => self.time.until(until).await,
                _ => return,
            }
        }
    }

    /// Nobody works at a machine that sleeps.
    fn is_asleep(&self, desk: usize) -> bool {
        self.desks[desk].machine.asleep_until().is_some_and(|until| until > self.time.now())
    }

    async fn pause(&self, wait: Result<Duration, DeskError>) {
        let wait = match wait {
            Ok(wait) => wait,
            Err(error) => {
                self.expected(&error);
                Duration::from_mins(1)
            }
        };
        self.time.sleep(TimeDelta::from_std(wait).unwrap_or_default().max(TimeDelta::milliseconds(50))).await;
    }

    async fn keep_pulling(self: Rc<Self>, desk: usize, program: Program<S>, id: ConnectionId) {
        loop {
            self.while_awake(desk).await;
            let wait = program.pull_pass(id, None).await;
            if wait.is_ok()
                && let Ok(views) = program.connections().await
            {
                for view in views.iter().filter(|view| view.id == id) {
                    self.check().shown(desk, view);
                }
            }
            self.pause(wait).await;
        }
    }

    async fn keep_pushing(self: Rc<Self>, desk: usize, program: Program<S>, id: ConnectionId) {
        let mut changes = program.store().changes();
        loop {
            self.while_awake(desk).await;
            let wait = program.push_pass(id, Patience::NONE, &mut changes).await;
            let mut pause = pin!(self.pause(wait));
            loop {
                match select(pause.as_mut(), pin!(changes.recv())).await {
                    Either::Right((Ok(changes), _)) if !changes.contains(&Change::Outbox) => {}
                    _ => break,
                }
            }
        }
    }

    /// The program of a desk is no more: at once, wherever it stood.
    fn end(self: &Rc<Self>, desk: usize) {
        self.spawner.end(Group(desk));
        let here = &self.desks[desk];
        if let Some((program, store)) = here.running.borrow_mut().take() {
            drop(program);
            here.shelf.dropped(store);
        }
        let (world, down) = (Rc::clone(self), TimeDelta::seconds(*here.down_seconds.borrow()));
        here.machine.boot();
        self.spawner.spawn(None, async move {
            world.time.sleep(down).await;
            let start = Rc::clone(&world).start(desk);
            world.spawner.spawn(Some(Group(desk)), start);
        });
    }

    /// What the plan says happens.
    async fn direct(self: Rc<Self>, plan: Plan) {
        for (at, step) in &plan.steps {
            self.time.until(beginning() + TimeDelta::seconds(*at)).await;
            self.happens(step);
        }
    }

    fn happens(self: &Rc<Self>, step: &Step) {
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
            Step::Vanish { server, item } => {
                let mut server = self.remotes[server].server();
                // The first ones are worked on.
                if let Some(item) = server.things.keys().nth(item).cloned() {
                    server.things.remove(&item);
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
                    world.sit_down(desk, server, COLLEAGUE).await;
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

    /// A person does something.
    async fn act(&self, step: Step) {
        let Step::Act { desk, server, item, doing, value, hold, after_last } = step else { return };
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let Some(connection) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        let names: Vec<(String, bool)> =
            self.remotes[server].server().things.iter().map(|(name, thing)| (name.clone(), thing.study)).collect();
        let Some((name, study)) = names.get(item % names.len().max(1)).cloned() else { return };
        let kind = if study { ItemKind::Study } else { ItemKind::Case };
        let (action, field, value) = match doing {
            Doing::Comment => ("comment", "text", TEXTS[value % TEXTS.len()].to_owned()),
            Doing::Status => ("status", "status", status(value).to_owned()),
            Doing::Assign => ("assign", "reader", format!("user-{}", PEOPLE[value % PEOPLE.len()])),
            Doing::Note => ("note", "note", format!("mine {value}")),
            Doing::Approve => ("approved", "", String::new()),
            Doing::Receive => ("received", "", String::new()),
        };
        let mut fields = Fields::new();
        if !field.is_empty() {
            fields.insert(field.to_owned(), Value::String(value));
        }
        let last = *self.desks[desk].last.borrow();
        let after = last.filter(|_| after_last).into_iter().collect();
        let item = ItemId::derive(connection, kind, &name);
        match program.act(Intent { item, action: action.into(), fields, hold, after }).await {
            Ok(row) => {
                self.check().said_saved(row.id);
                *self.desks[desk].last.borrow_mut() = Some(row.id);
            }
            Err(error) => self.expected(&error),
        }
    }

    /// A person decides about one of what is unsettled.
    async fn decide(&self, desk: usize, which: usize, verdict: Verdict) {
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let rows = match program.outbox(false).await {
            Ok(rows) => rows,
            Err(error) => return self.expected(&error),
        };
        let word = match verdict {
            Verdict::Undo => "undo",
            Verdict::Retry => "retry",
            Verdict::Discard => "discard",
            Verdict::KeepMine => "keepMine",
            Verdict::TakeTheirs => "takeTheirs",
        };
        let offered: Vec<ActionId> =
            rows.iter().filter(|row| row.choices.iter().any(|choice| choice == word)).map(|row| row.id).collect();
        let Some(id) = offered.get(which % offered.len().max(1)).copied() else { return };
        self.check().person_ends(id);
        let decided = match verdict {
            Verdict::Undo => program.undo(id).await,
            Verdict::Retry => program.retry(id).await,
            Verdict::Discard => program.discard(id, "It is no longer needed.").await,
            Verdict::KeepMine => program.resolve(id, true).await,
            Verdict::TakeTheirs => program.resolve(id, false).await,
        };
        match decided {
            Ok(row) => self.check().said_saved(row.id),
            Err(error) => self.expected(&error),
        }
    }

    /// A person signs in, and types the number that they are sent.
    async fn sign_in(&self, desk: usize, server: usize) {
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let Some(id) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        let waits = |views: &[rounds_domain::view::ConnectionView]| {
            views.iter().any(|view| view.id == id && view.pin_wanted.is_some())
        };
        let wanted = program.connections().await.is_ok_and(|views| waits(&views));
        if !wanted && let Err(error) = program.test_connection(id).await {
            return self.expected(&error);
        }
        if program.connections().await.is_ok_and(|views| waits(&views))
            && let Err(error) = {
                let r = program.give_pin(id, PIN).await;
                if std::env::var_os("DBG").is_some() {
                    eprintln!("{} pin {:?}", self.time.now(), r);
                }
                r
            }
        {
            self.expected(&error);
        }
    }

    /// A person presses "sync"; says whether everything could be read.
    async fn sync(&self, desk: usize, full: bool) -> bool {
        if self.is_asleep(desk) {
            return false;
        }
        let Some(program) = self.program(desk) else { return false };
        let extent = if full { Extent::Full } else { Extent::Recent };
        match program.sync_now(None, extent, Patience::NONE).await {
            Ok(report) => report.connections.iter().all(|connection| connection.error.is_none()),
            Err(error) => {
                self.expected(&error);
                false
            }
        }
    }

    /// Somebody fills in who they are.
    async fn sit_down(&self, desk: usize, server: usize, given: &str) {
        if self.is_asleep(desk) {
            return;
        }
        let Some(program) = self.program(desk) else { return };
        let Some(id) = self.desks[desk].connections.borrow().get(server).copied() else { return };
        let settings = [("given_name".to_owned(), given.to_owned())].into();
        let change = ConnectionSettings { settings, ..ConnectionSettings::default() };
        match program.set_connection(id, change).await {
            Ok(_) => self.sign_in(desk, server).await,
            Err(error) => self.expected(&error),
        }
    }

    /// Nothing goes wrong any more.
    fn heal(&self) {
        for remote in &self.remotes {
            *remote.weather() = Weather::default();
            remote.server().password_is_good = true;
        }
        for desk in &self.desks {
            desk.machine.heal();
            desk.machine.set_clock_right();
        }
    }

    /// People come back to their desks, sign in as themselves, and press "sync".
    async fn put_right(self: Rc<Self>, desk: usize) {
        for server in 0..self.remotes.len() {
            self.sit_down(desk, server, PEOPLE[desk]).await;
        }
        // Whoever is asked for a number again types it again.
        for _ in 0..5 {
            for server in 0..self.remotes.len() {
                self.sign_in(desk, server).await;
            }
            if self.sync(desk, false).await {
                return;
            }
        }
    }
}

fn thing(study: bool, created: DateTime<Utc>) -> Thing {
    Thing {
        study,
        created,
        updated: created,
        values: [("status".to_owned(), Value::from("NEW"))].into(),
        holder: None,
        remarks: vec![],
        marks: vec![],
        version: 0,
    }
}

/// After the faults: for how long a program may need to settle everything by itself. A job that never ends is followed for a day.
const SETTLING: TimeDelta = TimeDelta::hours(30);

struct Run<S: Shelf> {
    executor: Executor,
    world: Rc<World<S>>,
    steps: u64,
    now: Arc<AtomicI64>,
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
            self.now.store(self.world.time.now().timestamp(), Ordering::Release);
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
    let mut run = Run { executor, world: Rc::clone(&world), steps: 0, now: Arc::default() };
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
