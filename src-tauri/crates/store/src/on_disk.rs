//! What only shows inside the file: strict tables, the pragmas, and that the worklist is read along its indexes.

mod cut_log;
mod damage;
#[cfg(target_os = "linux")]
mod full;
mod given;
mod upgrades;

use rounds_domain::view::{ListRequest, SortColumn};
use sqlx::{AssertSqlSafe, Row};
use zeroize::Zeroizing;

use crate::{
    Store,
    profile::{self, keyfile::Unlock},
    table::{self, worklist},
};

async fn store() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let unlock = Unlock::Passphrase(Zeroizing::new("correct horse".to_owned()));
    let store = profile::create(&dir.path().join("profile"), unlock).await.unwrap();
    (dir, store)
}

/// The whole worklist.
fn everything() -> ListRequest {
    ListRequest { query: String::new(), sort: SortColumn::Work, descending: false, offset: 0, limit: 1_000 }
}

async fn texts(store: &Store, sql: &'static str) -> Vec<String> {
    store.read(move |db| Box::pin(async move { Ok(sqlx::query_scalar(sql).fetch_all(db).await?) })).await.unwrap()
}

#[tokio::test]
async fn every_table_of_ours_is_strict() {
    let (_dir, store) = store().await;
    let loose = texts(
        &store,
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0
           AND name NOT LIKE 'sqlite_%' AND name <> '_sqlx_migrations'",
    )
    .await;
    assert_eq!(loose, Vec::<String>::new(), "a table that takes any type hides mistakes");
    let tables =
        texts(&store, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search_%'").await;
    for table in ["connection", "slice", "item", "action", "worklist", "search", "draft", "rejected", "preference"] {
        assert!(tables.iter().any(|name| name == table), "a new profile has the table {table}: {tables:?}");
    }
}

#[tokio::test]
async fn a_new_profile_is_at_the_newest_migration() {
    let (_dir, store) = store().await;
    let applied = texts(&store, "SELECT CAST(count(*) AS TEXT) FROM _sqlx_migrations WHERE success").await;
    let shipped = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../migrations")).unwrap();
    let shipped = shipped.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "sql"));
    assert_eq!(applied, [shipped.count().to_string()]);
}

#[tokio::test]
async fn what_is_saved_is_on_the_disk_before_it_is_called_saved() {
    let (_dir, store) = store().await;
    let pragma = async |name: &'static str| {
        let sql = AssertSqlSafe(format!("PRAGMA {name}"));
        let read = store.write(move |write| {
            Box::pin(async move {
                let row = sqlx::query(sql).fetch_one(&mut *write.db).await?;
                Ok(row.try_get::<String, _>(0).or_else(|_| row.try_get::<i64, _>(0).map(|value| value.to_string()))?)
            })
        });
        read.await.unwrap()
    };
    for (name, expected, why) in [
        ("synchronous", "2", "FULL: power may go right after \"saved\""),
        ("journal_mode", "wal", "readers do not wait for the writer"),
        ("foreign_keys", "1", "an action cannot lose its item"),
        ("secure_delete", "1", "what is deleted leaves nothing readable by the key's next owner"),
        ("temp_store", "2", "no patient data in temporary files"),
    ] {
        assert_eq!(pragma(name).await, expected, "{name}: {why}");
    }
    let refused = store
        .read(|db| Box::pin(async move { Ok(sqlx::query("DELETE FROM preference").execute(db).await.map(|_| ())?) }))
        .await;
    assert!(refused.is_err(), "a reader cannot write");
}

#[tokio::test]
async fn the_worklist_is_read_along_an_index_and_never_sorted() {
    let (_dir, store) = store().await;
    for typed in ["", "is:open", "status:new", "-status:closed", "kind:case", "is:gone"] {
        for sort in SortColumn::ALL {
            for descending in [false, true] {
                let plan = store
                    .read(move |db| {
                        Box::pin(async move {
                            let rows = worklist::list::plan(db, typed, sort, descending).await?;
                            Ok(rows.join("\n"))
                        })
                    })
                    .await
                    .unwrap();
                let told = format!("{typed:?} by {} {descending}:\n{plan}", sort.word());
                // Sorting those who share an assignee is fine; sorting all is not.
                assert!(
                    !plan.contains("TEMP B-TREE FOR ORDER BY"),
                    "100,000 rows must not be sorted for a screenful: {told}"
                );
                assert!(plan.contains(&format!("worklist_{}", sort.word())), "it has an index of its own: {told}");
            }
        }
    }
}

/// Orders stand on two shelves, so they are gathered and then sorted: they alone.
#[tokio::test]
async fn orders_are_found_without_a_look_at_anything_else() {
    let (_dir, store) = store().await;
    let plan = store
        .read(|db| {
            Box::pin(async move { worklist::list::plan(db, "kind:order is:open", SortColumn::Work, false).await })
        })
        .await
        .unwrap()
        .join("\n");
    assert!(plan.contains("worklist_order"), "{plan}");
}

/// Whom a patient may be is looked for at every page of every pull.
#[tokio::test]
async fn patients_are_compared_along_indexes_and_never_with_all() {
    let (_dir, store) = store().await;
    for (sql, index) in [
        (table::person::BORN, "person_by_birth"),
        (table::person::BORN_AND_CALLED, "person_by_birth"),
        (table::person::NUMBERED, "person_number"),
        (table::person::NAMESAKES, "person_by_namesake"),
        (table::same_person::STANDING, "same_person"),
        (table::same_person::PROPOSED, "proposal"),
        (table::same_person::PAIRS, "proposal_by_weight"),
    ] {
        let plan = store
            .read(move |db| {
                Box::pin(async move {
                    let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
                    let rows = sqlx::query(sql).fetch_all(db).await?;
                    let told: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
                    Ok(told.join("\n"))
                })
            })
            .await
            .unwrap();
        assert!(plan.contains(index), "{sql}\n{plan}");
        let scans = plan.lines().filter(|line| line.starts_with("SCAN"));
        let scans: Vec<&str> = scans
            // What two searches found together.
            .filter(|line| *line != "SCAN other")
            .filter(|line| !["json_each", "proposed", "proposal_by_weight"].iter().any(|small| line.contains(small)))
            .collect();
        assert!(scans.is_empty(), "{sql}\n{plan}");
    }
}
