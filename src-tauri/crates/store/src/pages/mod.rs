//! A profile's file read page by page, without SQLite: to see whether every page is whole before anything is written, and
//! to read what is left of a file that is not.
//!
//! SQLCipher seals each page by itself (AES-256-CBC and an HMAC over the page and its number), so a page is whole or it is
//! not, whatever became of the others. Nothing in here ever writes.

mod cipher;
mod image;
mod record;
mod wal;

#[cfg(test)]
pub(crate) use cipher::PAGE;
pub(crate) use cipher::Salt;
pub(crate) use image::Image;
pub(crate) use record::{Record, Value};
#[cfg(test)]
pub(crate) use wal::frame_ends;
