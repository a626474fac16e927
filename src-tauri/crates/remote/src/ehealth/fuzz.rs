//! Targets: a list, a specimen, a refusal, how a job stands.

use rounds_domain::error::AndNow;
use serde_json::{Value, value::RawValue};

use super::{
    call::Signature,
    convert::{Of, Rules},
    errors::{No, Refused},
    job, page, record,
};
use crate::fuzz::reply;

const TOKEN: &str = "planted-token";
const PATIENT: &str = "7075e0e2-6b57-47fd-aff7-324806efa7e5";

fn of() -> Of<'static> {
    Of { patient: Some(PATIENT), name: Some("Ward B") }
}

/// A list: each of its specimens is a record or a rejected one.
pub(crate) fn list(data: &[u8]) {
    let Ok(page) = page::read(data, 1, 50) else { return };
    let whole: Option<Value> = serde_json::from_slice(data).ok();
    if let Some(rows) = whole.as_ref().and_then(|whole| whole.get("data")).and_then(Value::as_array) {
        assert_eq!(page.specimens.len(), rows.len(), "a specimen was dropped in silence");
    }
    for specimen in &page.specimens {
        check(specimen);
    }
}

/// One specimen.
pub(crate) fn specimen(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(raw) = serde_json::from_str::<Box<RawValue>>(&text) {
        check(&raw);
    }
}

fn check(raw: &RawValue) {
    let rules = Rules { my_user_id: Some("u1".into()), allow_reject: true };
    match record::read(raw, of(), &rules) {
        Ok(record) => {
            assert!(!record.item.external_id.trim().is_empty(), "a record without a name");
            assert!(record::names(raw, &record.item.external_id), "another name than its own");
            assert!(!record.fingerprint.is_empty());
            assert!(serde_json::from_str::<Value>(&record.raw).is_ok(), "what is kept of it cannot be read");
            let patient = record.item.patient.as_ref().and_then(|patient| patient.external_id.as_deref());
            assert_eq!(patient, Some(PATIENT), "whose list it stood on was lost");
            let item = serde_json::to_string(&record.item).expect("an item is JSON");
            assert_eq!(
                serde_json::from_str(&item).ok().as_ref(),
                Some(&record.item),
                "it is not read again as it was kept"
            );
        }
        Err(rejected) => assert!(!rejected.reason.is_empty(), "rejected without a reason"),
    }
}

/// What it says when it says no.
pub(crate) fn refusal(data: &[u8]) {
    let Some(reply) = reply(data) else { return };
    let Ok(signature) = Signature::new(TOKEN, "planted-key", None) else { return };
    let no = No::of_reply(&reply, &signature);
    if let Some(words) = &no.refusal.words {
        assert!(words.chars().count() <= 301 && !words.chars().any(char::is_control), "not fit to be shown");
        assert!(!words.contains(TOKEN), "the token is shown");
    }
    no.of_read();
    let (Refused::This(error) | Refused::Account(error)) = no.of_write();
    assert!(!error.message.contains(TOKEN), "the token is shown");
    let status = no.refusal.status;
    let doubt = matches!(status, 408 | 425 | 500..=599) || !no.refusal.clean && status != 429;
    assert!(!doubt || error.and_now == AndNow::Doubtful, "{status} would be sent again");
}

/// How a job stands, and which it is.
pub(crate) fn job(data: &[u8]) {
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    for see_other in [false, true] {
        job::stands(&body, see_other);
    }
    if let Some(id) = job::linked(&body) {
        assert!(!id.contains(['/', '?', '#', '%']) && id.chars().any(|c| c != '.'), "{id} would climb in an address");
    }
}
