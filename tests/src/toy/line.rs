//! The line between a client and its server: what becomes of a call on its way, and of its answer on its way back.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::error::RemoteError;

use super::server::Server;

/// What a call is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// Signing in, or giving a PIN.
    SignIn,
    /// A page of a feed.
    Page,
    /// One item, a batch of them, a job, candidates, a file.
    Read,
    /// An action.
    Write,
}

/// What becomes of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageFault {
    /// Its cursor is the one that it was read from.
    SameCursor,
    /// Its rows stand there twice, in the wrong order.
    Shuffled,
    /// One of its rows cannot be read.
    Spoiled,
}

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It arrives, and its answer too.
    Through,
    /// It arrives, and its page is spoiled.
    Page(PageFault),
    /// It does not arrive, and this is what the client makes of that.
    Never(RemoteError),
    /// It arrives, and its answer is lost.
    AnswerLost(RemoteError),
    /// Its answer is lost, and it takes effect only so much later.
    Late(TimeDelta, RemoteError),
}

/// The line.
#[async_trait]
pub trait Line: Send + Sync {
    /// A call is on its way: answers what becomes of it when it should have arrived.
    async fn there(&self, call: Call) -> Fate;
    /// The answer is on its way back.
    async fn back(&self);
    /// What time it is upstream.
    fn now(&self) -> DateTime<Utc>;
}

/// A line on which everything arrives at once.
pub struct Straight;

#[async_trait]
impl Line for Straight {
    async fn there(&self, _: Call) -> Fate {
        Fate::Through
    }

    async fn back(&self) {}

    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A server that can be reached, and the line to it.
#[derive(Clone)]
pub struct Place {
    /// The server.
    pub server: Arc<Mutex<Server>>,
    /// The line.
    pub line: Arc<dyn Line>,
}

impl Place {
    /// The server, for whoever looks at it or changes it.
    pub fn server(&self) -> MutexGuard<'_, Server> {
        self.server.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

static PLACES: LazyLock<Mutex<BTreeMap<String, Place>>> = LazyLock::new(Mutex::default);

fn places() -> MutexGuard<'static, BTreeMap<String, Place>> {
    PLACES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes a server reachable at an address, until the answer is dropped.
pub fn open(address: &str, place: Place) -> Open {
    places().insert(address.to_owned(), place);
    Open(address.to_owned())
}

/// The server at an address.
pub(super) fn at(address: &str) -> Option<Place> {
    places().get(address).cloned()
}

/// An address at which somebody answers.
pub struct Open(String);

impl Drop for Open {
    fn drop(&mut self) {
        places().remove(&self.0);
    }
}
