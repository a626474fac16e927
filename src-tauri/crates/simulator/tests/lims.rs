//! The simulated LIMS refuses what the document refuses, in its two error forms, and does what it says under each mode.

#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::{Reply, send};
use rounds_simulator::{Options, Running, Simulator, Temperament};
use serde_json::{Value, json};

const LIMS: &str = "lims";

async fn start(mode: &str) -> Running {
    let options = Options {
        seed: 5,
        items: 10,
        temperament: Temperament::Kind,
        systems: vec![LIMS.to_owned()],
        ..Options::default()
    };
    let running = Simulator::start(options).await.unwrap();
    running.change_settings(LIMS, &json!({"patientMode": mode})).unwrap();
    running
}

async fn ask(lims: &Running, method: &str, path: &str, body: &Value) -> Reply {
    let about = &lims.announcement.systems[LIMS];
    let token = format!("Bearer {}", about.secret["token"].as_str().unwrap());
    let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
    send(method, &format!("{}{path}", about.base_url), &headers, body.to_string().as_bytes()).await.unwrap()
}

/// The document's payload, with what it writes by mistake mended.
fn payload() -> Value {
    let insurance = json!({"payer": {"MCID": 1234}, "insuredRelationshipID": 12,
        "insuredContact": {"firstName": "", "lastName": "", "sex": "M"}, "insuredAddress": {"street1": "", "countryCode": "US"},
        "memberNumber": "SomeNumber", "groupNumber": "SomeNumber"});
    json!({
        "insurances": [insurance, insurance],
        "contact": {"prefix": "", "firstName": "TEST", "middleName": "", "lastName": "TEST", "suffix": "", "email": "", "sex": "M",
            "dateOfBirth": "1952-01-01", "phoneNumber": "", "socialSecurityNumber": null, "workPhone": ""},
        "address": {"street1": "4115 Tall Trees Ln", "street2": "", "city": "St Augustine", "state": "FL", "zip": "32086-5884",
            "countryCode": "US"},
        "medicationIDs": [],
        "referringMedicalRecordNumber": "11731",
    })
}

fn case(number: &str, patient: &Value) -> Value {
    json!({"caseNumber": number, "operation": "create", "dateOfService": "2023-06-01", "stat": false, "testCase": false,
        "diagnoses": [], "physicians": [], "patient": patient,
        "specimens": [{"sampleNumber": "-A", "parentSampleNumber": null, "sampleType": {"MCID": "Specimen"}}]})
}

#[tokio::test]
async fn the_documents_payload_is_taken_and_becomes_the_cases_own_patient() {
    let lims = start("legacy").await;
    for (at, prefix) in ["/v4", "/api/v4"].iter().enumerate() {
        let number = format!("TST-{at}");
        let reply = ask(&lims, "POST", &format!("{prefix}/lims/cases"), &case(&number, &payload())).await;
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        let told = reply.json();
        assert_eq!(told["patient"]["medicalRecordNumber"], Value::Null);
        assert_eq!(told["casePatient"], payload());
        assert_eq!(lims.truth(LIMS, &number).unwrap()["times"], 1);
    }
    let effects = lims.effects(Some(LIMS));
    assert_eq!(effects.iter().map(|effect| effect.action.as_str()).collect::<Vec<_>>(), ["CREATE_CASE"; 2]);
}

