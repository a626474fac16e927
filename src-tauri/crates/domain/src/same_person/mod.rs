//! Whether two patients of different systems may be the same person: the evidence for and against, each with its weight.
//!
//! Nothing here decides. What comes out is shown to a person, who confirms or refuses it; a confirmed pair is a mark beside two
//! patients, never one patient made of two, and no write looks at it (decision 70).

mod fold;
mod names;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    item::{Identifier, IdentifierKind, ItemKind, WorkItem},
    patient::PersonName,
};

/// From how much evidence on a pair is shown to a person.
///
/// The same name, in whatever spelling, and the same birth date reach it, with or without the sex; so do the same name with a birth
/// date in which two digits changed places, an initial with the whole family name and birth date, and one identifier of one issuer.
/// A name alone does not, nor one with the sex: among a hundred thousand patients most names stand twice, and who has to refuse a
/// hundred pairs confirms the hundred-and-first without reading it. A family name with a birth date does not either: twins.
pub const THRESHOLD: i32 = 72;

/// What of a patient, as one system tells it, is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Likeable {
    /// Their name.
    pub name: PersonName,
    /// The day of birth, `YYYY-MM-DD`, or the remote's text when it cannot be read.
    pub birth_date: Option<String>,
    /// The remote's own word.
    pub gender: Option<String>,
    /// The patient's own numbers; those of the item are not among them.
    pub identifiers: Vec<Identifier>,
}

/// What a piece of evidence is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum EvidenceKind {
    /// An identifier of the same kind, label and issuer.
    SharedIdentifier,
    /// Family name, the same but for case, accents and script.
    SameFamilyName,
    /// Another usual spelling of the family name.
    FamilyNameSpelling,
    /// One has further family names.
    PartOfFamilyName,
    /// The family names differ by one letter, or by two that changed places.
    FamilyNameLetters,
    /// Other family names.
    OtherFamilyName,
    /// Given name, the same but for case, accents and script.
    SameGivenName,
    /// Another usual spelling of the given name.
    GivenNameSpelling,
    /// One has further given names.
    PartOfGivenNames,
    /// Two letters of the given name changed places.
    GivenNameLetters,
    /// One is the initial of the other.
    Initial,
    /// Other given names.
    OtherGivenName,
    /// The same words, in other parts of the name: family and given name the other way round, or all in one part.
    SameWords,
    /// The same day of birth.
    SameBirthDate,
    /// Two digits beside each other, or day and month, changed places.
    BirthDateDigits,
    /// Other days of birth.
    OtherBirthDate,
    /// The same sex.
    SameSex,
    /// The other sex.
    OtherSex,
}

impl EvidenceKind {
    /// How much it speaks for one person, or, below nothing, against it. That two are of one sex says little, since half of all are;
    /// that they are not says a lot.
    pub fn weight(self) -> i32 {
        match self {
            Self::SharedIdentifier => 80,
            Self::SameWords | Self::SameBirthDate => 40,
            Self::SameFamilyName | Self::SameGivenName | Self::BirthDateDigits => 24,
            Self::FamilyNameSpelling | Self::GivenNameSpelling => 20,
            Self::PartOfGivenNames => 18,
            Self::PartOfFamilyName | Self::FamilyNameLetters | Self::GivenNameLetters => 16,
            Self::Initial => 8,
            Self::SameSex => 4,
            Self::OtherSex => -30,
            Self::OtherGivenName => -50,
            Self::OtherFamilyName => -60,
            Self::OtherBirthDate => -80,
        }
    }

    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::SharedIdentifier => "same number of the same issuer",
            Self::SameFamilyName => "same family name",
            Self::FamilyNameSpelling => "family name in another spelling",
            Self::PartOfFamilyName => "one has further family names",
            Self::FamilyNameLetters => "family names differ by a letter",
            Self::OtherFamilyName => "other family name",
            Self::SameGivenName => "same given name",
            Self::GivenNameSpelling => "given name in another spelling",
            Self::PartOfGivenNames => "one has further given names",
            Self::GivenNameLetters => "two letters of the given name changed places",
            Self::Initial => "one is the other's initial",
            Self::OtherGivenName => "other given name",
            Self::SameWords => "the same words in other parts of the name",
            Self::SameBirthDate => "same birth date",
            Self::BirthDateDigits => "two parts of the birth date changed places",
            Self::OtherBirthDate => "other birth date",
            Self::SameSex => "same sex",
            Self::OtherSex => "other sex",
        }
    }
}

