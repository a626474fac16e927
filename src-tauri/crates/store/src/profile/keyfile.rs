//! The database key: 256 random bits, wrapped once for each way to unlock it (RELIABILITY.md, "Safety at the desk", 3).
//!
//! The file holds no secret that opens anything by itself: a slot is the key sealed under a passphrase (Argon2id) or under
//! a random key that the OS keychain keeps. A lost or wrong key leaves every byte as it was.

use std::{fs, io::Write, path::Path};

use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine, prelude::BASE64_STANDARD};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::{Result, StoreError, pages::Salt};

const FILE: &str = "key.json";
/// What the key file is called until the database that it is for is there.
const BEGUN: &str = "key.json.new";
const SERVICE: &str = "Rounds";

/// The key of the database. Wiped when dropped.
#[derive(Clone)]
pub(crate) struct Key(Zeroizing<[u8; 32]>);

impl Key {
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// What opens a database: its key, and the salt that every page is sealed with. The salt is no secret. It stands in the
/// key file because a damaged first page would otherwise take it, and with it every other page.
#[derive(Clone)]
pub(crate) struct DatabaseKey {
    pub(crate) key: Key,
    /// Unknown for a profile whose key file does not name it: then that of the file counts.
    pub(crate) salt: Option<Salt>,
}

impl DatabaseKey {
    /// What SQLCipher's `key` pragma takes for a raw key, with its salt where it is known.
    pub(crate) fn pragma(&self) -> Zeroizing<String> {
        let mut text = String::with_capacity(102);
        text.push_str("\"x'");
        for byte in self.key.0.iter().chain(self.salt.iter().flatten()) {
            use std::fmt::Write;
            let _ = write!(text, "{byte:02x}");
        }
        text.push_str("'\"");
        Zeroizing::new(text)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A way to unlock a profile.
pub enum Unlock {
    /// By something that the person knows.
    Passphrase(Zeroizing<String>),
    /// By the keychain of the operating system.
    Keychain,
}

/// Which ways to unlock a profile has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SlotKind {
    /// By passphrase.
    Passphrase,
    /// By the OS keychain.
    Keychain,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct KeyFile {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    slots: Vec<Slot>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "kind")]
enum Slot {
    #[serde(rename_all = "camelCase")]
    Passphrase { salt: String, memory_kib: u32, passes: u32, lanes: u32, sealed: String },
    #[serde(rename_all = "camelCase")]
    Keychain { account: String, sealed: String },
}

/// Begins a profile: makes a new key and writes the key file for it, which counts only once it is [`commit`]ted. One that
/// was begun before is gone on with when `has_database`, since its key alone opens what is there; else it is made anew.
pub(crate) fn begin(dir: &Path, unlock: &Unlock, has_database: bool) -> Result<DatabaseKey> {
    if dir.join(FILE).exists() {
        return Err(StoreError::ProfileExists);
    }
    let begun = dir.join(BEGUN);
    if has_database {
        return match unwrap_key(&begun, unlock) {
            Ok(key) => Ok(key),
            // A database without any key file: somebody's, and not ours to touch.
            Err(StoreError::NoProfile) => Err(StoreError::ProfileExists),
            Err(StoreError::WrongKey | StoreError::Refused(_)) => Err(StoreError::Refused(
                "Making this profile was interrupted, and it was begun with another passphrase or way to unlock it. Nothing \
                 was changed; use that one, or choose another folder."
                    .into(),
            )),
            Err(other) => Err(other),
        };
    }
    match fs::remove_file(&begun) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    create(&begun, unlock)
}

/// The profile is complete: from now on its key file counts.
pub(crate) fn commit(dir: &Path) -> Result<()> {
    fs::rename(dir.join(BEGUN), dir.join(FILE))?;
    // Else a power loss could bring the old name back.
    #[cfg(unix)]
    fs::File::open(dir)?.sync_all()?;
    Ok(())
}

fn create(path: &Path, unlock: &Unlock) -> Result<DatabaseKey> {
    let key = random_key()?;
    let database_salt = random::<16>()?;
    let slot = match unlock {
        Unlock::Passphrase(passphrase) => {
            if passphrase.is_empty() {
                return Err(StoreError::Refused("The passphrase is empty. Choose one.".into()));
            }
            let salt = random::<16>()?;
            let params = Params::default();
            let (memory_kib, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
            let wrapping = stretch(passphrase, &salt, memory_kib, passes, lanes)?;
            Slot::Passphrase {
                salt: BASE64_STANDARD.encode(salt),
                memory_kib,
                passes,
                lanes,
                sealed: seal(&wrapping, &key)?,
            }
        }
        Unlock::Keychain => {
            let wrapping = random_key()?;
            let account = format!("profile {}", uuid::Uuid::new_v4());
            let entry = keyring::Entry::new(SERVICE, &account).map_err(keychain_error)?;
            entry.set_secret(wrapping.0.as_slice()).map_err(keychain_error)?;
            Slot::Keychain { account, sealed: seal(&wrapping, &key)? }
        }
    };
    let text = serde_json::to_vec_pretty(&KeyFile {
        format: 1,
        salt: Some(BASE64_STANDARD.encode(database_salt)),
        slots: vec![slot],
    })?;
    write_new(path, &text)?;
    Ok(DatabaseKey { key, salt: Some(database_salt) })
}

fn write_new(path: &Path, text: &[u8]) -> Result<()> {
    let mut file = open_new(path)?;
    file.write_all(text)?;
    Ok(file.sync_all()?)
}

/// Begins a profile in `to` with the key of the one in `from`, to be unlocked in the same ways.
pub(crate) fn begin_like(from: &Path, to: &Path) -> Result<()> {
    if to.join(FILE).exists() || to.join(BEGUN).exists() {
        return Err(StoreError::ProfileExists);
    }
    write_new(&to.join(BEGUN), &fs::read(from.join(FILE))?)
}

/// Unwraps the key.
pub(crate) fn open(dir: &Path, unlock: &Unlock) -> Result<DatabaseKey> {
    unwrap_key(&dir.join(FILE), unlock)
}

fn unwrap_key(path: &Path, unlock: &Unlock) -> Result<DatabaseKey> {
    let file = read(path)?;
    let salt = file.salt.as_deref().map(salt_of).transpose()?;
    for slot in file.slots {
        let (wrapping, sealed) = match (&slot, unlock) {
            (Slot::Passphrase { salt, memory_kib, passes, lanes, sealed }, Unlock::Passphrase(passphrase)) => {
                let salt = BASE64_STANDARD.decode(salt).map_err(|_| StoreError::Damaged)?;
                (stretch(passphrase, &salt, *memory_kib, *passes, *lanes)?, sealed)
            }
            (Slot::Keychain { account, sealed }, Unlock::Keychain) => {
                let entry = keyring::Entry::new(SERVICE, account).map_err(keychain_error)?;
                let mut secret = entry.get_secret().map_err(keychain_error)?;
                let wrapping = <[u8; 32]>::try_from(secret.as_slice()).map_err(|_| StoreError::WrongKey)?;
                secret.zeroize();
                (Key(Zeroizing::new(wrapping)), sealed)
            }
            _ => continue,
        };
        return Ok(DatabaseKey { key: unseal(&wrapping, sealed)?, salt });
    }
    Err(StoreError::Refused("This profile cannot be unlocked in this way.".into()))
}

fn salt_of(text: &str) -> Result<Salt> {
    BASE64_STANDARD.decode(text).ok().and_then(|salt| salt.try_into().ok()).ok_or(StoreError::Damaged)
}

/// The ways in which the profile in `dir` can be unlocked.
pub fn slots(dir: &Path) -> Result<Vec<SlotKind>> {
    let file = read(&dir.join(FILE))?;
    let kinds = file.slots.iter().map(|slot| match slot {
        Slot::Passphrase { .. } => SlotKind::Passphrase,
        Slot::Keychain { .. } => SlotKind::Keychain,
    });
    Ok(kinds.collect())
}

/// Whether there is a profile in `dir`.
pub fn exists(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Whether the OS keychain can keep a key.
pub fn keychain_available() -> bool {
    let probe = format!("probe {}", uuid::Uuid::new_v4());
    keyring::Entry::new(SERVICE, &probe).is_ok_and(|entry| {
        // A keychain that was never unlocked is there and yet cannot keep anything.
        let kept = entry.set_password("probe").is_ok();
        let _ = entry.delete_credential();
        kept
    })
}

fn read(path: &Path) -> Result<KeyFile> {
    let text = match fs::read(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(StoreError::NoProfile),
        read => read?,
    };
    let file: KeyFile = serde_json::from_slice(&text).map_err(|_| StoreError::Damaged)?;
    if file.format != 1 {
        return Err(StoreError::Newer);
    }
    Ok(file)
}

/// Creates a file that nobody else can read; fails when there is one.
pub(crate) fn open_new(path: &Path) -> Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::ProfileExists,
        _ => error.into(),
    })
}

fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Refused("The system gives no random numbers.".into()))?;
    Ok(bytes)
}

