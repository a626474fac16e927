//! Sending ("Writes" of the contract sheet): each action as the one call that carries it out, once.

use std::time::Duration;

use reqwest::Method;
use rounds_domain::{
    action::Action,
    error::{AndNow, RemoteError},
    item::ItemKind,
};
use serde_json::{Value, json};

use super::{
    Illumina,
    actions::{self, DELIVERY, LONGEST_FILE, value},
    call::Body,
    convert,
    dto::Case,
    form, metadata,
    record::{self, Seen},
};
use crate::{
    lenient::{Dto, Lenient, Text},
    seam::{Enclosed, Receipt, Submitted, Target},
    wire::Turn,
};

/// What a request may take longer for each second that it needs to carry its file at 64 KB/s: a slow line is no doubt.
const SLOWEST: u64 = 64 << 10;

impl Illumina {
    /// Sends an action, once.
    pub(super) async fn send(
        &self,
        target: &Target,
        action: &Action,
        files: &[Enclosed],
    ) -> Result<Submitted, RemoteError> {
        if target.kind != ItemKind::Case {
            return Err(invalid("Illumina has cases alone."));
        }
        self.permits(&action.name)?;
        let id = target.external_id.as_str();
        let reply = match action.name.as_str() {
            actions::STATUS => {
                self.write(Method::POST, self.case_url(id, &["status"])?, Body::Json(state(action)?)).await?
            }
            actions::QC_OVERRIDE => self.decide_qc(id, "override").await?,
            actions::QC_MODIFY => self.decide_qc(id, "modify").await?,
            actions::PROCESS => self.write(Method::POST, self.case_url(id, &["process"])?, Body::None).await?,
            actions::COMMENT => {
                let body = self.comment_body(action)?;
                let reply = self.write(Method::POST, self.case_url(id, &["comments"])?, body).await?;
                return Ok(Submitted::Done(receipt(&reply, id)));
            }
            actions::ATTACH => {
                let reply = self.attach(id, action, files).await?;
                return Ok(Submitted::Done(receipt(&reply, id)));
            }
            actions::EDIT_COMMENT => {
                let url = self.case_url(id, &["comments", wanted(action, "comment")?])?;
                self.write(Method::PUT, url, self.comment_body(action)?).await?
            }
            actions::DELETE_COMMENT => {
                let url = self.case_url(id, &["comments", wanted(action, "comment")?])?;
                self.write(Method::DELETE, url, Body::None).await?
            }
            actions::TAG => {
                let body = self.tags_body(&[wanted(action, "tag")?.trim().to_owned()]);
                self.write(Method::POST, self.case_url(id, &["tags"])?, body).await?
            }
            actions::UNTAG => self.remove_tag(id, action).await?,
            actions::TURN_AROUND_TIME => {
                let days = action.fields.get("days").and_then(Value::as_i64);
                let days = days.ok_or_else(|| invalid("The number of days is missing."))?;
                let body = Body::Json(json!({"turnAroundTime": days}));
                self.write(Method::PUT, self.case_url(id, &["turn-around-time"])?, body).await?
            }
            actions::METADATA => self.set_metadata(id, action).await?,
            actions::DELETE_METADATA => {
                self.write(Method::DELETE, self.case_url(id, &["custom-metadata"])?, Body::None).await?
            }
            actions::OWNER => {
                let body = Body::Json(json!({"owners": [wanted(action, value::OWNER)?]}));
                self.write(Method::PATCH, self.case_url(id, &[])?, body).await?
            }
            actions::DELETE_FILE => {
                let url = self.case_url(id, &["files", wanted(action, "file")?])?;
                self.write(Method::DELETE, url, Body::None).await?
            }
            _ => return Err(invalid("Illumina does not offer this action.")),
        };
        drop(reply);
        Ok(Submitted::Done(Receipt::default()))
    }

    /// A switch may have been turned off since it was offered.
    fn permits(&self, name: &str) -> Result<(), RemoteError> {
        let allowed = &self.rules.allowed;
        let on = match name {
            actions::COMMENT | actions::EDIT_COMMENT | actions::DELETE_COMMENT => allowed.comments,
            actions::TAG | actions::UNTAG => allowed.tags,
            actions::TURN_AROUND_TIME => allowed.turn_around_time,
            actions::METADATA | actions::DELETE_METADATA => allowed.metadata,
            actions::OWNER => allowed.owners && self.rules.patches,
            actions::ATTACH => allowed.attach_files,
            actions::DELETE_FILE => allowed.delete_files,
            _ => true,
        };
        if on { Ok(()) } else { Err(invalid("This is switched off in the connection's settings.")) }
    }

    /// `POST /cases/{caseId}/qc-actions?action=…` with no body.
    async fn decide_qc(&self, id: &str, decision: &str) -> Result<Value, RemoteError> {
        let mut url = self.case_url(id, &["qc-actions"])?;
        url.query_pairs_mut().append_pair("action", decision);
        self.write(Method::POST, url, Body::None).await
    }

