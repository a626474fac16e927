//! CareValidate care360: telehealth cases. Sources: "Get Cases API" (`carevalidate-get-cases.txt`) and the contract sheet
//! `carevalidate.md`; where a rule is "inferred" or "open" there, it is a setting or stands in one place here.

mod actions;
mod blob;
mod body;
mod convert;
mod declaration;
mod dto;
mod errors;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod page;
mod read;
mod record;
#[cfg(test)]
mod tests;
mod window;
mod write;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderValue;
use rounds_domain::{
    action::Action,
    declare::System,
    error::{AndNow, RemoteError},
    item::Priority,
    link,
    patient::{Me, PersonName},
    pull::{Page, Record, Slice},
};
use url::Url;

use self::{convert::Rules, window::WindowField};
use crate::{
    common, kept, lenient,
    registry::Kind,
    seam::{Account, Blob, Depth, Enclosed, RemoteSystem, SignInReply, SignedIn, Submitted, Target},
    settings::Values,
    wire::{Wire, address},
};

/// CareValidate for the registry.
pub(crate) const KIND: Kind = Kind { declare, connect };

fn declare() -> System {
    declaration::system()
}

/// One organization's account.
struct CareValidate {
    wire: Wire,
    base: Url,
    key: String,
    key_header: HeaderValue,
    author: Author,
    rules: Rules,
    /// Whether comments are to notify by webhook; `None` leaves that to CareValidate.
    webhook_notify: Option<bool>,
    per_page: u32,
    /// The longest that a request may take, but for what its files need.
    patience: Duration,
}

/// Whom comments name as their author.
struct Author {
    email: String,
    first_name: Option<String>,
    last_name: Option<String>,
}

// The registry's signature: what connects an account may keep it.
#[allow(clippy::needless_pass_by_value)]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    Ok(Arc::new(open(&account)?))
}

fn open(account: &Account) -> Result<CareValidate, String> {
    let values = Values::check(&declaration::system(), account)?;
    let text = |key: &str| values.text(key).map(str::to_owned);
    let base = base(&account.base_url)?;
    let key = text(declaration::API_KEY).unwrap_or_default();
    let mut key_header = HeaderValue::from_str(&key)
        .map_err(|_| "The API key holds characters that no key can have. Copy it again.".to_owned())?;
    key_header.set_sensitive(true);
    let email = text(declaration::AUTHOR_EMAIL).unwrap_or_default();
    if !email.contains('@') {
        return Err(format!("“{email}” ({}) is not an e-mail address.", declaration::AUTHOR_EMAIL));
    }
    let portal_url = text(declaration::PORTAL_URL);
    if portal_url.as_ref().is_some_and(|address| !address.contains("{caseId}")) {
        return Err(format!("The portal's address ({}) has no {{caseId}} in it.", declaration::PORTAL_URL));
    }
    if portal_url.as_ref().is_some_and(|address| !link::may_open(&address.replace("{caseId}", "1"))) {
        return Err(format!("The portal's address ({}) does not begin with https://.", declaration::PORTAL_URL));
    }
    let given = || text(declaration::WINDOW_FIELD).and_then(|word| WindowField::from_word(&word));
    let learned = account.learned.get(declaration::WINDOW_FIELD).and_then(|word| WindowField::from_word(word));
    let limits = common::limits(&values, &declaration::READING);
    Ok(CareValidate {
        patience: limits.request,
        wire: Wire::new(&base, limits)?,
        base,
        key,
        key_header,
        author: Author {
            email,
            first_name: text(declaration::AUTHOR_FIRST_NAME),
            last_name: text(declaration::AUTHOR_LAST_NAME),
        },
        rules: Rules {
            organization: text(declaration::ORGANIZATION),
            turnaround: values.number(declaration::TURNAROUND_HOURS).and_then(TimeDelta::try_hours),
            escalated: text(declaration::ESCALATED_PRIORITY)
                .and_then(|word| Priority::from_word(&word))
                .unwrap_or(Priority::Urgent),
            submitter_is_patient: values.text(declaration::SUBMITTER_IS_PATIENT) != Some("false"),
            portal_url,
            window_field: learned.or_else(given).unwrap_or(WindowField::Created),
        },
        webhook_notify: match values.text(declaration::WEBHOOK_NOTIFY) {
            Some("yes") => Some(true),
            Some("no") => Some(false),
            _ => None,
        },
        per_page: common::records_per_page(&values, &declaration::READING),
    })
}

/// The address of the system. The document calls the whole of `https://…/api/v1/cases` a base URL, so that is taken too.
fn base(text: &str) -> Result<Url, String> {
    let mut url = address::base(text)?;
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api/v1/cases").or_else(|| path.strip_suffix("/api/v1")).unwrap_or(path).to_owned();
    url.set_path(&path);
    Ok(url)
}

impl CareValidate {
    /// `/api/v1/cases`, and one more part percent-encoded.
    fn cases_url(&self, case: Option<&str>) -> Result<Url, RemoteError> {
        let unusable =
            || RemoteError::new(AndNow::Invalid, "This case's id cannot stand in an address. Nothing was sent.");
        let mut url = self.base.clone();
        let mut parts = url.path_segments_mut().map_err(|()| unusable())?;
        parts.pop_if_empty().extend(["api", "v1", "cases"]);
        if let Some(case) = case {
            // An id of dots would climb the path instead of naming a case.
            if case.trim().is_empty() || matches!(case, "." | "..") {
                return Err(unusable());
            }
            parts.push(case);
        }
        drop(parts);
        Ok(url)
    }
}

#[async_trait]
impl RemoteSystem for CareValidate {
    /// The key belongs to the organization; who the person is stands in the settings.
    fn me(&self) -> Option<Me> {
        Some(Me {
            id: None,
            name: PersonName::of(self.author.first_name.as_deref(), self.author.last_name.as_deref()),
            email: Some(self.author.email.clone()),
        })
    }

    async fn sign_in(&self, now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        self.prove_key(now).await?;
        let mut notes = Vec::new();
        if self.author.first_name.is_none() && self.author.last_name.is_none() {
            notes.push(
                "CareValidate shows comments by name. Without your name in the settings Rounds cannot tell which are yours."
                    .to_owned(),
            );
        }
        Ok(SignInReply::Done(SignedIn { me: self.me(), notes, session: None }))
    }

    async fn pull(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        _now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        self.read_page(feed, slice, cursor).await
    }

    async fn refresh(&self, target: &Target, depth: Depth) -> Result<Option<Record>, RemoteError> {
        self.read_case(target, depth).await
    }

    async fn blob(&self, target: &Target, attachment: &str) -> Result<Blob, RemoteError> {
        self.read_attachment(target, attachment).await
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        self.send(target, &action.name, &action.fields, &[]).await
    }

    async fn submit_with(
        &self,
        target: &Target,
        action: &Action,
        files: Vec<Enclosed>,
    ) -> Result<Submitted, RemoteError> {
        self.send(target, &action.name, &action.fields, &files).await
    }
}
