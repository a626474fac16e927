//! Files that go out: kept from the moment they are picked, named by their hash, forgotten when their action is final.

use rounds_domain::{
    action::{Action, Fields},
    file::OutFile,
    outbox::OutboxState,
};
use rounds_store::{
    StoreError, profile,
    table::action::{End, Ending},
};
use serde_json::json;

use crate::given::{Desk, PASSPHRASE, at, case, comment_on, passphrase};

const CONTENT: &[u8] = b"a made-up report";

/// A desk where somebody picked a file, and how it is named.
async fn desk() -> (Desk, OutFile) {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    let file = OutFile::of("report.txt", CONTENT);
    desk.store.keep_file(desk.id("c1"), file.hash.clone(), CONTENT.to_vec(), at(1)).await.unwrap();
    (desk, file)
}

fn with(file: &OutFile) -> Fields {
    Fields::from_iter([("text".to_owned(), json!("see file")), ("files".to_owned(), json!([file]))])
}

fn comment(desk: &Desk, on: &str, file: &OutFile) -> Action {
    Action { fields: with(file), ..comment_on(desk.id(on), desk.connection.id, "see file", true) }
}

async fn is_here(desk: &Desk, file: &OutFile) -> bool {
    match desk.store.files(desk.id("c1"), vec![file.hash.clone()]).await {
        Ok(contents) => contents == [CONTENT],
        Err(StoreError::NotFound(_)) => false,
        Err(error) => panic!("{error}"),
    }
}

async fn moved(desk: &Desk, action: &Action, state: OutboxState) {
    let next = move |now: &Action| Some(Action { state, settled_at: Some(at(9)), ..now.clone() });
    desk.store.move_action(action.id, next).await.unwrap();
}

#[tokio::test]
async fn a_file_stays_with_its_action_over_restarts_and_until_it_is_final() {
    for (end, why) in [(OutboxState::Confirmed, "it arrived"), (OutboxState::Discarded, "it was given up")] {
        let (mut desk, file) = desk().await;
        let action = desk.store.submit(comment(&desk, "c1", &file)).await.unwrap();
        desk.store.close().await.unwrap();
        desk.store = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.unwrap();
        for state in [OutboxState::Inflight, OutboxState::Doubtful, OutboxState::NeedsPerson] {
            moved(&desk, &action, state).await;
            assert!(is_here(&desk, &file).await, "it may be wanted while it is {}", state.word());
        }
        moved(&desk, &action, end).await;
        assert!(!is_here(&desk, &file).await, "{why}, so its contents are not kept any longer");
    }
}

#[tokio::test]
async fn what_is_done_again_takes_its_files_along() {
    let (desk, file) = desk().await;
    let action = desk.store.submit(comment(&desk, "c1", &file)).await.unwrap();
    moved(&desk, &action, OutboxState::NeedsPerson).await;
    let again = comment(&desk, "c1", &file);
    let end = move |now: &Action| {
        Some(End { ended: Action { state: OutboxState::Discarded, ..now.clone() }, again: Some(again) })
    };
    let again = desk.store.end_action(action.id, Ending::default(), end, Clone::clone).await.unwrap();
    assert!(is_here(&desk, &file).await, "the new action names it");
    let give_up =
        |now: &Action| Some(End { ended: Action { state: OutboxState::Discarded, ..now.clone() }, again: None });
    desk.store.end_action(again.id, Ending::default(), give_up, Clone::clone).await.unwrap();
    assert!(!is_here(&desk, &file).await);
}

#[tokio::test]
async fn an_action_whose_files_are_not_here_is_not_saved() {
    let (desk, file) = desk().await;
    let elsewhere = desk.store.submit(comment(&desk, "c2", &file)).await;
    assert!(matches!(elsewhere, Err(StoreError::Refused(_))), "it was picked for another item: {elsewhere:?}");
    let unknown = desk.store.submit(comment(&desk, "c1", &OutFile::of("other.txt", b"other"))).await;
    assert!(matches!(unknown, Err(StoreError::Refused(_))), "{unknown:?}");
    assert!(desk.store.unsettled(None).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_draft_keeps_its_files_and_what_nothing_names_is_forgotten() {
    let (mut desk, file) = desk().await;
    let draft = |fields| desk.store.save_draft(desk.id("c1"), "comment".into(), fields, at(2));
    draft(Some(with(&file))).await.unwrap();
    desk.store.close().await.unwrap();
    desk.store = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.unwrap();
    assert!(is_here(&desk, &file).await, "a draft survives locking and restarts, with its files");
    let draft = |fields| desk.store.save_draft(desk.id("c1"), "comment".into(), fields, at(2));
    draft(Some(Fields::new())).await.unwrap();
    assert!(!is_here(&desk, &file).await, "it was taken out of the draft");

    desk.store.keep_file(desk.id("c1"), file.hash.clone(), CONTENT.to_vec(), at(3)).await.unwrap();
    draft(Some(with(&file))).await.unwrap();
    let action = desk.store.submit(comment(&desk, "c1", &file)).await.unwrap();
    assert!(is_here(&desk, &file).await, "the draft is used up, the action names it");
    moved(&desk, &action, OutboxState::Withdrawn).await;
    assert!(is_here(&desk, &file).await, "what was taken back may be filled in again");
    desk.store.close().await.unwrap();
    desk.store = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.unwrap();
    assert!(!is_here(&desk, &file).await, "nothing names it any more");
}
