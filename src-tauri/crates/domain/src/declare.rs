//! What a remote system declares about itself, from which the connection form, the action panels and the command line
//! are built.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    action::{Fields, Proof, Verb},
    moment,
};

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
        /// Finding an item there by a number that a person has; `None` where the system offers none.
        look_up: Option<LookUp>,
    }
);
declared!(
    /// Finding an item by a number that a person has: a scan.
    LookUp {
        /// What the number is.
        number: ActionField,
        /// What names a patient, where the system tells an item without saying whose it is; `None` where it always says.
        patient: Option<ActionField>,
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
    /// A secret: typed unseen, never shown whole ([`masked`](crate::secret::masked)).
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
    /// A point in time, as RFC 3339 writes it, kept with the offset it was given in. `now` as the default is the moment at which a
    /// person acts, whenever it is sent.
    Moment {
        /// The key of the item's value ([`WorkItem::values`](crate::item::WorkItem::values)) before which it cannot lie.
        since: Option<String>,
        /// Whether it has happened by the time a person says so: then one that is still to come is refused.
        happened: bool,
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
    /// Fields that belong together (an address), as an object. Left out whole where nothing of it is filled in, unless it is
    /// required: then what is required in it is asked for.
    Group {
        /// Its fields.
        fields: Vec<ActionField>,
    },
    /// The same fields several times over (insurances, specimens), as an array of objects. One that is left empty does not count.
    List {
        /// What one of them is called on screen.
        one: String,
        /// The fields of each.
        fields: Vec<ActionField>,
        /// The fewest.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        least: usize,
        /// The most.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        most: usize,
    },
    /// Files that go out with it: a list of [`OutFile`](crate::file::OutFile), their bytes kept in the store. Not
    /// within a group or a list.
    #[serde(rename_all = "camelCase")]
    Files {
        /// How many at most.
        most: u32,
        /// How long each may be, in bytes.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        bytes_each: u64,
        /// How long all of them together may be, in bytes.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        bytes_in_all: u64,
        /// The media types that are taken.
        media_types: Vec<String>,
    },
    /// Not asked: a text made of the other fields as they were filled in, one to a line, under this heading. Not within a group or
    /// a list.
    Composed {
        /// Its first line.
        heading: String,
    },
    /// Not asked: always this. Not within a group or a list.
    Always {
        /// The value.
        value: bool,
    },
}

impl FieldKind {
    /// Whether a person fills it in.
    pub fn is_asked(&self) -> bool {
        !matches!(self, Self::Composed { .. } | Self::Always { .. })
    }
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
                 another field's key; after `=` a literal (JSON, or else text: `=null`, `=1`, `=READ`); after `+` or `-` the \
                 key of a field that the value, a list, is to hold or not to hold (`+tag`). Lists are sorted, each entry once."]
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

impl ActionField {
    /// A field without a default.
    pub fn new(key: &str, label: &str, help: &str, kind: FieldKind, required: bool) -> Self {
        Self { key: key.into(), label: label.into(), help: help.into(), kind, required, default: None }
    }
}

impl ActionDeclaration {
    /// An action without fields that touches nothing.
    pub fn new(name: &str, label: &str, verb: Verb, proof: Proof, consequence: &str) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            verb,
            fields: Vec::new(),
            consequence: consequence.into(),
            proof,
            touches: Vec::new(),
            sets: BTreeMap::new(),
            own_mark: None,
        }
    }

    /// What an item's values are under the keys that it touches; a missing one is null.
    pub fn touched(&self, values: &Fields) -> Fields {
        self.touches.iter().map(|key| (key.clone(), values.get(key).cloned().unwrap_or(Value::Null))).collect()
    }

    /// What the touched values are to be once it is done, with these fields. A value whose field was left out stays. A point in time is
    /// one text however it was written, since values are compared as they stand.
    pub fn wants(&self, fields: &Fields) -> Fields {
        self.wants_of(fields, &Fields::new())
    }

    /// The same where the values are `seen` as they are now: a list that it adds to or takes from keeps its other entries.
    pub fn wants_of(&self, fields: &Fields, seen: &Fields) -> Fields {
        let wanted = |key: &String| {
            let from = self.sets.get(key).unwrap_or(key);
            let value = if let Some(literal) = from.strip_prefix('=') {
                serde_json::from_str(literal).unwrap_or_else(|_| Value::from(literal))
            } else if let Some(field) = from.strip_prefix('+') {
                listed(seen.get(key), fields.get(field)?, true)
            } else if let Some(field) = from.strip_prefix('-') {
                listed(seen.get(key), fields.get(field)?, false)
            } else {
                fields.get(from)?.clone()
            };
            let is_moment = |field: &ActionField| field.key == *from && matches!(field.kind, FieldKind::Moment { .. });
            let instant = value.as_str().filter(|_| self.fields.iter().any(is_moment)).and_then(moment::instant);
            // The blanks around what somebody wrote are nobody's: what reads it back leaves them out.
            let is_written = |field: &ActionField| field.key == *from && field.kind == FieldKind::LongText;
            let written =
                value.as_str().filter(|_| self.fields.iter().any(is_written)).map(|text| Value::from(text.trim()));
            Some((key.clone(), instant.map(|at| Value::from(moment::utc_text(at))).or(written).unwrap_or(value)))
        };
        self.touches.iter().filter_map(wanted).collect()
    }
}

/// A list of texts with an entry or without it.
fn listed(seen: Option<&Value>, entry: &Value, with: bool) -> Value {
    let texts = |value: &Value| value.as_str().map(|text| text.trim().to_owned());
    let mut list: BTreeSet<String> = seen.and_then(Value::as_array).into_iter().flatten().filter_map(texts).collect();
    if let Some(entry) = texts(entry) {
        _ = if with { list.insert(entry) } else { list.remove(&entry) };
    }
    list.into_iter().map(Value::from).collect()
}

impl ActionDeclaration {
    /// The fields with those that nobody is asked for: what is composed of the others, and what is always the same.
    pub fn completed(&self, mut fields: Fields) -> Fields {
        let lines: Vec<String> = self.fields.iter().filter_map(|field| line(field, fields.get(&field.key)?)).collect();
        for field in &self.fields {
            let value = match &field.kind {
                FieldKind::Composed { heading } => {
                    Value::String([std::slice::from_ref(heading), &lines].concat().join("\n"))
                }
                FieldKind::Always { value } => Value::Bool(*value),
                _ => continue,
            };
            fields.insert(field.key.clone(), value);
        }
        fields
    }
}

/// A field as it was filled in, in a line: `Decision: Approve`.
fn line(field: &ActionField, value: &Value) -> Option<String> {
    let value = match (&field.kind, value) {
        (FieldKind::Composed { .. } | FieldKind::Always { .. } | FieldKind::Files { .. }, _) => return None,
        (FieldKind::Choice { options }, Value::String(chosen)) => {
            options.iter().find(|option| option.value == *chosen).map_or(chosen, |option| &option.label).clone()
        }
        (_, Value::Bool(yes)) => if *yes { "yes" } else { "no" }.to_owned(),
        (_, Value::String(text)) => text.trim().to_owned(),
        (_, other) => other.to_string(),
    };
    Some(format!("{}: {value}", field.label))
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
    fn what_nobody_is_asked_for_is_made_of_what_was_filled_in() {
        let field = |key: &str, label: &str, kind| ActionField {
            key: key.into(),
            label: label.into(),
            help: String::new(),
            kind,
            required: false,
            default: None,
        };
        let options = vec![Choice { value: "yes".into(), label: "Approve".into() }];
        let declared = ActionDeclaration {
            name: "propose".into(),
            label: "Propose".into(),
            verb: Verb::Comment,
            fields: vec![
                field("text", "Text", FieldKind::Composed { heading: "A draft.".into() }),
                field("internal", "Internal", FieldKind::Always { value: true }),
                field("decision", "Decision", FieldKind::Choice { options }),
                field("why", "Because", FieldKind::LongText),
                field("refills", "Refills", FieldKind::Number { least: 0, most: 9 }),
            ],
            consequence: String::new(),
            proof: Proof::Comment,
            touches: vec![],
            sets: BTreeMap::new(),
            own_mark: None,
        };
        let given =
            fields(&json!({"decision": "yes", "refills": 3, "text": "what was composed before", "internal": false}));
        let made = declared.completed(given);
        assert_eq!(made.get("text"), Some(&json!("A draft.\nDecision: Approve\nRefills: 3")));
        assert_eq!(made.get("internal"), Some(&json!(true)));
        assert_eq!(declared.completed(made.clone()), made, "made again it is the same");
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

    #[test]
    fn an_action_adds_to_a_list_or_takes_from_it() {
        let marking = |from: &str| ActionDeclaration {
            name: "mark".into(),
            label: "Mark".into(),
            verb: Verb::Mark,
            fields: vec![],
            consequence: String::new(),
            proof: Proof::Value,
            touches: vec!["marks".into()],
            sets: [("marks".to_owned(), from.to_owned())].into(),
            own_mark: None,
        };
        for (from, seen, entry, wanted) in [
            ("+mark", json!(["b"]), "a", json!(["a", "b"])),
            ("+mark", json!(["b"]), " b ", json!(["b"])),
            ("+mark", json!(null), "a", json!(["a"])),
            ("-mark", json!(["a", "b"]), "a", json!(["b"])),
            ("-mark", json!(["b"]), "a", json!(["b"])),
        ] {
            let wants = marking(from).wants_of(&fields(&json!({"mark": entry})), &fields(&json!({"marks": seen})));
            assert_eq!(wants.get("marks"), Some(&wanted), "{from} {entry} on {seen}");
        }
    }

    #[test]
    fn a_wanted_point_in_time_is_one_text_however_it_was_written() {
        let field = |key: &str, kind| ActionField {
            key: key.into(),
            label: key.into(),
            help: String::new(),
            kind,
            required: true,
            default: None,
        };
        let declared = ActionDeclaration {
            name: "receive".into(),
            label: "Receive".into(),
            verb: Verb::Receive,
            fields: vec![
                field("at", FieldKind::Moment { since: None, happened: true }),
                field("note", FieldKind::Text),
            ],
            consequence: String::new(),
            proof: Proof::Once,
            touches: vec!["received".into(), "note".into()],
            sets: [("received".to_owned(), "at".to_owned())].into(),
            own_mark: None,
        };
        for at in ["2026-02-01T10:00:00Z", "2026-02-01T11:00:00+01:00", "2026-02-01T10:00:00.000Z"] {
            let given = fields(&json!({"at": at, "note": "2026-02-01T11:00:00+01:00"}));
            let wanted = json!({"received": "2026-02-01T10:00:00Z", "note": "2026-02-01T11:00:00+01:00"});
            assert_eq!(Value::Object(declared.wants(&given)), wanted, "{at}");
        }
    }
}
