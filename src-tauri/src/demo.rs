//! The demo: made-up patients in a profile of their own, remade at every start.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use rounds_domain::declare::System;
use rounds_simulator::{Options, Running, Simulator, StartError, Temperament};
use rounds_store::{StoreError, profile::keyfile::Unlock};
use rounds_sync::{
    Rounds, SystemClock,
    desk::{ConnectionForm, DeskError},
};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::{
    error::{Code, CommandError},
    opening,
    words::given,
};

/// What opens the demo's profile. No secret: it holds nobody's data.
pub(crate) const PASSPHRASE: &str = "demo";
/// The file that says that a folder may be emptied, and what it must say.
const MARKER: &str = "demo";
const MARKED: &str = "The demo profile of Rounds. Everything in this folder is removed when the demo starts.\n";

/// Why there is no demo.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    /// The folder is not a demo's.
    #[error("The folder {0} is not empty and not a demo of Rounds. Nothing in it was changed. Choose another one.")]
    NotOurs(PathBuf),
    /// Its systems did not start.
    #[error("The made-up systems of the demo could not be started: {0}.")]
    Simulator(#[from] StartError),
    /// Its profile could not be made.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// Something that it announces cannot be used.
    #[error(transparent)]
    Refused(#[from] CommandError),
    /// The file system said no.
    #[error("The demo's folder cannot be used: {0}.")]
    Io(#[from] std::io::Error),
}

impl From<DemoError> for CommandError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Desk(error) => error.into(),
            DemoError::Refused(error) => error,
            other => Self::new(Code::Failed, other.to_string()),
        }
    }
}

/// A running demo. Its systems end with it.
pub(crate) struct Demo {
    /// When it was made anew.
    pub(crate) remade_at: DateTime<Utc>,
    _systems: Running,
}

/// How fast the demo's systems are read: they are nobody's but ours, and need no politeness.
const HURRY: [(&str, &str); 2] = [("requests_per_second", "100"), ("page_reads", "8")];

/// Makes the demo anew in `dir`, with about `items` made-up items over all systems, and opens it.
pub(crate) async fn make(dir: &Path, items: u32) -> Result<(Demo, Arc<Rounds>), DemoError> {
    empty(dir).await?;
    let store = opening::create(dir, unlock()).await.map_err(DeskError::from)?;
    let remade_at = Utc::now();
    // Kind: the first pull finds everything that is there.
    let options = Options { items: items as usize, temperament: Temperament::Kind, ..Options::default() };
    let systems = Simulator::start(options).await?;
    let rounds = Rounds::open(store, Arc::new(SystemClock)).await?;
    for system in rounds.systems() {
        let Some(announced) = systems.announcement.systems.get(&system.name) else { continue };
        let form = ConnectionForm {
            name: format!("{} demo", system.title),
            base_url: announced.base_url.clone(),
            settings: given(in_a_hurry(&system, fields(&announced.settings)))?,
            secrets: given(fields(&announced.secret))?,
            system: system.name,
        };
        rounds.add_connection(form).await?;
    }
    Ok((Demo { remade_at, _systems: systems }, rounds))
}

fn in_a_hurry(system: &System, mut settings: Map<String, Value>) -> Map<String, Value> {
    for (key, value) in HURRY {
        if system.settings.iter().any(|setting| setting.key == key) {
            settings.insert(key.to_owned(), value.into());
        }
    }
    settings
}

fn unlock() -> Unlock {
    Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))
}

