//! Doing something with an item: checked against what the item offers, saved, and from then on the outbox's.

use chrono::TimeDelta;
use rounds_domain::{
    action::{Action, Actor, Fields, Offer},
    declare::ActionDeclaration,
    ids::{ActionId, ItemId},
    outbox::OutboxState,
    projection,
    view::OutboxRow,
};
use rounds_store::table::{connection::Connection, item::StoredItem};
use serde_json::Value;

use super::{
    DeskError,
    fields::{Checks, checked},
    items::refusal,
};
use crate::{Keep, Rounds};

/// For how long something done in the window can be taken back.
const HOLD: TimeDelta = TimeDelta::seconds(5);

/// What a person wants to do.
pub struct Intent {
    /// With which item.
    pub item: ItemId,
    /// The declared action's name.
    pub action: String,
    /// What they filled in.
    pub fields: Fields,
    /// Whether it can be taken back for a few seconds.
    pub hold: bool,
    /// What has to be confirmed before it is sent.
    pub after: Vec<ActionId>,
}

impl<K: Keep> Rounds<K> {
    /// Saves what a person did. It leaves when it can; until then it is laid over the item.
    pub async fn act(&self, intent: Intent) -> Result<OutboxRow, DeskError> {
        let stored = self.store.item(intent.item).await?;
        let (_, system) = self.system(&stored.connection.system)?;
        let Some(declaration) = system.action(&intent.action) else {
            let names: Vec<&str> = system.actions.iter().map(|action| action.name.as_str()).collect();
            return Err(DeskError::Invalid(format!(
                "{} has no action \"{}\". It has: {}.",
                system.title,
                intent.action,
                names.join(", ")
            )));
        };
        let offer = stored.item.offers.iter().find(|offer| offer.action == declaration.name);
        if let Some(why) = refusal(&stored, offer) {
            return Err(DeskError::NotOffered(why));
        }
        let fields = checked(declaration, intent.fields, &self.checks(&stored, offer))?;
        let action = self.new_action(&stored, declaration, fields, intent.hold, None);
        if changes_nothing(&action) {
            return Err(DeskError::NotOffered("It stands so already. Nothing was saved, and nothing is sent.".into()));
        }
        self.link(stored.connection.id).await?.remote.check(&action).map_err(DeskError::Invalid)?;
        let action = self.store.submit(Action { depends_on: intent.after, ..action }).await?;
        self.row(&action).await
    }

    /// What fields are checked against.
    fn checks<'a>(&self, stored: &'a StoredItem, offer: Option<&'a Offer>) -> Checks<'a> {
        Checks { targets: targets(offer), values: Some(&stored.item.values), now: self.clock.now() }
    }

    /// Whether what was done before can be done again on the item as it stands, or at its connection, which has offers of its own;
    /// else why not.
    pub(super) fn still_offered(
        &self,
        stored: &StoredItem,
        at_connection: &[Offer],
        declared: &ActionDeclaration,
        fields: Fields,
    ) -> Result<(), DeskError> {
        let mut offers = stored.item.offers.iter().chain(at_connection);
        let offer = offers.find(|offer| offer.action == declared.name);
        match refusal(stored, offer) {
            Some(why) => Err(DeskError::NotOffered(format!(
                "{why} Nothing was sent and nothing is lost: what you did stays in the outbox until you leave theirs or discard it."
            ))),
            None => checked(declared, fields, &self.checks(stored, offer)).map(drop),
        }
    }

    /// A new action; in the `place` of another one in its lane, or at the end.
    pub(super) fn new_action(
        &self,
        stored: &StoredItem,
        declared: &ActionDeclaration,
        fields: Fields,
        hold: bool,
        place: Option<i64>,
    ) -> Action {
        // What I did before on the same item is what I saw, although the remote does not have it yet.
        let before = stored.actions.iter().filter(|action| place.is_none_or(|place| action.sequence < place));
        let seen = projection::values_seen(&stored.item, before);
        Action {
            saw: declared.touched(&seen),
            wants: declared.wants_of(&fields, &seen),
            seen: Some(stored.fingerprint.clone()),
            ..self.begin_action(&stored.connection, stored.id, declared, fields, hold)
        }
    }

    /// A new action on an item of which nothing was seen.
    pub(super) fn begin_action(
        &self,
        connection: &Connection,
        item: ItemId,
        declared: &ActionDeclaration,
        fields: Fields,
        hold: bool,
    ) -> Action {
        let now = self.clock.now();
        Action {
            id: ActionId(self.clock.new_id()),
            connection: connection.id,
            item,
            sequence: 0,
            depends_on: vec![],
            name: declared.name.clone(),
            verb: declared.verb,
            proof: declared.proof,
            saw: Fields::new(),
            wants: Fields::new(),
            own_mark: declared.own_mark.clone(),
            fields,
            actor: Actor::of(&connection.me),
            made_at: now,
            seen: None,
            state: if hold { OutboxState::Held } else { OutboxState::Queued },
            attempts: 0,
            waits: 0,
            sign_ins: 0,
            looks: 0,
            rounds: 0,
            sent_at: None,
            elapsed: None,
            baseline: None,
            next_at: Some(if hold { now + HOLD } else { now }),
            reason: None,
            conflict: None,
            remote_ref: None,
            settled_at: None,
        }
    }

    /// Keeps what somebody began to fill in; `None` throws it away.
    pub async fn save_draft(&self, item: ItemId, action: String, fields: Option<Fields>) -> Result<(), DeskError> {
        Ok(self.store.save_draft(item, action, fields, self.clock.now()).await?)
    }
}

/// Whether everything that an action is to change stands as it wants it, as far as its person sees. It is not sent: whether it took
/// effect could never be told.
pub(super) fn changes_nothing(action: &Action) -> bool {
    let as_seen = |(key, wanted): (&String, &Value)| action.saw.get(key).unwrap_or(&Value::Null) == wanted;
    !action.wants.is_empty() && action.wants.iter().all(as_seen)
}

fn targets(offer: Option<&Offer>) -> &[String] {
    offer.map(|offer| offer.targets.as_slice()).unwrap_or_default()
}
