//! Whether what an action took back is gone.

use rounds_domain::{action::Action, item::WorkItem, reply::Receipt};

use super::Finding;

/// Looks for the comment that `action` takes back, in an item that bears the declared token: it shows all of its comments, and nobody
/// else could have deleted this one.
pub(super) fn look(action: &Action, item: &WorkItem) -> Finding {
    let names = |id: &String| action.fields.values().any(|value| value.as_str() == Some(id));
    let before = action.baseline.as_ref().map(|baseline| baseline.my_comments.as_slice()).unwrap_or_default();
    if item.comments.iter().filter_map(|comment| comment.id.as_ref()).any(names) {
        return Finding::Unclear(
            "It was sent and the answer was lost. The comment still stands there, and it is not deleted again by itself. Look at \
             the item in the system itself, then send this again or discard it."
                .to_owned(),
        );
    }
    // What was not there before it was sent is gone by another hand.
    if before.iter().any(names) { Finding::Found(Receipt::default()) } else { Finding::Missing }
}

#[cfg(test)]
mod tests {
    use rounds_domain::{
        action::{Baseline, Proof, Verb},
        detail::Comment,
        item::ItemKind,
        outbox::OutboxState,
    };
    use serde_json::json;

    use crate::outbox::{
        finding::look_for,
        testing::{action, me},
    };

    use super::*;

    #[test]
    fn what_was_taken_back_is_gone_where_the_item_shows_all_of_its_comments() {
        let found = || Finding::Found(Receipt::default());
        let comment =
            |id: &str| Comment { id: Some(id.into()), text: "t".into(), internal: false, author: None, made: None };
        let mut sent = Action {
            verb: Verb::Remove,
            proof: Proof::None,
            own_mark: Some("comments:shown".into()),
            baseline: Some(Baseline { my_comments: vec!["c1".into(), "c2".into()], ..Baseline::default() }),
            ..action(1, 7, OutboxState::Doubtful)
        };
        sent.fields = [("comment".to_owned(), json!("c1"))].into_iter().collect();
        let item = |left: &[&str], proofs: &[&str]| WorkItem {
            comments: left.iter().map(|id| comment(id)).collect(),
            proofs: proofs.iter().map(|proof| (*proof).to_owned()).collect(),
            ..WorkItem::bare("case-1", ItemKind::Case)
        };
        let look = |sent: &Action, left: &[&str], proofs: &[&str]| look_for(sent, &item(left, proofs), &me(), &[]);
        assert_eq!(look(&sent, &["c2"], &["comments:shown"]), found());
        assert_eq!(look(&sent, &["c2"], &[]), Finding::Missing, "it may be there and not be shown");
        assert!(matches!(look(&sent, &["c1"], &["comments:shown"]), Finding::Unclear(_)), "it still stands there");
        sent.baseline = Some(Baseline::default());
        assert_eq!(look(&sent, &["c2"], &["comments:shown"]), Finding::Missing, "it was gone before");
    }
}
