//! Messages that people sent through a remote: read here, answered there.

use rounds_domain::{
    around::{Message, MessageView},
    ids::{ConnectionId, ItemId},
};
use rounds_store::table::item::StoredItem;

use super::DeskError;
use crate::Rounds;

impl Rounds {
    /// The messages of a connection, newest first, each with the item that it is about where that is here.
    pub async fn messages(&self, connection: ConnectionId) -> Result<Vec<MessageView>, DeskError> {
        let Some((around, _)) = self.store.around(connection).await? else { return Ok(vec![]) };
        let about = |message: &Message| {
            let subject = message.about.as_ref()?;
            Some(ItemId::derive(connection, subject.kind, &subject.external_id))
        };
        let rows = self.store.rows_of(around.messages.iter().filter_map(about).collect()).await?;
        let view = |message: Message| {
            let row = about(&message).and_then(|id| rows.iter().find(|row| row.id == id));
            MessageView { item: row.map(|row| row.id), patient: row.and_then(|row| row.patient.clone()), message }
        };
        Ok(around.messages.into_iter().map(view).collect())
    }

    /// Those that are about one item.
    pub(super) async fn messages_about(&self, stored: &StoredItem) -> Result<Vec<Message>, DeskError> {
        let Some((around, _)) = self.store.around(stored.connection.id).await? else { return Ok(vec![]) };
        let is_about = |message: &Message| {
            message.about.as_ref().is_some_and(|subject| {
                subject.kind == stored.item.kind && subject.external_id == stored.item.external_id
            })
        };
        Ok(around.messages.into_iter().filter(is_about).collect())
    }
}
