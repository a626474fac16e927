//! The outbox, and what a person decides about it.

use rounds_domain::{ids::ActionId, view::OutboxRow};
use serde::Deserialize;

use super::Desk;
use crate::error::Answer;

/// Whose version of a conflict stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Keep {
    /// What was done here.
    Mine,
    /// What is there now.
    Theirs,
}

/// Everything unsettled; with `all` the receipts of the last 30 days too.
#[tauri::command]
pub(crate) async fn outbox(desk: Desk<'_>, all: bool) -> Answer<Vec<OutboxRow>> {
    Ok(desk.rounds()?.outbox(all).await?)
}

/// Takes an action back before it leaves.
#[tauri::command]
pub(crate) async fn undo(desk: Desk<'_>, action: ActionId) -> Answer<()> {
    desk.rounds()?.undo(action).await?;
    Ok(())
}

/// Tries or looks again now.
#[tauri::command]
pub(crate) async fn retry(desk: Desk<'_>, action: ActionId) -> Answer<()> {
    desk.rounds()?.retry(action).await?;
    Ok(())
}

/// Gives an action up, for a reason.
#[tauri::command]
pub(crate) async fn discard(desk: Desk<'_>, action: ActionId, reason: String) -> Answer<()> {
    desk.rounds()?.discard(action, &reason).await?;
    Ok(())
}

/// Settles a conflict.
#[tauri::command]
pub(crate) async fn resolve(desk: Desk<'_>, action: ActionId, keep: Keep) -> Answer<()> {
    desk.rounds()?.resolve(action, keep == Keep::Mine).await?;
    Ok(())
}
