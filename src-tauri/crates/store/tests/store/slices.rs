//! The parts of a feed: planned ones are added, their state stays, and none is ever left out.

use chrono::TimeDelta;
use rounds_domain::pull::Slice;
use rounds_store::table::slice::Then;

use crate::given::{Desk, FEED, at, case, page};

fn windows(first_day: i64, count: i64) -> Vec<Slice> {
    (0..count)
        .map(|n| {
            let from = at(0) + TimeDelta::days(first_day + 59 * n);
            Slice::Window { from, to: from + TimeDelta::days(59) }
        })
        .collect()
}

async fn planned(desk: &Desk, planned: Vec<Slice>) -> Vec<Slice> {
    let rows = desk.store.slices(desk.connection.key, FEED.into(), planned, at(0)).await.unwrap();
    rows.into_iter().map(|row| row.slice).collect()
}

#[tokio::test]
async fn every_planned_window_is_there_however_the_plan_changes() {
    let plans = [
        ("as time goes on", windows(0, 3), windows(0, 4)),
        ("when history is to begin later", windows(0, 40), windows(1_003, 5)),
        ("when history is to begin a little earlier", windows(0, 3), windows(-10, 3)),
        ("when history is to begin much earlier", windows(0, 3), windows(-1_000, 20)),
    ];
    for (when, before, after) in plans {
        let desk = Desk::new().await;
        planned(&desk, before).await;
        let there = planned(&desk, after.clone()).await;
        let missing: Vec<_> = after.iter().filter(|slice| !there.contains(slice)).collect();
        assert!(missing.is_empty(), "{when}: never read would be {missing:?}");
    }
}

#[tokio::test]
async fn a_window_keeps_its_place_when_others_are_added() {
    let desk = Desk::new().await;
    desk.pull(page(vec![case("c1")]), Then::Continue("page 2".into())).await;
    let before = desk.slice_now().await;
    let mut all = windows(100, 3);
    all.push(before.slice.clone());
    planned(&desk, all).await;
    assert_eq!(desk.slice_now().await, before);
}

#[tokio::test]
async fn a_window_that_keeps_bringing_new_cases_is_restless_until_it_does_not() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    assert_eq!(desk.slice_now().await.restless, 1);
    desk.pull(page(vec![case("c2")]), Then::Continue("2".into())).await;
    desk.pull(page(vec![case("c1")]), Then::Complete).await;
    assert_eq!(desk.slice_now().await.restless, 2, "what its first page brought counts too");
    desk.sweep(vec![case("c1"), case("c2")]).await;
    assert_eq!(desk.slice_now().await.restless, 0);
}

#[tokio::test]
async fn failures_are_counted_until_a_page_comes() {
    let desk = Desk::new().await;
    let key = desk.slice().await.key;
    desk.pull(page(vec![case("c1")]), Then::Continue("2".into())).await;
    for expected in 1..=3 {
        desk.store.slice_failed(desk.connection.id, key, false, at(500), None).await.unwrap();
        let slice = desk.slice_now().await;
        assert_eq!((slice.failures, slice.next_at, slice.cursor.as_deref()), (expected, Some(at(500)), Some("2")));
    }
    desk.store.slices_retry(desk.connection.key).await.unwrap();
    assert_eq!((desk.slice_now().await.failures, desk.slice_now().await.next_at), (3, None), "until it is read");
    desk.store.slice_failed(desk.connection.id, key, true, at(500), None).await.unwrap();
    assert_eq!(desk.slice_now().await.cursor, None, "it begins again");
    desk.sweep(vec![case("c1")]).await;
    assert_eq!((desk.slice_now().await.failures, desk.slice_now().await.next_at), (0, None));
}

#[tokio::test]
async fn a_part_that_is_not_shown_to_its_person_is_closed_until_it_is_read() {
    let desk = Desk::new().await;
    let key = desk.slice().await.key;
    desk.sweep(vec![case("c1")]).await;
    let progress = async || desk.store.feed_progress(desk.connection.key, FEED.into(), at(0)).await.unwrap();
    let complete = progress().await.complete;
    let failed = async |closed: Option<&str>| {
        let closed = closed.map(str::to_owned);
        desk.store.slice_failed(desk.connection.id, key, false, at(500), closed).await.unwrap();
        (progress().await.closed, progress().await.failing)
    };
    assert_eq!(failed(Some("not for you")).await, (Some("not for you".into()), 0));
    assert_eq!(progress().await.complete, complete, "no newer than it is");
    assert_eq!(failed(None).await, (None, 1), "what fails otherwise is not closed any more");
    failed(Some("not for you")).await;
    desk.sweep(vec![case("c1")]).await;
    assert_eq!((progress().await.closed, progress().await.failing), (None, 0));
}
