//! A client that sees what really comes over the wire: no pool, no retry, no redirect.
#![allow(dead_code, clippy::unwrap_used, clippy::missing_panics_doc, missing_docs, unreachable_pub)]

use std::io;

use rounds_simulator::{Options, Running, Simulator, Temperament};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub const SYSTEM: &str = "carevalidate";
pub const NOW: &str = "2026-02-01T00:00:00Z";
/// A window of 60 days before NOW.
pub const WINDOW: &str = "startTime=2025-12-03T00:00:00Z&endTime=2026-02-01T00:00:00Z";

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in {:?}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

pub async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Reply> {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).await?;
    let mut head =
        format!("{method} /{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).await?;
    stream.write_all(body).await?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await?;
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").ok_or(io::ErrorKind::UnexpectedEof)?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let status = head[9..12].parse().unwrap();
    let reply = Reply { status, head, body: bytes[end + 4..].to_vec() };
    let length = reply.header("content-length").and_then(|text| text.parse().ok()).unwrap_or(reply.body.len());
    if reply.body.len() < length {
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the body is shorter than the head says"));
    }
    Ok(reply)
}

/// A running simulator and a key to it.
pub struct Bench {
    pub sim: Running,
}

pub async fn start(items: usize, temperament: Temperament) -> Bench {
    start_with(Options {
        seed: 5,
        items,
        temperament,
        systems: vec![SYSTEM.to_owned()],
        now: Some(NOW.parse().unwrap()),
        ..Options::default()
    })
    .await
}

pub async fn start_with(options: Options) -> Bench {
    Bench { sim: Simulator::start(options).await.unwrap() }
}

impl Bench {
    pub fn base(&self) -> &str {
        &self.sim.announcement.systems[SYSTEM].base_url
    }

    pub fn key(&self) -> String {
        self.sim.announcement.systems[SYSTEM].secret["apiKey"].as_str().unwrap().to_owned()
    }

    pub async fn try_get(&self, query: &str) -> io::Result<Reply> {
        send("GET", &format!("{}/api/v1/cases?{query}", self.base()), &[("cv-api-key", &self.key())], b"").await
    }

    pub async fn get(&self, query: &str) -> Value {
        let reply = self.try_get(query).await.unwrap();
        assert_eq!(reply.status, 200, "{query}: {}", String::from_utf8_lossy(&reply.body));
        reply.json()
    }

    pub async fn try_post(&self, case: &str, body: &Value) -> io::Result<Reply> {
        let url = format!("{}/api/v1/cases/{case}", self.base());
        send("POST", &url, &[("cv-api-key", &self.key()), ("x-rounds-test-tag", "tag-1")], body.to_string().as_bytes())
            .await
    }

    pub async fn post(&self, case: &str, body: &Value) -> Reply {
        self.try_post(case, body).await.unwrap()
    }

    /// Every case of the window, page by page, in the order they came.
    pub async fn sweep(&self, query: &str) -> Vec<Value> {
        let (mut all, mut after) = (Vec::new(), String::new());
        loop {
            let page = self.get(&format!("{query}{after}")).await;
            all.extend(page["data"]["cases"].as_array().unwrap().iter().cloned());
            let info = &page["data"]["pageInfo"];
            assert_eq!(info["hasPreviousPage"], !after.is_empty());
            if info["hasNextPage"] == false {
                return all;
            }
            after = format!("&after={}", info["cursor"]["end"].as_str().unwrap());
        }
    }

    /// A case that exists and fits.
    pub fn case_that(&self, fits: impl Fn(&Value) -> bool) -> Value {
        let ids = self.sim.ids(SYSTEM, 0, usize::MAX).unwrap();
        ids["ids"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| self.truth(id.as_str().unwrap()))
            .find(fits)
            .expect("a case that fits")
    }

    pub fn truth(&self, id: &str) -> Value {
        self.sim.truth(SYSTEM, id).unwrap()["case"].clone()
    }

    /// The case as the API shows it, attachments and all.
    pub async fn shown(&self, case: &Value) -> Value {
        let created: chrono::DateTime<chrono::Utc> = case["createdAt"].as_str().unwrap().parse().unwrap();
        let second = chrono::TimeDelta::seconds(1);
        let text = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        let query = format!(
            "startTime={}&endTime={}&recordsPerPage=100&includeOrders=true&includeCalendarEvents=true&includeAttachments=true&documentFormat=base64",
            text(created - second),
            text(created + second)
        );
        let page = self.get(&query).await;
        let found = page["data"]["cases"].as_array().unwrap().iter().find(|one| one["id"] == case["id"]);
        found.unwrap_or_else(|| panic!("the API doesn't show {}", case["id"])).clone()
    }
}

pub fn id(case: &Value) -> &str {
    case["id"].as_str().unwrap()
}

pub fn comment(text: &str, internal: bool) -> Value {
    json!({"action": "ADD_COMMUNICATION", "communication": {
        "text": text, "isRestricted": internal,
        "author": {"email": "miriam.osei-lindqvist@example.org", "firstName": "Miriam", "lastName": "Osei-Lindqvist"},
    }})
}
