//! What a person is told when what they typed cannot be right: in words, at once, and with nothing lost.

use rounds_domain::view::TroubleKind;
use rounds_simulator::{Simulator, Temperament};
use rounds_sync::desk::{ConnectionForm, ConnectionSettings, Intent};
use serde_json::json;

use crate::clinic::{Clinic, Desk, SYSTEM, Words, form, options};

/// What is wrong with a filled-in form.
type Spoil = fn(&mut ConnectionForm);

fn secret(key: &str) -> Words {
    Words::from([("apiKey".to_owned(), key.to_owned())])
}

#[tokio::test]
async fn a_wrong_key_is_told_on_the_connection_and_never_shown() {
    let simulator = Simulator::start(options(20, Temperament::Kind)).await.unwrap();
    let desk = Desk::new().await;
    let mut form = form(&simulator.announcement.systems[SYSTEM], "Clinic", &[]);
    form.secrets = secret("cv-hunter2-hunter2");
    let connection = desk.connect(form).await;
    let refused = desk.rounds().test_connection(connection).await.unwrap().expect_err("the key is wrong");
    let report = desk
        .rounds()
        .sync_now(None, rounds_engine::pull::plan::Extent::Recent, rounds_sync::Patience::SHORT)
        .await
        .unwrap();
    let error = report.connections[0].error.clone().expect("the pass says so");
    let view = desk.rounds().connections().await.unwrap().remove(0);
    let trouble = view.trouble.clone().expect("and the connection");
    assert_eq!((error.kind.as_str(), trouble.kind), ("signIn", TroubleKind::SignIn));
    for said in [&refused.message, &error.message, &trouble.text] {
        assert!(said.contains("key") || said.contains("sign-in"), "{said}");
    }
    let everything = serde_json::to_string(&(&view, &report)).unwrap();
    assert!(!everything.contains("hunter2"), "a secret is never shown: {everything}");
    assert!(desk.found("").await.is_empty());

    let asked = simulator.requests().total;
    assert!(asked < 20, "a wrong key is tried a few times, not for every window: {asked}");
    let right = crate::clinic::words(&simulator.announcement.systems[SYSTEM].secret);
    let change = ConnectionSettings { secrets: right, ..ConnectionSettings::default() };
    desk.rounds().set_connection(connection, change).await.unwrap();
    let report = desk
        .rounds()
        .sync_now(None, rounds_engine::pull::plan::Extent::Recent, rounds_sync::Patience::SHORT)
        .await
        .unwrap();
    assert_eq!(report.connections[0].error, None, "the right key is enough");
    assert_eq!(desk.found("").await.len(), 20);
}

#[tokio::test]
async fn a_connection_that_cannot_work_is_refused_before_anything_is_sent() {
    let simulator = Simulator::start(options(5, Temperament::Kind)).await.unwrap();
    let desk = Desk::new().await;
    let settings = [
        ("author_email", "", "author_email"),
        ("author_email", "not an address", "e-mail"),
        ("records_per_page", "0", "records_per_page"),
        ("records_per_page", "101", "records_per_page"),
        ("records_per_page", "many", "records_per_page"),
        ("history_from", "yesterday", "history_from"),
        ("window_field", "closedAt", "window_field"),
        ("portal_url", "https://portal.example.org/cases", "{caseId}"),
        ("colour", "blue", "colour"),
    ];
    for (key, value, said) in settings {
        let refused = desk
            .rounds()
            .add_connection(form(&simulator.announcement.systems[SYSTEM], "Clinic", &[(key, value)]))
            .await;
        let error = refused.map(|_| ()).expect_err(&format!("{key}={value} must be refused")).to_string();
        assert!(error.contains(said), "{key}={value}: {error}");
    }
    let forms: [(&str, Spoil, &str); 7] = [
        ("no name", |form| form.name = "  ".into(), "no name"),
        ("an unknown system", |form| form.system = "acme".into(), "acme"),
        ("no key", |form| form.secrets = Words::new(), "apiKey"),
        ("an unknown secret", |form| _ = form.secrets.insert("pin".into(), "1".into()), "pin"),
        ("plain http to elsewhere", |form| form.base_url = "http://api.example.org".into(), "https://"),
        ("no address", |form| form.base_url = "clinic".into(), "web address"),
        ("a password in the address", |form| form.base_url = "https://me:hunter2@example.org".into(), "password"),
    ];
    for (what, but, said) in forms {
        let mut form = form(&simulator.announcement.systems[SYSTEM], "Clinic", &[]);
        but(&mut form);
        let refused = desk.rounds().add_connection(form).await;
        let error = refused.map(|_| ()).expect_err(&format!("{what} must be refused")).to_string();
        assert!(error.contains(said), "{what}: {error}");
        assert!(!error.contains("hunter2"), "{what}: {error}");
    }
    assert!(desk.rounds().connections().await.unwrap().is_empty(), "nothing was added");
    assert_eq!(simulator.requests().total, 0, "nothing was sent");
}

