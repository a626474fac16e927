//! Files inside comments: they arrive whole, once, and are kept no longer than they are needed.

use std::collections::BTreeMap;

use futures::future::join_all;
use rounds_domain::{action::ReasonKind, file::OutFile, ids::ActionId, outbox::OutboxState};
use rounds_simulator::{ContentLength, Fault};
use rounds_sync::desk::{AttachmentState, DeskError};
use serde_json::{Value, json};

use super::{act, edit, next_meets, slow_to_show, with_case};
use crate::clinic::{COMMENT, Clinic, SYSTEM};

const TEXT: &str = "The report you asked for";

fn report() -> Vec<u8> {
    [b"%PDF-1.7 made up ".as_slice(), &[0, 255, 254, 10]].concat()
}

async fn keep(clinic: &Clinic, case: &str, name: &str, content: Vec<u8>) -> Result<OutFile, DeskError> {
    clinic.rounds().keep_file(clinic.id(case), "comment", "file", name, content).await
}

/// A comment with a report and a note.
async fn write(clinic: &Clinic, case: &str, internal: bool) -> ActionId {
    let files = [
        keep(clinic, case, "folder/report of today.pdf", report()).await.unwrap(),
        keep(clinic, case, "note.txt", b"made up".to_vec()).await.unwrap(),
    ];
    act(clinic, case, "comment", &json!({"text": TEXT, "internal": internal, "file": files})).await.unwrap().id
}

/// The files that hang on comments upstream, by name.
fn attached(clinic: &Clinic, case: &str) -> Vec<Value> {
    let truth = super::truth(clinic, case);
    let written =
        ["comments", "notes"].into_iter().flat_map(|kind| truth[kind].as_array().cloned().unwrap_or_default());
    written.filter(|one| one["text"] == TEXT).flat_map(|one| one["attachments"].as_array().cloned().unwrap()).collect()
}

#[tokio::test]
async fn files_arrive_with_their_comment_once_and_as_they_were() {
    for internal in [true, false] {
        let (clinic, case) = with_case(&json!({"comments": [], "notes": []})).await;
        let id = write(&clinic, &case, internal).await;
        clinic.settle().await;
        clinic.assert_exactly_once(&[(id, &case, TEXT, internal)], "with files").await;
        let there = attached(&clinic, &case);
        let told: Vec<_> =
            there.iter().map(|file| (&file["fileName"], &file["isRestricted"], &file["isPHI"])).collect();
        let (restricted, phi) = (json!(internal), json!(true));
        assert_eq!(
            told,
            [(&json!("report of today.pdf"), &restricted, &phi), (&json!("note.txt"), &restricted, &phi)],
            "marked as restricted as the comment, and as patient data unless somebody says that they are not"
        );
        let sent = &clinic.effects_on(&case)[0].payload["attachments"][0]["content"];
        assert_eq!(*sent, json!(format!("{} bytes, BLAKE3 {}", report().len(), OutFile::of("", &report()).hash)));
        clinic.rounds().look_again(clinic.id(&case)).await.unwrap();
        let file = there[0]["id"].as_str().unwrap().to_owned();
        clinic.rounds().fetch_attachment_now(clinic.id(&case), file.clone()).await.unwrap();
        match clinic.rounds().attachment(clinic.id(&case), file).await.unwrap() {
            AttachmentState::Here { bytes, .. } => assert!(bytes == report(), "byte for byte"),
            other => panic!("it should be here: {other:?}"),
        }
    }
}

#[tokio::test]
async fn whatever_becomes_of_the_reply_files_arrive_exactly_once() {
    let status = |code, applied| Fault::Status { code, body: None, headers: BTreeMap::default(), applied };
    let faults = [
        ("applied, reply lost", Fault::AppliedReplyLost),
        ("not applied, reply lost", Fault::NotAppliedReplyLost),
        ("502, applied", status(502, true)),
        ("503, not applied", status(503, false)),
        ("half of the JSON, applied", Fault::CutJson { content_length: ContentLength::Right, applied: true }),
        ("applied a moment later", Fault::AppliedLate { ms: 1_000 }),
    ];
    let stories = faults.into_iter().map(|(what, fault)| async move {
        let (clinic, case) = with_case(&json!({"comments": [], "notes": []})).await;
        next_meets(&clinic, COMMENT, fault);
        let id = write(&clinic, &case, true).await;
        clinic.settle().await;
        clinic.assert_exactly_once(&[(id, &case, TEXT, true)], what).await;
        assert_eq!(attached(&clinic, &case).len(), 2, "{what}");
    });
    join_all(stories).await;
}

