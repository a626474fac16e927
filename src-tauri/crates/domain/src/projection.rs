//! What a person sees of an item: what the remote last said, with what was done here laid over it.
//!
//! Base and outbox go in, a worklist row and a list of comments come out; nothing is stored here. The store recomputes
//! the row in the same transaction that changes either side, so a pull can never erase offline work.

mod pending;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use self::pending::{PendingValue, values_seen};
use self::pending::{has_moved, pending};
use crate::{
    action::{Action, Verb},
    detail::Comment,
    ids::{ActionId, ConnectionId, ItemId},
    item::{Flag, Identifier, IdentifierKind, ItemKind, Priority, StatusGroup, WorkItem},
    outbox::OutboxState,
    patient::{Me, Person, PersonName},
    planted::{Bug, is_planted},
    text::fold,
};

/// What stands unsettled on a row. Ordered by how much it wants a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum Unsettled {
    /// Nothing.
    Nothing,
    /// Something is on its way.
    Pending,
    /// It is not known whether something arrived.
    Doubt,
    /// Something waits for a person.
    NeedsPerson,
}

impl Unsettled {
    /// The number under which it is stored and sorted.
    pub fn code(self) -> i64 {
        self as i64
    }

    /// The value stored under this number.
    pub fn from_code(code: i64) -> Self {
        match code {
            0 => Self::Nothing,
            1 => Self::Pending,
            2 => Self::Doubt,
            _ => Self::NeedsPerson,
        }
    }

    fn of(state: OutboxState) -> Self {
        match state {
            OutboxState::Confirmed | OutboxState::Discarded | OutboxState::Withdrawn => Self::Nothing,
            OutboxState::Doubtful => Self::Doubt,
            OutboxState::NeedsPerson => Self::NeedsPerson,
            OutboxState::Held | OutboxState::Queued | OutboxState::Inflight | OutboxState::Following => Self::Pending,
        }
    }
}

/// One row of the worklist.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is one thing that a row shows")]
pub struct WorklistRow {
    /// The item.
    pub id: ItemId,
    /// Whose it is.
    pub connection: ConnectionId,
    /// The remote's id.
    pub external_id: String,
    /// What it is.
    pub kind: ItemKind,
    /// `CORDERO, Thelma (Ms)`; `None` when the remote does not say.
    pub patient: Option<String>,
    /// The birth date's day, `YYYY-MM-DD`, or the remote's text when it cannot be read.
    pub birth_date: Option<String>,
    /// The remote's own word.
    pub gender: Option<String>,
    /// The number by which the patient or the item is spoken of, MRN first.
    pub identifier: Option<Identifier>,
    /// The accession number.
    pub accession: Option<String>,
    /// What it is about.
    pub title: Option<String>,
    /// The remote's word for the status.
    pub status: Option<String>,
    /// Whether the word is documented.
    pub status_known: bool,
    /// Our group for it.
    pub status_group: StatusGroup,
    /// How soon it wants attention.
    pub priority: Priority,
    /// When it should be finished.
    pub due: Option<DateTime<Utc>>,
    /// Who works on it.
    pub assignee: Option<String>,
    /// Whether that is me.
    pub mine: bool,
    /// When it was made upstream.
    pub created: Option<DateTime<Utc>>,
    /// When it last changed upstream.
    pub updated: Option<DateTime<Utc>>,
    /// Marks beside the status.
    pub flags: Vec<Flag>,
    /// How many comments it has, mine on their way included.
    pub comments: u32,
    /// What it is to become: what was done here and does not stand there yet.
    pub pending: Vec<PendingValue>,
    /// What stands unsettled on it.
    pub unsettled: Unsettled,
    /// Whether the remote no longer has it.
    pub gone: bool,
    /// The title of its connection's system, in a word.
    pub system: String,
    /// Whether another patient here has the same family name and initial and is not known to be the same person.
    #[serde(default)]
    pub similar: bool,
}

/// What the projection needs beside the item and its actions.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// Whose item it is.
    pub connection: ConnectionId,
    /// The connection's system.
    pub system: &'a str,
    /// Who the person at this desk is there.
    pub me: &'a Me,
    /// Whether the remote no longer has the item.
    pub gone: bool,
    /// Whom it can be assigned to, as far as that is known here: names for ids on their way.
    pub people: &'a [Person],
}

/// A comment as a person sees it: one that the remote has, or one of mine on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct SeenComment<'a> {
    /// What was written.
    pub comment: Comment,
    /// My action behind it, while the remote's copy of it has not come back.
    pub action: Option<&'a Action>,
}

