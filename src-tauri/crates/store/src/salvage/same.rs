//! What was decided about patients of different systems. It goes by what names the patients, so that it holds again for whoever comes
//! back with the next pull.

use std::collections::BTreeSet;

use super::{
    found::{column::same_person as column, int},
    keep::{Keeping, columns, insert, set},
};
use crate::{Result, pages::Value, store::Write};

impl Keeping {
    /// Keeps every decision whose connections are in the new profile.
    pub(super) async fn same(&mut self, write: &mut Write<'_>) -> Result<()> {
        let names = columns(write.db, "same_person").await?;
        let mut standing = BTreeSet::new();
        // The latest first: of two that seem to stand about the same patients, the earlier was ended by it.
        for (key, mut row) in std::mem::take(&mut self.found.same).into_iter().rev() {
            let connections = [int(&row, column::ONE_CONNECTION), int(&row, column::OTHER_CONNECTION)];
            if !connections.iter().all(|key| key.is_some_and(|key| self.found.connections.contains_key(&key))) {
                continue;
            }
            let id = |at: usize| match row.get(at) {
                Some(Value::Blob(id)) => id.clone(),
                _ => vec![],
            };
            let pair = (id(column::ONE), id(column::OTHER));
            if int(&row, column::STANDS) == Some(1) && !standing.insert(pair) {
                set(&mut row, column::STANDS, Value::Int(0));
            }
            insert(write.db, "same_person", &names, Some(key), &row).await?;
            self.salvaged.same += 1;
        }
        Ok(())
    }
}
