//! The one window.

use tauri::{AppHandle, Manager, WebviewWindowBuilder, utils::config::Color};

const LABEL: &str = "main";
const DEMO_TITLE: &str = "Rounds – DEMO";

/// Opens the window that `tauri.conf.json` describes, on this background.
pub(crate) fn open(app: &AppHandle, demo: bool, background: Option<Color>) -> tauri::Result<()> {
    let Some(mut config) = app.config().app.windows.iter().find(|window| window.label == LABEL).cloned() else {
        return Err(tauri::Error::WindowNotFound);
    };
    // WebKit lets its driver into no window that is incognito. Whoever may set this variable drives the window anyway.
    if std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|asked| asked == "true") {
        config.incognito = false;
    }
    config.background_color = background.or(config.background_color);
    if demo {
        DEMO_TITLE.clone_into(&mut config.title);
    }
    WebviewWindowBuilder::from_config(app, &config)?.build()?;
    Ok(())
}

/// Says in the title that it is the demo.
pub(crate) fn name_demo(app: &AppHandle) {
    let named = app.get_webview_window(LABEL).map(|window| window.set_title(DEMO_TITLE));
    if let Some(Err(error)) = named {
        tracing::warn!(%error, "the window could not be named");
    }
}
