//! The wall clock is set forward and back: nothing is sent too early, and nothing waits for years.

use std::time::Duration;

use chrono::TimeDelta;
use rounds_domain::{action::Fields, outbox::OutboxState};
use rounds_simulator::Fault;
use rounds_sync::desk::Intent;
use serde_json::json;

use crate::clinic::Clinic;

#[tokio::test]
async fn a_clock_set_forward_does_not_make_rounds_send_again_while_the_server_may_still_be_at_it() {
    for restart in [false, true] {
        let mut clinic = Clinic::at_work_with(8, &[("server_timeout_seconds", "60")]).await;
        let case = clinic.cases().remove(0);
        clinic.next_comment_meets(Fault::NotAppliedReplyLost);
        let id = clinic.write(&case, "Please call her back", false).await;
        clinic.sync().await;
        let posts = |clinic: &Clinic| {
            clinic.simulator.requests().by_method.get("carevalidate POST").copied().unwrap_or_default()
        };
        clinic.clock.set(TimeDelta::hours(1));
        if restart {
            clinic.desk.start_again().await;
        }
        for _ in 0..4 {
            clinic.sync().await;
            clinic.clock.advance(Duration::from_secs(11));
        }
        assert_eq!(posts(&clinic), 1, "restart: {restart}: an hour by the clock, and not a minute by any other");
        assert_eq!(clinic.row(id).await.state, OutboxState::Doubtful, "restart: {restart}");
        clinic.settle().await;
        assert_eq!(posts(&clinic), 2, "restart: {restart}: once the minute is over it is sent again");
        clinic.assert_exactly_once(&[(id, &case, "Please call her back", false)], "at last").await;
    }
}

#[tokio::test]
async fn a_clock_set_back_by_days_holds_up_nothing() {
    let clinic = Clinic::at_work(8).await;
    let cases = clinic.cases();
    clinic.clock.set(TimeDelta::days(3));
    clinic.next_comment_meets(Fault::NotAppliedReplyLost);
    let doubtful = clinic.write(&cases[0], "in doubt", false).await;
    clinic.sync().await;
    assert_eq!(clinic.row(doubtful).await.state, OutboxState::Doubtful);
    let fields = Fields::from_iter([("text".to_owned(), json!("held")), ("internal".to_owned(), json!(false))]);
    let intent = Intent { item: clinic.id(&cases[1]), action: "comment".into(), fields, hold: true, after: vec![] };
    let held = clinic.rounds().act(intent).await.unwrap().id;
    clinic.clock.set(-TimeDelta::days(3));
    clinic.settle().await;
    let written = [(doubtful, cases[0].as_str(), "in doubt", false), (held, cases[1].as_str(), "held", false)];
    clinic.assert_exactly_once(&written, "three days earlier").await;
}
