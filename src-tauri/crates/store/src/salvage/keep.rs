//! Puts what was found into the new profile: connections, the items that something was done with, actions, drafts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Fields, Reason, ReasonKind},
    ids::{ActionId, ConnectionId, ItemId},
    item::{ItemKind, Status, WorkItem},
    outbox::OutboxState,
    patient::Me,
    projection::WorklistRow,
    text::fold,
    view::{ConnectionTrouble, TroubleKind},
};
use sqlx::{AssertSqlSafe, SqliteConnection};
use uuid::Uuid;

use super::{
    Salvaged, Unplaced,
    found::{Found, Row, column, int, state, text},
};
use crate::{Change, Result, Store, StoreError, codec, pages::Value, store::Write, table::item::reproject};

/// Keeps everything in one transaction.
pub(super) async fn keep(store: &Store, found: Found, salvaged: &mut Salvaged, now: DateTime<Utc>) -> Result<()> {
    let counted = salvaged.clone();
    *salvaged = store
        .write(move |write| {
            Box::pin(async move {
                let mut keeping = Keeping { found, salvaged: counted, now, places: BTreeMap::new() };
                keeping.connections(write).await?;
                keeping.items(write).await?;
                keeping.files(write).await?;
                keeping.actions(write).await?;
                keeping.drafts(write).await?;
                keeping.same(write).await?;
                for (item, place) in &keeping.places {
                    if *place != Place::Nowhere {
                        reproject(write, *item).await?;
                    }
                }
                write.announce(Change::Outbox);
                Ok(keeping.salvaged)
            })
        })
        .await?;
    Ok(())
}

/// Where the actions of an item go.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// To their item.
    Known,
    /// To a stand-in: nothing tells which item it was.
    Unknown,
    /// Nothing tells which system it was.
    Nowhere,
}

pub(super) struct Keeping {
    pub(super) found: Found,
    pub(super) salvaged: Salvaged,
    now: DateTime<Utc>,
    /// By the store's number of the item.
    places: BTreeMap<i64, Place>,
}

impl Keeping {
    async fn connections(&mut self, write: &mut Write<'_>) -> Result<()> {
        let names = columns(write.db, "connection").await?;
        for (key, row) in &self.found.connections {
            insert(write.db, "connection", &names, Some(*key), row).await?;
            self.salvaged.connections += 1;
        }
        for (key, line) in self.unreadable_connections() {
            insert_bare_connection(write.db, key, &line, self.now).await?;
            self.found.connections.insert(key, Row::new());
            self.salvaged.bare_connections += 1;
        }
        Ok(())
    }

    /// Connections that something was done for and whose rows could not be read, each with a row of the worklist that names
    /// it.
    fn unreadable_connections(&self) -> Vec<(i64, WorklistRow)> {
        let by_action = self
            .found
            .actions
            .values()
            .filter_map(|row| Some((int(row, column::action::CONNECTION)?, int(row, column::action::ITEM)?)));
        let by_item =
            self.found.items.iter().filter_map(|(key, row)| Some((int(row, column::item::CONNECTION)?, *key)));
        let wanted: BTreeSet<i64> =
            self.found.actions.values().filter_map(|row| int(row, column::action::CONNECTION)).collect();
        let mut named = BTreeMap::new();
        for (connection, item) in by_action.chain(by_item) {
            let unknown = wanted.contains(&connection) && !self.found.connections.contains_key(&connection);
            if let Some(line) = self.found.lines.get(&item).filter(|_| unknown) {
                named.entry(connection).or_insert_with(|| line.clone());
            }
        }
        named.into_iter().collect()
    }

    async fn items(&mut self, write: &mut Write<'_>) -> Result<()> {
        let mut wanted: BTreeMap<i64, Option<i64>> =
            self.found.drafts.iter().filter_map(|row| Some((int(row, column::draft::ITEM)?, None))).collect();
        wanted.extend(
            self.found
                .actions
                .values()
                .filter_map(|row| Some((int(row, column::action::ITEM)?, int(row, column::action::CONNECTION)))),
        );
        let names = columns(write.db, "item").await?;
        for (key, connection) in wanted {
            let place = self.item(write.db, &names, key, connection).await?;
            self.places.insert(key, place);
        }
        Ok(())
    }

