//! Reading: every row, whatever moves meanwhile; and what a row becomes.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use rounds_domain::{
    error::AndNow,
    item::{IdentifierKind, ItemKind, Priority, StatusGroup},
    pull::{Page, Slice},
};
use rounds_remote::seam::Target;
use rounds_simulator::{ContentLength, Fault, FaultSpec, Temperament};
use serde_json::json;

use crate::desk::{AMBRA, Desk};

fn ids(pages: &[Page]) -> BTreeSet<String> {
    pages.iter().flat_map(|page| &page.records).map(|record| record.item.external_id.clone()).collect()
}

fn all(ids: Vec<String>) -> BTreeSet<String> {
    ids.into_iter().collect()
}

const FROM_THE_START: Slice = Slice::Changed { since: None };

#[tokio::test]
async fn a_thousand_studies_are_read_through_an_unkind_ambra_without_a_miss() {
    // Of ten items seven are studies.
    let desk = Desk::open(1430, Temperament::Unkind, &[]).await;
    let studies = all(desk.ids("study"));
    assert!(studies.len() >= 1000, "{}", studies.len());
    for slice in [FROM_THE_START, Slice::All] {
        let pages = desk.sweep("studies", &slice).await;
        let read = ids(&pages);
        let missed: Vec<_> = studies.difference(&read).collect();
        assert!(missed.is_empty(), "{slice:?} missed {} of {}", missed.len(), studies.len());
        assert!(pages.iter().all(|page| page.rejected.is_empty()));
    }
    for (feed, kind) in [("cases", "case"), ("orders", "order")] {
        for slice in [FROM_THE_START, Slice::All] {
            let read = ids(&desk.sweep(feed, &slice).await);
            assert_eq!(read, all(desk.ids(kind)), "{feed} {slice:?}");
        }
    }
    assert_eq!(desk.simulator.violations().len(), 0);
}

#[tokio::test]
async fn what_changed_since_the_watermark_comes_and_nothing_older() {
    for zone in [json!("America/New_York"), json!("Europe/Kyiv"), json!(null)] {
        let desk = Desk::closed(200, Temperament::Kind, &[]).await;
        desk.set(&json!({"timeZone": zone}));
        desk.enter().await;
        let pages = desk.sweep("studies", &FROM_THE_START).await;
        let reached = pages.iter().filter_map(|page| page.reached).max().expect("a watermark");
        let changed = desk.ids("study")[3].clone();
        desk.edit(&json!({"caseId": changed, "set": {"study_description": "EDITED UPSTREAM"}}));
        let pages = desk.sweep("studies", &Slice::Changed { since: Some(reached) }).await;
        let read = ids(&pages);
        assert!(read.contains(&changed), "{zone}");
        assert!(read.len() < 10, "{zone}: {} rows came", read.len());
        let next = pages.iter().filter_map(|page| page.reached).max();
        assert!(next > Some(reached), "{zone}: the watermark moves on");
    }
}

#[tokio::test]
async fn no_change_is_missed_while_the_clocks_change() {
    for (zone, change) in [
        ("America/New_York", "2026-03-08T07:00:00Z"),
        ("America/New_York", "2026-11-01T06:00:00Z"),
        ("Europe/Kyiv", "2026-03-29T01:00:00Z"),
        ("Europe/Kyiv", "2026-10-25T01:00:00Z"),
    ] {
        let desk = Desk::closed(60, Temperament::Kind, &[]).await;
        desk.set(&json!({"timeZone": zone}));
        desk.enter().await;
        let change = rounds_domain::moment::instant(change).expect("an instant");
        // One study every ten minutes, from two hours before the clocks change to two hours after.
        let moved: Vec<(String, chrono::DateTime<Utc>)> = desk
            .ids("study")
            .into_iter()
            .zip(-12..=12)
            .map(|(id, tens)| (id, change + TimeDelta::minutes(tens * 10)))
            .collect();
        assert_eq!(moved.len(), 25);
        for (id, updated) in &moved {
            let updated = updated.format("%Y-%m-%d %H:%M:%S.250000+00").to_string();
            desk.edit(&json!({"caseId": id, "set": {"updated": updated}, "quiet": true}));
        }
        for (_, since) in &moved {
            let read = ids(&desk.sweep("studies", &Slice::Changed { since: Some(*since) }).await);
            for (id, updated) in moved.iter().filter(|(_, updated)| updated >= since) {
                assert!(read.contains(id), "{zone}: changed at {updated}, asked since {since}");
            }
        }
    }
}

