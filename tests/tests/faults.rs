//! Fault schedules, by the thousand in memory and by the dozen on the encrypted store. `./dev faults` runs as many as one likes.

use rounds_tests::faults::{Lateness, StoreKind, first_broken, first_different, plan, run};

/// Runs these schedules; fails with the first that breaks something.
fn all_hold(seeds: std::ops::Range<u64>, late: Lateness, store: StoreKind) {
    let Some((seed, outcome)) = first_broken(seeds, late, store) else { return };
    panic!(
        "seed {seed}, step {}: {:?}; `./dev faults --seed {seed}` makes it smaller",
        outcome.step, outcome.violation
    );
}

#[test]
fn ten_thousand_schedules_break_nothing() {
    all_hold(1..10_001, Lateness::Within, StoreKind::Memory);
}

#[test]
fn what_takes_effect_later_than_anybody_waits_is_never_sent_twice_unless_it_can_be_looked_for() {
    all_hold(1..1_501, Lateness::Beyond, StoreKind::Memory);
}

#[test]
fn the_same_schedules_hold_on_the_encrypted_store_and_go_the_same_way() {
    let Some((seed, [memory, encrypted])) = first_different(1..31, Lateness::Within) else { return };
    let lines = memory.trace.iter().zip(&encrypted.trace);
    let same = lines.take_while(|(one, other)| one == other).count();
    panic!(
        "seed {seed}: {:?} after {} steps in memory, {:?} after {} on the encrypted store; line {same} of the trace is {:#?}",
        memory.violation,
        memory.step,
        encrypted.violation,
        encrypted.step,
        [memory.trace.get(same), encrypted.trace.get(same)]
    );
}

#[test]
fn a_seed_decides_everything() {
    for seed in 1..41 {
        let plan = plan(seed, Lateness::Within);
        assert_eq!(run(&plan, StoreKind::Memory), run(&plan, StoreKind::Memory), "seed {seed}");
    }
}
