//! What a colleague changes is here soon: by the audit log, and where there is none, by the list.

use std::collections::BTreeSet;

use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Fault, FaultSpec, Options, Temperament};
use serde_json::json;

use super::{ILLUMINA, Laboratory, nothing};

/// A case on which no work goes on, so that it is not read again by itself.
fn closed(laboratory: &Laboratory) -> String {
    laboratory.case_that(|case| case["status"] == "Complete")
}

#[tokio::test]
async fn the_audit_log_names_what_changed_and_what_is_new() {
    for settings in [json!({}), json!({"auditByDisplayId": true})] {
        let laboratory = Laboratory::at_work(60, &settings).await;
        let case = closed(&laboratory);
        laboratory.edit(&json!({"caseId": case, "comment": {"text": "Amended report sent."}}));
        let new = laboratory.simulator.create(ILLUMINA, &json!({})).unwrap()["id"].as_str().unwrap().to_owned();
        let report = laboratory.sync(Extent::Recent).await;
        assert_eq!(report.error, None, "{settings}");
        let comments = laboratory.view(&case).await.comments;
        assert!(comments.iter().any(|comment| comment.text == "Amended report sent."), "{settings}");
        assert_eq!(
            laboratory.view(&new).await.row.status.as_deref(),
            Some("New/AWAITING_MOLECULAR_DATA"),
            "{settings}"
        );
    }
}

#[tokio::test]
async fn what_the_audit_log_tells_of_another_workgroup_is_nobodys_here() {
    let laboratory = Laboratory::at_work(10, &nothing()).await;
    let case = closed(&laboratory);
    let refused = Fault::Status {
        code: 403,
        body: Some(json!({"message": "The case belongs to another workgroup"})),
        headers: std::collections::BTreeMap::new(),
        applied: false,
    };
    let spec = FaultSpec::new(ILLUMINA, refused).on_path(&format!("/crs/api/v1/cases/{case}")).times(-1);
    laboratory.simulator.add_fault(spec).unwrap();
    laboratory.edit(&json!({"caseId": case, "tag": "elsewhere"}));
    assert_eq!(laboratory.sync(Extent::Recent).await.error, None);
    assert!(laboratory.desk.rounds().rejected(laboratory.connection).await.unwrap().is_empty());
}

#[tokio::test]
async fn where_there_is_no_audit_log_the_list_of_open_cases_tells_and_the_daily_sweep_the_rest() {
    for audit_log in ["missing", "forbidden"] {
        let laboratory = Laboratory::at_work(60, &json!({"auditLog": audit_log})).await;
        let case = closed(&laboratory);
        laboratory.edit(&json!({"caseId": case, "comment": {"text": "Amended report sent."}}));
        let new = laboratory.simulator.create(ILLUMINA, &json!({})).unwrap()["id"].as_str().unwrap().to_owned();
        for _ in 0..2 {
            assert_eq!(laboratory.sync(Extent::Recent).await.error, None, "{audit_log}");
        }
        assert!(laboratory.desk.found("").await.contains(&new), "{audit_log}: what is new is here at once");
        let told = |view: rounds_domain::view::ItemView| {
            view.comments.iter().any(|comment| comment.text == "Amended report sent.")
        };
        assert!(!told(laboratory.view(&case).await), "{audit_log}: of a closed case nothing tells");
        assert_eq!(laboratory.sync(Extent::Full).await.error, None, "{audit_log}");
        assert!(told(laboratory.view(&case).await), "{audit_log}: until everything is read");
        // The tenant gets one: found within a day.
        laboratory.simulator.change_settings(ILLUMINA, &json!({"auditLog": "served"})).unwrap();
        laboratory.sync(Extent::Full).await;
        laboratory.edit(&json!({"caseId": case, "tag": "amended"}));
        laboratory.sync(Extent::Recent).await;
        let view = laboratory.view(&case).await;
        assert!(view.row.flags.iter().any(|flag| flag.label == "#amended"), "{audit_log}: the log is used again");
    }
}

#[tokio::test]
async fn a_list_that_takes_no_status_is_read_whole() {
    let laboratory = Laboratory::at_work(60, &json!({"auditLog": "missing", "searchByStatus": false})).await;
    let new = laboratory.simulator.create(ILLUMINA, &json!({})).unwrap()["id"].as_str().unwrap().to_owned();
    assert_eq!(laboratory.sync(Extent::Recent).await.error, None);
    assert!(laboratory.desk.found("").await.contains(&new));
}

