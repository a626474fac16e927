//! Which slice of a feed is read next.
//!
//! A feed of windows has nothing that tells what changed, so windows are swept whole, again and again: the newest at
//! every poll, those with open or recently changed items often, all others rarely (`carevalidate.md`, "Changes").
//!
//! A feed of changes tells what changed since a watermark, which is asked at every poll. What vanished, and what changed without
//! moving its time, is found by reading the whole of it rarely, and by reading open items again as often as hot windows.

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{declare::FeedShape, pull::Slice};
use serde::{Deserialize, Serialize};

/// How often the slices of a feed are read, and how far back they go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// The first instant of the first window.
    pub history_from: DateTime<Utc>,
    /// How often the newest window is read.
    pub poll: TimeDelta,
    /// How often a window with open or recently changed items is swept.
    pub hot: TimeDelta,
    /// How often every other window is swept.
    pub cold: TimeDelta,
}

/// How a slice stands, as the store keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceState {
    /// The store's number for it.
    pub key: i64,
    /// What it reads.
    pub slice: Slice,
    /// The latest time of change that a complete sweep reached, by the remote's clock; for [`Slice::Changed`] alone.
    pub watermark: Option<DateTime<Utc>>,
    /// Where its sweep goes on; `None` at the beginning.
    pub cursor: Option<String>,
    /// When the sweep that is under way began.
    pub began: Option<DateTime<Utc>>,
    /// When the last complete sweep began.
    pub complete: Option<DateTime<Utc>>,
    /// How many complete sweeps in a row brought items that were not here.
    pub restless: u32,
    /// How many sweeps in a row failed.
    pub failures: u32,
    /// Not before this.
    pub next_at: Option<DateTime<Utc>>,
    /// Whether it holds open or recently changed items.
    pub hot: bool,
}

/// How much a person asked to be read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Extent {
    /// The newest window and every window with open or recently changed items.
    Recent,
    /// Everything.
    Full,
}

/// A person's wish to have things read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// When it was made: a sweep that began later fulfils it.
    pub at: DateTime<Utc>,
    /// How much.
    pub extent: Extent,
}

/// A wish as it counts at `now`. One that is still to be made was made by a clock that has been set back since: nothing read until
/// then would ever fulfil it.
fn made(asked: Option<Asked>, now: DateTime<Utc>) -> Option<Asked> {
    asked.filter(|asked| asked.at <= now)
}

/// A window may not be swept more often in a row than this only because each sweep brought something new.
pub const RESTLESS: u32 = 3;
/// No overlap is longer, in seconds: a week.
const MOST_OVERLAP: i64 = 7 * 24 * 3_600;
/// How far past our clock a window reaches: a server whose clock is ahead must not hide its newest items.
const AHEAD: TimeDelta = TimeDelta::days(1);

/// The slices of a feed, as they are kept.
pub fn slices(shape: &FeedShape, pace: Pace, now: DateTime<Utc>) -> Vec<Slice> {
    match shape {
        FeedShape::Windows { days, overlap_seconds } => windows(*days, *overlap_seconds, pace, now),
        FeedShape::Changes { .. } => vec![Slice::Changed { since: None }, Slice::All],
    }
}

/// The windows that cover everything from `pace.history_from` to now, oldest first. Each is `days` long and overlaps the
/// one before by `overlap_seconds`. Their bounds do not depend on `now`, so that a window keeps its state from day to day.
pub fn windows(days: i64, overlap_seconds: i64, pace: Pace, now: DateTime<Utc>) -> Vec<Slice> {
    let length = TimeDelta::days(days.max(1));
    let step = length - TimeDelta::seconds(overlap_seconds.clamp(0, 3_600));
    let mut windows = Vec::new();
    let mut from = pace.history_from;
    while from <= now + AHEAD {
        windows.push(Slice::Window { from, to: from + length });
        from += step;
    }
    windows
}