    async fn item(
        &mut self,
        db: &mut SqliteConnection,
        names: &[String],
        key: i64,
        connection: Option<i64>,
    ) -> Result<Place> {
        let row = self.found.items.get(&key).filter(|row| is_readable(row));
        let line = self.found.lines.get(&key);
        let connection = connection.or_else(|| row.and_then(|row| int(row, column::item::CONNECTION)));
        let Some(connection) = connection.filter(|key| self.found.connections.contains_key(key)) else {
            return Ok(Place::Nowhere);
        };
        if let Some(row) = row {
            insert(db, "item", names, Some(key), row).await?;
            return Ok(Place::Known);
        }
        let item = line.map_or_else(|| stand_in(key), by_its_name);
        insert_bare_item(db, key, connection, &item, self.now).await?;
        if line.is_none() {
            return Ok(Place::Unknown);
        }
        self.salvaged.bare_items += 1;
        Ok(Place::Known)
    }

    pub(super) fn place(&self, item: Option<i64>) -> Place {
        item.and_then(|item| self.places.get(&item).copied()).unwrap_or(Place::Nowhere)
    }

    async fn actions(&mut self, write: &mut Write<'_>) -> Result<()> {
        let names = columns(write.db, "action").await?;
        let ids: BTreeSet<Uuid> = self.found.actions.keys().copied().collect();
        for (id, mut row) in std::mem::take(&mut self.found.actions) {
            let Some(found_as) = state(&row) else { continue };
            let place = self.place(int(&row, column::action::ITEM));
            if place == Place::Nowhere {
                if !found_as.is_final() {
                    let made_at = int(&row, column::action::MADE_AT);
                    let fields = (column::action::NAME, column::action::FIELDS);
                    self.salvaged.unplaced.push(unplaced(Some(ActionId(id)), &row, fields, made_at));
                }
                continue;
            }
            if let Some(reason) = self.asks(found_as, place, &row, &ids) {
                set(&mut row, column::action::STATE, Value::Text(OutboxState::NeedsPerson.word().to_owned()));
                set(&mut row, column::action::REASON, Value::Text(serde_json::to_string(&reason)?));
                set(&mut row, column::action::NEXT_AT, Value::Null);
                self.salvaged.asking += 1;
            }
            insert(write.db, "action", &names, None, &row).await?;
            *self.salvaged.actions.entry(found_as.word()).or_default() += 1;
            self.salvaged.unsettled += u32::from(!found_as.is_final());
        }
        Ok(())
    }

    /// Why an action has to ask its person now, if it has to. What may have left keeps its state: it is looked for, never
    /// sent again before.
    fn asks(&self, state: OutboxState, place: Place, row: &Row, ids: &BTreeSet<Uuid>) -> Option<Reason> {
        let waits = matches!(state, OutboxState::Held | OutboxState::Queued);
        let reason = |kind, text: &str| Some(Reason { kind, text: text.to_owned() });
        if state.is_final() {
            return None;
        }
        if place == Place::Unknown {
            return reason(
                ReasonKind::Unreadable,
                "This came out of a damaged profile, and nothing in it tells which item this was for. What was written is \
                 kept here. Find the item, do it there, then discard this.",
            );
        }
        if waits && !self.has_files(row) {
            return reason(
                ReasonKind::Unreadable,
                "This came out of a damaged profile, and what is in one of its files could not be read. What was written is kept \
                 here. Do it again with its files, then discard this.",
            );
        }
        if waits && self.salvaged.log_damaged {
            return reason(
                ReasonKind::PossiblySent,
                "This came out of a damaged profile whose latest entries are lost, so it may have been sent already. Look at \
                 the item; send it again if it is not there, else discard this.",
            );
        }
        let needed: Vec<ActionId> =
            serde_json::from_str(text(row, column::action::DEPENDS_ON).unwrap_or("[]")).unwrap_or_default();
        if waits && needed.iter().any(|id| !ids.contains(&id.0)) {
            return reason(
                ReasonKind::Unreadable,
                "This came out of a damaged profile, and what it depends on could not be read. Look at the item; send it \
                 again if that was done, else discard this.",
            );
        }
        None
    }

    async fn drafts(&mut self, write: &mut Write<'_>) -> Result<()> {
        let names = columns(write.db, "draft").await?;
        for row in std::mem::take(&mut self.found.drafts) {
            if self.place(int(&row, column::draft::ITEM)) == Place::Nowhere {
                let saved_at = int(&row, column::draft::SAVED_AT);
                let fields = (column::draft::ACTION, column::draft::FIELDS);
                self.salvaged.unplaced.push(unplaced(None, &row, fields, saved_at));
            } else {
                insert(write.db, "draft", &names, None, &row).await?;
                self.salvaged.drafts += 1;
            }
        }
        Ok(())
    }
}

pub(super) fn set(row: &mut Row, column: usize, value: Value) {
    if let Some(place) = row.get_mut(column) {
        *place = value;
    }
}

