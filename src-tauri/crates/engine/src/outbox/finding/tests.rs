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

fn changed_at(seconds: i64, values: &serde_json::Value) -> WorkItem {
    let at = at(seconds);
    WorkItem { updated: Some(Moment { text: at.to_rfc3339(), at: Some(at) }), ..item_with(values) }
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
    assert!(
        matches!(look_for(&doubtful(), &other, &known, &[]), Finding::Unclear(_)),
        "it may be shown under another account of mine than the one that I am known by"
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
        let mut sent = Action { proof, own_mark: Some("lock:mine".into()), ..sent };
        sent.baseline = Some(baseline(&sent, &changed_at(50, &json!({"status": "NEW"})), &me(), at(99)));
        let now = |value: &str, proofs: &[&str]| {
            let proofs = proofs.iter().map(|&proof| proof.to_owned()).collect();
            look_for(&sent, &WorkItem { proofs, ..changed_at(50, &json!({"status": value})) }, &me(), &[])
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
fn a_value_that_reads_as_before_may_have_been_set_back() {
    for (proof, before, now, missing) in [
        (Proof::CompareAndSet, Some(50), Some(50), true),
        (Proof::CompareAndSet, Some(50), Some(60), false),
        (Proof::CompareAndSet, None, Some(60), false),
        (Proof::CompareAndSet, Some(50), None, false),
        (Proof::Value, Some(50), Some(50), true),
        (Proof::Value, Some(50), Some(60), false),
        (Proof::Value, None, Some(60), false),
        (Proof::Value, Some(50), None, false),
        (Proof::Value, None, None, false),
    ] {
        let mut sent = Action { proof, ..setting(&json!({"status": "NEW"}), &json!({"status": "READ"})) };
        let at_that = |time: Option<i64>| {
            let values = json!({"status": "NEW"});
            time.map_or_else(|| item_with(&values), |time| changed_at(time, &values))
        };
        sent.baseline = Some(baseline(&sent, &at_that(before), &me(), at(99)));
        let found = look_for(&sent, &at_that(now), &me(), &[]);
        let told = format!("{proof:?}: {before:?}, then {now:?}");
        assert_eq!(found == Finding::Missing, missing, "{told}");
        assert_eq!(matches!(found, Finding::SetBack(_)), !missing, "{told}");
    }
}

#[test]
fn a_comment_that_may_not_be_shown_any_more_is_not_called_missing() {
    use rounds_domain::action::Offer;
    let offered = |refused: Option<&str>| {
        let refused = refused.map(str::to_owned);
        let offers = vec![Offer { action: doubtful().name, refused, targets: vec![] }];
        look_for(&doubtful(), &WorkItem { offers, ..item(vec![]) }, &me(), &[])
    };
    assert_eq!(offered(None), Finding::Missing);
    let Finding::Unclear(why) = offered(Some("Comments are not shown to you.")) else { panic!("nothing shows it") };
    assert!(why.contains("Comments are not shown to you."), "{why}");
}

#[test]
fn what_was_there_before_the_first_send_counts_not_what_was_seen_at_the_desk() {
    let mut sent = Action { proof: Proof::Value, ..setting(&json!({"reader": null}), &json!({"reader": "u1"})) };
    let values = |reader: &str| changed_at(50, &json!({"reader": reader, "other": 1}));
    sent.baseline = Some(baseline(&sent, &values("u0"), &me(), at(99)));
    assert_eq!(sent.baseline.as_ref().map(|baseline| baseline.values.len()), Some(1), "only what it touches");
    assert_eq!(look_for(&sent, &values("u0"), &me(), &[]), Finding::Missing);
}

#[test]
fn only_my_own_comments_are_noted_before_the_first_send() {
    let there = item(vec![comment("k1", ANA, TEXT, at(10)), comment("k2", ("Ben", "Ode"), TEXT, at(11))]);
    let noted = baseline(&doubtful(), &there, &me(), at(50));
    assert_eq!((noted.my_comments, noted.same_words), (vec!["k1".to_owned()], vec!["k2".to_owned()]));
    assert_eq!(noted.read_at, Some(at(50)));
}

#[test]
fn a_note_is_no_comment_and_a_colleagues_other_words_are_theirs() {
    let note = Comment { internal: true, ..comment("k1", ANA, TEXT, at(110)) };
    assert_eq!(look_for(&doubtful(), &item(vec![note]), &me(), &[]), Finding::Missing);
    let other = comment("k1", ("Ben", "Ode"), "Something else", at(110));
    assert_eq!(look_for(&doubtful(), &item(vec![other]), &me(), &[]), Finding::Missing);
}

#[test]
fn a_new_comment_of_mine_in_other_words_may_be_it_and_is_never_called_missing() {
    let mut sent = doubtful();
    sent.fields.insert("text".into(), json!("BP <90 & “dizzy” 😀"));
    sent.baseline = Some(Baseline { my_comments: vec!["old".into()], ..Baseline::default() });
    for kept in [
        "BP &lt;90 &amp; “dizzy” 😀",
        "<p>BP <90 & “dizzy” 😀</p>",
        "BP <90",
        "BP <90 & “dizzy” ?",
        "BP <90 & \"dizzy\" 😀",
    ] {
        for known in [me(), Me { id: Some("u1".into()), ..me() }] {
            let there = item(vec![comment("old", ANA, "Yesterday", at(10)), comment("k1", ANA, kept, at(101))]);
            let Finding::Unclear(why) = look_for(&sent, &there, &known, &[]) else { panic!("it may be it: {kept}") };
            assert!(why.contains(kept), "what was found is shown: {why}");
        }
    }
    let untimed = Comment { id: None, made: None, ..comment("", ANA, "BP <90", at(0)) };
    assert!(
        matches!(look_for(&sent, &item(vec![untimed]), &me(), &[]), Finding::Unclear(_)),
        "no clock says otherwise"
    );
    for (there, why) in [
        (comment("old", ANA, "Yesterday", at(10)), "it was there before"),
        (comment("claimed", ANA, "BP <90", at(101)), "it is another action's"),
        (comment("k1", ("Ben", "Ode"), "BP <90", at(101)), "a colleague wrote it"),
        (Comment { internal: true, ..comment("k1", ANA, "BP <90", at(101)) }, "it is a note"),
        (Comment { id: None, ..comment("", ANA, "Yesterday", at(100 - 601)) }, "it is older than any clock is wrong"),
    ] {
        assert_eq!(look_for(&sent, &item(vec![there]), &me(), &["claimed".into()]), Finding::Missing, "{why}");
    }
    let as_sent = comment("k2", ANA, "BP <90 & “dizzy” 😀", at(101));
    let both = item(vec![comment("k1", ANA, "Another of mine", at(101)), as_sent]);
    assert!(
        matches!(look_for(&sent, &both, &me(), &[]), Finding::Found(receipt) if receipt.remote_ref.as_deref() == Some("k2"))
    );
}

#[test]
fn a_comment_without_its_files_is_for_a_person() {
    let mut with_files = doubtful();
    let file = json!([{"name": "face.png", "mediaType": "image/png", "size": 3, "hash": "h1"}]);
    with_files.fields.insert("files".into(), file);
    assert_eq!(with_files.files().len(), 1, "the fields name a file");
    let there = item(vec![comment("k1", ANA, TEXT, at(110))]);
    assert!(matches!(look_for(&with_files, &there, &me(), &[]), Finding::Unclear(_)), "it did not come whole");
    assert!(matches!(look_for(&doubtful(), &there, &me(), &[]), Finding::Found(_)));
}

#[test]
fn the_same_words_without_an_id_count_by_their_time() {
    let anonymous = |made: i64| Comment { id: None, ..comment("", ("Ben", "Ode"), TEXT, at(made)) };
    let look = |made: i64| look_for(&doubtful(), &item(vec![anonymous(made)]), &me(), &[]);
    assert!(matches!(look(100), Finding::Unclear(_)), "at the time of the send");
    assert!(matches!(look(100 - 600), Finding::Unclear(_)), "clocks may be ten minutes apart");
    assert_eq!(look(100 - 601), Finding::Missing, "before that it was there already");
}

#[test]
fn what_is_never_sent_again_is_looked_at_where_it_changes_something() {
    let sent = Action { proof: Proof::None, ..setting(&json!({"on": true}), &json!({"on": false})) };
    let values = |on: bool| changed_at(50, &json!({"on": on}));
    let sent = Action { baseline: Some(baseline(&sent, &values(true), &me(), at(99))), ..sent };
    assert!(matches!(look_for(&sent, &values(false), &me(), &[]), Finding::PossiblyMine(_)));
    assert_eq!(look_for(&sent, &values(true), &me(), &[]), Finding::Missing);
    let other = changed_at(50, &json!({"on": "half"}));
    assert!(matches!(look_for(&sent, &other, &me(), &[]), Finding::Theirs(_)));
    let plain = Action { proof: Proof::None, ..doubtful() };
    assert_eq!(look_for(&plain, &item(vec![]), &me(), &[]), Finding::Missing, "there is nothing to look at");
}
