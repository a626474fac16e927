//! One connected account: its client and its rules. How it signs in is in [`account`](crate::account).

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{declare::System, error::RemoteError, ids::ConnectionId, moment, patient::Me};
use rounds_engine::{
    outbox::transition::Rules,
    pull::plan::Pace,
    sign_in::{self, Answer, Wanted},
};
use rounds_remote::{
    registry::Kind,
    seam::{Account, RemoteSystem},
};
use rounds_store::table::connection::{Connection, Words};

use crate::{
    Clock, Keep,
    account::{AccountState, Known},
    desk::DeskError,
    rest::Rest,
};

pub(crate) struct Link<K: Keep> {
    pub(crate) id: ConnectionId,
    /// The store's number for the connection.
    pub(crate) key: i64,
    pub(crate) system: Arc<System>,
    pub(crate) remote: Arc<dyn RemoteSystem>,
    pub(crate) rules: Rules,
    pub(crate) pace: Pace,
    /// How many slices are swept side by side.
    pub(crate) side_by_side: usize,
    made_of: (String, Words, Words, Words),
    /// How it reads: changes with the program, with the settings and with what pages taught.
    pub(crate) reading: String,
    pub(crate) account: Arc<AccountState>,
    pub(crate) store: K,
    pub(crate) rest: Arc<Rest>,
}

/// A setting common to every system, with the value that counts when none is given or declared.
fn number(settings: &BTreeMap<String, String>, system: &System, key: &str, otherwise: i64) -> i64 {
    let declared =
        || system.settings.iter().find(|setting| setting.key == key).and_then(|setting| setting.default.clone());
    settings.get(key).cloned().or_else(declared).and_then(|text| text.trim().parse().ok()).unwrap_or(otherwise)
}

fn parts(connection: &Connection) -> (String, Words, Words, Words) {
    (connection.base_url.clone(), connection.settings.clone(), connection.secrets.clone(), connection.learned.clone())
}

impl<K: Keep> Link<K> {
    pub(crate) fn new(
        kind: Kind,
        system: Arc<System>,
        connection: &Connection,
        before: Option<&Self>,
        clock: &Arc<dyn Clock>,
        store: K,
    ) -> Result<Self, DeskError> {
        let made_of = parts(connection);
        let account = Account {
            base_url: made_of.0.clone(),
            settings: made_of.1.clone(),
            secrets: made_of.2.clone(),
            learned: made_of.3.clone(),
            session: connection
                .session
                .clone()
                .or_else(|| connection.pin.as_ref().filter(|pin| pin.taken).map(|pin| pin.session.clone())),
        };
        let remote = (kind.connect)(account).map_err(DeskError::Invalid)?;
        let of = |key, otherwise| number(&connection.settings, &system, key, otherwise);
        let seconds = |key, otherwise| Duration::from_secs(u64::try_from(of(key, otherwise)).unwrap_or(0));
        let history = connection.settings.get("history_from").cloned().or_else(|| {
            system
                .settings
                .iter()
                .find(|setting| setting.key == "history_from")
                .and_then(|setting| setting.default.clone())
        });
        let pace = Pace {
            history_from: history.as_deref().and_then(moment::instant).unwrap_or_else(default_history),
            poll: TimeDelta::seconds(of("poll_seconds", 60).max(1)),
            hot: TimeDelta::minutes(of("hot_sweep_minutes", 60).max(1)),
            cold: TimeDelta::hours(of("cold_sweep_hours", 24).max(1)),
        };
        let new_rest = || Arc::new(Rest::new(Arc::clone(clock), connection.not_before));
        let rest = before.map_or_else(new_rest, |before| Arc::clone(&before.rest));
        // How an account stands outlives what pages teach: several clients of one account sign in one at a time.
        let account = before
            .filter(|before| before.is_account_of(connection))
            .map_or_else(|| Arc::new(AccountState::of(connection)), |before| Arc::clone(&before.account));
        Ok(Self {
            id: connection.id,
            key: connection.key,
            rules: Rules { server_timeout: seconds("server_timeout_seconds", 30) },
            pace,
            side_by_side: usize::try_from(of("page_reads", 4)).unwrap_or(1).clamp(1, 16),
            system,
            remote,
            reading: reading(&made_of.1, &made_of.3),
            made_of,
            account,
            store,
            rest,
        })
    }

    /// The account that it was made of: address, settings, secrets, and what was learned.
    pub(crate) fn is_made_of(&self) -> (String, Words, Words, Words) {
        self.made_of.clone()
    }

    /// Whether it is still the same account: address, settings and secrets.
    pub(crate) fn is_account_of(&self, connection: &Connection) -> bool {
        let (base_url, settings, secrets, _) = &self.made_of;
        (base_url, settings, secrets) == (&connection.base_url, &connection.settings, &connection.secrets)
    }

    /// Whether it is still what this connection needs. What pages teach is part of it: the client reads by it.
    pub(crate) fn is_for(&self, connection: &Connection) -> bool {
        self.made_of == parts(connection)
    }

    /// Who the person at this desk is there: as learned, and where nothing was learned, as the settings say.
    pub(crate) fn me(&self, connection: &Connection) -> Me {
        me(self.remote.as_ref(), &connection.me)
    }

    /// Makes a call that may be repeated: after a "sign in", once. Not while the system is to be left alone or waits for a PIN.
    pub(crate) async fn call<T, F>(&self, make: impl Fn() -> F) -> Result<T, RemoteError>
    where
        F: Future<Output = Result<T, RemoteError>>,
    {
        let mut repeated = false;
        loop {
            if let Some(refusal) = self.rest.refusal() {
                return Err(refusal);
            }
            let before = self.may_call().await?;
            let error = match make().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            self.rest.note(&error);
            let refused = error.clone();
            match sign_in::after_failure(error, repeated) {
                Answer::GiveUp(error) => return Err(error),
                Answer::SignInThenRepeat => {
                    // Where a sign-in proves nothing the same call would be refused again.
                    if self.sign_in(Wanted::ForCall { ended: before }).await? == Known::Untold {
                        return Err(refused);
                    }
                    repeated = true;
                }
            }
        }
    }
}

fn reading(settings: &Words, learned: &Words) -> String {
    let mut hasher = DefaultHasher::new();
    (env!("CARGO_PKG_VERSION"), settings, learned).hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Who the person is whom `known` tells of, as the settings of an account say; where they say nothing, as it was learned.
pub(crate) fn me(remote: &dyn RemoteSystem, known: &Me) -> Me {
    match remote.me() {
        Some(configured) => Me { id: configured.id.clone().or_else(|| known.id.clone()), ..configured },
        None => known.clone(),
    }
}

/// The name of the person at this desk there, with the e-mail that goes with it.
pub(crate) fn me_of(connection: &Connection) -> Option<String> {
    let me = &connection.me;
    match (me.name.plain(), &me.email) {
        (Some(name), Some(email)) => Some(format!("{name} ({email})")),
        (name, email) => name.or_else(|| email.clone()),
    }
}

fn default_history() -> DateTime<Utc> {
    moment::instant("2020-01-01").unwrap_or(DateTime::UNIX_EPOCH)
}
