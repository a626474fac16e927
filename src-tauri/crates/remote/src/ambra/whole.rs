//! Whole records: after a list, each study as `/study/get` tells it (comments, tags, permissions, what status can follow), in
//! bundles; its reports, the history of its status and its QC tasks beside it.
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
    record::{self, HL7_REPORT, QC_TASKS, STATUS_HISTORY, Seen},
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

type Fields = Map<String, Value>;

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
            let mut answered: BTreeMap<&str, Part> = asked.into_iter().zip(parts).collect();
            for (id, row) in chunk {
                let part = answered.remove(id.as_str());
                read.push((id.clone(), self.settle(session, path, id, part, row.clone(), turn).await?));
            }
        }
        if kind == ItemKind::Study {
            self.read_beside(session, &mut read, turn).await?;
        }
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
            Some(Part::Ok(raw)) => return Ok(read(id, &raw)),
            Some(Part::Said(said)) => said,
            None if row.is_some() => return Ok(row.map_or(Read::Gone, Read::Fields)),
            Some(Part::SignIn | Part::Failed) | None => {
                match self.read(turn, &session.sid, &Call::new(path, &[("uuid", id)])).await {
                    Ok(answer) => return Ok(Read::Fields(answer.fields())),
                    Err(super::errors::No::Said(said)) => said,
                    Err(super::errors::No::Failed(error)) if error.and_now == AndNow::Doubtful => {
                        return Ok(rejected(id, row, format!("{TITLE} could not give this record whole.")));
                    }
                    Err(super::errors::No::Failed(error)) => return Err(error),
                }
            }
        };
        Ok(match row {
            _ if said.is("NOT_FOUND") => Read::Gone,
            // Listed, and not to be read whole: what the list says is all there is.
            Some(row) if said.is("NOT_PERMITTED") => Read::Fields(row),
            None if said.is("NOT_PERMITTED") => Read::Gone,
            row => rejected(id, row, said.error("this record").message),
        })
    }

    /// Reads what stands beside studies and puts it into their fields.
    async fn read_beside(
        &self,
        session: &Session,
        studies: &mut [(String, Read)],
        turn: Turn,
    ) -> Result<(), RemoteError> {
        let mut calls: Vec<(Beside, Call)> = Vec::new();
        for (at, (id, read)) in studies.iter().enumerate() {
            let Read::Fields(fields) = read else { continue };
            if self.read_reports && is_plain(id) {
                calls.extend(beside(at, id, fields));
            }
        }
        if self.read_qc_tasks && session.may("qctask_view") {
            let ids: Vec<&str> = studies.iter().map(|(id, _)| id.as_str()).filter(|id| is_plain(id)).collect();
            for ids in ids.chunks(self.bundle_calls) {
                // [inferred] that QC tasks can be filtered by their study; where not, none are shown.
                let list = Value::from(ids.to_vec()).to_string();
                let call = Call::new("/qctask/list", &[("filter.study_id.in", &list), ("page.rows", "1000")]);
                calls.push((Beside::QcTasks, call));
            }
        }
        for chunk in calls.chunks(self.bundle_calls) {
            let asked: Vec<Call> = chunk.iter().map(|(_, call)| call.clone()).collect();
            let parts = self.bundle(turn, &session.sid, &asked).await.map_err(|no| no.error("to be read"))?;
            for ((what, _), part) in chunk.iter().zip(parts) {
                match part {
                    Part::Ok(raw) => put(what, object(&raw), studies),
                    Part::Said(_) => {}
                    Part::SignIn | Part::Failed => {
                        return Err(RemoteError::new(
                            AndNow::Later(None),
                            format!(
                                "{TITLE} could not give all reports. Nothing of this page was kept and it will be read again."
                            ),
                        ));
                    }
                }
            }
        }
        Ok(())
    }
}

/// One record on its way.
enum Read {
    Fields(Fields),
    Gone,
    Rejected(Rejected),
}

/// What is read beside the study at a place.
enum Beside {
    History(usize),
    /// A radiology report, and its place among the study's.
    Report(usize, usize),
    Hl7(usize),
    QcTasks,
}

fn read(id: &str, raw: &RawValue) -> Read {
    match record::seen(raw) {
        Seen::Fields(_, fields) => Read::Fields(fields),
        Seen::Rejected(rejected) => Read::Rejected(Rejected { external_id: Some(id.to_owned()), ..rejected }),
    }
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

fn beside(at: usize, id: &str, fields: &Fields) -> Vec<(Beside, Call)> {
    let ids = |key: &str| -> Vec<Option<String>> {
        let items = fields.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().map(|item| Text::read(item.get("uuid")).filter(|id| is_plain(id))).collect()
    };
    let mut calls = Vec::new();
    if Text::read(fields.get("study_status")).is_some() {
        calls.push((Beside::History(at), Call::new("/study/status/history", &[("study_id", id)])));
    }
    for (place, report) in ids("radreports").into_iter().enumerate() {
        calls.extend(
            report.map(|report| (Beside::Report(at, place), Call::new("/radreport/get", &[("uuid", &report)]))),
        );
    }
    if !ids("hl7").is_empty() {
        calls.push((Beside::Hl7(at), Call::new("/hl7/study/report", &[("study_id", id)])));
    }
    calls
}

fn put(what: &Beside, mut answer: Fields, studies: &mut [(String, Read)]) {
    match what {
        Beside::History(at) => {
            if let (Some(study), Some(history)) = (fields_at(studies, *at), answer.remove("history")) {
                study.insert(STATUS_HISTORY.into(), history);
            }
        }
        Beside::Hl7(at) => {
            if let (Some(study), Some(text)) = (fields_at(studies, *at), answer.remove("text")) {
                study.insert(HL7_REPORT.into(), text);
            }
        }
        Beside::Report(at, place) => {
            let study = fields_at(studies, *at);
            let report = study.and_then(|study| study.get_mut("radreports")?.get_mut(place)?.as_object_mut());
            if let Some(report) = report {
                answer.retain(|key, _| key != "status" && key != "HTTP_STATUS_CODE");
                report.extend(answer);
            }
        }
        Beside::QcTasks => {
            let Some(Value::Array(tasks)) = answer.remove("qctasks") else { return };
            for (id, read) in studies.iter_mut() {
                let Read::Fields(study) = read else { continue };
                let own = tasks.iter().filter(|task| Text::read(task.get("study_id")).as_ref() == Some(id));
                let own: Vec<Value> = own.cloned().collect();
                if !own.is_empty() {
                    study.insert(QC_TASKS.into(), Value::from(own));
                }
            }
        }
    }
}

fn fields_at(studies: &mut [(String, Read)], at: usize) -> Option<&mut Fields> {
    match studies.get_mut(at) {
        Some((_, Read::Fields(fields))) => Some(fields),
        _ => None,
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

fn object(raw: &RawValue) -> Fields {
    match kept::parse(raw.get()) {
        Some((Value::Object(fields), _)) => fields,
        _ => Fields::new(),
    }
}

/// Whether an id can stand in a bundle: nothing in it could be a template.
fn is_plain(id: &str) -> bool {
    !id.is_empty() && id.len() <= 100 && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}
