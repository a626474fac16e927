//! Doubt about what is done with a case: it is read, never done twice, and its person is asked where nothing tells.

use std::collections::BTreeMap;

use futures::future::join_all;
use rounds_domain::{action::ReasonKind, outbox::OutboxState};
use rounds_simulator::{ContentLength, Fault};
use serde_json::json;

use super::{PRODUCT, STATUS, act, done, edit, effects, next_meets, slow_to_show, truth, with_case};

fn broken(applied: bool) -> [(&'static str, Fault); 4] {
    let status = |code| Fault::Status { code, body: None, headers: BTreeMap::default(), applied };
    [
        ("no answer", if applied { Fault::AppliedReplyLost } else { Fault::NotAppliedReplyLost }),
        ("502", status(502)),
        ("half of the JSON", Fault::CutJson { content_length: ContentLength::Right, applied }),
        ("a web page", Fault::Html { applied }),
    ]
}

#[tokio::test]
async fn a_closing_whose_answer_was_lost_is_read_and_never_sent_again_by_itself() {
    let stories =
        [true, false].into_iter().flat_map(|applied| broken(applied).map(|(what, fault)| (applied, what, fault)));
    for some in stories.collect::<Vec<_>>().chunks(4) {
        let stories = some.iter().map(|(applied, what, fault)| async move {
            let (clinic, case) = with_case(&json!({"status": "OPEN", "isArchived": false})).await;
            next_meets(&clinic, STATUS, fault.clone());
            let id = done(&clinic, &case, "close", &json!({})).await;
            clinic.settle().await;
            let row = clinic.row(id).await;
            let told = format!("{what}, applied: {applied}: {row:?}");
            assert_eq!(row.state, OutboxState::NeedsPerson, "{told}");
            assert_eq!(row.reason.as_ref().map(|reason| reason.kind), Some(ReasonKind::PossiblySent), "{told}");
            assert_eq!(effects(&clinic, &case, STATUS).len(), usize::from(*applied), "{told}");
            assert_eq!(row.conflict.is_some(), *applied, "what stands there as wanted is shown: {told}");
            if *applied {
                assert_eq!(row.words, "possibly yours", "{told}");
                clinic.rounds().resolve(id, false).await.unwrap();
                clinic.settle().await;
            } else {
                let again = clinic.rounds().retry(id).await.unwrap().id;
                clinic.settle().await;
                assert_eq!(clinic.row(again).await.state, OutboxState::Confirmed, "its person sent it again: {told}");
            }
            assert_eq!(effects(&clinic, &case, STATUS).len(), 1, "{told}");
            assert_eq!(truth(&clinic, &case)["isArchived"], true, "{told}");
        });
        join_all(stories).await;
    }
}

#[tokio::test]
async fn a_reopening_that_certainly_did_not_arrive_is_sent_again_and_one_that_may_have_is_asked_about() {
    for applied in [true, false] {
        let stories = broken(applied).map(|(what, fault)| async move {
            let (clinic, case) = with_case(&json!({"isArchived": true})).await;
            next_meets(&clinic, STATUS, fault);
            let id = done(&clinic, &case, "reopen", &json!({})).await;
            clinic.settle().await;
            let row = clinic.row(id).await;
            let expected = if applied { OutboxState::NeedsPerson } else { OutboxState::Confirmed };
            assert_eq!(row.state, expected, "{what}: {row:?}");
            assert_eq!(effects(&clinic, &case, STATUS).len(), 1, "{what}");
            assert_eq!(truth(&clinic, &case)["isArchived"], false, "{what}");
        });
        join_all(stories).await;
    }
}

#[tokio::test]
async fn an_opening_in_doubt_that_a_colleague_went_on_from_is_theirs_to_see() {
    let (clinic, case) = slow_to_show(&json!({"status": "ASSIGNED", "isArchived": false})).await;
    next_meets(&clinic, STATUS, Fault::AppliedReplyLost);
    let id = done(&clinic, &case, "open", &json!({})).await;
    clinic.sync().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Doubtful);
    edit(&clinic, &case, &json!({"status": "IN_PROGRESS"}));
    clinic.settle().await;
    let row = clinic.row(id).await;
    assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "conflict"), "{row:?}");
    let fields = row.conflict.expect("it is shown").fields;
    assert_eq!(fields[0].theirs, json!("IN_PROGRESS"));
    assert_eq!(effects(&clinic, &case, STATUS).len(), 1);
}

#[tokio::test]
async fn a_product_in_doubt_is_never_closed_twice() {
    for (what, fault, applied) in
        [("applied", Fault::AppliedReplyLost, 1), ("not applied", Fault::NotAppliedReplyLost, 0)]
    {
        let product = "7f7a0c5e-0001-4000-8000-000000000001";
        let (clinic, case) = with_case(&json!({"products": [{"id": product}]})).await;
        next_meets(&clinic, PRODUCT, fault);
        let id = done(&clinic, &case, "close-product", &json!({"product": product, "reason": "x"})).await;
        clinic.settle().await;
        let row = clinic.row(id).await;
        assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "possibly sent"), "{what}");
        clinic.settle().await;
        assert_eq!(effects(&clinic, &case, PRODUCT).len(), applied, "{what}");
    }
}

#[tokio::test]
async fn what_a_colleague_did_first_is_a_conflict_and_not_done_again() {
    let (clinic, case) = with_case(&json!({"status": "OPEN", "isArchived": false})).await;
    edit(&clinic, &case, &json!({"isArchived": true}));
    let id = done(&clinic, &case, "close", &json!({})).await;
    clinic.settle().await;
    let row = clinic.row(id).await;
    assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "conflict"));
    assert!(row.reason.is_some_and(|reason| reason.text.contains("by somebody else's hand")));
    assert!(effects(&clinic, &case, STATUS).is_empty());
    assert!(act(&clinic, &case, "close", &json!({})).await.is_err(), "it is known here now");
}
