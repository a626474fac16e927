//! An imaging department: a desk with one connection to the second system, and what its people live through.

mod around;
mod closed;
mod once;
mod sign_in;
mod together;

use std::{collections::BTreeSet, time::Duration};

use rounds_domain::{
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
    view::{ActionOffer, ItemView, OutboxRow},
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Effect, Fault, FaultSpec, Options, Running, Simulator, Temperament};
use rounds_sync::{
    desk::{ConnectionForm, DeskError, Intent},
    report::ConnectionReport,
};
use serde_json::Value;

use crate::clinic::{Desk, words};

const AMBRA: &str = "ambra";

struct Department {
    simulator: Running,
    desk: Desk,
    connection: ConnectionId,
}

impl Department {
    /// A department in which nothing was read yet. `settings` are the simulator's.
    async fn closed(items: usize, settings: &Value) -> Self {
        let options = Options {
            items,
            temperament: Temperament::Kind,
            systems: vec![AMBRA.into()],
            seed: 5,
            ..Options::default()
        };
        let simulator = Simulator::start(options).await.unwrap();
        simulator.change_settings(AMBRA, settings).unwrap();
        let about = &simulator.announcement.systems[AMBRA];
        let mut given = words(&about.settings);
        for (key, value) in
            [("requests_per_second", "100"), ("server_timeout_seconds", "1"), ("request_timeout_seconds", "3")]
        {
            given.insert(key.into(), value.into());
        }
        let desk = Desk::new().await;
        let form = ConnectionForm {
            system: AMBRA.into(),
            name: "PACS".into(),
            base_url: about.base_url.clone(),
            settings: given,
            secrets: words(&about.secret),
        };
        let connection = desk.connect(form).await;
        Self { simulator, desk, connection }
    }

    /// A department with everything read.
    async fn at_work(items: usize, settings: &Value) -> Self {
        let department = Self::closed(items, settings).await;
        assert_eq!(department.sync(Extent::Full).await.error, None);
        department
    }

    async fn sync(&self, extent: Extent) -> ConnectionReport {
        let patience = rounds_sync::Patience::SHORT;
        let report = self.desk.rounds().sync_now(Some(self.connection), extent, patience).await.unwrap();
        report.connections.into_iter().next().unwrap()
    }

    async fn view(&self, id: ItemId) -> ItemView {
        self.desk.rounds().item(id).await.unwrap()
    }

    /// The first item of a kind for which `fits` says yes.
    async fn find(&self, kind: ItemKind, fits: impl Fn(&ItemView) -> bool) -> ItemView {
        let found: BTreeSet<String> = self.desk.found(&format!("kind:{}", kind.word())).await;
        for external_id in found {
            let view = self.view(ItemId::derive(self.connection, kind, &external_id)).await;
            if fits(&view) {
                return view;
            }
        }
        panic!("the made-up data has no such {}", kind.word());
    }

    async fn act(&self, on: &ItemView, action: &str, fields: Value) -> Result<ActionId, DeskError> {
        let Value::Object(fields) = fields else { panic!("fields are an object") };
        let intent = Intent { item: on.row.id, action: action.into(), fields, hold: false, after: vec![] };
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
        self.simulator.edit(AMBRA, edit).unwrap();
    }

    /// The next call of this path meets that.
    fn meets(&self, path: &str, fault: Fault) {
        self.simulator.add_fault(FaultSpec::new(AMBRA, fault).on_path(path)).unwrap();
    }

    /// What the system applied on an item.
    fn effects(&self, on: &ItemView) -> Vec<Effect> {
        let all = self.simulator.effects(Some(AMBRA)).into_iter();
        all.filter(|effect| effect.case_id == on.row.external_id).collect()
    }

    /// What the system itself holds.
    fn truth(&self, on: &ItemView) -> Value {
        self.simulator.truth(AMBRA, &on.row.external_id).unwrap()["case"].clone()
    }
}

fn offer<'a>(view: &'a ItemView, action: &str) -> Option<&'a ActionOffer> {
    view.actions.iter().find(|offer| offer.declaration.name == action)
}

fn is_offered(view: &ItemView, action: &str) -> bool {
    offer(view, action).is_some_and(|offer| offer.refused.is_none())
}

fn targets(view: &ItemView, action: &str) -> Vec<String> {
    offer(view, action).map(|offer| offer.targets.clone()).unwrap_or_default()
}
