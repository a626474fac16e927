//! Sending: each action has its one effect, and where it may not be sent, says why.

use rounds_domain::{action::Fields, error::AndNow, item::WorkItem};
use rounds_remote::seam::{Submitted, Target};
use rounds_simulator::Temperament;
use serde_json::{Value, json};

use crate::desk::{AMBRA, Desk, is_offered, nothing, targets, why_not};

fn value<'a>(item: &'a WorkItem, key: &str) -> &'a Value {
    item.values.get(key).unwrap_or(&Value::Null)
}

/// Sends an action, and says what it made.
async fn done(desk: &Desk, item: &WorkItem, name: &str, fields: Value) -> Option<String> {
    let before = desk.simulator.effects(Some(AMBRA)).len();
    match desk.act(item, name, fields).await {
        Ok(Submitted::Done(receipt)) => {
            let made = desk.simulator.effects(Some(AMBRA)).len() - before;
            assert_eq!(made, 1, "{name} has one effect");
            receipt.remote_ref
        }
        other => panic!("{name}: {other:?}"),
    }
}

async fn after(desk: &Desk, item: &WorkItem) -> WorkItem {
    // An unkind Ambra shows a write up to 800 ms later.
    tokio::time::sleep(std::time::Duration::from_millis(900)).await;
    desk.again(item).await.expect("it is still there").item
}

#[tokio::test]
async fn a_status_moves_from_what_the_person_saw() {
    for (null_old, temperament) in [("omitted", Temperament::Kind), ("defaultTag", Temperament::Unkind)] {
        let desk = Desk::closed(150, temperament, &[]).await;
        desk.set(&json!({"nullOld": null_old, "drift": false}));
        desk.enter().await;
        let study = desk.item("studies", |study| study.status.word.is_none() && is_offered(study, "status")).await;
        let to = targets(&study, "status").into_iter().find(|tag| tag == "On Hold").expect("a target");
        done(&desk, &study, "status", json!({"to": to})).await;
        let moved = after(&desk, &study).await;
        assert_eq!(moved.status.word.as_deref(), Some("On Hold"), "{null_old}");
        assert!(moved.history.iter().any(|entry| entry.after.as_deref() == Some("On Hold")));
        assert!(!targets(&moved, "status").contains(&"On Hold".to_owned()));
        done(&desk, &moved, "status", json!({"to": "Dictating"})).await;
        let mine = after(&desk, &study).await;
        assert!(mine.proofs.contains(&"lock:mine".to_owned()), "the lock shows that it was us");
        assert_eq!(mine.assignees.len(), 1);
        assert_eq!(desk.effects(&study).len(), 2);
    }
}

#[tokio::test]
async fn a_status_that_another_changed_meanwhile_is_a_conflict() {
    let desk = Desk::quiet().await;
    let study = desk.item("studies", |study| study.status.word.is_none() && is_offered(study, "status")).await;
    desk.edit(&json!({"caseId": study.external_id, "status": "On Hold"}));
    let conflict = desk.act(&study, "status", json!({"to": "Final"})).await.expect_err("it reads something else now");
    assert_eq!(conflict.and_now, AndNow::Conflict, "{}", conflict.message);
    assert!(desk.effects(&study).is_empty(), "nothing was changed");
    let fresh = desk.again(&study).await.expect("it is there").item;
    assert_eq!(value(&fresh, "study_status"), "On Hold");
}

