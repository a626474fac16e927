//! The program as a process of its own (`roundsctl`), killed by SIGKILL wherever it stands.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    sync::OnceLock,
};

use rounds_simulator::{Fault, FaultSpec, Running, Simulator, Temperament};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::clinic::{COMMENT, SYSTEM, cases, form, options, until};

/// The real program, built as this test was.
fn roundsctl() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(given) = std::env::var_os("ROUNDS_CTL_BINARY") {
            return given.into();
        }
        // …/debug/deps/stories-0123
        let deps = std::env::current_exe().unwrap();
        let folder = deps.parent().and_then(Path::parent).expect("a target folder").to_owned();
        let mut build = std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // The packages that the tests were built with: so nothing is compiled twice.
        build.args(["build", "--quiet", "--workspace", "--exclude", "rounds", "--bin", "roundsctl", "--target-dir"]);
        build.arg(folder.parent().unwrap());
        if folder.ends_with("release") {
            build.arg("--release");
        }
        assert!(build.status().expect("cargo").success(), "roundsctl must build");
        folder.join("roundsctl")
    })
}

struct Program {
    simulator: Running,
    dir: TempDir,
}

struct Said {
    code: i32,
    json: Value,
    errors: String,
}

impl Program {
    async fn new(items: usize) -> Self {
        let simulator = Simulator::start(options(items, Temperament::Kind)).await.unwrap();
        let program = Self { simulator, dir: tempfile::tempdir().unwrap() };
        std::fs::write(
            program.dir.path().join("passphrase"),
            "correct horse battery staple\nand a line that is no part of it\n",
        )
        .unwrap();
        program.good(&["init"]).await;
        let form = form(&program.simulator, "Clinic", &[]);
        let secrets = program.dir.path().join("secrets.json");
        std::fs::write(&secrets, serde_json::to_string(&form.secrets).unwrap()).unwrap();
        let mut arguments = vec!["connection".to_owned(), "add".into(), SYSTEM.into(), "--name".into(), form.name];
        arguments.extend([
            "--base-url".to_owned(),
            form.base_url,
            "--secret-file".into(),
            secrets.display().to_string(),
        ]);
        for (key, value) in form.settings {
            arguments.extend(["--set".to_owned(), format!("{key}={value}")]);
        }
        program.good(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).await;
        program
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(roundsctl());
        command.arg("--profile").arg(self.dir.path().join("profile"));
        command.arg("--passphrase-file").arg(self.dir.path().join("passphrase")).arg("--json").args(arguments);
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    async fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).output().await.unwrap();
        Said {
            code: output.status.code().unwrap_or(-1),
            json: serde_json::from_slice(&output.stdout).unwrap_or_default(),
            errors: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    async fn good(&self, arguments: &[&str]) -> Value {
        let said = self.run(arguments).await;
        assert_eq!(said.code, 0, "roundsctl {}: {} {}", arguments.join(" "), said.json, said.errors);
        said.json
    }

    async fn write(&self, case: &str, text: &str, internal: bool) -> Value {
        let item = format!("{SYSTEM}:{case}");
        let mut arguments = vec!["act", &item, "comment", "--text", text];
        arguments.extend(internal.then_some("--internal"));
        self.good(&arguments).await
    }

    fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    fn effects(&self) -> usize {
        self.simulator.effects(Some(SYSTEM)).len()
    }

    /// Starts it again and again until nothing is left to do.
    async fn settle(&self) {
        until("the outbox is empty", || async {
            let said = self.run(&["sync"]).await;
            assert!(said.code == 0 || said.code == 5, "sync ended with {}: {} {}", said.code, said.json, said.errors);
            self.good(&["outbox"]).await["outbox"].as_array().unwrap().is_empty()
        })
        .await;
    }

    /// Each arrived as often as it was written, ends confirmed, and is shown as often.
    async fn assert_exactly_once(&self, written: &[(&str, &str, bool)], when: &str) {
        self.good(&["sync", "--full"]).await;
        let receipts = self.good(&["outbox", "--all"]).await;
        let receipts = receipts["outbox"].as_array().unwrap();
        assert_eq!(receipts.len(), written.len(), "{when}: nothing is lost");
        assert!(receipts.iter().all(|row| row["state"] == "confirmed"), "{when}: {receipts:#?}");
        let effects = self.simulator.effects(Some(SYSTEM));
        assert_eq!(effects.len(), written.len(), "{when}: {effects:#?}");
        for (case, text, internal) in written {
            let times = written.iter().filter(|one| *one == &(*case, *text, *internal)).count();
            let arrived = effects.iter().filter(|effect| {
                effect.case_id == *case
                    && effect.payload["text"] == *text
                    && effect.payload["isRestricted"] == *internal
            });
            assert_eq!(arrived.count(), times, "{when}: {text:?} on {case}");
            let shown = self.good(&["show", &format!("{SYSTEM}:{case}")]).await;
            let shown = shown["comments"].as_array().unwrap();
            let shown =
                shown.iter().filter(|one| one["text"] == *text && one["internal"] == *internal && one["mine"] == true);
            assert_eq!(shown.count(), times, "{when}: {text:?} is shown as often as it was written");
        }
        let checks = self.good(&["doctor"]).await;
        assert!(checks["checks"].as_array().unwrap().iter().all(|check| check["ok"] == true), "{when}: {checks:#}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_and_sends_nothing_twice() {
    let program = Program::new(25).await;
    program.good(&["sync"]).await;
    let cases = cases(&program.simulator);
    program.simulator.down(SYSTEM).await.unwrap();
    let mut written = Vec::new();
    for (case, text, internal) in [
        (0, "Please call her back", true),
        (0, "Please call her back", true),
        (0, "Please call her back", false),
        (1, "Ліки замінено 🩺", false),
        (2, "third case", true),
        (3, "fourth case", false),
    ] {
        program.write(&cases[case], text, internal).await;
        written.push((cases[case].as_str(), text, internal));
    }
    assert_eq!(program.run(&["sync"]).await.code, 5, "a system that cannot be reached is said in the exit status");
    let mut offline = program.spawn(&["sync"]);
    offline.kill().await.unwrap();
    program.simulator.up(SYSTEM).unwrap();
    for requests in [1, 9, 11, 12, 13, 14, 16] {
        let before = program.simulator.requests().total;
        let mut sync = program.spawn(&["sync"]);
        until("it is at work, or done", || async {
            program.simulator.requests().total >= before + requests || program.effects() == written.len()
        })
        .await;
        sync.kill().await.unwrap();
        let outbox = program.good(&["outbox", "--all"]).await;
        assert_eq!(
            outbox["outbox"].as_array().unwrap().len(),
            written.len(),
            "after a kill every action is still here"
        );
    }
    program.settle().await;
    program.assert_exactly_once(&written, "after seven kills").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_the_comment_is_on_the_wire_it_looks_before_it_sends_again() {
    for applied in [true, false] {
        let program = Program::new(10).await;
        program.good(&["sync"]).await;
        let cases = cases(&program.simulator);
        let fault = FaultSpec::new(SYSTEM, Fault::Timeout { applied }).on_action(COMMENT);
        program.simulator.add_fault(fault).unwrap();
        program.write(&cases[0], "on the wire", true).await;
        program.write(&cases[1], "behind it", false).await;
        let mut sync = program.spawn(&["sync"]);
        until("the comment is on the wire", || async { program.simulator.faults()[0].struck == 1 }).await;
        sync.kill().await.unwrap();
        assert_eq!(program.effects(), usize::from(applied));
        let outbox = program.good(&["outbox"]).await;
        let states: Vec<_> = outbox["outbox"].as_array().unwrap().iter().map(|row| row["state"].clone()).collect();
        assert!(states.contains(&json!("doubtful")), "after the restart nobody knows: {states:?}");
        program.settle().await;
        program
            .assert_exactly_once(
                &[(&cases[0], "on the wire", true), (&cases[1], "behind it", false)],
                &format!("applied: {applied}"),
            )
            .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exit_status_tells_a_script_what_happened() {
    let program = Program::new(8).await;
    program.good(&["sync"]).await;
    let case = cases(&program.simulator).remove(0);
    let item = format!("{SYSTEM}:{case}");

    let wrong = program.dir.path().join("wrong");
    std::fs::write(&wrong, "wrong\n").unwrap();
    let mut command = Command::new(roundsctl());
    command
        .arg("--profile")
        .arg(program.dir.path().join("profile"))
        .arg("--passphrase-file")
        .arg(&wrong)
        .args(["--json", "list"]);
    let output = command.output().await.unwrap();
    assert_eq!(output.status.code(), Some(3), "a wrong passphrase");
    let error: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(error["error"]["code"], "wrongKey", "{error}");

    assert_eq!(program.run(&["act", &item, "comment"]).await.code, 2, "a comment without a text");
    assert_eq!(program.run(&["frobnicate"]).await.code, 2, "an unknown command");
    assert_eq!(program.run(&["show", "carevalidate:none"]).await.code, 1, "an unknown case");

    program
        .simulator
        .add_fault(
            FaultSpec::new(
                SYSTEM,
                Fault::Status { code: 403, body: None, headers: BTreeMap::default(), applied: false },
            )
            .on_action(COMMENT),
        )
        .unwrap();
    let row = program.write(&case, "refused", true).await;
    let id = row["id"].as_str().unwrap().to_owned();
    assert_eq!(program.run(&["sync"]).await.code, 4, "something waits for a person");
    assert_eq!(program.run(&["connection", "remove", "Clinic"]).await.code, 1, "it still has an unsettled action");
    assert_eq!(program.run(&["discard", &id]).await.code, 2, "giving up takes a reason");
    program.good(&["discard", &id, "--reason", "wrong case"]).await;
    assert_eq!(program.effects(), 0);

    program.simulator.add_fault(FaultSpec::new(SYSTEM, Fault::Timeout { applied: false }).on_method("GET")).unwrap();
    let mut busy = program.spawn(&["sync"]);
    until("it is at work", || async { program.simulator.faults().last().unwrap().struck == 1 }).await;
    assert_eq!(program.run(&["list"]).await.code, 6, "the profile is in use");
    busy.kill().await.unwrap();
    program.good(&["connection", "remove", "Clinic"]).await;
}
