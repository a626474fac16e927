//! How values are kept: times as milliseconds, long JSON compressed.

use chrono::{DateTime, Utc};
use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, StoreError};

/// Fast enough not to be felt in a pull; the pages are small.
const LEVEL: i32 = 1;

pub(crate) fn millis(at: DateTime<Utc>) -> i64 {
    at.timestamp_millis()
}

pub(crate) fn time(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or(DateTime::UNIX_EPOCH)
}

pub(crate) fn compress(text: &[u8]) -> Result<Vec<u8>> {
    zstd::bulk::compress(text, LEVEL).map_err(StoreError::from)
}

pub(crate) fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>> {
    compress(&serde_json::to_vec(value)?)
}

/// Nothing that is kept unpacks to more than this.
const LARGEST: usize = 256 * 1024 * 1024;

pub(crate) fn decompress(bytes: &[u8]) -> Result<Vec<u8>> {
    let size = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten().unwrap_or(0);
    let size = usize::try_from(size).unwrap_or(usize::MAX).min(LARGEST);
    zstd::bulk::decompress(bytes, size).map_err(|_| StoreError::Damaged)
}

pub(crate) fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    Ok(serde_json::from_slice(&decompress(bytes)?)?)
}
