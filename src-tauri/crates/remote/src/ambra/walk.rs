//! How a list is walked to its end without missing a row, though rows move while it is read.
//!
//! Pages by number would: a row that changes goes to the end of a list sorted by `updated`, and every row behind it moves
//! up by one, the first of the next page onto the page just read. So each page begins at the last row of the one before
//! (`filter.FIELD.ge` or `gt`), always as page 1. Where that makes no progress (many rows of one instant, a page that is
//! not sorted as asked) the page is asked again twice as long, and only at [`LONGEST_PAGE`] by number.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::zone::Zone;

/// The longest page that Ambra gives ("Pagination").
pub(super) const MOST_ROWS: u32 = 5000;
/// The longest page whose records are read whole at once: it is kept in one piece.
const LONGEST_PAGE: u32 = 1000;

/// Along what a list is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Way {
    /// From the longest unchanged to the latest change.
    Updated,
    /// By id, which never changes: where no row tells when it changed, and for whole sweeps.
    Id,
    /// From the latest change back to where the reader has been: where the list cannot be filtered by time.
    Newest,
    /// By page number in the system's own order: where it cannot be filtered at all.
    Number,
}

/// Where a walk stands: what the next page is asked with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Along what.
    pub(super) way: Way,
    /// Rows that changed before this are not wanted; on the way by `updated` it moves on.
    pub(super) from: Option<DateTime<Utc>>,
    /// By id: the last id of the page before.
    pub(super) after: Option<String>,
    /// How many rows are asked.
    pub(super) rows: u32,
    /// Which page of so many rows.
    pub(super) page: u32,
    /// When the walk began, by our clock.
    pub(super) began: DateTime<Utc>,
    /// The latest change met so far, where the walk itself does not say.
    pub(super) latest: Option<DateTime<Utc>>,
}

/// What a row says of its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Row {
    /// Its id.
    pub(super) id: Option<String>,
    /// When it last changed.
    pub(super) updated: Option<DateTime<Utc>>,
}

/// Where a walk goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// At this place.
    On(Place),
    /// It is at its end.
    End,
    /// It says that more follow and sends nothing.
    Nowhere,
}

impl Place {
    /// The beginning.
    pub(super) fn first(way: Way, from: Option<DateTime<Utc>>, rows: u32, began: DateTime<Utc>) -> Self {
        Self { way, from, after: None, rows, page: 1, began, latest: None }
    }

    /// The parameters that ask for this page.
    pub(super) fn parameters(&self, zone: Zone) -> Vec<(String, String)> {
        let mut parameters =
            vec![("page.rows".to_owned(), self.rows.to_string()), ("page.number".to_owned(), self.page.to_string())];
        let sort = match self.way {
            Way::Updated => Some("updated-asc"),
            Way::Newest => Some("updated-desc"),
            Way::Id => Some("uuid-asc"),
            Way::Number => None,
        };
        parameters.extend(sort.map(|sort| ("sort_by".to_owned(), sort.to_owned())));
        if let (Some(from), Way::Updated | Way::Id) = (self.from, self.way) {
            parameters.push(("filter.updated.ge".to_owned(), zone.written(from)));
        }
        if let (Some(after), Way::Id) = (&self.after, self.way) {
            parameters.push(("filter.uuid.gt".to_owned(), after.clone()));
        }
        parameters
    }

