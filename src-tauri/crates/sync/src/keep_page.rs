//! Keeping what a remote said, and what it says of what was confirmed before.

use rounds_domain::ids::ItemId;
use rounds_engine::outbox::{conflict, transition::Event};
use rounds_remote::seam::Target;
use rounds_store::table::item::{Applied, PageWrite};

use crate::{Keep, Rounds, desk::DeskError, link::Link};

impl<K: Keep> Rounds<K> {
    /// Keeps a page. Where somebody else has changed, right behind a confirmation, what was confirmed, its person is told: before
    /// the page is kept, since with it the receipt is no longer laid over its item and nobody would ask again.
    pub(crate) async fn keep_page(&self, link: &Link<K>, mut write: PageWrite) -> Result<Applied, DeskError> {
        write.page.records = write.page.records.into_iter().map(|record| record.read_as(&link.reading)).collect();
        if !write.page.records.is_empty() {
            self.tell_receipts(link, &write).await?;
        }
        Ok(self.store.apply_page(write).await?)
    }

    async fn tell_receipts(&self, link: &Link<K>, write: &PageWrite) -> Result<(), DeskError> {
        let receipts = self.store.receipts(link.key).await?;
        if receipts.is_empty() {
            return Ok(());
        }
        let mut mine = self.store.unsettled(Some(link.id)).await?;
        mine.extend(receipts.iter().cloned());
        for record in &write.page.records {
            let id = ItemId::derive(link.id, record.item.kind, &record.item.external_id);
            for receipt in receipts.iter().filter(|receipt| receipt.item == id) {
                if let Some(changed) = conflict::changed_since(receipt, &record.item, write.began, &mine) {
                    let changed = self.with_who(link, &Target::of(&record.item), changed).await;
                    self.tell(link, receipt.id, Event::ChangedSince(changed)).await?;
                }
            }
        }
        Ok(())
    }
}
