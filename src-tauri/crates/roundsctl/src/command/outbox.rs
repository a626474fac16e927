//! `outbox`, `retry`, `discard`, `resolve`.

use chrono::Local;
use rounds_domain::{ids::ActionId, outbox::OutboxState, view::OutboxRow};
use rounds_sync::Rounds;
use serde_json::json;

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
        table(&["ID", "ACTION", "PATIENT", "CONNECTION", "MADE", "STANDS", "CHOICES"], &lines)
    })
}

pub(crate) fn one(row: &OutboxRow, output: Output) -> Result<(), Failure> {
    output.answer(row, || format!("{} {}: {}", row.id, row.label, words(row)))
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
        (OutboxState::Confirmed, Some(at)) => format!("{} at {}", row.words, at.with_timezone(&Local).format("%H:%M")),
        _ => row.words.clone(),
    }
}
