//! A pathology laboratory's LIMS, API v4 (`lims-v4-patients.txt`, `apis/lims.md`): the endpoint that is live, and the two proposals.
//! Nothing can be read here but through the control door.

mod books;
mod errors;
mod settings;
mod validate;
mod writes;

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;
use crate::people::CLINICIANS;
use crate::system::{Ground, Refusal, System};
use books::Books;
use errors::Refused;
use settings::{PatientMode, Settings};

const NAME: &str = "lims";

/// The LIMS server.
pub(crate) struct Lims {
    ground: Ground,
    books: Mutex<Books>,
    settings: Mutex<Settings>,
}

/// An edit of a record or a case, as it is asked for.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Edit {
    /// The MRN of a record, or a case's number.
    case_id: String,
    #[serde(default)]
    set: Map<String, Value>,
}

/// What another user adds: a record with this payload laid over a made-up person's, or a case of this number.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Wish {
    case_number: Option<String>,
    set: Map<String, Value>,
}

impl Lims {
    pub(crate) fn new(ground: Ground) -> Self {
        Self {
            books: Mutex::new(Books::new(ground.seed, ground.items)),
            settings: Mutex::new(Settings::at_start(ground.seed, ground.temperament)),
            ground,
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How the token comes is documented nowhere: as a bearer token (the sheet).
    fn check_token(&self, asked: &Asked) -> Result<(), Refused> {
        let expected = format!("Bearer {}", self.settings().token);
        if asked.header("authorization") == Some(expected.as_str()) {
            Ok(())
        } else {
            Err(Refused::Framework(StatusCode::UNAUTHORIZED))
        }
    }

    fn route(&self, asked: &Asked) -> Result<Answer, Refused> {
        let settings = self.settings();
        let nowhere = || Refused::Framework(StatusCode::NOT_FOUND);
        let path = settings.prefixes.iter().find_map(|prefix| asked.path.strip_prefix(prefix.as_str()));
        let path: Vec<&str> = path.ok_or_else(nowhere)?.split('/').filter(|part| !part.is_empty()).collect();
        self.check_token(asked)?;
        if asked.header("content-type").is_none_or(|kind| !kind.starts_with("application/json")) {
            return Err(Refused::Framework(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let has_records = settings.patient_mode == PatientMode::Option1;
        match (&asked.method, path.as_slice()) {
            (&Method::POST, ["lims", "cases"]) => writes::create_case(self, asked),
            (&Method::POST, ["lims", "patients"]) if has_records => writes::create_patient(self, asked),
            (&Method::PATCH, ["lims", "patients", mrn]) if has_records => writes::change_patient(self, asked, mrn),
            _ => Err(nowhere()),
        }
    }
}

impl System for Lims {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret(&self) -> Value {
        json!({"token": self.settings().token})
    }

    fn person(&self) -> Value {
        let who = &CLINICIANS[0];
        json!({"user_name": format!("{} {}", who.first, who.last), "client_npi": "1841363512", "receiving_lab": "Made_Up_Lab"})
    }

    fn reachable_at(&self, _base_url: &str) {}

    fn answer(&self, asked: &Asked) -> Answer {
        self.route(asked).unwrap_or_else(|refused| refused.answer(self.settings().bare_form))
    }

    fn unauthorized(&self) -> Answer {
        Refused::Framework(StatusCode::UNAUTHORIZED).answer(self.settings().bare_form)
    }

    fn too_many(&self) -> Answer {
        Refused::Framework(StatusCode::TOO_MANY_REQUESTS).answer(self.settings().bare_form)
    }

    fn failure(&self, status: StatusCode) -> Value {
        json!({"statusCode": status.as_u16(), "message": status.canonical_reason().unwrap_or("Unknown")})
    }

    fn made_up_success(&self) -> Value {
        json!({"patient": {"medicalRecordNumber": null}, "casePatient": {"contact": {"lastName": "TEST"}}, "ID": 1})
    }

    fn reads_page(&self, _asked: &Asked) -> bool {
        false
    }

    fn distort(&self, _asked: &Asked, page: Answer, _distortion: Distortion) -> Answer {
        page
    }

    fn settings(&self, change: Option<&Value>) -> Result<Value, Refusal> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(change) = change {
            *settings = settings.changed(change)?;
        }
        Ok(json!(*settings))
    }

    fn facts(&self) -> Value {
        let books = self.books();
        let patients: Vec<Value> = books.patients.iter().take(200).map(books::Patient::truth).collect();
        json!({"cases": books.cases.len(), "records": books.patients.len(), "patients": patients, "base": self.ground.base})
    }

    fn edit(&self, edit: &Value) -> Result<Value, Refusal> {
        let edit: Edit = serde_json::from_value(edit.clone()).map_err(|error| Refusal::Invalid(error.to_string()))?;
        let mut books = self.books();
        if let Some(patient) = books.by_mrn(&edit.case_id) {
            patient.change(&edit.set);
            return Ok(patient.truth());
        }
        let case = books.cases.iter_mut().rev().find(|case| case.number == edit.case_id);
        let case = case.ok_or_else(|| Refusal::NotFound(format!("no record or case {}", edit.case_id)))?;
        for (key, value) in edit.set {
            case.body[key.as_str()] = value;
        }
        Ok(case.body.clone())
    }

    fn create(&self, wish: &Value) -> Result<Value, Refusal> {
        let wish: Wish = serde_json::from_value(wish.clone()).map_err(|error| Refusal::Invalid(error.to_string()))?;
        let mut books = self.books();
        if let Some(number) = wish.case_number {
            return Ok(books.open(&number, Value::Object(wish.set), None).body);
        }
        let place = books.patients.len() as u64;
        let made = Books::new(self.ground.seed.wrapping_add(place), 1).patients.remove(0);
        let mrn = books.admit(made.payload).mrn;
        let Some(patient) = books.by_mrn(&mrn) else { return Err(Refusal::NotFound(format!("no record {mrn}"))) };
        patient.change(&wish.set);
        Ok(patient.truth())
    }

    fn delete(&self, id: &str) -> Result<Value, Refusal> {
        let truth = self.truth(id)?;
        let mut books = self.books();
        books.patients.retain(|patient| patient.mrn != id);
        books.cases.retain(|case| case.number != id);
        Ok(truth)
    }

    fn truth(&self, id: &str) -> Result<Value, Refusal> {
        let mut books = self.books();
        if let Some(patient) = books.by_mrn(id) {
            return Ok(json!({"case": patient.truth(), "pending": 0, "kind": "patient"}));
        }
        let cases: Vec<&books::Case> = books.cases.iter().filter(|case| case.number == id).collect();
        let case = cases.last().ok_or_else(|| Refusal::NotFound(format!("no record or case {id}")))?;
        let whole = json!({"caseID": case.id, "caseNumber": case.number, "linked": case.linked, "body": case.body});
        Ok(json!({"case": whole, "pending": 0, "kind": "case", "times": cases.len()}))
    }

    fn ids(&self, skip: usize, limit: usize) -> Value {
        let books = self.books();
        let ids: Vec<&str> = books.cases.iter().map(|case| case.number.as_str()).skip(skip).take(limit).collect();
        json!({"total": books.cases.len(), "ids": ids})
    }

    fn reset(&self) {
        *self.books() = Books::new(self.ground.seed, self.ground.items);
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) =
            Settings::at_start(self.ground.seed, self.ground.temperament);
    }
}
