//! Reading the specimens of watched patients: all of them, again and again, whatever is wrong with one.

use std::collections::BTreeSet;

use rounds_domain::item::StatusGroup;
use rounds_engine::pull::plan::Extent;
use rounds_simulator::{Fault, FaultSpec};
use rounds_sync::Known;
use serde_json::json;

use super::{EHEALTH, Laboratory};

/// The ids of everything that is some watched patient's.
fn watched(laboratory: &Laboratory) -> BTreeSet<String> {
    let facts = laboratory.simulator.facts(EHEALTH).unwrap();
    let theirs = |id: &String| {
        let of = laboratory.simulator.truth(EHEALTH, id).unwrap()["patientId"].clone();
        facts["patients"].as_array().unwrap().iter().any(|patient| patient["id"] == of && patient["watched"] == true)
    };
    let ids = laboratory.simulator.ids(EHEALTH, 0, 10_000).unwrap();
    ids["ids"].as_array().unwrap().iter().map(|id| id.as_str().unwrap().to_owned()).filter(theirs).collect()
}

#[tokio::test]
async fn every_specimen_of_every_watched_patient_is_here_over_many_pages() {
    let laboratory = Laboratory::closed(60, &json!({}), &[("records_per_page", "1")]).await;
    assert_eq!(laboratory.sync(Extent::Full).await.error, None);
    let all = watched(&laboratory);
    assert!(all.len() > 40, "the story needs some: {}", all.len());
    assert_eq!(laboratory.desk.found("kind:specimen").await, all);
    for specimen in all {
        let (view, truth) = (laboratory.view(&specimen).await, laboratory.truth(&specimen));
        assert_eq!(view.row.accession.as_deref(), truth["accession_identifier"].as_str());
        assert!(view.row.patient.is_some(), "the laboratory's name for its patient");
        let expected = match (truth["status"].as_str().unwrap(), truth["received_time"].is_null()) {
            ("available", true) => StatusGroup::New,
            ("available", false) => StatusGroup::Done,
            _ => StatusGroup::Closed,
        };
        assert_eq!(view.row.status_group, expected, "{truth}");
    }
    assert_eq!(laboratory.simulator.violations().len(), 0);
}

#[tokio::test]
async fn what_a_colleague_does_is_seen_at_the_next_poll() {
    let laboratory = Laboratory::at_work(&json!({})).await;
    let specimen = laboratory.next().await;
    laboratory.edit(&json!({"caseId": specimen, "set": {"received_time": "2026-01-02T03:04:05Z"}, "quiet": true}));
    laboratory.sync(Extent::Recent).await;
    assert_eq!(laboratory.view(&specimen).await.row.status_group, StatusGroup::Done, "also what did not move its time");
    let facts = laboratory.simulator.facts(EHEALTH).unwrap();
    let made = laboratory.simulator.create(EHEALTH, &json!({"patientId": facts["patients"][1]["id"]})).unwrap();
    laboratory.sync(Extent::Recent).await;
    assert!(laboratory.desk.found("kind:specimen").await.contains(made["id"].as_str().unwrap()), "a new one is there");
    laboratory.simulator.delete(EHEALTH, &specimen).unwrap();
    for _ in 0..2 {
        laboratory.sync(Extent::Full).await;
    }
    assert!(laboratory.view(&specimen).await.row.gone, "missed by two whole sweeps");
}

#[tokio::test]
async fn one_bad_row_of_every_list_is_counted_or_shown_and_never_costs_the_list() {
    for fault in [Fault::RecordWithoutId, Fault::UnknownStatus, Fault::GarbledRecord, Fault::DuplicateRows] {
        let laboratory = Laboratory::closed(30, &json!({}), &[]).await;
        laboratory.simulator.add_fault(FaultSpec::new(EHEALTH, fault.clone()).times(-1)).unwrap();
        assert_eq!(laboratory.sync(Extent::Recent).await.error, None, "{fault:?}");
        let (here, all) = (laboratory.desk.found("kind:specimen").await, watched(&laboratory));
        let view = laboratory.connection().await;
        if fault == Fault::RecordWithoutId {
            assert!(view.rejected > 0 && !here.is_empty() && here.is_subset(&all), "{} rejected", view.rejected);
            continue;
        }
        assert_eq!((here, view.rejected), (all, 0), "{fault:?}");
        let words: Vec<&str> = view.unknown_words.iter().map(|word| word.word.as_str()).collect();
        match fault {
            Fault::UnknownStatus => assert_eq!(words, ["quarantined"]),
            Fault::GarbledRecord => assert_eq!(words, ["42"], "a number is taken for a word that nobody knows"),
            _ => assert!(words.is_empty()),
        }
    }
}

#[tokio::test]
async fn a_patient_who_cannot_be_read_hides_nobody_else() {
    let laboratory = Laboratory::closed(30, &json!({}), &[]).await;
    let about = laboratory.connection().await.settings["watched_patients"].as_str().unwrap().to_owned();
    let with_nobody = format!("00000000-aaaa-4000-8000-000000000000 Nobody\n{about}");
    let change = rounds_sync::desk::ConnectionSettings {
        settings: crate::clinic::Words::from([("watched_patients".to_owned(), with_nobody)]),
        ..Default::default()
    };
    laboratory.desk.rounds().set_connection(laboratory.connection, change).await.unwrap();
    assert_eq!(laboratory.sync(Extent::Full).await.error, None);
    assert_eq!(laboratory.desk.found("kind:specimen").await, watched(&laboratory), "the others are all here");
    let rejected = laboratory.desk.rounds().rejected(laboratory.connection).await.unwrap();
    assert!(
        rejected.iter().any(|one| one.reason.contains("watched patient 1")),
        "who cannot be read is told by their place: {rejected:?}"
    );
}

#[tokio::test]
async fn a_list_that_comes_apart_is_read_again_and_nothing_counts_as_missing() {
    for fault in [
        Fault::RepeatCursor,
        Fault::Html { applied: false },
        Fault::CutJson { content_length: rounds_simulator::ContentLength::TooLong, applied: true },
    ] {
        let laboratory = Laboratory::closed(30, &json!({}), &[("records_per_page", "2")]).await;
        laboratory.simulator.add_fault(FaultSpec::new(EHEALTH, fault.clone()).after(3)).unwrap();
        laboratory.sync(Extent::Full).await;
        laboratory.desk.clock.advance(std::time::Duration::from_mins(10));
        laboratory.sync(Extent::Full).await;
        assert_eq!(laboratory.desk.found("kind:specimen").await, watched(&laboratory), "{fault:?}");
        assert_eq!(laboratory.desk.found("is:gone").await.len(), 0, "{fault:?}");
    }
}

#[tokio::test]
async fn a_connection_that_watches_nobody_reads_nothing_and_is_up_to_date() {
    let laboratory = Laboratory::closed(30, &json!({}), &[("watched_patients", "")]).await;
    assert_eq!(laboratory.sync(Extent::Full).await.error, None);
    assert!(laboratory.desk.found("").await.is_empty());
    assert_eq!(laboratory.asked("GET"), 0);
    let signed_in = laboratory.desk.rounds().test_connection(laboratory.connection).await.unwrap();
    assert_eq!(signed_in, Ok(Known::SignedIn), "the token is proved all the same");
    assert!(laboratory.connection().await.notes.iter().any(|note| note.contains("No patients are watched")));
}
