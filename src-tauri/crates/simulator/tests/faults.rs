//! Each fault does what it says, on the wire and to the data.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{Bench, SYSTEM, WINDOW, comment, id, send, start};
use rounds_simulator::{ContentLength, Fault, FaultSpec, Temperament};
use serde_json::{Value, json};

async fn bench() -> (Bench, Value) {
    let bench = start(200, Temperament::Kind).await;
    let case = bench.case_that(|_| true);
    (bench, case)
}

fn add(bench: &Bench, fault: Fault) {
    bench.sim.add_fault(FaultSpec::new(SYSTEM, fault)).unwrap();
}

fn status(code: u16, applied: bool) -> Fault {
    let headers = [("Retry-After".to_owned(), "Fri, 31 Dec 2099 23:59:59 GMT".to_owned())].into();
    Fault::Status { code, body: None, headers, applied }
}

#[tokio::test]
async fn whether_a_write_took_effect_and_what_the_client_saw() {
    let (bench, case) = bench().await;
    let ms = 20;
    for (fault, seen, effects) in [
        (Fault::AppliedReplyLost, None, 1),
        (Fault::NotAppliedReplyLost, None, 0),
        (Fault::ResetAfterBytes { bytes: 10, applied: true }, None, 1),
        (Fault::ResetAfterBytes { bytes: 0, applied: false }, None, 0),
        (Fault::CutJson { content_length: ContentLength::Right, applied: true }, Some(200), 1),
        (Fault::CutJson { content_length: ContentLength::TooLong, applied: true }, None, 1),
        (Fault::CutJson { content_length: ContentLength::Right, applied: false }, Some(200), 0),
        (Fault::Html { applied: true }, Some(200), 1),
        (Fault::Html { applied: false }, Some(200), 0),
        (Fault::Stall { ms }, Some(200), 1),
        (Fault::Unauthorized, Some(401), 0),
        (status(502, true), Some(502), 1),
        (status(429, false), Some(429), 0),
        (status(409, false), Some(409), 0),
        (Fault::Slow { bytes_per_second: 2_000 }, Some(200), 1),
        (Fault::Refuse, None, 0),
    ] {
        bench.sim.reset().unwrap();
        add(&bench, fault.clone());
        let reply = bench.try_post(id(&case), &comment("struck", false)).await;
        assert_eq!(reply.as_ref().ok().map(|reply| reply.status), seen, "{fault:?}: {reply:?}");
        assert_eq!(bench.sim.effects(None).len(), effects, "effects of {fault:?}");
        let there = bench.truth(id(&case))["comments"].to_string().contains("struck");
        assert_eq!(there, effects == 1, "the record and the data of {fault:?}");
        let next = bench.try_post(id(&case), &comment("after", false)).await.unwrap();
        assert_eq!(next.status, 200, "{fault:?} strikes once");
        assert_eq!(next.json()["success"], true);
    }
}

#[tokio::test]
async fn cut_and_foreign_bodies_cannot_be_read() {
    let (bench, _) = bench().await;
    add(&bench, Fault::CutJson { content_length: ContentLength::Right, applied: true });
    let cut = bench.try_get(WINDOW).await.unwrap();
    assert!(serde_json::from_slice::<Value>(&cut.body).is_err() && cut.body.starts_with(b"{\"status\":200"));
    add(&bench, Fault::Html { applied: false });
    let html = bench.try_get(WINDOW).await.unwrap();
    assert!(html.body.starts_with(b"<!DOCTYPE html>") && html.header("content-type").unwrap().starts_with("text/html"));
    add(&bench, status(503, false));
    let busy = bench.try_get(WINDOW).await.unwrap();
    assert_eq!(busy.header("retry-after"), Some("Fri, 31 Dec 2099 23:59:59 GMT"));
    add(&bench, Fault::Status { code: 200, body: Some(json!("")), headers: [].into(), applied: false });
    assert!(bench.try_get(WINDOW).await.unwrap().body.is_empty());
}

#[tokio::test]
async fn applied_late_happens_after_the_connection_is_gone() {
    let (bench, case) = bench().await;
    add(&bench, Fault::AppliedLate { ms: 100 });
    assert!(bench.try_post(id(&case), &comment("later", true)).await.is_err());
    while bench.sim.effects(None).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let effect = &bench.sim.effects(None)[0];
    assert!(effect.applied_at > effect.received_at, "applied after it was received");
    assert!(bench.truth(id(&case))["notes"].to_string().contains("later"));
}

#[tokio::test]
async fn a_timeout_holds_the_connection_until_the_client_leaves() {
    let (bench, case) = bench().await;
    for (applied, effects) in [(false, 0), (true, 1)] {
        add(&bench, Fault::Timeout { applied });
        let body = comment("held", false);
        let answer = tokio::time::timeout(Duration::from_millis(150), bench.try_post(id(&case), &body)).await;
        assert!(answer.is_err(), "no reply comes");
        assert_eq!(bench.sim.effects(None).len(), effects);
    }
    assert_eq!(bench.get(WINDOW).await["status"], 200, "others are served meanwhile");
}

