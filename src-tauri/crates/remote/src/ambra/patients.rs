//! The account's own patient records (`/patient/list`): where a study, a case or an order leaves out the birth date, sex or
//! MRN of its patient, they are taken from there, and the item says so.
//!
//! Only what is left out is taken, and only from the one record that the item itself names; nothing that it says is changed, and
//! no two patients become one. Records are asked for as they are needed: an account holds far more patients than work.

use std::collections::{BTreeMap, BTreeSet};

use rounds_domain::{error::RemoteError, item::ItemKind, text::fold};
use serde_json::{Map, Value};

use super::{
    Ambra,
    call::{Call, Part},
    convert::{self, day, person_name},
    dto,
    record::PATIENT,
    session::Session,
    whole::{Read, is_plain, object},
};
use crate::{
    lenient::{Dto, Lenient, Text, dto},
    wire::Turn,
};

dto!(
    /// `/patient/get`.
    Patient {
        uuid: Text = "uuid",
        name: Text = "name",
        mrn: Text = "mrn",
        sex: Text = "sex",
        birth_date: Text = "birth_date",
    }
);

/// What an item says of its patient.
#[derive(Default)]
struct Said {
    uuid: Text,
    mrn: Text,
    name: Text,
    sex: Text,
    birth_date: Text,
}

impl Ambra {
    /// Completes the patients of these records.
    pub(super) async fn read_patients(
        &self,
        session: &Session,
        kind: ItemKind,
        records: &mut [(String, Read)],
        turn: Turn,
    ) -> Result<(), RemoteError> {
        let Some(account) = session.account.as_ref().filter(|_| session.may("patient_view")) else { return Ok(()) };
        let (mut uuids, mut numbers) = (BTreeSet::new(), BTreeSet::new());
        for said in records.iter().filter_map(|(_, read)| said(kind, read)).filter(Said::is_incomplete) {
            match (said.uuid.filter(|id| is_plain(id)), said.mrn.filter(|mrn| is_plain(mrn))) {
                (Some(uuid), _) => _ = uuids.insert(uuid),
                (None, Some(mrn)) => _ = numbers.insert(mrn),
                (None, None) => {}
            }
        }
        let mut calls = Vec::new();
        for (filter, values) in [("filter.uuid.in", uuids), ("filter.mrn.in", numbers)] {
            let values: Vec<String> = values.into_iter().collect();
            for some in values.chunks(self.bundle_calls) {
                let list = Value::from(some.to_vec()).to_string();
                let form = [("account_id", account.id.as_str()), (filter, &list), ("page.rows", "1000")];
                calls.push(Call::new("/patient/list", &form));
            }
        }
        let mut patients = Vec::new();
        for chunk in calls.chunks(self.bundle_calls) {
            let parts = self.bundle(turn, &session.sid, chunk).await.map_err(|no| no.error("to be read"))?;
            for (call, part) in chunk.iter().zip(parts) {
                let fields = match part {
                    Part::Ok(raw) => object(&raw),
                    Part::Said(_) => continue,
                    Part::SignIn | Part::Failed => match self.read(turn, &session.sid, call).await {
                        Ok(answer) => answer.fields(),
                        Err(no) if !no.is_about_one() => return Err(no.error("to be read")),
                        Err(_) => continue,
                    },
                };
                let rows = fields.get("patients").and_then(Value::as_array).into_iter().flatten();
                patients.extend(rows.filter_map(Value::as_object).map(Patient::of));
            }
        }
        let known = Known::of(&patients);
        for (_, read) in records {
            let Some(said) = said(kind, read).filter(Said::is_incomplete) else { continue };
            let (Some(taken), Read::Fields(fields)) = (known.completing(&said), read) else { continue };
            fields.insert(PATIENT.into(), Value::Object(taken));
        }
        Ok(())
    }
}

/// What a record says of its patient; nothing of one that does not tell whom it is about.
fn said(kind: ItemKind, read: &Read) -> Option<Said> {
    let Read::Fields(fields) = read else { return None };
    let text = |key: &str| Text::read(fields.get(key));
    match kind {
        ItemKind::Case => convert::case::subject(&dto::Case::of(fields)).map(|study| Said {
            uuid: study.patient_id.clone(),
            mrn: study.patientid.clone(),
            name: study.patient_name.clone(),
            sex: study.patient_sex.clone(),
            birth_date: study.patient_birth_date.clone(),
        }),
        _ => Some(Said {
            uuid: text("patient_id"),
            mrn: text("patientid"),
            name: text("patient_name"),
            sex: text("patient_sex"),
            birth_date: text("patient_birth_date"),
        }),
    }
}

impl Said {
    fn is_incomplete(&self) -> bool {
        [&self.mrn, &self.sex, &self.birth_date].into_iter().any(Option::is_none)
    }

