//! What a system folder offers to the shared machinery: control door, faults, intake.

use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::effects::Record;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;
use crate::options::Temperament;
use crate::stamp::Stamp;

/// What every system is built from.
#[derive(Clone)]
pub(crate) struct Ground {
    pub(crate) seed: u64,
    /// Items of this system.
    pub(crate) items: usize,
    pub(crate) temperament: Temperament,
    pub(crate) clock: Clock,
    /// The moment before which all data was made.
    pub(crate) base: Stamp,
    pub(crate) record: Arc<Record>,
}

/// Why the control door could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{0}")]
    NotFound(String),
    #[error("{0}")]
    Invalid(String),
}

/// A remote system, without sockets: requests in, answers out.
///
/// Answers are computed at once; delays, cut connections and the like are done around it by the intake.
pub(crate) trait System: Send + Sync + 'static {
    /// The name in the announcement and at the control door.
    fn name(&self) -> &'static str;
    /// The connection's secret, for the announcement.
    fn secret(&self) -> Value;
    /// The connection's settings, for the announcement.
    fn person(&self) -> Value;
    /// Tells where it can be reached, for links in what it serves.
    fn reachable_at(&self, base_url: &str);

    /// Answers a request and does what it asks for.
    fn answer(&self, asked: &Asked) -> Answer;
    /// Its documented answer to a bad credential.
    fn unauthorized(&self) -> Answer;
    /// Its answer to too many requests, in its own error shape.
    fn too_many(&self) -> Answer;
    /// The body of its answers with a status that nobody documents, as a fault asks for them.
    fn failure(&self, status: StatusCode) -> Value {
        let reason = status.canonical_reason().unwrap_or("Unknown");
        json!({"status": status.as_u16(), "success": false, "message": "Request failed", "error": reason})
    }
    /// What a success would begin like if it had done anything.
    fn made_up_success(&self) -> Value {
        json!({"status": 200, "success": true, "message": "Request accepted", "data": {"id": "00000000-0000-0000-0000-000000000000"}})
    }
    /// Whether this request reads a page of a listing, so that a page fault can strike it.
    fn reads_page(&self, asked: &Asked) -> bool;
    /// Spoils a page that was answered.
    fn distort(&self, asked: &Asked, page: Answer, distortion: Distortion) -> Answer;

    /// The settings in force, or changes them first. See README.
    fn settings(&self, change: Option<&Value>) -> Result<Value, Refusal>;
    /// What a tester wants to know: counts, people, ids of foreign records.
    fn facts(&self) -> Value;
    /// Edits upstream as another user.
    fn edit(&self, edit: &Value) -> Result<Value, Refusal>;
    /// Creates an item upstream as another user.
    fn create(&self, wish: &Value) -> Result<Value, Refusal>;
    /// Removes an item upstream.
    fn delete(&self, id: &str) -> Result<Value, Refusal>;
    /// The server's truth about an item, late applications included.
    fn truth(&self, id: &str) -> Result<Value, Refusal>;
    /// Ids of all items that exist, a page of them.
    fn ids(&self, skip: usize, limit: usize) -> Value;
    /// Back to the data and settings of the start.
    fn reset(&self);
}
