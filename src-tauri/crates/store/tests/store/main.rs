//! The store, on real encrypted files: what a profile keeps, what it never loses, what nobody else can read.

#![allow(missing_docs, clippy::unwrap_used)]

mod account;
mod attachments;
mod changes;
mod children;
mod comments;
mod desk;
mod files;
mod given;
mod list;
mod made;
mod outbox;
mod pages;
mod profile;
mod secrecy;
mod slices;
mod sweeps;
mod typed;
