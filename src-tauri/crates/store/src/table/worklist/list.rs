//! How the worklist is listed: filtered, sorted, counted.

use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    item::{ItemKind, StatusGroup},
    projection::WorklistRow,
    query::{Assigned, Query, QueryProblem, Test},
    text::fold,
    view::{ListAnswer, ListRequest, SortColumn},
};
#[cfg(test)]
use sqlx::Row;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::{LAST, SHELF_GONE, SHELF_LIST, numbered_lines, several};
use crate::{
    Result, Store, codec,
    table::{person, search},
};

impl Store {
    /// A stretch of the worklist.
    pub async fn list(&self, request: ListRequest, now: DateTime<Utc>) -> Result<ListAnswer> {
        self.read(move |db| {
            Box::pin(async move {
                let query = within_reason(Query::read(&request.query));
                let mut count = QueryBuilder::<Sqlite>::new("SELECT count(*)");
                from(&mut count, &query, Along::Hits, now);
                let total: u32 = count.build_query_scalar().fetch_one(&mut *db).await?;
                let mut list = QueryBuilder::<Sqlite>::new("");
                select(&mut list, &query, &request, total, now);
                let keys: Vec<i64> = list.build_query_scalar().fetch_all(&mut *db).await?;
                Ok(ListAnswer { rows: shown(db, &keys).await?, total, chips: query.chips(), problem: query.problem })
            })
        })
        .await
    }
}

/// The rows of these items, those marked whose patient a namesake could be taken for. That is found as they are shown: a new patient
/// would otherwise change the rows of all their namesakes.
async fn shown(db: &mut SqliteConnection, keys: &[i64]) -> Result<Vec<WorklistRow>> {
    let namesakes = person::with_namesakes(db, keys).await?;
    let mut rows = Vec::with_capacity(keys.len());
    for (key, row) in numbered_lines(db, keys).await? {
        rows.push(WorklistRow { similar: namesakes.contains(&key), ..row });
    }
    Ok(rows)
}

/// Writes the statement that finds a stretch of the worklist.
fn select(sql: &mut QueryBuilder<Sqlite>, query: &Query, request: &ListRequest, total: u32, now: DateTime<Utc>) {
    let along = match query_reads_in_order(query) {
        _ if total <= FEW => Along::Hits,
        _ if gathers_orders(query) => Along::Order("worklist_order"),
        true => Along::Order(index(request.sort)),
        false => Along::Filter,
    };
    sql.push("SELECT key");
    from(sql, query, along, now);
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
    select(&mut sql, &Query::read(typed), &request, u32::MAX, DateTime::UNIX_EPOCH);
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

/// So many rows are sooner sorted than found by walking along an order of all rows.
const FEW: u32 = 2_000;

/// What a statement goes along.
#[derive(Clone, Copy)]
enum Along {
    /// This index, which holds the order.
    Order(&'static str),
    /// Whatever the filter leaves.
    Filter,
    /// What the words found, when there are words: each hit costs a look at its row, and no other row is touched.
    Hits,
}

/// Whether it is about orders: they stand on two shelves, so that no order of all rows holds them.
fn gathers_orders(query: &Query) -> bool {
    asks(query, &Test::Kind(ItemKind::Order)) && !asks(query, &Test::Gone)
}

fn asks(query: &Query, test: &Test) -> bool {
    query.terms.iter().any(|term| !term.negated && term.test == *test)
}

/// Whether the list is best read along its order: so unless the filter leaves few rows, which are then better sorted.
fn query_reads_in_order(query: &Query) -> bool {
    !query.terms.iter().any(|term| {
        !term.negated
            && matches!(
                term.test,
                Test::StatusWord(_)
                    | Test::NoStatus
                    | Test::Flag(_)
                    | Test::Assigned(_)
                    | Test::Priority(_)
                    | Test::DueWithin(_)
                    | Test::Unsettled(_)
            )
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

/// Writes where the rows come from and the filter as conditions. What a person typed is always bound, never written into
/// the statement.
fn from(sql: &mut QueryBuilder<Sqlite>, query: &Query, along: Along, now: DateTime<Utc>) {
    let (wanted, unwanted) = search::expressions(query);
    match (along, wanted) {
        (Along::Hits, Some(wanted)) => {
            // CROSS: in this order.
            sql.push(" FROM search CROSS JOIN worklist ON worklist.key = search.rowid WHERE search MATCH ");
            sql.push_bind(wanted).push(" AND ");
        }
        (along, wanted) => {
            sql.push(" FROM worklist ");
            if let Along::Order(index) = along {
                sql.push("INDEXED BY ").push(index).push(" ");
            }
            sql.push("WHERE ");
            if let Some(wanted) = wanted {
                sql.push("key IN (SELECT rowid FROM search WHERE search MATCH ").push_bind(wanted).push(") AND ");
            }
        }
    }
    if let Some(unwanted) = unwanted {
        sql.push("key NOT IN (SELECT rowid FROM search WHERE search MATCH ").push_bind(unwanted).push(") AND ");
    }
    filter(sql, query, now);
}

/// Writes the conditions on the rows themselves.
fn filter(sql: &mut QueryBuilder<Sqlite>, query: &Query, now: DateTime<Utc>) {
    if asks(query, &Test::Gone) {
        sql.push("shelf = ").push_bind(SHELF_GONE);
        // As in the default view, an order stands under its case.
        if !query.names_kind() {
            sql.push(" AND kind <> ").push_bind(ItemKind::Order.code());
        }
    } else if gathers_orders(query) {
        // Those that stand under a case, and those that stand by themselves.
        sql.push("shelf IN (0, 1) AND kind = 2");
    } else if query.terms.iter().any(|term| !term.negated && matches!(term.test, Test::Unsettled(_))) {
        // What is not settled is found wherever it stands: on a case that is gone too.
        sql.push("shelf IN (0, 1, 2) AND unsettled > 0");
    } else {
        sql.push("shelf = ").push_bind(SHELF_LIST);
    }
    for term in &query.terms {
        if matches!(term.test, Test::Word(_) | Test::Phrase(_) | Test::Gone) {
            continue;
        }
        sql.push(if term.negated { " AND NOT (" } else { " AND (" });
        condition(sql, &term.test, now);
        sql.push(")");
    }
}

/// Writes one condition. What only the index of words answers is left out.
fn condition(sql: &mut QueryBuilder<Sqlite>, test: &Test, now: DateTime<Utc>) {
    match test {
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
        Test::NoStatus => _ = sql.push("status_sort = ").push_bind(LAST),
        Test::Modality(code) => holds(sql, "modalities", code),
        Test::Flag(word) => holds(sql, "flags", word),
        Test::AnyOf(tests) => {
            for (at, test) in tests.iter().enumerate() {
                sql.push(if at > 0 { " OR (" } else { "(" });
                condition(sql, test, now);
                sql.push(")");
            }
        }
    }
}

/// Writes that a column of several words holds this one (see [`several`](super::several)).
fn holds(sql: &mut QueryBuilder<Sqlite>, column: &str, word: &str) {
    sql.push("instr(").push(column).push(", ").push_bind(several(&[word])).push(") > 0");
}