    /// The place after a page with these rows. `usual` is how long a page is where nothing stands in the way.
    pub(super) fn next(&self, rows: &[Row], more: bool, usual: u32, zone: Zone) -> Step {
        if !more {
            return Step::End;
        }
        if rows.is_empty() {
            return Step::Nowhere;
        }
        let latest = self.latest.max(rows.iter().filter_map(|row| row.updated).max());
        let on = |place: Self| Step::On(Self { latest, ..place });
        match self.way {
            Way::Updated => match last_update(rows) {
                Some(last) if self.from.is_none_or(|from| zone.written(last) > zone.written(from)) => {
                    on(Self { from: Some(last), rows: usual, page: 1, ..self.clone() })
                }
                _ => on(self.longer()),
            },
            Way::Id => match last_id(rows) {
                Some(last) if self.after.as_deref().is_none_or(|after| last > after) => {
                    on(Self { after: Some(last.to_owned()), rows: usual, page: 1, ..self.clone() })
                }
                _ => on(self.longer()),
            },
            // Rows that change meanwhile go to the front and push others down: those come again, none is missed.
            Way::Newest => match (rows.iter().filter_map(|row| row.updated).min(), self.from) {
                (Some(oldest), Some(from)) if oldest < from => Step::End,
                _ => on(Self { page: self.page + 1, ..self.clone() }),
            },
            Way::Number => on(Self { page: self.page + 1, ..self.clone() }),
        }
    }

    fn longer(&self) -> Self {
        if self.page == 1 && self.rows < LONGEST_PAGE {
            Self { rows: (self.rows * 2).min(LONGEST_PAGE), ..self.clone() }
        } else {
            Self { page: self.page + 1, ..self.clone() }
        }
    }
}

/// The last change of a page that is sorted as asked; rows that do not tell theirs take no part.
pub(super) fn last_update(rows: &[Row]) -> Option<DateTime<Utc>> {
    let times: Vec<DateTime<Utc>> = rows.iter().filter_map(|row| row.updated).collect();
    if times.is_sorted() { times.last().copied() } else { None }
}

