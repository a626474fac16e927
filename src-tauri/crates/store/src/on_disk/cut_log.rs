//! The log, cut at every place and damaged in every frame: what was committed is there, or the profile says that it is not.

use std::{collections::BTreeMap, fs, path::PathBuf};

use super::given::{Given, copy, files, open_in};
use crate::{
    StoreError,
    pages::{PAGE, frame_ends},
};

const COMMITS: u8 = 8;

/// A profile as a crash left it after these many commits, each of which wrote its number.
async fn crashed() -> (Given, PathBuf) {
    let given = Given::today().await;
    given.open().await.unwrap().close().await.unwrap();
    let store = given.open().await.unwrap();
    for number in 1..=COMMITS {
        // Long enough that a commit takes more than one page.
        let text = format!("{number} {}", "made up ".repeat(300 * usize::from(number)));
        store.save_preferences(BTreeMap::from([("last".into(), text.into())])).await.unwrap();
    }
    let left = given.dir.path().join("left");
    copy(given.dir.path(), &left);
    store.close().await.unwrap();
    (given, left)
}

async fn last(store: &crate::Store) -> i64 {
    let preferences = store.preferences().await.unwrap();
    let text = preferences.get("last").and_then(|value| value.as_str()).unwrap_or("0");
    text.split(' ').next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_log_that_is_cut_anywhere_opens_with_what_was_committed_before_the_cut() {
    let (given, left) = crashed().await;
    let log = fs::read(left.join("rounds.db-wal")).unwrap();
    let ends = frame_ends(&left.join("rounds.db-wal"));
    assert!(ends.len() >= 3 * usize::from(COMMITS), "the story needs commits of several frames: {}", ends.len());
    let frame = (PAGE + 24) as u64;
    let mut cuts: Vec<u64> = vec![0, 7, 31, 32];
    cuts.extend(ends.iter().flat_map(|(end, _)| [*end, end - frame + 11, end - frame / 2, end - 1]));
    let mut opened = BTreeMap::new();
    for cut in cuts {
        let dir = given.dir.path().join(format!("cut-{cut}"));
        copy(&left, &dir);
        fs::write(dir.join("rounds.db-wal"), &log[..usize::try_from(cut).unwrap()]).unwrap();
        let expected = ends.iter().filter(|(end, commits)| *end <= cut && *commits).count();
        let store = open_in(&dir, &given.key).await.unwrap_or_else(|error| panic!("cut at {cut}: {error}"));
        assert_eq!(last(&store).await, i64::try_from(expected).unwrap(), "cut at {cut}");
        assert_eq!(store.check_integrity().await.unwrap(), Vec::<String>::new(), "cut at {cut}");
        store.close().await.unwrap();
        opened.insert(expected, cut);
        fs::remove_dir_all(dir).unwrap();
    }
    assert_eq!(opened.len(), usize::from(COMMITS) + 1, "every prefix was seen: {opened:?}");
}

#[tokio::test]
async fn a_log_that_was_damaged_behind_a_later_commit_is_refused_and_left_as_it_is() {
    let (given, left) = crashed().await;
    let path = left.join("rounds.db-wal");
    let log = fs::read(&path).unwrap();
    let ends = frame_ends(&path);
    let spare = given.dir.path().join("spare");
    copy(&left, &spare);
    let (mut damaged, mut last_ones) = (0, 0);
    let last_but_one = ends.iter().rev().filter(|(_, commits)| *commits).nth(1).unwrap().0;
    let frame = PAGE as u64 + 24;
    // In the page's number, in the salt, in the checksum, in the page; and in the log's own header.
    let in_frames = ends.iter().flat_map(|(end, _)| [2, 9, 17, 700].map(|at| end - frame + at));
    for at in [3, 9, 17, 25].into_iter().chain(in_frames) {
        let mut bytes = log.clone();
        bytes[usize::try_from(at).unwrap()] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        let before = files(&left);
        let opened = open_in(&left, &given.key).await;
        if at < last_but_one {
            assert!(
                matches!(opened, Err(StoreError::Damaged)),
                "byte {at}: commits that were saved are lost: {:?}",
                opened.err()
            );
            assert!(files(&left) == before, "byte {at}: nothing may be changed");
            damaged += 1;
        } else {
            // Nothing was written after the last commit: it cannot be told from one that a power loss cut short.
            let store = opened.unwrap_or_else(|error| panic!("byte {at}: {error}"));
            assert_eq!(last(&store).await, i64::from(COMMITS) - 1, "byte {at}");
            store.close().await.unwrap();
            copy(&spare, &left);
            last_ones += 1;
        }
    }
    assert!(damaged > 40 && last_ones > 4, "{damaged} in what was surely saved, {last_ones} in the last commit");
}
