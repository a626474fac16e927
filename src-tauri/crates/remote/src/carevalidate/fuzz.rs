//! Targets: a page of cases, one case, a refusal, what is answered to a write.

use rounds_domain::{
    error::AndNow,
    item::Priority,
    pull::{Record, Rejected},
};
use serde_json::{Value, value::RawValue};

use super::{convert::Rules, errors, page, record, window::WindowField, write};
use crate::{fuzz::reply, seam::Submitted};

fn rules() -> Rules {
    Rules {
        organization: Some("Northside".into()),
        turnaround: chrono::TimeDelta::try_hours(48),
        escalated: Priority::Urgent,
        submitter_is_patient: true,
        portal_url: Some("https://portal.example.org/cases/{caseId}".into()),
        window_field: WindowField::Created,
    }
}

/// A page: each of its cases is a record or a rejected one.
pub(crate) fn page(data: &[u8]) {
    let Ok(page) = page::read(data, 20) else { return };
    if let Ok(whole) = serde_json::from_slice::<Value>(data)
        && let Some(cases) = whole.pointer("/data/cases").and_then(Value::as_array)
    {
        assert_eq!(page.cases.len(), cases.len(), "a case was dropped in silence");
    }
    for case in &page.cases {
        check(case, &record::read(case, &rules(), false));
    }
}

/// One case.
pub(crate) fn case(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(raw) = serde_json::from_str::<Box<RawValue>>(&text) else { return };
    for with_attachments in [false, true] {
        check(&raw, &record::read(&raw, &rules(), with_attachments));
    }
}

fn check(raw: &RawValue, read: &Result<Record, Rejected>) {
    match read {
        Ok(record) => {
            assert!(!record.item.external_id.trim().is_empty(), "a record without a name");
            assert!(record::names(raw, &record.item.external_id), "another name than its own");
            assert!(!record.fingerprint.is_empty());
            let kept: Result<Value, _> = serde_json::from_str(&record.raw);
            assert!(kept.is_ok(), "what is kept of it cannot be read");
            assert!(record.children.iter().all(|child| child.parent.as_deref() == Some(&record.item.external_id)));
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

/// What it answers to a write that it did not refuse: its documented success and nothing else is one, and names no case for a
/// comment.
pub(crate) fn receipt(data: &[u8]) {
    let Some(reply) = reply(data).filter(|reply| reply.status.is_success()) else { return };
    let said = serde_json::from_slice::<Value>(&reply.body).ok();
    let success = said.as_ref().and_then(|said| said.get("success")).and_then(Value::as_bool) == Some(true);
    match write::confirmed(&reply, "case-1") {
        Ok(Submitted::Done(receipt)) => {
            assert!(success, "taken for a success that it is not");
            assert_ne!(receipt.remote_ref.as_deref(), Some("case-1"), "a case is no comment");
            assert!(receipt.remote_ref.is_none_or(|id| !id.trim().is_empty()), "a comment without a name");
        }
        Ok(Submitted::Accepted(_) | Submitted::Told(..)) => panic!("there are no jobs here, and no reply is a read"),
        Err(error) => assert_eq!(error.and_now, AndNow::Doubtful, "it may have arrived"),
    }
}
