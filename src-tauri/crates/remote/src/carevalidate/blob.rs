//! One attached file, fetched when a person asks for it. Signed addresses are short-lived and differ at every read, so
//! one is asked for and used at once, by a client that sends no API key (the sheet, "Changes").

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use rounds_domain::error::{AndNow, RemoteError};
use serde_json::value::RawValue;
use url::Url;

use super::{
    CareValidate,
    declaration::TITLE,
    dto::{Attachment, Case},
    read::With,
    record,
};
use crate::{
    seam::{Blob, Target},
    wire::{
        BLOB_LIMIT, address,
        outcome::{self, Refusal},
    },
};

const UNKNOWN: &str = "application/octet-stream";

impl CareValidate {
    /// Reads one attached file of a case, its comments and its notes.
    pub(super) async fn read_attachment(&self, target: &Target, id: &str) -> Result<Blob, RemoteError> {
        let attachment = self.find_attachment(target, id, With::Addresses).await?;
        if let Some(signed) = attachment.url.as_deref().and_then(|url| self.signed(url)) {
            return self.fetch(signed).await;
        }
        let attachment = match attachment.content {
            Some(_) => attachment,
            None => self.find_attachment(target, id, With::Contents).await?,
        };
        let content = attachment.content.ok_or_else(|| {
            RemoteError::new(
                AndNow::Gone,
                format!("{TITLE} names this file and gives neither an address nor a content for it."),
            )
        })?;
        decode(&content)
    }

    async fn find_attachment(&self, target: &Target, id: &str, with: With) -> Result<Attachment, RemoteError> {
        let case = self.find_raw(target, with).await?;
        case.as_deref()
            .and_then(|case| find(case, id))
            .ok_or_else(|| RemoteError::new(AndNow::Gone, format!("{TITLE} no longer has this file.")))
    }

    /// A signed address that may be asked: `https`, or this machine when the connection itself is on this machine.
    fn signed(&self, url: &str) -> Option<Url> {
        let url = Url::parse(url.trim()).ok()?;
        let here = address::is_loopback(&url);
        (address::permitted(&url).is_ok() && (!here || address::is_loopback(&self.base))).then_some(url)
    }

    async fn fetch(&self, signed: Url) -> Result<Blob, RemoteError> {
        let reply = self
            .wire
            .fetch_bare(signed)
            .await
            .map_err(|trouble| outcome::of_read("The file store", "the file", &trouble))?;
        let status = reply.status.as_u16();
        if reply.status.is_success() {
            return Ok(Blob { media_type: reply.media_type.unwrap_or_else(|| UNKNOWN.into()), bytes: reply.body });
        }
        match status {
            404 | 410 => Err(RemoteError::new(AndNow::Gone, "The file store no longer has this file.")),
            // What a store answers to an address that ran out.
            400 | 401 | 403 => Err(RemoteError::new(
                AndNow::Later(None),
                "The address of this file has run out. Open the file again to get a new one.",
            )),
            _ => {
                let refusal = Refusal { status, retry_after: reply.retry_after, words: None, clean: false };
                Err(outcome::refused_read("The file store", &refusal))
            }
        }
    }
}

fn find(case: &RawValue, id: &str) -> Option<Attachment> {
    let case: Case = record::dto(case)?;
    let written = case.comments.into_iter().chain(case.notes).flat_map(|written| written.attachments);
    case.attachments.into_iter().chain(written).find(|attachment| attachment.id.as_deref() == Some(id))
}

/// Base64 of either alphabet, padded or not, folded or not, bare or as a `data:` address.
fn decode(content: &str) -> Result<Blob, RemoteError> {
    let (media_type, text) = match content.trim().strip_prefix("data:").and_then(|rest| rest.split_once(',')) {
        Some((head, text)) => (head.split(';').next().filter(|kind| !kind.is_empty()).unwrap_or(UNKNOWN), text),
        None => (UNKNOWN, content),
    };
    if text.len() / 4 * 3 > BLOB_LIMIT {
        return Err(RemoteError::new(
            AndNow::Doubtful,
            format!("This file is larger than {} MB, more than Rounds reads at a time.", BLOB_LIMIT >> 20),
        ));
    }
    let plain: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(plain).map_err(|_| {
        RemoteError::new(AndNow::Doubtful, format!("{TITLE} sent this file in a form that cannot be read."))
    })?;
    Ok(Blob { media_type: media_type.to_owned(), bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_are_read_however_they_are_folded() {
        for (content, media_type) in [
            ("AP/+", UNKNOWN),
            ("AP_-", UNKNOWN),
            (" AP/\r\n + ", UNKNOWN),
            ("data:image/png;base64,AP/+", "image/png"),
            ("data:,AP/+", UNKNOWN),
        ] {
            let blob = decode(content).expect(content);
            assert_eq!(
                (blob.media_type.as_str(), blob.bytes.as_slice()),
                (media_type, &[0, 255, 254][..]),
                "{content}"
            );
        }
        assert_eq!(decode("AA").expect("no padding").bytes, [0]);
        assert_eq!(decode("AA==").expect("padding").bytes, [0]);
        assert!(decode("not base64!").is_err());
    }
}
