//! Feeds that tell what changed: their watermark, what vanished from all of them, and what is read again on its own.

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    item::{StatusGroup, WorkItem},
    pull::{Page, Slice},
};
use rounds_store::table::slice::{Advance, SliceRow, Then};

use crate::given::{Desk, FEED, at, case, moment, page};

/// What changed, and all of it.
async fn slices(desk: &Desk) -> (SliceRow, SliceRow) {
    let planned = vec![Slice::Changed { since: None }, Slice::All];
    let mut rows = desk.store.slices(desk.connection.key, FEED.into(), planned, at(0)).await.unwrap();
    let all = rows.iter().position(|row| row.slice == Slice::All).unwrap();
    let all = rows.remove(all);
    (rows.remove(0), all)
}

async fn changed(desk: &Desk, items: Vec<WorkItem>, reached: Option<DateTime<Utc>>, then: Then) {
    let (slice, _) = slices(desk).await;
    let began = slice.began.unwrap_or_else(|| desk.tick());
    let page = Page { reached, ..page(items) };
    desk.write(page, Some(Advance { key: slice.key, began, then }), began).await.unwrap();
}

async fn all(desk: &Desk, items: Vec<WorkItem>) -> u32 {
    let (_, slice) = slices(desk).await;
    let began = desk.tick();
    let advance = Advance { key: slice.key, began, then: Then::Complete };
    desk.write(page(items), Some(advance), began).await.unwrap().gone
}

async fn watermark(desk: &Desk) -> Option<DateTime<Utc>> {
    slices(desk).await.0.watermark
}

#[tokio::test]
async fn the_watermark_moves_with_the_last_page_to_the_greatest_time_reached() {
    let desk = Desk::new().await;
    changed(&desk, vec![case("c1")], Some(at(500)), Then::Continue("2".into())).await;
    assert_eq!(watermark(&desk).await, None, "half a sweep proves nothing");
    changed(&desk, vec![case("c2")], Some(at(400)), Then::Complete).await;
    assert_eq!(watermark(&desk).await, Some(at(500)));
    changed(&desk, vec![], None, Then::Complete).await;
    assert_eq!(watermark(&desk).await, Some(at(500)), "nothing changed");
    changed(&desk, vec![case("c1")], Some(at(300)), Then::Complete).await;
    assert_eq!(watermark(&desk).await, Some(at(500)), "never backwards");
}

#[tokio::test]
async fn what_a_failed_sweep_reached_counts_for_nothing() {
    let desk = Desk::new().await;
    changed(&desk, vec![case("c1")], Some(at(500)), Then::Continue("2".into())).await;
    let (slice, _) = slices(&desk).await;
    desk.store.slice_failed(desk.connection.id, slice.key, true, at(0), None).await.unwrap();
    changed(&desk, vec![case("c1")], Some(at(200)), Then::Complete).await;
    assert_eq!(watermark(&desk).await, Some(at(200)));
    changed(&desk, vec![case("c1")], Some(at(900)), Then::Fail).await;
    changed(&desk, vec![case("c1")], Some(at(210)), Then::Complete).await;
    assert_eq!(watermark(&desk).await, Some(at(210)));
}

#[tokio::test]
async fn a_time_of_change_that_cannot_be_true_does_not_hide_what_is_to_come() {
    let desk = Desk::new().await;
    let years = at(0) + TimeDelta::days(3_650);
    let timeless = |id: &str| WorkItem { updated: None, ..case(id) };
    changed(&desk, vec![timeless("c1")], Some(years), Then::Complete).await;
    assert_eq!(watermark(&desk).await, None);
    let good = WorkItem { updated: Some(moment(70)), ..case("c2") };
    changed(&desk, vec![good, timeless("c3")], Some(years), Then::Complete).await;
    assert_eq!(watermark(&desk).await, Some(at(70)), "one mistake does not have everything read again and again");
}

#[tokio::test]
async fn only_two_complete_sweeps_of_all_of_it_bury_what_they_missed() {
    let desk = Desk::new().await;
    let nowhere = |id: &str| WorkItem { feed_time: None, ..case(id) };
    changed(&desk, vec![nowhere("c1"), nowhere("c2")], Some(at(50)), Then::Complete).await;
    for _ in 0..3 {
        changed(&desk, vec![], None, Then::Complete).await;
    }
    assert!(desk.found("is:gone").await.is_empty(), "what did not change is not missing");
    assert_eq!(all(&desk, vec![nowhere("c1")]).await, 0, "once may be a mistake of a page");
    assert_eq!(all(&desk, vec![nowhere("c1")]).await, 1);
    assert_eq!(desk.found("is:gone").await, ["c2"]);
    changed(&desk, vec![nowhere("c2")], Some(at(60)), Then::Complete).await;
    assert!(desk.found("is:gone").await.is_empty(), "it is shared again");
}

#[tokio::test]
async fn what_all_of_it_returned_is_as_fresh_as_that_sweep() {
    let desk = Desk::new().await;
    changed(&desk, vec![case("c1")], Some(at(50)), Then::Complete).await;
    let before = desk.store.item(desk.id("c1")).await.unwrap().read_at;
    all(&desk, vec![case("c1")]).await;
    assert!(desk.store.item(desk.id("c1")).await.unwrap().read_at > before);
}

#[tokio::test]
async fn open_items_are_read_again_the_longest_unread_first_and_not_for_ever() {
    let desk = Desk::new().await;
    let mut finished = case("c3");
    finished.status.group = StatusGroup::Done;
    changed(&desk, vec![case("c1")], None, Then::Continue("2".into())).await;
    changed(&desk, vec![case("c2"), finished], None, Then::Complete).await;
    let due = async |before: i64, most: u32| {
        let key = desk.connection.key;
        let items = desk.store.open_items(key, FEED.into(), at(before), most, at(5_000)).await.unwrap();
        items.into_iter().map(|one| one.item.external_id).collect::<Vec<_>>()
    };
    assert!(due(50, 10).await.is_empty(), "they were read since");
    let mut both = due(3_000, 10).await;
    both.sort();
    assert_eq!(both, ["c1", "c2"], "what is finished rests");
    assert_eq!(due(3_000, 1).await.len(), 1);
    desk.store.asked_for(vec![desk.id("c1")], at(4_000)).await.unwrap();
    assert_eq!(due(3_000, 10).await, ["c2"], "the remote gave no answer about it; the others are not held up");
    desk.now.set(4_000);
    desk.refresh(case("c2")).await;
    assert!(due(3_000, 10).await.is_empty(), "a read that brought nothing new is a read");
    desk.store.asked_for(vec![desk.id("c1")], at(9_000)).await.unwrap();
    assert_eq!(due(3_000, 10).await, ["c1"], "the clock was set back since");
}
