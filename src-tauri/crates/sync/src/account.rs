//! How an account stands: at most one sign-in at a time, at most one for a refusal, and what it brought kept before anybody
//! goes on.
//!
//! The session and a sign-in that waits for a PIN are kept in the encrypted store, so that another process goes on with them
//! instead of signing in again: each sign-in may take a session slot, send another PIN, or count towards a lock-out.

use chrono::{DateTime, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    patient::Me,
    reply::{SignInReply, SignedIn},
};
use rounds_engine::sign_in::{self, Account as Standing};
use rounds_store::{
    StoreError,
    table::connection::{Connection, ConnectionEdit, PinWanted},
};
use tokio::sync::Mutex;

use crate::{Keep, link::Link};

/// How the account of a connection stands, in this process.
pub(crate) struct AccountState(Mutex<Signed>);

struct Signed {
    standing: Standing,
    /// How many sign-ins succeeded.
    times: u64,
    /// What the remote said when it refused or asked for a PIN.
    refusal: Option<RemoteError>,
}

impl AccountState {
    pub(crate) fn of(connection: &Connection) -> Self {
        let refusal = connection.pin.as_ref().map(|pin| RemoteError::new(AndNow::SignIn, pin.text.clone()));
        let standing = if refusal.is_some() { Standing::PinWanted } else { Standing::Unknown };
        Self(Mutex::new(Signed { standing, times: 0, refusal }))
    }
}

impl Signed {
    fn refused(&self) -> RemoteError {
        let said = self.refusal.as_ref().map_or("It refused the sign-in.", |refusal| &refusal.message);
        RemoteError::new(AndNow::SignIn, said)
    }
}

impl<K: Keep> Link<K> {
    /// How many sign-ins succeeded so far, as [`sign_in`](Self::sign_in) wants it; an error while no call may be made.
    pub(crate) async fn may_call(&self) -> Result<u64, RemoteError> {
        let signed = self.account.0.lock().await;
        if sign_in::may_call(signed.standing) { Ok(signed.times) } else { Err(signed.refused()) }
    }

    /// Signs in, one at a time, after a call was refused. `seen` is the count of sign-ins before that call: when there was one
    /// since, that one counts. A refused account is not tried again until [`forgive`](Self::forgive), and one that waits for a
    /// PIN not until it is given.
    pub(crate) async fn sign_in(&self, now: DateTime<Utc>, seen: Option<u64>) -> Result<(), RemoteError> {
        let mut signed = self.account.0.lock().await;
        if seen.is_some_and(|seen| seen != signed.times) && signed.standing == Standing::SignedIn {
            return Ok(());
        }
        if !sign_in::may_sign_in(signed.standing) {
            return Err(signed.refused());
        }
        let reply = self.remote.sign_in(now).await;
        signed.standing = sign_in::after_sign_in(reply.as_ref());
        signed.refusal = match &reply {
            Ok(SignInReply::Done(_)) => None,
            Ok(SignInReply::PinWanted { text, .. }) => Some(RemoteError::new(AndNow::SignIn, text.clone())),
            Err(error) => Some(error.clone()),
        };
        match reply {
            Ok(SignInReply::Done(signed_in)) => self.signed_in(&mut signed, signed_in).await,
            Ok(SignInReply::PinWanted { session, text }) => {
                let pin = PinWanted { session, text: text.clone() };
                self.keep(ConnectionEdit { pin: Some(Some(pin)), session: Some(None), ..ConnectionEdit::default() })
                    .await?;
                Err(RemoteError::new(AndNow::SignIn, text))
            }
            Err(error) => Err(error),
        }
    }

