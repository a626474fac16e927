//! Connections: adding, checking, changing, removing, and how each stands.

use std::{collections::BTreeMap, sync::Arc};

use rounds_domain::{
    declare::{FieldKind, Setting, System},
    error::{AndNow, RemoteError},
    ids::ConnectionId,
    planted::{Bug, is_planted},
    view::{ConnectionTrouble, ConnectionView, FeedView, RejectedView, TroubleKind},
};
use rounds_remote::seam::Account;
use rounds_store::table::connection::{Connection, ConnectionEdit, NewConnection, Words};

use super::DeskError;
use crate::{Keep, Rounds, account::Known, sign_in::refused_with};

/// A filled-in connection form.
pub struct ConnectionForm {
    /// The word for the system.
    pub system: String,
    /// What its person calls it.
    pub name: String,
    /// Where it is.
    pub base_url: String,
    /// Settings by key.
    pub settings: Words,
    /// Secrets by key.
    pub secrets: Words,
}

/// What of a connection is changed.
#[derive(Default)]
pub struct ConnectionSettings {
    /// Settings by key; an empty one goes back to its default, others stay.
    pub settings: Words,
    /// Secrets by key; others stay.
    pub secrets: Words,
    /// Where it is.
    pub base_url: Option<String>,
}

impl<K: Keep> Rounds<K> {
    /// Adds a connection. Nothing is sent yet.
    pub async fn add_connection(&self, form: ConnectionForm) -> Result<ConnectionView, DeskError> {
        let (kind, system) = self.system(&form.system)?;
        if form.name.trim().is_empty() {
            return Err(DeskError::Invalid("The connection has no name. Give it one.".into()));
        }
        check(&system.settings, &form.settings, "setting")?;
        check(&system.secrets, &form.secrets, "secret")?;
        let account = Account {
            base_url: form.base_url.clone(),
            settings: form.settings.clone(),
            secrets: form.secrets.clone(),
            learned: BTreeMap::new(),
            session: None,
        };
        let remote = (kind.connect)(account).map_err(DeskError::Invalid)?;
        let new = NewConnection {
            id: ConnectionId(self.clock.new_id()),
            system: form.system,
            name: form.name.trim().to_owned(),
            base_url: form.base_url,
            settings: form.settings,
            secrets: form.secrets,
            me: remote.me().unwrap_or_default(),
        };
        let connection = self.store.add_connection(new, self.clock.now()).await?;
        self.view(&connection).await
    }

    /// Changes settings or secrets of a connection.
    pub async fn set_connection(
        &self,
        id: ConnectionId,
        change: ConnectionSettings,
    ) -> Result<ConnectionView, DeskError> {
        let before = self.store.connection(id).await?;
        let (kind, system) = self.system(&before.system)?;
        // Whoever gives a secret or an address says that this one is good, be it the same.
        let given = !change.secrets.is_empty() || change.base_url.is_some();
        let merged = |old: &Words, new: Words| {
            let mut all = old.clone();
            all.extend(new);
            all.retain(|_, value| !value.is_empty());
            all
        };
        let settings = merged(&before.settings, change.settings);
        let secrets = merged(&before.secrets, change.secrets);
        check(&system.settings, &settings, "setting")?;
        check(&system.secrets, &secrets, "secret")?;
        let base_url = change.base_url.unwrap_or_else(|| before.base_url.clone());
        let account = Account {
            base_url: base_url.clone(),
            settings: settings.clone(),
            secrets: secrets.clone(),
            learned: before.learned.clone(),
            session: None,
        };
        let remote = (kind.connect)(account).map_err(DeskError::Invalid)?;
        let mut me = crate::link::me(remote.as_ref(), &before.me);
        // Another name or address is another person, whose id is not known yet.
        let same = me.name == before.me.name && me.email == before.me.email;
        if !same {
            me.id = remote.me().and_then(|me| me.id);
        }
        let other_account = (&base_url, &settings, &secrets) != (&before.base_url, &before.settings, &before.secrets);
        let edit = ConnectionEdit {
            settings: Some(settings),
            secrets: Some(secrets),
            base_url: Some(base_url),
            me: Some(me),
            // A session belongs to the account that signed in.
            session: other_account.then_some(None),
            pin: other_account.then_some(None),
            refusal: (given || other_account).then_some(None),
            ..ConnectionEdit::default()
        };
        let connection = self.store.edit_connection(id, edit).await?;
        if other_account {
            self.store.forget_around(id).await?;
        }
        if !same {
            self.store.reproject_connection(id).await?;
        }
        // Somebody looked at the account: it is tried again.
        if given || other_account {
            self.link(id).await?.account.forgive();
        }
        self.store.slices_retry(connection.key).await?;
        if connection.settings != before.settings || connection.base_url != before.base_url {
            self.store.slices_anew(connection.key).await?;
        }
        if connection.refusal.is_none() {
            self.keep_trouble(&connection, None).await?;
        }
        self.wake_pulls(Some(id));
        let connection = self.store.connection(id).await?;
        self.view(&connection).await
    }

