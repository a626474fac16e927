//! How the account stands: a token that nobody renews, and a pause when eHealth refuses the whole legal entity.

use std::sync::PoisonError;

use chrono::{DateTime, Utc};
use rounds_domain::error::{AndNow, RemoteError};

use super::{EHealth, declaration::TITLE, errors::No};
use crate::{
    seam::{SignInReply, SignedIn},
    wire::Turn,
};

/// Whether anything may be called.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Pause {
    /// It may.
    #[default]
    None,
    /// eHealth has refused the account, and the sign-in that follows the refusal by itself has not been answered yet.
    Begun(RemoteError),
    /// Nothing is called until a person signs in again.
    Holds(RemoteError),
}

/// Asked about where no patient is watched: no job has it.
const NO_JOB: &str = "00000000-0000-0000-0000-000000000000";

impl EHealth {
    /// Refuses while the connection is paused.
    pub(super) fn standing(&self) -> Result<(), RemoteError> {
        match &*self.pause.lock().unwrap_or_else(PoisonError::into_inner) {
            Pause::None => Ok(()),
            Pause::Begun(why) | Pause::Holds(why) => Err(why.clone()),
        }
    }

    /// Pauses the connection.
    pub(super) fn pause(&self, why: &RemoteError) {
        *self.pause.lock().unwrap_or_else(PoisonError::into_inner) = Pause::Begun(why.clone());
    }

    /// The sign-in that follows a refusal by itself ends in the pause; the next one is a person's, and ends it.
    fn go_on(&self) -> Result<(), RemoteError> {
        let mut pause = self.pause.lock().unwrap_or_else(PoisonError::into_inner);
        match std::mem::take(&mut *pause) {
            Pause::None | Pause::Holds(_) => Ok(()),
            Pause::Begun(why) => {
                *pause = Pause::Holds(why.clone());
                Err(why)
            }
        }
    }

    /// Proves the token by a read that costs eHealth next to nothing. Any answer but a 401 is one to somebody it knows.
    pub(super) async fn prove_token(&self, _now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        self.go_on()?;
        let url = match self.watched.ids().first() {
            Some(patient) => self.url(&["patients", patient, "specimens"], &[("page", "1"), ("page_size", "1")])?,
            None => self.url(&["jobs", NO_JOB], &[])?,
        };
        let reply = self.get(Turn::Single, "it", url).await?;
        let mut notes = Vec::new();
        if !reply.status.is_success() {
            let no = No::of_reply(&reply, &self.signature);
            let error = no.of_read();
            match error.and_now {
                AndNow::Gone => {}
                AndNow::Forbidden | AndNow::Invalid if no.refusal.clean => notes.push(error.message),
                _ => return Err(error),
            }
        }
        if self.watched.ids().is_empty() {
            notes.push(format!("No patients are watched, so {TITLE} is asked for scanned specimens only."));
        }
        Ok(SignInReply::Done(SignedIn { me: Some(self.me.clone()), notes, session: None }))
    }
}
