//! How the person at this desk likes the window.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Desk;
use crate::{error::Answer, look};

/// All of them; of a locked profile only how the window looks.
#[tauri::command]
pub(crate) async fn preferences(desk: Desk<'_>) -> Answer<BTreeMap<String, Value>> {
    let Ok(rounds) = desk.rounds() else { return Ok(look::read(&desk.dir())) };
    let preferences = rounds.store().preferences().await?;
    look::keep(&desk.dir(), &preferences);
    Ok(preferences)
}

/// Keeps these; others stay.
#[tauri::command]
pub(crate) async fn save_preferences(desk: Desk<'_>, preferences: BTreeMap<String, Value>) -> Answer<()> {
    let rounds = desk.rounds()?;
    look::keep(&desk.dir(), &preferences);
    Ok(rounds.store().save_preferences(preferences).await?)
}
