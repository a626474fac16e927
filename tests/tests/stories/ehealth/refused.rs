//! Every row of eHealth's error table, at the call and inside the job: who is told what, and what takes effect.

use rounds_domain::{action::ReasonKind, outbox::OutboxState, view::OutboxRow};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::Fault;
use serde_json::{Value, json};

use super::{Laboratory, PROCESS, ago, is_offered, refused};

/// Where eHealth refuses: at the call, or in the job, where its codes are texts and its words stand below a general message.
fn places() -> [Value; 2] {
    [
        json!({"refusesIn": "call"}),
        json!({"refusesIn": "job", "codesAsText": true, "messageIn": "rules", "acceptedStatus": 202}),
    ]
}

#[tokio::test]
async fn what_the_person_or_the_token_may_not_do_waits_and_is_done_once_they_may() {
    let rows = [
        (
            json!({"scopes": ["specimen:read", "job:read"]}),
            json!({"scopes": ["specimen:read", "specimen:process", "job:read"]}),
            "specimen:process",
        ),
        (
            json!({"party": {"verificationStatus": "NOT_VERIFIED", "updatedDaysAgo": 8}}),
            json!({"unverifiedPartyPeriodDaysAllowed": 9}),
            "Party is not verified",
        ),
        (
            json!({"party": {"verificationStatus": "NOT_VERIFIED", "updatedDaysAgo": 8}}),
            json!({"blockUnverifiedPartyUsers": false}),
            "Party is not verified",
        ),
        (
            json!({"party": {"dracsDeathVerificationStatus": "VERIFIED", "dracsDeathVerificationReason": "MANUAL_CONFIRMED"}}),
            json!({"blockDeceasedPartyUsers": false}),
            "Party is deceased",
        ),
    ];
    for place in places() {
        for (forbids, permits, said) in &rows {
            let laboratory = Laboratory::at_work(&place).await;
            laboratory.change(forbids);
            let (specimen, scanned) = (laboratory.next().await, ago(6));
            let receipt = laboratory.receive(&specimen, &scanned).await;
            let row = laboratory.settled(receipt).await;
            let reason = row.reason.expect("a person must be able to read why it waits");
            assert_eq!((row.state, reason.kind), (OutboxState::NeedsPerson, ReasonKind::Refused), "{place} {said}");
            assert!(reason.text.contains(said), "{place}: {}", reason.text);
            assert!(laboratory.effects(&specimen).is_empty(), "{place} {said}");
            laboratory.change(permits);
            let again = laboratory.desk.rounds().retry(receipt).await.unwrap();
            assert_eq!(laboratory.settled(again.id).await.state, OutboxState::Confirmed, "{place} {said}");
            laboratory.assert_received(&specimen, &scanned, &format!("{place} {said}")).await;
        }
    }
}

#[tokio::test]
async fn a_switch_that_is_off_and_days_that_are_not_over_let_it_through() {
    for settings in [
        json!({"party": {"verificationStatus": "NOT_VERIFIED", "updatedDaysAgo": 3}}),
        json!({"blockDeceasedPartyUsers": false, "party": {"dracsDeathVerificationStatus": "VERIFIED", "dracsDeathVerificationReason": "MANUAL_CONFIRMED"}}),
        json!({"party": {"dracsDeathVerificationStatus": "VERIFIED", "dracsDeathVerificationReason": "AUTO"}}),
    ] {
        let laboratory = Laboratory::at_work(&settings).await;
        let specimen = laboratory.next().await;
        let receipt = laboratory.receive(&specimen, &ago(6)).await;
        assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed, "{settings}");
    }
}

#[tokio::test]
async fn a_specimen_that_is_not_there_any_more_is_told_as_gone() {
    for place in places() {
        let laboratory = Laboratory::at_work(&place).await;
        let specimens = laboratory.waiting().await;
        laboratory.simulator.delete(super::EHEALTH, &specimens[0]).unwrap();
        let receipt = laboratory.receive(&specimens[0], &ago(6)).await;
        let elsewhere = laboratory.receive(&specimens[1], &ago(6)).await;
        let row = laboratory.settled(receipt).await;
        assert_eq!(
            (row.state, row.reason.map(|reason| reason.kind)),
            (OutboxState::NeedsPerson, Some(ReasonKind::Gone)),
            "{place}"
        );
        assert_eq!(
            laboratory.settled(elsewhere).await.state,
            OutboxState::Confirmed,
            "{place}: another one is not held up"
        );
    }
}

