//! tauri-driver and, behind it, WebKit's own driver, on ports that were free.

use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

use super::group::Group;
use super::{Display, binary};

/// How long a program may take to start: the first start after a build reads all of WebKit from the disk.
const START: Duration = Duration::from_mins(2);

/// A driver that sessions can be had from. The app that a session starts belongs to its group.
pub(super) struct Driver {
    port: u16,
    log: PathBuf,
    _group: Group,
}

impl Driver {
    pub(super) fn start(display: &Display, log: &Path) -> Self {
        let output = File::create(log).unwrap_or_else(|error| panic!("{} can't be written: {error}", log.display()));
        let errors = output.try_clone().unwrap_or_else(|error| panic!("{}: {error}", log.display()));
        let (port, native_port) = free_ports();
        let mut program = Command::new(binary("ROUNDS_TAURI_DRIVER"));
        program.arg("--port").arg(port.to_string()).arg("--native-port").arg(native_port.to_string());
        display.show(&mut program);
        let driver = Self { port, log: log.to_owned(), _group: Group::start(&program, output.into(), errors.into()) };
        driver.wait_for(port, "tauri-driver");
        driver.wait_for(native_port, "WebKitWebDriver (package webkit2gtk-driver)");
        driver
    }

    fn wait_for(&self, port: u16, what: &str) {
        let begun = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            assert!(begun.elapsed() < START, "{what} does not listen after {} s\n{}", START.as_secs(), self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Starts the app and a session with its window.
    pub(super) async fn session(&self, application: &Path, arguments: Vec<String>) -> Client {
        let Value::Object(wish) = json!({ "tauri:options": { "application": application, "args": arguments } }) else {
            unreachable!("a JSON object is one");
        };
        // Plain HTTP: everything is on the loopback.
        let mut builder = ClientBuilder::new(HttpConnector::new());
        let session = builder.capabilities(wish);
        let address = format!("http://127.0.0.1:{}", self.port);
        match tokio::time::timeout(START, session.connect(&address)).await {
            Ok(Ok(client)) => client,
            Ok(Err(error)) => panic!("no session with {}: {error}\n{}", application.display(), self.log()),
            Err(late) => {
                panic!("no session with {}: {late} ({} s)\n{}", application.display(), START.as_secs(), self.log())
            }
        }
    }

    /// What the app and the drivers wrote, for a failure's message.
    pub(super) fn log(&self) -> String {
        let text = std::fs::read(&self.log).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<&str> = text.lines().collect();
        let end = lines[lines.len().saturating_sub(60)..].join("\n");
        format!("the end of the app's log ({}):\n{end}", self.log.display())
    }
}

/// Two ports that nobody had when asked. Both are held until both are known, so that they differ.
fn free_ports() -> (u16, u16) {
    let held = [(); 2].map(|()| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)));
    let [one, two] = held.each_ref().map(|listener| match listener.as_ref().map(TcpListener::local_addr) {
        Ok(Ok(address)) => address.port(),
        _ => panic!("the loopback has no free port"),
    });
    (one, two)
}
