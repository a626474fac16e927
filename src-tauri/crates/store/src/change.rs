//! What is announced after a commit: domain things, never queries.

use rounds_domain::ids::{ConnectionId, ItemId};

/// Something that changed in the profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// These items: what a remote says of them or what was done with them.
    Items(Vec<ItemId>),
    /// The outbox.
    Outbox,
    /// A connection: its settings, its trouble, how far its feeds are.
    Connection(ConnectionId),
    /// The preferences.
    Preferences,
}
