//! A remote's dates. One that can be read becomes an instant; one that cannot survives as the text it came as.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

/// A point in time as a remote wrote it, and as an instant where it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
pub struct Moment {
    /// The remote's own text, with the remote's own zone.
    pub text: String,
    /// The instant, when the text could be read.
    pub at: Option<DateTime<Utc>>,
}

impl Moment {
    /// Reads a remote's date. Never fails: what cannot be read keeps its text and has no instant.
    pub fn read(text: impl Into<String>) -> Self {
        let text = text.into();
        let at = instant(&text);
        Self { text, at }
    }
}

/// An instant as values compare it: in UTC, with as many digits after the second as it needs.
pub fn utc_text(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Reads an instant in the spellings the remotes use: RFC 3339, a space instead of the `T`, a two-digit offset (`+00`),
/// no offset (then UTC), or a bare date (midnight UTC).
pub fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(at.with_timezone(&Utc));
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M%#z"] {
        if let Ok(at) = DateTime::parse_from_str(text, format) {
            return Some(at.with_timezone(&Utc));
        }
    }
    for format in ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"] {
        if let Ok(at) = NaiveDateTime::parse_from_str(text, format) {
            return Some(at.and_utc());
        }
    }
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().and_then(|date| date.and_hms_opt(0, 0, 0)).map(|at| at.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_spelling_the_remotes_use() {
        for (text, expected) in [
            ("2026-03-29T01:30:00Z", "2026-03-29T01:30:00+00:00"),
            ("2026-03-29T01:30:00.123Z", "2026-03-29T01:30:00.123+00:00"),
            ("2026-03-29T03:30:00+02:00", "2026-03-29T01:30:00+00:00"),
            ("2026-03-29 01:30:00.5+00", "2026-03-29T01:30:00.500+00:00"),
            ("2026-03-29T01:30:00", "2026-03-29T01:30:00+00:00"),
            ("2026-03-29", "2026-03-29T00:00:00+00:00"),
        ] {
            assert_eq!(instant(text).map(|at| at.to_rfc3339()).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn one_instant_is_written_one_way() {
        for (text, expected) in [
            ("2026-03-29T03:30:00+02:00", "2026-03-29T01:30:00Z"),
            ("2026-03-29T01:30:00.000Z", "2026-03-29T01:30:00Z"),
            ("2026-03-29T01:30:00.120Z", "2026-03-29T01:30:00.120Z"),
        ] {
            assert_eq!(instant(text).map(utc_text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_date_that_cannot_be_read_survives_as_text() {
        let moment = Moment::read("string (ISO 8601)");
        assert_eq!(moment, Moment { text: "string (ISO 8601)".into(), at: None });
    }
}
