//! Keeping what a remote said: a page, or one item that was read again.
//!
//! A page is one transaction: its rows, their projection and search text, what is gone, and the cursor. Few statements
//! carry many rows, since every statement has a price of its own.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, Utc};
use rounds_domain::{
    ids::ItemId,
    item::{ItemKind, WorkItem},
    pull::{Page, Record, Rejected, said},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::project::{people_for, projected, reproject, settle_overlays};
use crate::{
    Change, Result, Store, codec,
    store::Write,
    table::{
        action, attachment,
        connection::{self, Connection},
        person, rejected,
        slice::{self, Advance, Brought},
        worklist,
    },
};

/// A page on its way into the store.
pub struct PageWrite {
    /// Whose it is: the store's number.
    pub connection: i64,
    /// The feed it came from.
    pub feed: String,
    /// How it moves its sweep; `None` for an item that was read on its own.
    pub advance: Option<Advance>,
    /// What the remote said.
    pub page: Page,
    /// When the read began.
    pub began: DateTime<Utc>,
    /// Now.
    pub now: DateTime<Utc>,
}

/// What a page came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    /// Records that it held.
    pub rows: u32,
    /// Records that were not here before.
    pub new: u32,
    /// Records that were here and are different now.
    pub changed: u32,
    /// Records that could not be read.
    pub rejected: u32,
    /// Items that are now known to be gone.
    pub gone: u32,
}

/// What is here of a record already.
struct Known {
    key: i64,
    fingerprint: String,
    missed: i64,
    gone: bool,
    shows: bool,
    /// Whether no feed has brought it yet: it was made here, or read on its own.
    homeless: bool,
    feed_at: Option<i64>,
    read_at: i64,
}

impl Known {
    /// Whether what is here was read after this answer was asked for: the answer was slow on its way and must not undo it.
    /// A time that is still to come is none to go by: the clock was set back.
    fn is_newer(&self, context: &Context<'_>) -> bool {
        self.read_at > codec::millis(context.began) && self.read_at <= codec::millis(context.now)
    }
}

/// An item to be written.
struct Fresh<'a> {
    key: i64,
    id: ItemId,
    item: &'a WorkItem,
    raw: &'a str,
    fingerprint: String,
    is_new: bool,
}

impl Store {
    /// Keeps a page: base, projection, search, tombstones and cursor in one transaction.
    pub async fn apply_page(&self, page: PageWrite) -> Result<Applied> {
        self.write(move |write| Box::pin(async move { apply(write, page).await })).await
    }
}

pub(crate) async fn apply(write: &mut Write<'_>, page: PageWrite) -> Result<Applied> {
    let mut connection = connection::by_key(write.db, page.connection).await?;
    connection::learn(write, &mut connection, &page.page.learned).await?;
    let mut context = Context {
        connection: &connection,
        feed: &page.feed,
        alone: page.advance.is_none(),
        began: page.began,
        now: page.now,
    };
    let mut applied = Applied {
        rows: count(page.page.records.len()),
        rejected: count(page.page.rejected.len()),
        ..Applied::default()
    };
    let readable: Vec<&str> = page.page.records.iter().map(|record| record.item.external_id.as_str()).collect();
    rejected::forget(write, connection.key, &readable).await?;
    let slice = page.advance.as_ref().map(|advance| advance.key);
    rejected::keep(write, &connection, &page.feed, slice, &page.page.rejected, page.now).await?;
    let mut seen = keep_records(write, &mut context, &page.page.records, &mut applied).await?;
    seen.extend(unreadable(write.db, &context, &page.page.rejected).await?);
    if let Some(advance) = &page.advance {
        let brought = Brought { seen: &seen, new: applied.new, reached: page.page.reached_by(page.now + slice::AHEAD) };
        let gone = slice::advance(write, advance, &brought, page.now).await?;
        applied.gone = count(gone.len());
        bury(write, &context, &gone).await?;
        // How far the feed is changes with every page; the window shows it.
        write.announce(Change::Connection(connection.id));
    }
    Ok(applied)
}

fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

struct Context<'a> {
    connection: &'a Connection,
    feed: &'a str,
    /// Whether the read was of this one item, whose freshness is then its own and not its window's.
    alone: bool,
    began: DateTime<Utc>,
    now: DateTime<Utc>,
}

