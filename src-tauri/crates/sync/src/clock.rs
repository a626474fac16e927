//! Time and chance, passed in.

use chrono::{DateTime, Utc};
use rounds_engine::Tick;

/// What time it is, and a random number when one is needed.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;

    /// A random number in `0.0..1.0`.
    fn random(&self) -> f64;

    /// The moment of a decision.
    fn tick(&self) -> Tick {
        Tick { now: self.now(), random: self.random() }
    }
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }

    fn random(&self) -> f64 {
        rand::random()
    }
}
