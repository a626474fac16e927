//! The simulator as a process of its own. Alone in its binary: a child that is being started holds copies of its parent's
//! listeners for a moment, which would disturb tests that take a port again.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use common::send;
use serde_json::{Value, json};

#[tokio::test]
async fn the_process_announces_itself_on_its_first_line_and_ends_when_asked() {
    use tokio::io::{AsyncBufReadExt, BufReader};
    let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_rounds-simulator"))
        .args(["--seed", "9", "--items", "25", "--system", "carevalidate", "--kind", "--now", common::NOW])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    let about: Value = serde_json::from_str(&line).unwrap();
    assert_eq!((&about["seed"], &about["items"]), (&json!(9), &json!(25)));
    let system = &about["systems"]["carevalidate"];
    for key in ["author_email", "author_first_name", "author_last_name"] {
        assert!(system["settings"][key].is_string(), "{key}");
    }
    let url = format!("{}/api/v1/cases?{}", system["baseUrl"].as_str().unwrap(), common::WINDOW);
    let reply = send("GET", &url, &[("cv-api-key", system["secret"]["apiKey"].as_str().unwrap())], b"").await.unwrap();
    assert_eq!(reply.status, 200);
    let pid = child.id().unwrap().to_string();
    assert!(tokio::process::Command::new("kill").arg(&pid).status().await.unwrap().success());
    assert!(child.wait().await.unwrap().success(), "SIGTERM is an orderly end");
}
