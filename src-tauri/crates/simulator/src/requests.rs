//! Counters and the last requests, without secrets.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

use crate::effects::Violation;
use crate::exchange::Asked;

const KEPT: usize = 500;

/// One request as it came in.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Request {
    /// Counts the requests of this simulator from 1.
    pub number: u64,
    /// Which system it came to.
    pub system: String,
    /// The HTTP method.
    pub method: String,
    /// The path; a signed URL's token is masked.
    pub path: String,
    /// The query; values of parameters that look like secrets are masked.
    pub query: String,
    /// The status answered; none if the connection was cut or is held.
    pub status: Option<u16>,
    /// The fault that struck it, by kind.
    pub fault: Option<String>,
    /// When it was received, by the simulator's clock.
    pub at: String,
}

/// What came in so far.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RequestReport {
    /// All requests since the start or the last reset.
    pub total: u64,
    /// By system and method, for example `carevalidate GET`.
    pub by_method: BTreeMap<String, u64>,
    /// By system and status, for example `carevalidate 200`; `carevalidate cut` for no answer.
    pub by_status: BTreeMap<String, u64>,
    /// Rules that the client broke.
    pub violations: Vec<Violation>,
    /// The last 500, oldest first.
    pub last: Vec<Request>,
}

/// The log behind the report.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    counter: AtomicU64,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    report: RequestReport,
    last: VecDeque<Request>,
}

impl RequestLog {
    pub(crate) fn next_number(&self) -> u64 {
        self.counter.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn note(&self, system: &str, asked: &Asked, status: Option<u16>, fault: Option<&'static str>) {
        let mut kept = self.kept();
        kept.report.total += 1;
        *kept.report.by_method.entry(format!("{system} {}", asked.method)).or_default() += 1;
        let word = status.map_or_else(|| "cut".to_owned(), |code| code.to_string());
        *kept.report.by_status.entry(format!("{system} {word}")).or_default() += 1;
        if kept.last.len() == KEPT {
            kept.last.pop_front();
        }
        kept.last.push_back(Request {
            number: asked.number,
            system: system.to_owned(),
            method: asked.method.to_string(),
            path: masked_path(&asked.path),
            query: masked_query(&asked.query),
            status,
            fault: fault.map(str::to_owned),
            at: asked.received.text(),
        });
    }

    pub(crate) fn report(&self, violations: Vec<Violation>) -> RequestReport {
        let kept = self.kept();
        RequestReport { last: kept.last.iter().cloned().collect(), violations, ..kept.report.clone() }
    }

    /// Forgets everything but the request numbers, which stay unique.
    pub(crate) fn clear(&self) {
        *self.kept() = Kept::default();
    }
}

fn masked_path(path: &str) -> String {
    match path.split_once("/files/") {
        Some((before, _)) => format!("{before}/files/…"),
        None => path.to_owned(),
    }
}

fn masked_query(query: &str) -> String {
    query
        .split('&')
        .map(|pair| {
            let name = pair.split('=').next().unwrap_or(pair);
            let low = name.to_ascii_lowercase();
            if ["key", "token", "password", "secret", "sid"].iter().any(|word| low.contains(word)) {
                format!("{name}=…")
            } else {
                pair.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("&")
}

#[cfg(test)]
mod tests {
    use super::{masked_path, masked_query};

    #[test]
    fn secrets_do_not_reach_the_log() {
        assert_eq!(masked_query("a=1&cv-api-key=xyz&Token=t"), "a=1&cv-api-key=…&Token=…");
        assert_eq!(masked_path("/files/abcdef"), "/files/…");
        assert_eq!(masked_path("/api/v1/cases"), "/api/v1/cases");
    }
}
