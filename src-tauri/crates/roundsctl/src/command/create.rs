//! `create`: what is done at a connection where no item stands yet.

use std::{fs, path::Path, sync::Arc};

use rounds_domain::action::Fields;
use rounds_sync::{Rounds, desk::NewIntent};

use super::{
    fields::{self, Given},
    outbox,
};
use crate::{failure::Failure, output::Output};

/// What is asked for, as it stands on the command line.
pub(crate) struct What<'a> {
    pub(crate) connection: &'a str,
    pub(crate) action: &'a str,
    pub(crate) fields_file: Option<&'a Path>,
    pub(crate) instead: Option<&'a str>,
}

pub(crate) async fn run(
    rounds: &Arc<Rounds>,
    what: &What<'_>,
    words: &[String],
    output: Output,
) -> Result<(), Failure> {
    let connection = rounds.find_connection(what.connection).await?;
    let offered = rounds.offered_at(connection).await?;
    let declared = offered.iter().map(|offer| &offer.declaration).find(|declared| declared.name == what.action);
    let given = what.fields_file.map(from_file).transpose()?.unwrap_or_default();
    // An action that is not declared has no fields; the desk says which there are.
    let Given { fields, files } = match declared {
        Some(declared) => fields::of(&declared.name, &declared.fields, given, words)?,
        None => Given::default(),
    };
    if !files.is_empty() {
        return Err(Failure::usage("Files go out with an item that is there already. Nothing was saved."));
    }
    let instead = what.instead.map(outbox::id).transpose()?;
    let action = what.action.to_owned();
    let row = rounds.make(NewIntent { connection, action, fields, hold: false, instead }).await?;
    outbox::one(&row, output)
}

fn from_file(path: &Path) -> Result<Fields, Failure> {
    let text = fs::read_to_string(path).map_err(|error| {
        Failure::usage(format!("The file with the fields cannot be read: {error}. Nothing was saved."))
    })?;
    // What stands in it is never repeated: it can hold what is secret.
    serde_json::from_str(&text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::usage(format!(
            "The file with the fields is no JSON object (line {line}, column {column}). Nothing was saved."
        ))
    })
}
