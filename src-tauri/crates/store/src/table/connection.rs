//! `connection`: the configured accounts. Their secrets are in the encrypted file and leave it only for the client.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Actor,
    ids::ConnectionId,
    patient::Me,
    text::fold,
    view::{ConnectionTrouble, WordCount},
};
use serde::{Deserialize, Serialize};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{Change, Result, Store, StoreError, codec, store::Write, table::action};

/// Words by key.
pub type Words = BTreeMap<String, String>;

/// One configured account at one system.
#[derive(Clone, PartialEq)]
pub struct Connection {
    /// The store's number for it.
    pub key: i64,
    /// Its id.
    pub id: ConnectionId,
    /// The word for its system.
    pub system: String,
    /// What its person calls it.
    pub name: String,
    /// Where it is.
    pub base_url: String,
    /// Settings that differ from their default.
    pub settings: Words,
    /// Secrets: for the client, and for nobody else.
    pub secrets: Words,
    /// What pages taught about the system.
    pub learned: Words,
    /// Who the person at this desk is there.
    pub me: Me,
    /// What the last sign-in told.
    pub notes: Vec<String>,
    /// What stands in its way.
    pub trouble: Option<ConnectionTrouble>,
    /// What makes us known there without signing in again: for the client, and for nobody else.
    pub session: Option<String>,
    /// What a sign-in waits for.
    pub pin: Option<PinWanted>,
    /// What a refused sign-in was told: none is tried again by itself, by no later run either.
    pub refusal: Option<String>,
    /// The system asked to be left alone until then.
    pub not_before: Option<DateTime<Utc>>,
}

/// A sign-in that waits for a one-time number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PinWanted {
    /// The session that it is for: a secret.
    pub session: String,
    /// What to tell the person.
    pub text: String,
    /// It was given and taken; the sign-in goes on with the session and has not come to its end.
    #[serde(default)]
    pub taken: bool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("id", &self.id).field("system", &self.system).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PinWanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PinWanted").field("text", &self.text).finish_non_exhaustive()
    }
}

/// A connection to be added.
pub struct NewConnection {
    /// Its id.
    pub id: ConnectionId,
    /// The word for its system.
    pub system: String,
    /// What its person calls it; no two are called the same.
    pub name: String,
    /// Where it is.
    pub base_url: String,
    /// Settings.
    pub settings: Words,
    /// Secrets.
    pub secrets: Words,
    /// Who the person at this desk is there, as far as the settings say.
    pub me: Me,
}

/// How much a connection holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// Actions not settled.
    pub unsettled: u32,
    /// Records that could not be read.
    pub rejected: u32,
    /// Status words that are not documented.
    pub unknown_words: Vec<WordCount>,
    /// Items by feed.
    pub rows: BTreeMap<String, u32>,
}

fn from_row(row: &SqliteRow) -> Result<Connection> {
    let json = |column: &str| row.try_get::<String, _>(column);
    Ok(Connection {
        key: row.try_get("key")?,
        id: ConnectionId(row.try_get::<Uuid, _>("id")?),
        system: row.try_get("system")?,
        name: row.try_get("name")?,
        base_url: row.try_get("base_url")?,
        settings: serde_json::from_str(&json("settings")?)?,
        secrets: serde_json::from_str(&json("secrets")?)?,
        learned: serde_json::from_str(&json("learned")?)?,
        me: serde_json::from_str(&json("me")?)?,
        notes: serde_json::from_str(&json("notes")?)?,
        trouble: row.try_get::<Option<String>, _>("trouble")?.map(|text| serde_json::from_str(&text)).transpose()?,
        session: row.try_get("session")?,
        pin: row.try_get::<Option<String>, _>("pin")?.map(|text| serde_json::from_str(&text)).transpose()?,
        refusal: row.try_get("refusal")?,
        not_before: row.try_get::<Option<i64>, _>("not_before")?.map(codec::time),
    })
}

const SELECT: &str = "SELECT key, id, system, name, base_url, settings, secrets, learned, me, notes, trouble, session, pin, refusal, not_before FROM connection";

pub(crate) async fn by_key(db: &mut SqliteConnection, key: i64) -> Result<Connection> {
    let row = sqlx::query(
        "SELECT key, id, system, name, base_url, settings, secrets, learned, me, notes, trouble, session, pin, refusal, not_before FROM connection WHERE key = ?",
    )
    .bind(key)
    .fetch_one(db)
    .await?;
    from_row(&row)
}

