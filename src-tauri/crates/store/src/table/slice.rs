//! `slice` and `seen`: how far each part of a feed is, and what its sweep has returned so far.

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    ids::{ConnectionId, ItemId},
    pull::Slice,
};
use sqlx::{Row, SqliteConnection};

use crate::{Change, Result, Store, codec, store::Write, table::rejected};

/// One part of a feed and how its sweep stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SliceRow {
    /// The store's number for it.
    pub key: i64,
    /// What it reads.
    pub slice: Slice,
    /// The latest time of change that a complete sweep reached.
    pub watermark: Option<DateTime<Utc>>,
    /// Where its sweep goes on.
    pub cursor: Option<String>,
    /// When the sweep under way began.
    pub began: Option<DateTime<Utc>>,
    /// When the last complete sweep began.
    pub complete: Option<DateTime<Utc>>,
    /// When its last page was kept.
    pub read: Option<DateTime<Utc>>,
    /// How many complete sweeps in a row brought new items.
    pub restless: u32,
    /// How many sweeps in a row failed.
    pub failures: u32,
    /// Not before this.
    pub next_at: Option<DateTime<Utc>>,
    /// Whether it holds open or recently changed items.
    pub hot: bool,
}

/// How far a feed is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedProgress {
    /// How many parts it has.
    pub parts: u32,
    /// How many of them were read to their end at least once.
    pub parts_read: u32,
    /// How many of them failed when they were last read, but for those that are closed.
    pub failing: u32,
    /// What the system said when it refused to show one of them to this person; `None` when it was read since.
    pub closed: Option<String>,
    /// When a page of it was last kept.
    pub read: Option<DateTime<Utc>>,
    /// When the last complete read of its newest part began; `None` until every part was read to its end once.
    pub complete: Option<DateTime<Utc>>,
}

/// For how long an item counts as recently changed.
pub const RECENT: TimeDelta = TimeDelta::days(7);

/// The times between which a slice finds its items; none for what is not read by windows.
fn bounds(slice: &Slice) -> (i64, i64) {
    match slice {
        Slice::Changed { .. } | Slice::All => (0, -1),
        Slice::Window { from, to } => (codec::millis(*from), codec::millis(*to)),
    }
}

impl Store {
    /// The slices of a feed as they are planned: those that are not there yet are added, and those no longer planned
    /// removed.
    pub async fn slices(
        &self,
        connection: i64,
        feed: String,
        planned: Vec<Slice>,
        now: DateTime<Utc>,
    ) -> Result<Vec<SliceRow>> {
        self.write(move |write| {
            Box::pin(async move {
                let known = load(write.db, connection, &feed, now).await?;
                let stale: Vec<i64> =
                    known.iter().filter(|known| !planned.contains(&known.slice)).map(|known| known.key).collect();
                if !stale.is_empty() {
                    // The plan was changed: what is no part of it any more is not read any more.
                    sqlx::query("DELETE FROM slice WHERE key IN (SELECT value FROM json_each(?))")
                        .bind(serde_json::to_string(&stale)?)
                        .execute(&mut *write.db)
                        .await?;
                }
                let known: Vec<SliceRow> = known.into_iter().filter(|known| !stale.contains(&known.key)).collect();
                let is_new = |slice: &&Slice| known.iter().all(|known| known.slice != **slice);
                let new: Vec<&Slice> = planned.iter().filter(is_new).collect();
                if new.is_empty() {
                    return Ok(known);
                }
                add(write.db, connection, &feed, &new).await?;
                load(write.db, connection, &feed, now).await
            })
        })
        .await
    }

