//! What a LIMS answers when it has taken something (the sheet, "Create a case" and its table).
//!
//! Of a case: `patient {medicalRecordNumber, clinicalMedicalRecordNumber, referringLabMedicalRecordNumber}` and `casePatient {…}`; of a
//! new record: `{ID}`; of a change: nothing is documented.

use serde_json::{Map, Value};

use crate::{
    kept,
    lenient::{Lenient, Text},
};

/// What a reply tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The patient's MRN at the laboratory: by it a record is changed.
    pub(super) mrn: Option<String>,
    /// Their MRN at the clinic.
    pub(super) clinical_mrn: Option<String>,
    /// Their MRN at the referring laboratory.
    pub(super) referring_lab_mrn: Option<String>,
    /// The id by which a case links a record.
    pub(super) mcid: Option<String>,
    /// The id of what was made.
    pub(super) id: Option<String>,
    /// Whom it names.
    pub(super) person: Option<Named>,
}

/// A person as a reply names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) first: Option<String>,
    pub(super) last: Option<String>,
    pub(super) sex: Option<String>,
    pub(super) born: Option<String>,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sent<'a> {
    /// A case of this number.
    Case(&'a str),
    /// A new patient record.
    Record,
    /// Changes of a patient record.
    Change,
}

/// A documented success; why it is none otherwise.
pub(super) fn read(body: &[u8], sent: Sent<'_>) -> Result<(Told, Value), &'static str> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return match sent {
            Sent::Change => Ok((Told::default(), Value::Null)),
            Sent::Case(_) | Sent::Record => Err("it is empty"),
        };
    }
    let text = String::from_utf8_lossy(body);
    let (value, _) = kept::parse(&text).ok_or("it is not in the documented form")?;
    let fields = value.as_object().ok_or("it is not in the documented form")?;
    let told = told(fields);
    match sent {
        Sent::Case(number) => {
            let speaks_of = ["patient", "casePatient"].iter().any(|key| fields.get(*key).is_some_and(Value::is_object));
            let named = Text::read(fields.get("caseNumber"));
            if named.as_deref().is_some_and(|named| named.trim() != number) {
                return Err("it speaks of another case");
            }
            if !speaks_of && named.is_none() && told.id.is_none() {
                return Err("it says nothing of the case");
            }
        }
        Sent::Record if told.id.is_none() => return Err("it names no ID"),
        Sent::Record | Sent::Change => {}
    }
    Ok((told, value))
}

fn told(fields: &Map<String, Value>) -> Told {
    let part = |key: &str| fields.get(key).and_then(Value::as_object);
    let (patient, own) = (part("patient"), part("casePatient"));
    let of = |whom: Option<&Map<String, Value>>, key: &str| Text::read(whom.and_then(|whom| whom.get(key)));
    let number = |key: &str| of(patient, key).or_else(|| of(own, key)).or_else(|| Text::read(fields.get(key)));
    Told {
        mrn: number("medicalRecordNumber"),
        clinical_mrn: number("clinicalMedicalRecordNumber"),
        referring_lab_mrn: number("referringLabMedicalRecordNumber"),
        mcid: of(patient, "MCID").or_else(|| Text::read(fields.get("MCID"))),
        id: ["ID", "caseID", "id"].iter().find_map(|key| Text::read(fields.get(*key))),
        person: [patient, own, Some(fields)].into_iter().flatten().find_map(named),
    }
}

/// A person's name, in the form of the payload (`contact`) or beside the numbers.
fn named(whom: &Map<String, Value>) -> Option<Named> {
    let within = whom.get("contact").and_then(Value::as_object).unwrap_or(whom);
    let part = |key: &str| Text::read(within.get(key));
    let named = Named {
        first: part("firstName"),
        last: part("lastName"),
        sex: part("sex").or_else(|| part("gender")),
        born: part("dateOfBirth"),
    };
    (named.last.is_some() || named.born.is_some()).then_some(named)
}

/// A reply as it is kept: without whole social security numbers.
pub(super) fn without_numbers(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for (key, inner) in fields.iter_mut() {
                if !key.eq_ignore_ascii_case("socialSecurityNumber") {
                    without_numbers(inner);
                } else if let Some(number) = Text::read(Some(inner)) {
                    *inner = Value::String(rounds_domain::secret::mask(&number));
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_numbers),
        _ => {}
    }
}
