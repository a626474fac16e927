//! What is done several times over, or under whatever names the system has for it, is there once.

use rounds_domain::outbox::OutboxState;
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use serde_json::json;

use super::{ILLUMINA, Laboratory};

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
