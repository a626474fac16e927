//! What was read beside a case: comments and files.

use rounds_domain::{
    detail::{Attachment, Comment},
    patient::Me,
};
use serde_json::Value;

use super::{moment, people::author};
use crate::{
    illumina::dto::{self, User},
    lenient::{Dto, Lenient, Text},
};

/// Comments, oldest first, those without a readable time last.
pub(super) fn comments(list: Option<&Value>, me: &Me) -> Vec<Comment> {
    let entries = list.and_then(Value::as_array).into_iter().flatten();
    let mut comments: Vec<Comment> = entries.filter_map(|entry| comment(entry, me)).collect();
    comments.sort_by_key(|comment| {
        let at = comment.made.as_ref().and_then(|made| made.at);
        (at.is_none(), at)
    });
    comments
}

fn comment(entry: &Value, me: &Me) -> Option<Comment> {
    let Value::Object(fields) = entry else {
        // A bare text, without an id or an author.
        let text = Text::read(Some(entry))?;
        return Some(Comment { id: None, text, internal: false, author: None, made: None });
    };
    let read = dto::Comment::of(fields);
    if read.deleted == Some(true) {
        return None;
    }
    let told = User {
        id: read.user_id.clone(),
        name: read.created_by_name.clone().or_else(|| read.user_name.clone()),
        ..User::default()
    };
    let user = [read.author, read.user, read.created_by].into_iter().flatten().next();
    let user = match user {
        // An id alone, with a name beside it.
        Some(user) if user.bare.is_some() && told.name.is_some() => {
            Some(User { id: user.bare.or_else(|| told.id.clone()), ..told })
        }
        Some(user) => Some(user),
        None => (told != User::default()).then_some(told),
    };
    Some(Comment {
        id: read.id.or(read.comment_id),
        text: read.text.or(read.comment).or(read.message).unwrap_or_default(),
        internal: false,
        author: user.and_then(|user| author(&user, me)),
        made: moment(&read.created_date.or(read.created_at).or(read.date)),
    })
}

/// Files. One without an id is asked for by its name ("Get a List of file names").
pub(super) fn files(list: &Value, me: &Me) -> Vec<Attachment> {
    list.as_array().into_iter().flatten().filter_map(|entry| file(entry, me)).collect()
}

fn file(entry: &Value, me: &Me) -> Option<Attachment> {
    let read = match entry {
        Value::Object(fields) => dto::File::of(fields),
        bare => dto::File { name: Some(Text::read(Some(bare))?), ..dto::File::default() },
    };
    let name = read.name.or(read.file_name);
    let id = read.id.or(read.file_id).or_else(|| name.clone())?;
    Some(Attachment {
        file_name: name.unwrap_or_else(|| "File without a name".into()),
        id,
        comment: None,
        phi: false,
        internal: false,
        deleted: false,
        made: moment(&read.created_date.or(read.uploaded_date)),
        by: read.created_by.or(read.uploaded_by).and_then(|user| author(&user, me)),
    })
}
