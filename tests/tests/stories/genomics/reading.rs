//! What a laboratory sees of its cases, whichever way its tenant tells it.

use rounds_domain::item::StatusGroup;
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Options, Temperament};
use rounds_sync::desk::AttachmentState;
use serde_json::json;

use super::{Laboratory, READY, nothing};
use crate::clinic::until;

#[tokio::test]
async fn a_case_is_shown_with_everything_that_its_reads_tell() {
    let laboratory = Laboratory::at_work(60, &nothing()).await;
    let case = laboratory.case_that(|case| {
        let analysed = case["ingestionResult"].is_string() && !case["_metadata"].is_null();
        analysed && case["_comments"].as_array().is_some_and(|all| !all.is_empty())
    });
    laboratory.edit(&json!({"caseId": case, "status": "In Progress/QC_WARNING"}));
    laboratory.sync(Extent::Recent).await;
    let (view, truth) = (laboratory.view(&case).await, laboratory.truth(&case));
    assert_eq!(view.row.status.as_deref(), Some("In Progress/QC_WARNING"));
    assert_eq!(view.row.status_group, StatusGroup::Waiting);
    assert_eq!(view.row.title.as_deref(), truth["testDefinition"]["name"].as_str());
    assert!(view.row.due.is_some());
    let identifiers: Vec<&str> = view.identifiers.iter().map(|identifier| identifier.value.as_str()).collect();
    let subject = &truth["caseSubjects"][0];
    for wanted in
        [&truth["displayId"], &subject["subject"]["_identifiers"]["mrn"], &subject["samples"][0]["externalSampleId"]]
    {
        assert!(identifiers.contains(&wanted.as_str().unwrap()), "{wanted} among {identifiers:?}");
    }
    let facts = view.facts.iter().flat_map(|group| &group.facts);
    let facts: Vec<(&str, &str)> = facts.map(|fact| (fact.label.as_str(), fact.value.as_str())).collect();
    assert!(facts.contains(&("Batch", truth["_metadata"]["Batch"].as_str().unwrap())), "{facts:?}");
    assert!(facts.iter().any(|(label, _)| *label == "Variants"), "the result is JSON inside a string: {facts:?}");
    assert_eq!(view.comments.len(), truth["_comments"].as_array().unwrap().len());
}

#[tokio::test]
async fn without_direct_identifiers_nobody_is_named() {
    for (settings, but) in [
        (json!({}), [("direct_identifiers", "false")]),
        (json!({"discloses": "never"}), [("direct_identifiers", "true")]),
    ] {
        let laboratory = Laboratory::at_work_with(30, &settings, &but).await;
        let case = laboratory.case_that(|_| true);
        let view = laboratory.view(&case).await;
        assert_eq!(view.row.patient, None, "{settings}");
        let told = view.facts.iter().flat_map(|group| &group.facts).any(|fact| fact.value == "Not disclosed");
        assert!(told, "{settings}: and that is said");
    }
}

#[tokio::test]
async fn a_delivery_state_that_the_search_leaves_out_is_read_from_the_case() {
    let laboratory = Laboratory::at_work(60, &json!({"searchTellsDelivery": false})).await;
    let case = laboratory.case_at(READY).await;
    laboratory.sync(Extent::Full).await;
    assert_eq!(laboratory.view(&case).await.row.status.as_deref(), Some(READY), "also after the search was read");
}

#[tokio::test]
async fn the_key_is_sent_in_the_way_that_is_taken() {
    for (header, given) in [
        ("authorization", "by-flavour"),
        ("x-auth-token", "by-flavour"),
        ("authorization", "authorization"),
        ("x-auth-token", "x-auth-token"),
    ] {
        let options = Options { items: 10, temperament: Temperament::Kind, ..Options::default() };
        let laboratory = Laboratory::closed(options, &json!({"keyHeader": header}), &[("key_header", given)]).await;
        assert_eq!(laboratory.sync(Extent::Full).await.error, None, "{header}, set: {given}");
        assert_eq!(laboratory.desk.found("").await.len(), 10, "{header}, set: {given}");
    }
    let options = Options { items: 10, temperament: Temperament::Kind, ..Options::default() };
    let laboratory =
        Laboratory::closed(options, &json!({"keyHeader": "authorization"}), &[("key_header", "x-auth-token")]).await;
    assert!(laboratory.sync(Extent::Full).await.error.is_some(), "what a person set is not overruled");
}

#[tokio::test]
async fn files_are_listed_when_somebody_looks_and_fetched_when_somebody_asks() {
    for settings in [json!({}), json!({"filesSigned": true})] {
        let laboratory = Laboratory::at_work_with(30, &settings, &[("allow_delete_files", "false")]).await;
        let case = laboratory.case_that(|case| case["_files"].as_array().is_some_and(|files| !files.is_empty()));
        let id = laboratory.id(&case);
        assert_eq!(laboratory.view(&case).await.attachments, None, "nobody asked yet");
        laboratory.desk.rounds().watch(id);
        until("the files are listed", || async { laboratory.view(&case).await.attachments.is_some() }).await;
        let files = laboratory.view(&case).await.attachments.unwrap();
        assert_eq!(files.len(), laboratory.truth(&case)["_files"].as_array().unwrap().len());
        laboratory.desk.rounds().fetch_attachment_now(id, files[0].id.clone()).await.unwrap();
        let file = laboratory.desk.rounds().attachment(id, files[0].id.clone()).await.unwrap();
        let AttachmentState::Here { bytes, .. } = file else { panic!("it is here") };
        assert!(String::from_utf8_lossy(&bytes).starts_with("Made-up contents"), "{settings}");
        assert_eq!(laboratory.simulator.violations().len(), 0, "{settings}: no key goes to the store");
    }
}

#[tokio::test]
async fn a_file_that_is_to_be_deleted_is_named_by_its_name() {
    let laboratory = Laboratory::at_work(30, &nothing()).await;
    let case = laboratory.case_that(|case| case["_files"].as_array().is_some_and(|files| !files.is_empty()));
    let file = laboratory.truth(&case)["_files"][0].clone();
    let id = laboratory.act(&case, "delete-file", json!({"file": file["id"]})).await.unwrap();
    let names = laboratory.desk.row(id).await.names;
    assert_eq!(names.get(file["id"].as_str().unwrap()).map(String::as_str), file["name"].as_str());
}
