//! A page as Spring writes it: `{content[], totalElements, totalPages, number, size, numberOfElements, first, last, empty}`
//! (the sheet, "Reads"). Each record stays unread here, so that a bad one costs only itself.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use crate::{
    kept::{self, NoList},
    lenient::{Lenient, Text},
    wire::outcome::Unreadable,
};

/// One page.
#[derive(Debug)]
pub(super) struct SpringPage {
    /// Its records, each still as it came.
    pub(super) rows: Vec<Box<RawValue>>,
    /// Whether a page follows.
    pub(super) more: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wrapped<'a> {
    #[serde(borrow, default)]
    content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    total_elements: Option<&'a RawValue>,
    #[serde(borrow, default)]
    total_pages: Option<&'a RawValue>,
    #[serde(borrow, default)]
    number: Option<&'a RawValue>,
    #[serde(borrow, default)]
    size: Option<&'a RawValue>,
    #[serde(borrow, default)]
    last: Option<&'a RawValue>,
    /// Newer Spring writes the numbers into an object of their own.
    #[serde(borrow, default)]
    page: Option<&'a RawValue>,
}

/// Reads the page that was asked as `number` (from 0) with `size` records.
pub(super) fn read(raw: &RawValue, number: u32, size: u32) -> Result<SpringPage, Unreadable> {
    let page: Wrapped<'_> = serde_json::from_str(raw.get()).map_err(|_| other("it is no page"))?;
    let rows = kept::records(page.content.ok_or_else(|| other("it holds no list"))?).map_err(|no| match no {
        NoList::Other => other("its records are not a list"),
        NoList::TooLong => other("it holds more records than any page"),
    })?;
    let inner: Value = value(page.page).unwrap_or_default();
    let count = |own: Option<&RawValue>, key: &str| {
        let told = value(own).or_else(|| inner.get(key).cloned());
        Text::read(told.as_ref()).and_then(|text| text.trim().parse::<u64>().ok())
    };
    if count(page.number, "number").is_some_and(|told| told != u64::from(number)) {
        return Err(other("it is another page than was asked for"));
    }
    let next = u64::from(number) + 1;
    // A server may give shorter pages than were asked for.
    let size = count(page.size, "size").filter(|size| *size > 0).unwrap_or(u64::from(size));
    let told_last = Option::<bool>::read(value(page.last).as_ref());
    let more = match (told_last, count(page.total_pages, "totalPages"), count(page.total_elements, "totalElements")) {
        (Some(last), _, _) => !last,
        (None, Some(pages), _) => next < pages,
        (None, None, Some(total)) => next * size < total,
        (None, None, None) => rows.len() as u64 >= size,
    };
    if more && rows.is_empty() {
        return Err(other("it says that more records follow and holds none"));
    }
    Ok(SpringPage { rows, more })
}

fn value(raw: Option<&RawValue>) -> Option<Value> {
    let value: Value = serde_json::from_str(raw?.get()).ok()?;
    (!value.is_null()).then_some(value)
}

fn other(why: &str) -> Unreadable {
    Unreadable::Other(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn more(rest: &str) -> Option<bool> {
        let raw: Box<RawValue> = serde_json::from_str(&format!(r#"{{"content":[{{}},{{}}]{rest}}}"#)).expect("JSON");
        read(&raw, 1, 2).ok().map(|page| page.more)
    }

    #[test]
    fn where_a_list_ends_is_told_in_many_ways() {
        for (rest, expected) in [
            (r#","last":true,"totalPages":9"#, Some(false)),
            (r#","last":false"#, Some(true)),
            (r#","last":"true""#, Some(false)),
            (r#","totalPages":2"#, Some(false)),
            (r#","totalPages":"3""#, Some(true)),
            (r#","totalElements":4"#, Some(false)),
            (r#","totalElements":5"#, Some(true)),
            (r#","totalElements":5,"size":3"#, Some(false)),
            (r#","page":{"size":2,"number":1,"totalElements":4,"totalPages":2}"#, Some(false)),
            (r#","number":1"#, Some(true)),
            (r#","number":0"#, None),
            ("", Some(true)),
        ] {
            assert_eq!(more(rest), expected, "{rest}");
        }
    }

    #[test]
    fn what_is_no_page_is_never_taken_for_an_empty_one() {
        for body in
            [r#"{"content":null}"#, r#"{"content":{}}"#, "{}", "[]", "null", r#""x""#, r#"{"content":[],"last":false}"#]
        {
            let raw: Box<RawValue> = serde_json::from_str(body).expect("JSON");
            assert!(read(&raw, 0, 2).is_err(), "{body}");
        }
        let raw: Box<RawValue> = serde_json::from_str(r#"{"content":[],"totalElements":0}"#).expect("JSON");
        assert!(!read(&raw, 0, 2).expect("an empty page").more);
    }
}
