//! What a fuzzer found once is never found again: every kept input, thrown at its target.

#![allow(missing_docs, clippy::unwrap_used)]

use std::collections::BTreeSet;

use rounds_fuzz as targets;

#[test]
fn every_kept_input_does_no_harm_any_more() {
    let mut tried = 0;
    for (name, target) in targets::all() {
        let kept = targets::kept(name);
        assert!(!kept.is_empty(), "tests/corpus/{name} is empty: a fuzzer has nothing to begin with");
        for (file, bytes) in kept {
            println!("{name}/{file}");
            target(&bytes);
            // And whatever a cut or a broken character makes of it.
            for end in (0..bytes.len()).step_by(bytes.len() / 50 + 1) {
                target(&bytes[..end]);
            }
            tried += 1;
        }
    }
    assert!(tried >= targets::all().count());
}

#[test]
fn every_folder_of_the_corpus_has_its_target() {
    let names: BTreeSet<String> = targets::all().map(|(name, _)| name.to_owned()).collect();
    assert_eq!(names.len(), targets::all().count(), "two targets of one name share a folder");
    let folder = targets::corpus("").read_dir().unwrap();
    for entry in folder {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "tests/corpus/{name} belongs to no target");
    }
}
