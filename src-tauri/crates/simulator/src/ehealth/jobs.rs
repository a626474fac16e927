//! Jobs: what was accepted and is carried out later, once, or turns out refused.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::errors::{Refused, meta};
use super::settings::{Place, Processed, Settings};
use super::{EHealth, gate, writes};
use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::stamp::{DAY, Stamp};

/// How long a finished job can be asked about, in days.
const KEPT_DAYS: i64 = 7;

/// What a write wants of a specimen.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    pub(crate) asked: Asked,
    /// The method: `process` or `reject`.
    pub(crate) verb: &'static str,
    pub(crate) patient: String,
    pub(crate) id: String,
    pub(crate) body: Value,
}

/// One job.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) wish: Wish,
    /// When it is carried out; never while jobs hang.
    due: Instant,
    /// How it ended, and when by the simulator's clock.
    ended: Option<(Stamp, Result<(), Refused>)>,
}

impl Job {
    /// Whether it is still to be carried out on this specimen.
    pub(crate) fn is_pending_on(&self, id: &str) -> bool {
        self.ended.is_none() && self.wish.id.eq_ignore_ascii_case(id)
    }
}

/// Takes a write as a job.
pub(crate) fn accept(system: &EHealth, wish: Wish) -> Answer {
    let settings = system.settings();
    let mut jobs = system.jobs();
    let number = jobs.len() as u64;
    let id = Dice::new(system.ground.seed, &[0x6a6f_6273, number]).code(21);
    let href = format!("{}{id}", settings.job_href);
    let asked = wish.asked.clone();
    let delay = settings.pending(system.ground.seed, number);
    jobs.push(Job { id, wish, due: Instant::now() + delay, ended: None });
    drop(jobs);
    if delay == Duration::ZERO {
        mature(system);
    }
    let status = StatusCode::from_u16(settings.accepted_status).unwrap_or(StatusCode::ACCEPTED);
    let data = json!({
        "status": "pending",
        // Two seconds from now, whatever that is worth: the sheet says to ignore it.
        "eta": Stamp(system.ground.clock.now_ms() + 2_000),
        "links": [{"entity": "job", "href": href}],
    });
    Answer::json(status, &json!({"data": data, "meta": meta(status.as_u16(), Some(&asked), "object")}))
}

/// Carries out what is due.
pub(crate) fn mature(system: &EHealth) {
    let settings = system.settings();
    if settings.jobs_hang {
        return;
    }
    let (now, at) = (Instant::now(), system.ground.clock.now());
    let mut jobs = system.jobs();
    for job in jobs.iter_mut().filter(|job| job.ended.is_none() && job.due <= now) {
        let outcome = carry_out(system, &settings, &job.wish, &job.id);
        job.ended = Some((at, outcome));
    }
}

fn carry_out(system: &EHealth, settings: &Settings, wish: &Wish, job: &str) -> Result<(), Refused> {
    if settings.token_expires_in_job {
        return Err(Refused::token());
    }
    if settings.refuses_in == Place::Job {
        writes::may(system, wish)?;
    }
    writes::apply(system, wish, job)
}

/// `GET /api/jobs/{id}`.
pub(crate) fn ask(system: &EHealth, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    gate::token(system, asked)?;
    gate::scope(system, "job:read")?;
    let settings = system.settings();
    let now = system.ground.clock.now();
    let jobs = system.jobs();
    let kept = |job: &&Job| job.ended.as_ref().is_none_or(|(at, _)| now.0 - at.0 <= KEPT_DAYS * DAY);
    let job = jobs.iter().find(|job| job.id == id).filter(kept).filter(|_| !settings.jobs_lost);
    let job = job.ok_or_else(Refused::not_found)?;
    let link = json!([{"entity": "job", "href": format!("{}{id}", settings.job_href)}]);
    let specimen = json!([{"entity": "specimen", "href": format!("/api/patients/{}/specimens/{}", job.wish.patient, job.wish.id)}]);
    let answer = |code: u16, data: Value| {
        let status = StatusCode::from_u16(code).unwrap_or(StatusCode::OK);
        Answer::json(status, &json!({"data": data, "meta": meta(code, Some(asked), "object")}))
    };
    Ok(match &job.ended {
        None => answer(200, json!({"status": "pending", "eta": Stamp(now.0 + 2_000), "links": link})),
        Some((at, Ok(()))) => match settings.processed_as {
            Processed::SeeOther => answer(303, json!({"status": "processed", "eta": at, "links": specimen})),
            Processed::ResponseData => answer(
                200,
                json!({"status": "processed", "eta": at, "links": specimen, "response_data": {"id": job.wish.id}}),
            ),
        },
        Some((at, Err(refused))) => {
            let code = if settings.codes_as_text { json!(refused.status.to_string()) } else { json!(refused.status) };
            let error = refused.error(settings.message_in);
            answer(200, json!({"status": "failed", "eta": at, "links": link, "status_code": code, "error": error}))
        }
    })
}
