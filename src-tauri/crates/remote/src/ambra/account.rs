//! The account that is worked in: what the role there permits, and the stages a study goes through.

use std::{collections::BTreeSet, time::Duration};

use rounds_domain::error::{AndNow, RemoteError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{call::Answer, declaration::TITLE, session::granted};
use crate::{
    kept,
    lenient::{Lenient, Text},
};

/// For how long what Ambra said of the user and the account is taken as true.
pub(super) const KNOWN_FOR: Duration = Duration::from_mins(10);

/// A user in an account.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Membership {
    /// The account's uuid.
    pub(super) id: String,
    /// What it is called.
    pub(super) name: Option<String>,
    /// The flags that the role has.
    pub(super) permissions: BTreeSet<String>,
    /// The stages of a study ("Account settings", `study_status_…`).
    pub(super) stages: Stages,
}

/// The account's settings for the status of studies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Stages {
    /// Every tag, in order.
    pub(super) tags: Vec<String>,
    /// The tag that stands for a study without one.
    pub(super) default: Option<String>,
    /// Tags that lock the study to who sets them.
    pub(super) mutex: Vec<String>,
    /// Tags in which a user may hold one study.
    pub(super) singleton: Vec<String>,
}

/// The account that `wanted` names by uuid or name; else the one that was worked in so far, of which `before` is the uuid; else the
/// first. And the names of the others. The order of the list is no choice of anybody's.
pub(super) fn chosen(
    accounts: &Answer,
    wanted: Option<&str>,
    before: Option<&str>,
) -> Result<(Option<Membership>, Vec<String>), RemoteError> {
    let untold = |_| RemoteError::new(AndNow::Doubtful, format!("{TITLE} did not say which accounts you belong to."));
    let mut all: Vec<Membership> = accounts
        .rows("accounts")
        .map_err(untold)?
        .iter()
        .filter_map(|raw| kept::parse(raw.get())?.0.as_object().and_then(membership))
        .collect();
    let place = match wanted {
        None => all.iter().position(|account| Some(account.id.as_str()) == before).unwrap_or(0),
        Some(wanted) => all
            .iter()
            .position(|account| {
                account.id == wanted || account.name.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
            })
            .ok_or_else(|| {
                RemoteError::new(
                    AndNow::Invalid,
                    "You do not belong to the account that the setting “Account” names. Check its name.",
                )
            })?,
    };
    if all.is_empty() {
        return Ok((None, Vec::new()));
    }
    let chosen = all.remove(place);
    Ok((Some(chosen), all.into_iter().map(|account| account.name.unwrap_or(account.id)).collect()))
}

fn membership(fields: &Map<String, Value>) -> Option<Membership> {
    let permissions = fields.get("permissions").and_then(Value::as_object).map(granted).unwrap_or_default();
    let empty = Map::new();
    let settings = fields.get("settings").and_then(Value::as_object).unwrap_or(&empty);
    let tags = |key: &str| listed(Text::read(settings.get(key)).as_deref());
    let all = tags("study_status_tags");
    Some(Membership {
        id: Text::read(fields.get("uuid"))?,
        name: Text::read(fields.get("name")),
        permissions,
        stages: Stages {
            default: Text::read(settings.get("study_status_tags_default")).or_else(|| all.first().cloned()),
            tags: all,
            mutex: tags("study_status_mutex_tags"),
            singleton: tags("study_status_singleton_tags"),
        },
    })
}

/// The entries of a list that is written with commas.
pub(super) fn listed(text: Option<&str>) -> Vec<String> {
    let entries = text.unwrap_or_default().split(',').map(str::trim);
    entries.filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::call::success, *};

    #[test]
    fn the_account_that_was_worked_in_stays_whatever_order_they_come_in() {
        let answer = |json: &str| success(json.as_bytes()).expect("an answer");
        let accounts =
            answer(r#"{"status":"OK","accounts":[{"uuid":"a1","name":"North"},{"uuid":"a2","name":"South"}]}"#);
        for (wanted, before, account) in [
            (None, None, "a1"),
            (None, Some("a2"), "a2"),
            (None, Some("a9"), "a1"),
            (Some("south"), Some("a1"), "a2"),
            (Some("a1"), Some("a2"), "a1"),
        ] {
            let (chosen, others) = chosen(&accounts, wanted, before).expect("accounts");
            assert_eq!(chosen.expect("one").id, account, "{wanted:?} {before:?}");
            assert_eq!(others.len(), 1);
        }
        let unknown = chosen(&accounts, Some("West"), None).expect_err("no such account");
        assert_eq!(unknown.and_now, AndNow::Invalid);
        let untold = chosen(&answer(r#"{"status":"OK"}"#), None, Some("a1")).expect_err("nothing is told");
        assert_eq!(untold.and_now, AndNow::Doubtful, "no account at all is another answer than none told");
        let none = chosen(&answer(r#"{"status":"OK","accounts":[]}"#), None, None);
        assert_eq!(none.expect("an answer").0, None);
    }
}
