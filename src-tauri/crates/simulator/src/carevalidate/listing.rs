//! Which cases exist, and in which order they are listed: a window's page in microseconds, whatever the number of cases.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use uuid::Uuid;

use super::made::Status;
use crate::stamp::Stamp;

/// Windows with fewer cases than this are sorted by rank on the spot; wider ones are met by walking the ranks.
const NARROW: usize = 2_000;

/// Which timestamp the window matches. The document doesn't say; createdAt is the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum WindowField {
    #[default]
    CreatedAt,
    UpdatedAt,
}

/// What the listing knows of a case.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) created: Stamp,
    pub(crate) updated: Stamp,
    /// Its place in the listing order.
    pub(crate) rank: u64,
    /// None: a word that is not in the document, or null; no status filter finds it.
    pub(crate) status: Option<Status>,
    pub(crate) gone: bool,
}

/// What is asked of the listing.
pub(crate) struct Window<'a> {
    pub(crate) field: WindowField,
    pub(crate) start: Stamp,
    pub(crate) end: Stamp,
    pub(crate) statuses: &'a [Status],
}

/// A page of case indexes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PageOf {
    pub(crate) indexes: Vec<u32>,
    pub(crate) has_next: bool,
}

/// All cases that exist.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    rows: Vec<Row>,
    by_id: HashMap<Uuid, u32>,
    by_created: BTreeSet<(Stamp, u32)>,
    by_updated: BTreeSet<(Stamp, u32)>,
    by_rank: BTreeSet<(u64, u32)>,
}

impl Listing {
    pub(crate) fn new(rows: Vec<Row>) -> Self {
        let numbered = || (0..).zip(&rows);
        Self {
            by_id: numbered().map(|(index, row)| (row.id, index)).collect(),
            by_created: numbered().map(|(index, row)| (row.created, index)).collect(),
            by_updated: numbered().map(|(index, row)| (row.updated, index)).collect(),
            by_rank: numbered().map(|(index, row)| (row.rank, index)).collect(),
            rows,
        }
    }

    /// How many cases exist.
    pub(crate) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// The number of the next case to be added.
    pub(crate) fn next_index(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap_or(u32::MAX)
    }

    pub(crate) fn find(&self, id: Uuid) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    pub(crate) fn row(&self, index: u32) -> &Row {
        &self.rows[index as usize]
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.rows.iter().filter(|row| !row.gone).map(|row| row.id)
    }

    pub(crate) fn add(&mut self, row: Row) {
        let index = self.next_index();
        self.by_id.insert(row.id, index);
        self.by_created.insert((row.created, index));
        self.by_updated.insert((row.updated, index));
        self.by_rank.insert((row.rank, index));
        self.rows.push(row);
    }

    pub(crate) fn remove(&mut self, index: u32) {
        let row = &mut self.rows[index as usize];
        row.gone = true;
        self.by_id.remove(&row.id);
        self.by_created.remove(&(row.created, index));
        self.by_updated.remove(&(row.updated, index));
        self.by_rank.remove(&(row.rank, index));
    }

    /// Takes over what an edit changed.
    pub(crate) fn edited(&mut self, index: u32, created: Stamp, updated: Stamp, status: Option<Status>) {
        let row = &mut self.rows[index as usize];
        row.status = status;
        if row.gone {
            return;
        }
        self.by_created.remove(&(row.created, index));
        self.by_updated.remove(&(row.updated, index));
        (row.created, row.updated) = (created, updated);
        self.by_created.insert((created, index));
        self.by_updated.insert((updated, index));
    }

    /// Moves a case in the listing order.
    pub(crate) fn move_to(&mut self, index: u32, rank: u64) {
        let row = &mut self.rows[index as usize];
        if !row.gone && self.by_rank.remove(&(row.rank, index)) {
            row.rank = rank;
            self.by_rank.insert((rank, index));
        }
    }

