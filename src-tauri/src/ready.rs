//! For scripts: a file that says that the whole worklist is in the window.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rounds_sync::desk::DeskError;

use crate::session::Session;

const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Waits for the window's first rows, then for the first pull of every feed.
pub(crate) struct Ready {
    file: PathBuf,
    begun: AtomicBool,
}

impl Ready {
    pub(crate) fn new(file: PathBuf) -> Arc<Self> {
        Arc::new(Self { file, begun: AtomicBool::new(false) })
    }

    /// The window shows so many rows.
    pub(crate) fn painted(self: &Arc<Self>, rows: u32, session: &Arc<Session>) {
        if rows == 0 || self.begun.swap(true, Ordering::AcqRel) {
            return;
        }
        let (ready, session) = (Arc::clone(self), Arc::clone(session));
        tokio::spawn(async move {
            let rows = loop {
                match pulled(&session).await {
                    Ok(Some(rows)) => break rows,
                    Ok(None) => {}
                    Err(error) => tracing::debug!(%error, "not ready yet"),
                }
                tokio::time::sleep(LOOK_AGAIN).await;
            };
            if let Err(error) = write(&ready.file, rows) {
                tracing::error!(%error, "the ready file could not be written");
            }
        });
    }
}

/// How many rows there are, once every feed was read completely.
async fn pulled(session: &Session) -> Result<Option<u32>, DeskError> {
    let Ok(rounds) = session.rounds() else { return Ok(None) };
    let connections = rounds.connections().await?;
    let complete = connections.iter().flat_map(|connection| &connection.feeds).all(|feed| feed.complete_at.is_some());
    if complete { Ok(Some(rounds.counts().await?.all)) } else { Ok(None) }
}

/// Whole or not at all: a script may look at any moment.
fn write(file: &Path, rows: u32) -> std::io::Result<()> {
    let new = file.with_added_extension("new");
    fs::write(&new, serde_json::json!({ "rows": rows }).to_string())?;
    fs::rename(new, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_how_many_rows_there_are() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ready.json");
        write(&file, 10_000).unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), r#"{"rows":10000}"#);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
