//! What goes on by itself while a profile is open: for each connection one task that pulls and one that pushes.

use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures::FutureExt;
use rounds_domain::{ids::ConnectionId, outbox::OutboxState};
use rounds_engine::{
    backoff,
    outbox::{lanes, transition::Event},
    pull::plan::{self, Asked, Extent},
};
use rounds_store::{Change, StoreError, table::connection::Connection};
use tokio::sync::broadcast::{
    Receiver,
    error::{RecvError, TryRecvError},
};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{
    Keep, Rounds,
    desk::DeskError,
    link::Link,
    report::{ConnectionReport, ErrorReport, FeedReport, SyncReport},
};

/// For how long one pass over the outbox waits for what becomes due soon.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For anything.
    pub(crate) short: Duration,
    /// Once the system answers and what is in doubt is being looked for.
    pub(crate) in_doubt: Duration,
}

impl Patience {
    /// For a pass that another one follows by itself.
    pub const SHORT: Self = Self { short: Duration::from_secs(5), in_doubt: Duration::from_secs(5) };
    /// For a pass of whoever has a clock of their own: nothing is waited for.
    pub const NONE: Self = Self { short: Duration::ZERO, in_doubt: Duration::ZERO };
    /// For a pass after which nobody looks on: it sees doubt through, as long as the looking itself works.
    pub const LONG: Self = Self { in_doubt: Duration::from_mins(2), ..Self::SHORT };
}
/// The longest sleep of a task; whatever becomes due without an announcement is found by then.
const LONGEST: Duration = Duration::from_mins(1);

impl<K: Keep> Rounds<K> {
    /// Starts the tasks. They end with [`close`](Rounds::close).
    pub fn start(self: &Arc<Self>) {
        let rounds = Arc::clone(self);
        let stop = self.stop.clone();
        self.keep_alive("supervisor", stop, move || Arc::clone(&rounds).supervise());
    }

    /// Keeps two tasks running for each connection, and ends those of removed ones.
    async fn supervise(self: Arc<Self>) {
        let mut changes = self.store.changes();
        // Dropping a guard ends the tasks, also when a program error drops them all.
        let mut running: HashMap<ConnectionId, DropGuard> = HashMap::new();
        loop {
            match self.store.connections().await {
                Ok(connections) => {
                    running.retain(|id, _| connections.iter().any(|connection| connection.id == *id));
                    for connection in connections {
                        running.entry(connection.id).or_insert_with(|| self.run(&connection).drop_guard());
                    }
                }
                Err(error) => tracing::warn!(kind = error.kind(), "the connections could not be read"),
            }
            loop {
                tokio::select! {
                    () = self.stop.cancelled() => return,
                    change = changes.recv() => match change {
                        Ok(changes) if !changes.iter().any(|change| matches!(change, Change::Connection(_))) => {}
                        Err(RecvError::Closed) => return,
                        _ => break,
                    },
                }
            }
        }
    }

    fn run(self: &Arc<Self>, connection: &Connection) -> CancellationToken {
        let token = self.stop.child_token();
        let id = connection.id;
        let (puller, stop) = (Arc::clone(self), token.clone());
        self.keep_alive("pull", token.clone(), move || Arc::clone(&puller).keep_pulling(id, stop.clone()));
        let (pusher, stop) = (Arc::clone(self), token.clone());
        self.keep_alive("push", token.clone(), move || Arc::clone(&pusher).keep_pushing(id, stop.clone()));
        token
    }

