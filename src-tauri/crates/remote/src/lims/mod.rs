//! A pathology laboratory's LIMS, API v4: accessioning. Sources: the client's change request (`lims-v4-patients.txt`) and the contract
//! sheet `lims.md`; where a rule is "inferred" or "open" there, it is a setting or stands in one place here.
//!
//! Nothing can be read there, so what was made here stands on the worklist by what was filled in and by the reply to it, and what is
//! in doubt goes to a person.

mod actions;
mod declaration;
mod errors;
mod form;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod item;
mod payload;
mod reply;
mod specimens;
#[cfg(any(test, feature = "fuzz"))]
mod testing;
#[cfg(test)]
mod tests;
mod write;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use reqwest::header::{HeaderName, HeaderValue};
use rounds_domain::{
    action::{Action, Offer},
    declare::System,
    error::{AndNow, RemoteError},
    item::WorkItem,
    patient::{Me, PersonName},
    pull::{Page, Slice},
};
use serde_json::{Value, json};
use url::Url;

use self::actions::PatientMode;
use crate::{
    common,
    registry::Kind,
    seam::{Account, RemoteSystem, SignInReply, SignedIn, Submitted, Target},
    settings::Values,
    wire::{Wire, address, outcome},
};

/// The LIMS for the registry.
pub(crate) const KIND: Kind = Kind { declare, connect };

/// Prefixes that an address may end with.
const PREFIXES: [&str; 2] = ["/api/v4", "/v4"];

fn declare() -> System {
    declaration::system()
}

/// One laboratory's account.
struct Lims {
    wire: Wire,
    /// Up to the part before `/lims`.
    base: Url,
    auth_name: HeaderName,
    auth_value: HeaderValue,
    token: String,
    mode: PatientMode,
    rules: Rules,
    me: Option<Me>,
    /// Whether the token was refused since the last sign-in: no address tells whether it is good but those that make something.
    refused: AtomicBool,
}

/// What a laboratory wants that is not filled in each time.
#[derive(Debug, Clone, Default)]
struct Rules {
    client_npi: Option<String>,
    receiving_lab: Option<String>,
    lean_lab: Option<String>,
    location_npi: Option<String>,
    specimen_modality: Option<String>,
    /// Words that go with each case, by the document's keys.
    with_each_case: Vec<(&'static str, String)>,
    /// Whether ids of digits are sent as text.
    ids_as_text: bool,
    /// Whether a patient record is sent inside `patient`.
    wrapped: bool,
}

impl Rules {
    /// An id as it is sent: digits as a number, unless a number would not be the same id.
    fn id(&self, text: &str) -> Value {
        let number = text.parse::<u64>().ok().filter(|number| !self.ids_as_text && number.to_string() == text);
        number.map_or_else(|| json!(text), |number| json!(number))
    }
}

// The registry's signature: what connects an account may keep it.
#[allow(clippy::needless_pass_by_value)]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    Ok(Arc::new(open(&account)?))
}

fn open(account: &Account) -> Result<Lims, String> {
    let values = Values::check(&declaration::system(), account)?;
    let text = |key: &str| values.text(key).map(str::to_owned);
    let token = text(declaration::TOKEN).unwrap_or_default();
    let header = text(declaration::AUTH_HEADER).unwrap_or_default();
    let auth_name = HeaderName::try_from(header.as_str())
        .map_err(|_| format!("“{header}” ({}) cannot be the name of a header.", declaration::AUTH_HEADER))?;
    let scheme = text(declaration::AUTH_SCHEME).filter(|word| !word.eq_ignore_ascii_case("none"));
    let credentials = scheme.map_or_else(|| token.clone(), |scheme| format!("{scheme} {token}"));
    let mut auth_value = HeaderValue::from_str(&credentials)
        .map_err(|_| "The access token holds characters that no token can have. Copy it again.".to_owned())?;
    auth_value.set_sensitive(true);
    let base = base(&account.base_url, values.text(declaration::PREFIX).unwrap_or("/v4"))?;
    let words = [
        ("disciplineIdentifier", declaration::DISCIPLINE),
        ("disciplineSpecialtyIdentifier", declaration::SPECIALTY),
        ("modalityIdentifier", declaration::MODALITY),
        ("subModalityIdentifier", declaration::SUB_MODALITY),
        ("orderingApplication", declaration::ORDERING_APPLICATION),
    ];
    let name = text(declaration::USER_NAME);
    Ok(Lims {
        wire: Wire::new(&base, common::limits(&values, &declaration::READING))?,
        base,
        auth_name,
        auth_value,
        token,
        mode: PatientMode::from_word(values.text(declaration::PATIENT_MODE)),
        rules: Rules {
            client_npi: text(declaration::CLIENT_NPI),
            receiving_lab: text(declaration::RECEIVING_LAB),
            lean_lab: text(declaration::LEAN_LAB),
            location_npi: text(declaration::LOCATION_NPI),
            specimen_modality: text(declaration::SPECIMEN_MODALITY),
            with_each_case: words.into_iter().filter_map(|(key, setting)| Some((key, text(setting)?))).collect(),
            ids_as_text: values.text(declaration::ID_FORM) == Some("text"),
            wrapped: values.text(declaration::PATIENT_BODY) == Some("wrapped"),
        },
        me: name.map(|name| Me { id: None, name: PersonName::of(Some(&name), None), email: None }),
        refused: AtomicBool::new(false),
    })
}

/// The address up to the part before `/lims`. One that was copied with more of its path is taken too.
fn base(text: &str, prefix: &str) -> Result<Url, String> {
    let mut url = address::base(text)?;
    let path = url.path().trim_end_matches('/');
    let path = ["/lims/cases", "/lims/patients", "/lims"].iter().find_map(|end| path.strip_suffix(end)).unwrap_or(path);
    let whole =
        if PREFIXES.iter().any(|known| path.ends_with(known)) { path.to_owned() } else { format!("{path}{prefix}") };
    url.set_path(&whole);
    Ok(url)
}

impl Lims {
    fn token_was_refused(&self) {
        self.refused.store(true, Ordering::Release);
    }
}

#[async_trait]
impl RemoteSystem for Lims {
    /// The token belongs to an account; who the person is stands in the settings.
    fn me(&self) -> Option<Me> {
        self.me.clone()
    }

    fn offers(&self) -> Vec<Offer> {
        self.mode.offers()
    }

    fn made(&self, action: &Action) -> Result<WorkItem, String> {
        item::made(action)
    }

    fn reads(&self) -> bool {
        false
    }

    /// No address says whether a token is good without making something, so nothing is sent; only whether anybody is there is found
    /// out. Right after a refusal that is the answer.
    async fn sign_in(&self, _now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        if self.refused.swap(false, Ordering::AcqRel) {
            return Err(errors::token_refused(""));
        }
        self.wire.reach(&self.base).await.map_err(|trouble| outcome::of_write(declaration::TITLE, &trouble))?;
        let mut notes = vec![
            "Whether the access token is good shows when something is first sent: the LIMS offers no way to ask."
                .to_owned(),
        ];
        if self.me.is_none() {
            notes.push("Without your name in the settings the outbox does not say who did something.".to_owned());
        }
        Ok(SignInReply::Untold(SignedIn { me: self.me(), notes, session: None }))
    }

    async fn pull(&self, _: &str, _: &Slice, _: Option<&str>, _: DateTime<Utc>) -> Result<Page, RemoteError> {
        Err(RemoteError::new(AndNow::Invalid, "Nothing can be read from a LIMS."))
    }

    async fn submit(&self, _target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        self.send(action).await
    }
}
