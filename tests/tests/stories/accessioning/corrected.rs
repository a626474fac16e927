//! What a laboratory refused is corrected: the corrected one takes the place of the one that is given up, in one step.

use rounds_domain::outbox::OutboxState;
use rounds_simulator::Fault;
use serde_json::{Value, json};

use super::{LIMS, Laboratory, own_case};

async fn refused(lab: &Laboratory) -> rounds_domain::view::OutboxRow {
    let tree = json!([{"property": "dateOfService", "constraints": {"isDateString": "dateOfService must be a date"}}]);
    let fault =
        Fault::Status { code: 400, body: Some(tree), headers: std::collections::BTreeMap::default(), applied: false };
    lab.meets("/lims/cases", fault);
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    let row = lab.settled(made.id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson);
    row
}

/// What was filled in, as the window is given it back, with a change.
fn corrected(row: &rounds_domain::view::OutboxRow, key: &str, value: Value) -> Value {
    let mut fields = row.fields.clone();
    fields[key] = value;
    fields
}

#[tokio::test]
async fn a_corrected_case_is_the_same_item_and_keeps_what_nobody_sees() {
    let lab = Laboratory::open("legacy").await;
    let row = refused(&lab).await;
    let fields = corrected(&row, "dateOfService", json!("2026-11-19"));
    assert_eq!(fields["patient"]["contact"]["socialSecurityNumber"], "•••••3456");
    let again = lab.make_instead("createCase", &fields, Some(row.id)).await.unwrap();
    assert_eq!(again.item, row.item);
    assert_eq!(lab.desk.row(row.id).await.state, OutboxState::Discarded);
    assert_eq!(lab.settled(again.id).await.state, OutboxState::Confirmed);
    let [effect] = &lab.effects()[..] else { panic!("once: {:?}", lab.effects()) };
    assert_eq!(effect.payload["dateOfService"], "2026-11-19");
    assert_eq!(effect.payload["patient"]["contact"]["socialSecurityNumber"], "000-12-3456");
    assert_eq!(lab.listed("").await, 1);
}

#[tokio::test]
async fn a_corrected_number_makes_another_item_and_the_first_one_leaves_the_worklist() {
    let lab = Laboratory::open("legacy").await;
    let row = refused(&lab).await;
    let fields = corrected(&row, "caseNumber", json!("TST26-7"));
    let again = lab.make_instead("createCase", &fields, Some(row.id)).await.unwrap();
    assert_ne!(again.item, row.item);
    assert_eq!((lab.listed("TST26-1").await, lab.listed("TST26-7").await), (0, 1));
    assert_eq!(lab.settled(again.id).await.state, OutboxState::Confirmed);
    let [effect] = &lab.effects()[..] else { panic!("once") };
    assert_eq!(effect.case_id, "TST26-7");
    // The number that was given up can be used again.
    lab.done("createCase", &own_case("TST26-1")).await;
    assert_eq!(lab.listed("").await, 2);
}

#[tokio::test]
async fn a_correction_that_cannot_be_saved_leaves_everything_as_it_is() {
    let lab = Laboratory::open("legacy").await;
    lab.done("createCase", &own_case("TST26-7")).await;
    let row = refused(&lab).await;
    for fields in [corrected(&row, "caseNumber", json!("TST26-7")), corrected(&row, "dateOfService", json!("soon"))] {
        let error = lab.make_instead("createCase", &fields, Some(row.id)).await.expect_err("it cannot be");
        assert!(error.to_string().contains("Nothing was"), "{error}");
        assert_eq!(lab.desk.row(row.id).await.state, OutboxState::NeedsPerson, "{error}");
    }
    assert_eq!(lab.listed("TST26-1").await, 1);
    let confirmed = lab.done("createCase", &own_case("TST26-8")).await;
    let error =
        lab.make_instead("createCase", &own_case("TST26-9"), Some(confirmed.id)).await.expect_err("it is settled");
    assert!(error.to_string().contains("cannot be corrected any more"), "{error}");
}

#[tokio::test]
async fn a_case_that_is_given_up_leaves_the_worklist_and_its_number_is_free() {
    let lab = Laboratory::open("legacy").await;
    lab.simulator.down(LIMS).await.unwrap();
    let made = lab.make("createCase", &own_case("TST26-1")).await.unwrap();
    lab.desk.rounds().discard(made.id, "The wrong patient").await.unwrap();
    assert_eq!(lab.listed("").await, 0);
    assert_eq!(
        lab.desk.row(made.id).await.patient.as_deref(),
        Some("CORDERO, Thelma"),
        "the outbox still says whose it was"
    );
    lab.simulator.up(LIMS).unwrap();
    lab.sync().await;
    assert!(lab.effects().is_empty());
    lab.done("createCase", &own_case("TST26-1")).await;
    assert_eq!((lab.effects().len(), lab.listed("").await), (1, 1));
}
