//! Comments: GET and POST of a case's, PUT and DELETE of one's own.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::changes::Change;
use super::errors::Refused;
use super::log;
use super::writes::{Plan, carry_out, object};
use super::{Illumina, ME, reads};
use crate::dice::Dice;
use crate::exchange::{Answer, Asked};
use crate::people::CLINICIANS;

pub(crate) fn route(system: &Illumina, asked: &Asked, id: &str, rest: &[&str]) -> Result<Answer, Refused> {
    if system.settings().lacks("comments") {
        return Err(Refused::forbidden("The user may not see comments"));
    }
    match (&asked.method, rest) {
        (&Method::GET, []) => list(system, id),
        (&Method::POST, []) => add(system, asked, id),
        (&Method::PUT, [comment]) => change(system, asked, id, comment),
        (&Method::DELETE, [comment]) => remove(system, asked, id, comment),
        _ => Err(Refused::no_such_method()),
    }
}

/// A comment under the names that are set.
fn shown(system: &Illumina, comment: &Value) -> Value {
    let settings = system.settings();
    let mut shown = comment.clone();
    if let Some(fields) = shown.as_object_mut() {
        let (id, text) = (fields.remove("id"), fields.remove("text"));
        fields.insert(settings.comment_id_key, id.unwrap_or_default());
        fields.insert(settings.comment_key, text.unwrap_or_default());
    }
    shown
}

fn list(system: &Illumina, id: &str) -> Result<Answer, Refused> {
    let ledger = system.ledger();
    let case = ledger.shown(reads::find(system, &ledger, id)?);
    drop(ledger);
    let all: Vec<Value> =
        case["_comments"].as_array().into_iter().flatten().map(|comment| shown(system, comment)).collect();
    Ok(Answer::json(StatusCode::OK, &all))
}

fn text(system: &Illumina, asked: &Asked) -> Result<String, Refused> {
    let key = system.settings().comment_key;
    let text = object(asked)?.get(&key).and_then(Value::as_str).map(str::to_owned);
    text.filter(|text| !text.trim().is_empty()).ok_or_else(|| Refused::invalid(format!("{key} must not be empty")))
}

fn add(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    let text = text(system, asked)?;
    let made = Dice::new(system.plot.seed, &[0x696c_636f, asked.number]).uuid().to_string();
    let tells = system.settings().reply_with_comment;
    carry_out(system, asked, id, |_, now| {
        let comment = json!({"id": made, "text": text, "createdDate": now, "createdBy": log::me()});
        Ok(Plan {
            action: "ADD_COMMENT",
            event: "case.comment.added",
            reply: if tells { shown(system, &comment) } else { Value::Null },
            changes: vec![Change::Push("_comments", comment)],
            made: Some(made.clone()),
            payload: json!({"text": text}),
        })
    })
}

/// A comment of the key's user; others' are not theirs to change.
fn own(case: &Value, comment: &str) -> Result<(), Refused> {
    let all = case["_comments"].as_array();
    let found = all.into_iter().flatten().find(|kept| kept["id"] == comment);
    let found = found.ok_or_else(|| Refused::not_found(&format!("Comment {comment}")))?;
    if found["createdBy"]["id"] == CLINICIANS[ME].id {
        Ok(())
    } else {
        Err(Refused::forbidden("Only the author can change or delete a comment"))
    }
}

fn change(system: &Illumina, asked: &Asked, id: &str, comment: &str) -> Result<Answer, Refused> {
    let text = text(system, asked)?;
    carry_out(system, asked, id, |case, now| {
        own(case, comment)?;
        let fields = Map::from_iter([("text".to_owned(), json!(text)), ("updatedDate".to_owned(), json!(now))]);
        Ok(Plan {
            action: "UPDATE_COMMENT",
            event: "case.comment.updated",
            changes: vec![Change::Amend("_comments", comment.to_owned(), fields)],
            made: None,
            payload: json!({"commentId": comment, "text": text}),
            reply: Value::Null,
        })
    })
}

fn remove(system: &Illumina, asked: &Asked, id: &str, comment: &str) -> Result<Answer, Refused> {
    carry_out(system, asked, id, |case, _| {
        own(case, comment)?;
        Ok(Plan {
            action: "DELETE_COMMENT",
            event: "case.comment.deleted",
            changes: vec![Change::Drop("_comments", comment.to_owned())],
            made: None,
            payload: json!({"commentId": comment}),
            reply: Value::Null,
        })
    })
}
