//! Signed URLs of attachments: short-lived, different at every read, no key needed and none allowed.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

use uuid::Uuid;

use crate::stamp::{MINUTE, Stamp};

/// "15 minutes on the vendor's webhook pages".
const LIFETIME: i64 = 15 * MINUTE;

/// Makes and checks URLs. Nothing is kept of a URL that was made: it carries what is needed, and a seal.
#[derive(Debug)]
pub(crate) struct Signer {
    key: [u8; 32],
    made: AtomicU64,
    base_url: RwLock<String>,
}

/// What a token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) attachment: Uuid,
    pub(crate) ending: &'static str,
}

/// Endings that a made-up file can have; the first stands for files that were uploaded here.
const ENDINGS: [&str; 4] = ["", "png", "pdf", "txt"];

impl Signer {
    pub(crate) fn new(seed: u64) -> Self {
        let key = blake3::derive_key("rounds-simulator signed attachment urls", &seed.to_le_bytes());
        Self { key, made: AtomicU64::new(0), base_url: RwLock::default() }
    }

    pub(crate) fn set_base_url(&self, base_url: &str) {
        base_url.clone_into(&mut self.base_url.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// A fresh URL for the attachment.
    pub(crate) fn url(&self, attachment: Uuid, file_name: &str, uploaded: bool, now: Stamp) -> String {
        let ending = file_name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let kind = if uploaded { 0 } else { ENDINGS.iter().position(|known| *known == ending).unwrap_or(3) };
        let number = self.made.fetch_add(1, Ordering::Relaxed);
        let body = format!("{}{kind}{:013}{number:08x}", attachment.simple(), now.0 + LIFETIME);
        let base = self.base_url.read().unwrap_or_else(PoisonError::into_inner);
        format!("{base}/files/{body}{}", self.seal(&body))
    }

    /// What the token stands for, if it was made here and has not expired.
    pub(crate) fn redeem(&self, token: &str, now: Stamp) -> Option<Ticket> {
        let (body, seal) = token.split_at_checked(token.len().checked_sub(32)?)?;
        if self.seal(body) != seal {
            return None;
        }
        let attachment = Uuid::try_parse(body.get(..32)?).ok()?;
        let ending = ENDINGS.get(body.get(32..33)?.parse::<usize>().ok()?)?;
        let expires: i64 = body.get(33..46)?.parse().ok()?;
        (now.0 < expires).then_some(Ticket { attachment, ending })
    }

    fn seal(&self, body: &str) -> String {
        let hash = blake3::keyed_hash(&self.key, body.as_bytes());
        hash.as_bytes()[..16].iter().fold(String::with_capacity(32), |mut text, byte| {
            // Writing to a String can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{LIFETIME, Signer};
    use crate::stamp::Stamp;

    #[test]
    fn a_url_is_fresh_each_time_and_dies() {
        let signer = Signer::new(1);
        let (id, now) = (Uuid::from_u128(77), Stamp(1_700_000_000_000));
        let (one, two) = (signer.url(id, "a.PNG", false, now), signer.url(id, "a.PNG", false, now));
        assert_ne!(one, two, "every read gets another URL");
        let token = one.trim_start_matches("/files/");
        assert_eq!(signer.redeem(token, now).unwrap().attachment, id);
        assert_eq!(signer.redeem(token, now).unwrap().ending, "png");
        assert_eq!(signer.redeem(token, Stamp(now.0 + LIFETIME)), None, "after 15 minutes it has expired");
        assert_eq!(signer.redeem(&token.replace('7', "8"), now), None, "a forged token opens nothing");
        assert_eq!(signer.redeem("ü", now), None);
    }
}
