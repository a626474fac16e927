//! Spoiled pages: each gets its own message, nothing is lost, the rest goes on, and once healed everything is here.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use rounds_domain::view::{ConnectionView, TroubleKind};
use rounds_simulator::{ContentLength, Fault, FaultSpec, Temperament};
use serde_json::json;

use crate::clinic::{Clinic, SYSTEM, options};

fn status(code: u16) -> Fault {
    Fault::Status { code, body: None, headers: BTreeMap::default(), applied: false }
}

/// What, the fault, what the connection says then.
fn troubles() -> Vec<(&'static str, Fault, TroubleKind, &'static str)> {
    use TroubleKind::{Refused, Unreadable, Waiting};
    vec![
        (
            "a page cut in the middle",
            Fault::CutJson { content_length: ContentLength::Right, applied: true },
            Unreadable,
            "broke off",
        ),
        ("the same page again", Fault::RepeatCursor, Unreadable, "the same page twice"),
        ("a web page", Fault::Html { applied: true }, Unreadable, "web page"),
        ("a redirect", status(302), Unreadable, "redirect"),
        ("a refusal", status(403), Refused, "does not allow"),
        ("trouble of its own", status(500), Waiting, "trouble of its own (500)"),
        ("too many requests", status(429), Waiting, "asked to wait"),
        ("nothing at this address", status(404), Refused, "Check the connection's address"),
        ("no answer", Fault::NotAppliedReplyLost, Waiting, "broke before it answered"),
    ]
}

#[tokio::test]
async fn each_trouble_is_told_in_its_own_words_and_loses_nothing() {
    for some in troubles().chunks(5) {
        let stories = some.iter().map(|(what, fault, kind, said)| async move {
            let clinic = Clinic::at_work(100).await;
            let before = clinic.found("").await;
            let new = clinic.simulator.create(SYSTEM, &json!({})).unwrap()["id"].as_str().unwrap().to_owned();
            clinic.fault(FaultSpec::new(SYSTEM, fault.clone()).on_method("GET").times(-1));
            for _ in 0..3 {
                let report = clinic.sync().await;
                assert!(report.error.is_some(), "{what}: the pass must say that it failed");
                let trouble =
                    clinic.view().await.trouble.unwrap_or_else(|| panic!("{what}: the connection must say so"));
                assert!(trouble.text.contains(said), "{what}: {}", trouble.text);
                assert_eq!(trouble.kind, *kind, "{what}: {}", trouble.text);
                assert!(clinic.found("").await.is_superset(&before), "{what}: what was here stays");
                clinic.clock.advance(std::time::Duration::from_mins(10));
            }
            clinic.simulator.clear_faults();
            clinic.pull().await;
            clinic.pull().await;
            let upstream: BTreeSet<String> = clinic.cases().into_iter().collect();
            assert_eq!(clinic.found("").await, upstream, "{what}: healed, everything is here");
            assert!(upstream.contains(&new));
            assert!(clinic.found("is:gone").await.is_empty(), "{what}");
            assert_eq!(clinic.view().await.trouble, None, "{what}: healed, nothing is said any more");
        });
        join_all(stories).await;
    }
}

#[tokio::test]
async fn a_first_pull_gets_over_every_fault_that_strikes_now_and_then() {
    let faults = [
        Fault::CutJson { content_length: ContentLength::Right, applied: true },
        Fault::RepeatCursor,
        Fault::ExpiredCursor,
        Fault::DuplicateRows,
        Fault::RecordWithoutId,
        Fault::UnknownStatus,
        Fault::GarbledRecord,
        Fault::Html { applied: true },
        Fault::NotAppliedReplyLost,
        status(500),
        status(429),
    ];
    let clinic = Clinic::open(options(300, Temperament::Unkind), &[]).await;
    for (place, fault) in faults.into_iter().enumerate() {
        clinic.fault(FaultSpec::new(SYSTEM, fault).on_method("GET").after(place as u64).times(2));
    }
    for _ in 0..20 {
        if clinic.sync().await.error.is_none() && clinic.simulator.faults().iter().all(|fault| fault.still_strikes == 0)
        {
            break;
        }
        clinic.clock.advance(std::time::Duration::from_mins(1));
    }
    assert!(clinic.simulator.faults().iter().all(|fault| fault.struck > 0), "the story needs every fault to strike");
    clinic.pull().await;
    clinic.pull().await;
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
    let view = clinic.view().await;
    assert_eq!((view.trouble.clone(), view.rejected), (None, 0), "healed, nothing is said any more");
    assert_eq!(strange_words(&view), 0, "healed, the strange word is forgotten");
    assert!(clinic.found("is:gone").await.is_empty());
}