#[tokio::test]
async fn what_is_wrong_is_told_as_a_tree_or_as_a_bare_string_and_nothing_is_applied() {
    let lims = start("legacy").await;
    let mut without = case("TST-1", &payload());
    without.as_object_mut().unwrap().remove("patient");
    let reply = ask(&lims, "POST", "/v4/lims/cases", &without).await;
    assert_eq!((reply.status, reply.json()), (400, json!("patient is rquired when creating a new case")));
    let reply = ask(&lims, "POST", "/v4/lims/cases", &case("TST-1", &json!({}))).await;
    let tree = reply.json();
    assert_eq!((reply.status, &tree[0]["property"]), (400, &json!("patient")));
    for property in ["contact", "address", "medicationIDs", "insurances"] {
        let said = format!("{property} should not be null or undefined");
        let children = tree[0]["children"].as_array().unwrap();
        assert!(children.iter().any(|child| child["constraints"]["isDefined"] == said), "{tree:#}");
    }
    let change = |at: &str, value: Value| {
        let mut body = case("TST-1", &payload());
        *body.pointer_mut(at).unwrap() = value;
        body
    };
    let insurance = payload()["insurances"][0].clone();
    for body in [
        change("/dateOfService", json!("soon")),
        change("/patient/contact/firstName", json!(7)),
        change("/patient/insurances", json!([insurance, insurance, insurance, insurance])),
        change("/patient/insurances/0/payer", json!({})),
        change("/specimens/0/parentSampleNumber", json!("-Z")),
        change("/operation", json!("update")),
        change("/patient", json!({"MCID": 1032})),
    ] {
        let reply = ask(&lims, "POST", "/v4/lims/cases", &body).await;
        assert_eq!(reply.status, 400, "{body}");
        assert!(reply.json().is_array(), "{}", String::from_utf8_lossy(&reply.body));
    }
    assert!(lims.effects(Some(LIMS)).is_empty());
    assert_eq!(lims.violations().len(), 1, "an MCID has no business at a laboratory that knows none");
    let base = &lims.announcement.systems[LIMS].base_url;
    let reply = send("POST", &format!("{base}/v4/lims/cases"), &[("authorization", "Bearer x")], b"{}").await.unwrap();
    assert_eq!(reply.status, 401);
    for (method, path) in
        [("POST", "/v4/lims/patients"), ("PATCH", "/v4/lims/patients/P100000000"), ("GET", "/v4/lims/cases")]
    {
        assert_eq!(ask(&lims, method, path, &payload()).await.status, 404, "{method} {path}");
    }
}

#[tokio::test]
async fn an_mcid_links_under_the_first_option_and_overwrites_under_the_second() {
    let lims = start("option1").await;
    let record = lims.facts(LIMS).unwrap()["patients"][2].clone();
    let mut both = payload();
    both["MCID"] = record["MCID"].clone();
    let refused = ask(&lims, "POST", "/v4/lims/cases", &case("TST-1", &both)).await;
    assert_eq!(refused.status, 400, "no updates are accepted if the MCID is included");
    let linked = ask(&lims, "POST", "/v4/lims/cases", &case("TST-1", &json!({"MCID": record["MCID"]}))).await;
    assert_eq!(linked.json()["patient"]["medicalRecordNumber"], record["medicalRecordNumber"]);
    assert_eq!(lims.facts(LIMS).unwrap()["patients"][2], record);

    lims.change_settings(LIMS, &json!({"patientMode": "option2"})).unwrap();
    assert_eq!(ask(&lims, "POST", "/v4/lims/cases", &case("TST-2", &both)).await.status, 201);
    let now = lims.facts(LIMS).unwrap()["patients"][2].clone();
    assert_eq!((&now["payload"], &now["ID"]), (&payload(), &record["ID"]));
    let unknown =
        json!({"MCID": 7, "insurances": [], "contact": payload()["contact"], "address": {}, "medicationIDs": []});
    let reply = ask(&lims, "POST", "/v4/lims/cases", &case("TST-3", &unknown)).await;
    assert_eq!((reply.status, reply.json()), (400, json!("Patient was not found")));
}

#[tokio::test]
async fn a_record_is_made_and_changed_by_its_mrn_field_by_field() {
    let lims = start("option1").await;
    let made = ask(&lims, "POST", "/api/v4/lims/patients", &payload()).await;
    assert_eq!(made.status, 201);
    let id = made.json()["ID"].clone();
    let facts = lims.facts(LIMS).unwrap();
    let record = facts["patients"].as_array().unwrap().iter().find(|one| one["ID"] == id).unwrap();
    let mrn = record["medicalRecordNumber"].as_str().unwrap();
    let change = json!({"contact": {"email": "", "socialSecurityNumber": null}, "address": {"city": "Lund"}});
    let reply = ask(&lims, "PATCH", &format!("/api/v4/lims/patients/{mrn}"), &change).await;
    assert_eq!(reply.status, 200);
    let mut expected = payload();
    expected["address"]["city"] = json!("Lund");
    assert_eq!(lims.truth(LIMS, mrn).unwrap()["case"]["payload"], expected);
    for (path, body, status) in [
        ("/v4/lims/patients/P1", &change, 404),
        ("/v4/lims/patients/P100000000", &json!({}), 400),
        ("/v4/lims/patients/P100000000", &json!({"MCID": 1}), 400),
    ] {
        assert_eq!(ask(&lims, "PATCH", path, body).await.status, status, "{path} {body}");
    }
    assert_eq!(lims.effects(Some(LIMS)).len(), 2);
}