    /// Whether a patient record says nothing else of what both say. A name is written in many ways, so it counts only where
    /// nothing but a number ties the two.
    fn agrees(&self, patient: &Patient) -> bool {
        let differs = |mine: &Text, theirs: &Text, same: fn(&str, &str) -> bool| {
            mine.as_deref().zip(theirs.as_deref()).is_some_and(|(mine, theirs)| !same(mine, theirs))
        };
        !differs(&self.mrn, &patient.mrn, |a, b| a.trim() == b.trim())
            && !differs(&self.birth_date, &patient.birth_date, |a, b| day(a) == day(b))
            && !differs(&self.sex, &patient.sex, |a, b| letter(a) == letter(b))
    }
}

fn letter(sex: &str) -> Option<char> {
    sex.trim().chars().next().map(|letter| letter.to_ascii_uppercase())
}

/// The parts of a name, however it is written.
pub(super) fn name_parts(name: &str) -> BTreeSet<String> {
    let name = person_name(name).plain().unwrap_or_default();
    fold(&name).split_whitespace().map(str::to_owned).collect()
}

/// Patient records by what names them.
struct Known<'a> {
    by_uuid: BTreeMap<&'a str, &'a Patient>,
    by_mrn: BTreeMap<&'a str, BTreeMap<&'a str, &'a Patient>>,
}

impl<'a> Known<'a> {
    fn of(patients: &'a [Patient]) -> Self {
        let mut known = Self { by_uuid: BTreeMap::new(), by_mrn: BTreeMap::new() };
        for patient in patients {
            let Some(uuid) = patient.uuid.as_deref() else { continue };
            known.by_uuid.insert(uuid, patient);
            if let Some(mrn) = patient.mrn.as_deref() {
                known.by_mrn.entry(mrn.trim()).or_default().insert(uuid, patient);
            }
        }
        known
    }

    /// What the one record of this patient adds to what is said of them.
    fn completing(&self, said: &Said) -> Option<Map<String, Value>> {
        let patient = if let Some(uuid) = &said.uuid {
            *self.by_uuid.get(uuid.as_str())?
        } else {
            let same = self.by_mrn.get(said.mrn.as_deref()?.trim())?;
            // A number may be given twice, by two who give numbers.
            let [patient] = same.values().copied().collect::<Vec<_>>()[..] else { return None };
            let (mine, theirs) = (said.name.as_deref()?, patient.name.as_deref()?);
            if name_parts(mine) != name_parts(theirs) {
                return None;
            }
            patient
        };
        if !said.agrees(patient) {
            return None;
        }
        let taken: Map<String, Value> = [
            ("mrn", &said.mrn, &patient.mrn),
            ("sex", &said.sex, &patient.sex),
            ("birth_date", &said.birth_date, &patient.birth_date),
        ]
        .into_iter()
        .filter(|(_, said, _)| said.is_none())
        .filter_map(|(key, _, told)| Some((key.to_owned(), Value::from(told.clone()?))))
        .collect();
        (!taken.is_empty()).then_some(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patient(uuid: &str, mrn: &str, name: &str, birth_date: &str) -> Patient {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Patient { uuid: text(uuid), name: text(name), mrn: text(mrn), sex: text("F"), birth_date: text(birth_date) }
    }

    #[test]
    fn only_what_is_left_out_is_taken_and_only_from_the_patient_that_is_named() {
        let patients = [
            patient("p1", "11", "Thelma Cordero", "19450714"),
            patient("p2", "22", "Ida Vik", "19800101"),
            patient("p3", "22", "Ida Vik", "19810101"),
        ];
        let known = Known::of(&patients);
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        for (what, uuid, mrn, name, sex, birth_date, taken) in [
            ("named by id", "p1", "", "CORDERO^THELMA", "F", "", "{\"birth_date\":\"19450714\",\"mrn\":\"11\"}"),
            ("named by number and name", "", "11", "Cordero^Thelma", "", "1945-07-14", "{\"sex\":\"F\"}"),
            ("a number and another name", "", "11", "Cordero^Ana", "", "", ""),
            ("a number that two have", "", "22", "Vik^Ida", "", "", ""),
            ("another birth date", "p1", "", "Cordero^Thelma", "", "1945-07-15", ""),
            ("another sex", "p1", "", "Cordero^Thelma", "M", "", ""),
            ("another number", "p1", "12", "Cordero^Thelma", "F", "", ""),
            ("an id that nobody has", "p9", "11", "Cordero^Thelma", "", "", ""),
        ] {
            let said = Said {
                uuid: text(uuid),
                mrn: text(mrn),
                name: text(name),
                sex: text(sex),
                birth_date: text(birth_date),
            };
            let told = known.completing(&said).map(|taken| Value::Object(taken).to_string()).unwrap_or_default();
            assert_eq!(told, taken, "{what}");
        }
    }
}
