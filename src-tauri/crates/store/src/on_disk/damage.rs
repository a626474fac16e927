//! Pages that are not as they were written: told at the door, left as they are, and what stood in the others is salvaged.

use std::{collections::BTreeMap, fs};

use chrono::DateTime;
use rounds_domain::{action::Action, outbox::OutboxState};

use super::given::{Given, copy, files, open_in};
use crate::{StoreError, pages::PAGE, salvage};

/// What stands in the profile while it is whole.
async fn whole(given: &Given) -> BTreeMap<uuid::Uuid, Action> {
    let store = given.open().await.unwrap();
    let all = store.outbox(DateTime::UNIX_EPOCH).await.unwrap();
    store.close().await.unwrap();
    all.into_iter().map(|action| (action.id.0, action)).collect()
}

#[tokio::test]
async fn one_flipped_bit_in_any_page_is_told_at_the_door_and_changes_nothing() {
    let given = Given::today().await;
    whole(&given).await;
    let bytes = fs::read(given.database()).unwrap();
    for page in 0..bytes.len() / PAGE {
        let mut flipped = bytes.clone();
        // In the contents, the IV and the HMAC by turns.
        flipped[page * PAGE + [1_000, 4_020, 4_090][page % 3]] ^= 0x04;
        fs::write(given.database(), &flipped).unwrap();
        let before = files(given.dir.path());
        let opened = given.open().await;
        assert!(matches!(opened, Err(StoreError::Damaged)), "page {}: {:?}", page + 1, opened.err());
        assert!(files(given.dir.path()) == before, "page {}: the files stay as they are", page + 1);
    }
}

#[tokio::test]
async fn a_file_that_is_cut_or_blank_in_places_is_told_at_the_door_and_changes_nothing() {
    let given = Given::today().await;
    whole(&given).await;
    let bytes = fs::read(given.database()).unwrap();
    let mut odd: Vec<Vec<u8>> =
        [1, 100, PAGE, 5 * PAGE, bytes.len() - PAGE, bytes.len() - 1].map(|length| bytes[..length].to_vec()).to_vec();
    for page in [0, 1, bytes.len() / PAGE - 1] {
        let mut blank = bytes.clone();
        blank[page * PAGE..(page + 1) * PAGE].fill(0);
        odd.push(blank);
    }
    for (at, bytes) in odd.iter().enumerate() {
        fs::write(given.database(), bytes).unwrap();
        let before = files(given.dir.path());
        let opened = given.open().await;
        assert!(matches!(opened, Err(StoreError::Damaged)), "{at}: {:?}", opened.err());
        assert!(files(given.dir.path()) == before, "{at}: the files stay as they are");
    }
}

#[tokio::test]
async fn damage_that_is_met_later_ends_all_writing_and_leaves_file_and_log() {
    let given = Given::today().await;
    let store = given.open().await.unwrap();
    store.save_preferences(BTreeMap::from([("before".into(), true.into())])).await.unwrap();
    let log = fs::read(given.database().with_extension("db-wal")).unwrap();
    store.read(|_| Box::pin(async { Err::<(), _>(StoreError::Damaged) })).await.unwrap_err();
    let refused = store.save_preferences(BTreeMap::from([("after".into(), true.into())])).await;
    assert!(matches!(refused, Err(StoreError::Damaged)), "{refused:?}");
    let file = fs::read(given.database()).unwrap();
    store.close().await.unwrap();
    assert!(fs::read(given.database()).unwrap() == file, "closing does not fold the log into a damaged file");
    assert!(fs::read(given.database().with_extension("db-wal")).unwrap() == log, "nor remove it");
}