    /// Runs a task to its end, and begins it anew when a program error ended it: one bad record must not leave an outbox
    /// unsent until the next start. What the error said is not told; it can quote what was being read.
    fn keep_alive<F>(
        self: &Arc<Self>,
        task: &'static str,
        stop: CancellationToken,
        run: impl Fn() -> F + Send + 'static,
    ) where
        F: Future<Output = ()> + Send,
    {
        let clock = Arc::clone(&self.clock);
        self.tasks.spawn(async move {
            let mut failures = 0;
            while !stop.is_cancelled() {
                let began = clock.up();
                if AssertUnwindSafe(run()).catch_unwind().await.is_ok() {
                    return;
                }
                // A task that ran for long has recovered since.
                failures = if clock.up().saturating_sub(began) > backoff::CAP { 0 } else { failures + 1 };
                tracing::error!(task, failures, "a task ended by a program error and is begun anew");
                let tick = clock.tick();
                let wait = (backoff::next_try(failures, None, tick) - tick.now).to_std().unwrap_or(LONGEST);
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(wait) => {}
                }
            }
        });
    }

    /// Has the pull of a connection, or of all, go on at once; one that is under way is followed by another.
    pub(crate) fn wake_pulls(&self, only: Option<ConnectionId>) {
        let wakes = self.pull_wakes.lock().unwrap_or_else(PoisonError::into_inner);
        // One permit is kept for a task that does not wait just now.
        wakes.iter().filter(|(id, _)| only.is_none_or(|only| only == **id)).for_each(|(_, wake)| wake.notify_one());
    }

    async fn keep_pulling(self: Arc<Self>, id: ConnectionId, stop: CancellationToken) {
        let wake = Arc::clone(self.pull_wakes.lock().unwrap_or_else(PoisonError::into_inner).entry(id).or_default());
        while !stop.is_cancelled() {
            let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner).get(&id).copied();
            let wait = match self.pull_pass(id, asked).await {
                Ok(wait) => wait,
                Err(DeskError::Locked) => return,
                Err(DeskError::NotFound(_)) if self.is_removed(id).await => return,
                Err(error) => {
                    tracing::warn!(kind = error.kind(), "a pull ended early");
                    LONGEST
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Whether a connection is no longer there, and its tasks have nothing left to do.
    async fn is_removed(&self, id: ConnectionId) -> bool {
        matches!(self.store.connection(id).await, Err(StoreError::NotFound(_)))
    }

    /// One pass of what goes on by itself: reads what is due, or was asked for, and lets what waited for the network or for a
    /// sign-in go on. Answers how long to sleep then.
    pub async fn pull_pass(self: &Arc<Self>, id: ConnectionId, asked: Option<Asked>) -> Result<Duration, DeskError> {
        let connection = self.store.connection(id).await?;
        let link = self.link(connection.id).await?;
        let (feeds, error) = self.pull(&connection, asked).await?;
        if error.is_none() {
            self.go_on_after_pull(&link, &connection, &feeds).await?;
        }
        let now = self.clock.now();
        let mut next = now + chrono::TimeDelta::from_std(LONGEST).unwrap_or_default();
        for feed in &link.system.feeds {
            let slices = self.plan(&link, &feed.name, &feed.shape).await?;
            next = next.min(plan::next_due(&slices, link.pace, now));
        }
        let next = next.max(link.rest.until().unwrap_or(next));
        Ok((next - now).to_std().unwrap_or_default().clamp(Duration::from_millis(500), LONGEST))
    }

    /// Lets what waited for the network or for a sign-in go on after a pull that nothing stood in the way of, without anybody
    /// pressing a button.
    async fn go_on_after_pull(
        &self,
        link: &Link<K>,
        connection: &Connection,
        feeds: &[FeedReport],
    ) -> Result<(), DeskError> {
        // What has nothing to read tells nothing by being read: what waits for it is tried unless the account was refused.
        let proves = !link.system.feeds.is_empty();
        let is_open = if proves {
            feeds.iter().any(|feed| feed.pages > 0)
        } else {
            link.may_call().await.is_ok() && link.refused().await.is_none()
        };
        if !is_open {
            return Ok(());
        }
        // Whoever may read is signed in.
        if proves {
            self.account_is_good(link).await?;
        }
        self.wake_outbox(link).await?;
        if self.waits_for_sign_in(connection).await? {
            let event = if proves { Event::SignedIn } else { Event::MayTry };
            self.tell_all(link, &event).await?;
        }
        Ok(())
    }

    async fn keep_pushing(self: Arc<Self>, id: ConnectionId, stop: CancellationToken) {
        let mut changes = self.store.changes();
        while !stop.is_cancelled() {
            let wait = match self.push_pass(id, Patience::SHORT, &mut changes).await {
                Ok(wait) => wait,
                Err(DeskError::Locked) => return,
                Err(DeskError::NotFound(_)) if self.is_removed(id).await => return,
                Err(error) => {
                    tracing::warn!(kind = error.kind(), "the outbox could not be worked on");
                    LONGEST
                }
            };
            let sleep = tokio::time::sleep(wait);
            tokio::pin!(sleep);
            loop {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = &mut sleep => break,
                    change = changes.recv() => match change {
                        Ok(changes) if !changes.contains(&Change::Outbox) => {}
                        Err(RecvError::Closed) => return,
                        _ => break,
                    },
                }
            }
        }
    }

    /// One pass over the outbox of a connection, as it goes on by itself. Answers how long to sleep then, unless something of the
    /// outbox is announced to `changes` from now on.
    pub async fn push_pass(
        self: &Arc<Self>,
        id: ConnectionId,
        patience: Patience,
        changes: &mut Receiver<Arc<[Change]>>,
    ) -> Result<Duration, DeskError> {
        let connection = self.store.connection(id).await?;
        let report = self.push(&connection, patience).await?;
        // What the pass itself announced must not wake it again; what is read next has all of it.
        while !matches!(changes.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
        self.next_push(id, report.not_before).await
    }

    async fn next_push(&self, id: ConnectionId, not_before: Option<DateTime<Utc>>) -> Result<Duration, DeskError> {
        let unsettled = self.store.unsettled(None).await?;
        let now = self.clock.now();
        // What is held waits for its person and not for the system.
        let (held, others): (Vec<_>, Vec<_>) =
            unsettled.into_iter().partition(|action| action.state == OutboxState::Held);
        let next = lanes::next_due(&others, id, now).max(not_before);
        let next = [next, lanes::next_due(&held, id, now)].into_iter().flatten().min();
        // What became due in this moment has waited long enough.
        let wait = next.map_or(LONGEST, |next| (next - self.clock.now()).to_std().unwrap_or_default());
        Ok(wait.clamp(Duration::from_millis(50), LONGEST))
    }

    /// Asks for things to be read now, in the background.
    pub async fn sync_soon(&self, extent: Extent) -> Result<(), DeskError> {
        let asked = self.asked_now(extent);
        for connection in self.store.connections().await? {
            self.ready_to_retry(&connection).await?;
            self.asked.lock().unwrap_or_else(PoisonError::into_inner).insert(connection.id, asked);
        }
        self.wake_pulls(None);
        Ok(())
    }

    /// A wish made now.
    fn asked_now(&self, extent: Extent) -> Asked {
        Asked { at: self.clock.now(), extent }
    }

    async fn ready_to_retry(&self, connection: &Connection) -> Result<(), DeskError> {
        let link = self.link(connection.id).await?;
        link.account.hurry();
        self.store.slices_retry(connection.key).await?;
        self.wake_outbox(&link).await
    }

    /// Pulls, then works on the outbox until nothing more can be done now. One connection's trouble leaves the others
    /// untouched.
    pub async fn sync_now(
        self: &Arc<Self>,
        only: Option<ConnectionId>,
        extent: Extent,
        patience: Patience,
    ) -> Result<SyncReport, DeskError> {
        let mut report = SyncReport::default();
        let asked = self.asked_now(extent);
        let connections = self.store.connections().await?;
        let chosen: Vec<Connection> =
            connections.into_iter().filter(|connection| only.is_none_or(|only| only == connection.id)).collect();
        let passes = chosen.iter().map(|connection| self.sync_connection(connection, asked, patience));
        for (connection, pass) in chosen.iter().zip(futures::future::join_all(passes).await) {
            report.connections.push(pass.unwrap_or_else(|error| ConnectionReport {
                connection: connection.name.clone(),
                system: connection.system.clone(),
                error: Some(ErrorReport { kind: "local".into(), message: error.to_string() }),
                ..ConnectionReport::default()
            }));
        }
        Ok(report)
    }

    async fn sync_connection(
        self: &Arc<Self>,
        connection: &Connection,
        asked: Asked,
        patience: Patience,
    ) -> Result<ConnectionReport, DeskError> {
        self.ready_to_retry(connection).await?;
        let mut signed_out = None;
        // What was refused by the system's own word is for its person: asking again may count towards a lock-out.
        let is_refused = self.link(connection.id).await?.refused().await.is_some();
        if !is_refused && connection.asks_for_pin().is_none() && self.waits_for_sign_in(connection).await? {
            signed_out = self.sign_in_now(connection).await?.err();
        }
        let (feeds, error) = self.pull(connection, Some(asked)).await?;
        if error.is_none() {
            self.go_on_after_pull(&*self.link(connection.id).await?, connection, &feeds).await?;
        }
        let outbox = self.push(connection, patience).await?;
        // What stood in the outbox's way and no longer does is no error of the pass.
        let held_up = outbox.error.clone().filter(|_| outbox.waiting > 0);
        let refused = self.link(connection.id).await?.refused().await;
        let error = signed_out.or(error).or(held_up).or(refused);
        Ok(ConnectionReport {
            connection: connection.name.clone(),
            system: connection.system.clone(),
            feeds,
            outbox,
            error: error.as_ref().map(ErrorReport::from),
        })
    }
}
