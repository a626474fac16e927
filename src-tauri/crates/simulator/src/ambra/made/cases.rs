//! Second-opinion cases: a person asks, studies are attached, an admin assigns a medical user.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::catalog::{CASE_STAGES, RETURNS};
use super::{Plot, account_id, dice, skeleton, user_id, user_name};
use crate::ambra::moment::Moment;
use crate::dice::Dice;
use crate::people::{CLINICIANS, person};
use crate::stamp::{DAY, HOUR, MINUTE, Stamp};

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Draft,
    Submitted,
    Assigned,
    Returned,
    Completed,
    Closed,
}

struct Bones {
    id: Uuid,
    created: Moment,
    updated: Moment,
    state: State,
    dice: Dice,
}

fn bones(plot: &Plot, index: u32) -> Bones {
    let mut dice = dice(plot.seed, 0x6361, index);
    let id = dice.uuid();
    let age = dice.between(10 * MINUTE, 300 * DAY);
    let created = plot.base.0 - age;
    let state = match (age < 21 * DAY, dice.below(10)) {
        (_, 0) => State::Draft,
        (true, 1..4) => State::Submitted,
        (true, 4..8) => State::Assigned,
        (_, 8) => State::Returned,
        (_, 9) => State::Closed,
        _ => State::Completed,
    };
    let updated = created + dice.between(0, age / 2);
    let micros = dice.between(0, 999);
    Bones { id, created: Moment::of(Stamp(created), micros), updated: Moment::of(Stamp(updated), micros), state, dice }
}

pub(super) fn head(plot: &Plot, index: u32) -> (Uuid, Moment, Moment) {
    let bones = bones(plot, index);
    (bones.id, bones.created, bones.updated)
}

/// A flag with the moment of its last change.
fn flag(fields: &mut Map<String, Value>, name: &str, at: Option<Moment>) {
    fields.insert(name.to_owned(), json!(u8::from(at.is_some())));
    fields.insert(format!("{name}_date"), json!(at));
}

fn assign(fields: &mut Map<String, Value>, role: &str, seed: u64, who: Option<usize>, at: Moment) {
    fields.insert(format!("assigned_{role}_id"), json!(who.map(|who| user_id(seed, who))));
    fields.insert(format!("assigned_{role}_name"), json!(who.map(user_name)));
    fields.insert(format!("assigned_{role}_date"), json!(who.map(|_| at)));
}

pub(super) fn record(plot: &Plot, index: u32) -> Value {
    let Bones { id, created, updated, state, mut dice } = bones(plot, index);
    let seed = plot.seed;
    let study = (plot.studies > 0).then(|| skeleton(plot, index.saturating_mul(7) % plot.studies));
    let number = study.as_ref().map_or(index % plot.people, |bones| bones.person);
    let who = person(seed, u64::from(number));
    let submitted = Moment(created.0 + dice.between(MINUTE, 20 * MINUTE));
    let stage = match state {
        State::Draft | State::Submitted | State::Returned => CASE_STAGES[0],
        State::Assigned => CASE_STAGES[1 + dice.index(2)],
        State::Completed | State::Closed => CASE_STAGES[3],
    };
    let title = study.as_ref().map_or("Second opinion", |bones| bones.examination.description);
    let Value::Object(mut fields) = json!({
        "uuid": id,
        "name": format!("Second opinion: {title}"),
        "account_id": account_id(seed),
        "created": created,
        "updated": updated,
        "paid": u8::from(dice.per_mille(700)),
        "share_code": format!("so-{}", dice.code(8)),
        "user_name": format!("{} {}", who.first, who.last),
        "user_email": who.email,
        "tags": [],
        "customfields": [],
        "case_status": stage,
        "case_status_date": updated,
        "returned_date": (state == State::Returned).then_some(updated),
        "returned_reason": (state == State::Returned).then(|| dice.pick(&RETURNS)),
        "locked_user_id": null,
        "locked_user_name": null,
        "_studies": study.iter().map(|bones| bones.id).collect::<Vec<_>>(),
    }) else {
        return Value::Null;
    };
    flag(&mut fields, "submitted", (!matches!(state, State::Draft | State::Returned)).then_some(submitted));
    flag(&mut fields, "completed", matches!(state, State::Completed | State::Closed).then_some(updated));
    flag(&mut fields, "closed", (state == State::Closed).then_some(updated));
    let worked = matches!(state, State::Assigned | State::Completed | State::Closed);
    let at = Moment(submitted.0 + dice.between(MINUTE, HOUR));
    assign(&mut fields, "admin", seed, worked.then(|| dice.index(CLINICIANS.len())), at);
    assign(&mut fields, "medical", seed, worked.then(|| dice.index(CLINICIANS.len())), at);
    fields.into()
}
