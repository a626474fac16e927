//! Which items are to be read again on their own: the open ones of feeds that tell only what moved its time.

use chrono::{DateTime, Utc};
use rounds_domain::{ids::ItemId, item::WorkItem};
use sqlx::Row;

use crate::{Result, Store, codec};

/// An item to be read again.
#[derive(Debug, Clone)]
pub struct ReadAgain {
    /// Its id.
    pub id: ItemId,
    /// What its remote last said of it.
    pub item: WorkItem,
}

impl Store {
    /// The open items of a feed that were last read and last asked for before `before`, those longest ago first, `most` at
    /// most.
    pub async fn open_items(
        &self,
        connection: i64,
        feed: String,
        before: DateTime<Utc>,
        most: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<ReadAgain>> {
        self.read(move |db| {
            Box::pin(async move {
                // A time that is still to come was written by a clock that has been set back since.
                let rows = sqlx::query(
                    "SELECT id, reply FROM item INDEXED BY item_that_is_open
                     WHERE connection = ?1 AND feed = ?2 AND status_group <= 2 AND parent IS NULL AND gone_at IS NULL
                       AND (read_at < ?3 OR read_at > ?5) AND (asked_at < ?3 OR asked_at > ?5)
                     ORDER BY asked_at, read_at LIMIT ?4",
                )
                .bind(connection)
                .bind(feed)
                .bind(codec::millis(before))
                .bind(most)
                .bind(codec::millis(now))
                .fetch_all(db)
                .await?;
                rows.iter()
                    .map(|row| {
                        let item = codec::unpack_item(row.try_get("reply")?)?;
                        Ok(ReadAgain { id: ItemId(row.try_get("id")?), item })
                    })
                    .collect()
            })
        })
        .await
    }

    /// Keeps that these items were asked for on their own, whatever the remote answered: one that it does not answer about is
    /// not asked for ever.
    pub async fn asked_for(&self, items: Vec<ItemId>, now: DateTime<Utc>) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                for item in items {
                    sqlx::query("UPDATE item SET asked_at = ? WHERE id = ?")
                        .bind(codec::millis(now))
                        .bind(item.0)
                        .execute(&mut *write.db)
                        .await?;
                }
                Ok(())
            })
        })
        .await
    }
}
