//! The patients whose specimens are read: eHealth lists specimens by patient only, and tells no names.

use std::collections::BTreeMap;

use rounds_domain::patient::{Person, PersonName};

/// The watched patients, each with the name that the laboratory gives them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Watched {
    /// In the order of the setting, each once.
    ids: Vec<String>,
    names: BTreeMap<String, String>,
}

impl Watched {
    /// Reads the setting: one patient to a line or between semicolons, the id and then the name, with or without `=`, `:` or a
    /// comma between them. Fails with words for the person, which name no patient.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let mut watched = Self::default();
        let lines = text.split(['\n', ';']).map(str::trim).filter(|line| !line.is_empty());
        for (number, line) in (1..).zip(lines) {
            let (id, name) =
                line.split_once(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | ',')).unwrap_or((line, ""));
            if !can_stand_in_an_address(id) {
                return Err(format!("Watched patient {number} does not begin with a patient's id."));
            }
            let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, '=' | ':' | ','));
            if !watched.ids.iter().any(|known| known == id) {
                watched.ids.push(id.to_owned());
            }
            if !name.is_empty() {
                watched.names.insert(id.to_owned(), name.to_owned());
            }
        }
        Ok(watched)
    }

    /// Their ids.
    pub(super) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// All of them, under the names that the laboratory gives them; one without a name goes by the id.
    pub(super) fn people(&self) -> Vec<Person> {
        let person = |id: &String| Person {
            id: Some(id.clone()),
            name: PersonName::of(Some(self.name(id).unwrap_or(id)), None),
            email: None,
        };
        self.ids.iter().map(person).collect()
    }

    /// The laboratory's name for a patient.
    pub(super) fn name(&self, id: &str) -> Option<&str> {
        self.names.get(id).map(String::as_str)
    }

    /// The id that a person means: one as it is, or that of the one watched patient of this name.
    pub(super) fn meant(&self, text: &str) -> Option<String> {
        let text = text.trim();
        let named: Vec<&String> = self
            .names
            .iter()
            .filter(|(_, name)| name.to_lowercase() == text.to_lowercase())
            .map(|(id, _)| id)
            .collect();
        match named.as_slice() {
            [one] => Some((*one).clone()),
            [] => can_stand_in_an_address(text).then(|| text.to_owned()),
            // Two of one name: nobody is meant.
            _ => None,
        }
    }
}

/// Whether an id can be one part of an address: letters, digits, dashes and the like, and no dots that climb.
pub(super) fn can_stand_in_an_address(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~');
    !id.is_empty() && id.len() <= 128 && id.chars().all(plain) && id.chars().any(|c| c != '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_patient_stands_once_with_the_name_that_the_laboratory_gives() {
        let watched =
            Watched::read("7075e0e2-1 = Ward B, bed 2\n\naff00bf6\tСтаціонар 3; x1:  Ann \n7075e0e2-1\nx2, Bea")
                .expect("a setting");
        assert_eq!(watched.ids(), ["7075e0e2-1", "aff00bf6", "x1", "x2"]);
        let names: Vec<Option<&str>> = watched.ids().iter().map(|id| watched.name(id)).collect();
        assert_eq!(names, [Some("Ward B, bed 2"), Some("Стаціонар 3"), Some("Ann"), Some("Bea")]);
        assert_eq!(Watched::read(" \n ;"), Ok(Watched::default()));
    }

    #[test]
    fn what_cannot_be_an_id_is_refused_without_being_told() {
        for bad in ["Іваненко 12", "a\n../x Ann", "a/b", "..", "= name"] {
            let refused = Watched::read(bad).expect_err(bad);
            assert!(refused.contains("patient") && !refused.contains("Ann") && !refused.contains("Іван"), "{refused}");
        }
    }

    #[test]
    fn a_person_means_an_id_or_the_one_of_a_name() {
        let watched = Watched::read("p1 Ann; p2 Bea; p3 bea").expect("a setting");
        assert_eq!(watched.meant(" ann ").as_deref(), Some("p1"));
        assert_eq!(watched.meant("Bea"), None, "two of one name");
        assert_eq!(watched.meant("aff00bf6-68bf").as_deref(), Some("aff00bf6-68bf"));
        assert_eq!(watched.meant("no such name"), None);
    }
}
