//! A decision made here is a draft: kept, sent as an internal note when asked, and never counted as decided.

use rounds_domain::outbox::OutboxState;
use rounds_simulator::Fault;
use serde_json::json;

use super::{act, done, next_meets, offer, truth, with_case};
use crate::clinic::COMMENT;

const NOTE: &str = "Draft, not a decision: finish in the portal.\nProposed decision: Approve\nReasons: BMI 31, no \
                    contraindication.\nMedicine: Made-up tablets\nRefills: 2";

#[tokio::test]
async fn a_drafted_decision_is_an_internal_note_that_says_so_and_decides_nothing() {
    let (clinic, case) = with_case(&json!({"status": "IN_PROGRESS", "isArchived": false, "decisions": []})).await;
    let fields = json!({"decision": "approve", "decision_text": "BMI 31, no contraindication.", "medicine": "Made-up tablets",
        "refill_count": 2});
    clinic.rounds().save_draft(clinic.id(&case), "decision-draft".into(), fields.as_object().cloned()).await.unwrap();
    assert!(offer(&clinic, &case, "decision-draft").await.draft.is_some(), "kept here until it is sent");
    clinic.sync().await;
    assert!(clinic.effects_on(&case).is_empty(), "a draft leaves only when its person says so");

    next_meets(&clinic, COMMENT, Fault::AppliedReplyLost);
    let id = done(&clinic, &case, "decision-draft", &fields).await;
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, NOTE, true)], "a decision draft").await;
    let view = clinic.item(&case).await;
    assert!(view.decisions.is_empty(), "it is no decision");
    assert_eq!(view.row.status.as_deref(), Some("IN_PROGRESS"));
    assert_eq!(truth(&clinic, &case)["decisions"], json!([]));
    assert_eq!(offer(&clinic, &case, "decision-draft").await.draft, None, "what was sent is no draft here any more");
}

#[tokio::test]
async fn nobody_can_take_the_label_off_a_draft_or_show_it_to_the_patient() {
    let (clinic, case) = with_case(&json!({"status": "IN_PROGRESS"})).await;
    let fields = json!({"decision": "reject", "decision_text": "No.", "text": "Decided.", "internal": false});
    let id = done(&clinic, &case, "decision-draft", &fields).await;
    clinic.settle().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Confirmed);
    let sent = &clinic.effects_on(&case)[0].payload;
    assert_eq!(sent["isRestricted"], true);
    assert!(sent["text"].as_str().is_some_and(|text| text.starts_with("Draft, not a decision")), "{sent}");
    assert!(
        act(&clinic, &case, "decision-draft", &json!({"decision_text": "No."})).await.is_err(),
        "it proposes something"
    );
}

#[tokio::test]
async fn the_portal_is_one_step_away() {
    use crate::clinic::Clinic;
    let clinic = Clinic::at_work_with(8, &[("portal_url", "https://portal.example.org/cases/{caseId}")]).await;
    let case = clinic.cases().remove(0);
    let links = clinic.item(&case).await.links;
    assert_eq!(links[0].url, format!("https://portal.example.org/cases/{case}"));
}
