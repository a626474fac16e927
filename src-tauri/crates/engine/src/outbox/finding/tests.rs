use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Verb,
    moment::Moment,
    outbox::OutboxState,
    patient::{Person, PersonName},
};
use serde_json::json;

use super::*;
use crate::outbox::testing::{action, at, item_with, me, setting};

fn comment(id: &str, by: (&str, &str), text: &str, made: DateTime<Utc>) -> Comment {
    Comment {
        id: Some(id.into()),
        text: text.into(),
        internal: false,
        author: Some(Person { id: None, name: PersonName::of(Some(by.0), Some(by.1)), email: None }),
        made: Some(Moment { text: made.to_rfc3339(), at: Some(made) }),
    }
}

fn item(comments: Vec<Comment>) -> WorkItem {
    WorkItem { comments, ..item_with(&serde_json::json!({})) }
}

fn doubtful() -> Action {
    Action { sent_at: Some(at(100)), ..action(1, 7, OutboxState::Doubtful) }
}

const TEXT: &str = "Please call her back";
const ANA: (&str, &str) = ("Ana", "Ruiz");

#[test]
fn mine_is_what_i_wrote_and_what_was_not_there_before() {
    let there = item(vec![comment("k1", ANA, TEXT, at(101))]);
    assert!(
        matches!(look_for(&doubtful(), &there, &me(), &[]), Finding::Found(receipt) if receipt.remote_ref.as_deref() == Some("k1"))
    );
    assert_eq!(look_for(&doubtful(), &there, &me(), &["k1".into()]), Finding::Missing, "another action has it");
    let before = Baseline { my_comments: vec!["k1".into()], ..Baseline::default() };
    let known = Action { baseline: Some(before), ..doubtful() };
    assert_eq!(look_for(&known, &there, &me(), &[]), Finding::Missing, "it was there before");
    let twice = item(vec![comment("k1", ANA, TEXT, at(101)), comment("k2", ANA, TEXT, at(102))]);
    assert!(matches!(look_for(&doubtful(), &twice, &me(), &[]), Finding::Unclear(_)));
}

#[test]
fn the_same_words_in_another_name_are_no_proof_that_it_is_missing() {
    let other = item(vec![comment("k1", ("A.", "Ruiz-Gomez"), TEXT, at(101))]);
    let Finding::Unclear(text) = look_for(&doubtful(), &other, &me(), &[]) else { panic!("it may be mine") };
    assert!(text.contains("A. Ruiz-Gomez"), "{text}");
    let known = Me { id: Some("u1".into()), ..me() };
    assert_eq!(
        look_for(&doubtful(), &other, &known, &[]),
        Finding::Missing,
        "once my id is known a name is just a name"
    );
    let there = baseline(&doubtful(), &other, &me(), at(99));
    assert_eq!(there.same_words, ["k1"]);
    let known = Action { baseline: Some(there), ..doubtful() };
    assert_eq!(look_for(&known, &other, &me(), &[]), Finding::Missing, "it was there before");
    // Our clock was years ahead when it was sent; the system's never was.
    let ahead = Action { sent_at: Some(at(300_000_000)), ..doubtful() };
    assert!(matches!(look_for(&ahead, &other, &me(), &[]), Finding::Unclear(_)), "no clock proves that it is not mine");
}

#[test]
fn what_cannot_be_looked_for_is_never_called_missing() {
    for proof in [Proof::CompareAndSet, Proof::Value, Proof::Once] {
        let status = Action { verb: Verb::Status, proof, ..doubtful() };
        assert!(matches!(look_for(&status, &item(vec![]), &me(), &[]), Finding::Unclear(_)), "{proof:?}");
    }
}

#[test]
fn what_bears_the_actions_id_is_mine_and_without_it_nothing_is_there() {
    let sent = Action { verb: Verb::Set, proof: Proof::ClientField, ..doubtful() };
    let bearing = |ids: Vec<String>| look_for(&sent, &WorkItem { proofs: ids, ..item(vec![]) }, &me(), &[]);
    assert!(matches!(bearing(vec![sent.id.to_string()]), Finding::Found(_)));
    assert_eq!(bearing(vec!["somebody else's".into()]), Finding::Missing);
}

#[test]
fn a_value_that_is_there_is_mine_only_if_the_remote_shows_it() {
    for proof in [Proof::CompareAndSet, Proof::Value, Proof::Once] {
        let sent = setting(&json!({"status": "NEW"}), &json!({"status": "READ"}));
        let sent = Action { proof, own_mark: Some("lock:mine".into()), ..sent };
        let now = |value: &str, proofs: &[&str]| {
            let proofs = proofs.iter().map(|&proof| proof.to_owned()).collect();
            look_for(&sent, &WorkItem { proofs, ..item_with(&json!({"status": value})) }, &me(), &[])
        };
        assert_eq!(now("NEW", &[]), Finding::Missing, "{proof:?}: the old one is there, so it did not take effect");
        assert_eq!(now("NEW", &["lock:mine"]), Finding::Missing, "{proof:?}: a lock alone is no effect");
        assert!(matches!(now("READ", &["lock:mine"]), Finding::Found(_)), "{proof:?}: proven");
        assert!(matches!(now("READ", &[]), Finding::PossiblyMine(_)), "{proof:?}: not proven");
        assert!(matches!(now("READ", &["lock:other"]), Finding::PossiblyMine(_)), "{proof:?}: not my token");
        let Finding::Theirs(conflict) = now("HELD", &["lock:mine"]) else {
            panic!("{proof:?}: neither old nor wanted")
        };
        assert_eq!(conflict.fields.first().map(|field| &field.theirs), Some(&json!("HELD")));
        let unmarked = Action { own_mark: None, ..sent };
        let there = WorkItem { proofs: vec!["lock:mine".into()], ..item_with(&json!({"status": "READ"})) };
        assert!(matches!(look_for(&unmarked, &there, &me(), &[]), Finding::PossiblyMine(_)), "no token is declared");
    }
}

#[test]
fn what_was_there_before_the_first_send_counts_not_what_was_seen_at_the_desk() {
    let mut sent = Action { proof: Proof::Value, ..setting(&json!({"reader": null}), &json!({"reader": "u1"})) };
    sent.baseline = Some(baseline(&sent, &item_with(&json!({"reader": "u0", "other": 1})), &me(), at(99)));
    assert_eq!(sent.baseline.as_ref().map(|baseline| baseline.values.len()), Some(1), "only what it touches");
    assert_eq!(look_for(&sent, &item_with(&json!({"reader": "u0"})), &me(), &[]), Finding::Missing);
}
