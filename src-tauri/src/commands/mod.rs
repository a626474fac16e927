//! What the window can ask for, grouped as its screens are. Every answer comes from the store; nothing waits for the
//! network.

mod connections;
mod find;
mod item;
#[macro_use]
mod list;
mod make;
mod outbox;
mod preferences;
mod profile;
mod same;
mod worklist;

use std::sync::Arc;

use tauri::{State, Wry, ipc::Invoke};

use crate::session::Session;

/// The session, as a command is given it.
type Desk<'a> = State<'a, Arc<Session>>;

/// Answers every command of the list.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    with_every_command!(tauri::generate_handler)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::list::NAMES;

    const CAPABILITIES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src-tauri/capabilities");

    /// What the window may do, in full. A longer list is a decision, not an accident.
    #[test]
    fn the_window_may_do_exactly_what_is_listed() {
        let files: Vec<_> = std::fs::read_dir(CAPABILITIES).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(files, ["main.json"], "one window, one capability");
        let text = std::fs::read_to_string(format!("{CAPABILITIES}/main.json")).unwrap();
        let capability: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(capability["windows"], serde_json::json!(["main"]));
        assert!(capability.get("remote").is_none(), "no page from elsewhere may call anything");

        let permitted = capability["permissions"].as_array().unwrap();
        let listed: BTreeSet<_> = permitted.iter().map(|one| one.as_str().unwrap().to_owned()).collect();
        assert_eq!(listed.len(), permitted.len(), "each once");
        let events = ["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned);
        let commands = NAMES.iter().map(|name| format!("allow-{}", name.replace('_', "-")));
        assert_eq!(listed, events.into_iter().chain(commands).collect());
    }
}
