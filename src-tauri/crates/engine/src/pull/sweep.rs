//! What a page or a failure means for the sweep that it belongs to.

use std::collections::BTreeSet;

use rounds_domain::{
    error::{AndNow, RemoteError},
    pull::Page,
};

use crate::{Tick, backoff};

/// What one sweep has seen so far, in this run of the program.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    used: BTreeSet<String>,
    pages: u32,
}

/// No sweep has more pages than this: a server that never ends is a failure, not a feed.
const PAGES: u32 = 100_000;

/// What comes after a page.
#[derive(Debug, Clone, PartialEq)]
pub enum AfterPage {
    /// Keep the page and read the next one from here.
    Continue(String),
    /// Keep the page; the sweep is complete.
    Complete,
    /// Keep the page's rows, but the sweep failed: what it did not see is not missing.
    Fail(RemoteError),
}

/// What comes after `page`, which was read from `cursor`.
pub fn after_page(progress: &mut Progress, cursor: Option<&str>, page: &Page) -> AfterPage {
    progress.pages += 1;
    if let Some(cursor) = cursor {
        progress.used.insert(cursor.to_owned());
    }
    match &page.next {
        None => AfterPage::Complete,
        Some(next) if progress.used.contains(next) => AfterPage::Fail(RemoteError::new(
            AndNow::Doubtful,
            "The system gave the same page twice. What was read is kept; this part is read again from its beginning.",
        )),
        Some(_) if progress.pages >= PAGES => AfterPage::Fail(RemoteError::new(
            AndNow::Doubtful,
            "The system's list does not end. What was read is kept; this part is read again later.",
        )),
        Some(next) => AfterPage::Continue(next.clone()),
    }
}

/// Whether a failed sweep goes on where it was or begins again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resume {
    /// From the page that failed.
    Here,
    /// From its beginning.
    Beginning,
}

/// Whether the system does not show the part that was asked for to this person. That says nothing about the other feeds; what of it is
/// here stays, and it is asked for again like anything that failed.
pub fn is_closed(error: &RemoteError) -> bool {
    error.and_now == AndNow::Forbidden
}

/// What becomes of a sweep whose page could not be read, and when to try again. A page that was refused in the middle of a
/// sweep means that its cursor has expired.
pub fn after_failure(
    error: &RemoteError,
    cursor: Option<&str>,
    failures: u32,
    tick: Tick,
) -> (Resume, chrono::DateTime<chrono::Utc>) {
    let asked = match error.and_now {
        AndNow::Later(asked) => asked,
        _ => None,
    };
    let resume = match error.and_now {
        AndNow::Invalid | AndNow::Gone | AndNow::Conflict if cursor.is_some() => Resume::Beginning,
        _ if failures >= 3 => Resume::Beginning,
        _ => Resume::Here,
    };
    (resume, backoff::next_try(failures, asked, tick))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(next: Option<&str>) -> Page {
        Page { next: next.map(str::to_owned), ..Page::default() }
    }

    #[test]
    fn a_sweep_ends_at_the_last_page_and_fails_at_a_repeated_cursor() {
        let mut progress = Progress::default();
        assert_eq!(after_page(&mut progress, None, &page(Some("a"))), AfterPage::Continue("a".into()));
        assert_eq!(after_page(&mut progress, Some("a"), &page(Some("b"))), AfterPage::Continue("b".into()));
        assert!(matches!(after_page(&mut progress, Some("b"), &page(Some("a"))), AfterPage::Fail(_)));
        assert!(matches!(after_page(&mut progress, Some("b"), &page(Some("b"))), AfterPage::Fail(_)));
        assert_eq!(after_page(&mut progress, Some("b"), &page(None)), AfterPage::Complete);
    }

    #[test]
    fn a_list_that_does_not_end_is_a_failure() {
        let mut progress = Progress::default();
        let ended = (1..=PAGES * 2).find(|at| {
            let after = after_page(&mut progress, None, &page(Some(&at.to_string())));
            after != AfterPage::Continue(at.to_string())
        });
        assert_eq!(ended, Some(PAGES));
    }

    #[test]
    fn a_page_that_failed_often_has_its_sweep_begin_again_and_a_wait_that_was_asked_for_is_kept() {
        let tick = Tick { now: chrono::DateTime::UNIX_EPOCH, up: std::time::Duration::ZERO, random: 0.5 };
        let error = |and_now| RemoteError::new(and_now, "");
        let resume = |failures| after_failure(&error(AndNow::Offline), Some("c"), failures, tick).0;
        assert_eq!((resume(2), resume(3)), (Resume::Here, Resume::Beginning));
        assert_eq!(
            after_failure(&error(AndNow::Invalid), None, 0, tick).0,
            Resume::Here,
            "there is no cursor to expire"
        );
        let minutes = std::time::Duration::from_mins(20);
        let (_, next) = after_failure(&error(AndNow::Later(Some(minutes))), None, 0, tick);
        assert!(next - tick.now >= chrono::TimeDelta::minutes(20), "{next}");
    }

    #[test]
    fn an_expired_cursor_begins_again_and_a_lost_network_goes_on_where_it_was() {
        let tick = Tick { now: chrono::DateTime::UNIX_EPOCH, up: std::time::Duration::ZERO, random: 0.5 };
        let after = |and_now, cursor| after_failure(&RemoteError::new(and_now, ""), cursor, 0, tick).0;
        assert_eq!(after(AndNow::Invalid, Some("c")), Resume::Beginning);
        assert_eq!(after(AndNow::Offline, Some("c")), Resume::Here);
        assert_eq!(after(AndNow::Doubtful, Some("c")), Resume::Here);
    }
}
