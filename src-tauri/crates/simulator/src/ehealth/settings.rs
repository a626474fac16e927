//! What the control door can change about this system.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::options::Temperament;
use crate::system::Refusal;

/// The settings in force, by their names at the control door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own at the control door")]
pub(crate) struct Settings {
    /// The bearer token. `rotateToken: true` makes another one, and the old one is no longer good.
    pub(crate) token: String,
    pub(crate) api_key: String,
    /// The `X-Custom-PSK` header that is asked for; none by default.
    pub(crate) custom_psk: Option<String>,
    /// What the token permits.
    pub(crate) scopes: Vec<String>,
    /// The two switches of the document, and the days of the first one.
    pub(crate) block_unverified_party_users: bool,
    pub(crate) unverified_party_period_days_allowed: i64,
    pub(crate) block_deceased_party_users: bool,
    /// The token's person.
    pub(crate) party: Party,
    /// Whether the token's `client_id` refers to an active legal entity.
    pub(crate) legal_entity_active: bool,
    /// The last part of the address that receives; empty: none, as the document has it.
    pub(crate) process_verb: String,
    /// Whether there is the sibling method that rejects.
    pub(crate) rejects: bool,
    /// How a write that is taken is answered: 200 (the document) or 202 (its siblings).
    pub(crate) accepted_status: u16,
    /// How long a job is pending.
    pub(crate) job_ms: Range,
    /// Jobs stay pending for ever.
    pub(crate) jobs_hang: bool,
    /// Jobs are forgotten at once; what they do is done.
    pub(crate) jobs_lost: bool,
    /// How a job that is done is answered.
    pub(crate) processed_as: Processed,
    /// What stands before a job's id in a link.
    pub(crate) job_href: String,
    /// Whether a failed job's `status_code` is a text.
    pub(crate) codes_as_text: bool,
    /// Where a write is refused that the address and the body do not forbid.
    pub(crate) refuses_in: Place,
    /// Whether the token turns out bad only in the job.
    pub(crate) token_expires_in_job: bool,
    /// Where an error's own text stands.
    pub(crate) message_in: MessageIn,
    /// Whether another user touches specimens between page requests.
    pub(crate) drift: bool,
    /// One page request in so many drifts.
    pub(crate) drift_one_in: u64,
}

/// Who the token's user is in the register of persons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Party {
    pub(crate) verification_status: String,
    /// How many days ago the party was updated.
    pub(crate) updated_days_ago: i64,
    pub(crate) dracs_death_verification_status: String,
    pub(crate) dracs_death_verification_reason: String,
}

/// Both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Range {
    pub(crate) min: u64,
    pub(crate) max: u64,
}

/// The two ways in which a finished job is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Processed {
    /// 303 with a JSON body and no `Location`.
    SeeOther,
    /// 200 with `response_data`.
    ResponseData,
}

/// Where something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Place {
    Call,
    Job,
}

/// Where an error's own text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum MessageIn {
    /// `error.message`.
    Message,
    /// Of a 422: the description of the rule that was broken, below a general message.
    Rules,
}

impl Settings {
    pub(crate) fn at_start(seed: u64, temperament: Temperament) -> Self {
        let unkind = temperament == Temperament::Unkind;
        let mut dice = Dice::new(seed, &[0x656b_6579]);
        Self {
            token: format!("made-up-{}", dice.code(32)),
            api_key: format!("made-up-{}", dice.code(16)),
            custom_psk: None,
            scopes: ["specimen:read", "specimen:process", "specimen:reject", "job:read"].map(str::to_owned).to_vec(),
            block_unverified_party_users: true,
            unverified_party_period_days_allowed: 7,
            block_deceased_party_users: true,
            party: Party {
                verification_status: "VERIFIED".to_owned(),
                updated_days_ago: 100,
                dracs_death_verification_status: "NOT_VERIFIED".to_owned(),
                dracs_death_verification_reason: "AUTO".to_owned(),
            },
            legal_entity_active: true,
            process_verb: "process".to_owned(),
            rejects: true,
            accepted_status: if unkind { 202 } else { 200 },
            job_ms: Range { min: 0, max: if unkind { 1_500 } else { 0 } },
            jobs_hang: false,
            jobs_lost: false,
            processed_as: Processed::SeeOther,
            job_href: if unkind { "/Jobs/".to_owned() } else { "/jobs/".to_owned() },
            codes_as_text: unkind,
            refuses_in: if unkind { Place::Job } else { Place::Call },
            token_expires_in_job: false,
            message_in: if unkind { MessageIn::Rules } else { MessageIn::Message },
            drift: unkind,
            drift_one_in: 6,
        }
    }

    /// The settings with some keys changed; `rotateToken: true` makes a new token, `party` is merged.
    pub(crate) fn changed(&self, change: &Value, rotations: u64) -> Result<Self, Refusal> {
        let mut all = json!(self);
        let keys = change.as_object().ok_or_else(|| Refusal::Invalid("settings must be an object".to_owned()))?;
        for (name, value) in keys {
            match (name.as_str(), value) {
                ("rotateToken", Value::Bool(true)) => {
                    all["token"] = json!(format!("made-up-{}", Dice::new(rotations, &[0x726f]).code(32)));
                }
                ("party", Value::Object(fields)) => {
                    for (field, value) in fields {
                        all["party"][field.as_str()] = value.clone();
                    }
                }
                _ => all[name.as_str()] = value.clone(),
            }
        }
        let changed: Self = serde_json::from_value(all).map_err(|error| Refusal::Invalid(error.to_string()))?;
        if changed.job_ms.min > changed.job_ms.max || changed.drift_one_in == 0 {
            return Err(Refusal::Invalid("jobMs needs min ≤ max, driftOneIn at least 1".to_owned()));
        }
        Ok(changed)
    }

    /// How long the n-th job is pending.
    pub(crate) fn pending(&self, seed: u64, job: u64) -> Duration {
        let Range { min, max } = self.job_ms;
        Duration::from_millis(min + Dice::new(seed, &[0x6a6f_6273, job]).below(max - min + 1))
    }
}
