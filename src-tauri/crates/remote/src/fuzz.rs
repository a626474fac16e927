//! What reads the words of a remote, as plain functions of bytes. None may panic, whatever it is given; each checks what must
//! hold of its answer, by panicking.

use std::time::{Duration, SystemTime};

use crate::{ambra, carevalidate, ehealth, illumina, lims, wire::retry_after};

/// A function to throw bytes at, and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target of this crate.
pub const TARGETS: &[Target] = &[
    ("retry_after", retry_after),
    ("carevalidate_page", carevalidate::fuzz::page),
    ("carevalidate_case", carevalidate::fuzz::case),
    ("carevalidate_refusal", carevalidate::fuzz::refusal),
    ("carevalidate_receipt", carevalidate::fuzz::receipt),
    ("ambra_list", ambra::fuzz::list),
    ("ambra_row", ambra::fuzz::row),
    ("ambra_refusal", ambra::fuzz::refusal),
    ("ambra_cursor", ambra::fuzz::cursor),
    ("ambra_date", ambra::fuzz::date),
    ("dicom_name", ambra::fuzz::name),
    ("illumina_page", illumina::fuzz::page),
    ("illumina_case", illumina::fuzz::case),
    ("illumina_entry", illumina::fuzz::entry),
    ("illumina_refusal", illumina::fuzz::refusal),
    ("illumina_cursor", illumina::fuzz::cursor),
    ("ehealth_list", ehealth::fuzz::list),
    ("ehealth_specimen", ehealth::fuzz::specimen),
    ("ehealth_refusal", ehealth::fuzz::refusal),
    ("ehealth_job", ehealth::fuzz::job),
    ("lims_reply", lims::fuzz::taken),
    ("lims_refusal", lims::fuzz::refusal),
];

/// `Retry-After`: never more than an hour, and whole seconds as they stand.
fn retry_after(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    // Any moment will do; it must be the same for the same bytes.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_300_000);
    let wait = retry_after::read(&text, now);
    assert!(wait.is_none_or(|wait| wait <= Duration::from_hours(1)), "{wait:?}");
    if let Ok(seconds) = text.trim().parse::<u64>()
        && text.trim().bytes().all(|byte| byte.is_ascii_digit())
    {
        assert_eq!(wait, Some(Duration::from_secs(seconds.min(3600))));
    }
}

/// A reply with this body, whose status is in its first two bytes.
pub(crate) fn reply(data: &[u8]) -> Option<crate::wire::Reply> {
    let (status, body) = data.split_first_chunk::<2>()?;
    let status = 200 + u16::from_le_bytes(*status) % 400;
    let status = reqwest::StatusCode::from_u16(status).ok()?;
    Some(crate::wire::Reply { status, retry_after: None, media_type: None, body: body.to_vec() })
}
