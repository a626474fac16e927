//! A page is one transaction: rows, what was rejected, and the cursor, or nothing.

use rounds_domain::{
    detail::Attachment,
    item::{StatusGroup, WorkItem},
    pull::Page,
};
use rounds_store::{
    Change,
    table::{
        item::Applied,
        slice::{Advance, Then},
    },
};
use tokio::sync::broadcast::Receiver;

use crate::given::{Desk, at, case, moment, order, page, patient, record, status, unreadable};

/// The items that were announced since the last look.
fn announced(changes: &mut Receiver<std::sync::Arc<[Change]>>) -> Vec<rounds_domain::ids::ItemId> {
    let mut items = Vec::new();
    while let Ok(said) = changes.try_recv() {
        for change in said.iter() {
            if let Change::Items(some) = change {
                items.extend(some.iter().copied());
            }
        }
    }
    items
}

#[tokio::test]
async fn a_new_case_is_there_whole_and_announced() {
    let desk = Desk::new().await;
    let mut changes = desk.store.changes();
    let new = WorkItem { patient: patient("Thelma", "Cordero"), ..case("c1") };
    let applied = desk.sweep(vec![new.clone()]).await;
    assert_eq!(applied, Applied { rows: 1, new: 1, ..Applied::default() });
    let stored = desk.store.item(desk.id("c1")).await.unwrap();
    assert_eq!(stored.item, new, "nothing that the remote said may be lost");
    assert_eq!(stored.row.patient.as_deref(), Some("CORDERO, Thelma"));
    assert_eq!(
        desk.store.raw(desk.id("c1")).await.unwrap(),
        record(new, vec![]).raw,
        "the remote's own words are kept"
    );
    assert_eq!(announced(&mut changes), [desk.id("c1")]);
}

#[tokio::test]
async fn a_case_that_says_the_same_again_is_not_announced() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    let mut changes = desk.store.changes();
    let applied = desk.sweep(vec![case("c1"), WorkItem { title: Some("new".into()), ..case("c2") }]).await;
    assert_eq!((applied.new, applied.changed), (0, 1));
    assert_eq!(announced(&mut changes), [desk.id("c2")], "only what changed is announced");
    desk.refresh(case("c1")).await;
    assert!(announced(&mut changes).is_empty(), "an item that reads the same again did not change");
    let read_at = desk.store.item(desk.id("c1")).await.unwrap().read_at;
    assert!(read_at > at(104), "and yet it is known that it was just read: {read_at}");
}

#[tokio::test]
async fn a_changed_case_is_found_by_what_it_says_now_and_no_longer_by_what_it_said() {
    let desk = Desk::new().await;
    desk.sweep(vec![WorkItem { title: Some("Alopecia".into()), ..case("c1") }]).await;
    let closed = status("APPROVED", StatusGroup::Done);
    desk.sweep(vec![WorkItem { title: Some("Migraine".into()), status: closed, ..case("c1") }]).await;
    assert_eq!(desk.found("migraine").await, ["c1"]);
    assert!(desk.found("alopecia").await.is_empty(), "the old title must not be found");
    assert!(desk.found("is:open").await.is_empty(), "it is done");
    assert_eq!(desk.found("status:approved").await, ["c1"], "the remote's own word, in any case");
}

#[tokio::test]
async fn a_record_that_stands_on_a_page_twice_counts_as_it_stood_last() {
    let desk = Desk::new().await;
    let first = WorkItem { title: Some("first".into()), ..case("c1") };
    let last = WorkItem { title: Some("last".into()), ..case("c1") };
    desk.sweep(vec![first, case("c2"), last]).await;
    assert_eq!(desk.found("").await.len(), 2, "one row for each case");
    assert_eq!(desk.found("last").await, ["c1"]);
}

#[tokio::test]
async fn a_cursor_moves_only_with_its_rows() {
    let desk = Desk::new().await;
    desk.pull(page(vec![case("c1")]), Then::Continue("page 2".into())).await;
    assert_eq!(desk.slice_now().await.cursor.as_deref(), Some("page 2"));

    // The second page cannot be kept: an attachment row of a case that the page does not have breaks its own rules.
    let slice = desk.slice_now().await;
    let impossible = Advance { key: slice.key + 1_000, began: at(200), then: Then::Continue("page 3".into()) };
    let failed = desk.write(page(vec![case("c2")]), Some(impossible), at(200)).await;
    assert!(failed.is_err(), "the story needs a write that fails");
    assert_eq!(desk.slice_now().await.cursor.as_deref(), Some("page 2"), "the cursor must stay with its rows");
    assert_eq!(desk.found("").await, ["c1"], "and no row of the failed page may stay");

    desk.pull(page(vec![case("c2")]), Then::Complete).await;
    assert_eq!(desk.found("").await, ["c1", "c2"], "the page is kept when it is read again");
    let slice = desk.slice_now().await;
    assert_eq!((slice.cursor, slice.began), (None, None), "the sweep is over");
}

