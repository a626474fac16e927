//! What the toy says of itself.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Proof, Verb},
    declare::{ActionDeclaration, ActionField, Feed, FeedShape, FieldKind, Setting, System},
};

use super::{NAME, server::TAGS};

/// The feed of cases: windows of time, nothing that tells what changed.
pub const CASES: &str = "cases";
/// The feed of studies: what changed since.
pub const STUDIES: &str = "studies";
/// The mark that shows whose hand a status was last set by.
pub const OWN_MARK: &str = "lock:mine";

fn field(key: &str, kind: FieldKind, required: bool) -> ActionField {
    ActionField { key: key.into(), label: key.into(), help: String::new(), kind, required, default: None }
}

fn files() -> FieldKind {
    let media_types = vec!["text/plain".to_owned()];
    FieldKind::Files { most: 2, bytes_each: 1_000, bytes_in_all: 1_500, media_types }
}

fn action(name: &str, verb: Verb, proof: Proof) -> ActionDeclaration {
    ActionDeclaration {
        name: name.into(),
        label: name.into(),
        verb,
        fields: vec![],
        consequence: "It is made up: nobody reads it.".into(),
        proof,
        touches: vec![],
        sets: BTreeMap::new(),
        own_mark: None,
    }
}

/// An action that sets the value of its name to "yes".
fn yes(name: &str, verb: Verb) -> ActionDeclaration {
    ActionDeclaration {
        touches: vec![name.to_owned()],
        sets: [(name.to_owned(), "=yes".to_owned())].into(),
        ..action(name, verb, Proof::None)
    }
}

fn number(key: &str, default: &str) -> Setting {
    Setting {
        key: key.into(),
        label: key.into(),
        help: String::new(),
        kind: FieldKind::Number { least: 0, most: 1_000_000 },
        default: Some(default.into()),
        required: false,
    }
}

/// The declaration.
pub fn declare() -> System {
    let text = |key: &str| Setting { kind: FieldKind::Text, default: None, ..number(key, "") };
    System {
        name: NAME.into(),
        title: "Toy".into(),
        about: "A made-up system, for tests.".into(),
        settings: vec![
            number("poll_seconds", "60"),
            number("hot_sweep_minutes", "60"),
            number("cold_sweep_hours", "24"),
            number("server_timeout_seconds", "30"),
            text("history_from"),
            text("given_name"),
        ],
        secrets: vec![Setting { kind: FieldKind::Secret, ..text("password") }],
        feeds: vec![
            Feed {
                name: CASES.into(),
                title: "Cases".into(),
                shape: FeedShape::Windows { days: 60, overlap_seconds: 60 },
            },
            Feed { name: STUDIES.into(), title: "Studies".into(), shape: FeedShape::Changes { overlap_seconds: 60 } },
        ],
        actions: vec![
            ActionDeclaration {
                fields: vec![
                    field("text", FieldKind::LongText, true),
                    field("internal", FieldKind::Flag, false),
                    field("file", files(), false),
                ],
                ..action("comment", Verb::Comment, Proof::Comment)
            },
            ActionDeclaration {
                fields: vec![field("status", FieldKind::ItemChoice, true)],
                touches: vec!["status".into()],
                own_mark: Some(OWN_MARK.into()),
                ..action("status", Verb::Status, Proof::CompareAndSet)
            },
            ActionDeclaration {
                fields: vec![field("reader", FieldKind::Person, true)],
                touches: vec!["reader".into()],
                ..action("assign", Verb::Assign, Proof::Value)
            },
            ActionDeclaration {
                fields: vec![field("note", FieldKind::Text, true)],
                touches: vec!["note".into()],
                ..action("note", Verb::Set, Proof::ClientField)
            },
            ActionDeclaration {
                fields: vec![field("name", FieldKind::Text, true)],
                ..action("create", Verb::Create, Proof::ClientField)
            },
            ActionDeclaration {
                fields: vec![field("remark", FieldKind::ItemChoice, true)],
                ..action("unsay", Verb::Remove, Proof::None)
            },
            ActionDeclaration {
                fields: vec![field("tag", FieldKind::Text, true)],
                touches: vec![TAGS.into()],
                ..action("tag", Verb::Mark, Proof::None)
            },
            ActionDeclaration {
                fields: vec![field("tag", FieldKind::ItemChoice, true)],
                ..action("untag", Verb::Remove, Proof::None)
            },
            yes("approved", Verb::Decide),
            yes("received", Verb::Set),
        ],
        parts: vec![],
        look_up: None,
    }
}
