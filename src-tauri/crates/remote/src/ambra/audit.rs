//! Who changed something: the audit trail of an object (`/audit/object`), where the role may see it (`audit_view`).
//!
//! `/study/status/history` tells when and what, never who, and no object names its last editor.

use chrono::{DateTime, Utc};
use rounds_domain::{error::RemoteError, moment};
use serde_json::{Map, Value};

use super::{Ambra, call::Call, write::NOBODY};
use crate::{
    kept,
    lenient::{Lenient, Text},
    seam::{Changed, Target},
    wire::Turn,
};

/// How many of the latest events are looked through.
const EVENTS: &str = "50";

impl Ambra {
    /// Who made the latest edit of one of these fields. Nothing where the trail is closed to this role or does not name them.
    pub(super) async fn last_editor(&self, target: &Target, keys: &[String]) -> Result<Option<Changed>, RemoteError> {
        let session = self.session()?;
        if !session.may("audit_view") || target.external_id == NOBODY {
            return Ok(None);
        }
        // "The default sort order is most recent first".
        let call = Call::new("/audit/object", &[("uuid", &target.external_id), ("page.rows", EVENTS)]);
        let answer = match self.read(Turn::Single, &session.sid, &call).await {
            Ok(answer) => answer,
            Err(super::errors::No::Said(_)) => return Ok(None),
            Err(no) => return Err(no.error("the audit trail")),
        };
        let events = answer.rows("events").unwrap_or_default();
        let events = events.iter().filter_map(|raw| match kept::parse(raw.get()) {
            Some((Value::Object(event), _)) => Some(event),
            _ => None,
        });
        Ok(latest(events, keys))
    }
}

/// The latest of the events that edited one of these fields. They come most recent first; where they tell their time, that
/// counts.
fn latest(events: impl Iterator<Item = Map<String, Value>>, keys: &[String]) -> Option<Changed> {
    let when =
        |event: &Map<String, Value>| -> Option<DateTime<Utc>> { moment::instant(&Text::read(event.get("when"))?) };
    let mut found: Option<(Option<DateTime<Utc>>, String)> = None;
    for event in events.filter(|event| edits(event, keys)) {
        let Some(who) = Text::read(event.get("who")) else { continue };
        let at = when(&event);
        if found.as_ref().is_none_or(|(before, _)| at > *before) {
            found = Some((at, who));
        }
    }
    found.map(|(when, who)| Changed { who, when })
}

/// "EDIT - A hash, each key is the name of the changed field"; as a hash or as JSON in a text.
fn edits(event: &Map<String, Value>, keys: &[String]) -> bool {
    if Text::read(event.get("action")).is_none_or(|action| !action.eq_ignore_ascii_case("EDIT")) {
        return false;
    }
    let names = |detail: &Map<String, Value>| keys.iter().any(|key| detail.contains_key(key));
    match event.get("detail") {
        Some(Value::Object(detail)) => names(detail),
        Some(Value::String(text)) => {
            matches!(serde_json::from_str(text), Ok(Value::Object(detail)) if names(&detail))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_latest_edit_of_the_field_names_its_hand_and_nothing_else_does() {
        let events = json!([
            {"action": "VIEW", "who": "Cy Ode", "when": "2026-01-19 10:09:00.000001+00", "detail": {"study_status": ["a", "b"]}},
            {"action": "EDIT", "who": "Di Poe", "when": "2026-01-19 10:08:00.000001+00", "detail": {"modality": ["CT", "MR"]}},
            {"action": "EDIT", "who": "Ben Cho", "when": "2026-01-19 10:07:00.000001+00", "detail": "{\"study_status\": [null, \"Reading\"]}"},
            {"action": "EDIT", "who": "Ana Ruiz", "when": "2026-01-19 10:06:00.000001+00", "detail": {"study_status": ["Reading", null]}},
            {"action": "EDIT", "detail": 7},
            "no event",
        ]);
        let told = |keys: &[&str]| {
            let events = events.as_array().into_iter().flatten().filter_map(|event| event.as_object().cloned());
            latest(events, &keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>()).map(|changed| changed.who)
        };
        assert_eq!(told(&["study_status"]).as_deref(), Some("Ben Cho"));
        assert_eq!(told(&["case_status"]), None, "nobody is guessed");
    }
}
