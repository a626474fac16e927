//! Who a work item is about, and how a person's name is written here.

use serde::{Deserialize, Serialize};

use crate::moment::Moment;

/// The parts of a name. Any may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct PersonName {
    /// Family name.
    pub family: Option<String>,
    /// Given and middle names.
    pub given: Option<String>,
    /// Ms, Dr, …
    pub prefix: Option<String>,
    /// Jr, III, MD, …
    pub suffix: Option<String>,
}

impl PersonName {
    /// A name of two parts; blank parts count as missing.
    pub fn of(given: Option<&str>, family: Option<&str>) -> Self {
        let present = |part: Option<&str>| part.map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned);
        Self { family: present(family), given: present(given), ..Self::default() }
    }

    /// Whether no part is known.
    pub fn is_empty(&self) -> bool {
        self.family.is_none() && self.given.is_none()
    }

    /// `CORDERO, Thelma (Ms)`: family name in capitals. `None` when nothing is known.
    pub fn display(&self) -> Option<String> {
        let family = self.family.as_ref().map(|family| family.to_uppercase());
        let given = self.given.clone();
        let mut text = match (family, given) {
            (Some(family), Some(given)) => format!("{family}, {given}"),
            (Some(family), None) => family,
            (None, Some(given)) => given,
            (None, None) => return None,
        };
        if let Some(suffix) = &self.suffix {
            text = format!("{text} {suffix}");
        }
        if let Some(prefix) = &self.prefix {
            text = format!("{text} ({prefix})");
        }
        Some(text)
    }

    /// `Thelma Cordero`: how colleagues are named.
    pub fn plain(&self) -> Option<String> {
        let parts: Vec<&str> = [&self.given, &self.family].into_iter().flatten().map(String::as_str).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// The person a work item is about, as one remote system describes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Patient {
    /// The remote's id of this person.
    pub external_id: Option<String>,
    /// Their name.
    pub name: PersonName,
    /// Birth date as the remote wrote it; a date has no instant worth comparing, so only the text and its day count.
    pub birth_date: Option<Moment>,
    /// The remote's own word.
    pub gender: Option<String>,
}

/// A colleague: an author, an assignee, a clinician.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// The remote's id of this person.
    pub id: Option<String>,
    /// Their name.
    pub name: PersonName,
    /// Their e-mail, where the remote tells it.
    pub email: Option<String>,
}

/// Who the person at this desk is at one remote system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Me {
    /// The remote's id, once it is known.
    pub id: Option<String>,
    /// The name under which the remote shows what I write.
    pub name: PersonName,
    /// The e-mail that goes with what I write.
    pub email: Option<String>,
}

impl Me {
    /// Whether `person` is me: by id once mine is known, until then by name.
    pub fn is(&self, person: &Person) -> bool {
        match (&self.id, &person.id) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => self.has_name(&person.name),
        }
    }

    fn has_name(&self, name: &PersonName) -> bool {
        let folded = |name: &PersonName| name.plain().map(|plain| crate::text::fold(&plain));
        folded(&self.name).is_some() && folded(&self.name) == folded(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_family_first_in_capitals() {
        let full = PersonName { prefix: Some("Ms".into()), ..PersonName::of(Some("Thelma"), Some("Cordero")) };
        assert_eq!(full.display().as_deref(), Some("CORDERO, Thelma (Ms)"));
        assert_eq!(PersonName::of(None, Some("Cordero")).display().as_deref(), Some("CORDERO"));
        assert_eq!(PersonName::of(Some("  "), None).display(), None);
    }

    #[test]
    fn i_am_known_by_id_once_it_is_learned_and_by_name_until_then() {
        let person =
            |id: &str| Person { id: Some(id.into()), name: PersonName::of(Some("Ana"), Some("Ruiz")), email: None };
        let by_name = Me { name: PersonName::of(Some("ana"), Some("RUIZ")), ..Me::default() };
        assert!(by_name.is(&person("u1")), "the name is all there is to go by");
        let by_id = Me { id: Some("u2".into()), ..by_name };
        assert!(!by_id.is(&person("u1")), "a namesake is not me once my id is known");
    }
}
