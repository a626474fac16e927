//! How values are kept: times as milliseconds, long JSON compressed.

use std::cell::RefCell;

use chrono::{DateTime, Utc};
use rounds_domain::item::WorkItem;
use zstd::bulk::Compressor;

use crate::{Result, StoreError};

/// Fast enough not to be felt in a pull; level 3 saved 1 % of the file.
const LEVEL: i32 = 1;

pub(crate) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(crate) fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}

pub(crate) fn compress(text: &[u8]) -> Result<Vec<u8>> {
    thread_local! {
        // Making one costs more than compressing a case does.
        static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    }
    COMPRESSOR.with_borrow_mut(|kept| {
        let compressor = match kept {
            Some(compressor) => compressor,
            None => kept.insert(Compressor::new(LEVEL)?),
        };
        compressor.compress(text).map_err(StoreError::from)
    })
}

/// Nothing that is kept unpacks to more than this.
const LARGEST: usize = 256 * 1024 * 1024;

pub(crate) fn decompress(bytes: &[u8]) -> Result<Vec<u8>> {
    let size = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or(0);
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(LARGEST);
    zstd::bulk::decompress(bytes, size).map_err(|_| StoreError::Damaged)
}

/// The length of the remote's JSON stands before it, in this many bytes, little-endian.
const LENGTH: usize = size_of::<u32>();

/// The remote's own JSON and the item it was converted to, compressed as one: they say the same twice, so that the second
/// costs little.
pub(crate) fn pack(raw: &str, item: &WorkItem) -> Result<Vec<u8>> {
    let length =
        u32::try_from(raw.len()).map_err(|_| StoreError::Refused("The record is too large to keep.".into()))?;
    let mut both = Vec::with_capacity(LENGTH + 2 * raw.len());
    both.extend(length.to_le_bytes());
    both.extend(raw.as_bytes());
    serde_json::to_writer(&mut both, item)?;
    compress(&both)
}

/// The item of what [`pack`] made.
pub(crate) fn unpack_item(bytes: &[u8]) -> Result<WorkItem> {
    let (mut both, at) = unpack(bytes)?;
    Ok(serde_json::from_slice(&both.split_off(at))?)
}

/// The remote's own JSON of what [`pack`] made; empty for what came inside another item.
pub(crate) fn unpack_raw(bytes: &[u8]) -> Result<String> {
    let (mut both, at) = unpack(bytes)?;
    both.truncate(at);
    String::from_utf8(both.split_off(LENGTH)).map_err(|_| StoreError::Damaged)
}

/// Both texts, and where the second begins.
fn unpack(bytes: &[u8]) -> Result<(Vec<u8>, usize)> {
    let both = decompress(bytes)?;
    let length = both.first_chunk::<LENGTH>().map(|length| u32::from_le_bytes(*length));
    let at = length.and_then(|length| usize::try_from(length).ok()?.checked_add(LENGTH));
    let at = at.filter(|at| *at <= both.len()).ok_or(StoreError::Damaged)?;
    Ok((both, at))
}
