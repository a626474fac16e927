//! Pulling: what the engine plans is read page by page and kept.

use std::{sync::Arc, time::Instant};

use chrono::TimeDelta;
use futures::{StreamExt, stream};
use rounds_domain::{
    declare::FeedShape,
    error::{AndNow, RemoteError},
    planted::{Bug, is_planted},
    pull::{Page, Slice},
    view::{ConnectionTrouble, TroubleKind},
};
use rounds_engine::pull::{
    plan::{self, Asked, SliceState},
    sweep::{AfterPage, Progress, Resume, after_failure, after_page, is_closed},
};
use rounds_store::table::{
    connection::{Connection, ConnectionEdit},
    item::PageWrite,
    slice::{Advance, SliceRow, Then},
};
use tokio::sync::Mutex;

use crate::{Keep, Rounds, desk::DeskError, link::Link, read::WorkError, report::FeedReport};

/// A sweep that was interrupted longer ago than this begins again: too much may have moved since.
const OLDEST_SWEEP: TimeDelta = TimeDelta::hours(6);

fn state(row: SliceRow) -> SliceState {
    SliceState {
        key: row.key,
        slice: row.slice,
        watermark: row.watermark,
        cursor: row.cursor,
        began: row.began,
        complete: row.complete,
        restless: row.restless,
        failures: row.failures,
        next_at: row.next_at,
        hot: row.hot,
    }
}

/// Whether nothing that is asked there is answered now: not the trouble of one feed alone.
fn stops_everything(error: &RemoteError) -> bool {
    matches!(error.and_now, AndNow::Offline | AndNow::SignIn | AndNow::Later(Some(_)))
}

/// Whether further calls of a feed are pointless for now.
fn is_hopeless(error: &RemoteError) -> bool {
    matches!(error.and_now, AndNow::Offline | AndNow::SignIn | AndNow::Later(_))
}

impl<K: Keep> Rounds<K> {
    /// How the slices of a feed stand, after those that are planned by now were added.
    pub(crate) async fn plan(
        &self,
        link: &Link<K>,
        feed: &str,
        shape: &FeedShape,
    ) -> Result<Vec<SliceState>, DeskError> {
        let now = self.clock.now();
        let rows = self.store.slices(link.key, feed.to_owned(), plan::slices(shape, link.pace, now), now).await?;
        Ok(rows.into_iter().map(state).collect())
    }

    /// Reads everything of a connection that is due, or that was asked for. The first error of a connection that makes
    /// further calls pointless ends the pass; a part that fails by itself does not.
    pub(crate) async fn pull(
        self: &Arc<Self>,
        connection: &Connection,
        asked: Option<Asked>,
    ) -> Result<(Vec<FeedReport>, Option<RemoteError>), DeskError> {
        let turns = self.turns(connection.id);
        let _turn = turns.pull.lock().await;
        let mut reports = Vec::new();
        let mut first_error = None;
        for feed in self.link(connection.id).await?.system.feeds.clone() {
            let report = Mutex::new(FeedReport { feed: feed.name.clone(), ..FeedReport::default() });
            let began = Instant::now();
            let error = self.pull_feed(connection, &feed.name, &feed.shape, asked, &report).await?;
            let mut report = report.into_inner();
            report.seconds = began.elapsed().as_secs_f64();
            report.closed = self.store.feed_progress(connection.key, feed.name.clone(), self.clock.now()).await?.closed;
            reports.push(report);
            first_error = first_error.or(error);
            if first_error.as_ref().is_some_and(stops_everything) {
                break;
            }
        }
        if first_error.is_none() && reports.iter().all(|report| report.closed.is_some()) {
            let closed = reports.iter().find_map(|report| report.closed.clone());
            first_error = closed.map(|closed| RemoteError::new(AndNow::Forbidden, closed));
        }
        if first_error.is_none() {
            first_error = self.read_what_was_looked_up(connection, asked).await?;
        }
        if first_error.is_none() {
            self.read_around(connection.id, asked).await?;
        }
        // A pass in which nothing was due says nothing about how the connection stands.
        if first_error.is_some() || reports.iter().any(|report| report.pages > 0) {
            let told = first_error.as_ref().filter(|_| !is_planted(Bug::FailedPullForgotten));
            self.keep_trouble(connection, told).await?;
        }
        self.keep_rest(connection).await?;
        Ok((reports, first_error))
    }

