//! Everything in a process of its own: the program and the simulator, both of them killed.

use std::{collections::BTreeMap, net::TcpListener, process::Stdio};

use rounds_simulator::Announcement;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    process::{Child, Command},
};

use crate::{
    clinic::{SYSTEM, form},
    programs::{Ctl, built},
};

/// Starts the simulator with its control door on `port`, and reads the line by which it announces itself.
async fn simulator(port: u16) -> (Child, Announcement) {
    let mut child = Command::new(built("rounds-simulator"))
        .args(["--port", &port.to_string(), "--seed", "7", "--items", "40", "--system", SYSTEM, "--kind"])
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let line = BufReader::new(child.stdout.take().unwrap()).lines().next_line().await.unwrap().unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

/// What a control door answers.
async fn asked(announcement: &Announcement, path: &str) -> Value {
    let url = format!("{}{path}", announcement.control);
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await.unwrap();
    let head = format!("GET /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).await.unwrap();
    serde_json::from_str(reply.split_once("\r\n\r\n").unwrap().1).unwrap()
}

/// A port that is free, with the next one: below those that are given to whoever asks for any.
fn two_free_ports() -> u16 {
    let is_free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    (30_000..32_700).step_by(2).find(|port| is_free(*port) && is_free(port + 1)).unwrap()
}

#[tokio::test]
async fn comments_made_while_the_simulator_is_stopped_arrive_once_when_it_is_started_again() {
    let port = two_free_ports();
    let (mut stopped, before) = simulator(port).await;
    let ctl = Ctl::new().await;
    ctl.connect(form(&before.systems[SYSTEM], "Clinic", &[])).await;
    ctl.good(&["sync", "--full"]).await;
    let listed = ctl.good(&["list", "--query", "is:open"]).await;
    let case = listed["rows"][0]["externalId"].as_str().unwrap().to_owned();

    stopped.kill().await.unwrap();
    let written = [("written while it was away", false), ("and a note of the same hour", true)];
    for (text, internal) in written {
        ctl.write(&case, text, internal).await;
    }
    let said = ctl.run(&["sync"]).await;
    assert_eq!(said.code, 5, "the system cannot be reached: {} {}", said.json, said.errors);
    let mut killed = ctl.spawn(&["sync"]);
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    killed.kill().await.unwrap();

    let (_running, after) = simulator(port).await;
    assert_eq!(after.systems[SYSTEM].base_url, before.systems[SYSTEM].base_url, "it is where it was");
    ctl.settle().await;
    let effects = asked(&after, "/effects").await["effects"].clone();
    let mut arrived = BTreeMap::new();
    for effect in effects.as_array().unwrap() {
        *arrived.entry(effect["payload"]["text"].as_str().unwrap().to_owned()).or_insert(0) += 1;
    }
    let once: BTreeMap<String, i32> = written.iter().map(|(text, _)| ((*text).to_owned(), 1)).collect();
    assert_eq!(arrived, once, "each arrived once, by the simulator's own record");
    let receipts = ctl.good(&["outbox", "--all"]).await;
    assert!(receipts["outbox"].as_array().unwrap().iter().all(|row| row["state"] == "confirmed"), "{receipts:#}");

    ctl.good(&["sync", "--full"]).await;
    let shown = ctl.good(&["show", &format!("{SYSTEM}:{case}")]).await.to_string();
    for (text, _) in written {
        assert_eq!(shown.matches(text).count(), 1, "the pull brings no second copy of it");
    }
}
