//! Doing something at a connection where no item stands yet: making a case. Checked against what the connection offers, saved
//! together with the item that it is about, and from then on the outbox's.

use rounds_domain::{
    action::{Action, Fields},
    ids::{ActionId, ConnectionId, ItemId},
    outbox::OutboxState,
    secret,
    view::{ActionOffer, OutboxRow},
};
use rounds_engine::outbox::person::{Choice, choices};
use rounds_store::table::{
    action::Ending,
    made::{Instead, Making},
};

use super::{
    DeskError,
    fields::{Checks, checked},
};
use crate::{Keep, Rounds};

/// What a person wants to do at a connection.
pub struct NewIntent {
    /// At which.
    pub connection: ConnectionId,
    /// The declared action's name.
    pub action: String,
    /// What they filled in.
    pub fields: Fields,
    /// Whether it can be taken back for a few seconds.
    pub hold: bool,
    /// The action that this one corrects: it is given up as this one is saved.
    pub instead: Option<ActionId>,
}

impl<K: Keep> Rounds<K> {
    /// Saves what a person did at a connection. What it makes stands on the worklist from now on, and it leaves when it can.
    pub async fn make(&self, intent: NewIntent) -> Result<OutboxRow, DeskError> {
        let connection = self.store.connection(intent.connection).await?;
        let link = self.link(connection.id).await?;
        let offers = link.remote.offers();
        let declared = link.system.action(&intent.action);
        let (Some(declared), Some(offer)) = (declared, offers.iter().find(|offer| offer.action == intent.action))
        else {
            let names: Vec<&str> = offers.iter().map(|offer| offer.action.as_str()).collect();
            return Err(DeskError::Invalid(format!(
                "{} offers no \"{}\" of its own. It offers: {}.",
                connection.name,
                intent.action,
                if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
            )));
        };
        if let Some(why) = &offer.refused {
            return Err(DeskError::NotOffered(why.clone()));
        }
        let corrected = match intent.instead {
            Some(id) => Some(self.to_correct(id, connection.id).await?),
            None => None,
        };
        let mut given = intent.fields;
        if let Some(corrected) = corrected.as_ref().filter(|corrected| corrected.name == declared.name) {
            secret::with_kept(&declared.fields, &mut given, &corrected.fields);
        }
        let fields =
            checked(declared, given, &Checks { targets: &offer.targets, values: None, now: self.clock.now() })?;
        // Named once it is known what it makes.
        let nameless = ItemId(uuid::Uuid::nil());
        let mut action = self.begin_action(&connection, nameless, declared, fields, intent.hold);
        let item = link.remote.made(&action).map_err(DeskError::Invalid)?;
        action.item = ItemId::derive(connection.id, item.kind, &item.external_id);
        let now = self.clock.now();
        let instead = corrected.map(|seen| {
            let ended = Action { state: OutboxState::Discarded, next_at: None, settled_at: Some(now), ..seen.clone() };
            let ending = Ending { by: action.actor.name.clone(), why: "corrected".to_owned() };
            Instead { seen, ended, ending }
        });
        let saved = self.store.make(Making { action, item, instead, now }).await?;
        self.row(&saved).await
    }

    /// An action that may still be corrected: nothing of it can arrive any more.
    async fn to_correct(&self, id: ActionId, connection: ConnectionId) -> Result<Action, DeskError> {
        let action = self.store.action(id).await?;
        if action.connection != connection {
            return Err(DeskError::Invalid("What is to be corrected was done at another connection.".into()));
        }
        if !choices(&action).contains(&Choice::Discard) {
            return Err(DeskError::NotOffered(
                "This is on its way or settled, so it cannot be corrected any more. Nothing was saved.".into(),
            ));
        }
        Ok(action)
    }
}

impl Rounds {
    /// What can be done at a connection where no item stands yet, and why not where not.
    pub async fn offered_at(&self, connection: ConnectionId) -> Result<Vec<ActionOffer>, DeskError> {
        let kept = self.store.connection(connection).await?;
        let link = self.link(connection).await?;
        let offers = link.remote.offers();
        if offers.is_empty() {
            return Ok(vec![]);
        }
        let drafts = self.store.new_drafts(kept.key).await?;
        let offered = offers.into_iter().filter_map(|offer| {
            let declaration = link.system.action(&offer.action)?.clone();
            let draft = drafts.iter().find(|(name, _)| *name == offer.action).map(|(_, fields)| fields.clone());
            Some(ActionOffer { declaration, refused: offer.refused, targets: offer.targets, people: vec![], draft })
        });
        Ok(offered.collect())
    }

    /// Keeps what somebody began to fill in for something new; `None` throws it away. What is secret is not kept in a draft.
    pub async fn save_new_draft(
        &self,
        connection: ConnectionId,
        action: String,
        fields: Option<Fields>,
    ) -> Result<(), DeskError> {
        let link = self.link(connection).await?;
        let declared = link.system.action(&action).map(|declared| declared.fields.clone()).unwrap_or_default();
        let fields = fields.map(|fields| secret::without(&declared, &fields));
        Ok(self.store.save_new_draft(connection, action, fields, self.clock.now()).await?)
    }
}
