//! Attached files: fetched when somebody asks, kept in the encrypted store.

use std::{
    collections::HashSet,
    sync::{Arc, MutexGuard, PoisonError},
};

use rounds_domain::ids::ItemId;
use rounds_remote::seam::Target;
use rounds_store::table::attachment::Content;

use super::DeskError;
use crate::{Rounds, read::WorkError};

/// How far one file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentState {
    /// Nobody asked for it.
    Absent,
    /// It is being fetched.
    Fetching,
    /// It is here.
    Here {
        /// Its media type.
        media_type: String,
        /// Its bytes.
        bytes: Vec<u8>,
    },
    /// The last try failed, and why.
    Failed(String),
}

impl Rounds {
    /// How far one file is.
    pub async fn attachment(&self, item: ItemId, attachment: String) -> Result<AttachmentState, DeskError> {
        let fetching = self.fetching().contains(&(item, attachment.clone()));
        Ok(match self.store.attachment_content(item, attachment).await? {
            Content::Absent | Content::Failed(_) if fetching => AttachmentState::Fetching,
            Content::Absent => AttachmentState::Absent,
            Content::Here { media_type, bytes } => AttachmentState::Here { media_type, bytes },
            Content::Failed(why) => AttachmentState::Failed(why),
        })
    }

    /// Fetches one file in the background, unless that is under way; the item changes when it is here or could not be had.
    pub fn fetch_attachment(self: &Arc<Self>, item: ItemId, attachment: String) {
        let file = (item, attachment);
        if !self.fetching().insert(file.clone()) {
            return;
        }
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            let fetched = rounds.fetch_attachment_now(file.0, file.1.clone()).await;
            rounds.fetching().remove(&file);
            if let Err(error) = fetched {
                tracing::debug!(kind = error.kind(), "an attachment could not be fetched");
            }
        });
    }

    fn fetching(&self) -> MutexGuard<'_, HashSet<(ItemId, String)>> {
        self.fetching.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fetches one file. Waits for the network.
    pub async fn fetch_attachment_now(&self, item: ItemId, attachment: String) -> Result<(), WorkError> {
        let stored = self.store.item(item).await?;
        let link = self.link(stored.connection.id).await?;
        let target = Target::of(&stored.item);
        let fetched = link.call(|| link.remote.blob(&target, &attachment)).await;
        // Before it is kept: what keeping it announces must not be read as "still under way".
        self.fetching().remove(&(item, attachment.clone()));
        let kept =
            fetched.as_ref().map(|blob| (blob.media_type.clone(), blob.bytes.clone())).map_err(ToString::to_string);
        self.store.keep_attachment(item, attachment, kept, self.clock.now()).await?;
        fetched.map(|_| ()).map_err(WorkError::from)
    }
}
