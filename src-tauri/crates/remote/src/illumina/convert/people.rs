//! Who is named in a case: its subjects, its owners, who wrote something.

use rounds_domain::{
    moment::Moment,
    patient::{Me, Patient, Person, PersonName},
};

use crate::illumina::dto::{Case, CaseSubject, User};
use crate::lenient::Text;

/// The subject whom the case is about: the proband where one is marked, else the first.
pub(super) fn proband(case: &Case) -> Option<&CaseSubject> {
    let marked = |subject: &&CaseSubject| {
        let relationship = subject.relationship.as_deref().map(str::to_ascii_lowercase);
        subject.is_proband == Some(true) || matches!(relationship.as_deref(), Some("proband" | "self"))
    };
    case.case_subjects.iter().find(marked).or_else(|| case.case_subjects.first())
}

/// Whom a case is about; without direct identifiers nobody.
pub(super) fn patient(case: &Case) -> Option<Patient> {
    let subject = proband(case)?;
    let told = |what| subject.told(what);
    let (given, family) = (told(|person| &person.first_name), told(|person| &person.last_name));
    let patient = Patient {
        external_id: None,
        name: PersonName::of(given.as_deref(), family.as_deref()),
        birth_date: told(|person| &person.birth_date).map(Moment::read),
        gender: told(|person| &person.sex),
    };
    let disclosed = patient != Patient::default() || told(|person| &person.mrn).is_some();
    disclosed.then(|| Patient { external_id: told(|person| &person.id), ..patient })
}

/// A colleague as far as they are told. A bare text is an e-mail, an id or a name, by its look.
pub(in crate::illumina) fn person(user: &User) -> Person {
    let mut person = Person {
        id: user.id.clone(),
        name: match (&user.first_name, &user.last_name) {
            (None, None) => PersonName::of(user.name.as_deref(), None),
            (first, last) => PersonName::of(first.as_deref(), last.as_deref()),
        },
        email: user.email.clone(),
    };
    if let Some(bare) = &user.bare {
        if bare.contains('@') {
            person.email = Some(bare.clone());
        } else if !bare.trim().contains(' ') && bare.chars().any(|c| c.is_ascii_digit()) {
            person.id = Some(bare.clone());
        } else {
            person.name = PersonName::of(Some(bare), None);
        }
    }
    person
}

/// How a person is named in a fact.
pub(in crate::illumina) fn named(person: &Person) -> Text {
    person.name.plain().or_else(|| person.email.clone()).or_else(|| person.id.clone())
}

/// What an owner is called in a request: as the case itself calls them.
pub(in crate::illumina) fn owner_key(user: &User) -> Text {
    let person = person(user);
    user.id.clone().or_else(|| user.bare.clone()).or_else(|| person.email.clone()).or_else(|| person.name.plain())
}

/// An owner, by the id with which they can be set.
pub(super) fn owner(user: &User) -> Option<Person> {
    let read = person(user);
    let id = owner_key(user)?;
    let name = if read.name.is_empty() { PersonName::of(read.email.as_deref().or(Some(&id)), None) } else { read.name };
    Some(Person { id: Some(id), name, email: read.email })
}

/// Who wrote something; under my own name where it was me, by whatever they are told.
pub(super) fn author(user: &User, me: &Me) -> Option<Person> {
    let read = person(user);
    if read == Person::default() {
        return None;
    }
    let same = |mine: &Option<String>, theirs: &Option<String>| {
        mine.is_some() && mine.as_deref().map(str::to_lowercase) == theirs.as_deref().map(str::to_lowercase)
    };
    let is_me = same(&me.id, &read.id) || same(&me.email, &read.email) || same(&me.email, &user.bare);
    if !is_me {
        return Some(read);
    }
    let name = if me.name.is_empty() { read.name } else { me.name.clone() };
    Some(Person { id: read.id, name, email: read.email.or_else(|| me.email.clone()) })
}
