//! What a read tells about a doubtful action (RELIABILITY.md, "Doubt is not failure").

use chrono::TimeDelta;
use rounds_domain::{
    action::{Action, Baseline, Conflict, Proof, Verb},
    detail::Comment,
    item::WorkItem,
    patient::Me,
    planted::{Bug, is_planted},
    reply::Receipt,
    text::normalise_comment,
};

use super::conflict::{self, Stands};

/// What a read told about a doubtful action.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It is there, and nobody else can have made it.
    Found(Receipt),
    /// It is not there.
    Missing,
    /// What was wanted is there, and nothing shows whose hand it was: for a person.
    PossiblyMine(Conflict),
    /// Something else is there than before it was sent and than it wants: for a person, once it can no longer take effect.
    Theirs(Conflict),
    /// The value from before it was sent is there, and the item has changed since or does not tell: it may have taken effect and been
    /// set back. For
    /// a person, once it can no longer take effect.
    SetBack(Conflict),
    /// More than one thing could be it, or nothing can tell: for a person.
    Unclear(String),
}

/// What is there before `action` is first sent.
pub fn baseline(action: &Action, item: &WorkItem, me: &Me, read_at: chrono::DateTime<chrono::Utc>) -> Baseline {
    let same = same_words(action, item).filter(|comment| !is_mine(comment, me));
    Baseline {
        my_comments: mine(&item.comments, me).filter_map(|comment| comment.id.clone()).collect(),
        same_words: same.filter_map(|comment| comment.id.clone()).collect(),
        attachments: files::before(action, item),
        status: item.status.word.clone(),
        values: action.saw.keys().map(|key| (key.clone(), conflict::value(&item.values, key))).collect(),
        updated: updated(item),
        read_at: Some(read_at),
    }
}

fn updated(item: &WorkItem) -> Option<chrono::DateTime<chrono::Utc>> {
    item.updated.as_ref().and_then(|updated| updated.at)
}

fn mine<'a>(comments: &'a [Comment], me: &'a Me) -> impl Iterator<Item = &'a Comment> {
    comments.iter().filter(|comment| is_mine(comment, me))
}

fn is_mine(comment: &Comment, me: &Me) -> bool {
    comment.author.as_ref().is_some_and(|author| me.is(author))
}

/// The comments that say what `action` says, by whomever.
fn same_words<'a>(action: &Action, item: &'a WorkItem) -> impl Iterator<Item = &'a Comment> {
    let wanted = action.text("text").map(normalise_comment);
    let internal = action.flag("internal");
    item.comments.iter().filter(move |comment| {
        comment.internal == internal
            && wanted.as_ref().is_some_and(|wanted| normalise_comment(&comment.text) == *wanted)
    })
}

