//! The error bodies: `{meta: {code, …}, error: {type, message, invalid}}`.
//!
//! The messages of the table stand in `ehealth-process-specimen.txt`; the others are made by analogy (inferred).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::settings::MessageIn;
use crate::exchange::{Answer, Asked};

/// Texts that the document gives word for word.
pub(crate) mod documented {
    pub(crate) const TOKEN: &str = "Invalid access token";
    pub(crate) const SCOPE: &str = "Your scope does not allow to access this resource. Missing allowances: ";
    pub(crate) const NOT_VERIFIED: &str = "Access denied. Party is not verified";
    pub(crate) const DECEASED: &str = "Access denied. Party is deceased";
    pub(crate) const NOT_FOUND: &str = "not found";
    pub(crate) const LEGAL_ENTITY: &str = "client_id refers to legal entity that is not active";
    pub(crate) const NOT_AVAILABLE: &str = "Specimen is not in available status";
    pub(crate) const NOT_BETWEEN: &str = "Should be between collected datetime and current datetime";
    pub(crate) const ALREADY_SET: &str = "Value is already set and cannot be changed";
    pub(crate) const NOT_IN_ENUM: &str = "value is not allowed in enum";
}

/// A request that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// What of the request is wrong.
    entry: Option<String>,
}

impl Refused {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), entry: None }
    }

    /// 422 over a part of the body, or of the query.
    pub(crate) fn invalid(entry: &str, message: impl Into<String>) -> Self {
        Self { entry: Some(format!("$.{entry}")), ..Self::new(422, message) }
    }

    pub(crate) fn token() -> Self {
        Self::new(401, documented::TOKEN)
    }

    pub(crate) fn scope(scope: &str) -> Self {
        Self::new(403, format!("{}{scope}", documented::SCOPE))
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, documented::NOT_FOUND)
    }

    fn kind(&self) -> &'static str {
        match self.status {
            401 => "access_denied",
            403 => "forbidden",
            404 => "not_found",
            409 => "request_conflict",
            422 => "validation_failed",
            429 => "too_many_requests",
            _ => "request_malformed",
        }
    }

    /// The `error` of the body.
    pub(crate) fn error(&self, message_in: MessageIn) -> Value {
        let Some(entry) = self.entry.as_ref() else { return json!({"type": self.kind(), "message": self.message}) };
        let message = match message_in {
            MessageIn::Message => self.message.as_str(),
            MessageIn::Rules => "Validation failed. You can find validators description at our API Manifest.",
        };
        let rule = json!({"rule": "invalid", "description": self.message, "params": []});
        let invalid = json!([{"entry": entry, "entry_type": "json_data_property", "rules": [rule]}]);
        json!({"type": self.kind(), "message": message, "invalid": invalid})
    }

    pub(crate) fn answer(&self, asked: Option<&Asked>, message_in: MessageIn) -> Answer {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        Answer::json(status, &json!({"meta": meta(self.status, asked, "object"), "error": self.error(message_in)}))
    }
}

/// What stands around every reply.
pub(crate) fn meta(code: u16, asked: Option<&Asked>, kind: &str) -> Value {
    json!({
        "code": code,
        "url": asked.map_or("", |asked| asked.path.as_str()),
        "type": kind,
        "request_id": format!("req-made-up-{}", asked.map_or(0, |asked| asked.number)),
    })
}
