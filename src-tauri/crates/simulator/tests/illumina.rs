//! Illumina over a raw socket: what it refuses and how, the control door, lateness, drift, the record.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::{Reply, send};
use rounds_simulator::{Fault, FaultSpec, Options, Running, Simulator, Temperament};
use serde_json::{Value, json};

const ILLUMINA: &str = "illumina";

struct Desk {
    sim: Running,
}

async fn desk(items: usize, temperament: Temperament) -> Desk {
    let systems = vec![ILLUMINA.to_owned()];
    let now = Some(common::NOW.parse().unwrap());
    Desk {
        sim: Simulator::start(Options { seed: 5, items, temperament, systems, now, ..Options::default() })
            .await
            .unwrap(),
    }
}

impl Desk {
    async fn try_ask(&self, method: &str, path: &str, body: &str, but: &[(&str, &str)]) -> std::io::Result<Reply> {
        let about = &self.sim.announcement.systems[ILLUMINA];
        let key = about.secret["apiKey"].as_str().unwrap();
        let (domain, workgroup) =
            (about.settings["domain"].as_str().unwrap(), about.settings["workgroup"].as_str().unwrap());
        let mut headers = vec![
            ("x-auth-token", key),
            ("x-ilmn-domain", domain),
            ("x-ilmn-workgroup", workgroup),
            ("x-rounds-test-tag", "tag-9"),
        ];
        headers.retain(|(name, _)| !but.iter().any(|(other, _)| name == other));
        headers.extend(but.iter().filter(|(_, value)| !value.is_empty()));
        send(method, &format!("{}{path}", about.base_url), &headers, body.as_bytes()).await
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let reply = self.try_ask(method, path, &body, &[]).await.unwrap();
        let told = if reply.body.is_empty() { Value::Null } else { reply.json() };
        (reply.status, told)
    }

