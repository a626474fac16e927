//! `/qctask/status/set`: a compare-and-set like that of studies, without locks.

use serde_json::{Value, json};

use super::call::{Call, Write, ok};
use super::changes::{Change, set};
use super::errors::Refused;
use super::gate;
use super::made::Kind;

const WORDS: [&str; 3] = ["Open", "InProgress", "Closed"];

pub(crate) fn change_status(call: &Call<'_>) -> Result<Value, Refused> {
    let [id, old, new] = call.form.required(["uuid", "old", "new"])?;
    let mut books = call.system.books();
    let index = books.find(Kind::QcTask, id)?;
    gate::demand(&call.settings, "qctask_edit")?;
    if books.shelf(Kind::QcTask).truth(index)["qctask_status"] != old {
        return Err(Refused::because("STALE"));
    }
    if !WORDS.contains(&new) {
        return Err(Refused::because("INVALID_TAG"));
    }
    let changes = vec![set(&json!({"qctask_status": new})), Change::Touch(call.now())];
    call.carry_out(&mut books, Write::new(Kind::QcTask, index, changes));
    Ok(ok())
}
