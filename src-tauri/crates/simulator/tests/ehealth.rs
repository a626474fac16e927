//! eHealth as its document says: what is refused, what a job does, what the record keeps.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{Reply, send};
use rounds_simulator::{Options, Running, Simulator, Temperament};
use serde_json::{Value, json};

const EHEALTH: &str = "ehealth";

struct Bench {
    sim: Running,
    base: String,
    token: String,
    key: String,
}

impl Bench {
    async fn start(items: usize, temperament: Temperament) -> Self {
        let sim = Simulator::start(Options {
            seed: 5,
            items,
            temperament,
            systems: vec![EHEALTH.to_owned()],
            now: Some("2026-02-01T00:00:00Z".parse().unwrap()),
            ..Options::default()
        })
        .await
        .unwrap();
        let about = &sim.announcement.systems[EHEALTH];
        let text = |key: &str| about.secret[key].as_str().unwrap().to_owned();
        let (base, token, key) = (about.base_url.clone(), text("token"), text("apiKey"));
        Self { sim, base, token, key }
    }

    async fn ask(&self, method: &str, path: &str, body: &str) -> Reply {
        let bearer = format!("Bearer {}", self.token);
        let headers =
            [("authorization", bearer.as_str()), ("api-key", &self.key), ("content-type", "application/json")];
        send(method, &format!("{}{path}", self.base), &headers, body.as_bytes()).await.unwrap()
    }

    /// A specimen to be received: its patient, its id, its number.
    fn fresh(&self) -> (String, String, String) {
        let made = self.sim.create(EHEALTH, &json!({})).unwrap();
        let id = made["id"].as_str().unwrap().to_owned();
        let patient = self.sim.truth(EHEALTH, &id).unwrap()["patientId"].as_str().unwrap().to_owned();
        (patient, id, made["accession_identifier"].as_str().unwrap().to_owned())
    }

