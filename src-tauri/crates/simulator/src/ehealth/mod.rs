//! Ukrainian eHealth: specimens of patients, and their receipt as an asynchronous job (`ehealth-process-specimen.txt`,
//! `apis/ehealth.md`).

mod distort;
mod drift;
mod errors;
mod gate;
mod jobs;
mod ledger;
mod lists;
mod made;
mod settings;
mod upstream;
mod writes;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;
use crate::people::CLINICIANS;
use crate::system::{Ground, Refusal, System};
use errors::{Refused, meta};
use jobs::Job;
use ledger::Ledger;
use made::Plot;
use settings::{MessageIn, Settings};

const NAME: &str = "ehealth";
/// Specimens for each person, about.
const EACH: usize = 3;
/// No laboratory watches more people at once.
const MOST_WATCHED: u32 = 60;

/// The eHealth server.
pub(crate) struct EHealth {
    ground: Ground,
    plot: Plot,
    ledger: Mutex<Ledger>,
    jobs: Mutex<Vec<Job>>,
    settings: Mutex<Settings>,
    /// Page requests and changes of settings so far: what happens by chance depends on these numbers and the seed.
    pages: AtomicU64,
    changes: AtomicU64,
}

impl EHealth {
    pub(crate) fn new(ground: Ground) -> Self {
        let patients = u32::try_from((ground.items / EACH).max(2)).unwrap_or(u32::MAX);
        let plot = Plot { seed: ground.seed, base: ground.base, patients };
        Self {
            ledger: Mutex::new(Ledger::new(plot, ground.items, ground.temperament)),
            jobs: Mutex::default(),
            settings: Mutex::new(Settings::at_start(ground.seed, ground.temperament)),
            pages: AtomicU64::new(0),
            changes: AtomicU64::new(0),
            plot,
            ground,
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn jobs(&self) -> MutexGuard<'_, Vec<Job>> {
        self.jobs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many people the announcement's laboratory watches: never the last one, so that somebody is there to be scanned.
    fn watched(&self) -> u32 {
        (self.plot.patients - 1).min(MOST_WATCHED)
    }

    fn route(&self, asked: &Asked) -> Result<Answer, Refused> {
        let ends_in_actions = asked.path.ends_with("/actions/") || asked.path.ends_with("/actions");
        match (&asked.method, asked.segments().as_slice()) {
            (&Method::GET, ["api", "patients", patient, "specimens"]) => lists::of_patient(self, asked, patient),
            (&Method::GET, ["api", "specimens", "accession_identifier"]) => lists::by_accession(self, asked),
            (&Method::GET, ["api", "jobs", id]) => jobs::ask(self, asked, id),
            (&Method::PATCH, ["api", "patients", patient, "specimens", id, "actions", verb]) => {
                writes::act(self, asked, patient, id, verb)
            }
            (&Method::PATCH, ["api", "patients", patient, "specimens", id, "actions"]) if ends_in_actions => {
                writes::act(self, asked, patient, id, "")
            }
            (_, ["api", "patients", _, "specimens", ..] | ["api", "specimens" | "jobs", ..]) => {
                Ok(writes::no_method(asked))
            }
            _ => Err(Refused::not_found()),
        }
    }
}

impl System for EHealth {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret(&self) -> Value {
        let settings = self.settings();
        json!({"token": settings.token, "apiKey": settings.api_key})
    }

    fn person(&self) -> Value {
        let watched: Vec<String> = (0..self.watched())
            .map(|number| {
                let name = made::name(self.plot.seed, number).replace(';', ",");
                format!("{} {name}", made::patient_id(self.plot.seed, number))
            })
            .collect();
        let who = &CLINICIANS[0];
        json!({
            "watched_patients": watched.join("\n"),
            "my_name": format!("{} {}", who.first, who.last),
            "my_user_id": made::user_id(self.plot.seed, 0),
        })
    }

    fn reachable_at(&self, _base_url: &str) {}

    fn answer(&self, asked: &Asked) -> Answer {
        jobs::mature(self);
        self.route(asked).unwrap_or_else(|refused| refused.answer(Some(asked), self.settings().message_in))
    }

    fn unauthorized(&self) -> Answer {
        Refused::token().answer(None, MessageIn::Message)
    }

    fn too_many(&self) -> Answer {
        Refused::new(429, "Too Many Requests").answer(None, MessageIn::Message)
    }

    fn failure(&self, status: StatusCode) -> Value {
        let reason = status.canonical_reason().unwrap_or("Unknown");
        json!({"meta": meta(status.as_u16(), None, "object"), "error": {"type": "internal_error", "message": reason}})
    }

    fn made_up_success(&self) -> Value {
        let links = json!([{"entity": "job", "href": "/jobs/madeupmadeupmadeupmad"}]);
        json!({"data": {"status": "pending", "eta": "2026-01-01T00:00:00.000Z", "links": links}, "meta": meta(200, None, "object")})
    }

    fn reads_page(&self, asked: &Asked) -> bool {
        asked.method == Method::GET && matches!(asked.segments().as_slice(), ["api", "patients", _, "specimens"])
    }

    fn distort(&self, asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
        distort::distort(asked, page, distortion)
    }

    fn settings(&self, change: Option<&Value>) -> Result<Value, Refusal> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(change) = change {
            let rotations = self.changes.fetch_add(1, Ordering::Relaxed);
            *settings = settings.changed(change, self.plot.seed.wrapping_add(rotations))?;
        }
        Ok(json!(*settings))
    }

    fn facts(&self) -> Value {
        let patients: Vec<Value> = (0..self.plot.patients.min(1_000))
            .map(|number| {
                let name = made::name(self.plot.seed, number);
                json!({"id": made::patient_id(self.plot.seed, number), "name": name, "watched": number < self.watched()})
            })
            .collect();
        json!({
            "specimens": self.ledger().ids().count(),
            "base": self.plot.base,
            "patients": patients,
            "userId": made::user_id(self.plot.seed, 0),
        })
    }

    fn edit(&self, edit: &Value) -> Result<Value, Refusal> {
        upstream::edit(self, edit)
    }

    fn create(&self, wish: &Value) -> Result<Value, Refusal> {
        upstream::create(self, wish)
    }

    fn delete(&self, id: &str) -> Result<Value, Refusal> {
        upstream::delete(self, id)
    }

    fn truth(&self, id: &str) -> Result<Value, Refusal> {
        upstream::truth(self, id)
    }

    fn ids(&self, skip: usize, limit: usize) -> Value {
        let ledger = self.ledger();
        let ids: Vec<_> = ledger.ids().skip(skip).take(limit).collect();
        json!({"total": ledger.ids().count(), "ids": ids})
    }

    fn reset(&self) {
        *self.ledger() = Ledger::new(self.plot, self.ground.items, self.ground.temperament);
        self.jobs().clear();
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) =
            Settings::at_start(self.ground.seed, self.ground.temperament);
        for counter in [&self.pages, &self.changes] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
