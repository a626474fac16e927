//! How an account stands: at most one sign-in at a time, at most one for a refusal, and what it brought kept before anybody
//! goes on.
//!
//! The session and a sign-in that waits for a PIN are kept in the encrypted store, so that another process goes on with them
//! instead of signing in again: each sign-in may take a session slot, send another PIN, or count towards a lock-out.

use rounds_domain::{
    error::{AndNow, RemoteError},
    patient::Me,
    reply::{SignInReply, SignedIn},
};
use rounds_engine::sign_in::{Account as Standing, Left, Next, Tries, Wanted};
use rounds_store::{
    StoreError,
    table::connection::{Connection, ConnectionEdit, PinWanted},
};
use tokio::sync::Mutex;

use crate::{Keep, link::Link};

/// How the account of a connection stands, in this process.
pub(crate) struct AccountState(Mutex<Tries>);

impl AccountState {
    pub(crate) fn of(connection: &Connection) -> Self {
        let left = match (&connection.pin, &connection.refusal) {
            (Some(pin), _) if pin.taken => Left::PinTaken,
            (Some(pin), _) => Left::PinWanted(&pin.text),
            (None, Some(refusal)) => Left::Refused(refusal),
            (None, None) => Left::Nothing,
        };
        Self(Mutex::new(Tries::left(left)))
    }
}

impl<K: Keep> Link<K> {
    /// How many sign-ins have ended so far, as [`Wanted::ForCall`] takes it; an error while no call may be made. One that was begun
    /// is brought to its end first.
    pub(crate) async fn may_call(&self) -> Result<u64, RemoteError> {
        let mut tries = self.account.0.lock().await;
        let ended = tries.may_call(self.rest.tick().up)?;
        if !tries.is_unfinished() {
            return Ok(ended);
        }
        self.make_known(&mut tries).await?;
        tries.may_call(self.rest.tick().up)
    }

    /// Signs in, one at a time, unless that is not to be done now or was done since. A refused account is not tried again until
    /// [`forgive`](Self::forgive) or a person, and one that waits for a PIN not until it is given.
    pub(crate) async fn sign_in(&self, wanted: Wanted) -> Result<(), RemoteError> {
        let mut tries = self.account.0.lock().await;
        if tries.before(wanted, self.rest.tick().up)? == Next::GoOn {
            return Ok(());
        }
        self.make_known(&mut tries).await
    }

    async fn make_known(&self, tries: &mut Tries) -> Result<(), RemoteError> {
        let reply = self.remote.sign_in(self.rest.tick().now).await;
        tries.after(reply.as_ref(), self.rest.tick());
        match reply {
            Ok(SignInReply::Done(signed_in)) => self.signed_in(tries, signed_in).await,
            Ok(SignInReply::PinWanted { session, text }) => {
                let pin = PinWanted { session, text: text.clone(), taken: false };
                let edit = ConnectionEdit {
                    pin: Some(Some(pin)),
                    session: Some(None),
                    refusal: Some(None),
                    ..ConnectionEdit::default()
                };
                self.keep(edit).await?;
                Err(RemoteError::new(AndNow::SignIn, text))
            }
            Err(error) => {
                self.rest.note(&error);
                if tries.standing() == Standing::Refused {
                    self.keep_refusal(&error, ConnectionEdit::default()).await?;
                }
                Err(error)
            }
        }
    }

    /// Gives the one-time number to the sign-in that waits for it, and goes on with that. Once it was taken nobody is asked for it again,
    /// whatever becomes of the rest.
    pub(crate) async fn give_pin(&self, pin: &str) -> Result<(), RemoteError> {
        let mut tries = self.account.0.lock().await;
        let waiting = self.store.connection(self.id).await.map_err(|error| not_kept(&error))?.pin;
        let Some(waiting) = waiting.filter(|waiting| !waiting.taken) else {
            return Err(RemoteError::new(AndNow::Invalid, "No PIN is wanted here. Sign in; nothing was sent."));
        };
        let result = self.remote.give_pin(&waiting.session, pin).await;
        tries.after_pin(result.as_ref().copied());
        match result {
            Ok(()) => {
                let taken = PinWanted { taken: true, ..waiting };
                self.keep(ConnectionEdit { pin: Some(Some(taken)), ..ConnectionEdit::default() }).await?;
                self.make_known(&mut tries).await
            }
            Err(error) => {
                self.rest.note(&error);
                if tries.standing() == Standing::Refused {
                    self.keep_refusal(&error, ConnectionEdit { pin: Some(None), ..ConnectionEdit::default() }).await?;
                }
                Err(error)
            }
        }
    }

    /// Somebody asked for another try: a refusal is forgotten.
    pub(crate) async fn forgive(&self) {
        self.account.0.lock().await.forgive();
    }

    /// Keeps what a sign-in was refused with, for later runs too.
    async fn keep_refusal(&self, error: &RemoteError, edit: ConnectionEdit) -> Result<(), RemoteError> {
        self.keep(ConnectionEdit { refusal: Some(Some(error.message.clone())), ..edit }).await
    }

    /// Keeps what a sign-in told. Refused when what waits in the outbox would then leave in another name (RELIABILITY.md, I9);
    /// then, and when it cannot be kept, nothing is called with this session.
    async fn signed_in(&self, tries: &mut Tries, told: SignedIn) -> Result<(), RemoteError> {
        let error = match self.keep_signed_in(told).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Refused(why)) => {
                // The session that waited for it is the one in another name now.
                let _ = self.keep(ConnectionEdit { pin: Some(None), ..ConnectionEdit::default() }).await;
                RemoteError::new(AndNow::SignIn, why)
            }
            Err(error) => not_kept(&error),
        };
        tries.unusable(error.clone());
        Err(error)
    }

    async fn keep_signed_in(&self, told: SignedIn) -> Result<(), StoreError> {
        let before = self.store.connection(self.id).await?.me;
        let learn = move |now: &Connection| ConnectionEdit {
            me: told.me.map(|me| Me { id: me.id.or_else(|| now.me.id.clone()), ..me }),
            notes: Some(told.notes),
            session: told.session.map(Some),
            pin: Some(None),
            refusal: Some(None),
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
