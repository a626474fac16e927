//! The decisions of pull and push, without any I/O: a state and an event in, the next state and what to do out.
//!
//! Nothing here knows a clock, a socket, a file or a runtime: a [`Tick`] brings the time and the randomness. So a whole
//! schedule of faults is a seed, and every rule of `RELIABILITY.md` can be tested without waiting.

pub mod backoff;
pub mod outbox;
pub mod pull;
pub mod sign_in;

use std::time::Duration;

use chrono::{DateTime, Utc};

/// The moment of a decision: what time it is, and one random number for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tick {
    /// Now, by the wall clock: it may be set forward and back.
    pub now: DateTime<Utc>,
    /// How long this run of the program has lasted, by a clock that only goes forward and never too fast.
    pub up: Duration,
    /// Uniform in `0.0..1.0`.
    pub random: f64,
}
