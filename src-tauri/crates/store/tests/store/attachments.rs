//! Attached files: what they are called, and what is in those that somebody asked for.

use rounds_domain::{detail::Attachment, item::WorkItem};
use rounds_store::{StoreError, table::attachment::Content};

use crate::given::{Desk, at, case};

fn file(id: &str) -> Attachment {
    Attachment {
        id: id.into(),
        comment: None,
        file_name: format!("{id}.png"),
        phi: true,
        internal: false,
        deleted: false,
        made: None,
        by: None,
    }
}

fn with(files: &[&str]) -> WorkItem {
    WorkItem { attachments: Some(files.iter().map(|id| file(id)).collect()), ..case("c1") }
}

#[tokio::test]
async fn nobody_asked_and_there_are_none_are_two_things() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    assert_eq!(desk.store.attachments(desk.id("c1")).await.unwrap(), None);
    desk.refresh(with(&[])).await;
    assert_eq!(desk.store.attachments(desk.id("c1")).await.unwrap(), Some(vec![]));
}

#[tokio::test]
async fn a_file_is_absent_then_failed_then_here_and_stays_here() {
    let desk = Desk::new().await;
    desk.refresh(with(&["a1", "a2"])).await;
    let content = async |id: &str| desk.store.attachment_content(desk.id("c1"), id.into()).await.unwrap();
    let keep = async |fetched| desk.store.keep_attachment(desk.id("c1"), "a1".into(), fetched, at(1)).await.unwrap();
    assert_eq!(content("a1").await, Content::Absent);
    keep(Err("The file store was not reachable.".into())).await;
    assert_eq!(content("a1").await, Content::Failed("The file store was not reachable.".into()));
    let bytes = (0..=255).cycle().take(300_000).collect::<Vec<u8>>();
    keep(Ok(("image/png".into(), bytes.clone()))).await;
    let here = Content::Here { media_type: "image/png".into(), bytes };
    assert_eq!(content("a1").await, here);
    keep(Err("later".into())).await;
    assert_eq!(content("a1").await, here, "a failed second fetch does not take away what is here");
    desk.refresh(with(&["a1"])).await;
    assert_eq!(content("a1").await, here, "nor does reading the list again");
    let gone = desk.store.attachment_content(desk.id("c1"), "a2".into()).await;
    assert!(matches!(gone, Err(StoreError::NotFound(_))), "taken back upstream: {gone:?}");
}
