//! Sending: `POST /api/v1/cases/{caseId}` with an `action`, on the vendor's case pages (the sheet, "Write").

use std::time::Duration;

use rounds_domain::{
    action::Fields,
    error::{AndNow, RemoteError},
    file::OutFile,
    item::ItemKind,
};
use serde::Serialize;
use serde_json::Value;

use super::{
    CareValidate,
    actions::{CLOSE, CLOSE_PRODUCT, COMMENT, DECISION_DRAFT, OPEN, REOPEN, field},
    body::{self, AddCommunication, Written},
    declaration::TITLE,
    errors,
    lenient::{Lenient, Text},
    read::KEY_HEADER,
};
use crate::{
    seam::{Enclosed, Receipt, Submitted, Target},
    wire::{Reply, outcome},
};

/// What a request may take longer for each second that it needs to carry its files at 64 KB/s: a slow line is no doubt.
const SLOWEST: u64 = 64 << 10;

impl CareValidate {
    /// Sends an action, once.
    pub(super) async fn send(
        &self,
        target: &Target,
        name: &str,
        fields: &Fields,
        files: &[Enclosed],
    ) -> Result<Submitted, RemoteError> {
        if target.kind != ItemKind::Case {
            return refuse("CareValidate takes this on the case, not on its orders. Nothing was sent.");
        }
        let case = &target.external_id;
        match name {
            COMMENT | DECISION_DRAFT => {
                let reply = self.post(case, &self.communication(fields, files)?, files).await?;
                confirmed(&reply, case)
            }
            OPEN => self.change_status(case, "OPEN", fields).await,
            CLOSE => self.change_status(case, "CLOSE", fields).await,
            REOPEN => self.change_status(case, "REOPEN", fields).await,
            CLOSE_PRODUCT => {
                let Some(product) = text(fields, field::PRODUCT) else {
                    return refuse("No product is named. Nothing was sent.");
                };
                let Some(reason) = text(fields, field::REASON) else {
                    return refuse("CareValidate wants a reason for this. Nothing was sent.");
                };
                let reply = self.post(case, &body::close_product(product, reason), &[]).await?;
                confirmed(&reply, case).map(|_| Submitted::Done(Receipt::default()))
            }
            _ => refuse("CareValidate does not offer this action. Nothing was sent."),
        }
    }

    fn communication<'a>(
        &'a self,
        fields: &'a Fields,
        files: &'a [Enclosed],
    ) -> Result<AddCommunication<'a>, RemoteError> {
        let Some(text) = text(fields, field::TEXT) else { return refuse("The comment has no text. Nothing was sent.") };
        // A comment without what it speaks of is another comment.
        if OutFile::all(fields).len() != files.len() {
            return refuse("The comment's files are not with it. Nothing was sent.");
        }
        let phi = Option::<bool>::read(fields.get(field::WITHOUT_PHI)) != Some(true);
        let webhook_notify = self.webhook_notify;
        Ok(body::comment(Written {
            text,
            internal: is_internal(fields),
            author: &self.author,
            webhook_notify,
            files,
            phi,
        }))
    }

    async fn change_status(&self, case: &str, status: &'static str, fields: &Fields) -> Result<Submitted, RemoteError> {
        let body = body::change_status(status, text(fields, field::REASON));
        let reply = self.post(case, &body, &[]).await?;
        confirmed(&reply, case).map(|_| Submitted::Done(Receipt::default()))
    }

    /// The reply to a write that was not refused.
    async fn post(&self, case: &str, body: &(impl Serialize + Sync), files: &[Enclosed]) -> Result<Reply, RemoteError> {
        let url = self.cases_url(Some(case))?;
        let carried: u64 = files.iter().map(|file| file.about.size).sum();
        let patience = self.patience + Duration::from_secs(carried / SLOWEST);
        let reply = self
            .wire
            .write(|client| {
                client
                    .post(url)
                    .header(KEY_HEADER, self.key_header.clone())
                    .header(reqwest::header::ACCEPT, "application/json")
                    .timeout(patience)
                    .json(body)
            })
            .await
            .map_err(|trouble| outcome::of_write(TITLE, &trouble))?;
        if reply.status.is_success() { Ok(reply) } else { Err(errors::write(&errors::refusal(&reply, &self.key))) }
    }
}

