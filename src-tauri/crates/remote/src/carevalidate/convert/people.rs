//! Who is named in a case.

use std::collections::{BTreeMap, HashSet};

use rounds_domain::patient::{Person, PersonName};

use super::super::dto::{self, User};

/// A user as a person; nothing when nothing is said of them.
pub(super) fn person(user: &User) -> Option<Person> {
    let person = Person {
        id: user.id.clone(),
        name: PersonName::of(user.first_name.as_deref(), user.last_name.as_deref()),
        email: user.email.clone(),
    };
    (person != Person::default()).then_some(person)
}

/// How a person is named in a fact: by name, else by what there is.
pub(super) fn named(person: &Person) -> Option<String> {
    person.name.plain().or_else(|| person.email.clone()).or_else(|| person.id.clone())
}

/// `assignedTo` first, then `assignees[].assignee`, each once.
pub(super) fn assignees(case: &dto::Case) -> Vec<Person> {
    let wrapped = case.assignees.iter().filter_map(|wrapper| {
        wrapper.assignee.as_ref().and_then(person).or_else(|| {
            person(&User {
                id: wrapper.id.clone(),
                first_name: wrapper.first_name.clone(),
                last_name: wrapper.last_name.clone(),
                email: wrapper.email.clone(),
            })
        })
    });
    let mut seen = HashSet::new();
    case.assigned_to
        .as_ref()
        .and_then(person)
        .into_iter()
        .chain(wrapped)
        .filter(|person| seen.insert(person.id.clone().or_else(|| person.name.plain())))
        .collect()
}

/// Every name in the case by id, to name those of whom only the id is said (`closedBy`, `inProgressBy`).
pub(super) fn names(case: &dto::Case) -> BTreeMap<String, PersonName> {
    let mut names = BTreeMap::new();
    let mut learn = |person: Person| {
        if let (Some(id), false) = (person.id, person.name.is_empty()) {
            names.entry(id).or_insert(person.name);
        }
    };
    assignees(case).into_iter().for_each(&mut learn);
    let written = case.comments.iter().chain(&case.notes).filter_map(|written| written.author.as_ref());
    let creators = case.payments.iter().filter_map(|payment| payment.created_by.as_ref());
    [&case.assigned_by, &case.hr_rep]
        .into_iter()
        .flatten()
        .chain(written)
        .chain(creators)
        .filter_map(person)
        .for_each(&mut learn);
    for by in case.decisions.iter().filter_map(|decision| decision.added_by.as_ref()) {
        learn(Person {
            id: by.id.clone(),
            name: PersonName::of(by.first_name.as_deref(), by.last_name.as_deref()),
            email: None,
        });
    }
    names
}
