//! Drafts, preferences and connections.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Action, Fields},
    outbox::OutboxState,
    patient::Me,
    view::{ConnectionTrouble, TroubleKind},
};
use rounds_store::{
    Change, StoreError, profile,
    table::connection::{ConnectionEdit, NewConnection},
};
use serde_json::json;

use crate::given::{Desk, PASSPHRASE, add_connection, at, case, comment_on, me, name, passphrase};

fn fields(text: &str) -> Fields {
    Fields::from_iter([("text".to_owned(), json!(text))])
}

#[tokio::test]
async fn a_draft_survives_a_restart_and_is_used_up_by_sending() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    for (item, text) in [("c1", "half a sent"), ("c1", "half a sentence"), ("c2", "other")] {
        desk.store.save_draft(desk.id(item), "comment".into(), Some(fields(text)), at(1)).await.unwrap();
    }
    desk.store.close().await.unwrap();
    let again = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.unwrap();
    let draft = async |item: &str| again.item(desk.id(item)).await.unwrap().drafts;
    assert_eq!(draft("c1").await, [("comment".to_owned(), json!({"text": "half a sentence"}))]);
    again.submit(comment_on(desk.id("c1"), desk.connection.id, "half a sentence, ended", true)).await.unwrap();
    assert_eq!(draft("c1").await, [], "what is sent is no draft any more");
    assert_eq!(draft("c2").await.len(), 1, "another case's draft stays");
    again.save_draft(desk.id("c2"), "comment".into(), None, at(2)).await.unwrap();
    assert_eq!(draft("c2").await, []);
    let nowhere = again.save_draft(desk.id("none"), "comment".into(), Some(fields("x")), at(1)).await;
    assert!(matches!(nowhere, Err(StoreError::NotFound(_))), "{nowhere:?}");
}

#[tokio::test]
async fn a_draft_survives_its_case_being_gone_upstream() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    desk.store.save_draft(desk.id("c1"), "comment".into(), Some(fields("half")), at(1)).await.unwrap();
    desk.sweep(vec![]).await;
    desk.sweep(vec![]).await;
    let stored = desk.store.item(desk.id("c1")).await.unwrap();
    assert_eq!((stored.gone, stored.drafts.len()), (true, 1));
}

#[tokio::test]
async fn preferences_are_kept_one_by_one() {
    let desk = Desk::new().await;
    let mut changes = desk.store.changes();
    desk.store
        .save_preferences(BTreeMap::from([("a".into(), json!(1)), ("b".into(), json!({"x": [1, "ü"]}))]))
        .await
        .unwrap();
    desk.store.save_preferences(BTreeMap::from([("a".into(), json!(null))])).await.unwrap();
    let kept = desk.store.preferences().await.unwrap();
    assert_eq!(kept, BTreeMap::from([("a".into(), json!(null)), ("b".into(), json!({"x": [1, "ü"]}))]));
    assert_eq!(changes.try_recv().unwrap().to_vec(), [Change::Preferences]);
}

#[tokio::test]
async fn no_two_connections_are_called_the_same() {
    let desk = Desk::new().await;
    let again = NewConnection {
        id: rounds_domain::ids::ConnectionId(uuid::Uuid::from_u128(8)),
        system: "carevalidate".into(),
        name: "Clinic".into(),
        base_url: "https://other.example.org".into(),
        settings: BTreeMap::new(),
        secrets: BTreeMap::new(),
        me: me(),
    };
    let refused = desk.store.add_connection(again, at(0)).await;
    assert!(matches!(&refused, Err(StoreError::Refused(why)) if why.contains("Clinic")), "{refused:?}");
    assert_eq!(desk.store.connections().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_edit_changes_what_it_names_and_says_nothing_when_nothing_changed() {
    let desk = Desk::new().await;
    let mut changes = desk.store.changes();
    let trouble = ConnectionTrouble { kind: TroubleKind::Offline, text: "It cannot be reached.".into(), since: at(5) };
    let edit = || ConnectionEdit { trouble: Some(Some(trouble.clone())), ..ConnectionEdit::default() };
    let edited = desk.store.edit_connection(desk.connection.id, edit()).await.unwrap();
    assert_eq!(edited.trouble.as_ref(), Some(&trouble));
    assert_eq!(edited.secrets, desk.connection.secrets, "the rest stays");
    assert!(changes.try_recv().is_ok());
    desk.store.edit_connection(desk.connection.id, edit()).await.unwrap();
    assert!(changes.try_recv().is_err(), "nothing changed, nothing is announced");
}

#[tokio::test]
async fn the_same_case_at_two_connections_is_two_cases() {
    let desk = Desk::new().await;
    let other = add_connection(&desk.store, "Other clinic").await;
    desk.sweep(vec![case("c1")]).await;
    let elsewhere = Desk { connection: other, ..desk };
    elsewhere.sweep(vec![case("c1"), case("c2")]).await;
    assert_eq!(elsewhere.found("").await.len(), 3);
    elsewhere.sweep(vec![]).await;
    elsewhere.sweep(vec![]).await;
    assert_eq!(elsewhere.found("").await, ["c1"], "what one connection misses is not gone at the other");
    elsewhere.store.remove_connection(elsewhere.connection.id).await.unwrap();
    assert_eq!(elsewhere.found("c1").await, ["c1"], "and removing one leaves the other findable");
}

#[tokio::test]
async fn a_name_that_two_connections_share_names_no_case() {
    let desk = Desk::new().await;
    let other = add_connection(&desk.store, "Other clinic").await;
    desk.sweep(vec![case("c1"), case("only here")]).await;
    let found = desk.store.find_items("carevalidate".into(), "c1".into()).await.unwrap();
    assert_eq!(found, [desk.id("c1")]);
    let here = desk.id("c1");
    let elsewhere = Desk { connection: other, ..desk };
    elsewhere.sweep(vec![case("c1")]).await;
    let mut found = elsewhere.store.find_items("carevalidate".into(), "c1".into()).await.unwrap();
    found.sort();
    let mut both = vec![here, elsewhere.id("c1")];
    both.sort();
    assert_eq!(found, both, "whoever acts on one of them must be told that there are two");
}

#[tokio::test]
async fn what_somebody_did_cannot_be_made_to_leave_in_another_name() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let action = desk.store.submit(comment_on(desk.id("c1"), desk.connection.id, "by Ana", true)).await.unwrap();
    let change = |me| {
        let settings = [("author".to_owned(), "changed".to_owned())].into();
        ConnectionEdit { me: Some(me), settings: Some(settings), ..ConnectionEdit::default() }
    };
    let (ana, ben) = (me(), Me { name: name("Ben", "Ruiz"), ..me() });
    for other in [ben.clone(), Me { email: Some("ben@example.org".into()), ..me() }, Me::default()] {
        let refused = desk.store.edit_connection(desk.connection.id, change(other)).await;
        let Err(StoreError::Refused(why)) = refused else { panic!("{refused:?}") };
        for said in ["Ana Ruiz", "Nothing was changed", "discard"] {
            assert!(why.contains(said), "{why}");
        }
        let now = desk.store.connection(desk.connection.id).await.unwrap();
        assert!(now.settings.is_empty() && now.me == ana, "all or nothing");
    }
    let learned = Me { id: Some("u-ana".into()), ..ana };
    desk.store.edit_connection(desk.connection.id, change(learned)).await.expect("an id makes nobody another person");
    desk.store
        .move_action(action.id, |now| Some(Action { state: OutboxState::Confirmed, ..now.clone() }))
        .await
        .unwrap();
    desk.store.edit_connection(desk.connection.id, change(ben)).await.expect("everything is settled");
}
