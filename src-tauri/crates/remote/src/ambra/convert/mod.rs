//! From what Ambra sends to work items. Total: nothing in a record makes it fail.
//!
//! What becomes what is MAPPING.md's ambra column; each documented field ends in a typed part or a labelled fact.

pub(super) mod case;
mod offers;
pub(super) mod order;
mod reports;
mod stage;
pub(super) mod study;
mod summary;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use rounds_domain::{
    action::Offer,
    detail::Fact,
    item::{Flag, Identifier, IdentifierKind},
    moment::Moment,
    patient::{Patient, Person, PersonName},
};
use serde_json::Value;

use super::{dto, session::Session, zone::Zone};
use crate::lenient::Text;

/// The connection's settings that take part in conversion.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules {
    /// Status tags that mean done; empty for the account's last.
    pub(super) done_tags: Vec<String>,
    /// Status tags that mean waiting.
    pub(super) waiting_tags: Vec<String>,
    /// Whether audit entries are offered.
    pub(super) audit: bool,
}

/// The studies that I have locked, with the status of each; `None` when that could not be read.
pub(super) type Locks = Option<BTreeMap<String, Text>>;

/// What a record is converted with.
pub(super) struct Context<'a> {
    pub(super) rules: &'a Rules,
    pub(super) session: &'a Session,
    pub(super) locks: &'a Locks,
    /// When it was read.
    pub(super) now: DateTime<Utc>,
}

/// A DICOM person name: family^given^middle^prefix^suffix, in up to three spellings with `=` between them, of which the
/// first that says something counts. A name without `^` is taken whole, as it is called.
pub(super) fn person_name(text: &str) -> PersonName {
    let says_something = |spelling: &&str| !spelling.chars().all(|c| c == '^' || c.is_whitespace());
    let spelling = text.split('=').find(says_something).unwrap_or_default();
    if !spelling.contains('^') {
        return PersonName::of(Some(spelling), None);
    }
    let mut parts = spelling.split('^').map(|part| Some(part.trim().to_owned()).filter(|part| !part.is_empty()));
    let mut part = || parts.next().flatten();
    let (family, given, middle, prefix, suffix) = (part(), part(), part(), part(), part());
    let given = match (given, middle) {
        (Some(given), Some(middle)) => Some(format!("{given} {middle}")),
        (given, middle) => given.or(middle),
    };
    PersonName { family, given, prefix, suffix }
}

/// Marks on items that filters name too.
pub(super) mod mark {
    pub(in crate::ambra) const AWAITS_APPROVAL: &str = "Awaits approval";
    pub(in crate::ambra) const COMPLETED: &str = "Completed";
    pub(in crate::ambra) const CLOSED: &str = "Closed";

    /// A user's tag.
    pub(in crate::ambra) fn tag(tag: &str) -> String {
        format!("#{tag}")
    }
}

/// Whom an item is about: what it says itself, and where it says nothing, what the account's patient record says.
struct About<'a> {
    name: &'a Text,
    birth_date: &'a Text,
    sex: &'a Text,
    mrn: &'a Text,
    known: Option<&'a dto::KnownPatient>,
}

impl About<'_> {
    /// Their MRN.
    fn mrn(&self) -> Text {
        self.mrn.clone().or_else(|| self.known?.mrn.clone())
    }

    fn patient(&self) -> Option<Patient> {
        let known = |of: fn(&dto::KnownPatient) -> &Text| self.known.and_then(|known| of(known).clone());
        let birth_date = self.birth_date.clone().or_else(|| known(|known| &known.birth_date));
        let sex = self.sex.clone().or_else(|| known(|known| &known.sex));
        patient(self.name, &birth_date, &sex, &self.mrn())
    }

    /// What of this was taken from the account's patient record, for whoever reads it.
    fn completed(&self) -> Option<Fact> {
        let known = self.known?;
        let parts = [("MRN", &known.mrn), ("birth date", &known.birth_date), ("sex", &known.sex)];
        let told: Vec<&str> = parts.into_iter().filter(|(_, value)| value.is_some()).map(|(name, _)| name).collect();
        Fact::some("From the account's patient record", (!told.is_empty()).then(|| told.join(", ")))
    }
}

fn patient(name: &Text, birth_date: &Text, sex: &Text, id: &Text) -> Option<Patient> {
    let patient = Patient {
        external_id: id.clone(),
        name: name.as_deref().map(person_name).unwrap_or_default(),
        birth_date: birth_date.as_ref().map(|date| Moment { text: date.clone(), at: midnight(date) }),
        gender: sex.clone(),
    };
    (patient != Patient::default()).then_some(patient)
}

/// A colleague of whom Ambra tells the id and the name.
pub(super) fn person(id: &Text, name: &Text) -> Option<Person> {
    // The zero UUID stands for nobody.
    let id = id.clone().filter(|id| id != super::write::NOBODY);
    let person = Person { id, name: PersonName::of(name.as_deref(), None), email: None };
    (person.id.is_some() || !person.name.is_empty()).then_some(person)
}

