//! How the person at this desk likes the window.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Desk;
use crate::error::Answer;

/// All of them.
#[tauri::command]
pub(crate) async fn preferences(desk: Desk<'_>) -> Answer<BTreeMap<String, Value>> {
    Ok(desk.rounds()?.store().preferences().await?)
}

/// Keeps these; others stay.
#[tauri::command]
pub(crate) async fn save_preferences(desk: Desk<'_>, preferences: BTreeMap<String, Value>) -> Answer<()> {
    Ok(desk.rounds()?.store().save_preferences(preferences).await?)
}
