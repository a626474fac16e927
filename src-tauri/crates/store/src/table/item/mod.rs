//! `item`: the base. What a remote last said, and nothing else.

mod again;
mod read;
mod write;

pub use again::ReadAgain;
pub use read::StoredItem;
pub(crate) use read::key_of;
pub(crate) use write::reproject;
pub use write::{Applied, PageWrite};