    /// How far a feed is, for a person to see.
    pub async fn feed_progress(&self, connection: i64, feed: String, now: DateTime<Utc>) -> Result<FeedProgress> {
        self.read(move |db| {
            Box::pin(async move {
                let row = sqlx::query(
                    "SELECT count(*) AS parts, count(complete_at) AS parts_read, max(read_at) AS read_at,
                            coalesce(sum(failures > 0 AND closed IS NULL), 0) AS failing, max(closed) AS closed,
                            (SELECT newest.complete_at FROM slice newest
                             WHERE newest.connection = slice.connection AND newest.feed = slice.feed AND newest.from_at <= ?
                             ORDER BY newest.from_at DESC, newest.complete_at DESC LIMIT 1) AS newest_at
                     FROM slice WHERE connection = ? AND feed = ?",
                )
                .bind(codec::millis(now))
                .bind(connection)
                .bind(feed)
                .fetch_one(db)
                .await?;
                let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(codec::time));
                let (parts, parts_read) = (row.try_get("parts")?, row.try_get("parts_read")?);
                let whole = parts > 0 && parts == parts_read;
                Ok(FeedProgress {
                    parts,
                    parts_read,
                    failing: row.try_get("failing")?,
                    closed: row.try_get("closed")?,
                    read: time("read_at")?,
                    // Old parts are read rarely, and a page of them says nothing about the latest news.
                    complete: time("newest_at")?.filter(|_| whole),
                })
            })
        })
        .await
    }

    /// Keeps that a sweep failed: it goes on, or begins again, not before `next_at`. `closed` is what the system said, if it does
    /// not show this part to this person.
    pub async fn slice_failed(
        &self,
        id: ConnectionId,
        key: i64,
        begin_again: bool,
        next_at: DateTime<Utc>,
        closed: Option<String>,
    ) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                sqlx::query("UPDATE slice SET failures = failures + 1, next_at = ?, closed = ? WHERE key = ?")
                    .bind(codec::millis(next_at))
                    .bind(closed)
                    .bind(key)
                    .execute(&mut *write.db)
                    .await?;
                if begin_again {
                    restart(write.db, key).await?;
                }
                write.announce(Change::Connection(id));
                Ok(())
            })
        })
        .await
    }

    /// Forgets the sweep under way; what it brought stays.
    pub async fn slice_restart(&self, key: i64) -> Result<()> {
        self.write(move |write| Box::pin(async move { restart(write.db, key).await })).await
    }

    /// Lets every slice of a connection be read now, whatever its failures were. They still count until it is read.
    pub async fn slices_retry(&self, connection: i64) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                sqlx::query("UPDATE slice SET next_at = NULL WHERE connection = ? AND next_at IS NOT NULL")
                    .bind(connection)
                    .execute(&mut *write.db)
                    .await?;
                Ok(())
            })
        })
        .await
    }

    /// Lets everything of a connection be read again from its beginning, as if it never was: it is read otherwise now. How far a
    /// feed of changes came stays, since its whole is swept besides.
    pub async fn slices_anew(&self, connection: i64) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                let keys: Vec<i64> = sqlx::query_scalar("SELECT key FROM slice WHERE connection = ?")
                    .bind(connection)
                    .fetch_all(&mut *write.db)
                    .await?;
                for key in keys {
                    restart(write.db, key).await?;
                }
                sqlx::query("UPDATE slice SET complete_at = NULL WHERE connection = ? AND watermark IS NULL")
                    .bind(connection)
                    .execute(&mut *write.db)
                    .await?;
                Ok(())
            })
        })
        .await
    }
}

async fn add(db: &mut SqliteConnection, connection: i64, feed: &str, planned: &[&Slice]) -> Result<()> {
    for slice in planned {
        let (from, to) = bounds(slice);
        sqlx::query(
            "INSERT OR IGNORE INTO slice (connection, feed, slice, from_at, to_at, brought, restless, failures)
             VALUES (?, ?, ?, ?, ?, 0, 0, 0)",
        )
        .bind(connection)
        .bind(feed)
        .bind(serde_json::to_string(slice)?)
        .bind(from)
        .bind(to)
        .execute(&mut *db)
        .await?;
    }
    Ok(())
}

async fn restart(db: &mut SqliteConnection, key: i64) -> Result<()> {
    sqlx::query("UPDATE slice SET cursor = NULL, began_at = NULL, reached = NULL, brought = 0 WHERE key = ?")
        .bind(key)
        .execute(&mut *db)
        .await?;
    sqlx::query("DELETE FROM seen WHERE slice = ?").bind(key).execute(&mut *db).await?;
    Ok(())
}

