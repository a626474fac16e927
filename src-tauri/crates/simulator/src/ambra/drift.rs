//! Page drift: between two page requests somebody else worked on a record, and it moved in a list by time. No record
//! appears or disappears.

use serde_json::json;

use super::books::Books;
use super::call::Call;
use super::changes::{Change, set};
use super::made::Kind;
use crate::dice::Dice;

/// Before the n-th page of a list that has more than one: perhaps another user touches a record that is on it.
pub(crate) fn perhaps(call: &Call<'_>, books: &mut Books, kind: Kind, on_it: &[u32], number: u64) -> bool {
    let mut dice = Dice::new(books.plot.seed, &[0x6472_6966, number]);
    let kind_drifts = matches!(kind, Kind::Study | Kind::Case | Kind::Order);
    if !call.settings.drift || !kind_drifts || dice.below(call.settings.drift_one_in) != 0 || on_it.is_empty() {
        return false;
    }
    let index = on_it[dice.index(on_it.len())];
    let changes = match kind {
        Kind::Study => vec![set(&json!({"integration_key": dice.code(10)})), Change::Touch(call.now())],
        _ => vec![Change::Touch(call.now())],
    };
    books.apply_now(kind, index, changes);
    true
}
