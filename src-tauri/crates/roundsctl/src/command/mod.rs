//! One file for each group of commands.

mod connection;
mod create;
mod doctor;
mod fields;
mod item;
mod outbox;
mod salvage;
mod same;
mod sync;

use std::fmt::Write as _;
use std::process::ExitCode;

use rounds_sync::Rounds;
use serde_json::json;

use crate::{
    args::{Args, Command, Keep},
    failure::Failure,
    output::{Output, table},
    profile,
};

/// Carries out a command.
pub(crate) async fn run(args: Args, output: Output) -> Result<ExitCode, Failure> {
    if args.profile.is_none() && !matches!(args.command, Command::Systems) {
        return Err(Failure::usage("Name the profile's folder with --profile DIR. Nothing was done."));
    }
    match &args.command {
        Command::Init => {
            profile::create(&args).await?;
            let folder = args.folder().display().to_string();
            output.answer(&json!({ "profile": folder }), || format!("Made a new profile in {folder}."))?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Systems => systems(output),
        Command::Salvage { into } => salvage::run(&args, into, output).await,
        Command::Doctor => match profile::open(&args).await {
            Ok(rounds) => {
                let result = doctor::run(&args, &rounds, output).await;
                profile::close(&rounds).await?;
                result
            }
            Err(failure) => doctor::cannot_open(failure, output),
        },
        _ => {
            let rounds = profile::open(&args).await?;
            let result = on_profile(&args, &rounds, output).await;
            profile::close(&rounds).await?;
            result
        }
    }
}

async fn on_profile(args: &Args, rounds: &std::sync::Arc<Rounds>, output: Output) -> Result<ExitCode, Failure> {
    match &args.command {
        Command::Init | Command::Systems | Command::Salvage { .. } | Command::Doctor => {}
        Command::Connection(command) => connection::run(rounds, command, output).await?,
        Command::Sync { connection, full } => return sync::run(rounds, connection.as_deref(), *full, output).await,
        Command::List { query, sort, limit } => item::list(rounds, query, sort, *limit, output).await?,
        Command::Show { item, raw } => item::show(rounds, item, *raw, output).await?,
        Command::LookUp { connection, number } => item::look_up(rounds, connection, number, output).await?,
        Command::Act { item, action, fields } => item::act(rounds, item, action, fields, output).await?,
        Command::Create { connection, action, fields_file, instead, fields } => {
            let what =
                create::What { connection, action, fields_file: fields_file.as_deref(), instead: instead.as_deref() };
            create::run(rounds, &what, fields, output).await?;
        }
        Command::Same(command) => same::run(rounds, command, output).await?,
        Command::Link { item, other } if names_an_item(rounds, other).await => {
            same::confirm(rounds, item, other, output).await?;
        }
        Command::Link { item, other } => item::link(rounds, item, other, output).await?,
        Command::Attachment { item, attachment: Some(attachment), out: Some(out), .. } => {
            item::attachment(rounds, item, attachment, out, output).await?;
        }
        Command::Attachment { item, .. } => item::attachments(rounds, item, output).await?,
        Command::Outbox { all } => outbox::list(rounds, *all, output).await?,
        Command::Retry { id } => outbox::one(&rounds.retry(outbox::id(id)?).await?, output)?,
        Command::Discard { id, reason } => outbox::one(&rounds.discard(outbox::id(id)?, reason).await?, output)?,
        Command::Resolve { id, keep } => {
            outbox::one(&rounds.resolve(outbox::id(id)?, *keep == Keep::Mine).await?, output)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn systems(output: Output) -> Result<ExitCode, Failure> {
    let systems = rounds_sync::systems();
    output.answer(&json!({ "systems": systems }), || {
        let mut text = String::new();
        for system in &systems {
            let _ = writeln!(text, "{} ({}): {}", system.name, system.title, system.about);
            let rows: Vec<Vec<String>> = system
                .secrets
                .iter()
                .map(|setting| ("secret", setting))
                .chain(system.settings.iter().map(|setting| ("setting", setting)))
                .map(|(kind, setting)| {
                    vec![
                        format!("  {kind}"),
                        setting.key.clone(),
                        if setting.required { "required".into() } else { setting.default.clone().unwrap_or_default() },
                        setting.help.clone(),
                    ]
                })
                .collect();
            text.push_str(&table(&["  KIND", "KEY", "DEFAULT", "MEANING"], &rows));
            for action in &system.actions {
                let names = fields::names(&action.fields).join(" ");
                let _ = write!(text, "\n  action {} {names}: {}", action.name, action.consequence);
            }
            text.push_str("\n\n");
        }
        text
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Whether it is how items are named, or the id of one that is here; else it is a patient's id at some system.
async fn names_an_item(rounds: &Rounds, name: &str) -> bool {
    name.contains(':') || rounds.find(name).await.is_ok()
}
