//! `action`: the outbox. Only submit and the outbox worker write it; each transition is one transaction.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Actor, Proof, Verb},
    ids::{ActionId, ConnectionId, ItemId},
    outbox::OutboxState,
    patient::Me,
    planted::{Bug, is_planted},
};
use serde::de::DeserializeOwned;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::{
    Change, Result, Store, StoreError, codec,
    store::Write,
    table::{
        item::{key_of, reproject},
        made, outgoing_file,
    },
};

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT action.id, connection.id AS connection_id, item.id AS item_id, item.key AS item_key, action.sequence,
                    action.depends_on, action.name, action.verb, action.proof, action.fields, action.saw, action.wants, action.own_mark, action.actor, action.made_at,
                    action.seen, action.state, action.attempts, action.waits, action.sign_ins, action.looks, action.rounds,
                    action.sent_at, action.elapsed, action.baseline, action.next_at, action.reason, action.conflict, action.remote_ref, action.settled_at
             FROM action JOIN item ON item.key = action.item JOIN connection ON connection.key = action.connection ",
            $rest
        )
    };
}

fn from_row(row: &SqliteRow) -> Result<Action> {
    let time = |column: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(column)?.map(codec::time));
    let word = |column: &str| row.try_get::<String, _>(column);
    Ok(Action {
        id: ActionId(row.try_get::<Uuid, _>("id")?),
        connection: ConnectionId(row.try_get::<Uuid, _>("connection_id")?),
        item: ItemId(row.try_get::<Uuid, _>("item_id")?),
        sequence: row.try_get("sequence")?,
        depends_on: serde_json::from_str(&word("depends_on")?)?,
        name: row.try_get("name")?,
        verb: Verb::from_word(&word("verb")?).ok_or(StoreError::Damaged)?,
        proof: Proof::from_word(&word("proof")?).ok_or(StoreError::Damaged)?,
        fields: serde_json::from_str(&word("fields")?)?,
        saw: serde_json::from_str(&word("saw")?)?,
        wants: serde_json::from_str(&word("wants")?)?,
        own_mark: row.try_get("own_mark")?,
        actor: serde_json::from_str(&word("actor")?)?,
        made_at: codec::time(row.try_get("made_at")?),
        seen: row.try_get("seen")?,
        state: OutboxState::from_word(&word("state")?).ok_or(StoreError::Damaged)?,
        attempts: row.try_get("attempts")?,
        waits: row.try_get("waits")?,
        sign_ins: row.try_get("sign_ins")?,
        looks: row.try_get("looks")?,
        rounds: row.try_get("rounds")?,
        sent_at: time("sent_at")?,
        elapsed: json(row, "elapsed")?,
        baseline: json(row, "baseline")?,
        next_at: time("next_at")?,
        reason: json(row, "reason")?,
        conflict: json(row, "conflict")?,
        remote_ref: row.try_get("remote_ref")?,
        settled_at: time("settled_at")?,
    })
}

fn json<T: DeserializeOwned>(row: &SqliteRow, column: &str) -> Result<Option<T>> {
    Ok(row.try_get::<Option<String>, _>(column)?.map(|text| serde_json::from_str(&text)).transpose()?)
}

/// The actions that are still laid over these items, by the store's number of the item, in order.
pub(crate) async fn showing(db: &mut SqliteConnection, items: &[i64]) -> Result<HashMap<i64, Vec<Action>>> {
    let mut showing: HashMap<i64, Vec<Action>> = HashMap::new();
    if items.is_empty() {
        return Ok(showing);
    }
    let rows = sqlx::query(select!(
        "WHERE action.shows = 1 AND action.item IN (SELECT value FROM json_each(?)) ORDER BY action.sequence"
    ))
    .bind(serde_json::to_string(items)?)
    .fetch_all(db)
    .await?;
    for row in rows {
        showing.entry(row.try_get("item_key")?).or_default().push(from_row(&row)?);
    }
    Ok(showing)
}

pub(crate) async fn by_id(db: &mut SqliteConnection, id: ActionId) -> Result<Action> {
    let row = sqlx::query(select!("WHERE action.id = ?"))
        .bind(id.0)
        .fetch_optional(db)
        .await?
        .ok_or(StoreError::NotFound("This action"))?;
    from_row(&row)
}

/// The remote ids that actions on an item have for their own.
pub(crate) async fn claimed_on(db: &mut SqliteConnection, item: i64) -> Result<Vec<String>> {
    let ids = sqlx::query_scalar("SELECT remote_ref FROM action WHERE item = ? AND remote_ref IS NOT NULL");
    Ok(ids.bind(item).fetch_all(db).await?)
}