/// The row for `item` with `actions` (every action on it that still shows) laid over it.
pub fn row(item: &WorkItem, actions: &[Action], setting: Setting<'_>) -> WorklistRow {
    let patient = item.patient.as_ref();
    let assignees: Vec<String> = item.assignees.iter().filter_map(|person| person.name.plain()).collect();
    let identifier = [IdentifierKind::Mrn, IdentifierKind::Display, IdentifierKind::Accession]
        .into_iter()
        .find_map(|kind| item.identifier(kind));
    WorklistRow {
        id: ItemId::derive(setting.connection, item.kind, &item.external_id),
        connection: setting.connection,
        external_id: item.external_id.clone(),
        kind: item.kind,
        patient: patient.and_then(|patient| patient.name.display()),
        birth_date: patient.and_then(|patient| patient.birth_date.as_ref()).map(|date| day(&date.text)),
        gender: patient.and_then(|patient| patient.gender.clone()),
        identifier: identifier.cloned(),
        accession: item.identifier(IdentifierKind::Accession).map(|accession| accession.value.clone()),
        title: item.title.clone(),
        status: item.status.word.clone(),
        status_known: item.status.known,
        status_group: group(item, actions),
        priority: item.priority,
        due: item.due.as_ref().and_then(|due| due.at),
        assignee: (!assignees.is_empty()).then(|| assignees.join(", ")),
        mine: item.assignees.iter().any(|person| setting.me.is(person)),
        created: item.created.as_ref().and_then(|created| created.at),
        updated: item.updated.as_ref().and_then(|updated| updated.at),
        flags: item.flags.clone(),
        comments: u32::try_from(comments(item, actions).len()).unwrap_or(u32::MAX),
        pending: pending(item, actions, setting),
        unsettled: actions.iter().map(|action| Unsettled::of(action.state)).max().unwrap_or(Unsettled::Nothing),
        gone: setting.gone,
        system: setting.system.to_owned(),
        similar: false,
    }
}

/// Where it stands: as its remote says, and while the remote works on something that was accepted for it, held up by that.
fn group(item: &WorkItem, actions: &[Action]) -> StatusGroup {
    let works_on_it = actions.iter().any(|action| action.state == OutboxState::Following);
    if works_on_it && item.status.group.is_open() { StatusGroup::Waiting } else { item.status.group }
}

/// The date part of a birth date, whatever time of day the remote put behind it.
fn day(text: &str) -> String {
    let day: String = text.chars().take(10).collect();
    if chrono::NaiveDate::parse_from_str(&day, "%Y-%m-%d").is_ok() { day } else { text.to_owned() }
}

/// The item's comments, oldest first: the remote's, then mine whose remote copy is not here yet. A comment of mine that
/// came back in a pull is shown once: by its remote copy.
pub fn comments<'a>(item: &WorkItem, actions: &'a [Action]) -> Vec<SeenComment<'a>> {
    let mut seen: Vec<SeenComment<'a>> =
        item.comments.iter().map(|comment| SeenComment { comment: comment.clone(), action: None }).collect();
    seen.sort_by_key(|seen| seen.comment.made.as_ref().and_then(|made| made.at));
    for action in actions.iter().filter(|action| shows_as_comment(item, action)) {
        seen.push(SeenComment {
            comment: Comment {
                id: action.remote_ref.clone(),
                text: action.text("text").unwrap_or_default().to_owned(),
                internal: action.flag("internal"),
                author: Some(Person {
                    id: None,
                    name: PersonName::of(Some(&action.actor.name), None),
                    email: action.actor.email.clone(),
                }),
                made: Some(crate::moment::Moment { text: action.made_at.to_rfc3339(), at: Some(action.made_at) }),
            },
            action: Some(action),
        });
    }
    seen
}

/// The action that takes back what the remote calls `id`: a comment of mine that still stands there.
pub fn removal<'a>(actions: &'a [Action], id: &str) -> Option<&'a Action> {
    actions.iter().rev().find(|action| {
        action.verb == Verb::Remove
            && !matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn)
            && action.fields.values().any(|value| value.as_str() == Some(id))
    })
}

fn shows_as_comment(item: &WorkItem, action: &Action) -> bool {
    action.verb == Verb::Comment
        && !matches!(action.state, OutboxState::Discarded | OutboxState::Withdrawn)
        && !has_comment(item, action.remote_ref.as_deref())
}

fn has_comment(item: &WorkItem, id: Option<&str>) -> bool {
    id.is_some_and(|id| item.comments.iter().any(|comment| comment.id.as_deref() == Some(id)))
}

/// How long the overlay of a confirmed action outlives its confirmation when the remote never shows its effect in a way
/// that can be recognised. Until then a remote that applies late must not make the row flicker back.
pub const OVERLAY_MINUTES: i64 = 60;

/// Whether a confirmed action still has to be laid over its item, given when the read began that the base came from.
pub fn still_shows(item: &WorkItem, action: &Action, read_began: DateTime<Utc>) -> bool {
    match action.state {
        OutboxState::Discarded | OutboxState::Withdrawn => false,
        OutboxState::Confirmed => {
            let read_since = action.settled_at.is_none_or(|settled| read_began >= settled);
            let is_there = has_comment(item, action.remote_ref.as_deref())
                || (read_since && (has_moved(item, action) || action.verb == Verb::Create));
            !is_there
                && action
                    .settled_at
                    .is_some_and(|settled| read_began < settled + chrono::Duration::minutes(OVERLAY_MINUTES))
        }
        _ => !is_planted(Bug::PullErasesPending),
    }
}

