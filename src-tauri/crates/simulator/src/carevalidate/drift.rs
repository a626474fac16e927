//! Page drift: between two page requests somebody else worked on a case, and it moved in the listing. No case appears or disappears.

use std::time::{Duration, Instant};

use super::changes::{Change, activity};
use super::ledger::Ledger;
use super::listing::Window;
use super::settings::Settings;
use crate::dice::Dice;
use crate::stamp::{HOUR, Stamp};

/// Before the n-th page request: perhaps another user touches a case of the window. Windows of an hour or less are left
/// alone: they are reads of a single case, and a case that changed under every read would be nobody's experience.
pub(crate) fn perhaps(ledger: &mut Ledger, settings: &Settings, page: u64, window: &Window<'_>, now: (Stamp, Instant)) {
    let mut dice = Dice::new(ledger.plot.seed, &[0x64_7269_6674, page]);
    if !settings.drift || window.end.0 - window.start.0 <= HOUR || dice.below(settings.drift_one_in) != 0 {
        return;
    }
    let Some(index) = ledger.listing.near(dice.next(), window) else { return };
    let mut changes = vec![match dice.below(3) {
        0 => activity(dice.uuid(), "VIEW_CASE", now.0, None, None),
        1 => activity(dice.uuid(), "UPDATE_CASE", now.0, None, None),
        _ => Change::OrderStatus { word: dice.pick(&["Shipped", "SHIPPED", "Delivered"]), at: now.0 },
    }];
    // An order's change need not move updatedAt (inferred from the contract sheet).
    if !matches!(changes[0], Change::OrderStatus { .. }) || dice.per_mille(500) {
        changes.push(Change::Touch(now.0));
    }
    ledger.apply(index, changes, now.1, Duration::ZERO);
    ledger.listing.move_to(index, dice.next());
}
