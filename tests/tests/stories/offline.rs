//! Written while the system is away, kept through a crash, sent once when it is back.

use rounds_domain::outbox::OutboxState;
use rounds_simulator::{Fault, FaultSpec, Temperament};

use crate::clinic::{COMMENT, Clinic, SYSTEM, options};

#[tokio::test]
async fn what_was_written_offline_survives_a_crash_and_arrives_exactly_once() {
    for temperament in [Temperament::Kind, Temperament::Unkind] {
        let mut clinic = Clinic::open(options(40, temperament), &[("server_timeout_seconds", "5")]).await;
        clinic.pull().await;
        let cases = clinic.cases();
        clinic.simulator.down(SYSTEM).await.unwrap();
        let mut written = Vec::new();
        for (case, text, internal) in [
            (0, "Please call her back", true),
            (0, "Please call her back", true),
            (0, "Please call her back", false),
            (1, "Please call her back", false),
            (2, "Ліки замінено — див. «протокол» 🩺\nnew line", true),
            (3, "  spaces  kept  ", false),
        ] {
            written.push((clinic.write(&cases[case], text, internal).await, cases[case].clone(), text, internal));
        }
        let report = clinic.sync().await;
        assert_eq!(report.error.map(|error| error.kind).as_deref(), Some("offline"), "{temperament:?}");
        assert_eq!(clinic.found("").await.len(), 40, "{temperament:?}: the worklist stays readable");
        for _ in 0..3 {
            clinic.desk.start_again().await;
            assert_eq!(
                clinic.rounds().outbox(false).await.unwrap().len(),
                written.len(),
                "{temperament:?}: nothing is lost by a crash"
            );
            clinic.sync().await;
        }
        assert_eq!(
            clinic.found("is:pending").await.len(),
            4,
            "{temperament:?}: four rows say that something is on its way"
        );
        assert_eq!(clinic.item(&cases[0]).await.comments.iter().filter(|comment| comment.action.is_some()).count(), 3);
        clinic.simulator.up(SYSTEM).unwrap();
        clinic.settle().await;
        let written: Vec<_> =
            written.iter().map(|(id, case, text, internal)| (*id, case.as_str(), *text, *internal)).collect();
        clinic.assert_exactly_once(&written, &format!("{temperament:?}")).await;
        assert!(clinic.found("is:pending").await.is_empty());
    }
}

#[tokio::test]
async fn a_crash_in_the_middle_of_sending_is_doubt_and_doubt_is_settled_by_looking() {
    for (what, fault) in
        [("it was applied", Fault::Timeout { applied: true }), ("it was not", Fault::Timeout { applied: false })]
    {
        let mut clinic = Clinic::at_work_with(12, &[("request_timeout_seconds", "60")]).await;
        let cases = clinic.cases();
        clinic.fault(FaultSpec::new(SYSTEM, fault).on_action(COMMENT));
        let mut written = Vec::new();
        for case in &cases[..3] {
            written.push((clinic.write(case, "half-way", false).await, case.as_str(), "half-way", false));
        }
        let rounds = std::sync::Arc::clone(clinic.rounds());
        let sending = tokio::spawn(async move {
            rounds.sync_now(None, rounds_engine::pull::plan::Extent::Recent, rounds_sync::Patience::SHORT).await
        });
        crate::clinic::until("the first comment is on the wire", || async { clinic.simulator.faults()[0].struck == 1 })
            .await;
        sending.abort();
        let _ = sending.await;
        clinic.desk.start_again().await;
        let states: Vec<_> = clinic.outbox().await.into_iter().map(|row| row.state).collect();
        assert_eq!(states.iter().filter(|state| **state == OutboxState::Doubtful).count(), 1, "{what}: {states:?}");
        clinic.settle().await;
        clinic.assert_exactly_once(&written, what).await;
    }
}

#[tokio::test]
async fn a_comment_does_not_flicker_from_saving_to_its_return() {
    let clinic = Clinic::open(options(20, Temperament::Unkind), &[]).await;
    clinic.simulator.change_settings(SYSTEM, &serde_json::json!({"lateMs": {"min": 300, "max": 900}})).unwrap();
    clinic.pull().await;
    let case = clinic.cases().remove(0);
    let before = clinic.item(&case).await.comments.len();
    let id = clinic.write(&case, "steady", true).await;
    clinic.rounds().start();
    crate::clinic::until("the system's own copy is shown", || async {
        let seen = clinic.item(&case).await;
        let mine: Vec<_> = seen.comments.iter().filter(|comment| comment.text == "steady").collect();
        assert_eq!(mine.len(), 1, "at every moment it is shown once");
        assert_eq!(seen.row.comments as usize, before + 1, "and counted once on its row");
        mine[0].action.is_none()
    })
    .await;
    assert_eq!(clinic.row(id).await.state, OutboxState::Confirmed);
    clinic.rounds().close(std::time::Duration::from_secs(10)).await.unwrap();
}
