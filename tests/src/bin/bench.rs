//! `./dev bench`: how fast Rounds is at 100,000 items, beside raw SQLite on the same rows in the same run.
//!
//! Figures only: nothing here fails because it is slow.

#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for reading, far from the ends of their types"
)]

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rounds_domain::{
    action::Fields,
    ids::ItemId,
    view::{ListRequest, SortColumn},
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Options, Simulator, Temperament};
use rounds_store::profile::{self, keyfile::Unlock};
use rounds_sync::{
    Patience, Rounds, SystemClock,
    desk::{ConnectionForm, Intent},
};
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};

type Failure = Box<dyn std::error::Error>;

const HELP: &str = "bench [--quick] [--items N]\n\n--quick   fewer repetitions\n--items N default 100000";

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut items = 100_000_usize;
    let mut rounds = 200_usize;
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => rounds = 50,
            "--items" => items = words.next().ok_or(HELP)?.parse()?,
            "--help" => {
                println!("{HELP}");
                return Ok(());
            }
            unknown => return Err(format!("{unknown} is unknown\n{HELP}").into()),
        }
    }
    let dir = tempfile::tempdir()?;
    let desk = pulled(dir.path(), items).await?;
    let rows = all_rows(&desk).await?;
    let mut raw = RawSqlite::fill(&dir.path().join("raw.db"), &desk, &rows).await?;
    queries(&desk, &mut raw, rounds).await?;
    submits(&desk, &rows, rounds).await?;
    same_people(&desk, &rows, items / 20, rounds).await?;
    let size: u64 = std::fs::metadata(dir.path().join("profile/rounds.db"))?.len();
    println!("profile on disk                 {:>9.1} MB", size as f64 / 1e6);
    desk.close(Duration::from_secs(5)).await?;
    Ok(())
}

/// Pulls everything twice, and says how long each took.
async fn pulled(dir: &Path, items: usize) -> Result<Arc<Rounds>, Failure> {
    let systems = vec!["carevalidate".to_owned()];
    let options = Options { items, temperament: Temperament::Kind, systems, ..Options::default() };
    let simulator = Simulator::start(options).await?;
    let announced = &simulator.announcement.systems["carevalidate"];
    let unlock = Unlock::Passphrase("bench".to_owned().into());
    let store = profile::create(&dir.join("profile"), unlock).await?;
    let desk = Rounds::open(store, Arc::new(SystemClock)).await?;
    desk.add_connection(ConnectionForm {
        system: "carevalidate".into(),
        name: "Bench".into(),
        base_url: announced.base_url.clone(),
        settings: words(&serde_json::to_value(&announced.settings)?),
        secrets: words(&serde_json::to_value(&announced.secret)?),
    })
    .await?;
    let first = Instant::now();
    let pulling = tokio::spawn({
        let desk = Arc::clone(&desk);
        async move { desk.sync_now(None, Extent::Full, Patience::SHORT).await }
    });
    // The pass goes on with a second look at every window; the first pull ends when each was read once.
    let first = loop {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if pulling.is_finished() {
            break first.elapsed();
        }
        let all = desk.connections().await?;
        if all
            .iter()
            .flat_map(|connection| &connection.feeds)
            .all(|feed| feed.parts > 0 && feed.parts == feed.parts_read)
        {
            break first.elapsed();
        }
    };
    pulling.await??;
    let second = Instant::now();
    let report = desk.sync_now(None, Extent::Full, Patience::SHORT).await?;
    let second = second.elapsed();
    let feed =
        report.connections.first().and_then(|connection| connection.feeds.first()).ok_or("no feed was pulled")?;
    println!("first pull of {items} items       {:>9.2} s", first.as_secs_f64());
    println!(
        "second pull, unchanged          {:>9.2} s   ({} rows on {} pages, {} changed)",
        second.as_secs_f64(),
        feed.rows,
        feed.pages,
        feed.changed
    );
    simulator.stop().await;
    Ok(desk)
}

