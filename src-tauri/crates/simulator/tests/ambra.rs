//! Ambra over a raw socket: what the vendor's client can't show. The control door, lateness, drift, faults, the record.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::time::Duration;

use common::{Reply, send};
use rounds_simulator::{ContentLength, Fault, FaultSpec, Options, Running, Simulator, Temperament};
use serde_json::{Value, json};

const AMBRA: &str = "ambra";

/// A running simulator and somebody who is signed in.
struct Desk {
    sim: Running,
    sid: String,
}

fn options(items: usize, temperament: Temperament) -> Options {
    let systems = vec![AMBRA.to_owned()];
    Options { seed: 5, items, temperament, systems, now: Some(common::NOW.parse().unwrap()), ..Options::default() }
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

async fn post(sim: &Running, path: &str, form: &[(&str, &str)]) -> std::io::Result<Reply> {
    let url = format!("{}/api/v3{path}", sim.announcement.systems[AMBRA].base_url);
    let body: Vec<String> = form.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    let head = [("content-type", "application/x-www-form-urlencoded"), ("x-rounds-test-tag", "tag-7")];
    send("POST", &url, &head, body.join("&").as_bytes()).await
}

async fn signed_in(sim: &Running) -> String {
    let secret = &sim.announcement.systems[AMBRA].secret;
    let form = [("login", secret["login"].as_str().unwrap()), ("password", secret["password"].as_str().unwrap())];
    post(sim, "/session/login", &form).await.unwrap().json()["sid"].as_str().unwrap().to_owned()
}

async fn desk(items: usize, temperament: Temperament) -> Desk {
    let sim = Simulator::start(options(items, temperament)).await.unwrap();
    let sid = signed_in(&sim).await;
    Desk { sim, sid }
}

impl Desk {
    async fn try_call(&self, path: &str, form: &[(&str, &str)]) -> std::io::Result<Reply> {
        let mut form = form.to_vec();
        form.push(("sid", &self.sid));
        post(&self.sim, path, &form).await
    }

    async fn call(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let reply = self.try_call(path, form).await.unwrap();
        assert_eq!(reply.status, 200, "{path} {form:?}: {}", String::from_utf8_lossy(&reply.body));
        let reply = reply.json();
        assert_eq!(reply["status"], "OK");
        reply
    }

    async fn shown(&self, id: &str) -> Value {
        self.call("/study/get", &[("uuid", id)]).await
    }

    fn truth(&self, id: &str) -> Value {
        self.sim.truth(AMBRA, id).unwrap()["case"].clone()
    }

    /// A study that exists and fits.
    fn study_that(&self, fits: impl Fn(&Value) -> bool) -> String {
        let ids = self.sim.ids(AMBRA, 0, usize::MAX).unwrap();
        let ids = ids["ids"].as_array().unwrap();
        let found = ids
            .iter()
            .map(|id| self.sim.truth(AMBRA, id.as_str().unwrap()).unwrap())
            .find(|record| record["kind"] == "study" && record["case"]["is_frozen"] == 0 && fits(&record["case"]));
        found.expect("a study that fits")["case"]["uuid"].as_str().unwrap().to_owned()
    }

    async fn ids_by_page(&self, rows: &str, sort_by: &str) -> Vec<String> {
        let (mut ids, mut number) = (Vec::new(), 1);
        loop {
            let page = number.to_string();
            let form = [("page.rows", rows), ("page.number", page.as_str()), ("sort_by", sort_by)];
            let reply = self.call("/study/list", &form).await;
            let rows = reply["studies"].as_array().unwrap();
            ids.extend(rows.iter().map(|row| row["uuid"].as_str().unwrap().to_owned()));
            if reply["page"]["more"] == 0 {
                return ids;
            }
            number += 1;
        }
    }
}

#[tokio::test]
async fn items_are_studies_cases_and_orders_and_the_same_for_the_same_seed() {
    let (one, two) = (desk(200, Temperament::Kind).await, desk(200, Temperament::Kind).await);
    let facts = one.sim.facts(AMBRA).unwrap();
    let counts = &facts["counts"];
    assert_eq!((&counts["study"], &counts["case"], &counts["order"]), (&json!(140), &json!(20), &json!(40)));
    assert_eq!(one.sim.ids(AMBRA, 0, 5).unwrap()["total"], 200);
    let account = facts["accountId"].as_str().unwrap();
    for path in ["/study/list", "/case/list", "/order/list", "/patient/list", "/qctask/list", "/message/list"] {
        let form = [("account_id", account), ("page.rows", "500")];
        let (mut left, mut right) = (one.call(path, &form).await, two.call(path, &form).await);
        for reply in [&mut left, &mut right] {
            // Links hold the port, timers the time.
            for study in reply["studies"].as_array_mut().into_iter().flatten() {
                study["viewer_link"] = json!(null);
                study["study_status_timer"] = json!(null);
            }
        }
        if path != "/case/list" {
            assert_eq!(left, right, "{path}");
        }
    }
}

#[tokio::test]
async fn people_are_those_of_the_other_systems() {
    let systems = vec!["carevalidate".to_owned(), AMBRA.to_owned()];
    let sim = Simulator::start(Options { systems, ..options(400, Temperament::Kind) }).await.unwrap();
    let ids = sim.ids("carevalidate", 0, usize::MAX).unwrap();
    let cases =
        ids["ids"].as_array().unwrap().iter().map(|id| sim.truth("carevalidate", id.as_str().unwrap()).unwrap());
    let submitters: Vec<String> = cases.map(|case| case["case"]["submitter"]["lastName"].to_string()).collect();
    let desk = Desk { sid: signed_in(&sim).await, sim };
    let account = desk.sim.facts(AMBRA).unwrap()["accountId"].as_str().unwrap().to_owned();
    let patients = desk.call("/patient/list", &[("account_id", &account)]).await;
    let both =
        patients["patients"].as_array().unwrap().iter().filter(|one| submitters.contains(&one["last"].to_string()));
    assert!(both.count() > 10, "somebody is a patient here and there");
}

#[tokio::test]
async fn another_user_edits_and_the_server_tells_the_truth() {
    let desk = desk(100, Temperament::Unkind).await;
    desk.sim.change_settings(AMBRA, &json!({"drift": false})).unwrap();
    let id = desk.study_that(|study| study["study_status"].is_null());
    let edit = json!({"caseId": id, "set": {"study_description": "EDITED"}, "status": "Dictating", "authorIndex": 4,
        "comment": {"text": "mine now"}, "tag": "handed over"});
    desk.sim.edit(AMBRA, &edit).unwrap();
    let shown = desk.shown(&id).await;
    assert_eq!((&shown["study_description"], &shown["study_status"]), (&json!("EDITED"), &json!("Dictating")));
    assert_eq!((&shown["is_locked"], &shown["comments"][0]["user_name"]), (&json!(1), &json!("Oksana Hrytsenko")));
    assert!(shown["tags"].as_array().unwrap().contains(&json!("handed over")));
    assert!(shown.as_object().unwrap().keys().all(|key| !key.starts_with('_')), "the server's own keys stay there");
    assert!(desk.sim.effects(None).is_empty(), "other users' edits are not our effects");

    let made =
        desk.sim.create(AMBRA, &json!({"createdAt": "2026-01-31T10:00:00Z", "set": {"modality": "OT"}})).unwrap();
    let found = desk.call("/study/list", &[("filter.modality.equals", "OT")]).await;
    assert_eq!((&found["studies"][0]["uuid"], &found["page"]["more"]), (&made["uuid"], &json!(0)));
    let patient = [("uuid", found["studies"][0]["patient_id"].as_str().unwrap())];
    let has = |reply: &Value| reply["studies"].as_array().unwrap().contains(&made["uuid"]);
    assert!(has(&desk.call("/patient/get", &patient).await), "the patient has it");
    desk.sim.delete(AMBRA, made["uuid"].as_str().unwrap()).unwrap();
    assert!(!has(&desk.call("/patient/get", &patient).await), "and no more");
    let gone = desk.try_call("/study/get", &[("uuid", made["uuid"].as_str().unwrap())]).await.unwrap();
    assert_eq!((gone.status, gone.json()["error_type"].clone()), (412, json!("NOT_FOUND")));
    for (kind, path) in [("case", "/case/get"), ("order", "/order/get")] {
        let made = desk.sim.create(AMBRA, &json!({"kind": kind})).unwrap();
        desk.call(path, &[("uuid", made["uuid"].as_str().unwrap())]).await;
    }
    desk.sim.reset().unwrap();
    let again = Desk { sid: signed_in(&desk.sim).await, sim: desk.sim };
    assert_ne!(again.shown(&id).await["study_description"], "EDITED", "a reset brings the start back");
}

#[tokio::test]
async fn an_effect_is_noted_once_with_its_tag_and_without_the_session() {
    let desk = desk(60, Temperament::Kind).await;
    let id = desk.study_that(|_| true);
    let made = desk.call("/study/comment/add", &[("study_id", &id), ("body", "Привіт & more")]).await;
    for refused in [("study_id", "nobody"), ("body", "")] {
        assert_eq!(desk.try_call("/study/comment/add", &[refused]).await.unwrap().status, 412);
    }
    let effects = desk.sim.effects(Some(AMBRA));
    assert_eq!(effects.len(), 1, "what is refused is no effect");
    let effect = &effects[0];
    assert_eq!((effect.case_id.as_str(), effect.action.as_str()), (id.as_str(), "/study/comment/add"));
    assert_eq!(effect.payload, json!({"study_id": id, "body": "Привіт & more"}));
    assert_eq!(effect.made_id.as_deref(), made["uuid"].as_str());
    assert_eq!((effect.tag.as_deref(), effect.occurrence), (Some("tag-7"), 1));
}

#[tokio::test]
async fn a_write_shows_late_but_counts_at_once() {
    let desk = desk(200, Temperament::Kind).await;
    desk.sim.change_settings(AMBRA, &json!({"lateMs": {"min": 400, "max": 400}})).unwrap();
    let id = desk.study_that(|study| study["study_status"] == "Unread");
    let change = |old, new| [("study_id", id.clone()), ("old", String::from(old)), ("new", String::from(new))];
    let set = async |old, new| {
        let form = change(old, new);
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        desk.try_call("/study/status/set", &form).await.unwrap()
    };
    assert_eq!(set("Unread", "On Hold").await.status, 200);
    assert_eq!(desk.shown(&id).await["study_status"], "Unread", "not shown yet");
    assert_eq!(desk.truth(&id)["study_status"], "On Hold");
    assert_eq!(set("Unread", "Final").await.json()["error_type"], "STALE", "compared with what is acknowledged");
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(desk.shown(&id).await["study_status"], "On Hold");
    assert_eq!(set("On Hold", "Reading").await.status, 200);
    let other = desk.study_that(|study| study["study_status"].is_null() && study["uuid"] != id.as_str());
    let form = [("study_id", other.as_str()), ("new", "Reading")];
    let second = desk.try_call("/study/status/set", &form).await.unwrap().json();
    assert_eq!(second["error_type"], "SINGLETON", "though no read shows the first one yet");
    assert_eq!(desk.call("/study/status/locks", &[]).await["studies"], json!([]));
    tokio::time::sleep(Duration::from_millis(600)).await;
    assert_eq!(desk.call("/study/status/locks", &[]).await["studies"][0]["uuid"], id.as_str());
}

#[tokio::test]
async fn pages_drift_and_nothing_is_lost_to_whoever_reads_again() {
    let desk = desk(600, Temperament::Unkind).await;
    desk.sim.change_settings(AMBRA, &json!({"driftOneIn": 1})).unwrap();
    let seen = desk.ids_by_page("40", "updated-asc").await;
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert!(once.len() < 420, "rows moved to the end while the pages were read: {} of 420", once.len());
    desk.sim.change_settings(AMBRA, &json!({"drift": false})).unwrap();
    let mut still = desk.ids_by_page("40", "updated-asc").await;
    still.sort();
    still.dedup();
    assert_eq!(still.len(), 420, "and all of them exist");
}

#[tokio::test]
async fn whether_a_write_took_effect_and_what_the_client_saw() {
    let mut desk = desk(60, Temperament::Kind).await;
    let id = desk.study_that(|_| true);
    let status = |code, applied| Fault::Status { code, body: None, headers: [].into(), applied };
    for (fault, seen, effects) in [
        (Fault::AppliedReplyLost, None, 1),
        (Fault::NotAppliedReplyLost, None, 0),
        (Fault::ResetAfterBytes { bytes: 10, applied: true }, None, 1),
        (Fault::CutJson { content_length: ContentLength::Right, applied: true }, Some(200), 1),
        (Fault::CutJson { content_length: ContentLength::Right, applied: false }, Some(200), 0),
        (Fault::Html { applied: true }, Some(200), 1),
        (Fault::Stall { ms: 20 }, Some(200), 1),
        (Fault::Unauthorized, Some(401), 0),
        (status(502, true), Some(502), 1),
        (status(429, false), Some(429), 0),
        (Fault::Slow { bytes_per_second: 2_000 }, Some(200), 1),
        (Fault::Refuse, None, 0),
    ] {
        desk.sim.reset().unwrap();
        desk.sid = signed_in(&desk.sim).await;
        desk.sim.add_fault(FaultSpec::new(AMBRA, fault.clone()).on_body("struck")).unwrap();
        let form = [("study_id", id.as_str()), ("body", "struck")];
        let reply = desk.try_call("/study/comment/add", &form).await;
        assert_eq!(reply.as_ref().ok().map(|reply| reply.status), seen, "{fault:?}: {reply:?}");
        assert_eq!(desk.sim.effects(None).len(), effects, "effects of {fault:?}");
        let there = desk.truth(&id)["comments"].to_string().contains("struck");
        assert_eq!(there, effects == 1, "the record and the data of {fault:?}");
    }
}

#[tokio::test]
async fn a_page_is_spoiled_as_asked() {
    let desk = desk(100, Temperament::Kind).await;
    let page = async |fault| {
        desk.sim.add_fault(FaultSpec::new(AMBRA, fault)).unwrap();
        desk.call("/study/list", &[("page.rows", "30"), ("page.number", "2")]).await
    };
    let double = page(Fault::DuplicateRows).await;
    assert_eq!(double["studies"].as_array().unwrap().len(), 40);
    let endless = page(Fault::RepeatCursor).await;
    assert_eq!((&endless["page"]["number"], &endless["page"]["more"]), (&json!(1), &json!(1)));
    let nameless = page(Fault::RecordWithoutId).await;
    assert_eq!(nameless["studies"].as_array().unwrap().iter().filter(|row| row["uuid"].is_null()).count(), 1);
    let odd = page(Fault::UnknownStatus).await.to_string();
    assert!(odd.contains("On Sabbatical"));
    let garbled = page(Fault::GarbledRecord).await;
    assert_eq!(garbled["studies"].as_array().unwrap().iter().filter(|row| row["study_status"] == 42).count(), 1);
}

#[tokio::test]
async fn how_null_is_sent_as_the_old_status_is_a_setting() {
    let desk = desk(100, Temperament::Kind).await;
    let id = desk.study_that(|study| study["study_status"].is_null());
    let form = [("study_id", id.as_str()), ("new", "On Hold")];
    desk.sim.change_settings(AMBRA, &json!({"nullOld": "defaultTag"})).unwrap();
    let reply = desk.try_call("/study/status/set", &form).await.unwrap().json();
    assert_eq!((&reply["error_type"], &reply["error_subtype"]), (&json!("MISSING_FIELDS"), &json!(["old"])));
    let with_default = [form[0], form[1], ("old", "Unread")];
    desk.call("/study/status/set", &with_default).await;
    desk.sim.edit(AMBRA, &json!({"caseId": id, "set": {"study_status": null}})).unwrap();
    desk.sim.change_settings(AMBRA, &json!({"nullOld": "omitted"})).unwrap();
    let reply = desk.try_call("/study/status/set", &with_default).await.unwrap().json();
    assert_eq!(reply["error_type"], "STALE");
    desk.call("/study/status/set", &form).await;
}

#[tokio::test]
async fn what_no_client_should_do_is_noted() {
    let desk = desk(20, Temperament::Kind).await;
    let base = desk.sim.announcement.systems[AMBRA].base_url.clone();
    let url = format!("{base}/api/v3/study/count?sid={}", desk.sid);
    assert_eq!(send("GET", &url, &[], b"").await.unwrap().status, 405);
    let id = desk.study_that(|_| true);
    let words = json!([{"URL": "/study/comment/add", "sid": desk.sid, "study_id": id, "body": "{{sid}}"}]);
    let url = format!("{base}/api/v3/bundle");
    send("POST", &url, &[], words.to_string().as_bytes()).await.unwrap();
    let rules: Vec<String> = desk.sim.violations().into_iter().map(|violation| violation.rule).collect();
    assert_eq!(rules, ["a session id was sent in a URL", "a person's words were sent in a bundle"]);
    assert!(!serde_json::to_string(&desk.sim.requests()).unwrap().contains(&desk.sid), "no session in the log");
    let long = "x".repeat(21 * 1024);
    assert_eq!(desk.try_call("/study/list", &[("filter.patient_name.like", &long)]).await.unwrap().status, 413);
}

#[tokio::test]
async fn the_audit_trail_names_who_edited_what_to_those_who_may_see_it() {
    let desk = desk(150, Temperament::Kind).await;
    let id = desk.study_that(|study| study["study_status"].is_null() && study["is_frozen"] == 0);
    let refused = desk.try_call("/audit/object", &[("uuid", &id)]).await.unwrap();
    assert_eq!((refused.status, &refused.json()["error_type"]), (412, &json!("NOT_PERMITTED")));
    desk.sim.change_settings(AMBRA, &json!({"permissions": {"audit_view": 1}})).unwrap();
    desk.sim.edit(AMBRA, &json!({"caseId": id, "status": "On Hold", "authorIndex": 2})).unwrap();
    desk.call("/study/status/set", &[("study_id", &id), ("old", "On Hold"), ("new", "Final")]).await;
    let events = desk.call("/audit/object", &[("uuid", &id), ("page.rows", "10")]).await["events"].clone();
    let told = |at: usize| (&events[at]["action"], &events[at]["detail"]["study_status"], &events[at]["who"]);
    let clinicians = desk.sim.facts(AMBRA).unwrap()["clinicians"].clone();
    assert_eq!(told(0), (&json!("EDIT"), &json!(["On Hold", "Final"]), &clinicians[0]["name"]), "most recent first");
    assert_eq!(told(1), (&json!("EDIT"), &json!([null, "On Hold"]), &clinicians[2]["name"]));
    assert_eq!(events.as_array().map(Vec::len), Some(2));
}
