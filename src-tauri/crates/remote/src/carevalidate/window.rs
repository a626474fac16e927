//! Windows of time, as the document asks for them: `startTime` and `endTime` in ISO 8601, `endTime` the later one, at
//! most 60 days apart ("Query Parameter Validation").

use chrono::{DateTime, SecondsFormat, SubsecRound, TimeDelta, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    item::WorkItem,
};

/// The widest window that CareValidate takes.
const WIDEST: TimeDelta = TimeDelta::days(60);
/// How far back a case that moved is looked for.
const FARTHEST: TimeDelta = TimeDelta::days(3650);
/// How far a remote's own rounding may carry a time out of the window that found it.
const SLACK: TimeDelta = TimeDelta::seconds(1);

/// Which time of a case a window matches. The document does not say; see the sheet, "Changes".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WindowField {
    /// When the case was made: the default reading.
    Created,
    /// When it last changed: learned, when an answer disproves the default.
    Updated,
}

impl WindowField {
    /// The field of this spelling.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            "createdAt" => Some(Self::Created),
            "updatedAt" => Some(Self::Updated),
            _ => None,
        }
    }

    /// The time of an item by which windows find it.
    pub(super) fn of(self, created: Option<DateTime<Utc>>, updated: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        match self {
            Self::Created => created,
            Self::Updated => updated,
        }
    }
}

/// A window that CareValidate will take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    from: DateTime<Utc>,
    to: DateTime<Utc>,
}

