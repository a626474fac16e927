//! Reading what is kept of an item.

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Action,
    detail::Attachment,
    ids::{ConnectionId, ItemId},
    item::{ItemKind, WorkItem},
    patient::Person,
    projection::WorklistRow,
};
use sqlx::{Row, SqliteConnection};

use crate::{
    Result, Store, StoreError, codec,
    table::{
        action, attachment, candidate,
        connection::{self, Connection},
        draft, worklist,
    },
};

/// Everything that is kept of an item.
#[derive(Debug, Clone)]
pub struct StoredItem {
    /// The store's number for it.
    pub key: i64,
    /// Its id.
    pub id: ItemId,
    /// The feed that brought it.
    pub feed: String,
    /// What its remote last said; with its attachments, if somebody asked for them.
    pub item: WorkItem,
    /// Changes with what its remote says.
    pub fingerprint: String,
    /// Its row, with what was done here laid over it.
    pub row: WorklistRow,
    /// Its connection.
    pub connection: Connection,
    /// When the read began that last showed it as it is.
    pub read_at: DateTime<Utc>,
    /// Whether its remote no longer has it.
    pub gone: bool,
    /// What was done with it here: what still shows, and everything unsettled.
    pub actions: Vec<Action>,
    /// Whom it can be assigned to, as far as that is known here.
    pub candidates: Vec<Person>,
    /// What was begun and not sent: action and fields.
    pub drafts: Vec<(String, serde_json::Value)>,
}

pub(crate) async fn key_of(db: &mut SqliteConnection, id: ItemId) -> Result<i64> {
    sqlx::query_scalar("SELECT key FROM item WHERE id = ?")
        .bind(id.0)
        .fetch_optional(db)
        .await?
        .ok_or(StoreError::NotFound("This item"))
}

async fn load(db: &mut SqliteConnection, id: ItemId) -> Result<StoredItem> {
    // What a complete sweep of its window, or of all of its feed, returned was as new as that sweep.
    let row = sqlx::query(
        "SELECT key, connection, feed, fingerprint, reply, gone_at IS NOT NULL AS gone,
                max(read_at, coalesce((SELECT max(slice.complete_at) FROM slice WHERE slice.connection = item.connection
                    AND slice.feed = item.feed AND item.missed = 0
                    AND (slice.slice = '\"all\"' OR item.feed_at BETWEEN slice.from_at AND slice.to_at)), 0)) AS read_at
         FROM item WHERE id = ?",
    )
    .bind(id.0)
    .fetch_optional(&mut *db)
    .await?
    .ok_or(StoreError::NotFound("This item"))?;
    let key: i64 = row.try_get("key")?;
    let mut item: WorkItem = codec::unpack_item(row.try_get("reply")?)?;
    item.attachments = attachment::of(db, key).await?;
    Ok(StoredItem {
        key,
        id,
        feed: row.try_get("feed")?,
        item,
        fingerprint: row.try_get("fingerprint")?,
        row: worklist::line(db, key).await?,
        connection: connection::by_key(db, row.try_get("connection")?).await?,
        read_at: codec::time(row.try_get("read_at")?),
        gone: row.try_get("gone")?,
        actions: action::showing(db, &[key]).await?.remove(&key).unwrap_or_default(),
        candidates: candidate::of(db, key).await?,
        drafts: draft::of(db, key).await?,
    })
}

impl Store {
    /// Everything that is kept of one item.
    pub async fn item(&self, id: ItemId) -> Result<StoredItem> {
        self.read(move |db| Box::pin(load(db, id))).await
    }

    /// The items that connections of this system call `external_id`, one for each connection: a case before an order of
    /// the same name.
    pub async fn find_items(&self, system: String, external_id: String) -> Result<Vec<ItemId>> {
        self.read(move |db| {
            Box::pin(async move {
                let ids: Vec<uuid::Uuid> = sqlx::query_scalar(
                    "SELECT item.id FROM item JOIN connection ON connection.key = item.connection
                     WHERE connection.system = ? AND item.external_id = ?
                       AND item.kind = (SELECT min(same.kind) FROM item same
                                        WHERE same.connection = item.connection AND same.external_id = item.external_id)
                     ORDER BY connection.name",
                )
                .bind(system)
                .bind(external_id)
                .fetch_all(db)
                .await?;
                Ok(ids.into_iter().map(ItemId).collect())
            })
        })
        .await
    }

    /// The remote's own JSON of one item, without signed URLs and file contents.
    pub async fn raw(&self, id: ItemId) -> Result<String> {
        self.read(move |db| {
            Box::pin(async move {
                let bytes: Vec<u8> =
                    sqlx::query_scalar("SELECT reply FROM item WHERE id = ?").bind(id.0).fetch_one(db).await?;
                codec::unpack_raw(&bytes)
            })
        })
        .await
    }

    /// How many items of each kind a connection holds that its remote still has.
    pub async fn count_items(&self, connection: ConnectionId, kind: ItemKind) -> Result<u32> {
        self.read(move |db| {
            Box::pin(async move {
                let count: u32 = sqlx::query_scalar(
                    "SELECT count(*) FROM item JOIN connection ON connection.key = item.connection
                     WHERE connection.id = ? AND item.kind = ? AND item.gone_at IS NULL",
                )
                .bind(connection.0)
                .bind(kind.code())
                .fetch_one(db)
                .await?;
                Ok(count)
            })
        })
        .await
    }

    /// The attachments of an item, after somebody asked for them.
    pub async fn attachments(&self, item: ItemId) -> Result<Option<Vec<Attachment>>> {
        self.read(move |db| {
            Box::pin(async move {
                let key = key_of(db, item).await?;
                attachment::of(db, key).await
            })
        })
        .await
    }
}