async fn by_id(db: &mut SqliteConnection, id: ConnectionId) -> Result<Connection> {
    let row = sqlx::query(
        "SELECT key, id, system, name, base_url, settings, secrets, learned, me, notes, trouble, session, pin, refusal, not_before FROM connection WHERE id = ?",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?
    .ok_or(StoreError::NotFound("This connection"))?;
    from_row(&row)
}

/// What of a connection is changed; `None` leaves it as it is.
#[derive(Default)]
pub struct ConnectionEdit {
    /// Settings, all of them.
    pub settings: Option<Words>,
    /// Secrets, all of them.
    pub secrets: Option<Words>,
    /// Where it is.
    pub base_url: Option<String>,
    /// Who the person at this desk is there.
    pub me: Option<Me>,
    /// What the last sign-in told.
    pub notes: Option<Vec<String>>,
    /// What stands in its way; `Some(None)` when nothing does.
    pub trouble: Option<Option<ConnectionTrouble>>,
    /// The session that was signed in; `Some(None)` when there is none any more.
    pub session: Option<Option<String>>,
    /// What a sign-in waits for; `Some(None)` when for nothing.
    pub pin: Option<Option<PinWanted>>,
    /// What a refused sign-in was told; `Some(None)` when it is to be tried again.
    pub refusal: Option<Option<String>>,
    /// Until when the system asked to be left alone; `Some(None)` when it did not.
    pub not_before: Option<Option<DateTime<Utc>>>,
}

impl Connection {
    /// What the person is told whose one-time number is waited for.
    pub fn asks_for_pin(&self) -> Option<&str> {
        self.pin.as_ref().filter(|pin| !pin.taken).map(|pin| pin.text.as_str())
    }

    /// It with what `edit` changes.
    #[must_use]
    pub fn edited(&self, edit: ConnectionEdit) -> Self {
        Self {
            settings: edit.settings.unwrap_or_else(|| self.settings.clone()),
            secrets: edit.secrets.unwrap_or_else(|| self.secrets.clone()),
            base_url: edit.base_url.unwrap_or_else(|| self.base_url.clone()),
            me: edit.me.unwrap_or_else(|| self.me.clone()),
            notes: edit.notes.unwrap_or_else(|| self.notes.clone()),
            trouble: edit.trouble.unwrap_or_else(|| self.trouble.clone()),
            session: edit.session.unwrap_or_else(|| self.session.clone()),
            pin: edit.pin.unwrap_or_else(|| self.pin.clone()),
            refusal: edit.refusal.unwrap_or_else(|| self.refusal.clone()),
            not_before: edit.not_before.unwrap_or(self.not_before),
            ..self.clone()
        }
    }
}

impl Store {
    /// Every connection, in the order of their names.
    pub async fn connections(&self) -> Result<Vec<Connection>> {
        self.read(|db| {
            Box::pin(async move {
                let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{SELECT} ORDER BY name"))).fetch_all(db).await?;
                rows.iter().map(from_row).collect()
            })
        })
        .await
    }

    /// One connection.
    pub async fn connection(&self, id: ConnectionId) -> Result<Connection> {
        self.read(move |db| Box::pin(by_id(db, id))).await
    }

    /// Adds a connection.
    pub async fn add_connection(&self, new: NewConnection, now: DateTime<Utc>) -> Result<Connection> {
        self.write(move |write| {
            Box::pin(async move {
                let taken: i64 = sqlx::query_scalar("SELECT count(*) FROM connection WHERE name = ?")
                    .bind(&new.name)
                    .fetch_one(&mut *write.db)
                    .await?;
                if taken > 0 {
                    return Err(StoreError::Refused(format!(
                        "There is a connection called \"{}\" already. Choose another name.",
                        new.name
                    )));
                }
                let id = new.id;
                sqlx::query(
                    "INSERT INTO connection (id, system, name, base_url, settings, secrets, learned, me, notes, added_at, name_folded)
                     VALUES (?, ?, ?, ?, ?, ?, '{}', ?, '[]', ?, ?)",
                )
                .bind(id.0)
                .bind(&new.system)
                .bind(&new.name)
                .bind(&new.base_url)
                .bind(serde_json::to_string(&new.settings)?)
                .bind(serde_json::to_string(&new.secrets)?)
                .bind(serde_json::to_string(&new.me)?)
                .bind(codec::millis(now))
                .bind(fold(&new.name))
                .execute(&mut *write.db)
                .await?;
                write.announce(Change::Connection(id));
                by_id(write.db, id).await
            })
        })
        .await
    }

    /// Changes a connection. Says nothing when nothing changed. Refused when it would let what somebody did leave in another
    /// name (RELIABILITY.md, I9).
    pub async fn edit_connection(&self, id: ConnectionId, edit: ConnectionEdit) -> Result<Connection> {
        self.change_connection(id, move |_| Some(edit)).await
    }

    /// Like [`edit_connection`](Self::edit_connection): `change` is given the connection as it stands in this transaction and
    /// answers what of it changes, or nothing to leave it.
    pub async fn change_connection<F>(&self, id: ConnectionId, change: F) -> Result<Connection>
    where
        F: FnOnce(&Connection) -> Option<ConnectionEdit> + Send + 'static,
    {
        self.write(move |write| {
            Box::pin(async move {
                let before = by_id(write.db, id).await?;
                let edit = change(&before).unwrap_or_default();
                let after = before.edited(edit);
                if after == before {
                    return Ok(before);
                }
                if Actor::of(&after.me) != Actor::of(&before.me) {
                    let others = action::in_another_name(write.db, before.key, &after.me).await?;
                    if others > 0 {
                        return Err(StoreError::Refused(in_the_old_name(&before, others)));
                    }
                }
                save(write, &after).await?;
                Ok(after)
            })
        })
        .await
    }

    /// Removes a connection with everything that came from it. Refused while anything done there is unsettled.
    pub async fn remove_connection(&self, id: ConnectionId) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let connection = by_id(write.db, id).await?;
                let unsettled: i64 = sqlx::query_scalar(
                    "SELECT count(*) FROM action WHERE connection = ? AND state NOT IN ('confirmed', 'discarded', 'withdrawn')",
                )
                .bind(connection.key)
                .fetch_one(&mut *write.db)
                .await?;
                if unsettled > 0 {
                    return Err(StoreError::Refused(format!(
                        "\"{}\" still has {unsettled} actions that are not settled. Send or discard them first; nothing was removed.",
                        connection.name
                    )));
                }
                for statement in [
                    "DELETE FROM action WHERE connection = ?",
                    "DELETE FROM search WHERE rowid IN (SELECT key FROM item WHERE connection = ?)",
                    "DELETE FROM item WHERE connection = ?",
                    "DELETE FROM connection WHERE key = ?",
                ] {
                    sqlx::query(statement).bind(connection.key).execute(&mut *write.db).await?;
                }
                write.announce(Change::Connection(id));
                write.announce(Change::Items(vec![]));
                Ok(())
            })
        })
        .await
    }

    /// How much a connection holds.
    pub async fn tally(&self, id: ConnectionId) -> Result<Tally> {
        self.read(move |db| {
            Box::pin(async move {
                let key = by_id(db, id).await?.key;
                let unsettled: u32 = sqlx::query_scalar(
                    "SELECT count(*) FROM action WHERE connection = ? AND state NOT IN ('confirmed', 'discarded', 'withdrawn')",
                )
                .bind(key)
                .fetch_one(&mut *db)
                .await?;
                let rejected: u32 = sqlx::query_scalar("SELECT count(*) FROM rejected WHERE connection = ?")
                    .bind(key)
                    .fetch_one(&mut *db)
                    .await?;
                let words = sqlx::query(
                    "SELECT coalesce(status, '(none)') AS word, count(*) AS count FROM item
                     WHERE connection = ? AND status_known = 0 GROUP BY status ORDER BY count DESC LIMIT 20",
                )
                .bind(key)
                .fetch_all(&mut *db)
                .await?;
                let feeds = sqlx::query(
                    "SELECT feed, count(*) AS count FROM item
                     WHERE connection = ? AND parent IS NULL AND gone_at IS NULL GROUP BY feed",
                )
                .bind(key)
                .fetch_all(&mut *db)
                .await?;
                Ok(Tally {
                    unsettled,
                    rejected,
                    unknown_words: words
                        .iter()
                        .map(|row| Ok(WordCount { word: row.try_get("word")?, count: row.try_get("count")? }))
                        .collect::<Result<_>>()?,
                    rows: feeds
                        .iter()
                        .map(|row| Ok((row.try_get("feed")?, row.try_get("count")?)))
                        .collect::<Result<_>>()?,
                })
            })
        })
        .await
    }
}