#[tokio::test]
async fn a_cursor_that_expired_begins_its_part_again() {
    let clinic = Clinic::open(options(120, Temperament::Kind), &[("records_per_page", "5")]).await;
    clinic.fault(FaultSpec::new(SYSTEM, Fault::ExpiredCursor).times(3));
    for _ in 0..10 {
        clinic.sync().await;
        clinic.clock.advance(std::time::Duration::from_secs(30));
    }
    assert_eq!(clinic.simulator.faults()[0].struck, 3);
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
    assert_eq!(clinic.view().await.trouble, None);
}

#[tokio::test]
async fn rows_that_come_twice_and_in_disorder_stand_once() {
    let clinic = Clinic::open(options(120, Temperament::Kind), &[]).await;
    clinic.fault(FaultSpec::new(SYSTEM, Fault::DuplicateRows).times(-1));
    let report = clinic.pull().await;
    assert_eq!(report.feeds[0].new, 120, "each was new once");
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
}

#[tokio::test]
async fn a_record_without_an_id_is_kept_aside_and_takes_no_case_away() {
    let clinic = Clinic::at_work(60).await;
    clinic.fault(FaultSpec::new(SYSTEM, Fault::RecordWithoutId).times(-1));
    for _ in 0..4 {
        clinic.pull().await;
    }
    assert_eq!(clinic.found("").await.len(), 60, "a case whose id is missing today is not gone");
    let view = clinic.view().await;
    let rejected = clinic.rounds().rejected(clinic.connection).await.unwrap();
    assert!(view.rejected > 0 && !rejected.is_empty(), "it is counted and can be looked at");
    assert!(rejected.iter().all(|one| one.reason.contains("no id") && one.external_id.is_none()), "{rejected:?}");
    clinic.simulator.clear_faults();
    clinic.pull().await;
    assert_eq!(clinic.view().await.rejected, 0, "healed, it is not counted any more");
    assert_eq!(clinic.found("").await.len(), 60);
}

#[tokio::test]
async fn a_status_that_no_document_lists_is_shown_in_the_systems_own_word() {
    let clinic = Clinic::open(options(40, Temperament::Kind), &[]).await;
    clinic.fault(FaultSpec::new(SYSTEM, Fault::UnknownStatus).times(-1));
    clinic.pull().await;
    assert_eq!(clinic.found("").await.len(), 40, "no case is lost for a word");
    let view = clinic.view().await;
    assert_eq!(view.rejected, 0);
    let strange = clinic.found("status:on_sabbatical").await;
    assert_eq!(strange.len(), strange_words(&view), "the connection counts what the list finds");
    assert!(!strange.is_empty());
    assert!(
        strange.is_disjoint(&clinic.found("status:done").await),
        "a word that nobody understands is not taken for done"
    );
    clinic.simulator.clear_faults();
    clinic.pull().await;
    assert_eq!(strange_words(&clinic.view().await), 0);
}

/// How many items the connection says have the word that no document lists. (Orders have some of their own.)
fn strange_words(view: &ConnectionView) -> usize {
    view.unknown_words.iter().filter(|word| word.word == "ON_SABBATICAL").map(|word| word.count as usize).sum()
}

#[tokio::test]
async fn a_record_with_wrong_types_loses_only_what_cannot_be_read() {
    let clinic = Clinic::at_work(40).await;
    clinic.fault(FaultSpec::new(SYSTEM, Fault::GarbledRecord).times(-1));
    for _ in 0..3 {
        clinic.pull().await;
    }
    assert_eq!(clinic.found("").await.len(), 40, "no case is gone for a garbled field");
    clinic.simulator.clear_faults();
    clinic.pull().await;
    for case in clinic.cases() {
        let truth = clinic.simulator.truth(SYSTEM, &case).unwrap();
        assert_eq!(clinic.item(&case).await.row.status.as_deref(), truth["case"]["status"].as_str(), "{case}: healed");
    }
    assert_eq!(clinic.found("is:gone").await.len(), 0);
}
