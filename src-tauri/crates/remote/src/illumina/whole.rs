//! Whole cases: a case with what stands beside it (status, comments, custom metadata, files), each a read of its own.

use rounds_domain::{
    error::{AndNow, RemoteError},
    pull::{Record, Rejected},
};
use serde_json::{Value, value::RawValue};

use super::{
    Illumina,
    declaration::TITLE,
    record::{self, COMMENTS, FILES, Fields, METADATA, Seen, UNREAD},
};
use crate::{
    kept,
    lenient::{Lenient, Text},
    seam::Depth,
    wire::Turn,
};

/// What became of one case.
pub(super) enum Whole {
    Record(Box<Record>),
    /// Illumina no longer has it, or no longer shows it.
    Gone,
    /// It could not be read.
    Rejected(Rejected),
}

/// How a case is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    pub(super) turn: Turn,
    pub(super) depth: Depth,
    /// Whether what stands beside it may be missing: a sweep goes on without it, but "not there" would mean nothing to an action that
    /// is looked for.
    pub(super) may_lack: bool,
}

/// More pages of comments than any case has.
const MOST_PAGES: u32 = 50;

impl Illumina {
    /// A case by its id.
    pub(super) async fn whole(&self, id: &str, how: How) -> Result<Whole, RemoteError> {
        let raw = match self.case(id, how.turn).await {
            Ok(raw) => raw,
            Err(error) if error.and_now == AndNow::Gone => return Ok(Whole::Gone),
            Err(error) => return Err(error),
        };
        match record::seen(&raw) {
            Seen::Fields(own, fields) if own == id => self.completed(id, fields, how).await.map(Whole::from),
            Seen::Fields(..) => Err(unreadable("it is another case than was asked for")),
            Seen::Rejected(rejected) => Ok(Whole::Rejected(Rejected { external_id: Some(id.to_owned()), ..rejected })),
        }
    }

    /// A case as the list has it, or as it is by itself where the settings want that.
    pub(super) async fn whole_row(&self, id: &str, row: Fields, how: How) -> Result<Whole, RemoteError> {
        if self.read_whole { self.whole(id, how).await } else { self.completed(id, row, how).await.map(Whole::from) }
    }

    /// `GET /cases/{caseId}`, as it came.
    pub(super) async fn case(&self, id: &str, turn: Turn) -> Result<Box<RawValue>, RemoteError> {
        let mut url = self.case_url(id, &[])?;
        if self.direct_identifiers {
            url.query_pairs_mut().append_pair("directIdentifiers", "true");
        }
        self.read(turn, url, "this case").await
    }

    /// Reads what stands beside a case and puts it together.
    async fn completed(&self, id: &str, mut fields: Fields, how: How) -> Result<Record, RemoteError> {
        let mut unread = Vec::new();
        if lacks_state(&fields) {
            self.add_state(id, &mut fields, how.turn).await?;
        }
        let allowed = &self.rules.allowed;
        if self.rules.read_comments {
            match self.list(id, &["comments"], how.turn).await {
                Ok(comments) => _ = fields.insert(COMMENTS.into(), Value::from(comments)),
                Err(error) if is_refused(&error) && (how.may_lack || !allowed.comments) => unread.push("comments"),
                Err(error) => return Err(error),
            }
        }
        if self.rules.read_metadata {
            match self.metadata(id, how.turn).await {
                Ok(metadata) => _ = fields.insert(METADATA.into(), metadata),
                Err(error) if is_refused(&error) && (how.may_lack || !allowed.metadata) => {
                    unread.push("custom metadata");
                }
                Err(error) => return Err(error),
            }
        }
        if how.depth == Depth::Attachments || allowed.delete_files {
            match self.list(id, &["files"], how.turn).await {
                Ok(files) => _ = fields.insert(FILES.into(), Value::from(files)),
                Err(error) if is_refused(&error) => unread.push("files"),
                Err(error) => return Err(error),
            }
        }
        if !unread.is_empty() {
            fields.insert(UNREAD.into(), Value::from(unread));
        }
        Ok(record::record(id, fields, &self.rules))
    }

