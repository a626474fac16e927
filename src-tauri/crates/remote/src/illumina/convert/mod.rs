//! From what Illumina sends to work items. Total: nothing in a record makes it fail.
//!
//! What becomes what is MAPPING.md's illumina column; each field that the sheet names ends in a typed part or a labelled fact.

mod beside;
mod offers;
mod people;
mod stage;
mod summary;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Fields as Values,
    item::{Flag, Identifier, IdentifierKind, ItemKind, WorkItem},
    moment::Moment,
    patient::{Me, Person},
};
use serde_json::Value;

pub(super) use self::{
    people::{named, owner_key, person},
    stage::{folded, state_of},
};
use super::{
    actions::value,
    dto::Case,
    metadata,
    record::{COMMENTS, FILES, Fields, METADATA, UNREAD},
};
use crate::lenient::{Dto, Lenient, Text, Texts};

/// The connection's settings that take part in conversion.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// Who the person at this desk is there.
    pub(super) me: Me,
    /// Whether cases can be PATCHed: not in Connected Insights.
    pub(super) patches: bool,
    pub(super) read_comments: bool,
    pub(super) read_metadata: bool,
    pub(super) allowed: Allowed,
}

/// What the connection's switches allow.
#[derive(Debug, Clone, Copy, Default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of the connection")]
pub(super) struct Allowed {
    pub(super) comments: bool,
    pub(super) tags: bool,
    pub(super) turn_around_time: bool,
    pub(super) metadata: bool,
    pub(super) owners: bool,
    pub(super) attach_files: bool,
    pub(super) delete_files: bool,
}

/// A case with what was read beside it. `odd` names the parts that could not be read.
pub(super) fn item(id: &str, fields: &Fields, odd: &[String], rules: &Rules) -> WorkItem {
    let case = Case::of(fields);
    let unread = Texts::read(fields.get(UNREAD)).0;
    let comments = beside::comments(fields.get(COMMENTS), &rules.me);
    let attachments = fields.get(FILES).map(|files| beside::files(files, &rules.me));
    let whole = fields.get(METADATA).unwrap_or(&Value::Null);
    let known = offers::Known {
        case: &case,
        comments: &comments,
        files: attachments.as_deref(),
        metadata: whole,
        unread: &unread,
    };
    let offers = offers::of_case(&known, rules);
    let updated = moment(&case.updated_date);
    WorkItem {
        patient: people::patient(&case),
        identifiers: identifiers(&case),
        title: case.test_definition.name.clone(),
        status: stage::status(&case),
        due: moment(&case.due_date),
        created: moment(&case.created_date),
        feed_time: updated.as_ref().and_then(|updated| updated.at),
        updated,
        assignees: case.owners.iter().filter_map(people::owner).collect(),
        flags: stage::flags(&case).into_iter().chain(case.tags.0.iter().map(|tag| tag_mark(tag))).collect(),
        facts: summary::groups(id, &case, whole, odd, &unread),
        comments,
        attachments,
        offers,
        values: values(&case, whole),
        ..WorkItem::bare(id, ItemKind::Case)
    }
}

/// The owners of a case, each by the id with which they can be set.
pub(super) fn owners(fields: &Fields) -> Vec<Person> {
    Case::of(fields).owners.iter().filter_map(people::owner).collect()
}

/// A user's tag as a mark.
fn tag_mark(tag: &str) -> Flag {
    Flag { label: format!("#{tag}"), alert: false }
}

fn identifiers(case: &Case) -> Vec<Identifier> {
    let identifier =
        |kind, label: &str, value: Text| Some(Identifier { kind, label: label.into(), value: value?, issuer: None });
    let mut all: Vec<Identifier> =
        identifier(IdentifierKind::Display, "Case", case.display_id.clone()).into_iter().collect();
    if let Some(subject) = people::proband(case) {
        all.extend(identifier(IdentifierKind::Mrn, "MRN", subject.told(|person| &person.mrn)));
        all.extend(identifier(IdentifierKind::Patient, "Subject", subject.told(|person| &person.display_id)));
    }
    let samples = case.case_subjects.iter().flat_map(|subject| &subject.samples);
    let samples =
        samples.filter_map(|sample| sample.external_sample_id.clone().or(sample.external_sample_id_too.clone()));
    let mut met = BTreeSet::new();
    let samples = samples.filter(|sample| met.insert(sample.clone()));
    all.extend(samples.filter_map(|sample| identifier(IdentifierKind::Item, "Sample", Some(sample))));
    all
}

/// Tags as a value that can be compared: in whatever order they come.
pub(super) fn tags(tags: &[String]) -> Value {
    let sorted: BTreeSet<&str> = tags.iter().map(|tag| tag.trim()).collect();
    sorted.into_iter().map(Value::from).collect()
}

fn values(case: &Case, whole: &Value) -> Values {
    let text = |text: Text| text.map_or(Value::Null, Value::from);
    let days = case.turn_around_time.as_deref().and_then(|days| days.trim().parse::<i64>().ok());
    let owners: BTreeSet<String> = case.owners.iter().filter_map(owner_key).collect();
    let owner =
        if owners.len() > 1 { owners.into_iter().map(Value::from).collect() } else { text(owners.into_iter().next()) };
    [
        (value::STATE, text(state_of(case))),
        (value::TAGS, tags(&case.tags.0)),
        (value::TURN_AROUND_TIME, days.map_or_else(|| text(case.turn_around_time.clone()), Value::from)),
        (value::METADATA, metadata::value(whole)),
        (value::OWNER, owner),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .into_iter()
    .collect()
}

/// A date of the remote's.
fn moment(text: &Text) -> Option<Moment> {
    text.clone().map(|text| Moment { at: instant(&text), text })
}

/// An instant as text, or as milliseconds since the epoch: the sheet names the dates and not how they are written.
pub(super) fn instant(text: &str) -> Option<DateTime<Utc>> {
    let since_epoch = || text.trim().parse().ok().filter(|millis: &i64| *millis >= 10_000_000_000);
    rounds_domain::moment::instant(text).or_else(|| DateTime::from_timestamp_millis(since_epoch()?))
}
