//! What two names say about each other.

use super::{
    Evidence,
    EvidenceKind::{
        self, FamilyNameLetters, FamilyNameSpelling, GivenNameLetters, GivenNameSpelling, Initial, OtherFamilyName,
        OtherGivenName, PartOfFamilyName, PartOfGivenNames, SameFamilyName, SameGivenName, SameWords,
    },
    fold::{skeleton, words},
};
use crate::patient::PersonName;

/// A part of a name, folded.
struct Part<'a> {
    told: &'a str,
    words: Vec<String>,
}

impl<'a> Part<'a> {
    fn of(told: Option<&'a String>) -> Self {
        let told = told.map_or("", String::as_str);
        Self { told, words: words(told) }
    }

    fn skeletons(&self) -> Vec<String> {
        self.words.iter().map(|word| skeleton(word)).collect()
    }

    fn joined(&self) -> String {
        self.words.concat()
    }

    /// Whether all words could be brought into Latin letters; others can be compared with their like alone.
    fn is_latin(&self) -> bool {
        self.words.iter().all(|word| word.is_ascii())
    }

    fn is_initials(&self) -> bool {
        self.words.iter().all(|word| word.chars().count() == 1)
    }
}

/// The evidence of two names: none for a part that either side lacks, or that stands in scripts that cannot be compared.
pub(super) fn compare(mine: &PersonName, theirs: &PersonName) -> Vec<Evidence> {
    let (my_family, their_family) = (Part::of(mine.family.as_ref()), Part::of(theirs.family.as_ref()));
    let (my_given, their_given) = (Part::of(mine.given.as_ref()), Part::of(theirs.given.as_ref()));
    let family = family(&my_family, &their_family);
    let given = given(&my_given, &their_given);
    let agree = |what: Option<EvidenceKind>| what.is_some_and(|what| what.weight() > 0);
    // The family name with nothing else says no more by having two words.
    let is_plain = matches!(family, Some(SameFamilyName | FamilyNameSpelling)) || (agree(family) && agree(given));
    if !is_plain && are_same_words([&my_family, &my_given], [&their_family, &their_given]) {
        let told = |name: &PersonName| name.display().unwrap_or_default();
        return vec![Evidence::of(SameWords, told(mine), told(theirs))];
    }
    let family = family.map(|what| Evidence::of(what, my_family.told, their_family.told));
    let given = given.map(|what| Evidence::of(what, my_given.told, their_given.told));
    family.into_iter().chain(given).collect()
}

/// Whether both names have the same words, two at least, whichever part they stand in.
fn are_same_words(mine: [&Part<'_>; 2], theirs: [&Part<'_>; 2]) -> bool {
    let all = |parts: [&Part<'_>; 2]| {
        let mut words: Vec<String> = parts.iter().flat_map(|part| part.skeletons()).collect();
        words.sort();
        words
    };
    let (mine, theirs) = (all(mine), all(theirs));
    mine.len() > 1 && mine == theirs
}

fn family(mine: &Part<'_>, theirs: &Part<'_>) -> Option<EvidenceKind> {
    Some(match alike(mine, theirs)? {
        Alike::Same => SameFamilyName,
        Alike::Spelling => FamilyNameSpelling,
        Alike::Part => PartOfFamilyName,
        Alike::Not if is_near(&mine.joined(), &theirs.joined()) => FamilyNameLetters,
        Alike::Not => OtherFamilyName,
    })
}

/// A given name that differs by a letter is another name: twins are often called Maria and Marta.
fn given(mine: &Part<'_>, theirs: &Part<'_>) -> Option<EvidenceKind> {
    Some(match alike(mine, theirs)? {
        Alike::Same if mine.is_initials() => Initial,
        Alike::Same => SameGivenName,
        _ if mine.is_initials() || theirs.is_initials() => {
            let first = |part: &Part<'_>| skeleton(&part.joined()).chars().next();
            if first(mine) == first(theirs) { Initial } else { OtherGivenName }
        }
        Alike::Spelling => GivenNameSpelling,
        Alike::Part => PartOfGivenNames,
        Alike::Not if is_swapped(&mine.joined(), &theirs.joined()) => GivenNameLetters,
        Alike::Not => OtherGivenName,
    })
}

enum Alike {
    Same,
    Spelling,
    Part,
    Not,
}

fn alike(mine: &Part<'_>, theirs: &Part<'_>) -> Option<Alike> {
    if mine.words.is_empty() || theirs.words.is_empty() {
        return None;
    }
    // Without spaces: `Mc Allister` is `McAllister`, `Nechui-Levytska` is `Nechui Levytska`.
    if mine.joined() == theirs.joined() {
        return Some(Alike::Same);
    }
    if mine.is_latin() != theirs.is_latin() {
        return None;
    }
    let (one, other) = (mine.skeletons(), theirs.skeletons());
    if one.concat() == other.concat() || skeleton(&mine.joined()) == skeleton(&theirs.joined()) {
        return Some(Alike::Spelling);
    }
    let (fewer, more) = if one.len() <= other.len() { (&one, &other) } else { (&other, &one) };
    let names_somebody = fewer.iter().any(|word| word.chars().count() >= 3);
    let is_part = fewer.len() < more.len() && names_somebody && fewer.iter().all(|word| more.contains(word));
    Some(if is_part { Alike::Part } else { Alike::Not })
}

/// Whether one letter is other, missing or added, or two changed places; of names long enough for that to be a slip.
fn is_near(one: &str, other: &str) -> bool {
    if is_swapped(one, other) {
        return true;
    }
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    if short.len() < 5 || long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(&long).take_while(|(a, b)| a == b).count();
    let behind = if short.len() == long.len() { same + 1 } else { same };
    short.get(behind..) == long.get(same + 1..)
}

/// Whether two letters beside each other changed places.
fn is_swapped(one: &str, other: &str) -> bool {
    let (mut one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    if one.len() != other.len() || one.len() < 4 || same + 1 >= one.len() {
        return false;
    }
    one.swap(same, same + 1);
    one == other
}
