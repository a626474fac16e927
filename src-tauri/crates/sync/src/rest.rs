//! Leaving a system alone: for as long as it asked, and longer each time that nothing could be done there.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use chrono::{DateTime, Utc};
use rounds_domain::error::{AndNow, RemoteError};
use rounds_engine::{Tick, backoff};

use crate::Clock;

/// Until when a connection's system is left alone. Outlives the client, which is made anew whenever a setting changes or a page teaches something.
pub(crate) struct Rest {
    clock: Arc<dyn Clock>,
    asked: Mutex<Option<DateTime<Utc>>>,
    stops: AtomicU32,
}

impl Rest {
    /// `asked` is what was kept of an earlier run.
    pub(crate) fn new(clock: Arc<dyn Clock>, asked: Option<DateTime<Utc>>) -> Self {
        Self { clock, asked: Mutex::new(asked), stops: AtomicU32::new(0) }
    }

    /// The moment of a decision.
    pub(crate) fn tick(&self) -> Tick {
        self.clock.tick()
    }

    /// Takes note of an error that says for how long to stay away.
    pub(crate) fn note(&self, error: &RemoteError) {
        if let AndNow::Later(Some(asked)) = error.and_now {
            let until = backoff::next_try(0, Some(asked), self.clock.tick());
            let now = self.clock.now();
            let mut kept = self.asked();
            // Several calls are under way at once; the longest time asked for counts.
            *kept = backoff::left_alone(*kept, now).max(Some(until));
        }
    }

    /// Until when it is to be left alone, as it asked.
    pub(crate) fn until(&self) -> Option<DateTime<Utc>> {
        let asked = *self.asked();
        backoff::left_alone(asked, self.clock.now())
    }

    /// What is said instead of a call while it is to be left alone.
    pub(crate) fn refusal(&self) -> Option<RemoteError> {
        let left = (self.until()? - self.clock.now()).to_std().unwrap_or_default();
        Some(RemoteError::new(
            AndNow::Later(Some(left)),
            format!(
                "The system asked to be left alone; it is asked again in {} s. What is here stays readable, and what you wrote is \
                 saved.",
                left.as_secs() + 1
            ),
        ))
    }

    /// A pass over the outbox was stopped; answers when the next one may begin.
    pub(crate) fn stopped(&self) -> DateTime<Utc> {
        let stops = self.stops.fetch_add(1, Ordering::AcqRel);
        backoff::next_try(stops, None, self.clock.tick())
    }

    /// A pass over the outbox came to its end.
    pub(crate) fn went_through(&self) {
        self.stops.store(0, Ordering::Release);
    }

    fn asked(&self) -> std::sync::MutexGuard<'_, Option<DateTime<Utc>>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
