//! How long to wait before trying again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use rounds_domain::planted::{Bug, is_planted};

use crate::Tick;

/// No wait of our own is longer.
pub const CAP: Duration = Duration::from_mins(5);
/// No wait that a remote asks for is honoured longer.
pub const RETRY_AFTER_CAP: Duration = Duration::from_hours(1);
const FIRST: Duration = Duration::from_secs(1);
/// What jitter and rounding add to a wait at most.
const SLACK: Duration = Duration::from_secs(5);

/// When to try again after `failures` failures in a row: exponential with full jitter, at most [`CAP`]; what the remote
/// asked for is a lower bound, honoured up to [`RETRY_AFTER_CAP`].
pub fn next_try(failures: u32, asked: Option<Duration>, tick: Tick) -> DateTime<Utc> {
    let cap = if is_planted(Bug::BackoffOfDays) { Duration::MAX } else { CAP };
    let asked_cap = if is_planted(Bug::AbsurdRetryAfter) { Duration::MAX } else { RETRY_AFTER_CAP };
    let ceiling = FIRST.saturating_mul(1_u32.checked_shl(failures.min(16)).unwrap_or(u32::MAX)).min(cap);
    let jittered = ceiling.mul_f64(tick.random.clamp(0.0, 1.0));
    let wait = match asked {
        Some(asked) => asked.min(asked_cap) + jittered.min(FIRST),
        None => jittered.max(FIRST / 4),
    };
    tick.now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::zero())
}

/// Until when a system is to be left alone that asked for it with `not_before`, if it still is at `now`. A time further off
/// than any that is honoured was written by a clock that has been set back since: it counts for nothing.
pub fn left_alone(not_before: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    not_before.filter(|until| *until > now && is_wait(*until, now, RETRY_AFTER_CAP))
}

/// Whether `at` can be the end of a wait of at most `longest`, as the clock stands now.
pub(crate) fn is_wait(at: DateTime<Utc>, now: DateTime<Utc>, longest: Duration) -> bool {
    let longest = TimeDelta::from_std(longest + SLACK).unwrap_or(TimeDelta::zero());
    at - now <= longest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(failures: u32, asked: Option<u64>, random: f64) -> i64 {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        (next_try(failures, asked.map(Duration::from_secs), Tick { now, up: Duration::ZERO, random }) - now)
            .num_milliseconds()
    }

    #[test]
    fn waits_grow_are_jittered_and_bounded() {
        assert_eq!(wait(0, None, 0.0), 250, "never at once");
        assert_eq!(wait(0, None, 1.0), 1_000);
        assert_eq!(wait(3, None, 1.0), 8_000);
        assert_eq!(wait(3, None, 0.5), 4_000);
        assert_eq!(wait(9, None, 1.0), 300_000);
        assert_eq!(wait(u32::MAX, None, 1.0), 300_000);
    }

    #[test]
    fn what_the_remote_asks_for_is_a_lower_bound_up_to_an_hour() {
        assert_eq!(wait(0, Some(30), 0.0), 30_000);
        assert_eq!(wait(9, Some(30), 1.0), 31_000);
        assert_eq!(wait(0, Some(u64::MAX), 0.0), 3_600_000);
    }

    #[test]
    fn a_system_is_left_alone_for_an_hour_at_most_whatever_becomes_of_the_clock() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let asked = |seconds| left_alone(Some(now + TimeDelta::seconds(seconds)), now).is_some();
        assert!(!asked(-1) && !asked(0), "its time is over");
        assert!(asked(1) && asked(3_600));
        assert!(!asked(3_700), "nobody is honoured that long: the clock was set back");
    }
}
