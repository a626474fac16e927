//! The `Retry-After` header in both its forms (RFC 9110, section 10.2.3), obeyed up to an hour (RELIABILITY.md).

use std::time::{Duration, SystemTime};

/// The longest that a remote can make us wait.
const LONGEST: Duration = Duration::from_hours(1);

/// How long to wait. A date in the past and a negative number mean no wait; what cannot be read means nothing said.
pub(crate) fn read(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    let digits = value.strip_prefix('-').unwrap_or(value);
    let whole = digits.split_once('.').map_or(digits, |(whole, _)| whole);
    if !whole.is_empty() && digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        if value.starts_with('-') {
            return Some(Duration::ZERO);
        }
        // A number too long to read is absurdly large.
        return Some(whole.parse().map_or(LONGEST, Duration::from_secs).min(LONGEST));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(now).unwrap_or(Duration::ZERO).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_absurd_ones_are_capped() {
        let now = httpdate::parse_http_date("Sun, 22 Nov 2026 06:00:00 GMT").expect("a date");
        for (value, expected) in [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 120 ", Some(120)),
            ("1.5", Some(1)),
            ("-5", Some(0)),
            ("3600", Some(3600)),
            ("86400", Some(3600)),
            ("99999999999999999999999999", Some(3600)),
            ("Sun, 22 Nov 2026 06:00:30 GMT", Some(30)),
            ("Sunday, 22-Nov-26 06:00:30 GMT", Some(30)),
            ("Sun, 22 Nov 2026 05:00:00 GMT", Some(0)),
            ("Mon, 22 Nov 2027 05:00:00 GMT", Some(3600)),
            ("soon", None),
            ("", None),
            ("-", None),
            ("1e9", None),
            ("NaN", None),
        ] {
            assert_eq!(read(value, now), expected.map(Duration::from_secs), "{value:?}");
        }
    }
}
