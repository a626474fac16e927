//! What a write does, what it refuses, and what the record says of it.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{SYSTEM, comment, id, send, start};
use rounds_simulator::Temperament;
use serde_json::{Value, json};

#[tokio::test]
async fn a_comment_and_a_note_come_back_where_they_belong() {
    let bench = start(60, Temperament::Kind).await;
    let case = bench.case_that(|case| case["status"] == "IN_PROGRESS");
    for (text, internal, list) in
        [("Please send a photo — дякую 🙏", false, "comments"), ("Seen, \"odd\"\nline", true, "notes")]
    {
        let reply = bench.post(id(&case), &comment(text, internal)).await.json();
        assert_eq!((&reply["status"], &reply["success"]), (&json!(200), &json!(true)));
        let shown = bench.shown(&case).await;
        let last = shown[list].as_array().unwrap().last().unwrap().clone();
        assert_eq!(
            (&last["id"], &last["text"], &last["isRestricted"]),
            (&reply["data"]["id"], &json!(text), &json!(internal))
        );
        assert_eq!(
            last["author"],
            json!({"id": "usr-Kd81hTzQm3Wv0001", "firstName": "Miriam", "lastName": "Osei-Lindqvist"}),
            "no e-mail"
        );
        assert!(shown["updatedAt"].as_str() > case["updatedAt"].as_str());
        assert_eq!(
            shown["activity"].as_array().unwrap().last().unwrap()["type"],
            if internal { "ADD_NOTE" } else { "ADD_COMMENT" }
        );
    }
    let effects = bench.sim.effects(Some(SYSTEM));
    assert_eq!(effects.len(), 2, "two writes, two effects");
    assert_eq!(effects[0].case_id, id(&case));
    assert_eq!(effects[0].payload["text"], "Please send a photo — дякую 🙏");
    assert_eq!(effects[0].tag.as_deref(), Some("tag-1"));
    assert_eq!(effects[0].author.as_ref().unwrap()["email"], "miriam.osei-lindqvist@example.org");
}

