//! `worklist`: the projection.

pub(crate) mod list;

use std::collections::HashMap;

use rounds_domain::{
    ids::ItemId,
    item::{ItemKind, StatusGroup},
    projection::{SearchText, Unsettled, WorklistRow, sort_text},
    text::fold,
    view::{Counts, GroupCount},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection};

use super::search;
use crate::{Result, Store, StoreError, codec};

/// A projected item on its way into the table.
pub(crate) struct Projected {
    pub(crate) key: i64,
    pub(crate) connection: i64,
    pub(crate) row: WorklistRow,
    pub(crate) search: SearchText,
    /// Whether it stands under another one.
    pub(crate) inside: bool,
    /// How its images were made.
    pub(crate) modalities: Vec<String>,
}

/// What sorts after every text: a row without a value comes last.
const LAST: &str = "\u{10FFFF}";
/// What sorts after every time.
const NEVER: i64 = i64::MAX;
/// In the default view.
const SHELF_LIST: i64 = 1;
/// Under its case.
const SHELF_INSIDE: i64 = 0;
/// Gone upstream.
const SHELF_GONE: i64 = 2;

/// An order that came with a case stands under it; one that stands by itself is work like any other.
fn shelf(projected: &Projected) -> i64 {
    match (projected.row.gone, projected.row.kind, projected.inside) {
        (true, ..) => SHELF_GONE,
        (false, ItemKind::Order, true) => SHELF_INSIDE,
        (false, ..) => SHELF_LIST,
    }
}

/// Several words as one text in which each can be looked for whole.
fn several(words: &[impl AsRef<str>]) -> String {
    let words = words.iter().map(|word| fold(word.as_ref()).replace('\n', " "));
    words.fold("\n".to_owned(), |text, word| text + &word + "\n")
}

/// Puts rows and their search text; `replaced` are those that were there before.
pub(crate) async fn put(db: &mut SqliteConnection, rows: &[Projected], replaced: &[i64]) -> Result<()> {
    for some in rows.chunks(200) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT OR REPLACE INTO worklist (key, connection, shelf, kind, status_group, priority, mine, unsettled,
                created_at, updated_at, due_at, patient_sort, title_sort, assignee_sort, status_sort, modalities, flags) ",
        );
        let sort = |text: Option<&str>| sort_text(text).unwrap_or_else(|| LAST.to_owned());
        insert.push_values(some, |mut value, projected| {
            let row = &projected.row;
            value
                .push_bind(projected.key)
                .push_bind(projected.connection)
                .push_bind(shelf(projected))
                .push_bind(row.kind.code())
                .push_bind(row.status_group.code())
                .push_bind(row.priority.code())
                .push_bind(row.mine)
                .push_bind(row.unsettled.code())
                .push_bind(row.created.map_or(NEVER, codec::millis))
                .push_bind(row.updated.map_or(NEVER, codec::millis))
                .push_bind(row.due.map_or(NEVER, codec::millis))
                .push_bind(sort(row.patient.as_deref()))
                .push_bind(sort(row.title.as_deref()))
                .push_bind(sort(row.assignee.as_deref()))
                .push_bind(sort(row.status.as_deref()))
                .push_bind(several(&projected.modalities))
                .push_bind(several(&row.flags.iter().map(|flag| flag.label.as_str()).collect::<Vec<_>>()));
        });
        insert.build().execute(&mut *db).await?;
        let mut lines = Vec::with_capacity(some.len());
        for projected in some {
            lines.push((projected.key, serde_json::to_string(&projected.row)?));
        }
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO worklist_line (key, line) ");
        insert.push_values(lines, |mut value, (key, line)| {
            value.push_bind(key).push_bind(line);
        });
        insert.build().execute(&mut *db).await?;
    }
    search::put(db, rows.iter().map(|row| (row.key, row.search.clone())).collect(), replaced).await
}

