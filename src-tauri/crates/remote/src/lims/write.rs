//! Sending: `POST …/lims/cases`, and where the laboratory has them `POST …/lims/patients` and `PATCH …/lims/patients/{patientMRN}`.

use reqwest::Method;
use rounds_domain::{
    action::Action,
    error::{AndNow, RemoteError},
    pull::Record,
    secret,
};
use serde_json::{Value, json};
use url::Url;

use super::{
    Lims,
    actions::{CREATE_CASE, CREATE_CASE_AND_UPDATE, CREATE_LINKED_CASE, CREATE_PATIENT, UPDATE_PATIENT, fields_of},
    declaration::TITLE,
    errors::{self, What},
    item, payload,
    payload::{object, text},
    reply::{self, Sent},
};
use crate::{
    kept,
    seam::{Receipt, Submitted},
    wire::{Reply, outcome},
};

/// A request that is ready to leave.
pub(super) struct Request {
    pub(super) method: Method,
    /// Behind `…/lims/`.
    pub(super) path: Vec<String>,
    pub(super) body: Value,
    what: What,
}

fn invalid(why: impl Into<String>) -> RemoteError {
    RemoteError::new(AndNow::Invalid, why)
}

impl Lims {
    /// What an action comes to on the wire.
    pub(super) fn request(&self, action: &Action) -> Result<Request, RemoteError> {
        let offers = self.mode.offers();
        let offer = offers.iter().find(|offer| offer.action == action.name);
        let Some(offer) = offer else { return Err(invalid(format!("{TITLE} does not offer this. Nothing was sent."))) };
        // The laboratory's way with patients may have been set anew since: the same body would mean something else.
        if let Some(why) = &offer.refused {
            return Err(invalid(format!("{why} Nothing was sent.")));
        }
        let (fields, rules) = (&action.fields, &self.rules);
        let patient = object(fields, "patient");
        let mcid = text(fields, "MCID").unwrap_or_default();
        let case = |patient: Value| Request {
            method: Method::POST,
            path: vec!["cases".into()],
            body: payload::case(fields, patient, rules),
            what: What::Case,
        };
        Ok(match action.name.as_str() {
            CREATE_CASE => case(payload::patient(patient, rules)),
            CREATE_LINKED_CASE => case(json!({"MCID": rules.id(mcid)})),
            CREATE_CASE_AND_UPDATE => case(payload::patient_of(mcid, patient, rules)),
            CREATE_PATIENT => {
                let bare = payload::patient(fields, rules);
                let body = if rules.wrapped { json!({"patient": bare}) } else { bare };
                Request { method: Method::POST, path: vec!["patients".into()], body, what: What::Record }
            }
            UPDATE_PATIENT => {
                let mrn = text(fields, "patientMRN").filter(|mrn| !matches!(*mrn, "." | ".."));
                let mrn = mrn.ok_or_else(|| invalid("This MRN cannot stand in an address. Nothing was sent."))?;
                let body = payload::changes(fields, rules)
                    .ok_or_else(|| invalid("Nothing is filled in that is to be changed. Nothing was sent."))?;
                let body = if rules.wrapped { json!({"patient": body}) } else { body };
                Request { method: Method::PATCH, path: vec!["patients".into(), mrn.into()], body, what: What::Change }
            }
            _ => return Err(invalid(format!("{TITLE} does not offer this. Nothing was sent."))),
        })
    }

    fn url(&self, path: &[String]) -> Result<Url, RemoteError> {
        let mut url = self.base.clone();
        let mut parts = url
            .path_segments_mut()
            .map_err(|()| invalid("The connection's address takes no path. Nothing was sent."))?;
        parts.pop_if_empty().push("lims").extend(path);
        drop(parts);
        Ok(url)
    }

    /// Sends an action, once.
    pub(super) async fn send(&self, action: &Action) -> Result<Submitted, RemoteError> {
        let request = self.request(action)?;
        let url = self.url(&request.path)?;
        let sent = self.wire.write(|client| {
            client
                .request(request.method.clone(), url)
                .header(self.auth_name.clone(), self.auth_value.clone())
                .header(reqwest::header::ACCEPT, "application/json")
                .json(&request.body)
        });
        let reply = sent.await.map_err(|trouble| outcome::without_a_look(outcome::of_write(TITLE, &trouble)))?;
        let outcome = answered(&reply, action, &request, &self.secrets(action));
        if outcome.as_ref().is_err_and(|error| error.and_now == AndNow::SignIn) {
            self.token_was_refused();
        }
        outcome
    }

    /// What must never be repeated: the token, and what the person filled in as secret.
    fn secrets(&self, action: &Action) -> Vec<String> {
        let mut secrets = secret::secrets(&fields_of(&action.name), &action.fields);
        secrets.push(self.token.clone());
        secrets
    }
}

/// What a complete reply means.
pub(super) fn answered(
    reply: &Reply,
    action: &Action,
    request: &Request,
    secrets: &[String],
) -> Result<Submitted, RemoteError> {
    if !reply.status.is_success() {
        return Err(errors::write(&errors::refusal(reply, secrets), request.what));
    }
    let number = text(&action.fields, "caseNumber").unwrap_or_default();
    let sent = match request.what {
        What::Case => Sent::Case(number),
        What::Record => Sent::Record,
        What::Change => Sent::Change,
    };
    let Ok((told, mut raw)) = reply::read(&reply.body, sent) else {
        return Err(outcome::without_a_look(outcome::unreadable_write(TITLE, reply)));
    };
    let remote_ref = told.id.clone();
    let receipt = Receipt { remote_ref, ..Receipt::default() };
    // What its person filled in was checked when it was saved.
    let Ok(item) = item::taken(action, &told) else { return Ok(Submitted::Done(receipt)) };
    reply::without_numbers(&mut raw);
    let record = Record {
        fingerprint: kept::fingerprint(&json!({"action": action.id.to_string(), "reply": raw}), |_, _| true),
        raw: raw.to_string(),
        children: vec![],
        item,
    };
    Ok(Submitted::Told(receipt, Box::new(record)))
}
