//! One page of SQLCipher 4: proven to be whole, and opened.

use aes::Aes256;
use cbc::{
    Decryptor,
    cipher::{BlockModeDecrypt, KeyIvInit, block_padding::NoPadding},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha512;
use zeroize::Zeroizing;

use crate::{Result, StoreError, profile::keyfile::Key};

/// Bytes in a page, and how many of them SQLite uses: behind those stand the IV and the HMAC.
pub(crate) const PAGE: usize = 4096;
pub(crate) const USABLE: usize = PAGE - IV - MAC;
const IV: usize = 16;
const MAC: usize = 64;
/// A database's salt: the first bytes of its first page, in place of SQLite's own header.
pub(crate) type Salt = [u8; 16];
const HEADER: &Salt = b"SQLite format 3\0";
/// What makes the HMAC's salt of the database's.
const SALT_MASK: u8 = 0x3a;

/// What opens the pages of one database.
pub(crate) struct PageCipher {
    key: Zeroizing<[u8; 32]>,
    mac: Hmac<Sha512>,
}

impl PageCipher {
    pub(crate) fn new(key: &Key, salt: Salt) -> Result<Self> {
        let key = Zeroizing::new(*key.bytes());
        let mac = keyed(derived(&key[..], salt.map(|byte| byte ^ SALT_MASK))?.as_slice())?;
        Ok(Self { key, mac })
    }

    /// Whether a page is as it was written, under this number.
    pub(crate) fn is_whole(&self, number: u32, page: &[u8]) -> bool {
        let (Some(sealed), Some(mac)) = (page.get(skipped(number)..USABLE + IV), page.get(USABLE + IV..PAGE)) else {
            return false;
        };
        let mut expected = self.mac.clone();
        expected.update(sealed);
        expected.update(&number.to_le_bytes());
        expected.verify_slice(mac).is_ok()
    }

    /// What stands in a page; nothing when it is not whole.
    pub(crate) fn open(&self, number: u32, page: &[u8]) -> Option<Vec<u8>> {
        if !self.is_whole(number, page) {
            return None;
        }
        let mut plain = page.get(..USABLE)?.to_vec();
        let iv = page.get(USABLE..USABLE + IV)?;
        let cipher = Decryptor::<Aes256>::new_from_slices(&self.key[..], iv).ok()?;
        cipher.decrypt_padded::<NoPadding>(plain.get_mut(skipped(number)..)?).ok()?;
        if number == 1 {
            plain.get_mut(..HEADER.len())?.copy_from_slice(HEADER);
        }
        Some(plain)
    }
}

/// The salt stands in the clear at the beginning of the first page.
fn skipped(number: u32) -> usize {
    if number == 1 { size_of::<Salt>() } else { 0 }
}

/// The HMAC's key: PBKDF2 with two rounds, of whose first block only the beginning is taken.
fn derived(key: &[u8], salt: Salt) -> Result<Zeroizing<[u8; 32]>> {
    let mac = keyed(key)?;
    let of = |parts: [&[u8]; 2]| {
        let mut mac = mac.clone();
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes()
    };
    let first = of([&salt, &1_u32.to_be_bytes()]);
    let second = of([&first, &[]]);
    let mut derived = Zeroizing::new([0; 32]);
    for (byte, (one, two)) in derived.iter_mut().zip(first.iter().zip(&second)) {
        *byte = one ^ two;
    }
    Ok(derived)
}

fn keyed(key: &[u8]) -> Result<Hmac<Sha512>> {
    Hmac::new_from_slice(key).map_err(|_| StoreError::Database("the key cannot be used".into()))
}
