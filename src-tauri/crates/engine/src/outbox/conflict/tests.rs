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
    assert!(words(&read, &conflict).contains("status was “NEW” and is “HELD” now"), "{}", words(&read, &conflict));
}

#[test]
fn what_somebody_else_did_already_is_shown_and_not_sent() {
    let read = setting(&json!({"status": "NEW"}), &json!({"status": "READ"}));
    let conflict = differs(&read, &item_with(&json!({"status": "READ"})), "f").expect("not by this hand");
    assert!(words(&read, &conflict).contains("by somebody else's hand"), "{}", words(&read, &conflict));
}

#[test]
fn only_who_did_all_of_the_same_and_nothing_else_did_as_was_wanted() {
    for (what, saw, wants, now, same) in [
        ("approved, where it is to be rejected", json!({"must_approve": true}), json!({}), json!({}), false),
        (
            "closed, to be completed",
            json!({"completed": 0, "closed": 0}),
            json!({"completed": 1}),
            json!({"completed": 0, "closed": 1}),
            false,
        ),
        (
            "closed and completed, to be completed",
            json!({"completed": 0, "closed": 0}),
            json!({"completed": 1}),
            json!({"completed": 1, "closed": 1}),
            false,
        ),
        ("half of it", json!({"a": 0, "b": 0}), json!({"a": 1, "b": 1}), json!({"a": 1, "b": 0}), false),
        ("another tag", json!({"tags": ["a"]}), json!({"tags": ["a", "x"]}), json!({"tags": ["a", "other"]}), false),
        ("all of it", json!({"a": 0, "b": 0}), json!({"a": 1, "b": 1}), json!({"a": 1, "b": 1}), true),
        ("the half that was open", json!({"a": 0, "b": 1}), json!({"a": 1, "b": 1}), json!({"a": 1, "b": 1}), true),
    ] {
        let action = setting(&saw, &wants);
        let conflict = differs(&action, &item_with(&now), "f").expect("something differs");
        let words = words(&action, &conflict);
        assert_eq!(words.contains("by somebody else's hand"), same, "{what}: {words}");
        assert_eq!(words.contains("keep yours or leave theirs"), !same, "{what}: {words}");
    }
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
        assert_eq!(differs(&decided, &item, "f1@later"), None, "{verb:?}: a newer program reads it otherwise");
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

#[test]
fn a_confirmed_action_is_seen_once_the_values_stand_as_it_wanted_and_a_comment_without_them() {
    let read = setting(&json!({"status": "NEW"}), &json!({"status": "READ"}));
    assert!(shows(&read, &item_with(&json!({"status": "READ"}))));
    for values in [json!({"status": "NEW"}), json!({"status": "HELD"}), json!({})] {
        assert!(!shows(&read, &item_with(&values)), "{values}");
    }
    assert!(shows(&action(1, 7, OutboxState::Confirmed), &item_with(&json!({}))), "a comment has no values");
    let nothing = Action { proof: Proof::None, ..action(1, 7, OutboxState::Confirmed) };
    assert!(!shows(&nothing, &item_with(&json!({}))), "of what changes no value it is never known");
}

#[test]
fn what_stands_differently_is_told_and_all_of_it_where_nothing_does() {
    let both = setting(&json!({"status": "NEW", "reader": "u1"}), &json!({"status": "READ"}));
    let keys = |values: serde_json::Value| -> Vec<String> {
        as_it_stands(&both, &item_with(&values)).fields.into_iter().map(|field| field.key).collect()
    };
    assert_eq!(keys(json!({"status": "NEW", "reader": "u2"})), ["reader"]);
    assert_eq!(keys(json!({"status": "NEW", "reader": "u1"})).len(), 2);
}

#[test]
fn what_slipped_in_behind_a_confirmation_is_told_by_the_first_read_after_it() {
    let confirmed = Action {
        state: OutboxState::Confirmed,
        settled_at: Some(at(100)),
        ..setting(&json!({"status": "NEW"}), &json!({"status": "READ"}))
    };
    let held = item_with(&json!({"status": "HELD"}));
    let told = |action: &Action, item: &WorkItem, began: i64, later: &[Action]| {
        changed_since(action, item, at(began), later).map(|conflict| conflict.fields[0].theirs.clone())
    };
    assert_eq!(told(&confirmed, &held, 100, &[]), Some(json!("HELD")));
    assert_eq!(told(&confirmed, &held, 99, &[]), None, "a read that began before says nothing of it");
    for values in [json!({"status": "NEW"}), json!({"status": "READ"})] {
        assert_eq!(told(&confirmed, &item_with(&values), 200, &[]), None, "{values}: not seen yet, or as wanted");
    }
    let known = Action { conflict: Some(Conflict::default()), ..confirmed.clone() };
    assert_eq!(told(&known, &held, 200, &[]), None, "it was told already");
    let unsettled = Action { settled_at: None, ..confirmed.clone() };
    assert_eq!(told(&unsettled, &held, 200, &[]), None);

    let mine = Action { id: action(9, 7, OutboxState::Queued).id, sequence: 2, ..confirmed.clone() };
    let holding = |sequence: i64, item: u128, wants: &str| Action {
        item: action(9, item, OutboxState::Queued).item,
        sequence,
        wants: item_with(&json!({"status": wants})).values,
        ..mine.clone()
    };
    for (later, stranger) in [
        (holding(2, 7, "HELD"), false),
        (holding(1, 7, "HELD"), true),
        (holding(0, 7, "HELD"), true),
        (holding(2, 8, "HELD"), true),
        (holding(2, 7, "FINAL"), true),
    ] {
        let told = told(&confirmed, &held, 200, std::slice::from_ref(&later));
        assert_eq!(told.is_some(), stranger, "{} {:?}", later.sequence, later.wants);
    }
}
