//! How often a wrong passphrase was tried. Kept in a small file beside the profile's database, so that starting the app
//! anew gives no more guesses. It holds two numbers and no secret.

use std::{fs, io::Write, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::error::{Answer, Code, CommandError};

const FILE: &str = "attempts.json";
/// Wrong tries that cost nothing.
const FREE: u32 = 5;
/// The pause after these; it doubles with each further wrong try.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The longest pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// The wrong tries since the profile was last opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempts {
    wrong: u32,
    last: DateTime<Utc>,
}

impl Attempts {
    /// Counts a try before it is made, so that ending the app in the middle of one gains nothing. Refused during a pause.
    /// Answers what was counted before.
    pub(crate) fn begin(dir: &Path, now: DateTime<Utc>) -> Answer<Self> {
        let mut before = Self::read(dir);
        if before.last > now {
            // The clock was set back. Nobody waits for longer than one pause because of that.
            before.last = now;
            before.write(dir)?;
        }
        let wait = before.last + before.pause() - now;
        if before.wrong >= FREE && wait > TimeDelta::zero() {
            return Err(CommandError::new(
                Code::TooManyAttempts,
                format!("Too many wrong passphrases. Nothing was changed. Try again in {}.", in_words(wait)),
            ));
        }
        Self { wrong: before.wrong.saturating_add(1), last: now }.write(dir)?;
        Ok(before)
    }

    /// The profile was opened: starts anew.
    pub(crate) fn forget(dir: &Path) {
        if let Err(error) = fs::remove_file(dir.join(FILE)) {
            tracing::warn!(%error, "the wrong tries could not be forgotten");
        }
    }

    /// Puts back what was counted before, for a try that said nothing about the passphrase.
    pub(crate) fn take_back(self, dir: &Path) {
        if let Err(error) = self.write(dir) {
            tracing::warn!(%error, "a try could not be taken back");
        }
    }

    fn pause(self) -> TimeDelta {
        let doubled = self.wrong.saturating_sub(FREE).min(16);
        (FIRST_PAUSE * (1 << doubled)).min(LONGEST_PAUSE)
    }

    /// Whoever can damage the file could remove it as well: one that cannot be read counts nothing.
    fn read(dir: &Path) -> Self {
        fs::read(dir.join(FILE)).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default()
    }

    fn write(self, dir: &Path) -> std::io::Result<()> {
        let new = dir.join(format!("{FILE}.new"));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&new)?;
        file.write_all(&serde_json::to_vec(&self)?)?;
        file.sync_all()?;
        fs::rename(new, dir.join(FILE))
    }
}

fn in_words(wait: TimeDelta) -> String {
    // Rounded up: after that time it does work.
    match wait.num_seconds() + 1 {
        seconds @ ..=90 => format!("{seconds} seconds"),
        seconds => format!("{} minutes", seconds / 60 + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn refused(dir: &Path, seconds: i64) -> bool {
        match Attempts::begin(dir, at(seconds)) {
            Ok(_) => false,
            Err(error) => {
                assert_eq!(error.code, Code::TooManyAttempts);
                true
            }
        }
    }

    #[test]
    fn five_wrong_tries_are_free_then_each_doubles_the_pause() {
        let dir = tempfile::tempdir().unwrap();
        assert!((0..5).all(|second| !refused(dir.path(), second)), "five tries in a row");
        // Every call reads the file anew, as an app that was just started would.
        assert!(refused(dir.path(), 5), "the sixth at once");
        assert!(refused(dir.path(), 33), "the sixth after 29 s");
        assert!(!refused(dir.path(), 34), "the sixth after 30 s");
        assert!(refused(dir.path(), 34 + 59), "the seventh after 59 s");
        assert!(!refused(dir.path(), 34 + 60), "the seventh after 60 s");
    }

    #[test]
    fn a_pause_ends_and_so_does_their_growth() {
        let dir = tempfile::tempdir().unwrap();
        Attempts { wrong: 400, last: at(0) }.write(dir.path()).unwrap();
        assert!(refused(dir.path(), 3599));
        assert!(!refused(dir.path(), 3600));
    }

    #[test]
    fn a_clock_that_was_set_back_locks_nobody_out_for_years() {
        let dir = tempfile::tempdir().unwrap();
        Attempts { wrong: 5, last: at(300_000_000) }.write(dir.path()).unwrap();
        assert!(refused(dir.path(), 0));
        assert!(refused(dir.path(), 29));
        assert!(!refused(dir.path(), 30));
    }

    #[test]
    fn opening_forgets_and_what_was_no_guess_is_not_counted() {
        let dir = tempfile::tempdir().unwrap();
        for second in 0..4 {
            assert!(!refused(dir.path(), second));
        }
        let before = Attempts::begin(dir.path(), at(4)).unwrap();
        before.take_back(dir.path());
        assert!(!refused(dir.path(), 5), "only four were counted");
        assert!(refused(dir.path(), 6));
        Attempts::forget(dir.path());
        assert!(!refused(dir.path(), 7));
    }

    #[test]
    fn waits_read_as_people_say_them() {
        assert_eq!(in_words(TimeDelta::seconds(29)), "30 seconds");
        assert_eq!(in_words(TimeDelta::seconds(110)), "2 minutes");
        assert_eq!(in_words(TimeDelta::minutes(59)), "60 minutes");
    }
}
