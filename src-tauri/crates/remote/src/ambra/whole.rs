//! Whole records: after a list, each study as `/study/get` tells it (comments, tags, permissions, what status can follow), in
//! bundles; what stands beside it is read in `beside`.
//!
//! A bundle holds ids only, never a person's words, since `{{…}}` in a value would be a template.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    item::ItemKind,
    pull::{Record, Rejected},
};
use serde_json::{Map, Value, value::RawValue};

use super::{
    Ambra,
    call::{Call, Part},
    convert::{Context, Locks},
    declaration::TITLE,
    errors::No,
    record::{self, Seen},
    session::Session,
};
use crate::{
    kept,
    lenient::{Lenient, Text},
    wire::Turn,
};

/// What became of one id.
pub(super) enum Whole {
    Record(Box<Record>),
    /// Ambra no longer has it, or no longer shows it.
    Gone,
    /// It could not be read.
    Rejected(Rejected),
}

pub(super) type Fields = Map<String, Value>;

impl Ambra {
    /// Reads records whole, in the order of `ids`; with each the row of the list it came in, where it came in one.
    pub(super) async fn whole(
        &self,
        session: &Session,
        kind: ItemKind,
        ids: Vec<(String, Option<Fields>)>,
        turn: Turn,
        now: DateTime<Utc>,
    ) -> Result<Vec<Whole>, RemoteError> {
        let path = match kind {
            ItemKind::Study => "/study/get",
            ItemKind::Case => "/case/get",
            _ => "/order/get",
        };
        let mut locks: Locks = None;
        let mut read = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(self.bundle_calls) {
            let askable = chunk.iter().filter(|(id, row)| is_plain(id) && wants_more(kind, row.as_ref()));
            let asked: Vec<&str> = askable.map(|(id, _)| id.as_str()).collect();
            let mut calls: Vec<Call> = asked
                .iter()
                .map(|id| Call::new(path, &[("uuid", id)]).with("extra", (kind == ItemKind::Study).then_some("1")))
                .collect();
            let with_locks = kind == ItemKind::Study && locks.is_none();
            if with_locks {
                calls.push(Call::new("/study/status/locks", &[("page.rows", "1000")]));
            }
            let mut parts = if calls.is_empty() {
                Vec::new()
            } else {
                self.bundle(turn, &session.sid, &calls).await.map_err(|no| no.error("to be read"))?
            };
            if with_locks {
                locks = parts.pop().and_then(locks_of);
            }
            few_failed(&parts)?;
            let mut answered: BTreeMap<&str, Part> = asked.into_iter().zip(parts).collect();
            for (id, row) in chunk {
                let part = answered.remove(id.as_str());
                read.push((id.clone(), self.settle(session, path, id, part, row.clone(), turn).await?));
            }
        }
        if kind == ItemKind::Study {
            self.read_beside(session, &mut read, turn).await?;
        }
        self.read_patients(session, kind, &mut read, turn).await?;
        let context = Context { rules: &self.rules, session, locks: &locks, now };
        Ok(read
            .into_iter()
            .map(|(id, read)| match read {
                Read::Fields(fields) => Whole::Record(Box::new(record::record(kind, &id, fields, &context))),
                Read::Gone => Whole::Gone,
                Read::Rejected(rejected) => Whole::Rejected(rejected),
            })
            .collect())
    }

    /// What the answer to one id comes to. One that failed where others did not is asked for once more by itself.
    async fn settle(
        &self,
        session: &Session,
        path: &'static str,
        id: &str,
        part: Option<Part>,
        row: Option<Fields>,
        turn: Turn,
    ) -> Result<Read, RemoteError> {
        let said = match part {
            Some(Part::Ok(raw)) => return Ok(read(id, &raw, row)),
            Some(Part::Said(said)) => said,
            None if row.is_some() => return Ok(row.map_or(Read::Gone, Read::Fields)),
            Some(Part::SignIn | Part::Failed) | None => {
                match self.read(turn, &session.sid, &Call::new(path, &[("uuid", id)])).await {
                    Ok(answer) => return Ok(told(id, answer.fields(), row)),
                    Err(No::Said(said)) => said,
                    Err(no) if no.is_about_one() => {
                        return Ok(rejected(id, row, format!("{TITLE} could not give this record whole.")));
                    }
                    Err(no) => return Err(no.error("this record")),
                }
            }
        };
        Ok(match row {
            // Listed, and not to be read whole: what the list says is all there is. What it names is not gone.
            Some(row) if said.is("NOT_PERMITTED") || said.is("NOT_FOUND") => Read::Fields(row),
            None if said.is("NOT_PERMITTED") || said.is("NOT_FOUND") => Read::Gone,
            row => rejected(id, row, said.error("this record").message),
        })
    }
}

/// So many parts of a bundle may fail and be asked for one by one, however few it has.
const FEW: usize = 3;

/// Whether most of a bundle was answered: where more than half of it failed, Ambra has trouble of its own.
pub(super) fn few_failed(parts: &[Part]) -> Result<(), RemoteError> {
    let failed = parts.iter().filter(|part| matches!(part, Part::Failed)).count();
    if failed <= FEW || failed * 2 <= parts.len() {
        return Ok(());
    }
    Err(RemoteError::new(
        AndNow::Later(None),
        format!("{TITLE} could not give most of what was asked. Nothing of it was kept and it will be read again."),
    ))
}

/// One record on its way.
pub(super) enum Read {
    Fields(Fields),
    Gone,
    Rejected(Rejected),
}

fn read(id: &str, raw: &RawValue, row: Option<Fields>) -> Read {
    match record::seen(raw) {
        Seen::Fields(_, fields) => told(id, fields, row),
        Seen::Rejected(rejected) => Read::Rejected(Rejected { external_id: Some(id.to_owned()), ..rejected }),
    }
}

/// What was told of `id`, if it is that. One record is never kept under another one's id.
fn told(id: &str, fields: Fields, row: Option<Fields>) -> Read {
    if Text::read(fields.get("uuid")).is_some_and(|told| told == id) {
        return Read::Fields(fields);
    }
    rejected(id, row, format!("{TITLE} answered with another record than the one that was asked for."))
}

fn rejected(id: &str, row: Option<Fields>, reason: String) -> Read {
    let raw = row.map(|row| Value::Object(row).to_string()).unwrap_or_default();
    Read::Rejected(Rejected { external_id: Some(id.to_owned()), reason, raw })
}

/// A study always; of other things only what the list left out.
fn wants_more(kind: ItemKind, row: Option<&Fields>) -> bool {
    match (kind, row) {
        (ItemKind::Study, _) | (_, None) => true,
        (ItemKind::Order, Some(row)) => !row.contains_key("sps"),
        _ => false,
    }
}

fn locks_of(part: Part) -> Locks {
    let Part::Ok(raw) = part else { return None };
    let answer = object(&raw);
    let studies = answer.get("studies")?.as_array()?;
    Some(
        studies
            .iter()
            .filter_map(|study| Some((Text::read(study.get("uuid"))?, Text::read(study.get("study_status")))))
            .collect(),
    )
}

pub(super) fn object(raw: &RawValue) -> Fields {
    match kept::parse(raw.get()) {
        Some((Value::Object(fields), _)) => fields,
        _ => Fields::new(),
    }
}

/// Whether an id can stand in a bundle: nothing in it could be a template.
pub(super) fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 100 && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
