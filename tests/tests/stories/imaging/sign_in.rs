//! Sessions that end, a PIN, a refused password: each costs its person one answer, and the account one login.

use std::collections::BTreeMap;

use rounds_domain::{error::AndNow, item::ItemKind, outbox::OutboxState, view::ConnectionView};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use rounds_sync::Patience;
use serde_json::json;

use super::{AMBRA, Department, is_offered};

#[tokio::test]
async fn a_pin_is_asked_once_and_what_waits_goes_on_when_it_is_given() {
    let department = Department::at_work(60, &json!({})).await;
    let study = department.find(ItemKind::Study, |study| is_offered(study, "comment")).await;
    department.simulator.change_settings(AMBRA, &json!({"pinRequired": true, "endSessions": true})).unwrap();
    let before = logins(&department);
    let id = department.act(&study, "comment", json!({"text": "Seen"})).await.unwrap();
    for _ in 0..4 {
        assert!(department.sync(Extent::Recent).await.error.is_some(), "a PIN is wanted");
        department.desk.clock.advance(std::time::Duration::from_secs(61));
    }
    assert_eq!(logins(&department), before + 1, "one sign-in for a session that is over, and one PIN");
    let pin = department.simulator.facts(AMBRA).unwrap()["lastPin"].as_str().unwrap().to_owned();
    department.desk.rounds().give_pin(department.connection, &pin).await.unwrap().expect("the right one");
    assert_eq!(department.settled(id).await.state, OutboxState::Confirmed);
    assert_eq!((logins(&department), department.effects(&study).len()), (before + 1, 1));
}

#[tokio::test]
async fn a_pin_that_was_taken_is_not_asked_for_again_when_what_follows_it_fails() {
    let mut department = Department::at_work(60, &json!({})).await;
    let study = department.find(ItemKind::Study, |study| is_offered(study, "comment")).await;
    department.simulator.change_settings(AMBRA, &json!({"pinRequired": true, "endSessions": true})).unwrap();
    let id = department.act(&study, "comment", json!({"text": "Seen"})).await.unwrap();
    assert!(department.sync(Extent::Recent).await.error.is_some(), "a PIN is wanted");
    let before = logins(&department);
    let pin = department.simulator.facts(AMBRA).unwrap()["lastPin"].as_str().unwrap().to_owned();
    department
        .meets("/session/user", Fault::Status { code: 503, body: None, headers: BTreeMap::new(), applied: false });
    let given = department.desk.rounds().give_pin(department.connection, &pin).await.unwrap();
    given.expect_err("who signed in could not be read");
    assert_eq!(connection(&department).await.pin_wanted, None, "the PIN was taken");
    department.desk.die();
    department.desk.start_again().await;
    assert_eq!(connection(&department).await.pin_wanted, None, "for the next process too");
    assert_eq!(department.settled(id).await.state, OutboxState::Confirmed);
    assert_eq!((logins(&department), department.effects(&study).len()), (before, 1));
}

#[tokio::test]
async fn a_taken_pin_whose_session_died_and_whose_password_changed_costs_one_login_and_no_more() {
    let mut department = Department::at_work(60, &json!({})).await;
    department.simulator.change_settings(AMBRA, &json!({"pinRequired": true, "endSessions": true})).unwrap();
    department.sync(Extent::Recent).await;
    let pin = department.simulator.facts(AMBRA).unwrap()["lastPin"].as_str().unwrap().to_owned();
    let trouble = Fault::Status { code: 503, body: None, headers: BTreeMap::new(), applied: false };
    department.meets("/session/user", trouble);
    department.desk.rounds().give_pin(department.connection, &pin).await.unwrap().expect_err("it could not be read");
    department.simulator.change_settings(AMBRA, &json!({"endSessions": true, "password": "changed"})).unwrap();
    let before = logins(&department);
    for _ in 0..3 {
        department.desk.die();
        department.desk.start_again().await;
        department.desk.clock.advance(std::time::Duration::from_secs(301));
        department.desk.rounds().pull_pass(department.connection, None).await.unwrap();
    }
    assert_eq!(logins(&department), before + 1, "each may count towards a lock-out");
    let view = connection(&department).await;
    assert_eq!(view.pin_wanted, None);
    assert!(view.trouble.is_some_and(|trouble| trouble.text.contains("password")));
}

