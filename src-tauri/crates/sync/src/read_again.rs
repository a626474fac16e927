//! Open items of a feed of changes, read again in batches: what somebody does with them may not move their time.

use rounds_domain::{
    declare::FeedShape,
    error::{AndNow, RemoteError},
    ids::ConnectionId,
    pull::Page,
};
use rounds_engine::pull::plan::{self, Asked};
use rounds_remote::seam::Target;
use rounds_store::table::item::PageWrite;
use tokio::sync::Mutex;

use crate::{Keep, Rounds, desk::DeskError, report::FeedReport};

/// How many items one call asks for.
const BATCH: u32 = 50;
/// How many calls one pass makes that nobody asked for: the next poll goes on.
const CALLS: u32 = 4;

impl<K: Keep> Rounds<K> {
    /// Reads the open items of a feed again whose time has come; of a pass that a person asked for all of them.
    pub(crate) async fn read_open_items(
        &self,
        connection: ConnectionId,
        feed: &str,
        shape: &FeedShape,
        asked: Option<Asked>,
        report: &Mutex<FeedReport>,
    ) -> Result<Option<RemoteError>, DeskError> {
        let mut calls = 0;
        while !self.stop.is_cancelled() && (asked.is_some() || calls < CALLS) {
            calls += 1;
            let link = self.link(connection).await?;
            let began = self.clock.now();
            let Some(before) = plan::read_again_before(shape, link.pace, asked, began) else { return Ok(None) };
            let taken = self.store.open_items(link.key, feed.to_owned(), before, BATCH, began).await?;
            if taken.is_empty() {
                return Ok(None);
            }
            let targets: Vec<Target> = taken.iter().map(|one| Target::of(&one.item)).collect();
            let read = link.call(|| link.remote.refresh_many(&targets)).await;
            // What says nothing about these items leaves them to the next pass; else one that cannot be read would hold up all
            // that come after it.
            let unanswered =
                |error: &RemoteError| matches!(error.and_now, AndNow::Offline | AndNow::SignIn | AndNow::Later(_));
            if !read.as_ref().is_err_and(unanswered) {
                self.store.asked_for(taken.iter().map(|one| one.id).collect(), began).await?;
            }
            let records = match read {
                Ok(records) => records,
                Err(error) => return Ok(Some(error)),
            };
            // One that was not in the answer is not gone: only two complete sweeps say so.
            let page = Page { records: records.into_iter().flatten().collect(), ..Page::default() };
            let now = self.clock.now();
            let write = PageWrite { connection: link.key, feed: feed.to_owned(), advance: None, page, began, now };
            let applied = self.keep_page(&link, write).await?;
            report.lock().await.add(&applied);
        }
        Ok(None)
    }
}