/// The time between the read before a send and the send is when a colleague is quicker.
async fn overtaken(place: &Value, scanned: &str, set: &Value) -> (Laboratory, String, OutboxRow) {
    let mut settings = place.clone();
    // The job is not carried out before the colleague was there.
    settings["jobMs"] = json!({"min": 700, "max": 700});
    settings["refusesIn"] = json!("job");
    let laboratory = Laboratory::at_work(&settings).await;
    let specimen = laboratory.next().await;
    let receipt = laboratory.receive(&specimen, scanned).await;
    let quicker = async {
        crate::clinic::until("it is accepted", || async { laboratory.asked("PATCH") > 0 }).await;
        laboratory.edit(&json!({"caseId": specimen, "set": set}));
    };
    let (_, ()) = tokio::join!(laboratory.sync(Extent::Recent), quicker);
    let row = laboratory.settled(receipt).await;
    assert_eq!(laboratory.asked("PATCH"), 1, "it was sent, and the colleague was quicker");
    (laboratory, specimen, row)
}

#[tokio::test]
async fn a_time_that_a_colleague_set_is_a_conflict_with_both_times() {
    for place in places() {
        let (scanned, theirs) = (ago(6), ago(30));
        let (laboratory, specimen, row) = overtaken(&place, &scanned, &json!({"received_time": theirs})).await;
        assert_eq!(row.state, OutboxState::NeedsPerson, "{place}");
        let conflict = row.conflict.expect("both times are shown");
        let field = conflict.fields.iter().find(|field| field.key == "received_time").expect("it is over the time");
        assert_eq!((field.mine.as_ref(), &field.theirs), (Some(&json!(scanned)), &json!(theirs)), "{place}");
        assert!(laboratory.effects(&specimen).is_empty(), "{place}: theirs stands");
        assert_eq!(laboratory.truth(&specimen)["received_time"], theirs);
        laboratory.desk.rounds().resolve(row.id, true).await.expect_err("it can be set once, so mine cannot be kept");
        let left = laboratory.desk.rounds().resolve(row.id, false).await.unwrap();
        assert_eq!(left.state, OutboxState::Discarded);
    }
}

#[tokio::test]
async fn the_same_time_set_already_is_success() {
    for place in places() {
        // An action made twice, as when a scanner reads a tube in two windows: the second finds the first.
        let laboratory = Laboratory::at_work(&place).await;
        let (specimen, scanned) = (laboratory.next().await, ago(6));
        let receipt = laboratory.receive(&specimen, &scanned).await;
        laboratory.edit(&json!({"caseId": specimen, "set": {"received_time": scanned}}));
        let row = laboratory.settled(receipt).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{place}: read before the send: {:?}", row.reason);
        assert_eq!(laboratory.asked("PATCH"), 0, "{place}: nothing is left to send");
        // And where eHealth says so in its job: "Value is already set and cannot be changed".
        let scanned = ago(6);
        let (laboratory, specimen, row) = overtaken(&place, &scanned, &json!({"received_time": scanned})).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{place}: {:?}", row.reason);
        assert!(laboratory.effects(&specimen).is_empty());
    }
}

#[tokio::test]
async fn a_specimen_that_a_colleague_rejected_meanwhile_is_a_conflict() {
    for place in places() {
        let (laboratory, specimen, row) = overtaken(&place, &ago(6), &json!({"status": "unsatisfactory"})).await;
        assert_eq!(
            (row.state, row.reason.as_ref().map(|reason| reason.kind)),
            (OutboxState::NeedsPerson, Some(ReasonKind::Conflict))
        );
        assert!(row.reason.unwrap().text.contains("unsatisfactory"), "{place}: what it is now is told");
        assert!(laboratory.effects(&specimen).is_empty(), "{place}");
        let view = laboratory.view(&specimen).await;
        assert!(refused(&view, "receive").contains("Only an available specimen"), "{}", refused(&view, "receive"));
    }
    // Before anything was sent it is the same, without a call.
    let laboratory = Laboratory::at_work(&json!({})).await;
    let specimen = laboratory.next().await;
    let receipt = laboratory.receive(&specimen, &ago(6)).await;
    laboratory.edit(&json!({"caseId": specimen, "status": "unavailable"}));
    let row = laboratory.settled(receipt).await;
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::Conflict));
    assert_eq!(laboratory.asked("PATCH"), 0);
}