#[tokio::test]
async fn whatever_page_is_lost_everything_on_the_others_is_salvaged() {
    let given = Given::today().await;
    let whole = whole(&given).await;
    let unsettled = whole.values().filter(|action| !action.state.is_final()).count();
    let bytes = fs::read(given.database()).unwrap();
    let (mut kept_all, mut lost_some, mut bare_connections, mut bare_items, mut lost_files) = (0, 0, 0, 0, 0);
    for page in 0..bytes.len() / PAGE {
        let dir = given.dir.path().join(format!("page-{page}"));
        copy(given.dir.path(), &dir);
        let mut damaged = bytes.clone();
        damaged[page * PAGE + 2_000] ^= 0x80;
        fs::write(dir.join("rounds.db"), &damaged).unwrap();
        let before = files(&dir);
        let into = dir.join("new");
        let (store, salvaged) = salvage::with_key(&dir, &given.key, &into, DateTime::UNIX_EPOCH).await.unwrap();
        let told = format!("page {}: {salvaged:?}", page + 1);
        let mut after = files(&dir);
        assert!(after.remove("salvaged").is_some(), "{told}");
        assert!(after == before, "the damaged files are only read: {told}");
        assert_eq!(salvaged.unreadable_pages, 1, "{told}");
        let now = store.outbox(DateTime::UNIX_EPOCH).await.unwrap();
        for action in &now {
            let asks = action.state == OutboxState::NeedsPerson && whole[&action.id.0].state != action.state;
            let next = Action {
                state: action.state,
                reason: action.reason.clone(),
                next_at: action.next_at,
                ..whole[&action.id.0].clone()
            };
            assert_eq!(*action, if asks { next } else { whole[&action.id.0].clone() }, "{told}");
        }
        let there = now.iter().filter(|action| !action.state.is_final()).count();
        assert_eq!(there, salvaged.unsettled as usize, "{told}");
        let missing = unsettled - there - salvaged.unplaced.iter().filter(|one| one.id.is_some()).count();
        if let Some(lost) = salvaged.lost {
            assert_eq!(missing, lost as usize, "what is missing is counted: {told}");
        }
        if missing == 0 {
            kept_all += 1;
        } else {
            lost_some += 1;
        }
        // A file whose pages are lost is never sent in part: its action asks. One that nobody names is not carried along.
        let with_file = now.iter().find(|action| !action.files().is_empty());
        let asked = with_file.is_some_and(|action| action.state == OutboxState::NeedsPerson);
        assert_eq!(salvaged.files + salvaged.lost_files, u32::from(with_file.is_some()), "{told}");
        assert!(salvaged.lost_files == 0 || asked, "{told}");
        if let Some(action) = with_file.filter(|_| salvaged.files == 1) {
            let content = store.files(action.item, vec![action.files()[0].hash.clone()]).await.unwrap().remove(0);
            assert_eq!(content.len() as u64, action.files()[0].size, "{told}");
        }
        lost_files += salvaged.lost_files;
        bare_connections += salvaged.bare_connections;
        bare_items += salvaged.bare_items;
        assert_eq!(store.connections().await.unwrap().len(), 2, "{told}");
        assert_eq!(store.check_integrity().await.unwrap(), Vec::<String>::new(), "{told}");
        store.list(super::everything(), DateTime::UNIX_EPOCH).await.unwrap();
        store.close().await.unwrap();
        assert!(open_in(&into, &given.key).await.is_ok(), "{told}");
        fs::remove_dir_all(&dir).unwrap();
    }
    assert!(lost_some > 0 && kept_all > lost_some, "{kept_all} pages cost nothing, {lost_some} cost some actions");
    assert!(lost_files > 0, "some pages held the file");
    assert_eq!(bare_connections, 2, "one page holds both connections: they are known by the rows of the worklist");
    assert_eq!(bare_items, 3, "one page holds the items: they are known by the rows of the worklist");
}