    /// Signs in and says how it went. Waits for the network. Where nothing there tells whether the account is good, what it was last
    /// refused with is told, until something is taken; what waits for it may be tried once more.
    pub async fn test_connection(&self, id: ConnectionId) -> Result<Result<Known, RemoteError>, DeskError> {
        let connection = self.store.connection(id).await?;
        let known = self.sign_in_now(&connection).await?;
        let refused = refused_with(&connection).filter(|_| known == Ok(Known::Untold));
        Ok(refused.map_or(known, |said| Err(RemoteError::new(AndNow::SignIn, said))))
    }

    /// Signs in, in the background; how it went stands on the connection.
    pub fn check_connection(self: &Arc<Self>, id: ConnectionId) {
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            match rounds.test_connection(id).await {
                Ok(Ok(_)) => rounds.wake_pulls(Some(id)),
                Ok(Err(_)) => {}
                Err(error) => tracing::warn!(kind = error.kind(), "a connection could not be checked"),
            }
        });
    }

    /// Gives the one-time number that a sign-in waits for, in the background; how it went stands on the connection.
    pub fn give_pin_soon(self: &Arc<Self>, id: ConnectionId, pin: String) {
        let rounds = Arc::clone(self);
        self.tasks.spawn(async move {
            if let Err(error) = rounds.give_pin(id, &pin).await {
                tracing::warn!(kind = error.kind(), "a PIN could not be given");
            }
        });
    }

    /// Removes a connection with everything that came from it. Refused while it has unsettled actions.
    pub async fn remove_connection(&self, id: ConnectionId) -> Result<(), DeskError> {
        self.store.remove_connection(id).await?;
        self.forget_link(id).await;
        Ok(())
    }

    /// The connection of this name or id.
    pub async fn find_connection(&self, name: &str) -> Result<ConnectionId, DeskError> {
        let all = self.store.connections().await?;
        all.iter()
            .find(|connection| connection.name == name || connection.id.to_string() == name)
            .map(|connection| connection.id)
            .ok_or(DeskError::NotFound("A connection of this name"))
    }

    /// How every connection stands.
    pub async fn connections(&self) -> Result<Vec<ConnectionView>, DeskError> {
        let mut views = Vec::new();
        for connection in self.store.connections().await? {
            views.push(self.view(&connection).await?);
        }
        Ok(views)
    }

    async fn view(&self, connection: &Connection) -> Result<ConnectionView, DeskError> {
        let (_, system) = self.system(&connection.system)?;
        let tally = self.store.tally(connection.id).await?;
        let mut feeds = Vec::new();
        let mut trouble = connection.trouble.clone();
        let mut notes = notes(connection, &system);
        for feed in &system.feeds {
            let progress = self.store.feed_progress(connection.key, feed.name.clone(), self.clock.now()).await?;
            // Nothing stands in the way any more, and yet not everything is as new as it looks.
            if progress.failing > 0 && !is_planted(Bug::FailedPullForgotten) {
                trouble.get_or_insert_with(|| ConnectionTrouble {
                    kind: TroubleKind::Waiting,
                    text: format!("Part of “{}” could not be read. It is read again by itself.", feed.title),
                    since: progress.read.unwrap_or_else(|| self.clock.now()),
                });
            }
            if let Some(closed) = &progress.closed {
                notes.push(format!(
                    "“{}” is not read: {closed} What of it is here stays as it was read last; anything new does not come until it \
                     may be seen.",
                    feed.title
                ));
            }
            feeds.push(FeedView {
                name: feed.name.clone(),
                title: feed.title.clone(),
                complete_at: progress.complete,
                read_at: progress.read,
                parts: progress.parts,
                parts_read: progress.parts_read,
                closed: progress.closed,
                rows: tally.rows.get(&feed.name).copied().unwrap_or(0),
            });
        }
        let around = self.store.around(connection.id).await?.map(|(around, _)| around).unwrap_or_default();
        Ok(ConnectionView {
            id: connection.id,
            name: connection.name.clone(),
            system: connection.system.clone(),
            base_url: connection.base_url.clone(),
            settings: serde_json::to_value(&connection.settings).unwrap_or_default(),
            trouble,
            pin_wanted: connection.asks_for_pin().map(str::to_owned),
            feeds,
            unsettled: tally.unsettled,
            rejected: tally.rejected,
            unknown_words: tally.unknown_words,
            notes,
            messages: u32::try_from(around.messages.len()).unwrap_or(u32::MAX),
            views: around.views,
            me: crate::link::me_of(connection),
            system_title: system.title.clone(),
        })
    }
}