async fn load(db: &mut SqliteConnection, connection: i64, feed: &str, now: DateTime<Utc>) -> Result<Vec<SliceRow>> {
    let rows = sqlx::query(
        "SELECT key, slice, watermark, cursor, began_at, complete_at, read_at, restless, failures, next_at,
                EXISTS (SELECT 1 FROM item WHERE item.connection = slice.connection AND item.feed = slice.feed
                        AND item.feed_at BETWEEN slice.from_at AND slice.to_at
                        AND (item.status_group <= 2 OR item.updated_at > ?)) AS hot
         FROM slice WHERE connection = ? AND feed = ? ORDER BY from_at",
    )
    .bind(codec::millis(now - RECENT))
    .bind(connection)
    .bind(feed)
    .fetch_all(&mut *db)
    .await?;
    rows.iter()
        .map(|row| {
            let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(codec::time));
            Ok(SliceRow {
                key: row.try_get("key")?,
                slice: serde_json::from_str(&row.try_get::<String, _>("slice")?)?,
                watermark: time("watermark")?,
                cursor: row.try_get("cursor")?,
                began: time("began_at")?,
                complete: time("complete_at")?,
                read: time("read_at")?,
                restless: row.try_get("restless")?,
                failures: row.try_get("failures")?,
                next_at: time("next_at")?,
                hot: row.try_get("hot")?,
            })
        })
        .collect()
}

/// How a page moves the sweep of a slice.
#[derive(Debug, Clone)]
pub struct Advance {
    /// The slice.
    pub key: i64,
    /// When the sweep began.
    pub began: DateTime<Utc>,
    /// What comes after the page.
    pub then: Then,
}

/// What comes after a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// The page from this cursor.
    Continue(String),
    /// Nothing: the sweep is complete, and what it did not return is missing.
    Complete,
    /// The sweep failed: it begins again, and nothing counts as missing.
    Fail,
}

/// Stands in `seen` for a record without a name: it may be any of those that are missing. No item has this number.
pub(crate) const NAMELESS: i64 = 0;

/// What a page brought, for the sweep that it belongs to.
pub(crate) struct Brought<'a> {
    /// The store's numbers of all its items, and [`NAMELESS`].
    pub(crate) seen: &'a [i64],
    /// How many of them were not here before.
    pub(crate) new: u32,
    /// The latest time of change on it, by the remote's clock.
    pub(crate) reached: Option<DateTime<Utc>>,
}

/// How far past our clock a remote's time may lie and still be believed: beyond it a watermark would hide what is to come.
pub const AHEAD: TimeDelta = TimeDelta::days(1);

/// Moves the sweep, in the transaction of its page. Answers the items that are gone: missing from two complete sweeps.
pub(crate) async fn advance(
    write: &mut Write<'_>,
    advance: &Advance,
    brought: &Brought<'_>,
    now: DateTime<Utc>,
) -> Result<Vec<i64>> {
    let Brought { seen, new, reached } = brought;
    if let Some(reached) = reached.filter(|reached| *reached <= now + AHEAD) {
        sqlx::query("UPDATE slice SET reached = max(coalesce(reached, ?1), ?1) WHERE key = ?2")
            .bind(codec::millis(reached))
            .bind(advance.key)
            .execute(&mut *write.db)
            .await?;
    }
    sqlx::query("INSERT OR IGNORE INTO seen (slice, item) SELECT ?, value FROM json_each(?)")
        .bind(advance.key)
        .bind(serde_json::to_string(seen)?)
        .execute(&mut *write.db)
        .await?;
    match &advance.then {
        Then::Continue(cursor) => {
            sqlx::query(
                "UPDATE slice SET cursor = ?, began_at = ?, read_at = ?, brought = brought + ?, failures = 0, next_at = NULL,
                                  closed = NULL
                 WHERE key = ?",
            )
            .bind(cursor)
            .bind(codec::millis(advance.began))
            .bind(codec::millis(now))
            .bind(new)
            .bind(advance.key)
            .execute(&mut *write.db)
            .await?;
            Ok(vec![])
        }
        Then::Fail => {
            restart(write.db, advance.key).await?;
            Ok(vec![])
        }
        Then::Complete => {
            let gone = missing(write.db, advance, now).await?;
            sqlx::query(
                "UPDATE slice SET cursor = NULL, began_at = NULL, complete_at = ?, read_at = ?, failures = 0, next_at = NULL,
                                  closed = NULL,
                                  watermark = CASE WHEN reached > coalesce(watermark, reached - 1) THEN reached ELSE watermark END,
                                  reached = NULL,
                                  restless = CASE WHEN brought + ? > 0 THEN restless + 1 ELSE 0 END, brought = 0
                 WHERE key = ?",
            )
            .bind(codec::millis(advance.began))
            .bind(codec::millis(now))
            .bind(new)
            .bind(advance.key)
            .execute(&mut *write.db)
            .await?;
            sqlx::query("DELETE FROM seen WHERE slice = ?").bind(advance.key).execute(&mut *write.db).await?;
            rejected::forget_older(write, advance).await?;
            Ok(gone)
        }
    }
}

