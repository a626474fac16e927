//! Illumina case registration (`/crs`) and its audit log (`/als`): TruSight Software Suite or Connected Insights, by a setting
//! (`illumina-case-apis.txt`, `apis/illumina.md`).
//!
//! The source names endpoints and hardly a body: what the sheet marks "client" or "open" is a setting here, with the sheet's default.

mod changes;
mod comments;
mod distort;
mod drift;
mod errors;
mod files;
mod form;
mod ledger;
mod log;
mod made;
mod reads;
mod search;
mod settings;
mod upstream;
mod writes;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;
use crate::people::CLINICIANS;
use crate::system::{Ground, Refusal, System};
use errors::Refused;
use files::Shelf;
use ledger::Ledger;
use made::Plot;
use settings::{Flavour, KeyHeader, Settings};

const NAME: &str = "illumina";
const DOMAIN: &str = "northside-genomics";
const WORKGROUP: &str = "b5a1c0de-0000-4000-8000-00000000cafe";
/// How many cases of other workgroups there are.
const FOREIGN: u32 = 3;
/// Whose the announcement's key is.
const ME: usize = 0;

/// The server.
pub(crate) struct Illumina {
    ground: Ground,
    plot: Plot,
    ledger: Mutex<Ledger>,
    settings: Mutex<Settings>,
    base_url: Mutex<String>,
    /// What is in the files that were attached.
    shelf: Mutex<Shelf>,
    /// Searches, writes and upstream edits so far: what happens by chance depends on these numbers and the seed.
    pages: AtomicU64,
    writes: AtomicU64,
    edits: AtomicU64,
}

impl Illumina {
    pub(crate) fn new(ground: Ground) -> Self {
        let plot = Plot { seed: ground.seed, base: ground.base, people: (ground.items as u64) * 7 / 10 };
        Self {
            ledger: Mutex::new(Ledger::new(plot, ground.items, ground.temperament)),
            settings: Mutex::new(Settings::at_start(ground.seed, ground.temperament)),
            base_url: Mutex::default(),
            shelf: Mutex::default(),
            pages: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            edits: AtomicU64::new(0),
            plot,
            ground,
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        let mut ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.mature(Instant::now());
        ledger
    }

    fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn upstream_dice(&self) -> Dice {
        Dice::new(self.plot.seed, &[0x696c_7570, self.edits.fetch_add(1, Ordering::Relaxed)])
    }

    /// "All APIs require authentication using an API key." Which header it stands in, and the two beside it: Connected Insights'
    /// pages, and public clients of TruSight.
    fn check_key(&self, asked: &Asked) -> Result<(), Refused> {
        let settings = self.settings();
        let authorization = asked.header("authorization") == Some(format!("ApiKey {}", settings.api_key).as_str());
        let token = asked.header("x-auth-token") == Some(settings.api_key.as_str());
        let good = match (settings.key_header, settings.flavour) {
            (KeyHeader::Either, _) => authorization || token,
            (KeyHeader::Authorization, _) | (KeyHeader::ByFlavour, Flavour::ConnectedInsights) => authorization,
            (KeyHeader::XAuthToken, _) | (KeyHeader::ByFlavour, Flavour::Trusight) => token,
        };
        if !good {
            return Err(Refused::unauthorized());
        }
        let scope =
            asked.header("x-ilmn-domain") == Some(DOMAIN) && asked.header("x-ilmn-workgroup") == Some(WORKGROUP);
        if scope { Ok(()) } else { Err(Refused::forbidden("The user has no access to this domain and workgroup")) }
    }

    fn route(&self, asked: &Asked) -> Result<Answer, Refused> {
        let segments = asked.segments();
        if let ["made-up-store", token] = segments.as_slice() {
            return Ok(files::from_store(self, asked, token));
        }
        self.check_key(asked)?;
        let below = match segments.as_slice() {
            ["als", "api", "v1", "auditlogs", "search"] => return log::search(self, asked),
            ["crs", "api", "v1" | "v2", "cases", "search"] if asked.method == Method::GET => {
                return search::search(self, asked);
            }
            ["crs", "api", "v2", "cases", id] if asked.method == Method::GET => return reads::case(self, asked, id),
            ["crs", "api", "v1", "cases", below @ ..] => below,
            _ => return Err(Refused::no_such_path()),
        };
        match (&asked.method, below) {
            (&Method::GET, [id]) => reads::case(self, asked, id),
            (&Method::GET, [id, "status"]) => reads::status(self, id),
            (&Method::POST, [id, "status"]) => writes::status(self, asked, id),
            (&Method::POST, [id, "qc-actions"]) => writes::qc(self, asked, id),
            (&Method::POST, [id, "process"]) => writes::process(self, asked, id),
            (_, [id, "tags"]) => writes::tags(self, asked, id),
            (&Method::PUT, [id, "turn-around-time"]) => writes::turn_around_time(self, asked, id),
            (_, [id, "custom-metadata"]) => writes::metadata(self, asked, id),
            (_, [id, "comments", rest @ ..]) => comments::route(self, asked, id, rest),
            (_, [id, "files", rest @ ..]) => files::route(self, asked, id, rest),
            (&Method::PATCH, [id]) => writes::patch(self, asked, id),
            // Documented, and nothing for whoever works through a list: a client that tries is told so and noted.
            (&Method::POST, [] | [_, "ingest", "caselog"]) | (&Method::PUT | &Method::DELETE, [_]) => {
                self.ground.record.violated(NAME, asked, "a worklist created, replaced, ingested or deleted a case");
                Err(Refused::forbidden("The user has no permission to create, replace, ingest or delete cases"))
            }
            _ => Err(Refused::no_such_path()),
        }
    }
}

impl System for Illumina {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret(&self) -> Value {
        json!({"apiKey": self.settings().api_key})
    }

