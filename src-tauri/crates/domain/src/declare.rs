//! What a remote system declares about itself, from which the connection form, the action panels and the command line
//! are built.

use serde::{Deserialize, Serialize};

use crate::action::{Proof, Verb};

macro_rules! declared {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),+ }
    };
}

declared!(
    /// One kind of remote system.
    System {
        /// The word that names it in commands and in the store.
        name: String,
        /// What people call it.
        title: String,
        /// What it is for, in a sentence.
        about: String,
        /// Settings of a connection to it.
        settings: Vec<Setting>,
        /// Secret parts of a connection to it; kept in the encrypted store and shown to nobody.
        secrets: Vec<Setting>,
        /// What is pulled from it.
        feeds: Vec<Feed>,
        /// What can be done there.
        actions: Vec<ActionDeclaration>,
    }
);
declared!(
    /// One setting of a connection.
    Setting {
        /// Its key.
        key: String,
        /// What it is called on screen.
        label: String,
        /// What it means, its unit, and what happens without it.
        help: String,
        /// What kind of value it takes.
        kind: FieldKind,
        /// The value when none is given.
        default: Option<String>,
        /// Whether the connection cannot work without it.
        required: bool,
    }
);

/// What kind of value a field takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum FieldKind {
    /// One line of text.
    Text,
    /// Text of several lines.
    LongText,
    /// A secret: typed unseen, never shown.
    Secret,
    /// Yes or no.
    Flag,
    /// A whole number within bounds.
    Number {
        /// The smallest.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        least: i64,
        /// The largest.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        most: i64,
    },
    /// A date.
    Date,
    /// One of these.
    Choice {
        /// The values with their labels.
        options: Vec<Choice>,
    },
}

declared!(
    /// One value of a choice.
    Choice {
        /// The value.
        value: String,
        /// What it is called on screen.
        label: String,
    }
);
declared!(
    /// One stream of records that is pulled.
    Feed {
        /// Its name within the system.
        name: String,
        /// What it brings, for a person.
        title: String,
        /// How it is read to its end.
        shape: FeedShape,
    }
);

/// How a feed is read completely, and how changes are found in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum FeedShape {
    /// By windows of time, each swept whole again and again, since nothing tells what changed.
    #[serde(rename_all = "camelCase")]
    Windows {
        /// Length of a window in days.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        days: i64,
        /// By how many seconds two windows overlap.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        overlap_seconds: i64,
    },
}

declared!(
    /// One thing that can be done at a system.
    ActionDeclaration {
        /// Its name in commands.
        name: String,
        /// What its button says.
        label: String,
        /// What it does, in words common to all systems.
        verb: Verb,
        /// What the person fills in.
        fields: Vec<ActionField>,
        /// Who will read it and what it triggers, for the person before they send it.
        consequence: String,
        #[doc = "How doubt about it is settled."]
        #[cfg_attr(feature = "ts", ts(skip))]
        proof: Proof,
    }
);
declared!(
    /// One field of an action.
    ActionField {
        /// Its key, and its flag on the command line.
        key: String,
        /// What it is called on screen.
        label: String,
        /// What to know before filling it in.
        help: String,
        /// What kind of value it takes.
        kind: FieldKind,
        /// Whether it cannot be left out.
        required: bool,
        /// The value when none is given.
        default: Option<String>,
    }
);

impl System {
    /// The declared action of this name.
    pub fn action(&self, name: &str) -> Option<&ActionDeclaration> {
        self.actions.iter().find(|action| action.name == name)
    }
}
