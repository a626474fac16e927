//! What the stories begin with: a simulator, a profile with a connection to it, and a person at the desk.

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{TimeDelta, Utc};
use rounds_domain::{
    action::Fields,
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
    view::{ConnectionView, ItemView, ListRequest, OutboxRow, SortColumn},
};
use rounds_engine::pull::plan::Extent;
use rounds_remote::registry::{Kind, SHIPPED};
use rounds_simulator::{Effect, Fault, FaultSpec, Options, Running, Simulator, SystemAnnouncement, Temperament};
use rounds_store::{
    StoreError,
    profile::{self, keyfile::Unlock},
};
use rounds_sync::{
    Clock, Rounds,
    desk::{ConnectionForm, Intent},
    report::ConnectionReport,
};
use rounds_tests::clock::AheadClock;
use serde_json::{Value, json};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const SYSTEM: &str = "carevalidate";
pub(crate) const COMMENT: &str = "ADD_COMMUNICATION";
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

pub(crate) type Words = BTreeMap<String, String>;

/// The words of a JSON object of texts.
pub(crate) fn words(value: &Value) -> Words {
    value.as_object().unwrap().iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

/// Waits for a condition; how long is no matter, that it comes is.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_secs(90);
    while !holds().await {
        assert!(Instant::now() < deadline, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn options(items: usize, temperament: Temperament) -> Options {
    Options { items, temperament, systems: vec![SYSTEM.to_owned()], ..Options::default() }
}

/// How a connection to a simulator is filled in; fast enough for stories, and reading no further back than there is data.
pub(crate) fn form(about: &SystemAnnouncement, name: &str, but: &[(&str, &str)]) -> ConnectionForm {
    let mut settings = words(&about.settings);
    let since = (Utc::now() - TimeDelta::days(430)).format("%Y-%m-%d").to_string();
    for (key, value) in [
        ("history_from", since.as_str()),
        ("requests_per_second", "100"),
        ("server_timeout_seconds", "1"),
        ("request_timeout_seconds", "3"),
        ("records_per_page", "20"),
    ] {
        settings.insert(key.to_owned(), value.to_owned());
    }
    for (key, value) in but {
        if value.is_empty() {
            settings.remove(*key)
        } else {
            settings.insert((*key).to_owned(), (*value).to_owned())
        };
    }
    ConnectionForm {
        system: SYSTEM.into(),
        name: name.into(),
        base_url: about.base_url.clone(),
        settings,
        secrets: words(&about.secret),
    }
}

/// A desk: a profile, open, and the clock it goes by.
pub(crate) struct Desk {
    pub(crate) clock: Arc<AheadClock>,
    rounds: Option<Arc<Rounds>>,
    kinds: &'static [Kind],
    dir: TempDir,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        Self::with(SHIPPED).await
    }

    /// A desk that knows these kinds of systems.
    pub(crate) async fn with(kinds: &'static [Kind]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(AheadClock::default());
        let store = profile::create(&dir.path().join("profile"), unlock()).await.unwrap();
        let rounds = Rounds::open_with(store, Arc::clone(&clock) as Arc<dyn Clock>, kinds).await.unwrap();
        Self { clock, rounds: Some(rounds), kinds, dir }
    }

    pub(crate) fn rounds(&self) -> &Arc<Rounds> {
        self.rounds.as_ref().expect("the profile is open")
    }

    /// As if the program had died: nothing is closed, everything is simply not there any more.
    pub(crate) fn die(&mut self) {
        drop(self.rounds.take());
    }

    pub(crate) async fn start_again(&mut self) {
        self.die();
        let path = self.dir.path().join("profile");
        // A process that dies takes everything with it; in here a transaction that was begun goes on to its end first.
        let deadline = Instant::now() + Duration::from_secs(30);
        let store = loop {
            match profile::open(&path, unlock()).await {
                Err(StoreError::InUse) if Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(10)).await;
                }
                opened => break opened.expect("the profile opens again"),
            }
        };
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        self.rounds = Some(Rounds::open_with(store, clock, self.kinds).await.unwrap());
    }

    pub(crate) async fn connect(&self, form: ConnectionForm) -> ConnectionId {
        self.rounds().add_connection(form).await.expect("the connection can be added").id
    }

    /// The external ids that a filter finds.
    pub(crate) async fn found(&self, query: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for offset in (0..).step_by(1_000) {
            let request =
                ListRequest { query: query.into(), sort: SortColumn::Work, descending: false, offset, limit: 1_000 };
            let answer = self.rounds().worklist(request).await.unwrap();
            found.extend(answer.rows.iter().map(|row| row.external_id.clone()));
            if answer.rows.len() < 1_000 {
                assert_eq!(found.len(), answer.total as usize, "no case stands twice on the list");
                break;
            }
        }
        found
    }

    pub(crate) async fn outbox(&self) -> Vec<OutboxRow> {
        self.rounds().outbox(true).await.unwrap()
    }

    pub(crate) async fn row(&self, id: ActionId) -> OutboxRow {
        self.outbox().await.into_iter().find(|row| row.id == id).expect("what a person did stays in the outbox")
    }
}

