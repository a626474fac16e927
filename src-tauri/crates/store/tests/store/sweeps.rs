//! Gone upstream: only what two complete sweeps in a row should have returned and did not.

use chrono::TimeDelta;
use rounds_domain::{
    item::WorkItem,
    pull::{Page, Slice},
};
use rounds_store::table::{
    item::PageWrite,
    slice::{Advance, Then},
};

use crate::given::{Desk, FEED, at, case, comment_on, order, page, record, unreadable};

#[tokio::test]
async fn a_case_is_gone_after_two_complete_sweeps_without_it_and_back_when_it_returns() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    assert_eq!(desk.sweep(vec![case("c1")]).await.gone, 0);
    assert_eq!(desk.found("").await, ["c1", "c2"], "missing once may be page drift");
    assert_eq!(desk.sweep(vec![case("c1")]).await.gone, 1);
    assert_eq!(desk.found("").await, ["c1"]);
    assert_eq!(desk.found("is:gone").await, ["c2"], "it is not deleted: it says that the system no longer has it");
    assert!(desk.store.item(desk.id("c2")).await.unwrap().gone);
    assert_eq!(desk.sweep(vec![case("c1")]).await.gone, 0, "it is told once");
    desk.sweep(vec![case("c1"), case("c2")]).await;
    assert_eq!(desk.found("").await, ["c1", "c2"], "it says exactly what it said before, and yet it is back");
    assert!(!desk.store.item(desk.id("c2")).await.unwrap().gone);
}

#[tokio::test]
async fn two_misses_count_only_in_a_row() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    for _ in 0..3 {
        assert_eq!(desk.sweep(vec![case("c1")]).await.gone, 0);
        desk.sweep(vec![case("c1"), case("c2")]).await;
    }
    assert_eq!(desk.found("").await, ["c1", "c2"]);
}

#[tokio::test]
async fn a_failed_or_unfinished_sweep_takes_nothing_away() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    for _ in 0..4 {
        desk.pull(page(vec![case("c1")]), Then::Continue("more".into())).await;
        desk.pull(page(vec![]), Then::Fail).await;
    }
    let key = desk.slice().await.key;
    for _ in 0..4 {
        desk.pull(page(vec![case("c1")]), Then::Continue("more".into())).await;
        desk.store.slice_failed(desk.connection.id, key, true, at(1), None).await.unwrap();
    }
    assert_eq!(desk.found("").await, ["c1", "c2"], "what a failed sweep did not see is not missing");
}

#[tokio::test]
async fn what_a_failed_sweep_saw_does_not_count_for_the_next_one() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    desk.pull(page(vec![case("c2")]), Then::Continue("more".into())).await;
    desk.pull(page(vec![]), Then::Fail).await;
    desk.sweep(vec![case("c1")]).await;
    assert_eq!(desk.sweep(vec![case("c1")]).await.gone, 1, "c2 was missing from two complete sweeps");
}

#[tokio::test]
async fn a_case_is_looked_for_on_every_page_of_a_sweep() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2"), case("c3")]).await;
    for _ in 0..3 {
        desk.pull(page(vec![case("c2")]), Then::Continue("2".into())).await;
        desk.pull(page(vec![case("c3")]), Then::Continue("3".into())).await;
        desk.pull(page(vec![case("c1")]), Then::Complete).await;
    }
    assert_eq!(desk.found("is:gone").await, Vec::<String>::new(), "each was on one of the pages");
}

#[tokio::test]
async fn a_case_that_came_but_could_not_be_read_is_not_gone() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    for _ in 0..3 {
        let spoiled = Page { rejected: vec![unreadable(Some("c2"), "{}")], ..page(vec![case("c1")]) };
        desk.pull(spoiled, Then::Complete).await;
    }
    assert_eq!(desk.found("").await, ["c1", "c2"], "the system still has it; it only cannot be read");
    assert_eq!(desk.store.rejected(desk.connection.id).await.unwrap().len(), 1, "which is what the person is told");
}

#[tokio::test]
async fn nothing_is_gone_from_a_sweep_that_brought_a_record_without_a_name() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    for _ in 0..3 {
        let spoiled = Page { rejected: vec![unreadable(None, "{\"title\":\"?\"}")], ..page(vec![case("c1")]) };
        desk.pull(spoiled, Then::Continue("2".into())).await;
        desk.pull(page(vec![]), Then::Complete).await;
    }
    assert_eq!(desk.found("").await, ["c1", "c2"], "the nameless record may be this case");
    desk.sweep(vec![case("c1")]).await;
    assert_eq!(desk.sweep(vec![case("c1")]).await.gone, 1, "after that misses count again");
}

#[tokio::test]
async fn what_was_read_on_its_own_after_the_sweep_began_is_not_missing_from_it() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    for _ in 0..3 {
        let began = desk.tick();
        desk.refresh(case("c2")).await;
        let advance = Advance { key: desk.slice().await.key, began, then: Then::Complete };
        desk.write(page(vec![case("c1")]), Some(advance), began).await.unwrap();
    }
    assert!(desk.found("is:gone").await.is_empty(), "each time it was seen later than the sweep began");
}

