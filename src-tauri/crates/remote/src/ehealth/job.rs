//! Jobs: a write is accepted, and whether it took effect is told by its job ("Asynchronous" of the sheet).

use rounds_domain::error::{AndNow, RemoteError};
use serde_json::Value;

use super::{
    EHealth,
    declaration::TITLE,
    errors::{No, Refused},
    watched::can_stand_in_an_address,
};
use crate::{
    lenient::{Lenient, Text},
    seam::{JobState, Receipt, Submitted},
    wire::{Reply, Turn, outcome},
};

/// How a job stands, as it says itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stands {
    /// Under way.
    Pending,
    /// Done.
    Processed,
    /// Ended without effect: its `status_code`, which may be a text, and its `error`.
    Failed { code: Option<u16>, error: Option<Value> },
}

/// Reads how a job stands out of a reply's body; nothing when it does not say. `see_other` is the 303 of a job that is done.
pub(super) fn stands(body: &Value, see_other: bool) -> Option<Stands> {
    let job = job_of(body);
    let word = Text::read(job.get("status")).map(|word| word.trim().to_ascii_lowercase());
    match word.as_deref() {
        Some(word) if word.starts_with("fail") || word == "error" => Some(Stands::Failed {
            code: code(job.get("status_code")).or_else(|| code(job.pointer("/error/code"))),
            error: job.get("error").filter(|error| !error.is_null()).cloned(),
        }),
        Some("processed" | "done" | "completed") => Some(Stands::Processed),
        // "pending"; and a word that nobody knows is no end: the job is asked about again, and after a day its person is.
        Some(_) => Some(Stands::Pending),
        None if see_other || job.get("response_data").is_some_and(|data| !data.is_null()) => Some(Stands::Processed),
        None => None,
    }
}

/// The job itself: under `data`, or the body where somebody left that out.
fn job_of(body: &Value) -> &Value {
    body.get("data").filter(|data| data.is_object()).unwrap_or(body)
}

fn code(value: Option<&Value>) -> Option<u16> {
    let text = Text::read(value)?;
    text.trim().parse().ok().filter(|code| (100..600).contains(code))
}

/// The id of the job that a reply links to. Links come as `/Jobs/id`, `/jobs/id`, with and without `/api` or a host.
pub(super) fn linked(body: &Value) -> Option<String> {
    let links = job_of(body).get("links")?;
    let links = links.as_array().map_or_else(|| std::slice::from_ref(links), Vec::as_slice);
    let is_job =
        |link: &&Value| Text::read(link.get("entity")).is_some_and(|entity| entity.trim().eq_ignore_ascii_case("job"));
    let href = |link: &Value| Text::read(link.get("href"));
    let named = links.iter().filter(is_job).find_map(|link| id_in(&href(link)?, false));
    named.or_else(|| links.iter().find_map(|link| id_in(&href(link)?, true)))
}

/// What follows `jobs` in an address, or its last part where `only_behind_jobs` is not asked for.
fn id_in(href: &str, only_behind_jobs: bool) -> Option<String> {
    let path = href.split(['?', '#']).next()?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let behind = parts.iter().position(|part| part.eq_ignore_ascii_case("jobs")).and_then(|at| parts.get(at + 1));
    let id = behind.or_else(|| parts.last().filter(|last| !only_behind_jobs && !last.eq_ignore_ascii_case("jobs")))?;
    can_stand_in_an_address(id).then(|| (*id).to_owned())
}

impl EHealth {
    /// What a reply to a write comes to. "HTTP success means accepted, not received."
    pub(super) fn submitted(&self, reply: &Reply) -> Result<Submitted, RemoteError> {
        if !(reply.status.is_success() || reply.status.is_redirection()) {
            return Err(self.refused(&No::of_reply(reply, &self.signature), None));
        }
        let unclear = || outcome::unreadable_write(TITLE, reply);
        let body: Value = serde_json::from_slice(&reply.body).map_err(|_| unclear())?;
        // Only a job's own 303 says that something is done: to a write it is a reply like any other.
        match (stands(&body, false), linked(&body)) {
            (Some(Stands::Failed { code: Some(code), error }), _) => {
                Err(self.refused(&No::of_job(code, error.as_ref(), &self.signature), None))
            }
            // "processed": somebody was quick.
            (Some(Stands::Processed), _) => Ok(Submitted::Done(Receipt::default())),
            (Some(Stands::Pending) | None, Some(job)) => {
                self.begun(&job);
                Ok(Submitted::Accepted(job))
            }
            // A success that is an error inside.
            (None, None) if body.get("error").is_some_and(Value::is_object) => {
                let code = code(body.pointer("/meta/code")).filter(|code| *code >= 400).ok_or_else(unclear)?;
                Err(self.refused(&No::of_job(code, body.get("error"), &self.signature), None))
            }
            _ => Err(unclear()),
        }
    }

