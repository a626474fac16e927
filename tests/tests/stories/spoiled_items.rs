//! One item that cannot be read, or that ends the program's own code: the others go on, its person is asked, and no log tells
//! what the system said of it.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, ReasonKind},
    declare::System,
    error::{AndNow, RemoteError},
    outbox::OutboxState,
    patient::Me,
    pull::{Page, Record, Slice},
};
use rounds_remote::{
    registry::{Kind, SHIPPED},
    seam::{Account, Blob, Depth, RemoteSystem, SignInReply, Submitted, Target},
};
use rounds_simulator::{Fault, FaultSpec, Temperament};

use crate::clinic::{Clinic, Desk, SYSTEM, options, until};

/// What a remote says of a patient in an error.
const PLANTED: &str = "Thelma Plantedname has no such case";

#[derive(Clone, Copy)]
enum Spoiled {
    Fails(AndNow),
    Panics(u32),
}

/// Which items are spoiled, by where their system is and their id.
static SPOILED: Mutex<BTreeMap<(String, String), Spoiled>> = Mutex::new(BTreeMap::new());

static KINDS: &[Kind] = &[Kind { declare, connect }];

fn declare() -> System {
    (SHIPPED[0].declare)()
}

#[allow(clippy::needless_pass_by_value)]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    let base_url = account.base_url.clone();
    Ok(Arc::new(WithSpoiledItems { real: (SHIPPED[0].connect)(account)?, base_url }))
}

/// The real client, but for the items that a story spoils.
struct WithSpoiledItems {
    real: Arc<dyn RemoteSystem>,
    base_url: String,
}

impl WithSpoiledItems {
    fn check(&self, target: &Target) -> Result<(), RemoteError> {
        let key = (self.base_url.clone(), target.external_id.clone());
        let spoiled = {
            let mut all = SPOILED.lock().unwrap();
            let found = all.get(&key).copied();
            if let Some(Spoiled::Panics(times)) = found {
                if times <= 1 {
                    all.remove(&key)
                } else {
                    all.insert(key, Spoiled::Panics(times - 1))
                };
            }
            found
        };
        match spoiled {
            None => Ok(()),
            Some(Spoiled::Fails(and_now)) => Err(RemoteError::new(and_now, PLANTED)),
            Some(Spoiled::Panics(_)) => panic!("a made-up program error"),
        }
    }
}

#[async_trait]
impl RemoteSystem for WithSpoiledItems {
    fn me(&self) -> Option<Me> {
        self.real.me()
    }

    async fn sign_in(&self, now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        self.real.sign_in(now).await
    }

    async fn pull(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        self.real.pull(feed, slice, cursor, now).await
    }

    async fn refresh(&self, target: &Target, depth: Depth) -> Result<Option<Record>, RemoteError> {
        self.check(target)?;
        self.real.refresh(target, depth).await
    }

    async fn blob(&self, target: &Target, attachment: &str) -> Result<Blob, RemoteError> {
        self.check(target)?;
        self.real.blob(target, attachment).await
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        self.real.submit(target, action).await
    }
}

async fn clinic() -> Clinic {
    let clinic = Clinic::open_at(Desk::with(KINDS).await, options(8, Temperament::Kind), &[]).await;
    clinic.pull().await;
    clinic
}

fn spoil(clinic: &Clinic, case: &str, how: Option<Spoiled>) {
    let key = (clinic.simulator.announcement.systems[SYSTEM].base_url.clone(), case.to_owned());
    let mut all = SPOILED.lock().unwrap();
    match how {
        Some(how) => all.insert(key, how),
        None => all.remove(&key),
    };
}

