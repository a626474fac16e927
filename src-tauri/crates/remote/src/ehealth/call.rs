//! One call: where it goes, what it is signed with, what came back.

use reqwest::{
    RequestBuilder,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue},
};
use rounds_domain::error::{AndNow, RemoteError};
use serde_json::Value;
use url::Url;

use super::{EHealth, declaration::TITLE, watched::can_stand_in_an_address};
use crate::wire::{Reply, Turn, outcome};

/// What every call is signed with ("Headers"). Secret.
pub(super) struct Signature {
    headers: HeaderMap,
    /// The secrets themselves, to be taken out of what eHealth says.
    secrets: Vec<String>,
}

impl Signature {
    /// Fails with words for the person when a secret cannot stand in a header.
    pub(super) fn new(token: &str, api_key: &str, psk: Option<&str>) -> Result<Self, String> {
        // Somebody may have copied the scheme with it.
        let token = token.strip_prefix("Bearer ").unwrap_or(token).trim();
        let mut headers = HeaderMap::new();
        let secret = |what: &str, value: &str| {
            let mut value = HeaderValue::from_str(value)
                .map_err(|_| format!("The {what} holds characters that none can have. Copy it again."))?;
            value.set_sensitive(true);
            Ok::<_, String>(value)
        };
        headers.insert(AUTHORIZATION, secret("access token", &format!("Bearer {token}"))?);
        headers.insert("api-key", secret("API key", api_key)?);
        if let Some(psk) = psk {
            headers.insert("x-custom-psk", secret("pre-shared key", psk)?);
        }
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        let secrets = [Some(token), Some(api_key), psk].into_iter().flatten();
        Ok(Self { headers, secrets: secrets.filter(|secret| !secret.is_empty()).map(str::to_owned).collect() })
    }

    /// `text` without any of the secrets.
    pub(super) fn taken_out_of(&self, text: &str) -> String {
        self.secrets.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }

    fn sign(&self, request: RequestBuilder) -> RequestBuilder {
        request.headers(self.headers.clone())
    }
}

impl EHealth {
    /// An address below `/api`. Its parts are ids and words that [`can_stand_in_an_address`].
    pub(super) fn url(&self, parts: &[&str], query: &[(&str, &str)]) -> Result<Url, RemoteError> {
        let unusable =
            || RemoteError::new(AndNow::Invalid, "An id of it cannot stand in an address. Nothing was sent.");
        if !parts.iter().all(|part| part.is_empty() || can_stand_in_an_address(part)) {
            return Err(unusable());
        }
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| unusable())?.pop_if_empty().push("api").extend(parts);
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ok(url)
    }

    /// Reads. The reply is whole, whatever it says.
    pub(super) async fn get(&self, turn: Turn, what: &str, url: Url) -> Result<Reply, RemoteError> {
        self.may_call()?;
        let read = self.wire.read(turn, |client| self.signature.sign(client.get(url))).await;
        read.map_err(|trouble| outcome::of_read(TITLE, what, &trouble))
    }

    /// Writes, once.
    pub(super) async fn patch(&self, url: Url, body: &Value) -> Result<Reply, RemoteError> {
        self.may_call()?;
        let written = self.wire.write(|client| self.signature.sign(client.patch(url)).json(body)).await;
        written.map_err(|trouble| outcome::of_write(TITLE, &trouble))
    }
}
