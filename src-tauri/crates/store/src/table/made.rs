//! Making an item here: what a person filled in stands on the worklist from the moment it is saved, before any remote knows of it.
//!
//! Its row in `item` has no fingerprint and was read at no time, so that whatever a remote says of it is newer. What makes it is in the
//! outbox like everything that was done here.

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Verb},
    ids::{ConnectionId, ItemId},
    item::WorkItem,
};
use sqlx::{Row, SqliteConnection};

use crate::{
    Change, Result, Store, StoreError, codec,
    store::Write,
    table::{
        action::{self, Ending},
        item::{self, PageWrite},
        outgoing_file,
    },
};

/// Something that a person did where nothing stood before.
#[derive(Debug, Clone, PartialEq)]
pub struct Making {
    /// What they did; its item is `item`.
    pub action: Action,
    /// The item as it is to be.
    pub item: WorkItem,
    /// What this takes the place of.
    pub instead: Option<Instead>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// An action that is given up for a corrected one.
#[derive(Debug, Clone, PartialEq)]
pub struct Instead {
    /// As its person saw it.
    pub seen: Action,
    /// As it ends.
    pub ended: Action,
    /// Who ended it, and why.
    pub ending: Ending,
}

/// What is here under the item's name already.
struct Here {
    key: i64,
    /// Whether a remote has said something of it.
    told: bool,
    /// Whether something done here holds it: unsettled, or confirmed.
    held: bool,
}

async fn here(db: &mut SqliteConnection, id: ItemId) -> Result<Option<Here>> {
    let row = sqlx::query(
        "SELECT key, fingerprint <> '' AS told,
                EXISTS (SELECT 1 FROM action WHERE action.item = item.key AND action.state NOT IN ('discarded', 'withdrawn')) AS held
         FROM item WHERE id = ?",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Here { key: row.try_get("key")?, told: row.try_get("told")?, held: row.try_get("held")? }))
}

/// Why something of this name cannot be made again.
pub fn is_there_already() -> StoreError {
    StoreError::Refused(
        "Something with this number was made here already. Nothing was saved; look at it on the worklist, or choose another number."
            .into(),
    )
}

async fn make(write: &mut Write<'_>, making: Making) -> Result<Action> {
    let Making { action, item: made, instead, now } = making;
    let mut dependants = vec![];
    if let Some(instead) = &instead {
        let standing = action::by_id(write.db, instead.seen.id).await?;
        if standing != instead.seen || standing.state.is_final() || standing.state.may_have_left() {
            return Err(StoreError::Refused(
                "It has moved on in the meantime. Look at it again; nothing was changed.".into(),
            ));
        }
        action::end(write, &instead.ended, &instead.ending).await?;
        dependants = action::dependants(write.db, instead.seen.id).await?;
    }
    match here(write.db, action.item).await? {
        Some(here) if action.verb == Verb::Create && (here.told || here.held) => return Err(is_there_already()),
        Some(here) if here.told || here.held => {}
        Some(here) => put(write.db, Some(here.key), action.connection, &made, now).await?,
        None => put(write.db, None, action.connection, &made, now).await?,
    }
    let key = item::key_of(write.db, action.item).await?;
    outgoing_file::assert_here(write.db, key, &action.fields).await?;
    let saved = action::insert(write, &action, None).await?;
    for dependant in dependants {
        action::depend_instead(write.db, dependant, instead.as_ref().map(|instead| instead.seen.id), saved.id).await?;
    }
    sqlx::query("DELETE FROM new_draft WHERE action = ? AND connection = (SELECT key FROM connection WHERE id = ?)")
        .bind(&action.name)
        .bind(action.connection.0)
        .execute(&mut *write.db)
        .await?;
    write.announce(Change::Connection(action.connection));
    if let Some(Instead { ended, .. }) = instead {
        outgoing_file::let_go(write.db, &ended).await?;
        if ended.item != saved.item {
            action::leave(write, &ended).await?;
        }
    }
    Ok(saved)
}

async fn put(
    db: &mut SqliteConnection,
    key: Option<i64>,
    connection: ConnectionId,
    made: &WorkItem,
    now: DateTime<Utc>,
) -> Result<()> {
    let owner: i64 =
        sqlx::query_scalar("SELECT key FROM connection WHERE id = ?").bind(connection.0).fetch_one(&mut *db).await?;
    let instant = |moment: &Option<rounds_domain::moment::Moment>| {
        moment.as_ref().and_then(|moment| moment.at).map(codec::millis)
    };
    sqlx::query(
        "INSERT INTO item (key, id, connection, feed, kind, external_id, status, status_known, status_group, created_at,
                           fingerprint, reply, read_at, first_at, missed)
         VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, ?, '', ?, 0, ?, 0)
         ON CONFLICT (key) DO UPDATE SET status = excluded.status, status_known = excluded.status_known,
            status_group = excluded.status_group, created_at = excluded.created_at, reply = excluded.reply, gone_at = NULL",
    )
    .bind(key)
    .bind(ItemId::derive(connection, made.kind, &made.external_id).0)
    .bind(owner)
    .bind(made.kind.code())
    .bind(&made.external_id)
    .bind(&made.status.word)
    .bind(made.status.known)
    .bind(made.status.group.code())
    .bind(instant(&made.created))
    .bind(codec::pack("", made)?)
    .bind(codec::millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// What was made here and given up before any remote said something of it leaves the worklist; its receipts stay in the outbox.
/// Answers whether it did.
pub(crate) async fn bury_if_given_up(db: &mut SqliteConnection, key: i64, now: DateTime<Utc>) -> Result<bool> {
    let buried = sqlx::query(
        "UPDATE item SET gone_at = ?1 WHERE key = ?2 AND fingerprint = '' AND gone_at IS NULL
            AND EXISTS (SELECT 1 FROM action WHERE action.item = item.key AND action.verb = 'create')
            AND NOT EXISTS (SELECT 1 FROM action WHERE action.item = item.key AND action.state NOT IN ('discarded', 'withdrawn'))",
    )
    .bind(codec::millis(now))
    .bind(key)
    .execute(db)
    .await?;
    Ok(buried.rows_affected() > 0)
}

impl Store {
    /// Saves what a person did where nothing stood before: the outbox row, the item that it is about, and what is shown, in one
    /// transaction; its draft is used up. To make something that is here already is refused; anything else that is done so is
    /// done with what is here.
    pub async fn make(&self, making: Making) -> Result<Action> {
        self.write(move |write| Box::pin(async move { make(write, making).await })).await
    }

    /// Moves an action on as [`move_action`](Store::move_action) does, and keeps what its reply said of its item, in the same
    /// transaction.
    pub async fn move_action_and_keep<F>(
        &self,
        id: rounds_domain::ids::ActionId,
        change: F,
        page: PageWrite,
    ) -> Result<Action>
    where
        F: FnOnce(&Action) -> Option<Action> + Send + 'static,
    {
        self.write(move |write| {
            Box::pin(async move {
                let moved = action::move_on(write, id, change).await?;
                item::apply(write, page).await?;
                Ok(moved)
            })
        })
        .await
    }

    /// Keeps what somebody began to fill in for something new at a connection; `None` throws it away.
    pub async fn save_new_draft(
        &self,
        connection: ConnectionId,
        action: String,
        fields: Option<rounds_domain::action::Fields>,
        now: DateTime<Utc>,
    ) -> Result<()> {
        let key = self.connection(connection).await?.key;
        self.write(move |write| {
            Box::pin(async move {
                let Some(fields) = fields else {
                    sqlx::query("DELETE FROM new_draft WHERE action = ? AND connection = ?")
                        .bind(action)
                        .bind(key)
                        .execute(&mut *write.db)
                        .await?;
                    return Ok(());
                };
                sqlx::query(
                    "INSERT INTO new_draft (action, connection, fields, saved_at) VALUES (?, ?, ?, ?)
                     ON CONFLICT (action, connection) DO UPDATE SET fields = excluded.fields, saved_at = excluded.saved_at",
                )
                .bind(action)
                .bind(key)
                .bind(serde_json::to_string(&fields)?)
                .bind(codec::millis(now))
                .execute(&mut *write.db)
                .await?;
                Ok(())
            })
        })
        .await
    }

    /// What was begun for something new at a connection: action and fields.
    pub async fn new_drafts(&self, connection: i64) -> Result<Vec<(String, serde_json::Value)>> {
        self.read(move |db| {
            Box::pin(async move {
                let rows = sqlx::query("SELECT action, fields FROM new_draft WHERE connection = ?")
                    .bind(connection)
                    .fetch_all(db)
                    .await?;
                rows.iter()
                    .map(|row| {
                        Ok((row.try_get("action")?, serde_json::from_str(&row.try_get::<String, _>("fields")?)?))
                    })
                    .collect()
            })
        })
        .await
    }
}
