//! What a read tells about a doubtful action (RELIABILITY.md, "Doubt is not failure").

use rounds_domain::{
    action::{Action, Baseline},
    detail::Comment,
    item::WorkItem,
    patient::Me,
    reply::Receipt,
    text::normalise_comment,
};

/// What a read told about a doubtful action.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// It is there, and nobody else can have made it.
    Found(Receipt),
    /// It is not there.
    Missing,
    /// More than one thing could be it, or nothing can tell: for a person.
    Unclear(String),
}

/// What is there before an action is first sent.
pub fn baseline(item: &WorkItem, me: &Me, read_at: chrono::DateTime<chrono::Utc>) -> Baseline {
    Baseline {
        my_comments: mine(&item.comments, me).filter_map(|comment| comment.id.clone()).collect(),
        status: item.status.word.clone(),
        read_at: Some(read_at),
    }
}

fn mine<'a>(comments: &'a [Comment], me: &'a Me) -> impl Iterator<Item = &'a Comment> {
    comments.iter().filter(|comment| comment.author.as_ref().is_some_and(|author| me.is(author)))
}

/// Looks for a comment among what the item holds now: author me, the same text, of the same kind, not there before, not
/// `claimed` by another action.
pub fn look_for_comment(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Finding {
    let wanted = action.text("text").map(normalise_comment).unwrap_or_default();
    let before = action.baseline.as_ref().map(|baseline| baseline.my_comments.as_slice()).unwrap_or_default();
    let candidates: Vec<&Comment> = mine(&item.comments, me)
        .filter(|comment| comment.internal == action.flag("internal"))
        .filter(|comment| normalise_comment(&comment.text) == wanted)
        .filter(|comment| comment.id.as_ref().is_some_and(|id| !before.contains(id) && !claimed.contains(id)))
        .collect();
    match candidates.as_slice() {
        [] => Finding::Missing,
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
