//! What others do upstream arrives here: edits, deletions, and how the system's windows really work.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use rounds_domain::outbox::OutboxState;
use rounds_simulator::Temperament;
use serde_json::json;

use crate::clinic::{Clinic, SYSTEM, options};

#[tokio::test]
async fn a_case_that_was_deleted_upstream_disappears_after_two_complete_sweeps() {
    let clinic = Clinic::at_work(40).await;
    let case = clinic.cases().remove(0);
    clinic.simulator.delete(SYSTEM, &case).unwrap();
    clinic.pull().await;
    assert!(clinic.found("").await.contains(&case), "missing once may be page drift");
    clinic.pull().await;
    assert!(!clinic.found("").await.contains(&case), "missing from two complete sweeps is gone");
    assert_eq!(clinic.found("is:gone kind:case").await.into_iter().collect::<Vec<_>>(), std::slice::from_ref(&case));
    let view = clinic.item(&case).await;
    assert!(view.row.gone);
    let why = view.actions[0].refused.as_deref().unwrap_or_default();
    assert!(why.contains("no longer has"), "a person is told why nothing can be written: {why:?}");
}

#[tokio::test]
async fn nothing_is_taken_for_gone_at_a_system_whose_pages_drift() {
    let clinic = Clinic::open(options(200, Temperament::Unkind), &[("records_per_page", "10")]).await;
    clinic.simulator.change_settings(SYSTEM, &json!({"driftOneIn": 2})).unwrap();
    for pass in 1..=5 {
        clinic.pull().await;
        if pass > 1 {
            let gone = clinic.found("is:gone").await;
            assert!(gone.is_empty(), "pass {pass}: nobody deleted anything, and yet {} cases are gone", gone.len());
        }
    }
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
}

#[tokio::test]
async fn what_a_colleague_changed_is_here_after_the_next_sweep() {
    let clinic = Clinic::at_work(40).await;
    let case = clinic.cases().remove(0);
    let said = json!({"caseId": case, "status": "APPROVED", "comment": {"text": "Labs are back", "authorIndex": 4}});
    clinic.simulator.edit(SYSTEM, &said).unwrap();
    let quiet = clinic.cases().remove(1);
    clinic.simulator.edit(SYSTEM, &json!({"caseId": quiet, "set": {"title": "Retitled"}, "quiet": true})).unwrap();
    let report = clinic.pull().await;
    assert_eq!(report.feeds[0].changed, 2, "updatedAt alone is not enough to see a change");
    let view = clinic.item(&case).await;
    assert_eq!(view.row.status.as_deref(), Some("APPROVED"));
    let comment = view.comments.iter().find(|comment| comment.text == "Labs are back").expect("the comment is here");
    assert!(!comment.mine, "it is not mine");
    assert_eq!(clinic.found("\"labs are back\"").await.into_iter().collect::<Vec<_>>(), [case]);
    assert_eq!(clinic.item(&quiet).await.row.title.as_deref(), Some("Retitled"));
}

#[tokio::test]
async fn a_change_upstream_does_not_touch_what_is_on_its_way() {
    let clinic = Clinic::at_work(20).await;
    let case = clinic.cases().remove(0);
    clinic.simulator.down(SYSTEM).await.unwrap();
    let id = clinic.write(&case, "written before", true).await;
    clinic.simulator.up(SYSTEM).unwrap();
    clinic
        .simulator
        .edit(SYSTEM, &json!({"caseId": case, "comment": {"text": "written before", "authorIndex": 5}}))
        .unwrap();
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "written before", true)], "beside a colleague's").await;
    let all = clinic.item(&case).await.comments;
    assert_eq!(all.iter().filter(|comment| comment.text == "written before").count(), 2, "mine and the colleague's");
}

#[tokio::test]
async fn a_system_whose_windows_match_the_time_of_change_is_understood() {
    let clinic = Clinic::open(options(120, Temperament::Kind), &[]).await;
    clinic.simulator.change_settings(SYSTEM, &json!({"windowField": "updatedAt"})).unwrap();
    for _ in 0..3 {
        clinic.pull().await;
        assert!(clinic.found("is:gone").await.is_empty(), "learning how windows work must not take cases for gone");
    }
    let upstream: BTreeSet<String> = clinic.cases().into_iter().collect();
    assert_eq!(clinic.found("").await, upstream);
    let notes = clinic.view().await.notes;
    assert!(notes.iter().any(|note| note.contains("updatedAt")), "what was learned is told: {notes:?}");

    // A case made long ago that is written on moves to the newest window, and is found there.
    let case = oldest(&clinic);
    let id = clinic.write(&case, "on an old case", false).await;
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "on an old case", false)], "by time of change").await;
    for _ in 0..3 {
        clinic.pull().await;
    }
    assert!(clinic.found("is:gone").await.is_empty(), "it moved; it is not gone");
}

#[tokio::test]
async fn it_is_understood_too_when_the_system_changes_its_mind_after_the_first_pull() {
    let clinic = Clinic::at_work(120).await;
    clinic.simulator.change_settings(SYSTEM, &json!({"windowField": "updatedAt"})).unwrap();
    for _ in 0..4 {
        clinic.pull().await;
    }
    let gone = clinic.found("is:gone").await;
    assert!(gone.is_empty(), "{} cases are taken for gone; they only stand in other windows", gone.len());
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
}

#[tokio::test]
async fn a_comment_whose_reply_was_lost_is_found_though_the_case_moved_to_another_window() {
    let clinic = Clinic::at_work(60).await;
    clinic.simulator.change_settings(SYSTEM, &json!({"windowField": "updatedAt"})).unwrap();
    clinic.pull().await;
    let case = oldest(&clinic);
    clinic.next_comment_meets(rounds_simulator::Fault::AppliedReplyLost);
    let id = clinic.write(&case, "where did it go?", false).await;
    clinic.settle().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Confirmed, "{:?}", clinic.row(id).await.reason);
    assert_eq!(clinic.effects_on(&case).len(), 1);
}

#[tokio::test]
async fn a_case_made_after_the_first_pull_is_here_with_the_next() {
    let clinic = Clinic::at_work(30).await;
    let new = clinic.simulator.create(SYSTEM, &json!({})).unwrap();
    let early = Utc::now() - TimeDelta::days(200);
    let backdated = clinic.simulator.create(SYSTEM, &json!({"createdAt": early.to_rfc3339()})).unwrap();
    let report = clinic.pull().await;
    assert_eq!(report.feeds[0].new, 2);
    for made in [new, backdated] {
        assert!(clinic.found("").await.contains(made["id"].as_str().unwrap()));
    }
}

fn oldest(clinic: &Clinic) -> String {
    let created =
        |case: &String| clinic.simulator.truth(SYSTEM, case).unwrap()["case"]["createdAt"].as_str().unwrap().to_owned();
    clinic.cases().into_iter().min_by_key(created).unwrap()
}
