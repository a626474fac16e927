//! Files of a case: the list, one of them, attaching one, deleting one.

use std::collections::HashMap;
use std::sync::PoisonError;

use axum::body::Bytes;
use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::changes::Change;
use super::errors::Refused;
use super::form::{self, Part};
use super::writes::{Plan, carry_out};
use super::{Illumina, NAME, log, reads};
use crate::dice::Dice;
use crate::exchange::{Answer, Asked};

/// What is in the files that were attached, by their ids.
pub(crate) type Shelf = HashMap<String, Bytes>;

pub(crate) fn route(system: &Illumina, asked: &Asked, id: &str, rest: &[&str]) -> Result<Answer, Refused> {
    if system.settings().lacks("files") {
        return Err(Refused::forbidden("The user may not see files"));
    }
    match (&asked.method, rest) {
        (&Method::GET, []) => {
            let ledger = system.ledger();
            let case = ledger.shown(reads::find(system, &ledger, id)?);
            let names = || case["_files"].as_array().into_iter().flatten().map(|file| file["name"].clone()).collect();
            let names = system.settings().file_names_alone.then(names);
            Ok(Answer::json(StatusCode::OK, names.as_ref().unwrap_or(&case["_files"])))
        }
        (&Method::POST, []) => attach(system, asked, id),
        (&Method::GET, [file]) => get(system, id, file),
        (&Method::DELETE, [file]) => carry_out(system, asked, id, |case, _| {
            let (kept, _) = named(case, file)?;
            Ok(Plan {
                action: "DELETE_FILE",
                event: "case.file.deleted",
                changes: vec![Change::Drop("_files", kept)],
                made: None,
                payload: json!({"fileId": file}),
                reply: Value::Null,
            })
        }),
        _ => Err(Refused::no_such_method()),
    }
}

/// `POST …/files`: a form with one file.
fn attach(system: &Illumina, asked: &Asked, id: &str) -> Result<Answer, Refused> {
    let settings = system.settings();
    let Part { name, file_name, media_type, content } = form::only_part(asked)?;
    if name != settings.file_part {
        return Err(Refused::invalid(format!("Required part '{}' is not present", settings.file_part)));
    }
    if content.is_empty() {
        return Err(Refused::invalid("The file is empty"));
    }
    if content.len() > settings.longest_file {
        return Err(Refused::too_long());
    }
    let made = Dice::new(system.plot.seed, &[0x696c_6669, asked.number]).uuid().to_string();
    let told = format!("{} bytes, BLAKE3 {}", content.len(), blake3::hash(&content).to_hex());
    carry_out(system, asked, id, |_, now| {
        let file = json!({"id": made, "name": file_name, "createdDate": now, "createdBy": log::me()});
        system.shelf.lock().unwrap_or_else(PoisonError::into_inner).insert(made.clone(), content.into());
        Ok(Plan {
            action: "ADD_FILE",
            event: "case.file.added",
            reply: if settings.reply_with_file { file.clone() } else { Value::Null },
            changes: vec![Change::Push("_files", file)],
            made: Some(made.clone()),
            payload: json!({"name": file_name, "mediaType": media_type, "content": told}),
        })
    })
}

/// The id and the name of a file of a case; where names alone are told, it is asked for by its name.
fn named(case: &Value, file: &str) -> Result<(String, String), Refused> {
    let all = case["_files"].as_array();
    let found = all.into_iter().flatten().find(|kept| kept["id"] == file || kept["name"] == file);
    let texts = found.and_then(|file| file["id"].as_str().zip(file["name"].as_str()));
    let (id, name) = texts.ok_or_else(|| Refused::not_found(&format!("File {file}")))?;
    Ok((id.to_owned(), name.to_owned()))
}

fn get(system: &Illumina, id: &str, file: &str) -> Result<Answer, Refused> {
    let ledger = system.ledger();
    let (kept, name) = named(&ledger.shown(reads::find(system, &ledger, id)?), file)?;
    drop(ledger);
    if system.settings().files_signed {
        let base = system.base_url.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let signed = format!("{base}/made-up-store/{kept}?signature=made-up");
        return Ok(Answer::json(StatusCode::OK, &json!({"id": kept, "name": name, "presignedUrl": signed})));
    }
    Ok(contents(system, &kept, &name))
}

fn contents(system: &Illumina, id: &str, name: &str) -> Answer {
    if let Some(content) = system.shelf.lock().unwrap_or_else(PoisonError::into_inner).get(id) {
        return Answer::typed(StatusCode::OK, "application/octet-stream", content.clone());
    }
    let kind =
        if name.rsplit_once('.').is_some_and(|(_, end)| end == "pdf") { "application/pdf" } else { "text/plain" };
    Answer::typed(StatusCode::OK, kind, format!("Made-up contents of {name}\n"))
}

/// A signed address as a storage provider would serve it. A key has no business here.
pub(crate) fn from_store(system: &Illumina, asked: &Asked, file: &str) -> Answer {
    let refused = |text: &'static str| Answer::typed(StatusCode::FORBIDDEN, "text/plain; charset=utf-8", text);
    if asked.headers.contains_key("authorization") || asked.headers.contains_key("x-auth-token") {
        system.ground.record.violated(NAME, asked, "the key was sent to a signed address");
        return refused("AccessDenied: unexpected credentials");
    }
    if asked.query != "signature=made-up" {
        return refused("AccessDenied: the request is not signed");
    }
    contents(system, file, &format!("{file}.txt"))
}