/// What is asked of the remote for a slice: a window ends shortly after now, since nothing can be there yet; changes begin at
/// the watermark minus the overlap. The watermark stays while a sweep is under way, and so does what is asked for.
pub fn readable(slice: &Slice, shape: &FeedShape, watermark: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Slice {
    match slice {
        Slice::Window { from, to } => {
            let end = (now + AHEAD).max(*from + TimeDelta::seconds(1));
            Slice::Window { from: *from, to: (*to).min(end) }
        }
        Slice::Changed { .. } => {
            let overlap = match shape {
                FeedShape::Changes { overlap_seconds } => (*overlap_seconds).clamp(0, MOST_OVERLAP),
                FeedShape::Windows { .. } => 0,
            };
            Slice::Changed { since: watermark.map(|watermark| watermark - TimeDelta::seconds(overlap)) }
        }
        Slice::All => Slice::All,
    }
}

/// Open items of a feed of changes that were last read before this are read again; `None` for feeds whose windows do that.
pub fn read_again_before(
    shape: &FeedShape,
    pace: Pace,
    asked: Option<Asked>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    match shape {
        FeedShape::Windows { .. } => None,
        FeedShape::Changes { .. } => {
            Some(made(asked, now).map_or(now - pace.hot, |asked| asked.at.max(now - pace.hot)))
        }
    }
}

/// The slices to read now, in order: sweeps under way, then what was never read, newest first, then what is due again.
pub fn due(slices: &[SliceState], pace: Pace, asked: Option<Asked>, now: DateTime<Utc>) -> Vec<i64> {
    let asked = made(asked, now);
    let newest = slices.iter().map(|slice| start(&slice.slice)).filter(|from| *from <= now).max();
    // The first reading of all that changed brings everything already; sweeping it all at the same time would be twice the work.
    let before_changes = |slice: &SliceState| {
        let waits = |other: &SliceState| matches!(other.slice, Slice::Changed { .. }) && other.complete.is_none();
        slice.slice == Slice::All && slice.began.is_none() && slices.iter().any(waits)
    };
    let mut due: Vec<&SliceState> = slices
        .iter()
        .filter(|slice| !before_changes(slice) && is_due(slice, often(slice, newest), pace, asked, now))
        .collect();
    due.sort_by_key(|slice| (slice.began.is_none(), slice.complete.is_some(), std::cmp::Reverse(start(&slice.slice))));
    due.into_iter().map(|slice| slice.key).collect()
}

/// How often a slice is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Often {
    Poll,
    Hot,
    Cold,
}

fn often(slice: &SliceState, newest: Option<DateTime<Utc>>) -> Often {
    match &slice.slice {
        Slice::Changed { .. } => Often::Poll,
        Slice::Window { from, .. } if Some(*from) >= newest => Often::Poll,
        Slice::Window { .. } if slice.hot => Often::Hot,
        Slice::Window { .. } | Slice::All => Often::Cold,
    }
}

/// The first instant of a window; what has none stands before all windows, and changes before everything.
fn start(slice: &Slice) -> DateTime<Utc> {
    match slice {
        Slice::Window { from, .. } => *from,
        Slice::Changed { .. } => DateTime::<Utc>::MAX_UTC,
        Slice::All => DateTime::<Utc>::MIN_UTC,
    }
}

fn is_due(slice: &SliceState, often: Often, pace: Pace, asked: Option<Asked>, now: DateTime<Utc>) -> bool {
    let asked_for = asked.is_some_and(|asked| {
        let within = asked.extent == Extent::Full || often != Often::Cold;
        within && slice.complete.is_none_or(|complete| complete < asked.at)
    });
    if slice.next_at.is_some_and(|next| next > now && next < now + TimeDelta::hours(2))
        && !(asked_for && slice.failures == 0)
    {
        return false;
    }
    // What failed is not read until it is, however long ago that is or was to be.
    if slice.failures > 0 {
        return true;
    }
    let Some(complete) = slice.complete else { return true };
    if slice.began.is_some() || asked_for || (1..RESTLESS).contains(&slice.restless) {
        return true;
    }
    let every = match often {
        Often::Poll => pace.poll,
        Often::Hot => pace.hot,
        Often::Cold => pace.cold,
    };
    // A clock that was set back must not make a slice look fresh for years.
    complete > now || now - complete >= every
}

