//! Reading lists: a page of a feed's slice ("Filter clauses", "Pagination", "Sorting").

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    item::ItemKind,
    pull::{Page, Record, Slice},
};
use serde_json::{Value, value::RawValue};

use super::{
    Ambra,
    call::{Answer, Call},
    declaration::{CASES, FIND_CHANGES, ORDERS, STUDIES, TITLE},
    errors::No,
    record::{self, Seen},
    session::Session,
    walk::{Place, Row, Step, Way},
    whole::Whole,
};
use crate::{
    kept::NoList,
    lenient::{Lenient, Text},
    wire::Turn,
};

/// A list, and what is in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct List {
    pub(super) feed: &'static str,
    path: &'static str,
    pub(super) key: &'static str,
    pub(super) kind: ItemKind,
    /// Whether its rows tell when they changed.
    tells_updated: bool,
}

/// The lists that are feeds. Of cases no document says that they tell `updated`, orders tell no time at all.
pub(super) const LISTS: [List; 3] = [
    List { feed: STUDIES, path: "/study/list", key: "studies", kind: ItemKind::Study, tells_updated: true },
    List { feed: CASES, path: "/case/list", key: "cases", kind: ItemKind::Case, tells_updated: false },
    List { feed: ORDERS, path: "/order/list", key: "orders", kind: ItemKind::Order, tells_updated: false },
];

/// What was learned of a list: that it cannot be filtered by the time of change, or by id.
const PAGING: &str = "paging";
const NEWEST: &str = "newest";
const EVERYTHING: &str = "everything";
const NUMBER: &str = "number";

impl Ambra {
    /// One page of a sweep.
    pub(super) async fn read_page(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        let unknown = || RemoteError::new(AndNow::Invalid, format!("{TITLE} has no feed called “{feed}”."));
        let list = *LISTS.iter().find(|list| list.feed == feed).ok_or_else(unknown)?;
        let since = match slice {
            Slice::Changed { since } => *since,
            Slice::All => None,
            Slice::Window { .. } => {
                return Err(RemoteError::new(AndNow::Invalid, format!("{TITLE} is not read by windows of time.")));
            }
        };
        let changed = matches!(slice, Slice::Changed { .. });
        let session = self.fresh_session().await?;
        let mut page = Page::default();
        let mut place = match cursor {
            Some(cursor) => serde_json::from_str(cursor).map_err(|_| {
                RemoteError::new(AndNow::Invalid, "The place in the list cannot be read. It is begun anew.")
            })?,
            None => self.first(list, changed, since, now),
        };
        let answer = loop {
            match self.ask(&session, list, &place).await {
                Ok(answer) => break answer,
                Err(no) if no.is_about_the_list() => {
                    let Some((way, learned)) = fallback(&place, list) else { return Err(no.error("this list")) };
                    self.learn_about_lists(&learned);
                    page.learned.push(learned);
                    let from = if way == Way::Newest { place.from } else { None };
                    place = Place::first(way, from, self.records_per_page, place.began);
                }
                Err(no) => return Err(no.error("this list")),
            }
        };
        let (rows, more) = rows_of(&answer, list, &place)?;
        let seen: Vec<Seen> = rows.iter().map(|row| record::seen(row)).collect();
        let places: Vec<Row> = seen.iter().map(record::place).collect();
        let latest = place.latest.max(places.iter().filter_map(|row| row.updated).max());
        let next = match place.next(&places, more, self.records_per_page, session.zone()) {
            Step::On(next) => Some(next),
            Step::End => None,
            Step::Nowhere => return Err(unusable("it says that more rows follow and holds none")),
        };
        if changed {
            page.reached = match (place.way, &next) {
                (Way::Updated, _) => places.iter().filter_map(|row| row.updated).max(),
                (Way::Newest, None) => latest,
                (Way::Id | Way::Number, None) => Some(place.began),
                (_, Some(_)) => None,
            };
        }
        page.next = next.and_then(|next| serde_json::to_string(&next).ok());
        self.keep(&session, list.kind, seen, now, &mut page).await?;
        Ok(page)
    }

    /// Reads the rows of a page whole, each once, and puts them into it.
    async fn keep(
        &self,
        session: &Session,
        kind: ItemKind,
        seen: Vec<Seen>,
        now: DateTime<Utc>,
        page: &mut Page,
    ) -> Result<(), RemoteError> {
        let mut ids = Vec::new();
        let mut met = HashSet::new();
        for seen in seen {
            match seen {
                Seen::Fields(id, fields) if met.insert(id.clone()) => ids.push((id, Some(fields))),
                Seen::Fields(..) => {}
                Seen::Rejected(rejected) => page.rejected.push(rejected),
            }
        }
        for whole in self.whole(session, kind, ids, Turn::Page, now).await? {
            match whole {
                Whole::Record(record) => page.records.push(*record),
                Whole::Rejected(rejected) => page.rejected.push(rejected),
                // Nothing that a list has just named.
                Whole::Gone => {}
            }
        }
        Ok(())
    }