    /// The cases of the window that follow `after` in the listing order, `records` of them at most.
    pub(crate) fn page(&self, window: &Window<'_>, after: Option<u32>, records: usize) -> PageOf {
        let from = after.map(|index| (self.row(index).rank, index));
        let mut indexes: Vec<u32> = match self.narrow(window) {
            Some(mut few) => {
                few.sort_unstable();
                few.into_iter()
                    .filter(|place| from.is_none_or(|from| *place > from))
                    .map(|(_, index)| index)
                    .filter(|index| self.has_status(*index, window.statuses))
                    .take(records + 1)
                    .collect()
            }
            None => self
                .by_rank
                .range((from.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded))
                .map(|(_, index)| *index)
                .filter(|index| self.is_within(*index, window) && self.has_status(*index, window.statuses))
                .take(records + 1)
                .collect(),
        };
        let has_next = indexes.len() > records;
        indexes.truncate(records);
        PageOf { indexes, has_next }
    }

    /// A case of the window near a random place of the order, if one is found soon.
    pub(crate) fn near(&self, rank: u64, window: &Window<'_>) -> Option<u32> {
        let within = |index: &u32| self.is_within(*index, window);
        let onward = self.by_rank.range((rank, 0)..).take(200).map(|(_, index)| *index).find(within);
        onward.or_else(|| self.by_rank.iter().take(200).map(|(_, index)| *index).find(within))
    }

    /// The window's cases with their places, if they are few.
    fn narrow(&self, window: &Window<'_>) -> Option<Vec<(u64, u32)>> {
        let by_time = match window.field {
            WindowField::CreatedAt => &self.by_created,
            WindowField::UpdatedAt => &self.by_updated,
        };
        let found: Vec<_> = by_time
            .range((window.start, 0)..=(window.end, u32::MAX))
            .take(NARROW + 1)
            .map(|(_, index)| (self.row(*index).rank, *index))
            .collect();
        (found.len() <= NARROW).then_some(found)
    }

    fn is_within(&self, index: u32, window: &Window<'_>) -> bool {
        let row = self.row(index);
        let time = match window.field {
            WindowField::CreatedAt => row.created,
            WindowField::UpdatedAt => row.updated,
        };
        (window.start..=window.end).contains(&time)
    }

    fn has_status(&self, index: u32, statuses: &[Status]) -> bool {
        statuses.is_empty() || self.row(index).status.is_some_and(|status| statuses.contains(&status))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{Listing, Row, Window, WindowField};
    use crate::carevalidate::made::Status;
    use crate::dice::Dice;
    use crate::stamp::Stamp;

    fn listing(count: i64) -> Listing {
        let mut dice = Dice::new(9, &[]);
        Listing::new(
            (0..count)
                .map(|number| Row {
                    id: Uuid::from_u128(u128::from(dice.next())),
                    created: Stamp(number),
                    updated: Stamp(number),
                    rank: dice.next(),
                    status: Some(if number % 3 == 0 { Status::Open } else { Status::Approved }),
                    gone: false,
                })
                .collect(),
        )
    }

    #[test]
    fn pages_visit_every_case_of_a_window_once_whether_it_is_narrow_or_wide() {
        let all = listing(6_000);
        for (start, end, statuses) in
            [(10, 1_500, vec![]), (0, 5_999, vec![]), (0, 5_999, vec![Status::Open]), (100, 4_000, vec![Status::Open])]
        {
            let window =
                Window { field: WindowField::CreatedAt, start: Stamp(start), end: Stamp(end), statuses: &statuses };
            let (mut seen, mut after) = (Vec::new(), None);
            loop {
                let page = all.page(&window, after, 97);
                seen.extend(page.indexes.iter().copied());
                after = page.indexes.last().copied();
                if !page.has_next {
                    break;
                }
            }
            seen.sort_unstable();
            let expected: Vec<u32> = (u32::try_from(start).unwrap()..=u32::try_from(end).unwrap())
                .filter(|index| statuses.is_empty() || index % 3 == 0)
                .collect();
            assert_eq!(seen, expected, "window {start}..={end} {statuses:?}");
        }
    }
}
