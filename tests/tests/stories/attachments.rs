//! Attached files: named when somebody looks at the item, fetched when somebody asks, by a client without the key.

use base64::{Engine, prelude::BASE64_STANDARD};
use rounds_sync::desk::AttachmentState;
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::clinic::{Clinic, SYSTEM, until, words};

/// A case with files, and how many.
fn with_files(clinic: &Clinic) -> (String, usize) {
    let files = |case: &String| {
        let truth = clinic.simulator.truth(SYSTEM, case).unwrap();
        truth["case"]["attachments"].as_array().map_or(0, Vec::len)
    };
    clinic.cases().into_iter().map(|case| (case.clone(), files(&case))).max_by_key(|(_, files)| *files).unwrap()
}

/// The contents of a case's files as the system itself gives them, asked for as the document says.
async fn contents(clinic: &Clinic, case: &str) -> Vec<(String, Vec<u8>)> {
    let about = &clinic.simulator.announcement.systems[SYSTEM];
    let host = about.base_url.trim_start_matches("http://");
    let created = clinic.simulator.truth(SYSTEM, case).unwrap()["case"]["createdAt"].as_str().unwrap().to_owned();
    let at = chrono::DateTime::parse_from_rfc3339(&created).unwrap().to_utc();
    let time = |seconds| (at + chrono::TimeDelta::seconds(seconds)).format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let request = format!(
        "GET /api/v1/cases?startTime={}&endTime={}&recordsPerPage=100&includeAttachments=true&documentFormat=base64 HTTP/1.1\r\n\
         host: {host}\r\ncv-api-key: {}\r\nconnection: close\r\n\r\n",
        time(-1),
        time(2),
        words(&about.secret)["apiKey"]
    );
    let mut stream = TcpStream::connect(host).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).await.unwrap();
    let body = reply.windows(4).position(|end| end == b"\r\n\r\n").unwrap() + 4;
    let page: Value = serde_json::from_slice(&reply[body..]).expect("the simulator answers in one piece");
    let cases = page["data"]["cases"].as_array().unwrap();
    let files = cases.iter().find(|found| found["id"] == case).unwrap()["attachments"].as_array().unwrap();
    let content = |file: &Value| BASE64_STANDARD.decode(file["content"].as_str().unwrap()).unwrap();
    files.iter().map(|file| (file["id"].as_str().unwrap().to_owned(), content(file))).collect()
}

#[tokio::test]
async fn files_are_listed_when_somebody_looks_and_fetched_when_somebody_asks() {
    let clinic = Clinic::at_work(60).await;
    let (case, files) = with_files(&clinic);
    assert!(files > 0, "the story needs a case with files");
    let id = clinic.id(&case);
    assert_eq!(
        clinic.item(&case).await.attachments,
        None,
        "nobody asked yet: that says nothing about whether there are any"
    );
    clinic.rounds().watch(id);
    until("the files are listed", || async { clinic.item(&case).await.attachments.is_some() }).await;
    let listed = clinic.item(&case).await.attachments.unwrap();
    assert!(listed.len() >= files, "{} of {files}", listed.len());

    for (file, bytes) in contents(&clinic, &case).await {
        assert_eq!(clinic.rounds().attachment(id, file.clone()).await.unwrap(), AttachmentState::Absent);
        clinic.rounds().fetch_attachment(id, file.clone());
        assert_eq!(clinic.rounds().attachment(id, file.clone()).await.unwrap(), AttachmentState::Fetching);
        until("the file is here", || async {
            matches!(clinic.rounds().attachment(id, file.clone()).await.unwrap(), AttachmentState::Here { .. })
        })
        .await;
        match clinic.rounds().attachment(id, file).await.unwrap() {
            AttachmentState::Here { bytes: here, .. } => assert!(here == bytes, "what is here is what was attached"),
            other => panic!("the file should be here: {other:?}"),
        }
    }
    assert_eq!(clinic.simulator.violations().len(), 0, "a signed address must never see the key");
    clinic.pull().await;
    assert_eq!(clinic.item(&case).await.attachments, Some(listed), "a sweep leaves files out, and forgets none");
    let raw = clinic.rounds().raw(id).await.unwrap();
    assert!(!raw.contains("/files/"), "a signed address is not kept");
}

#[tokio::test]
async fn a_file_that_cannot_be_had_says_why_and_can_be_asked_for_again() {
    let clinic = Clinic::at_work(60).await;
    let (case, _) = with_files(&clinic);
    let id = clinic.id(&case);
    clinic.rounds().look_again(id).await.unwrap();
    let file = clinic.item(&case).await.attachments.unwrap().remove(0).id;
    clinic.simulator.down(SYSTEM).await.unwrap();
    assert!(clinic.rounds().fetch_attachment_now(id, file.clone()).await.is_err());
    match clinic.rounds().attachment(id, file.clone()).await.unwrap() {
        AttachmentState::Failed(why) => assert!(why.contains("cannot be reached"), "{why}"),
        other => panic!("a person must be told: {other:?}"),
    }
    clinic.simulator.up(SYSTEM).unwrap();
    clinic.rounds().fetch_attachment_now(id, file.clone()).await.expect("it is asked for with a new address");
    assert!(matches!(clinic.rounds().attachment(id, file).await.unwrap(), AttachmentState::Here { .. }));
}