/// Binds the remote's copy to the action behind it.
pub(crate) async fn bind(db: &mut SqliteConnection, id: ActionId, remote_ref: &str) -> Result<()> {
    sqlx::query("UPDATE action SET remote_ref = ? WHERE id = ?").bind(remote_ref).bind(id.0).execute(db).await?;
    Ok(())
}

/// The action is no longer laid over its item.
pub(crate) async fn take_off(db: &mut SqliteConnection, id: ActionId) -> Result<()> {
    sqlx::query("UPDATE action SET shows = 0 WHERE id = ?").bind(id.0).execute(db).await?;
    Ok(())
}

/// Puts a new action at the end of its lane, or in a `place` that has become free.
pub(crate) async fn insert(write: &mut Write<'_>, action: &Action, place: Option<i64>) -> Result<Action> {
    let item = key_of(write.db, action.item).await?;
    let fields = serde_json::to_string(&action.fields)?;
    sqlx::query(
        "INSERT INTO action (id, connection, item, sequence, depends_on, name, verb, proof, fields, fields_hash, saw, wants, own_mark,
                             actor, made_at, seen, state, attempts, waits, sign_ins, looks, rounds, next_at, shows)
         SELECT ?, item.connection, item.key, coalesce(?, (SELECT coalesce(max(sequence), 0) + 1 FROM action)), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                0, 0, 0, 0, 0, ?, 1
         FROM item WHERE item.key = ?",
    )
    .bind(action.id.0)
    .bind(place)
    .bind(serde_json::to_string(&action.depends_on)?)
    .bind(&action.name)
    .bind(action.verb.word())
    .bind(action.proof.word())
    .bind(&fields)
    .bind(blake3::hash(fields.as_bytes()).to_hex().to_string())
    .bind(serde_json::to_string(&action.saw)?)
    .bind(serde_json::to_string(&action.wants)?)
    .bind(&action.own_mark)
    .bind(serde_json::to_string(&action.actor)?)
    .bind(codec::millis(action.made_at))
    .bind(&action.seen)
    .bind(action.state.word())
    .bind(action.next_at.map(codec::millis))
    .bind(item)
    .execute(&mut *write.db)
    .await?;
    reproject(write, item).await?;
    write.announce(Change::Outbox);
    by_id(write.db, action.id).await
}

async fn update(write: &mut Write<'_>, action: &Action) -> Result<()> {
    let ended = matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn);
    sqlx::query(
        "UPDATE action SET state = ?, attempts = ?, waits = ?, sign_ins = ?, looks = ?, rounds = ?, sent_at = ?, elapsed = ?, baseline = ?,
                           next_at = ?, reason = ?, conflict = ?, remote_ref = ?, settled_at = ?, shows = CASE WHEN ? THEN 0 ELSE shows END
         WHERE id = ?",
    )
    .bind(action.state.word())
    .bind(action.attempts)
    .bind(action.waits)
    .bind(action.sign_ins)
    .bind(action.looks)
    .bind(action.rounds)
    .bind(action.sent_at.map(codec::millis))
    .bind(action.elapsed.as_ref().map(serde_json::to_string).transpose()?)
    .bind(action.baseline.as_ref().map(serde_json::to_string).transpose()?)
    .bind(action.next_at.map(codec::millis))
    .bind(action.reason.as_ref().map(serde_json::to_string).transpose()?)
    .bind(action.conflict.as_ref().map(serde_json::to_string).transpose()?)
    .bind(&action.remote_ref)
    .bind(action.settled_at.map(codec::millis))
    .bind(ended)
    .bind(action.id.0)
    .execute(&mut *write.db)
    .await?;
    let item = key_of(write.db, action.item).await?;
    reproject(write, item).await?;
    write.announce(Change::Outbox);
    Ok(())
}

/// Who ended an action, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ending {
    /// The person.
    pub by: String,
    /// Their reason.
    pub why: String,
}

/// How a person ends an action.
#[derive(Debug, Clone, PartialEq)]
pub struct End {
    /// The action as it ends.
    pub ended: Action,
    /// What takes its place, in its lane too.
    pub again: Option<Action>,
}

/// The unsettled actions that wait for this one.
pub(crate) async fn dependants(db: &mut SqliteConnection, id: ActionId) -> Result<Vec<Action>> {
    let rows = sqlx::query(select!(
        "WHERE action.state NOT IN ('confirmed', 'discarded', 'withdrawn')
           AND EXISTS (SELECT 1 FROM json_each(action.depends_on) WHERE value = ?) ORDER BY action.sequence"
    ))
    .bind(id.to_string())
    .fetch_all(db)
    .await?;
    rows.iter().map(from_row).collect()
}

