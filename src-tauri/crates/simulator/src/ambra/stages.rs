//! The account's rules of study statuses: which tags there are, which can follow, which lock.

use serde_json::Value;

use super::moment::Moment;
use super::settings::Settings;
use crate::stamp::HOUR;

/// "account.settings.study_status_tags_default || account.settings.study_status_tags[0]".
pub(crate) fn default_tag(settings: &Settings) -> Option<&str> {
    let set = settings.account.get("study_status_tags_default").and_then(Value::as_str);
    set.filter(|tag| !tag.is_empty()).or_else(|| settings.words("study_status_tags").first().copied())
}

/// The legal targets from a status: the account's tags, less what the rules don't let follow. Conditions other than the
/// constants 1 and 0 are not understood here and count as 1.
pub(crate) fn targets<'a>(settings: &'a Settings, role: &str, current: Option<&str>, on_set: bool) -> Vec<&'a str> {
    let mut all = settings.words("study_status_tags");
    // "The keys are study status tags and the values are a list of the role uuids that can change to the status".
    if let Some(roles) = json_setting(settings, "study_status_role_tags").as_object().filter(|roles| !roles.is_empty())
    {
        all.retain(|tag| roles.get(*tag).and_then(Value::as_array).is_some_and(|of| of.iter().any(|one| one == role)));
    }
    let ignored = super::gate::may(settings, "study_status_tags_ignore_rules")
        || (on_set && settings.account_flag("study_status_tags_ignore_rules_on_set"));
    if ignored {
        return all;
    }
    let rules = json_setting(settings, "study_status_tags_rules");
    let from = current.or_else(|| default_tag(settings)).unwrap_or_default();
    let applying = rules[from].as_array().into_iter().flatten().find(|one| one["condition"] != 0);
    match applying.and_then(|one| one["values"].as_array()) {
        Some(next) => all.into_iter().filter(|tag| next.iter().any(|one| one == tag)).collect(),
        None => all,
    }
}

/// An account setting that is JSON, as text or as it is.
fn json_setting(settings: &Settings, name: &str) -> Value {
    match settings.account.get(name) {
        Some(Value::String(text)) => serde_json::from_str(text).unwrap_or(Value::Null),
        Some(value) => value.clone(),
        None => Value::Null,
    }
}

/// Whether a status locks the study to whoever sets it.
pub(crate) fn locks(settings: &Settings, tag: &str) -> bool {
    settings.words("study_status_mutex_tags").contains(&tag)
}

/// Whether a user can hold only one study of this status.
pub(crate) fn is_singleton(settings: &Settings, tag: &str) -> bool {
    settings.words("study_status_singleton_tags").contains(&tag)
}

/// The turn-around clock in seconds, read as what remains (inferred): an hour for a STAT study, a day for others. -1 at the
/// last status: "A value of -1 means the timer has completed". Not below 0.
pub(crate) fn timer(settings: &Settings, study: &Value, stat: bool, now: Moment) -> Option<i64> {
    if !settings.account_flag("study_status_timer") {
        return None;
    }
    let last = settings.words("study_status_tags").last().copied();
    if last.is_some_and(|last| study["study_status"] == last) {
        return Some(-1);
    }
    let created = study["created"].as_str().and_then(Moment::parse)?;
    let span = if stat { HOUR } else { 24 * HOUR } / 1_000;
    Some((span - (now.0 - created.0) / 1_000_000).max(0))
}
