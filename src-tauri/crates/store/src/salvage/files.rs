//! The files of what was not sent yet: kept with the actions and drafts that name them.

use std::collections::BTreeSet;

use rounds_domain::{action::Fields, file::OutFile};

use super::{
    found::{Row, column, int, state, text},
    keep::{Keeping, Place, columns, insert},
};
use crate::{Result, store::Write};

impl Keeping {
    /// Keeps every file that an unsettled action or a draft names and that could be read whole.
    pub(super) async fn files(&mut self, write: &mut Write<'_>) -> Result<()> {
        let unsettled = self
            .found
            .actions
            .values()
            .filter(|row| state(row).is_some_and(|state| !state.is_final()))
            .filter_map(|row| Some((int(row, column::action::ITEM)?, fields(row, column::action::FIELDS))));
        let drafts = self.found.drafts.iter();
        let drafts =
            drafts.filter_map(|row| Some((int(row, column::draft::ITEM)?, fields(row, column::draft::FIELDS))));
        let mut wanted: BTreeSet<(i64, String)> = unsettled
            .chain(drafts)
            .flat_map(|(item, fields)| OutFile::all(&fields).into_iter().map(move |file| (item, file.hash)))
            .filter(|(item, _)| self.place(Some(*item)) != Place::Nowhere)
            .collect();
        let names = columns(write.db, "outgoing_file").await?;
        for (key, row) in &self.found.files {
            let Some(file) = named(row).filter(|file| wanted.contains(file)) else { continue };
            wanted.remove(&file);
            insert(write.db, "outgoing_file", &names, Some(*key), row).await?;
            self.salvaged.files += 1;
        }
        self.salvaged.lost_files = u32::try_from(wanted.len()).unwrap_or(u32::MAX);
        Ok(())
    }

    /// Whether every file that an action names could be read.
    pub(super) fn has_files(&self, row: &Row) -> bool {
        let item = int(row, column::action::ITEM);
        OutFile::all(&fields(row, column::action::FIELDS)).into_iter().all(|file| {
            self.found.files.values().filter_map(named).any(|(of, hash)| Some(of) == item && hash == file.hash)
        })
    }
}

/// Which file of which item a row holds.
fn named(row: &Row) -> Option<(i64, String)> {
    Some((int(row, column::outgoing_file::ITEM)?, text(row, column::outgoing_file::HASH)?.to_owned()))
}

fn fields(row: &Row, column: usize) -> Fields {
    text(row, column).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}
