//! How the account stands: a token that nobody renews, and a pause when eHealth refuses the whole legal entity.

use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};
use rounds_domain::error::{AndNow, RemoteError};

use super::{EHealth, declaration::TITLE, errors::No};
use crate::{
    seam::{SignInReply, SignedIn},
    wire::Turn,
};

/// How the account stands in this process.
#[derive(Debug, Default)]
pub(super) struct Standing {
    pause: Pause,
    /// How many times the connection was paused.
    pauses: u64,
    /// The jobs that were begun here, each with how many pauses there were by then.
    jobs: BTreeMap<String, u64>,
}

/// Whether anything may be called.
#[derive(Debug, Clone, Default, PartialEq)]
enum Pause {
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
    pub(super) fn may_call(&self) -> Result<(), RemoteError> {
        match &self.standing().pause {
            Pause::None => Ok(()),
            Pause::Begun(why) | Pause::Holds(why) => Err(why.clone()),
        }
    }

    /// Remembers when a job was begun.
    pub(super) fn begun(&self, job: &str) {
        let mut standing = self.standing();
        let pauses = standing.pauses;
        standing.jobs.insert(job.to_owned(), pauses);
    }

    /// Pauses the connection; not for a `job` that was begun before a pause that is over: it tells of what was.
    pub(super) fn pause(&self, why: &RemoteError, job: Option<&str>) {
        let mut standing = self.standing();
        let begun = job.and_then(|job| standing.jobs.remove(job));
        if begun.is_none_or(|begun| begun == standing.pauses) {
            standing.pause = Pause::Begun(why.clone());
            standing.pauses += 1;
        }
    }

    /// The sign-in that follows a refusal by itself ends in the pause; the next one is a person's, and ends it.
    fn go_on(&self) -> Result<(), RemoteError> {
        let mut standing = self.standing();
        match std::mem::take(&mut standing.pause) {
            Pause::None | Pause::Holds(_) => Ok(()),
            Pause::Begun(why) => {
                standing.pause = Pause::Holds(why.clone());
                Err(why)
            }
        }
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
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
