//! `./dev faults`: fault schedules by the thousand. Prints the first seed that breaks an invariant, made as short as it gets.

use std::{process::ExitCode, time::Instant};

use rounds_domain::planted::{Bug, plant};
use rounds_tests::faults::{Lateness, Outcome, StoreKind, first_broken, plan, run, shrink};

type Failure = Box<dyn std::error::Error>;

const HELP: &str =
    "faults [--seeds N] [--from S] [--seed S] [--store memory|sqlcipher] [--late within|beyond] [--bug NAME] [--bugs]

--seeds N   how many schedules (10000)
--from S    the first seed (1)
--seed S    one schedule alone, with what every action came to
--store     memory (the default), or the encrypted one
--late      whether a write whose answer was lost takes effect within the server's time-out (the default), or later than
            anybody waits: then only what is never sent again by itself may not be doubled
--bug NAME  plants a known failure, for the schedules to find
--bugs      plants each in turn, and prints in how many schedules it is found";

struct Wish {
    seeds: u64,
    from: u64,
    seed: Option<u64>,
    store: StoreKind,
    late: Lateness,
    bug: Option<Bug>,
    bugs: bool,
}

fn wish() -> Result<Option<Wish>, Failure> {
    let mut wish = Wish {
        seeds: 10_000,
        from: 1,
        seed: None,
        store: StoreKind::Memory,
        late: Lateness::Within,
        bug: None,
        bugs: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("{word} wants a value\n{HELP}"));
        match word.as_str() {
            "--seeds" => wish.seeds = value()?.parse()?,
            "--from" => wish.from = value()?.parse()?,
            "--seed" => wish.seed = Some(value()?.parse()?),
            "--store" => {
                wish.store = match value()?.as_str() {
                    "memory" => StoreKind::Memory,
                    "sqlcipher" => StoreKind::SqlCipher,
                    other => return Err(format!("there is no store {other}\n{HELP}").into()),
                }
            }
            "--late" => {
                wish.late = match value()?.as_str() {
                    "within" => Lateness::Within,
                    "beyond" => Lateness::Beyond,
                    other => return Err(format!("--late is within or beyond, not {other}\n{HELP}").into()),
                }
            }
            "--bug" => {
                let name = value()?;
                let known = || Bug::ALL.iter().map(|bug| bug.word()).collect::<Vec<_>>().join(", ");
                wish.bug = Some(Bug::from_word(&name).ok_or_else(|| format!("there is no bug {name}: {}", known()))?);
            }
            "--bugs" => wish.bugs = true,
            "--help" | "-h" => return Ok(None),
            unknown => return Err(format!("{unknown} is unknown\n{HELP}").into()),
        }
    }
    Ok(Some(wish))
}

fn tell(seed: u64, outcome: &Outcome, store: StoreKind, late: Lateness) {
    let Some(violation) = &outcome.violation else { return };
    println!("seed {seed}, step {}: {} is broken: {}", outcome.step, violation.invariant, violation.what);
    let whole = plan(seed, late);
    let shortest = shrink(&whole, violation.invariant, store);
    println!(
        "the shortest schedule found that breaks it ({} of {} steps):\n{shortest:#?}",
        shortest.len(),
        whole.len()
    );
    println!("again: ./dev faults --seed {seed}");
}

fn table(wish: &Wish) -> ExitCode {
    let mut missed = 0;
    println!("| failure | what goes wrong | found by | in schedule |\n|---|---|---|---|");
    for bug in Bug::ALL {
        plant(Some(*bug));
        // What is wrong with the encrypted store alone is found on it alone.
        let on_disk = *bug == Bug::UpgradeEmptiesOutbox;
        let store = if on_disk { StoreKind::SqlCipher } else { wish.store };
        let found = first_broken(wish.from..wish.from + wish.seeds, wish.late, store);
        plant(None);
        let by = found.as_ref().and_then(|(_, outcome)| outcome.violation.as_ref());
        let by = by.map_or_else(
            || "**not found**".to_owned(),
            |violation| {
                let only = if on_disk { ", on the encrypted store" } else { "" };
                format!("{}{only}", violation.invariant)
            },
        );
        let nth = found.as_ref().map_or_else(|| "–".to_owned(), |(seed, _)| (seed - wish.from + 1).to_string());
        missed += usize::from(found.is_none());
        println!("| `{}` | {} | {by} | {nth} |", bug.word(), bug.about());
    }
    if missed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn main() -> Result<ExitCode, Failure> {
    let Some(wish) = wish()? else {
        println!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    if wish.bugs {
        return Ok(table(&wish));
    }
    plant(wish.bug);
    if let Some(seed) = wish.seed {
        let outcome = run(&plan(seed, wish.late), wish.store);
        println!("{} steps", outcome.step);
        outcome.trace.iter().for_each(|line| println!("{line}"));
        tell(seed, &outcome, wish.store, wish.late);
        return Ok(if outcome.violation.is_none() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let began = Instant::now();
    let found = first_broken(wish.from..wish.from + wish.seeds, wish.late, wish.store);
    let seconds = began.elapsed().as_secs_f64();
    let Some((seed, outcome)) = found else {
        #[allow(clippy::cast_precision_loss, reason = "a figure for reading")]
        let rate = wish.seeds as f64 / seconds.max(0.001);
        println!("{} schedules, no violation, {seconds:.1} s, {rate:.0} a second", wish.seeds);
        return Ok(ExitCode::SUCCESS);
    };
    tell(seed, &outcome, wish.store, wish.late);
    Ok(ExitCode::FAILURE)
}
