//! What the control door can change about this system.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listing::WindowField;
use crate::dice::Dice;
use crate::options::Temperament;
use crate::system::Refusal;

/// The settings in force, by their names at the control door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    /// Which timestamp the window of `GET /cases` matches.
    pub(crate) window_field: WindowField,
    /// How long after its acknowledgement a write shows in reads.
    pub(crate) late_ms: Range,
    /// Whether the reply to a comment tells its id.
    pub(crate) reply_with_id: bool,
    /// Whether comments are kept escaped, as a server may that shows them on pages.
    pub(crate) escapes_text: bool,
    /// Whether another user touches cases between page requests.
    pub(crate) drift: bool,
    /// One page request in so many drifts.
    pub(crate) drift_one_in: u64,
    /// The organisation's key.
    pub(crate) api_key: String,
    /// The bearer token of `POST …/products`.
    pub(crate) products_token: String,
}

/// Both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

impl Settings {
    pub(crate) fn at_start(seed: u64, temperament: Temperament) -> Self {
        let unkind = temperament == Temperament::Unkind;
        let mut dice = Dice::new(seed, &[0x6b65_7973]);
        Self {
            window_field: WindowField::default(),
            late_ms: Range { min: 0, max: if unkind { 800 } else { 0 } },
            reply_with_id: true,
            escapes_text: false,
            drift: unkind,
            drift_one_in: 6,
            api_key: format!("cv-made-up-{}", dice.code(24)),
            products_token: format!("made-up-{}", dice.code(24)),
        }
    }

    /// The settings with some keys changed; `rotateApiKey: true` makes a new key.
    pub(crate) fn changed(&self, change: &Value, rotations: u64) -> Result<Self, Refusal> {
        let mut all = json!(self);
        let keys = change.as_object().ok_or_else(|| Refusal::Invalid("settings must be an object".to_owned()))?;
        for (name, value) in keys {
            if name == "rotateApiKey" {
                if value == true {
                    all["apiKey"] = json!(format!("cv-made-up-{}", Dice::new(rotations, &[0x726f]).code(24)));
                }
            } else {
                all[name.as_str()] = value.clone();
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
        let Range { min, max } = self.late_ms;
        Duration::from_millis(min + Dice::new(seed, &[0x6c61_7465, write]).below(max - min + 1))
    }
}
