//! Times as Ambra reads them in filters: in the user's own zone, whatever offset the value carries ("Filter clauses" and the
//! sheet, "Lists"). What is written here never lies later than the instant it stands for, so that nothing is missed.

use chrono::{DateTime, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::{TZ_VARIANTS, Tz};

/// How Ambra reads a filter's time for this user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    /// In this zone.
    Known(Tz),
    /// The user has none: UTC.
    Utc,
    /// In a zone whose name is not known here.
    Unknown,
}

/// No zone lies further west of UTC than this: a time written for an unknown zone is earlier by as much.
const FURTHEST_WEST: TimeDelta = TimeDelta::hours(12);
/// Steps back from a time that the clocks show twice. Every change of the clocks is a multiple of it.
const STEP: TimeDelta = TimeDelta::minutes(15);
/// More steps than any repeated stretch has (a day, when a country crosses the date line).
const MOST_STEPS: usize = 100;

impl Zone {
    /// The zone of a user's `time_zone`.
    pub(super) fn named(name: Option<&str>) -> Self {
        match name.map(str::trim).filter(|name| !name.is_empty()) {
            None => Self::Utc,
            Some(name) => TZ_VARIANTS
                .iter()
                .find(|zone| zone.name().eq_ignore_ascii_case(name))
                .map_or(Self::Unknown, |zone| Self::Known(*zone)),
        }
    }

    /// A filter's value for an instant: `YYYY-MM-DD hh:mm:ss.uuuuuu`, without an offset since one is ignored.
    ///
    /// A time that the clocks of the zone show twice could be read as the later one; then the last time before it that
    /// they show once is written.
    pub(super) fn written(self, at: DateTime<Utc>) -> String {
        let local = match self {
            Self::Utc => at.naive_utc(),
            Self::Unknown => at.naive_utc() - FURTHEST_WEST,
            Self::Known(zone) => shown_once(zone, at),
        };
        local.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
    }
}

fn shown_once(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    let mut at = at;
    for step in 0..MOST_STEPS {
        let local = at.with_timezone(&zone).naive_local();
        if matches!(zone.from_local_datetime(&local), LocalResult::Single(_)) {
            return local;
        }
        // From the first step on at whole quarters, so that all times of a stretch are written alike.
        at = if step == 0 { floor(at) } else { at } - STEP;
    }
    at.naive_utc() - FURTHEST_WEST
}

fn floor(at: DateTime<Utc>) -> DateTime<Utc> {
    at - TimeDelta::microseconds(at.timestamp_micros().rem_euclid(STEP.num_microseconds().unwrap_or(1)))
        - TimeDelta::nanoseconds(i64::from(at.timestamp_subsec_nanos() % 1000))
}

#[cfg(test)]
mod tests {
    use rounds_domain::moment::instant;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        instant(text).expect(text)
    }

    #[test]
    fn a_time_is_written_as_the_users_clock_shows_it() {
        for (zone, utc, expected) in [
            // New York, 2026: forward on 8 March at 07:00 UTC, back on 1 November at 06:00 UTC.
            ("America/New_York", "2026-03-08 06:59:59.999999+00", "2026-03-08 01:59:59.999999"),
            ("America/New_York", "2026-03-08 07:00:00+00", "2026-03-08 03:00:00.000000"),
            ("America/New_York", "2026-11-01 04:59:59.5+00", "2026-11-01 00:59:59.500000"),
            ("America/New_York", "2026-11-01 07:00:00+00", "2026-11-01 02:00:00.000000"),
            // Kyiv, 2026: forward on 29 March at 01:00 UTC, back on 25 October at 01:00 UTC.
            ("Europe/Kyiv", "2026-03-29 00:59:59+00", "2026-03-29 02:59:59.000000"),
            ("Europe/Kyiv", "2026-03-29 01:00:00+00", "2026-03-29 04:00:00.000000"),
            ("Europe/Kyiv", "2026-10-24 23:59:59+00", "2026-10-25 02:59:59.000000"),
            ("Europe/Kyiv", "2026-10-25 02:00:00+00", "2026-10-25 04:00:00.000000"),
            ("europe/kiev", "2026-07-01 12:00:00.123456+00", "2026-07-01 15:00:00.123456"),
            ("US/Eastern", "2026-07-01 12:00:00+00", "2026-07-01 08:00:00.000000"),
            ("EST", "2026-07-01 12:00:00+00", "2026-07-01 07:00:00.000000"),
            ("", "2026-07-01 12:00:00+00", "2026-07-01 12:00:00.000000"),
            ("Mars/Olympus", "2026-07-01 12:00:00+00", "2026-07-01 00:00:00.000000"),
        ] {
            assert_eq!(Zone::named(Some(zone)).written(at(utc)), expected, "{zone} {utc}");
        }
        assert_eq!(Zone::named(None), Zone::Utc);
    }

    #[test]
    fn an_hour_that_the_clocks_show_twice_is_begun_before() {
        for (zone, utc, expected) in [
            ("America/New_York", "2026-11-01 05:00:00+00", "2026-11-01 00:45:00.000000"),
            ("America/New_York", "2026-11-01 05:30:00.25+00", "2026-11-01 00:45:00.000000"),
            ("America/New_York", "2026-11-01 06:59:59.999999+00", "2026-11-01 00:45:00.000000"),
            ("Europe/Kyiv", "2026-10-25 00:00:00+00", "2026-10-25 02:45:00.000000"),
            ("Europe/Kyiv", "2026-10-25 01:59:59+00", "2026-10-25 02:45:00.000000"),
            // Lord Howe's clocks go back by half an hour, at 15:00 UTC.
            ("Australia/Lord_Howe", "2026-04-04 14:40:00+00", "2026-04-05 01:15:00.000000"),
        ] {
            assert_eq!(Zone::named(Some(zone)).written(at(utc)), expected, "{zone} {utc}");
        }
    }

    #[test]
    fn however_a_server_reads_it_nothing_after_the_instant_is_missed() {
        for name in ["America/New_York", "Europe/Kyiv", "Australia/Lord_Howe", "America/Sao_Paulo"] {
            let Zone::Known(zone) = Zone::named(Some(name)) else { panic!("{name} is not known") };
            for day in ["2026-03-08", "2026-03-29", "2026-04-05", "2026-10-25", "2026-11-01", "2018-02-18"] {
                let start = at(&format!("{day} 00:00:00+00")) - TimeDelta::hours(14);
                for minutes in (0..40 * 60).step_by(7) {
                    let instant = start + TimeDelta::minutes(minutes);
                    let text = Zone::Known(zone).written(instant);
                    let local = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").expect("a time");
                    let read = zone.from_local_datetime(&local).latest().map(|read| read.with_timezone(&Utc));
                    assert!(read.is_some_and(|read| read <= instant), "{name} {instant}: {text}");
                }
            }
        }
    }
}