    /// Receives a specimen; answers how its job ended.
    async fn receive(&self, patient: &str, id: &str, time: &str) -> (Reply, Option<Reply>) {
        let body = json!({"received_time": time}).to_string();
        let taken = self.ask("PATCH", &format!("/api/patients/{patient}/specimens/{id}/actions/process"), &body).await;
        let href = taken.json()["data"]["links"][0]["href"].as_str().map(str::to_owned);
        let Some(job) = href.and_then(|href| href.rsplit('/').next().map(str::to_owned)) else { return (taken, None) };
        loop {
            let told = self.ask("GET", &format!("/api/jobs/{job}"), "").await;
            if told.json()["data"]["status"] != "pending" {
                return (taken, Some(told));
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }

    fn now(&self) -> String {
        self.sim.now().unwrap().to_rfc3339()
    }
}

#[tokio::test]
async fn a_specimen_is_received_by_a_job_and_its_status_stays() {
    let bench = Bench::start(30, Temperament::Kind).await;
    let (patient, id, _) = bench.fresh();
    let now = bench.now();
    let (taken, told) = bench.receive(&patient, &id, &now).await;
    assert_eq!((taken.status, taken.json()["data"]["status"].as_str().unwrap()), (200, "pending"));
    let told = told.unwrap();
    assert_eq!((told.status, told.header("location")), (303, None), "a JSON body and nowhere to go");
    assert_eq!(told.json()["data"]["status"], "processed");
    let truth = bench.sim.truth(EHEALTH, &id).unwrap();
    assert_eq!((&truth["case"]["status"], &truth["pending"]), (&json!("available"), &json!(0)));
    assert!(truth["case"]["received_time"].is_string());
    let effects = bench.sim.effects(Some(EHEALTH));
    assert_eq!((effects.len(), effects[0].action.as_str(), effects[0].case_id.as_str()), (1, "process", id.as_str()));

    let (again, _) = bench.receive(&patient, &id, &now).await;
    assert_eq!(again.status, 422);
    assert_eq!(again.json()["error"]["message"], "Value is already set and cannot be changed");
    assert_eq!(bench.sim.effects(Some(EHEALTH)).len(), 1, "what is refused leaves no effect");
}

#[tokio::test]
async fn every_row_of_the_table_is_answered_at_the_call_and_in_the_job() {
    type Case = (u16, &'static str, Value);
    let cases: Vec<Case> = vec![
        (
            403,
            "Your scope does not allow to access this resource. Missing allowances: specimen:process",
            json!({"scopes": ["job:read"]}),
        ),
        (403, "Access denied. Party is not verified", json!({"party": {"verificationStatus": "NOT_VERIFIED"}})),
        (
            403,
            "Access denied. Party is deceased",
            json!({"party": {"dracsDeathVerificationStatus": "VERIFIED", "dracsDeathVerificationReason": "MANUAL_CONFIRMED"}}),
        ),
        (409, "client_id refers to legal entity that is not active", json!({"legalEntityActive": false})),
    ];
    for place in ["call", "job"] {
        for (code, message, settings) in &cases {
            let bench = Bench::start(30, Temperament::Kind).await;
            bench.sim.change_settings(EHEALTH, &json!({"refusesIn": place})).unwrap();
            bench.sim.change_settings(EHEALTH, settings).unwrap();
            let (patient, id, _) = bench.fresh();
            check(&bench, place, *code, message, bench.receive(&patient, &id, &bench.now()).await);
        }
        let bench = Bench::start(30, Temperament::Kind).await;
        bench.sim.change_settings(EHEALTH, &json!({"refusesIn": place, "codesAsText": place == "job"})).unwrap();
        let (patient, id, _) = bench.fresh();
        let now = bench.now();
        let stranger = "00000000-0000-4000-8000-000000000000";
        check(&bench, place, 404, "not found", bench.receive(stranger, &id, &now).await);
        let late = bench.receive(&patient, &id, "2199-01-01T00:00:00Z").await;
        check(&bench, place, 422, "Should be between collected datetime and current datetime", late);
        let early = bench.receive(&patient, &id, "2001-01-01T00:00:00Z").await;
        check(&bench, place, 422, "Should be between collected datetime and current datetime", early);
        bench.sim.edit(EHEALTH, &json!({"caseId": id, "status": "unavailable"})).unwrap();
        check(&bench, place, 409, "Specimen is not in available status", bench.receive(&patient, &id, &now).await);
    }
}

fn check(bench: &Bench, place: &str, code: u16, message: &str, (taken, told): (Reply, Option<Reply>)) {
    let body = if place == "call" {
        assert_eq!(taken.status, code, "{message}");
        assert_eq!(taken.json()["meta"]["code"], code);
        taken.json()
    } else {
        let told = told.unwrap_or_else(|| panic!("{message}: {}", taken.status));
        assert_eq!((told.status, told.json()["data"]["status"].as_str()), (200, Some("failed")), "{message}");
        let told = told.json()["data"].clone();
        assert_eq!(told["status_code"].to_string().trim_matches('"'), code.to_string());
        told
    };
    assert_eq!(body["error"]["message"], message);
    assert!(bench.sim.effects(Some(EHEALTH)).is_empty(), "{message}: nothing took effect");
}

#[tokio::test]
async fn what_the_document_does_not_know_is_refused() {
    let bench = Bench::start(30, Temperament::Kind).await;
    let (patient, id, number) = bench.fresh();
    let list = format!("/api/patients/{patient}/specimens");
    let act = format!("{list}/{id}/actions/process");
    let now = bench.now();
    for (method, path, body, status) in [
        ("GET", format!("{list}?page_size=101"), String::new(), 422),
        ("GET", format!("{list}?page=0"), String::new(), 422),
        ("GET", format!("{list}?updated_since=2026-01-01"), String::new(), 422),
        ("GET", format!("{list}?collected_from=yesterday"), String::new(), 422),
        ("GET", "/api/patients/nobody/specimens".to_owned(), String::new(), 404),
        ("GET", "/api/specimens/accession_identifier".to_owned(), String::new(), 422),
        ("GET", "/api/specimens/accession_identifier?accession_identifier=0".to_owned(), String::new(), 404),
        ("GET", format!("/api/specimens/accession_identifier?number={number}"), String::new(), 422),
        ("GET", "/api/jobs/nothing".to_owned(), String::new(), 404),
        ("POST", list.clone(), "{}".to_owned(), 405),
        ("PATCH", act.clone(), "no".to_owned(), 400),
        ("PATCH", act.clone(), "{}".to_owned(), 422),
        ("PATCH", act.clone(), json!({"received_time": "2026-01-31"}).to_string(), 422),
        ("PATCH", act.clone(), json!({"received_time": now, "note": "x"}).to_string(), 422),
        ("PATCH", format!("{list}/{id}/actions/receive"), json!({"received_time": now}).to_string(), 404),
        ("GET", "/api/else".to_owned(), String::new(), 404),
    ] {
        let reply = bench.ask(method, &path, &body).await;
        assert_eq!(reply.status, status, "{method} {path} {body}");
        assert_eq!(reply.json()["meta"]["code"], status);
        assert!(reply.json()["error"]["message"].is_string(), "{path}");
    }
    for headers in [vec![], vec![("authorization", "Bearer nobody's")]] {
        let reply = send("GET", &format!("{}{list}", bench.base), &headers, b"").await.unwrap();
        assert_eq!((reply.status, reply.json()["error"]["message"].as_str()), (401, Some("Invalid access token")));
    }
    assert!(bench.sim.effects(Some(EHEALTH)).is_empty());
}

#[tokio::test]
async fn a_list_has_pages_and_filters_and_a_number_finds_one_without_its_patient() {
    let bench = Bench::start(60, Temperament::Unkind).await;
    let facts = bench.sim.facts(EHEALTH).unwrap();
    let patient = facts["patients"][0]["id"].as_str().unwrap();
    let mut ids = Vec::new();
    for page in 1.. {
        let reply =
            bench.ask("GET", &format!("/api/patients/{patient}/specimens?page={page}&page_size=1"), "").await.json();
        ids.extend(reply["data"].as_array().unwrap().iter().map(|one| one["id"].clone()));
        if reply["paging"]["page_number"] == reply["paging"]["total_pages"] {
            break;
        }
    }
    assert_eq!(ids.len(), 3);
    let all = bench.ask("GET", &format!("/api/patients/{patient}/specimens"), "").await.json();
    for one in all["data"].as_array().unwrap() {
        assert!(ids.contains(&one["id"]), "the order does not change which there are");
        assert!(!one.to_string().contains(patient), "whose it is stands as a hash");
        let number = one["accession_identifier"].as_str().unwrap();
        let found =
            bench.ask("GET", &format!("/api/specimens/accession_identifier?accession_identifier={number}"), "").await;
        assert_eq!(found.json()["data"]["id"], one["id"]);
        for filter in [
            format!("status={}", one["status"].as_str().unwrap()),
            format!("type={}", one["type"]["coding"][0]["code"].as_str().unwrap()),
            format!("container_identifier={}", one["container"][0]["identifier"].as_str().unwrap()),
            format!("request={}", one["request"][0]["identifier"]["value"].as_str().unwrap()),
            "collected_from=2000-01-01&collected_to=2099-01-01".to_owned(),
        ] {
            let some = bench.ask("GET", &format!("/api/patients/{patient}/specimens?{filter}"), "").await.json();
            let there = some["data"].as_array().unwrap().iter().any(|other| other["id"] == one["id"]);
            assert!(there, "{filter} finds {}", one["id"]);
        }
    }
    let none =
        bench.ask("GET", &format!("/api/patients/{patient}/specimens?collected_from=2099-01-01"), "").await.json();
    assert_eq!((none["data"].as_array().unwrap().len(), &none["paging"]["total_entries"]), (0, &json!(0)));
}

#[tokio::test]
async fn a_job_is_done_later_once_and_forgotten_after_a_week() {
    let bench = Bench::start(30, Temperament::Kind).await;
    bench
        .sim
        .change_settings(EHEALTH, &json!({"jobMs": {"min": 200, "max": 200}, "processedAs": "responseData"}))
        .unwrap();
    let (patient, id, _) = bench.fresh();
    let path = format!("/api/patients/{patient}/specimens/{id}/actions/process");
    let body = json!({"received_time": bench.now()}).to_string();
    let (one, other) = (bench.ask("PATCH", &path, &body).await, bench.ask("PATCH", &path, &body).await);
    assert_eq!(bench.sim.truth(EHEALTH, &id).unwrap()["pending"], 2);
    assert!(bench.sim.effects(Some(EHEALTH)).is_empty(), "accepted is not done");
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let job = |reply: &Reply| {
        reply.json()["data"]["links"][0]["href"].as_str().unwrap().rsplit('/').next().unwrap().to_owned()
    };
    let told = bench.ask("GET", &format!("/api/jobs/{}", job(&one)), "").await;
    assert_eq!((told.status, told.json()["data"]["response_data"]["id"].as_str()), (200, Some(id.as_str())));
    let second = bench.ask("GET", &format!("/api/jobs/{}", job(&other)), "").await.json();
    assert_eq!(second["data"]["status"], "failed", "the second one finds the first");
    assert_eq!(bench.sim.effects(Some(EHEALTH)).len(), 1);
    bench.sim.clock().set_offset_seconds(bench.sim.clock().offset_seconds() + 8 * 86_400);
    assert_eq!(bench.ask("GET", &format!("/api/jobs/{}", job(&one)), "").await.status, 404);
    bench.sim.reset().unwrap();
    assert!(bench.sim.truth(EHEALTH, &id).is_err(), "what was made is gone");
}
