//! Who is there while a schedule runs: servers behind lines that fail, desks with their machines, and what goes on at each by itself.

use std::{
    cell::RefCell,
    collections::BTreeSet,
    pin::pin,
    rc::Rc,
    sync::{
        Arc, LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures::future::{Either, select};
use rounds_domain::{
    error::{AndNow, RemoteError},
    ids::{ActionId, ConnectionId},
    moment,
};
use rounds_store::{Change, StoreError};
use rounds_sync::{
    Clock, Keep, Patience, Rounds,
    desk::{ConnectionForm, DeskError},
};
use tokio::runtime::Runtime;

use super::{
    chaos::Chaos,
    check::Check,
    invariant::Invariant,
    machine::Machine,
    plan::{COLLEAGUE, GUEST, PEOPLE, Plan, TEXTS},
    sim::{Group, Spawner, Time},
};
use crate::toy::{
    self,
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

pub(super) type Program<S> = Arc<Rounds<Chaos<<S as Shelf>::Store>>>;

pub(super) struct Desk<S: Shelf> {
    pub(super) machine: Arc<Machine>,
    pub(super) shelf: S,
    pub(super) running: RefCell<Option<(Program<S>, S::Store)>>,
    pub(super) connections: RefCell<Vec<ConnectionId>>,
    pub(super) last: RefCell<Option<ActionId>>,
    /// What was made here: at which server, under which name.
    pub(super) made: RefCell<BTreeSet<(usize, String)>>,
    pub(super) down_seconds: RefCell<i64>,
}

/// What goes wrong on the way to a server.
#[derive(Default)]
pub(super) struct Weather {
    pub(super) down_until: Option<DateTime<Utc>>,
    pub(super) fates: Vec<(Call, Fate)>,
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

pub(super) struct Remote {
    pub(super) server: Arc<Mutex<Server>>,
    pub(super) weather: Arc<Mutex<Weather>>,
}

impl Remote {
    pub(super) fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A run of a schedule.
pub(super) struct World<S: Shelf> {
    pub(super) time: Time,
    pub(super) spawner: Spawner,
    pub(super) check: Arc<Mutex<Check>>,
    pub(super) remotes: Vec<Remote>,
    pub(super) desks: Vec<Desk<S>>,
    pub(super) addresses: Vec<Vec<String>>,
    /// What was taken off its server by somebody there.
    pub(super) vanished: RefCell<BTreeSet<(usize, String)>>,
    _open: Vec<Open>,
}

pub(super) static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Runtime::new().unwrap_or_else(|error| panic!("no threads for the store: {error}")));

static RUNS: AtomicU64 = AtomicU64::new(0);

pub(super) fn user(given: &str) -> User {
    User { id: format!("user-{given}"), given: given.to_owned() }
}

pub(super) fn item_name(study: bool, nth: usize) -> String {
    format!("{}-{nth}", if study { "study" } else { "case" })
}

/// When every schedule begins.
pub(super) fn beginning() -> DateTime<Utc> {
    moment::instant("2026-03-02T08:00:00Z").unwrap_or_default()
}

impl<S: Shelf> World<S> {
    pub(super) fn new(plan: &Plan, time: &Time, spawner: &Spawner) -> Rc<Self> {
        let run = RUNS.fetch_add(1, Ordering::AcqRel);
        let remotes: Vec<Remote> = plan
            .servers
            .iter()
            .map(|manner| {
                let mut server = Server::new(manner.sign_in);
                server.names_comments = manner.names_comments;
                server.page = manner.page;
                server.users = PEOPLE.iter().chain([&COLLEAGUE, &GUEST]).map(|given| user(given)).collect();
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
                made: RefCell::default(),
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
        let (time, spawner, vanished) = (time.clone(), spawner.clone(), RefCell::default());
        Rc::new(Self { time, spawner, check, remotes, desks, addresses, vanished, _open: opened })
    }

    pub(super) fn check(&self) -> MutexGuard<'_, Check> {
        self.check.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn program(&self, desk: usize) -> Option<Program<S>> {
        self.desks[desk].running.borrow().as_ref().map(|(program, _)| Arc::clone(program))
    }

    /// Anything that is said to a person and not to the check: a schedule is full of it.
    pub(super) fn expected(&self, error: &DeskError) {
        if let DeskError::Store(StoreError::Damaged) = error {
            self.check().broken(Invariant::Sane, "a store was called damaged that is not");
        }
    }

    /// Starts the program of a desk, and what goes on in it by itself.
    pub(super) async fn start(self: Rc<Self>, desk: usize) {
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
        let chaos = Chaos::new(store.clone(), Arc::clone(&here.machine));
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
    pub(super) fn is_asleep(&self, desk: usize) -> bool {
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
    pub(super) fn end(self: &Rc<Self>, desk: usize) {
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
}

pub(super) fn thing(study: bool, created: DateTime<Utc>) -> Thing {
    Thing { study, ..Thing::made(created) }
}
