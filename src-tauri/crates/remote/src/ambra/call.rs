//! One call to Ambra: a form that is posted, and the JSON that comes back ("Introduction", "Global information").
//!
//! The sid goes in the body, never in an address. Lists and hashes are JSON inside a form's value.

use std::collections::BTreeMap;

use rounds_domain::error::AndNow;
use serde_json::{Map, Value, value::RawValue};
use url::Url;

use super::{
    Ambra,
    declaration::TITLE,
    errors::{self, No},
};
use crate::{
    kept::{self, NoList},
    lenient::{Lenient, Text},
    wire::{
        Reply, Turn,
        outcome::{self, Unreadable},
    },
};

/// What is asked, without the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Such as `/study/list`.
    pub(super) path: &'static str,
    /// The form.
    pub(super) form: Vec<(String, String)>,
}

impl Call {
    /// A call with these parameters.
    pub(super) fn new(path: &'static str, form: &[(&str, &str)]) -> Self {
        Self { path, form: form.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect() }
    }

    /// The same with one more parameter, when there is a value for it.
    pub(super) fn with(mut self, key: &str, value: Option<impl Into<String>>) -> Self {
        self.form.extend(value.map(|value| (key.to_owned(), value.into())));
        self
    }
}

/// A documented success: the fields of the reply, each still as it came.
#[derive(Debug, Default)]
pub(super) struct Answer(BTreeMap<String, Box<RawValue>>);

impl Answer {
    /// A field, read.
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        kept::parse(self.0.get(key)?.get()).map(|(value, _)| value)
    }

    /// A field as text.
    pub(super) fn text(&self, key: &str) -> Text {
        Text::read(self.value(key).as_ref())
    }

    /// A field that is 1 or 0.
    pub(super) fn flag(&self, key: &str) -> bool {
        Option::<bool>::read(self.value(key).as_ref()) == Some(true)
    }

    /// A field that is a list, each of its entries still as it came.
    pub(super) fn rows(&self, key: &str) -> Result<Vec<Box<RawValue>>, NoList> {
        kept::records(self.0.get(key).ok_or(NoList::Other)?)
    }

    /// Every field, read.
    pub(super) fn fields(&self) -> Map<String, Value> {
        self.0.keys().filter_map(|key| Some((key.clone(), self.value(key)?))).collect()
    }
}

impl Ambra {
    /// Reads something with a session.
    pub(super) async fn read(&self, turn: Turn, sid: &str, call: &Call) -> Result<Answer, No> {
        let url = self.url(call.path);
        let form = with_sid(call, sid);
        let reply = self
            .wire
            .read(turn, |client| client.post(url).header(reqwest::header::ACCEPT, "application/json").form(&form))
            .await
            .map_err(|trouble| outcome::of_read(TITLE, "it", &trouble))?;
        self.answer(&reply, sid)
    }

    /// Signs in: like a read, but never on a connection that may have died meanwhile.
    pub(super) async fn knock(&self, call: &Call) -> Result<Answer, No> {
        let url = self.url(call.path);
        let reply = self
            .wire
            .write(|client| client.post(url).header(reqwest::header::ACCEPT, "application/json").form(&call.form))
            .await
            .map_err(|trouble| outcome::of_read(TITLE, "it", &trouble))?;
        self.answer(&reply, "")
    }

    /// Changes something, once.
    pub(super) async fn write(&self, sid: &str, call: &Call) -> Result<Answer, No> {
        let url = self.url(call.path);
        let form = with_sid(call, sid);
        let reply = self
            .wire
            .write(|client| client.post(url).header(reqwest::header::ACCEPT, "application/json").form(&form))
            .await
            .map_err(|trouble| outcome::of_write(TITLE, &trouble))?;
        if let Some(answer) = success(&reply.body).filter(|_| reply.status.as_u16() == 200) {
            return Ok(answer);
        }
        let no = errors::of_write(&reply, object(&reply.body).as_ref());
        self.end_if_refused(&no, sid);
        Err(no)
    }

    fn answer(&self, reply: &Reply, sid: &str) -> Result<Answer, No> {
        if reply.status.as_u16() == 200 {
            if let Some(answer) = success(&reply.body) {
                return Ok(answer);
            }
            if object(&reply.body).is_none() {
                let why = serde_json::from_slice::<Box<RawValue>>(&reply.body).err();
                let why =
                    why.map_or_else(|| Unreadable::Other("it is no answer of Ambra's".into()), |why| (&why).into());
                return Err(outcome::unreadable_read(TITLE, "it", reply, &why).into());
            }
        }
        let no = match (errors::of_read(reply, object(&reply.body).as_ref()), reply.status.is_success()) {
            (No::Failed(_), true) => {
                let why = Unreadable::Other("it says neither that it worked nor why not".into());
                outcome::unreadable_read(TITLE, "it", reply, &why).into()
            }
            (no, _) => no,
        };
        self.end_if_refused(&no, sid);
        Err(no)
    }

