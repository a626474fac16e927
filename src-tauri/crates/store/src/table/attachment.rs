//! `attachment`: what files hang on an item, and what is in those that somebody asked for.

use chrono::{DateTime, Utc};
use rounds_domain::{detail::Attachment, ids::ItemId};
use sqlx::{Row, SqliteConnection};

use crate::{Change, Result, Store, StoreError, codec, table::item::key_of};

/// How far fetching one file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
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

/// Keeps what files there are. Contents of files that are still there stay.
pub(crate) async fn keep(
    db: &mut SqliteConnection,
    item: i64,
    attachments: &[Attachment],
    now: DateTime<Utc>,
) -> Result<()> {
    for attachment in attachments {
        sqlx::query(
            "INSERT INTO attachment (item, id, about) VALUES (?, ?, ?) ON CONFLICT (item, id) DO UPDATE SET about = excluded.about",
        )
        .bind(item)
        .bind(&attachment.id)
        .bind(serde_json::to_string(attachment)?)
        .execute(&mut *db)
        .await?;
    }
    let ids: Vec<&str> = attachments.iter().map(|attachment| attachment.id.as_str()).collect();
    sqlx::query("DELETE FROM attachment WHERE item = ? AND id NOT IN (SELECT value FROM json_each(?))")
        .bind(item)
        .bind(serde_json::to_string(&ids)?)
        .execute(&mut *db)
        .await?;
    sqlx::query("INSERT INTO attachments_read (item, read_at) VALUES (?, ?) ON CONFLICT (item) DO UPDATE SET read_at = excluded.read_at")
        .bind(item)
        .bind(codec::millis(now))
        .execute(db)
        .await?;
    Ok(())
}

pub(crate) async fn of(db: &mut SqliteConnection, item: i64) -> Result<Option<Vec<Attachment>>> {
    let asked: i64 = sqlx::query_scalar("SELECT count(*) FROM attachments_read WHERE item = ?")
        .bind(item)
        .fetch_one(&mut *db)
        .await?;
    if asked == 0 {
        return Ok(None);
    }
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT about FROM attachment WHERE item = ? ORDER BY id").bind(item).fetch_all(db).await?;
    Ok(Some(rows.iter().map(|about| serde_json::from_str(about)).collect::<Result<_, _>>()?))
}

impl Store {
    /// What is here of one file.
    pub async fn attachment_content(&self, item: ItemId, attachment: String) -> Result<Content> {
        self.read(move |db| {
            Box::pin(async move {
                let key = key_of(db, item).await?;
                let row = sqlx::query("SELECT media_type, content, problem FROM attachment WHERE item = ? AND id = ?")
                    .bind(key)
                    .bind(attachment)
                    .fetch_optional(db)
                    .await?
                    .ok_or(StoreError::NotFound("This file"))?;
                let content: Option<Vec<u8>> = row.try_get("content")?;
                let problem: Option<String> = row.try_get("problem")?;
                Ok(match (content, problem) {
                    (Some(bytes), _) => {
                        let media_type: Option<String> = row.try_get("media_type")?;
                        Content::Here {
                            media_type: media_type.unwrap_or_else(|| "application/octet-stream".into()),
                            bytes,
                        }
                    }
                    (None, Some(problem)) => Content::Failed(problem),
                    (None, None) => Content::Absent,
                })
            })
        })
        .await
    }

    /// Keeps what is in one file, or why it could not be fetched.
    pub async fn keep_attachment(
        &self,
        item: ItemId,
        attachment: String,
        fetched: Result<(String, Vec<u8>), String>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let key = key_of(write.db, item).await?;
                let (media_type, content, problem) = match fetched {
                    Ok((media_type, content)) => (Some(media_type), Some(content), None),
                    Err(problem) => (None, None, Some(problem)),
                };
                sqlx::query(
                    "UPDATE attachment SET media_type = coalesce(?, media_type), content = coalesce(?, content), problem = ?,
                                           fetched_at = ? WHERE item = ? AND id = ?",
                )
                .bind(media_type)
                .bind(content)
                .bind(problem)
                .bind(codec::millis(now))
                .bind(key)
                .bind(attachment)
                .execute(&mut *write.db)
                .await?;
                write.announce(Change::Items(vec![item]));
                Ok(())
            })
        })
        .await
    }
}