/// Keeps the records of a page; answers the store's numbers of all of them.
async fn keep_records(
    write: &mut Write<'_>,
    context: &mut Context<'_>,
    records: &[Record],
    applied: &mut Applied,
) -> Result<Vec<i64>> {
    // A record that stands on a page twice counts as it stood last.
    let records: Vec<&Record> = {
        let mut last: BTreeMap<(&str, i64), (usize, &Record)> = BTreeMap::new();
        for (at, record) in records.iter().enumerate() {
            last.insert((record.item.external_id.as_str(), record.item.kind.code()), (at, record));
        }
        let mut kept: Vec<_> = last.into_values().collect();
        kept.sort_by_key(|(at, _)| *at);
        kept.into_iter().map(|(_, record)| record).collect()
    };
    let known = known(write.db, context, records.iter().map(|record| &record.item)).await?;
    let mut next_key = next_key(write.db).await?;
    let mut seen = Vec::with_capacity(records.len());
    let mut fresh = Vec::new();
    let mut with_children = Vec::new();
    let mut files = Vec::new();
    for record in records {
        let item = &record.item;
        let here = known.get(&(item.external_id.clone(), item.kind));
        let key = here.map_or_else(|| take(&mut next_key), |here| here.key);
        seen.push(key);
        if let Some(attachments) = &item.attachments {
            files.push((key, item, attachments));
        }
        let is_same = here.is_some_and(|here| {
            here.fingerprint == record.fingerprint
                && here.missed == 0
                && !here.gone
                && !here.shows
                // What was read on its own before joins the feed that brings it, or nothing would ever miss it there.
                && (!here.homeless || context.feed.is_empty())
                // The same record stands elsewhere in its feed once it is learned what its windows match.
                && here.feed_at == item.feed_time.map(codec::millis)
        });
        if is_same || here.is_some_and(|here| here.is_newer(context)) {
            if context.alone {
                touch(write.db, key, context.began).await?;
            }
            continue;
        }
        match here {
            None => applied.new += 1,
            Some(here) if said(&here.fingerprint) != said(&record.fingerprint) || here.gone => applied.changed += 1,
            Some(_) => {}
        }
        fresh.push(Fresh {
            key,
            id: ItemId::derive(context.connection.id, item.kind, &item.external_id),
            item,
            raw: &record.raw,
            fingerprint: record.fingerprint.clone(),
            is_new: here.is_none(),
        });
        with_children.push(record);
    }
    let orphans = add_children(write.db, context, &with_children, &mut fresh, &mut next_key).await?;
    save(write, context, &fresh).await?;
    if context.feed.is_empty() {
        join_parents_feed(write.db, context).await?;
    }
    bury(write, context, &orphans).await?;
    for (key, item, attachments) in files {
        attachment::keep(write.db, key, attachments, context.now).await?;
        write.announce(Change::Items(vec![ItemId::derive(context.connection.id, item.kind, &item.external_id)]));
    }
    Ok(seen)
}

/// What the page brought and nobody could read: the items of those that have a name, and a mark for those that have none.
async fn unreadable(db: &mut SqliteConnection, context: &Context<'_>, rejected: &[Rejected]) -> Result<Vec<i64>> {
    if rejected.is_empty() {
        return Ok(vec![]);
    }
    let names: Vec<&str> = rejected.iter().filter_map(|rejected| rejected.external_id.as_deref()).collect();
    let mut seen: Vec<i64> = sqlx::query_scalar(
        "SELECT key FROM item WHERE connection = ? AND external_id IN (SELECT value FROM json_each(?))",
    )
    .bind(context.connection.key)
    .bind(serde_json::to_string(&names)?)
    .fetch_all(db)
    .await?;
    if names.len() < rejected.len() {
        seen.push(slice::NAMELESS);
    }
    Ok(seen)
}

async fn touch(db: &mut SqliteConnection, key: i64, began: DateTime<Utc>) -> Result<()> {
    sqlx::query("UPDATE item SET read_at = max(read_at, ?) WHERE key = ?")
        .bind(codec::millis(began))
        .bind(key)
        .execute(db)
        .await?;
    Ok(())
}

fn take(next: &mut i64) -> i64 {
    let key = *next;
    *next += 1;
    key
}

async fn next_key(db: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(key), 0) + 1 FROM item").fetch_one(db).await?)
}

