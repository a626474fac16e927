//! Every schema that there has been, with a full outbox, opened by today's program: not one action is lost on the way.

use std::collections::BTreeMap;

use chrono::DateTime;
use rounds_domain::same_person;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};

use super::given::{Given, files, filling, migrations, unlock};
use crate::{Store, StoreError, profile, salvage};

/// Rows by the first column, each column with its value as SQL would write it.
type Rows = BTreeMap<String, BTreeMap<String, String>>;

async fn rows(db: &mut SqliteConnection, table: &str) -> Rows {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT name FROM pragma_table_info(?)").bind(table).fetch_all(&mut *db).await.unwrap();
    if names.is_empty() {
        return Rows::new();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("quote({name})")).collect();
    let sql = format!("SELECT {} FROM {table}", quoted.join(", "));
    let mut rows = Rows::new();
    for row in sqlx::query(AssertSqlSafe(sql)).fetch_all(&mut *db).await.unwrap() {
        let values = names.iter().enumerate().map(|(at, name)| (name.clone(), row.get::<String, _>(at)));
        let values: BTreeMap<String, String> = values.collect();
        let key = if table == "draft" { format!("{}/{}", values["item"], values["action"]) } else { row.get(0) };
        rows.insert(key, values);
    }
    rows
}

/// What was decided about patients of different systems; nothing where the schema does not know of that.
async fn decided(db: &mut SqliteConnection) -> Rows {
    rows(db, "same_person").await
}

async fn rows_now(store: &Store, table: &'static str) -> Rows {
    store.read(move |db| Box::pin(async move { Ok(rows(db, table).await) })).await.unwrap()
}

fn state(row: &BTreeMap<String, String>) -> String {
    row["state"].trim_matches('\'').to_owned()
}

/// Every row of before, with everything that it said.
fn assert_kept(told: &str, before: &Rows, after: &Rows) {
    assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>(), "{told}");
    for (key, row) in before {
        for (column, value) in row {
            let now = after[key].get(column);
            assert_eq!(
                now,
                Some(value),
                "{told}: {column} of {key}; a column that moves must be compared where it went"
            );
        }
    }
}

#[tokio::test]
async fn an_outbox_in_every_state_survives_the_way_from_every_schema() {
    let names = migrations();
    assert!(!names.is_empty());
    for (at, name) in names.iter().enumerate() {
        let given = Given::at(at + 1, &filling(at + 1)).await;
        let mut db = given.connect().await;
        let actions = rows(&mut db, "action").await;
        let drafts = rows(&mut db, "draft").await;
        let same = decided(&mut db).await;
        db.close().await.unwrap();
        let states: Vec<String> = actions.values().map(state).collect();
        for wanted in [
            "held",
            "queued",
            "inflight",
            "following",
            "doubtful",
            "needsPerson",
            "confirmed",
            "discarded",
            "withdrawn",
        ] {
            assert!(states.iter().any(|state| state == wanted), "the filling of {name} has no action that is {wanted}");
        }
        assert!(!drafts.is_empty(), "the filling of {name} has no draft");

        let store = profile::open(given.dir.path(), unlock()).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_kept(name, &actions, &rows_now(&store, "action").await);
        assert_kept(name, &drafts, &rows_now(&store, "draft").await);
        assert_kept(name, &same, &rows_now(&store, "same_person").await);
        assert_eq!(store.check_integrity().await.unwrap(), Vec::<String>::new(), "{name}");
        // And the program can read them, not only the database.
        let read = store.outbox(DateTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(read.len(), actions.len(), "{name}");
        for action in &read {
            let row = &actions[&format!("X'{}'", action.id.0.simple().to_string().to_uppercase())];
            assert_eq!(action.state.word(), state(row), "{name}");
            assert_eq!(format!("'{}'", serde_json::to_string(&action.fields).unwrap()), row["fields"], "{name}");
        }
        let unsettled =
            states.iter().filter(|state| !["confirmed", "discarded", "withdrawn"].contains(&state.as_str()));
        assert_eq!(store.unsettled(None).await.unwrap().len(), unsettled.count(), "{name}");
        assert_patients_are_looked_at(name, &store).await;
        store.close().await.unwrap();
    }
}

/// What was kept before patients were compared is looked at as well.
async fn assert_patients_are_looked_at(name: &str, store: &Store) {
    let waiting = rows_now(store, "person_to_do").await.len();
    while store.look_at_older_patients().await.unwrap() {}
    assert_eq!(rows_now(store, "person_to_do").await.len(), 0, "{name}");
    if waiting == 0 {
        return;
    }
    let mut named = 0;
    for row in rows_now(store, "item").await.values() {
        let id = row["id"].trim_start_matches("X'").trim_end_matches('\'');
        let item = store.item(id.parse().unwrap()).await.unwrap().item;
        named += usize::from(same_person::identity(&item).is_some());
    }
    assert_eq!(rows_now(store, "item_person").await.len(), named, "{name}: each item that names a patient");
}

#[tokio::test]
async fn an_outbox_at_every_schema_can_be_salvaged() {
    for (at, name) in migrations().iter().enumerate() {
        let given = Given::at(at + 1, &filling(at + 1)).await;
        let mut db = given.connect().await;
        let actions = rows(&mut db, "action").await;
        let same = decided(&mut db).await;
        db.close().await.unwrap();
        let mut bytes = std::fs::read(given.database()).unwrap();
        bytes[..4096].fill(0);
        std::fs::write(given.database(), bytes).unwrap();
        let into = given.dir.path().join("new");
        let (store, salvaged) =
            salvage::salvage(given.dir.path(), unlock(), &into, DateTime::UNIX_EPOCH).await.unwrap();
        assert_kept(name, &actions, &rows_now(&store, "action").await);
        assert_kept(name, &same, &rows_now(&store, "same_person").await);
        assert_eq!(salvaged.same as usize, same.len(), "{name}");
        assert_eq!((salvaged.asking, salvaged.torn, salvaged.unplaced.len()), (0, 0, 0), "{name}: {salvaged:?}");
        assert_eq!((salvaged.unreadable_pages, salvaged.lost), (1, None), "nothing tells what there was: {salvaged:?}");
    }
}

#[tokio::test]
async fn a_schema_that_is_not_known_yet_is_refused_and_left_as_it_is() {
    let given = Given::today().await;
    let mut db = given.connect().await;
    sqlx::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, X'00', 1)",
    )
    .execute(&mut db)
    .await
    .unwrap();
    // As a crash leaves it: what the newer program did last stands in the log alone.
    let left = files(given.dir.path());
    db.close().await.unwrap();
    for (name, bytes) in &left {
        std::fs::write(given.dir.path().join(name), bytes).unwrap();
    }
    let opened = profile::open(given.dir.path(), unlock()).await;
    assert!(matches!(opened, Err(StoreError::Newer)), "{:?}", opened.err());
    assert!(files(given.dir.path()) == left, "a newer profile is not this program's to change");
}
