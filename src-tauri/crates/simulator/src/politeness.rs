//! A rate limit that none of the documents states: off by default, a setting of each system.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// How many requests a second are fine, and what happens beyond.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub(crate) struct Politeness {
    /// None: any number.
    pub(crate) requests_per_second: Option<u32>,
    /// Beyond the limit: answer 429 with `Retry-After: 1`. Else it is only recorded as a violation.
    pub(crate) answers_429: bool,
}

/// The requests of the last second.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<(Politeness, VecDeque<Instant>)>);

impl Pace {
    pub(crate) fn limit(&self) -> Politeness {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub(crate) fn set_limit(&self, limit: Politeness) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (limit, VecDeque::new());
    }

    /// Counts a request; true if it is one too many.
    pub(crate) fn too_fast(&self, now: Instant) -> bool {
        let mut pace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (limit, last) = &mut *pace;
        let Some(limit) = limit.requests_per_second else {
            return false;
        };
        while last.front().is_some_and(|then| now.duration_since(*then) >= Duration::from_secs(1)) {
            last.pop_front();
        }
        last.push_back(now);
        last.len() > limit as usize
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{Pace, Politeness};

    #[test]
    fn the_third_request_within_a_second_is_too_many_of_two() {
        let pace = Pace::default();
        pace.set_limit(Politeness { requests_per_second: Some(2), answers_429: false });
        let start = Instant::now();
        let verdicts = [0, 100, 200, 1500].map(|ms| pace.too_fast(start + Duration::from_millis(ms)));
        assert_eq!(verdicts, [false, false, true, false]);
    }
}