async fn known<'a>(
    db: &mut SqliteConnection,
    context: &Context<'_>,
    items: impl Iterator<Item = &'a WorkItem>,
) -> Result<HashMap<(String, ItemKind), Known>> {
    let ids: HashSet<&str> = items.map(|item| item.external_id.as_str()).collect();
    let rows = sqlx::query(
        "SELECT key, external_id, kind, fingerprint, missed, gone_at IS NOT NULL AS gone, feed = '' AS homeless, feed_at, read_at,
                EXISTS (SELECT 1 FROM action WHERE action.item = item.key AND action.shows = 1) AS shows
         FROM item WHERE connection = ? AND external_id IN (SELECT value FROM json_each(?))",
    )
    .bind(context.connection.key)
    .bind(serde_json::to_string(&ids)?)
    .fetch_all(db)
    .await?;
    let mut known = HashMap::with_capacity(rows.len());
    for row in rows {
        let kind = ItemKind::from_code(row.try_get("kind")?).ok_or(crate::StoreError::Damaged)?;
        let here = Known {
            key: row.try_get("key")?,
            fingerprint: row.try_get("fingerprint")?,
            missed: row.try_get("missed")?,
            gone: row.try_get("gone")?,
            shows: row.try_get("shows")?,
            homeless: row.try_get("homeless")?,
            feed_at: row.try_get("feed_at")?,
            read_at: row.try_get("read_at")?,
        };
        known.insert((row.try_get("external_id")?, kind), here);
    }
    Ok(known)
}

/// Adds the items that came inside changed records; answers those that used to and no longer do.
async fn add_children<'a>(
    db: &mut SqliteConnection,
    context: &Context<'_>,
    records: &[&'a Record],
    fresh: &mut Vec<Fresh<'a>>,
    next_key: &mut i64,
) -> Result<Vec<i64>> {
    if records.is_empty() {
        return Ok(vec![]);
    }
    let known = known(db, context, records.iter().flat_map(|record| &record.children)).await?;
    let mut present = HashSet::new();
    let mut taken: HashMap<(&str, ItemKind), i64> = HashMap::new();
    for record in records {
        for child in &record.children {
            let fingerprint = blake3::hash(&serde_json::to_vec(child)?).to_hex().to_string();
            let here = known.get(&(child.external_id.clone(), child.kind));
            // Two records may claim the same child; the first has it.
            let key = match here {
                Some(here) => here.key,
                None => *taken.entry((&child.external_id, child.kind)).or_insert_with(|| take(next_key)),
            };
            let is_first = present.insert(key);
            if !is_first || here.is_some_and(|here| here.fingerprint == fingerprint && !here.gone) {
                continue;
            }
            fresh.push(Fresh {
                key,
                id: ItemId::derive(context.connection.id, child.kind, &child.external_id),
                item: child,
                raw: "",
                fingerprint,
                is_new: here.is_none(),
            });
        }
    }
    let parents: Vec<&str> = records.iter().map(|record| record.item.external_id.as_str()).collect();
    let orphans = sqlx::query_scalar(
        "SELECT key FROM item WHERE connection = ? AND parent IN (SELECT value FROM json_each(?))
           AND gone_at IS NULL AND key NOT IN (SELECT value FROM json_each(?))",
    )
    .bind(context.connection.key)
    .bind(serde_json::to_string(&parents)?)
    .bind(serde_json::to_string(&present)?)
    .fetch_all(db)
    .await?;
    Ok(orphans)
}

/// What first came inside an item that was read on its own belongs to the feed of that item.
async fn join_parents_feed(db: &mut SqliteConnection, context: &Context<'_>) -> Result<()> {
    sqlx::query(
        "UPDATE item SET feed = parent.feed FROM item parent
         WHERE item.connection = ? AND item.feed = '' AND parent.connection = item.connection
           AND parent.external_id = item.parent AND parent.feed <> ''",
    )
    .bind(context.connection.key)
    .execute(db)
    .await?;
    Ok(())
}