    /// What somebody looked up and no feed has brought yet is read again while it is open, as open items of feeds are. Where nothing
    /// can be read, what was made here stands as its receipt told.
    async fn read_what_was_looked_up(
        &self,
        connection: &Connection,
        asked: Option<Asked>,
    ) -> Result<Option<RemoteError>, DeskError> {
        if !self.link(connection.id).await?.remote.reads() {
            return Ok(None);
        }
        let report = Mutex::new(FeedReport::default());
        let shape = FeedShape::Changes { overlap_seconds: 0 };
        self.read_open_items(connection.id, "", &shape, asked, &report).await
    }

    async fn pull_feed(
        self: &Arc<Self>,
        connection: &Connection,
        feed: &str,
        shape: &FeedShape,
        asked: Option<Asked>,
        report: &Mutex<FeedReport>,
    ) -> Result<Option<RemoteError>, DeskError> {
        let mut first_error: Option<RemoteError> = None;
        while !self.stop.is_cancelled() {
            // What a page taught may have changed how the next ones are read.
            let link = self.link(connection.id).await?;
            if let Some(refusal) = link.rest.refusal() {
                first_error.get_or_insert(refusal);
                return Ok(first_error);
            }
            let slices = self.plan(&link, feed, shape).await?;
            let due = plan::due(&slices, link.pace, asked, self.clock.now());
            let batch: Vec<SliceState> = due
                .iter()
                .filter_map(|key| slices.iter().find(|slice| slice.key == *key))
                .take(link.side_by_side * 4)
                .cloned()
                .collect();
            if batch.is_empty() {
                break;
            }
            let results: Vec<Result<(), WorkError>> = stream::iter(batch)
                .map(|slice| self.sweep(&link, feed, shape, slice, report))
                .buffer_unordered(link.side_by_side)
                .collect()
                .await;
            for result in results {
                if let Err(error) = result {
                    let error = error.remote()?;
                    report.lock().await.failed += 1;
                    // Told with the feed; only where nothing at all is shown it is the connection's trouble.
                    if is_closed(&error) {
                        continue;
                    }
                    if first_error.is_none() || is_hopeless(&error) {
                        first_error = Some(error);
                    }
                }
            }
            if first_error.as_ref().is_some_and(is_hopeless) {
                return Ok(first_error);
            }
        }
        let failed = self.read_open_items(connection.id, feed, shape, asked, report).await?;
        Ok(first_error.or(failed))
    }

