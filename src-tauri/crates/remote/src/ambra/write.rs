//! Sending ("Writes" of the contract sheet): each action as the one call that carries it out, once.

use rounds_domain::{
    action::Action,
    error::{AndNow, RemoteError},
    item::ItemKind,
};
use serde_json::Value;

use super::{
    Ambra,
    actions::{self, value},
    call::Call,
    declaration::TITLE,
    errors::No,
    session::Session,
};
use crate::{
    lenient::{Lenient, Text},
    seam::{Receipt, Submitted, Target},
    wire::Turn,
};

/// The id that stands for nobody ("Edit a case", Notes).
pub(super) const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

impl Ambra {
    /// Sends an action, once.
    pub(super) async fn send(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        if !actions::is_for(&action.name, target.kind) {
            return Err(invalid("Ambra does not offer this action here."));
        }
        let session = self.session()?;
        let id = target.external_id.as_str();
        let call = match action.name.as_str() {
            actions::STATUS => return self.set_status(&session, id, action).await,
            actions::AUDIT => return self.write_audit(&session, id, action).await,
            actions::COMMENT => Call::new("/study/comment/add", &[("study_id", id), ("body", wanted(action, "text")?)]),
            actions::DELETE_COMMENT => Call::new("/study/comment/delete", &[("uuid", wanted(action, "comment")?)]),
            actions::APPROVE => approve(id, action)?,
            actions::REJECT => Call::new("/study/reject", &[("uuid", id)]).with("message", action.text("message")),
            actions::STAR => {
                let star = if action.flag(value::STAR) { "1" } else { "0" };
                Call::new("/study/star", &[("uuid", id), ("star", star)])
            }
            actions::TAG => tag("/tag/add", target.kind, id, wanted(action, "tag")?),
            actions::UNTAG => tag("/tag/delete", target.kind, id, wanted(action, "tag")?),
            actions::QC_STATUS => qc_status(action)?,
            actions::RETURN => Call::new("/case/return", &[("uuid", id), ("reason", wanted(action, "reason")?.trim())]),
            name => Call::new("/case/set", &[("uuid", id), case_change(name, action)?]),
        };
        match self.write(&session.sid, &call).await {
            Ok(answer) => {
                // Only the calls that make something name it; elsewhere a uuid would be the item's own.
                let made = (action.name == actions::COMMENT).then(|| answer.text("uuid")).flatten();
                Ok(done(&session, made))
            }
            Err(no) => Err(refused(no, action)),
        }
    }

    /// Compare-and-set. A new study's status is null, and how null is sent as `old` is open: it is left out, and where
    /// Ambra then misses it, the default tag is sent, which stands for null.
    async fn set_status(&self, session: &Session, id: &str, action: &Action) -> Result<Submitted, RemoteError> {
        let new = wanted(action, "to")?;
        let saw = Text::read(action.saw.get(value::STATUS));
        let call =
            |old: Option<String>| Call::new("/study/status/set", &[("study_id", id), ("new", new)]).with("old", old);
        let first = self.write(&session.sid, &call(saw.clone())).await;
        let Err(no) = first else { return Ok(done(session, None)) };
        // "Missing" is a refusal: nothing was done.
        if saw.is_some() || !no.is("MISSING_FIELDS") {
            return Err(refused(no, action));
        }
        let now = self
            .read(Turn::Single, &session.sid, &Call::new("/study/status/get", &[("study_id", id)]))
            .await
            .map_err(|no| not_begun(no.error("to tell the status")))?;
        if let Some(status) = now.text("study_status") {
            return Err(RemoteError::new(
                AndNow::Conflict,
                format!("The study had no status when you decided, and now it is “{status}”. Nothing was changed."),
            ));
        }
        let Some(default) = now.text("study_status_tags_default") else { return Err(refused(no, action)) };
        match self.write(&session.sid, &call(Some(default))).await {
            Ok(_) => Ok(done(session, None)),
            Err(no) => Err(refused(no, action)),
        }
    }

    /// The reason goes before the view it belongs to.
    async fn write_audit(&self, session: &Session, id: &str, action: &Action) -> Result<Submitted, RemoteError> {
        if !self.rules.audit {
            return Err(invalid("Audit entries are switched off in the connection's settings."));
        }
        let entry = wanted(action, "entry")?;
        if !["STUDY_VIEW", "REPORT_VIEW"].contains(&entry) {
            return Err(invalid("That is not one of the audit entries that Rounds writes."));
        }
        let call = |entry: &str, detail: Option<&str>| {
            Call::new("/study/audit", &[("uuid", id), ("action", entry)]).with("detail", detail)
        };
        let reason = action.text("reason").filter(|_| entry == "STUDY_VIEW");
        if let Some(reason) = reason {
            self.write(&session.sid, &call("STUDY_VIEW_REASON", Some(reason)))
                .await
                .map_err(|no| refused(no, action))?;
        }
        match self.write(&session.sid, &call(entry, action.text("detail"))).await {
            Ok(_) => Ok(done(session, None)),
            Err(no) if reason.is_some() => Err(RemoteError::new(
                AndNow::Doubtful,
                format!("The reason stands in the audit trail, the view may not. {}", no.error("the entry").message),
            )),
            Err(no) => Err(refused(no, action)),
        }
    }
}

