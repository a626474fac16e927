//! What a write comes to when its answer is lost, foreign or late.

use rounds_domain::{error::AndNow, item::WorkItem};
use rounds_remote::seam::Submitted;
use rounds_simulator::{ContentLength, Fault};
use serde_json::json;

use crate::desk::{AMBRA, Desk, is_offered};

async fn commentable(desk: &Desk) -> WorkItem {
    desk.item("studies", |study| is_offered(study, "comment")).await
}

fn status(code: u16, body: Option<serde_json::Value>, applied: bool) -> Fault {
    Fault::Status { code, body, headers: [("Retry-After".to_owned(), "9".to_owned())].into(), applied }
}

#[tokio::test]
async fn a_lost_or_foreign_answer_is_doubt_and_nothing_is_sent_again() {
    let desk = Desk::quiet().await;
    let study = commentable(&desk).await;
    for (what, fault, applied) in [
        ("applied, reply lost", Fault::AppliedReplyLost, 1),
        ("not applied, reply lost", Fault::NotAppliedReplyLost, 0),
        ("a reset in mid-reply", Fault::ResetAfterBytes { bytes: 40, applied: true }, 1),
        ("cut JSON", Fault::CutJson { content_length: ContentLength::Right, applied: true }, 1),
        ("a web page", Fault::Html { applied: true }, 1),
        ("503, applied", status(503, None, true), 1),
        ("500", status(500, None, false), 0),
        ("408", status(408, None, true), 1),
        ("200 with an error", status(200, Some(json!({"status": "ERROR", "error_type": "LOCKED"})), true), 1),
        ("200 without a word", status(200, Some(json!({})), true), 1),
        ("412 of something on the way", status(412, Some(json!("precondition failed")), false), 0),
        ("412 without an error", status(412, Some(json!({"hint": 1})), false), 0),
        ("a page with 401", status(401, Some(json!("<html>sign in to the guest network")), false), 0),
    ] {
        let before = (desk.effects(&study).len(), desk.calls("/study/comment/add"));
        desk.fault("/study/comment/add", fault);
        let doubt = desk.act(&study, "comment", json!({"text": what})).await.expect_err(what);
        assert_eq!(doubt.and_now, AndNow::Doubtful, "{what}: {}", doubt.message);
        assert_eq!(desk.effects(&study).len() - before.0, applied, "{what}");
        assert_eq!(desk.calls("/study/comment/add") - before.1, 1, "{what}: sent once");
        desk.simulator.clear_faults();
    }
}

#[tokio::test]
async fn what_certainly_took_no_effect_is_told_so() {
    let desk = Desk::quiet().await;
    let study = commentable(&desk).await;
    let later = AndNow::Later(Some(std::time::Duration::from_secs(9)));
    for (what, fault, expected) in [
        ("too many requests", status(429, None, false), later),
        ("the session is over", Fault::Unauthorized, AndNow::SignIn),
    ] {
        desk.enter().await;
        desk.fault("/study/comment/add", fault);
        let refused = desk.act(&study, "comment", json!({"text": what})).await.expect_err(what);
        assert_eq!(refused.and_now, expected, "{what}: {}", refused.message);
        desk.simulator.clear_faults();
    }
    desk.enter().await;
    desk.simulator.down(AMBRA).await.expect("down");
    let offline = desk.act(&study, "comment", json!({"text": "x"})).await.expect_err("nobody there");
    assert_eq!(offline.and_now, AndNow::Offline);
    desk.simulator.up(AMBRA).expect("up");
    assert!(desk.effects(&study).is_empty());
    assert!(matches!(desk.act(&study, "comment", json!({"text": "x"})).await, Ok(Submitted::Done(_))));
}

#[tokio::test]
async fn every_documented_refusal_is_one_and_also_as_a_list() {
    let desk = Desk::quiet().await;
    let study = commentable(&desk).await;
    for (word, expected) in [
        ("NOT_FOUND", AndNow::Gone),
        ("NOT_PERMITTED", AndNow::Forbidden),
        ("STALE", AndNow::Conflict),
        ("LOCKED", AndNow::Conflict),
        ("SINGLETON", AndNow::Forbidden),
        ("INVALID_TAG", AndNow::Invalid),
        ("MISSING_FIELDS", AndNow::Invalid),
        ("SOMETHING_NEW", AndNow::Invalid),
    ] {
        for body in [
            json!({"status": "ERROR", "error_type": word, "error_subtype": "body"}),
            json!({"status": "ERROR", "error_type": [word], "error_subtype": ["body", "Anna Kowalska, born 1970"]}),
        ] {
            desk.fault("/study/comment/add", status(412, Some(body), false));
            let refused = desk.act(&study, "comment", json!({"text": "x"})).await.expect_err(word);
            assert_eq!(refused.and_now, expected, "{word}: {}", refused.message);
            assert!(refused.message.contains(word) && !refused.message.contains("Kowalska"), "{}", refused.message);
            desk.simulator.clear_faults();
        }
    }
    assert!(desk.effects(&study).is_empty());
}
