use chrono::Utc;
use rounds_domain::{error::AndNow, pull::Slice};
use serde_json::{Value, json};

use super::{CHANGED, STUDY, at, fields, system};
use crate::{
    ambra::call::Call,
    seam::{Depth, RemoteSystem, Target},
    wire::{
        Turn,
        testing::{Script, Server, json as reply},
    },
};

fn list(rows: &[Value], more: u8, number: u32) -> Script {
    let body = json!({"status": "OK", "page": {"more": more, "rows": 10, "number": number}, "studies": rows});
    reply(200, &body.to_string())
}

fn bundle(parts: &[Value]) -> Script {
    reply(200, &Value::from(parts.to_vec()).to_string())
}

fn locks() -> Value {
    json!({"HTTP_STATUS_CODE": 200, "status": "OK", "studies": []})
}

#[tokio::test]
async fn the_sid_and_everything_else_goes_in_the_body_whatever_slashes_the_address_has() {
    for ending in ["", "/", "//", "/api/v3", "/api/v3/", "//api/v3//"] {
        let server = Server::start(vec![reply(200, r#"{"status":"OK","count":3}"#)]).await;
        let call = Call::new("/study/count", &[("filter.tags.in", r#"["a b","ü&="]"#)]);
        let answer = system(&format!("{}{ending}", server.base)).read(Turn::Single, "planted-sid", &call).await;
        assert_eq!(answer.expect("an answer").text("count").as_deref(), Some("3"));
        let request = server.requests().remove(0);
        let (head, body) = request.split_once("\r\n\r\n").expect("a head and a body");
        let first = head.lines().next().expect("a first line");
        assert!(first.starts_with("POST /") && first.ends_with("/api/v3/study/count HTTP/1.1"), "{ending}: {first}");
        assert!(!first.contains("//"), "{ending}: {first}");
        assert!(!head.contains("planted-sid") && !head.contains("ü"), "{head}");
        assert!(head.to_lowercase().contains("content-type: application/x-www-form-urlencoded"), "{head}");
        assert_eq!(body, "filter.tags.in=%5B%22a+b%22%2C%22%C3%BC%26%3D%22%5D&sid=planted-sid");
    }
}

#[tokio::test]
async fn a_page_is_a_list_and_a_bundle_of_ids() {
    let study = Value::Object(fields(STUDY));
    let server = Server::start(vec![list(std::slice::from_ref(&study), 0, 1), bundle(&[study.clone(), locks()])]).await;
    let page = system(&server.base)
        .pull("studies", &Slice::Changed { since: Some(at("2026-07-01T12:00:00Z")) }, None, Utc::now())
        .await
        .expect("a page");
    assert_eq!((page.records.len(), page.next, page.reached), (1, None, Some(at("2026-01-19 08:00:00.123456+00"))));
    let requests = server.requests();
    assert!(
        requests[0].contains("filter.updated.ge=2026-07-01+15%3A00%3A00.000000"),
        "in the user's zone: {}",
        requests[0]
    );
    let (head, body) = requests[1].split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("POST /api/v3/bundle HTTP/1.1"), "{head}");
    let asked: Value = serde_json::from_str(body).expect("a bundle is JSON");
    let id = "5c2f4a10-0000-4000-8000-000000000001";
    assert_eq!(asked[0], json!({"URL": "/study/get", "sid": "planted-sid", "uuid": id, "extra": "1"}));
    assert_eq!(asked[1]["URL"], "/study/status/locks");
}

#[tokio::test]
async fn an_id_that_could_be_a_template_never_goes_into_a_bundle() {
    let row = json!({"uuid": "{{sid}}", "study_description": "X", "updated": "2026-01-01 00:00:00+00"});
    let server = Server::start(vec![list(&[row], 0, 1), bundle(&[locks()])]).await;
    let page = system(&server.base).pull("studies", &CHANGED, None, Utc::now()).await.expect("a page");
    assert_eq!(page.records[0].item.external_id, "{{sid}}", "what the list said is kept");
    assert!(server.requests().iter().all(|request| !request.contains("{{")));
}

#[tokio::test]
async fn one_failed_part_of_a_bundle_costs_only_itself() {
    let row = |id: &str| json!({"uuid": id, "updated": "2026-01-01 00:00:00+00", "modality": "CT"});
    let whole = |id: &str| json!({"HTTP_STATUS_CODE": 200, "status": "OK", "uuid": id, "modality": "MR"});
    let said = |word: &str| json!({"HTTP_STATUS_CODE": 412, "status": "ERROR", "error_type": [word]});
    let failed = json!({"HTTP_STATUS_CODE": 500});
    let rows: Vec<Value> = ["a", "b", "c", "d", "e"].map(row).to_vec();
    let server = Server::start(vec![
        list(&rows, 0, 1),
        bundle(&[whole("a"), said("NOT_FOUND"), said("NOT_PERMITTED"), failed.clone(), failed.clone(), locks()]),
        reply(200, &whole("d").to_string()),
        reply(500, "{}"),
    ])
    .await;
    let page = system(&server.base).pull("studies", &CHANGED, None, Utc::now()).await.expect("a page");
    let read: Vec<(&str, Option<&str>)> =
        page.records.iter().map(|record| (record.item.external_id.as_str(), record.item.title.as_deref())).collect();
    assert_eq!(read, [("a", Some("MR")), ("b", Some("CT")), ("c", Some("CT")), ("d", Some("MR"))]);
    assert_eq!(page.rejected[0].external_id.as_deref(), Some("e"), "kept as rejected, with what the list said");
    assert!(page.rejected[0].raw.contains("CT"));

    let rows: Vec<Value> = (0..10).map(|nth| row(&nth.to_string())).collect();
    let parts = (0..10).map(|nth| if nth < 5 { failed.clone() } else { whole(&nth.to_string()) }).chain([locks()]);
    let alone = (0..5).map(|nth| reply(200, &whole(&nth.to_string()).to_string()));
    let scripts = [list(&rows, 0, 1), bundle(&parts.collect::<Vec<_>>())].into_iter().chain(alone).collect();
    let server = Server::start(scripts).await;
    let page = system(&server.base)
        .pull("studies", &CHANGED, None, Utc::now())
        .await
        .expect("half of it is no reason to stop");
    assert_eq!((page.records.len(), page.rejected.len()), (10, 0));

    let rows: Vec<Value> = ["a", "b", "c", "d", "e"].map(row).to_vec();
    let parts = vec![failed; 5].into_iter().chain([locks()]).collect::<Vec<_>>();
    let server = Server::start(vec![list(&rows, 0, 1), bundle(&parts)]).await;
    let error =
        system(&server.base).pull("studies", &CHANGED, None, Utc::now()).await.expect_err("Ambra is in trouble");
    assert_eq!(error.and_now, AndNow::Later(None));
    assert_eq!(server.requests().len(), 2, "and is not asked five times more");
}

#[tokio::test]
async fn what_is_listed_is_not_gone_though_it_cannot_be_read_whole() {
    for word in ["NOT_FOUND", "NOT_PERMITTED"] {
        let said = json!({"HTTP_STATUS_CODE": 412, "status": "ERROR", "error_type": word});
        let row = json!({"uuid": "a", "updated": "2026-01-01 00:00:00+00", "modality": "CT"});
        let server =
            Server::start(vec![list(&[row], 0, 1), bundle(&[said.clone(), locks()]), bundle(&[said, locks()])]).await;
        let ambra = system(&server.base);
        let page = ambra.pull("studies", &Slice::All, None, Utc::now()).await.expect("a page");
        let read: Vec<&str> = page.records.iter().map(|record| record.item.external_id.as_str()).collect();
        assert_eq!((read, page.rejected.len()), (vec!["a"], 0), "{word}: the list's row is kept");
        let target = Target::of(&page.records[0].item);
        assert_eq!(
            ambra.refresh(&target, Depth::Plain).await,
            Ok(None),
            "{word}: where no list names it, it is not shown"
        );
    }
}

#[tokio::test]
async fn a_busy_ambra_costs_no_record() {
    let row = json!({"uuid": "a", "updated": "2026-01-01 00:00:00+00", "modality": "CT"});
    for status in [408, 429, 503] {
        let parts = [json!({"HTTP_STATUS_CODE": status}), locks()];
        let server =
            Server::start(vec![list(std::slice::from_ref(&row), 0, 1), bundle(&parts), reply(status, "{}")]).await;
        let error =
            system(&server.base).pull("studies", &CHANGED, None, Utc::now()).await.expect_err("it is read later");
        assert_eq!(error.and_now, AndNow::Later(None), "{status}");
    }
}

#[tokio::test]
async fn no_record_is_kept_under_the_id_of_another() {
    let row = json!({"uuid": "a", "updated": "2026-01-01 00:00:00+00", "modality": "CT"});
    let other = json!({"HTTP_STATUS_CODE": 200, "status": "OK", "uuid": "b", "modality": "MR"});
    for parts in [[other.clone(), locks()], [json!({"HTTP_STATUS_CODE": 500}), locks()]] {
        let scripts = vec![list(std::slice::from_ref(&row), 0, 1), bundle(&parts), reply(200, &other.to_string())];
        let server = Server::start(scripts).await;
        let page = system(&server.base).pull("studies", &CHANGED, None, Utc::now()).await.expect("a page");
        assert_eq!((page.records.len(), page.rejected.len()), (0, 1));
        assert_eq!(page.rejected[0].external_id.as_deref(), Some("a"));
        assert!(page.rejected[0].reason.contains("another record"), "{}", page.rejected[0].reason);
    }
}

#[tokio::test]
async fn a_session_that_ends_inside_a_bundle_is_told_and_forgotten() {
    for (status, word) in [(401, "AUTHORIZATION_REQUIRED"), (412, "INVALID_SID"), (412, "EXPIRED"), (200, "EXPIRED")] {
        let ended = json!({"HTTP_STATUS_CODE": status, "status": "ERROR", "error_type": word});
        let row = json!({"uuid": "a", "updated": "2026-01-01 00:00:00+00"});
        let server = Server::start(vec![list(&[row], 0, 1), bundle(&[ended.clone(), ended])]).await;
        let ambra = system(&server.base);
        let error = ambra.pull("studies", &CHANGED, None, Utc::now()).await.expect_err("the session is over");
        assert_eq!(error.and_now, AndNow::SignIn, "{status} {word}");
        assert!(ambra.session().is_err());
        assert_eq!(server.requests().len(), 2, "and nothing is tried again");
    }
}

#[tokio::test]
async fn a_page_that_is_not_the_one_asked_for_or_does_not_answer_all_is_not_taken() {
    let row = json!({"uuid": "a", "updated": "2026-01-01 00:00:00+00"});
    for scripts in [
        vec![list(&[], 1, 1)],
        vec![list(std::slice::from_ref(&row), 0, 2)],
        vec![reply(200, r#"{"status":"OK","page":{"more":0}}"#)],
        vec![reply(200, r#"{"status":"OK","studies":"#)],
        vec![reply(200, r#"{"studies":[]}"#)],
        vec![reply(200, "[]")],
        vec![list(&[row], 0, 1), bundle(&[locks()])],
    ] {
        let server = Server::start(scripts).await;
        let error = system(&server.base).pull("studies", &CHANGED, None, Utc::now()).await.expect_err("unusable");
        assert_eq!(error.and_now, AndNow::Doubtful, "{}", error.message);
    }
}

#[tokio::test]
async fn rows_of_one_instant_are_asked_again_longer() {
    let row = |id: u32| json!({"uuid": id.to_string(), "updated": "2026-01-01 00:00:00+00"});
    let rows: Vec<Value> = (0..10).map(row).collect();
    let parts: Vec<Value> = (0..10)
        .map(|id| json!({"HTTP_STATUS_CODE": 200, "status": "OK", "uuid": id.to_string()}))
        .chain([locks()])
        .collect();
    let server =
        Server::start(vec![list(&rows, 1, 1), bundle(&parts), list(&rows, 1, 1), bundle(&parts), list(&[], 0, 1)])
            .await;
    let ambra = system(&server.base);
    let first = ambra.pull("studies", &CHANGED, None, Utc::now()).await.expect("a page");
    let second = ambra.pull("studies", &CHANGED, first.next.as_deref(), Utc::now()).await.expect("a page");
    ambra.pull("studies", &CHANGED, second.next.as_deref(), Utc::now()).await.expect("a page");
    let requests = server.requests();
    assert!(
        requests[2].contains("filter.updated.ge=2026-01-01+02%3A00")
            && requests[2].contains("page.rows=10&page.number=1")
    );
    assert!(requests[4].contains("page.rows=20&page.number=1"), "{}", requests[4]);
}
