//! Every system at one desk: what befalls one leaves the others untouched, and it is said which one it is.

use std::collections::{BTreeMap, BTreeSet};

use rounds_domain::ids::ConnectionId;
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Fault, FaultSpec, Options, Running, Simulator, Temperament};
use rounds_sync::{Known, Patience, report::ConnectionReport};

use crate::clinic::{Desk, form};

struct Hospital {
    simulator: Running,
    desk: Desk,
    connections: BTreeMap<String, ConnectionId>,
}

impl Hospital {
    /// A desk with a connection to each system that there is.
    async fn open() -> Self {
        let options = Options { items: 100, temperament: Temperament::Kind, ..Options::default() };
        let simulator = Simulator::start(options).await.unwrap();
        let desk = Desk::new().await;
        let mut connections = BTreeMap::new();
        for system in desk.rounds().systems() {
            let about = &simulator.announcement.systems[&system.name];
            let mut form = form(about, &system.name, &[]);
            form.system.clone_from(&system.name);
            form.settings.retain(|key, _| system.settings.iter().any(|setting| setting.key == *key));
            connections.insert(system.name.clone(), desk.connect(form).await);
        }
        Self { simulator, desk, connections }
    }

    async fn sync(&self) -> BTreeMap<String, ConnectionReport> {
        let report = self.desk.rounds().sync_now(None, Extent::Full, Patience::SHORT).await.unwrap();
        report.connections.into_iter().map(|one| (one.connection.clone(), one)).collect()
    }

    async fn troubled(&self) -> BTreeSet<String> {
        let views = self.desk.rounds().connections().await.unwrap();
        views.into_iter().filter(|view| view.trouble.is_some()).map(|view| view.name).collect()
    }

    /// The systems of which anything is read.
    fn read(&self) -> Vec<String> {
        self.desk.rounds().systems().into_iter().filter(|system| !system.feeds.is_empty()).map(|one| one.name).collect()
    }
}

#[tokio::test]
async fn one_sync_reads_all_systems_at_once() {
    let hospital = Hospital::open().await;
    let reports = hospital.sync().await;
    assert_eq!(reports.len(), hospital.connections.len());
    for (name, report) in &reports {
        assert_eq!(report.error, None, "{name}");
    }
    for name in hospital.read() {
        let report = &reports[&name];
        assert!(report.feeds.iter().any(|feed| feed.rows > 0), "{name} holds something: {report:?}");
        assert!(!hospital.desk.found(&format!("system:{name}")).await.is_empty(), "{name} is on the worklist");
    }
    assert_eq!(hospital.simulator.violations().len(), 0, "no rule of any system is broken");
}

#[tokio::test]
async fn one_that_is_down_leaves_the_others_untouched_whichever_it_is() {
    let hospital = Hospital::open().await;
    hospital.sync().await;
    for struck in hospital.read() {
        hospital.simulator.down(&struck).await.unwrap();
        assert_alone(&hospital, &struck, &["offline"]).await;
        hospital.simulator.up(&struck).unwrap();
    }
    assert_well(&hospital).await;
}

#[tokio::test]
async fn one_whose_key_is_revoked_leaves_the_others_untouched_whichever_it_is() {
    let hospital = Hospital::open().await;
    hospital.sync().await;
    for struck in hospital.read() {
        let always = FaultSpec { times: -1, ..FaultSpec::new(&struck, Fault::Unauthorized) };
        hospital.simulator.add_fault(always).unwrap();
        assert_alone(&hospital, &struck, &["signIn"]).await;
        hospital.simulator.clear_faults();
        // Somebody signs in there again.
        let signed_in = hospital.desk.rounds().test_connection(hospital.connections[&struck]).await.unwrap();
        assert_eq!(signed_in, Ok(Known::SignedIn), "{struck}");
    }
    assert_well(&hospital).await;
}

#[tokio::test]
async fn one_that_crawls_leaves_the_others_untouched_whichever_it_is() {
    let hospital = Hospital::open().await;
    hospital.sync().await;
    for struck in hospital.read() {
        let always = FaultSpec { times: -1, ..FaultSpec::new(&struck, Fault::Slow { bytes_per_second: 1 }) };
        hospital.simulator.add_fault(always).unwrap();
        assert_alone(&hospital, &struck, &["later", "offline", "doubtful"]).await;
        hospital.simulator.clear_faults();
    }
    assert_well(&hospital).await;
}

/// Only this one's report and only this one's connection tell of trouble, and of one of these kinds; nothing of anybody's is gone.
async fn assert_alone(hospital: &Hospital, struck: &str, kinds: &[&str]) {
    let before = hospital.desk.found("").await.len();
    let reports = hospital.sync().await;
    for (name, report) in &reports {
        let told = report.error.as_ref().map(|error| error.kind.as_str());
        if name == struck {
            assert!(told.is_some_and(|told| kinds.contains(&told)), "{name} says what is wrong with it: {report:?}");
        } else {
            assert_eq!(told, None, "{name} is not to suffer for {struck}: {report:?}");
        }
    }
    assert_eq!(hospital.troubled().await, BTreeSet::from([struck.to_owned()]), "it is said which one it is");
    for name in hospital.read().into_iter().filter(|name| name != struck) {
        assert!(reports[&name].feeds.iter().all(|feed| feed.pages > 0), "{name} was read meanwhile: {reports:?}");
    }
    assert_eq!(hospital.desk.found("").await.len(), before, "what is here of {struck} stays here");
    hospital.desk.clock.advance(std::time::Duration::from_mins(10));
}

async fn assert_well(hospital: &Hospital) {
    let reports = hospital.sync().await;
    assert!(reports.values().all(|report| report.error.is_none()), "{reports:?}");
    assert_eq!(hospital.troubled().await, BTreeSet::new());
}
