//! Signing in, and what is learned there: who the person at this desk is.

use rounds_domain::{
    action::Action,
    error::{AndNow, RemoteError},
};
use rounds_engine::outbox::transition::{Event, waits_for_sign_in};
use rounds_store::{
    StoreError,
    table::connection::{Connection, ConnectionEdit},
};

use crate::{Rounds, desk::DeskError, link::Link};

impl Rounds {
    /// A write was refused with "sign in": signs in once, and lets everything that waited for it go on.
    pub(crate) async fn sign_in_for(&self, link: &Link, moved: Action) -> Result<Action, DeskError> {
        match link.sign_in(self.clock.now(), None).await {
            Ok(_) => {
                self.tell_all(link, &Event::SignedIn).await?;
                Ok(self.store.action(moved.id).await?)
            }
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
    pub(crate) async fn learn_me(&self, link: &Link, id: Option<String>) -> Result<(), DeskError> {
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
    pub(crate) async fn sign_in_now(&self, connection: &Connection) -> Result<Result<(), RemoteError>, DeskError> {
        let link = self.link(connection)?;
        link.forgive().await;
        let signed_in = match link.sign_in(self.clock.now(), None).await {
            Ok(signed_in) => signed_in.unwrap_or_default(),
            Err(error) => {
                self.keep_trouble(connection, Some(&error)).await?;
                return Ok(Err(error));
            }
        };
        let account = connection.clone();
        let learn = move |now: &Connection| {
            // Who was signed in says nothing about another account that was filled in meanwhile.
            let same = (&now.base_url, &now.settings, &now.secrets)
                == (&account.base_url, &account.settings, &account.secrets);
            let me =
                signed_in.me.map(|me| rounds_domain::patient::Me { id: me.id.or_else(|| now.me.id.clone()), ..me });
            same.then(|| ConnectionEdit { me, notes: Some(signed_in.notes), ..ConnectionEdit::default() })
        };
        match self.store.change_connection(connection.id, learn).await {
            Ok(_) => {}
            Err(StoreError::Refused(why)) => {
                let error = RemoteError::new(AndNow::SignIn, why);
                self.keep_trouble(connection, Some(&error)).await?;
                return Ok(Err(error));
            }
            Err(error) => return Err(error.into()),
        }
        self.keep_trouble(connection, None).await?;
        self.tell_all(&link, &Event::SignedIn).await?;
        Ok(Ok(()))
    }

    /// Whether anything of a connection waits for a sign-in.
    pub(crate) async fn waits_for_sign_in(&self, connection: &Connection) -> Result<bool, DeskError> {
        Ok(self.store.unsettled(Some(connection.id)).await?.iter().any(waits_for_sign_in))
    }
}
