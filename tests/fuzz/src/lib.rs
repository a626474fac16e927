//! Everything that bytes are thrown at, what a fuzzer begins with, and what it has found so far.

use std::{fs, path::PathBuf};

/// A function to throw bytes at, and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target, by the crate that it is of.
pub fn all() -> impl Iterator<Item = Target> {
    rounds_domain::fuzz::TARGETS.iter().chain(rounds_remote::fuzz::TARGETS).copied()
}

/// What was kept for a target: inputs that once showed a fault, or that reach what no other does.
pub fn corpus(target: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../corpus").join(target)
}

/// The kept inputs of a target, by name.
pub fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let files = fs::read_dir(corpus(target)).into_iter().flatten().flatten();
    let mut kept: Vec<(String, Vec<u8>)> = files
        .filter_map(|file| Some((file.file_name().to_string_lossy().into_owned(), fs::read(file.path()).ok()?)))
        .collect();
    kept.sort();
    kept
}