/// Counts what the complete sweep should have returned and did not; answers what has now been missing twice.
async fn missing(db: &mut SqliteConnection, advance: &Advance, now: DateTime<Utc>) -> Result<Vec<i64>> {
    let missing = unseen(db, advance.key, advance.began, now).await?;
    if missing.is_empty() {
        return Ok(missing);
    }
    let keys = serde_json::to_string(&missing)?;
    let gone: Vec<i64> =
        sqlx::query_scalar("SELECT key FROM item WHERE key IN (SELECT value FROM json_each(?)) AND missed >= 1")
            .bind(&keys)
            .fetch_all(&mut *db)
            .await?;
    sqlx::query("UPDATE item SET missed = missed + 1 WHERE key IN (SELECT value FROM json_each(?))")
        .bind(&keys)
        .execute(&mut *db)
        .await?;
    Ok(gone)
}

/// What a sweep of a slice that began then should have returned and has not so far. What changed since some instant says
/// nothing about what it did not return. What was read since the sweep began cannot be missing from it; but a time that is still
/// to come was written by a clock that has been set back since.
async fn unseen(db: &mut SqliteConnection, slice: i64, began: DateTime<Utc>, now: DateTime<Utc>) -> Result<Vec<i64>> {
    let stored: String =
        sqlx::query_scalar("SELECT slice FROM slice WHERE key = ?").bind(slice).fetch_one(&mut *db).await?;
    let within = match serde_json::from_str(&stored)? {
        Slice::Changed { .. } => return Ok(vec![]),
        Slice::All => "",
        // The bounds are left out by a second on either side: what stands on them may belong to the neighbour alone.
        Slice::Window { .. } => "AND item.feed_at BETWEEN slice.from_at + 1000 AND slice.to_at - 1000",
    };
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(format!(
        "SELECT item.key FROM slice JOIN item ON item.connection = slice.connection AND item.feed = slice.feed {within}
         WHERE slice.key = ? AND item.parent IS NULL AND item.gone_at IS NULL AND (item.read_at < ? OR item.read_at > ?)
           AND NOT EXISTS (SELECT 1 FROM seen WHERE seen.slice = slice.key AND seen.item IN (item.key, ?))"
    )))
    .bind(slice)
    .bind(codec::millis(began))
    .bind(codec::millis(now))
    .bind(NAMELESS)
    .fetch_all(db)
    .await?)
}

impl Store {
    /// What would be gone if the sweep of a slice that began then ended here: missing from the complete sweep before it, and from
    /// all that was kept of this one. `but` is on the page that is still to be kept.
    pub async fn nearly_gone(
        &self,
        slice: i64,
        began: DateTime<Utc>,
        but: Vec<String>,
        now: DateTime<Utc>,
    ) -> Result<Vec<ItemId>> {
        self.read(move |db| {
            Box::pin(async move {
                let unseen = unseen(db, slice, began, now).await?;
                if unseen.is_empty() {
                    return Ok(vec![]);
                }
                let ids: Vec<uuid::Uuid> = sqlx::query_scalar(
                    "SELECT id FROM item WHERE key IN (SELECT value FROM json_each(?)) AND missed >= 1
                       AND external_id NOT IN (SELECT value FROM json_each(?)) ORDER BY key",
                )
                .bind(serde_json::to_string(&unseen)?)
                .bind(serde_json::to_string(&but)?)
                .fetch_all(db)
                .await?;
                Ok(ids.into_iter().map(ItemId).collect())
            })
        })
        .await
    }
}
