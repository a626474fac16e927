//! `same_person`: what a person decided about two patients of different connections. A confirmed pair is a mark beside them; nothing is
//! merged, and nothing that is sent looks here (decision 70).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rounds_domain::{
    ids::{ConnectionId, ItemId, PersonId},
    projection::WorklistRow,
    same_person::{self, Evidence, Likeable},
};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::{
    person::{self, Stored},
    worklist,
};
use crate::{Change, Result, Store, StoreError, codec, store::Write};

/// So many patients are shown as one person at most.
const MOST: usize = 50;
/// So many items of a patient are shown at most.
const ITEMS: i64 = 20;

/// What stands about a patient.
pub(crate) const STANDING: &str = "SELECT one, other, one_connection, other_connection, one_about, other_about, verdict, decided_by, decided_at, evidence, key
     FROM same_person WHERE one = ?1 AND stands = 1
     UNION ALL
     SELECT one, other, one_connection, other_connection, one_about, other_about, verdict, decided_by, decided_at, evidence, key
     FROM same_person WHERE other = ?1 AND stands = 1
     ORDER BY key";
/// Whom a patient may be, the most convincing first.
pub(crate) const PROPOSED: &str = "SELECT person.key, person.connection, person.id, person.about
     FROM (SELECT other AS key, weight FROM proposal WHERE one = ?1 AND decided = 0
     UNION ALL SELECT one, weight FROM proposal WHERE other = ?1 AND decided = 0) proposed
     JOIN person ON person.key = proposed.key ORDER BY proposed.weight DESC, person.key LIMIT ?2";
/// Pairs that nobody decided about, the most convincing first.
pub(crate) const PAIRS: &str = "SELECT one.id, other.id FROM proposal JOIN person one ON one.key = proposal.one
     JOIN person other ON other.key = proposal.other WHERE proposal.decided = 0
     ORDER BY proposal.weight DESC, proposal.one, proposal.other LIMIT ? OFFSET ?";

/// What a person says of two patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// They are one person.
    Confirmed,
    /// They are not, and nobody asks again.
    Refused,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Refused => "refused",
        }
    }
}

/// A decision that stands, as it was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// By whom.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// The evidence as it was then; `mine` is of whoever is looked at.
    pub evidence: Vec<Evidence>,
}

/// Another patient beside the one who is looked at.
#[derive(Debug, Clone)]
pub struct Beside {
    /// Who.
    pub person: PersonId,
    /// At which connection.
    pub connection: ConnectionId,
    /// What is told of them there: now, or when it was decided if no item tells of them any more.
    pub about: Likeable,
    /// Their items.
    pub items: Vec<WorklistRow>,
    /// The evidence as it is now.
    pub evidence: Vec<Evidence>,
    /// What was decided about the two; `None` of a proposal, and of whom others in between make the same person.
    pub decision: Option<Decision>,
}

/// The same person in other systems, from one item.
#[derive(Debug, Clone, Default)]
pub struct Same {
    /// The item's own patient; `None` when it tells of none.
    pub person: Option<PersonId>,
    /// Confirmed, directly or through each other.
    pub confirmed: Vec<Beside>,
    /// Proposed, the most convincing first.
    pub proposed: Vec<Beside>,
    /// How many were refused.
    pub refused: u32,
}

/// A proposed pair.
#[derive(Debug, Clone)]
pub struct Pair {
    /// One of them.
    pub one: Beside,
    /// The other; its evidence has the first as `mine`.
    pub other: Beside,
}

/// A row of the table, from one side.
struct Decided {
    other: PersonId,
    other_connection: i64,
    other_about: Likeable,
    verdict: String,
    decision: Decision,
}

impl Decided {
    /// Reads a row as `mine` sees it.
    fn read(row: &SqliteRow, mine: PersonId) -> Result<Self> {
        let is_first = PersonId(row.try_get("one")?) == mine;
        let [id, connection, about] = if is_first {
            ["other", "other_connection", "other_about"]
        } else {
            ["one", "one_connection", "one_about"]
        };
        let evidence: Vec<Evidence> = serde_json::from_str(row.try_get("evidence")?)?;
        let turned = |evidence: Vec<Evidence>| evidence.into_iter().map(Evidence::turned).collect();
        Ok(Self {
            other: PersonId(row.try_get(id)?),
            other_connection: row.try_get(connection)?,
            other_about: serde_json::from_str(row.try_get(about)?)?,
            verdict: row.try_get("verdict")?,
            decision: Decision {
                by: row.try_get("decided_by")?,
                at: codec::time(row.try_get("decided_at")?),
                evidence: if is_first { evidence } else { turned(evidence) },
            },
        })
    }
}

