//! `POST /lims/cases`, and as the document proposes them `POST /lims/patients` and `PATCH /lims/patients/:patientMRN`.

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Lims;
use super::books::{Case, Patient};
use super::errors::Refused;
use super::settings::{PatientMode, Repeated, ReplyForm, Settings};
use super::validate;
use crate::effects::Applied;
use crate::exchange::{Answer, Asked};

/// The body as an object.
fn body(asked: &Asked) -> Result<Map<String, Value>, Refused> {
    match serde_json::from_slice::<Value>(&asked.body) {
        Ok(Value::Object(fields)) => Ok(fields),
        _ => Err(Refused::bare("Unexpected token in JSON")),
    }
}

fn valid(found: Vec<Value>) -> Result<(), Refused> {
    if found.is_empty() { Ok(()) } else { Err(Refused::Tree(found)) }
}

/// A new case. Under `legacy` and without an MCID its patient is the case's own; `option1` links the record of an MCID, `option2`
/// links it and overwrites it.
pub(crate) fn create_case(system: &Lims, asked: &Asked) -> Result<Answer, Refused> {
    let body = body(asked)?;
    let settings = system.settings();
    // The words of the answer in the client's notes.
    let Some(patient) = body.get("patient").filter(|patient| !patient.is_null()) else {
        return Err(Refused::bare("patient is rquired when creating a new case"));
    };
    let mcid = patient.get("MCID").cloned();
    if mcid.is_some() && settings.patient_mode == PatientMode::Legacy {
        system.ground.record.violated(super::NAME, asked, "an MCID was sent to a laboratory that knows none");
    }
    valid(validate::case(&body, settings.patient_mode))?;
    let number = body["caseNumber"].as_str().unwrap_or_default().to_owned();
    if number.is_empty() {
        return Err(Refused::bare("caseNumber should not be empty"));
    }
    let mut books = system.books();
    if books.has_case(&number) {
        match settings.repeated_case_number {
            Repeated::Accept => {}
            Repeated::Refuse => return Err(Refused::bare(format!("Case {number} already exists"))),
            Repeated::Conflict => {
                return Err(Refused::Bare(StatusCode::CONFLICT, format!("Case {number} already exists")));
            }
        }
    }
    let (mut action, mut linked) = ("CREATE_CASE", None);
    if let Some(mcid) = &mcid {
        let Some(record) = books.by_mcid(mcid) else { return Err(Refused::bare("Patient was not found")) };
        action = "CREATE_LINKED_CASE";
        if settings.patient_mode == PatientMode::Option2 {
            action = "CREATE_CASE_AND_OVERWRITE_PATIENT";
            let mut payload = patient.as_object().cloned().unwrap_or_default();
            payload.remove("MCID");
            record.payload = Value::Object(payload);
        }
        linked = Some(record.mcid);
    }
    let whole = Value::Object(body);
    let case = books.open(&number, whole.clone(), linked);
    let record = linked.and_then(|mcid| books.by_mcid(&json!(mcid)).cloned());
    applied(system, asked, &number, action, case.id.to_string(), whole);
    Ok(Answer::json(StatusCode::CREATED, &case_reply(&settings, &case, record.as_ref())))
}

/// `patient {medicalRecordNumber, …}` and `casePatient {…}`: of a case that links nothing the numbers are null (the client's notes).
fn case_reply(settings: &Settings, case: &Case, record: Option<&Patient>) -> Value {
    let mrn = record.map(|record| record.mrn.clone());
    let mut patient = json!({
        "medicalRecordNumber": mrn, "clinicalMedicalRecordNumber": null, "referringLabMedicalRecordNumber": null,
    });
    let mut own = Value::Null;
    if let Some(record) = record {
        let contact = &record.payload["contact"];
        for key in ["firstName", "lastName", "sex", "dateOfBirth"] {
            patient[key] = contact[key].clone();
        }
    } else {
        own = case.body["patient"].clone();
    }
    let mut reply = json!({"patient": patient, "casePatient": own});
    if settings.reply_form == ReplyForm::Whole {
        reply["caseID"] = id(settings, case.id);
        reply["caseNumber"] = json!(case.number);
    }
    reply
}

fn id(settings: &Settings, id: u64) -> Value {
    if settings.ids_as_text { json!(id.to_string()) } else { json!(id) }
}

/// What stands inside `patient`, where this laboratory wants it there.
fn unwrapped(settings: &Settings, mut body: Map<String, Value>) -> Result<Map<String, Value>, Refused> {
    if !settings.wrapped {
        return Ok(body);
    }
    match body.remove("patient") {
        Some(Value::Object(fields)) => Ok(fields),
        _ => Err(Refused::bare("patient is required")),
    }
}

/// "New endpoint to create patients […] using the same payload as above. Returns (at minimum)" `{ID}`.
pub(crate) fn create_patient(system: &Lims, asked: &Asked) -> Result<Answer, Refused> {
    let settings = system.settings();
    let body = unwrapped(&settings, body(asked)?)?;
    valid(validate::record(&body))?;
    let payload = Value::Object(body);
    let patient = system.books().admit(payload.clone());
    applied(system, asked, &patient.mrn, "CREATE_PATIENT", patient.id.to_string(), payload);
    Ok(Answer::json(StatusCode::CREATED, &json!({"ID": id(&settings, patient.id)})))
}

/// "New endpoint to update patients."
pub(crate) fn change_patient(system: &Lims, asked: &Asked, mrn: &str) -> Result<Answer, Refused> {
    let settings = system.settings();
    let body = unwrapped(&settings, body(asked)?)?;
    valid(validate::changes(&body))?;
    if body.is_empty() {
        return Err(Refused::bare("nothing to update"));
    }
    let mut books = system.books();
    let Some(patient) = books.by_mrn(mrn) else {
        return Err(Refused::Bare(StatusCode::NOT_FOUND, "Patient was not found".to_owned()));
    };
    patient.change(&body);
    let told = id(&settings, patient.id);
    drop(books);
    applied(system, asked, mrn, "UPDATE_PATIENT", mrn.to_owned(), Value::Object(body));
    if settings.change_says_nothing {
        return Ok(Answer::typed(StatusCode::NO_CONTENT, "application/json; charset=utf-8", ""));
    }
    Ok(Answer::json(StatusCode::OK, &json!({"ID": told, "medicalRecordNumber": mrn})))
}

fn applied(system: &Lims, asked: &Asked, case_id: &str, action: &str, made_id: String, payload: Value) {
    system.ground.record.applied(
        super::NAME,
        asked,
        Applied {
            case_id: case_id.to_owned(),
            action: action.to_owned(),
            made_id: Some(made_id),
            payload,
            author: None,
            applied_at: system.ground.clock.now().text(),
            visible_after_ms: 0,
        },
    );
}
