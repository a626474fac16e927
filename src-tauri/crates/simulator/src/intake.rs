//! The way of a request: read whole, counted, struck by a fault or answered by its system.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::task::JoinSet;

use crate::clock::Clock;
use crate::effects::Record;
use crate::exchange::Asked;
use crate::faults::{Faults, Outcome, carry_out};
use crate::line::Line;
use crate::politeness::{Pace, Politeness};
use crate::requests::RequestLog;
use crate::system::System;

const LARGEST_BODY: usize = 64 * 1024 * 1024;

/// What the intake of one system works with.
pub(crate) struct Intake {
    pub(crate) system: Arc<dyn System>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) log: Arc<RequestLog>,
    pub(crate) record: Arc<Record>,
    pub(crate) clock: Clock,
    pub(crate) pace: Pace,
    /// Writes that are applied after their connection was cut.
    pub(crate) late: Mutex<JoinSet<()>>,
}

/// Serves one system: every path goes through the intake.
pub(crate) fn router(intake: Arc<Intake>) -> Router {
    Router::new().fallback(take_in).with_state(intake)
}

/// Marks the connection as busy for as long as it lives.
struct Busy<'a>(&'a Line);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.set_busy(false);
    }
}

async fn take_in(
    State(intake): State<Arc<Intake>>,
    ConnectInfo(line): ConnectInfo<Line>,
    request: Request,
) -> Response {
    line.set_busy(true);
    let _busy = Busy(&line);
    let Some(asked) = read(&intake, request).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if let Some(refused) = impolite(&intake, &asked) {
        return refused;
    }
    let name = intake.system.name();
    let reads_page = intake.system.reads_page(&asked);
    let Some(fault) = intake.faults.strike_request(name, &asked, reads_page) else {
        let answer = intake.system.answer(&asked);
        intake.log.note(name, &asked, Some(answer.status.as_u16()), None);
        return answer.into_response();
    };
    let mut entry = Entry { intake: &intake, asked: asked.clone(), fault: fault.kind(), status: None };
    match carry_out(&fault, &intake.system, asked, &line, &intake.late).await {
        Outcome::Reply(response) => {
            entry.status = Some(response.status().as_u16());
            response
        }
        // Never leaves: the connection is cut.
        Outcome::Cut => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Notes a struck request when it is over, also if the client left and hyper dropped the answer half-way.
struct Entry<'a> {
    intake: &'a Intake,
    asked: Asked,
    fault: &'static str,
    status: Option<u16>,
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        self.intake.log.note(self.intake.system.name(), &self.asked, self.status, Some(self.fault));
    }
}

async fn read(intake: &Intake, request: Request) -> Option<Asked> {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, LARGEST_BODY).await.ok()?;
    Some(Asked {
        number: intake.log.next_number(),
        received: intake.clock.now(),
        method: head.method,
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head.headers,
        body,
    })
}

fn impolite(intake: &Intake, asked: &Asked) -> Option<Response> {
    if !intake.pace.too_fast(Instant::now()) {
        return None;
    }
    let Politeness { requests_per_second, answers_429 } = intake.pace.limit();
    let rule = format!("more than {} requests in a second", requests_per_second.unwrap_or_default());
    intake.record.violated(intake.system.name(), asked, &rule);
    if !answers_429 {
        return None;
    }
    let mut answer = intake.system.too_many();
    answer.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    intake.log.note(intake.system.name(), asked, Some(answer.status.as_u16()), None);
    Some(answer.into_response())
}
