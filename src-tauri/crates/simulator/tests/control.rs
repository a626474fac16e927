//! The control door over HTTP, and the process.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{Bench, SYSTEM, comment, id, send, start};
use rounds_simulator::{Options, Simulator, Temperament};
use serde_json::{Value, json};

async fn control(bench: &Bench, method: &str, path: &str, body: Value) -> (u16, Value) {
    let url = format!("{}{path}", bench.sim.announcement.control);
    let text = if body.is_null() { String::new() } else { body.to_string() };
    let reply = send(method, &url, &[], text.as_bytes()).await.unwrap();
    (reply.status, reply.json())
}

#[tokio::test]
async fn everything_a_tester_does_can_be_done_over_http() {
    let bench = start(40, Temperament::Unkind).await;
    let case = bench.case_that(|case| !case["submitter"].is_null());
    let cv = format!("/{SYSTEM}");
    let get = async |path: &str| control(&bench, "GET", path, Value::Null).await.1;

    assert!(get("").await["paths"].as_object().unwrap().len() > 10, "GET /control explains itself");
    control(
        &bench,
        "POST",
        &format!("/systems/{SYSTEM}/settings"),
        json!({"lateMs": {"min": 0, "max": 0}, "drift": false}),
    )
    .await;
    let fault = json!({"system": SYSTEM, "match": {"method": "POST"}, "times": 1, "fault": {"kind": "status", "code": 503, "headers": {"Retry-After": "7"}}});
    let (_, added) = control(&bench, "POST", "/faults", fault).await;
    assert_eq!(get("/faults").await["faults"][0]["id"], added["id"]);
    assert_eq!(bench.post(id(&case), &comment("x", false)).await.header("retry-after"), Some("7"));
    control(&bench, "DELETE", "/faults", Value::Null).await;
    assert_eq!(get("/faults").await, json!({"faults": []}));
    for bad in [
        json!({"system": "nope", "fault": {"kind": "refuse"}}),
        json!({"system": SYSTEM, "fault": {"kind": "explode"}}),
        json!({"system": SYSTEM, "fault": {"kind": "status", "code": 42}}),
    ] {
        let (status, reply) = control(&bench, "POST", "/faults", bad).await;
        assert!(status >= 400 && reply["error"].is_string());
    }

    let edit = json!({"caseId": case["id"], "set": {"title": "Edited upstream", "submitter": {"firstName": "Zoë"}}, "status": "IN_PROGRESS", "comment": {"text": "by somebody else", "authorIndex": 3}});
    control(&bench, "POST", &format!("{cv}/edit"), edit).await;
    let truth = get(&format!("{cv}/cases/{}", id(&case))).await["case"].clone();
    assert_eq!(
        (&truth["title"], &truth["status"], &truth["submitter"]["firstName"]),
        (&json!("Edited upstream"), &json!("IN_PROGRESS"), &json!("Zoë"))
    );
    assert_eq!(truth["submitter"]["lastName"], case["submitter"]["lastName"], "what was not set is as it was");
    assert_eq!(truth["comments"].as_array().unwrap().last().unwrap()["author"]["firstName"], "Seán");
    assert!(get("/effects").await["effects"].as_array().unwrap().is_empty(), "other users' edits are not our effects");

    let (_, made) = control(
        &bench,
        "POST",
        &format!("{cv}/cases"),
        json!({"createdAt": "2026-01-15T10:00:00Z", "set": {"title": "Brand new"}}),
    )
    .await;
    assert_eq!(bench.shown(&made).await["title"], "Brand new");
    assert_eq!(get(&format!("{cv}/cases?limit=2")).await["total"], 41);
    control(&bench, "DELETE", &format!("{cv}/cases/{}", id(&made)), Value::Null).await;
    assert_eq!(get(&format!("{cv}/cases?skip=39")).await["ids"].as_array().unwrap().len(), 1);
    let (status, _) = control(&bench, "GET", &format!("{cv}/cases/{}", id(&made)), Value::Null).await;
    assert_eq!(status, 404);

    bench.post(id(&case), &comment("counted", true)).await;
    let effects = get(&format!("/effects?system={SYSTEM}")).await;
    assert_eq!(effects["effects"][0]["payload"]["text"], "counted");
    let requests = get("/requests").await;
    assert_eq!(requests["byMethod"]["carevalidate POST"], 2);
    assert!(!requests.to_string().contains(&bench.key()), "no secret in the log");

    assert_eq!(get(&format!("/systems/{SYSTEM}/settings")).await["lateMs"]["max"], 0);
    control(&bench, "POST", "/clock", json!({"set": "2031-05-05T05:05:05Z"})).await;
    bench.post(id(&case), &comment("from the future", false)).await;
    assert!(bench.shown(&case).await["updatedAt"].as_str().unwrap().starts_with("2031-05-05T05:05"));

    for path in [&format!("/systems/{SYSTEM}/down"), "/reset"] {
        let (status, reply) = control(&bench, "POST", path, Value::Null).await;
        assert_eq!(status, 200, "{path}: {reply}");
    }
    let fresh = bench.shown(&case).await;
    for key in ["title", "status", "submitter", "notes", "updatedAt"] {
        if key == "notes" {
            assert!(!fresh[key].to_string().contains("counted"), "what was written is gone");
        } else {
            assert_eq!(fresh[key], case[key], "{key} after a reset");
        }
    }
    assert!(get("/effects").await["effects"].as_array().unwrap().is_empty());
    assert_eq!(get("/nonsense").await["error"], "no such path; GET /control lists them");
}

#[tokio::test]
async fn an_unknown_system_and_a_taken_port_are_told() {
    let unknown = Options { systems: vec!["carevalidata".to_owned()], ..Options::default() };
    assert!(Simulator::start(unknown).await.unwrap_err().to_string().contains("known are: carevalidate"));
    // Below the ports that are given to whoever asks for any.
    let options = |port| Options { items: 1, port, ..Options::default() };
    let mut found = None;
    for port in (21_000..30_000).step_by(10) {
        if let Ok(first) = Simulator::start(options(port)).await {
            found = Some((port, first));
            break;
        }
    }
    let (port, first) = found.unwrap();
    let addresses = |running: &rounds_simulator::Running| {
        let about = &running.announcement;
        let systems = about.systems.values().map(|system| system.base_url.clone());
        systems.chain([about.control.clone()]).collect::<Vec<_>>()
    };
    let before = addresses(&first);
    assert!(Simulator::start(options(port)).await.is_err());
    first.stop().await;
    let again = Simulator::start(options(port)).await.unwrap();
    assert_eq!(addresses(&again), before, "started again it is where it was");
}