#[tokio::test]
async fn where_nothing_tells_what_an_action_was_about_its_words_are_kept_for_its_person() {
    let given = Given::today().await;
    let whole = whole(&given).await;
    let unsettled = whole.values().filter(|action| !action.state.is_final()).count();
    let bytes = fs::read(given.database()).unwrap();
    let lost = |texts: &[&str]| {
        let image = crate::pages::Image::of(&given.database(), &given.key.key, given.key.salt).unwrap();
        let mut files = image.files().unwrap();
        let mut damaged = bytes.clone();
        for number in 1..=image.pages() {
            let page = image.page(&mut files, number).unwrap().unwrap();
            if texts.iter().any(|text| page.windows(text.len()).any(|part| part == text.as_bytes())) {
                damaged[(number as usize - 1) * PAGE + 9] ^= 1;
            }
        }
        damaged
    };
    // The rows of the items and those of the worklist; then those of the connections as well.
    for (texts, unplaced) in
        [(&["nowhere", "\"Made-up case-1\""][..], false), (&["\"Made-up case-1\"", "made-up-key-1"], true)]
    {
        let dir = given.dir.path().join(if unplaced { "nowhere" } else { "stand-in" });
        copy(given.dir.path(), &dir);
        fs::write(dir.join("rounds.db"), lost(texts)).unwrap();
        let items_too = if unplaced { lost(texts) } else { lost(&[texts[1], "fingerprint-2"]) };
        fs::write(dir.join("rounds.db"), items_too).unwrap();
        let (store, salvaged) =
            salvage::with_key(&dir, &given.key, &dir.join("new"), DateTime::UNIX_EPOCH).await.unwrap();
        let now = store.unsettled(None).await.unwrap();
        if unplaced {
            let words: Vec<_> =
                salvaged.unplaced.iter().filter(|one| one.id.is_some()).map(|one| &one.fields).collect();
            assert_eq!(
                (now.len() + words.len(), salvaged.unplaced.len() - words.len()),
                (unsettled, 2),
                "{salvaged:?}"
            );
            assert!(words.iter().any(|fields| fields["text"].as_str().is_some_and(|text| text.contains("Ковальчук"))));
        } else {
            assert_eq!((now.len(), salvaged.drafts, salvaged.unplaced.len()), (unsettled, 2, 0), "{salvaged:?}");
            assert!(now.iter().all(|action| action.state == OutboxState::NeedsPerson), "nothing of it can be sent");
            for action in &now {
                assert_eq!(action.fields, whole[&action.id.0].fields);
            }
        }
    }
}

#[tokio::test]
async fn what_was_not_sent_by_an_old_page_asks_before_it_is_sent() {
    let given = Given::today().await;
    given.open().await.unwrap().close().await.unwrap();
    let store = given.open().await.unwrap();
    for n in 0..4 {
        store.save_preferences(BTreeMap::from([("n".into(), n.into())])).await.unwrap();
    }
    let left = given.dir.path().join("left");
    copy(given.dir.path(), &left);
    store.close().await.unwrap();
    let log = left.join("rounds.db-wal");
    let mut bytes = fs::read(&log).unwrap();
    bytes[32 + 24 + 700] ^= 1;
    fs::write(&log, bytes).unwrap();
    let (store, salvaged) =
        salvage::with_key(&left, &given.key, &left.join("new"), DateTime::UNIX_EPOCH).await.unwrap();
    assert!(salvaged.log_damaged, "{salvaged:?}");
    let now = store.unsettled(None).await.unwrap();
    let waiting = |state| matches!(state, OutboxState::Held | OutboxState::Queued);
    assert!(now.iter().all(|action| !waiting(action.state)), "an older state may say that it was not sent when it was");
    assert_eq!(salvaged.asking, 6, "{salvaged:?}");
    assert!(
        now.iter().any(|action| action.state == OutboxState::Inflight),
        "what may have left is looked for, as ever"
    );
}

#[tokio::test]
async fn a_profile_is_salvaged_once_and_only_when_it_is_damaged() {
    let given = Given::today().await;
    let into = given.dir.path().join("new");
    let whole = salvage::with_key(given.dir.path(), &given.key, &into, DateTime::UNIX_EPOCH).await;
    assert!(matches!(whole, Err(StoreError::Refused(_))), "it would be there twice: {:?}", whole.err());
    assert!(!into.exists(), "and nothing was made");
    let bytes = fs::read(given.database()).unwrap();
    let mut damaged = bytes.clone();
    damaged[PAGE + 9] ^= 1;
    fs::write(given.database(), damaged).unwrap();
    salvage::with_key(given.dir.path(), &given.key, &into, DateTime::UNIX_EPOCH).await.unwrap();
    let other = given.dir.path().join("other");
    let again = salvage::with_key(given.dir.path(), &given.key, &other, DateTime::UNIX_EPOCH).await;
    assert!(matches!(again, Err(StoreError::Refused(_))), "{:?}", again.err());
    // Somebody puts a whole copy back: what was in it may have been sent from the new profile.
    fs::write(given.database(), bytes).unwrap();
    let opened = crate::profile::open(given.dir.path(), super::given::unlock()).await;
    assert!(matches!(opened, Err(StoreError::Refused(_))), "{:?}", opened.err());
}
