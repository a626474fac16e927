//! Sending: `PATCH /api/patients/{patient_id}/specimens/{id}/actions/process` and its sibling ("Write" of the sheet).

use rounds_domain::{
    action::Action,
    error::{AndNow, RemoteError},
    item::IdentifierKind,
    moment,
};
use serde_json::{Value, json};

use super::{
    EHealth,
    declaration::{PATIENT_ID, REASON, RECEIVE, REJECT, value},
};
use crate::{
    lenient::{Lenient, Text},
    seam::{Submitted, Target},
};

/// A last part of an address that stands for none: the document's address ends in `/actions/`.
const NO_VERB: &str = "-";

impl EHealth {
    /// Sends an action, once.
    pub(super) async fn send(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        let (verb, body) = match action.name.as_str() {
            RECEIVE => (&self.process_verb, json!({"received_time": received_time(action)?})),
            REJECT if self.rules.allow_reject => (&self.reject_verb, self.status_reason(action)?),
            REJECT => return Err(invalid("Rejecting is switched off in the connection's settings.")),
            _ => return Err(invalid("eHealth offers no such action here.")),
        };
        let patient = self.patient_of(target, action)?;
        let verb = if verb == NO_VERB { "" } else { verb.as_str() };
        let url = self.url(&["patients", &patient, "specimens", &target.external_id, "actions", verb], &[])?;
        let reply = self.patch(url, &body).await?;
        self.submitted(&reply)
    }

    /// Whose specimen it is: as eHealth listed it, else as its person said. Never sent without.
    fn patient_of(&self, target: &Target, action: &Action) -> Result<String, RemoteError> {
        let said = match action.text(PATIENT_ID) {
            None => None,
            Some(said) => Some(self.watched.meant(said).ok_or_else(|| {
                invalid("What stands as the patient's id is neither an id nor the name of one watched patient.")
            })?),
        };
        match (target.named(IdentifierKind::Patient), said) {
            (Some(known), Some(said)) if known != said => {
                Err(invalid("The specimen belongs to another patient than the one that was entered."))
            }
            (Some(known), _) => Ok(known.to_owned()),
            (None, Some(said)) => Ok(said),
            (None, None) => Err(RemoteError::new(
                AndNow::Incomplete,
                "Patient not known. Nothing was sent, and the time of the scan is kept: link the specimen to its patient (or add \
                 the patient to the watched ones) and try again, or receive it again with the patient's id.",
            )),
        }
    }

    /// The form of the reason is inferred from eHealth's other methods, which is why rejecting is a switch.
    fn status_reason(&self, action: &Action) -> Result<Value, RemoteError> {
        let Some(code) = action.text(REASON).map(str::trim) else { return Err(invalid("The reason is empty.")) };
        Ok(json!({"status_reason": {"coding": [{"system": self.reject_dictionary, "code": code}]}}))
    }
}

/// The time of the scan. eHealth's two rules about it are checked here, too: set once, and between the collection and now.
fn received_time(action: &Action) -> Result<String, RemoteError> {
    let Some(text) = action.text(value::RECEIVED_TIME) else {
        return Err(invalid("The time of the receipt is missing."));
    };
    let Some(received) = moment::instant(text) else { return Err(invalid("The time of the receipt cannot be read.")) };
    let seen = |key: &str| Text::read(action.saw.get(key));
    if let Some(set) = seen(value::RECEIVED_TIME) {
        return Err(RemoteError::new(
            AndNow::Conflict,
            format!("The specimen stands as received at {set}, and eHealth does not change that. Nothing was sent."),
        ));
    }
    if seen(value::COLLECTED).and_then(|text| moment::instant(&text)).is_some_and(|collected| received < collected) {
        return Err(invalid(
            "The time of the receipt lies before the specimen's collection. Receive it again with the right time.",
        ));
    }
    // When it is being sent, by the program's clock: a clock that was set back since the scan makes the scan seem to come.
    if action.sent_at.is_some_and(|now| received > now) {
        return Err(invalid(
            "The time of the receipt is still to come, so this machine's clock was wrong at the scan or is wrong now. Set the \
             clock, then receive it again with the right time.",
        ));
    }
    Ok(moment::utc_text(received))
}

fn invalid(why: &str) -> RemoteError {
    RemoteError::new(AndNow::Invalid, format!("{why} Nothing was sent."))
}