#[tokio::test]
async fn a_lock_and_a_singleton_stage_stop_an_action_before_and_at_ambra() {
    let desk = Desk::quiet().await;
    let free = |study: &WorkItem| study.status.word.is_none() && is_offered(study, "status");
    let studies: Vec<WorkItem> = desk.items("studies").await.into_iter().filter(free).collect();
    let [first, second, third] = [&studies[0], &studies[1], &studies[2]];

    desk.edit(&json!({"caseId": third.external_id, "status": "Dictating", "authorIndex": 4}));
    let locked = desk.again(third).await.expect("it is there").item;
    assert!(why_not(&locked, "status").is_some_and(|why| why.contains("lock")), "{:?}", why_not(&locked, "status"));
    let refused = desk.act(&locked, "status", json!({"to": "Final"})).await.expect_err("another has locked it");
    assert_eq!(refused.and_now, AndNow::Conflict, "{}", refused.message);

    done(&desk, first, "status", json!({"to": "Reading"})).await;
    let other = desk.again(second).await.expect("it is there").item;
    assert!(!targets(&other, "status").contains(&"Reading".to_owned()), "one study at a time");
    let refused = desk.act(&other, "status", json!({"to": "Reading"})).await.expect_err("one at a time");
    assert_eq!(refused.and_now, AndNow::Forbidden, "{}", refused.message);
    assert!(desk.effects(second).is_empty());
}

#[tokio::test]
async fn a_comment_comes_back_with_the_id_that_the_receipt_named_and_can_be_deleted() {
    let desk = Desk::open(100, Temperament::Unkind, &[]).await;
    let study = desk.item("studies", |study| is_offered(study, "comment")).await;
    let words = "Порівняйте з попереднім, please — “asap” & 100% + {{x}}\nsecond line";
    let made = done(&desk, &study, "comment", json!({"text": words})).await.expect("the reply names it");
    let written = after(&desk, &study).await;
    let comment =
        written.comments.iter().find(|comment| comment.id.as_deref() == Some(made.as_str())).expect("it is there");
    assert_eq!(comment.text, words);
    assert!(desk.me().is_some_and(|me| comment.author.as_ref().is_some_and(|author| me.is(author))));
    assert!(targets(&written, "delete-comment").contains(&made));
    done(&desk, &written, "delete-comment", json!({"comment": made})).await;
    let left = after(&desk, &study).await;
    assert!(left.comments.iter().all(|comment| comment.id.as_deref() != Some(made.as_str())));
    let gone = desk.act(&written, "delete-comment", json!({"comment": made})).await.expect_err("it is gone");
    assert_eq!(gone.and_now, AndNow::Gone);
}

#[tokio::test]
async fn stars_tags_approvals_and_rejections() {
    let desk = Desk::quiet().await;
    let study = desk.item("studies", |study| is_offered(study, "star") && value(study, "star") == &json!(false)).await;
    done(&desk, &study, "star", json!({"star": true})).await;
    done(&desk, &study, "tag", json!({"tag": "journal club"})).await;
    let marked = desk.again(&study).await.expect("it is there").item;
    assert_eq!(value(&marked, "star"), &json!(true));
    assert!(targets(&marked, "untag").contains(&"journal club".to_owned()));
    done(&desk, &marked, "untag", json!({"tag": "journal club"})).await;
    done(&desk, &marked, "star", json!({"star": false})).await;
    assert_eq!(value(&desk.again(&study).await.expect("it is there").item, "star"), &json!(false));

    let waiting: Vec<WorkItem> =
        desk.items("studies").await.into_iter().filter(|study| is_offered(study, "approve")).take(4).collect();
    assert!(waiting.len() >= 3, "{} studies await approval", waiting.len());
    let both = desk.act(&waiting[0], "approve", json!({"delay": 5, "must_match": "{\"modality\":\"CT\"}"})).await;
    assert_eq!(both.expect_err("not both").and_now, AndNow::Invalid);
    let no_json = desk.act(&waiting[0], "approve", json!({"must_match": "modality is CT"})).await;
    assert_eq!(no_json.expect_err("not JSON").and_now, AndNow::Invalid);
    let no_field = desk.act(&waiting[0], "approve", json!({"must_match": {"shoe_size": 44}})).await;
    assert_eq!(no_field.expect_err("no such field").and_now, AndNow::Invalid);
    assert!(desk.effects(&waiting[0]).is_empty());
    done(&desk, &waiting[0], "approve", nothing()).await;
    let approved = desk.again(&waiting[0]).await.expect("it is there").item;
    assert_eq!(value(&approved, "must_approve"), &json!(false));
    assert!(why_not(&approved, "approve").is_some());
    done(&desk, &waiting[1], "approve", json!({"delay": 5})).await;
    done(&desk, &waiting[2], "reject", json!({"message": "Wrong patient"})).await;
    assert_eq!(desk.again(&waiting[2]).await, None, "a rejected study is seen no more");
}

