//! `candidate`: whom an item can be assigned to, kept so that it is known offline too.

use chrono::{DateTime, Utc};
use rounds_domain::{ids::ItemId, patient::Person};
use sqlx::SqliteConnection;

use crate::{Change, Result, Store, codec, table::item::key_of};

/// Whom an item can be assigned to. One that nobody looked at yet has those of the item of its kind that was looked at last;
/// the system refuses whom it does not take.
pub(crate) async fn of(db: &mut SqliteConnection, item: i64) -> Result<Vec<Person>> {
    let people: Option<String> = sqlx::query_scalar(
        "SELECT candidate.people FROM candidate CROSS JOIN item other ON other.key = candidate.item
              JOIN item ON item.connection = other.connection AND item.kind = other.kind AND item.key = ?
         ORDER BY other.key = item.key DESC, candidate.read_at DESC LIMIT 1",
    )
    .bind(item)
    .fetch_optional(db)
    .await?;
    people.map_or_else(|| Ok(vec![]), |people| Ok(serde_json::from_str(&people)?))
}

impl Store {
    /// Keeps whom an item can be assigned to.
    pub async fn keep_candidates(&self, item: ItemId, people: Vec<Person>, now: DateTime<Utc>) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let key = key_of(write.db, item).await?;
                sqlx::query(
                    "INSERT INTO candidate (item, people, read_at) VALUES (?, ?, ?)
                     ON CONFLICT (item) DO UPDATE SET people = excluded.people, read_at = excluded.read_at",
                )
                .bind(key)
                .bind(serde_json::to_string(&people)?)
                .bind(codec::millis(now))
                .execute(&mut *write.db)
                .await?;
                write.announce(Change::Items(vec![item]));
                Ok(())
            })
        })
        .await
    }
}