#[tokio::test]
async fn a_change_that_cannot_work_leaves_the_connection_as_it_is() {
    let clinic = Clinic::at_work(5).await;
    let before = clinic.view().await;
    let settings = ConnectionSettings {
        settings: Words::from([("records_per_page".to_owned(), "1000".to_owned())]),
        ..ConnectionSettings::default()
    };
    let address = ConnectionSettings { base_url: Some("http://example.org".into()), ..ConnectionSettings::default() };
    for change in [settings, address] {
        assert!(clinic.rounds().set_connection(clinic.connection, change).await.is_err());
    }
    assert_eq!(clinic.view().await, before);
    clinic.pull().await;
}

#[tokio::test]
async fn a_window_of_more_than_sixty_days_is_never_asked_for() {
    let clinic = Clinic::at_work(60).await;
    let mut asked = 0;
    for request in clinic.simulator.requests().last {
        let time = |name: &str| {
            let value = request.query.split('&').find_map(|part| part.strip_prefix(name))?;
            let value = value.replace("%3A", ":").replace("%2B", "+");
            chrono::DateTime::parse_from_rfc3339(&value).ok()
        };
        let (Some(start), Some(end)) = (time("startTime="), time("endTime=")) else { continue };
        asked += 1;
        assert!(end > start, "{}", request.query);
        assert!(end - start <= chrono::TimeDelta::days(60), "{}", request.query);
    }
    assert!(asked > 5, "the story needs windows: {asked}");
    assert!(
        clinic.simulator.requests().by_status.keys().all(|status| status == "carevalidate 200"),
        "none was refused"
    );
}

#[tokio::test]
async fn a_comment_that_cannot_be_sent_is_refused_before_it_is_saved() {
    let clinic = Clinic::at_work(20).await;
    let case = clinic.cases().remove(0);
    let order = clinic.found("kind:order").await.into_iter().next().unwrap();
    let order = clinic.rounds().find(&format!("carevalidate:{order}")).await.unwrap();
    for (what, item, action, fields, said) in [
        ("no text", clinic.id(&case), "comment", json!({}), "Text"),
        ("a blank text", clinic.id(&case), "comment", json!({"text": " \n "}), "Text"),
        ("a number for a text", clinic.id(&case), "comment", json!({"text": 7}), "Text"),
        ("an unknown field", clinic.id(&case), "comment", json!({"text": "x", "colour": "blue"}), "colour"),
        ("maybe internal", clinic.id(&case), "comment", json!({"text": "x", "internal": "maybe"}), "Internal"),
        ("an unknown action", clinic.id(&case), "approve", json!({}), "comment"),
        ("on an order", order, "comment", json!({"text": "x"}), "on the case"),
    ] {
        let fields = fields.as_object().unwrap().clone();
        let refused =
            clinic.rounds().act(Intent { item, action: action.into(), fields, hold: false, after: vec![] }).await;
        let error = refused.map(|_| ()).expect_err(&format!("{what} must be refused")).to_string();
        assert!(error.contains(said), "{what}: {error}");
    }
    assert!(clinic.outbox().await.is_empty(), "nothing of it was saved");
}