/// Whether one of these was discarded or taken back.
async fn given_up_already(db: &mut SqliteConnection, ids: &[ActionId]) -> Result<bool> {
    for id in ids {
        let state: Option<String> =
            sqlx::query_scalar("SELECT state FROM action WHERE id = ?").bind(id.0).fetch_optional(&mut *db).await?;
        if state.is_some_and(|state| matches!(state.as_str(), "discarded" | "withdrawn")) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Moves an action on from where it stands in this transaction.
pub(crate) async fn move_on(
    write: &mut Write<'_>,
    id: ActionId,
    change: impl FnOnce(&Action) -> Option<Action>,
) -> Result<Action> {
    let action = by_id(write.db, id).await?;
    match change(&action) {
        Some(next) if next != action => {
            update(write, &next).await?;
            outgoing_file::let_go(write.db, &next).await?;
            Ok(next)
        }
        _ => Ok(action),
    }
}

/// Ends an action by a person's hand.
pub(crate) async fn end(write: &mut Write<'_>, ended: &Action, ending: &Ending) -> Result<()> {
    update(write, ended).await?;
    sqlx::query("UPDATE action SET settled_by = ?, settled_why = ? WHERE id = ?")
        .bind(&ending.by)
        .bind(&ending.why)
        .bind(ended.id.0)
        .execute(&mut *write.db)
        .await?;
    Ok(())
}

/// What was only to be made by an action that was given up is no work for anybody.
pub(crate) async fn leave(write: &mut Write<'_>, ended: &Action) -> Result<()> {
    let item = key_of(write.db, ended.item).await?;
    if made::bury_if_given_up(write.db, item, ended.settled_at.unwrap_or(ended.made_at)).await? {
        reproject(write, item).await?;
    }
    Ok(())
}

/// Has an action wait for `after` where it waited for `before`.
pub(crate) async fn depend_instead(
    db: &mut SqliteConnection,
    mut dependant: Action,
    before: Option<ActionId>,
    after: ActionId,
) -> Result<()> {
    dependant.depends_on.iter_mut().filter(|on| Some(**on) == before).for_each(|on| *on = after);
    depend(db, &dependant).await
}

/// Keeps what an action depends on.
async fn depend(db: &mut SqliteConnection, action: &Action) -> Result<()> {
    sqlx::query("UPDATE action SET depends_on = ? WHERE id = ?")
        .bind(serde_json::to_string(&action.depends_on)?)
        .bind(action.id.0)
        .execute(db)
        .await?;
    Ok(())
}

/// How many unsettled actions of a connection may not leave in the name of `me`.
pub(crate) async fn in_another_name(db: &mut SqliteConnection, connection: i64, me: &Me) -> Result<usize> {
    let actors: Vec<String> = sqlx::query_scalar(
        "SELECT actor FROM action WHERE connection = ? AND state NOT IN ('confirmed', 'discarded', 'withdrawn')",
    )
    .bind(connection)
    .fetch_all(db)
    .await?;
    let mut others = 0;
    for actor in actors.into_iter().filter(|_| !is_planted(Bug::InAnotherName)) {
        let actor: Actor = serde_json::from_str(&actor)?;
        others += usize::from(!actor.may_leave_as(me));
    }
    Ok(others)
}

impl Store {
    /// Saves what a person did: the outbox row and what is shown, in one transaction. Its draft is used up.
    pub async fn submit(&self, action: Action) -> Result<Action> {
        self.write(move |write| {
            Box::pin(async move {
                let item = key_of(write.db, action.item).await?;
                sqlx::query("DELETE FROM draft WHERE item = ? AND action = ?")
                    .bind(item)
                    .bind(&action.name)
                    .execute(&mut *write.db)
                    .await?;
                outgoing_file::assert_here(write.db, item, &action.fields).await?;
                if given_up_already(write.db, &action.depends_on).await? {
                    return Err(StoreError::Refused(
                        "What this depends on was given up. Nothing was saved; look at the item again.".into(),
                    ));
                }
                insert(write, &action, None).await
            })
        })
        .await
    }

    /// Moves an action on: `change` is given the row as it stands in this transaction and answers it as it stands next, or
    /// nothing to leave it. Answers the row as it stands then. So nobody moves an action on from a state it has left.
    pub async fn move_action<F>(&self, id: ActionId, change: F) -> Result<Action>
    where
        F: FnOnce(&Action) -> Option<Action> + Send + 'static,
    {
        self.write(move |write| Box::pin(async move { move_on(write, id, change).await })).await
    }

    /// Ends an action by a person's hand: `end` is given the row as it stands in this transaction and answers what becomes
    /// of it, or nothing to leave it. Whatever depends on it depends on its successor from now on; without one it is given to
    /// `given_up`.
    pub async fn end_action<F, G>(&self, id: ActionId, ending: Ending, end: F, given_up: G) -> Result<Action>
    where
        F: FnOnce(&Action) -> Option<End> + Send + 'static,
        G: Fn(&Action) -> Action + Send + 'static,
    {
        self.write(move |write| {
            Box::pin(async move {
                let now = by_id(write.db, id).await?;
                let movable = !now.state.is_final() && !now.state.may_have_left();
                let Some(End { ended, again }) = Some(&now).filter(|_| movable).and_then(end) else {
                    return Err(StoreError::Refused(
                        "It has moved on in the meantime. Look at it again; nothing was changed.".into(),
                    ));
                };
                self::end(write, &ended, &ending).await?;
                let dependants = dependants(write.db, id).await?;
                let Some(again) = again else {
                    for dependant in &dependants {
                        update(write, &given_up(dependant)).await?;
                    }
                    leave(write, &ended).await?;
                    outgoing_file::let_go(write.db, &ended).await?;
                    return Ok(ended);
                };
                // Whoever does something again knows what was given up before it.
                let mut after = Vec::with_capacity(again.depends_on.len());
                for on in &again.depends_on {
                    if !given_up_already(write.db, &[*on]).await? {
                        after.push(*on);
                    }
                }
                let again = Action { depends_on: after, ..again };
                for dependant in dependants {
                    depend_instead(write.db, dependant, Some(id), again.id).await?;
                }
                insert(write, &again, Some(again.sequence)).await
            })
        })
        .await
    }

    /// One action.
    pub async fn action(&self, id: ActionId) -> Result<Action> {
        self.read(move |db| Box::pin(by_id(db, id))).await
    }

    /// Every unsettled action, in order; of one connection, or of all.
    pub async fn unsettled(&self, connection: Option<ConnectionId>) -> Result<Vec<Action>> {
        self.read(move |db| {
            Box::pin(async move {
                let rows = sqlx::query(select!(
                    "WHERE action.state NOT IN ('confirmed', 'discarded', 'withdrawn') AND (?1 IS NULL OR connection.id = ?1)
                     ORDER BY action.sequence"
                ))
                .bind(connection.map(|connection| connection.0))
                .fetch_all(db)
                .await?;
                rows.iter().map(from_row).collect()
            })
        })
        .await
    }

    /// Unsettled actions and those settled since, the latest first.
    pub async fn outbox(&self, settled_since: DateTime<Utc>) -> Result<Vec<Action>> {
        self.read(move |db| {
            Box::pin(async move {
                let rows = sqlx::query(select!(
                    "WHERE action.settled_at IS NULL OR action.settled_at >= ? ORDER BY action.sequence DESC LIMIT 5000"
                ))
                .bind(codec::millis(settled_since))
                .fetch_all(db)
                .await?;
                rows.iter().map(from_row).collect()
            })
        })
        .await
    }

    /// The confirmed actions of a connection that are still laid over their items: what they came to has not been read yet.
    pub async fn receipts(&self, connection: i64) -> Result<Vec<Action>> {
        self.read(move |db| {
            Box::pin(async move {
                let rows = sqlx::query(select!(
                    "WHERE action.connection = ? AND action.state = 'confirmed' AND action.shows = 1 ORDER BY action.sequence"
                ))
                .bind(connection)
                .fetch_all(db)
                .await?;
                rows.iter().map(from_row).collect()
            })
        })
        .await
    }

    /// The remote ids that other actions on the item have taken for their own.
    pub async fn claimed(&self, item: ItemId, but: ActionId) -> Result<Vec<String>> {
        self.read(move |db| {
            Box::pin(async move {
                let key = key_of(db, item).await?;
                let ids = sqlx::query_scalar(
                    "SELECT remote_ref FROM action WHERE item = ? AND id <> ? AND remote_ref IS NOT NULL AND state = 'confirmed'",
                )
                .bind(key)
                .bind(but.0)
                .fetch_all(db)
                .await?;
                Ok(ids)
            })
        })
        .await
    }
}
