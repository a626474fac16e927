//! Which profile it is, and whether it is open.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use rounds_store::{
    Store, StoreError,
    profile::keyfile::{self, SlotKind, Unlock},
};
use rounds_sync::{Rounds, SystemClock};
use serde::Serialize;
use tokio::task::JoinHandle;
use zeroize::Zeroizing;

use crate::{
    announce::{self, Changed},
    attempts::Attempts,
    demo::{self, Demo},
    error::{Answer, Code, CommandError},
    opening,
};

/// For how long a lock waits for what is being sent. What is not done by then is looked for after the next unlock.
const PATIENCE: Duration = Duration::from_secs(5);

/// How the window is told of a change.
pub(crate) type Tell = Arc<dyn Fn(Changed) + Send + Sync>;

/// Where the app stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppState {
    phase: Phase,
    demo: bool,
    demo_remade_at: Option<DateTime<Utc>>,
    key_slots: Vec<SlotKind>,
    keychain_available: bool,
    version: &'static str,
    unsent: Option<u32>,
}

/// Whether there is a profile, and whether it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Phase {
    /// There is no profile yet.
    FirstRun,
    /// It waits for its key.
    Locked,
    /// It is open.
    Open,
}

/// Where the profiles are, and what was asked for at the start.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    /// The person's own profile.
    pub(crate) profile: PathBuf,
    /// The demo's.
    pub(crate) demo: PathBuf,
    /// How many cases the demo holds.
    pub(crate) items: u32,
    /// Whether the app was started for the demo.
    pub(crate) starts_demo: bool,
}

/// The one profile that the window shows.
pub(crate) struct Session {
    folders: Folders,
    tell: Tell,
    /// Held by whoever opens or closes a profile.
    turn: tokio::sync::Mutex<()>,
    keychain: tokio::sync::OnceCell<bool>,
    place: Mutex<Place>,
}

struct Place {
    /// Whether it is the demo's profile, made or still to be made.
    is_demo: bool,
    demo: Option<Demo>,
    open: Option<Open>,
    /// Actions not settled when it was locked.
    unsent: Option<u32>,
}

struct Open {
    rounds: Arc<Rounds>,
    relay: JoinHandle<()>,
}

impl Session {
    pub(crate) fn new(folders: Folders, tell: Tell) -> Self {
        let place = Place { is_demo: folders.starts_demo, demo: None, open: None, unsent: None };
        Self {
            folders,
            tell,
            turn: tokio::sync::Mutex::default(),
            keychain: tokio::sync::OnceCell::new(),
            place: Mutex::new(place),
        }
    }

    /// The open profile; every command but those of the lock screen begins with it.
    pub(crate) fn rounds(&self) -> Answer<Arc<Rounds>> {
        self.place().open.as_ref().map(|open| Arc::clone(&open.rounds)).ok_or_else(|| StoreError::Locked.into())
    }

    /// Whether it shows made-up patients.
    pub(crate) fn is_demo(&self) -> bool {
        self.place().is_demo
    }

    /// Where the app stands. Started for the demo, it makes the demo first.
    pub(crate) async fn state(&self) -> Answer<AppState> {
        self.demo_if_asked().await?;
        let dir = self.dir();
        let exists = keyfile::exists(&dir);
        let (open, is_demo, demo_remade_at, unsent) = {
            let place = self.place();
            let open = place.open.as_ref().map(|open| Arc::clone(&open.rounds));
            (open, place.is_demo, place.demo.as_ref().map(|demo| demo.remade_at), place.unsent)
        };
        let phase = match (&open, exists) {
            (Some(_), _) => Phase::Open,
            (None, true) => Phase::Locked,
            (None, false) => Phase::FirstRun,
        };
        Ok(AppState {
            phase,
            demo: is_demo,
            demo_remade_at,
            key_slots: if exists { keyfile::slots(&dir)? } else { vec![] },
            // Asking may touch the keychain; only a new profile needs to know.
            keychain_available: phase == Phase::FirstRun && self.keychain_available().await,
            version: env!("CARGO_PKG_VERSION"),
            unsent: match open {
                Some(rounds) => unsettled(rounds.store()).await,
                None => unsent,
            },
        })
    }

    /// Makes the person's own profile and opens it. Without a passphrase the keychain keeps its key.
    pub(crate) async fn create(&self, passphrase: Option<Zeroizing<String>>) -> Answer<()> {
        let _turn = self.turn.lock().await;
        if self.is_open() || self.is_demo() {
            return Err(StoreError::ProfileExists.into());
        }
        let store = opening::create(&self.dir(), key(passphrase)).await?;
        self.opened(store).await
    }

