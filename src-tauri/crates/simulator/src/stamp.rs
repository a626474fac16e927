//! Times and dates as the remotes write them, formatted without chrono: a page of 100 cases holds some 3,000 of them.

use std::fmt;

use serde::{Serialize, Serializer};

pub(crate) const SECOND: i64 = 1_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

/// A moment in milliseconds since the epoch, written `2024-01-31T10:00:00.000Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Stamp(pub(crate) i64);

/// A calendar day in days since the epoch, written `2024-01-31`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Day(pub(crate) i32);

impl Stamp {
    /// Reads RFC 3339, or the same without an offset, taken as UTC.
    ///
    /// The document says "valid ISO 8601 datetime strings"; that a time without an offset is UTC is inferred.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if let Ok(time) = chrono::DateTime::parse_from_rfc3339(text) {
            return Some(Self(time.timestamp_millis()));
        }
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|form| chrono::NaiveDateTime::parse_from_str(text, form).ok())
            .map(|time| Self(time.and_utc().timestamp_millis()))
    }

    pub(crate) fn text(self) -> String {
        self.to_string()
    }

    fn write(self) -> [u8; 24] {
        let days = self.0.div_euclid(DAY);
        let mut rest = self.0.rem_euclid(DAY);
        let mut out = *b"0000-00-00T00:00:00.000Z";
        write_day(&mut out, days);
        put(&mut out, 20, 3, rest % 1000);
        rest /= 1000;
        put(&mut out, 17, 2, rest % 60);
        rest /= 60;
        put(&mut out, 14, 2, rest % 60);
        put(&mut out, 11, 2, rest / 60);
        out
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(ascii(&self.write()))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(ascii(&self.write()))
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = *b"0000-00-00";
        write_day(&mut out, i64::from(self.0));
        serializer.serialize_str(ascii(&out))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = *b"0000-00-00";
        write_day(&mut out, i64::from(self.0));
        f.write_str(ascii(&out))
    }
}

fn ascii(bytes: &[u8]) -> &str {
    // Only digits and punctuation are ever written.
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// Days since the epoch to year, month, day (Howard Hinnant's `civil_from_days`).
fn write_day(out: &mut [u8], days: i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    put(out, 0, 4, year);
    put(out, 5, 2, month);
    put(out, 8, 2, day);
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // value % 10 is one digit
fn put(out: &mut [u8], at: usize, width: usize, mut value: i64) {
    for place in (at..at + width).rev() {
        out[place] = b'0' + (value % 10) as u8;
        value /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::{DAY, Day, Stamp};

    #[test]
    fn stamps_are_written_as_chrono_would() {
        for day in (-40_000..40_000).step_by(13) {
            let ms = day * DAY + 45_296_789;
            let time = chrono::DateTime::from_timestamp_millis(ms).unwrap();
            assert_eq!(Stamp(ms).text(), time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
            assert_eq!(Day(i32::try_from(day).unwrap()).to_string(), time.format("%Y-%m-%d").to_string());
        }
    }

    #[test]
    fn what_counts_as_a_datetime() {
        for (text, good) in [
            ("2024-01-01T00:00:00Z", true),
            ("2024-01-01T02:00:00+02:00", true),
            ("2024-01-01T00:00:00.123", true),
            ("2024-01-01", false),
            ("yesterday", false),
            ("", false),
        ] {
            assert_eq!(Stamp::parse(text).is_some(), good, "{text:?} as an ISO 8601 datetime");
        }
    }
}