fn random_key() -> Result<Key> {
    Ok(Key(Zeroizing::new(random::<32>()?)))
}

fn stretch(passphrase: &str, salt: &[u8], memory_kib: u32, passes: u32, lanes: u32) -> Result<Key> {
    let params = Params::new(memory_kib, passes, lanes, Some(32)).map_err(|_| StoreError::Damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut_slice())
        .map_err(|_| StoreError::Damaged)?;
    Ok(Key(key))
}

fn seal(wrapping: &Key, key: &Key) -> Result<String> {
    let nonce = random::<24>()?;
    let cipher = XChaCha20Poly1305::new(&(*wrapping.0).into());
    let sealed = cipher.encrypt(&XNonce::from(nonce), key.0.as_slice()).map_err(|_| StoreError::WrongKey)?;
    Ok(BASE64_STANDARD.encode([nonce.as_slice(), &sealed].concat()))
}

fn unseal(wrapping: &Key, sealed: &str) -> Result<Key> {
    let bytes = BASE64_STANDARD.decode(sealed).map_err(|_| StoreError::Damaged)?;
    let (nonce, sealed) = bytes.split_first_chunk::<24>().ok_or(StoreError::Damaged)?;
    let cipher = XChaCha20Poly1305::new(&(*wrapping.0).into());
    let mut key = cipher.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| StoreError::WrongKey)?;
    let bytes = <[u8; 32]>::try_from(key.as_slice()).map_err(|_| StoreError::Damaged)?;
    key.zeroize();
    Ok(Key(Zeroizing::new(bytes)))
}

fn keychain_error(error: keyring::Error) -> StoreError {
    StoreError::Keychain(match error {
        keyring::Error::NoDefaultStore => "this system has none".into(),
        keyring::Error::NoStorageAccess(_) => "it is locked".into(),
        keyring::Error::NoEntry => "it no longer holds the key of this profile".into(),
        other => other.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passphrase(text: &str) -> Unlock {
        Unlock::Passphrase(Zeroizing::new(text.to_owned()))
    }

    #[test]
    fn the_right_passphrase_opens_and_a_wrong_one_changes_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let made = begin(dir.path(), &passphrase("correct horse"), false).unwrap();
        assert!(!exists(dir.path()), "it counts once it is complete");
        commit(dir.path()).unwrap();
        let before = fs::read(dir.path().join(FILE)).unwrap();
        assert!(matches!(open(dir.path(), &passphrase("correct house")), Err(StoreError::WrongKey)));
        assert_eq!(fs::read(dir.path().join(FILE)).unwrap(), before);
        assert_eq!(open(dir.path(), &passphrase("correct horse")).unwrap().pragma(), made.pragma());
        assert!(matches!(begin(dir.path(), &passphrase("other"), false), Err(StoreError::ProfileExists)));
    }
}