fn unplaced(id: Option<ActionId>, row: &Row, (name, fields): (usize, usize), at: Option<i64>) -> Unplaced {
    Unplaced {
        id,
        name: text(row, name).unwrap_or_default().to_owned(),
        fields: text(row, fields).and_then(|text| serde_json::from_str::<Fields>(text).ok()).unwrap_or_default(),
        made_at: codec::time(at.unwrap_or_default()),
    }
}

fn is_readable(row: &Row) -> bool {
    matches!(row.get(column::item::REPLY), Some(Value::Blob(reply)) if codec::unpack_item(reply).is_ok())
}

/// What is known of an item by its row in the worklist.
fn by_its_name(line: &WorklistRow) -> WorkItem {
    let status = Status { word: line.status.clone(), group: line.status_group, known: line.status_known };
    let identifiers = line.identifier.iter().cloned().collect();
    WorkItem { title: line.title.clone(), status, identifiers, ..WorkItem::bare(line.external_id.clone(), line.kind) }
}

/// In place of an item of which nothing is known.
fn stand_in(key: i64) -> WorkItem {
    let title = Some("Salvaged from a damaged profile: the item could not be read".to_owned());
    WorkItem { title, ..WorkItem::bare(format!("salvaged-{key}"), ItemKind::Case) }
}

async fn insert_bare_item(
    db: &mut SqliteConnection,
    key: i64,
    connection: i64,
    item: &WorkItem,
    now: DateTime<Utc>,
) -> Result<()> {
    let owner: Uuid =
        sqlx::query_scalar("SELECT id FROM connection WHERE key = ?").bind(connection).fetch_one(&mut *db).await?;
    // Read at no time: whatever a pull brings is newer.
    sqlx::query(
        "INSERT INTO item (key, id, connection, feed, kind, external_id, status, status_known, status_group, fingerprint, reply,
                           read_at, first_at, missed)
         VALUES (?, ?, ?, '', ?, ?, ?, ?, ?, '', ?, 0, ?, 0)",
    )
    .bind(key)
    .bind(ItemId::derive(ConnectionId(owner), item.kind, &item.external_id).0)
    .bind(connection)
    .bind(item.kind.code())
    .bind(&item.external_id)
    .bind(&item.status.word)
    .bind(item.status.known)
    .bind(item.status.group.code())
    .bind(codec::pack("", item)?)
    .bind(codec::millis(now))
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_bare_connection(
    db: &mut SqliteConnection,
    key: i64,
    line: &WorklistRow,
    now: DateTime<Utc>,
) -> Result<()> {
    let name = format!("Salvaged {key}");
    let trouble = ConnectionTrouble {
        kind: TroubleKind::SignIn,
        text: "The settings of this connection could not be read out of a damaged profile. What was done here is kept. Fill in \
               its address, settings and secrets."
            .into(),
        since: now,
    };
    sqlx::query(
        "INSERT INTO connection (key, id, system, name, base_url, settings, secrets, learned, me, notes, trouble, added_at,
                                 name_folded)
         VALUES (?, ?, ?, ?, '', '{}', '{}', '{}', ?, '[]', ?, ?, ?)",
    )
    .bind(key)
    .bind(line.connection.0)
    .bind(&line.system)
    .bind(&name)
    .bind(serde_json::to_string(&Me::default())?)
    .bind(serde_json::to_string(&trouble)?)
    .bind(codec::millis(now))
    .bind(fold(&name))
    .execute(db)
    .await?;
    Ok(())
}

/// The columns of a table, in order.
pub(super) async fn columns(db: &mut SqliteConnection, table: &'static str) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("SELECT name FROM pragma_table_info(?) ORDER BY cid").bind(table).fetch_all(db).await?)
}

/// Inserts a row as it was found. A row of an older schema has fewer columns: the rest take their defaults.
pub(super) async fn insert(
    db: &mut SqliteConnection,
    table: &'static str,
    names: &[String],
    key: Option<i64>,
    row: &Row,
) -> Result<()> {
    if row.len() > names.len() {
        return Err(StoreError::Newer);
    }
    let names = names.get(..row.len()).unwrap_or_default();
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO {table} ({}) VALUES ({marks})", names.join(", "));
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (column, value) in row.iter().enumerate() {
        query = match value {
            // The number of a row does not stand in it.
            Value::Null if column == 0 && key.is_some() => query.bind(key),
            Value::Null => query.bind(None::<i64>),
            Value::Int(value) => query.bind(*value),
            Value::Real(value) => query.bind(*value),
            Value::Text(value) => query.bind(value.clone()),
            Value::Blob(value) => query.bind(value.clone()),
        };
    }
    query.execute(db).await?;
    Ok(())
}