    /// Reads one slice from where its sweep is to its end.
    async fn sweep(
        &self,
        link: &Link<K>,
        feed: &str,
        shape: &FeedShape,
        slice: SliceState,
        report: &Mutex<FeedReport>,
    ) -> Result<(), WorkError> {
        let mut cursor = slice.cursor.clone();
        let mut began = slice.began.unwrap_or_else(|| self.clock.now());
        if self.clock.now() - began > OLDEST_SWEEP || began > self.clock.now() {
            self.store.slice_restart(slice.key).await?;
            (cursor, began) = (None, self.clock.now());
        }
        let mut progress = Progress::default();
        while !self.stop.is_cancelled() {
            let now = self.clock.now();
            let asked: Slice = plan::readable(&slice.slice, shape, slice.watermark, now);
            let read = link.call(|| link.remote.pull(feed, &asked, cursor.as_deref(), now)).await;
            let mut page = match read {
                Ok(page) => page,
                Err(error) => {
                    let (resume, next_at) = after_failure(&error, cursor.as_deref(), slice.failures, self.clock.tick());
                    let closed = is_closed(&error).then(|| error.message.clone());
                    let begin_again = resume == Resume::Beginning;
                    self.store.slice_failed(link.id, slice.key, begin_again, next_at, closed).await?;
                    return Err(error.into());
                }
            };
            // Another account, or settings that read otherwise: the next look at what is due begins anew with those. Until it has,
            // this part was not read.
            if !link.is_account_of(&self.store.connection(link.id).await?) {
                self.store.slice_failed(link.id, slice.key, true, self.clock.now(), None).await?;
                return Ok(());
            }
            if is_planted(Bug::WatermarkIsNow) {
                page.reached = Some(now);
            }
            let after = after_page(&mut progress, cursor.as_deref(), &page);
            if after == AfterPage::Complete
                && let Err(error) = self.look_for_missing(link, &slice, began, &page).await
            {
                let error = error.remote()?;
                let (_, next_at) = after_failure(&error, cursor.as_deref(), slice.failures, self.clock.tick());
                self.store.slice_failed(link.id, slice.key, false, next_at, None).await?;
                return Err(error.into());
            }
            let then = match &after {
                AfterPage::Continue(next) => Then::Continue(next.clone()),
                AfterPage::Complete => Then::Complete,
                AfterPage::Fail(_) => Then::Fail,
            };
            let mut advance = Some(Advance { key: slice.key, began, then });
            if is_planted(Bug::CursorBeforeRows) {
                let nothing = Page { reached: page.reached, ..Page::default() };
                let (advance, page) = (advance.take(), nothing);
                let (feed, connection) = (feed.to_owned(), link.key);
                self.store.apply_page(PageWrite { connection, feed, advance, page, began: now, now }).await?;
            }
            let write = PageWrite {
                connection: link.key,
                feed: feed.to_owned(),
                advance,
                page,
                began: now,
                now: self.clock.now(),
            };
            let applied = self.keep_page(link, write).await?;
            report.lock().await.add(&applied);
            match after {
                AfterPage::Continue(next) => cursor = Some(next),
                AfterPage::Complete => return Ok(()),
                AfterPage::Fail(error) => {
                    let (_, next_at) = after_failure(&error, None, slice.failures, self.clock.tick());
                    self.store.slice_failed(link.id, slice.key, true, next_at, None).await?;
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// Keeps until when the system asked to be left alone, for the next run too.
    pub(crate) async fn keep_rest(&self, connection: &Connection) -> Result<(), DeskError> {
        let Some(until) = self.link(connection.id).await?.rest.until() else { return Ok(()) };
        let edit = ConnectionEdit { not_before: Some(Some(until)), ..ConnectionEdit::default() };
        self.store.edit_connection(connection.id, edit).await?;
        Ok(())
    }

    /// Keeps what stands in a connection's way, since when; or that nothing does.
    pub(crate) async fn keep_trouble(
        &self,
        connection: &Connection,
        error: Option<&RemoteError>,
    ) -> Result<(), DeskError> {
        let now = self.store.connection(connection.id).await?;
        let before = &now.trouble;
        let trouble = error.map(|error| {
            let kind = match error.and_now {
                AndNow::SignIn | AndNow::Invalid if now.asks_for_pin().is_some() => TroubleKind::Pin,
                AndNow::Offline => TroubleKind::Offline,
                AndNow::Later(_) => TroubleKind::Waiting,
                AndNow::SignIn => TroubleKind::SignIn,
                AndNow::Doubtful => TroubleKind::Unreadable,
                AndNow::Forbidden | AndNow::Conflict | AndNow::Invalid | AndNow::Incomplete | AndNow::Gone => {
                    TroubleKind::Refused
                }
            };
            let since = before
                .as_ref()
                .filter(|before| before.kind == kind)
                .map_or_else(|| self.clock.now(), |before| before.since);
            ConnectionTrouble { kind, text: error.message.clone(), since }
        });
        self.store
            .edit_connection(connection.id, ConnectionEdit { trouble: Some(trouble), ..ConnectionEdit::default() })
            .await?;
        Ok(())
    }
}
