//! The only tasks and timers of Rounds: carries out what the engine decides, on store and remote.
//!
//! [`Rounds`] is an open profile with its connections. [`desk`] is what a person can do there (window and `roundsctl`
//! alike), answered from the store; [`pull`] and [`push`] are what goes on behind it; [`tasks`] runs them by the clock.

mod account;
mod around;
mod clock;
pub mod desk;
mod keep;
mod keep_page;
mod link;
mod missing;
pub mod pull;
pub mod push;
mod read;
mod read_again;
pub mod report;
mod rest;
mod rounds;
mod sign_in;
pub mod tasks;
mod who;

pub use account::Known;
pub use clock::{Clock, SystemClock};
pub use keep::Keep;
pub use read::WorkError;
pub use rounds::{Rounds, systems};
pub use tasks::Patience;
