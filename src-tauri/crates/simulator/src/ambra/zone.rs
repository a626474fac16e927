//! Time zones, as far as a made-up hospital needs them: fixed offsets, and the rules of the United States and Europe.
//!
//! "A timezone offset in numeric format can be passed in the filter.tz … Deprecated timezones will apply as UTC" (the
//! vendor's client): a name that is not known here is UTC too.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, TimeDelta, Weekday};

use super::moment::Moment;

/// Hours from UTC in winter, and when summer is.
const NAMES: &[(&str, i64, Summer)] = &[
    ("America/New_York", -5, Summer::American),
    ("America/Detroit", -5, Summer::American),
    ("America/Chicago", -6, Summer::American),
    ("America/Denver", -7, Summer::American),
    ("America/Phoenix", -7, Summer::None),
    ("America/Los_Angeles", -8, Summer::American),
    ("America/Anchorage", -9, Summer::American),
    ("Pacific/Honolulu", -10, Summer::None),
    ("Europe/London", 0, Summer::European),
    ("Europe/Dublin", 0, Summer::European),
    ("Europe/Berlin", 1, Summer::European),
    ("Europe/Paris", 1, Summer::European),
    ("Europe/Warsaw", 1, Summer::European),
    ("Europe/Kyiv", 2, Summer::European),
    ("Europe/Helsinki", 2, Summer::European),
    ("Asia/Tokyo", 9, Summer::None),
    ("Asia/Singapore", 8, Summer::None),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Summer {
    None,
    American,
    European,
}

/// A time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Zone {
    winter_minutes: i64,
    summer: Summer,
}

impl Zone {
    pub(crate) const UTC: Self = Self { winter_minutes: 0, summer: Summer::None };

    /// A name of the tz database or `-4:00`, `+05:30`; UTC if it is neither.
    pub(crate) fn named(name: &str) -> Self {
        if let Some((_, hours, summer)) = NAMES.iter().find(|(known, ..)| *known == name) {
            return Self { winter_minutes: hours * 60, summer: *summer };
        }
        offset(name).map_or(Self::UTC, |winter_minutes| Self { winter_minutes, summer: Summer::None })
    }

    /// The moment at which a clock on the wall of this zone shows this.
    pub(crate) fn moment(self, wall: NaiveDateTime) -> Moment {
        let minutes = self.winter_minutes + if self.is_summer(wall) { 60 } else { 0 };
        Moment((wall - TimeDelta::minutes(minutes)).and_utc().timestamp_micros())
    }

    fn is_summer(self, wall: NaiveDateTime) -> bool {
        let sunday = |month, which| nth_sunday(wall.year(), month, which);
        let (from, to, hour) = match self.summer {
            Summer::None => return false,
            Summer::American => (sunday(3, 2), sunday(11, 1), 2),
            // 01:00 UTC at both ends, by the wall clock of before.
            Summer::European => (sunday(3, 5), sunday(10, 5), 1 + self.winter_minutes / 60),
        };
        let at = |day: Option<NaiveDate>, hour: i64| Some(day?.and_hms_opt(0, 0, 0)? + TimeDelta::hours(hour));
        let later = if self.summer == Summer::European { hour + 1 } else { hour };
        at(from, hour).is_some_and(|from| wall >= from) && at(to, later).is_some_and(|to| wall < to)
    }
}

/// The first, second … Sunday of a month; the fifth is the last one.
fn nth_sunday(year: i32, month: u32, which: u8) -> Option<NaiveDate> {
    if which < 5 {
        return NaiveDate::from_weekday_of_month_opt(year, month, Weekday::Sun, which);
    }
    let last = NaiveDate::from_ymd_opt(year, month + 1, 1)?.pred_opt()?;
    last.checked_sub_days(Days::new(u64::from(last.weekday().num_days_from_sunday())))
}

/// `-4:00`, `+0530`, `+5` as minutes.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits = &text[1..];
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at(2),
        None => (digits, "0"),
    };
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::Zone;
    use crate::ambra::moment::Moment;

    #[test]
    fn walls_and_moments() {
        for (zone, wall, utc) in [
            ("UTC", "2026-07-01 12:00:00", "2026-07-01 12:00:00"),
            ("America/New_York", "2026-01-15 12:00:00", "2026-01-15 17:00:00"),
            ("America/New_York", "2026-07-01 12:00:00", "2026-07-01 16:00:00"),
            ("America/New_York", "2026-03-08 01:59:59", "2026-03-08 06:59:59"),
            ("America/New_York", "2026-03-08 03:00:00", "2026-03-08 07:00:00"),
            ("America/New_York", "2026-11-01 03:00:00", "2026-11-01 08:00:00"),
            ("Europe/Berlin", "2026-03-29 03:00:00", "2026-03-29 01:00:00"),
            ("Europe/Berlin", "2026-10-25 03:30:00", "2026-10-25 02:30:00"),
            ("-4:00", "2026-01-15 12:00:00", "2026-01-15 16:00:00"),
            ("+05:30", "2026-01-15 12:00:00", "2026-01-15 06:30:00"),
            ("Nowhere/At_All", "2026-01-15 12:00:00", "2026-01-15 12:00:00"),
        ] {
            let wall_time = chrono::NaiveDateTime::parse_from_str(wall, "%Y-%m-%d %H:%M:%S").unwrap();
            assert_eq!(Zone::named(zone).moment(wall_time), Moment::parse(utc).unwrap(), "{wall} in {zone}");
        }
    }
}