/// A second system with some of the same people; then who an item's patient is there.
async fn same_people(desk: &Arc<Rounds>, rows: &[Row], items: usize, rounds: usize) -> Result<(), Failure> {
    let systems = vec!["ambra".to_owned()];
    let options = Options { items, temperament: Temperament::Kind, systems, ..Options::default() };
    let simulator = Simulator::start(options).await?;
    let announced = &simulator.announcement.systems["ambra"];
    let mut settings = words(&serde_json::to_value(&announced.settings)?);
    settings.insert("requests_per_second".into(), "100".into());
    let form = ConnectionForm {
        system: "ambra".into(),
        name: "Second".into(),
        base_url: announced.base_url.clone(),
        settings,
        secrets: words(&serde_json::to_value(&announced.secret)?),
    };
    let second = desk.add_connection(form).await?.id;
    desk.sync_now(Some(second), Extent::Full, Patience::SHORT).await?;
    let mut looked = Vec::new();
    for row in rows.iter().step_by((rows.len() / rounds).max(1)).take(rounds) {
        let began = Instant::now();
        desk.same_person(row.id).await?;
        looked.push(began.elapsed());
    }
    let mut listed = Vec::new();
    let mut total = 0;
    for _ in 0..rounds {
        let began = Instant::now();
        total = desk.same_proposals(0, 20).await?.total;
        listed.push(began.elapsed());
    }
    for (name, spent) in [("the same person elsewhere", &mut looked), ("pairs to look at", &mut listed)] {
        let (median, last) = spread(spent);
        println!("{name:<32}{median:>9.2}{last:>9.2}");
    }
    println!("{total} pairs with {items} studies");
    simulator.stop().await;
    Ok(())
}

fn words(value: &serde_json::Value) -> std::collections::BTreeMap<String, String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

struct Row {
    id: ItemId,
    line: String,
    patient: String,
    title: String,
    group: i64,
    priority: i64,
    created: i64,
}

async fn all_rows(desk: &Rounds) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    loop {
        let offset = u32::try_from(rows.len())?;
        let request = ListRequest { offset, limit: 1_000, ..request("", SortColumn::Created) };
        let answer = desk.worklist(request).await?;
        for row in &answer.rows {
            rows.push(Row {
                id: row.id,
                line: serde_json::to_string(row)?,
                patient: row.patient.clone().unwrap_or_default(),
                title: row.title.clone().unwrap_or_default(),
                group: row.status_group.code(),
                priority: row.priority.code(),
                created: row.created.map_or(0, |at| at.timestamp_millis()),
            });
        }
        if answer.rows.len() < 1_000 {
            return Ok(rows);
        }
    }
}

fn request(query: &str, sort: SortColumn) -> ListRequest {
    ListRequest { query: query.into(), sort, descending: false, offset: 0, limit: 50 }
}

/// The yardstick: a plain, unencrypted database with one table of the same rows, one index, and their search text.
struct RawSqlite(SqliteConnection);

