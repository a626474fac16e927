//! The worklist and the page of an item.

use std::sync::Arc;

use rounds_domain::{
    declare::{ActionDeclaration, FieldKind},
    ids::ItemId,
    item::ItemKind,
    link::may_open,
    projection,
    view::{ActionOffer, CommentView, Counts, ItemView, ListAnswer, ListRequest},
};
use rounds_remote::seam::{Depth, Target};
use rounds_store::{Store, table::item::StoredItem};

use super::DeskError;
use crate::{Rounds, link::Link, read::WorkError};

impl Rounds {
    /// A stretch of the worklist.
    pub async fn worklist(&self, request: ListRequest) -> Result<ListAnswer, DeskError> {
        Ok(self.store.list(request, self.clock.now()).await?)
    }

    /// How many items stand where.
    pub async fn counts(&self) -> Result<Counts, DeskError> {
        Ok(self.store.counts().await?)
    }

    /// The page of one item.
    pub async fn item(&self, id: ItemId) -> Result<ItemView, DeskError> {
        let stored = self.store.item(id).await?;
        let (_, system) = self.system(&stored.connection.system)?;
        let outbox = self.rows(&stored.actions).await?;
        let messages = self.messages_about(&stored).await?;
        let comments = comments(&stored, &outbox);
        let same = self.same_person(id).await?;
        let actions = system.actions.iter().filter_map(|declaration| {
            // What is for another kind of item is not "impossible now": it is not there at all.
            let offer = stored.item.offers.iter().find(|offer| offer.action == declaration.name)?;
            Some(ActionOffer {
                declaration: declaration.clone(),
                refused: refusal(&stored, Some(offer)),
                targets: offer.targets.clone(),
                people: if takes_person(declaration) { stored.candidates.clone() } else { vec![] },
                draft: stored
                    .drafts
                    .iter()
                    .find(|(name, _)| *name == declaration.name)
                    .map(|(_, fields)| fields.clone()),
            })
        });
        Ok(ItemView {
            actions: actions.collect(),
            comments,
            outbox,
            connection_name: stored.connection.name.clone(),
            system_title: system.title.clone(),
            read_at: stored.read_at,
            row: stored.row,
            patient: stored.item.patient,
            identifiers: stored.item.identifiers,
            created: stored.item.created,
            updated: stored.item.updated,
            facts: stored.item.facts,
            forms: stored.item.forms,
            decisions: stored.item.decisions,
            orders: stored.item.orders,
            history: stored.item.history,
            appointments: stored.item.appointments,
            payments: stored.item.payments,
            attachments: stored.item.attachments,
            links: stored.item.links,
            parts: if stored.item.kind == ItemKind::Case { system.parts.clone() } else { vec![] },
            messages,
            same,
        })
    }

    /// A page elsewhere that shows the item, as a person may be sent there: only one that the item itself has.
    pub async fn page_to_open(&self, id: ItemId, url: &str) -> Result<String, DeskError> {
        let links = self.store.item(id).await?.item.links;
        let link = links.into_iter().find(|link| link.url == url).filter(|link| may_open(&link.url));
        link.map(|link| link.url).ok_or(DeskError::NotFound("This link"))
    }

    /// The item that a person names: by its own id, or as `system:external-id`.
    pub async fn find(&self, name: &str) -> Result<ItemId, DeskError> {
        if let Ok(id) = name.parse::<ItemId>()
            && self.store.item(id).await.is_ok()
        {
            return Ok(id);
        }
        if let Some((system, external_id)) = name.split_once(':') {
            match self.store.find_items(system.to_owned(), external_id.to_owned()).await?.as_slice() {
                [] => {}
                [one] => return Ok(*one),
                // Whoever means one clinic's case must not write on another's.
                several => {
                    let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                    return Err(DeskError::Invalid(format!(
                        "{} connections have an item \"{name}\". Name the one you mean by its own id: {}.",
                        ids.len(),
                        ids.join(", ")
                    )));
                }
            }
        }
        Err(DeskError::NotFound("An item of this name"))
    }

    /// The remote's own JSON of an item.
    pub async fn raw(&self, id: ItemId) -> Result<String, DeskError> {
        Ok(self.store.raw(id).await?)
    }

    /// Reads an item again in the background, with its attachments: somebody looks at it.
    pub fn watch(self: &Arc<Self>, id: ItemId) {
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Err(error) = rounds.look_again(id).await {
                tracing::debug!(kind = error.kind(), "an item could not be read again");
            }
        });
    }

    /// Reads an item again, with its attachments. Waits for the network.
    pub async fn look_again(&self, id: ItemId) -> Result<(), WorkError> {
        let stored = self.store.item(id).await?;
        let link = self.link(stored.connection.id).await?;
        self.refresh(&link, id, Depth::Attachments).await?;
        match self.read_candidates(&link, id).await {
            // Whom it can be assigned to is not what was asked for.
            Err(WorkError::Remote(error)) => {
                tracing::debug!(kind = error.and_now.word(), "no candidates could be read");
            }
            other => other?,
        }
        Ok(())
    }

    /// Keeps whom an item can be assigned to, when something offered for it asks that.
    async fn read_candidates(&self, link: &Link<Store>, id: ItemId) -> Result<(), WorkError> {
        let stored = self.store.item(id).await?;
        let is_offered = |declared: &&ActionDeclaration| {
            stored.item.offers.iter().any(|offer| offer.action == declared.name && offer.refused.is_none())
        };
        if !link.system.actions.iter().filter(is_offered).any(takes_person) {
            return Ok(());
        }
        let (target, now) = (Target::of(&stored.item), self.clock.now());
        let people = link.call(|| link.remote.candidates(&target)).await?;
        if people != stored.candidates {
            self.store.keep_candidates(id, people, now).await?;
        }
        Ok(())
    }
}

/// Whether an action has a field that names a person.
fn takes_person(declared: &ActionDeclaration) -> bool {
    declared.fields.iter().any(|field| field.kind == FieldKind::Person)
}

/// Why an action is not offered, if it is not.
pub(super) fn refusal(stored: &StoredItem, offer: Option<&rounds_domain::action::Offer>) -> Option<String> {
    if stored.gone {
        return Some("The system no longer has this item.".to_owned());
    }
    match offer {
        Some(offer) => offer.refused.clone(),
        None => Some("This is not offered for this item.".to_owned()),
    }
}

fn comments(stored: &StoredItem, outbox: &[rounds_domain::view::OutboxRow]) -> Vec<CommentView> {
    projection::comments(&stored.item, &stored.actions)
        .into_iter()
        .map(|seen| {
            let removal = seen.comment.id.as_deref().and_then(|id| projection::removal(&stored.actions, id));
            CommentView {
                id: seen.comment.id,
                text: seen.comment.text,
                internal: seen.comment.internal,
                mine: seen.action.is_some()
                    || seen.comment.author.as_ref().is_some_and(|author| stored.connection.me.is(author)),
                author: seen.comment.author.and_then(|author| author.name.plain()),
                made: seen.comment.made,
                action: seen.action.and_then(|action| outbox.iter().find(|row| row.id == action.id).cloned()),
                removal: removal.and_then(|action| outbox.iter().find(|row| row.id == action.id).cloned()),
            }
        })
        .collect()
}