#[tokio::test]
async fn a_page_of_somebody_on_the_way_is_no_refusal_of_the_account() {
    let department = Department::at_work(60, &json!({})).await;
    department.simulator.change_settings(AMBRA, &json!({"endSessions": true})).unwrap();
    let blocked = |code| {
        let body = Some(json!("<html>Sign in to the guest network</html>"));
        Fault::Status { code, body, headers: BTreeMap::new(), applied: false }
    };
    for code in [403, 400] {
        department.meets("/session/login", blocked(code));
        let report = department.desk.rounds().sync_now(None, Extent::Recent, Patience::NONE).await.unwrap();
        let error = report.connections[0].error.clone().expect("it is told");
        assert_eq!(error.kind, "later", "{code}: {}", error.message);
        department.desk.clock.advance(std::time::Duration::from_secs(301));
    }
    assert_eq!(department.sync(Extent::Recent).await.error, None, "it goes on by itself");
}

#[tokio::test]
async fn a_login_whose_answer_is_lost_is_one_login_however_many_calls_wait_for_it() {
    let department = Department::at_work(60, &json!({})).await;
    let study = department.find(ItemKind::Study, |study| is_offered(study, "comment")).await;
    let before = logins(&department);
    department.simulator.change_settings(AMBRA, &json!({"endSessions": true})).unwrap();
    department.meets("/session/login", Fault::AppliedReplyLost);
    let id = department.act(&study, "comment", json!({"text": "Seen"})).await.unwrap();
    let rounds = department.desk.rounds();
    let report = rounds.sync_now(None, Extent::Full, Patience::NONE).await.unwrap().connections.remove(0);
    assert!(report.error.is_some());
    assert_eq!(logins(&department), before + 1, "three feeds, an outbox, and one login");
    assert_eq!(department.settled(id).await.state, OutboxState::Confirmed);
    assert_eq!(logins(&department), before + 2);
}

#[tokio::test]
async fn a_refused_login_is_not_tried_again_by_any_later_run() {
    let mut department = Department::at_work(60, &json!({})).await;
    department.simulator.change_settings(AMBRA, &json!({"endSessions": true, "password": "changed"})).unwrap();
    assert!(department.sync(Extent::Full).await.error.is_some());
    let before = logins(&department);
    for _ in 0..3 {
        department.desk.die();
        department.desk.start_again().await;
        let wait = department.desk.rounds().pull_pass(department.connection, None).await;
        wait.expect("a pass that can do nothing is no error");
    }
    assert_eq!(logins(&department), before, "each may count towards a lock-out");
    for _ in 0..3 {
        let error = department.sync(Extent::Full).await.error.expect("it is told");
        assert_eq!(error.kind, "signIn", "{}", error.message);
        department.desk.start_again().await;
    }
    assert_eq!(logins(&department), before, "asking for things to be read is no new password");
    let told = connection(&department).await.trouble.expect("it stays told");
    assert!(told.text.contains("password"), "{}", told.text);
    let tried = department.desk.rounds().test_connection(department.connection).await.unwrap();
    assert!(tried.is_err_and(|error| error.and_now == AndNow::SignIn));
    assert_eq!(logins(&department), before + 1, "its person asked");
}

async fn connection(department: &Department) -> ConnectionView {
    department.desk.rounds().connections().await.unwrap().remove(0)
}

fn logins(department: &Department) -> usize {
    department.simulator.requests().last.iter().filter(|one| one.path.ends_with("/session/login")).count()
}
