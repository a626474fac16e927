//! What the laboratory keeps: patient records and cases. Three ids of a record mean three things: ID, MRN, MCID.

use serde_json::{Map, Value, json};

use crate::people;

/// A patient record.
#[derive(Clone, Debug)]
pub(crate) struct Patient {
    /// What a creation returns.
    pub(crate) id: u64,
    /// By which a record is changed.
    pub(crate) mrn: String,
    /// By which a case links it.
    pub(crate) mcid: u64,
    /// The payload.
    pub(crate) payload: Value,
}

/// A case, with the record that it links.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) id: u64,
    pub(crate) number: String,
    pub(crate) body: Value,
    pub(crate) linked: Option<u64>,
}

/// Everything that is kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    pub(crate) patients: Vec<Patient>,
    pub(crate) cases: Vec<Case>,
}

/// The first numbers of each kind: far apart, so that nobody takes one for another.
const FIRST_ID: u64 = 123_456;
const FIRST_MCID: u64 = 1_032;
const FIRST_MRN: u64 = 100_000_000;
const FIRST_CASE: u64 = 449_930;

impl Books {
    /// The records of the shared made-up people.
    pub(crate) fn new(seed: u64, patients: usize) -> Self {
        let mut books = Self::default();
        for number in 0..patients {
            books.admit(payload(seed, number as u64));
        }
        books
    }

    /// Adds a record.
    pub(crate) fn admit(&mut self, payload: Value) -> Patient {
        let number = self.patients.len() as u64;
        let patient = Patient {
            id: FIRST_ID + number,
            mrn: format!("P{}", FIRST_MRN + number),
            mcid: FIRST_MCID + number,
            payload,
        };
        self.patients.push(patient.clone());
        patient
    }

    /// Adds a case.
    pub(crate) fn open(&mut self, number: &str, body: Value, linked: Option<u64>) -> Case {
        let case = Case { id: FIRST_CASE + self.cases.len() as u64, number: number.to_owned(), body, linked };
        self.cases.push(case.clone());
        case
    }

    pub(crate) fn by_mcid(&mut self, mcid: &Value) -> Option<&mut Patient> {
        let wanted = mcid.as_u64().or_else(|| mcid.as_str()?.parse().ok())?;
        self.patients.iter_mut().find(|patient| patient.mcid == wanted)
    }

    pub(crate) fn by_mrn(&mut self, mrn: &str) -> Option<&mut Patient> {
        self.patients.iter_mut().find(|patient| patient.mrn == mrn)
    }

    pub(crate) fn has_case(&self, number: &str) -> bool {
        self.cases.iter().any(|case| case.number == number)
    }
}

impl Patient {
    /// Lays what is sent over what is kept: objects are merged, everything else replaced.
    pub(crate) fn change(&mut self, with: &Map<String, Value>) {
        merge(&mut self.payload, with);
    }

    pub(crate) fn truth(&self) -> Value {
        json!({"ID": self.id, "medicalRecordNumber": self.mrn, "MCID": self.mcid, "payload": self.payload})
    }
}

fn merge(kept: &mut Value, with: &Map<String, Value>) {
    for (key, value) in with {
        match (kept.get_mut(key), value) {
            (Some(inner), Value::Object(fields)) if inner.is_object() => merge(inner, fields),
            _ => kept[key.as_str()] = value.clone(),
        }
    }
}

/// Person `number` in the form of the document's payload.
fn payload(seed: u64, number: u64) -> Value {
    let who = people::person(seed, number);
    json!({
        "insurances": [],
        "contact": {
            "prefix": "", "firstName": who.first, "middleName": "", "lastName": who.last, "suffix": "", "email": who.email,
            "sex": if who.female { "F" } else { "M" }, "dateOfBirth": who.born, "phoneNumber": who.phone,
            "socialSecurityNumber": null, "workPhone": "",
        },
        "address": {
            "street1": who.street, "street2": who.unit.unwrap_or_default(), "city": who.city, "state": who.state,
            "zip": who.postal_code, "countryCode": "US",
        },
        "medicationIDs": [],
    })
}
