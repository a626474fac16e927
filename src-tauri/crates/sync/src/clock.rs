//! Time and chance, passed in.

use std::{
    sync::OnceLock,
    time::{Duration, Instant},
};

use chrono::{DateTime, SubsecRound, Utc};
use rounds_engine::Tick;
use uuid::Uuid;

/// What time it is, and a random number when one is needed.
pub trait Clock: Send + Sync {
    /// Now, to the millisecond: as exact as times are kept. Else what was done now would lie after what is read now.
    fn now(&self) -> DateTime<Utc>;

    /// A random number in `0.0..1.0`.
    fn random(&self) -> f64;

    /// A new id: unique, and sorted by time.
    fn new_id(&self) -> Uuid;

    /// How long this run of the program has lasted, by a clock that is never set and never too fast.
    fn up(&self) -> Duration {
        static BEGAN: OnceLock<Instant> = OnceLock::new();
        BEGAN.get_or_init(Instant::now).elapsed()
    }

    /// The moment of a decision.
    fn tick(&self) -> Tick {
        Tick { now: self.now(), up: self.up(), random: self.random() }
    }
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(3)
    }

    fn random(&self) -> f64 {
        rand::random()
    }

    fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_is_as_exact_as_times_are_kept() {
        for _ in 0..100 {
            assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000_000, 0);
        }
        let before = SystemClock.up();
        assert!(SystemClock.up() >= before);
    }
}
