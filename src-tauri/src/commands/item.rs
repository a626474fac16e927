//! The page of an item, and what is done there.

use base64::{Engine, prelude::BASE64_STANDARD};
use rounds_domain::{
    action::Fields,
    file::OutFile,
    ids::ItemId,
    view::{ItemView, OutboxRow},
};
use rounds_sync::desk::{AttachmentState, Intent};
use serde::Serialize;

use super::Desk;
use crate::{
    browser,
    error::{Answer, Code, CommandError},
};

/// How far an attached file is, with its content.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AttachmentContent {
    state: &'static str,
    media_type: Option<String>,
    base64: Option<String>,
    message: Option<String>,
}

/// The page of one item.
#[tauri::command]
pub(crate) async fn item(desk: Desk<'_>, id: ItemId) -> Answer<ItemView> {
    Ok(desk.rounds()?.item(id).await?)
}

/// Somebody looks at it: it is read again in the background.
#[tauri::command]
pub(crate) async fn watch_item(desk: Desk<'_>, id: ItemId) -> Answer<()> {
    desk.rounds()?.watch(id);
    Ok(())
}

/// Saves what a person did. It leaves a few seconds later.
#[tauri::command]
pub(crate) async fn act(desk: Desk<'_>, item: ItemId, action: String, fields: Fields) -> Answer<OutboxRow> {
    Ok(desk.rounds()?.act(Intent { item, action, fields, hold: true, after: vec![] }).await?)
}

/// Keeps what somebody began to fill in; nothing throws it away.
#[tauri::command]
pub(crate) async fn save_draft(desk: Desk<'_>, item: ItemId, action: String, fields: Option<Fields>) -> Answer<()> {
    Ok(desk.rounds()?.save_draft(item, action, fields).await?)
}

/// Keeps what is in a file that somebody picked for a field of an action, encrypted, and says how the field names it. The
/// window's own picker reads it, so that the window is given no path and no way to the disk.
#[tauri::command]
pub(crate) async fn keep_file(
    desk: Desk<'_>,
    item: ItemId,
    action: String,
    field: String,
    name: String,
    base64: String,
) -> Answer<OutFile> {
    let content = BASE64_STANDARD.decode(base64).map_err(|_| {
        CommandError::new(Code::Invalid, "The file did not come whole. Nothing was kept; pick it again.")
    })?;
    Ok(desk.rounds()?.keep_file(item, &action, &field, &name, content).await?)
}

/// Fetches a file in the background.
#[tauri::command]
pub(crate) async fn fetch_attachment(desk: Desk<'_>, item: ItemId, attachment: String) -> Answer<()> {
    desk.rounds()?.fetch_attachment(item, attachment);
    Ok(())
}

/// How far a file is.
#[tauri::command]
pub(crate) async fn attachment(desk: Desk<'_>, item: ItemId, attachment: String) -> Answer<AttachmentContent> {
    Ok(desk.rounds()?.attachment(item, attachment).await?.into())
}

/// Opens a page elsewhere that shows the item, in the person's own browser. Only one of the item's own.
#[tauri::command]
pub(crate) async fn open_link(desk: Desk<'_>, item: ItemId, url: String) -> Answer<()> {
    browser::open(&desk.rounds()?.page_to_open(item, &url).await?)
}

impl From<AttachmentState> for AttachmentContent {
    fn from(state: AttachmentState) -> Self {
        match state {
            AttachmentState::Absent => Self { state: "absent", ..Self::default() },
            AttachmentState::Fetching => Self { state: "fetching", ..Self::default() },
            AttachmentState::Here { media_type, bytes } => Self {
                state: "here",
                media_type: Some(media_type),
                base64: Some(BASE64_STANDARD.encode(bytes)),
                ..Self::default()
            },
            AttachmentState::Failed(why) => Self { state: "failed", message: Some(why), ..Self::default() },
        }
    }
}
