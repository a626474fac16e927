//! The remote systems of Rounds as servers on the loopback, with made-up people and faults on demand.
//!
//! For the demo, the story tests, the fault schedules and the benches. It shares no DTO with the client on purpose:
//! both are written from the documents in `apis/sources/`, so that a misreading on one side shows.
//!
//! ```no_run
//! # async fn story() -> Result<(), rounds_simulator::StartError> {
//! use rounds_simulator::{Fault, FaultSpec, Options, Simulator};
//!
//! let running = Simulator::start(Options { items: 500, ..Options::default() }).await?;
//! let base_url = &running.announcement.systems["carevalidate"].base_url;
//! # let _ = base_url;
//! running.add_fault(FaultSpec::new("carevalidate", Fault::AppliedReplyLost).on_action("ADD_COMMUNICATION")).ok();
//! running.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! The control door, and how each fault behaves on the wire: `README.md` beside this crate.

// A study has some sixty fields in one `json!`.
#![recursion_limit = "256"]

mod ambra;
mod announcement;
mod carevalidate;
mod clock;
mod control;
mod dice;
mod effects;
mod ehealth;
mod exchange;
mod faults;
mod files;
mod illumina;
mod intake;
mod late;
mod lims;
mod line;
mod options;
mod people;
mod politeness;
mod registry;
mod requests;
mod running;
mod shutdown;
mod stamp;
mod station;
mod system;

pub use announcement::{Announcement, SystemAnnouncement};
pub use clock::Clock;
pub use control::{Control, ControlError};
pub use effects::{Effect, Violation};
pub use faults::{ContentLength, Fault, FaultId, FaultSpec, Match, PlacedFault};
pub use options::{Options, Temperament};
pub use requests::{Request, RequestReport};
pub use running::{Running, Simulator, StartError};
pub use shutdown::EndRequest;