/// Everything about the item that the search box looks through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchText {
    /// Patient names.
    pub patient: String,
    /// Every identifier, and the remote's id.
    pub identifiers: String,
    /// The title.
    pub title: String,
    /// Comments, mine on their way included; assignees; decisions and medication.
    pub text: String,
}

/// The search text of an item with its actions laid over it.
pub fn search_text(item: &WorkItem, actions: &[Action]) -> SearchText {
    let mut text = String::new();
    let mut add = |part: &str| {
        text.push_str(part);
        text.push('\n');
    };
    for seen in comments(item, actions) {
        add(&seen.comment.text);
    }
    for person in &item.assignees {
        add(&person.name.plain().unwrap_or_default());
    }
    for decision in &item.decisions {
        add(decision.text.as_deref().unwrap_or_default());
        for medication in &decision.medication {
            add(&medication.medicine);
        }
    }
    let identifiers: Vec<&str> = item
        .identifiers
        .iter()
        .map(|identifier| identifier.value.as_str())
        .chain(std::iter::once(item.external_id.as_str()))
        .collect();
    SearchText {
        patient: item.patient.as_ref().and_then(|patient| patient.name.display()).unwrap_or_default(),
        identifiers: identifiers.join("\n"),
        title: item.title.clone().unwrap_or_default(),
        text,
    }
}

/// What a column of names is sorted by; nothing sorts last.
pub fn sort_text(text: Option<&str>) -> Option<String> {
    text.map(fold).filter(|folded| !folded.is_empty())
}

/// The comments that came back and the actions that they are the remote's copies of. `actions` are those on the item, `claimed` the
/// ids that any action on it has taken for its own.
pub fn bound(item: &WorkItem, me: &Me, actions: &[Action], claimed: &BTreeSet<String>) -> Vec<(ActionId, String)> {
    let may_be_there = |action: &&Action| action.state == OutboxState::Confirmed || action.state.may_have_left();
    let unbound: Vec<Action> =
        actions.iter().filter(|action| action.remote_ref.is_none()).filter(may_be_there).cloned().collect();
    let mut taken = Vec::new();
    let mut bound = Vec::new();
    for comment in &item.comments {
        let Some(id) = comment.id.as_ref().filter(|id| !claimed.contains(*id)) else { continue };
        let Some(behind) = action_behind(comment, me, &unbound, &taken) else { continue };
        taken.push(behind);
        bound.push((behind, id.clone()));
    }
    bound.extend(bound_in_other_words(item, me, actions, claimed, &bound));
    bound
}

/// The one new comment of mine that nothing else explains is the remote's copy of the one confirmed action whose comment is not here
/// yet: a remote need not keep a text as it was sent. Not while anything else of mine may be there.
fn bound_in_other_words(
    item: &WorkItem,
    me: &Me,
    actions: &[Action],
    claimed: &BTreeSet<String>,
    bound: &[(ActionId, String)],
) -> Option<(ActionId, String)> {
    // What was looked for and not found may have come since.
    let may_be_there =
        |action: &Action| action.state == OutboxState::Confirmed || action.state.may_have_left() || action.attempts > 0;
    let mut left = actions.iter().filter(|action| {
        action.verb == Verb::Comment
            && action.remote_ref.is_none()
            && may_be_there(action)
            && bound.iter().all(|(behind, _)| *behind != action.id)
    });
    let (Some(action), None) = (left.next(), left.next()) else { return None };
    let before = action.baseline.as_ref().filter(|_| action.state == OutboxState::Confirmed)?;
    let is_new = |id: &String| {
        !before.my_comments.contains(id) && !claimed.contains(id) && bound.iter().all(|(_, taken)| taken != id)
    };
    let mut new = item.comments.iter().filter(|comment| {
        comment.internal == action.flag("internal")
            && comment.id.as_ref().is_some_and(is_new)
            && comment.author.as_ref().is_some_and(|author| me.is(author))
    });
    match (new.next(), new.next()) {
        (Some(only), None) => Some((action.id, only.id.clone()?)),
        _ => None,
    }
}

/// The action that `comment` is the remote's copy of: mine, the same text, not there before it was sent, not taken by
/// another action. Used to bind a confirmed action whose reply named no id, so that it is not shown twice.
pub fn action_behind(comment: &Comment, me: &Me, unbound: &[Action], taken: &[ActionId]) -> Option<ActionId> {
    let author = comment.author.as_ref()?;
    let id = comment.id.as_ref()?;
    let text = crate::text::normalise_comment(&comment.text);
    unbound
        .iter()
        .filter(|action| !taken.contains(&action.id))
        .find(|action| {
            action.verb == Verb::Comment
                && me.is(author)
                && action.flag("internal") == comment.internal
                && action.text("text").map(crate::text::normalise_comment).as_deref() == Some(&text)
                && !action.baseline.as_ref().is_some_and(|baseline| baseline.my_comments.contains(id))
        })
        .map(|action| action.id)
}
