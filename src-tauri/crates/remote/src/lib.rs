//! The only HTTP client. One folder per system, one line each in [`registry`].
//!
//! A system's DTOs keep the remote's spelling and never leave its folder; what leaves it are domain types.

mod ambra;
mod carevalidate;
mod common;
mod ehealth;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod illumina;
mod kept;
mod lenient;
mod lims;
pub mod registry;
pub mod seam;
mod settings;
mod wire;
