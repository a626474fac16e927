//! The lists: filters, sorting, pages, and between two pages somebody else.

use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::{Value, json};

use super::call::Call;
use super::conditions::{self, Condition, Field};
use super::dress::dress;
use super::drift;
use super::errors::Refused;
use super::listing::{Wanted, of_few};
use super::made::{self, Kind};
use super::names::{self, Table};
use super::paging::{Page, sort_by};
use super::{fields, gate};
use crate::options::Temperament;

/// A page of a kind of record.
pub(crate) fn page_of(call: &Call<'_>, kind: Kind) -> Result<Value, Refused> {
    page_where(call, kind, None)
}

/// A page of those records that also fit a condition that is no filter.
fn page_where(call: &Call<'_>, kind: Kind, also: Option<Condition>) -> Result<Value, Refused> {
    let mut wanted = wanted(call, names::of(kind))?;
    wanted.conditions.extend(also);
    let page = Page::read(call.form, default_rows(kind));
    let promised = promises_order(call);
    let mut books = call.system.books();
    books.mature(Instant::now());
    let number = call.system.pages.fetch_add(1, Ordering::Relaxed);
    let (shelf, found) = books.shelf_and_found(kind);
    let mut indexes = found.of(shelf, &wanted, promised);
    if indexes.len() > page.rows && drift::perhaps(call, &mut books, kind, &indexes, number) {
        let (shelf, found) = books.shelf_and_found(kind);
        indexes = found.of(shelf, &wanted, promised);
    }
    let shelf = books.shelf(kind);
    let shown: Vec<_> = indexes.iter().skip(page.start()).take(page.rows).map(|index| shelf.shown(*index)).collect();
    let total = indexes.len();
    let plot = books.plot;
    let rows: Vec<Value> = shown
        .into_iter()
        .map(|shown| shown.record(&plot, kind))
        .map(|record| dress(call, &books, kind, record))
        .collect();
    drop(books);
    let mut reply = json!({"status": "OK", "page": page.told(total)});
    reply[kind.rows_key()] = json!(rows);
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

/// A page of records that are on no shelf.
pub(crate) fn page_of_few(call: &Call<'_>, table: Table, key: &str, records: Vec<Value>) -> Result<Value, Refused> {
    let found = of_few(records, &wanted(call, table)?);
    let page = Page::read(call.form, 1_000);
    let mut reply = json!({"status": "OK", "page": page.told(found.len())});
    reply[key] = found.into_iter().skip(page.start()).take(page.rows).collect();
    fields::read(call.form, call.path).cut(&mut reply);
    Ok(reply)
}

fn wanted(call: &Call<'_>, table: Table) -> Result<Wanted, Refused> {
    let conditions = conditions::read(call.form, table, call.settings.time_zone.as_deref())?;
    if !call.settings.updated_filter
        && conditions.iter().any(|condition| condition.field == Field::Plain("updated".to_owned()))
    {
        let name = call.form.pairs().map(|(name, _)| name).find(|name| name.contains("updated."));
        return Err(Refused::about("INVALID_FIELD", name.unwrap_or("filter.updated")));
    }
    Ok(Wanted { conditions, sort_by: sort_by(call.form, table)? })
}

fn promises_order(call: &Call<'_>) -> bool {
    call.system.ground.temperament == Temperament::Kind
}

/// 100 or 1000 "depending on the object type"; that it is 1000 for all but studies is a guess.
fn default_rows(kind: Kind) -> usize {
    if kind == Kind::Study { 100 } else { 1_000 }
}

/// "The request body size is limited to 20KiB"; with which status a longer one is refused is open, here 413.
const LONGEST_STUDY_LIST: usize = 20 * 1024;

pub(crate) fn studies(call: &Call<'_>) -> Result<Value, Refused> {
    gate::demand(&call.settings, "study_view")?;
    if call.asked.path.ends_with("/study/list") && call.asked.body.len() > LONGEST_STUDY_LIST {
        return Err(Refused::with_status(axum::http::StatusCode::PAYLOAD_TOO_LARGE));
    }
    page_of(call, Kind::Study)
}

pub(crate) fn study_count(call: &Call<'_>) -> Result<Value, Refused> {
    gate::demand(&call.settings, "study_view")?;
    let wanted = wanted(call, names::of(Kind::Study))?;
    let mut books = call.system.books();
    books.mature(Instant::now());
    let (shelf, found) = books.shelf_and_found(Kind::Study);
    Ok(json!({"status": "OK", "count": found.of(shelf, &wanted, promises_order(call)).len()}))
}

pub(crate) fn cases(call: &Call<'_>) -> Result<Value, Refused> {
    account(call, false)?;
    gate::demand(&call.settings, "case_view")?;
    let me = made::user_id(call.system.plot.seed, call.who).to_string();
    let only_own = gate::may(&call.settings, "case_view_only_own");
    page_where(call, Kind::Case, only_own.then(|| Condition::equals("assigned_medical_id", &me)))
}

pub(crate) fn orders(call: &Call<'_>) -> Result<Value, Refused> {
    account(call, true)?;
    gate::demand(&call.settings, "order_view")?;
    page_of(call, Kind::Order)
}

pub(crate) fn patients(call: &Call<'_>) -> Result<Value, Refused> {
    account(call, true)?;
    gate::demand(&call.settings, "patient_view")?;
    page_of(call, Kind::Patient)
}

/// `type` may be repeated; only the first is looked at.
pub(crate) fn filters(call: &Call<'_>) -> Result<Value, Refused> {
    page_where(call, Kind::Filter, call.form.get("type").map(|kind| Condition::equals("type", kind)))
}

pub(crate) fn messages(call: &Call<'_>) -> Result<Value, Refused> {
    gate::demand(&call.settings, "message_view")?;
    page_of(call, Kind::Message)
}

pub(crate) fn qctasks(call: &Call<'_>) -> Result<Value, Refused> {
    gate::demand(&call.settings, "qctask_view")?;
    page_of(call, Kind::QcTask)
}

/// The account that is asked for must be this one.
pub(crate) fn account(call: &Call<'_>, required: bool) -> Result<(), Refused> {
    let own = made::account_id(call.system.plot.seed).to_string();
    match call.form.get("account_id") {
        None if required => Err(Refused::missing(&["account_id"])),
        Some(id) if id != own => Err(Refused::not_found()),
        _ => Ok(()),
    }
}