    /// The bundle: several reads in one request, answered in their order. No person's text may stand in it, since `{{…}}`
    /// would be taken for a template ("Bundled calls").
    pub(super) async fn bundle(&self, turn: Turn, sid: &str, calls: &[Call]) -> Result<Vec<Part>, No> {
        let body: Vec<Value> = calls
            .iter()
            .map(|call| {
                let form = call.form.iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
                let own = [("URL".to_owned(), Value::from(call.path)), ("sid".to_owned(), Value::from(sid))];
                Value::Object(form.chain(own).collect())
            })
            .collect();
        let url = self.url("/bundle");
        let reply = self
            .wire
            .read(turn, |client| client.post(url).header(reqwest::header::ACCEPT, "application/json").json(&body))
            .await
            .map_err(|trouble| outcome::of_read(TITLE, "it", &trouble))?;
        if reply.status.as_u16() != 200 {
            let no = errors::of_read(&reply, object(&reply.body).as_ref());
            self.end_if_refused(&no, sid);
            return Err(no);
        }
        let text = String::from_utf8_lossy(&reply.body);
        let unreadable = |why: &Unreadable| No::from(outcome::unreadable_read(TITLE, "it", &reply, why));
        let parts: Vec<Box<RawValue>> =
            serde_json::from_str(&text).map_err(|error| unreadable(&Unreadable::from(&error)))?;
        if parts.len() != calls.len() {
            return Err(unreadable(&Unreadable::Other("it does not answer every part of what was asked".into())));
        }
        let parts: Vec<Part> = parts.into_iter().map(Part::read).collect();
        if parts.iter().any(|part| matches!(part, Part::SignIn)) {
            let ended = No::Failed(super::session::ended());
            self.end_if_refused(&ended, sid);
            return Err(ended);
        }
        Ok(parts)
    }

    fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/v3{path}", self.base.path().trim_end_matches('/')));
        url
    }

    /// A session that Ambra does not take any more is forgotten, so that the next call does not try it again.
    fn end_if_refused(&self, no: &No, sid: &str) {
        if no.clone().error("").and_now == AndNow::SignIn {
            self.forget(sid);
        }
    }
}

/// One part of a bundle's reply.
#[derive(Debug)]
pub(super) enum Part {
    /// A success, as it came.
    Ok(Box<RawValue>),
    /// Ambra said no.
    Said(errors::Said),
    /// The session has ended.
    SignIn,
    /// Something else.
    Failed,
}

impl Part {
    fn read(raw: Box<RawValue>) -> Self {
        let Some(fields) = object(raw.get().as_bytes()) else { return Self::Ok(raw) };
        let status = fields.get("HTTP_STATUS_CODE").and_then(|code| Text::read(Some(code)));
        let status: u16 = status.and_then(|status| status.trim().parse().ok()).unwrap_or(200);
        match (status, errors::Said::read(&fields)) {
            (401, _) => Self::SignIn,
            (200, _) if says_ok(&fields) => Self::Ok(raw),
            // A session that ends is said as an error of business too.
            (200 | 412, Some(said)) if said.error("").and_now == AndNow::SignIn => Self::SignIn,
            (200 | 412, Some(said)) => Self::Said(said),
            _ => Self::Failed,
        }
    }
}

fn with_sid(call: &Call, sid: &str) -> Vec<(String, String)> {
    call.form.iter().cloned().chain([("sid".to_owned(), sid.to_owned())]).collect()
}

/// The fields of a reply that says `status: "OK"`.
pub(super) fn success(body: &[u8]) -> Option<Answer> {
    // A broken character costs that character, not the reply.
    let text = String::from_utf8_lossy(body);
    let answer = Answer(serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?);
    answer.text("status").is_some_and(|status| is_ok(&status)).then_some(answer)
}

pub(super) fn object(body: &[u8]) -> Option<Map<String, Value>> {
    match kept::parse(&String::from_utf8_lossy(body))?.0 {
        Value::Object(fields) => Some(fields),
        _ => None,
    }
}

fn says_ok(fields: &Map<String, Value>) -> bool {
    Text::read(fields.get("status")).is_some_and(|status| is_ok(&status))
}

fn is_ok(status: &str) -> bool {
    status.trim().eq_ignore_ascii_case("ok")
}
