//! A simulator of Ambra and a desk connected to it.

use std::{collections::BTreeMap, ops::Deref, sync::Arc};

use chrono::Utc;
use rounds_domain::{
    action::{Action, Actor},
    error::RemoteError,
    ids::{ActionId, ConnectionId, ItemId},
    item::WorkItem,
    outbox::OutboxState,
    pull::{Page, Record, Slice},
};
use rounds_remote::{
    registry::SHIPPED,
    seam::{Account, Depth, RemoteSystem, SignInReply, SignedIn, Submitted, Target},
};
use rounds_simulator::{Effect, Fault, FaultSpec, Options, Running, Simulator, Temperament};
use serde_json::{Value, json};

/// The system's name.
pub(crate) const AMBRA: &str = "ambra";

/// A simulator and the client of it.
pub(crate) struct Desk {
    /// The server.
    pub(crate) simulator: Running,
    /// The client.
    pub(crate) system: Arc<dyn RemoteSystem>,
}

impl Deref for Desk {
    type Target = dyn RemoteSystem;

    fn deref(&self) -> &Self::Target {
        &*self.system
    }
}

impl Desk {
    /// A simulator with so many items, and nobody signed in.
    pub(crate) async fn closed(items: usize, temperament: Temperament, settings: &[(&str, &str)]) -> Self {
        let options = Options { items, temperament, systems: vec![AMBRA.into()], seed: 11, ..Options::default() };
        let simulator = Simulator::start(options).await.expect("a simulator");
        let system = connect(&simulator, settings, None);
        Self { simulator, system }
    }

    /// The same, signed in.
    pub(crate) async fn open(items: usize, temperament: Temperament, settings: &[(&str, &str)]) -> Self {
        let desk = Self::closed(items, temperament, settings).await;
        desk.enter().await;
        desk
    }

    /// A kind simulator with 400 items, signed in.
    pub(crate) async fn quiet() -> Self {
        Self::open(400, Temperament::Kind, &[]).await
    }

    /// Signs in without a PIN.
    pub(crate) async fn enter(&self) -> SignedIn {
        match self.sign_in(Utc::now()).await.expect("signed in") {
            SignInReply::Done(signed_in) | SignInReply::Untold(signed_in) => signed_in,
            SignInReply::PinWanted { .. } => panic!("no PIN was to be asked"),
        }
    }

    /// A whole sweep of a feed.
    pub(crate) async fn sweep(&self, feed: &str, slice: &Slice) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self.pull(feed, slice, cursor.as_deref(), Utc::now()).await.expect("a page");
            cursor.clone_from(&page.next);
            pages.push(page);
            if cursor.is_none() {
                return pages;
            }
            assert!(pages.len() < 400, "the sweep does not end");
        }
    }

    /// Everything in a feed.
    pub(crate) async fn items(&self, feed: &str) -> Vec<WorkItem> {
        let pages = self.sweep(feed, &Slice::All).await;
        pages.into_iter().flat_map(|page| page.records).map(|record| record.item).collect()
    }

    /// One item of a feed for which `fits` says yes.
    pub(crate) async fn item(&self, feed: &str, fits: impl Fn(&WorkItem) -> bool) -> WorkItem {
        self.items(feed).await.into_iter().find(|item| fits(item)).expect("the data has such an item")
    }

    /// The item as it is now.
    pub(crate) async fn again(&self, item: &WorkItem) -> Option<Record> {
        self.refresh(&Target::of(item), Depth::Plain).await.expect("it can be read")
    }

    /// Does something with an item as it stands in `item`.
    pub(crate) async fn act(&self, item: &WorkItem, name: &str, fields: Value) -> Result<Submitted, RemoteError> {
        self.submit(&Target::of(item), &action(item, name, fields)).await
    }

    /// What was applied on an item.
    pub(crate) fn effects(&self, item: &WorkItem) -> Vec<Effect> {
        let effects = self.simulator.effects(Some(AMBRA)).into_iter();
        effects.filter(|effect| effect.case_id == item.external_id).collect()
    }

    /// Changes settings of the simulator.
    pub(crate) fn set(&self, change: &Value) {
        self.simulator.change_settings(AMBRA, change).expect("the setting is known");
    }

    /// Another user changes something.
    pub(crate) fn edit(&self, edit: &Value) {
        self.simulator.edit(AMBRA, edit).expect("the edit is possible");
    }

    /// A fault at the next call of this path.
    pub(crate) fn fault(&self, path: &str, fault: Fault) {
        self.simulator.add_fault(FaultSpec::new(AMBRA, fault).on_path(path)).expect("the fault is possible");
    }

    /// How often a call was made, as far as the last 500 requests tell.
    pub(crate) fn calls(&self, path: &str) -> usize {
        self.simulator.requests().last.iter().filter(|request| request.path.ends_with(path)).count()
    }

    /// Ids of what the server holds, by kind.
    pub(crate) fn ids(&self, kind: &str) -> Vec<String> {
        let ids = self.simulator.ids(AMBRA, 0, 100_000).expect("ids");
        let ids = ids["ids"].as_array().expect("a list").iter().filter_map(Value::as_str);
        ids.filter(|id| self.simulator.truth(AMBRA, id).expect("it is there")["kind"] == kind)
            .map(str::to_owned)
            .collect()
    }
}

