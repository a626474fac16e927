//! Opening and making profiles from the command line.

use std::{fs, path::Path, sync::Arc, time::Duration};

use rounds_store::{
    StoreError,
    profile::{self, keyfile},
    salvage::{self, Salvaged},
};
use rounds_sync::{Clock, Rounds, SystemClock};
use zeroize::Zeroizing;

use crate::{args::Args, failure::Failure};

/// How the profile is to be unlocked: by the passphrase on the file's first line, else by the keychain.
fn unlock(args: &Args) -> Result<keyfile::Unlock, Failure> {
    let Some(path) = &args.passphrase_file else { return Ok(keyfile::Unlock::Keychain) };
    let text = Zeroizing::new(
        fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("The passphrase file cannot be read: {error}.")))?,
    );
    let line = text.lines().next().unwrap_or_default();
    Ok(keyfile::Unlock::Passphrase(Zeroizing::new(line.to_owned())))
}

/// Makes a new profile.
pub(crate) async fn create(args: &Args) -> Result<(), Failure> {
    let store = profile::create(args.folder(), unlock(args)?).await?;
    Ok(store.close().await?)
}

/// How a profile that is there is to be unlocked; refused when it has no such way.
fn known_unlock(args: &Args) -> Result<keyfile::Unlock, Failure> {
    let unlock = unlock(args)?;
    if matches!(unlock, keyfile::Unlock::Keychain) && keyfile::exists(args.folder()) {
        let slots = keyfile::slots(args.folder())?;
        if !slots.contains(&keyfile::SlotKind::Keychain) {
            let message = "The profile is locked by a passphrase. Name a file that holds it with --passphrase-file.";
            return Err(Failure { message: message.into(), ..StoreError::Locked.into() });
        }
    }
    Ok(unlock)
}

/// Opens the profile.
pub(crate) async fn open(args: &Args) -> Result<Arc<Rounds>, Failure> {
    let store = profile::open(args.folder(), known_unlock(args)?).await?;
    Ok(Rounds::open(store, Arc::new(SystemClock)).await?)
}

/// Reads what was not sent out of a damaged profile into a new one. Opening that one puts in doubt what was being sent.
pub(crate) async fn salvage(args: &Args, into: &Path) -> Result<(Arc<Rounds>, Salvaged), Failure> {
    let clock = SystemClock;
    let (store, salvaged) = salvage::salvage(args.folder(), known_unlock(args)?, into, clock.now()).await?;
    Ok((Rounds::open(store, Arc::new(clock)).await?, salvaged))
}

/// Closes the profile; everything was waited for already.
pub(crate) async fn close(rounds: &Rounds) -> Result<(), Failure> {
    Ok(rounds.close(Duration::from_secs(30)).await?)
}