/// What stands about a patient.
async fn standing(db: &mut SqliteConnection, of: PersonId) -> Result<Vec<Decided>> {
    let rows = sqlx::query(STANDING).bind(of.0).fetch_all(db).await?;
    rows.iter().map(|row| Decided::read(row, of)).collect()
}

/// Whoever is confirmed as the same person as this one, directly or through each other, in the order in which they are found.
async fn group(db: &mut SqliteConnection, of: PersonId) -> Result<Vec<Decided>> {
    let mut found: Vec<Decided> = Vec::new();
    let mut seen = BTreeSet::from([of]);
    let mut next = vec![of];
    while let Some(one) = next.pop() {
        for decided in standing(db, one).await? {
            if found.len() < MOST && decided.verdict == Verdict::Confirmed.word() && seen.insert(decided.other) {
                next.push(decided.other);
                found.push(decided);
            }
        }
    }
    Ok(found)
}

async fn same(db: &mut SqliteConnection, item: ItemId) -> Result<Same> {
    let key = super::item::key_of(db, item).await?;
    let Some(mine) = person::of_item(db, key).await? else { return Ok(Same::default()) };
    let direct = standing(db, mine.id).await?;
    let refused: BTreeSet<PersonId> =
        direct.iter().filter(|one| one.verdict == Verdict::Refused.word()).map(|one| one.other).collect();
    let mut own: BTreeMap<PersonId, Decision> = direct
        .into_iter()
        .filter(|one| one.verdict == Verdict::Confirmed.word())
        .map(|one| (one.other, one.decision))
        .collect();
    let mut confirmed = Vec::new();
    // Whoever was refused here is not brought back by others in between.
    for decided in group(db, mine.id).await?.into_iter().filter(|one| !refused.contains(&one.other)) {
        let here = person::by_ids(db, std::iter::once(&decided.other)).await?.remove(&decided.other);
        let decision = own.remove(&decided.other);
        let here = here.unwrap_or(Stored {
            key: 0,
            connection: decided.other_connection,
            id: decided.other,
            about: decided.other_about,
        });
        confirmed.push(beside(db, &mine, here, decision).await?);
    }
    let known: BTreeSet<PersonId> = confirmed.iter().map(|one| one.person).collect();
    let rows =
        sqlx::query(PROPOSED).bind(mine.key).bind(i64::try_from(MOST).unwrap_or(i64::MAX)).fetch_all(&mut *db).await?;
    let mut proposed = Vec::new();
    for row in &rows {
        let other = Stored::read(row)?;
        if !known.contains(&other.id) {
            proposed.push(beside(db, &mine, other, None).await?);
        }
    }
    let refused = u32::try_from(refused.len()).unwrap_or(u32::MAX);
    Ok(Same { person: Some(mine.id), confirmed, proposed, refused })
}

async fn beside(db: &mut SqliteConnection, mine: &Stored, other: Stored, decision: Option<Decision>) -> Result<Beside> {
    let evidence = same_person::compare(&mine.about, &other.about);
    let items: Vec<i64> = sqlx::query_scalar(
        "SELECT item_person.item FROM item_person JOIN worklist ON worklist.key = item_person.item
         WHERE item_person.person = ? ORDER BY worklist.shelf = 2, worklist.status_group, worklist.created_at DESC LIMIT ?",
    )
    .bind(other.key)
    .bind(ITEMS)
    .fetch_all(&mut *db)
    .await?;
    let connection: uuid::Uuid = sqlx::query_scalar("SELECT id FROM connection WHERE key = ?")
        .bind(other.connection)
        .fetch_one(&mut *db)
        .await?;
    Ok(Beside {
        person: other.id,
        connection: ConnectionId(connection),
        items: worklist::lines(db, &items).await?,
        about: other.about,
        evidence,
        decision,
    })
}

/// Both patients, the lower id first.
async fn both(db: &mut SqliteConnection, one: PersonId, other: PersonId) -> Result<(Stored, Stored)> {
    let (low, high) = (one.min(other), one.max(other));
    let mut here = person::by_ids(db, [low, high].iter()).await?;
    here.remove(&low).zip(here.remove(&high)).ok_or(StoreError::NotFound("One of these patients"))
}

async fn end(write: &mut Write<'_>, one: PersonId, other: PersonId, by: &str, now: DateTime<Utc>) -> Result<bool> {
    let ended = sqlx::query(
        "UPDATE same_person SET stands = 0, undone_by = ?, undone_at = ? WHERE one = ? AND other = ? AND stands = 1",
    )
    .bind(by)
    .bind(codec::millis(now))
    .bind(one.min(other).0)
    .bind(one.max(other).0)
    .execute(&mut *write.db)
    .await?;
    Ok(ended.rows_affected() > 0)
}

