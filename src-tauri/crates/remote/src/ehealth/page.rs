//! A list as eHealth answers it: `{meta, data: […], paging: {page_number, page_size, total_entries, total_pages}}`.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use super::dto::Paging;
use crate::{
    kept::{self, NoList},
    lenient::{Lenient, Text},
    wire::outcome::Unreadable,
};

/// One page, its specimens still as they came.
#[derive(Debug)]
pub(super) struct ListPage {
    /// Its specimens.
    pub(super) specimens: Vec<Box<RawValue>>,
    /// Whether another one follows.
    pub(super) more: bool,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow, default, deserialize_with = "raw")]
    data: Option<&'a RawValue>,
    #[serde(default)]
    paging: Option<Value>,
}

/// What stands there, null too.
fn raw<'de: 'a, 'a, D: Deserializer<'de>>(from: D) -> Result<Option<&'a RawValue>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

/// Reads page `number` (from 1) of a list that was asked for `size` at a time.
pub(super) fn read(body: &[u8], number: u32, size: u32) -> Result<ListPage, Unreadable> {
    let other = |why: &str| Unreadable::Other(why.to_owned());
    let text = std::str::from_utf8(body).map_err(|_| Unreadable::NotData)?;
    let body: Body<'_> = serde_json::from_str(text).map_err(|error| Unreadable::from(&error))?;
    let specimens = match body.data {
        None => return Err(other("it has no data")),
        Some(data) if data.get() == "null" && size != ALONE => return Err(other("it has no data")),
        Some(data) => listed(data)?,
    };
    let paging = Option::<Paging>::read(body.paging.as_ref()).unwrap_or_default();
    let count = |text: &Text| text.as_ref().and_then(|text| text.trim().parse::<u64>().ok());
    if count(&paging.page_number).is_some_and(|told| told != u64::from(number)) {
        return Err(other("it is another page than the one that was asked for"));
    }
    let read_so_far = u64::from(number) * count(&paging.page_size).filter(|size| *size > 0).unwrap_or(size.into());
    let more = match (count(&paging.total_pages), count(&paging.total_entries)) {
        (Some(pages), _) => u64::from(number) < pages,
        (None, Some(entries)) => read_so_far < entries,
        (None, None) => specimens.len() >= size as usize,
    };
    if more && specimens.is_empty() {
        return Err(other("it promises more and this page of it is empty"));
    }
    Ok(ListPage { specimens, more })
}

/// No list is asked for so many: what is read so is no list.
const ALONE: u32 = u32::MAX;

/// Reads a look-up: one specimen, or a list of them.
pub(super) fn found(body: &[u8]) -> Result<Vec<Box<RawValue>>, Unreadable> {
    read(body, 1, ALONE).map(|page| page.specimens)
}

/// The specimens under `data`: a list, or one alone.
fn listed(data: &RawValue) -> Result<Vec<Box<RawValue>>, Unreadable> {
    let other = |why: &str| Unreadable::Other(why.to_owned());
    match data.get().trim_start().as_bytes().first() {
        Some(b'[') => kept::records(data).map_err(|not| match not {
            NoList::Other => other("its list of specimens cannot be read"),
            NoList::TooLong => other("its list of specimens is longer than any page"),
        }),
        Some(b'{') => Ok(vec![data.to_owned()]),
        Some(b'n') => Ok(vec![]),
        _ => Err(other("what it has as data is no list of specimens")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_says_whether_more_follows_in_every_way() {
        let rows = |count: usize| vec![json!({"id": "x"}); count];
        for (paging, rows, number, more) in [
            (json!({"page_number": 1, "page_size": 2, "total_entries": 3, "total_pages": 2}), rows(2), 1, true),
            (json!({"page_number": 2, "page_size": 2, "total_entries": 3, "total_pages": 2}), rows(1), 2, false),
            (json!({"page_number": "1", "total_pages": "2"}), rows(2), 1, true),
            (json!({"total_entries": 3}), rows(2), 1, true),
            (json!({"total_entries": 5, "page_size": 1}), rows(1), 4, true),
            (json!(null), rows(2), 1, true),
            (json!(null), rows(1), 1, false),
            (json!({}), rows(0), 1, false),
        ] {
            let body = json!({"meta": {"code": 200}, "data": rows, "paging": paging}).to_string();
            let page = read(body.as_bytes(), number, 2).unwrap_or_else(|why| panic!("{body}: {why:?}"));
            assert_eq!((page.specimens.len(), page.more), (rows.len(), more), "{body}");
        }
    }

    #[test]
    fn what_is_no_page_is_not_taken_for_an_empty_one() {
        for body in [
            r#"{"meta": {}}"#,
            r#"{"data": "none"}"#,
            r#"{"data": null}"#,
            r#"{"data": [], "paging": {"page_number": 2, "total_pages": 2}}"#,
            r#"{"data": [], "paging": {"page_number": 1, "total_pages": 2}}"#,
            r#"{"data": [{"id": "x"}"#,
            "[]",
            "<html>",
            "",
        ] {
            assert!(read(body.as_bytes(), 1, 2).is_err(), "{body}");
        }
        assert!(matches!(read(br#"{"data": [{"id": "#, 1, 2), Err(Unreadable::Cut)));
    }

    #[test]
    fn a_look_up_answers_with_one_or_with_a_list() {
        for (body, count) in
            [(r#"{"data": {"id": "x"}}"#, 1), (r#"{"data": [{"id": "x"}]}"#, 1), (r#"{"data": null}"#, 0)]
        {
            assert_eq!(found(body.as_bytes()).map(|found| found.len()), Ok(count), "{body}");
        }
    }
}
