//! What a remote system is to the rest of Rounds: a declaration and a few verbs, each "not offered" unless it is.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
pub use rounds_domain::reply::{Changed, JobState, Receipt, SignInReply, SignedIn, Submitted};
use rounds_domain::{
    action::{Action, Offer},
    around::Around,
    error::{AndNow, RemoteError},
    file::OutFile,
    item::{Identifier, IdentifierKind, ItemKind, WorkItem},
    moment::Moment,
    patient::{Me, Person},
    pull::{Page, Record, Slice},
};

/// One configured account at one system, as the client needs it. Holds secrets: never logged, never shown.
#[derive(Clone)]
pub struct Account {
    /// Where the system is.
    pub base_url: String,
    /// Settings by key; a missing one means its declared default.
    pub settings: BTreeMap<String, String>,
    /// Secret parts by key.
    pub secrets: BTreeMap<String, String>,
    /// What earlier pages taught about the system (see [`Page::learned`]).
    pub learned: BTreeMap<String, String>,
    /// The session of the last sign-in ([`SignedIn::session`]), of this process or another one. It may be over by now.
    pub session: Option<String>,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("settings", &self.settings)
            .field("learned", &self.learned)
            .finish_non_exhaustive()
    }
}

/// The item that a verb is about, as the remote names it and as far as the remote told its times.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// The remote's id.
    pub external_id: String,
    /// What it is.
    pub kind: ItemKind,
    /// The remote's id of the case it belongs to.
    pub parent: Option<String>,
    /// When it was made upstream.
    pub created: Option<Moment>,
    /// When it last changed upstream, as far as is known here.
    pub updated: Option<Moment>,
    /// The instant by which its feed finds it (see [`WorkItem::feed_time`]); for an order that came inside a case, the
    /// case's.
    pub feed_time: Option<DateTime<Utc>>,
    /// Its names and its patient's, as far as the remote told them: some systems find it only by one of them.
    pub identifiers: Vec<Identifier>,
}

impl Target {
    /// The target that names `item`.
    pub fn of(item: &WorkItem) -> Self {
        Self {
            external_id: item.external_id.clone(),
            kind: item.kind,
            parent: item.parent.clone(),
            created: item.created.clone(),
            updated: item.updated.clone(),
            feed_time: item.feed_time,
            identifiers: item.identifiers.clone(),
        }
    }

    /// Its first name of a kind.
    pub fn named(&self, kind: IdentifierKind) -> Option<&str> {
        let identifier = self.identifiers.iter().find(|identifier| identifier.kind == kind);
        identifier.map(|identifier| identifier.value.as_str())
    }
}

/// The contents of one attached file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The media type that the remote named, or `application/octet-stream`.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// A file that goes out with an action.
#[derive(Clone, PartialEq, Eq)]
pub struct Enclosed {
    /// How the action names it.
    pub about: OutFile,
    /// The bytes.
    pub content: Vec<u8>,
}

impl std::fmt::Debug for Enclosed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enclosed").field("size", &self.about.size).finish_non_exhaustive()
    }
}

/// How much of an item a refresh reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What sweeps read.
    Plain,
    /// Its attachments too: what they are called, not what is in them.
    Attachments,
}

/// One connected remote system. Implementations keep their session to themselves.
///
/// Errors answer "and now?" by type. For [`submit`](Self::submit): `Offline`, `Later` and `SignIn` promise that nothing
/// took effect; `Forbidden`, `Conflict`, `Invalid` and `Gone` are the remote's documented refusals; everything else
/// after a byte may have left is `Doubtful`.
#[async_trait]
pub trait RemoteSystem: Send + Sync {
    /// Who the person at this desk is there, as far as the account's settings say. No request is sent.
    fn me(&self) -> Option<Me> {
        None
    }

    /// The patients whom the account's settings name. No request is sent.
    fn patients(&self) -> Vec<Person> {
        vec![]
    }

    /// What can be done here without an item that is there already (make a case), and why not where not, as far as the account's
    /// settings say. No request is sent.
    fn offers(&self) -> Vec<Offer> {
        vec![]
    }

    /// The item that an offered action of the connection is about, as it stands once the action is done: it is on the worklist
    /// from when the action is saved, with what its person filled in, until the remote says more. Its `external_id` is what the
    /// person chose, or else the action's own id. Fails with words for the person, where what they filled in does not go together.
    fn made(&self, _action: &Action) -> Result<WorkItem, String> {
        Err("This system does not offer to make anything. Nothing was saved.".to_owned())
    }

