//! `rejected`: records that could not be read. The same one is kept once, however often it comes.

use chrono::{DateTime, Utc};
use rounds_domain::{ids::ConnectionId, pull::Rejected, view::RejectedView};
use sqlx::Row;

use crate::{
    Change, Result, Store, codec,
    store::Write,
    table::{connection::Connection, slice::Advance},
};

pub(crate) async fn keep(
    write: &mut Write<'_>,
    connection: &Connection,
    feed: &str,
    slice: Option<i64>,
    rejected: &[Rejected],
    now: DateTime<Utc>,
) -> Result<()> {
    for record in rejected {
        let name = record.external_id.as_deref().unwrap_or(&record.raw);
        sqlx::query(
            "INSERT INTO rejected (connection, feed, slice, fingerprint, external_id, reason, raw, first_at, last_at)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (connection, feed, fingerprint) DO UPDATE SET slice = excluded.slice, reason = excluded.reason,
                raw = excluded.raw, last_at = excluded.last_at",
        )
        .bind(connection.key)
        .bind(feed)
        .bind(slice)
        .bind(blake3::hash(name.as_bytes()).to_hex().to_string())
        .bind(&record.external_id)
        .bind(&record.reason)
        .bind(codec::compress(record.raw.as_bytes())?)
        .bind(codec::millis(now))
        .bind(codec::millis(now))
        .execute(&mut *write.db)
        .await?;
        write.announce(Change::Connection(connection.id));
    }
    Ok(())
}

/// A record that can be read now is not rejected any more.
pub(crate) async fn forget(write: &mut Write<'_>, connection: i64, external_ids: &[&str]) -> Result<()> {
    sqlx::query("DELETE FROM rejected WHERE connection = ? AND external_id IN (SELECT value FROM json_each(?))")
        .bind(connection)
        .bind(serde_json::to_string(external_ids)?)
        .execute(&mut *write.db)
        .await?;
    Ok(())
}

/// What a complete sweep no longer brought is repaired or gone upstream.
pub(crate) async fn forget_older(write: &mut Write<'_>, complete: &Advance) -> Result<()> {
    sqlx::query("DELETE FROM rejected WHERE slice = ? AND last_at < ?")
        .bind(complete.key)
        .bind(codec::millis(complete.began))
        .execute(&mut *write.db)
        .await?;
    Ok(())
}

impl Store {
    /// The records of a connection that could not be read, the latest first.
    pub async fn rejected(&self, connection: ConnectionId) -> Result<Vec<RejectedView>> {
        self.read(move |db| {
            Box::pin(async move {
                let rows = sqlx::query(
                    "SELECT rejected.feed, rejected.external_id, rejected.reason, rejected.first_at FROM rejected
                     JOIN connection ON connection.key = rejected.connection
                     WHERE connection.id = ? ORDER BY rejected.last_at DESC, rejected.key DESC LIMIT 1000",
                )
                .bind(connection.0)
                .fetch_all(db)
                .await?;
                rows.iter()
                    .map(|row| {
                        Ok(RejectedView {
                            feed: row.try_get("feed")?,
                            external_id: row.try_get("external_id")?,
                            reason: row.try_get("reason")?,
                            seen_at: codec::time(row.try_get("first_at")?),
                        })
                    })
                    .collect()
            })
        })
        .await
    }
}
