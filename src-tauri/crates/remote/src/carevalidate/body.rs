//! What is sent: the bodies of `POST /api/v1/cases/{caseId}` (the sheet, "Write").

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::Serialize;

use super::Author;
use crate::seam::Enclosed;

/// `ADD_COMMUNICATION`.
#[derive(Serialize)]
pub(super) struct AddCommunication<'a> {
    action: &'static str,
    communication: Communication<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Communication<'a> {
    text: &'a str,
    /// Always sent: the vendor's pages disagree on the default.
    is_restricted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook_notify: Option<bool>,
    author: AuthorOut<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<AttachmentOut<'a>>,
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

#[derive(Serialize)]
struct AttachmentOut<'a> {
    #[serde(rename = "fileName")]
    file_name: &'a str,
    content: String,
    #[serde(rename = "isPHI")]
    is_phi: bool,
    /// As the comment that it hangs on.
    #[serde(rename = "isRestricted")]
    is_restricted: bool,
}

/// A comment or a note as it is to be written.
#[derive(Clone, Copy)]
pub(super) struct Written<'a> {
    pub(super) text: &'a str,
    /// Whether it is a note, read by staff alone.
    pub(super) internal: bool,
    pub(super) author: &'a Author,
    /// Whether it notifies by webhook; `None` leaves that to CareValidate.
    pub(super) webhook_notify: Option<bool>,
    pub(super) files: &'a [Enclosed],
    /// Whether its files hold protected health information.
    pub(super) phi: bool,
}

/// A comment, or a note, with its files.
pub(super) fn comment(written: Written<'_>) -> AddCommunication<'_> {
    let Written { text, internal, author, webhook_notify, files, phi } = written;
    let attachments = files.iter().map(|file| AttachmentOut {
        file_name: &file.about.name,
        content: BASE64_STANDARD.encode(&file.content),
        is_phi: phi,
        is_restricted: internal,
    });
    AddCommunication {
        action: "ADD_COMMUNICATION",
        communication: Communication {
            text,
            is_restricted: internal,
            webhook_notify,
            author: AuthorOut {
                email: &author.email,
                first_name: author.first_name.as_deref(),
                last_name: author.last_name.as_deref(),
            },
            attachments: attachments.collect(),
        },
    }
}

/// `CHANGE_CASE_STATUS`. Its words are not the read statuses.
#[derive(Serialize)]
pub(super) struct ChangeStatus<'a> {
    action: &'static str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

/// Opens, closes or reopens.
pub(super) fn change_status<'a>(status: &'static str, reason: Option<&'a str>) -> ChangeStatus<'a> {
    ChangeStatus { action: "CHANGE_CASE_STATUS", status, reason }
}

/// `UPDATE_CASE_PRODUCT`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct UpdateProduct<'a> {
    action: &'static str,
    case_product_input: ProductInput<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProductInput<'a> {
    product_id: &'a str,
    status: &'static str,
    reason: &'a str,
}

/// Closes one product.
pub(super) fn close_product<'a>(product_id: &'a str, reason: &'a str) -> UpdateProduct<'a> {
    UpdateProduct {
        action: "UPDATE_CASE_PRODUCT",
        case_product_input: ProductInput { product_id, status: "CLOSE", reason },
    }
}

#[cfg(test)]
mod tests {
    use rounds_domain::file::OutFile;
    use serde_json::json;

    use super::*;

    fn author(first: Option<&str>, last: Option<&str>) -> Author {
        Author { email: "ana@example.org".into(), first_name: first.map(Into::into), last_name: last.map(Into::into) }
    }

    fn written<'a>(text: &'a str, internal: bool, author: &'a Author) -> Written<'a> {
        Written { text, internal, author, webhook_notify: None, files: &[], phi: true }
    }

    #[test]
    fn whether_it_notifies_is_sent_only_where_somebody_decided_so() {
        let nobody = author(None, None);
        for decided in [None, Some(true), Some(false)] {
            let sent = comment(Written { webhook_notify: decided, ..written("x", true, &nobody) });
            let sent = serde_json::to_value(sent).expect("JSON");
            assert_eq!(sent.pointer("/communication/webhookNotify"), decided.map(|yes| json!(yes)).as_ref());
        }
    }

    #[test]
    fn a_comment_is_sent_in_the_documented_form() {
        let sent = serde_json::to_value(comment(written("Please call.", true, &author(Some("Ana"), Some("Ruiz")))));
        assert_eq!(
            sent.expect("JSON"),
            json!({"action": "ADD_COMMUNICATION", "communication": {"text": "Please call.", "isRestricted": true,
                "author": {"email": "ana@example.org", "firstName": "Ana", "lastName": "Ruiz"}}})
        );
        let sent = serde_json::to_value(comment(written("x", false, &author(None, None)))).expect("JSON");
        assert_eq!(sent.pointer("/communication/isRestricted"), Some(&json!(false)), "always sent");
        assert_eq!(sent.pointer("/communication/author"), Some(&json!({"email": "ana@example.org"})));
    }

    #[test]
    fn its_files_are_as_restricted_as_the_comment_itself() {
        let content = vec![0, 255, 254];
        let file = Enclosed { about: OutFile::of("scan.pdf", &content), content };
        for (internal, phi) in [(true, true), (false, false)] {
            let files = [file.clone()];
            let nobody = author(None, None);
            let with_files = Written { files: &files, phi, ..written("x", internal, &nobody) };
            let sent = serde_json::to_value(comment(with_files)).expect("JSON");
            assert_eq!(
                sent.pointer("/communication/attachments"),
                Some(&json!([{"fileName": "scan.pdf", "content": "AP/+", "isPHI": phi, "isRestricted": internal}]))
            );
        }
    }

    #[test]
    fn a_status_and_a_product_are_changed_in_the_documented_form() {
        for (sent, expected) in [
            (
                serde_json::to_value(change_status("CLOSE", Some("moved away"))),
                json!({"action": "CHANGE_CASE_STATUS", "status": "CLOSE", "reason": "moved away"}),
            ),
            (
                serde_json::to_value(change_status("REOPEN", None)),
                json!({"action": "CHANGE_CASE_STATUS", "status": "REOPEN"}),
            ),
            (
                serde_json::to_value(close_product("p1", "not tolerated")),
                json!({"action": "UPDATE_CASE_PRODUCT",
                    "caseProductInput": {"productId": "p1", "status": "CLOSE", "reason": "not tolerated"}}),
            ),
        ] {
            assert_eq!(sent.expect("JSON"), expected);
        }
    }
}
