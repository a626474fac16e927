//! `sync`.

use std::fmt::Write as _;
use std::{process::ExitCode, sync::Arc};

use rounds_engine::pull::plan::Extent;
use rounds_sync::{Patience, Rounds, report::SyncReport};

use crate::{
    failure::{Failure, exit},
    output::{Output, table},
};

pub(crate) async fn run(
    rounds: &Arc<Rounds>,
    connection: Option<&str>,
    full: bool,
    output: Output,
) -> Result<ExitCode, Failure> {
    let only = match connection {
        Some(name) => Some(rounds.find_connection(name).await?),
        None => None,
    };
    let extent = if full { Extent::Full } else { Extent::Recent };
    let report = rounds.sync_now(only, extent, Patience::LONG).await?;
    output.answer(&report, || lines(&report))?;
    Ok(ExitCode::from(status(&report)))
}

fn lines(report: &SyncReport) -> String {
    if report.connections.is_empty() {
        return "There is no connection yet; add one with: roundsctl connection add".into();
    }
    let mut rows = Vec::new();
    let mut rest = String::new();
    for connection in &report.connections {
        for feed in &connection.feeds {
            rows.push(vec![
                connection.connection.clone(),
                feed.feed.clone(),
                feed.pages.to_string(),
                feed.rows.to_string(),
                feed.new.to_string(),
                feed.changed.to_string(),
                feed.gone.to_string(),
                feed.rejected.to_string(),
                format!("{:.1}", feed.seconds),
            ]);
        }
        let outbox = &connection.outbox;
        let _ = writeln!(
            rest,
            "{}: sent {}, confirmed {}, on their way {} ({} in doubt), waiting for a person {}",
            connection.connection, outbox.sent, outbox.confirmed, outbox.waiting, outbox.doubtful, outbox.needs_person
        );
        for feed in &connection.feeds {
            if let Some(closed) = &feed.closed {
                let _ = writeln!(rest, "{}, {}: {closed}", connection.connection, feed.feed);
            }
        }
        if let Some(error) = &connection.error {
            let _ = writeln!(rest, "{}: {}", connection.connection, error.message);
        }
    }
    let headings = ["CONNECTION", "FEED", "PAGES", "ROWS", "NEW", "CHANGED", "GONE", "REJECTED", "SECONDS"];
    format!("{}\n{rest}", table(&headings, &rows))
}

/// What went wrong at a remote comes before what waits for a person: it is why more may be waiting.
fn status(report: &SyncReport) -> u8 {
    let feeds = || report.connections.iter().flat_map(|connection| &connection.feeds);
    let errors = || report.connections.iter().filter_map(|connection| connection.error.as_ref());
    if errors().any(|error| matches!(error.kind.as_str(), "offline" | "signIn" | "later")) {
        exit::REMOTE
    } else if errors().next().is_some() || feeds().any(|feed| feed.closed.is_some()) {
        exit::OTHER
    } else if report.connections.iter().any(|connection| connection.outbox.needs_person > 0) {
        exit::PERSON
    } else {
        0
    }
}