fn last_id(rows: &[Row]) -> Option<&str> {
    let ids: Vec<&str> = rows.iter().filter_map(|row| row.id.as_deref()).collect();
    if ids.is_sorted() { ids.last().copied() } else { None }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::TimeDelta;
    use rounds_domain::moment::instant;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        instant(text).expect(text)
    }

    fn row(id: i64, updated: DateTime<Utc>) -> Row {
        Row { id: Some(format!("{id:05}")), updated: Some(updated) }
    }

    fn begin(way: Way, rows: u32) -> Place {
        Place::first(way, None, rows, at("2026-11-22T00:00:00Z"))
    }

    /// A list that answers as documented, and in which a row changes after every page.
    fn read_all(mut list: Vec<Row>, way: Way, rows: u32, zone: Zone) -> (BTreeSet<String>, usize) {
        let mut place = begin(way, rows);
        let mut seen = BTreeSet::new();
        let mut clock = at("2027-01-01T00:00:00Z");
        for asked in 1..500 {
            match way {
                Way::Updated => list.sort_by_key(|row| row.updated),
                _ => list.sort_by_key(|row| row.id.clone()),
            }
            let from = place.from.map(|from| zone.written(from));
            let left: Vec<&Row> = list
                .iter()
                .filter(|row| from.is_none() || row.updated.map(|updated| local(zone, updated)) >= from)
                .filter(|row| way != Way::Id || row.id > place.after)
                .collect();
            let skip = (place.page - 1) as usize * place.rows as usize;
            let page: Vec<Row> = left.iter().skip(skip).take(place.rows as usize).map(|row| (*row).clone()).collect();
            let more = left.len() > skip + page.len();
            seen.extend(page.iter().filter_map(|row| row.id.clone()));
            match place.next(&page, more, rows, zone) {
                Step::On(next) => place = next,
                Step::End => return (seen, asked),
                Step::Nowhere => panic!("a page with rows leads somewhere"),
            }
            // Somebody touches a row of an earlier page: all behind it move up by one.
            clock += TimeDelta::seconds(1);
            if asked < 20 {
                list[0].updated = Some(clock);
            }
        }
        panic!("the walk does not end");
    }

    /// What the clock of the zone shows, without care for what it shows twice: how a server may compare.
    fn local(zone: Zone, at: DateTime<Utc>) -> String {
        let local = match zone {
            Zone::Known(zone) => at.with_timezone(&zone).naive_local(),
            _ => at.naive_utc(),
        };
        local.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
    }

    #[test]
    fn no_row_is_missed_while_rows_move() {
        let start = at("2026-10-01T00:00:00Z");
        let list: Vec<Row> = (0..300).map(|id| row(id, start + TimeDelta::minutes(id))).collect();
        for way in [Way::Updated, Way::Id] {
            let (seen, asked) = read_all(list.clone(), way, 25, Zone::Utc);
            assert_eq!(seen.len(), 300, "{way:?}");
            assert!(asked < 40, "{way:?} took {asked} pages");
        }
    }

    #[test]
    fn many_rows_of_one_instant_and_an_hour_shown_twice_are_passed() {
        let list: Vec<Row> = (0..300).map(|id| row(id, at("2026-10-01T00:00:00Z"))).collect();
        assert_eq!(read_all(list, Way::Updated, 25, Zone::Utc).0.len(), 300);
        let start = at("2026-10-25T00:00:00Z");
        let list: Vec<Row> = (0..300).map(|id| row(id, start + TimeDelta::seconds(id * 20))).collect();
        assert_eq!(read_all(list, Way::Updated, 25, Zone::named(Some("Europe/Kyiv"))).0.len(), 300);
    }

    #[test]
    fn a_page_that_is_not_sorted_as_asked_is_asked_again_longer() {
        let rows = [row(2, at("2026-10-02T00:00:00Z")), row(1, at("2026-10-01T00:00:00Z"))];
        let place = begin(Way::Updated, 2);
        let Step::On(next) = place.next(&rows, true, 2, Zone::Utc) else { panic!("there is more") };
        assert_eq!((next.rows, next.page, next.from), (4, 1, None));
        let longest = Place { rows: LONGEST_PAGE, ..place };
        let Step::On(next) = longest.next(&rows, true, 2, Zone::Utc) else { panic!("there is more") };
        assert_eq!((next.rows, next.page), (LONGEST_PAGE, 2), "only at the longest page by number");
        assert_eq!(next.next(&[], true, 2, Zone::Utc), Step::Nowhere);
    }

    #[test]
    fn a_page_is_asked_in_ambras_words() {
        let zone = Zone::named(Some("America/New_York"));
        let from = Some(at("2026-07-01T12:00:00Z"));
        let asked = |place: Place| -> Vec<String> {
            place.parameters(zone).into_iter().map(|(key, value)| format!("{key}={value}")).collect()
        };
        let updated = Place { from, ..begin(Way::Updated, 100) };
        assert_eq!(
            asked(updated),
            ["page.rows=100", "page.number=1", "sort_by=updated-asc", "filter.updated.ge=2026-07-01 08:00:00.000000"]
        );
        let by_id = Place { from, after: Some("a".into()), ..begin(Way::Id, 100) };
        assert_eq!(
            asked(by_id)[2..],
            ["sort_by=uuid-asc", "filter.updated.ge=2026-07-01 08:00:00.000000", "filter.uuid.gt=a"]
        );
        assert_eq!(asked(Place { from, ..begin(Way::Newest, 100) })[2..], ["sort_by=updated-desc"]);
        assert_eq!(asked(begin(Way::Number, 100)).len(), 2);
    }

    #[test]
    fn going_back_from_the_newest_ends_where_the_reader_has_been() {
        let place = Place { from: Some(at("2026-10-02T00:00:00Z")), ..begin(Way::Newest, 2) };
        let newer = [row(1, at("2026-10-04T00:00:00Z")), row(2, at("2026-10-03T00:00:00Z"))];
        let Step::On(next) = place.next(&newer, true, 2, Zone::Utc) else { panic!("there is more") };
        assert_eq!((next.page, next.latest), (2, Some(at("2026-10-04T00:00:00Z"))));
        let older = [row(3, at("2026-10-01T00:00:00Z"))];
        assert_eq!(next.next(&older, true, 2, Zone::Utc), Step::End);
    }
}
