//! Whether a comment that came back has the files that were sent with it, and whether files came that were sent by themselves.

use rounds_domain::{
    action::Action,
    detail::{Attachment, Comment},
    file::OutFile,
    item::WorkItem,
    patient::Me,
    reply::Receipt,
};

use super::Finding;

/// The ids of the files that are there before `action` is first sent, if it brings some and they were read.
pub(super) fn before(action: &Action, item: &WorkItem) -> Option<Vec<String>> {
    let there = item.attachments.as_ref().filter(|_| !action.files().is_empty())?;
    Some(there.iter().map(|file| file.id.clone()).collect())
}

/// Looks for the files that an action without other proof brought: of the same name, not there before it was first sent, not
/// `claimed` by another action. All of them there under my name, and no more: nobody else can have made them. What is in them
/// is not read.
pub(super) fn look(action: &Action, item: &WorkItem, me: &Me, claimed: &[String]) -> Finding {
    let files = action.files();
    let Some(before) = action.baseline.as_ref().and_then(|baseline| baseline.attachments.as_ref()) else {
        return Finding::Missing;
    };
    let is_new = |one: &&Attachment| !one.deleted && !before.contains(&one.id) && !claimed.contains(&one.id);
    let is_named = |one: &&Attachment| files.iter().any(|file| plain(&file.name) == plain(&one.file_name));
    let came: Vec<&Attachment> = item.attachments.iter().flatten().filter(is_new).filter(is_named).collect();
    let is_mine = |one: &&Attachment| one.by.as_ref().is_some_and(|by| me.is(by));
    match came.as_slice() {
        [] => Finding::Missing,
        [first, ..] if came.len() == files.len() && came.iter().all(is_mine) => Finding::Found(Receipt {
            remote_ref: Some(first.id.clone()),
            me_id: first.by.as_ref().and_then(|by| by.id.clone()),
        }),
        _ => Finding::Unclear(
            "It was sent and the answer was lost. A new file of this name is there, and nothing shows that it is yours and \
             whole. Nothing more is sent; look at the item in the system itself, then discard this or send it again."
                .to_owned(),
        ),
    }
}

/// Whether every one of `files` hangs on `comment`, by its name, as often as it was sent. What is in them is not read: the
/// comment is known by its text, its author and its newness, and this tells only that it came whole. An item that was read
/// without its attachments tells nothing of them, so then no.
pub(super) fn came_with(files: &[OutFile], comment: &Comment, item: &WorkItem) -> bool {
    if files.is_empty() {
        return true;
    }
    let there = item.attachments.iter().flatten().filter(|one| comment.id.is_some() && one.comment == comment.id);
    let mut names: Vec<String> = there.map(|one| plain(&one.file_name)).collect();
    files.iter().all(|file| {
        let place = names.iter().position(|name| *name == plain(&file.name));
        place.map(|place| names.swap_remove(place)).is_some()
    })
}

/// A name as systems may give it back: without case, with one kind of gap.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '+'], "_")
}

#[cfg(test)]
mod tests {
    use rounds_domain::{
        action::{Baseline, Proof, Verb},
        item::ItemKind,
        outbox::OutboxState,
        patient::{Person, PersonName},
    };
    use serde_json::json;

    use super::*;
    use crate::outbox::testing::{action, me};

    fn attached(comment: &str, file_name: &str) -> Attachment {
        Attachment {
            id: format!("{comment}-{file_name}"),
            comment: Some(comment.into()),
            file_name: file_name.into(),
            phi: true,
            internal: true,
            deleted: false,
            made: None,
            by: None,
        }
    }

    #[test]
    fn a_comment_came_whole_when_every_file_hangs_on_it() {
        let comment = Comment { id: Some("c1".into()), text: "t".into(), internal: true, author: None, made: None };
        let file = |name: &str| OutFile::of(name, b"x");
        let item = |attachments| WorkItem { attachments, ..WorkItem::bare("case-1", ItemKind::Case) };
        let two = Some(vec![attached("c1", "My_Scan.pdf"), attached("c1", "b.txt"), attached("c2", "c.txt")]);
        for (files, attachments, whole, why) in [
            (vec![], None, true, "none was sent"),
            (vec![file("b.txt")], None, false, "nothing tells"),
            (vec![file("b.txt")], Some(vec![]), false, "it is not there"),
            (vec![file("my scan.pdf"), file("b.txt")], two.clone(), true, "both are there"),
            (vec![file("b.txt"), file("b.txt")], two.clone(), false, "one of two of the same name"),
            (vec![file("c.txt")], two, false, "it hangs on another comment"),
        ] {
            assert_eq!(came_with(&files, &comment, &item(attachments)), whole, "{why}");
        }
    }

    fn brought(by: Option<&str>, id: &str, file_name: &str) -> Attachment {
        let person = |name: &str| Person { id: None, name: PersonName::of(Some(name), None), email: None };
        Attachment { id: id.into(), comment: None, by: by.map(person), ..attached("", file_name) }
    }

    #[test]
    fn files_sent_by_themselves_are_mine_where_they_are_new_and_under_my_name() {
        let mut sent = Action { verb: Verb::Attach, proof: Proof::None, ..action(1, 7, OutboxState::Doubtful) };
        sent.fields.insert("files".into(), json!([OutFile::of("my scan.pdf", b"x")]));
        let item = |attachments| WorkItem { attachments, ..WorkItem::bare("case-1", ItemKind::Case) };
        let look = |sent: &Action, files: Option<Vec<Attachment>>| look(sent, &item(files), &me(), &["claimed".into()]);
        let there = brought(Some("Ana Ruiz"), "old", "my scan.pdf");
        assert_eq!(before(&sent, &item(Some(vec![there.clone()]))), Some(vec!["old".into()]));
        assert_eq!(before(&sent, &item(None)), None, "they could not be read");
        assert_eq!(
            before(&action(1, 7, OutboxState::Queued), &item(Some(vec![there.clone()]))),
            None,
            "it brings none"
        );
        sent.baseline = Some(Baseline::default());
        assert_eq!(look(&sent, Some(vec![there.clone()])), Finding::Missing, "what was there before is not known");
        sent.baseline = Some(Baseline { attachments: Some(vec!["old".into()]), ..Baseline::default() });
        let mine = brought(Some("Ana Ruiz"), "new", "My_Scan.pdf");
        let found = Finding::Found(Receipt { remote_ref: Some("new".into()), me_id: None });
        assert_eq!(look(&sent, Some(vec![there.clone(), mine.clone()])), found);
        for (files, why) in [
            (vec![there], "it was there before"),
            (vec![brought(Some("Ana Ruiz"), "claimed", "my scan.pdf")], "another action's"),
            (vec![brought(Some("Ana Ruiz"), "new", "other.pdf")], "another file"),
            (vec![Attachment { deleted: true, ..mine.clone() }], "deleted"),
        ] {
            assert_eq!(look(&sent, Some(files)), Finding::Missing, "{why}");
        }
        for (files, why) in [
            (vec![brought(Some("Ben Ode"), "new", "my scan.pdf")], "somebody else's"),
            (vec![brought(None, "new", "my scan.pdf")], "nobody's"),
            (vec![mine.clone(), brought(Some("Ana Ruiz"), "newer", "my scan.pdf")], "two of them"),
        ] {
            assert!(matches!(look(&sent, Some(files)), Finding::Unclear(_)), "{why}");
        }
        assert_eq!(look(&sent, None), Finding::Missing, "the files could not be read");
    }
}
