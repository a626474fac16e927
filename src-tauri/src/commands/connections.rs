//! Connections.

use rounds_domain::{
    around::MessageView,
    declare::System,
    ids::ConnectionId,
    view::{ConnectionView, RejectedView},
};
use rounds_sync::desk::{ConnectionForm, ConnectionSettings};
use serde_json::{Map, Value};

use super::Desk;
use crate::{
    error::Answer,
    words::{given, words},
};

/// A form as it was filled in.
type Form = Map<String, Value>;

/// The kinds of systems there are.
#[tauri::command]
pub(crate) async fn systems(desk: Desk<'_>) -> Answer<Vec<System>> {
    Ok(desk.rounds()?.systems())
}

/// How every connection stands.
#[tauri::command]
pub(crate) async fn connections(desk: Desk<'_>) -> Answer<Vec<ConnectionView>> {
    Ok(desk.rounds()?.connections().await?)
}

/// Adds a connection.
#[tauri::command]
pub(crate) async fn add_connection(
    desk: Desk<'_>,
    system: String,
    name: String,
    base_url: String,
    settings: Form,
    secrets: Form,
) -> Answer<ConnectionView> {
    let form = ConnectionForm { system, name, base_url, settings: given(settings)?, secrets: given(secrets)? };
    Ok(desk.rounds()?.add_connection(form).await?)
}

/// Changes a connection. A setting left empty goes back to its default; a secret left empty stays as it is.
#[tauri::command]
pub(crate) async fn set_connection(
    desk: Desk<'_>,
    id: ConnectionId,
    settings: Form,
    secrets: Option<Form>,
) -> Answer<()> {
    let secrets = given(secrets.unwrap_or_default())?;
    let change = ConnectionSettings { settings: words(settings)?, secrets, base_url: None };
    desk.rounds()?.set_connection(id, change).await?;
    Ok(())
}

/// Signs in, in the background; how it went stands on the connection.
#[tauri::command]
pub(crate) async fn check_connection(desk: Desk<'_>, id: ConnectionId) -> Answer<()> {
    desk.rounds()?.check_connection(id);
    Ok(())
}

/// Gives the one-time number that a sign-in waits for, in the background; how it went stands on the connection.
#[tauri::command]
pub(crate) async fn give_pin(desk: Desk<'_>, id: ConnectionId, pin: String) -> Answer<()> {
    desk.rounds()?.give_pin_soon(id, pin);
    Ok(())
}

/// Removes a connection with everything that came from it.
#[tauri::command]
pub(crate) async fn remove_connection(desk: Desk<'_>, id: ConnectionId) -> Answer<()> {
    Ok(desk.rounds()?.remove_connection(id).await?)
}

/// The records of a connection that could not be read.
#[tauri::command]
pub(crate) async fn rejected(desk: Desk<'_>, id: ConnectionId) -> Answer<Vec<RejectedView>> {
    Ok(desk.rounds()?.rejected(id).await?)
}

/// The messages of a connection, newest first.
#[tauri::command]
pub(crate) async fn messages(desk: Desk<'_>, id: ConnectionId) -> Answer<Vec<MessageView>> {
    Ok(desk.rounds()?.messages(id).await?)
}
