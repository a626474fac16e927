//! `around`: what an account holds beside its items, kept so that it is known offline too.

use chrono::{DateTime, Utc};
use rounds_domain::{around::Around, ids::ConnectionId};
use sqlx::Row;

use crate::{Change, Result, Store, StoreError, codec, store::Write};

async fn key_of(write: &mut Write<'_>, connection: ConnectionId) -> Result<i64> {
    sqlx::query_scalar("SELECT key FROM connection WHERE id = ?")
        .bind(connection.0)
        .fetch_optional(&mut *write.db)
        .await?
        .ok_or(StoreError::NotFound("This connection"))
}

impl Store {
    /// What an account holds beside its items, and when that was read; nothing when it never was.
    pub async fn around(&self, connection: ConnectionId) -> Result<Option<(Around, DateTime<Utc>)>> {
        self.read(move |db| {
            Box::pin(async move {
                let row = sqlx::query(
                    "SELECT around.views, around.messages, around.read_at FROM around
                     JOIN connection ON connection.key = around.connection WHERE connection.id = ?",
                )
                .bind(connection.0)
                .fetch_optional(db)
                .await?;
                let Some(row) = row else { return Ok(None) };
                let json = |column: &str| row.try_get::<String, _>(column);
                let around = Around {
                    views: serde_json::from_str(&json("views")?)?,
                    messages: serde_json::from_str(&json("messages")?)?,
                };
                Ok(Some((around, codec::time(row.try_get("read_at")?))))
            })
        })
        .await
    }

    /// Keeps what an account holds beside its items. Announced only where it differs from what was here.
    pub async fn keep_around(&self, connection: ConnectionId, around: Around, now: DateTime<Utc>) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let key = key_of(write, connection).await?;
                let (views, messages) =
                    (serde_json::to_string(&around.views)?, serde_json::to_string(&around.messages)?);
                let same: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM around WHERE connection = ? AND views = ? AND messages = ?",
                )
                .bind(key)
                .bind(&views)
                .bind(&messages)
                .fetch_one(&mut *write.db)
                .await?;
                sqlx::query(
                    "INSERT INTO around (connection, views, messages, read_at) VALUES (?, ?, ?, ?)
                     ON CONFLICT (connection) DO UPDATE
                     SET views = excluded.views, messages = excluded.messages, read_at = excluded.read_at",
                )
                .bind(key)
                .bind(views)
                .bind(messages)
                .bind(codec::millis(now))
                .execute(&mut *write.db)
                .await?;
                if same == 0 {
                    write.announce(Change::Connection(connection));
                }
                Ok(())
            })
        })
        .await
    }

    /// Forgets what an account held: the connection is another account's now.
    pub async fn forget_around(&self, connection: ConnectionId) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let key = key_of(write, connection).await?;
                sqlx::query("DELETE FROM around WHERE connection = ?").bind(key).execute(&mut *write.db).await?;
                write.announce(Change::Connection(connection));
                Ok(())
            })
        })
        .await
    }
}