    /// Asks how far a job is. One that cannot be asked about any more says nothing about the specimen: that is read then.
    pub(super) async fn job(&self, id: &str) -> Result<JobState, RemoteError> {
        let reply = self.get(Turn::Single, "it", self.url(&["jobs", id], &[])?).await?;
        if !(reply.status.is_success() || reply.status.is_redirection()) {
            let error = No::of_reply(&reply, &self.signature).of_read();
            return match error.and_now {
                AndNow::SignIn | AndNow::Later(_) | AndNow::Offline => Err(error),
                AndNow::Gone => Ok(untold("no longer has the job that was to do it")),
                AndNow::Forbidden => {
                    Ok(untold("does not let this token ask about the job that was to do it (job:read)"))
                }
                _ => Err(RemoteError::new(AndNow::Doubtful, error.message)),
            };
        }
        let unreadable = |why| outcome::unreadable_read(TITLE, "it", &reply, &why);
        let body: Value = serde_json::from_slice(&reply.body).map_err(|error| unreadable((&error).into()))?;
        let told = stands(&body, reply.status.as_u16() == 303);
        match told.ok_or_else(|| unreadable(outcome::Unreadable::Other("it does not say how the job stands".into())))? {
            Stands::Pending => Ok(JobState::Pending),
            Stands::Processed => Ok(JobState::Done(Receipt::default())),
            Stands::Failed { code: Some(code), error } => {
                Ok(JobState::Failed(self.refused(&No::of_job(code, error.as_ref(), &self.signature), Some(id))))
            }
            Stands::Failed { code: None, .. } => Ok(untold("says that the job failed and not why")),
        }
    }

    /// A refusal, of a `job` or of a call, as an error; one of the whole account pauses the connection.
    fn refused(&self, no: &No, job: Option<&str>) -> RemoteError {
        match no.of_write() {
            Refused::This(error) => error,
            Refused::Account(error) => {
                self.pause(&error, job);
                error
            }
        }
    }
}

fn untold(why: &str) -> JobState {
    JobState::Failed(RemoteError::new(
        AndNow::Doubtful,
        format!("{TITLE} {why}. Whether it took effect is looked for at the specimen itself."),
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_link_to_a_job_is_found_however_it_is_written() {
        for href in [
            "/jobs/NBXk9EyErUZv1RhXgyvgg",
            "/Jobs/NBXk9EyErUZv1RhXgyvgg",
            "/api/jobs/NBXk9EyErUZv1RhXgyvgg/",
            "jobs/NBXk9EyErUZv1RhXgyvgg?x=1",
            "https://elsewhere.example.org/api/Jobs/NBXk9EyErUZv1RhXgyvgg",
        ] {
            let body = json!({"data": {"status": "pending", "links": [{"entity": "job", "href": href}]}});
            assert_eq!(linked(&body).as_deref(), Some("NBXk9EyErUZv1RhXgyvgg"), "{href}");
            let unnamed = json!({"links": {"href": href}});
            assert_eq!(linked(&unnamed).as_deref(), Some("NBXk9EyErUZv1RhXgyvgg"), "{href} of no entity");
        }
        for none in [
            json!({"data": {"links": [{"entity": "job", "href": "/jobs/"}]}}),
            json!({"data": {"links": [{"entity": "specimen", "href": "/api/specimens/x"}]}}),
            json!({"data": {"links": [{"entity": "job", "href": "/jobs/.."}]}}),
            json!({"data": {"links": []}}),
            json!({"data": null}),
        ] {
            assert_eq!(linked(&none), None, "{none}");
        }
    }

    #[test]
    fn a_job_says_how_it_stands_in_every_documented_way() {
        let failed = |code: Option<u16>| Some(Stands::Failed { code, error: Some(json!({"message": "no"})) });
        for (body, see_other, expected) in [
            (json!({"data": {"status": "pending", "eta": "2018-08-02T10:45:16.000Z"}}), false, Some(Stands::Pending)),
            (json!({"data": {"status": "processed", "links": []}}), true, Some(Stands::Processed)),
            (json!({"data": {"links": []}}), true, Some(Stands::Processed)),
            (json!({"data": {"status": "processed", "response_data": {}}}), false, Some(Stands::Processed)),
            (json!({"data": {"response_data": [1]}}), false, Some(Stands::Processed)),
            (
                json!({"data": {"status": "failed", "status_code": "422", "error": {"message": "no"}}}),
                false,
                failed(Some(422)),
            ),
            (json!({"status": "failed", "status_code": 409, "error": {"message": "no"}}), false, failed(Some(409))),
            (json!({"data": {"status": "failed_with_error", "error": {"message": "no"}}}), false, failed(None)),
            (
                json!({"data": {"status": "FAILED", "status_code": "many", "error": {"message": "no"}}}),
                true,
                failed(None),
            ),
            (json!({"data": {"status": "sleeping"}}), false, Some(Stands::Pending)),
            (json!({"data": {}}), false, None),
            (json!([]), false, None),
        ] {
            assert_eq!(stands(&body, see_other), expected, "{body}");
        }
    }
}
