//! Salvage: what people did and have not sent yet, read out of a damaged profile into a new one.
//!
//! The damaged files are only ever read, page by page and without SQLite. Whatever stands in a whole page is found, wherever
//! the damage is; the actions bring their item and their connection along. Nothing is sent by salvaging, and nothing that
//! may have left before is sent again afterwards: what was being sent is in doubt, and where commits of the file were lost
//! each action that had not left asks its person.

mod files;
mod found;
mod keep;
mod same;

use std::{collections::BTreeMap, fs, io::Write as _, path::Path};

use chrono::{DateTime, Utc};
use rounds_domain::{action::Fields, ids::ActionId};

use crate::{
    Result, Store, StoreError,
    pages::Image,
    profile::{
        keyfile::{self, DatabaseKey, Unlock},
        open::{self, DATABASE, LockFile},
    },
};

/// Stands in a folder whose actions were salvaged: opened again they could be sent twice.
const MARK: &str = "salvaged";

/// What came of a salvage.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Salvaged {
    /// How many pages the file has, or should have.
    pub pages: u32,
    /// How many of them could not be read.
    pub unreadable_pages: u32,
    /// Whether commits were lost from the log beside the file: then what is found may be older than it should be.
    pub log_damaged: bool,
    /// Actions that are in the new profile, by the word of the state they were found in.
    pub actions: BTreeMap<&'static str, u32>,
    /// Those of them that were not settled.
    pub unsettled: u32,
    /// Those that ask their person now, because of the damage.
    pub asking: u32,
    /// Unsettled actions that are known to have been there and could not be read; `None` when nothing tells.
    pub lost: Option<u32>,
    /// Rows that began in a readable page and went on in one that was not.
    pub torn: u32,
    /// Drafts that are in the new profile.
    pub drafts: u32,
    /// Files of unsettled actions and drafts that are in the new profile.
    pub files: u32,
    /// Files that those name and that could not be read: such an action asks its person before it is sent.
    pub lost_files: u32,
    /// Decisions about patients of different systems that are in the new profile, those undone among them.
    pub same: u32,
    /// Connections that are in the new profile with everything that they need.
    pub connections: u32,
    /// Connections whose settings and secrets could not be read: they are there by name and want to be filled in.
    pub bare_connections: u32,
    /// Items that stand there by their name alone until they are pulled again.
    pub bare_items: u32,
    /// What could be read and has no place: nothing tells which system it was for. For a person to read and do again.
    pub unplaced: Vec<Unplaced>,
}

/// Something that a person did or began, of which nothing tells where it belongs.
#[derive(Debug, Clone, PartialEq)]
pub struct Unplaced {
    /// The action; `None` for a draft.
    pub id: Option<ActionId>,
    /// The system's name for what it does.
    pub name: String,
    /// What the person filled in.
    pub fields: Fields,
    /// When.
    pub made_at: DateTime<Utc>,
}

/// Reads what is left of the outbox of the damaged profile in `from` into a new profile in `into`, with the same key and
/// the same ways to unlock it. A profile that is whole is refused: it would be there twice, and its actions sent twice.
pub async fn salvage(from: &Path, unlock: Unlock, into: &Path, now: DateTime<Utc>) -> Result<(Store, Salvaged)> {
    if !keyfile::exists(from) {
        return Err(StoreError::NoProfile);
    }
    let key = open::in_background({
        let from = from.to_owned();
        move || keyfile::open(&from, &unlock)
    })
    .await?;
    with_key(from, &key, into, now).await
}

pub(crate) async fn with_key(
    from: &Path,
    key: &DatabaseKey,
    into: &Path,
    now: DateTime<Utc>,
) -> Result<(Store, Salvaged)> {
    let _held = LockFile::take(from)?;
    refuse_again(from)?;
    let (found, mut salvaged) = open::in_background({
        let (database, key) = (from.join(DATABASE), key.clone());
        move || read(&database, &key)
    })
    .await?;
    let store = begin(from, into, key).await?;
    keep::keep(&store, found, &mut salvaged, now).await?;
    mark(from, now)?;
    keyfile::commit(into)?;
    Ok((store, salvaged))
}

/// Refuses to go on with a profile whose actions were salvaged.
pub(crate) fn refuse_again(dir: &Path) -> Result<()> {
    if !fs::exists(dir.join(MARK))? {
        return Ok(());
    }
    Err(StoreError::Refused(format!(
        "What was not sent from this profile was salvaged into another one. Nothing was changed. Work there: from here the same \
         actions could be sent twice. If that other profile is lost, remove the file \"{MARK}\" from this folder."
    )))
}

fn mark(from: &Path, now: DateTime<Utc>) -> Result<()> {
    let mut file = keyfile::open_new(&from.join(MARK))?;
    writeln!(file, "Salvaged into another profile at {}.", now.to_rfc3339())?;
    Ok(file.sync_all()?)
}

fn read(database: &Path, key: &DatabaseKey) -> Result<(found::Found, Salvaged)> {
    if !fs::exists(database)? {
        return Err(open::missing());
    }
    let image = Image::of(database, &key.key, key.salt)?;
    if image.is_whole()? {
        return Err(StoreError::Refused(
            "This profile is not damaged. Nothing was salvaged and nothing was changed; open it as it is.".into(),
        ));
    }
    let mut salvaged = Salvaged { pages: image.pages(), log_damaged: image.log_is_damaged(), ..Salvaged::default() };
    let found = found::Found::of(&image, &mut salvaged)?;
    Ok((found, salvaged))
}

/// Begins a profile with the same key. It counts as one only once everything is in it.
async fn begin(from: &Path, into: &Path, key: &DatabaseKey) -> Result<Store> {
    open::make_folder(into)?;
    let lock = LockFile::take(into)?;
    let database = into.join(DATABASE);
    if fs::exists(&database)? {
        return Err(StoreError::ProfileExists);
    }
    keyfile::begin_like(from, into)?;
    keyfile::open_new(&database)?;
    // A new database has a salt of its own, unless the key file names one.
    open::open_database(&database, key, lock).await
}
