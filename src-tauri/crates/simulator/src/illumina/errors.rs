//! The error bodies: `{code, message}` on 400, `{message}` otherwise, as public clients read them. The texts are made by analogy.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::exchange::Answer;

/// A request that is refused, with the text for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    status: StatusCode,
    message: String,
}

impl Refused {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, message: message.into() }
    }

    pub(crate) fn unauthorized() -> Self {
        Self { status: StatusCode::UNAUTHORIZED, message: "The API key is missing or not valid".into() }
    }

    pub(crate) fn forbidden(message: &str) -> Self {
        Self { status: StatusCode::FORBIDDEN, message: message.into() }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self { status: StatusCode::NOT_FOUND, message: format!("{what} does not exist") }
    }

    pub(crate) fn no_such_path() -> Self {
        Self { status: StatusCode::NOT_FOUND, message: "No handler found".into() }
    }

    pub(crate) fn no_such_method() -> Self {
        Self { status: StatusCode::METHOD_NOT_ALLOWED, message: "Request method is not supported".into() }
    }

    pub(crate) fn too_long() -> Self {
        Self { status: StatusCode::PAYLOAD_TOO_LARGE, message: "The file is larger than the maximum size".into() }
    }

    pub(crate) fn no_such_type() -> Self {
        Self { status: StatusCode::UNSUPPORTED_MEDIA_TYPE, message: "The content type is not supported".into() }
    }

    pub(crate) fn too_many() -> Self {
        Self { status: StatusCode::TOO_MANY_REQUESTS, message: "Too many requests".into() }
    }
}

/// The body that goes with a status.
pub(crate) fn body(status: StatusCode, message: &str) -> Value {
    if status == StatusCode::BAD_REQUEST {
        json!({"code": "CRS-400", "message": message})
    } else {
        json!({"message": message})
    }
}

impl From<Refused> for Answer {
    fn from(refused: Refused) -> Self {
        Self::json(refused.status, &body(refused.status, &refused.message))
    }
}
