//! The states of an outbox row, and what a person reads for each (ARCHITECTURE.md, "Words").

use serde::{Deserialize, Serialize};

use crate::action::{Action, ReasonKind, stored_words};

/// Where an action stands between submit and the end (RELIABILITY.md, "The outbox").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum OutboxState {
    /// Waits a few seconds in which it can be taken back.
    Held,
    /// Saved here, to be sent.
    Queued,
    /// Being sent. After a restart this means doubt.
    Inflight,
    /// Accepted as a job that the remote works on.
    Following,
    /// It may or may not have arrived; being looked for.
    Doubtful,
    /// Waits for a person.
    NeedsPerson,
    /// Final: the remote has it, exactly once.
    Confirmed,
    /// Final: a person gave it up, with a reason.
    Discarded,
    /// Final: taken back before it was sent.
    Withdrawn,
}

stored_words!(OutboxState {
    Held = "held",
    Queued = "queued",
    Inflight = "inflight",
    Following = "following",
    Doubtful = "doubtful",
    NeedsPerson = "needsPerson",
    Confirmed = "confirmed",
    Discarded = "discarded",
    Withdrawn = "withdrawn",
});

impl OutboxState {
    /// Whether nothing more happens to it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Confirmed | Self::Discarded | Self::Withdrawn)
    }

    /// Whether a byte of it may have left.
    pub fn may_have_left(self) -> bool {
        matches!(self, Self::Inflight | Self::Following | Self::Doubtful)
    }
}

/// What a person reads for an action. `system` is what they call the connection; `settled` is the local time of the
/// end, already written for reading (times of day are the window's business, so they are passed in).
pub fn words(action: &Action, system: &str, settled: Option<&str>) -> String {
    let reason = action.reason.as_ref();
    match action.state {
        OutboxState::Held => "sending soon · undo".into(),
        OutboxState::Queued => match reason.map(|reason| reason.kind) {
            Some(ReasonKind::SignIn) => format!("saved here, waiting for sign-in to {system}"),
            Some(ReasonKind::Offline) => format!("saved here, {system} cannot be reached"),
            Some(ReasonKind::Waiting) => format!("saved here, {system} asked to wait"),
            Some(ReasonKind::Unreadable) => "saved here, the item cannot be read now".into(),
            Some(ReasonKind::Behind) => "saved here, waiting for the action before it".into(),
            _ => "saved here".into(),
        },
        OutboxState::Inflight => "sending".into(),
        OutboxState::Following => format!("accepted, waiting for {system}"),
        OutboxState::Doubtful => "checking whether it arrived".into(),
        OutboxState::NeedsPerson => match reason.map(|reason| reason.kind) {
            Some(ReasonKind::Conflict) => "conflict".into(),
            Some(ReasonKind::PossiblySent) if action.conflict.is_some() => "possibly yours".into(),
            Some(ReasonKind::PossiblySent) => "possibly sent".into(),
            Some(ReasonKind::Incomplete) => reason.map(|reason| reason.text.clone()).unwrap_or_default(),
            _ => match reason {
                Some(reason) => format!("refused: {}", reason.text),
                None => "needs you".into(),
            },
        },
        OutboxState::Confirmed if action.conflict.is_some() => {
            format!("confirmed by {system}, and changed by somebody else since")
        }
        OutboxState::Confirmed => match settled {
            Some(at) => format!("confirmed by {system} at {at}"),
            None => format!("confirmed by {system}"),
        },
        OutboxState::Discarded => "discarded".into(),
        OutboxState::Withdrawn => "taken back".into(),
    }
}
