//! Targets: a list, one row, a refusal, a cursor, dates and names as DICOM writes them.

use rounds_domain::{error::AndNow, item::ItemKind, moment::instant};
use serde_json::{Value, value::RawValue};

use super::{
    call,
    convert::{self, Context, Rules},
    errors::{self, No},
    list::{LISTS, rows_of},
    record::{self, Seen},
    session::Session,
    walk::{Place, Row, Step, Way},
    zone::Zone,
};
use crate::fuzz::reply;

const SESSION: &str = r#"{"sid": "planted-sid", "user": "u1", "name": "Ana Ruiz", "time_zone": "Europe/Kyiv"}"#;

/// A list: each of its rows is seen, as a record or a rejected one.
pub(crate) fn list(data: &[u8]) {
    let Some(answer) = call::success(data) else { return };
    let whole: Option<Value> = serde_json::from_slice(data).ok();
    for list in LISTS {
        let place = Place::first(Way::Number, None, 100, chrono::DateTime::UNIX_EPOCH);
        let Ok((rows, more)) = rows_of(&answer, list, &place) else { continue };
        if let Some(expected) = whole.as_ref().and_then(|whole| whole.get(list.key)).and_then(Value::as_array) {
            assert_eq!(rows.len(), expected.len(), "a row was dropped in silence");
        }
        let places: Vec<Row> = rows.iter().map(|row| check(row, list.kind)).collect();
        let next = place.next(&places, more, 100, Zone::Utc);
        assert_eq!(next == Step::End, !more);
    }
}

/// One row, as each kind of thing.
pub(crate) fn row(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(raw) = serde_json::from_str::<Box<RawValue>>(&text) else { return };
    for kind in [ItemKind::Study, ItemKind::Case, ItemKind::Order] {
        check(&raw, kind);
    }
}

fn check(raw: &RawValue, kind: ItemKind) -> Row {
    let seen = record::seen(raw);
    let place = record::place(&seen);
    match seen {
        Seen::Fields(id, fields) => {
            assert!(!id.trim().is_empty(), "a record without a name");
            let session = Session::from_text(SESSION).expect("a session");
            let now = chrono::DateTime::UNIX_EPOCH;
            let context = Context { rules: &Rules::default(), session: &session, locks: &None, now };
            let record = record::record(kind, &id, fields, &context);
            assert_eq!(record.item.external_id, id);
            let kept: Result<Value, _> = serde_json::from_str(&record.raw);
            assert!(kept.is_ok(), "what is kept of it cannot be read");
            assert!(!record.raw.contains("planted-sid"), "the session is kept");
            let item = serde_json::to_string(&record.item).expect("an item is JSON");
            assert_eq!(
                serde_json::from_str(&item).ok().as_ref(),
                Some(&record.item),
                "it is not read again as it was kept"
            );
        }
        Seen::Rejected(rejected) => assert!(!rejected.reason.is_empty(), "rejected without a reason"),
    }
    place
}

/// What it says when it says no.
pub(crate) fn refusal(data: &[u8]) {
    let Some(reply) = reply(data) else { return };
    let body = call::object(&reply.body);
    errors::of_read(&reply, body.as_ref());
    let write = errors::of_write(&reply, body.as_ref());
    let status = reply.status.as_u16();
    if matches!(status, 408 | 425 | 500..=599) || reply.status.is_success() {
        let and_now = match write {
            No::Said(said) => said.error("this").and_now,
            No::Busy(error) | No::Failed(error) => error.and_now,
        };
        assert_eq!(and_now, AndNow::Doubtful, "{status} would be sent again");
    }
}

/// Where a list goes on: read from its own spelling again, and every step leads on or to an end.
pub(crate) fn cursor(data: &[u8]) {
    let Ok(place) = serde_json::from_slice::<Place>(data) else { return };
    let written = serde_json::to_string(&place).expect("a place is JSON");
    assert_eq!(serde_json::from_str::<Place>(&written).ok().as_ref(), Some(&place));
    place.parameters(Zone::Utc);
    let row = |id: &str, at: &str| Row { id: Some(id.into()), updated: instant(at) };
    let rows = [row("a", "2026-01-01T00:00:00Z"), row("b", "2026-01-02T00:00:00Z")];
    for more in [false, true] {
        match place.next(&rows, more, 100, Zone::Utc) {
            Step::On(next) => assert!(more && next != place, "it stands still"),
            Step::End => {}
            Step::Nowhere => panic!("rows lead somewhere"),
        }
    }
}

/// A day and a time of day, with a line feed between them.
pub(crate) fn date(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (day, time) = text.split_once('\n').map_or((&*text, None), |(day, time)| (day, Some(time.to_owned())));
    convert::midnight(day);
    for zone in ["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe"] {
        let moment = convert::local_moment(&Some(day.to_owned()), &time, Zone::named(Some(zone)));
        assert!(moment.is_some_and(|moment| moment.text.starts_with(day)), "the text is lost");
    }
}

/// A person's name as DICOM writes it: no part of what was read is blank or holds what separates parts.
pub(crate) fn name(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let name = convert::person_name(&text);
    for part in [&name.family, &name.given, &name.prefix, &name.suffix].into_iter().flatten() {
        assert!(!part.trim().is_empty() && !part.contains('^'), "{part:?}");
    }
    if text.chars().any(|c| !matches!(c, '^' | '=' | ' ') && !c.is_whitespace()) && !text.contains('^') {
        assert!(!name.is_empty(), "a name was lost");
    }
}
