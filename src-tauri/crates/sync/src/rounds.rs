//! An open profile with its connections.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rounds_domain::{
    declare::System,
    ids::{ConnectionId, ItemId},
    view::{Answered, Question},
};
use rounds_engine::outbox::transition::{Event, Rules, after};
use rounds_remote::registry::{Kind, SHIPPED};
use rounds_store::Store;
use tokio::sync::Notify;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{Clock, Keep, desk::DeskError, link::Link};

/// An open profile: its store, its connections, its clock. Shared by the tasks and by whoever works at the desk.
pub struct Rounds<K: Keep = Store> {
    pub(crate) store: K,
    pub(crate) clock: Arc<dyn Clock>,
    /// The kinds of systems, with what each declares.
    kinds: Vec<(Kind, Arc<System>)>,
    /// Every task that was spawned, and the token that ends them.
    pub(crate) tasks: TaskTracker,
    pub(crate) stop: CancellationToken,
    /// Wakes the pull tasks: somebody asked.
    pub(crate) pull_wakes: Mutex<HashMap<ConnectionId, Arc<Notify>>>,
    pub(crate) asked: Mutex<HashMap<ConnectionId, rounds_engine::pull::plan::Asked>>,
    /// Files that are being fetched.
    pub(crate) fetching: Mutex<HashSet<(ItemId, String)>>,
    /// What somebody asks a system and waits for.
    pub(crate) questions: Mutex<HashMap<Question, Answered>>,
    links: tokio::sync::Mutex<HashMap<ConnectionId, Arc<Link<K>>>>,
    turns: Mutex<HashMap<ConnectionId, Arc<Turns>>>,
}

/// One pull and one push of a connection at a time: two sweeps of the same window would each take what the other saw for
/// missing.
#[derive(Default)]
pub(crate) struct Turns {
    pub(crate) pull: tokio::sync::Mutex<()>,
    pub(crate) push: tokio::sync::Mutex<()>,
}

impl<K: Keep> Rounds<K> {
    /// Takes over an open store. What was being sent when the program ended is in doubt from now on.
    pub async fn open(store: K, clock: Arc<dyn Clock>) -> Result<Arc<Self>, DeskError> {
        Self::open_with(store, clock, SHIPPED).await
    }

    /// Like [`open`](Self::open), with other systems than those that ship.
    pub async fn open_with(store: K, clock: Arc<dyn Clock>, kinds: &'static [Kind]) -> Result<Arc<Self>, DeskError> {
        // Reopening needs no knowledge of the system: the rules only matter for what follows.
        let rules = Rules { server_timeout: Duration::from_mins(1) };
        for action in store.unsettled(None).await? {
            let tick = clock.tick();
            store.move_action(action.id, move |action| Some(after(action, Event::Reopened, rules, tick))).await?;
        }
        Ok(Arc::new(Self {
            store,
            clock,
            kinds: kinds.iter().map(|kind| (*kind, Arc::new((kind.declare)()))).collect(),
            tasks: TaskTracker::new(),
            stop: CancellationToken::new(),
            pull_wakes: Mutex::default(),
            asked: Mutex::default(),
            fetching: Mutex::default(),
            questions: Mutex::default(),
            links: tokio::sync::Mutex::default(),
            turns: Mutex::default(),
        }))
    }

    /// The store behind it, for whoever listens for its changes.
    pub fn store(&self) -> &K {
        &self.store
    }

    /// Ends every task and closes the profile. What is being sent is waited for, within `patience`; what is not done by
    /// then is looked for at the next start.
    pub async fn close(&self, patience: Duration) -> Result<(), DeskError> {
        self.stop.cancel();
        self.tasks.close();
        if tokio::time::timeout(patience, self.tasks.wait()).await.is_err() {
            tracing::info!("closing while a request is under way");
        }
        Ok(self.store.close().await?)
    }

    /// What every kind of system declares.
    pub fn systems(&self) -> Vec<System> {
        self.kinds.iter().map(|(_, system)| System::clone(system)).collect()
    }

    pub(crate) fn system(&self, name: &str) -> Result<(Kind, Arc<System>), DeskError> {
        self.kinds
            .iter()
            .find(|(_, system)| system.name == name)
            .cloned()
            .ok_or_else(|| DeskError::Invalid(format!("There is no system called \"{name}\".")))
    }

    /// The client for a connection, made anew when its settings changed; of the connection as it stands now. Whoever read it
    /// earlier knows of another sign-in, and a client made of that would wait for a PIN that was given.
    pub(crate) async fn link(&self, id: ConnectionId) -> Result<Arc<Link<K>>, DeskError> {
        let mut links = self.links.lock().await;
        let connection = self.store.connection(id).await?;
        if let Some(link) = links.get(&id).filter(|link| link.is_for(&connection)) {
            return Ok(Arc::clone(link));
        }
        let (kind, system) = self.system(&connection.system)?;
        let before = links.get(&id).map(Arc::as_ref);
        let link = Arc::new(Link::new(kind, system, &connection, before, &self.clock, self.store.clone())?);
        links.insert(id, Arc::clone(&link));
        Ok(link)
    }

    pub(crate) fn turns(&self, id: ConnectionId) -> Arc<Turns> {
        Arc::clone(self.turns.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default())
    }

    pub(crate) async fn forget_link(&self, id: ConnectionId) {
        self.links.lock().await.remove(&id);
    }
}

/// What every kind of system that ships with Rounds declares.
pub fn systems() -> Vec<System> {
    SHIPPED.iter().map(|kind| (kind.declare)()).collect()
}
