//! What the simulator does when nobody asks for a fault: drift, no promised order.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::collections::BTreeSet;

use common::{SYSTEM, WINDOW, start};
use rounds_simulator::Temperament;
use serde_json::{Value, json};

fn ids(cases: &[Value]) -> Vec<String> {
    cases.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_listing_order_is_stable_but_not_by_time() {
    let bench = start(400, Temperament::Unkind).await;
    bench.sim.change_settings(SYSTEM, &json!({"drift": false})).unwrap();
    let first = bench.sweep(&format!("{WINDOW}&recordsPerPage=30")).await;
    let second = bench.sweep(&format!("{WINDOW}&recordsPerPage=11")).await;
    assert_eq!(ids(&first), ids(&second), "without drift the order is stable");
    assert!(!first.is_sorted_by_key(|case| case["createdAt"].as_str().unwrap().to_owned()));
    assert!(!first.is_sorted_by_key(|case| std::cmp::Reverse(case["createdAt"].as_str().unwrap().to_owned())));
}

#[tokio::test]
async fn drift_changes_cases_and_their_places_but_never_how_many_there_are() {
    let bench = start(500, Temperament::Unkind).await;
    bench.sim.change_settings(SYSTEM, &json!({"driftOneIn": 1})).unwrap();
    let everything = bench.sim.ids(SYSTEM, 0, 10_000).unwrap();
    let mut found = BTreeSet::new();
    let (mut sizes, mut orders) = (Vec::new(), BTreeSet::new());
    for _ in 0..6 {
        let sweep = ids(&bench.sweep(&format!("{WINDOW}&recordsPerPage=10")).await);
        sizes.push(sweep.len());
        found.extend(sweep.iter().cloned());
        orders.insert(sweep);
    }
    assert_eq!(bench.sim.ids(SYSTEM, 0, 10_000).unwrap(), everything, "no case appears or disappears");
    assert!(orders.len() > 1, "cases move in the listing");
    bench.sim.change_settings(SYSTEM, &json!({"drift": false})).unwrap();
    let still: BTreeSet<_> = ids(&bench.sweep(&format!("{WINDOW}&recordsPerPage=100")).await).into_iter().collect();
    assert_eq!(
        found, still,
        "over several sweeps every case of the window was seen, whatever one of them missed: {sizes:?}"
    );
}

#[tokio::test]
async fn the_same_requests_drift_in_the_same_way() {
    let (one, two) = (start(300, Temperament::Unkind).await, start(300, Temperament::Unkind).await);
    let query = format!("{WINDOW}&recordsPerPage=20");
    assert_eq!(ids(&one.sweep(&query).await), ids(&two.sweep(&query).await));
}

#[tokio::test]
async fn a_read_of_a_single_case_is_left_alone() {
    let bench = start(100, Temperament::Unkind).await;
    bench.sim.change_settings(SYSTEM, &json!({"driftOneIn": 1})).unwrap();
    let case = bench.case_that(|_| true);
    for _ in 0..5 {
        assert_eq!(bench.shown(&case).await["updatedAt"], case["updatedAt"]);
    }
}
