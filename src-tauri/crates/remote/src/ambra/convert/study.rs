//! A study as an item.

use chrono::TimeDelta;
use rounds_domain::{
    action::Fields,
    detail::{Comment, HistoryEntry},
    item::{Flag, Identifier, IdentifierKind, ItemKind, Priority, WorkItem},
    link::Link,
    moment::Moment,
    patient::Person,
};
use serde_json::Value;

use super::{
    About, Context, flag, identifier, mark, modalities, moment, offers, person, stage, summary, tag_marks, tags,
};
use crate::ambra::{
    actions::{ITS_COMMENTS, ITS_TAGS, MY_LOCK, MY_STAR, value},
    dto,
};
use crate::lenient::Text;

/// A study. `odd` names the parts that could not be read.
pub(in crate::ambra) fn item(id: &str, study: &dto::Study, odd: &[String], context: &Context<'_>) -> WorkItem {
    let updated = moment(&study.updated);
    let about = About {
        name: &study.patient_name,
        birth_date: &study.patient_birth_date,
        sex: &study.patient_sex,
        mrn: &study.patientid,
        known: study.known_patient.as_ref(),
    };
    let mine = context.locks.as_ref().is_some_and(|locks| locks.contains_key(id));
    WorkItem {
        patient: about.patient(),
        identifiers: identifiers(study, &about.mrn()),
        title: title(study),
        status: stage::of_study(study, context),
        priority: if is_stat(study) { Priority::Stat } else { Priority::Routine },
        due: due(study, context),
        created: moment(&study.created),
        feed_time: updated.as_ref().and_then(|updated| updated.at),
        updated,
        assignees: if mine { vec![me(context)] } else { Vec::new() },
        flags: flags(study, mine),
        facts: summary::of_study(id, study, odd, about.completed()),
        comments: comments(study),
        links: study.viewer_link.iter().filter_map(|link| Link::to("Open in the viewer", link)).collect(),
        modalities: modalities([&study.modality].into_iter()),
        history: study.status_history.iter().map(status_change).collect(),
        offers: offers::of_study(id, study, context),
        values: values(study),
        proofs: proofs(study, mine),
        ..WorkItem::bare(id, ItemKind::Study)
    }
}

/// What a study shows of whose hand its values are.
fn proofs(study: &dto::Study, mine: bool) -> Vec<String> {
    let shown =
        [(mine, MY_LOCK), (study.star.is_some(), MY_STAR), (true, ITS_TAGS), (study.comments_told.0, ITS_COMMENTS)];
    shown.into_iter().filter(|(is, _)| *is).map(|(_, token)| token.to_owned()).collect()
}

fn identifiers(study: &dto::Study, mrn: &Text) -> Vec<Identifier> {
    let issuer = &study.phi_namespace_name;
    [
        identifier(IdentifierKind::Mrn, "MRN", mrn, issuer),
        identifier(IdentifierKind::Accession, "Accession", &study.accession_number, &None),
        identifier(IdentifierKind::Item, "Study UID", &study.study_uid, &None),
        identifier(IdentifierKind::Patient, "Other patient id", &study.patientid_other, &None),
        identifier(IdentifierKind::Patient, "Record locator", &study.medical_record_locator, &None),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// "It is the value of name=stat_filter customfield if such exists."
fn is_stat(study: &dto::Study) -> bool {
    let field = study.customfields.iter().find(|field| field.name.as_deref() == Some("stat_filter"));
    study.stat_filter.unwrap_or_else(|| field.is_some_and(|field| field.value.0.as_deref() == Some("1")))
}

/// `CT · Abdomen with contrast`.
fn title(study: &dto::Study) -> Option<String> {
    let parts: Vec<&str> =
        [&study.modality, &study.study_description].into_iter().flatten().map(|part| part.trim()).collect();
    (!parts.is_empty()).then(|| parts.join(" · "))
}

/// Seconds that the status's timer has left [inferred by the sheet]; -1, "done", is none.
fn timer(study: &dto::Study) -> Option<i64> {
    study.study_status_timer.as_ref()?.trim().parse().ok().filter(|left| *left >= 0)
}

/// When the timer runs out. Of one that has run out nobody tells when: it counts from when the status was set, which no read moves.
fn due(study: &dto::Study, context: &Context<'_>) -> Option<Moment> {
    let left = timer(study)?;
    if left == 0 {
        let set = study.status_history.iter().filter_map(|change| moment(&change.date)?.at).max();
        let at = set.or_else(|| moment(&study.updated)?.at)?;
        return Some(Moment { text: at.to_rfc3339(), at: Some(at) });
    }
    let at = context.now.checked_add_signed(TimeDelta::try_seconds(left)?)?;
    Some(Moment { text: at.to_rfc3339(), at: Some(at) })
}

fn me(context: &Context<'_>) -> Person {
    let me = context.session.me();
    Person { id: me.id, name: me.name, email: me.email }
}

fn is_open(task: &dto::QcTask) -> bool {
    task.qctask_status.as_deref() != Some("Closed")
}

fn flags(study: &dto::Study, mine: bool) -> Vec<Flag> {
    [
        flag(study.must_approve, mark::AWAITS_APPROVAL, true),
        flag(Some(study.qctasks.iter().any(is_open)), "Open quality-control task", true),
        flag(Some(timer(study) == Some(0)), "Timer has run out", false),
        flag(study.is_locked, "Locked by another person", false),
        flag(Some(mine), "Locked by me", false),
        flag(study.is_frozen, "Frozen", false),
        flag(study.star, "Starred", false),
        flag(study.phantom, "Still loading", false),
        flag(study.thin, "Not yet retrieved", false),
    ]
    .into_iter()
    .flatten()
    .chain(tag_marks(&study.tags.0))
    .collect()
}

/// Oldest first; they come newest first.
fn comments(study: &dto::Study) -> Vec<Comment> {
    let mut comments: Vec<Comment> = study
        .comments
        .iter()
        .map(|comment| Comment {
            id: comment.uuid.clone(),
            text: comment.body.0.clone().unwrap_or_default(),
            internal: false,
            author: person(&comment.user_id, &comment.user_name),
            made: moment(&comment.created),
        })
        .rev()
        .collect();
    comments.sort_by_key(|comment| {
        let at = comment.made.as_ref().and_then(|made| made.at);
        (at.is_none(), at)
    });
    comments
}

fn status_change(change: &dto::StatusChange) -> HistoryEntry {
    HistoryEntry {
        id: None,
        what: "Status".into(),
        before: change.old.clone(),
        after: change.new.clone(),
        at: moment(&change.date),
        internal: false,
        phi: false,
    }
}

fn values(study: &dto::Study) -> Fields {
    let on = |flag: Option<bool>| Value::from(flag == Some(true));
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::from);
    let mut values = Fields::new();
    values.insert(value::STATUS.into(), text(&study.study_status));
    values.insert(value::MUST_APPROVE.into(), on(study.must_approve));
    values.insert(value::STAR.into(), on(study.star));
    values.insert(value::STUDY_UID.into(), text(&study.study_uid));
    values.insert(value::TAGS.into(), tags(&study.tags.0));
    if let [task] = study.qctasks.as_slice() {
        values.insert(value::QC_STATUS.into(), text(&task.qctask_status));
        values.insert(value::QC_TASK.into(), text(&task.uuid));
    }
    values
}
