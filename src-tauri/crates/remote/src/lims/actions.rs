//! What can be done at a LIMS, and which of it a laboratory takes, by its patient mode (the sheet's table).

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Offer, Proof, Verb},
    declare::{ActionDeclaration, ActionField, FieldKind},
};

use super::form;

/// A case whose patient is its own.
pub(super) const CREATE_CASE: &str = "createCase";
/// A case that links a patient record and changes nothing of it.
pub(super) const CREATE_LINKED_CASE: &str = "createLinkedCase";
/// A case that links a patient record and overwrites it.
pub(super) const CREATE_CASE_AND_UPDATE: &str = "createCaseAndUpdatePatient";
/// A new patient record.
pub(super) const CREATE_PATIENT: &str = "createPatient";
/// Changed fields of a patient record.
pub(super) const UPDATE_PATIENT: &str = "updatePatient";

/// What a laboratory does with patients: the same body means opposite things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PatientMode {
    /// What is live: a payload becomes the case's own patient; no MCID is ever sent.
    Legacy,
    /// Proposed: patient records with addresses of their own; `{MCID}` links one and sends nothing else.
    Option1,
    /// Proposed: MCID and payload link a patient record and overwrite it.
    Option2,
}

impl PatientMode {
    /// The mode with this word; the default for any other.
    pub(super) fn from_word(word: Option<&str>) -> Self {
        match word {
            Some("option1") => Self::Option1,
            Some("option2") => Self::Option2,
            _ => Self::Legacy,
        }
    }

    /// Everything that is declared, and why a laboratory of this mode does not take it where it does not.
    pub(super) fn offers(self) -> Vec<Offer> {
        let offer = |action: &str, refused: Option<&str>| Offer {
            action: action.into(),
            refused: refused.map(str::to_owned),
            targets: vec![],
        };
        let legacy =
            "This connection is set to “legacy”: the laboratory keeps no patient records that a case could name.";
        let no_addresses = match self {
            Self::Option1 => None,
            Self::Legacy => Some(legacy),
            Self::Option2 => {
                Some("This connection is set to “option 2”: a patient record is only written together with a case.")
            }
        };
        let link = match self {
            Self::Option1 => None,
            Self::Legacy => Some(legacy),
            Self::Option2 => Some(
                "This connection is set to “option 2”: a case that names a patient record overwrites it. Use the action that \
                 says so.",
            ),
        };
        let overwrite = match self {
            Self::Option2 => None,
            Self::Legacy => Some(legacy),
            Self::Option1 => Some(
                "This connection is set to “option 1”: a case that names a patient record changes nothing of it. Update the \
                 patient on its own.",
            ),
        };
        vec![
            offer(CREATE_CASE, None),
            offer(CREATE_LINKED_CASE, link),
            offer(CREATE_CASE_AND_UPDATE, overwrite),
            offer(CREATE_PATIENT, no_addresses),
            offer(UPDATE_PATIENT, no_addresses),
        ]
    }
}

/// Everything that is declared.
pub(super) fn all() -> Vec<ActionDeclaration> {
    let and_not_again = "Nothing can be read back from the LIMS: if its answer is lost, you are asked, and nothing is sent again \
                         by itself.";
    let action = |name: &str, label: &str, verb, fields: Vec<ActionField>, consequence: &str| ActionDeclaration {
        name: name.into(),
        label: label.into(),
        verb,
        fields,
        consequence: format!("{consequence} {and_not_again}"),
        // The case number can't be read back, and what a repeated one does is stated nowhere.
        proof: Proof::None,
        // There is nothing to compare with.
        touches: vec![],
        sets: BTreeMap::new(),
        own_mark: None,
    };
    let with = |patient: Vec<ActionField>| form::case(patient);
    vec![
        action(
            CREATE_CASE,
            "New case",
            Verb::Create,
            with(vec![form::group("patient", "Patient", "Kept with this case only.", form::patient(), true)]),
            "Opens a case at the laboratory, whose staff read it at once; work on its specimens begins. The patient you fill in is \
             kept with this case and changes no patient record.",
        ),
        action(
            CREATE_LINKED_CASE,
            "New case for a patient on record",
            Verb::Create,
            with(vec![form::mcid(), form::known()]),
            "Opens a case at the laboratory and links it with the patient record of this MCID. Only the MCID is sent: nothing of \
             the record is changed, and a wrong MCID gives the case to another patient.",
        ),
        action(
            CREATE_CASE_AND_UPDATE,
            "New case, overwriting the patient record",
            Verb::Create,
            with(vec![
                form::mcid(),
                form::group("patient", "Patient", "Replaces what the patient record says.", form::patient(), true),
            ]),
            "Opens a case at the laboratory, links it with the patient record of this MCID, and overwrites that record with what \
             you fill in, for every case of that patient. A wrong MCID overwrites another patient's record.",
        ),
        action(
            CREATE_PATIENT,
            "New patient record",
            Verb::Create,
            form::patient(),
            "Adds a patient record at the laboratory, which its staff and later cases can use. Somebody who is on record already \
             is then there twice.",
        ),
        action(
            UPDATE_PATIENT,
            "Change a patient record",
            Verb::Set,
            form::update(),
            "Changes the patient record of this MRN at the laboratory for every case that is linked with it. Only what you fill in \
             is sent; the rest stays as it is there.",
        ),
    ]
}

/// Whether an action is about a patient record and not about a case.
pub(super) fn is_of_patient(action: &str) -> bool {
    matches!(action, CREATE_PATIENT | UPDATE_PATIENT)
}

/// What an action is declared to take.
pub(super) fn fields_of(action: &str) -> Vec<ActionField> {
    all().into_iter().find(|declared| declared.name == action).map(|declared| declared.fields).unwrap_or_default()
}

/// A field.
pub(super) fn field(key: &str, label: &str, help: &str, kind: FieldKind) -> ActionField {
    ActionField { key: key.into(), label: label.into(), help: help.into(), kind, required: false, default: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mode_offers_what_its_laboratory_takes_and_says_why_not_else() {
        let offered = |mode: PatientMode| -> Vec<String> {
            mode.offers().into_iter().filter(|offer| offer.refused.is_none()).map(|offer| offer.action).collect()
        };
        assert_eq!(offered(PatientMode::Legacy), [CREATE_CASE]);
        assert_eq!(offered(PatientMode::Option1), [CREATE_CASE, CREATE_LINKED_CASE, CREATE_PATIENT, UPDATE_PATIENT]);
        assert_eq!(offered(PatientMode::Option2), [CREATE_CASE, CREATE_CASE_AND_UPDATE]);
        for mode in [PatientMode::Legacy, PatientMode::Option1, PatientMode::Option2] {
            let named: Vec<String> = mode.offers().into_iter().map(|offer| offer.action).collect();
            let declared: Vec<String> = all().into_iter().map(|action| action.name).collect();
            assert_eq!(named, declared, "what is not offered is there with its reason");
        }
    }
}
