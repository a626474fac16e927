use rounds_domain::{action::Verb, outbox::OutboxState};
use serde_json::json;

use super::*;
use crate::outbox::testing::{action, at, item_with, setting};

#[test]
fn a_change_of_what_an_action_touches_is_a_conflict_field_by_field() {
    let read = setting(&json!({"status": "NEW", "reader": null}), &json!({"status": "READ"}));
    assert_eq!(differs(&read, &item_with(&json!({"status": "NEW", "title": "changed"})), "another"), None);
    let changed = item_with(&json!({"status": "HELD", "reader": "u2"}));
    let conflict = differs(&read, &changed, "another").expect("both fields were changed");
    let field = |key: &str| conflict.fields.iter().find(|field| field.key == key).expect("it is named");
    assert_eq!(
        (&field("status").base, &field("status").mine, &field("status").theirs),
        (&json!("NEW"), &Some(json!("READ")), &json!("HELD"))
    );
    assert_eq!((&field("reader").mine, &field("reader").theirs), (&None, &json!("u2")), "it only must not change");
    assert!(words(&conflict).contains("status was “NEW” and is “HELD” now"), "{}", words(&conflict));
}

#[test]
fn what_somebody_else_did_already_is_shown_and_not_sent() {
    let read = setting(&json!({"status": "NEW"}), &json!({"status": "READ"}));
    let conflict = differs(&read, &item_with(&json!({"status": "READ"})), "f").expect("not by this hand");
    assert!(words(&conflict).contains("by somebody else's hand"), "{}", words(&conflict));
}

#[test]
fn an_action_that_names_nothing_is_compared_whole_unless_it_stands_alone() {
    let item = item_with(&json!({}));
    let mut decided = action(1, 7, OutboxState::Queued);
    decided.seen = Some("f1".into());
    for (verb, conflicts) in [
        (Verb::Comment, false),
        (Verb::Remove, false),
        (Verb::Status, true),
        (Verb::Decide, true),
        (Verb::Assign, true),
        (Verb::Mark, true),
        (Verb::Set, true),
    ] {
        decided.verb = verb;
        assert_eq!(differs(&decided, &item, "f1"), None, "{verb:?}");
        assert_eq!(differs(&decided, &item, "f2").is_some(), conflicts, "{verb:?}");
    }
    decided.seen = None;
    assert!(differs(&decided, &item, "f1").is_some(), "nobody knows what was seen");
}

#[test]
fn values_stand_as_before_as_wanted_or_otherwise() {
    let read = setting(&json!({"status": null, "reader": "u1"}), &json!({"status": "READ"}));
    for (values, expected) in [
        (json!({}), Stands::AsBefore),
        (json!({"status": null, "reader": "u2"}), Stands::AsBefore),
        (json!({"status": "READ"}), Stands::AsWanted),
        (json!({"status": "HELD"}), Stands::Otherwise),
    ] {
        assert_eq!(stands(&read, &item_with(&values)), Some(expected), "{values}");
    }
    let both = setting(&json!({"a": 0, "b": 0}), &json!({"a": 1, "b": 1}));
    assert_eq!(stands(&both, &item_with(&json!({"a": 1, "b": 0}))), Some(Stands::Otherwise), "half of it is neither");
    assert_eq!(stands(&action(1, 7, OutboxState::Queued), &item_with(&json!({}))), None, "it changes no values");
}

#[test]
fn what_is_not_shown_yet_of_my_own_is_no_strangers_hand() {
    let first = Action {
        state: OutboxState::Confirmed,
        settled_at: Some(at(100)),
        sequence: 1,
        ..setting(&json!({"marks": ["a"]}), &json!({"marks": ["a", "b"]}))
    };
    let second = Action { sequence: 2, ..setting(&json!({"marks": ["a", "b"]}), &json!({"marks": ["a", "b", "c"]})) };
    let waits = |marks: serde_json::Value, seconds: i64| {
        not_shown_yet(&second, &item_with(&json!({"marks": marks})), std::slice::from_ref(&first), at(seconds))
    };
    assert!(waits(json!(["a"]), 101), "as before my own action, which was confirmed a second ago");
    assert!(!waits(json!(["a", "b"]), 101), "shown: nothing to wait for");
    assert!(!waits(json!(["z"]), 101), "somebody else's");
    assert!(!waits(json!(["a"]), 161), "a minute later it has been set back");
    assert!(!waits(json!(["a"]), 99), "a clock that was set back says nothing");
}
