//! What an answer means.

use reqwest::StatusCode;
use rounds_domain::{
    error::{AndNow, RemoteError},
    item::{IdentifierKind, StatusGroup},
    pull::Record,
    reply::{Receipt, Submitted},
};
use serde_json::{Value, json};

use super::{
    super::{
        actions::{CREATE_CASE, CREATE_LINKED_CASE, CREATE_PATIENT, UPDATE_PATIENT},
        write,
    },
    action, case, example, lab,
};
use crate::wire::Reply;

const TREE: &str = include_str!("../../../fixtures/lims/error-tree.json");
const LINKED: &str = include_str!("../../../fixtures/lims/reply-linked.json");
const OWN: &str = include_str!("../../../fixtures/lims/reply-own.json");

fn answer(name: &str, fields: &Value, status: u16, body: &str, media_type: &str) -> Result<Submitted, RemoteError> {
    let lab = lab("https://lab.example.org", &[("patientMode", "option1")]);
    let action = action(name, fields);
    let request = lab.request(&action).unwrap_or_else(|error| panic!("{}", error.message));
    let status = StatusCode::from_u16(status).expect("a status");
    let reply = Reply { status, retry_after: None, media_type: Some(media_type.into()), body: body.into() };
    write::answered(&reply, &action, &request, &["000-12-3456".into()])
}

fn json_answer(name: &str, fields: &Value, status: u16, body: &str) -> Result<Submitted, RemoteError> {
    answer(name, fields, status, body, "application/json")
}

fn told(name: &str, fields: &Value, body: &str) -> (Receipt, Record) {
    match json_answer(name, fields, 201, body) {
        Ok(Submitted::Told(receipt, record)) => (receipt, *record),
        other => panic!("{body}: {other:?}"),
    }
}

fn own() -> Value {
    case(&json!({"patient": example()}))
}

fn linked() -> Value {
    case(&json!({"MCID": "1032", "known": {"firstName": "Wendy", "lastName": "Naylor", "dateOfBirth": "1999-12-12"}}))
}

