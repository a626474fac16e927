//! One attached file, fetched when a person asks for it (`GET /cases/{caseId}/files/{fileId}`). The reply may be the file, or name a
//! signed address of it, which is asked once, by a client that sends no key.

use rounds_domain::error::{AndNow, RemoteError};
use url::Url;

use super::{Illumina, declaration::TITLE, errors};
use crate::{
    lenient::{Lenient, Text},
    seam::{Blob, Target},
    wire::{
        Turn, address,
        outcome::{self, Refusal},
    },
};

const UNKNOWN: &str = "application/octet-stream";
/// How the field with the signed address may be called.
const ADDRESSES: [&str; 5] = ["presignedUrl", "preSignedUrl", "downloadUrl", "signedUrl", "url"];

impl Illumina {
    /// Reads one file of a case.
    pub(super) async fn read_file(&self, target: &Target, id: &str) -> Result<Blob, RemoteError> {
        let url = self.case_url(&target.external_id, &["files", id])?;
        let reply = self.get(Turn::Single, url, "*/*", "the file").await?;
        if reply.media_type.as_deref() == Some("application/json")
            && let Some(fields) = errors::object(&reply.body)
            && let Some(address) = ADDRESSES.iter().find_map(|key| Text::read(fields.get(*key)))
            && let Some(signed) = self.signed(&address)
        {
            return self.fetch(signed).await;
        }
        // A sign-in page of some network is no file of a case.
        if outcome::is_web_page(&reply) && reply.media_type.as_deref() == Some("text/html") {
            let why = outcome::Unreadable::NotData;
            return Err(outcome::unreadable_read(TITLE, "the file", &reply, &why));
        }
        Ok(Blob { media_type: reply.media_type.unwrap_or_else(|| UNKNOWN.into()), bytes: reply.body })
    }

    /// A signed address that may be asked: `https`, or this machine when the connection itself is on this machine.
    fn signed(&self, url: &str) -> Option<Url> {
        let url = Url::parse(url.trim()).ok()?;
        let here = address::is_loopback(&url);
        (address::permitted(&url).is_ok() && (!here || address::is_loopback(&self.base))).then_some(url)
    }

    async fn fetch(&self, signed: Url) -> Result<Blob, RemoteError> {
        let store = "The file store";
        let reply =
            self.wire.fetch_bare(signed).await.map_err(|trouble| outcome::of_read(store, "the file", &trouble))?;
        let status = reply.status.as_u16();
        match status {
            200..=299 => Ok(Blob { media_type: reply.media_type.unwrap_or_else(|| UNKNOWN.into()), bytes: reply.body }),
            404 | 410 => Err(RemoteError::new(AndNow::Gone, "The file store no longer has this file.")),
            // What a store answers to an address that ran out.
            400 | 401 | 403 => Err(RemoteError::new(
                AndNow::Later(None),
                "The address of this file has run out. Open the file again to get a new one.",
            )),
            _ => {
                let refusal = Refusal { status, retry_after: reply.retry_after, words: None, clean: false };
                Err(outcome::refused_read(store, &refusal))
            }
        }
    }
}
