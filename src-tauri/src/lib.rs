//! The shell: the only Rust that knows Tauri. It opens the window, answers its commands from the core, tells it of
//! changes, and keeps the profile locked or open.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "in a test a panic is the failure's message"))]

mod announce;
mod args;
mod attempts;
mod browser;
mod commands;
mod demo;
mod error;
mod look;
mod opening;
mod ready;
mod session;
mod window;
mod words;

use std::{path::Path, process::ExitCode, sync::Arc};

use clap::Parser;
use tauri::{App, AppHandle, Emitter, Manager, RunEvent};
use tracing_subscriber::EnvFilter;

use crate::{
    args::Args,
    ready::Ready,
    session::{Folders, Session},
};

/// Runs the app until its window is closed.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(filter).init();
    // Before anybody makes a TLS connection. Another provider would be there only if somebody had been faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    if cfg!(target_os = "linux") && !["DISPLAY", "WAYLAND_DISPLAY"].into_iter().any(is_set) {
        // GTK would panic.
        eprintln!("Rounds could not start: there is no display. Without one, use roundsctl.");
        return ExitCode::FAILURE;
    }

    let app = tauri::Builder::default()
        .plugin(tauri_plugin_updater::Builder::new().build())
        .invoke_handler(commands::handler())
        .setup(move |app| Ok(set_up(app, args)?))
        .build(tauri::generate_context!());
    match app {
        Ok(app) => {
            app.run(|app, event| {
                if let RunEvent::Exit = event {
                    close(app);
                }
            });
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("Rounds could not start: {error}");
            ExitCode::FAILURE
        }
    }
}

fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

fn set_up(app: &App, args: Args) -> tauri::Result<()> {
    let handle = app.handle().clone();
    let tell = Arc::new(move |changed| {
        if let Err(error) = handle.emit(announce::EVENT, changed) {
            tracing::warn!(%error, "the window could not be told of a change");
        }
    });
    let session = Arc::new(Session::new(folders(&app.path().app_data_dir()?, &args), tell));
    app.manage(Arc::clone(&session));
    app.manage(args.ready_file.map(Ready::new));
    window::open(app.handle(), args.demo, look::background(&session.dir()))?;
    if args.demo {
        // The window asks for it as well; whoever comes first makes it. A failure is told to the window when it asks.
        tauri::async_runtime::spawn(async move { session.state().await.map(drop) });
    }
    Ok(())
}

fn folders(data: &Path, args: &Args) -> Folders {
    let given = |is_for_demo: bool| args.profile.clone().filter(|_| args.demo == is_for_demo);
    Folders {
        profile: given(false).unwrap_or_else(|| data.join("profile")),
        demo: given(true).unwrap_or_else(|| data.join("demo")),
        items: args.items,
        starts_demo: args.demo,
    }
}

fn close(app: &AppHandle) {
    let session = Arc::clone(&app.state::<Arc<Session>>());
    if let Err(error) = tauri::async_runtime::block_on(session.lock()) {
        tracing::error!(%error, "the profile could not be closed; it is whole and opens again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_given_is_for_what_is_started() {
        let data = Path::new("/data");
        for (line, profile, demo) in [
            ("rounds", "/data/profile", "/data/demo"),
            ("rounds --demo", "/data/profile", "/data/demo"),
            ("rounds --profile /p", "/p", "/data/demo"),
            ("rounds --profile /p --demo", "/data/profile", "/p"),
        ] {
            let folders = folders(data, &Args::parse_from(line.split(' ')));
            assert_eq!(
                (folders.profile.as_path(), folders.demo.as_path()),
                (Path::new(profile), Path::new(demo)),
                "{line}"
            );
        }
    }
}
