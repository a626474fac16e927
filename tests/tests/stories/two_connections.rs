//! Two accounts at the same kind of system: one's trouble leaves the other untouched, and nobody's case is mixed up.

use rounds_domain::{
    action::Fields,
    ids::{ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Options, Running, Simulator, Temperament};
use rounds_sync::desk::Intent;
use serde_json::json;

use crate::clinic::{Desk, SYSTEM, cases, form, options};

async fn write(desk: &Desk, connection: ConnectionId, case: &str) -> rounds_domain::ids::ActionId {
    let fields = Fields::from_iter([("text".to_owned(), json!("for this clinic only"))]);
    let item = ItemId::derive(connection, ItemKind::Case, case);
    desk.rounds().act(Intent { item, action: "comment".into(), fields, hold: false, after: vec![] }).await.unwrap().id
}

async fn simulator(seed: u64) -> Running {
    Simulator::start(Options { seed, ..options(30, Temperament::Kind) }).await.unwrap()
}

#[tokio::test]
async fn one_that_is_down_leaves_the_other_untouched() {
    let (north, south) = (simulator(1).await, simulator(2).await);
    let desk = Desk::new().await;
    let (of_north, of_south) = (
        desk.connect(form(&north.announcement.systems[SYSTEM], "North", &[])).await,
        desk.connect(form(&south.announcement.systems[SYSTEM], "South", &[])).await,
    );
    desk.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT).await.unwrap();
    assert_eq!(desk.found("").await.len(), 60);
    assert_eq!(desk.found("system:north").await, cases(&north).into_iter().collect());

    north.down(SYSTEM).await.unwrap();
    let (north_case, south_case) = (cases(&north).remove(0), cases(&south).remove(0));
    let (waits, goes) = (write(&desk, of_north, &north_case).await, write(&desk, of_south, &south_case).await);
    south.create(SYSTEM, &json!({})).unwrap();
    for _ in 0..3 {
        let report = desk.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT).await.unwrap();
        let of = |name: &str| report.connections.iter().find(|one| one.connection == name).unwrap();
        assert_eq!(of("North").error.as_ref().map(|error| error.kind.as_str()), Some("offline"));
        assert_eq!(of("South").error, None, "South is not to suffer for North");
    }
    assert_eq!(desk.row(goes).await.state, OutboxState::Confirmed);
    assert_eq!(desk.row(waits).await.state, OutboxState::Queued);
    assert_eq!(desk.found("").await.len(), 61, "North's cases stay, South's new one is here");
    assert!(desk.found("is:gone").await.is_empty());
    let views = desk.rounds().connections().await.unwrap();
    let trouble = |id| views.iter().find(|view| view.id == id).unwrap().trouble.is_some();
    assert_eq!((trouble(of_north), trouble(of_south)), (true, false));

    north.up(SYSTEM).unwrap();
    desk.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT).await.unwrap();
    assert_eq!(desk.row(waits).await.state, OutboxState::Confirmed);
    assert_eq!(
        (north.effects(Some(SYSTEM)).len(), south.effects(Some(SYSTEM)).len()),
        (1, 1),
        "each at its own clinic"
    );
    assert!(desk.rounds().remove_connection(of_north).await.is_ok());
    assert_eq!(desk.found("").await.len(), 31);
}

#[tokio::test]
async fn two_clinics_that_use_the_same_numbers_are_not_mixed_up() {
    // Production and a copy of it: the same ids at both.
    let (real, copy) = (simulator(1).await, simulator(1).await);
    let desk = Desk::new().await;
    let (of_real, of_copy) = (
        desk.connect(form(&real.announcement.systems[SYSTEM], "Real", &[])).await,
        desk.connect(form(&copy.announcement.systems[SYSTEM], "Copy", &[])).await,
    );
    let case = cases(&real).remove(0);
    real.edit(SYSTEM, &json!({"caseId": case, "set": {"title": "At the real one"}})).unwrap();
    desk.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT).await.unwrap();
    let title = async |connection| {
        desk.rounds().item(ItemId::derive(connection, ItemKind::Case, &case)).await.unwrap().row.title
    };
    assert_eq!(title(of_real).await.as_deref(), Some("At the real one"));
    assert_ne!(title(of_copy).await.as_deref(), Some("At the real one"));
    let ambiguous = desk.rounds().find(&format!("carevalidate:{case}")).await;
    let why =
        ambiguous.expect_err("the name is of two cases, and a comment must not go to the wrong clinic").to_string();
    assert!(why.contains("own id"), "{why}");

    write(&desk, of_copy, &case).await;
    desk.rounds().sync_now(None, Extent::Full, rounds_sync::Patience::SHORT).await.unwrap();
    assert_eq!((real.effects(Some(SYSTEM)).len(), copy.effects(Some(SYSTEM)).len()), (0, 1));

    // An order is read again through its own clinic's case.
    let with_order = |simulator: &Running| {
        let order = |case: &String| {
            simulator.truth(SYSTEM, case).unwrap()["case"]["orders"][0]["id"].as_str().map(str::to_owned)
        };
        cases(simulator).into_iter().find_map(|case| order(&case).map(|order| (case, order))).unwrap()
    };
    let (case, order) = with_order(&real);
    copy.delete(SYSTEM, &case).unwrap();
    desk.rounds().remove_connection(of_copy).await.unwrap();
    let item = ItemId::derive(of_real, ItemKind::Order, &order);
    desk.rounds().look_again(item).await.expect("the real clinic still has it");
}
