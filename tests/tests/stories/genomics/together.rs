//! Two people at one case: what was decided here meets what a colleague or a pipeline did meanwhile.

use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use serde_json::json;

use super::{ILLUMINA, Laboratory, READY, nothing, offer};

#[tokio::test]
async fn a_qc_decision_on_a_case_that_a_colleague_has_decided_is_shown_as_both_and_never_sent() {
    let laboratory = Laboratory::at_work(60, &nothing()).await;
    let case = laboratory.case_at("In Progress/QC_WARNING").await;
    laboratory.simulator.down(ILLUMINA).await.unwrap();
    let id = laboratory.act(&case, "qc-override", nothing()).await.unwrap();
    laboratory.simulator.up(ILLUMINA).unwrap();
    laboratory.edit(&json!({"caseId": case, "status": "In Progress/HAS_ISSUE", "authorIndex": 4}));
    let row = laboratory.settled(id).await;
    assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Conflict), "{}", row.words);
    let conflict = row.conflict.unwrap();
    let field = &conflict.fields[0];
    assert_eq!(
        (field.key.as_str(), &field.base, field.mine.as_ref(), &field.theirs),
        (
            "state",
            &json!("In Progress/QC_WARNING"),
            Some(&json!("In Progress/PROCESSING")),
            &json!("In Progress/HAS_ISSUE")
        )
    );
    let colleague = laboratory.simulator.facts(ILLUMINA).unwrap()["clinicians"][4]["name"].clone();
    assert_eq!(conflict.who.map(|who| json!(who)), Some(colleague), "the audit log names who it was");
    assert!(laboratory.effects(&case).is_empty(), "nothing was sent over it");
    let keep = laboratory.desk.rounds().resolve(id, true).await;
    assert!(keep.is_err(), "without a warning there is nothing to override any more: {keep:?}");
}

#[tokio::test]
async fn a_delivery_that_somebody_else_moved_on_is_decided_by_its_person() {
    let laboratory = Laboratory::at_work(60, &nothing()).await;
    let case = laboratory.case_at(READY).await;
    let id = laboratory.act(&case, "status", json!({"to": "In Progress/DELIVERY_IN_PROGRESS"})).await.unwrap();
    laboratory.edit(&json!({"caseId": case, "status": "Complete/DELIVERED", "authorIndex": 2}));
    let row = laboratory.settled(id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "{}", row.words);
    let again = laboratory.desk.rounds().resolve(id, true).await.unwrap();
    assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed, "kept, knowing what stood there");
    let effects = laboratory.effects(&case);
    assert_eq!((effects.len(), &effects[0].payload["subState"]), (1, &json!("DELIVERY_IN_PROGRESS")));
}

#[tokio::test]
async fn a_colleagues_tag_is_never_lost_when_one_is_taken_off() {
    let laboratory = Laboratory::at_work(60, &nothing()).await;
    let case = laboratory.case_that(|case| case["tags"].as_array().is_some_and(|tags| tags.len() > 1));
    let before = laboratory.truth(&case)["tags"].clone();
    let id = laboratory.act(&case, "untag", json!({"tag": before[0]})).await.unwrap();
    laboratory.edit(&json!({"caseId": case, "tag": "second-look", "authorIndex": 3}));
    let row = laboratory.settled(id).await;
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::Conflict), "{}", row.words);
    assert!(laboratory.effects(&case).is_empty(), "the whole set would have been replaced");
    let again = laboratory.desk.rounds().resolve(id, true).await.unwrap();
    assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed);
    let after = laboratory.truth(&case)["tags"].clone();
    assert!(after.as_array().unwrap().contains(&json!("second-look")), "{after}");
    assert!(!after.as_array().unwrap().contains(&before[0]), "{after}");
}

#[tokio::test]
async fn a_colleagues_comment_is_no_conflict_with_mine_and_not_mine_to_change() {
    let laboratory = Laboratory::at_work(30, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    let id = laboratory.act(&case, "comment", json!({"text": "Seen."})).await.unwrap();
    laboratory.edit(&json!({"caseId": case, "comment": {"text": "Seen.", "authorIndex": 6}}));
    assert_eq!(laboratory.settled(id).await.state, OutboxState::Confirmed);
    laboratory.sync(rounds_engine::pull::plan::Extent::Full).await;
    let view = laboratory.view(&case).await;
    let own: Vec<_> = view.comments.iter().filter(|comment| comment.mine).map(|comment| comment.id.clone()).collect();
    assert_eq!(own.len(), 1);
    assert_eq!(offer(&view, "delete-comment").targets, own.into_iter().flatten().collect::<Vec<_>>());
}