#[test]
fn mrn_mcid_and_id_are_kept_apart() {
    let (receipt, record) = told(CREATE_LINKED_CASE, &linked(), LINKED);
    assert_eq!(receipt, Receipt::default(), "the reply names no ID");
    let numbers: Vec<(IdentifierKind, &str, &str)> =
        record.item.identifiers.iter().map(|one| (one.kind, one.label.as_str(), one.value.as_str())).collect();
    assert_eq!(
        numbers,
        [
            (IdentifierKind::Display, "Case", "TST23-00014"),
            (IdentifierKind::Item, "Requisition", "LGEC_32541"),
            (IdentifierKind::Patient, "MCID", "1032"),
            (IdentifierKind::Mrn, "MRN", "P100000000"),
            (IdentifierKind::Patient, "Clinical MRN", "12345"),
        ]
    );
    let (receipt, record) = told(CREATE_PATIENT, &example(), r#"{"ID": 123456, "more": [1]}"#);
    assert_eq!(receipt.remote_ref.as_deref(), Some("123456"));
    let id = record.item.identifiers.iter().find(|one| one.label == "ID").expect("the ID is shown");
    assert_eq!((id.kind, id.value.as_str()), (IdentifierKind::Patient, "123456"));
    assert!(record.item.identifier(IdentifierKind::Mrn).is_none(), "an ID is no MRN");
    assert_eq!(record.item.status.group, StatusGroup::Done);
}

#[test]
fn a_case_lives_on_from_what_was_sent_and_what_the_reply_says() {
    let (_, record) = told(CREATE_CASE, &own(), OWN);
    let item = &record.item;
    assert_eq!((item.external_id.as_str(), item.status.word.as_deref()), ("TST23-00014", Some("created")));
    assert_eq!(item.title.as_deref(), Some("1 specimen, 1 cassette, 1 slide: (GI) Anus"));
    assert_eq!(item.patient.as_ref().and_then(|patient| patient.name.display()).as_deref(), Some("TEST, TEST"));
    assert!(item.flags.is_empty());
}

#[test]
fn a_linked_record_of_somebody_else_is_told_at_once() {
    let reply = |last: &str, born: &str| {
        json!({"patient": {"medicalRecordNumber": "P1", "lastName": last, "firstName": "Wendy", "dateOfBirth": born}, "casePatient": null})
            .to_string()
    };
    let (_, same) = told(CREATE_LINKED_CASE, &linked(), &reply("NAYLOR", "1999-12-12T00:00:00Z"));
    assert!(same.item.flags.is_empty(), "written a little differently: {:?}", same.item.flags);
    for (last, born) in [("Naylor", "1999-12-21"), ("Taylor", "1999-12-12")] {
        let (_, other) = told(CREATE_LINKED_CASE, &linked(), &reply(last, born));
        assert!(
            other.item.flags.iter().any(|flag| flag.alert && flag.label.contains("another patient")),
            "{last} {born}"
        );
        let patient = other.item.patient.expect("a patient");
        assert_eq!(patient.name.family.as_deref(), Some(last), "whom the LIMS names counts");
        let was = other.item.facts.first().expect("what was filled in stays in sight");
        assert!(was.facts.iter().any(|fact| fact.value.contains("NAYLOR")), "{was:?}");
    }
}

#[test]
fn a_success_that_does_not_say_so_is_doubt() {
    let change = json!({"patientMRN": "P1", "contact": {"email": "a@example.org"}});
    for (name, fields, body) in [
        (CREATE_CASE, own(), ""),
        (CREATE_CASE, own(), "{}"),
        (CREATE_CASE, own(), "[]"),
        (CREATE_CASE, own(), "\"ok\""),
        (CREATE_CASE, own(), "<html>"),
        (CREATE_CASE, own(), r#"{"patient": {"medicalRecordNumber": nu"#),
        (CREATE_CASE, own(), r#"{"patient": "P1"}"#),
        (CREATE_CASE, own(), r#"{"caseNumber": "TST23-00015", "patient": {}}"#),
        (CREATE_PATIENT, example(), ""),
        (CREATE_PATIENT, example(), r#"{"MCID": 7}"#),
        (CREATE_PATIENT, example(), r#"{"ID": null}"#),
        (UPDATE_PATIENT, change.clone(), "OK"),
    ] {
        let error = json_answer(name, &fields, 200, body).map_err(|error| error.and_now);
        assert_eq!(error, Err(AndNow::Doubtful), "{name}: {body}");
    }
    for (status, body) in [(204, ""), (200, "{}"), (200, r#"{"ID": "9"}"#)] {
        let done = json_answer(UPDATE_PATIENT, &change, status, body);
        assert!(matches!(done, Ok(Submitted::Told(..))), "of a change no answer is documented: {status} {body}");
    }
}

#[test]
fn both_error_forms_become_one_message_that_names_the_field() {
    let message = |body: &str, media_type: &str| {
        let error = answer(CREATE_CASE, &own(), 400, body, media_type).expect_err("refused");
        assert_eq!(error.and_now, AndNow::Invalid, "{body}");
        error.message
    };
    assert_eq!(
        message(TREE, "application/json"),
        "LIMS refused it (400): “patient.contact: contact should not be null or undefined; patient.address: address should not be \
         null or undefined; patient.medicationIDs: medicationIDs should not be null or undefined; patient.insurances: insurances \
         should not be null or undefined”."
    );
    for (body, media_type) in [
        ("\"patient is rquired when creating a new case\"", "application/json"),
        ("patient is rquired when creating a new case", "text/plain"),
        (r#"{"statusCode":400,"message":"patient is rquired when creating a new case"}"#, "application/json"),
        (r#"{"message":["patient is rquired when creating a new case"]}"#, "application/json"),
    ] {
        let said = message(body, media_type);
        assert!(said.contains("“patient is rquired when creating a new case”"), "{said}");
    }
    let deep = r#"[{"property":"specimens","children":[{"property":"2","children":[{"property":"sampleNumber",
        "value":"Thelma Cordero","target":{"lastName":"Cordero"},"constraints":{"isString":"sampleNumber must be a string"}}]}]}]"#;
    let said = message(deep, "application/json");
    assert!(said.contains("specimens.2.sampleNumber: sampleNumber must be a string"), "{said}");
    assert!(!said.contains("Cordero"), "what was sent is not repeated: {said}");
}

#[test]
fn a_social_security_number_is_never_repeated_whole() {
    let body = r#""socialSecurityNumber 000-12-3456 (000123456) is in use""#;
    let error = json_answer(CREATE_CASE, &own(), 422, body).expect_err("refused");
    assert!(
        error.message.contains("•••••3456") && !error.message.contains("12-3456") && !error.message.contains("0123456"),
        "{}",
        error.message
    );
    let mut patient = example();
    patient["contact"]["socialSecurityNumber"] = json!("000-12-3456");
    let reply = json!({"patient": {"socialSecurityNumber": "000123456"}, "casePatient": {"contact": {"socialSecurityNumber": "000-12-3456"}}});
    let (_, record) = told(CREATE_CASE, &case(&json!({"patient": patient})), &reply.to_string());
    let kept = format!("{}{}", record.raw, serde_json::to_string(&record.item).expect("JSON"));
    assert!(kept.contains("•••••3456") && !kept.contains("000-12-3456") && !kept.contains("000123456"), "{kept}");
}

#[test]
fn each_status_leads_where_it_should() {
    let tree = TREE;
    for (name, status, body, expected) in [
        (CREATE_CASE, 400, tree, AndNow::Invalid),
        (CREATE_CASE, 422, "\"no\"", AndNow::Invalid),
        (CREATE_CASE, 401, "", AndNow::SignIn),
        (CREATE_CASE, 403, "{}", AndNow::Forbidden),
        (CREATE_CASE, 404, "{}", AndNow::Invalid),
        (CREATE_CASE, 409, "\"Case is there\"", AndNow::Invalid),
        (CREATE_CASE, 429, "slow down", AndNow::Later(None)),
        (CREATE_CASE, 408, "", AndNow::Doubtful),
        (CREATE_CASE, 500, tree, AndNow::Doubtful),
        (CREATE_CASE, 502, "<html>", AndNow::Doubtful),
        (CREATE_CASE, 400, "<html>Sign in to Guest Wi-Fi</html>", AndNow::Doubtful),
        (CREATE_CASE, 404, "404 page not found", AndNow::Doubtful),
        (CREATE_CASE, 400, "[]", AndNow::Doubtful),
        (CREATE_CASE, 400, "7", AndNow::Doubtful),
    ] {
        let error = answer(name, &own(), status, body, "text/plain").map_err(|error| error.and_now);
        assert_eq!(error, Err(expected), "{status} {body}");
    }
    let change = json!({"patientMRN": "P1", "contact": {"email": "a@example.org"}});
    let gone = json_answer(UPDATE_PATIENT, &change, 404, "\"Patient was not found\"").map_err(|error| error.and_now);
    assert_eq!(gone, Err(AndNow::Gone));
}
