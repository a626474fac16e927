//! Everything that can go wrong, as it is written at the control door: `{"kind": "stall", "ms": 500}`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

fn yes() -> bool {
    true
}

/// What happens to a request that a fault strikes.
///
/// `applied` says whether the system did what it was asked to before things went wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase", deny_unknown_fields)]
pub enum Fault {
    /// The connection is reset before a byte is read. With an empty match this happens when a connection is accepted (and
    /// idle ones are cut); with a match, as soon as the request is recognised, unapplied. For a real "connection
    /// refused" bring the system down.
    Refuse,
    /// The connection is reset after this many bytes of the reply, head included.
    ResetAfterBytes {
        /// Bytes that still arrive.
        bytes: u64,
        /// Default true.
        #[serde(default = "yes")]
        applied: bool,
    },
    /// Waits before handling the request; it is handled even if the client has left by then.
    Stall {
        /// How long.
        ms: u64,
    },
    /// Holds the connection without a reply, until the client leaves.
    Timeout {
        /// Default false.
        #[serde(default)]
        applied: bool,
    },
    /// Applies, then resets the connection without a reply.
    AppliedReplyLost,
    /// Resets the connection without a reply, unapplied.
    NotAppliedReplyLost,
    /// Resets the connection now, applies later.
    AppliedLate {
        /// How much later.
        ms: u64,
    },
    /// Answers this status instead of the system's own answer.
    Status {
        /// 100 is not possible; anything from 200 up is.
        code: u16,
        /// The body, text or JSON. Default: the system's own error shape for that code.
        #[serde(default)]
        body: Option<serde_json::Value>,
        /// More headers, for example `{"Retry-After": "120"}`.
        #[serde(default)]
        headers: BTreeMap<String, String>,
        /// Default false.
        #[serde(default)]
        applied: bool,
    },
    /// 200 with an HTML page for a body, as a captive portal or a proxy would.
    Html {
        /// Default false.
        #[serde(default)]
        applied: bool,
    },
    /// The system's own answer, cut in the middle of its JSON.
    CutJson {
        /// Which length the head tells. Default: the right one of what is sent.
        #[serde(default)]
        content_length: ContentLength,
        /// Default true; false sends half of a made-up success.
        #[serde(default = "yes")]
        applied: bool,
    },
    /// The system's documented answer to a bad credential, unapplied.
    Unauthorized,
    /// The system's own answer, this many bytes of its body each second.
    Slow {
        /// At least 1.
        bytes_per_second: u64,
    },
    /// A page whose `cursor.end` is the cursor it was asked with (its own first row if there was none), and says there is more.
    RepeatCursor,
    /// The cursor that was asked with is no longer known. Strikes only pages asked with a cursor.
    ExpiredCursor,
    /// A page with some of its rows twice, and out of order.
    DuplicateRows,
    /// A page on which one record has no id.
    RecordWithoutId,
    /// A page on which one record's status is a word that the document doesn't have.
    UnknownStatus,
    /// A page on which one record has wrong types.
    GarbledRecord,
}

/// What the head of a cut reply claims.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ContentLength {
    /// The length of what is sent: whole for HTTP, broken for JSON.
    #[default]
    Right,
    /// The length of the uncut body; the connection closes early.
    TooLong,
}

/// The faults that spoil a page; only the system knows how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Distortion {
    RepeatCursor,
    ExpiredCursor,
    DuplicateRows,
    RecordWithoutId,
    UnknownStatus,
    GarbledRecord,
}

impl Fault {
    /// The word of the `kind` key.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::ResetAfterBytes { .. } => "resetAfterBytes",
            Self::Stall { .. } => "stall",
            Self::Timeout { .. } => "timeout",
            Self::AppliedReplyLost => "appliedReplyLost",
            Self::NotAppliedReplyLost => "notAppliedReplyLost",
            Self::AppliedLate { .. } => "appliedLate",
            Self::Status { .. } => "status",
            Self::Html { .. } => "html",
            Self::CutJson { .. } => "cutJson",
            Self::Unauthorized => "unauthorized",
            Self::Slow { .. } => "slow",
            Self::RepeatCursor => "repeatCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::DuplicateRows => "duplicateRows",
            Self::RecordWithoutId => "recordWithoutId",
            Self::UnknownStatus => "unknownStatus",
            Self::GarbledRecord => "garbledRecord",
        }
    }

    /// For the faults that spoil a page, how.
    pub(crate) fn distortion(&self) -> Option<Distortion> {
        Some(match self {
            Self::RepeatCursor => Distortion::RepeatCursor,
            Self::ExpiredCursor => Distortion::ExpiredCursor,
            Self::DuplicateRows => Distortion::DuplicateRows,
            Self::RecordWithoutId => Distortion::RecordWithoutId,
            Self::UnknownStatus => Distortion::UnknownStatus,
            Self::GarbledRecord => Distortion::GarbledRecord,
            _ => return None,
        })
    }

    /// What is wrong with the fault as it was written, if anything.
    pub(crate) fn mistake(&self) -> Option<&'static str> {
        match self {
            Self::Status { code, .. } if !(200..=599).contains(code) => Some("code must be from 200 to 599"),
            Self::Slow { bytes_per_second: 0 } => Some("bytesPerSecond must be at least 1"),
            _ => None,
        }
    }
}
