//! The real programs, each as a process of its own.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

use rounds_sync::desk::ConnectionForm;
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::clinic::{SYSTEM, until};

/// A program of this workspace, built as this test was.
pub(crate) fn built(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    if let Some(given) = std::env::var_os("ROUNDS_CTL_BINARY").filter(|_| name == "roundsctl") {
        return given.into();
    }
    let folder = FOLDER.get_or_init(|| {
        // …/debug/deps/stories-0123
        let deps = std::env::current_exe().unwrap();
        let folder = deps.parent().and_then(Path::parent).expect("a target folder").to_owned();
        let mut build = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The packages that the tests were built with: so nothing is compiled twice.
        build.args(["build", "--quiet", "--workspace", "--exclude", "rounds", "--bin", "roundsctl"]);
        build.args(["--bin", "rounds-simulator", "--target-dir"]).arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo").success(), "the programs must build");
        folder
    });
    folder.join(name)
}

/// `roundsctl` on a profile of its own.
pub(crate) struct Ctl {
    pub(crate) dir: TempDir,
}

/// What it said.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) json: Value,
    pub(crate) errors: String,
}

impl Ctl {
    pub(crate) async fn new() -> Self {
        let ctl = Self { dir: tempfile::tempdir().unwrap() };
        let words = "correct horse battery staple\nand a line that is no part of it\n";
        std::fs::write(ctl.dir.path().join("passphrase"), words).unwrap();
        ctl.good(&["init"]).await;
        ctl
    }

    /// Adds a connection.
    pub(crate) async fn connect(&self, form: ConnectionForm) {
        let secrets = self.dir.path().join("secrets.json");
        std::fs::write(&secrets, serde_json::to_string(&form.secrets).unwrap()).unwrap();
        let mut arguments = vec!["connection".to_owned(), "add".into(), form.system, "--name".into(), form.name];
        arguments.extend([
            "--base-url".to_owned(),
            form.base_url,
            "--secret-file".into(),
            secrets.display().to_string(),
        ]);
        for (key, value) in form.settings {
            arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        self.good(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(built("roundsctl"));
        command.arg("--profile").arg(self.dir.path().join("profile"));
        command.arg("--passphrase-file").arg(self.dir.path().join("passphrase")).arg("--json").args(arguments);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    pub(crate) async fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().await.unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            json: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    pub(crate) async fn good(&self, arguments: &[&str]) -> Value {
        let said = self.run(arguments).await;
        assert_eq!(said.code, 0, "roundsctl {}: {} {}", arguments.join(" "), said.json, said.errors);
        said.json
    }

    pub(crate) async fn write(&self, case: &str, text: &str, internal: bool) -> Value {
        let item = format!("{SYSTEM}:{case}");
        let mut arguments = vec!["act", &item, "comment", "--text", text];
        arguments.extend(internal.then_some("--internal"));
        self.good(&arguments).await
    }

    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts it again and again until nothing is left to do.
    pub(crate) async fn settle(&self) {
        until("the outbox is empty", || async {
            let said = self.run(&["sync"]).await;
            assert!(said.code == 0 || said.code == 5, "sync ended with {}: {} {}", said.code, said.json, said.errors);
            self.good(&["outbox"]).await["outbox"].as_array().unwrap().is_empty()
        })
        .await;
    }
}
