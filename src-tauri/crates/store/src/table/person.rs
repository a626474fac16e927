//! `person`: the patients as each connection tells of them, and the pairs of them that may be one person. Derived from the items, and
//! kept up to date in the transaction that writes those; a look at one patient goes along indexes, never over all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use rounds_domain::{
    ids::{ConnectionId, ItemId, PersonId},
    item::WorkItem,
    same_person::{self, Likeable},
};
use sqlx::{QueryBuilder, Row, Sqlite, SqliteConnection, sqlite::SqliteRow};

use crate::{Change, Result, Store, StoreError, codec, store::Write};

/// So many may be born on days that could be one. Above that the day was filled in for whoever had none, and only those are looked
/// at who share the family name too.
const CROWD: i64 = 300;
/// So many may share a number. Above that it is no number but a word for none.
const SHARED: i64 = 50;

/// Those of other connections who were born on these days.
pub(crate) const BORN: &str = "SELECT key, connection, id, about FROM person INDEXED BY person_by_birth
     WHERE born IN (SELECT value FROM json_each(?)) AND connection <> ? LIMIT ?";
/// Those of them with this family name.
pub(crate) const BORN_AND_CALLED: &str = "SELECT key, connection, id, about FROM person INDEXED BY person_by_birth
     WHERE born IN (SELECT value FROM json_each(?)) AND family = ? AND connection <> ? LIMIT ?";
/// Those of other connections with one of these numbers.
pub(crate) const NUMBERED: &str = "SELECT DISTINCT person.key, connection, id, about FROM person_number JOIN person ON person.key = person_number.person
     WHERE number IN (SELECT value FROM json_each(?)) AND connection <> ? LIMIT ?";
/// Those of these items whose patient has a namesake, or somebody of the same family name born on the same day, who is neither proposed nor confirmed as the same person.
pub(crate) const NAMESAKES: &str = "SELECT mine.item FROM item_person mine JOIN person one ON one.key = mine.person
     WHERE mine.item IN (SELECT value FROM json_each(?)) AND EXISTS (
     SELECT 1 FROM (
         SELECT key, id FROM person INDEXED BY person_by_namesake WHERE namesake = one.namesake
         UNION SELECT key, id FROM person INDEXED BY person_by_birth WHERE born = one.born AND family = one.family
     ) other WHERE other.key <> one.key
     AND NOT EXISTS (SELECT 1 FROM proposal WHERE proposal.one = min(one.key, other.key)
     AND proposal.other = max(one.key, other.key) AND proposal.decided = 0)
     AND NOT EXISTS (SELECT 1 FROM same_person WHERE same_person.one = min(one.id, other.id)
     AND same_person.other = max(one.id, other.id) AND same_person.stands = 1
     AND same_person.verdict = 'confirmed'))";

/// A patient as one connection tells of them.
#[derive(Debug, Clone)]
pub(crate) struct Stored {
    pub(crate) key: i64,
    pub(crate) connection: i64,
    pub(crate) id: PersonId,
    pub(crate) about: Likeable,
}

impl Stored {
    pub(super) fn read(row: &SqliteRow) -> Result<Self> {
        Ok(Self {
            key: row.try_get("key")?,
            connection: row.try_get("connection")?,
            id: PersonId(row.try_get("id")?),
            about: serde_json::from_str(row.try_get("about")?)?,
        })
    }
}

/// Whose items are kept.
#[derive(Clone, Copy)]
pub(crate) struct Whose {
    pub(crate) key: i64,
    pub(crate) id: ConnectionId,
}

/// Keeps whom these items are about, and proposes whom they may be elsewhere. Of several items of one patient the last counts.
pub(crate) async fn keep(write: &mut Write<'_>, whose: Whose, items: &[(i64, &WorkItem)]) -> Result<()> {
    for some in items.chunks(200) {
        keep_some(write, whose, some).await?;
    }
    Ok(())
}