/// One piece of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// What it is.
    pub what: EvidenceKind,
    /// How much it counts; below nothing it speaks against.
    pub weight: i32,
    /// What the one system says.
    pub mine: String,
    /// What the other says.
    pub theirs: String,
}

impl Evidence {
    fn of(what: EvidenceKind, mine: impl Into<String>, theirs: impl Into<String>) -> Self {
        Self { what, weight: what.weight(), mine: mine.into(), theirs: theirs.into() }
    }

    /// The same, seen from the other side.
    #[must_use]
    pub fn turned(self) -> Self {
        Self { mine: self.theirs, theirs: self.mine, ..self }
    }
}

/// How much all of it comes to.
pub fn total(evidence: &[Evidence]) -> i32 {
    evidence.iter().map(|one| one.weight).sum()
}

/// Whether a pair with this evidence is shown to a person.
pub fn is_convincing(evidence: &[Evidence]) -> bool {
    total(evidence) >= THRESHOLD
}

impl Likeable {
    /// The patient of an item; `None` when the item tells nothing of one.
    pub fn of(item: &WorkItem) -> Option<Self> {
        let patient = item.patient.clone().unwrap_or_default();
        let of_patient =
            |identifier: &&Identifier| matches!(identifier.kind, IdentifierKind::Mrn | IdentifierKind::Patient);
        let likeable = Self {
            name: patient.name,
            birth_date: patient.birth_date.map(|date| day(&date.text).map_or(date.text, |day| day.to_string())),
            gender: patient.gender,
            identifiers: item.identifiers.iter().filter(of_patient).cloned().collect(),
        };
        (item.patient.is_some() || !likeable.identifiers.is_empty()).then_some(likeable)
    }

    /// The day of birth. One that systems fill in where they know none is none.
    pub fn born(&self) -> Option<NaiveDate> {
        let born = day(self.birth_date.as_deref()?)?;
        (Some(born) != NaiveDate::from_ymd_opt(1900, 1, 1) && born.year() > 1).then_some(born)
    }

    /// Under which the identifiers are found that count as shared: those that name their issuer. A number that only its own
    /// connection knows the issuer of may be anybody's elsewhere.
    pub fn numbers(&self) -> BTreeSet<String> {
        self.identifiers.iter().filter_map(number).collect()
    }

    /// Under which namesakes are found: the family name in the form common to its spellings, and the first given name in that form.
    pub fn namesake(&self) -> Option<String> {
        let family = self.family_key()?;
        let given = fold::words(self.name.given.as_deref()?);
        Some(format!("{family} {}", fold::skeleton(given.first()?)))
    }

    /// The family name in the form common to its spellings.
    pub fn family_key(&self) -> Option<String> {
        let family = fold::words(self.name.family.as_deref()?);
        (!family.is_empty()).then(|| fold::skeleton(&family.concat()))
    }
}

/// What names the patient of an item at its connection: the remote's id of them, else the folded name with birth date and sex. Where
/// there is no birth date either, each item's patient is one of their own: a name alone names nobody. `None` when the item tells
/// nothing of a patient.
pub fn identity(item: &WorkItem) -> Option<String> {
    let told = Likeable::of(item)?;
    let id = item.patient.as_ref().and_then(|patient| patient.external_id.as_deref()).map(str::trim);
    if let Some(id) = id.filter(|id| !id.is_empty()) {
        return Some(format!("id:{id}"));
    }
    if let Some(born) = told.birth_date.as_ref().filter(|_| !told.name.is_empty()) {
        let part = |part: &Option<String>| fold::folded(part.as_deref().unwrap_or_default());
        let sex =
            told.gender.as_deref().map(|word| sex(word).map_or_else(|| fold::folded(word), |sex| sex.to_string()));
        let (family, given) = (part(&told.name.family), part(&told.name.given));
        return Some(format!("as:{family}|{given}|{born}|{}", sex.unwrap_or_default()));
    }
    let kind = if item.kind == ItemKind::Patient { "record" } else { item.kind.word() };
    Some(format!("of:{kind}:{}", item.external_id))
}

