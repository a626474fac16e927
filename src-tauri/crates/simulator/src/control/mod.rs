//! The control door: faults, edits as another user, the record of effects, the clock. As methods here, over HTTP in `routes`.

mod routes;

use std::sync::{Arc, PoisonError};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub(crate) use routes::router;

use crate::clock::Clock;
use crate::effects::{Effect, Record, Violation};
use crate::faults::{Fault, FaultId, FaultSpec, Faults, Match, PlacedFault};
use crate::intake::Intake;
use crate::requests::{RequestLog, RequestReport};
use crate::station::Station;
use crate::system::{Refusal, System};

/// Why the control door refused.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No system of that name is served.
    #[error("no system {0:?} is served here")]
    UnknownSystem(String),
    /// No such item, fault or path.
    #[error("{0}")]
    NotFound(String),
    /// What was asked for can't be understood.
    #[error("{0}")]
    Invalid(String),
    /// The listener could not be closed or opened.
    #[error("listener: {0}")]
    Listener(#[from] std::io::Error),
}

impl From<Refusal> for ControlError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NotFound(text) => Self::NotFound(text),
            Refusal::Invalid(text) => Self::Invalid(text),
        }
    }
}

/// One system as it is served.
pub(crate) struct Served {
    pub(crate) system: Arc<dyn System>,
    pub(crate) station: Station,
    pub(crate) intake: Arc<Intake>,
}

/// Everything that the control door reaches.
pub(crate) struct Reach {
    pub(crate) served: Vec<Served>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) record: Arc<Record>,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) clock: Clock,
}

/// The control door as methods. Cheap to clone; every clone reaches the same simulator.
#[derive(Clone)]
pub struct Control(pub(crate) Arc<Reach>);

impl std::fmt::Debug for Control {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control").field("systems", &self.system_names()).finish_non_exhaustive()
    }
}

impl Control {
    fn served(&self, system: &str) -> Result<&Served, ControlError> {
        self.0
            .served
            .iter()
            .find(|served| served.system.name() == system)
            .ok_or_else(|| ControlError::UnknownSystem(system.to_owned()))
    }

    /// The systems served.
    pub fn system_names(&self) -> Vec<&'static str> {
        self.0.served.iter().map(|served| served.system.name()).collect()
    }

    /// Whether a system listens.
    pub fn is_up(&self, system: &str) -> Result<bool, ControlError> {
        Ok(self.served(system)?.station.is_up())
    }

    /// Puts a fault in force.
    pub fn add_fault(&self, spec: FaultSpec) -> Result<FaultId, ControlError> {
        let served = self.served(&spec.system)?;
        if let Some(mistake) = spec.fault.mistake() {
            return Err(ControlError::Invalid(mistake.to_owned()));
        }
        let refuses_connections = spec.fault == Fault::Refuse && spec.matching == Match::default();
        let id = self.0.faults.add(spec);
        if refuses_connections {
            served.station.lines().cut_idle();
        }
        Ok(id)
    }

    /// The faults in force, spent ones included.
    pub fn faults(&self) -> Vec<PlacedFault> {
        self.0.faults.list()
    }

    /// Takes one fault back.
    pub fn remove_fault(&self, id: FaultId) -> Result<(), ControlError> {
        if self.0.faults.remove(id) { Ok(()) } else { Err(ControlError::NotFound(format!("no fault {id}"))) }
    }

    /// Takes all faults back.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// Closes a system's listener and cuts its connections: connections are refused from now on.
    pub async fn down(&self, system: &str) -> Result<(), ControlError> {
        Ok(self.served(system)?.station.down().await?)
    }

    /// Opens a system's listener again, on the same port.
    pub fn up(&self, system: &str) -> Result<(), ControlError> {
        Ok(self.served(system)?.station.up()?)
    }

    /// A system's settings; see README for the keys.
    pub fn settings(&self, system: &str) -> Result<Value, ControlError> {
        let served = self.served(system)?;
        let mut settings = served.system.settings(None)?;
        settings["politeness"] = json!(served.intake.pace.limit());
        Ok(settings)
    }

    /// Changes some of a system's settings and returns all of them.
    pub fn change_settings(&self, system: &str, change: &Value) -> Result<Value, ControlError> {
        let served = self.served(system)?;
        let mut own = change.clone();
        let politeness = own.as_object_mut().and_then(|keys| keys.remove("politeness"));
        let limit = politeness
            .map(serde_json::from_value)
            .transpose()
            .map_err(|error| ControlError::Invalid(format!("politeness: {error}")))?;
        served.system.settings(Some(&own))?;
        if let Some(limit) = limit {
            served.intake.pace.set_limit(limit);
        }
        self.settings(system)
    }

    /// Counts, people, ids of foreign items and the like.
    pub fn facts(&self, system: &str) -> Result<Value, ControlError> {
        Ok(self.served(system)?.system.facts())
    }

    /// Edits an item upstream as another user; returns the item.
    pub fn edit(&self, system: &str, edit: &Value) -> Result<Value, ControlError> {
        Ok(self.served(system)?.system.edit(edit)?)
    }

    /// Creates an item upstream as another user; returns it.
    pub fn create(&self, system: &str, wish: &Value) -> Result<Value, ControlError> {
        Ok(self.served(system)?.system.create(wish)?)
    }

    /// Removes an item upstream; returns it as it was last.
    pub fn delete(&self, system: &str, id: &str) -> Result<Value, ControlError> {
        Ok(self.served(system)?.system.delete(id)?)
    }

    /// The server's truth about an item, with writes that reads don't show yet.
    pub fn truth(&self, system: &str, id: &str) -> Result<Value, ControlError> {
        Ok(self.served(system)?.system.truth(id)?)
    }

    /// Ids of the items that exist: `{total, ids}`.
    pub fn ids(&self, system: &str, skip: usize, limit: usize) -> Result<Value, ControlError> {
        Ok(self.served(system)?.system.ids(skip, limit))
    }

    /// What was applied, in order; of one system or all.
    pub fn effects(&self, system: Option<&str>) -> Vec<Effect> {
        self.0.record.effects(system)
    }

    /// Rules that the client broke.
    pub fn violations(&self) -> Vec<Violation> {
        self.0.record.violations()
    }

    /// Counters and the last requests.
    pub fn requests(&self) -> RequestReport {
        self.0.log.report(self.0.record.violations())
    }

    /// The simulator's clock; setting it here sets it for every system.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// The simulator's time.
    pub fn now(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.0.clock.now_ms())
    }

    /// Everything back to the start: data, settings, faults, record, counters, clock; every system up.
    pub fn reset(&self) -> Result<(), ControlError> {
        self.0.faults.clear();
        self.0.clock.set_offset_seconds(0);
        for served in &self.0.served {
            served.intake.late.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
            served.intake.pace.set_limit(crate::politeness::Politeness::default());
            served.system.reset();
            served.station.up()?;
        }
        self.0.record.clear();
        self.0.log.clear();
        Ok(())
    }
}
