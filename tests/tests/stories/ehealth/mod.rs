//! A laboratory: a desk with one connection to the specimens of its watched patients, and what its people live through.

mod held_back;
mod once;
mod reading;
mod refused;
mod signed_in;

use std::{collections::BTreeSet, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    moment::{instant, utc_text},
    outbox::OutboxState,
    view::{ActionOffer, ConnectionView, ItemView, OutboxRow},
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Effect, Fault, FaultSpec, Options, Running, Simulator, Temperament};
use rounds_sync::{
    desk::{ConnectionForm, DeskError, Intent},
    report::ConnectionReport,
};
use serde_json::{Value, json};

use crate::clinic::{Desk, words};

const EHEALTH: &str = "ehealth";
/// What a receipt is on the wire.
const PROCESS: &str = "/actions/process";

struct Laboratory {
    simulator: Running,
    desk: Desk,
    connection: ConnectionId,
}

impl Laboratory {
    /// A laboratory in which nothing was read yet. `settings` are the simulator's, `but` settings of the connection.
    async fn closed(items: usize, settings: &Value, but: &[(&str, &str)]) -> Self {
        let options = Options {
            items,
            temperament: Temperament::Kind,
            systems: vec![EHEALTH.into()],
            seed: 5,
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        simulator.change_settings(EHEALTH, settings).unwrap();
        let about = &simulator.announcement.systems[EHEALTH];
        let mut given = words(&about.settings);
        let quick = [("requests_per_second", "100"), ("server_timeout_seconds", "1"), ("request_timeout_seconds", "3")];
        for (key, value) in quick.iter().chain(but) {
            given.insert((*key).into(), (*value).into());
        }
        let desk = Desk::new().await;
        let form = ConnectionForm {
            system: EHEALTH.into(),
            name: "Laboratory".into(),
            base_url: about.base_url.clone(),
            settings: given,
            secrets: words(&about.secret),
        };
        let connection = desk.connect(form).await;
        Self { simulator, desk, connection }
    }

    /// A laboratory with everything read.
    async fn at_work(settings: &Value) -> Self {
        let laboratory = Self::closed(30, settings, &[]).await;
        assert_eq!(laboratory.sync(Extent::Full).await.error, None);
        laboratory
    }

    async fn sync(&self, extent: Extent) -> ConnectionReport {
        let patience = rounds_sync::Patience::SHORT;
        let report = self.desk.rounds().sync_now(Some(self.connection), extent, patience).await.unwrap();
        report.connections.into_iter().next().unwrap()
    }

    fn id(&self, specimen: &str) -> ItemId {
        ItemId::derive(self.connection, ItemKind::Specimen, specimen)
    }

    async fn view(&self, specimen: &str) -> ItemView {
        self.desk.rounds().item(self.id(specimen)).await.unwrap()
    }

    async fn connection(&self) -> ConnectionView {
        let all = self.desk.rounds().connections().await.unwrap();
        all.into_iter().find(|view| view.id == self.connection).unwrap()
    }

    /// The specimens here that can be received.
    async fn waiting(&self) -> Vec<String> {
        let found: BTreeSet<String> = self.desk.found("kind:specimen").await;
        let mut waiting = Vec::new();
        for specimen in found {
            if is_offered(&self.view(&specimen).await, "receive") {
                waiting.push(specimen);
            }
        }
        assert!(!waiting.is_empty(), "the made-up data has specimens to receive");
        waiting
    }

    /// The first specimen here that can be received.
    async fn next(&self) -> String {
        self.waiting().await.remove(0)
    }

    async fn act(&self, specimen: &str, action: &str, fields: Value) -> Result<ActionId, DeskError> {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        let intent = Intent { item: self.id(specimen), action: action.into(), fields, hold: false, after: vec![] };
        self.desk.rounds().act(intent).await.map(|row| row.id)
    }

    async fn receive(&self, specimen: &str, at: &str) -> ActionId {
        self.act(specimen, "receive", json!({"received_time": at})).await.expect("it can be received")
    }

    /// Lets time pass until nothing goes on by itself any more.
    async fn settled(&self, id: ActionId) -> OutboxRow {
        for _ in 0..20 {
            self.sync(Extent::Recent).await;
            let row = self.desk.row(id).await;
            if row.state.is_final() || row.state == OutboxState::NeedsPerson {
                return row;
            }
            self.desk.clock.advance(Duration::from_secs(11));
        }
        panic!("it must come to an end: {:?}", self.desk.row(id).await)
    }

    /// Another user changes something.
    fn edit(&self, edit: &Value) {
        self.simulator.edit(EHEALTH, edit).unwrap();
    }

    fn change(&self, settings: &Value) {
        self.simulator.change_settings(EHEALTH, settings).unwrap();
    }

    /// The next call of this path meets that.
    fn meets(&self, path: &str, fault: Fault) {
        self.simulator.add_fault(FaultSpec::new(EHEALTH, fault).on_path(path)).unwrap();
    }

    /// What the system applied on a specimen.
    fn effects(&self, specimen: &str) -> Vec<Effect> {
        let all = self.simulator.effects(Some(EHEALTH)).into_iter();
        all.filter(|effect| effect.case_id == specimen).collect()
    }

    /// What the system itself holds.
    fn truth(&self, specimen: &str) -> Value {
        self.simulator.truth(EHEALTH, specimen).unwrap()["case"].clone()
    }

    /// A patient whom nobody watches, with a specimen of theirs that can be received: ids and accession identifier.
    fn stranger(&self) -> (String, String, String) {
        let facts = self.simulator.facts(EHEALTH).unwrap();
        let patients = facts["patients"].as_array().unwrap();
        let patient = patients.iter().find(|patient| patient["watched"] == false).unwrap()["id"].as_str().unwrap();
        let made = self.simulator.create(EHEALTH, &json!({"patientId": patient})).unwrap();
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        (patient.to_owned(), text("id"), text("accession_identifier"))
    }

    /// How many requests of this method there were.
    fn asked(&self, method: &str) -> u64 {
        self.simulator.requests().by_method.get(&format!("{EHEALTH} {method}")).copied().unwrap_or(0)
    }

    /// Received exactly once, at this time.
    async fn assert_received(&self, specimen: &str, at: &str, when: &str) {
        let effects = self.effects(specimen);
        assert_eq!(effects.len(), 1, "{when}: {effects:#?}");
        assert_eq!(instant(effects[0].payload["received_time"].as_str().unwrap()), instant(at), "{when}");
        assert_eq!(instant(self.truth(specimen)["received_time"].as_str().unwrap()), instant(at), "{when}");
        self.sync(Extent::Recent).await;
        let view = self.view(specimen).await;
        assert_eq!(view.row.status.as_deref(), Some("available"), "{when}: receipt is no transition");
        assert_eq!(view.row.status_group, rounds_domain::item::StatusGroup::Done, "{when}");
        assert!(view.row.pending.is_empty(), "{when}: it stands there, and is no wish any more");
        assert!(!is_offered(&view, "receive"), "{when}: it is received once");
        assert_eq!(self.simulator.violations().len(), 0, "{when}");
    }
}

/// A time of scan so many minutes ago, as it is kept.
fn ago(minutes: i64) -> String {
    utc_text(at(Utc::now() - TimeDelta::minutes(minutes)))
}

fn at(time: DateTime<Utc>) -> DateTime<Utc> {
    use chrono::SubsecRound;
    time.trunc_subsecs(0)
}

fn offer<'a>(view: &'a ItemView, action: &str) -> Option<&'a ActionOffer> {
    view.actions.iter().find(|offer| offer.declaration.name == action)
}

fn is_offered(view: &ItemView, action: &str) -> bool {
    offer(view, action).is_some_and(|offer| offer.refused.is_none())
}

/// Why an action is not offered.
fn refused(view: &ItemView, action: &str) -> String {
    offer(view, action).and_then(|offer| offer.refused.clone()).unwrap_or_default()
}
