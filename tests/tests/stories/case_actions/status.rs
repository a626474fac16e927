//! Opening, closing, reopening; closing a product.

use rounds_domain::{item::StatusGroup, outbox::OutboxState};
use serde_json::json;

use super::{PRODUCT, STATUS, act, done, edit, effects, offer, truth, with_case};

#[tokio::test]
async fn a_case_is_opened_closed_and_reopened_each_once() {
    let (clinic, case) = with_case(&json!({"status": "ASSIGNED", "isArchived": false})).await;
    let opened = done(&clinic, &case, "open", &json!({"reason": "assigned by mistake"})).await;
    let row = clinic.item(&case).await.row;
    assert_eq!(row.status.as_deref(), Some("ASSIGNED"), "a wish is not shown as a fact");
    assert_eq!(row.pending[0].value.as_deref(), Some("OPEN"), "it is shown beside it");
    clinic.settle().await;
    assert_eq!(clinic.row(opened).await.state, OutboxState::Confirmed);
    assert_eq!(clinic.item(&case).await.row.status.as_deref(), Some("OPEN"));

    let closed = done(&clinic, &case, "close", &json!({})).await;
    clinic.settle().await;
    assert_eq!(clinic.row(closed).await.state, OutboxState::Confirmed);
    assert_eq!(truth(&clinic, &case)["isArchived"], true);
    let row = clinic.item(&case).await.row;
    assert_eq!((row.status_group, row.pending.len()), (StatusGroup::Closed, 0));
    assert!(row.flags.iter().any(|flag| flag.label == "Archived"));

    let reopened = done(&clinic, &case, "reopen", &json!({"reason": "she wrote again"})).await;
    clinic.settle().await;
    assert_eq!(clinic.row(reopened).await.state, OutboxState::Confirmed);
    assert_eq!(truth(&clinic, &case)["isArchived"], false);

    let sent: Vec<_> = effects(&clinic, &case, STATUS).into_iter().map(|effect| effect.payload).collect();
    assert_eq!(
        sent,
        [
            json!({"status": "OPEN", "reason": "assigned by mistake"}),
            json!({"status": "CLOSE", "reason": null}),
            json!({"status": "REOPEN", "reason": "she wrote again"}),
        ]
    );
}

#[tokio::test]
async fn what_closing_brings_is_said_before_it_is_done() {
    let (clinic, case) = with_case(&json!({"status": "IN_PROGRESS", "isArchived": false})).await;
    let close = offer(&clinic, &case, "close").await;
    assert_eq!(close.refused, None);
    for word in ["archives", "cancels its pending jobs", "decides nothing"] {
        assert!(close.declaration.consequence.contains(word), "{word}: {}", close.declaration.consequence);
    }
}

#[tokio::test]
async fn what_a_case_does_not_take_is_offered_with_its_reason_and_never_leaves() {
    for (set, action, why) in [
        (json!({"status": "IN_PROGRESS", "isArchived": false}), "open", "this one is IN_PROGRESS"),
        (json!({"status": "OPEN", "isArchived": false}), "open", "open already"),
        (json!({"status": "ASSIGNED", "isArchived": true}), "open", "Reopen it first"),
        (json!({"isArchived": true}), "close", "archived already"),
        (json!({"isArchived": false}), "reopen", "Only an archived case"),
        (json!({"products": []}), "close-product", "no product"),
    ] {
        let (clinic, case) = with_case(&set).await;
        let refused = offer(&clinic, &case, action).await.refused.expect(action);
        assert!(refused.contains(why), "{action} on {set}: {refused}");
        let tried = act(&clinic, &case, action, &json!({"reason": "x"})).await;
        assert!(tried.is_err(), "{action} on {set}");
        clinic.sync().await;
        assert!(clinic.effects_on(&case).is_empty(), "{action} on {set}");
    }
}

#[tokio::test]
async fn what_was_done_offline_is_sent_later_unless_the_case_has_moved_on() {
    let (clinic, case) = with_case(&json!({"status": "ABANDONED", "isArchived": false})).await;
    clinic.simulator.down("carevalidate").await.unwrap();
    let id = done(&clinic, &case, "close", &json!({"reason": "no answer for a month"})).await;
    clinic.sync().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Queued);
    clinic.simulator.up("carevalidate").unwrap();
    edit(&clinic, &case, &json!({"status": "IN_PROGRESS"}));
    clinic.settle().await;
    let row = clinic.row(id).await;
    assert_eq!((row.state, row.words.as_str()), (OutboxState::NeedsPerson, "conflict"));
    let field = &row.conflict.expect("told field by field").fields[0];
    assert_eq!(
        (field.key.as_str(), &field.base, &field.mine, &field.theirs),
        ("status", &json!("ABANDONED"), &None, &json!("IN_PROGRESS"))
    );
    assert!(clinic.effects_on(&case).is_empty(), "nobody closes what a colleague has taken up");

    let again = clinic.rounds().resolve(id, true).await.unwrap().id;
    clinic.settle().await;
    assert_eq!(clinic.row(again).await.state, OutboxState::Confirmed);
    assert_eq!(effects(&clinic, &case, STATUS).len(), 1, "its person decided");
}

#[tokio::test]
async fn one_product_is_closed_by_its_id_with_a_reason() {
    let (clinic, case) = with_case(&json!({"products": [
        {"id": "7f7a0c5e-0001-4000-8000-000000000001", "subscription": {"interval": "month", "intervalCount": 3}},
        {"id": "7f7a0c5e-0002-4000-8000-000000000002"},
    ]}))
    .await;
    let product = "7f7a0c5e-0001-4000-8000-000000000001";
    assert_eq!(offer(&clinic, &case, "close-product").await.targets.len(), 2);
    for missing in [json!({"product": product}), json!({"reason": "x"}), json!({"product": "other", "reason": "x"})] {
        assert!(act(&clinic, &case, "close-product", &missing).await.is_err(), "{missing}");
    }
    let id = done(&clinic, &case, "close-product", &json!({"product": product, "reason": "not tolerated"})).await;
    let other = "7f7a0c5e-0002-4000-8000-000000000002";
    let second = done(&clinic, &case, "close-product", &json!({"product": other, "reason": "not needed"})).await;
    clinic.settle().await;
    for id in [id, second] {
        assert_eq!(clinic.row(id).await.state, OutboxState::Confirmed, "{:?}", clinic.row(id).await.reason);
    }
    let sent: Vec<_> = effects(&clinic, &case, PRODUCT).into_iter().map(|effect| effect.payload).collect();
    assert_eq!(
        sent,
        [
            json!({"productId": product, "status": "CLOSE", "reason": "not tolerated"}),
            json!({"productId": other, "status": "CLOSE", "reason": "not needed"}),
        ]
    );
    assert_eq!(truth(&clinic, &case)["products"], json!([]));
    assert!(offer(&clinic, &case, "close-product").await.refused.is_some());
}
