//! `outgoing_file`: what is in the files that go out with actions, from the moment they are picked until the action is final.

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Fields},
    file::OutFile,
    ids::ItemId,
    outbox::OutboxState,
};
use sqlx::SqliteConnection;

use crate::{Result, Store, StoreError, codec, table::item::key_of};

/// Where nothing names a file any more: no unsettled action on its item and no draft.
macro_rules! forget {
    ($where:literal) => {
        concat!(
            "DELETE FROM outgoing_file WHERE ",
            $where,
            " AND NOT EXISTS (SELECT 1 FROM action WHERE action.item = outgoing_file.item
                    AND action.state NOT IN ('confirmed', 'discarded', 'withdrawn') AND instr(action.fields, outgoing_file.hash) > 0)
              AND NOT EXISTS (SELECT 1 FROM draft WHERE draft.item = outgoing_file.item AND instr(draft.fields, outgoing_file.hash) > 0)"
        )
    };
}

/// Refuses an action whose files are not all here.
pub(crate) async fn assert_here(db: &mut SqliteConnection, item: i64, fields: &Fields) -> Result<()> {
    for file in OutFile::all(fields) {
        let here: i64 = sqlx::query_scalar("SELECT count(*) FROM outgoing_file WHERE item = ? AND hash = ?")
            .bind(item)
            .bind(&file.hash)
            .fetch_one(&mut *db)
            .await?;
        if here == 0 {
            return Err(StoreError::Refused(
                "What is in one of its files is not kept here any more. Nothing was saved; pick its files again."
                    .into(),
            ));
        }
    }
    Ok(())
}

/// Forgets what these fields alone named.
pub(crate) async fn forget(db: &mut SqliteConnection, item: i64, fields: &Fields) -> Result<()> {
    let hashes: Vec<String> = OutFile::all(fields).into_iter().map(|file| file.hash).collect();
    if hashes.is_empty() {
        return Ok(());
    }
    sqlx::query(forget!("item = ? AND hash IN (SELECT value FROM json_each(?))"))
        .bind(item)
        .bind(serde_json::to_string(&hashes)?)
        .execute(db)
        .await?;
    Ok(())
}

/// Forgets the files of an action that has come to its end. What was taken back may be filled in again: its files stay until
/// the profile is opened the next time.
pub(crate) async fn let_go(db: &mut SqliteConnection, action: &Action) -> Result<()> {
    if !matches!(action.state, OutboxState::Confirmed | OutboxState::Discarded) || action.files().is_empty() {
        return Ok(());
    }
    let item = key_of(db, action.item).await?;
    forget(db, item, &action.fields).await
}

/// Forgets whatever was picked and is named by nothing. Only when nobody can be filling anything in.
pub(crate) async fn tidy(db: &mut SqliteConnection) -> Result<()> {
    sqlx::query(forget!("1 = 1")).execute(db).await?;
    Ok(())
}

impl Store {
    /// Keeps what is in a file that somebody picked for an action on `item`, under the hash by which the action will name it.
    pub async fn keep_file(&self, item: ItemId, hash: String, content: Vec<u8>, now: DateTime<Utc>) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let key = key_of(write.db, item).await?;
                sqlx::query(
                    "INSERT INTO outgoing_file (item, hash, kept_at, content) VALUES (?, ?, ?, ?) ON CONFLICT (item, hash) DO NOTHING",
                )
                .bind(key)
                .bind(hash)
                .bind(codec::millis(now))
                .bind(content)
                .execute(&mut *write.db)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// What is in these files of an item, in the order of their hashes.
    pub async fn files(&self, item: ItemId, hashes: Vec<String>) -> Result<Vec<Vec<u8>>> {
        self.read(move |db| {
            Box::pin(async move {
                let key = key_of(db, item).await?;
                let mut contents = Vec::with_capacity(hashes.len());
                for hash in hashes {
                    let content: Option<Vec<u8>> =
                        sqlx::query_scalar("SELECT content FROM outgoing_file WHERE item = ? AND hash = ?")
                            .bind(key)
                            .bind(hash)
                            .fetch_optional(&mut *db)
                            .await?;
                    contents.push(content.ok_or(StoreError::NotFound("What is in a file of this action"))?);
                }
                Ok(contents)
            })
        })
        .await
    }
}