pub(crate) async fn line(db: &mut SqliteConnection, key: i64) -> Result<WorklistRow> {
    lines(db, &[key]).await?.pop().ok_or_else(|| sqlx::Error::RowNotFound.into())
}

/// The rows of these items, in this order.
pub(super) async fn lines(db: &mut SqliteConnection, keys: &[i64]) -> Result<Vec<WorklistRow>> {
    Ok(numbered_lines(db, keys).await?.into_iter().map(|(_, row)| row).collect())
}

/// The same, each with the store's number of its item.
async fn numbered_lines(db: &mut SqliteConnection, keys: &[i64]) -> Result<Vec<(i64, WorklistRow)>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT key, line FROM worklist_line WHERE key IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(keys)?)
            .fetch_all(db)
            .await?;
    let lines: HashMap<i64, String> = rows.into_iter().collect();
    let known = keys.iter().filter_map(|key| Some((*key, lines.get(key)?)));
    known.map(|(key, line)| Ok((key, serde_json::from_str(line)?))).collect()
}

impl Store {
    /// The rows of these items.
    pub async fn rows_of(&self, items: Vec<ItemId>) -> Result<Vec<WorklistRow>> {
        self.read(move |db| {
            Box::pin(async move {
                let mut select = QueryBuilder::<Sqlite>::new(
                    "SELECT line FROM worklist_line JOIN item ON item.key = worklist_line.key WHERE item.id IN (",
                );
                let mut ids = select.separated(", ");
                for item in items.iter().collect::<std::collections::BTreeSet<_>>() {
                    ids.push_bind(item.0);
                }
                select.push(")");
                let lines: Vec<String> = select.build_query_scalar().fetch_all(db).await?;
                Ok(lines.iter().map(|line| serde_json::from_str(line)).collect::<Result<_, _>>()?)
            })
        })
        .await
    }

    /// How many items stand where.
    pub async fn counts(&self) -> Result<Counts> {
        self.read(|db| {
            Box::pin(async move {
                let rows = sqlx::query("SELECT status_group, count(*) AS count FROM worklist WHERE shelf = 1 GROUP BY status_group")
                    .fetch_all(&mut *db)
                    .await?;
                let mut groups = Vec::with_capacity(rows.len());
                for row in rows {
                    let group = StatusGroup::from_code(row.try_get("status_group")?).ok_or(StoreError::Damaged)?;
                    groups.push(GroupCount { group, count: row.try_get("count")? });
                }
                let extra = sqlx::query(
                    "SELECT (SELECT count(*) FROM worklist WHERE shelf = 1 AND mine = 1 AND status_group <= 2) AS mine,
                            (SELECT count(*) FROM worklist WHERE shelf = 1 AND assignee_sort = ? AND status_group <= 2) AS unassigned,
                            (SELECT count(*) FROM worklist WHERE shelf = 1 AND priority > 0 AND status_group <= 2) AS urgent,
                            (SELECT count(*) FROM worklist WHERE shelf IN (0, 1, 2) AND unsettled > 0 AND unsettled = ?) AS needs_person,
                            (SELECT count(*) FROM worklist WHERE shelf IN (0, 1, 2) AND unsettled > 0 AND unsettled = ?) AS in_doubt",
                )
                .bind(LAST)
                .bind(Unsettled::NeedsPerson.code())
                .bind(Unsettled::Doubt.code())
                .fetch_one(&mut *db)
                .await?;
                Ok(Counts {
                    open: groups.iter().filter(|group| group.group.is_open()).map(|group| group.count).sum(),
                    all: groups.iter().map(|group| group.count).sum(),
                    groups,
                    mine: extra.try_get("mine")?,
                    unassigned: extra.try_get("unassigned")?,
                    urgent: extra.try_get("urgent")?,
                    needs_person: extra.try_get("needs_person")?,
                    in_doubt: extra.try_get("in_doubt")?,
                })
            })
        })
        .await
    }
}
