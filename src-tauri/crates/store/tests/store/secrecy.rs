//! A planted patient is found in no file of the profile (RELIABILITY.md, "Safety at the desk", 1).

use std::{collections::BTreeMap, path::Path};

use rounds_domain::{
    action::Fields,
    detail::{Attachment, Comment},
    item::WorkItem,
    pull::{Page, Record},
};
use rounds_store::table::{connection::ConnectionEdit, slice::Then};

use crate::given::{Desk, at, case, comment_on, files, my_comment, order, patient, record, unreadable};

/// Names that nothing else in a profile can spell by chance.
const PLANTED: [&str; 4] = ["Quillfeather-Plant", "Хвостоградська", "Żółtobrzuchańska", "planted-secret-7f3a"];

fn spellings(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let wide = |to_bytes: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
    let mut all = Vec::new();
    for text in [text.to_owned(), text.to_lowercase(), text.to_uppercase()] {
        all.push(("UTF-8", text.clone().into_bytes()));
        all.push(("UTF-16LE", wide(u16::to_le_bytes, &text)));
        all.push(("UTF-16BE", wide(u16::to_be_bytes, &text)));
    }
    all
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn assert_hidden(dir: &Path, when: &str) {
    let files = files(dir);
    assert!(files.contains_key("rounds.db"), "the story must look at the real files");
    for (name, bytes) in &files {
        for planted in PLANTED {
            for (coding, spelling) in spellings(planted) {
                assert!(!holds(bytes, &spelling), "{name} holds {planted:?} in {coding} {when}");
            }
        }
    }
}

/// A case that has the planted names wherever a case can have text.
fn planted_case(id: &str) -> WorkItem {
    let name = PLANTED[..3].join(" ");
    WorkItem {
        patient: patient(PLANTED[0], PLANTED[1]),
        title: Some(name.clone()),
        comments: vec![Comment { text: name.clone(), ..my_comment("k1", "", true) }],
        attachments: Some(vec![Attachment {
            id: "a1".into(),
            comment: None,
            file_name: format!("{name}.txt"),
            phi: true,
            internal: false,
            deleted: false,
            made: None,
            by: None,
        }]),
        ..case(id)
    }
}

#[test]
fn the_search_for_planted_names_would_find_them() {
    for (coding, spelling) in spellings(PLANTED[1]) {
        assert!(holds(&[b"xx".as_slice(), &spelling, b"yy"].concat(), &spelling), "{coding}");
    }
}

#[tokio::test]
async fn a_planted_name_is_found_in_no_file_of_the_profile() {
    let desk = Desk::new().await;
    let name = PLANTED[..3].join(" ");
    let records: Vec<Record> = (0..40)
        .map(|n| {
            record(
                planted_case(&format!("c{n}")),
                vec![WorkItem { title: Some(name.clone()), ..order(&format!("o{n}"), &format!("c{n}")) }],
            )
        })
        .collect();
    let rejected = (0..10).map(|n| unreadable(None, &format!("{{\"n\":{n},\"name\":\"{name}\"}}"))).collect();
    let page = Page { records, rejected, ..Page::default() };
    desk.pull(page, Then::Continue("next".into())).await;

    let id = desk.id("c0");
    let mut fields = Fields::new();
    fields.insert("text".into(), name.clone().into());
    desk.store.save_draft(id, "comment".into(), Some(fields), at(1)).await.unwrap();
    desk.store.submit(comment_on(desk.id("c1"), desk.connection.id, &name, true)).await.unwrap();
    let bytes = name.repeat(2_000).into_bytes();
    desk.store.keep_file(id, rounds_domain::file::hash(&bytes), bytes.clone(), at(1)).await.unwrap();
    desk.store.keep_attachment(id, "a1".into(), Ok(("text/plain".into(), bytes)), at(1)).await.unwrap();
    let edit = ConnectionEdit {
        secrets: Some(BTreeMap::from([("apiKey".into(), PLANTED[3].into())])),
        settings: Some(BTreeMap::from([("organization".into(), name.clone())])),
        ..ConnectionEdit::default()
    };
    desk.store.edit_connection(desk.connection.id, edit).await.unwrap();
    let preference = BTreeMap::from([("lastSearch".into(), serde_json::Value::String(name.clone()))]);
    desk.store.save_preferences(preference).await.unwrap();
    let found = desk.found(PLANTED[0]).await.len();
    assert_eq!(found, 40, "the names are in the profile, for the one who has the key");

    assert!(!files(&desk.path())["rounds.db-wal"].is_empty(), "the story must look at a WAL with something in it");
    assert_hidden(&desk.path(), "with the profile open");
    desk.store.close().await.unwrap();
    assert_hidden(&desk.path(), "after closing");
}

#[tokio::test]
async fn what_is_said_of_a_connection_when_it_is_logged_holds_no_secret() {
    let desk = Desk::new().await;
    let edit = ConnectionEdit {
        secrets: Some(BTreeMap::from([("apiKey".into(), PLANTED[3].into())])),
        ..ConnectionEdit::default()
    };
    let connection = desk.store.edit_connection(desk.connection.id, edit).await.unwrap();
    let said = format!("{connection:?}");
    assert!(!said.contains(PLANTED[3]), "{said}");
    let stranger = desk.store.item(desk.id("none")).await.unwrap_err().to_string();
    assert!(!stranger.contains("none"), "an error names no record: {stranger}");
}
