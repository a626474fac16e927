//! How an account stands: at most one sign-in at a time, at most one for a refusal, and what it brought kept before anybody
//! goes on.
//!
//! The session and a sign-in that waits for a PIN are kept in the encrypted store, so that another process goes on with them
//! instead of signing in again: each sign-in may take a session slot, send another PIN, or count towards a lock-out.

use std::sync::atomic::{AtomicBool, Ordering};

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
use tokio::sync::{Mutex, MutexGuard};

use crate::{Keep, link::Link};

/// What a sign-in that was not refused came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// The system knows us.
    SignedIn,
    /// It answers at its address, and nothing there tells whether it knows us: what is sent next shows it.
    Untold,
}

/// How the account of a connection stands, in this process.
pub(crate) struct AccountState {
    /// Held for as long as a sign-in takes.
    tries: Mutex<Tries>,
    /// Whether somebody looked at the account meanwhile.
    forgiven: AtomicBool,
    /// Whether somebody asked for things to be read or sent meanwhile.
    hurried: AtomicBool,
}

impl AccountState {
    pub(crate) fn of(connection: &Connection) -> Self {
        let left = match (&connection.refusal, &connection.pin) {
            (Some(refusal), _) => Left::Refused(refusal),
            (None, Some(pin)) if pin.taken => Left::PinTaken,
            (None, Some(pin)) => Left::PinWanted(&pin.text),
            (None, None) => Left::Nothing,
        };
        Self { tries: Mutex::new(Tries::left(left)), forgiven: AtomicBool::new(false), hurried: AtomicBool::new(false) }
    }

    /// Somebody asked for things to be read or sent: what only waits is tried at once, and a refusal stays. Waits for nothing.
    pub(crate) fn hurry(&self) {
        self.hurried.store(true, Ordering::Release);
    }

    /// Somebody looked at the account: a refusal is forgotten before anything else is tried. Waits for nothing.
    pub(crate) fn forgive(&self) {
        self.forgiven.store(true, Ordering::Release);
    }

    async fn tries(&self) -> MutexGuard<'_, Tries> {
        let mut tries = self.tries.lock().await;
        if self.forgiven.swap(false, Ordering::AcqRel) {
            tries.forgive();
        }
        if self.hurried.swap(false, Ordering::AcqRel) {
            tries.hurry();
        }
        tries
    }
}

impl<K: Keep> Link<K> {
    /// How many sign-ins have ended so far, as [`Wanted::ForCall`] takes it; an error while no call may be made. One that was begun
    /// is brought to its end first.
    pub(crate) async fn may_call(&self) -> Result<u64, RemoteError> {
        let mut tries = self.account.tries().await;
        let ended = tries.may_call(self.rest.tick().up)?;
        if !tries.is_unfinished() {
            return Ok(ended);
        }
        // What became of the sign-in is no answer to the call.
        self.make_known(&mut tries).await.map_err(|_| tries.told())?;
        tries.may_call(self.rest.tick().up)
    }

    /// What the system refused the account with, while that stands.
    pub(crate) async fn refused(&self) -> Option<RemoteError> {
        self.account.tries().await.refusal()
    }

    /// A call was answered as to somebody whom the system knows: what the account was refused with is over, for later runs too.
    pub(crate) async fn proven(&self) -> Result<(), StoreError> {
        let mut tries = self.account.tries().await;
        if tries.refusal().is_some() {
            tries.proven();
            self.change(|_| ConnectionEdit { refusal: Some(None), ..ConnectionEdit::default() }).await?;
        }
        Ok(())
    }

    /// Signs in, one at a time, unless that is not to be done now or was done since. A refused account is not tried again until
    /// [`forgive`](AccountState::forgive) or a person, and one that waits for a PIN not until it is given. Its person is told what
    /// the system said; a call only that it was not made.
    pub(crate) async fn sign_in(&self, wanted: Wanted) -> Result<Known, RemoteError> {
        let mut tries = self.account.tries().await;
        if tries.before(wanted, self.rest.tick().up)? == Next::GoOn {
            return Ok(Known::SignedIn);
        }
        let known = self.make_known(&mut tries).await;
        known.map_err(|error| if wanted == Wanted::ByPerson { error } else { tries.told() })
    }