/// The evidence for and against these two being one person, the heaviest first. Both must be of different systems: that is for the
/// caller to see to. The same both ways round, but for which is mine.
pub fn compare(mine: &Likeable, theirs: &Likeable) -> Vec<Evidence> {
    let mut evidence = shared(mine, theirs);
    evidence.extend(names::compare(&mine.name, &theirs.name));
    if let (Some(one), Some(other)) = (mine.born(), theirs.born()) {
        let what = match one == other {
            true => EvidenceKind::SameBirthDate,
            false if misread(one).contains(&other) => EvidenceKind::BirthDateDigits,
            false => EvidenceKind::OtherBirthDate,
        };
        evidence.push(Evidence::of(what, one.to_string(), other.to_string()));
    }
    if let (Some(one), Some(other)) = (&mine.gender, &theirs.gender)
        && let (Some(first), Some(second)) = (sex(one), sex(other))
    {
        let what = if first == second { EvidenceKind::SameSex } else { EvidenceKind::OtherSex };
        evidence.push(Evidence::of(what, one, other));
    }
    evidence.sort_by_key(|one| (-one.weight.abs(), one.what));
    evidence
}

fn shared(mine: &Likeable, theirs: &Likeable) -> Vec<Evidence> {
    let mut seen = BTreeSet::new();
    let told = |identifier: &Identifier| {
        let issuer = identifier.issuer.as_deref().unwrap_or_default();
        format!("{} {} ({issuer})", identifier.label, identifier.value)
    };
    let mut evidence = Vec::new();
    for one in &mine.identifiers {
        let Some(name) = number(one) else { continue };
        let other = theirs.identifiers.iter().find(|other| number(other).as_ref() == Some(&name));
        if let Some(other) = other.filter(|_| seen.insert(name)) {
            evidence.push(Evidence::of(EvidenceKind::SharedIdentifier, told(one), told(other)));
        }
    }
    evidence.sort_by(|one, other| one.mine.cmp(&other.mine));
    evidence
}

/// Kind, label, issuer and value of an identifier as one text; of a medical record number the label does not count. `None` where no
/// issuer is named.
fn number(identifier: &Identifier) -> Option<String> {
    let issuer = crate::text::fold(identifier.issuer.as_deref()?);
    let label = match identifier.kind {
        IdentifierKind::Mrn => "mrn".to_owned(),
        IdentifierKind::Patient => crate::text::fold(&identifier.label),
        _ => return None,
    };
    let value: String = identifier.value.split_whitespace().collect::<String>().to_lowercase();
    (!issuer.is_empty() && !value.is_empty()).then(|| format!("{label}|{issuer}|{value}"))
}

/// The days under which somebody born that day may stand by mistake: two digits beside each other, or day and month, changed places.
/// The same both ways round.
pub fn misread(born: NaiveDate) -> Vec<NaiveDate> {
    let mut days = BTreeSet::new();
    days.extend(NaiveDate::from_ymd_opt(born.year(), born.day(), born.month()));
    let digits: Vec<char> = born.format("%Y%m%d").to_string().chars().collect();
    for at in 1..digits.len() {
        let mut changed = digits.clone();
        changed.swap(at - 1, at);
        days.extend(NaiveDate::parse_from_str(&changed.iter().collect::<String>(), "%Y%m%d"));
    }
    days.into_iter().filter(|day| *day != born).collect()
}

/// A day as the systems write one: `1945-07-14` with or without a time behind it, `19450714`, `14.07.1945`. With slashes it is not
/// known which is the month.
fn day(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    let start: String = text.chars().take(10).collect();
    let read = |text: &str, format: &str| NaiveDate::parse_from_str(text, format).ok();
    let eight = (text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text);
    read(&start, "%Y-%m-%d")
        .or_else(|| read(&start, "%Y.%m.%d"))
        .or_else(|| read(&start, "%d.%m.%Y"))
        .or_else(|| read(eight?, "%Y%m%d"))
        .filter(|day| (0..=9999).contains(&day.year()))
}

/// The sex that a system's word stands for: `f` or `m`. Any other word, such as "other", tells nothing that could be compared.
fn sex(word: &str) -> Option<char> {
    match crate::text::fold(word).as_str() {
        "f" | "female" | "w" | "woman" | "ж" | "жін" | "жінка" | "жіноча" | "жіночии" | "женскии" => {
            Some('f')
        }
        "m" | "male" | "man" | "ч" | "чол" | "чоловік" | "чоловіча" | "чоловічии" | "мужскои" => {
            Some('m')
        }
        _ => None,
    }
}