/// What an item, as it was just read, tells about a doubtful action.
pub fn look_for(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Finding {
    match action.proof {
        Proof::Comment => match look_for_comment(action, item, me, claimed) {
            Finding::Missing => in_other_words(action, item, me, claimed)
                .or_else(|| in_another_name(action, item, me, claimed))
                .or_else(|| not_shown(action, item))
                .unwrap_or(Finding::Missing),
            finding => finding,
        },
        Proof::CompareAndSet | Proof::Value | Proof::Once => look_at_values(action, item),
        Proof::ClientField if item.proofs.contains(&action.id.to_string()) => Finding::Found(Receipt::default()),
        // Never sent again by itself; but what it changes can be read.
        Proof::None if !action.wants.is_empty() => look_at_values(action, item),
        Proof::None if action.verb == Verb::Remove && shows_ours(action, item) => removed::look(action, item),
        Proof::None => files::look(action, item, me, claimed),
        Proof::ClientField => Finding::Missing,
    }
}

/// Looks at the values that the action changes. The old ones there: it may be sent again. The wanted ones there: mine only when
/// the remote shows so by the declared token, else possibly mine.
fn look_at_values(action: &Action, item: &WorkItem) -> Finding {
    let shown = || is_planted(Bug::WantedMeansMine) || shows_ours(action, item);
    match conflict::stands(action, item) {
        None => untold(),
        // A value is no version: what was set and set back again reads as if nothing had happened, unless it is set once.
        Some(Stands::AsBefore) if action.proof != Proof::Once && may_have_been_set_back(action, item) => {
            Finding::SetBack(conflict::as_it_stands(action, item))
        }
        Some(Stands::AsBefore) => Finding::Missing,
        Some(Stands::AsWanted) if shown() => Finding::Found(Receipt::default()),
        Some(Stands::AsWanted) => Finding::PossiblyMine(conflict::as_it_stands(action, item)),
        // Others may have added to a list or taken from it as well.
        Some(Stands::Otherwise) if shows_ours(action, item) && lists::hold(action, item) => {
            Finding::Found(Receipt::default())
        }
        Some(Stands::Otherwise) => Finding::Theirs(conflict::as_it_stands(action, item)),
    }
}

/// Whether the item bears the token that is declared to show that what was wanted is ours.
fn shows_ours(action: &Action, item: &WorkItem) -> bool {
    action.own_mark.as_ref().is_some_and(|mark| item.proofs.contains(mark))
}

/// Whether what reads as before may have been changed and changed back since `action` was first sent: the item tells that it has
/// changed since, or does not tell. A remote that compares does not help: it compares values, not versions.
fn may_have_been_set_back(action: &Action, item: &WorkItem) -> bool {
    let before = action.baseline.as_ref().and_then(|baseline| baseline.updated);
    match (before, updated(item)) {
        (Some(before), Some(now)) => before != now,
        _ => true,
    }
}

fn untold() -> Finding {
    Finding::Unclear(
        "Rounds cannot tell whether an action of this kind took effect, so it is not sent again by itself. Look at the item in \
         the system itself."
            .to_owned(),
    )
}

/// Looks for a comment among what the item holds now: author me, the same text, of the same kind, not there before, not
/// `claimed` by another action.
fn look_for_comment(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Finding {
    let baseline = action.baseline.as_ref().filter(|_| !is_planted(Bug::OldCommentCounts));
    let before = baseline.map(|baseline| baseline.my_comments.as_slice()).unwrap_or_default();
    let candidates: Vec<&Comment> = same_words(action, item)
        .filter(|comment| is_mine(comment, me))
        .filter(|comment| comment.id.as_ref().is_some_and(|id| !before.contains(id) && !claimed.contains(id)))
        .collect();
    let files = action.files();
    match candidates.as_slice() {
        [] => Finding::Missing,
        [one] if !files::came_with(&files, one, item) => Finding::Unclear(
            "A new comment of yours with this text is there, and not all the files that belong to it can be seen on it. \
             Nothing more is sent; look at the item in the system itself, then discard this or send it again."
                .to_owned(),
        ),
        [one] => Finding::Found(Receipt {
            remote_ref: one.id.clone(),
            me_id: one.author.as_ref().and_then(|author| author.id.clone()),
        }),
        many => Finding::Unclear(format!(
            "{} new comments of yours with this text are there. Nothing more is sent; look at the item and discard this \
             action if one of them is it.",
            many.len()
        )),
    }
}

/// Where it is not offered any more, what is not there may be there and not be shown.
fn not_shown(action: &Action, item: &WorkItem) -> Option<Finding> {
    let why = item.offers.iter().find(|offer| offer.action == action.name)?.refused.as_ref()?;
    Some(Finding::Unclear(format!(
        "It was sent and the answer was lost. It is not there now, and the system no longer lets you do this: {why} Nothing more is \
         sent by itself; look at the item there."
    )))
}

/// A clock of theirs and ours may differ by this much.
const CLOCKS_APART: TimeDelta = TimeDelta::minutes(10);

/// Whether `comment` came since before `action` was first sent, and is no other action's. `before` are the ids that were there then.
fn is_new(comment: &Comment, action: &Action, before: &[String], claimed: &[String]) -> bool {
    if let Some(id) = &comment.id {
        return !before.contains(id) && !claimed.contains(id);
    }
    // Without an id only its time tells, as far as anybody's clock does.
    let since = action.sent_at.map(|sent| sent - CLOCKS_APART);
    comment.made.as_ref().and_then(|made| made.at).is_none_or(|made| since.is_some_and(|since| made >= since))
}

/// A system may not keep a text as it was sent: it escapes or cuts it, or loses characters. A new comment of mine in other words may be
/// what is looked for, or one that I wrote elsewhere: then "not there" proves nothing, and it must not be sent a second time.
fn in_other_words(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Option<Finding> {
    let before = action.baseline.as_ref().map(|baseline| baseline.my_comments.as_slice()).unwrap_or_default();
    let internal = action.flag("internal");
    let mut of_mine = mine(&item.comments, me)
        .filter(|comment| comment.internal == internal && is_new(comment, action, before, claimed));
    let found = of_mine.next()?;
    let others = match of_mine.count() {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    Some(Finding::Unclear(format!(
        "It was sent and the answer was lost. A new comment of yours is there in other words{others}: “{}”. If that is it, as the \
         system keeps it, discard this one; otherwise send it again.",
        beginning(&found.text)
    )))
}

/// As much of a text as is shown to recognise it by.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}

/// How many characters of a comment are shown to recognise it by.
const SHOWN: usize = 200;

/// My comment may stand there under a name that is not the one in the settings, or under that of an account which is not the one by
/// which I am known: then "not there" proves nothing, and it must not be sent a second time.
fn in_another_name(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Option<Finding> {
    let before = action.baseline.as_ref().map(|baseline| baseline.same_words.as_slice()).unwrap_or_default();
    let same = same_words(action, item)
        .filter(|comment| !is_mine(comment, me))
        .find(|comment| is_new(comment, action, before, claimed))?;
    let name = same.author.as_ref().and_then(|author| author.name.plain()).unwrap_or_else(|| "nobody".to_owned());
    let mend = if me.id.is_none() { " and set your name in the connection as it stands there" } else { "" };
    Some(Finding::Unclear(format!(
        "A comment with this text came at about that time, under the name of {name}. If that is you, discard this \
         one{mend}; otherwise send it again."
    )))
}

mod files;
mod lists;
mod removed;
#[cfg(test)]
mod tests;
