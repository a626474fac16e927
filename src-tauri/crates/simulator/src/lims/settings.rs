//! What a tester can set, and the readings where the document is open.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::options::Temperament;
use crate::system::Refusal;

/// The three ways in which a laboratory may treat patients: what is live, and the two that the document proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum PatientMode {
    Legacy,
    Option1,
    Option2,
}

/// What a case number that is there already gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Repeated {
    /// A second case.
    Accept,
    /// 400 with a bare string.
    Refuse,
    /// 409.
    Conflict,
}

/// How a bare string stands in a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum BareForm {
    Json,
    Text,
}

/// How much a reply to a case holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum ReplyForm {
    /// `patient` and `casePatient` alone.
    Bare,
    /// Ids and the case number too.
    Whole,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) patient_mode: PatientMode,
    /// The paths before `/lims` that answer.
    pub(crate) prefixes: Vec<String>,
    pub(crate) token: String,
    pub(crate) repeated_case_number: Repeated,
    pub(crate) bare_form: BareForm,
    pub(crate) reply_form: ReplyForm,
    /// Whether a new patient record stands inside `patient`.
    pub(crate) wrapped: bool,
    /// Whether ids in replies are text.
    pub(crate) ids_as_text: bool,
    /// Whether a change of a record is answered with nothing (204).
    pub(crate) change_says_nothing: bool,
}

impl Settings {
    /// The document names `/v4` where it tells what is live, `/api/v4` where it proposes. Unkind: a number that is there already makes a
    /// second case, and a reply says no more than the sheet promises.
    pub(crate) fn at_start(seed: u64, temperament: Temperament) -> Self {
        let unkind = temperament == Temperament::Unkind;
        Self {
            patient_mode: PatientMode::Legacy,
            prefixes: vec!["/v4".into(), "/api/v4".into()],
            token: format!("lims-made-up-{}", Dice::new(seed, &[0x6c69_6d73]).code(24)),
            repeated_case_number: if unkind { Repeated::Accept } else { Repeated::Refuse },
            bare_form: BareForm::Json,
            reply_form: if unkind { ReplyForm::Bare } else { ReplyForm::Whole },
            wrapped: false,
            ids_as_text: false,
            change_says_nothing: unkind,
        }
    }

    pub(crate) fn changed(&self, change: &Value) -> Result<Self, Refusal> {
        let mut all = json!(self);
        let keys = change.as_object().ok_or_else(|| Refusal::Invalid("settings must be an object".to_owned()))?;
        for (name, value) in keys {
            all[name.as_str()] = value.clone();
        }
        serde_json::from_value(all).map_err(|error| Refusal::Invalid(error.to_string()))
    }
}
