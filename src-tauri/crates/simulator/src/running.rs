//! Starting a simulator, and the handle of a running one.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

use crate::announcement::{Announcement, SystemAnnouncement};
use crate::control::{self, Control, Reach, Served};
use crate::effects::Record;
use crate::faults::Faults;
use crate::intake::{self, Intake};
use crate::options::Options;
use crate::politeness::Pace;
use crate::registry::{Entry, SYSTEMS};
use crate::requests::RequestLog;
use crate::stamp::{DAY, Stamp};
use crate::station::Station;
use crate::system::Ground;

/// Why a simulator did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A system was asked for that this simulator can't be.
    #[error("unknown system {0:?}; known are: {1}")]
    UnknownSystem(String, String),
    /// A port could not be opened.
    #[error("could not listen: {0}")]
    Listen(#[from] io::Error),
}

/// The simulator: [`Simulator::start`] makes a [`Running`] one.
#[derive(Debug)]
pub struct Simulator;

/// A simulator that serves until it is stopped or dropped. The control door's methods are reached through it.
#[derive(Debug)]
pub struct Running {
    /// Where everything is, and with which credentials.
    pub announcement: Announcement,
    control: Control,
    door: Door,
}

/// The control door's own listener.
struct Door(Station);

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Door({})", self.0.port())
    }
}

impl Simulator {
    /// Makes the data and opens every listener on the loopback. Needs a tokio runtime.
    ///
    /// # Errors
    /// When a system is unknown or a port is taken.
    #[allow(clippy::unused_async)] // so that a caller need not change when a system has to wait for something
    pub async fn start(options: Options) -> Result<Running, StartError> {
        let entries = chosen(&options.systems)?;
        let now = options.now.map_or(options.clock.now_ms(), |now| now.timestamp_millis());
        let base = if options.now.is_some() { Stamp(now) } else { Stamp(now - now.rem_euclid(DAY)) };
        let faults = Arc::<Faults>::default();
        let record = Arc::<Record>::default();
        let log = Arc::<RequestLog>::default();

        let mut served = Vec::new();
        let mut systems = BTreeMap::new();
        for (place, entry) in entries.iter().enumerate() {
            let items = options.items / entries.len() + usize::from(place < options.items % entries.len());
            let ground = Ground {
                seed: options.seed,
                items,
                temperament: options.temperament,
                clock: options.clock.clone(),
                base,
                record: Arc::clone(&record),
            };
            let system = (entry.build)(ground);
            let intake = Arc::new(Intake {
                system: Arc::clone(&system),
                faults: Arc::clone(&faults),
                log: Arc::clone(&log),
                record: Arc::clone(&record),
                clock: options.clock.clone(),
                pace: Pace::default(),
                late: Mutex::new(JoinSet::new()),
            });
            let router = intake::router(Arc::clone(&intake));
            let station = Station::open(entry.name, port_of(options.port, entry)?, Some(Arc::clone(&faults)), router)?;
            let base_url = format!("http://127.0.0.1:{}", station.port());
            system.reachable_at(&base_url);
            let about = SystemAnnouncement { base_url, secret: system.secret(), settings: system.person() };
            systems.insert(entry.name.to_owned(), about);
            served.push(Served { system, station, intake });
        }

        let control = Control(Arc::new(Reach { served, faults, record, log, clock: options.clock }));
        let station = Station::open("control", options.port, None, control::router(control.clone()))?;
        let announcement = Announcement {
            control: format!("http://127.0.0.1:{}/control", station.port()),
            systems,
            seed: options.seed,
            items: options.items,
        };
        Ok(Running { announcement, control, door: Door(station) })
    }
}

/// The port of a system: with a control door on a port of its own choice, each system has its own beside it, whichever
/// others are served; so that a simulator started again is where it was.
fn port_of(control: u16, entry: &Entry) -> io::Result<u16> {
    if control == 0 {
        return Ok(0);
    }
    let place = SYSTEMS.iter().position(|known| known.name == entry.name).unwrap_or_default();
    let port = u16::try_from(place).ok().and_then(|place| control.checked_add(1)?.checked_add(place));
    port.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "no ports are left above the control door's"))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Entry>, StartError> {
    if names.is_empty() {
        return Ok(SYSTEMS.iter().collect());
    }
    if let Some(unknown) = names.iter().find(|name| SYSTEMS.iter().all(|entry| entry.name != name.as_str())) {
        let known: Vec<_> = SYSTEMS.iter().map(|entry| entry.name).collect();
        return Err(StartError::UnknownSystem(unknown.clone(), known.join(", ")));
    }
    Ok(SYSTEMS.iter().filter(|entry| names.iter().any(|name| name == entry.name)).collect())
}

impl Running {
    /// The control door as methods, to be kept apart from the handle.
    pub fn control(&self) -> Control {
        self.control.clone()
    }

    /// Closes every listener, cuts every connection, drops what was to be applied late.
    pub async fn stop(self) {
        for served in &self.control.0.served {
            served.station.end().await;
        }
        self.door.0.end().await;
    }

    fn close(&self) {
        for served in &self.control.0.served {
            served.intake.late.lock().unwrap_or_else(PoisonError::into_inner).abort_all();
            served.station.close();
        }
        self.door.0.close();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.close();
    }
}

impl std::ops::Deref for Running {
    type Target = Control;

    fn deref(&self) -> &Control {
        &self.control
    }
}
