//! Namespaces, saved filters, messages, QC tasks, and studies of somebody else's account.

use serde_json::{Value, json};
use uuid::Uuid;

use super::catalog::{MESSAGES, NAMESPACES, QC_MESSAGES, STAGES};
use super::{Kind, Plot, account_id, dice, skeleton, user_id, user_name};
use crate::ambra::moment::Moment;
use crate::people::CLINICIANS;
use crate::stamp::{DAY, MINUTE, Stamp};

/// The id of a namespace.
pub(crate) fn namespace(seed: u64, number: usize) -> Uuid {
    dice(seed, 0x6e73, u32::try_from(number).unwrap_or_default()).uuid()
}

/// A study that exists, but in another account.
pub(crate) fn foreign_study(seed: u64, number: u32) -> Uuid {
    dice(seed, 0x666f, number).uuid()
}

/// A moment of the past of this data.
fn opening(plot: &Plot, number: u32) -> Moment {
    let mut dice = dice(plot.seed, 0x6f70, number);
    Moment::of(Stamp(plot.base.0 - dice.between(MINUTE, 90 * DAY)), dice.between(0, 999))
}

/// "A JSON hash containing a filter expression that will be AND'ed together", or a list of other filters.
pub(super) fn filter(plot: &Plot, index: u32) -> Value {
    let id = |index: u32| dice(plot.seed, 0x666c, index).uuid();
    let (name, configuration) = match index {
        0 => ("Unread CT", json!({"filter.study_status.equals_or_null": STAGES[0], "filter.modality.equals": "CT"})),
        1 => ("Awaiting approval", json!({"filter.must_approve.equals": "1"})),
        2 => ("On hold", json!({"filter.study_status.equals": STAGES[3]})),
        _ => ("Unread CT or on hold", json!([id(0), id(2)])),
    };
    let at = opening(plot, index);
    json!({
        "uuid": id(index), "name": name, "type": "study", "configuration": configuration.to_string(), "owner": u8::from(index < 2),
        "account_id": account_id(plot.seed), "namespace_id": namespace(plot.seed, 0), "tier_children": [], "created": at, "updated": at,
    })
}

pub(super) fn message(plot: &Plot, index: u32) -> Value {
    let mut dice = dice(plot.seed, 0x6d73, index);
    let who = dice.index(CLINICIANS.len());
    let (subject, body) = dice.pick(&MESSAGES);
    let about = dice.per_mille(600) && plot.count(Kind::Study) > 0;
    let study =
        about.then(|| skeleton(plot, u32::try_from(dice.below(u64::from(plot.studies))).unwrap_or_default()).id);
    let at = opening(plot, 1_000 + index);
    json!({
        "uuid": dice.uuid(), "user_id": user_id(plot.seed, who), "user_name": user_name(who), "namespace_id": namespace(plot.seed, 0),
        "namespace_name": NAMESPACES[0], "subject": subject, "body": body, "created": at, "updated": at, "parent_id": null,
        "study_id": study, "query_id": null, "tags": [],
    })
}

pub(super) fn qctask(plot: &Plot, index: u32) -> Value {
    let mut dice = dice(plot.seed, 0x7163, index);
    let who = dice.per_mille(700).then(|| dice.index(CLINICIANS.len()));
    let study = (plot.studies > 0).then(|| skeleton(plot, index.saturating_mul(25) % plot.studies).id);
    let at = opening(plot, 10_000 + index);
    json!({
        "uuid": dice.uuid(), "namespace_id": namespace(plot.seed, 0), "user_id": who.map(|who| user_id(plot.seed, who)),
        "user_name": who.map(user_name), "priority": dice.between(1, 5), "message": dice.pick(&QC_MESSAGES), "created": at,
        "updated": at, "study_id": study, "queries": [], "qctask_status": dice.pick(&["Open", "Open", "InProgress", "Closed"]),
        "site_name": null, "qctask_no": index + 1, "assigned_group": null,
    })
}
