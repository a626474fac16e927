//! What the control door can change about this system.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::made::catalog::{CASE_STAGES, MUTEX, SINGLETON, STAGES};
use crate::dice::Dice;
use crate::options::Temperament;
use crate::system::Refusal;

/// The settings in force, by their names at the control door.
#[allow(clippy::struct_excessive_bools)] // independent switches, each with a name of its own
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    /// How long after its acknowledgement a write shows in reads.
    pub(crate) late_ms: Lateness,
    /// Whether another user touches records between page requests.
    pub(crate) drift: bool,
    /// One page request in so many drifts.
    pub(crate) drift_one_in: u64,
    /// The users' `time_zone`, which wins over `filter.tz`; null for none.
    pub(crate) time_zone: Option<String>,
    /// The first clinician's password.
    pub(crate) password: String,
    /// A login asks for a PIN.
    pub(crate) pin_required: bool,
    /// Minutes before an idle session expires.
    pub(crate) session_minutes: i64,
    /// Wrong passwords in a row before LOCKOUT; how many is open.
    pub(crate) lockout_after: u32,
    /// What a login with the right password is refused with: `PASSWORD_RESET`, `BLOCKED`, `DISABLED`, `SSO_ONLY`, …
    pub(crate) login_refused_with: Option<String>,
    /// Permission flags that differ from the role's.
    pub(crate) permissions: Map<String, Value>,
    /// Account settings by the document's names.
    pub(crate) account: Map<String, Value>,
    /// Comments, tags and stars move `updated` of their study. Open: unkind, they don't.
    pub(crate) annotations_touch: bool,
    /// How a status of null is sent as `old`. Open: omitted, or as the default tag.
    pub(crate) null_old: NullOld,
    /// Cases tell `updated`, which the document doesn't list.
    pub(crate) cases_tell_updated: bool,
    /// Lists can be filtered by `updated`, which the document doesn't say.
    pub(crate) updated_filter: bool,
    /// INVALID_JSON comes as a list, as the vendor's client has seen it.
    pub(crate) errors_as_lists: bool,
}

/// Both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lateness {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

/// The two readings of a status that is still null.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum NullOld {
    /// `old` is left out or empty.
    Omitted,
    /// `old` is required, and the default tag stands for null.
    DefaultTag,
}

impl Settings {
    pub(crate) fn at_start(seed: u64, temperament: Temperament) -> Self {
        let unkind = temperament == Temperament::Unkind;
        let account = json!({
            "study_status_tags": STAGES.join(","),
            "study_status_tags_default": STAGES[0],
            "study_status_mutex_tags": MUTEX.join(","),
            "study_status_singleton_tags": SINGLETON,
            "study_status_timer": 1,
            "case_status_tags": CASE_STAGES.join(","),
            "enable_orders_in_worklist": 1,
        });
        Self {
            late_ms: Lateness { min: 0, max: if unkind { 800 } else { 0 } },
            drift: unkind,
            drift_one_in: 6,
            time_zone: Some("America/New_York".to_owned()),
            password: format!("made-up-{}", Dice::new(seed, &[0x616d, 0x7077]).code(16)),
            pin_required: false,
            session_minutes: 180,
            lockout_after: 5,
            login_refused_with: None,
            permissions: Map::new(),
            account: account.as_object().cloned().unwrap_or_default(),
            annotations_touch: !unkind,
            null_old: if unkind { NullOld::DefaultTag } else { NullOld::Omitted },
            cases_tell_updated: !unkind,
            updated_filter: true,
            errors_as_lists: unkind,
        }
    }

    /// The settings with some keys changed; `permissions` and `account` are merged.
    pub(crate) fn changed(&self, change: &Value) -> Result<Self, Refusal> {
        let mut all = json!(self);
        let keys = change.as_object().ok_or_else(|| Refusal::Invalid("settings must be an object".to_owned()))?;
        for (name, value) in keys {
            match (name.as_str(), value) {
                ("permissions" | "account", Value::Object(changes)) => {
                    for (key, value) in changes {
                        all[name.as_str()][key.as_str()] = value.clone();
                    }
                }
                _ => all[name.as_str()] = value.clone(),
            }
        }
        let changed: Self = serde_json::from_value(all).map_err(|error| Refusal::Invalid(error.to_string()))?;
        if changed.late_ms.min > changed.late_ms.max || changed.drift_one_in == 0 {
            return Err(Refusal::Invalid("lateMs needs min ≤ max, driftOneIn at least 1".to_owned()));
        }
        Ok(changed)
    }

    /// How late the n-th write shows.
    pub(crate) fn delay(&self, seed: u64, write: u64) -> Duration {
        let Lateness { min, max } = self.late_ms;
        Duration::from_millis(min + Dice::new(seed, &[0x6c61_7465, write]).below(max - min + 1))
    }

    /// An account setting that is a comma-separated list.
    pub(crate) fn words(&self, name: &str) -> Vec<&str> {
        let text = self.account.get(name).and_then(Value::as_str).unwrap_or_default();
        text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect()
    }

    /// An account setting that is a flag.
    pub(crate) fn account_flag(&self, name: &str) -> bool {
        matches!(self.account.get(name), Some(Value::Bool(true)))
            || self.account.get(name).is_some_and(|value| *value == 1)
    }
}
