//! Lists that the person's role does not open: told as that, never as "there is nothing new".

use std::time::Duration;

use rounds_domain::{
    item::ItemKind,
    view::{ConnectionView, FeedView, TroubleKind},
};
use rounds_engine::pull::plan::Extent;
use serde_json::{Value, json};

use super::{AMBRA, Department};

async fn connection(department: &Department) -> ConnectionView {
    department.desk.rounds().connections().await.unwrap().remove(0)
}

fn feed<'a>(view: &'a ConnectionView, name: &str) -> &'a FeedView {
    view.feeds.iter().find(|feed| feed.name == name).expect("a feed of Ambra")
}

fn permit(department: &Department, permissions: &Value) {
    department.simulator.change_settings(AMBRA, &json!({"permissions": permissions})).unwrap();
}

#[tokio::test]
async fn a_list_that_the_role_does_not_open_is_told_and_never_counts_as_read() {
    let department = Department::at_work(60, &json!({})).await;
    let before = connection(&department).await;
    let study = department.find(ItemKind::Study, |_| true).await;
    let case = department.find(ItemKind::Case, |_| true).await;
    permit(&department, &json!({"case_view": 0}));
    let edited = json!({"caseId": study.row.external_id, "set": {"study_description": "EDITED UPSTREAM"}});
    department.edit(&edited);
    department.edit(&json!({"caseId": case.row.external_id, "set": {"name": "Edited upstream"}}));
    // The second pass asks no list that was refused a moment ago, and tells it all the same.
    for _ in 0..2 {
        department.desk.clock.advance(Duration::from_secs(2));
        let report = department.sync(Extent::Full).await;
        assert_eq!(report.error, None, "the account is fine");
        let cases = report.feeds.iter().find(|feed| feed.feed == "cases").expect("it was asked");
        assert!(cases.closed.as_ref().is_some_and(|why| why.contains("NOT_PERMITTED")), "{:?}", cases.closed);
        assert!(report.feeds.iter().filter(|feed| feed.feed != "cases").all(|feed| feed.closed.is_none()));
    }
    let view = connection(&department).await;
    assert_eq!(view.trouble, None, "the account is fine");
    assert!(
        view.notes.iter().any(|note| note.contains("“Cases”") && note.contains("NOT_PERMITTED")),
        "{:?}",
        view.notes
    );
    assert!(feed(&view, "cases").closed.is_some());
    assert_eq!(feed(&view, "cases").complete_at, feed(&before, "cases").complete_at, "no newer than it is");
    assert_eq!(feed(&view, "cases").rows, feed(&before, "cases").rows, "what is here stays");
    assert!(feed(&view, "studies").complete_at > feed(&before, "studies").complete_at, "the others go on");
    let read = department.view(study.row.id).await;
    assert!(read.row.title.as_deref().is_some_and(|title| title.contains("EDITED")), "{:?}", read.row.title);

    permit(&department, &json!({"case_view": 1}));
    department.desk.clock.advance(Duration::from_mins(10));
    let report = department.sync(Extent::Full).await;
    assert!(report.feeds.iter().all(|feed| feed.closed.is_none()), "{:?}", report.feeds);
    let view = connection(&department).await;
    assert!(
        feed(&view, "cases").closed.is_none() && feed(&view, "cases").complete_at > feed(&before, "cases").complete_at
    );
    assert!(!view.notes.iter().any(|note| note.contains("“Cases”")), "{:?}", view.notes);
}

#[tokio::test]
async fn a_list_that_was_never_open_was_never_read() {
    let department = Department::closed(60, &json!({"permissions": {"case_view": 0}})).await;
    assert_eq!(department.sync(Extent::Full).await.error, None);
    let view = connection(&department).await;
    assert_eq!((view.trouble.clone(), feed(&view, "cases").complete_at), (None, None));
    assert!(feed(&view, "cases").closed.is_some() && feed(&view, "studies").complete_at.is_some());
}

#[tokio::test]
async fn where_no_list_is_open_the_connection_itself_is_in_trouble() {
    let none = json!({"permissions": {"case_view": 0, "study_list": 0, "study_view": 0, "order_view": 0}});
    let department = Department::closed(30, &none).await;
    let report = department.sync(Extent::Full).await;
    assert_eq!(report.error.map(|error| error.kind), Some("forbidden".to_owned()), "{:?}", report.feeds);
    assert_eq!(connection(&department).await.trouble.map(|trouble| trouble.kind), Some(TroubleKind::Refused));
}
