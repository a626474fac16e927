//! `salvage`: what was not sent yet, out of a damaged profile into a new one.

use std::{fmt::Write as _, path::Path, process::ExitCode};

use rounds_store::salvage::Salvaged;
use serde_json::{Value, json};

use crate::{
    args::Args,
    failure::{Failure, exit},
    output::Output,
    profile,
};

pub(crate) async fn run(args: &Args, into: &Path, output: Output) -> Result<ExitCode, Failure> {
    let (rounds, salvaged) = profile::salvage(args, into).await?;
    profile::close(&rounds).await?;
    output.answer(&document(&salvaged, into), || lines(&salvaged, into))?;
    let waits = salvaged.asking > 0 || salvaged.lost.is_some_and(|lost| lost > 0) || !salvaged.unplaced.is_empty();
    Ok(ExitCode::from(if waits { exit::PERSON } else { 0 }))
}

fn document(salvaged: &Salvaged, into: &Path) -> Value {
    let unplaced: Vec<Value> = salvaged
        .unplaced
        .iter()
        .map(|one| json!({ "id": one.id, "action": one.name, "fields": one.fields, "madeAt": one.made_at }))
        .collect();
    json!({
        "into": into.display().to_string(),
        "pages": salvaged.pages,
        "unreadablePages": salvaged.unreadable_pages,
        "logDamaged": salvaged.log_damaged,
        "actions": salvaged.actions,
        "unsettled": salvaged.unsettled,
        "asking": salvaged.asking,
        "lost": salvaged.lost,
        "torn": salvaged.torn,
        "drafts": salvaged.drafts,
        "files": salvaged.files,
        "lostFiles": salvaged.lost_files,
        "same": salvaged.same,
        "connections": salvaged.connections,
        "bareConnections": salvaged.bare_connections,
        "bareItems": salvaged.bare_items,
        "unplaced": unplaced,
    })
}

fn lines(salvaged: &Salvaged, into: &Path) -> String {
    let mut text = format!(
        "Made a new profile in {}. The damaged files were only read; keep them.\n\
         {} of {} pages could be read.\n\
         {} unsettled actions and {} drafts are in the new profile; nothing was sent.",
        into.display(),
        salvaged.pages.saturating_sub(salvaged.unreadable_pages),
        salvaged.pages,
        salvaged.unsettled,
        salvaged.drafts,
    );
    if salvaged.log_damaged {
        text.push_str("\nEntries of the log were lost, so what was found may be older than it should be.");
    }
    for (count, what) in [
        (salvaged.asking, "actions ask you what to do: see `outbox`"),
        (salvaged.same, "decisions about patients of different systems are in the new profile"),
        (salvaged.torn, "rows could be read in part only and are not among them"),
        (salvaged.lost_files, "files that were to go out could not be read: their actions ask you"),
        (salvaged.bare_connections, "connections want to be filled in: see `connection list` and `connection set`"),
        (salvaged.bare_items, "items stand there by their name alone until the next `sync`"),
    ] {
        if count > 0 {
            let _ = write!(text, "\n{count} {what}.");
        }
    }
    match salvaged.lost {
        Some(0) => {}
        Some(lost) => {
            let _ = write!(text, "\n{lost} unsettled actions are known to have been there and could not be read.");
        }
        None => text.push_str("\nWhether further actions were there cannot be told."),
    }
    for one in &salvaged.unplaced {
        let fields = Value::Object(one.fields.clone());
        let _ =
            write!(text, "\nNot placed, do it again by hand: {} of {}: {fields}", one.name, one.made_at.to_rfc3339());
    }
    text
}
