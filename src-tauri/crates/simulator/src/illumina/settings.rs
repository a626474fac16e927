//! What the control door can change about this system.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::options::Temperament;
use crate::system::Refusal;

/// Which software it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Flavour {
    Trusight,
    ConnectedInsights,
}

impl Flavour {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Trusight => "trusight",
            Self::ConnectedInsights => "connected-insights",
        }
    }
}

/// Which header the key stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum KeyHeader {
    ByFlavour,
    Authorization,
    XAuthToken,
    Either,
}

/// How the audit log answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum AuditLog {
    Served,
    /// 404: the tenant has none.
    Missing,
    /// 403: this user may not see it.
    Forbidden,
}

/// Whether names and MRN of subjects are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Discloses {
    /// With `directIdentifiers=true`.
    WhenAsked,
    Always,
    Never,
}

/// The settings in force, by their names at the control door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools)] // each is one open question of the sheet
pub(crate) struct Settings {
    pub(crate) flavour: Flavour,
    pub(crate) key_header: KeyHeader,
    /// The user's key.
    pub(crate) api_key: String,
    pub(crate) audit_log: AuditLog,
    /// Whether the audit log names cases by the number that people use.
    pub(crate) audit_by_display_id: bool,
    pub(crate) discloses: Discloses,
    /// The name of a comment's text, sent and read.
    pub(crate) comment_key: String,
    /// The name of a comment's id.
    pub(crate) comment_id_key: String,
    /// Whether the reply to a comment tells it.
    pub(crate) reply_with_comment: bool,
    /// Whether tags are sent as a bare list instead of `{"tags": […]}`.
    pub(crate) tags_as_list: bool,
    /// Whether interpretation and reporting are bypassed in every test, not only in some.
    pub(crate) every_test_bypasses: bool,
    /// Whether a case tells its turn-around time, or only its due date moves.
    pub(crate) tells_turn_around_time: bool,
    /// Whether a search tells the sub-states of delivery: the public list of them lacks those.
    pub(crate) search_tells_delivery: bool,
    /// Whether the search takes a status.
    pub(crate) search_by_status: bool,
    /// Whether a file's address answers with a signed address of it instead of the file.
    pub(crate) files_signed: bool,
    /// Whether the list of files is of their names alone ("Get a List of file names").
    pub(crate) file_names_alone: bool,
    /// The name of the part of a form that holds the file.
    pub(crate) file_part: String,
    /// The longest file that is taken, in bytes.
    pub(crate) longest_file: usize,
    /// Whether the reply to a file tells it.
    pub(crate) reply_with_file: bool,
    /// Families of endpoints that this user may not use: `comments`, `custom-metadata`, `files`, `tags`.
    pub(crate) without: Vec<String>,
    /// The most records of a page; more are cut to it.
    pub(crate) most_rows: usize,
    /// How long after its acknowledgement a write shows in reads.
    pub(crate) late_ms: Range,
    /// Whether another user touches cases between searches.
    pub(crate) drift: bool,
    /// One search in so many drifts.
    pub(crate) drift_one_in: u64,
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
        Self {
            flavour: Flavour::Trusight,
            key_header: KeyHeader::ByFlavour,
            api_key: format!("ilmn-made-up-{}", Dice::new(seed, &[0x696c_6b79]).code(24)),
            audit_log: AuditLog::Served,
            audit_by_display_id: unkind,
            discloses: Discloses::WhenAsked,
            comment_key: "text".into(),
            comment_id_key: if unkind { "commentId" } else { "id" }.into(),
            reply_with_comment: true,
            tags_as_list: false,
            every_test_bypasses: false,
            tells_turn_around_time: true,
            search_tells_delivery: !unkind,
            search_by_status: true,
            files_signed: false,
            file_names_alone: false,
            file_part: "file".into(),
            longest_file: 45 << 20,
            reply_with_file: !unkind,
            without: Vec::new(),
            most_rows: 1_000,
            late_ms: Range { min: 0, max: if unkind { 800 } else { 0 } },
            drift: unkind,
            drift_one_in: 6,
        }
    }

    /// The settings with some keys changed; `rotateApiKey: true` makes a new key.
    pub(crate) fn changed(&self, change: &Value, rotations: u64) -> Result<Self, Refusal> {
        let mut all = json!(self);
        let keys = change.as_object().ok_or_else(|| Refusal::Invalid("settings must be an object".to_owned()))?;
        for (name, value) in keys {
            if name == "rotateApiKey" {
                if value == true {
                    all["apiKey"] = json!(format!("ilmn-made-up-{}", Dice::new(rotations, &[0x696c]).code(24)));
                }
            } else {
                all[name.as_str()] = value.clone();
            }
        }
        let changed: Self = serde_json::from_value(all).map_err(|error| Refusal::Invalid(error.to_string()))?;
        if changed.late_ms.min > changed.late_ms.max || changed.drift_one_in == 0 || changed.most_rows == 0 {
            return Err(Refusal::Invalid("lateMs needs min ≤ max, driftOneIn and mostRows at least 1".to_owned()));
        }
        Ok(changed)
    }

    /// How late the n-th write shows.
    pub(crate) fn delay(&self, seed: u64, write: u64) -> Duration {
        let Range { min, max } = self.late_ms;
        Duration::from_millis(min + Dice::new(seed, &[0x696c_6c61, write]).below(max - min + 1))
    }

    pub(crate) fn lacks(&self, family: &str) -> bool {
        self.without.iter().any(|without| without == family)
    }
}
