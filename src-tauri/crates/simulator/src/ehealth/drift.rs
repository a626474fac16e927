//! Drift: between two page requests somebody else noted something on a specimen of the list. None appears or disappears.

use serde_json::{Map, json};

use super::ledger::Ledger;
use super::made;
use super::settings::Settings;
use crate::dice::Dice;
use crate::stamp::Stamp;

/// Before the n-th page request: perhaps another user touches a specimen of the patient's.
pub(crate) fn perhaps(ledger: &mut Ledger, settings: &Settings, page: u64, patient: &str, now: Stamp) {
    let seed = ledger.plot.seed;
    let mut dice = Dice::new(seed, &[0x64_7269_6674, page]);
    if !settings.drift || dice.below(settings.drift_one_in) != 0 {
        return;
    }
    let places = ledger.list(patient).unwrap_or_default();
    if places.is_empty() {
        return;
    }
    let index = places[dice.index(places.len())];
    let note = Map::from_iter([("note".to_owned(), json!(format!("Seen on round {page}")))]);
    ledger.set(index, note, Some((now, made::user_id(seed, 2))));
}
