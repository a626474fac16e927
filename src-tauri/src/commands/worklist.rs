//! The worklist.

use rounds_domain::view::{Counts, ListAnswer, ListRequest};
use rounds_engine::pull::plan::Extent;

use super::Desk;
use crate::error::Answer;

/// A stretch of it.
#[tauri::command]
pub(crate) async fn worklist(desk: Desk<'_>, request: ListRequest) -> Answer<ListAnswer> {
    Ok(desk.rounds()?.worklist(request).await?)
}

/// How many items stand where.
#[tauri::command]
pub(crate) async fn counts(desk: Desk<'_>) -> Answer<Counts> {
    Ok(desk.rounds()?.counts().await?)
}

/// Asks for things to be read now, in the background.
#[tauri::command]
pub(crate) async fn sync_now(desk: Desk<'_>, full: bool) -> Answer<()> {
    let extent = if full { Extent::Full } else { Extent::Recent };
    Ok(desk.rounds()?.sync_soon(extent).await?)
}
