//! Attached files: fetched when somebody asks, kept in the encrypted store.

use std::sync::Arc;

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
        Ok(match self.store.attachment_content(item, attachment).await? {
            Content::Absent => AttachmentState::Absent,
            Content::Here { media_type, bytes } => AttachmentState::Here { media_type, bytes },
            Content::Failed(why) => AttachmentState::Failed(why),
        })
    }

    /// Fetches one file in the background; the item changes when it is here or could not be had.
    pub fn fetch_attachment(self: &Arc<Self>, item: ItemId, attachment: String) {
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Err(error) = rounds.fetch_attachment_now(item, attachment).await {
                tracing::debug!(kind = error.kind(), "an attachment could not be fetched");
            }
        });
    }

    /// Fetches one file. Waits for the network.
    pub async fn fetch_attachment_now(&self, item: ItemId, attachment: String) -> Result<(), WorkError> {
        let stored = self.store.item(item).await?;
        let link = self.link(&stored.connection)?;
        let target = Target::of(&stored.item);
        let now = self.clock.now();
        let fetched = link.call(now, || link.remote.blob(&target, &attachment)).await;
        let kept =
            fetched.as_ref().map(|blob| (blob.media_type.clone(), blob.bytes.clone())).map_err(ToString::to_string);
        self.store.keep_attachment(item, attachment, kept, self.clock.now()).await?;
        fetched.map(|_| ()).map_err(WorkError::from)
    }
}