    fn comment_body(&self, action: &Action) -> Result<Body, RemoteError> {
        Ok(Body::Json(json!({self.comment_key.as_str(): wanted(action, "text")?})))
    }

    fn tags_body(&self, tags: &[String]) -> Body {
        Body::Json(if self.tags_as_list { json!(tags) } else { json!({"tags": tags}) })
    }

    /// A PUT replaces the whole set, so what stands there now is read first.
    async fn remove_tag(&self, id: &str, action: &Action) -> Result<Value, RemoteError> {
        let tag = wanted(action, "tag")?.trim();
        let raw = self.case(id, Turn::Single).await.map_err(not_begun)?;
        let Seen::Fields(_, fields) = record::seen(&raw) else {
            return Err(not_begun(super::whole::unreadable("it is no case")));
        };
        let now = Case::of(&fields).tags.0;
        if action.saw.get(value::TAGS) != Some(&convert::tags(&now)) {
            return Err(changed("The case's tags have changed since you looked at them."));
        }
        let rest: Vec<String> = now.into_iter().filter(|other| other.trim() != tag).collect();
        self.write(Method::PUT, self.case_url(id, &["tags"])?, self.tags_body(&rest)).await
    }

    /// One file as a form. What carries it may take longer than other requests.
    async fn attach(&self, id: &str, action: &Action, files: &[Enclosed]) -> Result<Value, RemoteError> {
        let [file] = files else { return Err(invalid("The file to attach is not with it.")) };
        if action.files().as_slice() != [file.about.clone()] {
            return Err(invalid("The file to attach is not with it."));
        }
        if file.content.len() as u64 > LONGEST_FILE {
            return Err(invalid("The file is longer than 45 MB."));
        }
        let patience = self.patience + Duration::from_secs(file.about.size / SLOWEST);
        let body = Body::Form(form::with_file(&self.file_part, file), patience);
        self.write(Method::POST, self.case_url(id, &["files"])?, body).await
    }

    /// What is there is written back with the one change; where there is nothing, the one field is added.
    async fn set_metadata(&self, id: &str, action: &Action) -> Result<Value, RemoteError> {
        let (name, to) = (wanted(action, "name")?.trim(), wanted(action, "value")?.trim());
        let now = self.metadata(id, Turn::Single).await.map_err(not_begun)?;
        let stands = metadata::value(&now);
        if action.saw.get(value::METADATA).unwrap_or(&Value::Null) != &stands {
            return Err(changed("The case's custom metadata has changed since you looked at it."));
        }
        let method = if stands.is_null() { Method::POST } else { Method::PUT };
        let body = Body::Json(metadata::with(&now, name, to));
        self.write(method, self.case_url(id, &["custom-metadata"])?, body).await
    }
}

/// One of the three states of delivery ("State changes allowed").
fn state(action: &Action) -> Result<Value, RemoteError> {
    let to = wanted(action, "to")?;
    let known = DELIVERY.iter().find(|(status, sub)| actions::state(status, sub) == to);
    let (status, sub) = known.ok_or_else(|| invalid("That is not one of the three states that can be set."))?;
    Ok(json!({"status": status, "subState": sub}))
}

/// The id of the comment or file that was made and of its author, wherever the reply tells them; the case's own id is not theirs.
fn receipt(reply: &Value, case: &str) -> Receipt {
    let places = ["/comment", "/file", "/data", "/content/0", ""];
    let made: Vec<&Value> =
        places.iter().filter_map(|place| reply.pointer(place)).filter(|at| at.is_object()).collect();
    let plain = |value: Option<&Value>| {
        value.filter(|value| value.is_string() || value.is_number()).and_then(|value| Text::read(Some(value)))
    };
    let id = |made: &&Value| {
        ["commentId", "fileId", "id"].iter().find_map(|key| plain(made.get(*key)).filter(|id| id != case))
    };
    let author = |made: &&Value| {
        let by = ["/createdBy/id", "/author/id", "/user/id", "/userId"];
        by.iter().find_map(|place| plain(made.pointer(place)))
    };
    Receipt { remote_ref: made.iter().find_map(id), me_id: made.iter().find_map(author) }
}

/// A read before the send failed: whatever it was, nothing was done.
fn not_begun(error: RemoteError) -> RemoteError {
    match error.and_now {
        AndNow::Doubtful | AndNow::Conflict => RemoteError::new(AndNow::Later(None), error.message),
        _ => error,
    }
}

fn changed(what: &str) -> RemoteError {
    RemoteError::new(AndNow::Conflict, format!("{what} Nothing was sent."))
}

fn wanted<'a>(action: &'a Action, field: &str) -> Result<&'a str, RemoteError> {
    action.text(field).ok_or_else(|| invalid(&format!("The field “{field}” is empty.")))
}

fn invalid(why: &str) -> RemoteError {
    RemoteError::new(AndNow::Invalid, format!("{why} Nothing was sent."))
}
