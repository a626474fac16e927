//! `outbox`, `retry`, `discard`, `resolve`.

use std::fmt::Write as _;

use chrono::Local;
use rounds_domain::{action::Conflict, ids::ActionId, outbox::OutboxState, view::OutboxRow};
use rounds_sync::Rounds;
use serde_json::{Value, json};

use crate::{
    failure::Failure,
    output::{Output, table},
};

pub(crate) fn id(text: &str) -> Result<ActionId, Failure> {
    text.parse()
        .map_err(|_| Failure::usage(format!("\"{text}\" is not the id of an action; `roundsctl outbox` lists them.")))
}

pub(crate) async fn list(rounds: &Rounds, all: bool, output: Output) -> Result<(), Failure> {
    let rows = rounds.outbox(all).await?;
    output.answer(&json!({ "outbox": rows }), || {
        let lines: Vec<Vec<String>> = rows.iter().map(line).collect();
        let mut text = table(&["ID", "ACTION", "PATIENT", "CONNECTION", "MADE", "STANDS", "CHOICES"], &lines);
        for row in &rows {
            if let Some(conflict) = &row.conflict {
                let _ = write!(text, "\n\n{} {}\n{}", row.id, row.label, disputed(conflict));
            }
        }
        text
    })
}

pub(crate) fn one(row: &OutboxRow, output: Output) -> Result<(), Failure> {
    output.answer(row, || format!("{} {}: {}", row.id, row.label, words(row)))
}

/// A conflict as a table of its fields.
fn disputed(conflict: &Conflict) -> String {
    let shown = |value: &Value| match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let rows: Vec<Vec<String>> = conflict
        .fields
        .iter()
        .map(|field| {
            let mine = field.mine.as_ref().map_or_else(|| "(unchanged)".to_owned(), shown);
            vec![format!("  {}", field.key), shown(&field.base), mine, shown(&field.theirs)]
        })
        .collect();
    table(&["  FIELD", "YOU SAW", "YOURS", "THERE NOW"], &rows)
}

fn line(row: &OutboxRow) -> Vec<String> {
    vec![
        row.id.to_string(),
        row.label.clone(),
        row.patient.clone().unwrap_or_else(|| "Not known".into()),
        row.connection_name.clone(),
        row.made_at.with_timezone(&Local).format("%d-%b-%Y %H:%M").to_string(),
        words(row),
        row.choices.join(", "),
    ]
}

fn words(row: &OutboxRow) -> String {
    match (row.state, row.settled_at) {
        (OutboxState::Confirmed, Some(at)) if row.conflict.is_none() => {
            format!("{} at {}", row.words, at.with_timezone(&Local).format("%H:%M"))
        }
        _ => row.words.clone(),
    }
}
