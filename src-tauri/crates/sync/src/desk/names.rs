//! What the ids mean that stand in an action: systems name people, comments and files by them, and nobody reads them.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Action, Verb},
    declare::{FieldKind, System},
};
use serde_json::Value;

use super::DeskError;
use crate::{Keep, Rounds};

/// What stands for a comment of mine that is not there any more.
const GONE: &str = "a comment that is gone now";
/// How much of a comment names it.
const BEGINNING: usize = 80;

impl<K: Keep> Rounds<K> {
    /// The names of people and files and the beginnings of comments that an action's fields and conflict hold as ids, and what the
    /// fields are called that name people.
    pub(super) async fn names(&self, system: &System, action: &Action) -> Result<BTreeMap<String, String>, DeskError> {
        let takes_ids = |kind: &FieldKind| matches!(kind, FieldKind::Person | FieldKind::ItemChoice);
        let declared = system.action(&action.name);
        let may_hold = matches!(action.verb, Verb::Assign | Verb::Remove)
            || declared.is_some_and(|declared| declared.fields.iter().any(|field| field.kind == FieldKind::Person));
        if !may_hold
            || declared.is_none_or(|declared| {
                !declared.fields.iter().any(|field| takes_ids(&field.kind)) && action.conflict.is_none()
            })
        {
            return Ok(BTreeMap::new());
        }
        let stored = self.store.item(action.item).await?;
        let me = &stored.connection.me;
        let me = me.id.clone().zip(me.name.plain());
        let people = stored.item.assignees.iter().chain(&stored.candidates);
        let people = people.filter_map(|person| person.id.clone().zip(person.name.plain()));
        let comments = stored.item.comments.iter();
        let comments = comments.filter_map(|comment| Some((comment.id.clone()?, beginning(&comment.text))));
        let files = stored.item.attachments.iter().flatten().map(|file| (file.id.clone(), file.file_name.clone()));
        let mut known: BTreeMap<String, String> = files.chain(comments).chain(people).chain(me).collect();
        let conflicting = action.conflict.iter().flat_map(|conflict| &conflict.fields);
        let conflicting = conflicting.flat_map(|field| [Some(&field.base), field.mine.as_ref(), Some(&field.theirs)]);
        let held = action.fields.values().chain(conflicting.flatten()).filter_map(Value::as_str);
        let was_mine =
            |id: &str| action.baseline.as_ref().is_some_and(|was| was.my_comments.iter().any(|mine| mine == id));
        let gone = |id: &str| was_mine(id).then(|| (id.to_owned(), GONE.to_owned()));
        let mut names: BTreeMap<String, String> =
            held.filter_map(|id| known.remove_entry(id).or_else(|| gone(id))).collect();
        let labels = declared.iter().flat_map(|declared| &declared.fields);
        let labels = labels.filter(|field| field.kind == FieldKind::Person);
        names.extend(labels.map(|field| (field.key.clone(), field.label.clone())));
        Ok(names)
    }
}

fn beginning(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= BEGINNING {
        return format!("“{line}”");
    }
    let cut: String = line.chars().take(BEGINNING).collect();
    format!("“{}…”", cut.trim_end())
}