/// A day, as DICOM writes it or with dashes.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%Y%m%d", "%Y-%m-%d", "%Y.%m.%d"].iter().find_map(|format| NaiveDate::parse_from_str(text, format).ok())
}

pub(super) fn midnight(text: &str) -> Option<DateTime<Utc>> {
    day(text).and_then(|day| day.and_hms_opt(0, 0, 0)).map(|at| at.and_utc())
}

/// A day and a time of day as a modality wrote them, to be shown as they stand: DICOM tells no zone, and a study's date is what it is
/// found by in a viewer. `2025-11-21 21:37`.
pub(super) fn as_written(date: &Text, time: &Text) -> Option<Moment> {
    let date = date.as_ref()?;
    let text = match (day(date), time.as_deref().map(|time| (time, time_of_day(time)))) {
        (Some(day), Some((_, Some(time)))) => format!("{day} {}", time.format("%H:%M")),
        (Some(day), None) => day.to_string(),
        (_, Some((time, _))) => format!("{date} {time}"),
        (None, None) => date.clone(),
    };
    Some(Moment { text, at: None })
}

/// A day and a time of day as an instant, as if written in the user's zone [inferred]: for sorting and for what is due.
pub(super) fn local_moment(date: &Text, time: &Text, zone: Zone) -> Option<Moment> {
    let date = date.as_ref()?;
    let text = time.as_ref().map_or_else(|| date.clone(), |time| format!("{date} {time}"));
    let time = time.as_deref().and_then(time_of_day);
    let at = day(date).map(|day| day.and_time(time.unwrap_or(NaiveTime::MIN)));
    Some(Moment { text, at: at.and_then(|at| in_zone(at, zone)) })
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let digits: String = text.split('.').next().unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    match digits.len() {
        2 => NaiveTime::parse_from_str(&format!("{digits}0000"), "%H%M%S").ok(),
        4 => NaiveTime::parse_from_str(&format!("{digits}00"), "%H%M%S").ok(),
        6 => NaiveTime::parse_from_str(&digits, "%H%M%S").ok(),
        _ => None,
    }
}

fn in_zone(at: NaiveDateTime, zone: Zone) -> Option<DateTime<Utc>> {
    match zone {
        Zone::Known(zone) => match zone.from_local_datetime(&at) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Some(at.with_timezone(&Utc)),
            LocalResult::None => None,
        },
        Zone::Utc => Some(at.and_utc()),
        Zone::Unknown => None,
    }
}

fn identifier(kind: IdentifierKind, label: &str, value: &Text, issuer: &Text) -> Option<Identifier> {
    Some(Identifier { kind, label: label.into(), value: value.clone()?, issuer: issuer.clone() })
}

fn flag(set: Option<bool>, label: &str, alert: bool) -> Option<Flag> {
    (set == Some(true)).then(|| Flag { label: label.into(), alert })
}

/// User tags as marks.
fn tag_marks(tags: &[String]) -> impl Iterator<Item = Flag> {
    tags.iter().map(|tag| Flag { label: mark::tag(tag), alert: false })
}

/// DICOM's codes of modalities, each once; several stand in one text with a backslash between them.
fn modalities<'a>(codes: impl Iterator<Item = &'a Text>) -> Vec<String> {
    let codes = codes.flatten().flat_map(|codes| codes.split('\\')).map(str::trim).filter(|code| !code.is_empty());
    codes.map(str::to_owned).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Tags as a value that can be compared: in whatever order they come.
fn tags(tags: &[String]) -> Value {
    let sorted: BTreeSet<&String> = tags.iter().collect();
    sorted.into_iter().map(|tag| Value::from(tag.as_str())).collect()
}

fn offered(action: &str, targets: Vec<String>) -> Offer {
    Offer { action: action.into(), refused: None, targets }
}

fn refused(action: &str, why: impl Into<String>) -> Offer {
    Offer { action: action.into(), refused: Some(why.into()), targets: Vec::new() }
}

/// A date of the remote's.
pub(super) fn moment(text: &Text) -> Option<Moment> {
    text.clone().map(Moment::read)
}

/// A labelled text.
fn fact(label: &str, value: &Text) -> Option<Fact> {
    Fact::some(label, value.clone())
}

/// A labelled date.
fn date(label: &str, value: &Text) -> Option<Fact> {
    Fact::moment(label, moment(value).as_ref())
}

/// A labelled yes, where a no says nothing.
fn yes(label: &str, value: Option<bool>) -> Option<Fact> {
    Fact::some(label, value.filter(|yes| *yes).map(|_| "yes"))
}

fn present<const N: usize>(facts: [Option<Fact>; N]) -> Vec<Fact> {
    facts.into_iter().flatten().collect()
}
