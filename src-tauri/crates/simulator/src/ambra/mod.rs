//! Ambra v3 Services: studies, cases, orders and patients of an imaging account (`ambra-v3-services.txt`, `apis/ambra.md`).

mod accounts;
mod audit;
mod books;
mod bundle;
mod call;
mod cases;
mod changes;
mod comments;
mod conditions;
mod distort;
mod dress;
mod drift;
mod errors;
mod fields;
mod form;
mod gate;
mod listing;
mod lists;
mod made;
mod moment;
mod names;
mod paging;
mod qctasks;
mod reports;
mod router;
mod sessions;
mod settings;
mod shelf;
mod sign_in;
mod stages;
mod status;
mod studies;
mod tags;
mod upstream;
mod zone;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::faults::Distortion;
use crate::people::CLINICIANS;
use crate::system::{Ground, Refusal, System};
use books::Books;
use errors::Refused;
use made::{Kind, Plot};
use sessions::Sessions;
use settings::Settings;

const NAME: &str = "ambra";
/// How many studies of other accounts there are.
const FOREIGN: u32 = 3;

/// The Ambra server.
pub(crate) struct Ambra {
    ground: Ground,
    plot: Plot,
    books: Mutex<Books>,
    sessions: Mutex<Sessions>,
    settings: Mutex<Settings>,
    base_url: Mutex<String>,
    /// Page requests, writes and upstream edits so far: what happens by chance depends on these numbers and the seed.
    pages: AtomicU64,
    writes: AtomicU64,
    edits: AtomicU64,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Ambra {
    pub(crate) fn new(ground: Ground) -> Self {
        let plot = Plot::new(ground.seed, ground.base, ground.items);
        Self {
            books: Mutex::new(Books::new(plot)),
            sessions: Mutex::new(Sessions::new(ground.seed)),
            settings: Mutex::new(Settings::at_start(ground.seed, ground.temperament)),
            base_url: Mutex::new(String::new()),
            pages: AtomicU64::new(0),
            writes: AtomicU64::new(0),
            edits: AtomicU64::new(0),
            plot,
            ground,
        }
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        held(&self.books)
    }

    fn sessions(&self) -> MutexGuard<'_, Sessions> {
        held(&self.sessions)
    }

    fn settings(&self) -> Settings {
        held(&self.settings).clone()
    }

    fn base_url(&self) -> String {
        held(&self.base_url).clone()
    }

    fn upstream_dice(&self) -> Dice {
        Dice::new(self.plot.seed, &[0x75_7073, self.edits.fetch_add(1, Ordering::Relaxed)])
    }
}

impl System for Ambra {
    fn name(&self) -> &'static str {
        NAME
    }

    fn secret(&self) -> Value {
        json!({"login": CLINICIANS[0].email, "password": self.settings().password})
    }

    fn person(&self) -> Value {
        json!({})
    }

    fn reachable_at(&self, base_url: &str) {
        base_url.clone_into(&mut held(&self.base_url));
    }

    fn answer(&self, asked: &Asked) -> Answer {
        router::answer(self, asked)
    }

    fn unauthorized(&self) -> Answer {
        Refused::no_session().into()
    }

    fn too_many(&self) -> Answer {
        Refused::with_status(StatusCode::TOO_MANY_REQUESTS).into()
    }

    fn failure(&self, status: StatusCode) -> Value {
        Refused::with_status(status).body()
    }

    fn made_up_success(&self) -> Value {
        json!({"status": "OK", "uuid": "00000000-0000-0000-0000-000000000000", "page": {"more": 0, "rows": 100, "number": 1}})
    }

    fn reads_page(&self, asked: &Asked) -> bool {
        router::path_of(asked).is_some_and(|path| path.ends_with("/list") || path == "/study/status/locks")
    }

    fn distort(&self, asked: &Asked, page: Answer, distortion: Distortion) -> Answer {
        distort::distort(asked, page, distortion)
    }

    fn settings(&self, change: Option<&Value>) -> Result<Value, Refusal> {
        if let Some(change) = change {
            let mut change = change.clone();
            let ends = change.as_object_mut().and_then(|keys| keys.remove("endSessions"));
            let mut settings = held(&self.settings);
            *settings = settings.changed(&change)?;
            // One lock at a time.
            drop(settings);
            if ends == Some(Value::Bool(true)) {
                self.sessions().end_all();
            }
        }
        Ok(json!(self.settings()))
    }

    fn facts(&self) -> Value {
        let seed = self.plot.seed;
        let users: Vec<Value> = CLINICIANS
            .iter()
            .enumerate()
            .map(|(who, clinician)| {
                json!({
                    "uuid": made::user_id(seed, who), "name": made::user_name(who), "login": clinician.email,
                    "password": sign_in::password(self, who),
                })
            })
            .collect();
        let books = self.books();
        let count = |kind: Kind| books.shelf(kind).len();
        let sessions = self.sessions();
        json!({
            "cases": count(Kind::Study) + count(Kind::Case) + count(Kind::Order),
            "counts": Kind::ALL.into_iter().map(|kind| (kind.word().to_owned(), json!(count(kind)))).collect::<serde_json::Map<_, _>>(),
            "base": self.plot.base,
            "accountId": made::account_id(seed),
            "roleId": made::role_id(seed),
            "namespaceId": made::namespace(seed, 0),
            "foreignStudyIds": (0..FOREIGN).map(|number| made::foreign_study(seed, number)).collect::<Vec<_>>(),
            "foreignUserId": cases::foreign_user(seed),
            "customfieldIds": made::customfield_ids(seed),
            "clinicians": users,
            "sessions": sessions.len(),
            "lastPin": sessions.last_pin(),
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

    /// Studies, then cases, then orders.
    fn ids(&self, skip: usize, limit: usize) -> Value {
        let mut books = self.books();
        books.mature(Instant::now());
        let kinds = [Kind::Study, Kind::Case, Kind::Order];
        let all = kinds.into_iter().flat_map(|kind| books.shelf(kind).ids());
        let ids: Vec<_> = all.skip(skip).take(limit).collect();
        let total: usize = kinds.into_iter().map(|kind| books.shelf(kind).len()).sum();
        json!({"total": total, "ids": ids})
    }

    fn reset(&self) {
        *self.books() = Books::new(self.plot);
        *self.sessions() = Sessions::new(self.ground.seed);
        *held(&self.settings) = Settings::at_start(self.ground.seed, self.ground.temperament);
        for counter in [&self.pages, &self.writes, &self.edits] {
            counter.store(0, Ordering::Relaxed);
        }
    }
}
