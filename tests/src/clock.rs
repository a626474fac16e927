//! A clock that can be put forward where a test would otherwise wait.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rounds_sync::Clock;
use uuid::Uuid;

/// The machine's clocks, put forward where a story would otherwise wait; its wall clock can be set, too.
#[derive(Debug)]
pub struct AheadClock {
    ahead: AtomicI64,
    set: AtomicI64,
    began: Instant,
}

impl Default for AheadClock {
    fn default() -> Self {
        Self { ahead: AtomicI64::default(), set: AtomicI64::default(), began: Instant::now() }
    }
}

impl AheadClock {
    /// Time passes; at most for centuries.
    pub fn advance(&self, by: Duration) {
        self.ahead.fetch_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4), Ordering::AcqRel);
    }

    /// No time passes; somebody sets the wall clock forward or back.
    pub fn set(&self, by: TimeDelta) {
        self.set.fetch_add(by.num_milliseconds(), Ordering::AcqRel);
    }
}

impl Clock for AheadClock {
    fn now(&self) -> DateTime<Utc> {
        let ahead = self.ahead.load(Ordering::Acquire) + self.set.load(Ordering::Acquire);
        Utc::now().trunc_subsecs(3) + TimeDelta::milliseconds(ahead)
    }

    fn up(&self) -> Duration {
        self.began.elapsed() + Duration::from_millis(u64::try_from(self.ahead.load(Ordering::Acquire)).unwrap_or(0))
    }

    fn random(&self) -> f64 {
        0.5
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}