    /// Every switch is on: this tenant confirms what the source leaves open.
    fn person(&self) -> Value {
        let who = &CLINICIANS[ME];
        json!({
            "flavour": self.settings().flavour.word(),
            "domain": DOMAIN,
            "workgroup": WORKGROUP,
            "user_name": format!("{} {}", who.first, who.last),
            "user_id": who.id,
            "user_email": who.email,
            "direct_identifiers": "true",
            "allow_comments": "true",
            "allow_tags": "true",
            "allow_turn_around_time": "true",
            "allow_metadata": "true",
            "allow_owners": "true",
            "allow_attach_files": "true",
            "allow_delete_files": "true",
        })
    }

    fn reachable_at(&self, base_url: &str) {
        base_url.clone_into(&mut self.base_url.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn answer(&self, asked: &Asked) -> Answer {
        self.route(asked).unwrap_or_else(Answer::from)
    }

    fn unauthorized(&self) -> Answer {
        Refused::unauthorized().into()
    }

    fn too_many(&self) -> Answer {
        Refused::too_many().into()
    }

    fn failure(&self, status: StatusCode) -> Value {
        errors::body(status, status.canonical_reason().unwrap_or("Unknown"))
    }

    fn made_up_success(&self) -> Value {
        json!({"message": "The request has been accepted and will be carried out"})
    }

    fn reads_page(&self, asked: &Asked) -> bool {
        asked.method == Method::GET && asked.segments().last() == Some(&"search")
    }

    fn distort(&self, asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
        distort::distort(asked, page, distortion)
    }

    fn settings(&self, change: Option<&Value>) -> Result<Value, Refusal> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(change) = change {
            let rotations = self.edits.fetch_add(1, Ordering::Relaxed);
            *settings = settings.changed(change, self.plot.seed.wrapping_add(rotations))?;
        }
        Ok(json!(*settings))
    }

    fn facts(&self) -> Value {
        let foreign: Vec<_> = (0..FOREIGN).map(|n| made::foreign_id(self.plot.seed, n)).collect();
        let people: Vec<_> = CLINICIANS.iter().map(made::user).collect();
        json!({
            "cases": self.ledger().len(),
            "base": self.plot.base,
            "foreignCaseIds": foreign,
            "domain": DOMAIN,
            "workgroup": WORKGROUP,
            "clinicians": people,
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
        json!({"total": ledger.len(), "ids": ids})
    }

    fn reset(&self) {
        *self.ledger.lock().unwrap_or_else(PoisonError::into_inner) =
            Ledger::new(self.plot, self.ground.items, self.ground.temperament);
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) =
            Settings::at_start(self.ground.seed, self.ground.temperament);
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner).clear();
        for counter in [&self.pages, &self.writes, &self.edits] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