    async fn get(&self, path: &str) -> Value {
        let (status, body) = self.ask("GET", path, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    fn ids(&self) -> Vec<String> {
        let ids = self.sim.ids(ILLUMINA, 0, usize::MAX).unwrap();
        ids["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    fn truth(&self, id: &str) -> Value {
        self.sim.truth(ILLUMINA, id).unwrap()["case"].clone()
    }

    async fn swept(&self, size: usize) -> BTreeSet<String> {
        let (mut ids, mut number) = (BTreeSet::new(), 0);
        loop {
            let page = self.get(&format!("/crs/api/v2/cases/search?pageNumber={number}&pageSize={size}")).await;
            ids.extend(page["content"].as_array().unwrap().iter().map(|case| case["id"].as_str().unwrap().to_owned()));
            if page["last"] == true {
                return ids;
            }
            number += 1;
        }
    }
}

#[tokio::test]
async fn what_the_document_does_not_allow_is_refused_in_its_own_shape_and_leaves_no_effect() {
    let desk = desk(40, Temperament::Kind).await;
    let id = desk.ids()[0].clone();
    desk.sim
        .edit(ILLUMINA, &json!({"caseId": id, "status": "In Progress/PROCESSING", "set": {"_bypasses": true}}))
        .unwrap();
    let at = |end: &str| format!("/crs/api/v1/cases/{id}{end}");
    for (method, path, body, status) in [
        ("POST", at("/status"), json!({"status": "Complete", "subState": "CLOSED"}), 400),
        ("POST", at("/status"), json!({"status": "Complete"}), 400),
        ("POST", at("/qc-actions?action=override"), Value::Null, 400),
        ("POST", at("/qc-actions?action=approve"), Value::Null, 400),
        ("POST", at("/qc-actions?action=override"), json!({}), 400),
        ("POST", at("/process"), Value::Null, 400),
        ("POST", at("/comments"), json!({"comment": "x"}), 400),
        ("PUT", at("/comments/nobody"), json!({"text": "x"}), 404),
        ("POST", at("/tags"), json!(["x"]), 400),
        ("PUT", at("/turn-around-time"), json!({"turnAroundTime": "soon"}), 400),
        ("PATCH", at(""), json!({"status": "Complete"}), 400),
        ("PATCH", at(""), json!({"owners": ["nobody"]}), 400),
        ("DELETE", at("/files/nobody"), Value::Null, 404),
        ("GET", "/crs/api/v1/cases/00000000-0000-4000-8000-000000000000".into(), Value::Null, 404),
        ("GET", "/als/api/v1/auditlogs/search?fromDate=2026-01-01".into(), Value::Null, 400),
        ("GET", "/crs/api/v2/cases/search?pageNumber=x".into(), Value::Null, 400),
        ("DELETE", at("/status"), Value::Null, 404),
    ] {
        let (told, body) = desk.ask(method, &path, &body).await;
        assert_eq!(told, status, "{method} {path}: {body}");
        assert!(body["message"].is_string(), "{method} {path}: {body}");
        assert_eq!(body["code"].is_string(), status == 400, "{method} {path}: {body}");
    }
    assert!(desk.sim.effects(Some(ILLUMINA)).is_empty());
    assert!(desk.sim.violations().is_empty());
}

#[tokio::test]
async fn a_key_in_another_header_another_scope_and_another_workgroups_case_are_refused() {
    let desk = desk(10, Temperament::Kind).await;
    let search = "/crs/api/v2/cases/search";
    for (but, status) in [
        (("x-auth-token", ""), 401),
        (("x-auth-token", "wrong"), 401),
        (("x-ilmn-domain", "elsewhere"), 403),
        (("x-ilmn-workgroup", ""), 403),
    ] {
        assert_eq!(desk.try_ask("GET", search, "", &[but]).await.unwrap().status, status, "{but:?}");
    }
    let foreign = desk.sim.facts(ILLUMINA).unwrap()["foreignCaseIds"][0].as_str().unwrap().to_owned();
    assert_eq!(desk.ask("GET", &format!("/crs/api/v1/cases/{foreign}"), &Value::Null).await.0, 403);
    desk.sim.change_settings(ILLUMINA, &json!({"flavour": "connected-insights"})).unwrap();
    assert_eq!(desk.try_ask("GET", search, "", &[]).await.unwrap().status, 401, "there the key stands elsewhere");
    let key = format!("ApiKey {}", desk.sim.announcement.systems[ILLUMINA].secret["apiKey"].as_str().unwrap());
    let good = [("authorization", key.as_str())];
    assert_eq!(desk.try_ask("GET", search, "", &good).await.unwrap().status, 200);
    let id = desk.ids()[0].clone();
    let patched = desk.try_ask("PATCH", &format!("/crs/api/v1/cases/{id}"), r#"{"owners":[]}"#, &good).await.unwrap();
    assert_eq!((patched.status, desk.sim.violations().len()), (403, 1), "and a PATCH breaks a rule");
}

#[tokio::test]
async fn an_effect_is_noted_once_with_its_tag_and_stands_in_the_audit_log() {
    let desk = desk(10, Temperament::Kind).await;
    let id = desk.ids()[0].clone();
    let (status, made) = desk.ask("POST", &format!("/crs/api/v1/cases/{id}/comments"), &json!({"text": "Seen."})).await;
    assert_eq!(status, 200);
    let effects = desk.sim.effects(Some(ILLUMINA));
    assert_eq!(effects.len(), 1);
    assert_eq!((effects[0].action.as_str(), effects[0].tag.as_deref()), ("ADD_COMMENT", Some("tag-9")));
    assert_eq!(effects[0].made_id.as_deref(), made["id"].as_str());
    let comments = desk.get(&format!("/crs/api/v1/cases/{id}/comments")).await;
    assert_eq!(comments.as_array().unwrap().last().unwrap()["text"], "Seen.");
    let log = desk.get(&format!("/als/api/v1/auditlogs/search?caseId={id}")).await;
    assert_eq!((&log["content"][0]["eventName"], &log["totalElements"]), (&json!("case.comment.added"), &json!(1)));
    let again = desk.ask("POST", &format!("/crs/api/v1/cases/{id}/comments"), &json!({"text": "Seen."})).await;
    assert_eq!((again.0, desk.sim.effects(Some(ILLUMINA))[1].occurrence), (200, 2), "a double is told");
}

#[tokio::test]
async fn a_write_shows_late_but_counts_at_once() {
    let desk = desk(10, Temperament::Unkind).await;
    desk.sim.change_settings(ILLUMINA, &json!({"lateMs": {"min": 700, "max": 700}, "drift": false})).unwrap();
    let id = desk.ids()[0].clone();
    desk.sim.edit(ILLUMINA, &json!({"caseId": id, "status": "In Progress/QC_WARNING"})).unwrap();
    let case = format!("/crs/api/v1/cases/{id}");
    assert_eq!(desk.ask("POST", &format!("{case}/qc-actions?action=modify"), &Value::Null).await.0, 200);
    assert_eq!(desk.get(&format!("{case}/status")).await["subState"], "QC_WARNING", "not shown yet");
    assert_eq!(desk.truth(&id)["subState"], "HAS_ISSUE", "and true");
    assert_eq!(desk.ask("POST", &format!("{case}/qc-actions?action=modify"), &Value::Null).await.0, 400, "it counts");
    while desk.get(&format!("{case}/status")).await["subState"] != "HAS_ISSUE" {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn the_search_finds_parts_of_numbers_and_names_only_whoever_may_be_named() {
    let desk = desk(60, Temperament::Kind).await;
    assert_eq!(desk.swept(7).await, desk.ids().into_iter().collect::<BTreeSet<_>>());
    let case = desk.truth(&desk.ids()[3]);
    let number = case["displayId"].as_str().unwrap();
    let part = &number[4..];
    let found = desk.get(&format!("/crs/api/v1/cases/search?displayId={part}")).await;
    assert!(found["content"].as_array().unwrap().iter().any(|row| row["id"] == case["id"]), "{part}");
    let id = case["id"].as_str().unwrap();
    let subject = |case: Value| case["caseSubjects"][0]["subject"].clone();
    assert!(subject(desk.get(&format!("/crs/api/v1/cases/{id}")).await)["lastName"].is_null());
    assert!(subject(desk.get(&format!("/crs/api/v1/cases/{id}?directIdentifiers=true")).await)["lastName"].is_string());
    let all = desk.get("/crs/api/v2/cases/search?pageSize=100").await.to_string();
    assert!(!all.contains("\"_"), "what is the server's own is never served");
    desk.get("/crs/api/v2/cases/search?mrn=20000001").await;
    assert_eq!(desk.sim.violations().len(), 1, "a record number in an address breaks a rule");
}

#[tokio::test]
async fn pages_drift_and_nothing_is_lost_to_whoever_reads_again() {
    let desk = desk(90, Temperament::Unkind).await;
    desk.sim.change_settings(ILLUMINA, &json!({"driftOneIn": 1})).unwrap();
    let mut seen = BTreeSet::new();
    let all: BTreeSet<String> = desk.ids().into_iter().collect();
    for _ in 0..20 {
        seen.extend(desk.swept(10).await);
    }
    assert_eq!(seen, all, "each is on a page sooner or later, and no other");
    assert!(desk.get("/als/api/v1/auditlogs/search").await["totalElements"].as_u64().unwrap() > 100, "and it is told");
}

#[tokio::test]
async fn a_page_is_spoiled_as_asked() {
    let desk = desk(12, Temperament::Kind).await;
    let search = "/crs/api/v2/cases/search?pageSize=12";
    let spoiled = |fault: Fault| {
        desk.sim.add_fault(FaultSpec::new(ILLUMINA, fault)).unwrap();
    };
    spoiled(Fault::RecordWithoutId);
    let rows = desk.get(search).await["content"].as_array().unwrap().clone();
    assert_eq!(rows.iter().filter(|row| row["id"].is_null()).count(), 1);
    spoiled(Fault::DuplicateRows);
    assert_eq!(desk.get(search).await["content"].as_array().unwrap().len(), 16);
    spoiled(Fault::RepeatCursor);
    let page = desk.get("/crs/api/v2/cases/search?pageSize=4&pageNumber=2").await;
    assert_eq!((&page["number"], &page["last"]), (&json!(0), &json!(false)));
    spoiled(Fault::UnknownStatus);
    let rows = desk.get(search).await["content"].as_array().unwrap().clone();
    assert_eq!(rows.iter().filter(|row| row["status"] == "On Sabbatical").count(), 1);
}
