//! Targets: a page of cases, one case, an entry of the audit log, a refusal, a cursor.

use rounds_domain::{
    error::AndNow,
    patient::{Me, PersonName},
};
use serde_json::{Value, value::RawValue};

use super::{
    audit,
    convert::{Allowed, Rules},
    errors, list, metadata, page,
    record::{self, Seen},
};
use crate::fuzz::reply;

fn rules() -> Rules {
    Rules {
        me: Me { id: None, name: PersonName::of(Some("Ana Ruiz"), None), email: Some("ana@example.org".into()) },
        patches: true,
        read_comments: true,
        read_metadata: true,
        allowed: Allowed {
            comments: true,
            tags: true,
            turn_around_time: true,
            metadata: true,
            owners: true,
            attach_files: true,
            delete_files: true,
        },
    }
}

/// A page: each of its cases is a record or a rejected one.
pub(crate) fn page(data: &[u8]) {
    let Ok(raw) = serde_json::from_slice::<Box<RawValue>>(data) else { return };
    let Ok(page) = page::read(&raw, 0, 20) else { return };
    if let Ok(whole) = serde_json::from_slice::<Value>(data)
        && let Some(rows) = whole.get("content").and_then(Value::as_array)
    {
        assert_eq!(page.rows.len(), rows.len(), "a case was dropped in silence");
    }
    assert!(!page.more || !page.rows.is_empty(), "a page without rows leads nowhere");
    for row in &page.rows {
        check(row);
    }
}

/// One case, with what was read beside it.
pub(crate) fn case(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(raw) = serde_json::from_str::<Box<RawValue>>(&text) {
        check(&raw);
    }
}

fn check(raw: &RawValue) {
    match record::seen(raw) {
        Seen::Fields(id, fields) => {
            let whole = fields.get(record::METADATA).cloned().unwrap_or_default();
            metadata::value(&metadata::with(&whole, "Site", "West"));
            let record = record::record(&id, fields, &rules());
            assert!(!record.item.external_id.trim().is_empty(), "a record without a name");
            assert!(serde_json::from_str::<Value>(&record.raw).is_ok(), "what is kept of it cannot be read");
            assert!(!record.raw.contains("signature=planted"), "a signed address is kept");
            assert_eq!(record.item.offers.len(), super::actions::all().len(), "an action is not named");
            let item = serde_json::to_string(&record.item).expect("an item is JSON");
            assert_eq!(
                serde_json::from_str(&item).ok().as_ref(),
                Some(&record.item),
                "it is not read again as it was kept"
            );
        }
        Seen::Rejected(rejected) => assert!(!rejected.reason.is_empty(), "rejected without a reason"),
    }
}

/// An entry of the audit log: it names a case, is about something else, or is rejected.
pub(crate) fn entry(data: &[u8]) {
    let Ok(raw) = serde_json::from_slice::<Box<RawValue>>(data) else { return };
    let is_object = raw.get().starts_with('{');
    let entries = audit::read(&[raw]);
    assert!(entries.cases.iter().all(|case| !case.trim().is_empty()), "a case without a name");
    assert!(is_object || !entries.rejected.is_empty(), "an entry was dropped in silence");
}

/// What it says when it says no.
pub(crate) fn refusal(data: &[u8]) {
    const KEY: &str = "planted-key";
    let Some(reply) = reply(data) else { return };
    let refusal = errors::refusal(&reply, KEY);
    if let Some(words) = &refusal.words {
        assert!(words.chars().count() <= 301 && !words.chars().any(char::is_control), "not fit to be shown");
        assert!(!words.contains(KEY), "the key is shown");
    }
    errors::read(&refusal);
    let write = errors::write(&refusal);
    let doubt = matches!(refusal.status, 408 | 425 | 500..=599) || !refusal.clean && refusal.status != 429;
    assert!(!doubt || write.and_now == AndNow::Doubtful, "{} would be sent again", refusal.status);
}

/// A place in the list, as it was kept.
pub(crate) fn cursor(data: &[u8]) {
    let Ok(place) = serde_json::from_slice::<list::Place>(data) else { return };
    let kept = serde_json::to_string(&place).expect("a place is JSON");
    assert_eq!(serde_json::from_str::<list::Place>(&kept).ok(), Some(place), "another place than was kept");
}
