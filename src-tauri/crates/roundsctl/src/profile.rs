//! Opening and making profiles from the command line.

use std::{fs, sync::Arc, time::Duration};

use rounds_store::{
    StoreError,
    profile::{self, keyfile},
};
use rounds_sync::{Rounds, SystemClock};
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

/// Opens the profile.
pub(crate) async fn open(args: &Args) -> Result<Arc<Rounds>, Failure> {
    let unlock = unlock(args)?;
    if matches!(unlock, keyfile::Unlock::Keychain) && keyfile::exists(args.folder()) {
        let slots = keyfile::slots(args.folder())?;
        if !slots.contains(&keyfile::SlotKind::Keychain) {
            let message = "The profile is locked by a passphrase. Name a file that holds it with --passphrase-file.";
            return Err(Failure { message: message.into(), ..StoreError::Locked.into() });
        }
    }
    let store = profile::open(args.folder(), unlock).await?;
    Ok(Rounds::open(store, Arc::new(SystemClock)).await?)
}

/// Closes the profile; everything was waited for already.
pub(crate) async fn close(rounds: &Rounds) -> Result<(), Failure> {
    Ok(rounds.close(Duration::from_secs(30)).await?)
}
