//! One call to Illumina: where it goes, with which key, and what comes back as JSON.
//!
//! Addresses hold ids and settings only, never what a person typed or a patient's name: `lastname` and `mrn`, by which the search could
//! filter too, are never asked for.

use std::{sync::PoisonError, time::Duration};

use reqwest::{Method, RequestBuilder, header::HeaderValue};
use rounds_domain::error::{AndNow, RemoteError};
use serde_json::{Value, value::RawValue};
use url::Url;

use super::{
    Illumina,
    declaration::{AUTHORIZATION, CONNECTED, TITLE, X_AUTH_TOKEN},
    errors,
    form::Form,
};
use crate::wire::{
    Reply, Turn,
    outcome::{self, Unreadable},
};

/// How the key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyHeader {
    /// `Authorization: ApiKey <key>`, as Connected Insights documents it.
    Authorization,
    /// `X-Auth-Token: <key>`, as clients of TruSight send it.
    XAuthToken,
}

impl KeyHeader {
    /// The way that a setting names.
    pub(super) fn from_word(word: &str) -> Option<Self> {
        match word {
            AUTHORIZATION => Some(Self::Authorization),
            X_AUTH_TOKEN => Some(Self::XAuthToken),
            _ => None,
        }
    }

    /// Its word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Authorization => AUTHORIZATION,
            Self::XAuthToken => X_AUTH_TOKEN,
        }
    }

    /// A flavour's own way.
    pub(super) fn of_flavour(flavour: &str) -> Self {
        if flavour == CONNECTED { Self::Authorization } else { Self::XAuthToken }
    }

    /// The other one.
    pub(super) fn other(self) -> Self {
        match self {
            Self::Authorization => Self::XAuthToken,
            Self::XAuthToken => Self::Authorization,
        }
    }
}

/// The body of a write.
pub(super) enum Body {
    /// None.
    None,
    /// JSON.
    Json(Value),
    /// A form with a file, and how long the request may take.
    Form(Form, Duration),
}

impl Illumina {
    /// An address below the system's, from its parts; each is percent-encoded. Fails for an id that cannot stand in one.
    pub(super) fn url(&self, parts: &[&str]) -> Result<Url, RemoteError> {
        let unusable = || RemoteError::new(AndNow::Invalid, "This id cannot stand in an address. Nothing was sent.");
        // An id of dots would climb the path instead of naming a case.
        if parts.iter().any(|part| part.trim().is_empty() || matches!(*part, "." | "..")) {
            return Err(unusable());
        }
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| unusable())?.pop_if_empty().extend(parts);
        Ok(url)
    }

    /// `/crs/api/v1/cases/{caseId}`, and what is below it.
    pub(super) fn case_url(&self, id: &str, below: &[&str]) -> Result<Url, RemoteError> {
        let parts: Vec<&str> = ["crs", "api", "v1", "cases", id].into_iter().chain(below.iter().copied()).collect();
        self.url(&parts)
    }

    /// Which way the key is sent now.
    pub(super) fn key_header(&self) -> KeyHeader {
        *self.key_header.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on the key is sent this way.
    pub(super) fn use_key_header(&self, header: KeyHeader) {
        *self.key_header.lock().unwrap_or_else(PoisonError::into_inner) = header;
    }

    fn dressed(&self, request: RequestBuilder) -> RequestBuilder {
        let request = match self.key_header() {
            KeyHeader::Authorization => request.header(reqwest::header::AUTHORIZATION, self.keys.authorization.clone()),
            KeyHeader::XAuthToken => request.header("X-Auth-Token", self.keys.plain.clone()),
        };
        let scope = [("X-ILMN-Domain", &self.domain), ("X-ILMN-Workgroup", &self.workgroup)];
        scope.into_iter().fold(request, |request, (name, value)| match value {
            Some(value) => request.header(name, value.clone()),
            None => request,
        })
    }

    /// Asks for something, whatever it is.
    pub(super) async fn get(
        &self,
        turn: Turn,
        url: Url,
        accept: &'static str,
        what: &str,
    ) -> Result<Reply, RemoteError> {
        let reply = self
            .wire
            .read(turn, |client| self.dressed(client.get(url)).header(reqwest::header::ACCEPT, accept))
            .await
            .map_err(|trouble| outcome::of_read(TITLE, what, &trouble))?;
        if reply.status.is_success() { Ok(reply) } else { Err(errors::read(&errors::refusal(&reply, &self.keys.key))) }
    }

    /// Asks for JSON; it comes back as it came.
    pub(super) async fn read(&self, turn: Turn, url: Url, what: &str) -> Result<Box<RawValue>, RemoteError> {
        let reply = self.get(turn, url, "application/json", what).await?;
        serde_json::from_str(&errors::text(&reply.body))
            .map_err(|error| outcome::unreadable_read(TITLE, what, &reply, &Unreadable::from(&error)))
    }

    /// Changes something, once. Answers what came back; an empty body is null.
    pub(super) async fn write(&self, method: Method, url: Url, body: Body) -> Result<Value, RemoteError> {
        let reply = self
            .wire
            .write(|client| {
                let request =
                    self.dressed(client.request(method, url)).header(reqwest::header::ACCEPT, "application/json");
                match body {
                    Body::Json(body) => request.json(&body),
                    Body::Form(form, patience) => request
                        .timeout(patience)
                        .header(reqwest::header::CONTENT_TYPE, form.media_type)
                        .body(form.bytes),
                    Body::None => request.header(reqwest::header::CONTENT_LENGTH, HeaderValue::from_static("0")),
                }
            })
            .await
            .map_err(|trouble| outcome::of_write(TITLE, &trouble))?;
        if !reply.status.is_success() {
            return Err(errors::write(&errors::refusal(&reply, &self.keys.key)));
        }
        confirmation(&reply)
    }
}

/// The documented success: a 2xx whose body is empty or JSON that does not say that it failed. Everything else with a 2xx is doubt.
pub(super) fn confirmation(reply: &Reply) -> Result<Value, RemoteError> {
    let text = errors::text(&reply.body);
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(Value::Object(fields)) if errors::says_no(&fields) => Err(outcome::unreadable_write(TITLE, reply)),
        Ok(value) => Ok(value),
        Err(_) => Err(outcome::unreadable_write(TITLE, reply)),
    }
}