    /// Opens the profile. Wrong passphrases are counted, and cost time after a few.
    pub(crate) async fn unlock(&self, passphrase: Option<Zeroizing<String>>) -> Answer<()> {
        let _turn = self.turn.lock().await;
        if self.is_open() {
            return Ok(());
        }
        let dir = self.dir();
        if !keyfile::exists(&dir) {
            return Err(StoreError::NoProfile.into());
        }
        // A keychain cannot be guessed.
        let before = passphrase.is_some().then(|| Attempts::begin(&dir, Utc::now())).transpose()?;
        let store = match opening::open(&dir, key(passphrase)).await {
            Ok(store) => store,
            Err(error) => {
                if let Some(before) = before.filter(|_| !matches!(error, StoreError::WrongKey)) {
                    before.take_back(&dir);
                }
                return Err(error.into());
            }
        };
        if before.is_some() {
            Attempts::forget(&dir);
        }
        self.opened(store).await
    }

    /// Closes the profile. From the first moment on every command is refused.
    pub(crate) async fn lock(&self) -> Answer<()> {
        let _turn = self.turn.lock().await;
        let Ok(rounds) = self.rounds() else { return Ok(()) };
        let unsent = unsettled(rounds.store()).await;
        let open = {
            let mut place = self.place();
            place.unsent = unsent;
            place.open.take()
        };
        (self.tell)(Changed::app());
        if let Some(open) = open {
            open.relay.abort();
        }
        Ok(rounds.close(PATIENCE).await?)
    }

    /// Makes the demo anew and shows it, instead of a profile that is not there yet.
    pub(crate) async fn start_demo(&self) -> Answer<()> {
        let _turn = self.turn.lock().await;
        if self.is_open() {
            return Err(CommandError::new(Code::NotOffered, "A profile is open. Lock it first; nothing was changed."));
        }
        self.make_demo().await
    }

    async fn demo_if_asked(&self) -> Answer<()> {
        let missing = || {
            let place = self.place();
            place.is_demo && place.demo.is_none()
        };
        if !missing() {
            return Ok(());
        }
        let _turn = self.turn.lock().await;
        // Somebody else made it while this one waited for its turn.
        if missing() { self.make_demo().await } else { Ok(()) }
    }

    async fn make_demo(&self) -> Answer<()> {
        // The one that was locked goes first, with its systems.
        self.place().demo = None;
        let (demo, rounds) = demo::make(&self.folders.demo, self.folders.items).await?;
        {
            let mut place = self.place();
            place.is_demo = true;
            place.demo = Some(demo);
        }
        self.started(rounds);
        Ok(())
    }

    async fn opened(&self, store: Store) -> Answer<()> {
        let rounds = match Rounds::open(store.clone(), Arc::new(SystemClock)).await {
            Ok(rounds) => rounds,
            Err(error) => {
                // Otherwise the profile would count as in use.
                if let Err(second) = store.close().await {
                    tracing::warn!(error = %second, "a profile could not be closed");
                }
                return Err(error.into());
            }
        };
        self.started(rounds);
        Ok(())
    }

    fn started(&self, rounds: Arc<Rounds>) {
        let (changes, tell) = (rounds.store().changes(), Arc::clone(&self.tell));
        rounds.start();
        rounds.catch_up();
        let relay = tokio::spawn(announce::relay(changes, move |changed| tell(changed)));
        self.place().open = Some(Open { rounds, relay });
        (self.tell)(Changed::app());
    }

    async fn keychain_available(&self) -> bool {
        // Asking may take a while and must not hold up a runtime thread.
        let ask = || async { tokio::task::spawn_blocking(keyfile::keychain_available).await.unwrap_or(false) };
        *self.keychain.get_or_init(ask).await
    }

    /// Where the profile that it shows is, or will be.
    pub(crate) fn dir(&self) -> PathBuf {
        let folders = &self.folders;
        let dir: &Path = if self.is_demo() { &folders.demo } else { &folders.profile };
        dir.to_owned()
    }

