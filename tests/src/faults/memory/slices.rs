//! How far feeds are, in memory.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{ids::ItemId, pull::Slice};
use rounds_store::table::slice::{Advance, FeedProgress, RECENT, SliceRow, Then};

use super::{Inner, Item, Swept, kept_time};

fn start(slice: &Slice) -> Option<DateTime<Utc>> {
    match slice {
        Slice::Window { from, .. } => Some(*from),
        Slice::Changed { .. } | Slice::All => None,
    }
}

impl Inner {
    fn of<'a>(&'a self, connection: i64, feed: &'a str) -> impl Iterator<Item = &'a Swept> {
        self.slices.values().filter(move |swept| swept.connection == connection && swept.feed == feed)
    }

    pub(super) fn slices(
        &mut self,
        connection: i64,
        feed: &str,
        planned: Vec<Slice>,
        now: DateTime<Utc>,
    ) -> Vec<SliceRow> {
        self.slices.retain(|_, swept| {
            swept.connection != connection || swept.feed != feed || planned.contains(&swept.row.slice)
        });
        for slice in planned {
            if self.of(connection, feed).any(|swept| swept.row.slice == slice) {
                continue;
            }
            let key = self.key();
            let row = SliceRow {
                key,
                slice,
                watermark: None,
                cursor: None,
                began: None,
                complete: None,
                read: None,
                restless: 0,
                failures: 0,
                next_at: None,
                hot: false,
            };
            let swept = Swept {
                connection,
                feed: feed.to_owned(),
                row,
                seen: BTreeSet::new(),
                nameless: false,
                brought: 0,
                reached: None,
                closed: None,
            };
            self.slices.insert(key, swept);
        }
        let hot = |slice: &Slice| match slice {
            Slice::Window { from, to } => self.items.values().any(|item| {
                let updated = item.item.updated.as_ref().and_then(|updated| updated.at);
                item.connection == connection
                    && item.feed == feed
                    && item.item.feed_time.is_some_and(|at| at >= *from && at <= *to)
                    && (item.item.status.group.is_open() || updated.is_some_and(|at| at > now - RECENT))
            }),
            Slice::Changed { .. } | Slice::All => false,
        };
        let mut rows: Vec<SliceRow> = self
            .of(connection, feed)
            .map(|swept| SliceRow { hot: hot(&swept.row.slice), ..swept.row.clone() })
            .collect();
        rows.sort_by_key(|row| start(&row.slice));
        rows
    }

    pub(super) fn slice_failed(&mut self, key: i64, begin_again: bool, next_at: DateTime<Utc>, closed: Option<String>) {
        if let Some(swept) = self.slices.get_mut(&key) {
            swept.row.failures += 1;
            swept.row.next_at = Some(kept_time(next_at));
            swept.closed = closed;
        }
        if begin_again {
            self.slice_restart(key);
        }
    }

    pub(super) fn slice_restart(&mut self, key: i64) {
        let Some(swept) = self.slices.get_mut(&key) else { return };
        swept.row.cursor = None;
        swept.row.began = None;
        swept.reached = None;
        swept.brought = 0;
        swept.nameless = false;
        swept.seen.clear();
    }

    pub(super) fn slices_retry(&mut self, connection: i64) {
        for swept in self.slices.values_mut().filter(|swept| swept.connection == connection) {
            swept.row.next_at = None;
        }
    }

    pub(super) fn slices_anew(&mut self, connection: i64) {
        let of: Vec<i64> =
            self.slices.iter().filter(|(_, swept)| swept.connection == connection).map(|(key, _)| *key).collect();
        for key in of {
            self.slice_restart(key);
            if let Some(swept) = self.slices.get_mut(&key).filter(|swept| swept.row.watermark.is_none()) {
                swept.row.complete = None;
            }
        }
    }

