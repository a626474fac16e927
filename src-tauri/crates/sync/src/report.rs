//! What one pass came to, for whoever asked for it. No patient data but what a remote says in an error: that is shown to its
//! person, and only the kind of an error is ever logged.

use rounds_domain::error::RemoteError;
use serde::Serialize;

/// What a pass over all connections came to.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SyncReport {
    /// One for each connection.
    pub connections: Vec<ConnectionReport>,
}

/// What a pass over one connection came to.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionReport {
    /// Its name.
    pub connection: String,
    /// The word for its system.
    pub system: String,
    /// Its feeds.
    pub feeds: Vec<FeedReport>,
    /// What happened to the outbox.
    pub outbox: OutboxReport,
    /// What went wrong first, if anything did.
    pub error: Option<ErrorReport>,
}

/// What a pass over one feed came to.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FeedReport {
    /// Its name.
    pub feed: String,
    /// Pages read.
    pub pages: u32,
    /// Records on them.
    pub rows: u32,
    /// Records that were not here before.
    pub new: u32,
    /// Records that are different now.
    pub changed: u32,
    /// Records that could not be read.
    pub rejected: u32,
    /// Items now known to be gone upstream.
    pub gone: u32,
    /// Parts whose sweep failed.
    pub failed: u32,
    /// Why the system does not show this person what is new in it, if it does not.
    pub closed: Option<String>,
    /// How long it took.
    pub seconds: f64,
}

/// What a pass did with the outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxReport {
    /// Actions sent.
    pub sent: u32,
    /// Actions confirmed.
    pub confirmed: u32,
    /// Actions still unsettled that go on by themselves.
    pub waiting: u32,
    /// Actions in doubt among them.
    pub doubtful: u32,
    /// Actions that wait for a person.
    pub needs_person: u32,
    /// The system could not be reached or asked to wait: nothing is to be sent before this.
    #[serde(skip)]
    pub not_before: Option<chrono::DateTime<chrono::Utc>>,
    /// Why it was not reached or not spoken to, the first time in this pass.
    #[serde(skip)]
    pub error: Option<RemoteError>,
}

/// An error, told by what can be done.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ErrorReport {
    /// offline, later, signIn, forbidden, conflict, invalid, gone, unreadable or local.
    pub kind: String,
    /// For a person, in part in the remote's own words. Not for a log.
    pub message: String,
}

impl std::fmt::Debug for ErrorReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorReport").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl From<&RemoteError> for ErrorReport {
    fn from(error: &RemoteError) -> Self {
        Self { kind: error.and_now.word().into(), message: error.message.clone() }
    }
}

impl FeedReport {
    pub(crate) fn add(&mut self, applied: &rounds_store::table::item::Applied) {
        self.pages += 1;
        self.rows += applied.rows;
        self.new += applied.new;
        self.changed += applied.changed;
        self.rejected += applied.rejected;
        self.gone += applied.gone;
    }
}
