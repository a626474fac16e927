//! `doctor`: what is wrong with a profile, if anything is.

use std::{path::Path, process::ExitCode};

use rounds_sync::Rounds;
use serde::Serialize;
use serde_json::json;

use crate::{
    args::Args,
    failure::{Failure, exit},
    output::{Output, table},
};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    name: String,
    ok: bool,
    detail: String,
}

fn check(name: impl Into<String>, ok: bool, detail: impl Into<String>) -> Check {
    Check { name: name.into(), ok, detail: detail.into() }
}

pub(crate) async fn run(args: &Args, rounds: &Rounds, output: Output) -> Result<ExitCode, Failure> {
    let faults = rounds.store().check_integrity().await?;
    let mut checks = vec![
        check("key", true, "the profile opens"),
        check(
            "database",
            faults.is_empty(),
            if faults.is_empty() {
                "every page is whole, and they hold together".to_owned()
            } else {
                faults.join("; ")
            },
        ),
        check("encryption", is_encrypted(&args.folder().join("rounds.db")), "the file is not readable without the key"),
        permissions(args.folder()),
    ];
    for connection in rounds.connections().await? {
        let trouble = connection.trouble.as_ref().map_or_else(|| "in order".to_owned(), |trouble| trouble.text.clone());
        checks.push(check(format!("connection {}", connection.name), connection.trouble.is_none(), trouble));
        if connection.rejected > 0 {
            let detail = format!("{} records could not be read; `connection rejected` lists them", connection.rejected);
            checks.push(check(format!("records of {}", connection.name), false, detail));
        }
    }
    let waiting = rounds.outbox(false).await?;
    checks.push(check("outbox", true, format!("{} actions not settled", waiting.len())));
    tell(&checks, output)?;
    Ok(ExitCode::from(if checks.iter().all(|check| check.ok) { 0 } else { exit::OTHER }))
}

/// A profile that cannot be opened because of its file: that is what a doctor is asked about, so it is a finding. Whatever
/// else keeps it closed (a wrong passphrase, another process) is the failure of this command.
pub(crate) fn cannot_open(failure: Failure, output: Output) -> Result<ExitCode, Failure> {
    if !matches!(failure.code, "damaged" | "newer" | "diskFull" | "diskFailed") {
        return Err(failure);
    }
    tell(&[check("key", true, "it fits the key file"), check("database", false, failure.message)], output)?;
    Ok(ExitCode::from(failure.exit))
}

fn tell(checks: &[Check], output: Output) -> Result<(), Failure> {
    output.answer(&json!({ "checks": checks }), || {
        let rows: Vec<Vec<String>> = checks
            .iter()
            .map(|check| vec![if check.ok { "ok" } else { "!!" }.to_owned(), check.name.clone(), check.detail.clone()])
            .collect();
        table(&["", "WHAT", "HOW"], &rows)
    })
}

/// A plain SQLite file begins with its name.
fn is_encrypted(database: &Path) -> bool {
    let mut head = [0; 16];
    let read = std::fs::File::open(database).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut head));
    read.is_ok() && &head != b"SQLite format 3\0"
}

#[cfg(unix)]
fn permissions(profile: &Path) -> Check {
    use std::os::unix::fs::PermissionsExt;
    let open: Vec<String> = std::fs::read_dir(profile)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let detail = if open.is_empty() {
        "only you can open the files".to_owned()
    } else {
        format!("others can open {}", open.join(", "))
    };
    check("permissions", open.is_empty(), detail)
}

#[cfg(not(unix))]
fn permissions(_profile: &Path) -> Check {
    check("permissions", true, "as the folder is shared")
}
