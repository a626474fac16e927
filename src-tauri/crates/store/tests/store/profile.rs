//! A profile on disk: made once, opened by its key alone, by one at a time, and never touched by a wrong key.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rounds_store::{StoreError, profile};

use crate::given::{Desk, PASSPHRASE, case, files, passphrase};

/// The folder as a crash would leave it: copied while the profile is open, WAL and all.
fn as_after_a_crash(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for (name, bytes) in files(from) {
        // The index of the WAL is memory shared between processes; a crash of the machine loses it.
        if !name.ends_with("-shm") {
            fs::write(to.join(name), bytes).unwrap();
        }
    }
}

#[tokio::test]
async fn what_was_saved_is_there_when_the_profile_is_opened_again() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    desk.store.close().await.unwrap();
    let again = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.expect("the right passphrase opens it");
    assert_eq!(again.item(desk.id("c1")).await.unwrap().item, case("c1"));
    assert_eq!(again.check_integrity().await.unwrap(), Vec::<String>::new(), "the file holds together");
}

#[tokio::test]
async fn what_was_saved_survives_a_crash_without_closing() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let copy = desk.dir.path().join("copy");
    as_after_a_crash(&desk.path(), &copy);
    let again =
        profile::open(&copy, passphrase(PASSPHRASE)).await.expect("a crash leaves nothing that must be repaired");
    assert_eq!(again.item(desk.id("c1")).await.unwrap().item, case("c1"), "it was saved before the crash");
}

#[tokio::test]
async fn a_wrong_passphrase_leaves_every_byte_as_it_was() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    desk.store.close().await.unwrap();
    let before = files(&desk.path());
    for wrong in ["", "correct horse", "correct horse battery staple ", "Correct horse battery staple"] {
        let opened = profile::open(&desk.path(), passphrase(wrong)).await;
        assert!(matches!(opened, Err(StoreError::WrongKey)), "{wrong:?}: {:?}", opened.err());
    }
    assert!(files(&desk.path()) == before, "a wrong passphrase must not change any file");
}

#[tokio::test]
async fn another_profiles_key_leaves_every_byte_as_it_was_even_after_a_crash() {
    let (desk, other) = (Desk::new().await, Desk::new().await);
    desk.sweep(vec![case("c1")]).await;
    let copy = desk.dir.path().join("copy");
    as_after_a_crash(&desk.path(), &copy);
    fs::copy(other.path().join("key.json"), copy.join("key.json")).unwrap();
    let before = files(&copy);
    assert!(before["rounds.db-wal"].len() > 4096, "the story needs a WAL that holds something");
    let opened = profile::open(&copy, passphrase(PASSPHRASE)).await;
    assert!(matches!(opened, Err(StoreError::Damaged)), "the passphrase is right, the file is not: {:?}", opened.err());
    // A connection that could not be opened is closed by a thread of its own.
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let mut after = files(&copy);
    after.remove("rounds.db-shm");
    assert_eq!(
        before.keys().collect::<Vec<_>>(),
        after.keys().collect::<Vec<_>>(),
        "a wrong key must not remove or add a file"
    );
    for (name, bytes) in &before {
        assert!(after[name] == *bytes, "a wrong key changed {name}");
    }
    fs::copy(desk.path().join("key.json"), copy.join("key.json")).unwrap();
    let again = profile::open(&copy, passphrase(PASSPHRASE)).await.expect("its own key opens it still");
    assert_eq!(again.item(desk.id("c1")).await.unwrap().item, case("c1"), "nothing was lost by the wrong key");
}

#[tokio::test]
async fn an_empty_folder_is_no_profile_and_stays_empty() {
    let dir = tempfile::tempdir().unwrap();
    let opened = profile::open(dir.path(), passphrase(PASSPHRASE)).await;
    assert!(matches!(opened, Err(StoreError::NoProfile)), "{:?}", opened.err());
    assert!(files(dir.path()).is_empty(), "looking for a profile must not make files");
}