    fn first(&self, list: List, changed: bool, since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Place {
        let rows = self.records_per_page;
        let learned = self.learned_about_lists();
        let learned = |what: &str| learned.get(&key(what, list)).map(String::as_str);
        if learned(PAGING) == Some(NUMBER) {
            return Place::first(Way::Number, None, rows, now);
        }
        if !changed {
            return Place::first(Way::Id, None, rows, now);
        }
        match (learned(FIND_CHANGES).unwrap_or(&self.find_changes), list.tells_updated) {
            (EVERYTHING, _) | (NEWEST, false) => Place::first(Way::Id, None, rows, now),
            (NEWEST, true) => Place::first(Way::Newest, since, rows, now),
            (_, true) => Place::first(Way::Updated, since, rows, now),
            (_, false) => Place::first(Way::Id, since, rows, now),
        }
    }

    async fn ask(&self, session: &Session, list: List, place: &Place) -> Result<Answer, No> {
        let account = session.account.as_ref().map(|account| account.id.clone());
        if list.kind == ItemKind::Order && account.is_none() {
            return Err(No::Said(super::errors::Said { types: vec!["NOT_PERMITTED".into()], subtypes: Vec::new() }));
        }
        let mut call = Call::new(list.path, &[]).with("account_id", account.filter(|_| list.kind != ItemKind::Study));
        call.form.extend(place.parameters(session.zone()));
        self.read(Turn::Page, &session.sid, &call).await
    }

    /// Items again. One that is gone or no longer shown is `None`; one that cannot be read is an error of its own.
    pub(super) async fn read_again(
        &self,
        kind: ItemKind,
        ids: &[&str],
        now: DateTime<Utc>,
    ) -> Result<Vec<Result<Option<Record>, RemoteError>>, RemoteError> {
        let session = self.session()?;
        let wanted = ids.iter().map(|id| ((*id).to_owned(), None)).collect();
        let read = self.whole(&session, kind, wanted, Turn::Single, now).await?;
        let read = read.into_iter().map(|whole| match whole {
            Whole::Record(record) => Ok(Some(*record)),
            Whole::Gone => Ok(None),
            Whole::Rejected(rejected) => Err(RemoteError::new(AndNow::Doubtful, rejected.reason)),
        });
        Ok(read.collect())
    }

    /// Studies and orders by a number that a person has: accession number or MRN.
    pub(super) async fn find(&self, number: &str, now: DateTime<Utc>) -> Result<Vec<Record>, RemoteError> {
        let session = self.session()?;
        let mut page = Page::default();
        let mut met = HashSet::new();
        for list in LISTS.iter().filter(|list| list.kind != ItemKind::Case) {
            for field in ["accession_number", "patientid"] {
                let mut place = Place::first(Way::Number, None, self.records_per_page, now);
                place.rows = FOUND_AT_MOST;
                let account = session.account.as_ref().map(|account| account.id.clone());
                let mut call = Call::new(list.path, &[(&format!("filter.{field}.equals"), number.trim())])
                    .with("account_id", account.filter(|_| list.kind == ItemKind::Order));
                call.form.extend(place.parameters(session.zone()));
                let answer = match self.read(Turn::Single, &session.sid, &call).await {
                    Ok(answer) => answer,
                    Err(No::Said(_)) => continue,
                    Err(no) => return Err(no.error("this search")),
                };
                let seen: Vec<Seen> = rows_of(&answer, *list, &place)?.0.iter().map(|row| record::seen(row)).collect();
                let fresh = seen.into_iter().filter(|seen| record::place(seen).id.is_some_and(|id| met.insert(id)));
                self.keep(&session, list.kind, fresh.collect(), now, &mut page).await?;
            }
        }
        Ok(page.records)
    }
}

/// The most rows that one number finds in one list.
const FOUND_AT_MOST: u32 = 50;

fn key(what: &str, list: List) -> String {
    format!("{what}.{}", list.feed)
}

/// Another way to walk a list that cannot be asked this way, and what that teaches.
fn fallback(place: &Place, list: List) -> Option<(Way, (String, String))> {
    match place.way {
        Way::Updated if list.tells_updated => Some((Way::Newest, (key(FIND_CHANGES, list), NEWEST.into()))),
        Way::Updated | Way::Newest => Some((Way::Id, (key(FIND_CHANGES, list), EVERYTHING.into()))),
        Way::Id if place.from.is_some() => Some((Way::Id, (key(FIND_CHANGES, list), EVERYTHING.into()))),
        Way::Id => Some((Way::Number, (key(PAGING, list), NUMBER.into()))),
        Way::Number => None,
    }
}

/// The rows of a page, and whether more follow. A page that does not say so, or that is another than was asked, is not
/// taken for the last one: the sweep would pass for complete.
pub(super) fn rows_of(answer: &Answer, list: List, place: &Place) -> Result<(Vec<Box<RawValue>>, bool), RemoteError> {
    let rows = answer.rows(list.key).map_err(|no| match no {
        NoList::Other => unusable("it holds no list"),
        NoList::TooLong => unusable("it holds more rows than any page"),
    })?;
    let page = answer.value("page").unwrap_or(Value::Null);
    let number = Text::read(page.get("number")).and_then(|number| number.parse::<u32>().ok());
    if number.is_some_and(|number| number != place.page) {
        return Err(unusable("it is another page than was asked for"));
    }
    let more = match Option::<bool>::read(page.get("more")) {
        Some(more) => more,
        None => rows.len() >= place.rows as usize,
    };
    Ok((rows, more))
}

fn unusable(why: &str) -> RemoteError {
    RemoteError::new(
        AndNow::Doubtful,
        format!("{TITLE}'s reply cannot be used: {why}. Nothing of this page was kept and it will be read again."),
    )
}
