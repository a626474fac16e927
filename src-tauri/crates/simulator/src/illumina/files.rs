//! Files of a case: the list, one of them, deleting one. Attaching is not served yet.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use super::changes::Change;
use super::errors::Refused;
use super::writes::{Plan, carry_out};
use super::{Illumina, NAME, reads};
use crate::exchange::{Answer, Asked};

pub(crate) fn route(system: &Illumina, asked: &Asked, id: &str, rest: &[&str]) -> Result<Answer, Refused> {
    if system.settings().lacks("files") {
        return Err(Refused::forbidden("The user may not see files"));
    }
    match (&asked.method, rest) {
        (&Method::GET, []) => {
            let ledger = system.ledger();
            let case = ledger.shown(reads::find(system, &ledger, id)?);
            Ok(Answer::json(StatusCode::OK, &case["_files"]))
        }
        (&Method::GET, [file]) => get(system, id, file),
        (&Method::DELETE, [file]) => carry_out(system, asked, id, |case, _| {
            named(case, file)?;
            Ok(Plan {
                action: "DELETE_FILE",
                event: "case.file.deleted",
                changes: vec![Change::Drop("_files", (*file).to_owned())],
                made: None,
                payload: json!({"fileId": file}),
                reply: Value::Null,
            })
        }),
        _ => Err(Refused::no_such_method()),
    }
}

fn named(case: &Value, file: &str) -> Result<String, Refused> {
    let all = case["_files"].as_array();
    let found = all.into_iter().flatten().find(|kept| kept["id"] == file);
    let name = found.and_then(|file| file["name"].as_str()).map(str::to_owned);
    name.ok_or_else(|| Refused::not_found(&format!("File {file}")))
}

fn get(system: &Illumina, id: &str, file: &str) -> Result<Answer, Refused> {
    let ledger = system.ledger();
    let name = named(&ledger.shown(reads::find(system, &ledger, id)?), file)?;
    drop(ledger);
    if system.settings().files_signed {
        let base = system.base_url.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let signed = format!("{base}/made-up-store/{file}?signature=made-up");
        return Ok(Answer::json(StatusCode::OK, &json!({"id": file, "name": name, "presignedUrl": signed})));
    }
    Ok(contents(&name))
}

fn contents(name: &str) -> Answer {
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
    contents(&format!("{file}.txt"))
}
