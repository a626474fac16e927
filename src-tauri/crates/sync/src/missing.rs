//! What two complete sweeps missed, looked for by itself before it is called gone: rows may move between the pages of a list
//! while it is read, and one that moves at each reading would be missed by every sweep.

use chrono::{DateTime, Utc};
use rounds_domain::{error::AndNow, pull::Page};
use rounds_engine::pull::plan::SliceState;
use rounds_remote::seam::Depth;

use crate::{Keep, Rounds, link::Link, read::WorkError};

/// More than so many are not looked for: pages that move lose a few rows, and what vanishes in whole swathes was taken away.
const MOST: usize = 50;

impl<K: Keep> Rounds<K> {
    /// Reads again what would be gone if the sweep of `slice`, which began then, ended with this page. What is found is missing
    /// no more. An error that says nothing about the item ends the sweep here, before its last page: it goes on with that one.
    pub(crate) async fn look_for_missing(
        &self,
        link: &Link<K>,
        slice: &SliceState,
        began: DateTime<Utc>,
        last: &Page,
    ) -> Result<(), WorkError> {
        let records = last.records.iter().map(|record| record.item.external_id.clone());
        let rejected = last.rejected.iter().filter_map(|rejected| rejected.external_id.clone());
        let missing =
            self.store.nearly_gone(slice.key, began, records.chain(rejected).collect(), self.clock.now()).await?;
        if missing.len() > MOST {
            return Ok(());
        }
        for item in missing {
            match self.refresh(link, item, Depth::Plain).await {
                Ok(_) => {}
                Err(WorkError::Remote(error)) if is_about_the_item(error.and_now) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// Whether an answer says that the item is not there for us.
fn is_about_the_item(answer: AndNow) -> bool {
    match answer {
        AndNow::Gone | AndNow::Forbidden | AndNow::Invalid | AndNow::Conflict | AndNow::Incomplete => true,
        AndNow::Offline | AndNow::SignIn | AndNow::Later(_) | AndNow::Doubtful => false,
    }
}
