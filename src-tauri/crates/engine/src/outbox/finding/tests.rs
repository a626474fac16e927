use chrono::{DateTime, Utc};
use rounds_domain::{
    item::{ItemKind, Priority, Status, StatusGroup},
    moment::Moment,
    outbox::OutboxState,
    patient::{Person, PersonName},
};

use super::*;
use crate::outbox::testing::{action, at, me};

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
    WorkItem {
        external_id: "c1".into(),
        kind: ItemKind::Case,
        parent: None,
        patient: None,
        identifiers: vec![],
        title: None,
        status: Status { word: None, group: StatusGroup::New, known: true },
        priority: Priority::Routine,
        due: None,
        created: None,
        updated: None,
        feed_time: None,
        assignees: vec![],
        flags: vec![],
        facts: vec![],
        forms: vec![],
        decisions: vec![],
        orders: vec![],
        comments,
        history: vec![],
        appointments: vec![],
        payments: vec![],
        attachments: None,
        offers: vec![],
        values: rounds_domain::action::Fields::new(),
        proofs: vec![],
    }
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
    for proof in [Proof::CompareAndSet, Proof::ClientField] {
        let status = Action { verb: Verb::Status, proof, ..doubtful() };
        assert!(matches!(look_for(&status, &item(vec![]), &me(), &[]), Finding::Unclear(_)), "{proof:?}");
    }
}

#[test]
fn a_decision_on_an_item_that_changed_is_a_conflict_and_a_comment_is_not() {
    let status = Action { verb: Verb::Status, seen: Some("f1".into()), ..doubtful() };
    assert_eq!(differs(&status, "f1"), None);
    assert!(differs(&status, "f2").is_some());
    assert!(differs(&Action { seen: None, ..status.clone() }, "f1").is_some(), "nobody knows what was seen");
    assert_eq!(differs(&Action { verb: Verb::Comment, ..status }, "f2"), None);
}