    async fn make_known(&self, tries: &mut Tries) -> Result<Known, RemoteError> {
        let reply = self.remote.sign_in(self.rest.tick().now).await;
        tries.after(reply.as_ref(), self.rest.tick());
        match reply {
            Ok(SignInReply::Done(signed_in)) => self.signed_in(tries, signed_in).await.map(|()| Known::SignedIn),
            Ok(SignInReply::Untold(told)) => self.signed_in(tries, told).await.map(|()| Known::Untold),
            Ok(SignInReply::PinWanted { session, text }) => {
                let pin = PinWanted { session, text: text.clone(), taken: false };
                let edit = ConnectionEdit {
                    pin: Some(Some(pin)),
                    session: Some(None),
                    refusal: Some(None),
                    ..ConnectionEdit::default()
                };
                self.keep(edit, tries).await?;
                Err(RemoteError::new(AndNow::SignIn, text))
            }
            Err(error) => {
                self.rest.note(&error);
                self.keep_refusal(tries, &error).await?;
                Err(error)
            }
        }
    }

    /// Gives the one-time number to the sign-in that waits for it, and goes on with that. Once it was taken nobody is asked for it again,
    /// whatever becomes of the rest.
    pub(crate) async fn give_pin(&self, pin: &str) -> Result<Known, RemoteError> {
        let mut tries = self.account.tries().await;
        let waiting = self.store.connection(self.id).await.map_err(|error| not_kept(&error))?.pin;
        let Some(waiting) = waiting.filter(|waiting| !waiting.taken) else {
            return Err(RemoteError::new(AndNow::Invalid, "No PIN is wanted here. Sign in; nothing was sent."));
        };
        let result = self.remote.give_pin(&waiting.session, pin).await;
        tries.after_pin(result.as_ref().copied());
        match result {
            Ok(()) => {
                let taken = PinWanted { taken: true, ..waiting };
                self.keep(ConnectionEdit { pin: Some(Some(taken)), ..ConnectionEdit::default() }, &mut tries).await?;
                self.make_known(&mut tries).await
            }
            Err(error) => {
                self.rest.note(&error);
                self.keep_refusal(&mut tries, &error).await?;
                Err(error)
            }
        }
    }

    /// Keeps what a sign-in was refused with, if it was, for later runs too. What was waited for before is over.
    async fn keep_refusal(&self, tries: &mut Tries, error: &RemoteError) -> Result<(), RemoteError> {
        if tries.standing() != Standing::Refused {
            return Ok(());
        }
        let refusal = Some(Some(error.message.clone()));
        let edit = ConnectionEdit { refusal, pin: Some(None), ..ConnectionEdit::default() };
        // It stays refused in this run, kept or not.
        self.change(|_| edit).await.map(drop).map_err(|error| not_kept(&error))
    }

    /// Keeps what a sign-in told. Refused when what waits in the outbox would then leave in another name (RELIABILITY.md, I9);
    /// then, and when it cannot be kept, nothing is called with this session.
    async fn signed_in(&self, tries: &mut Tries, told: SignedIn) -> Result<(), RemoteError> {
        let error = match self.keep_signed_in(told).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Refused(why)) => {
                // The session that waited for it is the one in another name now.
                let _ = self.change(|_| ConnectionEdit { pin: Some(None), ..ConnectionEdit::default() }).await;
                RemoteError::new(AndNow::SignIn, why)
            }
            Err(error) => {
                let error = not_kept(&error);
                tries.not_kept(error.clone(), self.rest.tick());
                return Err(error);
            }
        };
        tries.somebody_else(error.clone());
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

    async fn keep(&self, edit: ConnectionEdit, tries: &mut Tries) -> Result<(), RemoteError> {
        let Err(error) = self.change(|_| edit).await else { return Ok(()) };
        let error = not_kept(&error);
        tries.not_kept(error.clone(), self.rest.tick());
        Err(error)
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