#[tokio::test]
async fn cases_and_orders_are_found_by_our_own_clock() {
    let desk = Desk::open(200, Temperament::Unkind, &[]).await;
    for (feed, kind) in [("cases", "case"), ("orders", "order")] {
        let began = Utc::now();
        let pages = desk.sweep(feed, &FROM_THE_START).await;
        let reached = pages.last().and_then(|page| page.reached).expect("a watermark");
        assert!(reached >= began && reached <= Utc::now(), "{feed}");
        let changed = desk.ids(kind)[1].clone();
        desk.edit(&json!({"caseId": changed, "tag": "seen twice"}));
        let since = Some(reached - TimeDelta::minutes(5));
        assert!(ids(&desk.sweep(feed, &Slice::Changed { since }).await).contains(&changed), "{feed}");
    }
}

#[tokio::test]
async fn where_the_time_of_change_cannot_be_filtered_another_way_is_found_and_remembered() {
    let desk = Desk::closed(400, Temperament::Unkind, &[]).await;
    desk.set(&json!({"updatedFilter": false}));
    desk.enter().await;
    for (feed, kind) in [("studies", "study"), ("cases", "case"), ("orders", "order")] {
        let mut read = BTreeSet::new();
        let mut since = None;
        // What moves to the front behind the reader comes with the next read of changes.
        for _ in 0..2 {
            let pages = desk.sweep(feed, &Slice::Changed { since }).await;
            read.extend(ids(&pages));
            let reached = pages.iter().filter_map(|page| page.reached).max().expect("a watermark");
            since = Some(reached - TimeDelta::minutes(2));
        }
        assert_eq!(read, all(desk.ids(kind)), "{feed}");
        let told = desk.sweep(feed, &Slice::Changed { since }).await;
        assert!(told.iter().all(|page| page.learned.is_empty()), "{feed}: the refused way is not tried again");
        assert_eq!(ids(&desk.sweep(feed, &Slice::All).await), all(desk.ids(kind)), "{feed} whole");
    }
}

#[tokio::test]
async fn a_session_that_ends_in_mid_list_is_told_and_the_list_goes_on_where_it_was() {
    let desk = Desk::open(600, Temperament::Unkind, &[]).await;
    let first = desk.pull("studies", &FROM_THE_START, None, Utc::now()).await.expect("the first page");
    let cursor = first.next.clone().expect("there is more");
    desk.set(&json!({"endSessions": true}));
    let ended =
        desk.pull("studies", &FROM_THE_START, Some(&cursor), Utc::now()).await.expect_err("the session is over");
    assert_eq!(ended.and_now, AndNow::SignIn);
    desk.enter().await;
    let mut pages = vec![first];
    let mut next = Some(cursor);
    while let Some(cursor) = next {
        let page = desk.pull("studies", &FROM_THE_START, Some(&cursor), Utc::now()).await.expect("a page");
        next = page.next.clone();
        pages.push(page);
    }
    assert_eq!(ids(&pages), all(desk.ids("study")));
    assert_eq!(desk.calls("/session/login"), 2);
}

#[tokio::test]
async fn spoiled_pages_cost_only_what_is_spoiled() {
    let desk = Desk::open(300, Temperament::Kind, &[]).await;
    let everything = all(desk.ids("study"));
    for (what, fault, whole) in [
        ("rows twice and out of order", Fault::DuplicateRows, true),
        ("a page that calls itself the first", Fault::RepeatCursor, true),
        ("a row without an id", Fault::RecordWithoutId, false),
        ("a status nobody knows", Fault::UnknownStatus, true),
        ("a row of wrong types", Fault::GarbledRecord, true),
    ] {
        desk.simulator.clear_faults();
        desk.simulator.add_fault(FaultSpec::new(AMBRA, fault).on_path("/study/list").after(1)).expect("a fault");
        let pages = desk.sweep("studies", &FROM_THE_START).await;
        let missed = everything.len() - ids(&pages).intersection(&everything).count();
        let rejected: usize = pages.iter().map(|page| page.rejected.len()).sum();
        if whole {
            assert_eq!(missed, 0, "{what}");
        } else {
            assert!(missed <= 1 && rejected == 1, "{what}: {missed} missed, {rejected} rejected");
        }
    }
    for fault in
        [Fault::Html { applied: false }, Fault::CutJson { content_length: ContentLength::default(), applied: true }]
    {
        desk.simulator.clear_faults();
        desk.fault("/study/list", fault);
        let unusable = desk.pull("studies", &Slice::All, None, Utc::now()).await.expect_err("it cannot be used");
        assert_eq!(unusable.and_now, AndNow::Doubtful);
    }
}

