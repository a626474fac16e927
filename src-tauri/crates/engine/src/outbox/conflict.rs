//! What an action touches, compared field by field: as the person saw it, as they want it, as it stands now.
//!
//! A difference is data for a person to decide on (RELIABILITY.md, "Before every state-changing write"); nothing is merged.
//! What somebody else changed and the action does not touch is no difference.

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Conflict, Disputed, Fields, Proof},
    item::WorkItem,
    pull::said,
};
use serde_json::Value;

/// A value under a key; a missing one is null.
pub(super) fn value(values: &Fields, key: &str) -> Value {
    values.get(key).cloned().unwrap_or(Value::Null)
}

/// What `action` touches and its person did not see so; `None` when there is nothing of the kind. `fingerprint` is that of the
/// item as it was just read.
///
/// An action whose declaration names nothing that it touches cannot be compared so. If it stands alone (a comment) it has no
/// conflicts; else any change of the item counts: a needless question is better than a decision on what nobody saw.
pub fn differs(action: &Action, item: &WorkItem, fingerprint: &str) -> Option<Conflict> {
    if action.saw.is_empty() {
        let changed = !action.verb.stands_alone() && action.seen.as_deref().map(said) != Some(said(fingerprint));
        return changed.then(|| of_fields(vec![], item));
    }
    let fields: Vec<Disputed> = disputed(action, item).filter(|disputed| disputed.theirs != disputed.base).collect();
    (!fields.is_empty()).then(|| of_fields(fields, item))
}

/// What `action` touches, as it stands now: what differs from what its person saw, or all of it when nothing does.
pub fn as_it_stands(action: &Action, item: &WorkItem) -> Conflict {
    let all: Vec<Disputed> = disputed(action, item).collect();
    let different: Vec<Disputed> = all.iter().filter(|field| field.theirs != field.base).cloned().collect();
    of_fields(if different.is_empty() { all } else { different }, item)
}

fn disputed<'a>(action: &'a Action, item: &'a WorkItem) -> impl Iterator<Item = Disputed> + 'a {
    action.saw.iter().map(|(key, base)| Disputed {
        key: key.clone(),
        base: base.clone(),
        mine: action.wants.get(key).cloned(),
        theirs: value(&item.values, key),
    })
}

/// Who changed it no item says of one value: where a system tells, it is asked and filled in.
fn of_fields(fields: Vec<Disputed>, item: &WorkItem) -> Conflict {
    Conflict { fields, who: None, when: item.updated.as_ref().and_then(|updated| updated.at) }
}

/// How the values that an action changes stand now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stands {
    /// As before it was first sent.
    AsBefore,
    /// As it wants them.
    AsWanted,
    /// Otherwise.
    Otherwise,
}

/// Whether an item, as it was just read, shows what a confirmed action did, as far as values tell; of an action without any it is
/// never known. (A comment is laid over its item until the remote's own is here.)
pub fn shows(action: &Action, item: &WorkItem) -> bool {
    action.proof == Proof::Comment || stands(action, item) == Some(Stands::AsWanted)
}

/// How the values stand that `action` changes; `None` when it changes none that can be looked at.
pub fn stands(action: &Action, item: &WorkItem) -> Option<Stands> {
    if action.wants.is_empty() {
        return None;
    }
    let before = |key: &str| {
        let noted = action.baseline.as_ref().and_then(|baseline| baseline.values.get(key));
        noted.cloned().unwrap_or_else(|| value(&action.saw, key))
    };
    let all = |is: &dyn Fn(&str, &Value) -> bool| action.wants.iter().all(|(key, wanted)| is(key, wanted));
    Some(if all(&|key, wanted| value(&item.values, key) == *wanted) {
        Stands::AsWanted
    } else if all(&|key, _| value(&item.values, key) == before(key)) {
        Stands::AsBefore
    } else {
        Stands::Otherwise
    })
}

/// What somebody else has changed of what `action` was confirmed to have changed, as the first read tells that began after its
/// confirmation; `None` when nothing, or nothing yet. `later` are the actions of its person on the same item: what one of
/// those wants is no stranger's.
pub fn changed_since(
    action: &Action,
    item: &WorkItem,
    read_began: DateTime<Utc>,
    later: &[Action],
) -> Option<Conflict> {
    let is_first = action.conflict.is_none() && action.settled_at.is_some_and(|settled| read_began >= settled);
    if !is_first || stands(action, item) != Some(Stands::Otherwise) {
        return None;
    }
    let mine = |key: &String| {
        let theirs = value(&item.values, key);
        later.iter().any(|other| {
            other.item == action.item && other.sequence > action.sequence && other.wants.get(key) == Some(&theirs)
        })
    };
    (!action.wants.keys().any(mine)).then(|| as_it_stands(action, item))
}

/// For how long after a confirmation a system may still show what stood there before.
const SHOWS_LATE: TimeDelta = TimeDelta::minutes(1);

/// Whether what differs from what its person saw is only that the remote does not show yet what it has just confirmed: each value
/// is still what it was before an earlier action of theirs. `receipts` are the confirmed ones that are still laid over their items.
pub fn not_shown_yet(action: &Action, item: &WorkItem, receipts: &[Action], now: DateTime<Utc>) -> bool {
    let just_now = |receipt: &&Action| {
        let since = receipt.settled_at.map(|settled| now - settled);
        receipt.item == action.item
            && receipt.sequence < action.sequence
            && since.is_some_and(|since| since >= TimeDelta::zero() && since <= SHOWS_LATE)
    };
    let earlier: Vec<&Action> = receipts.iter().filter(just_now).collect();
    let is_mine = |disputed: &Disputed| {
        let meant = |receipt: &&&Action| receipt.wants.get(&disputed.key) == Some(&disputed.base);
        earlier.iter().find(meant).is_some_and(|receipt| stands(receipt, item) == Some(Stands::AsBefore))
    };
    let mut different = disputed(action, item).filter(|disputed| disputed.theirs != disputed.base).peekable();
    different.peek().is_some() && different.all(|disputed| is_mine(&disputed))
}

/// A conflict in words: what `action` touches that differs. That somebody else has done the same is said only where all of what it
/// sets stands so and nothing else that it touches was changed: what it only wants unchanged is no agreement.
pub(super) fn words(action: &Action, conflict: &Conflict) -> String {
    if conflict.fields.is_empty() {
        return "The item has changed since you looked at it. Nothing was sent; look at it again and decide."
            .to_owned();
    }
    let stands = |key: &str| {
        let different = conflict.fields.iter().find(|field| field.key == key);
        different.map_or_else(|| value(&action.saw, key), |field| field.theirs.clone())
    };
    let taken = conflict.fields.iter().all(|field| action.wants.contains_key(&field.key))
        && action.wants.iter().all(|(key, wanted)| stands(key) == *wanted);
    let end = if taken {
        "It stands already as you wanted it, by somebody else's hand. Nothing was sent; leave it so, or decide again."
    } else {
        "Nothing was sent; keep yours or leave theirs."
    };
    format!("Somebody else changed it since you looked: {}. {end}", told(conflict))
}

/// The fields of a conflict, in words.
pub(super) fn told(conflict: &Conflict) -> String {
    let one = |field: &Disputed| {
        format!("{} was {} and is {} now", field.key.replace('_', " "), shown(&field.base), shown(&field.theirs))
    };
    conflict.fields.iter().map(one).collect::<Vec<_>>().join("; ")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => format!("“{text}”"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