    pub(super) fn feed_progress(&self, connection: i64, feed: &str, now: DateTime<Utc>) -> FeedProgress {
        let all: Vec<&SliceRow> = self.of(connection, feed).map(|swept| &swept.row).collect();
        let failing = self.of(connection, feed).filter(|swept| swept.row.failures > 0 && swept.closed.is_none());
        let count = |some: usize| u32::try_from(some).unwrap_or(u32::MAX);
        let read_once = all.iter().filter(|row| row.complete.is_some()).count();
        let newest = all
            .iter()
            .filter(|row| start(&row.slice).is_none_or(|from| from <= now))
            .max_by_key(|row| (start(&row.slice), row.complete))
            .and_then(|row| row.complete);
        FeedProgress {
            parts: count(all.len()),
            parts_read: count(read_once),
            failing: count(failing.count()),
            closed: self.of(connection, feed).filter_map(|swept| swept.closed.clone()).max(),
            read: all.iter().filter_map(|row| row.read).max(),
            complete: newest.filter(|_| !all.is_empty() && read_once == all.len()),
        }
    }

    /// Moves a sweep; answers the items that are now known to be gone.
    pub(super) fn advance(
        &mut self,
        advance: &Advance,
        seen: BTreeSet<i64>,
        nameless: bool,
        new: u32,
        reached: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Vec<i64> {
        let Some(swept) = self.slices.get_mut(&advance.key) else { return vec![] };
        swept.reached = swept.reached.max(reached.map(kept_time));
        swept.seen.extend(seen);
        swept.nameless |= nameless;
        match &advance.then {
            Then::Continue(cursor) => {
                swept.row.cursor = Some(cursor.clone());
                swept.row.began = Some(advance.began);
                swept.row.read = Some(now);
                swept.row.failures = 0;
                swept.row.next_at = None;
                swept.closed = None;
                swept.brought += new;
                vec![]
            }
            Then::Fail => {
                self.slice_restart(advance.key);
                vec![]
            }
            Then::Complete => {
                let gone = self.missing(advance, now);
                let Some(swept) = self.slices.get_mut(&advance.key) else { return gone };
                let brought = swept.brought + new;
                swept.row.cursor = None;
                swept.row.began = None;
                swept.row.complete = Some(advance.began);
                swept.row.read = Some(now);
                swept.row.failures = 0;
                swept.row.next_at = None;
                swept.closed = None;
                swept.row.watermark = swept.row.watermark.max(swept.reached);
                swept.row.restless = if brought > 0 { swept.row.restless + 1 } else { 0 };
                self.slice_restart(advance.key);
                gone
            }
        }
    }

    pub(super) fn nearly_gone(
        &self,
        slice: i64,
        began: DateTime<Utc>,
        but: &[String],
        now: DateTime<Utc>,
    ) -> Vec<ItemId> {
        self.unseen(slice, began, now)
            .into_iter()
            .filter_map(|key| self.items.get(&key))
            .filter(|item| item.missed >= 1 && !but.contains(&item.item.external_id))
            .map(|item| item.id)
            .collect()
    }

    /// Counts what a complete sweep should have returned and did not; answers what has now been missing twice.
    fn missing(&mut self, advance: &Advance, now: DateTime<Utc>) -> Vec<i64> {
        let mut gone = Vec::new();
        for key in self.unseen(advance.key, advance.began, now) {
            let Some(item) = self.items.get_mut(&key) else { continue };
            if item.missed >= 1 {
                gone.push(key);
            }
            item.missed += 1;
        }
        gone
    }

    /// What a sweep of a slice that began then should have returned and has not so far.
    fn unseen(&self, slice: i64, began: DateTime<Utc>, now: DateTime<Utc>) -> Vec<i64> {
        let Some(swept) = self.slices.get(&slice) else { return vec![] };
        if swept.nameless {
            return vec![];
        }
        let second = TimeDelta::seconds(1);
        let expected = |item: &Item| {
            let within = match &swept.row.slice {
                Slice::Changed { .. } => false,
                Slice::All => true,
                Slice::Window { from, to } => {
                    item.item.feed_time.is_some_and(|at| at >= *from + second && at <= *to - second)
                }
            };
            within
                && item.connection == swept.connection
                && item.feed == swept.feed
                && !item.gone
                && (item.read_at < began || item.read_at > now)
        };
        let unseen = self.items.iter().filter(|(key, item)| expected(item) && !swept.seen.contains(key));
        unseen.map(|(key, _)| *key).collect()
    }
}
