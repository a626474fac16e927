//! Carrying a fault out: when the system is asked, and what becomes of the connection and the reply.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::task::JoinSet;

use super::kinds::Fault;
use super::spoil;
use crate::exchange::{Answer, Asked};
use crate::line::Line;
use crate::system::System;

/// What came of a request that a fault struck.
pub(crate) enum Outcome {
    /// A reply goes out, spoiled or not.
    Reply(Response),
    /// The connection was cut; no reply.
    Cut,
}

/// Lets the fault strike. `late` takes what is to be done after the connection is gone.
pub(crate) async fn carry_out(
    fault: &Fault,
    system: &Arc<dyn System>,
    asked: Asked,
    line: &Line,
    late: &std::sync::Mutex<JoinSet<()>>,
) -> Outcome {
    let apply_if = |applied: bool| {
        if applied {
            system.answer(&asked);
        }
    };
    let reply = match fault {
        Fault::Refuse | Fault::NotAppliedReplyLost => return cut(line),
        Fault::AppliedReplyLost => {
            apply_if(true);
            return cut(line);
        }
        Fault::AppliedLate { ms } => {
            afterwards(late, *ms, system, asked);
            return cut(line);
        }
        Fault::Timeout { applied } => {
            apply_if(*applied);
            line.held_until_gone().await;
            return cut(line);
        }
        Fault::Stall { ms } => {
            let (system, pause) = (Arc::clone(system), Duration::from_millis(*ms));
            // A task of its own: a client that leaves must not undo what it asked for.
            let answer = tokio::spawn(async move {
                tokio::time::sleep(pause).await;
                system.answer(&asked)
            });
            match answer.await {
                Ok(answer) => answer.into_response(),
                Err(_) => return cut(line),
            }
        }
        Fault::ResetAfterBytes { bytes, applied } => {
            let answer = if *applied { system.answer(&asked) } else { success(system) };
            line.cut_after(*bytes);
            answer.into_response()
        }
        Fault::Status { code, body, headers, applied } => {
            apply_if(*applied);
            spoil::status(*code, body.as_ref(), headers, |status| system.failure(status)).into_response()
        }
        Fault::Html { applied } => {
            apply_if(*applied);
            spoil::html().into_response()
        }
        Fault::CutJson { content_length, applied } => {
            let answer = if *applied { system.answer(&asked) } else { success(system) };
            spoil::cut(answer, *content_length)
        }
        Fault::Unauthorized => system.unauthorized().into_response(),
        Fault::Slow { bytes_per_second } => spoil::slowed(system.answer(&asked), *bytes_per_second),
        Fault::RepeatCursor
        | Fault::ExpiredCursor
        | Fault::DuplicateRows
        | Fault::RecordWithoutId
        | Fault::UnknownStatus
        | Fault::GarbledRecord => {
            let page = system.answer(&asked);
            match fault.distortion() {
                Some(distortion) if page.status == StatusCode::OK => {
                    system.distort(&asked, page, distortion).into_response()
                }
                _ => page.into_response(),
            }
        }
    };
    Outcome::Reply(reply)
}

fn cut(line: &Line) -> Outcome {
    line.cut();
    Outcome::Cut
}

fn afterwards(late: &std::sync::Mutex<JoinSet<()>>, ms: u64, system: &Arc<dyn System>, asked: Asked) {
    let system = Arc::clone(system);
    let mut late = late.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    while late.try_join_next().is_some() {} // those that are over
    late.spawn(async move {
        tokio::time::sleep(Duration::from_millis(ms)).await;
        system.answer(&asked);
    });
}

fn success(system: &Arc<dyn System>) -> Answer {
    Answer::json(StatusCode::OK, &system.made_up_success())
}
