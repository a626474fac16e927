//! The process that is killed: it opens a profile, works on its outbox until nothing goes on by itself, and says how it stands.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rounds_domain::{
    outbox::OutboxState,
    planted::{Point, on_reaching},
};
use rounds_remote::registry::SHIPPED;
use rounds_store::profile;
use rounds_sync::{Clock, Patience, Rounds};
use serde_json::{Value, json};

use super::{Failure, desk::unlock};
use crate::clock::AheadClock;

/// The point at which it is to be killed, counted from one; none is 0.
static END_AT: AtomicUsize = AtomicUsize::new(0);
static POINTS: AtomicUsize = AtomicUsize::new(0);

/// More passes than anything needs.
const PASSES: usize = 400;

fn watch(_: Point) {
    let point = POINTS.fetch_add(1, Ordering::AcqRel) + 1;
    if point == END_AT.load(Ordering::Acquire) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        // The signal is on its way; nothing more is done.
        loop {
            std::thread::park();
        }
    }
}

/// Works on the outbox of the profile in this folder, to be killed at a point, and answers what the worker's `main` prints.
pub async fn work(folder: &Path, end_at: Option<usize>) -> Result<Value, Failure> {
    END_AT.store(end_at.unwrap_or(0), Ordering::Release);
    on_reaching(watch);
    let store = profile::open(folder, unlock()).await?;
    let clock = Arc::new(AheadClock::default());
    // One that was killed had put its clock forward: this one goes on after it.
    clock.advance(Duration::from_hours(1));
    let rounds = Rounds::open_with(store, Arc::clone(&clock) as Arc<dyn Clock>, SHIPPED).await?;
    let mut changes = rounds.store().changes();
    for _ in 0..PASSES {
        let outbox = rounds.outbox(true).await?;
        if outbox.iter().all(|row| row.state.is_final() || row.state == OutboxState::NeedsPerson) {
            break;
        }
        for connection in rounds.connections().await? {
            let wait = rounds.push_pass(connection.id, Patience::NONE, &mut changes).await?;
            clock.advance(wait);
        }
    }
    let outbox: Vec<Value> = rounds
        .outbox(true)
        .await?
        .iter()
        .map(|row| json!([row.state.word(), row.reason.as_ref().map(|reason| format!("{:?}", reason.kind))]))
        .collect();
    rounds.close(Duration::from_secs(10)).await?;
    Ok(json!({"outbox": outbox, "points": POINTS.load(Ordering::Acquire)}))
}
