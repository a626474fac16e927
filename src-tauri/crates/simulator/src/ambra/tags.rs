//! Tags on studies, cases, orders, patients and messages.

use serde_json::{Value, json};

use super::call::{Call, Write, ok};
use super::changes::Change;
use super::errors::Refused;

use super::made::Kind;
use super::{gate, lists, names};

/// "Object class (Study|User_account|…)". Of users, groups, locations, accounts and queries none is found here.
const OBJECTS: [(&str, Option<Kind>); 10] = [
    ("Study", Some(Kind::Study)),
    ("Case", Some(Kind::Case)),
    ("Order", Some(Kind::Order)),
    ("Patient", Some(Kind::Patient)),
    ("Message", Some(Kind::Message)),
    ("User_account", None),
    ("Group", None),
    ("Location", None),
    ("Account", None),
    ("Query", None),
];

pub(crate) fn add(call: &Call<'_>) -> Result<Value, Refused> {
    write(call, |tag| Change::Include("tags", tag))
}

pub(crate) fn delete(call: &Call<'_>) -> Result<Value, Refused> {
    write(call, |tag| Change::Exclude("tags", tag))
}

fn write(call: &Call<'_>, change: impl Fn(Value) -> Change) -> Result<Value, Refused> {
    let [tag, object, id] = call.form.required(["tag", "object", "object_id"])?;
    let known = OBJECTS.iter().find(|(name, _)| *name == object);
    let (_, kind) = known.ok_or_else(|| Refused::because("INVALID_OBJECT"))?;
    let kind = kind.ok_or_else(Refused::not_found)?;
    let mut books = call.system.books();
    let index = books.find(kind, id)?;
    gate::demand(&call.settings, "study_tag")?;
    books.tags.insert(tag.to_owned());
    let changes = call.annotated(vec![change(json!(tag))]);
    call.carry_out(&mut books, Write::new(kind, index, changes));
    Ok(ok())
}

/// `/tag/list`: the tags in use, whatever the object (inferred).
pub(crate) fn list(call: &Call<'_>) -> Result<Value, Refused> {
    let tags = call.system.books().tags.iter().map(|tag| json!({"tag": tag})).collect();
    lists::page_of_few(call, names::TAG, "tags", tags)
}
