//! Page drift: between two searches somebody else worked on a case, and it moved in the list. No case appears or disappears.

use std::time::{Duration, Instant};

use super::changes::Change;
use super::ledger::Ledger;
use super::log::Entry;
use super::settings::Settings;
use crate::dice::Dice;
use crate::people::CLINICIANS;
use crate::stamp::Stamp;

/// Before the n-th search.
pub(crate) fn perhaps(ledger: &mut Ledger, settings: &Settings, number: u64, now: Stamp) {
    let mut dice = Dice::new(ledger.plot.seed, &[0x696c_6472, number]);
    if !settings.drift || dice.below(settings.drift_one_in) != 0 || ledger.len() == 0 {
        return;
    }
    let place = dice.index(ledger.len());
    let Some(index) = ledger.listed().nth(place) else { return };
    let case = ledger.truth(index);
    let who = 1 + dice.index(CLINICIANS.len() - 1);
    ledger.apply(index, vec![Change::Touch(now)], Instant::now(), Duration::ZERO);
    ledger.log.push(Entry::of(&case, "case.updated", who, now));
    ledger.move_to(index, dice.next());
}
