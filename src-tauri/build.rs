//! Takes the configuration, the capabilities and the built window into the app. Every command needs a permission.

use tauri_build::{AppManifest, Attributes};

#[path = "src/commands/list.rs"]
mod list;

fn main() {
    let attributes = Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(AppManifest::new().commands(list::NAMES));
    if let Err(error) = tauri_build::try_build(attributes) {
        eprintln!("{error:#}");
        std::process::exit(1);
    }
}
