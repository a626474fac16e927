//! `connection …`.

use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

use rounds_domain::{error::RemoteError, ids::ConnectionId, view::ConnectionView};
use rounds_sync::{
    Known, Rounds,
    desk::{ConnectionForm, ConnectionSettings},
};
use serde_json::{Value, json};

use crate::{
    args::ConnectionCommand,
    failure::Failure,
    output::{Output, table},
};

pub(crate) async fn run(rounds: &Arc<Rounds>, command: &ConnectionCommand, output: Output) -> Result<(), Failure> {
    match command {
        ConnectionCommand::Add { system, name, base_url, set, secret_file } => {
            let form = ConnectionForm {
                system: system.clone(),
                name: name.clone(),
                base_url: base_url.clone(),
                settings: pairs(set)?,
                secrets: secrets(secret_file)?,
            };
            one(&rounds.add_connection(form).await?, output)
        }
        ConnectionCommand::List => {
            let connections = rounds.connections().await?;
            output.answer(&json!({ "connections": connections }), || {
                let rows: Vec<Vec<String>> = connections.iter().map(line).collect();
                table(&["NAME", "SYSTEM", "FEEDS", "UNSETTLED", "REJECTED", "STANDS"], &rows)
            })
        }
        ConnectionCommand::Test { name } | ConnectionCommand::SignIn { name, pin: None } => {
            test(rounds, name, output).await
        }
        ConnectionCommand::SignIn { name, pin: Some(pin) } => {
            let id = rounds.find_connection(name).await?;
            let known = rounds.give_pin(id, pin).await?;
            signed_in(id, name, known, output)
        }
        ConnectionCommand::Set { name, set, secret_file, base_url } => {
            let id = rounds.find_connection(name).await?;
            let change = ConnectionSettings {
                settings: pairs(set)?,
                secrets: secret_file.as_deref().map(secrets).transpose()?.unwrap_or_default(),
                base_url: base_url.clone(),
            };
            one(&rounds.set_connection(id, change).await?, output)
        }
        ConnectionCommand::Remove { name } => {
            let id = rounds.find_connection(name).await?;
            rounds.remove_connection(id).await?;
            output.answer(&json!({ "removed": id }), || format!("Removed {name}."))
        }
        ConnectionCommand::Rejected { name } => {
            let id = rounds.find_connection(name).await?;
            let rejected = rounds.rejected(id).await?;
            output.answer(&json!({ "rejected": rejected }), || {
                let rows: Vec<Vec<String>> = rejected
                    .iter()
                    .map(|one| {
                        vec![
                            one.feed.clone(),
                            one.external_id.clone().unwrap_or_else(|| "no id".into()),
                            one.reason.clone(),
                        ]
                    })
                    .collect();
                table(&["FEED", "ID", "WHY"], &rows)
            })
        }
    }
}

async fn test(rounds: &Arc<Rounds>, name: &str, output: Output) -> Result<(), Failure> {
    let id = rounds.find_connection(name).await?;
    let known = rounds.test_connection(id).await?;
    signed_in(id, name, known, output)
}

/// What a sign-in came to: `signedIn` is null where nothing there tells.
fn signed_in(id: ConnectionId, name: &str, known: Result<Known, RemoteError>, output: Output) -> Result<(), Failure> {
    match known.map_err(Failure::of_sign_in)? {
        Known::SignedIn => {
            output.answer(&json!({ "connection": id, "signedIn": true }), || format!("{name}: signed in."))
        }
        Known::Untold => {
            let words = "Somebody answers at its address, and nothing can be asked there that tells whether the account is good: \
                         that shows when something is next sent.";
            let told = json!({ "connection": id, "signedIn": null, "message": words });
            output.answer(&told, || format!("{name}: {words}"))
        }
    }
}

fn one(view: &ConnectionView, output: Output) -> Result<(), Failure> {
    output.answer(view, || format!("{} ({}) at {}", view.name, view.system_title, view.base_url))
}

fn line(view: &ConnectionView) -> Vec<String> {
    let feeds: Vec<String> = view
        .feeds
        .iter()
        .map(|feed| format!("{} {} rows, {} of {} parts read", feed.name, feed.rows, feed.parts_read, feed.parts))
        .collect();
    let stands = view.trouble.as_ref().map_or_else(|| "in order".to_owned(), |trouble| trouble.text.clone());
    vec![
        view.name.clone(),
        view.system.clone(),
        feeds.join("; "),
        view.unsettled.to_string(),
        view.rejected.to_string(),
        stands,
    ]
}

fn pairs(set: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    set.iter()
        .map(|pair| {
            let (key, value) =
                pair.split_once('=').ok_or_else(|| Failure::usage(format!("--set {pair}: write key=value.")))?;
            Ok((key.trim().to_owned(), value.to_owned()))
        })
        .collect()
}

fn secrets(path: impl AsRef<Path>) -> Result<BTreeMap<String, String>, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("The secret file cannot be read: {error}.")))?;
    let unusable = || Failure::usage("The secret file is not a JSON object of texts, such as {\"apiKey\": \"…\"}.");
    let object: BTreeMap<String, Value> = serde_json::from_str(&text).map_err(|_| unusable())?;
    object
        .into_iter()
        .map(|(key, value)| match value {
            Value::String(value) => Ok((key, value)),
            Value::Number(value) => Ok((key, value.to_string())),
            _ => Err(unusable()),
        })
        .collect()
}