/// A client of a simulator.
pub(crate) fn connect(
    simulator: &Running,
    settings: &[(&str, &str)],
    session: Option<String>,
) -> Arc<dyn RemoteSystem> {
    let announced = &simulator.announcement.systems[AMBRA];
    let kind = SHIPPED.iter().find(|kind| (kind.declare)().name == AMBRA).expect("Ambra ships");
    let texts = |value: &Value| -> BTreeMap<String, String> {
        let fields = value.as_object().into_iter().flatten();
        fields.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
    };
    let mut given = texts(&announced.settings);
    for (key, value) in [("requests_per_second", "100"), ("request_timeout_seconds", "5")].iter().chain(settings) {
        given.insert((*key).to_owned(), (*value).to_owned());
    }
    (kind.connect)(Account {
        base_url: announced.base_url.clone(),
        settings: given,
        secrets: texts(&announced.secret),
        learned: BTreeMap::new(),
        session,
    })
    .expect("the account is good")
}

/// An action as the core would make it from the item that a person saw.
pub(crate) fn action(item: &WorkItem, name: &str, fields: Value) -> Action {
    let kind = SHIPPED.iter().find(|kind| (kind.declare)().name == AMBRA).expect("Ambra ships");
    let declared = (kind.declare)().action(name).expect("the action is declared").clone();
    let Value::Object(fields) = fields else { panic!("fields are an object") };
    let connection = ConnectionId(uuid::Uuid::from_u128(7));
    Action {
        id: ActionId(uuid::Uuid::from_u128(1)),
        connection,
        item: ItemId::derive(connection, item.kind, &item.external_id),
        sequence: 1,
        depends_on: Vec::new(),
        name: name.to_owned(),
        verb: declared.verb,
        proof: declared.proof,
        saw: declared.touched(&item.values),
        wants: declared.wants(&fields),
        own_mark: declared.own_mark,
        conflict: None,
        fields,
        actor: Actor::default(),
        made_at: Utc::now(),
        seen: None,
        state: OutboxState::Inflight,
        attempts: 1,
        waits: 0,
        sign_ins: 0,
        looks: 0,
        rounds: 0,
        sent_at: None,
        elapsed: None,
        baseline: None,
        next_at: None,
        reason: None,
        remote_ref: None,
        settled_at: None,
    }
}

/// Whether an action is offered on an item.
pub(crate) fn is_offered(item: &WorkItem, name: &str) -> bool {
    item.offers.iter().any(|offer| offer.action == name && offer.refused.is_none())
}

/// Why an action is not offered.
pub(crate) fn why_not(item: &WorkItem, name: &str) -> Option<String> {
    item.offers.iter().find(|offer| offer.action == name)?.refused.clone()
}

/// The legal values of an action's choice.
pub(crate) fn targets(item: &WorkItem, name: &str) -> Vec<String> {
    item.offers.iter().find(|offer| offer.action == name).map(|offer| offer.targets.clone()).unwrap_or_default()
}

/// No fields.
pub(crate) fn nothing() -> Value {
    json!({})
}
