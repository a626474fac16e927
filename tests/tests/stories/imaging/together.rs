//! Two people at one study: what was decided offline meets what a colleague did meanwhile.

use rounds_domain::{action::ReasonKind, item::ItemKind, outbox::OutboxState, view::ItemView};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use rounds_sync::desk::DeskError;
use serde_json::json;

use super::{Department, is_offered, targets};

fn is_fresh(study: &ItemView) -> bool {
    study.row.status.is_none() && is_offered(study, "status")
}

#[tokio::test]
async fn a_status_set_offline_while_a_colleague_set_it_too_is_shown_as_both_and_decided_by_its_person() {
    let department = Department::at_work(90, &json!({"permissions": {"audit_view": 1}})).await;
    let study = department.find(ItemKind::Study, is_fresh).await;
    department.simulator.down(super::AMBRA).await.unwrap();
    let id = department.act(&study, "status", json!({"to": "Final"})).await.unwrap();
    department.sync(Extent::Recent).await;
    assert!(!department.desk.row(id).await.state.is_final(), "offline it waits");
    department.simulator.up(super::AMBRA).unwrap();
    department.edit(&json!({"caseId": study.row.external_id, "status": "On Hold", "authorIndex": 3}));

    let row = department.settled(id).await;
    assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::Conflict), "{}", row.words);
    let conflict = row.conflict.unwrap();
    let field = &conflict.fields[0];
    assert_eq!(
        (field.key.as_str(), &field.base, field.mine.as_ref(), &field.theirs),
        ("study_status", &json!(null), Some(&json!("Final")), &json!("On Hold"))
    );
    let colleague = department.simulator.facts(super::AMBRA).unwrap()["clinicians"][3]["name"].clone();
    assert_eq!(conflict.who.map(|who| json!(who)), Some(colleague), "the audit trail names who it was");
    assert!(department.effects(&study).is_empty(), "nothing was sent over it");

    let again = department.desk.rounds().resolve(id, true).await.unwrap();
    assert_eq!(department.settled(again.id).await.state, OutboxState::Confirmed);
    assert_eq!(department.truth(&study)["study_status"], "Final");
}

#[tokio::test]
async fn whom_two_people_assigned_is_told_by_name() {
    let department = Department::at_work(120, &json!({})).await;
    let case = department.find(ItemKind::Case, |case| is_offered(case, "assign-medical")).await;
    department.desk.rounds().look_again(case.row.id).await.unwrap();
    let people = department.simulator.facts(super::AMBRA).unwrap()["clinicians"].clone();
    let (mine, theirs) = (&people[5], &people[6]);
    let fields = json!({"assigned_medical_id": mine["uuid"]});
    let id = department.act(&case, "assign-medical", fields).await.unwrap();
    let pending = department.view(case.row.id).await.row.pending;
    assert_eq!(pending[0].value.as_deref(), mine["name"].as_str(), "on its way, by name");
    let set = json!({"assigned_medical_id": theirs["uuid"], "assigned_medical_name": theirs["name"]});
    department.edit(&json!({"caseId": case.row.external_id, "set": set, "authorIndex": 2}));
    let row = department.settled(id).await;
    let field = &row.conflict.as_ref().expect("two people decided").fields[0];
    for (value, person) in [(field.mine.as_ref().unwrap(), mine), (&field.theirs, theirs)] {
        let name = row.names.get(value.as_str().unwrap()).map(String::as_str);
        assert_eq!(name, person["name"].as_str(), "{:?}", row.names);
    }
    let why = &row.reason.as_ref().unwrap().text;
    assert!(why.contains("Physician") && why.contains(theirs["name"].as_str().unwrap()), "{why}");
    assert!(!why.contains(theirs["uuid"].as_str().unwrap()), "nobody reads ids: {why}");
}

