//! A connection's settings, checked against what its system declares.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate};
use rounds_domain::declare::{FieldKind, Setting, System};

use crate::seam::Account;

/// The values of a connection: what was given, else what is declared. Every value fits its declared kind.
pub(crate) struct Values {
    values: BTreeMap<String, String>,
}

impl Values {
    /// Checks an account's settings and secrets. Fails with words for a person that name the setting, never a secret's value.
    pub(crate) fn check(system: &System, account: &Account) -> Result<Self, String> {
        let mut values = BTreeMap::new();
        for (declared, given) in system
            .settings
            .iter()
            .map(|setting| (setting, &account.settings))
            .chain(system.secrets.iter().map(|secret| (secret, &account.secrets)))
        {
            let given = given.get(&declared.key).map(|value| value.trim()).filter(|value| !value.is_empty());
            match given.or(declared.default.as_deref()) {
                Some(value) => {
                    fits(declared, value)?;
                    values.insert(declared.key.clone(), value.to_owned());
                }
                None if declared.required => {
                    return Err(format!("“{}” ({}) is missing. {}", declared.label, declared.key, declared.help));
                }
                None => {}
            }
        }
        Ok(Self { values })
    }

    /// The text of a setting.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(String::as_str)
    }

    /// The number of a setting; `None` when none is given or declared.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        self.text(key)?.parse().ok()
    }

    /// The number of a setting that has a default.
    pub(crate) fn count(&self, key: &str, otherwise: u32) -> u32 {
        self.number(key).and_then(|number| number.try_into().ok()).unwrap_or(otherwise)
    }
}

fn fits(declared: &Setting, value: &str) -> Result<(), String> {
    let wrong = |wants: String| Err(format!("“{}” ({}) {wants}.", declared.label, declared.key));
    match &declared.kind {
        FieldKind::Number { least, most } => match value.parse::<i64>() {
            Ok(number) if (*least..=*most).contains(&number) => Ok(()),
            _ => wrong(format!("takes a whole number from {least} to {most}")),
        },
        FieldKind::Date => match NaiveDate::parse_from_str(value, "%Y-%m-%d") {
            Ok(_) => Ok(()),
            Err(_) => wrong("takes a date such as 2020-01-31".into()),
        },
        FieldKind::Moment { .. } => match DateTime::parse_from_rfc3339(value) {
            Ok(_) => Ok(()),
            Err(_) => wrong("takes a time such as 2020-01-31T08:00:00+02:00".into()),
        },
        FieldKind::Flag if !matches!(value, "true" | "false") => wrong("takes true or false".into()),
        FieldKind::Choice { options } if options.iter().all(|option| option.value != value) => {
            let values: Vec<&str> = options.iter().map(|option| option.value.as_str()).collect();
            wrong(format!("takes one of {}", values.join(", ")))
        }
        _ => Ok(()),
    }
}