/// Says of the proposal of two patients, if there is one, whether it is decided, and announces both.
async fn mark(write: &mut Write<'_>, one: PersonId, other: PersonId, decided: bool) -> Result<()> {
    let here = person::by_ids(write.db, [one, other].iter()).await?;
    if let (Some(one), Some(other)) = (here.get(&one), here.get(&other)) {
        sqlx::query("UPDATE proposal SET decided = ? WHERE one = ? AND other = ?")
            .bind(decided)
            .bind(one.key.min(other.key))
            .bind(one.key.max(other.key))
            .execute(&mut *write.db)
            .await?;
    }
    for person in here.values() {
        let items = person::items_of(write.db, person.key).await?;
        write.announce(Change::Items(items));
    }
    Ok(())
}

impl Store {
    /// The same person in other systems, from one item.
    pub async fn same_person(&self, item: ItemId) -> Result<Same> {
        self.read(move |db| Box::pin(same(db, item))).await
    }

    /// Pairs that nobody decided about yet, the most convincing first, and how many there are in all.
    pub async fn proposed_pairs(&self, offset: u32, limit: u32) -> Result<(Vec<Pair>, u32)> {
        self.read(move |db| {
            Box::pin(async move {
                let total: u32 =
                    sqlx::query_scalar("SELECT count(*) FROM proposal WHERE decided = 0").fetch_one(&mut *db).await?;
                let rows: Vec<(uuid::Uuid, uuid::Uuid)> =
                    sqlx::query_as(PAIRS).bind(limit.min(200)).bind(offset).fetch_all(&mut *db).await?;
                let mut pairs = Vec::with_capacity(rows.len());
                for (one, other) in rows {
                    let (one, other) = both(db, PersonId(one), PersonId(other)).await?;
                    let first = beside(db, &other, one.clone(), None).await?;
                    pairs.push(Pair { other: beside(db, &one, other, None).await?, one: first });
                }
                Ok((pairs, total))
            })
        })
        .await
    }

    /// Keeps what a person says of two patients; what stood about them before is undone. Answers whether anything changed.
    ///
    /// # Errors
    /// Refused when both are of one connection: whether a system has somebody twice is for that system.
    pub async fn decide_same(
        &self,
        one: PersonId,
        other: PersonId,
        verdict: Verdict,
        by: String,
        now: DateTime<Utc>,
    ) -> Result<bool> {
        self.write(move |write| {
            Box::pin(async move {
                let (one, other) = both(write.db, one, other).await?;
                if one.connection == other.connection {
                    return Err(StoreError::Refused(
                        "Both patients are of one connection. Only patients of different systems are linked here; whether a system \
                         has somebody twice is put right there. Nothing was changed."
                            .into(),
                    ));
                }
                let stands = standing(write.db, one.id).await?;
                if stands.iter().any(|decided| decided.other == other.id && decided.verdict == verdict.word()) {
                    return Ok(false);
                }
                end(write, one.id, other.id, &by, now).await?;
                sqlx::query(
                    "INSERT INTO same_person (one, one_connection, other, other_connection, verdict, stands, decided_by, decided_at,
                                              one_about, other_about, evidence)
                     VALUES (?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)",
                )
                .bind(one.id.0)
                .bind(one.connection)
                .bind(other.id.0)
                .bind(other.connection)
                .bind(verdict.word())
                .bind(by)
                .bind(codec::millis(now))
                .bind(serde_json::to_string(&one.about)?)
                .bind(serde_json::to_string(&other.about)?)
                .bind(serde_json::to_string(&same_person::compare(&one.about, &other.about))?)
                .execute(&mut *write.db)
                .await?;
                mark(write, one.id, other.id, true).await?;
                Ok(true)
            })
        })
        .await
    }

    /// Undoes what was decided about two patients; it stays in the history.
    ///
    /// # Errors
    /// Refused when nothing stands about just these two.
    pub async fn undo_same(&self, one: PersonId, other: PersonId, by: String, now: DateTime<Utc>) -> Result<()> {
        self.write(move |write| {
            Box::pin(async move {
                if end(write, one, other, &by, now).await? {
                    return mark(write, one, other, false).await;
                }
                let through = group(write.db, one).await?.iter().any(|decided| decided.other == other);
                Err(StoreError::Refused(if through {
                    "These two are shown as one person only because others in between are confirmed. Undo one of those; nothing was \
                     changed."
                        .into()
                } else {
                    "Nothing was decided about these two. Nothing was changed.".into()
                }))
            })
        })
        .await
    }
}
