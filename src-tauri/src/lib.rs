//! Rounds
pub fn run() {
    tauri::Builder::default().plugin(tauri_plugin_updater::Builder::new().build()).run(tauri::generate_context!()).unwrap();
}