    fn is_open(&self) -> bool {
        self.place().open.is_some()
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key that a person gave: a passphrase, else the keychain's.
fn key(passphrase: Option<Zeroizing<String>>) -> Unlock {
    passphrase.map_or(Unlock::Keychain, Unlock::Passphrase)
}

async fn unsettled(store: &Store) -> Option<u32> {
    let actions = store.unsettled(None).await.ok()?;
    u32::try_from(actions.len()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(home: &Path, starts_demo: bool) -> Session {
        let folders = Folders { profile: home.join("profile"), demo: home.join("demo"), items: 20, starts_demo };
        Session::new(folders, Arc::new(|_| {}))
    }

    #[allow(clippy::unnecessary_wraps, reason = "as the window says it")]
    fn said(passphrase: &str) -> Option<Zeroizing<String>> {
        Some(Zeroizing::new(passphrase.to_owned()))
    }

    async fn phase(session: &Session) -> Phase {
        session.state().await.unwrap().phase
    }

    #[tokio::test]
    async fn a_person_makes_a_profile_locks_it_and_comes_back() {
        let home = tempfile::tempdir().unwrap();
        let session = session(home.path(), false);
        assert_eq!(phase(&session).await, Phase::FirstRun);
        assert_eq!(session.unlock(said("heron")).await.unwrap_err().code, Code::NotFound);

        session.create(said("heron")).await.unwrap();
        assert_eq!(phase(&session).await, Phase::Open);
        session.rounds().unwrap().counts().await.unwrap();
        let kept = session.rounds().unwrap();

        session.lock().await.unwrap();
        let state = session.state().await.unwrap();
        assert_eq!((state.phase, state.unsent), (Phase::Locked, Some(0)));
        assert_eq!(state.key_slots, [SlotKind::Passphrase]);
        assert_eq!(session.rounds().err().unwrap().code, Code::Locked);
        let late: CommandError = kept.counts().await.unwrap_err().into();
        assert_eq!(late.code, Code::Locked, "a command that was under way is refused too");

        assert_eq!(session.unlock(said("crane")).await.unwrap_err().code, Code::WrongKey);
        session.unlock(said("heron")).await.unwrap();
        assert_eq!(phase(&session).await, Phase::Open);
        session.lock().await.unwrap();
    }

    #[tokio::test]
    async fn guesses_cost_time_even_after_a_restart() {
        let home = tempfile::tempdir().unwrap();
        let first = session(home.path(), false);
        first.create(said("heron")).await.unwrap();
        first.lock().await.unwrap();
        for _ in 0..5 {
            assert_eq!(first.unlock(said("crane")).await.unwrap_err().code, Code::WrongKey);
        }
        drop(first);
        let restarted = session(home.path(), false);
        let refused = restarted.unlock(said("heron")).await.unwrap_err();
        assert_eq!(refused.code, Code::TooManyAttempts, "{}", refused.message);
        assert_eq!(phase(&restarted).await, Phase::Locked);
    }

    #[tokio::test]
    async fn a_second_app_is_told_that_the_profile_is_in_use() {
        let home = tempfile::tempdir().unwrap();
        let (first, second) = (session(home.path(), false), session(home.path(), false));
        first.create(said("heron")).await.unwrap();
        for _ in 0..7 {
            let refused = second.unlock(said("heron")).await.unwrap_err();
            assert_eq!(refused.code, Code::InUse, "it is no wrong guess, however often");
        }
        first.lock().await.unwrap();
        second.unlock(said("heron")).await.unwrap();
        second.lock().await.unwrap();
    }

    #[tokio::test]
    async fn the_demo_opens_by_itself_and_stays_a_demo_when_locked() {
        let home = tempfile::tempdir().unwrap();
        let session = session(home.path(), true);
        let state = session.state().await.unwrap();
        assert_eq!((state.phase, state.demo), (Phase::Open, true));
        assert!(state.demo_remade_at.is_some());

        session.lock().await.unwrap();
        let locked = session.state().await.unwrap();
        assert_eq!((locked.phase, locked.demo_remade_at), (Phase::Locked, state.demo_remade_at));
        session.unlock(said(demo::PASSPHRASE)).await.unwrap();
        let rounds = session.rounds().unwrap();
        assert_eq!(rounds.connections().await.unwrap().len(), rounds.systems().len(), "each made-up system");
        drop(rounds);
        session.lock().await.unwrap();
        assert!(!home.path().join("profile").exists(), "the person's own profile was never touched");
    }

    #[tokio::test]
    async fn a_demo_that_cannot_be_made_says_why() {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join("demo")).unwrap();
        std::fs::write(home.path().join("demo/letter.txt"), "Dear").unwrap();
        let refused = session(home.path(), true).state().await.unwrap_err();
        assert_eq!(refused.code, Code::Failed);
        assert!(refused.message.contains("not a demo"), "{}", refused.message);
    }

    #[test]
    fn the_window_reads_these_names() {
        let state = AppState {
            phase: Phase::FirstRun,
            demo: false,
            demo_remade_at: None,
            key_slots: vec![SlotKind::Keychain],
            keychain_available: true,
            version: "1.2.3",
            unsent: None,
        };
        let expected = serde_json::json!({
            "phase": "firstRun", "demo": false, "demoRemadeAt": null, "keySlots": ["keychain"],
            "keychainAvailable": true, "version": "1.2.3", "unsent": null,
        });
        assert_eq!(serde_json::to_value(state).unwrap(), expected);
    }
}
