//! The activity log: one line for each thing that the case's times tell of.

use std::borrow::Cow;

use super::case::Scene;
use super::{Section, Status, clinician};
use crate::carevalidate::wire::Activity;
use crate::people::Text;
use crate::stamp::{MINUTE, Stamp};

pub(super) fn lines(scene: &Scene<'_>) -> Vec<Activity> {
    let mut dice = scene.dice(Section::Activity);
    let bones = scene.bones;
    let mut lines: Vec<(Stamp, &'static str, Option<Text>, Option<Text>)> =
        vec![(bones.created, "CREATE_CASE", None, None)];
    if bones.created.0 + 10 * MINUTE < scene.plot.base.0 && dice.per_mille(300) {
        lines.push((Stamp(bones.created.0 + 9 * MINUTE), "PAYMENT_CREATED", None, None));
    }
    let mut word = Status::Open.word();
    let mut moved = |at: Stamp, to: &'static str| {
        let line = (at, "CHANGE_CASE_STATUS", Some(Cow::Borrowed(word)), Some(Cow::Borrowed(to)));
        word = to;
        line
    };
    if let (Some(at), Some(index)) = (bones.assigned, bones.clinician) {
        let who = clinician(index);
        lines.push((at, "ASSIGN_CASE", None, Some(Cow::Owned(format!("{} {}", who.first, who.last)))));
        lines.push(moved(at, Status::Assigned.word()));
    }
    if let Some(at) = bones.in_progress {
        lines.push(moved(at, Status::InProgress.word()));
    }
    if let Some(at) = bones.closed {
        if bones.status.decided() {
            lines.push((at, "ADD_DECISION", None, None));
        }
        lines.push(moved(at, bones.status.word()));
        if bones.archived {
            lines.push((bones.updated, "ARCHIVE_CASE", Some("false".into()), Some("true".into())));
        }
    }
    if bones.escalated {
        lines.push((bones.updated, "ESCALATE_CASE", Some("false".into()), Some("true".into())));
    }
    lines.sort_by_key(|(at, ..)| *at);
    lines
        .into_iter()
        .map(|(timestamp, kind, value_before, value_after)| Activity {
            id: dice.uuid(),
            r#type: kind,
            is_phi: false,
            is_restricted: kind == "ESCALATE_CASE",
            timestamp,
            value_before,
            value_after,
        })
        .collect()
}