#[tokio::test]
async fn a_case_is_assigned_worked_on_completed_and_closed() {
    let desk = Desk::quiet().await;
    let open = |case: &WorkItem| is_offered(case, "return") && value(case, "assigned_medical_id").is_null();
    let case = desk.item("cases", open).await;
    let people = desk.candidates(&Target::of(&case)).await.expect("members");
    assert!(people.len() >= 10 && people.iter().all(|person| person.id.is_some() && !person.name.is_empty()));
    let who = people[4].id.clone().expect("an id");
    done(&desk, &case, "assign-medical", json!({"assigned_medical_id": who})).await;
    done(&desk, &case, "assign-admin", json!({"assigned_admin_id": people[0].id})).await;
    let assigned = desk.again(&case).await.expect("it is there").item;
    assert_eq!(assigned.assignees.len(), 2);
    assert_eq!(value(&assigned, "assigned_medical_id"), &json!(who));
    done(&desk, &assigned, "unassign-medical", nothing()).await;
    let to = targets(&assigned, "case-status").remove(0);
    done(&desk, &assigned, "case-status", json!({"to": to})).await;
    done(&desk, &assigned, "complete", nothing()).await;
    done(&desk, &assigned, "close", nothing()).await;
    let closed = desk.again(&case).await.expect("it is there").item;
    assert_eq!(value(&closed, "assigned_medical_id"), &Value::Null);
    assert_eq!(closed.status.word.as_deref(), Some(to.as_str()));
    assert_eq!((value(&closed, "completed"), value(&closed, "closed")), (&json!(true), &json!(true)));
    assert!(why_not(&closed, "return").is_some() && why_not(&closed, "close").is_some());
    assert_eq!(desk.effects(&case).len(), 6, "each once");
}

#[tokio::test]
async fn a_case_is_returned_once_and_what_it_refuses_is_told() {
    let desk = Desk::quiet().await;
    for _ in 0..2 {
        desk.simulator.create(AMBRA, &json!({"kind": "case", "set": {"submitted": 1}})).expect("a new case");
    }
    let cases: Vec<WorkItem> =
        desk.items("cases").await.into_iter().filter(|case| is_offered(case, "return")).collect();
    done(&desk, &cases[0], "return", json!({"reason": "The images are incomplete"})).await;
    let returned = desk.again(&cases[0]).await.expect("it is there").item;
    assert!(why_not(&returned, "return").is_some());
    let again = desk.act(&cases[0], "return", json!({"reason": "again"})).await.expect_err("it went back already");
    assert_eq!(again.and_now, AndNow::Forbidden);
    let facts = desk.simulator.facts(AMBRA).expect("facts");
    for (fields, expected) in [
        (json!({"assigned_medical_id": facts["foreignUserId"]}), AndNow::Invalid),
        (json!({"assigned_medical_id": "00000000-0000-0000-0000-00000000abcd"}), AndNow::Invalid),
    ] {
        let refused = desk.act(&cases[1], "assign-medical", fields).await.expect_err("not a member");
        assert_eq!(refused.and_now, expected, "{}", refused.message);
    }
    let unknown = desk.act(&cases[1], "case-status", json!({"to": "Lost"})).await.expect_err("no such status");
    assert_eq!(unknown.and_now, AndNow::Invalid);
    desk.edit(&json!({"caseId": cases[1].external_id, "set": {"locked_user_id": facts["clinicians"][5]["uuid"]}}));
    let locked = desk.act(&cases[1], "complete", nothing()).await.expect_err("another has locked it");
    assert_eq!(locked.and_now, AndNow::Conflict);
    assert!(why_not(&desk.again(&cases[1]).await.expect("it is there").item, "complete").is_some());
    assert!(desk.effects(&cases[1]).is_empty());
}

