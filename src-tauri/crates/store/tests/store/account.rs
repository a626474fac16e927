//! What is kept of an account beside its settings: its session, a PIN that is wanted, and whom an item can be assigned to.

use rounds_domain::patient::{Person, PersonName};
use rounds_store::{
    profile,
    table::connection::{ConnectionEdit, PinWanted},
};

use crate::given::{Desk, PASSPHRASE, at, case, files, passphrase};

const SESSION: &str = "planted-session-51c2";
const WAITING: &str = "planted-waiting-9e0b";

#[tokio::test]
async fn a_session_outlives_the_process_and_stands_in_no_file_in_the_clear() {
    let desk = Desk::new().await;
    let pin = PinWanted { session: WAITING.into(), text: "Sent to your phone.".into(), taken: false };
    let edit = ConnectionEdit {
        session: Some(Some(SESSION.into())),
        pin: Some(Some(pin.clone())),
        ..ConnectionEdit::default()
    };
    let kept = desk.store.edit_connection(desk.connection.id, edit).await.unwrap();
    let told = format!("{kept:?}");
    assert!(!told.contains(SESSION) && !told.contains(WAITING), "nothing that can be logged holds it: {told}");
    desk.store.close().await.unwrap();
    for (file, content) in files(&desk.path()) {
        for secret in [SESSION, WAITING] {
            let there = content.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!there, "{file} holds a session in the clear");
        }
    }
    let store = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.unwrap();
    let connection = store.connection(desk.connection.id).await.unwrap();
    assert_eq!((connection.session.as_deref(), connection.pin.as_ref()), (Some(SESSION), Some(&pin)));
    let given = ConnectionEdit { pin: Some(None), ..ConnectionEdit::default() };
    let connection = store.edit_connection(connection.id, given).await.unwrap();
    assert_eq!((connection.session.as_deref(), connection.pin), (Some(SESSION), None), "one is kept without the other");
}

#[tokio::test]
async fn whom_an_item_can_be_assigned_to_is_known_offline() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    let known = async |id: &str| {
        let candidates = desk.store.item(desk.id(id)).await.unwrap().candidates;
        candidates.into_iter().filter_map(|person| person.id).collect::<Vec<_>>()
    };
    let person = |id: &str| Person { id: Some(id.into()), name: PersonName::of(Some("Ana"), None), email: None };
    assert!(known("c1").await.is_empty(), "nobody has looked yet");
    desk.store.keep_candidates(desk.id("c1"), vec![person("u1")], at(1)).await.unwrap();
    assert_eq!(known("c1").await, ["u1"]);
    assert_eq!(known("c2").await, ["u1"], "what is known of another case is better than nothing");
    desk.store.keep_candidates(desk.id("c2"), vec![person("u2")], at(2)).await.unwrap();
    assert_eq!((known("c1").await, known("c2").await), (vec!["u1".to_owned()], vec!["u2".to_owned()]));
}