async fn keep_some(write: &mut Write<'_>, whose: Whose, items: &[(i64, &WorkItem)]) -> Result<()> {
    let mut told: BTreeMap<PersonId, Likeable> = BTreeMap::new();
    let mut of_item: BTreeMap<i64, Option<PersonId>> = BTreeMap::new();
    for (key, item) in items {
        let named = same_person::identity(item).zip(Likeable::of(item));
        let id = named.as_ref().map(|(identity, _)| PersonId::derive(whose.id, identity));
        of_item.insert(*key, id);
        told.extend(id.zip(named.map(|(_, about)| about)));
    }
    let known = by_ids(write.db, told.keys()).await?;
    let before = persons_of(write.db, items.iter().map(|(key, _)| *key)).await?;
    let has_others: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM connection WHERE key <> ?)")
        .bind(whose.key)
        .fetch_one(&mut *write.db)
        .await?;
    let mut keys: BTreeMap<PersonId, i64> = BTreeMap::new();
    let mut fresh = Vec::new();
    let mut next = next_key(write.db).await?;
    for (id, about) in told {
        let here = known.get(&id);
        let key = here.map_or(next, |known| known.key);
        keys.insert(id, key);
        next += i64::from(here.is_none());
        if here.is_none_or(|known| known.about != about) {
            fresh.push(Stored { key, connection: whose.key, id, about });
        }
    }
    put(write.db, &fresh, !known.is_empty()).await?;
    for person in fresh.iter().filter(|_| has_others) {
        propose(write, person).await?;
    }
    let moved: Vec<(i64, Option<i64>)> = of_item
        .into_iter()
        .map(|(item, id)| (item, id.and_then(|id| keys.get(&id).copied())))
        .filter(|(item, person)| before.get(item) != person.as_ref())
        .collect();
    move_items(write.db, &moved).await?;
    let left: BTreeSet<i64> = moved.iter().filter_map(|(item, _)| before.get(item).copied()).collect();
    // Whom no item tells of any more. What was decided about them stays: it goes by their id.
    for person in left {
        sqlx::query("DELETE FROM person WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM item_person WHERE person = ?1)")
            .bind(person)
            .execute(&mut *write.db)
            .await?;
    }
    Ok(())
}

async fn persons_of(db: &mut SqliteConnection, items: impl Iterator<Item = i64>) -> Result<BTreeMap<i64, i64>> {
    let items: Vec<i64> = items.collect();
    let rows: Vec<(i64, i64)> =
        sqlx::query_as("SELECT item, person FROM item_person WHERE item IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(&items)?)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().collect())
}

/// Those of these patients that are here.
pub(super) async fn by_ids(
    db: &mut SqliteConnection,
    ids: impl Iterator<Item = &PersonId>,
) -> Result<BTreeMap<PersonId, Stored>> {
    let mut select = QueryBuilder::<Sqlite>::new("SELECT key, connection, id, about FROM person WHERE id IN (");
    let mut list = select.separated(", ");
    for id in ids {
        list.push_bind(id.0);
    }
    select.push(")");
    let rows = select.build().fetch_all(db).await?;
    rows.iter().map(|row| Stored::read(row).map(|stored| (stored.id, stored))).collect()
}

/// The patient of an item; `None` when it tells of none.
pub(super) async fn of_item(db: &mut SqliteConnection, item: i64) -> Result<Option<Stored>> {
    let row = sqlx::query(
        "SELECT person.key, connection, id, about FROM item_person JOIN person ON person.key = item_person.person
         WHERE item_person.item = ?",
    )
    .bind(item)
    .fetch_optional(db)
    .await?;
    row.as_ref().map(Stored::read).transpose()
}

/// The items of a patient.
pub(super) async fn items_of(db: &mut SqliteConnection, person: i64) -> Result<Vec<ItemId>> {
    let ids: Vec<uuid::Uuid> = sqlx::query_scalar(
        "SELECT item.id FROM item_person JOIN item ON item.key = item_person.item WHERE item_person.person = ?",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    Ok(ids.into_iter().map(ItemId).collect())
}

async fn next_key(db: &mut SqliteConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(key), 0) + 1 FROM person").fetch_one(db).await?)
}

/// Puts patients with their numbers; in place of what was known of any.
async fn put(db: &mut SqliteConnection, persons: &[Stored], replaces: bool) -> Result<()> {
    if persons.is_empty() {
        return Ok(());
    }
    let mut rows = Vec::with_capacity(persons.len());
    for person in persons {
        rows.push((person, serde_json::to_string(&person.about)?));
    }
    let mut insert =
        QueryBuilder::<Sqlite>::new("INSERT INTO person (key, connection, id, born, family, namesake, about) ");
    insert.push_values(rows, |mut row, (person, about)| {
        row.push_bind(person.key)
            .push_bind(person.connection)
            .push_bind(person.id.0)
            .push_bind(person.about.born().map(as_number))
            .push_bind(person.about.family_key())
            .push_bind(person.about.namesake())
            .push_bind(about);
    });
    insert.push(
        " ON CONFLICT (key) DO UPDATE SET born = excluded.born, family = excluded.family, namesake = excluded.namesake,
            about = excluded.about",
    );
    insert.build().execute(&mut *db).await?;
    if replaces {
        let keys: Vec<i64> = persons.iter().map(|person| person.key).collect();
        sqlx::query("DELETE FROM person_number WHERE person IN (SELECT value FROM json_each(?))")
            .bind(serde_json::to_string(&keys)?)
            .execute(&mut *db)
            .await?;
    }
    let numbers: Vec<(String, i64)> = persons
        .iter()
        .flat_map(|person| person.about.numbers().into_iter().map(|number| (number, person.key)))
        .collect();
    for some in numbers.chunks(200) {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT INTO person_number (number, person) ");
        insert.push_values(some, |mut row, (number, person)| {
            row.push_bind(number).push_bind(person);
        });
        insert.build().execute(&mut *db).await?;
    }
    Ok(())
}

/// Says of items whose they are now.
async fn move_items(db: &mut SqliteConnection, moved: &[(i64, Option<i64>)]) -> Result<()> {
    let placed: Vec<(i64, i64)> = moved.iter().filter_map(|(item, person)| Some((*item, (*person)?))).collect();
    if !placed.is_empty() {
        let mut insert = QueryBuilder::<Sqlite>::new("INSERT OR REPLACE INTO item_person (item, person) ");
        insert.push_values(placed, |mut row, (item, person)| {
            row.push_bind(item).push_bind(person);
        });
        insert.build().execute(&mut *db).await?;
    }
    for (item, _) in moved.iter().filter(|(_, person)| person.is_none()) {
        sqlx::query("DELETE FROM item_person WHERE item = ?").bind(item).execute(&mut *db).await?;
    }
    Ok(())
}

/// A day as the number under which it is found.
fn as_number(day: NaiveDate) -> i64 {
    i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day())
}