fn refuse<T>(why: &str) -> Result<T, RemoteError> {
    Err(RemoteError::new(AndNow::Invalid, why))
}

/// A field that is not blank.
fn text<'a>(fields: &'a Fields, key: &str) -> Option<&'a str> {
    fields.get(key).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
}

/// An internal note, unless the person chose otherwise.
fn is_internal(fields: &Fields) -> bool {
    Option::<bool>::read(fields.get(field::INTERNAL)).unwrap_or(true)
}

/// The documented success: complete, readable, `success: true`. Everything else with a 2xx is doubt.
pub(super) fn confirmed(reply: &Reply, case: &str) -> Result<Submitted, RemoteError> {
    let body: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let status = Text::read(body.get("status"));
    let good = status.is_none_or(|status| status.trim().starts_with('2'));
    if body.get("success").and_then(Value::as_bool) == Some(true) && good {
        Ok(Submitted::Done(receipt(&body, case)))
    } else {
        Err(outcome::unreadable_write(TITLE, reply))
    }
}

/// What the reply says of the comment it made. Its form is documented nowhere, so the id is looked for where it plausibly
/// stands; the case's own id is not the comment's.
fn receipt(body: &Value, case: &str) -> Receipt {
    let places =
        ["/data/communication", "/data/comment", "/data/note", "/communication", "/comment", "/data/0", "/data"];
    let made: Vec<&Value> = places.iter().filter_map(|place| body.pointer(place)).collect();
    let plain = |value: Option<&Value>| {
        value.filter(|value| value.is_string() || value.is_number()).and_then(|v| Text::read(Some(v)))
    };
    Receipt {
        remote_ref: made
            .iter()
            .find_map(|made| plain(made.get("id")).or_else(|| plain(made.get("commentId"))).filter(|id| id != case)),
        me_id: made.iter().find_map(|made| plain(made.pointer("/author/id")).or_else(|| plain(made.get("authorId")))),
    }
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;

    fn outcome_of(body: &str) -> Result<Submitted, RemoteError> {
        let reply = Reply { status: StatusCode::OK, retry_after: None, media_type: None, body: body.into() };
        confirmed(&reply, "case-1")
    }

    #[test]
    fn the_receipt_names_the_comment_wherever_the_reply_does() {
        for (body, comment, author) in [
            (r#"{"success":true}"#, None, None),
            (r#"{"status":200,"success":true,"data":{"id":"c1"}}"#, Some("c1"), None),
            (r#"{"status":201,"success":true,"data":{"id":"case-1"}}"#, None, None),
            (
                r#"{"success":true,"data":{"id":"case-1","communication":{"id":"c1","author":{"id":"u1"}}}}"#,
                Some("c1"),
                Some("u1"),
            ),
            (r#"{"success":true,"data":{"comment":{"id":7,"authorId":"u1"}}}"#, Some("7"), Some("u1")),
            (r#"{"success":true,"data":[{"id":"c1"}]}"#, Some("c1"), None),
            (r#"{"success":true,"data":"done"}"#, None, None),
        ] {
            let expected = Receipt { remote_ref: comment.map(Into::into), me_id: author.map(Into::into) };
            assert_eq!(outcome_of(body).ok(), Some(Submitted::Done(expected)), "{body}");
        }
    }

    #[test]
    fn a_2xx_that_is_not_the_documented_success_is_doubt() {
        for body in [
            "",
            "{}",
            "ok",
            "<html>",
            r#"{"success":false}"#,
            r#"{"success":"true"}"#,
            r#"{"success":true"#,
            "[true]",
            r#"{"success":true,"status":500}"#,
        ] {
            assert_eq!(outcome_of(body).map_err(|error| error.and_now), Err(AndNow::Doubtful), "{body}");
        }
    }
}
