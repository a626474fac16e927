//! Reports: radreports by their id, and the text of the latest HL7 report.

use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use super::call::Call;
use super::errors::Refused;
use super::fields;
use super::gate;
use super::made::{self, Kind, part_of, skeleton};

/// `/radreport/get`.
pub(crate) fn radreport(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let uuid = Uuid::try_parse(id).map_err(|_| Refused::not_found())?;
    let index = part_of(books.plot.seed, uuid).owner;
    let shelf = books.shelf(Kind::Study);
    let listed = shelf.has(index)
        && shelf.field(index, "radreports").as_array().is_some_and(|all| all.iter().any(|one| one["uuid"] == id));
    if !listed {
        return Err(Refused::not_found());
    }
    gate::demand(&call.settings, "radreport_view")?;
    let mut reply = made::radreport(&books.plot, &skeleton(&books.plot, index));
    reply["uuid"] = json!(id);
    reply["status"] = json!("OK");
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// `/hl7/study/report`. A study without one has an empty text (inferred).
pub(crate) fn hl7_text(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["study_id"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let index = books.find(Kind::Study, id)?;
    gate::demand(&call.settings, "study_report_hl7_view")?;
    let shelf = books.shelf(Kind::Study);
    let has_one = shelf.field(index, "hl7").as_array().is_some_and(|all| !all.is_empty());
    let text = if has_one { made::report_text(&skeleton(&books.plot, index)) } else { String::new() };
    Ok(json!({"status": "OK", "text": text}))
}