#[tokio::test]
async fn what_vanished_is_gone_after_two_whole_sweeps_and_not_before() {
    let laboratory = Laboratory::at_work(60, &nothing()).await;
    let case = closed(&laboratory);
    laboratory.simulator.delete(ILLUMINA, &case).unwrap();
    laboratory.sync(Extent::Full).await;
    assert!(laboratory.desk.found("").await.contains(&case), "one sweep may have missed it");
    laboratory.desk.clock.advance(std::time::Duration::from_secs(5));
    laboratory.sync(Extent::Full).await;
    assert!(!laboratory.desk.found("").await.contains(&case));
}

#[tokio::test]
async fn whatever_moves_while_the_list_is_read_everything_is_here_in_the_end() {
    let options = Options { items: 150, temperament: Temperament::Unkind, ..Options::default() };
    let laboratory = Laboratory::closed(options, &json!({"driftOneIn": 2, "mostRows": 15}), &[]).await;
    for _ in 0..3 {
        assert_eq!(laboratory.sync(Extent::Full).await.error, None);
    }
    laboratory.simulator.change_settings(ILLUMINA, &json!({"drift": false})).unwrap();
    assert_eq!(laboratory.sync(Extent::Recent).await.error, None);
    assert_eq!(laboratory.desk.found("").await, laboratory.cases());
    for case in laboratory.cases() {
        let here = laboratory.view(&case).await.row.updated;
        let there = laboratory.truth(&case)["updatedDate"].as_str().map(str::to_owned);
        let at = there.as_deref().and_then(rounds_domain::moment::instant);
        assert_eq!(
            here.map(|at| at.timestamp_millis()),
            at.map(|at| at.timestamp_millis()),
            "{case} is here as it stands there"
        );
    }
}

#[tokio::test]
async fn a_spoiled_page_costs_what_is_spoiled_and_is_counted() {
    for (fault, rejected) in
        [(Fault::RecordWithoutId, 1), (Fault::GarbledRecord, 0), (Fault::UnknownStatus, 0), (Fault::DuplicateRows, 0)]
    {
        let options = Options { items: 15, temperament: Temperament::Kind, ..Options::default() };
        let laboratory = Laboratory::closed(options, &nothing(), &[]).await;
        let spec = FaultSpec::new(ILLUMINA, fault.clone()).on_path("/cases/search").times(-1);
        laboratory.simulator.add_fault(spec).unwrap();
        let report = laboratory.sync(Extent::Full).await;
        assert_eq!(report.error, None, "{fault:?}");
        assert_eq!(
            laboratory.desk.rounds().rejected(laboratory.connection).await.unwrap().len(),
            rejected,
            "{fault:?}"
        );
        assert!(laboratory.desk.found("").await.len() >= 15 - rejected, "{fault:?}: one bad row is not the page");
        assert_eq!(
            laboratory.about().await.unknown_words.is_empty(),
            fault != Fault::UnknownStatus && fault != Fault::GarbledRecord,
            "{fault:?}"
        );
        laboratory.simulator.clear_faults();
        laboratory.sync(Extent::Full).await;
        assert_eq!(laboratory.desk.found("").await, laboratory.cases(), "{fault:?}: read again whole");
        assert!(laboratory.desk.rounds().rejected(laboratory.connection).await.unwrap().is_empty(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_page_that_is_another_than_was_asked_for_is_never_taken_for_the_end() {
    let options = Options { items: 60, temperament: Temperament::Kind, ..Options::default() };
    let laboratory = Laboratory::closed(options, &nothing(), &[]).await;
    let spec = FaultSpec::new(ILLUMINA, Fault::RepeatCursor).on_path("pageNumber=1").times(1);
    laboratory.simulator.add_fault(spec).unwrap();
    let report = laboratory.sync(Extent::Full).await;
    assert!(report.error.is_some(), "it is told");
    laboratory.desk.clock.advance(std::time::Duration::from_mins(10));
    laboratory.sync(Extent::Full).await;
    assert_eq!(laboratory.desk.found("").await, laboratory.cases());
}

#[tokio::test]
async fn no_address_ever_holds_a_name_or_a_record_number() {
    let laboratory = Laboratory::at_work(30, &nothing()).await;
    let case = laboratory.case_that(|_| true);
    let truth = laboratory.truth(&case);
    let identifiers = &truth["caseSubjects"][0]["subject"]["_identifiers"];
    let asked: BTreeSet<String> =
        laboratory.simulator.requests().last.iter().map(|request| request.path.clone()).collect();
    for secret in [&identifiers["lastName"], &identifiers["mrn"]] {
        assert!(asked.iter().all(|path| !path.contains(secret.as_str().unwrap())), "{secret} stands in an address");
    }
    assert_eq!(laboratory.simulator.violations().len(), 0);
}