fn fields(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

/// Makes sure that there is an empty folder with our marker in it. Empties only a folder that has the marker already,
/// that nobody has open, and in which there are only files.
async fn empty(dir: &Path) -> Result<(), DemoError> {
    let marker = dir.join(MARKER);
    let files = match fs::read_dir(dir) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>()?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            fs::create_dir_all(dir)?;
            vec![]
        }
        Err(error) => return Err(error.into()),
    };
    let ours = fs::symlink_metadata(&marker).is_ok_and(|about| about.is_file())
        && fs::read(&marker).is_ok_and(|text| text == MARKED.as_bytes());
    if files.is_empty() {
        fs::write(&marker, MARKED)?;
        return Ok(());
    }
    let mut only_files = true;
    for file in &files {
        only_files &= file.file_type()?.is_file();
    }
    if !ours || !only_files {
        return Err(DemoError::NotOurs(dir.to_owned()));
    }
    // Another Rounds may be showing it. Whatever else is wrong with it goes away with it.
    match opening::open(dir, unlock()).await {
        Ok(store) => store.close().await.map_err(DeskError::from)?,
        Err(StoreError::InUse) => return Err(DeskError::from(StoreError::InUse).into()),
        Err(_) => {}
    }
    // The marker stays throughout: a demo that was interrupted here can still be made.
    for file in fs::read_dir(dir)? {
        let path = file?.path();
        if path != marker {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn the_demo_is_made_anew_each_time() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("demo");
        let (demo, rounds) = make(&dir, 20).await.unwrap();
        let before = rounds.connections().await.unwrap();
        assert_eq!(before.len(), rounds.systems().len(), "a connection to each made-up system");
        assert!(before.iter().all(|connection| connection.name.ends_with(" demo")));

        let shown = make(&dir, 20).await.err().map(CommandError::from).unwrap();
        assert_eq!(shown.code, Code::InUse, "a demo that somebody looks at is left alone");

        rounds.close(std::time::Duration::from_secs(1)).await.unwrap();
        let first = demo.remade_at;
        drop(demo);
        fs::write(dir.join("attempts.json"), "{}").unwrap();
        let (demo, rounds) = make(&dir, 20).await.unwrap();
        assert!(demo.remade_at > first);
        assert_ne!(rounds.connections().await.unwrap()[0].id, before[0].id, "nothing of the first is left");
        assert!(!dir.join("attempts.json").exists());
    }

    #[tokio::test]
    async fn a_folder_without_our_marker_is_never_touched() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("letter.txt"), "Dear").unwrap();
        for marker in [None, Some("somebody else's")] {
            if let Some(text) = marker {
                fs::write(home.path().join(MARKER), text).unwrap();
            }
            let before = names(home.path());
            assert!(matches!(empty(home.path()).await, Err(DemoError::NotOurs(_))), "marker: {marker:?}");
            assert_eq!(names(home.path()), before);
        }
        assert_eq!(fs::read_to_string(home.path().join("letter.txt")).unwrap(), "Dear");
    }

    #[tokio::test]
    async fn a_real_profile_is_never_taken_for_a_demo() {
        let home = tempfile::tempdir().unwrap();
        let store = opening::create(home.path(), Unlock::Passphrase(Zeroizing::new("real".into()))).await.unwrap();
        store.close().await.unwrap();
        let before = names(home.path());
        assert!(matches!(empty(home.path()).await, Err(DemoError::NotOurs(_))));
        assert_eq!(names(home.path()), before);
    }

    #[tokio::test]
    async fn folders_inside_a_demo_are_not_ours_and_are_left() {
        let home = tempfile::tempdir().unwrap();
        empty(home.path()).await.unwrap();
        fs::create_dir(home.path().join("photos")).unwrap();
        fs::write(home.path().join("rounds.db"), "old").unwrap();
        assert!(matches!(empty(home.path()).await, Err(DemoError::NotOurs(_))));
        assert_eq!(names(home.path()), ["demo", "photos", "rounds.db"]);
    }

    #[tokio::test]
    async fn a_demo_that_was_interrupted_can_be_made() {
        let home = tempfile::tempdir().unwrap();
        empty(home.path()).await.unwrap();
        fs::write(home.path().join("key.json"), "half").unwrap();
        empty(home.path()).await.unwrap();
        assert_eq!(names(home.path()), ["demo"]);
    }
}
