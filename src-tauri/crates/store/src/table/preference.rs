//! `preference`: how the person at this desk likes the window.

use std::collections::BTreeMap;

use serde_json::Value;
use sqlx::Row;

use crate::{Change, Result, Store};

impl Store {
    /// All preferences.
    pub async fn preferences(&self) -> Result<BTreeMap<String, Value>> {
        self.read(|db| {
            Box::pin(async move {
                let rows = sqlx::query("SELECT key, value FROM preference").fetch_all(db).await?;
                rows.iter()
                    .map(|row| Ok((row.try_get("key")?, serde_json::from_str(&row.try_get::<String, _>("value")?)?)))
                    .collect()
            })
        })
        .await
    }

    /// Keeps these preferences; others stay.
    pub async fn save_preferences(&self, preferences: BTreeMap<String, Value>) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                for (key, value) in preferences {
                    sqlx::query(
                        "INSERT INTO preference (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                    )
                    .bind(key)
                    .bind(serde_json::to_string(&value)?)
                    .execute(&mut *write.db)
                    .await?;
                }
                write.announce(Change::Preferences);
                Ok(())
            })
        })
        .await
    }
}