fn unlock() -> Unlock {
    Unlock::Passphrase(Zeroizing::new(PASSPHRASE.to_owned()))
}

/// A clinic: a desk with one connection to one simulator.
pub(crate) struct Clinic {
    pub(crate) simulator: Running,
    pub(crate) desk: Desk,
    pub(crate) connection: ConnectionId,
}

impl std::ops::Deref for Clinic {
    type Target = Desk;

    fn deref(&self) -> &Desk {
        &self.desk
    }
}

impl Clinic {
    pub(crate) async fn open(options: Options, but: &[(&str, &str)]) -> Self {
        Self::open_at(Desk::new().await, options, but).await
    }

    /// A clinic with this desk.
    pub(crate) async fn open_at(desk: Desk, options: Options, but: &[(&str, &str)]) -> Self {
        let simulator = Simulator::start(options).await.unwrap();
        let connection = desk.connect(form(&simulator.announcement.systems[SYSTEM], "Clinic", but)).await;
        Self { simulator, desk, connection }
    }

    /// A clinic at a well-behaved system, with every case pulled.
    pub(crate) async fn at_work(items: usize) -> Self {
        Self::at_work_with(items, &[]).await
    }

    pub(crate) async fn at_work_with(items: usize, but: &[(&str, &str)]) -> Self {
        let clinic = Self::open(options(items, Temperament::Kind), but).await;
        clinic.pull().await;
        clinic
    }

    /// A sync that must go well.
    pub(crate) async fn pull(&self) -> ConnectionReport {
        let report = self.sync().await;
        assert_eq!(report.error, None, "nothing stands in the way of this sync");
        report
    }

    pub(crate) async fn sync(&self) -> ConnectionReport {
        self.sync_to(Extent::Full).await
    }

    pub(crate) async fn sync_to(&self, extent: Extent) -> ConnectionReport {
        let report = self.rounds().sync_now(Some(self.connection), extent, rounds_sync::Patience::SHORT).await.unwrap();
        report.connections.into_iter().next().unwrap()
    }

    /// What exists upstream.
    pub(crate) fn cases(&self) -> Vec<String> {
        cases(&self.simulator)
    }

    pub(crate) fn id(&self, case: &str) -> ItemId {
        ItemId::derive(self.connection, ItemKind::Case, case)
    }

    pub(crate) async fn item(&self, case: &str) -> ItemView {
        self.rounds().item(self.id(case)).await.expect("the case is here")
    }

    pub(crate) async fn view(&self) -> ConnectionView {
        let all = self.rounds().connections().await.unwrap();
        all.into_iter().find(|view| view.id == self.connection).unwrap()
    }

