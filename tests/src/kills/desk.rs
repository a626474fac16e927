//! A desk at which one thing was done offline, and the simulator that it is about.

use std::{fs, io, path::Path, sync::Arc, time::Duration};

use chrono::{TimeDelta, Utc};
use rounds_domain::{
    declare::{ActionDeclaration, FieldKind, System},
    ids::ConnectionId,
    view::{ActionOffer, ItemView, ListRequest, SortColumn},
};
use rounds_engine::pull::plan::Extent;
use rounds_remote::registry::SHIPPED;
use rounds_simulator::{Options, Running, Simulator, Temperament};
use rounds_store::profile::{self, keyfile::Unlock};
use rounds_sync::{
    Patience, Rounds, SystemClock,
    desk::{ConnectionForm, Intent, NewIntent},
};
use serde_json::Value;
use tempfile::TempDir;
use zeroize::Zeroizing;

use super::{Failure, form::filled_in, needs::Needs};

/// Items of a system: enough that each of its actions is offered for one.
const ITEMS: usize = 400;

pub(super) fn unlock() -> Unlock {
    Unlock::Passphrase(Zeroizing::new("nine slow otters at noon".to_owned()))
}

pub(super) struct Desk {
    simulator: Running,
    system: String,
    needs: Needs,
    folder: TempDir,
}

impl Desk {
    /// A desk that has read everything, at which `action` was done: at its connection where it is offered there, or else with the first
    /// item for which it is offered.
    pub(super) async fn with(system: &str, action: &ActionDeclaration) -> Result<Self, Failure> {
        let declared = SHIPPED.iter().map(|kind| (kind.declare)()).find(|one| one.name == system);
        let declared = declared.ok_or("no such system")?;
        let options = Options {
            items: ITEMS,
            temperament: Temperament::Kind,
            systems: vec![system.to_owned()],
            ..Options::default()
        };
        let simulator = Simulator::start(options).await?;
        let needs = Needs::of(&simulator, &declared, action)?;
        needs.set(&simulator)?;
        let folder = tempfile::tempdir()?;
        let store = profile::create(folder.path(), unlock()).await?;
        let rounds = Rounds::open(store, Arc::new(SystemClock)).await?;
        let connection = rounds.add_connection(form(&simulator, &declared, &needs)).await?.id;
        let report = rounds.sync_now(None, Extent::Full, Patience::NONE).await?;
        if let Some(error) = report.connections.iter().find_map(|connection| connection.error.as_ref()) {
            return Err(format!("it cannot be read: {}", error.message).into());
        }
        let offered = rounds.offered_at(connection).await?;
        match offered.into_iter().find(|offer| offer.declaration.name == action.name) {
            Some(offer) => make_it(&rounds, connection, &offer, &needs).await?,
            None => do_it(&rounds, action, &needs).await?,
        }
        rounds.close(Duration::from_secs(10)).await?;
        let desk = Self { simulator, system: system.to_owned(), needs, folder };
        desk.reset()?;
        Ok(desk)
    }

    /// Everything at the system as it was before anything was done.
    pub(super) fn reset(&self) -> Result<(), Failure> {
        self.simulator.reset()?;
        self.needs.set(&self.simulator)
    }

    /// What the system has on record as done.
    pub(super) fn effects(&self) -> usize {
        self.simulator.effects(Some(&self.system)).len()
    }

    /// A copy of the profile.
    pub(super) fn copy(&self) -> Result<TempDir, io::Error> {
        let copy = tempfile::tempdir()?;
        copy_files(self.folder.path(), copy.path())?;
        Ok(copy)
    }
}

fn copy_files(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            fs::create_dir_all(&to)?;
            copy_files(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

/// A connection to the simulator, with everything switched on that can be, and in no hurry to be polite.
fn form(simulator: &Running, system: &System, needs: &Needs) -> ConnectionForm {
    let about = &simulator.announcement.systems[&system.name];
    let words = |value: &Value| -> std::collections::BTreeMap<String, String> {
        let fields = value.as_object().into_iter().flatten();
        fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    };
    let mut settings = words(&about.settings);
    settings.extend(words(&needs.settings));
    for setting in system.settings.iter().filter(|setting| setting.kind == FieldKind::Flag) {
        settings.entry(setting.key.clone()).or_insert_with(|| "true".into());
    }
    let since = (Utc::now() - TimeDelta::days(430)).format("%Y-%m-%d").to_string();
    let hurry = [
        ("history_from", since.as_str()),
        ("requests_per_second", "100"),
        ("server_timeout_seconds", "1"),
        ("request_timeout_seconds", "3"),
    ];
    for (key, value) in hurry.into_iter().filter(|(key, _)| system.settings.iter().any(|known| known.key == *key)) {
        settings.insert(key.to_owned(), value.to_owned());
    }
    ConnectionForm {
        system: system.name.clone(),
        name: "At the bench".into(),
        base_url: about.base_url.clone(),
        settings,
        secrets: words(&about.secret),
    }
}

/// Does what is offered at a connection.
async fn make_it(rounds: &Rounds, connection: ConnectionId, offer: &ActionOffer, needs: &Needs) -> Result<(), Failure> {
    if let Some(why) = &offer.refused {
        return Err(why.clone().into());
    }
    let fields = filled_in(&offer.declaration.fields, offer, &needs.fields);
    let fields = fields.ok_or("a field that it requires could not be filled in")?;
    let action = offer.declaration.name.clone();
    rounds.make(NewIntent { connection, action, fields, hold: false, instead: None }).await?;
    Ok(())
}

/// Does the action with the first item for which it is offered.
async fn do_it(rounds: &Rounds, action: &ActionDeclaration, needs: &Needs) -> Result<(), Failure> {
    let request =
        ListRequest { query: String::new(), sort: SortColumn::Created, descending: true, offset: 0, limit: 1_000 };
    let mut why_not = "no item says anything about it".to_owned();
    for row in rounds.worklist(request).await?.rows {
        let mut view = rounds.item(row.id).await?;
        let offer = |view: &ItemView| view.actions.iter().find(|offer| offer.declaration.name == action.name).cloned();
        let Some(mut offered) = offer(&view) else { continue };
        if let Some(why) = offered.refused {
            why_not = why;
            continue;
        }
        if action.fields.iter().any(|field| field.kind == FieldKind::Person) {
            rounds.look_again(row.id).await.map_err(|error| error.kind())?;
            view = rounds.item(row.id).await?;
            let Some(again) = offer(&view).filter(|offer| offer.refused.is_none()) else { continue };
            offered = again;
        }
        let Some(fields) = filled_in(&action.fields, &offered, &needs.fields) else {
            "a field that it requires could not be filled in".clone_into(&mut why_not);
            continue;
        };
        let intent = Intent { item: row.id, action: action.name.clone(), fields, hold: false, after: vec![] };
        match rounds.act(intent).await {
            Ok(_) => return Ok(()),
            Err(error) => why_not = error.to_string(),
        }
    }
    Err(format!("it is offered for no item: {why_not}").into())
}
