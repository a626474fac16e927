//! CareValidate care360: the Get Cases API and its case actions (`carevalidate-get-cases.txt`, `apis/carevalidate.md`).

mod changes;
mod communication;
mod distort;
mod drift;
mod errors;
mod ledger;
mod listing;
mod made;
mod page;
mod query;
mod settings;
mod signed;
mod upstream;
mod wire;
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
use ledger::Ledger;
use made::Plot;
use settings::Settings;
use signed::Signer;

const NAME: &str = "carevalidate";
/// How many cases of other organisations there are.
const FOREIGN: u32 = 3;

/// The CareValidate server.
pub(crate) struct CareValidate {
    ground: Ground,
    plot: Plot,
    ledger: Mutex<Ledger>,
    settings: Mutex<Settings>,
    signer: Signer,
    /// Page requests, writes and upstream edits so far: what happens by chance depends on these numbers and the seed.
    pages: AtomicU64,
    writes: AtomicU64,
    edits: AtomicU64,
}

impl CareValidate {
    pub(crate) fn new(ground: Ground) -> Self {
        // Some people have submitted more than one case.
        let plot = Plot { seed: ground.seed, base: ground.base, people: (ground.items as u64) * 7 / 10 };
        Self {
            ledger: Mutex::new(Ledger::new(plot, ground.items, ground.temperament)),
            settings: Mutex::new(Settings::at_start(ground.seed, ground.temperament)),
            signer: Signer::new(ground.seed),
            pages: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            edits: AtomicU64::new(0),
            plot,
            ground,
        }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn settings(&self) -> Settings {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn upstream_dice(&self) -> Dice {
        Dice::new(self.plot.seed, &[0x75_7073, self.edits.fetch_add(1, Ordering::Relaxed)])
    }

    /// "The cv-api-key is your organization's secret API key".
    fn check_key(&self, asked: &Asked) -> Result<(), Refused> {
        if asked.header("cv-api-key") == Some(self.settings().api_key.as_str()) {
            Ok(())
        } else {
            Err(Refused::unauthorized())
        }
    }

    fn route(&self, asked: &Asked) -> Result<Answer, Refused> {
        match (&asked.method, asked.segments().as_slice()) {
            (&Method::GET, ["api", "v1", "cases"]) => page::list(self, asked),
            (&Method::POST, ["api", "v1", "cases", id]) => writes::act(self, asked, id),
            (&Method::POST, ["api", "v1", "cases", id, "products"]) => writes::add_products(self, asked, id),
            (&Method::GET, ["files", token]) => Ok(self.file(asked, token)),
            (_, ["api", "v1", "cases", ..]) => Err(Refused::no_such_method()),
            _ => Err(Refused::no_such_path()),
        }
    }

    /// A signed URL as a storage provider would serve it: errors are its own, not the API's. An organisation's key has no
    /// business here, and one that comes is a violation.
    fn file(&self, asked: &Asked, token: &str) -> Answer {
        let refused = |status, text: &'static str| Answer::typed(status, "text/plain; charset=utf-8", text);
        if asked.headers.contains_key("cv-api-key") {
            self.ground.record.violated(NAME, asked, "cv-api-key was sent to a signed URL");
            return refused(StatusCode::FORBIDDEN, "AccessDenied: unexpected credentials");
        }
        let Some(ticket) = self.signer.redeem(token, self.ground.clock.now()) else {
            return refused(StatusCode::FORBIDDEN, "AccessDenied: request has expired or is not signed");
        };
        match page::file(&self.ledger(), ticket.attachment, ticket.ending) {
            Some((bytes, content_type)) => Answer::typed(StatusCode::OK, content_type, bytes),
            None => refused(StatusCode::NOT_FOUND, "NoSuchKey"),
        }
    }
}

impl System for CareValidate {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret(&self) -> Value {
        json!({"apiKey": self.settings().api_key})
    }

    fn person(&self) -> Value {
        let who = &CLINICIANS[0];
        json!({"author_email": who.email, "author_first_name": who.first, "author_last_name": who.last})
    }

    fn reachable_at(&self, base_url: &str) {
        self.signer.set_base_url(base_url);
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

    fn reads_page(&self, asked: &Asked) -> bool {
        asked.method == Method::GET && asked.segments() == ["api", "v1", "cases"]
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
        let people: Vec<_> = CLINICIANS
            .iter()
            .map(|who| json!({"id": who.id, "firstName": who.first, "lastName": who.last, "email": who.email}))
            .collect();
        json!({
            "cases": self.ledger().listing.len(),
            "base": self.plot.base,
            "foreignCaseIds": foreign,
            "productsToken": self.settings().products_token,
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
        let mut ledger = self.ledger();
        ledger.mature(Instant::now());
        let ids: Vec<_> = ledger.listing.ids().skip(skip).take(limit).collect();
        json!({"total": ledger.listing.len(), "ids": ids})
    }

    fn reset(&self) {
        *self.ledger() = Ledger::new(self.plot, self.ground.items, self.ground.temperament);
        *self.settings.lock().unwrap_or_else(PoisonError::into_inner) =
            Settings::at_start(self.ground.seed, self.ground.temperament);
        for counter in [&self.pages, &self.writes, &self.edits] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use axum::http::{HeaderMap, Method};

    use super::{CareValidate, System};
    use crate::clock::Clock;
    use crate::exchange::Asked;
    use crate::options::Temperament;
    use crate::stamp::Stamp;
    use crate::system::Ground;

    /// `cargo test --release -p rounds-simulator --lib -- --ignored --nocapture a_page_of_a_hundred`
    #[test]
    #[ignore = "prints a figure, asserts none"]
    fn a_page_of_a_hundred_out_of_100_000() {
        let system = CareValidate::new(Ground {
            seed: 1,
            items: 100_000,
            temperament: Temperament::Unkind,
            clock: Clock::default(),
            base: Stamp::parse("2026-01-31T00:00:00Z").unwrap(),
            record: Arc::default(),
        });
        let mut headers = HeaderMap::new();
        headers.insert("cv-api-key", system.settings().api_key.parse().unwrap());
        let window = "startTime=2025-12-03T00:00:00Z&endTime=2026-01-31T00:00:00Z&recordsPerPage=100";
        let (mut times, mut bytes, mut after) = (Vec::new(), 0, String::new());
        for number in 0..300 {
            let asked = Asked {
                number,
                received: Stamp(0),
                method: Method::GET,
                path: "/api/v1/cases".to_owned(),
                query: format!("{window}&includeOrders=true&includeCalendarEvents=true{after}"),
                headers: headers.clone(),
                body: axum::body::Bytes::new(),
            };
            let start = Instant::now();
            let answer = system.answer(&asked);
            times.push(start.elapsed());
            bytes += answer.body.len();
            let page = answer.value().unwrap();
            after = format!("&after={}", page["data"]["pageInfo"]["cursor"]["end"].as_str().unwrap());
        }
        times.sort_unstable();
        println!("median {:?}, slowest {:?}, {} bytes a case", times[150], times[299], bytes / 30_000);
    }
}
