//! The outer shape of a reply: `{status, success, data: {cases, pageInfo: {cursor: {start, end}, hasNextPage, …}}}`
//! ("Response Format"). Each case stays unread here, so that a bad one costs only itself.

use serde::Deserialize;
use serde_json::{Value, value::RawValue};

use super::lenient::{Lenient, Text};
use crate::{
    kept::{self, NoList},
    wire::outcome::Unreadable,
};

/// A page of cases, each still as it came.
#[derive(Debug)]
pub(super) struct CasePage {
    /// The cases.
    pub(super) cases: Vec<Box<RawValue>>,
    /// `cursor.end`, when there is a page after this one.
    pub(super) next: Option<String>,
}

/// Why a whole reply is not a page.
#[derive(Debug, PartialEq)]
pub(super) enum NotAPage {
    /// It cannot be used.
    Unreadable(Unreadable),
    /// It says no in its body, with this status, though HTTP said yes.
    Refused(u16),
}

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(borrow, default)]
    success: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cases<'a> {
    #[serde(borrow, default)]
    cases: Option<&'a RawValue>,
    #[serde(borrow, default)]
    page_info: Option<&'a RawValue>,
}

/// Reads a page for which `asked` records were asked.
pub(super) fn read(body: &[u8], asked: u32) -> Result<CasePage, NotAPage> {
    // A broken character costs that character, not the page.
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let reply: Reply<'_> = serde_json::from_str(text).map_err(|error| unreadable((&error).into()))?;
    if is_false(reply.success) {
        let status = reply.status.and_then(|status| status.get().trim_matches('"').parse().ok()).unwrap_or(0);
        return Err(NotAPage::Refused(status));
    }
    let data = reply.data.ok_or_else(|| other("it holds no data"))?;
    let data: Cases<'_> =
        serde_json::from_str(data.get()).map_err(|_| other("its data is not in the documented form"))?;
    let cases = data.cases.ok_or_else(|| other("it holds no list of cases"))?;
    let cases = kept::records(cases).map_err(|no| match no {
        NoList::Other => other("its cases are not a list"),
        NoList::TooLong => other("it holds more cases than any page"),
    })?;
    let info: Value = data.page_info.and_then(|info| serde_json::from_str(info.get()).ok()).unwrap_or_default();
    let next = next(&info, cases.len(), asked)?;
    Ok(CasePage { cases, next })
}

/// Where the next page begins. A page that says that there is more and not where, or a full page that does not say
/// whether there is more, cannot count as read: the sweep would pass for complete.
fn next(info: &Value, count: usize, asked: u32) -> Result<Option<String>, NotAPage> {
    let end = Text::read(info.pointer("/cursor/end"));
    match (Option::<bool>::read(info.get("hasNextPage")), end) {
        (Some(false), _) => Ok(None),
        (Some(true), None) => Err(other("it says that more pages follow and not where they begin")),
        (None, _) if count == 0 => Ok(None),
        (Some(true) | None, Some(end)) => Ok(Some(end)),
        (None, None) if count < asked as usize => Ok(None),
        (None, None) => Err(other("it does not say whether more pages follow")),
    }
}

fn is_false(value: Option<&RawValue>) -> bool {
    value.is_some_and(|value| {
        let value: Value = serde_json::from_str(value.get()).unwrap_or_default();
        Option::<bool>::read(Some(&value)) == Some(false)
    })
}

fn unreadable(why: Unreadable) -> NotAPage {
    NotAPage::Unreadable(why)
}

fn other(why: &str) -> NotAPage {
    unreadable(Unreadable::Other(why.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_next_page_begins_is_never_guessed() {
        let page = |info: &str| {
            let body = format!(r#"{{"status":200,"success":true,"data":{{"cases":[{{}},{{}}],"pageInfo":{info}}}}}"#);
            read(body.as_bytes(), 2).map(|page| page.next)
        };
        for (info, expected) in [
            (r#"{"cursor":{"start":"a","end":"b"},"hasNextPage":false}"#, Some(None)),
            (r#"{"cursor":{"start":"a","end":"b"},"hasNextPage":true}"#, Some(Some("b"))),
            (r#"{"cursor":{"start":"a","end":7},"hasNextPage":"true"}"#, Some(Some("7"))),
            (r#"{"cursor":{"start":"a","end":"b"}}"#, Some(Some("b"))),
            (r#"{"cursor":{"start":"a","end":null},"hasNextPage":true}"#, None),
            (r#"{"hasNextPage":true}"#, None),
            (r#"{"cursor":[],"hasNextPage":true}"#, None),
            ("null", None),
            (r#""?""#, None),
        ] {
            assert_eq!(page(info).ok(), expected.map(|next| next.map(str::to_owned)), "{info}");
        }
        let short = br#"{"success":true,"data":{"cases":[{}]}}"#;
        assert_eq!(read(short, 2).ok().map(|page| page.next), Some(None), "fewer than were asked for is the last page");
    }

    #[test]
    fn a_case_nested_absurdly_deep_costs_only_itself() {
        let deep = format!("{}1{}", r#"{"a":["#.repeat(100_000), "]}".repeat(100_000));
        let body = format!(r#"{{"success":true,"data":{{"cases":[{{"id":"1"}},{{"id":"2","x":{deep}}}]}}}}"#);
        let page = read(body.as_bytes(), 20).expect("the page itself is in order");
        let rules = super::super::tests::rules();
        let read: Vec<_> = page.cases.iter().map(|case| super::super::record::read(case, &rules, false)).collect();
        assert!(read[0].is_ok());
        let rejected = read[1].as_ref().expect_err("nobody can read that");
        assert_eq!(rejected.external_id.as_deref(), Some("2"), "{}", rejected.reason);
        let whole = read_page(deep.as_bytes());
        assert_eq!(whole.err(), Some(other("it holds no data")), "and a whole reply of that kind is no page");
    }

    fn read_page(body: &[u8]) -> Result<CasePage, NotAPage> {
        read(body, 20)
    }

    #[test]
    fn what_is_not_a_page_is_told_apart() {
        use NotAPage::{Refused, Unreadable as Not};
        let absurd = format!(r#"{{"data":{{"cases":[{}0]}}}}"#, "0,".repeat(crate::wire::RECORD_LIMIT));
        for (body, expected) in [
            ("", Not(Unreadable::Cut)),
            (r#"{"status":200,"#, Not(Unreadable::Cut)),
            ("<html>", Not(Unreadable::NotData)),
            (r#"{"data":{}} trailing"#, Not(Unreadable::NotData)),
            (r#"{"success":false,"status":401,"error":"Unauthorized"}"#, Refused(401)),
            (r#"{"success":"false"}"#, Refused(0)),
            ("[]", Not(Unreadable::Other("it holds no data".into()))),
            (r#"{"data":{"cases":{}}}"#, Not(Unreadable::Other("its cases are not a list".into()))),
            (&absurd, Not(Unreadable::Other("it holds more cases than any page".into()))),
            (r#"{"data":{"cases":null}}"#, Not(Unreadable::Other("it holds no list of cases".into()))),
        ] {
            assert_eq!(read(body.as_bytes(), 20).err(), Some(expected), "{body}");
        }
    }
}