#[tokio::test]
async fn a_comment_that_came_without_its_files_is_not_taken_for_the_whole() {
    let (clinic, case) = slow_to_show(&json!({"comments": [], "notes": []})).await;
    next_meets(&clinic, COMMENT, Fault::AppliedReplyLost);
    let id = write(&clinic, &case, true).await;
    clinic.sync().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Doubtful);
    let mut notes = super::truth(&clinic, &case)["notes"].clone();
    notes[0]["attachments"].as_array_mut().unwrap().pop();
    edit(&clinic, &case, &json!({"notes": notes}));
    clinic.settle().await;
    let row = clinic.row(id).await;
    assert_eq!(row.state, OutboxState::NeedsPerson, "{row:?}");
    let reason = row.reason.unwrap();
    assert_eq!(reason.kind, ReasonKind::PossiblySent);
    assert!(reason.text.contains("not all the files"), "{}", reason.text);
    assert_eq!(clinic.effects_on(&case).len(), 1, "and it is not sent again");
}

#[tokio::test]
async fn files_written_offline_survive_a_restart_and_are_sent_then() {
    let (mut clinic, case) = with_case(&json!({"comments": [], "notes": []})).await;
    clinic.simulator.down(SYSTEM).await.unwrap();
    let id = write(&clinic, &case, false).await;
    clinic.sync().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Queued);
    clinic.desk.start_again().await;
    clinic.simulator.up(SYSTEM).unwrap();
    clinic.settle().await;
    clinic.assert_exactly_once(&[(id, &case, TEXT, false)], "offline, then a restart").await;
    assert_eq!(attached(&clinic, &case).len(), 2);
}

#[tokio::test]
async fn what_cannot_be_sent_is_refused_when_it_is_picked() {
    let (clinic, case) = with_case(&json!({})).await;
    let long = [b"%PDF-".as_slice(), &vec![0; 10 << 20]].concat();
    for (name, content, why) in [
        ("tool.exe", b"MZ".to_vec(), "of a kind that is not taken"),
        ("report.pdf", b"MZ".to_vec(), "not what its name says"),
        ("report.pdf", vec![], "is empty"),
        ("report.pdf", long, "longer than 10 MB"),
    ] {
        let refused = keep(&clinic, &case, name, content).await.expect_err(why).to_string();
        assert!(refused.contains(why), "{refused}");
    }
    let file = keep(&clinic, &case, "note.txt", b"made up".to_vec()).await.unwrap();
    let six = json!({"text": TEXT, "file": vec![&file; 6]});
    assert!(act(&clinic, &case, "comment", &six).await.is_err(), "five at most");
    let elsewhere = OutFile { hash: OutFile::of("x", b"x").hash, ..file };
    let unknown = json!({"text": TEXT, "file": [elsewhere]});
    assert!(act(&clinic, &case, "comment", &unknown).await.is_err(), "what is in it is not here");
    assert!(clinic.outbox().await.is_empty());
}

#[tokio::test]
async fn a_refused_comment_keeps_its_files_until_it_is_given_up_or_done_again() {
    let (clinic, case) = with_case(&json!({"comments": [], "notes": []})).await;
    let too_large = Fault::Status { code: 413, body: None, headers: BTreeMap::default(), applied: false };
    next_meets(&clinic, COMMENT, too_large);
    let id = write(&clinic, &case, true).await;
    clinic.settle().await;
    assert_eq!(clinic.row(id).await.state, OutboxState::NeedsPerson);
    let again = clinic.rounds().retry(id).await.unwrap().id;
    clinic.settle().await;
    clinic.assert_exactly_once(&[(again, &case, TEXT, true)], "done again").await;
    assert_eq!(attached(&clinic, &case).len(), 2, "with its files");
}