/// When a slice becomes due next, if nothing else happens.
pub fn next_due(slices: &[SliceState], pace: Pace, now: DateTime<Utc>) -> DateTime<Utc> {
    if !due(slices, pace, None, now).is_empty() {
        return now;
    }
    let retries = slices.iter().filter_map(|slice| slice.next_at).filter(|next| *next > now);
    retries.chain(std::iter::once(now + pace.poll)).min().unwrap_or(now + pace.poll)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(days: i64, seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000 + days) + TimeDelta::seconds(seconds)
    }

    const HOUR: TimeDelta = TimeDelta::hours(1);

    fn pace() -> Pace {
        Pace { history_from: at(0, 0), poll: TimeDelta::minutes(1), hot: HOUR, cold: TimeDelta::days(1) }
    }

    fn slices(now: DateTime<Utc>) -> Vec<SliceState> {
        let states = windows(59, 1, pace(), now).into_iter().enumerate().map(|(index, slice)| SliceState {
            key: i64::try_from(index).unwrap(),
            slice,
            watermark: None,
            cursor: None,
            began: None,
            complete: None,
            restless: 0,
            failures: 0,
            next_at: None,
            hot: false,
        });
        states.collect()
    }

    fn bounds(slice: &Slice) -> (DateTime<Utc>, DateTime<Utc>) {
        let Slice::Window { from, to } = slice else { panic!("a window: {slice:?}") };
        (*from, *to)
    }

    #[test]
    fn windows_cover_all_time_overlap_by_a_second_and_never_exceed_their_length() {
        let now = at(400, 123);
        let windows = windows(59, 1, pace(), now);
        let bounds: Vec<_> = windows.iter().map(bounds).collect();
        assert_eq!(bounds[0].0, pace().history_from);
        for pair in bounds.windows(2) {
            assert_eq!(pair[0].1 - pair[1].0, TimeDelta::seconds(1));
        }
        assert!(bounds.iter().all(|(from, to)| *to - *from == TimeDelta::days(59)));
        assert!(bounds.last().unwrap().1 > now);
        assert_eq!(windows[..3], super::windows(59, 1, pace(), now - TimeDelta::days(200))[..3], "bounds stay");
    }

    #[test]
    fn a_first_pull_begins_with_the_newest_window() {
        let all = slices(at(150, 0));
        assert_eq!(due(&all, pace(), None, at(150, 0)), [2, 1, 0]);
    }

    #[test]
    fn the_newest_is_polled_hot_ones_are_swept_hourly_and_the_rest_daily() {
        let now = at(150, 0);
        let mut all = slices(now);
        for slice in &mut all {
            slice.complete = Some(now);
        }
        all[1].hot = true;
        assert!(due(&all, pace(), None, now).is_empty());
        assert_eq!(due(&all, pace(), None, now + TimeDelta::minutes(1)), [2]);
        assert_eq!(due(&all, pace(), None, now + HOUR), [2, 1]);
        assert_eq!(due(&all, pace(), None, now + TimeDelta::days(1)), [2, 1, 0]);
    }

    #[test]
    fn what_a_person_asks_for_is_read_now_and_once() {
        let now = at(150, 0);
        let mut all = slices(now);
        for slice in &mut all {
            slice.complete = Some(now);
        }
        all[0].hot = true;
        let later = now + TimeDelta::seconds(5);
        let ask = |extent| Some(Asked { at: later, extent });
        assert_eq!(due(&all, pace(), ask(Extent::Recent), later), [2, 0]);
        assert_eq!(due(&all, pace(), ask(Extent::Full), later), [2, 1, 0]);
        for slice in &mut all {
            slice.complete = Some(later);
        }
        assert!(due(&all, pace(), ask(Extent::Full), later).is_empty());
    }

    #[test]
    fn a_wish_made_by_a_clock_that_was_set_back_since_is_none() {
        let now = at(150, 0);
        let mut all = slices(now);
        for slice in &mut all {
            slice.complete = Some(now);
        }
        let asked = Some(Asked { at: now + TimeDelta::days(3_650), extent: Extent::Full });
        assert!(due(&all, pace(), asked, now).is_empty(), "no reading would ever fulfil it");
        let shape = FeedShape::Changes { overlap_seconds: 60 };
        assert_eq!(read_again_before(&shape, pace(), asked, now), Some(now - HOUR));
    }

    #[test]
    fn a_sweep_under_way_goes_on_first_and_a_failed_one_waits() {
        let now = at(150, 0);
        let mut all = slices(now);
        all[0].began = Some(now);
        all[2].failures = 1;
        all[2].next_at = Some(now + TimeDelta::seconds(30));
        assert_eq!(due(&all, pace(), None, now), [0, 1]);
    }

    #[test]
    fn a_window_that_brought_new_items_is_looked_at_again_but_not_forever() {
        let now = at(150, 0);
        let mut all = slices(now);
        for slice in &mut all {
            slice.complete = Some(now);
        }
        all[0].restless = 1;
        assert_eq!(due(&all, pace(), None, now), [0]);
        all[0].restless = RESTLESS;
        assert!(due(&all, pace(), None, now).is_empty());
    }

    const CHANGES: FeedShape = FeedShape::Changes { overlap_seconds: 300 };

    /// The two slices of a feed of changes: what changed, and all.
    fn of_changes() -> Vec<SliceState> {
        let state = |(key, slice)| SliceState {
            key,
            slice,
            watermark: None,
            cursor: None,
            began: None,
            complete: None,
            restless: 0,
            failures: 0,
            next_at: None,
            hot: true,
        };
        (0..).zip(super::slices(&CHANGES, pace(), at(150, 0))).map(state).collect()
    }

    #[test]
    fn what_changed_is_asked_at_every_poll_and_all_of_it_rarely() {
        let now = at(150, 0);
        let mut both = of_changes();
        assert_eq!(due(&both, pace(), None, now), [0], "the first reading of what changed brings everything");
        both[0].complete = Some(now);
        assert_eq!(due(&both, pace(), None, now), [1], "then all of it, for what moved while pages were read");
        both[1].complete = Some(now);
        assert!(due(&both, pace(), None, now).is_empty());
        assert_eq!(due(&both, pace(), None, now + TimeDelta::minutes(1)), [0]);
        assert_eq!(due(&both, pace(), None, now + HOUR), [0], "open items do not make all of it hot");
        assert_eq!(due(&both, pace(), None, now + TimeDelta::days(1)), [0, 1]);
        let later = now + TimeDelta::seconds(5);
        let ask = |extent| Some(Asked { at: later, extent });
        assert_eq!(due(&both, pace(), ask(Extent::Recent), later), [0]);
        assert_eq!(due(&both, pace(), ask(Extent::Full), later), [0, 1]);
    }

    #[test]
    fn what_changed_is_asked_from_before_the_watermark() {
        let changed = Slice::Changed { since: None };
        let since = |watermark| readable(&changed, &CHANGES, watermark, at(150, 0));
        assert_eq!(since(None), Slice::Changed { since: None }, "nothing was read yet");
        assert_eq!(since(Some(at(100, 400))), Slice::Changed { since: Some(at(100, 100)) });
        assert_eq!(readable(&Slice::All, &CHANGES, Some(at(100, 0)), at(150, 0)), Slice::All);
    }

    #[test]
    fn open_items_of_a_feed_of_changes_are_read_again_hourly_or_when_asked() {
        let now = at(150, 0);
        let windows = FeedShape::Windows { days: 59, overlap_seconds: 1 };
        assert_eq!(read_again_before(&windows, pace(), None, now), None, "their windows are swept");
        assert_eq!(read_again_before(&CHANGES, pace(), None, now), Some(now - HOUR));
        let asked = Asked { at: now - TimeDelta::seconds(5), extent: Extent::Recent };
        assert_eq!(read_again_before(&CHANGES, pace(), Some(asked), now), Some(asked.at));
        let long_ago = Asked { at: now - TimeDelta::days(2), ..asked };
        assert_eq!(
            read_again_before(&CHANGES, pace(), Some(long_ago), now),
            Some(now - HOUR),
            "that wish is fulfilled"
        );
    }

    #[test]
    fn windows_reach_a_day_past_our_clock_and_what_is_asked_ends_there() {
        let now = at(58, 3_600);
        let windows = windows(59, 1, pace(), now);
        assert_eq!(windows.len(), 2, "a system whose clock is ahead may have something in the next window already");
        let shape = FeedShape::Windows { days: 59, overlap_seconds: 1 };
        let (from, to) = bounds(&readable(&windows[1], &shape, None, now));
        assert_eq!((from, to), (at(59, -1), now + TimeDelta::days(1)));
        let (from, to) = bounds(&readable(&windows[1], &shape, None, at(0, 0)));
        assert_eq!(to - from, TimeDelta::seconds(1), "a window that lies ahead is none, not one turned round");
    }

    #[test]
    fn an_overlap_is_a_week_at_most() {
        let endless = FeedShape::Changes { overlap_seconds: i64::MAX };
        let asked = readable(&Slice::Changed { since: None }, &endless, Some(at(100, 0)), at(150, 0));
        assert_eq!(asked, Slice::Changed { since: Some(at(93, 0)) });
    }

    #[test]
    fn what_waits_is_due_at_its_time_unless_somebody_asks_for_it_and_nothing_failed() {
        let now = at(150, 0);
        let mut all = slices(now);
        for slice in &mut all {
            slice.complete = Some(now);
        }
        let later = now + TimeDelta::minutes(2);
        let is_due = |slice: &SliceState, asked| due(std::slice::from_ref(slice), pace(), asked, later) == [slice.key];
        let waits = |next: DateTime<Utc>| SliceState { next_at: Some(next), ..all[2].clone() };
        assert!(is_due(&waits(later), None), "its time has come");
        assert!(!is_due(&waits(later + TimeDelta::seconds(1)), None));
        assert!(!is_due(&waits(later + TimeDelta::hours(2) - TimeDelta::seconds(1)), None));
        assert!(is_due(&waits(later + TimeDelta::hours(2)), None), "nobody waits as long: the clock was set back");
        let asked = Some(Asked { at: later, extent: Extent::Full });
        let soon = later + TimeDelta::minutes(1);
        assert!(is_due(&waits(soon), asked), "a person asks for it");
        assert!(!is_due(&SliceState { failures: 1, ..waits(soon) }, asked), "it failed, and was to be left alone");
        let failed = SliceState { failures: 1, next_at: Some(now), complete: Some(later), ..all[0].clone() };
        assert!(is_due(&failed, None), "what failed is read until it is, however fresh it was");
    }

    #[test]
    fn the_next_look_is_at_the_next_poll_or_the_first_retry() {
        let now = at(150, 0);
        let mut all = slices(now);
        assert_eq!(next_due(&all, pace(), now), now, "something was never read");
        for slice in &mut all {
            slice.complete = Some(now);
        }
        assert_eq!(next_due(&all, pace(), now), now + pace().poll);
        for (slice, seconds) in all.iter_mut().zip([0, 30, 40]) {
            slice.next_at = Some(now + TimeDelta::seconds(seconds));
        }
        assert_eq!(next_due(&all, pace(), now), now + TimeDelta::seconds(30), "what is past is no wait");
    }

    #[test]
    fn a_clock_set_back_for_years_does_not_stop_the_sweeps() {
        let now = at(150, 0);
        let mut all = slices(now);
        for slice in &mut all {
            slice.complete = Some(now + TimeDelta::days(3_650));
            slice.next_at = Some(now + TimeDelta::days(3_650));
        }
        assert_eq!(due(&all, pace(), None, now).len(), 3);
    }
}
