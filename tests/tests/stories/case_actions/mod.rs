//! What can be done with a telehealth case beside writing on it: its status, its products, drafts of decisions, files.

mod drafts;
mod enclosed;
mod once;
mod refused;
mod status;

use rounds_domain::{
    action::Fields,
    ids::ActionId,
    view::{ActionOffer, OutboxRow},
};
use rounds_simulator::{Effect, Fault, FaultSpec};
use rounds_sync::desk::{DeskError, Intent};
use serde_json::{Value, json};

use crate::clinic::{Clinic, SYSTEM};

pub(crate) const STATUS: &str = "CHANGE_CASE_STATUS";
pub(crate) const PRODUCT: &str = "UPDATE_CASE_PRODUCT";

/// Another person changes the case upstream, or makes it what the story needs.
fn edit(clinic: &Clinic, case: &str, set: &Value) {
    clinic.simulator.edit(SYSTEM, &json!({"caseId": case, "set": set})).unwrap();
}

/// A clinic with a case that stands so, read.
async fn with_case(set: &Value) -> (Clinic, String) {
    let clinic = Clinic::at_work(8).await;
    let case = clinic.cases().remove(0);
    edit(&clinic, &case, set);
    clinic.pull().await;
    (clinic, case)
}

/// The same at a system whose reads follow its writes late, and which may work on something for long: what is in doubt stays so
/// for a while.
async fn slow_to_show(set: &Value) -> (Clinic, String) {
    let clinic = Clinic::at_work_with(8, &[("server_timeout_seconds", "60")]).await;
    let case = clinic.cases().remove(0);
    edit(&clinic, &case, set);
    clinic.pull().await;
    clinic.simulator.change_settings(SYSTEM, &json!({"lateMs": {"min": 6_000, "max": 6_000}})).unwrap();
    (clinic, case)
}

async fn act(clinic: &Clinic, case: &str, action: &str, fields: &Value) -> Result<OutboxRow, DeskError> {
    let fields: Fields = fields.as_object().cloned().unwrap();
    let intent = Intent { item: clinic.id(case), action: action.into(), fields, hold: false, after: vec![] };
    clinic.rounds().act(intent).await
}

async fn done(clinic: &Clinic, case: &str, action: &str, fields: &Value) -> ActionId {
    act(clinic, case, action, fields).await.unwrap_or_else(|error| panic!("{action}: {error}")).id
}

async fn offer(clinic: &Clinic, case: &str, action: &str) -> ActionOffer {
    let offers = clinic.item(case).await.actions;
    offers.into_iter().find(|offer| offer.declaration.name == action).expect("it is never silently missing")
}

fn effects(clinic: &Clinic, case: &str, action: &str) -> Vec<Effect> {
    clinic.effects_on(case).into_iter().filter(|effect| effect.action == action).collect()
}

/// The next write with this action meets this.
fn next_meets(clinic: &Clinic, action: &str, fault: Fault) {
    clinic.fault(FaultSpec::new(SYSTEM, fault).on_action(action));
}

/// How the case stands upstream.
fn truth(clinic: &Clinic, case: &str) -> Value {
    clinic.simulator.truth(SYSTEM, case).unwrap()["case"].clone()
}
