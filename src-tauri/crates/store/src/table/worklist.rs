//! `worklist`: the projection, and how it is listed.

use std::{collections::HashMap, fmt::Write as _};

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    ids::ItemId,
    item::{ItemKind, StatusGroup},
    projection::{SearchText, Unsettled, WorklistRow, sort_text},
    query::{Assigned, Query, QueryProblem, Test},
    text::fold,
    view::{Counts, GroupCount, ListAnswer, ListRequest, SortColumn},
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

fn shelf(row: &WorklistRow) -> i64 {
    match (row.gone, row.kind) {
        (true, _) => SHELF_GONE,
        (false, ItemKind::Order) => SHELF_INSIDE,
        (false, _) => SHELF_LIST,
    }
}

/// Puts rows and their search text; `replaced` are those that were there before.
pub(crate) async fn put(db: &mut SqliteConnection, rows: &[Projected], replaced: &[i64]) -> Result<()> {
    for some in rows.chunks(200) {
        let mut insert = QueryBuilder::<Sqlite>::new(
            "INSERT OR REPLACE INTO worklist (key, connection, shelf, kind, status_group, priority, mine, unsettled,
                created_at, updated_at, due_at, patient_sort, title_sort, assignee_sort, status_sort) ",
        );
        let sort = |text: Option<&str>| sort_text(text).unwrap_or_else(|| LAST.to_owned());
        insert.push_values(some, |mut value, projected| {
            let row = &projected.row;
            value
                .push_bind(projected.key)
                .push_bind(projected.connection)
                .push_bind(shelf(row))
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
                .push_bind(sort(row.status.as_deref()));
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
async fn lines(db: &mut SqliteConnection, keys: &[i64]) -> Result<Vec<WorklistRow>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT key, line FROM worklist_line WHERE key IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(keys)?)
            .fetch_all(db)
            .await?;
    let lines: HashMap<i64, String> = rows.into_iter().collect();
    keys.iter().filter_map(|key| lines.get(key)).map(|line| Ok(serde_json::from_str(line)?)).collect()
}

impl Store {
    /// A stretch of the worklist.
    pub async fn list(&self, request: ListRequest, now: DateTime<Utc>) -> Result<ListAnswer> {
        self.read(move |db| {
            Box::pin(async move {
                let query = within_reason(Query::read(&request.query));
                let mut count = QueryBuilder::<Sqlite>::new("SELECT count(*) FROM worklist WHERE ");
                filter(&mut count, &query, now);
                let total: u32 = count.build_query_scalar().fetch_one(&mut *db).await?;
                let mut list = QueryBuilder::<Sqlite>::new("");
                select(&mut list, &query, &request, now);
                let keys: Vec<i64> = list.build_query_scalar().fetch_all(&mut *db).await?;
                Ok(ListAnswer { rows: lines(db, &keys).await?, total, chips: query.chips(), problem: query.problem })
            })
        })
        .await
    }

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

/// Writes the statement that finds a stretch of the worklist.
fn select(sql: &mut QueryBuilder<Sqlite>, query: &Query, request: &ListRequest, now: DateTime<Utc>) {
    sql.push("SELECT key FROM worklist ");
    if query_reads_in_order(query) {
        sql.push("INDEXED BY ").push(index(request.sort)).push(" ");
    }
    sql.push("WHERE ");
    filter(sql, query, now);
    sql.push(order(request.sort, request.descending));
    sql.push(" LIMIT ").push_bind(i64::from(request.limit.min(1_000)));
    sql.push(" OFFSET ").push_bind(i64::from(request.offset));
}

/// How SQLite goes about that statement.
#[cfg(test)]
pub(crate) async fn plan(
    db: &mut SqliteConnection,
    typed: &str,
    sort: SortColumn,
    descending: bool,
) -> Result<Vec<String>> {
    let request = ListRequest { query: typed.to_owned(), sort, descending, offset: 0, limit: 50 };
    let mut sql = QueryBuilder::<Sqlite>::new("EXPLAIN QUERY PLAN ");
    select(&mut sql, &Query::read(typed), &request, DateTime::UNIX_EPOCH);
    let rows = sql.build().fetch_all(db).await?;
    Ok(rows.iter().map(|row| row.try_get("detail")).collect::<Result<_, _>>()?)
}

/// The index that holds the worklist in this order.
fn index(sort: SortColumn) -> &'static str {
    match sort {
        SortColumn::Work => "worklist_work",
        SortColumn::Patient => "worklist_patient",
        SortColumn::Title => "worklist_title",
        SortColumn::Status => "worklist_status",
        SortColumn::Assignee => "worklist_assignee",
        SortColumn::Created => "worklist_created",
        SortColumn::Updated => "worklist_updated",
        SortColumn::Due => "worklist_due",
    }
}

/// Whether the list is best read along its order: so unless the filter leaves few rows, which are then better sorted.
fn query_reads_in_order(query: &Query) -> bool {
    !query.terms.iter().any(|term| {
        !term.negated
            && !matches!(term.test, Test::Open | Test::Group(_) | Test::Kind(_) | Test::System(_) | Test::Gone)
    })
}

fn order(sort: SortColumn, descending: bool) -> String {
    let (columns, down): (&[&str], [&str; 2]) = match sort {
        SortColumn::Work if descending => return " ORDER BY priority, created_at DESC, key DESC".into(),
        SortColumn::Work => return " ORDER BY priority DESC, created_at, key".into(),
        SortColumn::Patient => (&["patient_sort", "key"], ["", " DESC"]),
        SortColumn::Title => (&["title_sort", "key"], ["", " DESC"]),
        SortColumn::Status => (&["status_group", "created_at", "key"], ["", " DESC"]),
        SortColumn::Assignee => (&["assignee_sort", "status_group", "key"], ["", " DESC"]),
        SortColumn::Created => (&["created_at", "key"], ["", " DESC"]),
        SortColumn::Updated => (&["updated_at", "key"], ["", " DESC"]),
        SortColumn::Due => (&["due_at", "key"], ["", " DESC"]),
    };
    let mut order = String::from(" ORDER BY ");
    for (at, column) in columns.iter().enumerate() {
        let _ = write!(order, "{}{column}{}", if at > 0 { ", " } else { "" }, down[usize::from(descending)]);
    }
    order
}

/// More terms than a person types; SQLite refuses statements that are nested too deeply.
const MOST_TERMS: usize = 100;

/// Cuts a filter that is too long, and says so.
fn within_reason(mut query: Query) -> Query {
    if let Some(first) = query.terms.drain(query.terms.len().min(MOST_TERMS)..).next() {
        let text = format!("The filter is too long: only its first {MOST_TERMS} terms count. Write fewer.");
        query.problem.get_or_insert(QueryProblem { source: first.source, text });
    }
    query
}

/// Writes the filter as conditions. What a person typed is always bound, never written into the statement.
fn filter(sql: &mut QueryBuilder<Sqlite>, query: &Query, now: DateTime<Utc>) {
    let asks = |test: &Test| query.terms.iter().any(|term| !term.negated && term.test == *test);
    if asks(&Test::Gone) {
        sql.push("shelf = ").push_bind(SHELF_GONE);
        // As in the default view, an order stands under its case.
        if !query.names_kind() {
            sql.push(" AND kind <> ").push_bind(ItemKind::Order.code());
        }
    } else if asks(&Test::Kind(ItemKind::Order)) {
        sql.push("shelf = ").push_bind(SHELF_INSIDE);
    } else if query.terms.iter().any(|term| !term.negated && matches!(term.test, Test::Unsettled(_))) {
        // What is not settled is found wherever it stands: on a case that is gone too.
        sql.push("shelf IN (0, 1, 2) AND unsettled > 0");
    } else {
        sql.push("shelf = ").push_bind(SHELF_LIST);
    }
    let (wanted, unwanted) = search::expressions(query);
    if let Some(wanted) = wanted {
        sql.push(" AND key IN (SELECT rowid FROM search WHERE search MATCH ").push_bind(wanted).push(")");
    }
    if let Some(unwanted) = unwanted {
        sql.push(" AND key NOT IN (SELECT rowid FROM search WHERE search MATCH ").push_bind(unwanted).push(")");
    }
    for term in &query.terms {
        if matches!(term.test, Test::Word(_) | Test::Phrase(_) | Test::Gone) {
            continue;
        }
        sql.push(if term.negated { " AND NOT (" } else { " AND (" });
        match &term.test {
            Test::Word(_) | Test::Phrase(_) | Test::Gone => {}
            Test::Group(group) => _ = sql.push("status_group = ").push_bind(group.code()),
            Test::Open => _ = sql.push("status_group <= ").push_bind(StatusGroup::Waiting.code()),
            Test::StatusWord(word) => _ = sql.push("status_sort = ").push_bind(fold(word)),
            Test::Kind(kind) => _ = sql.push("kind = ").push_bind(kind.code()),
            Test::Assigned(Assigned::Me) => _ = sql.push("mine = 1"),
            Test::Assigned(Assigned::Nobody) => _ = sql.push("assignee_sort = ").push_bind(LAST),
            Test::Assigned(Assigned::Name(name)) => {
                sql.push("instr(' ' || assignee_sort, ").push_bind(format!(" {}", fold(name))).push(") > 0");
            }
            Test::System(system) => {
                sql.push("connection IN (SELECT c.key FROM connection c WHERE c.system = ").push_bind(system.clone());
                sql.push(" OR c.name_folded = ").push_bind(fold(system)).push(")");
            }
            Test::Priority(priority) => _ = sql.push("priority >= ").push_bind(priority.code()),
            Test::DueWithin(seconds) => {
                let until = now.checked_add_signed(TimeDelta::seconds(*seconds)).unwrap_or(now);
                sql.push("due_at <= ").push_bind(codec::millis(until));
            }
            Test::Unsettled(unsettled) => _ = sql.push("unsettled = ").push_bind(unsettled.code()),
        }
        sql.push(")");
    }
}
