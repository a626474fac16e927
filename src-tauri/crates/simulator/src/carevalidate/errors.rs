//! The error bodies: `{status, success: false, message, error}`.
//!
//! The texts of `documented` stand in `carevalidate-get-cases.txt`; all others are made by analogy (inferred).

use axum::http::StatusCode;
use serde_json::json;

use crate::exchange::Answer;

/// Texts that the document gives word for word.
pub(crate) mod documented {
    pub(crate) const START_TIME: &str = "startTime must be a valid ISO 8601 datetime";
    pub(crate) const END_BEFORE_START: &str = "endTime must be later than startTime";
    pub(crate) const RANGE_TOO_LARGE: &str = "Date range between startTime and endTime cannot exceed 60 days";
    pub(crate) const STATUS: &str =
        "Invalid status. Must be one of: OPEN, ASSIGNED, IN_PROGRESS, APPROVED, REJECTED, NO_DECISION, ABANDONED";
    pub(crate) const PARAMETERS: &str = "Invalid request parameters";
    pub(crate) const REQUEST: &str = "Invalid request";
    pub(crate) const UNAUTHORIZED: &str = "Unauthorized";
}

/// A request that is refused, with the text for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) status: StatusCode,
    pub(crate) message: &'static str,
    pub(crate) error: String,
}

impl Refused {
    /// 400 with the documented message and this error.
    pub(crate) fn parameter(error: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: documented::PARAMETERS, error: error.into() }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::request(StatusCode::UNAUTHORIZED, documented::UNAUTHORIZED)
    }

    /// A case of another organisation. 401 or 403, says the vendor; 403 here.
    pub(crate) fn forbidden() -> Self {
        Self::request(StatusCode::FORBIDDEN, "Forbidden")
    }

    /// An unknown case is a 400, not a 404 (the vendor's case pages).
    pub(crate) fn no_case(id: &str) -> Self {
        Self { message: documented::REQUEST, ..Self::parameter(format!("No Case found with id {id}")) }
    }

    pub(crate) fn no_such_path() -> Self {
        Self::request(StatusCode::NOT_FOUND, "Not Found")
    }

    pub(crate) fn no_such_method() -> Self {
        Self::request(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed")
    }

    pub(crate) fn too_many() -> Self {
        Self::request(StatusCode::TOO_MANY_REQUESTS, "Too Many Requests")
    }

    fn request(status: StatusCode, error: &str) -> Self {
        Self { status, message: documented::REQUEST, error: error.to_owned() }
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        let Refused { status, message, error } = refused;
        let body = json!({"status": status.as_u16(), "success": false, "message": message, "error": error});
        Self::json(status, &body)
    }
}
