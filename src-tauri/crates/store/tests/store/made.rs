//! What is made here stands on the worklist before any remote knows of it, and is one item with what the remote then says.

use rounds_domain::{
    action::{Action, Proof, Verb},
    ids::ItemId,
    item::ItemKind,
    outbox::OutboxState,
    projection::Unsettled,
};
use rounds_store::{
    StoreError,
    table::{
        action::{End, Ending},
        item::PageWrite,
        made::{Instead, Making},
    },
};

use crate::given::{Desk, at, case, comment_on, page, patient, status};

fn creation(desk: &Desk, number: &str) -> Action {
    Action {
        verb: Verb::Create,
        proof: Proof::None,
        name: "create".into(),
        ..comment_on(desk.id(number), desk.connection.id, number, false)
    }
}

fn making(action: Action, number: &str, instead: Option<Instead>) -> Making {
    let item = rounds_domain::item::WorkItem { patient: patient("Thelma", "Cordero"), ..case(number) };
    Making { action, item, instead, now: at(40) }
}

async fn make(desk: &Desk, number: &str) -> Result<Action, StoreError> {
    desk.store.make(making(creation(desk, number), number, None)).await
}

fn discarded(action: &Action) -> Action {
    Action { state: OutboxState::Discarded, next_at: None, settled_at: Some(at(50)), ..action.clone() }
}

async fn give_up(desk: &Desk, action: &Action) {
    let end = |now: &Action| Some(End { ended: discarded(now), again: None });
    desk.store.end_action(action.id, Ending::default(), end, Action::clone).await.unwrap();
}

#[tokio::test]
async fn nothing_is_made_without_the_files_that_it_names() {
    let desk = Desk::new().await;
    let file = rounds_domain::file::OutFile::of("scan.pdf", b"%PDF-made-up");
    let mut action = creation(&desk, "n1");
    action.fields.insert("files".into(), serde_json::json!([file]));
    let refused = desk.store.make(making(action, "n1", None)).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert!(desk.store.item(desk.id("n1")).await.is_err(), "and no item stands there either");
}

#[tokio::test]
async fn it_is_there_once_it_is_saved_and_its_reply_is_kept_with_its_receipt() {
    let desk = Desk::new().await;
    let action = make(&desk, "n1").await.unwrap();
    let before = desk.store.item(action.item).await.unwrap();
    assert_eq!((before.row.unsettled, before.row.patient.as_deref()), (Unsettled::Pending, Some("CORDERO, Thelma")));
    assert!(before.fingerprint.is_empty() && !before.gone, "no remote has said anything of it");

    let told = rounds_domain::item::WorkItem {
        status: status("created", rounds_domain::item::StatusGroup::Active),
        ..case("n1")
    };
    let write = PageWrite {
        connection: desk.connection.key,
        feed: before.feed,
        advance: None,
        page: page(vec![told]),
        began: at(60),
        now: at(60),
    };
    let confirm = |now: &Action| {
        Some(Action { state: OutboxState::Confirmed, settled_at: Some(at(60)), next_at: None, ..now.clone() })
    };
    desk.store.move_action_and_keep(action.id, confirm, write).await.unwrap();
    let after = desk.store.item(action.item).await.unwrap();
    assert_eq!((after.key, after.row.unsettled), (before.key, Unsettled::Nothing), "the same item goes on");
    assert_eq!(after.row.status.as_deref(), Some("created"));
    assert!(after.actions.is_empty(), "what the remote says needs nothing laid over it");
}

#[tokio::test]
async fn a_name_is_made_once_unless_it_was_given_up() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let taken = |made: Result<Action, StoreError>| matches!(made, Err(StoreError::Refused(_)));
    assert!(taken(make(&desk, "c1").await), "a remote has it");
    let first = make(&desk, "n1").await.unwrap();
    assert!(taken(make(&desk, "n1").await), "it is on its way");
    give_up(&desk, &first).await;
    assert!(desk.store.item(first.item).await.unwrap().gone, "it is no work for anybody");
    let second = make(&desk, "n1").await.unwrap();
    assert_eq!(second.item, first.item);
    assert!(!desk.store.item(second.item).await.unwrap().gone);
    // Anything else that is done where nothing needs to stand is done with what is here.
    let other = Action { verb: Verb::Set, ..creation(&desk, "n1") };
    desk.store.make(making(other, "n1", None)).await.unwrap();
    assert_eq!(desk.store.unsettled(None).await.unwrap().len(), 2, "one lane");
}

#[tokio::test]
async fn a_correction_takes_the_place_of_what_it_corrects_or_nothing_changes() {
    let desk = Desk::new().await;
    let refused = make(&desk, "n1").await.unwrap();
    make(&desk, "n2").await.unwrap();
    let dependant = Action { depends_on: vec![refused.id], ..creation(&desk, "n3") };
    let dependant = desk.store.make(making(dependant, "n3", None)).await.unwrap();
    let instead =
        |seen: &Action| Some(Instead { seen: seen.clone(), ended: discarded(seen), ending: Ending::default() });

    let onto_another = making(creation(&desk, "n2"), "n2", instead(&refused));
    assert!(matches!(desk.store.make(onto_another).await, Err(StoreError::Refused(_))));
    let since = Action { attempts: 7, ..refused.clone() };
    let of_another_time = making(creation(&desk, "n4"), "n4", instead(&since));
    assert!(matches!(desk.store.make(of_another_time).await, Err(StoreError::Refused(_))));
    assert_eq!(desk.store.action(refused.id).await.unwrap(), refused, "nothing was given up");

    let corrected = desk.store.make(making(creation(&desk, "n4"), "n4", instead(&refused))).await.unwrap();
    assert_eq!(desk.store.action(refused.id).await.unwrap().state, OutboxState::Discarded);
    assert!(desk.store.item(refused.item).await.unwrap().gone, "nobody makes the first one any more");
    assert_eq!(corrected.item, ItemId::derive(desk.connection.id, ItemKind::Case, "n4"));
    let waits = desk.store.action(dependant.id).await.unwrap().depends_on;
    assert_eq!(waits, [corrected.id], "what waited for the first one waits for this one");
}

#[tokio::test]
async fn what_is_begun_is_kept_until_it_is_used_or_thrown_away() {
    let desk = Desk::new().await;
    let begun = serde_json::json!({"text": "begun"});
    let fields = begun.as_object().cloned();
    let drafts = || desk.store.new_drafts(desk.connection.key);
    for used in [true, false] {
        desk.store.save_new_draft(desk.connection.id, "create".into(), fields.clone(), at(1)).await.unwrap();
        assert_eq!(drafts().await.unwrap(), [("create".to_owned(), begun.clone())]);
        if used {
            make(&desk, "n1").await.unwrap();
        } else {
            desk.store.save_new_draft(desk.connection.id, "create".into(), None, at(2)).await.unwrap();
        }
        assert!(drafts().await.unwrap().is_empty());
    }
}
