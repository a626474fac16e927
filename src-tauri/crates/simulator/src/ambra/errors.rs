//! The error bodies. "412: every business error", with `error_type`, and `error_subtype` where the document names one.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::exchange::Answer;

/// A request that is refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) error_type: Value,
    pub(crate) subtype: Option<Value>,
}

impl Refused {
    /// 412 with a word of the document.
    pub(crate) fn because(error_type: &str) -> Self {
        Self { status: StatusCode::PRECONDITION_FAILED, error_type: json!(error_type), subtype: None }
    }

    pub(crate) fn about(error_type: &str, subtype: impl Into<Value>) -> Self {
        Self { subtype: Some(subtype.into()), ..Self::because(error_type) }
    }

    /// "The error_subtype holds a array of all the missing fields".
    pub(crate) fn missing(fields: &[&str]) -> Self {
        Self::about("MISSING_FIELDS", json!(fields))
    }

    pub(crate) fn not_found() -> Self {
        Self::because("NOT_FOUND")
    }

    pub(crate) fn not_permitted() -> Self {
        Self::because("NOT_PERMITTED")
    }

    /// Some errors come with a list for a type: seen by the vendor's own client tests for INVALID_JSON.
    pub(crate) fn invalid_json(field: &str, as_list: bool) -> Self {
        if as_list {
            return Self { error_type: json!(["INVALID_JSON", field]), ..Self::because("INVALID_JSON") };
        }
        Self::about("INVALID_JSON", field)
    }

    /// 401: no valid session. Its body is written nowhere.
    pub(crate) fn no_session() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, ..Self::because("AUTHORIZATION_REQUIRED") }
    }

    /// 405: "The call must be a POST".
    pub(crate) fn must_be_post() -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, ..Self::because("METHOD_NOT_ALLOWED") }
    }

    pub(crate) fn with_status(status: StatusCode) -> Self {
        let word = status.canonical_reason().unwrap_or("ERROR").to_uppercase().replace(' ', "_");
        Self { status, ..Self::because(&word) }
    }

    pub(crate) fn body(&self) -> Value {
        let mut body = json!({"status": "ERROR", "error_type": self.error_type});
        if let Some(subtype) = &self.subtype {
            body["error_subtype"] = subtype.clone();
        }
        body
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        Self::json(refused.status, &refused.body())
    }
}