impl Window {
    /// A window from one instant to another, in whole seconds, none of the window left out. Refuses, before anything is
    /// sent, what the document says would be refused.
    pub(super) fn new(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, RemoteError> {
        if to <= from {
            return Err(RemoteError::new(
                AndNow::Invalid,
                "The end of the time range is not later than its start. Nothing was sent.",
            ));
        }
        if to - from > WIDEST {
            return Err(RemoteError::new(
                AndNow::Invalid,
                "The time range is longer than the 60 days that CareValidate takes at a time. Nothing was sent; ask for \
                 shorter ranges.",
            ));
        }
        let start = from.trunc_subsecs(0);
        let start = if start > from { start - SLACK } else { start };
        let end = to.trunc_subsecs(0);
        let up = if end < to { end + SLACK } else { end };
        // Sixty days to the fraction would become a second more: then the fraction is given up, not the request.
        let to = if up - start > WIDEST { end } else { up };
        Ok(Self { from: start, to })
    }

    /// The window of a second to each side of an instant, in which a single case is looked for.
    pub(super) fn around(at: DateTime<Utc>) -> Result<Self, RemoteError> {
        Self::new(at - SLACK, at + SLACK)
    }

    /// `startTime`.
    pub(super) fn start_time(&self) -> String {
        self.from.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// `endTime`.
    pub(super) fn end_time(&self) -> String {
        self.to.to_rfc3339_opts(SecondsFormat::Secs, true)
    }

    /// An instant that stands for the window: by it an item that tells no time of its own is found again (see [`places_of_untimed`]). Not
    /// on the window's edge, which belongs to its neighbour as well.
    pub(super) fn sign(&self) -> DateTime<Utc> {
        self.from + SLACK * 2
    }

    fn holds(&self, at: DateTime<Utc>) -> bool {
        at >= self.from - SLACK && at <= self.to + SLACK
    }

    /// Whether an item that this window returned disproves that windows match the time of creation: it was made outside
    /// the window, and changed inside (the sheet, "Changes", 5).
    pub(super) fn disproves_created(&self, item: &WorkItem) -> bool {
        let at = |moment: &Option<rounds_domain::moment::Moment>| moment.as_ref().and_then(|moment| moment.at);
        at(&item.created).is_some_and(|created| !self.holds(created))
            && at(&item.updated).is_some_and(|updated| self.holds(updated))
    }
}

/// The windows in which a case can be found, likeliest first. By updatedAt a write moves the case away from where it was
/// last seen, so the time since then is searched too, newest first; by createdAt, which may yet prove the wrong reading,
/// only the last hour: a case that is "not there" must not be missed for that.
/// Without a readable time the places are a guess, and a miss proves nothing.
pub(super) fn places(
    field: WindowField,
    feed_time: Option<DateTime<Utc>>,
    updated: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<Vec<Window>, RemoteError> {
    let soon = now + TimeDelta::minutes(5);
    let recent = Window::new(now - TimeDelta::hours(1), soon)?;
    let Some(at) = feed_time else {
        let changed = updated.map(Window::around).transpose()?;
        return Ok(changed.into_iter().chain([recent]).collect());
    };
    let mut places = vec![Window::around(at)?];
    match field {
        WindowField::Created => {
            if let Some(updated) = updated.filter(|updated| *updated != at) {
                places.push(Window::around(updated)?);
            }
            places.push(recent);
        }
        WindowField::Updated => {
            places.push(recent);
            // A nonsense date (year 1) must not mean thousands of windows.
            let since = (at - SLACK).max(now - FARTHEST);
            let mut to = soon;
            while to > since {
                let from = (to - TimeDelta::days(59)).max(since);
                places.push(Window::new(from, to)?);
                to = from;
            }
        }
    }
    Ok(places)
}

/// The windows in which a case that tells no time is found: all of the one that it was pulled in, and the last hour.
pub(super) fn places_of_untimed(sign: DateTime<Utc>, now: DateTime<Utc>) -> Result<Vec<Window>, RemoteError> {
    let from = sign - SLACK * 3;
    // As far ahead as sweeps read.
    let to = (from + WIDEST - SLACK).min(now + TimeDelta::days(1));
    let recent = Window::new(now - TimeDelta::hours(1), now + TimeDelta::minutes(5))?;
    let pulled = if to > from { Some(Window::new(from, to)?) } else { None };
    Ok(pulled.into_iter().chain([recent]).collect())
}

#[cfg(test)]
mod tests {
    use rounds_domain::moment::instant;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        instant(text).expect(text)
    }

    #[test]
    fn what_the_document_would_refuse_is_refused_before_anything_is_sent() {
        let start = at("2026-01-01T00:00:00Z");
        for (to, expected) in [
            ("2026-01-01T00:00:00Z", Some("not later")),
            ("2025-12-31T23:59:59Z", Some("not later")),
            ("2026-01-01T00:00:00.001Z", None),
            ("2026-03-02T00:00:00Z", None),
            ("2026-03-02T00:00:00.001Z", Some("60 days")),
            ("2026-03-03T00:00:00Z", Some("60 days")),
        ] {
            match (Window::new(start, at(to)), expected) {
                (Ok(_), None) => {}
                (Err(error), Some(words)) => {
                    assert_eq!(error.and_now, AndNow::Invalid);
                    assert!(error.message.contains(words), "{to}: {}", error.message);
                }
                (other, _) => panic!("{to}: {other:?}"),
            }
        }
    }

    #[test]
    fn times_are_sent_in_whole_seconds_and_none_of_the_window_is_left_out() {
        let window = Window::new(at("2026-01-01T00:00:00.250Z"), at("2026-01-01T00:00:01.250Z")).expect("a window");
        assert_eq!(
            (window.start_time().as_str(), window.end_time().as_str()),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z")
        );
        let widest = Window::new(at("2026-01-01T00:00:00.250Z"), at("2026-03-02T00:00:00.250Z")).expect("a window");
        assert!(widest.to - widest.from <= WIDEST);
        let old = Window::new(at("1960-01-01T00:00:00.250Z"), at("1960-01-01T00:00:01.250Z")).expect("a window");
        assert_eq!(old.start_time(), "1960-01-01T00:00:00Z");
    }

    #[test]
    fn a_case_that_moved_is_looked_for_from_now_back_to_where_it_was() {
        let then = at("2026-01-01T00:00:00Z");
        let now = at("2026-06-01T00:00:00Z");
        let places = places(WindowField::Updated, Some(then), Some(then), now).expect("places");
        assert_eq!(places.first(), Window::around(then).ok().as_ref());
        assert!(places.iter().any(|window| window.holds(now)));
        assert!(places.last().is_some_and(|window| window.holds(then)));
        assert!(places.windows(2).skip(2).all(|pair| pair[0].from == pair[1].to), "no gap between them");
    }
}