#[tokio::test]
async fn where_the_trail_is_closed_nobody_is_named() {
    let department = Department::at_work(90, &json!({})).await;
    let study = department.find(ItemKind::Study, is_fresh).await;
    let id = department.act(&study, "status", json!({"to": "Final"})).await.unwrap();
    department.edit(&json!({"caseId": study.row.external_id, "status": "On Hold", "authorIndex": 3}));
    let conflict = department.settled(id).await.conflict.unwrap();
    assert_eq!((conflict.who, conflict.fields.len()), (None, 1));
    assert!(conflict.when.is_some());
}

#[tokio::test]
async fn keeping_mine_asks_again_whether_it_can_be_done_and_loses_nothing() {
    let department = Department::at_work(90, &json!({})).await;
    let study = department.find(ItemKind::Study, is_fresh).await;
    let id = department.act(&study, "status", json!({"to": "Final"})).await.unwrap();
    // A colleague takes it up, which locks it.
    department.edit(&json!({"caseId": study.row.external_id, "status": "Dictating", "authorIndex": 4}));
    let row = department.settled(id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "{}", row.words);
    let refused = department.desk.rounds().resolve(id, true).await;
    assert!(matches!(&refused, Err(DeskError::NotOffered(why)) if why.contains("lock")), "{refused:?}");
    let row = department.desk.row(id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "the question stays open");
    assert!(row.choices.contains(&"takeTheirs".to_owned()));
    department.desk.rounds().resolve(id, false).await.unwrap();
    assert_eq!(department.truth(&study)["study_status"], "Dictating");
    assert!(department.effects(&study).is_empty());
}

#[tokio::test]
async fn a_lost_answer_is_possibly_mine_unless_my_lock_proves_it() {
    for (to, locks) in [("On Hold", false), ("Reading", true)] {
        let department = Department::at_work(90, &json!({})).await;
        let study = department
            .find(ItemKind::Study, |study| is_fresh(study) && targets(study, "status").contains(&to.to_owned()))
            .await;
        department.meets("/study/status/set", Fault::AppliedReplyLost);
        let id = department.act(&study, "status", json!({"to": to})).await.unwrap();
        let row = department.settled(id).await;
        assert_eq!(department.effects(&study).len(), 1, "{to}: sent once");
        if locks {
            assert_eq!(row.state, OutboxState::Confirmed, "{to}: {}", row.words);
        } else {
            assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "possibly yours"), "{to}");
        }
    }
}

#[tokio::test]
async fn in_kyiv_no_change_is_missed_while_the_clocks_go_to_summer_time_and_back() {
    for change in ["2025-03-30T01:00:00Z", "2025-10-26T01:00:00Z"] {
        let department = Department::closed(40, &json!({"timeZone": "Europe/Kyiv"})).await;
        let change = rounds_domain::moment::instant(change).unwrap();
        let ids = department.simulator.ids(super::AMBRA, 0, 1_000).unwrap()["ids"].clone();
        let ids = ids.as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned());
        let is_study = |id: &String| department.simulator.truth(super::AMBRA, id).unwrap()["kind"] == "study";
        let studies: Vec<String> = ids.filter(is_study).collect();
        let touch = |id: &str, minutes: i64, text: &str| {
            let at = change + chrono::TimeDelta::minutes(minutes);
            let set =
                json!({"updated": at.format("%Y-%m-%d %H:%M:%S.250000+00").to_string(), "study_description": text});
            department.edit(&json!({"caseId": id, "set": set, "quiet": true}));
        };
        for id in &studies {
            touch(id, -300, "BEFORE");
        }
        assert_eq!(department.sync(Extent::Full).await.error, None);
        // One change every half hour, each found by the next poll.
        for (id, minutes) in studies.iter().zip((-150..=180).step_by(30)) {
            let text = format!("AT {minutes}");
            touch(id, minutes, &text);
            department.desk.clock.advance(std::time::Duration::from_secs(61));
            department.sync(Extent::Recent).await;
            let item = rounds_domain::ids::ItemId::derive(department.connection, ItemKind::Study, id);
            let title = department.view(item).await.row.title.unwrap_or_default();
            assert!(title.contains(&text), "changed {minutes} minutes after the clocks: {title}");
        }
    }
}