/// Writes base, projection and search text of the items.
async fn save(write: &mut Write<'_>, context: &Context<'_>, fresh: &[Fresh<'_>]) -> Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    for some in fresh.chunks(200) {
        save_base(write.db, context, some).await?;
    }
    let keys: Vec<i64> = fresh.iter().filter(|fresh| !fresh.is_new).map(|fresh| fresh.key).collect();
    let mut actions = action::showing(write.db, &keys).await?;
    let mut rows = Vec::with_capacity(fresh.len());
    for one in fresh {
        let mut on_it = actions.remove(&one.key).unwrap_or_default();
        if !on_it.is_empty() {
            on_it = settle_overlays(write.db, one.key, one.item, on_it, &context.connection.me, context.began).await?;
        }
        let people = people_for(write.db, one.key, &on_it).await?;
        rows.push(projected(context.connection, one.key, one.item, &on_it, &people, false));
    }
    worklist::put(write.db, &rows, &keys).await?;
    let whose = person::Whose { key: context.connection.key, id: context.connection.id };
    let about: Vec<(i64, &WorkItem)> = fresh.iter().map(|fresh| (fresh.key, fresh.item)).collect();
    person::keep(write, whose, &about).await?;
    write.announce(Change::Items(fresh.iter().map(|fresh| fresh.id).collect()));
    Ok(())
}

async fn save_base(db: &mut SqliteConnection, context: &Context<'_>, fresh: &[Fresh<'_>]) -> Result<()> {
    let mut rows = Vec::with_capacity(fresh.len());
    for one in fresh {
        rows.push((one, codec::pack(one.raw, one.item)?));
    }
    let mut insert = QueryBuilder::<Sqlite>::new(
        "INSERT INTO item (key, id, connection, feed, kind, external_id, parent, status, status_known, status_group,
                           created_at, updated_at, feed_at, fingerprint, reply, read_at, first_at, missed) ",
    );
    let instant = |moment: &Option<rounds_domain::moment::Moment>| {
        moment.as_ref().and_then(|moment| moment.at).map(codec::millis)
    };
    insert.push_values(rows, |mut row, (one, reply)| {
        let item = one.item;
        row.push_bind(one.key)
            .push_bind(one.id.0)
            .push_bind(context.connection.key)
            .push_bind(context.feed.to_owned())
            .push_bind(item.kind.code())
            .push_bind(item.external_id.clone())
            .push_bind(item.parent.clone())
            .push_bind(item.status.word.clone())
            .push_bind(item.status.known)
            .push_bind(item.status.group.code())
            .push_bind(instant(&item.created))
            .push_bind(instant(&item.updated))
            .push_bind(item.feed_time.map(codec::millis))
            .push_bind(one.fingerprint.clone())
            .push_bind(reply)
            .push_bind(codec::millis(context.began))
            .push_bind(codec::millis(context.now))
            .push_bind(0_i64);
    });
    // The feed stays: an item that was read on its own belongs to the feed that first brought it.
    insert.push(
        " ON CONFLICT (key) DO UPDATE SET feed = CASE item.feed WHEN '' THEN excluded.feed ELSE item.feed END,
            parent = excluded.parent, status = excluded.status,
            status_known = excluded.status_known, status_group = excluded.status_group, created_at = excluded.created_at,
            updated_at = excluded.updated_at, feed_at = excluded.feed_at, fingerprint = excluded.fingerprint,
            reply = excluded.reply, read_at = excluded.read_at, missed = 0, gone_at = NULL",
    );
    insert.build().execute(db).await?;
    Ok(())
}

/// Marks items as gone upstream, with what lives inside them. They stay, out of the default view.
async fn bury(write: &mut Write<'_>, context: &Context<'_>, keys: &[i64]) -> Result<()> {
    if keys.is_empty() {
        return Ok(());
    }
    let all: Vec<i64> = sqlx::query_scalar(
        "WITH gone (key) AS (SELECT value FROM json_each(?))
         SELECT key FROM gone
         UNION SELECT child.key FROM gone JOIN item parent ON parent.key = gone.key
               JOIN item child ON child.connection = parent.connection AND child.parent = parent.external_id",
    )
    .bind(serde_json::to_string(keys)?)
    .fetch_all(&mut *write.db)
    .await?;
    for key in all {
        sqlx::query("UPDATE item SET gone_at = coalesce(gone_at, ?) WHERE key = ?")
            .bind(codec::millis(context.now))
            .bind(key)
            .execute(&mut *write.db)
            .await?;
        reproject(write, key).await?;
    }
    Ok(())
}
