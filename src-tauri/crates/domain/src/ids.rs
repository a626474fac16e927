//! Identifiers made by Rounds. A remote's identifiers are plain text and stay beside these.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

id!(
    /// One configured account at one system.
    ConnectionId
);
id!(
    /// One work item. Derived from what names it upstream, so that the same record always gets the same id.
    ItemId
);
id!(
    /// One thing that a person did; made once, when it is submitted (`UUIDv7`, so that ids sort by time).
    ActionId
);

id!(
    /// One patient as one connection tells of them. Derived from what names them there, so that they always get the same id.
    PersonId
);

impl PersonId {
    /// The id of whom `connection` calls `identity` ([`identity`](crate::same_person::identity)).
    pub fn derive(connection: ConnectionId, identity: &str) -> Self {
        Self(Uuid::new_v5(&connection.0, format!("person:{identity}").as_bytes()))
    }
}

impl ItemId {
    /// The id of the record that `connection` calls `external_id`. A case and an order may share a remote id, so the
    /// kind takes part.
    pub fn derive(connection: ConnectionId, kind: crate::item::ItemKind, external_id: &str) -> Self {
        let name = format!("{}:{external_id}", kind.word());
        Self(Uuid::new_v5(&connection.0, name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::ItemKind;

    #[test]
    fn the_same_record_always_gets_the_same_id_and_kinds_do_not_collide() {
        let connection = ConnectionId(Uuid::from_u128(7));
        let case = ItemId::derive(connection, ItemKind::Case, "42");
        assert_eq!(case, ItemId::derive(connection, ItemKind::Case, "42"));
        assert_ne!(case, ItemId::derive(connection, ItemKind::Order, "42"));
        assert_ne!(case, ItemId::derive(ConnectionId(Uuid::from_u128(8)), ItemKind::Case, "42"));
    }
}
