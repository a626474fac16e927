//! Signing in, and what is learned there: who the person at this desk is.

use rounds_domain::{
    action::Action,
    error::{AndNow, RemoteError},
    ids::ConnectionId,
    view::TroubleKind,
};
use rounds_engine::{
    outbox::transition::{Event, waits_for_sign_in},
    sign_in::Wanted,
};
use rounds_store::table::connection::{Connection, ConnectionEdit};

use crate::{Keep, Rounds, account::Known, desk::DeskError, link::Link};

/// What the account was last refused with, as it stands on the connection.
pub(crate) fn refused_with(connection: &Connection) -> Option<&str> {
    let told = connection.trouble.as_ref().filter(|trouble| trouble.kind == TroubleKind::SignIn);
    connection.refusal.as_deref().or_else(|| told.map(|trouble| trouble.text.as_str()))
}

impl<K: Keep> Rounds<K> {
    /// A write was refused with "sign in": signs in once, and lets everything that waited for it go on.
    /// `ended` is how many sign-ins had ended before it left.
    pub(crate) async fn sign_in_for(&self, link: &Link<K>, moved: Action, ended: u64) -> Result<Action, DeskError> {
        match link.sign_in(Wanted::ForCall { ended }).await {
            Ok(Known::SignedIn) => {
                self.tell_all(link, &Event::SignedIn).await?;
                Ok(self.store.action(moved.id).await?)
            }
            // Nothing but this refusal tells how the account stands: it waits for its person.
            Ok(Known::Untold) => Ok(moved),
            Err(error) => {
                let connection = self.store.connection(link.id).await?;
                self.keep_trouble(&connection, Some(&error)).await?;
                // Offline is no answer about the account: it is asked again with the next call.
                if error.and_now != AndNow::SignIn {
                    self.tell(link, moved.id, Event::ReadFailed(error)).await?;
                }
                Ok(self.store.action(moved.id).await?)
            }
        }
    }

    /// Keeps the system's id of me, once something that is certainly mine told it; and only while I am still called what I was
    /// called when it was made.
    pub(crate) async fn learn_me(&self, link: &Link<K>, id: Option<String>) -> Result<(), DeskError> {
        let Some(id) = id else { return Ok(()) };
        let connection = self.store.connection(link.id).await?;
        let called = link.me(&connection);
        let before = connection.me.clone();
        let learn = move |now: &Connection| {
            let is_me = now.me.id.is_none() && now.me.name == called.name && now.me.email == called.email;
            let me = rounds_domain::patient::Me { id: Some(id), ..now.me.clone() };
            is_me.then(|| ConnectionEdit { me: Some(me), ..ConnectionEdit::default() })
        };
        if self.store.change_connection(link.id, learn).await?.me == before {
            return Ok(());
        }
        let (store, connection) = (self.store.clone(), link.id);
        // Whose rows are mine may have changed for namesakes.
        self.tasks.spawn(async move {
            if let Err(error) = store.reproject_connection(connection).await {
                tracing::warn!(kind = error.kind(), "rows could not be computed anew");
            }
        });
        Ok(())
    }

    /// Signs in because a person asked, and lets what waited for it go on.
    pub(crate) async fn sign_in_now(&self, connection: &Connection) -> Result<Result<Known, RemoteError>, DeskError> {
        let link = self.link(connection.id).await?;
        let signed_in = link.sign_in(Wanted::ByPerson).await;
        self.after_sign_in(connection, &link, signed_in).await
    }

    /// Gives the one-time number that a sign-in waits for, and lets what waited for it go on. Waits for the network.
    pub async fn give_pin(&self, id: ConnectionId, pin: &str) -> Result<Result<Known, RemoteError>, DeskError> {
        let connection = self.store.connection(id).await?;
        if connection.asks_for_pin().is_none() {
            return Err(DeskError::NotOffered("This connection waits for no PIN. Nothing was sent.".into()));
        }
        let pin = pin.trim();
        if pin.is_empty() {
            return Err(DeskError::Invalid("The PIN is empty. Type the number that you were sent.".into()));
        }
        let link = self.link(connection.id).await?;
        let given = link.give_pin(pin).await;
        self.after_sign_in(&connection, &link, given).await
    }

    async fn after_sign_in(
        &self,
        connection: &Connection,
        link: &Link<K>,
        result: Result<Known, RemoteError>,
    ) -> Result<Result<Known, RemoteError>, DeskError> {
        // Where nothing was proven, what the account was refused with stays told until something is taken.
        if result != Ok(Known::Untold) || refused_with(connection).is_none() {
            self.keep_trouble(connection, result.as_ref().err()).await?;
        }
        if let Ok(known) = result {
            let event = if known == Known::SignedIn { Event::SignedIn } else { Event::MayTry };
            self.tell_all(link, &event).await?;
            self.wake_pulls(Some(connection.id));
        }
        Ok(result)
    }

    /// What was refused for want of a sign-in stands no longer: something was read there, or taken. What stands in the way of
    /// reading is over once it was read; only where nothing is read, this tells.
    pub(crate) async fn account_is_good(&self, link: &Link<K>) -> Result<(), DeskError> {
        link.proven().await?;
        let connection = self.store.connection(link.id).await?;
        if link.system.feeds.is_empty() && refused_with(&connection).is_some() {
            self.keep_trouble(&connection, None).await?;
        }
        Ok(())
    }

    /// Whether anything of a connection waits for a sign-in.
    pub(crate) async fn waits_for_sign_in(&self, connection: &Connection) -> Result<bool, DeskError> {
        Ok(self.store.unsettled(Some(connection.id)).await?.iter().any(waits_for_sign_in))
    }
}
