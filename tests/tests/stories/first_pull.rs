//! The first pull brings everything, whatever moves while it reads; the second brings nothing new.

use std::collections::BTreeSet;

use rounds_simulator::Temperament;
use serde_json::Value;

use crate::clinic::{Clinic, SYSTEM, options};

#[tokio::test]
async fn every_case_is_here_after_a_first_pull_from_an_unkind_system() {
    let clinic = Clinic::open(options(400, Temperament::Unkind), &[]).await;
    let report = clinic.pull().await;
    let upstream: BTreeSet<String> = clinic.cases().into_iter().collect();
    let here = clinic.found("").await;
    assert_eq!(here.difference(&upstream).count(), 0, "nothing is here that is not there");
    let missing: Vec<_> = upstream.difference(&here).collect();
    assert!(missing.is_empty(), "{} of {} cases did not come: {missing:?}", missing.len(), upstream.len());
    assert_eq!(report.feeds[0].new, 400, "each was new once");
    assert_eq!((report.feeds[0].rejected, report.feeds[0].failed, report.feeds[0].gone), (0, 0, 0));

    let mut orders = BTreeSet::new();
    for case in &upstream {
        let truth = clinic.simulator.truth(SYSTEM, case).unwrap();
        for order in truth["case"]["orders"].as_array().unwrap() {
            orders.insert((order["id"].as_str().unwrap().to_owned(), case.clone()));
        }
    }
    assert!(orders.len() > 50, "the story needs orders");
    let ids: BTreeSet<String> = orders.iter().map(|(order, _)| order.clone()).collect();
    assert_eq!(clinic.found("kind:order").await, ids, "every order is here, and no other");
    for (order, case) in &orders {
        let view = clinic.item(case).await;
        assert!(
            view.orders.iter().any(|part| part.id.as_deref() == Some(order)),
            "order {order} stands on its case's page"
        );
    }
    let view = clinic.view().await;
    assert_eq!(view.trouble, None);
    assert_eq!(view.rejected, 0, "nothing was rejected");
    assert_eq!((view.feeds[0].parts_read, view.feeds[0].parts > 0), (view.feeds[0].parts, true));
    assert!(view.feeds[0].complete_at.is_some(), "the window may say that it is up to date");
    assert_eq!(view.feeds[0].rows as usize, upstream.len(), "as many as the list shows; orders stand under their case");
}

#[tokio::test]
async fn what_a_case_says_upstream_is_what_it_says_here() {
    let clinic = Clinic::at_work(60).await;
    for case in clinic.cases() {
        let truth = clinic.simulator.truth(SYSTEM, &case).unwrap()["case"].clone();
        let view = clinic.item(&case).await;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        assert_eq!(view.row.status, text(&truth["status"]), "{case}");
        let family = text(&truth["submitter"]["lastName"]).map(|name| name.to_uppercase()).unwrap_or_default();
        assert!(view.row.patient.unwrap_or_default().starts_with(&family), "{case}: {family}");
        let told = ["comments", "notes"].map(|kind| truth[kind].as_array().map_or(0, Vec::len)).iter().sum::<usize>();
        assert_eq!(view.comments.len(), told, "{case}: comments and notes");
        assert_eq!(view.decisions.len(), truth["decisions"].as_array().unwrap().len(), "{case}: decisions");
        let raw: Value = serde_json::from_str(&clinic.rounds().raw(clinic.id(&case)).await.unwrap()).unwrap();
        for key in ["id", "status", "submitter", "decisions", "orders", "payments", "createdAt"] {
            assert_eq!(raw[key], truth[key], "{case}: {key} is kept as it came");
        }
    }
}

#[tokio::test]
async fn a_second_pull_changes_nothing() {
    let clinic = Clinic::at_work(150).await;
    let before = clinic.found("").await;
    let revision = clinic.rounds().store().revision();
    let mut changes = clinic.rounds().store().changes();
    let report = clinic.pull().await;
    let feed = &report.feeds[0];
    assert_eq!((feed.new, feed.changed, feed.rejected, feed.gone), (0, 0, 0, 0));
    assert_eq!(feed.rows, 150, "each case was read once more");
    assert_eq!(clinic.found("").await, before);
    assert!(clinic.rounds().store().revision() > revision, "that it was read is told");
    while let Ok(said) = changes.try_recv() {
        let items = said.iter().any(|change| matches!(change, rounds_store::Change::Items(_)));
        assert!(!items, "no item changed, so none may be announced");
    }
}

#[tokio::test]
async fn a_pull_that_was_interrupted_by_a_crash_goes_on_and_misses_nothing() {
    let mut clinic = Clinic::open(options(200, Temperament::Unkind), &[]).await;
    for requests in [2, 4, 6] {
        let rounds = std::sync::Arc::clone(clinic.rounds());
        let before = clinic.simulator.requests().total;
        let pull = tokio::spawn(async move {
            rounds.sync_now(None, rounds_engine::pull::plan::Extent::Recent, rounds_sync::Patience::SHORT).await
        });
        crate::clinic::until("the pull is under way", || async {
            clinic.simulator.requests().total >= before + requests
        })
        .await;
        pull.abort();
        let _ = pull.await;
        clinic.desk.start_again().await;
    }
    clinic.pull().await;
    assert_eq!(clinic.found("").await, clinic.cases().into_iter().collect());
    assert!(clinic.found("is:gone").await.is_empty(), "an interrupted sweep takes nothing away");
}
