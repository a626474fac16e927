//! Sending: `POST /api/v1/cases/{caseId}` with an `action`, on the vendor's case pages (the sheet, "Write").

use rounds_domain::{
    action::Fields,
    error::{AndNow, RemoteError},
    item::ItemKind,
};
use serde::Serialize;
use serde_json::Value;

use super::{
    Author, CareValidate,
    declaration::{COMMENT, TITLE},
    errors,
    lenient::{Lenient, Text},
    read::KEY_HEADER,
};
use crate::{
    seam::{Receipt, Submitted, Target},
    wire::{Reply, outcome},
};

#[derive(Serialize)]
struct AddCommunication<'a> {
    action: &'static str,
    communication: Communication<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Communication<'a> {
    text: &'a str,
    /// Always sent: the vendor's pages disagree on the default.
    is_restricted: bool,
    author: AuthorOut<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AuthorOut<'a> {
    email: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
}

impl CareValidate {
    /// Sends an action, once.
    pub(super) async fn send(&self, target: &Target, name: &str, fields: &Fields) -> Result<Submitted, RemoteError> {
        let refuse = |why: &str| Err(RemoteError::new(AndNow::Invalid, why));
        if name != COMMENT {
            return refuse("CareValidate does not offer this action. Nothing was sent.");
        }
        if target.kind != ItemKind::Case {
            return refuse("CareValidate keeps comments on the case, not on its orders. Nothing was sent.");
        }
        let Some(text) = fields.get("text").and_then(Value::as_str).filter(|text| !text.trim().is_empty()) else {
            return refuse("The comment has no text. Nothing was sent.");
        };
        let body = comment(text, is_internal(fields), &self.author);
        let url = self.cases_url(Some(&target.external_id))?;
        let reply = self
            .wire
            .write(|client| {
                client
                    .post(url)
                    .header(KEY_HEADER, self.key_header.clone())
                    .header(reqwest::header::ACCEPT, "application/json")
                    .json(&body)
            })
            .await
            .map_err(|trouble| outcome::of_write(TITLE, &trouble))?;
        if reply.status.is_success() {
            confirmed(&reply, &target.external_id)
        } else {
            Err(errors::write(&errors::refusal(&reply, &self.key)))
        }
    }
}

fn comment<'a>(text: &'a str, internal: bool, author: &'a Author) -> AddCommunication<'a> {
    AddCommunication {
        action: "ADD_COMMUNICATION",
        communication: Communication {
            text,
            is_restricted: internal,
            author: AuthorOut {
                email: &author.email,
                first_name: author.first_name.as_deref(),
                last_name: author.last_name.as_deref(),
            },
        },
    }
}

/// An internal note, unless the person chose otherwise.
fn is_internal(fields: &Fields) -> bool {
    Option::<bool>::read(fields.get("internal")).unwrap_or(true)
}

/// The documented success: complete, readable, `success: true`. Everything else with a 2xx is doubt.
fn confirmed(reply: &Reply, case: &str) -> Result<Submitted, RemoteError> {
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
    use serde_json::json;

    use super::*;

    #[test]
    fn a_comment_is_sent_in_the_documented_form() {
        let author =
            Author { email: "ana@example.org".into(), first_name: Some("Ana".into()), last_name: Some("Ruiz".into()) };
        let sent = serde_json::to_value(comment("Please call.", true, &author)).expect("JSON");
        assert_eq!(
            sent,
            json!({"action": "ADD_COMMUNICATION", "communication": {"text": "Please call.", "isRestricted": true,
                "author": {"email": "ana@example.org", "firstName": "Ana", "lastName": "Ruiz"}}})
        );
        let nameless = Author { email: "ana@example.org".into(), first_name: None, last_name: None };
        let sent = serde_json::to_value(comment("x", false, &nameless)).expect("JSON");
        assert_eq!(sent.pointer("/communication/isRestricted"), Some(&json!(false)), "always sent");
        assert_eq!(sent.pointer("/communication/author"), Some(&json!({"email": "ana@example.org"})));
    }

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
