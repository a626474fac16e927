//! Sessions: who signs in, with what, and how seldom.

use chrono::Utc;
use rounds_domain::{error::AndNow, pull::Slice};
use rounds_remote::seam::SignInReply;
use rounds_simulator::{Fault, Temperament};
use serde_json::{Value, json};

use crate::desk::{AMBRA, Desk, connect};

#[tokio::test]
async fn who_signs_in_is_known_by_name_and_a_later_run_goes_on_with_the_session() {
    let desk = Desk::closed(20, Temperament::Kind, &[]).await;
    let before = desk.pull("studies", &Slice::All, None, Utc::now()).await.expect_err("nobody is signed in");
    assert_eq!(before.and_now, AndNow::SignIn);
    assert_eq!(desk.simulator.requests().total, 0, "without a session nothing is asked");

    let signed_in = desk.enter().await;
    let me = signed_in.me.expect("Ambra tells who I am");
    let facts = desk.simulator.facts(AMBRA).expect("facts");
    assert_eq!(me.id.as_deref(), facts["clinicians"][0]["uuid"].as_str());
    assert_eq!(desk.me(), Some(me));

    let later = connect(&desk.simulator, &[], signed_in.session);
    let page = later.pull("studies", &Slice::All, None, Utc::now()).await.expect("the session is still good");
    assert!(!page.records.is_empty());
    assert!(matches!(later.sign_in(Utc::now()).await, Ok(SignInReply::Done(_))));
    assert_eq!(desk.calls("/session/login"), 1, "a session that lives is used on");
}

#[tokio::test]
async fn a_session_that_is_over_costs_one_login() {
    let desk = Desk::quiet().await;
    desk.set(&json!({"endSessions": true}));
    let ended = desk.pull("studies", &Slice::All, None, Utc::now()).await.expect_err("the session is over");
    assert_eq!(ended.and_now, AndNow::SignIn);
    let again = desk.pull("orders", &Slice::All, None, Utc::now()).await.expect_err("it is not tried again");
    assert_eq!(again.and_now, AndNow::SignIn);
    desk.enter().await;
    desk.enter().await;
    assert_eq!(desk.calls("/session/login"), 2, "one at the start, one for the session that was over");
    assert!(!desk.items("studies").await.is_empty());
}

#[tokio::test]
async fn a_pin_can_be_given_by_another_process() {
    let desk = Desk::closed(20, Temperament::Kind, &[]).await;
    desk.set(&json!({"pinRequired": true}));
    let Ok(SignInReply::PinWanted { session, text }) = desk.sign_in(Utc::now()).await else {
        panic!("a PIN is wanted")
    };
    assert!(text.contains("e-mail"), "{text}");
    let waiting = desk.pull("studies", &Slice::All, None, Utc::now()).await.expect_err("the PIN comes first");
    assert_eq!(waiting.and_now, AndNow::SignIn);

    let other = connect(&desk.simulator, &[], None);
    let wrong = other.give_pin(&session, "000000x").await.expect_err("a wrong PIN");
    assert_eq!(wrong.and_now, AndNow::Invalid, "another may be tried");
    let pin = desk.simulator.facts(AMBRA).expect("facts")["lastPin"].as_str().expect("a PIN").to_owned();
    desk.fault("/session/pin", Fault::AppliedReplyLost);
    other.give_pin(&session, &format!(" {pin} ")).await.expect("it was taken, whatever became of the answer");
    let Ok(SignInReply::Done(signed_in)) = other.sign_in(Utc::now()).await else { panic!("it goes on") };
    assert!(signed_in.session.is_some() && signed_in.me.is_some());
    assert_eq!(desk.calls("/session/login"), 1);
    assert!(other.pull("studies", &Slice::All, None, Utc::now()).await.is_ok());
}

#[tokio::test]
async fn after_three_wrong_pins_a_new_sign_in_is_wanted() {
    let desk = Desk::closed(10, Temperament::Kind, &[]).await;
    desk.set(&json!({"pinRequired": true}));
    let Ok(SignInReply::PinWanted { session, .. }) = desk.sign_in(Utc::now()).await else { panic!("a PIN is wanted") };
    for _ in 0..3 {
        desk.give_pin(&session, "nope").await.expect_err("a wrong PIN");
    }
    let pin = desk.simulator.facts(AMBRA).expect("facts")["lastPin"].as_str().expect("a PIN").to_owned();
    let expired = desk.give_pin(&session, &pin).await.expect_err("the PIN has expired");
    assert_eq!(expired.and_now, AndNow::SignIn);
}

#[tokio::test]
async fn why_ambra_refuses_a_sign_in_is_told_in_words() {
    for temperament in [Temperament::Kind, Temperament::Unkind] {
        for (word, and_now, says) in [
            ("INVALID_CREDENTIALS", AndNow::SignIn, "login or the password"),
            ("LOCKOUT", AndNow::Forbidden, "locked"),
            ("PASSWORD_RESET", AndNow::Forbidden, "has to be changed"),
            ("BLOCKED", AndNow::Forbidden, "blocked"),
            ("DISABLED", AndNow::Forbidden, "disabled"),
            ("SSO_ONLY", AndNow::Forbidden, "single sign-on"),
        ] {
            let desk = Desk::closed(5, temperament, &[]).await;
            desk.set(&match word {
                "INVALID_CREDENTIALS" => json!({"password": "changed"}),
                word => json!({"loginRefusedWith": word}),
            });
            let refused = desk.sign_in(Utc::now()).await.expect_err(word);
            assert_eq!(refused.and_now, and_now, "{word}");
            assert!(refused.message.contains(says), "{word}: {}", refused.message);
            let secret = desk.simulator.announcement.systems[AMBRA].secret["password"].as_str().unwrap_or_default();
            assert!(!refused.message.contains(secret), "the password is never told");
            assert_eq!(desk.calls("/session/login"), 1, "{word}: tried once");
        }
    }
}

#[tokio::test]
async fn a_sign_in_whose_answer_is_lost_is_no_refusal() {
    let desk = Desk::closed(5, Temperament::Kind, &[]).await;
    desk.fault("/session/login", Fault::AppliedReplyLost);
    let lost = desk.sign_in(Utc::now()).await.expect_err("no answer");
    assert_eq!(lost.and_now, AndNow::Later(None));
    desk.simulator.down(AMBRA).await.expect("down");
    assert_eq!(desk.sign_in(Utc::now()).await.expect_err("nobody there").and_now, AndNow::Offline);
}

#[tokio::test]
async fn the_sid_goes_into_no_address_and_no_record() {
    let desk = Desk::quiet().await;
    let session = desk.enter().await.session.expect("a session");
    let sid: Value = serde_json::from_str(&session).expect("JSON");
    let sid = sid["sid"].as_str().expect("a sid").to_owned();
    for feed in ["studies", "cases", "orders"] {
        for page in desk.sweep(feed, &Slice::All).await {
            for record in page.records {
                assert!(!record.raw.contains(&sid), "the sid is in a record that is kept");
                assert!(!serde_json::to_string(&record.item).expect("JSON").contains(&sid), "the sid is shown");
            }
        }
    }
    assert_eq!(desk.simulator.violations().len(), 0, "{:?}", desk.simulator.violations());
    assert!(desk.simulator.requests().last.iter().all(|request| request.query.is_empty()));
}
