//! `list`, `show`, `act`, `attachment`.

use std::fmt::Write as _;
use std::{io::Write, path::Path, sync::Arc};

use rounds_domain::{
    action::Fields,
    declare::ActionDeclaration,
    detail::Attachment,
    ids::ItemId,
    projection::{Unsettled, WorklistRow},
    view::{ItemView, ListAnswer, ListRequest, SortColumn},
};
use rounds_sync::{
    Rounds,
    desk::{AttachmentState, Intent},
};
use serde_json::{Value, json};

use super::{
    fields::{self, Given},
    outbox,
};
use crate::{
    failure::Failure,
    output::{Output, table},
};

/// The longest file that is read to be sent; a system's own bound is lower.
const LONGEST: u64 = 64 << 20;
/// How many rows are asked of the store at once.
const STRETCH: u32 = 1_000;

pub(crate) async fn list(rounds: &Rounds, query: &str, sort: &str, limit: u32, output: Output) -> Result<(), Failure> {
    let (descending, word) = sort.strip_prefix('-').map_or((false, sort), |word| (true, word));
    let sort = SortColumn::ALL.into_iter().find(|column| column.word() == word).ok_or_else(|| {
        let words: Vec<&str> = SortColumn::ALL.iter().map(|column| column.word()).collect();
        Failure::usage(format!("--sort {word}: write one of {}.", words.join(", ")))
    })?;
    let mut answer = ListAnswer { rows: vec![], total: 0, chips: vec![], problem: None };
    loop {
        let offset = u32::try_from(answer.rows.len()).unwrap_or(u32::MAX);
        let request =
            ListRequest { query: query.to_owned(), sort, descending, offset, limit: (limit - offset).min(STRETCH) };
        let mut stretch = rounds.worklist(request).await?;
        let got = stretch.rows.len();
        answer.rows.append(&mut stretch.rows);
        stretch.rows = std::mem::take(&mut answer.rows);
        answer = stretch;
        if got < STRETCH as usize || answer.rows.len() >= limit as usize {
            break;
        }
    }
    output.answer(&answer, || {
        let rows: Vec<Vec<String>> = answer.rows.iter().map(line).collect();
        let mut text = table(&COLUMNS, &rows);
        let _ = write!(text, "\n{} of {}", answer.rows.len(), answer.total);
        if let Some(problem) = &answer.problem {
            let _ = write!(text, "\n{}: {}", problem.source, problem.text);
        }
        text
    })
}

/// Asks a system for what bears a number.
pub(crate) async fn look_up(rounds: &Rounds, connection: &str, number: &str, output: Output) -> Result<(), Failure> {
    let connection = rounds.find_connection(connection).await?;
    let mut rows = Vec::new();
    for id in rounds.look_up(connection, number).await? {
        rows.push(rounds.item(id).await?.row);
    }
    output.answer(&json!({ "rows": rows }), || match rows.as_slice() {
        [] => "The system has nothing with this number.".to_owned(),
        rows => table(&COLUMNS, &rows.iter().map(line).collect::<Vec<_>>()),
    })
}

/// Says whose an item is.
pub(crate) async fn link(rounds: &Rounds, name: &str, patient: &str, output: Output) -> Result<(), Failure> {
    let item = rounds.find(name).await?;
    rounds.link_patient(item, patient).await?;
    output.answer(&rounds.item(item).await?.row, || "Its system shows it among this patient's; kept.".to_owned())
}

const COLUMNS: [&str; 8] = ["ITEM", "PATIENT", "NUMBER", "TITLE", "STATUS", "PRIORITY", "ASSIGNED", "SENT"];

fn line(row: &WorklistRow) -> Vec<String> {
    let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "Not known".into());
    vec![
        format!("{}:{}", row.system, row.external_id),
        or_unknown(&row.patient),
        row.identifier
            .as_ref()
            .map_or_else(String::new, |identifier| format!("{} {}", identifier.label, identifier.value)),
        or_unknown(&row.title),
        row.status.clone().unwrap_or_else(|| "No status yet".into()),
        row.priority.word().to_owned(),
        row.assignee.clone().unwrap_or_default(),
        match row.unsettled {
            Unsettled::Nothing => "",
            Unsettled::Pending => "on its way",
            Unsettled::Doubt => "in doubt",
            Unsettled::NeedsPerson => "needs you",
        }
        .to_owned(),
    ]
}

pub(crate) async fn show(rounds: &Rounds, name: &str, raw: bool, output: Output) -> Result<(), Failure> {
    let id = rounds.find(name).await?;
    if raw {
        let text = rounds.raw(id).await?;
        let value: Value = serde_json::from_str(&text).unwrap_or(Value::String(text));
        return output.answer(&value, || serde_json::to_string_pretty(&value).unwrap_or_default());
    }
    let view = rounds.item(id).await?;
    output.answer(&view, || page(&view))
}

