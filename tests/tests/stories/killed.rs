//! The program as a process of its own (`roundsctl`), killed by SIGKILL wherever it stands.

use std::collections::BTreeMap;

use rounds_simulator::{Fault, FaultSpec, Running, Simulator, Temperament};
use serde_json::{Value, json};
use tokio::process::Command;

use crate::{
    clinic::{COMMENT, SYSTEM, cases, form, options, until},
    programs::{Ctl, built},
};

struct Program {
    simulator: Running,
    ctl: Ctl,
}

impl std::ops::Deref for Program {
    type Target = Ctl;

    fn deref(&self) -> &Ctl {
        &self.ctl
    }
}

impl Program {
    async fn new(items: usize) -> Self {
        let simulator = Simulator::start(options(items, Temperament::Kind)).await.unwrap();
        let ctl = Ctl::new().await;
        ctl.connect(form(&simulator.announcement.systems[SYSTEM], "Clinic", &[])).await;
        Self { simulator, ctl }
    }

    fn effects(&self) -> usize {
        self.simulator.effects(Some(SYSTEM)).len()
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
async fn files_are_found_and_fetched_by_a_script() {
    let program = Program::new(60).await;
    program.good(&["sync"]).await;
    let files = |case: &String| {
        let truth = program.simulator.truth(SYSTEM, case).unwrap();
        truth["case"]["attachments"].as_array().map_or(0, Vec::len)
    };
    let case = cases(&program.simulator).into_iter().max_by_key(files).unwrap();
    let item = format!("{SYSTEM}:{case}");
    assert!(program.good(&["show", &item]).await["attachments"].is_null(), "sweeps leave files out");
    let listed = program.good(&["attachment", &item]).await["attachments"].clone();
    assert!(listed.as_array().unwrap().len() >= files(&case) && files(&case) > 0, "{listed}");
    assert_eq!(program.good(&["attachment", &item, "--list"]).await["attachments"], listed);
    assert_eq!(program.good(&["show", &item]).await["attachments"], listed, "and now they are known here too");
    let id = listed[0]["id"].as_str().unwrap();
    assert!(listed[0]["fileName"].is_string(), "{listed}");
    let out = program.dir.path().join("out");
    let wrote = program.good(&["attachment", &item, id, "--out", out.to_str().unwrap()]).await;
    assert_eq!(std::fs::read(&out).unwrap().len(), usize::try_from(wrote["bytes"].as_u64().unwrap()).unwrap());
    assert_eq!(program.run(&["attachment", &item, id]).await.code, 2, "where to was not said");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_exit_status_tells_a_script_what_happened() {
    let program = Program::new(8).await;
    program.good(&["sync"]).await;
    let case = cases(&program.simulator).remove(0);
    let item = format!("{SYSTEM}:{case}");

    let wrong = program.dir.path().join("wrong");
    std::fs::write(&wrong, "wrong\n").unwrap();
    let mut command = Command::new(built("roundsctl"));
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

#[tokio::test]
async fn a_system_that_answers_and_takes_nothing_is_told_by_the_exit_status_too() {
    let program = Program::new(20).await;
    program.good(&["sync", "--full"]).await;
    let case = cases(&program.simulator)[0].clone();
    program.write(&case, "not now", true).await;
    let headers = BTreeMap::from([("Retry-After".to_owned(), "60".to_owned())]);
    let busy = Fault::Status { code: 429, body: None, headers, applied: false };
    program.simulator.add_fault(FaultSpec::new(SYSTEM, busy).on_action(COMMENT)).unwrap();
    let said = program.run(&["sync"]).await;
    assert_eq!(said.code, 5, "reading worked and sending did not: {} {}", said.json, said.errors);
    assert_eq!(said.json["connections"][0]["error"]["kind"], "later", "{}", said.json);
    assert_eq!(said.json["connections"][0]["outbox"]["waiting"], 1, "{}", said.json);
}