#[tokio::test]
async fn a_profile_without_its_key_file_is_refused_and_nothing_is_made_in_its_place() {
    let desk = Desk::new().await;
    desk.store.close().await.unwrap();
    fs::remove_file(desk.path().join("key.json")).unwrap();
    let before = files(&desk.path());
    assert!(profile::open(&desk.path(), passphrase(PASSPHRASE)).await.is_err(), "there is no key to open it with");
    let made = profile::create(&desk.path(), passphrase(PASSPHRASE)).await;
    assert!(matches!(made, Err(StoreError::ProfileExists)), "a database is there: {:?}", made.err());
    assert!(files(&desk.path()) == before, "every byte stays for the day the key file is found");
}

#[tokio::test]
async fn a_lost_database_file_is_told_and_not_replaced_by_an_empty_one() {
    let desk = Desk::new().await;
    desk.store.close().await.unwrap();
    fs::remove_file(desk.path().join("rounds.db")).unwrap();
    let opened = profile::open(&desk.path(), passphrase(PASSPHRASE)).await;
    assert!(matches!(opened, Err(StoreError::Refused(_))), "{:?}", opened.err());
    assert!(!desk.path().join("rounds.db").exists(), "an empty database would look like an empty worklist");
}

#[tokio::test]
async fn a_profile_is_never_made_over_another() {
    let desk = Desk::new().await;
    desk.store.close().await.unwrap();
    let before = files(&desk.path());
    let made = profile::create(&desk.path(), passphrase("another")).await;
    assert!(matches!(made, Err(StoreError::ProfileExists)), "{:?}", made.err());
    assert!(files(&desk.path()) == before, "the profile that is there must stay as it is");
}

#[tokio::test]
async fn a_second_opener_is_told_that_it_is_in_use() {
    let desk = Desk::new().await;
    for _ in 0..2 {
        let second = profile::open(&desk.path(), passphrase(PASSPHRASE)).await;
        assert!(matches!(second, Err(StoreError::InUse)), "{:?}", second.err());
    }
    desk.store.close().await.unwrap();
    let after = profile::open(&desk.path(), passphrase(PASSPHRASE)).await;
    assert!(after.is_ok(), "once closed it is free again: {:?}", after.err());
}

#[tokio::test]
async fn a_profile_that_was_dropped_without_closing_is_free_again() {
    let desk = Desk::new().await;
    let path = desk.path();
    desk.sweep(vec![case("c1")]).await;
    let Desk { dir: _dir, store, .. } = desk;
    drop(store);
    let opened = profile::open(&path, passphrase(PASSPHRASE)).await;
    assert!(opened.is_ok(), "nobody has it open any more: {:?}", opened.err());
}

#[tokio::test]
async fn every_call_to_a_closed_profile_says_that_it_is_locked() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    desk.store.close().await.unwrap();
    assert!(matches!(desk.store.item(desk.id("c1")).await, Err(StoreError::Locked)));
    assert!(matches!(desk.store.counts().await, Err(StoreError::Locked)));
    let saved = desk.store.save_draft(desk.id("c1"), "comment".into(), None, crate::given::at(0)).await;
    assert!(matches!(saved, Err(StoreError::Locked)), "{saved:?}");
    desk.store.close().await.expect("closing twice is fine");
}

#[tokio::test]
async fn the_files_are_encrypted_and_nobody_elses() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for open in [true, false] {
        if !open {
            desk.store.close().await.unwrap();
        }
        let database = fs::read(desk.path().join("rounds.db")).unwrap();
        assert!(!database.starts_with(b"SQLite format 3\0"), "the database is readable by any SQLite (open: {open})");
        for name in files(&desk.path()).keys() {
            assert_eq!(mode(&desk.path().join(name)), 0o600, "{name} can be read by others (open: {open})");
        }
        assert_eq!(mode(&desk.path()), 0o700, "the folder can be listed by others");
    }
}

#[tokio::test]
async fn a_flipped_byte_is_told_as_damage_and_never_as_an_empty_profile() {
    let desk = Desk::new().await;
    desk.sweep((0..200).map(|n| case(&format!("c{n}"))).collect()).await;
    desk.store.close().await.unwrap();
    let path = desk.path().join("rounds.db");
    let mut bytes = fs::read(&path).unwrap();
    for page in 2..bytes.len() / 4096 {
        bytes[page * 4096 + 100] ^= 0x40;
    }
    fs::write(&path, bytes).unwrap();
    let opened = profile::open(&desk.path(), passphrase(PASSPHRASE)).await;
    let error = opened.err().expect("damaged pages must not read as a worklist");
    assert!(
        matches!(error, StoreError::Damaged),
        "the key is right; a person who is told otherwise gives up: {error:?}"
    );
}