    /// Writes a comment, or an internal note.
    pub(crate) async fn write(&self, case: &str, text: &str, internal: bool) -> ActionId {
        let fields = Fields::from_iter([("text".to_owned(), json!(text)), ("internal".to_owned(), json!(internal))]);
        let intent = Intent { item: self.id(case), action: "comment".into(), fields, hold: false, after: vec![] };
        self.rounds().act(intent).await.expect("a comment can always be saved").id
    }

    /// What the system applied on a case.
    pub(crate) fn effects_on(&self, case: &str) -> Vec<Effect> {
        self.simulator.effects(Some(SYSTEM)).into_iter().filter(|effect| effect.case_id == case).collect()
    }

    pub(crate) fn fault(&self, spec: FaultSpec) {
        self.simulator.add_fault(spec).unwrap();
    }

    /// The next comment meets this.
    pub(crate) fn next_comment_meets(&self, fault: Fault) {
        self.fault(FaultSpec::new(SYSTEM, fault).on_action(COMMENT));
    }

    /// Waits until reads show everything that was applied.
    pub(crate) async fn server_is_quiet(&self) {
        let cases: BTreeSet<String> =
            self.simulator.effects(Some(SYSTEM)).into_iter().map(|effect| effect.case_id).collect();
        for case in cases {
            until("the server shows what it acknowledged", || async {
                self.simulator.truth(SYSTEM, &case).map_or(true, |truth| truth["pending"] == 0)
            })
            .await;
        }
    }

    /// Syncs, and lets time pass, until nothing goes on by itself any more. What waits for a sign-in or a person stays.
    pub(crate) async fn settle(&self) {
        for _ in 0..40 {
            self.server_is_quiet().await;
            self.sync().await;
            let goes_on = |row: &OutboxRow| !row.state.is_final() && row.state != OutboxState::NeedsPerson;
            if !self.outbox().await.iter().any(goes_on) {
                return;
            }
            self.clock.advance(Duration::from_secs(11));
        }
        let left: Vec<String> =
            self.outbox().await.into_iter().map(|row| format!("{:?}: {}", row.state, row.words)).collect();
        panic!("the outbox must come to an end; it stands at {left:#?}");
    }

    /// Each of these was written once, arrived exactly once, and is shown once.
    pub(crate) async fn assert_exactly_once(&self, written: &[(ActionId, &str, &str, bool)], when: &str) {
        self.server_is_quiet().await;
        self.pull().await;
        for (id, case, text, internal) in written {
            let row = self.row(*id).await;
            assert_eq!(
                row.state,
                OutboxState::Confirmed,
                "{when}: {text:?} must end confirmed; it says {:?}",
                row.words
            );
            let same = written.iter().filter(|(_, c, t, i)| (c, t, i) == (case, text, internal)).count();
            let effects = self.effects_on(case);
            let arrived = effects
                .iter()
                .filter(|effect| effect.payload["text"] == *text && effect.payload["isRestricted"] == *internal);
            assert_eq!(arrived.count(), same, "{when}: {text:?} must arrive as often as it was written: {effects:#?}");
            let shown = self.item(case).await.comments;
            let shown: Vec<_> = shown.iter().filter(|c| c.text == *text && c.internal == *internal && c.mine).collect();
            assert_eq!(shown.len(), same, "{when}: {text:?} must be shown as often as it was written");
            assert!(
                shown.iter().all(|comment| comment.action.is_none()),
                "{when}: what is shown is the system's own copy"
            );
        }
        let all: Vec<_> = self.simulator.effects(Some(SYSTEM));
        assert_eq!(all.len(), written.len(), "{when}: nothing else may have been sent");
        assert_eq!(self.simulator.violations().len(), 0, "{when}: no rule of the system may be broken");
    }
}

pub(crate) fn cases(simulator: &Running) -> Vec<String> {
    let ids = simulator.ids(SYSTEM, 0, 100_000).unwrap();
    ids["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}