#[tokio::test]
async fn a_record_that_cannot_be_read_is_kept_once_and_forgotten_once_it_can() {
    let desk = Desk::new().await;
    let with = |records: Vec<WorkItem>, rejected| Page { rejected, ..page(records) };
    for _ in 0..3 {
        let applied = desk.pull(with(vec![case("c1")], vec![unreadable(Some("c2"), "{}")]), Then::Complete).await;
        assert_eq!(applied.rejected, 1);
    }
    let rejected = desk.store.rejected(desk.connection.id).await.unwrap();
    assert_eq!(rejected.len(), 1, "the same record is kept once, however often it comes");
    assert_eq!(rejected[0].external_id.as_deref(), Some("c2"));
    assert_eq!(desk.store.tally(desk.connection.id).await.unwrap().rejected, 1);
    desk.sweep(vec![case("c1"), case("c2")]).await;
    assert!(desk.store.rejected(desk.connection.id).await.unwrap().is_empty(), "it can be read now");
}

#[tokio::test]
async fn a_nameless_record_is_forgotten_when_a_whole_sweep_no_longer_brings_it() {
    let desk = Desk::new().await;
    let broken = Page { rejected: vec![unreadable(None, "{\"title\":\"no id\"}")], ..page(vec![case("c1")]) };
    desk.pull(broken.clone(), Then::Complete).await;
    desk.pull(broken, Then::Complete).await;
    assert_eq!(desk.store.rejected(desk.connection.id).await.unwrap().len(), 1, "kept once");
    desk.pull(page(vec![case("c1")]), Then::Fail).await;
    assert_eq!(desk.store.rejected(desk.connection.id).await.unwrap().len(), 1, "a failed sweep tells nothing");
    desk.sweep(vec![case("c1"), case("c2")]).await;
    let left = desk.store.rejected(desk.connection.id).await.unwrap();
    assert!(left.is_empty(), "upstream it is repaired; the connection must not count it for ever: {left:?}");
}

#[tokio::test]
async fn a_page_of_very_many_orders_is_kept_like_any_other() {
    let desk = Desk::new().await;
    let orders: Vec<WorkItem> = (0..7_000).map(|n| order(&format!("o{n}"), "c1")).collect();
    let page = Page { records: vec![record(case("c1"), orders)], ..Page::default() };
    desk.pull(page, Then::Complete).await;
    let listed = desk.store.list(crate::given::ask("kind:order"), at(0)).await.unwrap();
    assert_eq!(listed.total, 7_000, "every order is there");
}

#[tokio::test]
async fn a_slow_answer_does_not_undo_what_a_later_one_said() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let page_asked_at = desk.tick();
    // While the page is on its way, the case is read on its own and says more.
    desk.refresh(WorkItem { title: Some("newer".into()), updated: Some(moment(500)), ..case("c1") }).await;
    let slice = desk.slice().await;
    let advance = Advance { key: slice.key, began: page_asked_at, then: Then::Complete };
    desk.write(page(vec![case("c1")]), Some(advance), page_asked_at).await.unwrap();
    let title = desk.store.item(desk.id("c1")).await.unwrap().item.title;
    assert_eq!(title.as_deref(), Some("newer"), "the page was asked for before: what it says is older");
    desk.sweep(vec![WorkItem { title: Some("newest".into()), ..case("c1") }]).await;
    assert_eq!(desk.store.item(desk.id("c1")).await.unwrap().item.title.as_deref(), Some("newest"));
}

#[tokio::test]
async fn a_clock_that_was_years_ahead_does_not_freeze_what_is_shown() {
    let desk = Desk::new().await;
    let in_ten_years = at(0) + chrono::TimeDelta::days(3_650);
    desk.write(page(vec![case("c1")]), None, in_ten_years).await.unwrap();
    desk.sweep(vec![WorkItem { title: Some("newer".into()), ..case("c1") }]).await;
    let title = desk.store.item(desk.id("c1")).await.unwrap().item.title;
    assert_eq!(title.as_deref(), Some("newer"), "the clock was put right; the case must not wait ten years");
}

#[tokio::test]
async fn a_sweep_leaves_out_attachments_and_forgets_none() {
    let desk = Desk::new().await;
    let file = Attachment {
        id: "a1".into(),
        comment: None,
        file_name: "scan.png".into(),
        phi: true,
        internal: false,
        deleted: false,
        made: None,
        by: None,
    };
    desk.refresh(WorkItem { attachments: Some(vec![file.clone()]), ..case("c1") }).await;
    desk.sweep(vec![case("c1")]).await;
    desk.sweep(vec![WorkItem { title: Some("changed".into()), ..case("c1") }]).await;
    let stored = desk.store.item(desk.id("c1")).await.unwrap();
    assert_eq!(stored.item.attachments, Some(vec![file]), "absent from a sweep is not deleted");
}
