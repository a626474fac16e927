//! `draft`: what somebody began to write and has not sent. It survives leaving, locking and a crash.

use chrono::{DateTime, Utc};
use rounds_domain::{action::Fields, ids::ItemId};
use serde_json::Value;
use sqlx::{Row, SqliteConnection};

use crate::{
    Result, Store, codec,
    table::{item::key_of, outgoing_file},
};

pub(crate) async fn of(db: &mut SqliteConnection, item: i64) -> Result<Vec<(String, Value)>> {
    let rows = sqlx::query("SELECT action, fields FROM draft WHERE item = ?").bind(item).fetch_all(db).await?;
    rows.iter()
        .map(|row| Ok((row.try_get("action")?, serde_json::from_str(&row.try_get::<String, _>("fields")?)?)))
        .collect()
}

impl Store {
    /// Keeps a draft; `None` throws it away.
    pub async fn save_draft(
        &self,
        item: ItemId,
        action: String,
        fields: Option<Fields>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let key = key_of(write.db, item).await?;
                let before: Option<String> = sqlx::query_scalar("SELECT fields FROM draft WHERE item = ? AND action = ?")
                    .bind(key)
                    .bind(&action)
                    .fetch_optional(&mut *write.db)
                    .await?;
                match fields {
                    None => {
                        sqlx::query("DELETE FROM draft WHERE item = ? AND action = ?")
                            .bind(key)
                            .bind(action)
                            .execute(&mut *write.db)
                            .await?
                    }
                    Some(fields) => {
                        sqlx::query(
                            "INSERT INTO draft (item, action, fields, saved_at) VALUES (?, ?, ?, ?)
                             ON CONFLICT (item, action) DO UPDATE SET fields = excluded.fields, saved_at = excluded.saved_at",
                        )
                        .bind(key)
                        .bind(action)
                        .bind(serde_json::to_string(&fields)?)
                        .bind(codec::millis(now))
                        .execute(&mut *write.db)
                        .await?
                    }
                };
                // A file that was picked and taken out again.
                let before = before.map(|before| serde_json::from_str::<Fields>(&before)).transpose()?;
                outgoing_file::forget(write.db, key, &before.unwrap_or_default()).await
            })
        })
        .await
    }
}
