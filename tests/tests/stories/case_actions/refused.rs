//! What the system says no to, in its own words.

use std::collections::BTreeMap;

use futures::future::join_all;
use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use rounds_simulator::{Fault, FaultSpec};
use serde_json::json;

use super::{STATUS, done, edit, effects, next_meets, with_case};
use crate::clinic::SYSTEM;

#[tokio::test]
async fn each_refusal_of_a_closing_waits_for_its_person_with_nothing_done() {
    let status = |code| Fault::Status { code, body: None, headers: BTreeMap::new(), applied: false };
    let refusals = [
        ("400", status(400), ReasonKind::Refused, "400"),
        ("401 on this case only", Fault::Unauthorized, ReasonKind::Refused, "API key"),
        ("403", status(403), ReasonKind::Refused, "does not allow"),
        ("404", status(404), ReasonKind::Gone, "no longer has"),
        ("409", status(409), ReasonKind::Conflict, "conflict"),
        ("413", status(413), ReasonKind::Refused, "413"),
        ("422", status(422), ReasonKind::Refused, "422"),
    ];
    let stories = refusals.into_iter().map(|(what, fault, kind, said)| async move {
        let (clinic, case) = with_case(&json!({"status": "OPEN", "isArchived": false})).await;
        clinic.fault(FaultSpec::new(SYSTEM, fault).on_action(STATUS).times(-1));
        let id = done(&clinic, &case, "close", &json!({})).await;
        clinic.settle().await;
        let row = clinic.row(id).await;
        assert_eq!(row.state, OutboxState::NeedsPerson, "{what}: {row:?}");
        let reason = row.reason.expect("a person must be able to read why it waits");
        assert_eq!(reason.kind, kind, "{what}: {}", reason.text);
        assert!(reason.text.contains(said), "{what}: {}", reason.text);
        clinic.simulator.clear_faults();
        clinic.settle().await;
        assert!(effects(&clinic, &case, STATUS).is_empty(), "{what}: only its person does it again");
        assert_eq!(clinic.view().await.trouble, None, "{what}: the account is fine");
    });
    join_all(stories).await;
}

#[tokio::test]
async fn a_wait_that_is_asked_for_and_a_real_401_do_nothing_and_lose_nothing() {
    let (clinic, case) = with_case(&json!({"status": "ASSIGNED", "isArchived": false})).await;
    let headers = BTreeMap::from([("Retry-After".to_owned(), "5".to_owned())]);
    next_meets(&clinic, STATUS, Fault::Status { code: 429, body: None, headers, applied: false });
    next_meets(&clinic, STATUS, Fault::Unauthorized);
    let id = done(&clinic, &case, "open", &json!({})).await;
    clinic.settle().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Confirmed);
    assert_eq!(effects(&clinic, &case, STATUS).len(), 1);
}

#[tokio::test]
async fn reads_that_lag_behind_make_nothing_happen_twice() {
    let (clinic, case) = with_case(&json!({"status": "ASSIGNED", "isArchived": false})).await;
    // Reads still show it as it was: the document promises no time by which they follow.
    clinic.simulator.change_settings(SYSTEM, &json!({"lateMs": {"min": 4_000, "max": 4_000}})).unwrap();
    let first = done(&clinic, &case, "close", &json!({})).await;
    clinic.sync().await;
    assert_eq!(clinic.row(first).await.state, OutboxState::Confirmed);
    clinic.server_is_quiet().await;
    edit(&clinic, &case, &json!({"isArchived": true}));
    clinic.pull().await;
    let reopened = done(&clinic, &case, "reopen", &json!({})).await;
    clinic.settle().await;
    assert_eq!(clinic.row(reopened).await.state, OutboxState::Confirmed);
    let sent: Vec<_> =
        effects(&clinic, &case, STATUS).into_iter().map(|effect| effect.payload["status"].clone()).collect();
    assert_eq!(sent, ["CLOSE", "REOPEN"], "reads that lag behind make nothing happen twice");
}
