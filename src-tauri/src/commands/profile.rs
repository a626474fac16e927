//! First run, unlock, lock.

use std::sync::Arc;

use tauri::{AppHandle, State};
use zeroize::Zeroizing;

use super::Desk;
use crate::{error::Answer, ready::Ready, session::AppState, window};

/// Where the app stands.
#[tauri::command]
pub(crate) async fn app_state(desk: Desk<'_>) -> Answer<AppState> {
    desk.state().await
}

/// Makes a profile; without a passphrase the keychain keeps its key.
#[tauri::command]
pub(crate) async fn create_profile(desk: Desk<'_>, passphrase: Option<String>) -> Answer<()> {
    desk.create(passphrase.map(Zeroizing::new)).await
}

/// Opens the profile with this passphrase, else with the keychain's key.
#[tauri::command]
pub(crate) async fn unlock(desk: Desk<'_>, passphrase: Option<String>) -> Answer<()> {
    desk.unlock(passphrase.map(Zeroizing::new)).await
}

/// Closes the profile.
#[tauri::command]
pub(crate) async fn lock(desk: Desk<'_>) -> Answer<()> {
    desk.lock().await
}

/// Shows made-up patients instead of making a profile.
#[tauri::command]
pub(crate) async fn start_demo(app: AppHandle, desk: Desk<'_>) -> Answer<()> {
    desk.start_demo().await?;
    window::name_demo(&app);
    Ok(())
}

/// The window has painted so many rows of the worklist. Only scripts want to know.
#[tauri::command]
pub(crate) async fn window_ready(desk: Desk<'_>, ready: State<'_, Option<Arc<Ready>>>, rows: u32) -> Answer<()> {
    if let Some(ready) = ready.as_ref() {
        ready.painted(rows, &desk);
    }
    Ok(())
}
