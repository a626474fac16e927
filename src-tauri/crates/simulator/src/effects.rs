//! The record of what the systems really did: the judge of "exactly once".

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::exchange::{Asked, TEST_TAG};

/// One write that a system carried out. A request that was refused leaves none; one that was applied twice would leave two.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// Its place in the record, from 1.
    pub sequence: u64,
    /// The system that applied it.
    pub system: String,
    /// The number of the request that caused it.
    pub request: u64,
    /// What was written to, the remote's id.
    pub case_id: String,
    /// The remote's name of the write, for example `ADD_COMMUNICATION`.
    pub action: String,
    /// The id of what was made, for example the comment's.
    pub made_id: Option<String>,
    /// What was sent, whole, but attachments' contents (their sizes and hashes instead).
    pub payload: Value,
    /// The author as sent, if the write names one.
    pub author: Option<Value>,
    /// The value of the request's `x-rounds-test-tag`.
    pub tag: Option<String>,
    /// When the request was received, by the simulator's clock.
    pub received_at: String,
    /// When it was applied.
    pub applied_at: String,
    /// How long after the application reads begin to show it, in milliseconds.
    pub visible_after_ms: u64,
    /// 1 for the first effect with this case, action and payload, 2 for the same again: a double.
    pub occurrence: u64,
}

/// What a system hands in; the record adds the rest.
#[allow(clippy::struct_field_names)] // named as in the record
pub(crate) struct Applied {
    pub(crate) case_id: String,
    pub(crate) action: String,
    pub(crate) made_id: Option<String>,
    pub(crate) payload: Value,
    pub(crate) author: Option<Value>,
    pub(crate) applied_at: String,
    pub(crate) visible_after_ms: u64,
}

/// A rule that the client broke, for example a key sent to a signed URL.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Violation {
    /// Where.
    pub system: String,
    /// The number of the request.
    pub request: u64,
    /// Which rule.
    pub rule: String,
    /// When, by the simulator's clock.
    pub at: String,
}

/// Effects and violations of every system, in order. Lives as long as the process.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    effects: Vec<Effect>,
    violations: Vec<Violation>,
}

impl Record {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn applied(&self, system: &str, asked: &Asked, applied: Applied) {
        let mut kept = self.kept();
        let same = kept.effects.iter().filter(|effect| {
            effect.system == system
                && effect.case_id == applied.case_id
                && effect.action == applied.action
                && effect.payload == applied.payload
        });
        let occurrence = same.count() as u64 + 1;
        let sequence = kept.effects.len() as u64 + 1;
        kept.effects.push(Effect {
            sequence,
            system: system.to_owned(),
            request: asked.number,
            case_id: applied.case_id,
            action: applied.action,
            made_id: applied.made_id,
            payload: applied.payload,
            author: applied.author,
            tag: asked.header(TEST_TAG).map(str::to_owned),
            received_at: asked.received.text(),
            applied_at: applied.applied_at,
            visible_after_ms: applied.visible_after_ms,
            occurrence,
        });
    }

    pub(crate) fn violated(&self, system: &str, asked: &Asked, rule: &str) {
        self.kept().violations.push(Violation {
            system: system.to_owned(),
            request: asked.number,
            rule: rule.to_owned(),
            at: asked.received.text(),
        });
    }

    pub(crate) fn effects(&self, system: Option<&str>) -> Vec<Effect> {
        let kept = self.kept();
        kept.effects.iter().filter(|effect| system.is_none_or(|name| effect.system == name)).cloned().collect()
    }

    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.kept().violations.clone()
    }

    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }
}