#[tokio::test]
async fn the_same_comment_twice_is_two_effects_and_the_second_says_so() {
    let bench = start(10, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    for _ in 0..2 {
        bench.post(id(&case), &comment("twice", false)).await;
    }
    let occurrences: Vec<_> = bench.sim.effects(None).iter().map(|effect| effect.occurrence).collect();
    assert_eq!(occurrences, [1, 2]);
}

#[tokio::test]
async fn files_in_a_comment_are_kept_and_served() {
    let bench = start(10, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    let mut body = comment("with a file", false);
    body["communication"]["attachments"] = json!([{"fileName": "labs.txt", "content": "aGVsbG8=", "isPHI": true}]);
    assert_eq!(bench.post(id(&case), &body).await.status, 200);
    let shown = bench.shown(&case).await;
    let file = &shown["comments"].as_array().unwrap().last().unwrap()["attachments"][0];
    assert_eq!(
        (&file["fileName"], &file["content"], &file["isPHI"]),
        (&json!("labs.txt"), &json!("aGVsbG8="), &json!(true))
    );
    let content = bench.sim.effects(None)[0].payload["attachments"][0]["content"].clone();
    assert!(content.as_str().is_some_and(|told| told.starts_with("5 bytes, BLAKE3 ")), "{content}");
}

#[tokio::test]
async fn a_comment_that_cannot_be_understood_leaves_no_effect() {
    let bench = start(10, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    let without = |path: &[&str], value: Value| {
        let mut body = comment("x", false);
        let last = path.iter().fold(&mut body, |at, key| &mut at[*key]);
        *last = value;
        body
    };
    for bad in [
        without(&["action"], json!("ADD_COMMENT")),
        without(&["communication"], Value::Null),
        without(&["communication", "text"], json!("  ")),
        without(&["communication", "isRestricted"], json!("yes")),
        without(&["communication", "author", "email"], json!("nobody")),
        without(&["communication", "author"], Value::Null),
        without(&["communication", "attachments"], json!([{"fileName": "a.txt", "content": "%%%"}])),
        json!([1]),
    ] {
        let reply = bench.post(id(&case), &bad).await;
        assert_eq!((reply.status, reply.json()["success"].clone()), (400, json!(false)), "{bad}");
        assert!(reply.json()["error"].is_string());
    }
    assert!(bench.sim.effects(None).is_empty());
}

#[tokio::test]
async fn unknown_cases_are_a_400_and_foreign_ones_a_403() {
    let bench = start(10, Temperament::Kind).await;
    for unknown in ["6f9619ff-8b86-4011-b42d-00cf4fc964ff", "nonsense"] {
        let reply = bench.post(unknown, &comment("x", false)).await;
        assert_eq!(reply.status, 400);
        assert!(reply.json()["error"].as_str().unwrap().starts_with("No Case found"));
    }
    let foreign = bench.sim.facts(SYSTEM).unwrap()["foreignCaseIds"][0].as_str().unwrap().to_owned();
    assert_eq!(bench.post(&foreign, &comment("x", false)).await.status, 403);
}

#[tokio::test]
async fn a_reply_can_be_silent_about_the_id() {
    let bench = start(10, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    bench.sim.change_settings(SYSTEM, &json!({"replyWithId": false})).unwrap();
    let reply = bench.post(id(&case), &comment("x", false)).await.json();
    assert_eq!((&reply["success"], reply["data"].get("id")), (&json!(true), None));
    assert!(bench.sim.effects(None)[0].made_id.is_some(), "the record knows it all the same");
}

#[tokio::test]
async fn a_text_can_be_kept_otherwise_than_it_was_sent() {
    let bench = start(10, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    bench.sim.change_settings(SYSTEM, &json!({"escapesText": true})).unwrap();
    bench.post(id(&case), &comment("BP <90 & dizzy", false)).await;
    let truth = bench.sim.truth(SYSTEM, id(&case)).unwrap();
    assert!(truth.to_string().contains("BP &lt;90 &amp; dizzy"), "{truth}");
    assert_eq!(bench.sim.effects(None)[0].payload["text"], "BP <90 & dizzy", "the record has what was sent");
}

fn change(status: &str) -> Value {
    json!({"action": "CHANGE_CASE_STATUS", "status": status, "reason": "because"})
}

#[tokio::test]
async fn status_moves_that_are_legal_and_those_that_are_not() {
    let bench = start(300, Temperament::Kind).await;
    for (from, archived, word, legal) in [
        ("ASSIGNED", false, "OPEN", true),
        ("ABANDONED", false, "OPEN", true),
        ("OPEN", false, "OPEN", true),
        ("IN_PROGRESS", false, "OPEN", false),
        ("APPROVED", false, "OPEN", false),
        ("ABANDONED", true, "OPEN", false),
        ("IN_PROGRESS", false, "CLOSE", true),
        ("APPROVED", true, "CLOSE", false),
        ("APPROVED", true, "REOPEN", true),
        ("APPROVED", false, "REOPEN", false),
        ("OPEN", false, "APPROVED", false),
    ] {
        let case = bench.case_that(|case| case["status"] == from);
        bench.sim.edit(SYSTEM, &json!({"caseId": case["id"], "set": {"isArchived": archived}})).unwrap();
        let reply = bench.post(id(&case), &change(word)).await;
        assert_eq!(reply.status == 200, legal, "{word} on {from}, archived {archived}: {}", reply.json());
        bench.sim.delete(SYSTEM, id(&case)).unwrap();
    }
    assert_eq!(bench.sim.effects(None).len(), 5, "only legal moves are applied");
}

#[tokio::test]
async fn closing_archives_and_cancels_what_is_pending_and_reopening_unarchives() {
    let bench = start(600, Temperament::Kind).await;
    let case = bench.case_that(|case| {
        case["isArchived"] == false
            && case["payments"].as_array().unwrap().iter().any(|payment| payment["status"] == "PENDING")
    });
    assert_eq!(bench.post(id(&case), &change("CLOSE")).await.status, 200);
    let closed = bench.shown(&case).await;
    assert_eq!((&closed["isArchived"], &closed["archiveReason"]), (&json!(true), &json!("because")));
    assert_eq!(closed["status"], case["status"], "CLOSE is not a read status");
    assert!(closed["payments"].as_array().unwrap().iter().all(|payment| payment["status"] != "PENDING"));
    assert_eq!(bench.post(id(&case), &change("REOPEN")).await.status, 200);
    assert_eq!(bench.shown(&case).await["isArchived"], false);
}

#[tokio::test]
async fn products_are_closed_and_added() {
    let bench = start(100, Temperament::Kind).await;
    let case = bench.case_that(|case| case["products"].as_array().unwrap().len() == 1);
    let product = case["products"][0]["id"].clone();
    let close = json!({"action": "UPDATE_CASE_PRODUCT", "caseProductInput": {"productId": product, "status": "CLOSE", "reason": "not needed"}});
    let mut without_reason = close.clone();
    without_reason["caseProductInput"]["reason"] = json!(null);
    assert_eq!(bench.post(id(&case), &without_reason).await.status, 400, "it wants a reason");
    assert_eq!(bench.post(id(&case), &close).await.status, 200);
    assert_eq!(bench.shown(&case).await["products"], json!([]));
    assert_eq!(bench.post(id(&case), &close).await.status, 400, "it is gone");

    let url = format!("{}/api/v1/cases/{}/products", bench.base(), id(&case));
    let wish = |interval: &str| {
        json!({"products": [{"subscription": {"interval": interval, "intervalCount": 3}}]}).to_string()
    };
    let keyed = send("POST", &url, &[("cv-api-key", &bench.key())], wish("month").as_bytes()).await.unwrap();
    assert_eq!(keyed.status, 401, "the organisation's key is not the bearer token");
    let bearer = format!("Bearer {}", bench.sim.facts(SYSTEM).unwrap()["productsToken"].as_str().unwrap());
    assert_eq!(send("POST", &url, &[("authorization", &bearer)], wish("Month").as_bytes()).await.unwrap().status, 400);
    let reply = send("POST", &url, &[("authorization", &bearer)], wish("month").as_bytes()).await.unwrap();
    assert_eq!(reply.status, 200);
    let added = json!([{"id": reply.json()["data"]["id"], "subscription": {"interval": "month", "intervalCount": 3}}]);
    assert_eq!(bench.shown(&case).await["products"], added);
}

#[tokio::test]
async fn an_acknowledged_write_shows_late_but_is_never_lost() {
    let bench = start(30, Temperament::Unkind).await;
    let case = bench.case_that(|_| true);
    bench.sim.change_settings(SYSTEM, &json!({"lateMs": {"min": 600_000, "max": 600_000}})).unwrap();
    assert_eq!(bench.post(id(&case), &comment("late one", false)).await.status, 200);
    let text = bench.shown(&case).await["comments"].to_string();
    assert!(!text.contains("late one"), "reads don't show it yet");
    assert!(bench.truth(id(&case))["comments"].to_string().contains("late one"), "the server knows it");
    assert_eq!(bench.sim.truth(SYSTEM, id(&case)).unwrap()["pending"], 1);
    assert!(bench.sim.effects(None)[0].visible_after_ms >= 600_000);

    let other = bench.case_that(|other| other["id"] != case["id"]);
    bench.sim.change_settings(SYSTEM, &json!({"lateMs": {"min": 1, "max": 5}})).unwrap();
    bench.post(id(&other), &comment("soon", false)).await;
    while !bench.shown(&other).await["comments"].to_string().contains("soon") {
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    assert_eq!(bench.sim.effects(None).len(), 2, "nothing is applied twice by itself");
}