    /// Whether what a person filled in goes together, beyond what its fields declare: asked before it is saved. Fails with words for the
    /// person. No request is sent.
    fn check(&self, _action: &Action) -> Result<(), String> {
        Ok(())
    }

    /// Whether an item can be read on its own. Where not, nothing is compared before a send, and what is in doubt goes to a person.
    fn reads(&self) -> bool {
        true
    }

    /// Makes sure that the remote knows us, and says who we are there; a session that lives is gone on with. Called after a
    /// "sign in" or when a person asks; one at a time and at most once for a refusal. Where nothing there tells, that is what it says
    /// ([`SignInReply::Untold`]), and right after a refused write it is refused too. `SignIn`, `Forbidden` and `Invalid` mean that the account was refused: it is not
    /// tried again until a person does something.
    async fn sign_in(&self, now: DateTime<Utc>) -> Result<SignInReply, RemoteError>;

    /// Gives the one-time number that a sign-in asked for ([`SignInReply::PinWanted`]), to the `session` that waits for it. It
    /// may be another process that gives it. From then on [`sign_in`](Self::sign_in) goes on with that session. `Invalid` means
    /// that this number is wrong and another may be tried; `SignIn` and `Forbidden` that this session takes none any more.
    async fn give_pin(&self, _session: &str, _pin: &str) -> Result<(), RemoteError> {
        Err(not_offered("a sign-in with a PIN"))
    }

    /// Reads one page of a feed's slice, from the beginning or from where the page before ended. `Forbidden` closes this feed alone:
    /// the person may not see it. An empty page would say that there is nothing.
    async fn pull(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Page, RemoteError>;

    /// Reads one item again. `Ok(None)` when the remote answered and the item was not in the answer. For an item that
    /// lives inside another (an order in its case) the record is that of the one it lives in.
    async fn refresh(&self, _target: &Target, _depth: Depth) -> Result<Option<Record>, RemoteError> {
        Err(not_offered("reading one item"))
    }

    /// Reads several items again, as sweeps read them, in the order of `targets`; `None` for one that was not in the answer.
    async fn refresh_many(&self, targets: &[Target]) -> Result<Vec<Option<Record>>, RemoteError> {
        let mut records = Vec::with_capacity(targets.len());
        for target in targets {
            records.push(self.refresh(target, Depth::Plain).await?);
        }
        Ok(records)
    }

    /// Finds an item by a number that a person has.
    async fn look_up(&self, _number: &str) -> Result<Vec<Record>, RemoteError> {
        Err(not_offered("looking up a number"))
    }

    /// Whom an item can be assigned to.
    async fn candidates(&self, _target: &Target) -> Result<Vec<Person>, RemoteError> {
        Err(not_offered("naming candidates"))
    }

    /// What the account holds beside its items: filters saved there, messages. `Ok(None)` where there is nothing of the kind to
    /// read, and then no request is sent.
    async fn around(&self) -> Result<Option<Around>, RemoteError> {
        Ok(None)
    }

    /// Who last changed one of these values of an item ([`WorkItem::values`]). `Ok(None)` where the system does not tell, at
    /// least not to this person; a guess is worse than that.
    async fn who_changed(&self, _target: &Target, _keys: &[String]) -> Result<Option<Changed>, RemoteError> {
        Ok(None)
    }

    /// Reads one attached file.
    async fn blob(&self, _target: &Target, _attachment: &str) -> Result<Blob, RemoteError> {
        Err(not_offered("attachments"))
    }

    /// Sends an action, once. Never retries by itself.
    async fn submit(&self, _target: &Target, _action: &Action) -> Result<Submitted, RemoteError> {
        Err(not_offered("this action"))
    }

    /// Sends an action with the files that it names, in their order, once. Only a system that declares files
    /// ([`FieldKind::Files`](rounds_domain::declare::FieldKind::Files)) is given any.
    async fn submit_with(
        &self,
        target: &Target,
        action: &Action,
        files: Vec<Enclosed>,
    ) -> Result<Submitted, RemoteError> {
        if files.is_empty() { self.submit(target, action).await } else { Err(not_offered("sending files")) }
    }

    /// Asks how far a job is.
    async fn follow(&self, _job: &str) -> Result<JobState, RemoteError> {
        Err(not_offered("following a job"))
    }
}

fn not_offered(what: &str) -> RemoteError {
    RemoteError::new(AndNow::Invalid, format!("This system does not offer {what}."))
}
