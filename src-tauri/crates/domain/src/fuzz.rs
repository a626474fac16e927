//! What reads a text, as plain functions of bytes. None may panic, whatever it is given; each checks what must hold of its
//! answer, by panicking.

use crate::{
    moment::{self, Moment},
    patient::{Me, Person, PersonName},
    query::Query,
    text::{fold, normalise_comment},
};

/// A function to throw bytes at, and its name.
pub type Target = (&'static str, fn(&[u8]));

/// Every target of this crate.
pub const TARGETS: &[Target] = &[("query", query), ("date", date), ("name", name), ("words", words)];

/// The filter language: what was understood, written down as it was typed, is understood the same again.
pub fn query(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let query = Query::read(&text);
    assert_eq!(query.chips().len(), query.terms.len());
    let written: Vec<&str> = query.terms.iter().map(|term| term.source.as_str()).collect();
    let again = Query::read(&written.join(" "));
    assert_eq!(again.terms, query.terms, "another meaning when written down");
    assert_eq!(again.problem, query.problem);
}

/// Dates: the text survives, and an instant that was read is read from its own spelling again.
pub fn date(data: &[u8]) {
    let text = String::from_utf8_lossy(data).into_owned();
    let moment = Moment::read(text.clone());
    assert_eq!(moment.text, text);
    if let Some(at) = moment.at {
        assert_eq!(moment::instant(&at.to_rfc3339()), Some(at), "an instant that nobody can read again");
    }
}

/// Names of people: given and family name, with a line feed between them.
pub fn name(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (given, family) = text.split_once('\n').unwrap_or((&text, ""));
    let name = PersonName::of(Some(given), Some(family));
    assert_eq!(name.is_empty(), given.trim().is_empty() && family.trim().is_empty());
    assert_eq!(name.display().is_none(), name.is_empty());
    assert!(name.plain().is_none_or(|plain| !plain.trim().is_empty()));
    let me = Me { name: name.clone(), ..Me::default() };
    let person = Person { name, ..Person::default() };
    assert_eq!(me.is(&person), me.name.plain().is_some(), "a name is its own");
}

/// Texts as they are compared: comparing what was made ready for it changes nothing.
pub fn words(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let folded = fold(&text);
    assert_eq!(fold(&folded), folded);
    let comment = normalise_comment(&text);
    assert_eq!(normalise_comment(&comment), comment);
}
