//! Times as this system writes them: `2026-01-31 10:00:00.123456+00`, microseconds and a two-digit offset.

use chrono::NaiveDateTime;
use serde::{Serialize, Serializer};

use crate::stamp::Stamp;

pub(crate) const SECOND: i64 = 1_000_000;

/// A moment in microseconds since the epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    /// The moment of a stamp, and some microseconds that it can't tell.
    pub(crate) fn of(stamp: Stamp, micros: i64) -> Self {
        Self(stamp.0 * 1_000 + micros)
    }

    /// Without what is beyond the second.
    pub(crate) fn whole_second(self) -> Self {
        Self(self.0 - self.0.rem_euclid(SECOND))
    }

    pub(crate) fn stamp(self) -> Stamp {
        Stamp(self.0.div_euclid(1_000))
    }

    /// Reads what [`Moment::text`] writes, with or without the offset.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let local = text.strip_suffix("+00").unwrap_or(text);
        let time = NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M:%S%.f").ok()?;
        Some(Self(time.and_utc().timestamp_micros()))
    }

    pub(crate) fn text(self) -> String {
        let stamp = self.stamp().text();
        let (date, clock) = (&stamp[..10], &stamp[11..19]);
        format!("{date} {clock}.{:06}+00", self.0.rem_euclid(SECOND))
    }
}

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn a_moment_is_read_as_it_is_written() {
        for micros in [0, 1_769_853_600_123_456, -1] {
            let text = Moment(micros).text();
            assert_eq!(Moment::parse(&text), Some(Moment(micros)), "{text}");
        }
        assert_eq!(Moment(1_769_853_600_123_456).text(), "2026-01-31 10:00:00.123456+00");
    }
}