fn page(view: &ItemView) -> String {
    let mut text = format!("{}\n", line(&view.row)[1..6].join(" · "));
    for identifier in &view.identifiers {
        let issuer = identifier.issuer.as_ref().unwrap_or(&view.connection_name);
        let _ = writeln!(text, "{} {} ({issuer})", identifier.label, identifier.value);
    }
    for pending in &view.row.pending {
        let _ = writeln!(text, "{} → {} (on its way)", pending.key, pending.value.as_deref().unwrap_or("nothing"));
    }
    for group in &view.facts {
        let _ = writeln!(text, "\n{}", group.title);
        for fact in &group.facts {
            let _ = writeln!(text, "  {}: {}", fact.label, fact.value);
        }
    }
    for comment in &view.comments {
        let kind = if comment.internal { "Internal note" } else { "Comment" };
        let author = comment.author.as_deref().unwrap_or("Not known");
        let removal = comment.removal.as_ref().map(|action| format!(" [being removed: {}]", action.words));
        let state = comment.action.as_ref().map(|action| format!(" [{}]", action.words));
        let state = state.or(removal).unwrap_or_default();
        let _ = writeln!(text, "\n{kind} by {author}{state}\n  {}", comment.text.replace('\n', "\n  "));
    }
    for message in &view.messages {
        let author = message.author.as_ref().and_then(|author| author.name.plain());
        let subject = message.subject.as_ref().map(|subject| format!(": {subject}")).unwrap_or_default();
        let _ = writeln!(text, "\nMessage by {}{subject}", author.as_deref().unwrap_or("Not known"));
        let _ = writeln!(text, "  {}", message.text.replace('\n', "\n  "));
    }
    for link in &view.links {
        let _ = write!(text, "\n{}: {}", link.label, link.url);
    }
    for attachment in view.attachments.iter().flatten() {
        let _ = write!(text, "\nFile {} {}", attachment.id, attachment.file_name);
    }
    text
}

pub(crate) async fn act(
    rounds: &Arc<Rounds>,
    name: &str,
    action: &str,
    words: &[String],
    output: Output,
) -> Result<(), Failure> {
    let item = rounds.find(name).await?;
    let view = rounds.item(item).await?;
    let declared = view.actions.iter().map(|offer| &offer.declaration).find(|declared| declared.name == action);
    // An action that is not declared has no fields; the desk says which there are.
    let read = |declared: &ActionDeclaration| fields::of(&declared.name, &declared.fields, Fields::new(), words);
    let Given { mut fields, files } = declared.map(read).transpose()?.unwrap_or_default();
    for (key, path) in files {
        let file = keep(rounds, item, action, &key, &path).await?;
        fields
            .entry(key)
            .or_insert_with(|| Value::Array(vec![]))
            .as_array_mut()
            .into_iter()
            .for_each(|all| all.push(file.clone()));
    }
    let row = rounds.act(Intent { item, action: action.to_owned(), fields, hold: false, after: vec![] }).await?;
    outbox::one(&row, output)
}

/// Keeps what is in a file that is named for a field; nothing leaves yet.
async fn keep(rounds: &Rounds, item: ItemId, action: &str, key: &str, path: &Path) -> Result<Value, Failure> {
    let unread = |why: String| Failure::usage(format!("{}: {why} Nothing was saved.", path.display()));
    let about = std::fs::metadata(path).map_err(|error| unread(format!("the file cannot be read: {error}.")))?;
    if !about.is_file() || about.len() > LONGEST {
        return Err(unread(format!("this is no file of at most {} MB.", LONGEST >> 20)));
    }
    let content = std::fs::read(path).map_err(|error| unread(format!("the file cannot be read: {error}.")))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let file = rounds.keep_file(item, action, key, &name, content).await?;
    Ok(json!(file))
}

/// Reads an item again and lists its files.
pub(crate) async fn attachments(rounds: &Rounds, name: &str, output: Output) -> Result<(), Failure> {
    let item = rounds.find(name).await?;
    rounds.look_again(item).await?;
    let files = rounds.item(item).await?.attachments;
    output.answer(&json!({ "attachments": files }), || match files.as_deref() {
        None => "Its system tells of no files.".to_owned(),
        Some([]) => "It has no files.".to_owned(),
        Some(files) => {
            let line = |file: &Attachment| {
                let by = file.by.as_ref().and_then(|by| by.name.plain()).unwrap_or_default();
                let made = file.made.as_ref().map(|made| made.text.clone()).unwrap_or_default();
                let gone = if file.deleted { "deleted" } else { "" };
                vec![file.id.clone(), file.file_name.clone(), made, by, gone.to_owned()]
            };
            table(&["ID", "FILE", "MADE", "BY", ""], &files.iter().map(line).collect::<Vec<_>>())
        }
    })
}

pub(crate) async fn attachment(
    rounds: &Rounds,
    name: &str,
    attachment: &str,
    out: &Path,
    output: Output,
) -> Result<(), Failure> {
    let item = rounds.find(name).await?;
    if rounds.item(item).await?.attachments.is_none() {
        rounds.look_again(item).await?;
    }
    rounds.fetch_attachment_now(item, attachment.to_owned()).await?;
    let AttachmentState::Here { media_type, bytes } = rounds.attachment(item, attachment.to_owned()).await? else {
        return Err(Failure::other("The file could not be fetched. Nothing was written; try again."));
    };
    let mut file = std::fs::File::create_new(out)
        .map_err(|error| Failure::usage(format!("The file cannot be written there: {error}. Nothing was replaced.")))?;
    file.write_all(&bytes).map_err(|error| Failure::other(format!("The file could not be written: {error}.")))?;
    let answer = json!({ "file": out.display().to_string(), "mediaType": media_type, "bytes": bytes.len() });
    output.answer(&answer, || {
        format!("Wrote {} bytes ({media_type}). The file is outside the profile: it is not encrypted.", bytes.len())
    })
}
