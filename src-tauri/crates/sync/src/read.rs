//! Reading one item again.

use rounds_domain::{
    error::{AndNow, RemoteError},
    ids::ItemId,
    item::{ItemKind, WorkItem},
    pull::Page,
};
use rounds_remote::seam::{Depth, Target};
use rounds_store::{
    StoreError,
    table::item::{PageWrite, StoredItem},
};

use crate::{Keep, Rounds, desk::DeskError, link::Link};

/// Why something behind the desk did not work.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The remote system.
    #[error(transparent)]
    Remote(#[from] RemoteError),
    /// This machine.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

impl From<StoreError> for WorkError {
    fn from(error: StoreError) -> Self {
        Self::Desk(error.into())
    }
}

impl WorkError {
    /// The word for it: all that a log may tell, since a remote's own text can name a patient.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Remote(error) => error.and_now.word(),
            Self::Desk(error) => error.kind(),
        }
    }

    /// The remote's error; what went wrong on this machine is passed on.
    pub(crate) fn remote(self) -> Result<RemoteError, DeskError> {
        match self {
            Self::Remote(error) => Ok(error),
            Self::Desk(error) => Err(error),
        }
    }
}

/// What a refresh came to.
pub(crate) struct Refreshed {
    /// What is kept of the item now.
    pub(crate) stored: StoredItem,
    /// What the remote said of it; `None` when it answered without it.
    pub(crate) item: Option<WorkItem>,
}

impl<K: Keep> Rounds<K> {
    /// Reads one item again and keeps what the remote says.
    pub(crate) async fn refresh(&self, link: &Link<K>, item: ItemId, depth: Depth) -> Result<Refreshed, WorkError> {
        let stored = self.store.item(item).await?;
        // An item that came inside another one is read with it.
        let target = match &stored.item.parent {
            Some(parent) => {
                let id = ItemId::derive(stored.connection.id, ItemKind::Case, parent);
                match self.store.item(id).await {
                    Ok(case) => Target::of(&case.item),
                    Err(StoreError::NotFound(_)) => {
                        return Err(RemoteError::new(AndNow::Gone, "The case that it belongs to is not here.").into());
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            None => Target::of(&stored.item),
        };
        let began = self.clock.now();
        let read = link.call(|| link.remote.refresh(&target, depth)).await;
        if let Err(error) = &read
            && error.and_now == AndNow::SignIn
        {
            // Nothing goes on until somebody knows.
            self.keep_trouble(&stored.connection, Some(error)).await?;
        }
        let Some(record) = read? else { return Ok(Refreshed { stored, item: None }) };
        let read = record.item.clone();
        let page = Page { records: vec![record], ..Page::default() };
        let (feed, now) = (stored.feed.clone(), self.clock.now());
        self.keep_page(link, PageWrite { connection: link.key, feed, advance: None, page, began, now }).await?;
        Ok(Refreshed { stored: self.store.item(item).await?, item: Some(read) })
    }
}
