//! Patients of the account: person `n` of the shared people is patient `n`.

use serde_json::{Value, json};

use super::studies::dicom_date;
use super::{Plot, dice};
use crate::ambra::moment::Moment;
use crate::people::person;
use crate::stamp::{DAY, Stamp};

/// The medical record number of a person here.
pub(crate) fn mrn(person: u32) -> String {
    format!("{:08}", 20_000_000 + u64::from(person) * 3)
}

/// Patients tell no time, but are filtered and sorted by one.
pub(super) fn record(plot: &Plot, index: u32) -> Value {
    let mut dice = dice(plot.seed, 0x7061, index);
    let who = person(plot.seed, u64::from(index));
    let at = Moment::of(Stamp(plot.base.0 - dice.between(1, 400 * DAY)), dice.between(0, 999));
    json!({
        "uuid": dice.uuid(),
        "name": format!("{} {}", who.first, who.last),
        "first": who.first,
        "last": who.last,
        "mrn": mrn(index),
        "sex": if who.female { "F" } else { "M" },
        "birth_date": dicom_date(who.born),
        "email": who.email,
        "mobile_phone": who.phone,
        "alt_email": null,
        "alt_mobile_phone": null,
        "event_share": 0,
        "event_new_report": 0,
        "tags": [],
        "created": at,
        "updated": at,
        "_person": index,
    })
}