#[tokio::test]
async fn a_qc_task_moves_on_from_what_the_person_saw() {
    let desk = Desk::quiet().await;
    let study = desk.item("studies", |study| is_offered(study, "qc-status")).await;
    let to = targets(&study, "qc-status").remove(0);
    done(&desk, &study, "qc-status", json!({"to": to})).await;
    let moved = desk.again(&study).await.expect("it is there").item;
    assert_eq!(value(&moved, "qctask_status"), &json!(to));
    let stale = desk.act(&study, "qc-status", json!({"to": targets(&study, "qc-status")[1]})).await;
    assert_eq!(stale.expect_err("it reads something else now").and_now, AndNow::Conflict);
}

#[tokio::test]
async fn what_the_role_or_the_study_forbids_is_not_offered_and_the_reason_is_told() {
    let desk = Desk::closed(120, Temperament::Kind, &[]).await;
    desk.set(
        &json!({"permissions": {"study_status_edit": 0, "study_comment_edit": 0, "case_edit": 0, "study_tag": 0}}),
    );
    let notes = desk.enter().await.notes;
    assert!(notes.iter().any(|note| note.contains("status, comments, cases")), "{notes:?}");
    let study = desk.item("studies", |study| study.status.word.is_none()).await;
    for action in ["status", "comment", "tag"] {
        let why = why_not(&study, action).expect(action);
        assert!(why.contains("permit") || why.contains("frozen"), "{action}: {why}");
        let fields = json!({"to": "Final", "text": "x", "tag": "x"});
        let refused = desk.act(&study, action, fields).await.expect_err(action);
        assert_eq!(refused.and_now, AndNow::Forbidden, "{action}: {}", refused.message);
    }
    let case = desk.item("cases", |_| true).await;
    assert!(case.offers.iter().all(|offer| offer.refused.is_some()), "{:?}", case.offers);
    assert!(desk.simulator.effects(Some(AMBRA)).is_empty());
}

#[tokio::test]
async fn audit_entries_are_written_only_where_the_setting_allows_it_and_the_reason_goes_first() {
    let desk = Desk::quiet().await;
    let study = desk.item("studies", |_| true).await;
    assert!(why_not(&study, "audit").is_some());
    let off = desk.act(&study, "audit", json!({"entry": "STUDY_VIEW"})).await.expect_err("it is off");
    assert_eq!(off.and_now, AndNow::Invalid);
    assert_eq!(desk.calls("/study/audit"), 0);

    let desk = Desk::open(60, Temperament::Kind, &[("audit", "true")]).await;
    let study = desk.item("studies", |_| true).await;
    assert!(is_offered(&study, "audit"));
    let fields = json!({"entry": "STUDY_VIEW", "reason": "second reading"});
    assert!(matches!(desk.act(&study, "audit", fields).await, Ok(Submitted::Done(_))));
    let written: Vec<String> = desk
        .effects(&study)
        .into_iter()
        .map(|effect| effect.payload["action"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(written, ["STUDY_VIEW_REASON", "STUDY_VIEW"]);
}

#[tokio::test]
async fn an_action_without_what_it_needs_is_never_sent() {
    let desk = Desk::quiet().await;
    let study = desk.item("studies", |_| true).await;
    let order = desk.item("orders", |_| true).await;
    let before = desk.simulator.requests().total;
    for (item, name) in
        [(&study, "comment"), (&study, "status"), (&study, "tag"), (&order, "comment"), (&study, "complete")]
    {
        let refused = desk.act(item, name, Value::Object(Fields::new())).await.expect_err(name);
        assert_eq!(refused.and_now, AndNow::Invalid, "{name}");
    }
    assert_eq!(desk.simulator.requests().total, before);
}
