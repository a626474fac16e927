//! `item`: the base. What a remote last said, and nothing else; but for what is made here ([`made`](super::made)).

mod again;
mod project;
mod read;
mod write;

pub use again::ReadAgain;
pub(crate) use project::reproject;
pub use read::StoredItem;
pub(crate) use read::key_of;
pub(crate) use write::apply;
pub use write::{Applied, PageWrite};