#[tokio::test]
async fn a_study_becomes_an_item() {
    let desk = Desk::open(300, Temperament::Kind, &[]).await;
    let studies = desk.items("studies").await;
    for study in &studies {
        assert_eq!(study.kind, ItemKind::Study);
        let truth = desk.simulator.truth(AMBRA, &study.external_id).expect("it is there");
        let truth = &truth["case"];
        let name = study.patient.as_ref().and_then(|patient| patient.name.family.clone());
        assert_eq!(name.as_deref(), truth["patient_name"].as_str().and_then(|name| name.split('^').next()));
        let mrn = study.identifier(IdentifierKind::Mrn).expect("an MRN");
        assert_eq!(Some(mrn.value.as_str()), truth["patientid"].as_str());
        assert!(mrn.issuer.is_some(), "an MRN never stands without its issuer");
        assert_eq!(study.status.word.as_deref(), truth["study_status"].as_str());
        assert!(study.status.known, "{:?}", study.status);
        assert!(study.updated.as_ref().is_some_and(|updated| updated.at.is_some()));
        assert!(study.title.is_some());
    }
    let some = |what: &str, fits: &dyn Fn(&rounds_domain::item::WorkItem) -> bool| {
        assert!(studies.iter().any(fits), "the data has {what}");
    };
    some("a STAT study", &|study| study.priority == Priority::Stat);
    some("a study that is due", &|study| study.due.is_some());
    some("a new study", &|study| study.status.group == StatusGroup::New);
    some("a study under way", &|study| study.status.group == StatusGroup::Active);
    some("a finished study", &|study| study.status.group == StatusGroup::Done);
    some("a comment", &|study| !study.comments.is_empty());
    some("a report", &|study| study.facts.iter().any(|group| group.title.starts_with("Report")));
    some("a history", &|study| !study.history.is_empty());
    some("a QC task", &|study| study.facts.iter().any(|group| group.title == "Quality control"));
}

#[tokio::test]
async fn cases_and_orders_become_items() {
    let desk = Desk::open(300, Temperament::Unkind, &[]).await;
    let cases = desk.items("cases").await;
    let groups: BTreeSet<&str> = cases.iter().map(|case| case.status.group.word()).collect();
    assert!(groups.len() >= 3, "{groups:?}");
    assert!(cases.iter().all(|case| case.title.is_some() && case.kind == ItemKind::Case));
    assert!(cases.iter().any(|case| !case.assignees.is_empty()));
    let orders = desk.items("orders").await;
    assert!(
        orders
            .iter()
            .all(|order| order.kind == ItemKind::Order && order.identifier(IdentifierKind::Accession).is_some())
    );
    assert!(orders.iter().any(|order| order.facts.iter().any(|group| group.title == "Procedure steps")));
    assert!(orders.iter().any(|order| order.title.is_some()));
}

#[tokio::test]
async fn nothing_changed_means_the_same_fingerprint_though_the_clock_runs() {
    let desk = Desk::quiet().await;
    let before = desk.sweep("studies", &Slice::All).await;
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let after = desk.sweep("studies", &Slice::All).await;
    let prints = |pages: &[Page]| -> Vec<String> {
        pages.iter().flat_map(|page| &page.records).map(|record| record.fingerprint.clone()).collect()
    };
    assert_eq!(prints(&before), prints(&after));
}

#[tokio::test]
async fn several_items_are_read_again_in_one_go_and_what_is_gone_is_none() {
    let desk = Desk::quiet().await;
    let studies = desk.items("studies").await;
    let order = desk.item("orders", |_| true).await;
    let case = desk.item("cases", |_| true).await;
    desk.simulator.delete(AMBRA, &studies[1].external_id).expect("deleted");
    let targets = [&studies[0], &order, &studies[1], &case, &studies[2]].map(Target::of);
    let before = desk.simulator.requests().total;
    let read = desk.refresh_many(&targets).await.expect("read");
    let found: Vec<Option<&str>> =
        read.iter().map(|record| record.as_ref().map(|record| record.item.external_id.as_str())).collect();
    let id = |item: &rounds_domain::item::WorkItem| item.external_id.clone();
    let expected = [Some(id(&studies[0])), Some(id(&order)), None, Some(id(&case)), Some(id(&studies[2]))];
    assert_eq!(found, expected.iter().map(Option::as_deref).collect::<Vec<_>>());
    assert!(desk.simulator.requests().total - before <= 4, "in bundles");
}

#[tokio::test]
async fn a_number_finds_its_study_and_its_order() {
    let desk = Desk::quiet().await;
    let study = desk.item("studies", |_| true).await;
    let number = study.identifier(IdentifierKind::Accession).expect("an accession number").value.clone();
    let found = desk.look_up(&number).await.expect("found");
    assert!(found.iter().any(|record| record.item.external_id == study.external_id));
    assert!(desk.look_up("no such number").await.expect("an answer").is_empty());
}
