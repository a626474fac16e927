//! What a person can do, for the window and the command line alike. Every answer comes from the store; nothing here waits
//! for the network but what says so.

mod act;
mod asking;
mod attachments;
mod connections;
mod error;
mod fields;
mod files;
mod found;
mod items;
mod make;
mod messages;
mod names;
mod outbox;
mod same;

pub use act::Intent;
pub use attachments::AttachmentState;
pub use connections::{ConnectionForm, ConnectionSettings};
pub use error::DeskError;
pub use make::NewIntent;