impl RawSqlite {
    async fn fill(path: &Path, desk: &Rounds, rows: &[Row]) -> Result<Self, Failure> {
        let mut replies = Vec::with_capacity(rows.len());
        for row in rows {
            replies.push(desk.raw(row.id).await?);
        }
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(sqlx::sqlite::SqliteJournalMode::Wal)
            .synchronous(sqlx::sqlite::SqliteSynchronous::Full);
        let mut db = SqliteConnection::connect_with(&options).await?;
        for statement in [
            "CREATE TABLE row (key INTEGER PRIMARY KEY, grp INTEGER, priority INTEGER, created INTEGER, line TEXT, raw TEXT)",
            "CREATE INDEX row_work ON row (priority DESC, created, key, grp)",
            "CREATE VIRTUAL TABLE row_search USING fts5 (patient, title, content = '', prefix = '1 2 3')",
        ] {
            sqlx::query(statement).execute(&mut db).await?;
        }
        let began = Instant::now();
        for (page, (rows, replies)) in rows.chunks(100).zip(replies.chunks(100)).enumerate() {
            let mut transaction = db.begin().await?;
            for (at, (row, reply)) in rows.iter().zip(replies).enumerate() {
                let key = i64::try_from(page * 100 + at)?;
                sqlx::query("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?)")
                    .bind(key)
                    .bind(row.group)
                    .bind(row.priority)
                    .bind(row.created)
                    .bind(&row.line)
                    .bind(reply)
                    .execute(&mut *transaction)
                    .await?;
                sqlx::query("INSERT INTO row_search (rowid, patient, title) VALUES (?, ?, ?)")
                    .bind(key)
                    .bind(&row.patient)
                    .bind(&row.title)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await?;
        }
        println!("raw SQLite, same rows           {:>9.2} s", began.elapsed().as_secs_f64());
        Ok(Self(db))
    }

    async fn list(&mut self, offset: i64) -> Result<usize, Failure> {
        let lines: Vec<String> = sqlx::query_scalar(
            "SELECT line FROM row WHERE grp <= 2 ORDER BY priority DESC, created, key LIMIT 50 OFFSET ?",
        )
        .bind(offset)
        .fetch_all(&mut self.0)
        .await?;
        let _: i64 = sqlx::query_scalar("SELECT count(*) FROM row WHERE grp <= 2").fetch_one(&mut self.0).await?;
        Ok(lines.len())
    }

    async fn search(&mut self, word: &str) -> Result<usize, Failure> {
        let expression = format!("\"{word}\" *");
        let lines: Vec<String> = sqlx::query_scalar(
            "SELECT line FROM row WHERE key IN (SELECT rowid FROM row_search WHERE row_search MATCH ?)
             ORDER BY priority DESC, created, key LIMIT 50",
        )
        .bind(&expression)
        .fetch_all(&mut self.0)
        .await?;
        let _: i64 = sqlx::query_scalar("SELECT count(*) FROM row_search WHERE row_search MATCH ?")
            .bind(&expression)
            .fetch_one(&mut self.0)
            .await?;
        Ok(lines.len())
    }
}

/// Milliseconds: median and 99th of a hundred.
fn spread(times: &mut [Duration]) -> (f64, f64) {
    times.sort();
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
    (at(0.5), at(0.99))
}

async fn queries(desk: &Rounds, raw: &mut RawSqlite, rounds: usize) -> Result<(), Failure> {
    println!("{:<32}{:>9}{:>9}{:>12}{:>9}", "", "median", "p99", "raw median", "p99");
    let first: u32 = desk.worklist(request("is:open", SortColumn::Work)).await?.total;
    for (name, query, sort, offset, yard) in [
        ("open work, first rows", "is:open", SortColumn::Work, 0, Yard::List(0)),
        ("open work, middle", "is:open", SortColumn::Work, first / 2, Yard::List(i64::from(first / 2))),
        ("everything by patient, middle", "", SortColumn::Patient, 50_000, Yard::None),
        ("everything by change, end", "", SortColumn::Updated, 99_000, Yard::None),
        ("filter status:waiting", "status:waiting", SortColumn::Work, 0, Yard::None),
        ("filter assigned:me is:open", "assigned:me is:open", SortColumn::Work, 0, Yard::None),
        ("search a", "a", SortColumn::Work, 0, Yard::Search("a")),
        ("search ma", "ma", SortColumn::Work, 0, Yard::Search("ma")),
        ("search mar", "mar", SortColumn::Work, 0, Yard::Search("mar")),
        ("search weight (common)", "weight", SortColumn::Work, 0, Yard::Search("weight")),
        ("search open weight", "is:open weight", SortColumn::Work, 0, Yard::None),
    ] {
        let mut ours = Vec::with_capacity(rounds);
        let mut theirs = Vec::with_capacity(rounds);
        for _ in 0..rounds {
            let began = Instant::now();
            desk.worklist(ListRequest { offset, ..request(query, sort) }).await?;
            ours.push(began.elapsed());
            let began = Instant::now();
            match yard {
                Yard::List(offset) => _ = raw.list(offset).await?,
                Yard::Search(word) => _ = raw.search(word).await?,
                Yard::None => continue,
            }
            theirs.push(began.elapsed());
        }
        let (median, last) = spread(&mut ours);
        if theirs.is_empty() {
            println!("{name:<32}{median:>9.2}{last:>9.2}");
        } else {
            let (raw_median, raw_last) = spread(&mut theirs);
            println!("{name:<32}{median:>9.2}{last:>9.2}{raw_median:>12.2}{raw_last:>9.2}");
        }
    }
    let mut counts = Vec::new();
    for _ in 0..rounds {
        let began = Instant::now();
        desk.counts().await?;
        counts.push(began.elapsed());
    }
    let (median, last) = spread(&mut counts);
    println!("{:<32}{median:>9.2}{last:>9.2}", "counts of every view");
    Ok(())
}

#[derive(Clone, Copy)]
enum Yard {
    List(i64),
    Search(&'static str),
    None,
}

/// A comment is saved, and the worklist is asked again.
async fn submits(desk: &Rounds, rows: &[Row], rounds: usize) -> Result<(), Failure> {
    let mut saved = Vec::new();
    let mut relisted = Vec::new();
    for row in rows.iter().step_by((rows.len() / rounds).max(1)).take(rounds) {
        let mut fields = Fields::new();
        fields.insert("text".into(), "Seen; see the plan of last week.".into());
        let began = Instant::now();
        desk.act(Intent { item: row.id, action: "comment".into(), fields, hold: false, after: vec![] }).await?;
        saved.push(began.elapsed());
        desk.worklist(request("is:open", SortColumn::Work)).await?;
        relisted.push(began.elapsed());
    }
    for (name, times) in [("submit a comment", &mut saved), ("submit and list again", &mut relisted)] {
        let (median, last) = spread(times);
        println!("{name:<32}{median:>9.2}{last:>9.2}");
    }
    Ok(())
}
