//! What stands beside a study and belongs on its page: its reports, the history of its status, its QC tasks. Read in bundles
//! after the studies themselves, and put into their fields under names that Ambra does not use.

use rounds_domain::error::RemoteError;
use serde_json::Value;

use super::{
    Ambra,
    call::{Call, Part},
    errors::No,
    record::{HL7_REPORT, QC_TASKS, STATUS_HISTORY, UNREAD},
    session::Session,
    whole::{Fields, Read, few_failed, is_plain, object},
};
use crate::{
    lenient::{Lenient, Text},
    wire::Turn,
};

impl Ambra {
    /// Reads what stands beside studies and puts it into their fields.
    pub(super) async fn read_beside(
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
            few_failed(&parts)?;
            for ((what, call), part) in chunk.iter().zip(parts) {
                let again = match part {
                    Part::Ok(raw) => {
                        put(what, object(&raw), studies);
                        continue;
                    }
                    Part::Said(_) => continue,
                    Part::SignIn | Part::Failed => self.read(turn, &session.sid, call).await,
                };
                match again {
                    Ok(answer) => put(what, answer.fields(), studies),
                    Err(No::Said(_)) => {}
                    Err(no) if no.is_about_one() => note_unread(what, studies),
                    Err(no) => return Err(no.error("to be read")),
                }
            }
        }
        Ok(())
    }
}

/// What is read beside the study at a place.
enum Beside {
    History(usize),
    /// A radiology report, and its place among the study's.
    Report(usize, usize),
    Hl7(usize),
    QcTasks,
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

/// What could not be read beside a study is said on its page; the study itself is kept.
fn note_unread(what: &Beside, studies: &mut [(String, Read)]) {
    let (first, count) = match what {
        Beside::History(at) | Beside::Hl7(at) | Beside::Report(at, _) => (*at, 1),
        Beside::QcTasks => (0, studies.len()),
    };
    for at in first..first + count {
        if let Some(study) = fields_at(studies, at) {
            study.insert(UNREAD.into(), Value::Bool(true));
        }
    }
}

fn fields_at(studies: &mut [(String, Read)], at: usize) -> Option<&mut Fields> {
    match studies.get_mut(at) {
        Some((_, Read::Fields(fields))) => Some(fields),
        _ => None,
    }
}
