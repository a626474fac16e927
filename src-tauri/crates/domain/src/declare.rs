//! What a remote system declares about itself, from which the connection form, the action panels and the command line
//! are built.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::action::{Fields, Proof, Verb};

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
        /// Parts of a case's page that it can fill: there an empty one is worth saying, elsewhere it would be noise.
        parts: Vec<Part>,
    }
);

/// A part of an item's page that only some systems have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Filled-in forms.
    Forms,
    /// Decisions with medication.
    Decisions,
    /// Orders with shipping.
    Orders,
    /// Attached files.
    Attachments,
}

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
    /// A point in time up to now, with its zone. `now` as the default is the moment at which a person acts, whenever it is sent.
    Moment {
        /// The key of the item's value ([`WorkItem::values`](crate::item::WorkItem::values)) before which it cannot lie.
        since: Option<String>,
    },
    /// One of these.
    Choice {
        /// The values with their labels.
        options: Vec<Choice>,
    },
    /// One of the legal values that the item itself names ([`Offer::targets`](crate::action::Offer::targets)).
    ItemChoice,
    /// A person, by the remote's id, out of those that it names as candidates.
    Person,
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
    /// By time of change: what changed since the watermark at every poll; the whole feed swept rarely, to find what vanished or
    /// changed without moving its time; open items re-read often.
    #[serde(rename_all = "camelCase")]
    Changes {
        /// By how many seconds what is asked for reaches back before the watermark.
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
        #[doc = "The keys of [`WorkItem::values`](crate::item::WorkItem::values) that it changes or that must not have changed."]
        #[cfg_attr(feature = "ts", ts(skip))]
        touches: Vec<String>,
        #[doc = "What it sets a touched value to, where that is not the action's field of the same name: by the value's key, \
                 another field's key, or after `=` a literal (JSON, or else text: `=null`, `=1`, `=READ`)."]
        #[cfg_attr(feature = "ts", ts(skip))]
        sets: BTreeMap<String, String>,
        #[doc = "The token in [`WorkItem::proofs`](crate::item::WorkItem::proofs) that shows that the wanted values are ours."]
        #[cfg_attr(feature = "ts", ts(skip))]
        own_mark: Option<String>,
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

impl ActionDeclaration {
    /// What an item's values are under the keys that it touches; a missing one is null.
    pub fn touched(&self, values: &Fields) -> Fields {
        self.touches.iter().map(|key| (key.clone(), values.get(key).cloned().unwrap_or(Value::Null))).collect()
    }

    /// What the touched values are to be once it is done, with these fields. A value whose field was left out stays.
    pub fn wants(&self, fields: &Fields) -> Fields {
        let wanted = |key: &String| {
            let from = self.sets.get(key).unwrap_or(key);
            let value = match from.strip_prefix('=') {
                Some(literal) => serde_json::from_str(literal).unwrap_or_else(|_| Value::from(literal)),
                None => fields.get(from)?.clone(),
            };
            Some((key.clone(), value))
        };
        self.touches.iter().filter_map(wanted).collect()
    }
}

impl System {
    /// The declared action of this name.
    pub fn action(&self, name: &str) -> Option<&ActionDeclaration> {
        self.actions.iter().find(|action| action.name == name)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn fields(value: &Value) -> Fields {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn an_action_wants_what_its_fields_say_or_what_its_declaration_says() {
        let pair = |key: &str, from: &str| (key.to_owned(), from.to_owned());
        let declared = ActionDeclaration {
            name: "close".into(),
            label: "Close".into(),
            verb: Verb::Set,
            fields: vec![],
            consequence: String::new(),
            proof: Proof::Value,
            touches: ["status", "reader", "closed", "word", "note", "version"].map(String::from).to_vec(),
            sets: [pair("reader", "to"), pair("closed", "=1"), pair("word", "=DONE"), pair("note", "=null")].into(),
            own_mark: None,
        };
        let wanted = declared.wants(&fields(&json!({"status": "READ", "to": "u1", "version": null})));
        assert_eq!(
            Value::Object(wanted),
            json!({"status": "READ", "reader": "u1", "closed": 1, "word": "DONE", "note": null, "version": null})
        );
        assert_eq!(
            Value::Object(declared.wants(&Fields::new())),
            json!({"closed": 1, "word": "DONE", "note": null}),
            "what was left out stays as it is"
        );
        let touched = declared.touched(&fields(&json!({"status": "NEW", "other": 1})));
        assert_eq!(touched.get("status"), Some(&json!("NEW")));
        assert_eq!(touched.get("reader"), Some(&Value::Null), "missing and null are the same");
        assert!(!touched.contains_key("other"), "nothing else is looked at");
    }
}