#[tokio::test]
async fn a_time_that_ehealths_clock_does_not_like_goes_to_its_person_who_corrects_it() {
    for place in places() {
        let laboratory = Laboratory::at_work(&place).await;
        let specimen = laboratory.next().await;
        // Its clock is two hours behind ours.
        laboratory.simulator.clock().set_offset_seconds(-7_200);
        let receipt = laboratory.receive(&specimen, &ago(6)).await;
        let row = laboratory.settled(receipt).await;
        let reason = row.reason.unwrap();
        assert_eq!((row.state, reason.kind), (OutboxState::NeedsPerson, ReasonKind::Refused), "{place}");
        assert!(reason.text.contains("between collected datetime and current datetime"), "{}", reason.text);
        assert!(reason.text.contains("clock"), "{}", reason.text);
        assert!(laboratory.effects(&specimen).is_empty(), "{place}");
        laboratory.desk.rounds().discard(receipt, "wrong time").await.unwrap();
        let corrected = ago(125);
        let receipt = laboratory.receive(&specimen, &corrected).await;
        assert_eq!(laboratory.settled(receipt).await.state, OutboxState::Confirmed, "{place}");
        laboratory.assert_received(&specimen, &corrected, &place.to_string()).await;
    }
}

#[tokio::test]
async fn a_reworded_refusal_means_the_same() {
    let body = |code: u16, message: &str| {
        let body = json!({"meta": {"code": code}, "error": {"type": "x", "message": message}});
        Fault::Status { code, body: Some(body), headers: std::collections::BTreeMap::new(), applied: false }
    };
    for (code, message, kind) in [
        (403, "access denied: the PARTY IS NOT VERIFIED.", ReasonKind::Refused),
        (404, "Specimen was not found", ReasonKind::Gone),
        (409, "specimen status is not available", ReasonKind::Conflict),
        (422, "received_time must be later than collection", ReasonKind::Refused),
        (422, "received_time is already specified", ReasonKind::Conflict),
        (422, "something that nobody knows", ReasonKind::Refused),
    ] {
        let laboratory = Laboratory::at_work(&json!({})).await;
        let specimen = laboratory.next().await;
        laboratory.meets(PROCESS, body(code, message));
        let receipt = laboratory.receive(&specimen, &ago(6)).await;
        let row = laboratory.settled(receipt).await;
        let reason = row.reason.unwrap_or_else(|| panic!("{message}: {:?}", row.state));
        assert_eq!((row.state, reason.kind), (OutboxState::NeedsPerson, kind), "{message}: {}", reason.text);
    }
}

#[tokio::test]
async fn rejecting_is_a_switch_and_what_needs_a_signature_says_so() {
    let off = Laboratory::at_work(&json!({})).await;
    let view = off.view(&off.next().await).await;
    assert!(refused(&view, "reject").contains("Switched off"));
    assert!(refused(&view, "cancel").contains("digital signature"));
    for place in places() {
        let laboratory = Laboratory::closed(30, &place, &[("allow_reject", "true")]).await;
        laboratory.sync(Extent::Full).await;
        let specimen = laboratory.next().await;
        assert!(is_offered(&laboratory.view(&specimen).await, "reject"));
        let id = laboratory.act(&specimen, "reject", json!({"reason": "NO_SUCH_REASON"})).await.unwrap();
        let row = laboratory.settled(id).await;
        assert!(row.reason.unwrap().text.contains("not allowed in enum"), "{place}");
        laboratory.desk.rounds().discard(id, "wrong reason").await.unwrap();
        let id = laboratory.act(&specimen, "reject", json!({"reason": "HEMOLYZED"})).await.unwrap();
        let row = laboratory.settled(id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{place}: {:?}", row.reason);
        assert_eq!(laboratory.effects(&specimen).len(), 1, "{place}");
        assert_eq!(laboratory.truth(&specimen)["status"], "unsatisfactory");
        // Where the answer is lost, it is ours because it says who changed it.
        let specimen = laboratory.next().await;
        laboratory.meets("/actions/reject", Fault::AppliedReplyLost);
        let id = laboratory.act(&specimen, "reject", json!({"reason": "CLOTTED"})).await.unwrap();
        assert_eq!(laboratory.settled(id).await.state, OutboxState::Confirmed, "{place}");
        assert_eq!(laboratory.effects(&specimen).len(), 1, "{place}");
    }
}
