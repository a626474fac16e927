//! What a person may do with a specimen, and why not where not.

use rounds_domain::action::Offer;

use super::{Rules, word};
use crate::ehealth::{
    declaration::{CANCEL, RECEIVE, REJECT},
    dto::Specimen,
};

pub(super) fn of(specimen: &Specimen, rules: &Rules) -> Vec<Offer> {
    let offer = |action: &str, refused: Option<String>| Offer { action: action.into(), refused, targets: Vec::new() };
    let switched_off = || "Switched off in the connection's settings.".to_owned();
    let rejecting = if rules.allow_reject { unavailable(specimen, "rejected") } else { Some(switched_off()) };
    vec![
        offer(RECEIVE, received(specimen).or_else(|| unavailable(specimen, "received"))),
        offer(REJECT, rejecting),
        offer(
            CANCEL,
            Some(
                "It needs your digital signature, which Rounds does not hold: do it in your medical information system.".into(),
            ),
        ),
    ]
}

/// "Value is already set and cannot be changed", told before anything is sent.
fn received(specimen: &Specimen) -> Option<String> {
    let set = specimen.received_time.as_ref()?;
    Some(format!("It was received at {set}, and eHealth does not change that."))
}

/// "Specimen is not in available status", told before anything is sent.
fn unavailable(specimen: &Specimen, what: &str) -> Option<String> {
    match word(specimen).as_deref() {
        Some("available") => None,
        Some(other) => {
            Some(format!("Only an available specimen can be {what}; this one is “{}”.", other.replace('_', " ")))
        }
        None => Some(format!("Only an available specimen can be {what}, and eHealth does not say what this one is.")),
    }
}
