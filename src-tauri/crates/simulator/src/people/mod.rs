//! Made-up people: the same number is the same person in every system. Nobody here exists: e-mails are at example.org, phones
//! are 555-01xx, towns and streets are invented.

mod clinicians;
mod family_names;
mod names;
mod places;

use std::borrow::Cow;

pub(crate) use clinicians::{CLINICIANS, Clinician};

use crate::dice::Dice;
use crate::stamp::Day;
use names::Culture;

/// Text that is mostly part of the program.
pub(crate) type Text = Cow<'static, str>;

/// One person in [`GROUP`] has somebody beside them who looks like them.
const GROUP: u64 = 97;
const PEOPLE: u64 = 0x7065_6f70_6c65;

/// A made-up person.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) first: Text,
    pub(crate) last: Text,
    pub(crate) female: bool,
    pub(crate) born: Day,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) street: String,
    pub(crate) unit: Option<String>,
    pub(crate) city: &'static str,
    pub(crate) state: &'static str,
    pub(crate) postal_code: String,
}

/// Person `number` of this seed. Every 97th person has a look-alike with the next number: born on the same day, the name
/// written a little differently, another address.
pub(crate) fn person(seed: u64, number: u64) -> Person {
    if number % GROUP == 1 {
        return look_alike(seed, number, &person(seed, number - 1));
    }
    let mut dice = Dice::new(seed, &[PEOPLE, number]);
    let culture = names::culture(&mut dice);
    let female = dice.per_mille(560);
    let (first, first_latin) = given(&mut dice, culture, female);
    let (last, last_latin) = family(&mut dice, culture, female);
    let born = Day(i32::try_from(dice.between(-14_600, 13_000)).unwrap_or_default());
    settled(&mut dice, number, first, last, &format!("{first_latin}.{last_latin}"), female, born)
}

fn look_alike(seed: u64, number: u64, of: &Person) -> Person {
    let mut dice = Dice::new(seed, &[PEOPLE, number]);
    let (first, last): (Text, Text) = match dice.below(4) {
        // The same name letter by letter.
        0 => (of.first.clone(), of.last.clone()),
        // An initial, as a second registration often has it.
        1 => {
            let initial: String = of.first.chars().take(1).collect();
            (Cow::Owned(format!("{initial}.")), of.last.clone())
        }
        // Two letters of the family name swapped.
        2 => (of.first.clone(), Cow::Owned(swapped(&of.last))),
        // A second given name that the other registration lacks.
        _ => {
            let more = if of.female { "Maria" } else { "Alexander" };
            (Cow::Owned(format!("{} {more}", of.first)), of.last.clone())
        }
    };
    let latin = of.email.split('@').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
    let latin = latin.trim_end_matches('.').to_owned();
    settled(&mut dice, number, first, last, &latin, of.female, of.born)
}

fn settled(dice: &mut Dice, number: u64, first: Text, last: Text, latin: &str, female: bool, born: Day) -> Person {
    let place = dice.pick(places::PLACES);
    let letters: String =
        latin.to_ascii_lowercase().chars().filter(|c| c.is_ascii_lowercase() || matches!(c, '.' | '-')).collect();
    Person {
        first,
        last,
        female,
        born,
        email: format!("{letters}.{number}@example.org"),
        phone: format!("+1-{}-555-01{:02}", place.area_code, dice.below(100)),
        street: format!("{} {}", dice.between(1, 9899), dice.pick(places::STREETS)),
        unit: dice.per_mille(280).then(|| format!("{} {}", dice.pick(places::UNITS), dice.between(1, 48))),
        city: place.city,
        state: place.state,
        postal_code: format!("{}{:02}", place.postal_start, dice.below(100)),
    }
}

/// A list entry: `native|latin`, or one spelling for both.
fn spellings(entry: &'static str) -> (&'static str, &'static str) {
    entry.split_once('|').unwrap_or((entry, entry))
}

fn given(dice: &mut Dice, culture: &Culture, female: bool) -> (Text, String) {
    let list = if female { culture.female } else { culture.male };
    let (native, latin) = spellings(dice.pick(list));
    if dice.per_mille(culture.second_given) {
        let (second, second_latin) = spellings(dice.pick(list));
        if second != native {
            let joined = format!("{native}{}{second}", culture.given_joint);
            return (Cow::Owned(joined), format!("{latin}-{second_latin}"));
        }
    }
    (Cow::Borrowed(native), latin.to_owned())
}

fn family(dice: &mut Dice, culture: &Culture, female: bool) -> (Text, String) {
    let list = if female { culture.family_female } else { culture.family_male };
    let (native, latin) = spellings(dice.pick(list));
    if dice.per_mille(culture.second_family) {
        let (second, second_latin) = spellings(dice.pick(list));
        if second != native {
            let joined = format!("{native}{}{second}", culture.family_joint);
            return (Cow::Owned(joined), format!("{latin}-{second_latin}"));
        }
    }
    if !female && dice.per_mille(culture.suffix) {
        let suffix = dice.pick(&[" Jr.", " Sr.", " II", " III", ", Esq."]);
        return (Cow::Owned(format!("{native}{suffix}")), latin.to_owned());
    }
    (Cow::Borrowed(native), latin.to_owned())
}

fn swapped(name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() > 3 {
        letters.swap(2, 3);
    }
    letters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::person;

    #[test]
    fn people_are_made_up_and_the_same_for_the_same_seed() {
        for number in 0..2_000 {
            let who = person(11, number);
            assert!(who.email.ends_with("@example.org"), "{} is not an address of nobody", who.email);
            assert!(who.email.is_ascii(), "{} is not an address", who.email);
            assert!(who.phone.contains("-555-01"), "{} may be somebody's", who.phone);
            assert!(!who.first.is_empty() && !who.last.is_empty());
            assert_eq!(format!("{who:?}"), format!("{:?}", person(11, number)));
        }
    }

    #[test]
    fn look_alikes_share_a_birth_date() {
        for number in (0..970).step_by(97) {
            let (one, other) = (person(3, number), person(3, number + 1));
            assert_eq!(one.born, other.born, "{one:?} and {other:?} should look alike");
            assert_ne!(one.email, other.email);
        }
    }

    #[test]
    fn names_come_in_several_scripts() {
        let names: String = (0..600).map(|number| person(5, number).last.into_owned()).collect();
        for (script, range) in [
            ("Cyrillic", '\u{400}'..='\u{4ff}'),
            ("Chinese", '\u{4e00}'..='\u{9fff}'),
            ("Arabic", '\u{600}'..='\u{6ff}'),
        ] {
            assert!(names.chars().any(|c| range.contains(&c)), "no {script} name among 600 people");
        }
    }
}