impl Rounds {
    /// The records of a connection that could not be read.
    pub async fn rejected(&self, id: ConnectionId) -> Result<Vec<RejectedView>, DeskError> {
        Ok(self.store.rejected(id).await?)
    }
}

fn notes(connection: &Connection, system: &System) -> Vec<String> {
    let learned = connection.learned.iter().map(|(key, value)| {
        let label =
            system.settings.iter().find(|setting| setting.key == *key).map_or(key.as_str(), |setting| &setting.label);
        format!("Learned from what the system answers: {label} is {value}.")
    });
    connection.notes.iter().cloned().chain(learned).collect()
}

/// Whether values fit what is declared. The words name the key, never the value of a secret.
fn check(declared: &[Setting], given: &Words, what: &str) -> Result<(), DeskError> {
    for key in given.keys() {
        if !declared.iter().any(|setting| setting.key == *key) {
            let known: Vec<&str> = declared.iter().map(|setting| setting.key.as_str()).collect();
            return Err(DeskError::Invalid(format!("There is no {what} \"{key}\". There are: {}.", known.join(", "))));
        }
    }
    for setting in declared {
        let value = given.get(&setting.key).map(|value| value.trim()).filter(|value| !value.is_empty());
        let Some(value) = value else {
            if setting.required && setting.default.is_none() {
                return Err(DeskError::Invalid(format!(
                    "The {what} \"{}\" ({}) is missing.",
                    setting.key, setting.label
                )));
            }
            continue;
        };
        let fits = match &setting.kind {
            FieldKind::Text | FieldKind::LongText | FieldKind::Secret | FieldKind::ItemChoice | FieldKind::Person => {
                true
            }
            FieldKind::Flag => matches!(value, "true" | "false"),
            FieldKind::Number { least, most } => {
                value.parse::<i64>().is_ok_and(|number| (*least..=*most).contains(&number))
            }
            FieldKind::Date => rounds_domain::moment::instant(value).is_some(),
            FieldKind::Moment { .. } => chrono::DateTime::parse_from_rfc3339(value).is_ok(),
            FieldKind::Choice { options } => options.iter().any(|option| option.value == value),
            // A setting is one line of text.
            FieldKind::Group { .. }
            | FieldKind::List { .. }
            | FieldKind::Files { .. }
            | FieldKind::Composed { .. }
            | FieldKind::Always { .. } => false,
        };
        if !fits {
            return Err(DeskError::Invalid(format!("The {what} \"{}\" cannot be used. {}", setting.key, setting.help)));
        }
    }
    Ok(())
}