#[tokio::test]
async fn only_the_window_that_a_case_belongs_to_can_miss_it() {
    let desk = Desk::new().await;
    let week = |from: i64| Slice::Window { from: at(from), to: at(from) + chrono::TimeDelta::days(7) };
    let later = 30 * 86_400;
    let slices =
        desk.store.slices(desk.connection.key, FEED.into(), vec![week(-86_400), week(later)], at(0)).await.unwrap();
    let complete = async |key: i64, items: Vec<WorkItem>| {
        let began = desk.tick();
        desk.write(page(items), Some(Advance { key, began, then: Then::Complete }), began).await.unwrap()
    };
    complete(slices[0].key, vec![case("c1")]).await;
    for _ in 0..3 {
        complete(slices[1].key, vec![]).await;
    }
    assert!(desk.found("is:gone").await.is_empty(), "an empty window says nothing about another");
}

#[tokio::test]
async fn a_case_that_moved_to_another_window_is_not_missing_from_the_old_one() {
    // What happens when it is learned that windows match the time of change: the record is the same, its place is not.
    let desk = Desk::new().await;
    let (early, late) = (case("c1"), WorkItem { feed_time: Some(at(30 * 86_400)), ..case("c1") });
    desk.sweep(vec![early.clone()]).await;
    let mut elsewhere = record(late, vec![]);
    elsewhere.fingerprint = record(early, vec![]).fingerprint;
    desk.write(Page { records: vec![elsewhere], ..Page::default() }, None, desk.tick()).await.unwrap();
    for _ in 0..3 {
        desk.sweep(vec![]).await;
    }
    assert_eq!(desk.found("").await, ["c1"], "its window is another one now");
}

#[tokio::test]
async fn what_was_read_on_its_own_first_is_missed_like_the_rest_once_its_feed_has_brought_it() {
    // Somebody looked it up by its number, or made it here and it was read when it was confirmed.
    let desk = Desk::new().await;
    desk.refresh(case("c1")).await;
    desk.sweep(vec![case("c1")]).await;
    assert_eq!(desk.store.item(desk.id("c1")).await.unwrap().feed, FEED);
    desk.sweep(vec![]).await;
    desk.sweep(vec![]).await;
    assert_eq!(desk.found("is:gone").await, ["c1"], "the feed that brought it no longer does");
}

#[tokio::test]
async fn what_was_read_while_the_clock_was_ahead_is_missed_once_it_is_set_back() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let (connection, ahead) = (desk.connection.key, at(315_000_000));
    let alone = page(vec![WorkItem { title: Some("changed".into()), ..case("c1") }]);
    let write = PageWrite { connection, feed: FEED.into(), advance: None, page: alone, began: ahead, now: ahead };
    desk.store.apply_page(write).await.unwrap();
    desk.sweep(vec![]).await;
    desk.sweep(vec![]).await;
    assert_eq!(desk.found("is:gone").await, ["c1"], "the sweeps of ten years to come are not waited for");
}

#[tokio::test]
async fn orders_are_gone_and_back_with_their_case() {
    let desk = Desk::new().await;
    let with_order = || Page { records: vec![record(case("c1"), vec![order("o1", "c1")])], ..Page::default() };
    desk.pull(with_order(), Then::Complete).await;
    desk.sweep(vec![]).await;
    desk.sweep(vec![]).await;
    assert!(desk.store.item(desk.order_id("o1")).await.unwrap().gone, "an order lives in its case");
    assert_eq!(desk.found("is:gone").await, ["c1"], "as in the default view, an order stands under its case");
    assert_eq!(desk.found("is:gone kind:order").await, ["o1"], "unless it is asked for");
    assert!(desk.found("kind:order").await.is_empty());
    desk.pull(with_order(), Then::Complete).await;
    assert_eq!(desk.found("kind:order").await, ["o1"]);
}

#[tokio::test]
async fn what_a_person_wrote_on_a_case_that_is_gone_stays_and_is_found() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let action = desk.store.submit(comment_on(desk.id("c1"), desk.connection.id, "Call her", false)).await.unwrap();
    desk.sweep(vec![]).await;
    desk.sweep(vec![]).await;
    assert!(desk.store.item(desk.id("c1")).await.unwrap().gone);
    assert_eq!(desk.store.unsettled(None).await.unwrap(), [action], "what was written is never deleted with its case");
    assert_eq!(desk.comments_seen("c1").await, ["Call her"]);
    assert_eq!(desk.found("is:pending").await, ["c1"], "a person who looks for unsent work must find it");
}

#[tokio::test]
async fn what_is_no_longer_planned_is_no_longer_there() {
    let desk = Desk::new().await;
    desk.slice().await;
    let shifted = Slice::Window { from: at(0) - TimeDelta::days(2), to: at(0) + TimeDelta::days(5) };
    let planned = desk.store.slices(desk.connection.key, FEED.into(), vec![shifted.clone()], at(0)).await.unwrap();
    assert_eq!(planned.iter().map(|slice| slice.slice.clone()).collect::<Vec<_>>(), [shifted]);
}

#[tokio::test]
async fn a_feed_is_as_fresh_as_the_last_complete_read_of_its_newest_part() {
    let desk = Desk::new().await;
    let progress = async || desk.store.feed_progress(desk.connection.key, FEED.into(), at(0)).await.unwrap();
    desk.slice().await;
    assert_eq!((progress().await.parts, progress().await.parts_read, progress().await.complete), (1, 0, None));
    desk.sweep(vec![case("c1")]).await;
    let complete = progress().await.complete.expect("all of it was read");
    desk.pull(page(vec![case("c1")]), Then::Continue("2".into())).await;
    assert_eq!(progress().await.complete, Some(complete), "half a sweep makes nothing fresher");
}
