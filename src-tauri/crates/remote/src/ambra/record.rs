//! One row: read, converted, and its own JSON made fit to keep and to compare.

use rounds_domain::{
    item::ItemKind,
    pull::{Record, Rejected},
};
use serde_json::{Map, Value, value::RawValue};

use super::{
    convert::{self, Context},
    dto,
    walk::Row,
};
use crate::{
    kept,
    lenient::{Dto, Lenient, Path, Text},
};

/// What is read beside a row and kept with it, under names that Ambra does not use.
pub(super) const STATUS_HISTORY: &str = "rounds_status_history";
pub(super) const HL7_REPORT: &str = "rounds_hl7_report";
pub(super) const QC_TASKS: &str = "rounds_qctasks";
pub(super) const UNREAD: &str = "rounds_unread";
pub(super) const PATIENT: &str = "rounds_patient";

/// A row as it came, with its id where it has one.
#[derive(Debug, Clone)]
pub(super) enum Seen {
    /// It can be kept.
    Fields(String, Map<String, Value>),
    /// It cannot.
    Rejected(Rejected),
}

/// Reads a row.
pub(super) fn seen(raw: &RawValue) -> Seen {
    let reject = |reason: String, raw: String| Seen::Rejected(Rejected { external_id: None, reason, raw });
    let Some((value, text)) = kept::parse(raw.get()) else {
        return reject(
            "The record cannot be read: it is nested too deeply, holds too many values or broken characters.".into(),
            String::new(),
        );
    };
    let Value::Object(fields) = value else {
        return reject(format!("The record is {} instead of an object.", kept::kind_of(&value)), text);
    };
    match fields.get("uuid").filter(|id| id.is_string() || id.is_number()).and_then(|id| Text::read(Some(id))) {
        Some(id) => Seen::Fields(id, fields),
        None => reject("The record has no uuid, so it cannot be kept.".into(), Value::Object(fields).to_string()),
    }
}

/// What a row says of its place in its list.
pub(super) fn place(seen: &Seen) -> Row {
    match seen {
        Seen::Fields(id, fields) => {
            let updated = Text::read(fields.get("updated")).and_then(|text| rounds_domain::moment::instant(&text));
            Row { id: Some(id.clone()), updated }
        }
        Seen::Rejected(_) => Row::default(),
    }
}

/// Converts a row.
pub(super) fn record(kind: ItemKind, id: &str, mut fields: Map<String, Value>, context: &Context<'_>) -> Record {
    // What belongs to the reply, not to the record.
    for key in ["status", "HTTP_STATUS_CODE"] {
        fields.remove(key);
    }
    drop_signed_link(&mut fields, &context.session.sid);
    let odd = |read: fn(&Map<String, Value>, &Path<'_>, &mut Vec<String>)| {
        let mut odd = Vec::new();
        read(&fields, &Path::Record, &mut odd);
        odd
    };
    let item = match kind {
        ItemKind::Study => convert::study::item(id, &dto::Study::of(&fields), &odd(dto::Study::odd_fields), context),
        ItemKind::Case => convert::case::item(id, &dto::Case::of(&fields), &odd(dto::Case::odd_fields), context),
        _ => convert::order::item(id, &dto::Order::of(&fields), &odd(dto::Order::odd_fields), context),
    };
    let value = Value::Object(fields);
    // What may be done is said by the role, the account and my locks, outside the row.
    let beside = serde_json::to_string(&(&item.offers, &item.proofs)).unwrap_or_default();
    let fingerprint = kept::fingerprint(&Value::from(vec![steady(&value), Value::from(beside)]), counts);
    Record { item, children: Vec::new(), raw: value.to_string(), fingerprint }
}

/// A link that signs its reader in is not kept: not one with the sid, nor one with another key in its query.
fn drop_signed_link(fields: &mut Map<String, Value>, sid: &str) {
    const KEYS: [&str; 6] = ["sid", "token", "access_token", "key", "signature", "code"];
    let signed = |link: &str| {
        let query = url::Url::parse(link)
            .is_ok_and(|url| url.query_pairs().any(|(name, _)| KEYS.iter().any(|key| name.eq_ignore_ascii_case(key))));
        query || (!sid.is_empty() && link.contains(sid))
    };
    if Text::read(fields.get("viewer_link")).is_some_and(|link| signed(&link)) {
        fields.remove("viewer_link");
    }
}

/// The record with its clock stopped: a timer that runs is no change, one that ends is.
fn steady(value: &Value) -> Value {
    let mut value = value.clone();
    if let Some(timer) = value.get_mut("study_status_timer") {
        let done = Text::read(Some(timer)).is_some_and(|timer| timer.trim().starts_with('-'));
        *timer = Value::from(done);
    }
    value
}

/// When it was last looked at is no change, and links may differ at every read.
fn counts(key: &str, _: &Value) -> bool {
    !matches!(key, "last_access" | "viewer_link")
}