    /// `GET /cases/{caseId}/status`, for a case that does not tell its own.
    async fn add_state(&self, id: &str, fields: &mut Fields, turn: Turn) -> Result<(), RemoteError> {
        let raw = match self.read(turn, self.case_url(id, &["status"])?, "its status").await {
            Ok(raw) => raw,
            Err(error) if is_refused(&error) => return Ok(()),
            Err(error) => return Err(error),
        };
        match kept::parse(raw.get()).map(|(value, _)| value) {
            Some(Value::Object(told)) => {
                for key in ["status", "subState"] {
                    if let (None, Some(value)) = (Text::read(fields.get(key)), told.get(key)) {
                        fields.insert(key.into(), value.clone());
                    }
                }
            }
            Some(Value::String(status)) => _ = fields.entry("status").or_insert(Value::from(status)),
            _ => {}
        }
        Ok(())
    }

    /// `GET /cases/{caseId}/custom-metadata`. None is null, which some say by "not found".
    pub(super) async fn metadata(&self, id: &str, turn: Turn) -> Result<Value, RemoteError> {
        let url = self.case_url(id, &["custom-metadata"])?;
        let raw = match self.read(turn, url, "the custom metadata").await {
            Err(error) if error.and_now == AndNow::Gone => return Ok(Value::Null),
            read => read?,
        };
        kept::parse(raw.get()).map(|(value, _)| value).ok_or_else(|| unreadable("its custom metadata cannot be read"))
    }

    /// A list below a case: bare, or on pages.
    pub(super) async fn list(&self, id: &str, below: &[&str], turn: Turn) -> Result<Vec<Value>, RemoteError> {
        let mut all = Vec::new();
        for number in 0..MOST_PAGES {
            let mut url = self.case_url(id, below)?;
            if number > 0 {
                url.query_pairs_mut().append_pair("pageNumber", &number.to_string());
            }
            let raw = self.read(turn, url, "what stands beside this case").await?;
            let whole = kept::parse(raw.get()).map(|(value, _)| value);
            let (entries, more) = whole.and_then(entries).ok_or_else(|| unreadable("it holds no list"))?;
            let is_empty = entries.is_empty();
            all.extend(entries);
            if !more || is_empty {
                return Ok(all);
            }
        }
        Err(unreadable("its pages do not come to an end"))
    }
}

/// The entries of a list, bare or inside a wrapper, and whether more follow.
pub(super) fn entries(whole: Value) -> Option<(Vec<Value>, bool)> {
    match whole {
        Value::Null => Some((Vec::new(), false)),
        Value::Array(entries) => Some((entries, false)),
        Value::Object(mut fields) => {
            let more = Option::<bool>::read(fields.get("last")) == Some(false);
            let keys = ["content", "comments", "files", "items", "data", "results"];
            let list = keys.iter().find_map(|key| match fields.remove(*key) {
                Some(Value::Array(entries)) => Some(entries),
                Some(Value::Null) => Some(Vec::new()),
                _ => None,
            })?;
            Some((list, more))
        }
        _ => None,
    }
}

/// The search lacks the states of delivery, so that a case under way or complete may come without its sub-state.
fn lacks_state(fields: &Fields) -> bool {
    match Text::read(fields.get("status")) {
        None => true,
        Some(status) => {
            let moves = ["inprogress", "complete"].contains(&super::convert::folded(&status).as_str());
            moves && Text::read(fields.get("subState")).is_none()
        }
    }
}

/// Whether a part is not to be had here, whoever asks how often.
fn is_refused(error: &RemoteError) -> bool {
    matches!(error.and_now, AndNow::Gone | AndNow::Forbidden | AndNow::Invalid)
}

pub(super) fn unreadable(why: &str) -> RemoteError {
    RemoteError::new(
        AndNow::Doubtful,
        format!("{TITLE}'s reply cannot be used: {why}. Nothing of it was kept and it will be read again."),
    )
}

impl From<Record> for Whole {
    fn from(record: Record) -> Self {
        Self::Record(Box::new(record))
    }
}
