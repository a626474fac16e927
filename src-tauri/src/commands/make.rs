//! What is done at a connection where no item stands yet.

use rounds_domain::{
    action::Fields,
    ids::{ActionId, ConnectionId},
    view::{ActionOffer, OutboxRow},
};
use rounds_sync::desk::NewIntent;

use super::Desk;
use crate::error::Answer;

/// What can be done there, and why not where not.
#[tauri::command]
pub(crate) async fn offered_at(desk: Desk<'_>, connection: ConnectionId) -> Answer<Vec<ActionOffer>> {
    Ok(desk.rounds()?.offered_at(connection).await?)
}

/// Saves what a person did there. It leaves a few seconds later.
#[tauri::command]
pub(crate) async fn make(
    desk: Desk<'_>,
    connection: ConnectionId,
    action: String,
    fields: Fields,
    instead: Option<ActionId>,
) -> Answer<OutboxRow> {
    Ok(desk.rounds()?.make(NewIntent { connection, action, fields, hold: true, instead }).await?)
}

/// Keeps what somebody began to fill in; nothing throws it away.
#[tauri::command]
pub(crate) async fn save_new_draft(
    desk: Desk<'_>,
    connection: ConnectionId,
    action: String,
    fields: Option<Fields>,
) -> Answer<()> {
    Ok(desk.rounds()?.save_new_draft(connection, action, fields).await?)
}