#[tokio::test]
async fn an_item_that_cannot_be_read_holds_up_nobody_and_in_the_end_asks_its_person() {
    let clinic = clinic().await;
    let cases = clinic.cases();
    spoil(&clinic, &cases[0], Some(Spoiled::Fails(AndNow::Doubtful)));
    let spoiled = clinic.write(&cases[0], "spoiled", false).await;
    let mut written = Vec::new();
    for case in &cases[1..4] {
        written.push((clinic.write(case, "fine", false).await, case.as_str(), "fine", false));
    }
    clinic.sync().await;
    for (id, ..) in &written {
        assert_eq!(clinic.row(*id).await.state, OutboxState::Confirmed, "the others are not held up");
    }
    let row = clinic.row(spoiled).await;
    assert_eq!((row.state, row.words.as_str()), (OutboxState::Queued, "saved here, the item cannot be read now"));
    for _ in 0..40 {
        clinic.clock.advance(Duration::from_secs(301));
        clinic.sync().await;
    }
    let row = clinic.row(spoiled).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "it does not go on for ever: {:?}", row.reason);
    assert_eq!(row.reason.map(|reason| reason.kind), Some(ReasonKind::Unreadable));
    spoil(&clinic, &cases[0], None);
    let again = clinic.rounds().retry(spoiled).await.unwrap().id;
    clinic.settle().await;
    written.push((again, &cases[0], "spoiled", false));
    clinic.assert_exactly_once(&written, "once it can be read").await;
}

#[tokio::test]
async fn a_system_that_asks_a_read_to_wait_is_left_alone_whoever_asks_and_after_a_restart_too() {
    let mut clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    let headers = BTreeMap::from([("Retry-After".to_owned(), "120".to_owned())]);
    let later = Fault::Status { code: 429, body: None, headers, applied: false };
    clinic.fault(FaultSpec::new(SYSTEM, later).on_method("GET"));
    let report = clinic.sync().await;
    assert_eq!(report.error.map(|error| error.kind).as_deref(), Some("later"));
    let before = clinic.simulator.requests().total;
    let id = clinic.write(&case, "no hurry", false).await;
    for restart in [false, true] {
        if restart {
            clinic.desk.start_again().await;
        }
        let report = clinic.sync().await;
        assert_eq!(report.error.map(|error| error.kind).as_deref(), Some("later"), "restart: {restart}");
        assert_eq!(clinic.simulator.requests().total, before, "restart: {restart}: it asked for two minutes");
        clinic.clock.advance(Duration::from_secs(30));
    }
    clinic.clock.advance(Duration::from_secs(65));
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, "no hurry", false)], "after two minutes").await;
}

#[tokio::test]
async fn a_program_error_in_the_outbox_is_survived() {
    let clinic = clinic().await;
    let cases = clinic.cases();
    spoil(&clinic, &cases[0], Some(Spoiled::Panics(2)));
    clinic.rounds().start();
    let mut written = Vec::new();
    for case in &cases[..2] {
        written.push((clinic.write(case, "in spite of it", false).await, case.as_str(), "in spite of it", false));
    }
    until("both have left", || async { clinic.rounds().outbox(false).await.unwrap().is_empty() }).await;
    clinic.rounds().close(Duration::from_secs(10)).await.unwrap();
    assert_eq!(clinic.simulator.effects(Some(SYSTEM)).len(), 2, "each once: {written:?}");
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_a_system_says_of_a_patient_reaches_no_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(move || writer.clone()).finish();
    let _listening = tracing::subscriber::set_default(subscriber);
    let clinic = clinic().await;
    let case = clinic.cases().remove(0);
    spoil(&clinic, &case, Some(Spoiled::Fails(AndNow::Forbidden)));
    clinic.rounds().watch(clinic.id(&case));
    clinic.rounds().fetch_attachment(clinic.id(&case), "a1".into());
    let id = clinic.write(&case, "refused", false).await;
    let report = clinic.sync().await;
    for told in ["an item could not be read again", "an attachment could not be fetched"] {
        until(told, || async { log.text().contains(told) }).await;
    }
    assert!(log.text().contains("forbidden"), "its kind is told");
    assert!(clinic.row(id).await.reason.unwrap().text.contains(PLANTED), "its person can read it");
    tracing::info!(?report, "as a careless line would tell it");
    assert!(!log.text().contains("Plantedname"), "{}", log.text());
}
