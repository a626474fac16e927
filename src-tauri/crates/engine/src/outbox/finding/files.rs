//! Whether a comment that came back has the files that were sent with it.

use rounds_domain::{detail::Comment, file::OutFile, item::WorkItem};

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
        detail::Attachment,
        item::{ItemKind, WorkItem},
    };

    use super::*;

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
}
