//! The two error bodies: the tree of the validation, and a bare string. Texts that the client's notes give word for word stand as they
//! were; all others are made in their way (inferred).

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::settings::BareForm;
use crate::exchange::Answer;

/// A request that is refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refused {
    /// 400 with a validation tree.
    Tree(Vec<Value>),
    /// A status with a bare string.
    Bare(StatusCode, String),
    /// What the framework in front says: no credential, no such address.
    Framework(StatusCode),
}

impl Refused {
    pub(crate) fn bare(text: impl Into<String>) -> Self {
        Self::Bare(StatusCode::BAD_REQUEST, text.into())
    }

    pub(crate) fn answer(self, form: BareForm) -> Answer {
        match self {
            Self::Tree(tree) => Answer::json(StatusCode::BAD_REQUEST, &tree),
            Self::Bare(status, text) if form == BareForm::Json => Answer::json(status, &text),
            Self::Bare(status, text) => Answer::typed(status, "text/plain; charset=utf-8", text),
            Self::Framework(status) => {
                let message = status.canonical_reason().unwrap_or("Error");
                Answer::json(status, &json!({"statusCode": status.as_u16(), "message": message}))
            }
        }
    }
}

/// A node of the tree: what is wrong with a property, and with what is inside it.
pub(crate) fn node(property: &str, constraints: &[(&str, String)], children: Vec<Value>) -> Value {
    let mut node = json!({"property": property});
    node["children"] = Value::Array(children);
    if !constraints.is_empty() {
        let said: serde_json::Map<String, Value> =
            constraints.iter().map(|(rule, said)| ((*rule).to_owned(), json!(said))).collect();
        node["constraints"] = Value::Object(said);
    }
    node
}
