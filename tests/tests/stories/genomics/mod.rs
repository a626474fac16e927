//! A genomics laboratory: a desk with one connection to its case registration, and what its people live through.

mod changes;
mod deeds;
mod enclosed;
mod once;
mod reading;
mod refusals;
mod together;

use std::{collections::BTreeSet, time::Duration};

use rounds_domain::{
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
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

const ILLUMINA: &str = "illumina";

struct Laboratory {
    simulator: Running,
    desk: Desk,
    connection: ConnectionId,
}

impl Laboratory {
    /// A laboratory in which nothing was read yet. `settings` are the simulator's, `but` the connection's.
    async fn closed(options: Options, settings: &Value, but: &[(&str, &str)]) -> Self {
        let simulator = Simulator::start(Options { systems: vec![ILLUMINA.into()], seed: 5, ..options }).await.unwrap();
        simulator.change_settings(ILLUMINA, settings).unwrap();
        let about = &simulator.announcement.systems[ILLUMINA];
        let mut given = words(&about.settings);
        let fast = [
            ("requests_per_second", "100"),
            ("server_timeout_seconds", "1"),
            ("request_timeout_seconds", "3"),
            ("records_per_page", "20"),
        ];
        for (key, value) in fast.iter().chain(but) {
            given.insert((*key).into(), (*value).into());
        }
        let desk = Desk::new().await;
        let form = ConnectionForm {
            system: ILLUMINA.into(),
            name: "Sequencing".into(),
            base_url: about.base_url.clone(),
            settings: given,
            secrets: words(&about.secret),
        };
        let connection = desk.connect(form).await;
        Self { simulator, desk, connection }
    }

    /// A laboratory with everything read.
    async fn at_work(items: usize, settings: &Value) -> Self {
        Self::at_work_with(items, settings, &[]).await
    }

    async fn at_work_with(items: usize, settings: &Value, but: &[(&str, &str)]) -> Self {
        let options = Options { items, temperament: Temperament::Kind, ..Options::default() };
        let laboratory = Self::closed(options, settings, but).await;
        assert_eq!(laboratory.sync(Extent::Full).await.error, None);
        laboratory
    }

    async fn sync(&self, extent: Extent) -> ConnectionReport {
        let patience = rounds_sync::Patience::SHORT;
        let report = self.desk.rounds().sync_now(Some(self.connection), extent, patience).await.unwrap();
        report.connections.into_iter().next().unwrap()
    }

    async fn about(&self) -> ConnectionView {
        let all = self.desk.rounds().connections().await.unwrap();
        all.into_iter().find(|view| view.id == self.connection).unwrap()
    }

    fn id(&self, case: &str) -> ItemId {
        ItemId::derive(self.connection, ItemKind::Case, case)
    }

    async fn view(&self, case: &str) -> ItemView {
        self.desk.rounds().item(self.id(case)).await.unwrap()
    }

    /// What exists upstream.
    fn cases(&self) -> BTreeSet<String> {
        let ids = self.simulator.ids(ILLUMINA, 0, 100_000).unwrap();
        ids["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).collect()
    }

    /// The first case of which the system itself holds what `fits` wants.
    fn case_that(&self, fits: impl Fn(&Value) -> bool) -> String {
        let found = self.cases().into_iter().find(|case| fits(&self.truth(case)));
        found.expect("the made-up data has no such case")
    }

    /// A case that stands there, here too; its test lets it be delivered from outside where it waits for that.
    async fn case_at(&self, state: &str) -> String {
        let case = self.case_that(|case| case["caseSubjects"].is_array());
        let bypasses = state.contains("DELIVER");
        self.edit(&json!({"caseId": case, "status": state, "set": {"_bypasses": bypasses}}));
        assert_eq!(self.sync(Extent::Recent).await.error, None);
        assert_eq!(self.view(&case).await.row.status.as_deref(), Some(state));
        case
    }

    async fn act(&self, case: &str, action: &str, fields: Value) -> Result<ActionId, DeskError> {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        let intent = Intent { item: self.id(case), action: action.into(), fields, hold: false, after: vec![] };
        self.desk.rounds().act(intent).await.map(|row| row.id)
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
        self.simulator.edit(ILLUMINA, edit).unwrap();
    }

    /// The next request of this method and path meets that.
    fn meets(&self, method: &str, path: &str, fault: Fault) {
        self.simulator.add_fault(FaultSpec::new(ILLUMINA, fault).on_method(method).on_path(path)).unwrap();
    }

    /// What the system applied on a case.
    fn effects(&self, case: &str) -> Vec<Effect> {
        let all = self.simulator.effects(Some(ILLUMINA)).into_iter();
        all.filter(|effect| effect.case_id == case).collect()
    }

    /// What the system itself holds.
    fn truth(&self, case: &str) -> Value {
        self.simulator.truth(ILLUMINA, case).unwrap()["case"].clone()
    }
}

fn offer<'a>(view: &'a ItemView, action: &str) -> &'a ActionOffer {
    view.actions.iter().find(|offer| offer.declaration.name == action).expect(action)
}

/// Where a case that can be delivered from outside waits for it.
const READY: &str = "In Progress/READY_FOR_DELIVERY";

fn nothing() -> Value {
    json!({})
}
