//! Accessioning: a desk at a pathology laboratory, of which nothing can be read. What is made here is on the worklist from the moment it
//! is saved, and the laboratory's own record of what it applied is the judge.

mod corrected;
mod doubt;
mod made;
mod modes;
mod refused;

use std::time::Duration;

use rounds_domain::{
    ids::{ActionId, ConnectionId, ItemId},
    item::ItemKind,
    outbox::OutboxState,
    view::{ActionOffer, ItemView, ListRequest, OutboxRow, SortColumn},
};
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Effect, Fault, FaultSpec, Options, Running, Simulator, Temperament};
use rounds_sync::{
    desk::{ConnectionForm, DeskError, NewIntent},
    report::ConnectionReport,
};
use serde_json::{Value, json};

use crate::clinic::{Desk, words};

const LIMS: &str = "lims";

struct Laboratory {
    simulator: Running,
    desk: Desk,
    connection: ConnectionId,
}

impl Laboratory {
    /// A laboratory of this patient mode, on both sides.
    async fn open(mode: &str) -> Self {
        Self::open_with(mode, Temperament::Unkind, &json!({})).await
    }

    /// One with these settings of the simulator too.
    async fn open_with(mode: &str, temperament: Temperament, settings: &Value) -> Self {
        let options = Options { items: 120, temperament, systems: vec![LIMS.into()], seed: 5, ..Options::default() };
        let simulator = Simulator::start(options).await.unwrap();
        simulator.change_settings(LIMS, &json!({"patientMode": mode})).unwrap();
        simulator.change_settings(LIMS, settings).unwrap();
        let about = &simulator.announcement.systems[LIMS];
        let mut given = words(&about.settings);
        for (key, value) in [
            ("patientMode", mode),
            ("requests_per_second", "100"),
            ("server_timeout_seconds", "1"),
            ("request_timeout_seconds", "2"),
        ] {
            given.insert(key.into(), value.into());
        }
        let desk = Desk::new().await;
        let form = ConnectionForm {
            system: LIMS.into(),
            name: "Pathology".into(),
            base_url: about.base_url.clone(),
            settings: given,
            secrets: words(&about.secret),
        };
        let connection = desk.connect(form).await;
        Self { simulator, desk, connection }
    }

    async fn make(&self, action: &str, fields: &Value) -> Result<OutboxRow, DeskError> {
        self.make_instead(action, fields, None).await
    }

    /// The same, correcting something.
    async fn make_instead(
        &self,
        action: &str,
        fields: &Value,
        instead: Option<ActionId>,
    ) -> Result<OutboxRow, DeskError> {
        let Value::Object(fields) = fields.clone() else { panic!("fields are an object") };
        let intent = NewIntent { connection: self.connection, action: action.into(), fields, hold: false, instead };
        self.desk.rounds().make(intent).await
    }

    async fn sync(&self) -> ConnectionReport {
        let patience = rounds_sync::Patience::SHORT;
        let report = self.desk.rounds().sync_now(Some(self.connection), Extent::Recent, patience).await.unwrap();
        report.connections.into_iter().next().unwrap()
    }

    /// Lets time pass until nothing goes on by itself any more.
    async fn settled(&self, id: ActionId) -> OutboxRow {
        for _ in 0..20 {
            self.sync().await;
            let row = self.desk.row(id).await;
            if row.state.is_final() || row.state == OutboxState::NeedsPerson {
                return row;
            }
            self.desk.clock.advance(Duration::from_secs(11));
        }
        panic!("it must come to an end: {:?}", self.desk.row(id).await)
    }

    /// Does something and sees it through.
    async fn done(&self, action: &str, fields: &Value) -> OutboxRow {
        let row = self.make(action, fields).await.unwrap_or_else(|error| panic!("{action}: {error}"));
        let row = self.settled(row.id).await;
        assert_eq!(row.state, OutboxState::Confirmed, "{action}: {}", row.words);
        row
    }

    async fn case(&self, number: &str) -> ItemView {
        let id = ItemId::derive(self.connection, ItemKind::Case, number);
        self.desk.rounds().item(id).await.expect("the case is here")
    }

    async fn item(&self, row: &OutboxRow) -> ItemView {
        self.desk.rounds().item(row.item).await.expect("the item is here")
    }

    /// How many rows of the worklist a filter finds.
    async fn listed(&self, query: &str) -> u32 {
        let request =
            ListRequest { query: query.into(), sort: SortColumn::Work, descending: false, offset: 0, limit: 10 };
        self.desk.rounds().worklist(request).await.unwrap().total
    }

    async fn offers(&self) -> Vec<ActionOffer> {
        self.desk.rounds().offered_at(self.connection).await.unwrap()
    }

    /// The next request of this path meets that.
    fn meets(&self, path: &str, fault: Fault) {
        self.simulator.add_fault(FaultSpec::new(LIMS, fault).on_path(path)).unwrap();
    }

    fn effects(&self) -> Vec<Effect> {
        self.simulator.effects(Some(LIMS))
    }

    /// The laboratory's patient records.
    fn record(&self, number: usize) -> Value {
        self.simulator.facts(LIMS).unwrap()["patients"][number].clone()
    }
}

fn contact() -> Value {
    json!({"firstName": "Thelma", "lastName": "Cordero", "sex": "F", "dateOfBirth": "1945-07-14",
        "socialSecurityNumber": "000-12-3456"})
}

fn patient() -> Value {
    json!({"contact": contact(), "address": {"street1": "12 Elm St", "city": "Lund"},
    "insurances": [
        {"payer": "1234", "insuredRelationshipID": 12, "memberNumber": "M1", "groupNumber": "G1"},
        {"payer": "Payer110", "insuredRelationshipID": 1, "memberNumber": "M2"},
        {"payer": "77", "insuredRelationshipID": 2},
    ]})
}

/// A case of this number, with who it is about.
fn case(number: &str, of: &Value) -> Value {
    let mut case = json!({"caseNumber": number, "dateOfService": "2026-11-20", "requisitionNumber": "LGEC_32541",
    "receivedDate": "2026-11-21T08:30:00+01:00", "stat": true,
    "diagnoses": [{"code": "Z12.11"}], "physicians": [{"npi": "1558371450"}],
    "specimens": [
        {"sampleNumber": "-A", "sampleType": "Specimen", "tissueOrigin": "(GI) Anus"},
        {"sampleNumber": "-A-1", "sampleType": "Cassette", "parentSampleNumber": "-A"},
        {"sampleNumber": "-A-1-1", "sampleType": "Slide", "parentSampleNumber": "-A-1"},
    ]});
    for (key, value) in of.as_object().cloned().unwrap_or_default() {
        case[key.as_str()] = value;
    }
    case
}

/// A case with a patient of its own.
fn own_case(number: &str) -> Value {
    case(number, &json!({"patient": patient()}))
}