#[tokio::test]
async fn a_stalled_write_is_applied_even_if_the_client_has_left() {
    let (bench, case) = bench().await;
    add(&bench, Fault::Stall { ms: 120 });
    let body = comment("impatient", false);
    let answer = tokio::time::timeout(Duration::from_millis(20), bench.try_post(id(&case), &body)).await;
    assert!(answer.is_err());
    while bench.sim.effects(None).is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_fault_strikes_what_it_matches_as_often_as_it_should() {
    let (bench, case) = bench().await;
    let spec = FaultSpec::new(SYSTEM, status(500, false))
        .on_method("post")
        .on_action("ADD_COMMUNICATION")
        .on_body("poison")
        .after(1)
        .times(2);
    let fault = bench.sim.add_fault(spec).unwrap();
    assert_eq!(bench.try_get(WINDOW).await.unwrap().status, 200);
    let mut seen = Vec::new();
    for text in ["poison", "fine", "poison", "poison", "poison"] {
        seen.push(bench.post(id(&case), &comment(text, false)).await.status);
    }
    assert_eq!(seen, [200, 200, 500, 500, 200]);
    let placed = &bench.sim.faults()[0];
    assert_eq!((placed.id, placed.struck, placed.still_strikes), (fault, 2, 0));

    let always = bench.sim.add_fault(FaultSpec::new(SYSTEM, status(503, false)).on_path("/cases?").times(-1)).unwrap();
    for _ in 0..3 {
        assert_eq!(bench.try_get(WINDOW).await.unwrap().status, 503);
    }
    bench.sim.remove_fault(always).unwrap();
    assert_eq!(bench.try_get(WINDOW).await.unwrap().status, 200);
    assert!(bench.sim.remove_fault(always).is_err());
}

#[tokio::test]
async fn spoiled_pages() {
    let (bench, case) = bench().await;
    let clean = bench.get(WINDOW).await;
    let rows = |page: &Value| page["data"]["cases"].as_array().unwrap().clone();
    let last = clean["data"]["pageInfo"]["cursor"]["end"].as_str().unwrap().to_owned();
    let next = format!("{WINDOW}&after={last}");

    add(&bench, Fault::RepeatCursor);
    let repeated = bench.get(&next).await;
    assert_eq!(repeated["data"]["pageInfo"]["cursor"]["end"], last);
    assert_eq!(repeated["data"]["pageInfo"]["hasNextPage"], true);

    add(&bench, Fault::ExpiredCursor);
    assert_eq!(bench.get(WINDOW).await, clean, "a page without a cursor is not struck");
    assert_eq!(bench.try_get(&next).await.unwrap().status, 400);

    add(&bench, Fault::DuplicateRows);
    assert_eq!(bench.post(id(&case), &comment("x", false)).await.status, 200, "a write is no page");
    assert_eq!(rows(&bench.get(&next).await).len(), 27);

    add(&bench, Fault::RecordWithoutId);
    assert_eq!(rows(&bench.get(&next).await).iter().filter(|row| row.get("id").is_none()).count(), 1);
    add(&bench, Fault::UnknownStatus);
    assert_eq!(rows(&bench.get(&next).await).iter().filter(|row| row["status"] == "ON_SABBATICAL").count(), 1);
    add(&bench, Fault::GarbledRecord);
    let garbled = rows(&bench.get(&next).await);
    assert_eq!(garbled.iter().filter(|row| row["status"].is_number()).count(), 1);
    assert!(garbled.iter().all(|row| row["id"].is_string()), "the garbled record keeps its id");
    assert_eq!(rows(&bench.get(&next).await).len(), 20);
}

#[tokio::test]
async fn down_refuses_connections_and_up_takes_the_same_port() {
    let (bench, case) = bench().await;
    let address = bench.base().trim_start_matches("http://").to_owned();
    let mut idle = tokio::net::TcpStream::connect(&address).await.unwrap();
    for _ in 0..3 {
        bench.sim.down(SYSTEM).await.unwrap();
        let refused = tokio::net::TcpStream::connect(&address).await.unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
        let mut nothing = [0];
        let left = tokio::io::AsyncReadExt::read(&mut idle, &mut nothing).await;
        assert!(matches!(left, Ok(0) | Err(_)), "connections that were open are cut");
        let control = send("GET", &bench.sim.announcement.control, &[], b"").await.unwrap().json();
        assert_eq!(control["systems"][SYSTEM]["up"], false, "the control door goes on");
        bench.sim.up(SYSTEM).unwrap();
        assert_eq!(bench.post(id(&case), &comment("back", false)).await.status, 200);
    }
    assert_eq!(bench.sim.effects(None).len(), 3, "what was applied before is not forgotten");
}

#[tokio::test]
async fn a_rotated_key_is_unauthorized_and_too_many_requests_are_told() {
    let (bench, _) = bench().await;
    bench.sim.change_settings(SYSTEM, &json!({"politeness": {"requestsPerSecond": 1, "answers429": true}})).unwrap();
    bench.try_get(WINDOW).await.unwrap();
    let second = bench.try_get(WINDOW).await.unwrap();
    assert_eq!((second.status, second.header("retry-after")), (429, Some("1")));
    bench.sim.change_settings(SYSTEM, &json!({"politeness": {}, "rotateApiKey": true})).unwrap();
    assert_eq!(bench.try_get(WINDOW).await.unwrap().status, 401);
    assert!(
        bench.sim.change_settings(SYSTEM, &json!({"windowfield": "createdAt"})).is_err(),
        "a misspelt key is refused"
    );
}
