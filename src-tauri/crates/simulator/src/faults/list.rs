//! The faults in force, and which of them strikes a request.

use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::kinds::Fault;
use crate::exchange::Asked;

/// Names a fault that was added.
pub type FaultId = u64;

/// Which requests a fault strikes: all parts given must fit; no part given fits every request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Match {
    /// `GET`, `POST`, …
    pub method: Option<String>,
    /// A part of the path and query as sent.
    pub path_contains: Option<String>,
    /// The value of the JSON body's `action`.
    pub action: Option<String>,
    /// A part of the body as sent.
    pub body_contains: Option<String>,
}

fn once() -> i64 {
    1
}

/// A fault as it is asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FaultSpec {
    /// The system it strikes.
    pub system: String,
    /// The requests it strikes.
    #[serde(default, rename = "match")]
    pub matching: Match,
    /// How many matching requests pass unharmed first.
    #[serde(default)]
    pub after: u64,
    /// How many it strikes then; -1 for every one. Default 1.
    #[serde(default = "once")]
    pub times: i64,
    /// What happens.
    pub fault: Fault,
}

impl FaultSpec {
    /// A fault that strikes the next request to the system, once.
    pub fn new(system: &str, fault: Fault) -> Self {
        Self { system: system.to_owned(), matching: Match::default(), after: 0, times: 1, fault }
    }

    /// Only requests with this method.
    #[must_use]
    pub fn on_method(mut self, method: &str) -> Self {
        self.matching.method = Some(method.to_owned());
        self
    }

    /// Only writes with this `action`.
    #[must_use]
    pub fn on_action(mut self, action: &str) -> Self {
        self.matching.action = Some(action.to_owned());
        self
    }

    /// Only requests whose path and query hold this.
    #[must_use]
    pub fn on_path(mut self, part: &str) -> Self {
        self.matching.path_contains = Some(part.to_owned());
        self
    }

    /// Only requests whose body holds this.
    #[must_use]
    pub fn on_body(mut self, part: &str) -> Self {
        self.matching.body_contains = Some(part.to_owned());
        self
    }

    /// Lets this many matching requests pass first.
    #[must_use]
    pub fn after(mut self, skip: u64) -> Self {
        self.after = skip;
        self
    }

    /// Strikes this many; -1 for every one.
    #[must_use]
    pub fn times(mut self, times: i64) -> Self {
        self.times = times;
        self
    }
}

/// A fault in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacedFault {
    /// Its id at the control door.
    pub id: FaultId,
    /// As it was asked for.
    #[serde(flatten)]
    pub spec: FaultSpec,
    /// Matching requests that still pass.
    pub still_skips: u64,
    /// How many it still strikes; -1 for every one.
    pub still_strikes: i64,
    /// How many it struck.
    pub struck: u64,
}

/// The list in force, first added first asked. One fault strikes a request at most; those behind it don't count it.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Placed>);

#[derive(Debug, Default)]
struct Placed {
    last_id: FaultId,
    list: Vec<PlacedFault>,
}

impl Faults {
    fn placed(&self) -> MutexGuard<'_, Placed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, spec: FaultSpec) -> FaultId {
        let mut placed = self.placed();
        placed.last_id += 1;
        let id = placed.last_id;
        let (still_skips, still_strikes) = (spec.after, spec.times);
        placed.list.push(PlacedFault { id, spec, still_skips, still_strikes, struck: 0 });
        id
    }

    pub(crate) fn remove(&self, id: FaultId) -> bool {
        let mut placed = self.placed();
        let before = placed.list.len();
        placed.list.retain(|fault| fault.id != id);
        placed.list.len() < before
    }

    pub(crate) fn clear(&self) {
        self.placed().list.clear();
    }

    pub(crate) fn list(&self) -> Vec<PlacedFault> {
        self.placed().list.clone()
    }

    /// Whether a connection that was just accepted is to be reset unread.
    pub(crate) fn strike_connection(&self, system: &str) -> bool {
        self.strike(|spec| {
            spec.system == system && matches!(spec.fault, Fault::Refuse) && spec.matching == Match::default()
        })
        .is_some()
    }

    /// The fault that strikes this request, if any.
    pub(crate) fn strike_request(&self, system: &str, asked: &Asked, reads_page: bool) -> Option<Fault> {
        self.strike(|spec| {
            let for_connections = matches!(spec.fault, Fault::Refuse) && spec.matching == Match::default();
            spec.system == system
                && !for_connections
                && (spec.fault.distortion().is_none() || reads_page)
                && (spec.fault != Fault::ExpiredCursor || asked.query.contains("after="))
                && fits(&spec.matching, asked)
        })
    }

    fn strike(&self, strikes: impl Fn(&FaultSpec) -> bool) -> Option<Fault> {
        let mut placed = self.placed();
        for fault in &mut placed.list {
            if fault.still_strikes == 0 || !strikes(&fault.spec) {
                continue;
            }
            if fault.still_skips > 0 {
                fault.still_skips -= 1;
                continue;
            }
            if fault.still_strikes > 0 {
                fault.still_strikes -= 1;
            }
            fault.struck += 1;
            return Some(fault.spec.fault.clone());
        }
        None
    }
}

fn fits(matching: &Match, asked: &Asked) -> bool {
    let method_fits = matching.method.as_ref().is_none_or(|method| {
        Method::from_bytes(method.to_ascii_uppercase().as_bytes()).ok().as_ref() == Some(&asked.method)
    });
    method_fits
        && matching.path_contains.as_ref().is_none_or(|part| format!("{}?{}", asked.path, asked.query).contains(part))
        && matching
            .body_contains
            .as_ref()
            .is_none_or(|part| String::from_utf8_lossy(&asked.body).contains(part.as_str()))
        && matching.action.as_ref().is_none_or(|action| {
            serde_json::from_slice::<Value>(&asked.body).is_ok_and(|body| body["action"] == action.as_str())
        })
}
