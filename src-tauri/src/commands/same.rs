//! The same person in other systems. What an item's page shows of it comes with the item.

use rounds_domain::{ids::PersonId, view::SamePairs};

use super::Desk;
use crate::error::Answer;

/// Pairs that nobody decided about yet, the most convincing first.
#[tauri::command]
pub(crate) async fn same_proposals(desk: Desk<'_>, offset: u32, limit: u32) -> Answer<SamePairs> {
    Ok(desk.rounds()?.same_proposals(offset, limit).await?)
}

/// These two are one person, says whoever sits here.
#[tauri::command]
pub(crate) async fn confirm_same(desk: Desk<'_>, one: PersonId, other: PersonId) -> Answer<()> {
    Ok(desk.rounds()?.confirm_same(one, other).await?)
}

/// These two are not one person, says whoever sits here.
#[tauri::command]
pub(crate) async fn refuse_same(desk: Desk<'_>, one: PersonId, other: PersonId) -> Answer<()> {
    Ok(desk.rounds()?.refuse_same(one, other).await?)
}

/// Undoes what was decided about these two.
#[tauri::command]
pub(crate) async fn undo_same(desk: Desk<'_>, one: PersonId, other: PersonId) -> Answer<()> {
    Ok(desk.rounds()?.undo_same(one, other).await?)
}
