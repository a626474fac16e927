//! What people wrote and attached, what they answered in forms, and what happened to the case.

use rounds_domain::detail::{Answer, Attachment, Comment, Form, HistoryEntry};

use super::{moment, people::person};
use crate::carevalidate::dto;

/// Comments and notes, oldest first, those without a readable time last. Notes are the restricted comments: internal,
/// wherever they stand.
pub(super) fn comments(case: &dto::Case) -> Vec<Comment> {
    let written = case.comments.iter().map(|written| (written, false));
    let mut comments: Vec<Comment> = written
        .chain(case.notes.iter().map(|written| (written, true)))
        .map(|(written, is_note)| Comment {
            id: written.id.clone(),
            text: written.text.0.clone().unwrap_or_default(),
            internal: is_note || written.is_restricted == Some(true),
            author: written.author.as_ref().and_then(person),
            made: moment(&written.created_at),
        })
        .collect();
    comments.sort_by_key(|comment| {
        let at = comment.made.as_ref().and_then(|made| made.at);
        (at.is_none(), at)
    });
    comments
}

/// "Attachment Object", of the case and of its comments and notes. One without an id cannot be asked for and is left out.
pub(super) fn attachments(case: &dto::Case) -> Vec<Attachment> {
    let own = case.attachments.iter().map(|attachment| (None, false, attachment));
    let on = |written: &'_ dto::Communication, is_note: bool| {
        let id = written.id.clone();
        written.attachments.iter().cloned().map(move |attachment| (id.clone(), is_note, attachment)).collect::<Vec<_>>()
    };
    own.map(|(comment, is_note, attachment)| (comment, is_note, attachment.clone()))
        .chain(case.comments.iter().flat_map(|written| on(written, false)))
        .chain(case.notes.iter().flat_map(|written| on(written, true)))
        .filter_map(|(comment, is_note, attachment)| {
            Some(Attachment {
                id: attachment.id?,
                comment,
                file_name: attachment.file_name.unwrap_or_else(|| "File without a name".into()),
                phi: attachment.is_phi == Some(true),
                internal: is_note || attachment.is_restricted == Some(true),
                deleted: attachment.is_deleted == Some(true),
                made: moment(&attachment.created_at),
                by: attachment.uploaded_by.as_ref().and_then(person),
            })
        })
        .collect()
}

/// Forms with their answers, in the order of their questions.
pub(super) fn forms(responses: &[dto::FormResponse]) -> Vec<Form> {
    responses
        .iter()
        .map(|response| {
            let form = response.form.clone().unwrap_or_default();
            let mut answers: Vec<(Option<i64>, Answer)> = response.responses.iter().map(answer).collect();
            answers.sort_by_key(|(index, _)| (index.is_none(), *index));
            Form {
                id: response.id.clone(),
                name: form.name.unwrap_or_else(|| "Form without a name".into()),
                description: form.description,
                draft: response.is_draft == Some(true),
                answers: answers.into_iter().map(|(_, answer)| answer).collect(),
            }
        })
        .collect()
}

fn answer(given: &dto::AnswerTo) -> (Option<i64>, Answer) {
    let question = given.question.clone().unwrap_or_default();
    let index = question.index.as_ref().and_then(|index| index.trim().parse().ok());
    let answer = Answer {
        question: question.text.unwrap_or_else(|| "Question without a text".into()),
        answer: given.text.0.clone(),
        respondent: given.respondent.as_ref().and_then(person),
        answered: moment(&given.created_at),
        archived: given.is_archived == Some(true),
        kind: question.kind,
        options: question.options.0,
        required: question.required == Some(true),
        phi: question.is_phi == Some(true),
    };
    (index, answer)
}

/// "Activity Object".
pub(super) fn history(activity: &dto::Activity) -> HistoryEntry {
    HistoryEntry {
        id: activity.id.clone(),
        what: activity.kind.clone().unwrap_or_else(|| "Something that CareValidate does not name".into()),
        before: activity.value_before.0.clone(),
        after: activity.value_after.0.clone(),
        at: moment(&activity.timestamp),
        internal: activity.is_restricted == Some(true),
        phi: activity.is_phi == Some(true),
    }
}
