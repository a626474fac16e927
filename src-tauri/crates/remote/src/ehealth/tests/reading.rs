//! Lists of watched patients, one specimen again, look-ups, jobs: what is asked, and what is made of the answers.

use rounds_domain::{error::AndNow, pull::Slice};
use serde_json::{Value, json};

use super::{ID, NUMBER, PATIENT, account, page_of, specimen, system, target, with};
use crate::{
    ehealth::{EHealth, declaration, open},
    seam::{Depth, JobState, RemoteSystem},
    wire::testing::{Server, json as reply_json, reply},
};

const EVERYTHING: Slice = Slice::Changed { since: None };

async fn pull(system: &EHealth, cursor: Option<&str>) -> Result<rounds_domain::pull::Page, AndNow> {
    let now = chrono::DateTime::UNIX_EPOCH;
    system.pull(declaration::FEED, &EVERYTHING, cursor, now).await.map_err(|error| error.and_now)
}

#[tokio::test]
async fn every_call_is_signed_and_lists_are_asked_by_patient_and_page() {
    let server = Server::start(vec![reply_json(200, &page_of(&[specimen()], 1, 2))]).await;
    let psk = account(&format!("{}/api/", server.base), &[(declaration::PROCESS_VERB, "process")]);
    let mut psk = psk;
    psk.secrets.insert(declaration::CUSTOM_PSK.into(), "planted-psk".into());
    psk.secrets.insert(declaration::TOKEN.into(), "Bearer planted-token".into());
    let page = pull(&open(&psk).expect("good"), None).await.expect("a page");
    assert_eq!((page.records.len(), page.next.as_deref()), (1, Some(format!("{PATIENT}/2").as_str())));
    assert_eq!(page.reached.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-20T08:30:00+00:00"));
    let asked = server.requests().remove(0).to_ascii_lowercase();
    assert!(asked.starts_with(&format!("get /api/patients/{PATIENT}/specimens?page=1&page_size=50 ")), "{asked}");
    for header in
        ["authorization: bearer planted-token\r\n", "api-key: planted-key\r\n", "x-custom-psk: planted-psk\r\n"]
    {
        assert!(asked.contains(header), "{header} in {asked}");
    }
}

#[tokio::test]
async fn after_the_last_page_of_a_patient_comes_the_next_one_and_after_the_last_the_end() {
    let pages = vec![reply_json(200, &page_of(&[], 2, 2)), reply_json(200, &page_of(&[specimen()], 1, 1))];
    let server = Server::start(pages).await;
    let system = system(&server.base);
    let first = pull(&system, Some(&format!("{PATIENT}/2"))).await.expect("a page");
    assert_eq!((first.records.len(), first.next.as_deref()), (0, Some("second/1")));
    let last = pull(&system, Some("second/1")).await.expect("a page");
    assert_eq!((last.records.len(), last.next), (1, None));
    assert_eq!(pull(&system, Some("who/1")).await.err(), Some(AndNow::Invalid), "no longer watched: it begins again");
    assert_eq!(pull(&system, Some("nonsense")).await.err(), Some(AndNow::Invalid));
}

#[tokio::test]
async fn what_concerns_one_patient_is_rejected_and_what_concerns_the_account_ends_the_sweep() {
    let said = |code: u16, message: &str| {
        json!({"meta": {"code": code}, "error": {"type": "x", "message": message}}).to_string()
    };
    for (code, body, ends) in [
        (404, said(404, "not found"), None),
        (403, said(403, "Access denied"), None),
        (422, said(422, "patient_id: expected a UUID"), None),
        (200, r#"{"data": "none"}"#.to_owned(), None),
        (401, said(401, "Invalid access token"), Some(AndNow::SignIn)),
        (
            403,
            said(403, "Your scope does not allow to access this resource. Missing allowances: specimen:read"),
            Some(AndNow::Forbidden),
        ),
        (422, said(422, "page_size is too large"), Some(AndNow::Invalid)),
        (500, said(500, "oh"), Some(AndNow::Later(None))),
        (200, r#"{"data": [{"id""#.to_owned(), Some(AndNow::Doubtful)),
        (200, "<html>".to_owned(), Some(AndNow::Doubtful)),
    ] {
        let server = Server::start(vec![reply_json(code, &body)]).await;
        let page = pull(&system(&server.base), None).await;
        match (page, ends) {
            (Ok(page), None) => {
                assert_eq!((page.rejected.len(), page.next.as_deref()), (1, Some("second/1")), "{body}");
                let reason = &page.rejected[0].reason;
                assert!(reason.contains("watched patient 1") && !reason.contains("Ward B"), "{reason}");
            }
            (Err(error), Some(ends)) => assert_eq!(error, ends, "{body}"),
            (page, ends) => panic!("{body}: {page:?} instead of {ends:?}"),
        }
    }
}

#[tokio::test]
async fn one_specimen_is_read_again_as_its_patients_and_else_by_its_number() {
    let other = with(&json!({"id": "other"}));
    let pages = vec![
        reply_json(200, &page_of(std::slice::from_ref(&other), 1, 2)),
        reply_json(200, &page_of(&[specimen()], 2, 2)),
        reply_json(200, &json!({"data": specimen()}).to_string()),
        reply_json(200, &json!({"data": other}).to_string()),
        reply_json(404, r#"{"meta": {"code": 404}, "error": {"message": "Specimen is not found."}}"#),
        reply_json(404, r#"{"meta": {"code": 404}, "error": {"message": "not found"}}"#),
    ];
    let server = Server::start(pages).await;
    let system = system(&server.base);
    let known = system.refresh(&target(Some(PATIENT)), Depth::Plain).await.expect("an answer").expect("found");
    assert_eq!(known.item.patient.and_then(|patient| patient.external_id).as_deref(), Some(PATIENT));
    let unknown = system.refresh(&target(None), Depth::Plain).await.expect("an answer").expect("found");
    assert_eq!(
        (unknown.item.external_id.as_str(), unknown.item.patient),
        (ID, None),
        "a hash says nothing of whose it is"
    );
    assert_eq!(system.refresh(&target(None), Depth::Plain).await, Ok(None), "another specimen is not this one");
    assert_eq!(system.refresh(&target(None), Depth::Plain).await, Ok(None));
    assert_eq!(system.refresh(&target(Some("stranger")), Depth::Plain).await, Ok(None), "no such patient");
    let asked = server.requests();
    assert!(
        asked[2].starts_with(&format!("GET /api/specimens/accession_identifier?accession_identifier={NUMBER} ")),
        "{}",
        asked[2]
    );
    let nameless = crate::seam::Target { identifiers: vec![], ..target(None) };
    let error = system.refresh(&nameless, Depth::Plain).await.expect_err("nothing to find it by");
    assert_eq!(error.and_now, AndNow::Doubtful);
}

#[tokio::test]
async fn several_of_one_patient_cost_one_reading_of_their_list() {
    let server = Server::start(vec![reply_json(200, &page_of(&[specimen(), with(&json!({"id": "x"}))], 1, 1))]).await;
    let other = crate::seam::Target { external_id: "x".into(), ..target(Some(PATIENT)) };
    let gone = crate::seam::Target { external_id: "gone".into(), ..target(Some(PATIENT)) };
    let records = system(&server.base).refresh_many(&[target(Some(PATIENT)), gone, other]).await.expect("an answer");
    let ids: Vec<Option<&str>> =
        records.iter().map(|record| record.as_ref().map(|record| record.item.external_id.as_str())).collect();
    assert_eq!(ids, [Some(ID), None, Some("x")]);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_look_up_takes_only_what_bears_the_number() {
    let answers = vec![
        reply_json(200, &json!({"data": specimen()}).to_string()),
        reply_json(200, &json!({"data": [with(&json!({"accession_identifier": "9", "id": "other"}))]}).to_string()),
        reply_json(
            422,
            r#"{"meta": {"code": 422}, "error": {"message": "schema does not allow additional properties"}}"#,
        ),
    ];
    let server = Server::start(answers).await;
    let settings = [(declaration::ACCESSION_PARAMETER, "number")];
    let system = open(&account(&server.base, &settings)).expect("good");
    assert_eq!(system.look_up(NUMBER).await.expect("found").len(), 1);
    let ignored = system.look_up(NUMBER).await.expect_err("somebody else's");
    assert!(ignored.message.contains("accession_parameter"), "{}", ignored.message);
    assert_eq!(system.look_up(NUMBER).await.map_err(|error| error.and_now), Err(AndNow::Invalid));
    assert!(server.requests()[0].starts_with(&format!("GET /api/specimens/accession_identifier?number={NUMBER} ")));
}

#[tokio::test]
async fn a_job_is_followed_to_its_end_in_every_form() {
    let failed = |code: Value, message: &str| {
        let rules = json!([{"rule": "invalid", "description": message, "params": []}]);
        let invalid = json!([{"entry": "$.received_time", "entry_type": "json_data_property", "rules": rules}]);
        let error =
            json!({"type": "validation_failed", "message": "Validation failed. You can find …", "invalid": invalid});
        json!({"data": {"status": "failed", "status_code": code, "error": error}, "meta": {"code": 200}}).to_string()
    };
    let processed = r#"{"data": {"status": "processed", "links": []}, "meta": {"code": 303}}"#;
    for (answer, expected) in [
        (reply_json(200, r#"{"data": {"status": "pending", "eta": "2018-08-02T10:45:16.000Z"}}"#), Ok("pending")),
        (reply_json(303, processed), Ok("done")),
        (reply(303, "", processed), Ok("done")),
        (reply_json(200, r#"{"data": {"status": "processed", "response_data": {}}}"#), Ok("done")),
        (reply_json(200, &failed(json!("422"), "Value is already set and cannot be changed")), Ok("conflict")),
        (
            reply_json(200, &failed(json!(422), "Should be between collected datetime and current datetime")),
            Ok("invalid"),
        ),
        (reply_json(200, &failed(json!("409"), "Specimen is not in available status")), Ok("conflict")),
        (reply_json(200, &failed(json!(404), "not found")), Ok("gone")),
        (reply_json(200, &failed(json!(403), "Access denied. Party is deceased")), Ok("forbidden")),
        (reply_json(200, &failed(json!(401), "Invalid access token")), Ok("signIn")),
        (reply_json(200, &failed(json!(500), "oh")), Ok("unreadable")),
        (reply_json(200, &failed(json!(null), "why not")), Ok("unreadable")),
        (reply_json(404, r#"{"meta": {"code": 404}, "error": {"message": "not found"}}"#), Ok("unreadable")),
        (
            reply_json(401, r#"{"meta": {"code": 401}, "error": {"message": "Invalid access token"}}"#),
            Err(AndNow::SignIn),
        ),
        (reply_json(503, "{}"), Err(AndNow::Later(None))),
        (reply_json(200, "{}"), Err(AndNow::Doubtful)),
        (reply_json(200, "<html>"), Err(AndNow::Doubtful)),
        (reply(303, "location: https://elsewhere.example.org/\r\n", ""), Err(AndNow::Doubtful)),
    ] {
        let server = Server::start(vec![answer]).await;
        let told = system(&server.base).follow("NBXk9EyErUZv1RhXgyvgg").await;
        let told = match told {
            Ok(JobState::Pending) => Ok("pending"),
            Ok(JobState::Done(_)) => Ok("done"),
            Ok(JobState::Failed(error)) => Ok(error.and_now.word()),
            Err(error) => Err(error.and_now),
        };
        assert_eq!(told, expected, "{:?}", server.requests());
        assert!(server.requests()[0].starts_with("GET /api/jobs/NBXk9EyErUZv1RhXgyvgg "));
    }
}
