//! Orders come inside their case, live under it and go with it.

use rounds_domain::{item::WorkItem, pull::Page};
use rounds_store::table::slice::Then;

use crate::given::{Desk, case, order, record};

async fn keep(desk: &Desk, cases: Vec<(WorkItem, Vec<WorkItem>)>) {
    let records = cases.into_iter().map(|(case, orders)| record(case, orders)).collect();
    desk.pull(Page { records, ..Page::default() }, Then::Complete).await;
}

#[tokio::test]
async fn orders_stand_under_their_case_and_outside_the_default_view() {
    let desk = Desk::new().await;
    keep(&desk, vec![(case("c1"), vec![order("o1", "c1"), order("o2", "c1")])]).await;
    assert_eq!(desk.found("").await, ["c1"], "the default view is of cases");
    assert_eq!(desk.found("kind:order").await, ["o1", "o2"]);
    assert_eq!(desk.store.item(desk.order_id("o1")).await.unwrap().item.parent.as_deref(), Some("c1"));
    assert_eq!(desk.store.counts().await.unwrap().all, 1, "orders are not counted as cases");
}

#[tokio::test]
async fn orders_appear_change_and_disappear_with_what_their_case_says() {
    let desk = Desk::new().await;
    keep(&desk, vec![(case("c1"), vec![order("o1", "c1")])]).await;
    let changed = WorkItem { title: Some("Minoxidil".into()), ..order("o1", "c1") };
    keep(&desk, vec![(case("c1"), vec![changed, order("o2", "c1")])]).await;
    assert_eq!(desk.found("kind:order").await, ["o1", "o2"]);
    assert_eq!(desk.found("kind:order minoxidil").await, ["o1"]);
    keep(&desk, vec![(case("c1"), vec![order("o2", "c1")])]).await;
    assert_eq!(desk.found("kind:order").await, ["o2"], "the case no longer holds the first order");
    keep(&desk, vec![(case("c1"), vec![order("o1", "c1"), order("o2", "c1")])]).await;
    assert_eq!(desk.found("kind:order").await, ["o1", "o2"], "and now it does again");
}

#[tokio::test]
async fn an_order_that_moves_to_another_case_is_there_in_whatever_order_the_cases_come() {
    for first in ["c1", "c2"] {
        let desk = Desk::new().await;
        keep(&desk, vec![(case("c1"), vec![order("o1", "c1")]), (case("c2"), vec![])]).await;
        let after = |id: &str| match id {
            "c1" => (case("c1"), vec![]),
            _ => (case("c2"), vec![order("o1", "c2")]),
        };
        let second = if first == "c1" { "c2" } else { "c1" };
        for id in [first, second] {
            let (case, orders) = after(id);
            let records = vec![record(case, orders)];
            desk.pull(Page { records, ..Page::default() }, Then::Continue("more".into())).await;
        }
        assert_eq!(desk.found("kind:order").await, ["o1"], "{first} came first");
        assert_eq!(desk.store.item(desk.order_id("o1")).await.unwrap().item.parent.as_deref(), Some("c2"));
    }
}

#[tokio::test]
async fn one_order_that_two_cases_claim_does_not_stop_the_pull() {
    let desk = Desk::new().await;
    let records = vec![record(case("c1"), vec![order("o1", "c1")]), record(case("c2"), vec![order("o1", "c2")])];
    desk.pull(Page { records, ..Page::default() }, Then::Complete).await;
    assert_eq!(desk.found("").await, ["c1", "c2"], "a remote's oddity must not keep its cases out");
    assert_eq!(desk.found("kind:order").await, ["o1"]);
}

#[tokio::test]
async fn an_order_and_a_case_may_have_the_same_id() {
    let desk = Desk::new().await;
    keep(&desk, vec![(case("7"), vec![order("7", "7")])]).await;
    assert_eq!(desk.found("").await, ["7"]);
    assert_eq!(desk.found("kind:order").await, ["7"]);
    assert_ne!(desk.id("7"), desk.order_id("7"));
}

#[tokio::test]
async fn an_order_that_came_when_its_case_was_read_alone_belongs_to_the_cases_feed() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let alone = Page {
        records: vec![record(WorkItem { title: Some("x".into()), ..case("c1") }, vec![order("o1", "c1")])],
        ..Page::default()
    };
    desk.write(alone, None, desk.tick()).await.unwrap();
    assert_eq!(desk.store.item(desk.order_id("o1")).await.unwrap().feed, "cases");
    let rows = desk.store.tally(desk.connection.id).await.unwrap().rows;
    assert_eq!(rows.into_iter().collect::<Vec<_>>(), [("cases".to_owned(), 1)], "orders stand under their case");
}