    /// Gives the one-time number to the sign-in that waits for it.
    pub(crate) async fn give_pin(&self, pin: &str, now: DateTime<Utc>) -> Result<(), RemoteError> {
        let mut signed = self.account.0.lock().await;
        let waiting = self.store.connection(self.id).await.map_err(|error| not_kept(&error))?.pin;
        let Some(waiting) = waiting else {
            return Err(RemoteError::new(AndNow::Invalid, "No PIN is wanted here. Sign in; nothing was sent."));
        };
        let result = self.remote.give_pin(&waiting.session, pin, now).await;
        signed.standing = sign_in::after_pin(result.as_ref().map(|_| ()));
        match result {
            Ok(signed_in) => self.signed_in(&mut signed, signed_in).await,
            Err(error) => {
                if signed.standing == Standing::Refused {
                    signed.refusal = Some(error.clone());
                    self.keep(ConnectionEdit { pin: Some(None), ..ConnectionEdit::default() }).await?;
                }
                Err(error)
            }
        }
    }

    /// Somebody asked for another try: a refusal is forgotten. A PIN that is wanted still is, and a session in another name is
    /// never used.
    pub(crate) async fn forgive(&self) {
        let mut signed = self.account.0.lock().await;
        if signed.standing == Standing::Refused {
            signed.standing = Standing::Unknown;
        }
    }

    /// A person asked to sign in anew, whatever was waited for.
    pub(crate) async fn begin_anew(&self) {
        self.account.0.lock().await.standing = Standing::Unknown;
    }

    /// Keeps what a sign-in told. Refused when what waits in the outbox would then leave in another name (RELIABILITY.md, I9);
    /// then, and when it cannot be kept, nothing is called with this session.
    async fn signed_in(&self, signed: &mut Signed, told: SignedIn) -> Result<(), RemoteError> {
        let error = match self.keep_signed_in(told).await {
            Ok(()) => {
                signed.standing = Standing::SignedIn;
                signed.times += 1;
                signed.refusal = None;
                return Ok(());
            }
            Err(StoreError::Refused(why)) => {
                // The session that waited for it is the one in another name now.
                let _ = self.keep(ConnectionEdit { pin: Some(None), ..ConnectionEdit::default() }).await;
                RemoteError::new(AndNow::SignIn, why)
            }
            Err(error) => not_kept(&error),
        };
        signed.standing = Standing::SomebodyElse;
        signed.refusal = Some(error.clone());
        Err(error)
    }

    async fn keep_signed_in(&self, told: SignedIn) -> Result<(), StoreError> {
        let before = self.store.connection(self.id).await?.me;
        let learn = move |now: &Connection| ConnectionEdit {
            me: told.me.map(|me| Me { id: me.id.or_else(|| now.me.id.clone()), ..me }),
            notes: Some(told.notes),
            session: told.session.map(Some),
            pin: Some(None),
            ..ConnectionEdit::default()
        };
        if self.change(learn).await?.me != before {
            // Whose rows are mine may have changed.
            self.store.reproject_connection(self.id).await?;
        }
        Ok(())
    }

    /// Changes what is kept of the connection. What an account was told says nothing about another one that was filled in
    /// meanwhile.
    async fn change<F>(&self, edit: F) -> Result<Connection, StoreError>
    where
        F: FnOnce(&Connection) -> ConnectionEdit + Send + 'static,
    {
        let (base_url, settings, secrets, _) = self.is_made_of();
        let change = move |now: &Connection| {
            let same = (&base_url, &settings, &secrets) == (&now.base_url, &now.settings, &now.secrets);
            same.then(|| edit(now))
        };
        self.store.change_connection(self.id, change).await
    }

    async fn keep(&self, edit: ConnectionEdit) -> Result<(), RemoteError> {
        self.change(|_| edit).await.map(drop).map_err(|error| not_kept(&error))
    }
}

/// What was signed in cannot be kept on this machine: nothing goes on with it.
fn not_kept(error: &StoreError) -> RemoteError {
    tracing::warn!(kind = error.kind(), "a sign-in could not be kept");
    RemoteError::new(
        AndNow::Later(None),
        "The sign-in could not be kept on this machine. Nothing was sent; it is tried again.",
    )
}