/// Proposes anew whom a patient may be at other connections.
async fn propose(write: &mut Write<'_>, person: &Stored) -> Result<()> {
    let before: BTreeSet<i64> = sqlx::query_scalar(
        "SELECT other FROM proposal WHERE one = ?1 UNION ALL SELECT one FROM proposal WHERE other = ?1",
    )
    .bind(person.key)
    .fetch_all(&mut *write.db)
    .await?
    .into_iter()
    .collect();
    sqlx::query("DELETE FROM proposal WHERE one = ?1 OR other = ?1").bind(person.key).execute(&mut *write.db).await?;
    let mut moved = before;
    for other in candidates(write.db, person).await? {
        let evidence = same_person::compare(&person.about, &other.about);
        if !same_person::is_convincing(&evidence) {
            continue;
        }
        let (one, two) = (person.key.min(other.key), person.key.max(other.key));
        let (low, high) = (person.id.0.min(other.id.0), person.id.0.max(other.id.0));
        sqlx::query(
            "INSERT INTO proposal (one, other, weight, decided)
             VALUES (?, ?, ?, EXISTS (SELECT 1 FROM same_person WHERE one = ? AND other = ? AND stands = 1))",
        )
        .bind(one)
        .bind(two)
        .bind(same_person::total(&evidence))
        .bind(low)
        .bind(high)
        .execute(&mut *write.db)
        .await?;
        if !moved.remove(&other.key) {
            moved.insert(other.key);
        }
    }
    // Who is proposed now and was not, or was and is not: their pages say so. And whoever is linked: something may contradict now.
    let linked: Vec<i64> = sqlx::query_scalar(
        "SELECT person.key FROM same_person JOIN person ON person.id = same_person.other WHERE one = ?1 AND stands = 1
         UNION ALL
         SELECT person.key FROM same_person JOIN person ON person.id = same_person.one WHERE other = ?1 AND stands = 1",
    )
    .bind(person.id.0)
    .fetch_all(&mut *write.db)
    .await?;
    moved.extend(linked);
    for other in moved {
        let items = items_of(write.db, other).await?;
        write.announce(Change::Items(items));
    }
    Ok(())
}

