//! A case that is made here is there for its person at once, and at the laboratory once.

use rounds_domain::{
    item::{ItemKind, Priority, StatusGroup},
    outbox::OutboxState,
    projection::Unsettled,
};
use serde_json::json;

use super::{LIMS, Laboratory, own_case};

#[tokio::test]
async fn a_case_made_without_a_network_is_on_the_worklist_and_arrives_once_when_there_is_one() {
    let lab = Laboratory::open("legacy").await;
    lab.simulator.down(LIMS).await.unwrap();
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    let before = lab.case("TST26-1").await;
    assert_eq!(before.row.patient.as_deref(), Some("CORDERO, Thelma"), "found by whom it is about");
    assert_eq!((before.row.unsettled, before.row.priority), (Unsettled::Pending, Priority::Stat));
    assert_eq!((before.row.status_group, before.row.kind), (StatusGroup::Active, ItemKind::Case));
    for query in ["", "cordero", "TST26-1", "LGEC_32541", "anus"] {
        assert_eq!(lab.listed(query).await, 1, "{query:?} finds it before it was sent");
    }
    assert_eq!(before.outbox.len(), 1, "its page says what is on its way");
    let report = lab.sync().await;
    assert!(report.error.is_some() && lab.effects().is_empty());
    assert_eq!(lab.desk.row(made.id).await.state, OutboxState::Queued);

    lab.simulator.up(LIMS).unwrap();
    let sent = lab.settled(made.id).await;
    assert_eq!(sent.state, OutboxState::Confirmed, "{}", sent.words);
    let [effect] = &lab.effects()[..] else { panic!("once: {:?}", lab.effects()) };
    assert_eq!((effect.action.as_str(), effect.case_id.as_str()), ("CREATE_CASE", "TST26-1"));
    let patient = &effect.payload["patient"];
    assert_eq!(patient["contact"]["socialSecurityNumber"], "000-12-3456", "the laboratory is told the whole number");
    assert_eq!(patient["insurances"].as_array().map(Vec::len), Some(3), "primary, secondary, tertiary");
    assert_eq!(patient["insurances"][1]["payer"]["MCID"], json!("Payer110"));
    assert_eq!(effect.payload["receivedDate"], "2026-11-21T07:30:00.000Z");
    let after = lab.case("TST26-1").await;
    assert_eq!((after.row.id, after.row.unsettled), (before.row.id, Unsettled::Nothing), "the same item goes on");
    assert_eq!(after.row.status.as_deref(), Some("created"));
    assert_eq!(lab.listed("").await, 1, "and stands there once");
    assert!(lab.simulator.violations().is_empty());
}

#[tokio::test]
async fn a_case_survives_a_crash_before_it_was_sent() {
    let mut lab = Laboratory::open("legacy").await;
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    lab.desk.start_again().await;
    assert_eq!(lab.case("TST26-1").await.row.patient.as_deref(), Some("CORDERO, Thelma"));
    assert_eq!(lab.settled(made.id).await.state, OutboxState::Confirmed);
    assert_eq!(lab.effects().len(), 1);
    lab.desk.start_again().await;
    assert_eq!(lab.case("TST26-1").await.row.status.as_deref(), Some("created"), "and lives on from the reply");
}

#[tokio::test]
async fn a_social_security_number_is_shown_by_its_end_wherever_it_stands() {
    let lab = Laboratory::open("legacy").await;
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    for when in ["before it is sent", "afterwards"] {
        let page = serde_json::to_string(&lab.case("TST26-1").await).unwrap();
        let outbox = serde_json::to_string(&lab.desk.outbox().await).unwrap();
        let raw = lab.desk.rounds().raw(made.item).await.unwrap();
        for shown in [&page, &outbox, &raw] {
            assert!(!shown.contains("000-12-3456") && !shown.contains("000123456"), "{when}");
        }
        assert!(page.contains("•••••3456") && outbox.contains("•••••3456"), "{when}: enough to tell whose it is");
        lab.settled(made.id).await;
    }
    let draft = own_case("TST26-2").as_object().cloned();
    lab.desk.rounds().save_new_draft(lab.connection, "createCase".into(), draft).await.unwrap();
    let offers = lab.offers().await;
    let draft = offers[0].draft.as_ref().expect("it was begun");
    assert_eq!(
        (&draft["caseNumber"], &draft["patient"]["contact"]["socialSecurityNumber"]),
        (&json!("TST26-2"), &json!(""))
    );
    lab.make("createCase", &own_case("TST26-2")).await.unwrap();
    assert_eq!(lab.offers().await[0].draft, None, "a draft is used up");
}

#[tokio::test]
async fn what_cannot_be_a_case_is_said_before_it_is_saved() {
    let lab = Laboratory::open("legacy").await;
    let but = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut case = own_case("TST26-1");
        change(&mut case);
        case
    };
    for (case, why) in [
        (but(&|case| case["caseNumber"] = json!("  ")), "\"Case number\" is empty"),
        (but(&|case| case["patient"]["contact"]["lastName"] = json!(null)), "\"Last name\" is empty"),
        (but(&|case| case["patient"]["contact"]["socialSecurityNumber"] = json!("12")), "nine digits"),
        (but(&|case| case["specimens"][2]["parentSampleNumber"] = json!("-Z")), "which is not in this case"),
        (but(&|case| case["colour"] = json!("red")), "has no field \"colour\""),
    ] {
        let refused = lab.make("createCase", &case).await.expect_err(why).to_string();
        assert!(refused.contains(why), "{refused}");
    }
    assert_eq!((lab.listed("").await, lab.desk.outbox().await.len()), (0, 0), "nothing was saved");
    lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    let again = lab.make("createCase", &own_case("TST26-1")).await.expect_err("twice").to_string();
    assert!(again.contains("made here already"), "{again}");
    lab.sync().await;
    let again = lab.make("createCase", &own_case("TST26-1")).await.expect_err("also when it was sent").to_string();
    assert!(again.contains("made here already"), "{again}");
    assert_eq!(lab.effects().len(), 1);
}