/// Whether what was filled in goes together.
pub(super) fn check(action: &Action) -> Result<(), &'static str> {
    if action.name == actions::APPROVE { conditions(action).map(drop) } else { Ok(()) }
}

fn approve(id: &str, action: &Action) -> Result<Call, RemoteError> {
    let (delay, conditions) = conditions(action).map_err(invalid)?;
    Ok(Call::new("/study/approve", &[("uuid", id)]).with("delay", delay).with("must_match", conditions))
}

/// How long an approval waits, or what it has to match. "DELAY_OR_MATCH": one of them at most.
fn conditions(action: &Action) -> Result<(Option<String>, Option<String>), &'static str> {
    const NO_HASH: &str = "The conditions are not a JSON hash such as {\"modality\": \"CT\"}.";
    let delay = Text::read(action.fields.get("delay"));
    let conditions = match action.fields.get("must_match") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::String(text)) => match serde_json::from_str::<Value>(text) {
            Ok(hash @ Value::Object(_)) => Some(hash.to_string()),
            _ => return Err(NO_HASH),
        },
        Some(hash @ Value::Object(_)) => Some(hash.to_string()),
        Some(_) => return Err(NO_HASH),
    };
    if delay.is_some() && conditions.is_some() {
        return Err("An approval can wait or match conditions, not both.");
    }
    Ok((delay, conditions))
}

fn tag(path: &'static str, kind: ItemKind, id: &str, tag: &str) -> Call {
    let object = match kind {
        ItemKind::Study => "Study",
        ItemKind::Case => "Case",
        _ => "Order",
    };
    Call::new(path, &[("tag", tag.trim()), ("object", object), ("object_id", id)])
}

/// `old` is what the person saw of the study's one task.
fn qc_status(action: &Action) -> Result<Call, RemoteError> {
    let (Some(task), Some(old)) =
        (Text::read(action.saw.get(value::QC_TASK)), Text::read(action.saw.get(value::QC_STATUS)))
    else {
        return Err(invalid("It is not known which quality-control task you mean."));
    };
    Ok(Call::new("/qctask/status/set", &[("uuid", &task), ("old", &old), ("new", wanted(action, "to")?)]))
}

/// The one field of a case that an action sets.
fn case_change<'a>(name: &str, action: &'a Action) -> Result<(&'static str, &'a str), RemoteError> {
    Ok(match name {
        actions::CASE_STATUS => (value::CASE_STATUS, wanted(action, "to")?),
        actions::COMPLETE => (value::COMPLETED, "1"),
        actions::CLOSE => (value::CLOSED, "1"),
        actions::ASSIGN_MEDICAL => (value::MEDICAL, wanted(action, value::MEDICAL)?),
        actions::ASSIGN_ADMIN => (value::ADMIN, wanted(action, value::ADMIN)?),
        actions::UNASSIGN_MEDICAL => (value::MEDICAL, NOBODY),
        actions::UNASSIGN_ADMIN => (value::ADMIN, NOBODY),
        _ => return Err(invalid("Ambra does not offer this action.")),
    })
}

fn refused(no: No, action: &Action) -> RemoteError {
    let assigns = [actions::ASSIGN_MEDICAL, actions::ASSIGN_ADMIN].contains(&action.name.as_str());
    let error = no.error("it");
    // "The case or assigned user can not be found": only the case's own disappearance would make it gone.
    if assigns && error.and_now == AndNow::Gone {
        return RemoteError::new(
            AndNow::Invalid,
            format!("{TITLE} does not find the chosen person, or no longer has the case. Nothing was changed."),
        );
    }
    error
}

/// A read before the send failed: whatever it was, nothing was done.
fn not_begun(error: RemoteError) -> RemoteError {
    match error.and_now {
        AndNow::Doubtful | AndNow::Conflict => RemoteError::new(AndNow::Later(None), error.message),
        _ => error,
    }
}

fn done(session: &Session, made: Option<String>) -> Submitted {
    Submitted::Done(Receipt { remote_ref: made, me_id: session.user.clone() })
}

fn wanted<'a>(action: &'a Action, field: &str) -> Result<&'a str, RemoteError> {
    action.text(field).ok_or_else(|| invalid(&format!("The field “{field}” is empty.")))
}

fn invalid(why: &str) -> RemoteError {
    RemoteError::new(AndNow::Invalid, format!("{why} Nothing was sent."))
}