/// Patients of other connections whose evidence could be enough: born on the same day, or on one that is misread for it, or with a
/// shared number. Without either of the two nothing reaches the threshold.
async fn candidates(db: &mut SqliteConnection, person: &Stored) -> Result<Vec<Stored>> {
    let mut found: BTreeMap<i64, Stored> = BTreeMap::new();
    if let Some(born) = person.about.born() {
        let days: Vec<i64> = std::iter::once(born).chain(same_person::misread(born)).map(as_number).collect();
        let days = serde_json::to_string(&days)?;
        let mut rows =
            sqlx::query(BORN).bind(&days).bind(person.connection).bind(CROWD + 1).fetch_all(&mut *db).await?;
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) > CROWD {
            rows = sqlx::query(BORN_AND_CALLED)
                .bind(&days)
                .bind(person.about.family_key())
                .bind(person.connection)
                .bind(CROWD)
                .fetch_all(&mut *db)
                .await?;
        }
        for row in &rows {
            let other = Stored::read(row)?;
            found.insert(other.key, other);
        }
    }
    let numbers = person.about.numbers();
    if !numbers.is_empty() {
        let rows = sqlx::query(NUMBERED)
            .bind(serde_json::to_string(&numbers)?)
            .bind(person.connection)
            .bind(SHARED + 1)
            .fetch_all(db)
            .await?;
        if i64::try_from(rows.len()).unwrap_or(i64::MAX) <= SHARED {
            for row in &rows {
                let other = Stored::read(row)?;
                found.insert(other.key, other);
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Which of these items are of a patient whom a namesake could be taken for: the same first and family name, or the same family name
/// and birth date, and neither proposed nor confirmed as the same person.
pub(super) async fn with_namesakes(db: &mut SqliteConnection, items: &[i64]) -> Result<BTreeSet<i64>> {
    let found: Vec<i64> = sqlx::query_scalar(NAMESAKES).bind(serde_json::to_string(items)?).fetch_all(db).await?;
    Ok(found.into_iter().collect())
}

impl Store {
    /// Looks at the patients of items that an older Rounds kept, a few at a time; whether any are left.
    pub async fn look_at_older_patients(&self) -> Result<bool> {
        let has_any: bool = self
            .read(|db| {
                Box::pin(async move {
                    Ok(sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM person_to_do)").fetch_one(db).await?)
                })
            })
            .await?;
        if !has_any {
            return Ok(false);
        }
        self.write(|write| {
            Box::pin(async move {
                let rows = sqlx::query(
                    "SELECT item.key, item.connection, connection.id, item.reply FROM person_to_do
                     JOIN item ON item.key = person_to_do.item JOIN connection ON connection.key = item.connection
                     ORDER BY item.key LIMIT 200",
                )
                .fetch_all(&mut *write.db)
                .await?;
                let mut last = None;
                for row in &rows {
                    let key = row.try_get("key")?;
                    let item: WorkItem = codec::unpack_item(row.try_get("reply")?)?;
                    let whose = Whose { key: row.try_get("connection")?, id: ConnectionId(row.try_get("id")?) };
                    keep_some(write, whose, &[(key, &item)]).await?;
                    last = Some(key);
                }
                sqlx::query("DELETE FROM person_to_do WHERE item <= coalesce(?, item)")
                    .bind(last)
                    .execute(&mut *write.db)
                    .await?;
                Ok(last.is_some())
            })
        })
        .await
    }

    /// Who the patient of an item is.
    ///
    /// # Errors
    /// Refused when the item tells of none.
    pub async fn patient_of(&self, item: ItemId) -> Result<PersonId> {
        self.read(move |db| {
            Box::pin(async move {
                let key = super::item::key_of(db, item).await?;
                let person = of_item(db, key).await?;
                person.map(|person| person.id).ok_or_else(|| {
                    StoreError::Refused(
                        "This item names no patient, so there is nobody to compare. Nothing was changed.".into(),
                    )
                })
            })
        })
        .await
    }
}
