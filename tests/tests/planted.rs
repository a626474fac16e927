//! Every planted failure is found by the schedules. One test, in a process of its own: what is planted is planted for all of it.

use rounds_domain::planted::{Bug, plant};
use rounds_tests::faults::{Lateness, StoreKind, first_broken};

#[test]
fn every_planted_failure_is_found() {
    for bug in Bug::ALL {
        // What is wrong with the encrypted store alone is found on it alone.
        let (seeds, store) = match bug {
            Bug::UpgradeEmptiesOutbox => (1..101, StoreKind::SqlCipher),
            _ => (1..10_001, StoreKind::Memory),
        };
        plant(Some(*bug));
        let found = first_broken(seeds, Lateness::Within, store);
        plant(None);
        assert!(found.is_some(), "no schedule finds “{}”: {}", bug.word(), bug.about());
    }
}
