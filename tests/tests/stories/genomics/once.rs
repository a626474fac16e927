//! Whatever is done with a case arrives once, also when its answer is lost or there was no network. The system's own record of
//! what it applied is the judge.

use rounds_domain::outbox::OutboxState;
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use serde_json::json;

use super::{
    ILLUMINA, Laboratory,
    deeds::{Tells, deeds},
    nothing,
};

#[tokio::test]
async fn whatever_is_done_is_carried_out_exactly_once_as_it_was_meant() {
    for deed in deeds() {
        let laboratory = Laboratory::at_work(30, &nothing()).await;
        let case = deed.prepare(&laboratory).await;
        let before = laboratory.truth(&case);
        let id = laboratory.act(&case, deed.action, (deed.fields)(&before)).await.expect(deed.action);
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{}: {}", deed.name(), row.words);
        assert_eq!(row.conflict, None, "{}", deed.name());
        let effects = laboratory.effects(&case);
        let (action, payload) = deed.effect;
        assert_eq!(effects.len(), 1, "{}: {effects:#?}", deed.name());
        assert_eq!((effects[0].action.as_str(), &effects[0].payload), (action, &payload(&before)), "{}", deed.name());
        assert_eq!(laboratory.simulator.violations().len(), 0, "{}: no rule is broken", deed.name());
        laboratory.sync(Extent::Full).await;
        assert_eq!(laboratory.effects(&case).len(), 1, "{}: nothing more is sent", deed.name());
        assert!(laboratory.view(&case).await.row.pending.is_empty(), "{}: it stands there now", deed.name());
    }
}

#[tokio::test]
async fn whatever_becomes_of_the_answer_it_arrives_at_most_once_and_nothing_is_claimed_that_is_not_known() {
    for deed in deeds() {
        for (fault, applied) in [(Fault::AppliedReplyLost, true), (Fault::NotAppliedReplyLost, false)] {
            let laboratory = Laboratory::at_work(30, &nothing()).await;
            let case = deed.prepare(&laboratory).await;
            let fields = (deed.fields)(&laboratory.truth(&case));
            laboratory.meets(deed.method, deed.path, fault);
            let id = laboratory.act(&case, deed.action, fields).await.expect(deed.action);
            let row = laboratory.settled(id).await;
            let what = format!("{}, applied: {applied}", deed.name());
            assert_eq!(laboratory.simulator.faults()[0].struck, 1, "{what}: the fault struck");
            let (state, words, effects) = match (deed.tells, applied) {
                (Tells::Everything, _) | (Tells::WhatStands, false) => (OutboxState::Confirmed, "confirmed", 1),
                (Tells::WhatStands | Tells::Decision, true) => (OutboxState::NeedsPerson, "possibly yours", 1),
                (Tells::Decision, false) => (OutboxState::NeedsPerson, "possibly sent", 0),
                (Tells::Nothing, applied) => (OutboxState::NeedsPerson, "possibly sent", usize::from(applied)),
            };
            assert_eq!(row.state, state, "{what}: {}", row.words);
            assert!(row.words.starts_with(words), "{what}: {}", row.words);
            assert_eq!(laboratory.effects(&case).len(), effects, "{what}");
            laboratory.sync(Extent::Full).await;
            assert_eq!(laboratory.effects(&case).len(), effects, "{what}: nothing more is sent by itself");
        }
    }
}

#[tokio::test]
async fn what_was_done_offline_leaves_when_the_network_is_back() {
    for deed in deeds() {
        let laboratory = Laboratory::at_work(30, &nothing()).await;
        let case = deed.prepare(&laboratory).await;
        let fields = (deed.fields)(&laboratory.truth(&case));
        laboratory.simulator.down(ILLUMINA).await.unwrap();
        let id = laboratory.act(&case, deed.action, fields).await.expect(deed.action);
        laboratory.sync(Extent::Recent).await;
        assert_eq!(laboratory.desk.row(id).await.state, OutboxState::Queued, "{}: offline it waits", deed.name());
        laboratory.simulator.up(ILLUMINA).unwrap();
        laboratory.desk.clock.advance(std::time::Duration::from_mins(10));
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{}: {}", deed.name(), row.words);
        assert_eq!(laboratory.effects(&case).len(), 1, "{}", deed.name());
    }
}

#[tokio::test]
async fn a_comment_is_recognised_by_whatever_names_its_author_and_its_text_have() {
    for (settings, key) in [
        (json!({"commentIdKey": "commentId"}), "text"),
        (json!({"commentKey": "comment", "replyWithComment": false}), "comment"),
    ] {
        let laboratory = Laboratory::at_work_with(30, &settings, &[("comment_key", key)]).await;
        let case = laboratory.case_that(|_| true);
        laboratory.meets("POST", "/comments", Fault::AppliedReplyLost);
        let first = laboratory.act(&case, "comment", json!({"text": "First."})).await.unwrap();
        let second = laboratory.act(&case, "comment", json!({"text": "Second."})).await.unwrap();
        for id in [first, second] {
            let row = laboratory.settled(id).await;
            assert_eq!(row.state, OutboxState::Confirmed, "{settings}: {}", row.words);
        }
        assert_eq!(laboratory.effects(&case).len(), 2, "{settings}");
        laboratory.sync(Extent::Full).await;
        let view = laboratory.view(&case).await;
        let mine: Vec<&str> =
            view.comments.iter().filter(|comment| comment.mine).map(|comment| comment.text.as_str()).collect();
        assert_eq!(mine, ["First.", "Second."], "{settings}: each stands there once");
    }
}

#[tokio::test]
async fn tags_added_one_after_the_other_offline_are_no_conflict_with_each_other() {
    // And none either where reads show late what was acknowledged.
    let laboratory = Laboratory::at_work(30, &json!({"lateMs": {"min": 600, "max": 800}})).await;
    let case = laboratory.case_that(|_| true);
    laboratory.simulator.down(ILLUMINA).await.unwrap();
    let one = laboratory.act(&case, "tag", json!({"tag": "board"})).await.unwrap();
    let two = laboratory.act(&case, "tag", json!({"tag": "phase"})).await.unwrap();
    let again = laboratory.act(&case, "tag", json!({"tag": "board"})).await;
    assert!(again.is_err(), "it stands so already, as far as this desk is concerned");
    laboratory.simulator.up(ILLUMINA).unwrap();
    laboratory.desk.clock.advance(std::time::Duration::from_mins(10));
    for id in [one, two] {
        assert_eq!(laboratory.settled(id).await.state, OutboxState::Confirmed);
    }
    let tags = laboratory.truth(&case)["tags"].clone();
    assert!(["board", "phase"].iter().all(|tag| tags.as_array().unwrap().contains(&json!(tag))), "{tags}");
}