#[tokio::test]
async fn a_damaged_first_page_is_told_as_damage_and_not_as_a_wrong_key() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    desk.store.close().await.unwrap();
    let path = desk.path().join("rounds.db");
    let whole = fs::read(&path).unwrap();
    for at in [20, 2_000, 4_000] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        fs::write(&path, &bytes).unwrap();
        let opened = profile::open(&desk.path(), passphrase(PASSPHRASE)).await;
        let error = opened.err().expect("a damaged first page cannot be read");
        assert!(matches!(error, StoreError::Damaged), "byte {at}: {error:?}");
        assert!(!error.to_string().contains("passphrase"), "the passphrase is right: {error}");
        assert!(fs::read(&path).unwrap() == bytes, "byte {at}: nothing was written to it");
        let wrong = profile::open(&desk.path(), passphrase("wrong")).await;
        assert!(matches!(wrong, Err(StoreError::WrongKey)), "{:?}", wrong.err());
    }
}

#[tokio::test]
async fn a_damaged_salt_is_no_damage_since_the_key_file_has_it_too() {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1")]).await;
    desk.store.close().await.unwrap();
    let path = desk.path().join("rounds.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[..16].fill(0);
    fs::write(&path, &bytes).unwrap();
    let again = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.expect("its salt stands in key.json");
    assert_eq!(again.item(desk.id("c1")).await.unwrap().item, case("c1"));
}

/// A folder as a crash in the middle of making a profile leaves it: its key file has not got its name yet.
async fn half_made(with: &[&str]) -> (tempfile::TempDir, std::path::PathBuf) {
    let desk = Desk::new().await;
    desk.store.close().await.unwrap();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("profile");
    fs::create_dir(&path).unwrap();
    for (name, bytes) in files(&desk.path()) {
        let name = if name == "key.json" { "key.json.new" } else { name.as_str() };
        if with.contains(&name) {
            fs::write(path.join(name), bytes).unwrap();
        }
    }
    (dir, path)
}

#[tokio::test]
async fn a_profile_whose_making_was_interrupted_is_made_to_its_end() {
    let parts: [&[&str]; 3] = [&[], &["key.json.new"], &["key.json.new", "rounds.db"]];
    for with in parts {
        for empty in [false, true] {
            let (_dir, path) = half_made(with).await;
            // The last file may have been made and not yet filled.
            if let Some(last) = with.last().filter(|_| empty) {
                fs::write(path.join(last), "").unwrap();
            }
            let told = format!("{with:?}, the last one empty: {empty}");
            let opened = profile::open(&path, passphrase(PASSPHRASE)).await;
            assert!(matches!(opened, Err(StoreError::NoProfile)), "{told}: {:?}", opened.err());
            let made = profile::create(&path, passphrase(PASSPHRASE)).await;
            made.unwrap_or_else(|error| panic!("{told}: {error}")).close().await.unwrap();
            let again = profile::open(&path, passphrase(PASSPHRASE)).await;
            again.unwrap_or_else(|error| panic!("{told}: {error}")).close().await.unwrap();
            assert!(!path.join("key.json.new").exists(), "{told}");
        }
    }
}

#[tokio::test]
async fn a_profile_whose_making_was_interrupted_is_gone_on_with_by_its_own_passphrase_alone() {
    let (_dir, path) = half_made(&["key.json.new", "rounds.db"]).await;
    let before = files(&path);
    let made = profile::create(&path, passphrase("another")).await;
    let Err(StoreError::Refused(why)) = made else { panic!("{:?}", made.err()) };
    assert!(why.contains("interrupted") && why.contains("another folder"), "{why}");
    let mut after = files(&path);
    after.remove("lock");
    assert!(after == before, "a database is never overwritten");
}
