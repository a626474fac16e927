//! What a simulator is started with.

use chrono::{DateTime, Utc};

use crate::clock::Clock;

/// How the simulator behaves while nobody asks for a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Temperament {
    /// Page drift between requests, no promised listing order, late application. What the documents leave open is open.
    #[default]
    Unkind,
    /// Listed by creation time, nothing moves by itself, a write is read back at once.
    Kind,
}

/// Everything a simulator is started with. Same seed, items and `now`: same data.
#[derive(Clone, Debug)]
pub struct Options {
    /// The seed of all made-up data and of all unkindness.
    pub seed: u64,
    /// How many items over all systems; for CareValidate, cases.
    pub items: usize,
    /// The control door's port, with the systems on the ports after it; 0 takes free ones.
    pub port: u16,
    /// Names of the systems to serve; empty for all of them.
    pub systems: Vec<String>,
    /// Unkind unless told otherwise.
    pub temperament: Temperament,
    /// The clock of stamps and expiries, shared with whoever passes it in.
    pub clock: Clock,
    /// The moment before which all data was made. Default: the start of the clock's day (UTC), so that a restart on the
    /// same day serves the same data.
    pub now: Option<DateTime<Utc>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seed: 1,
            items: 200,
            port: 0,
            systems: Vec::new(),
            temperament: Temperament::default(),
            clock: Clock::default(),
            now: None,
        }
    }
}
