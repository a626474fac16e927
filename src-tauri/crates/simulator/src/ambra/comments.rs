//! Study comments: added, deleted by whoever wrote them, never edited.

use std::time::Instant;

use serde_json::{Value, json};
use uuid::Uuid;

use super::books::Books;
use super::call::{Call, Write, ok};
use super::changes::Change;
use super::dress;
use super::errors::Refused;
use super::gate;
use super::made::{self, Kind, Part, fresh_part, part_of};

/// The number of every part that was not made with its record.
const ADDED: u8 = 0xff;

/// `/study/comment/add`. No idempotency key: the same twice is two comments.
pub(crate) fn add(call: &Call<'_>) -> Result<Value, Refused> {
    let [study_id, body] = call.form.required(["study_id", "body"])?;
    let mut books = call.system.books();
    let index = books.find(Kind::Study, study_id)?;
    let shelf = books.shelf(Kind::Study);
    gate::demand_on(&call.settings, &shelf.truth(index), "study_comment_edit")?;
    let seed = books.plot.seed;
    let id = fresh_part(seed, &mut call.dice(), Part { owner: index, number: ADDED });
    let comment = made::comment(seed, id, shelf.row(index).id, call.who, body, call.now());
    let changes = call.annotated(vec![Change::Prepend("comments", comment)]);
    let write = Write { made_id: Some(id.to_string()), ..Write::new(Kind::Study, index, changes) };
    call.carry_out(&mut books, write);
    Ok(json!({"status": "OK", "uuid": id}))
}

/// A comment that exists, and its study.
fn find(books: &Books, id: &str, shown: bool) -> Result<(u32, Value), Refused> {
    let id = Uuid::try_parse(id).map_err(|_| Refused::not_found())?;
    let index = part_of(books.plot.seed, id).owner;
    let shelf = books.shelf(Kind::Study);
    if !shelf.has(index) {
        return Err(Refused::not_found());
    }
    let comments = if shown { shelf.field(index, "comments") } else { shelf.truth(index)["comments"].clone() };
    let found = comments.as_array().into_iter().flatten().find(|comment| comment["uuid"] == id.to_string());
    found.map(|comment| (index, comment.clone())).ok_or_else(Refused::not_found)
}

/// `/study/comment/delete`: "you must be the creator of the comment".
pub(crate) fn delete(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    let (index, comment) = find(&books, id, false)?;
    gate::demand_on(&call.settings, &books.shelf(Kind::Study).truth(index), "study_comment_edit")?;
    if comment["user_id"] != made::user_id(books.plot.seed, call.who).to_string() {
        return Err(Refused::not_permitted());
    }
    let changes = call.annotated(vec![Change::Drop("comments", id.to_owned())]);
    call.carry_out(&mut books, Write::new(Kind::Study, index, changes));
    Ok(ok())
}

/// `/study/comment/get`.
pub(crate) fn get(call: &Call<'_>) -> Result<Value, Refused> {
    let [id] = call.form.required(["uuid"])?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let (_, comment) = find(&books, id, true)?;
    gate::demand(&call.settings, "study_comment_view")?;
    let mut reply = dress::comment(call, comment);
    reply["status"] = json!("OK");
    Ok(reply)
}
