//! Whether lists hold what an action put into them, and no longer what it took out, whatever else became of them.

use rounds_domain::{action::Action, item::WorkItem};
use serde_json::Value;

use super::conflict;

/// Whether every value that `action` sets is a list that has the entries it was to add and none of those it was to remove.
pub(super) fn hold(action: &Action, item: &WorkItem) -> bool {
    !action.wants.is_empty()
        && action.wants.iter().all(|(key, wanted)| {
            let noted = action.baseline.as_ref().and_then(|baseline| baseline.values.get(key));
            let before = noted.or_else(|| action.saw.get(key));
            let (Value::Array(wanted), now) = (wanted, conflict::value(&item.values, key)) else { return false };
            let (before, now) = (entries(before), entries(Some(&now)));
            let mut added = wanted.iter().filter(|entry| !before.contains(entry));
            let mut removed = before.iter().filter(|entry| !wanted.contains(entry));
            added.all(|entry| now.contains(entry)) && removed.all(|entry| !now.contains(entry))
        })
}

fn entries(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rounds_domain::{item::ItemKind, outbox::OutboxState};
    use serde_json::json;

    use super::*;
    use crate::outbox::testing::action;

    #[test]
    fn an_entry_is_there_or_gone_whatever_else_became_of_its_list() {
        for (before, wanted, now, holds) in [
            (json!(["b"]), json!(["a", "b"]), json!(["a", "b"]), true),
            (json!(["b"]), json!(["a", "b"]), json!(["a", "c"]), true),
            (json!(["b"]), json!(["a", "b"]), json!(["b", "c"]), false),
            (json!(null), json!(["a"]), json!(["a"]), true),
            (json!(null), json!(["a"]), json!(null), false),
            (json!(["a", "b"]), json!(["b"]), json!(["b", "c"]), true),
            (json!(["a", "b"]), json!(["b"]), json!(["a", "b", "c"]), false),
            (json!(["a"]), json!([]), json!([]), true),
            (json!("a"), json!("b"), json!("b"), false),
        ] {
            let mut sent = action(1, 7, OutboxState::Doubtful);
            sent.saw = [("tags".to_owned(), before.clone())].into_iter().collect();
            sent.wants = [("tags".to_owned(), wanted.clone())].into_iter().collect();
            let mut item = WorkItem::bare("case-1", ItemKind::Case);
            item.values = [("tags".to_owned(), now.clone())].into_iter().collect();
            assert_eq!(hold(&sent, &item), holds, "{before} was to be {wanted} and is {now}");
        }
    }
}
