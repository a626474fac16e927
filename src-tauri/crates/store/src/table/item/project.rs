//! The projection of an item: what its remote said, with what was done here laid over it. Written in the transaction that changes
//! either side.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Verb},
    ids::{ConnectionId, ItemId},
    item::WorkItem,
    patient::{Me, Person},
    projection,
};
use sqlx::{Row, SqliteConnection};

use crate::{
    Change, Result, Store, codec,
    store::Write,
    table::{
        action, candidate,
        connection::{self, Connection},
        person, worklist,
    },
};

/// Binds what came back to the actions behind it, and takes off the overlays that are no longer needed. Answers the
/// actions that are still laid over the item.
pub(super) async fn settle_overlays(
    db: &mut SqliteConnection,
    key: i64,
    item: &WorkItem,
    mut actions: Vec<Action>,
    me: &Me,
    began: DateTime<Utc>,
) -> Result<Vec<Action>> {
    // Also by those that are no longer laid over it.
    let claimed: BTreeSet<String> = action::claimed_on(db, key).await?.into_iter().collect();
    for (behind, id) in projection::bound(item, me, &actions, &claimed) {
        action::bind(db, behind, &id).await?;
        actions.iter_mut().filter(|action| action.id == behind).for_each(|action| action.remote_ref = Some(id.clone()));
    }
    let mut still = Vec::with_capacity(actions.len());
    for action in actions {
        if projection::still_shows(item, &action, began) {
            still.push(action);
        } else {
            action::take_off(db, action.id).await?;
        }
    }
    Ok(still)
}

pub(super) fn projected(
    connection: &Connection,
    key: i64,
    item: &WorkItem,
    actions: &[Action],
    people: &[Person],
    gone: bool,
) -> worklist::Projected {
    let setting =
        projection::Setting { connection: connection.id, system: &connection.system, me: &connection.me, gone, people };
    worklist::Projected {
        key,
        connection: connection.key,
        row: projection::row(item, actions, setting),
        search: projection::search_text(item, actions),
        inside: item.parent.is_some(),
        modalities: item.modalities.clone(),
    }
}

/// The people whom somebody could have assigned, where anybody did.
pub(super) async fn people_for(db: &mut SqliteConnection, key: i64, actions: &[Action]) -> Result<Vec<Person>> {
    if actions.iter().all(|action| action.verb != Verb::Assign) {
        return Ok(vec![]);
    }
    candidate::of(db, key).await
}

/// Computes the row and search text of one item anew, from base and outbox.
pub(crate) async fn reproject(write: &mut Write<'_>, key: i64) -> Result<()> {
    let row = sqlx::query("SELECT id, connection, reply, gone_at IS NOT NULL AS gone FROM item WHERE key = ?")
        .bind(key)
        .fetch_one(&mut *write.db)
        .await?;
    let connection = connection::by_key(write.db, row.try_get("connection")?).await?;
    let item: WorkItem = codec::unpack_item(row.try_get("reply")?)?;
    let actions = action::showing(write.db, &[key]).await?.remove(&key).unwrap_or_default();
    let people = people_for(write.db, key, &actions).await?;
    let row_of_it = projected(&connection, key, &item, &actions, &people, row.try_get("gone")?);
    worklist::put(write.db, &[row_of_it], &[key]).await?;
    person::keep(write, person::Whose { key: connection.key, id: connection.id }, &[(key, &item)]).await?;
    write.announce(Change::Items(vec![ItemId(row.try_get("id")?)]));
    Ok(())
}

impl Store {
    /// Computes the rows of a connection anew, a few at a time: after it became known who the person at this desk is there.
    pub async fn reproject_connection(&self, connection: ConnectionId) -> Result<()> {
        let key = self.connection(connection).await?.key;
        let mut after = 0;
        loop {
            let last = self
                .write(move |write| {
                    Box::pin(async move {
                        let keys: Vec<i64> = sqlx::query_scalar(
                            "SELECT key FROM item WHERE connection = ? AND key > ? ORDER BY key LIMIT 200",
                        )
                        .bind(key)
                        .bind(after)
                        .fetch_all(&mut *write.db)
                        .await?;
                        for item in &keys {
                            reproject(write, *item).await?;
                        }
                        Ok(keys.last().copied())
                    })
                })
                .await?;
            let Some(last) = last else { return Ok(()) };
            after = last;
        }
    }
}