fn in_the_old_name(connection: &Connection, others: usize) -> String {
    let name = Actor::of(&connection.me).name;
    let actions = if others == 1 { "1 action".to_owned() } else { format!("{others} actions") };
    format!(
        "\"{}\" still has {actions} in the outbox, done in the name of {name}; with these settings they would leave in another \
         name. Nothing was changed and nothing is lost. Send or discard what is in the outbox, then change the name.",
        connection.name
    )
}

async fn save(write: &mut Write<'_>, connection: &Connection) -> Result<()> {
    sqlx::query(
        "UPDATE connection SET base_url = ?, settings = ?, secrets = ?, me = ?, notes = ?, trouble = ?, session = ?, pin = ?,
                               refusal = ?, not_before = ?
         WHERE key = ?",
    )
    .bind(&connection.base_url)
    .bind(serde_json::to_string(&connection.settings)?)
    .bind(serde_json::to_string(&connection.secrets)?)
    .bind(serde_json::to_string(&connection.me)?)
    .bind(serde_json::to_string(&connection.notes)?)
    .bind(connection.trouble.as_ref().map(serde_json::to_string).transpose()?)
    .bind(&connection.session)
    .bind(connection.pin.as_ref().map(serde_json::to_string).transpose()?)
    .bind(&connection.refusal)
    .bind(connection.not_before.map(codec::millis))
    .bind(connection.key)
    .execute(&mut *write.db)
    .await?;
    write.announce(Change::Connection(connection.id));
    Ok(())
}

/// Keeps what a page taught about the system.
pub(crate) async fn learn(
    write: &mut Write<'_>,
    connection: &mut Connection,
    learned: &[(String, String)],
) -> Result<()> {
    let mut all = connection.learned.clone();
    all.extend(learned.iter().cloned());
    if all == connection.learned {
        return Ok(());
    }
    sqlx::query("UPDATE connection SET learned = ? WHERE key = ?")
        .bind(serde_json::to_string(&all)?)
        .bind(connection.key)
        .execute(&mut *write.db)
        .await?;
    connection.learned = all;
    write.announce(Change::Connection(connection.id));
    Ok(())
}
