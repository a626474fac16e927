//! Ukrainian eHealth (ЕСОЗ): laboratory specimens and their receipt. Sources: "Process a specimen"
//! (`ehealth-process-specimen.txt`) and the contract sheet `ehealth.md`; where a rule is "inferred" or "open" there, it is a
//! setting or stands in one place here.

mod account;
mod call;
mod convert;
mod declaration;
mod dto;
mod errors;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod job;
mod page;
mod read;
mod record;
#[cfg(test)]
mod tests;
mod watched;
mod write;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Action,
    declare::System,
    error::RemoteError,
    patient::{Me, Person, PersonName},
    pull::{Page, Record, Slice},
};
use url::Url;

use self::{account::Standing, call::Signature, convert::Rules, watched::Watched};
use crate::{
    common,
    registry::Kind,
    seam::{Account, Depth, JobState, RemoteSystem, SignInReply, Submitted, Target},
    settings::Values,
    wire::{Wire, address},
};

/// eHealth for the registry.
pub(crate) const KIND: Kind = Kind { declare, connect };

fn declare() -> System {
    declaration::system()
}

/// One person's token at one laboratory.
struct EHealth {
    wire: Wire,
    base: Url,
    signature: Signature,
    me: Me,
    watched: Watched,
    per_page: u32,
    accession_parameter: String,
    process_verb: String,
    reject_verb: String,
    reject_dictionary: String,
    rules: Rules,
    standing: Mutex<Standing>,
}

// The registry's signature: what connects an account may keep it.
#[allow(clippy::needless_pass_by_value)]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    Ok(Arc::new(open(&account)?))
}

fn open(account: &Account) -> Result<EHealth, String> {
    let values = Values::check(&declaration::system(), account)?;
    let text = |key: &str| values.text(key).map(str::to_owned);
    let given = |key: &str| text(key).unwrap_or_default();
    let base = base(&account.base_url)?;
    for verb in [declaration::PROCESS_VERB, declaration::REJECT_VERB] {
        if !watched::can_stand_in_an_address(&given(verb)) {
            return Err(format!("“{}” ({verb}) cannot be the last part of an address.", given(verb)));
        }
    }
    let my_user_id = text(declaration::MY_USER_ID);
    Ok(EHealth {
        wire: Wire::new(&base, common::limits(&values, &declaration::READING))?,
        base,
        signature: Signature::new(
            &given(declaration::TOKEN),
            &given(declaration::API_KEY),
            text(declaration::CUSTOM_PSK).as_deref(),
        )?,
        me: Me {
            id: my_user_id.clone(),
            name: PersonName::of(text(declaration::MY_NAME).as_deref(), None),
            email: None,
        },
        watched: Watched::read(&given(declaration::WATCHED_PATIENTS))?,
        per_page: common::records_per_page(&values, &declaration::READING),
        accession_parameter: given(declaration::ACCESSION_PARAMETER),
        process_verb: given(declaration::PROCESS_VERB),
        reject_verb: given(declaration::REJECT_VERB),
        reject_dictionary: given(declaration::REJECT_DICTIONARY),
        rules: Rules { my_user_id, allow_reject: values.text(declaration::ALLOW_REJECT) == Some("true") },
        standing: Mutex::default(),
    })
}

/// The address of the system. Every address of the document begins with `/api`, so that is taken too.
fn base(text: &str) -> Result<Url, String> {
    let mut url = address::base(text)?;
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api").unwrap_or(path).trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

#[async_trait]
impl RemoteSystem for EHealth {
    /// The token's user; who that is stands in the settings.
    fn me(&self) -> Option<Me> {
        Some(self.me.clone())
    }

    fn patients(&self) -> Vec<Person> {
        self.watched.people()
    }

    async fn sign_in(&self, now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        self.prove_token(now).await
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

    async fn refresh(&self, target: &Target, _depth: Depth) -> Result<Option<Record>, RemoteError> {
        let again = self.read_again(std::slice::from_ref(target)).await?;
        Ok(again.into_iter().next().flatten())
    }

    async fn refresh_many(&self, targets: &[Target]) -> Result<Vec<Option<Record>>, RemoteError> {
        self.read_again(targets).await
    }

    async fn look_up(&self, number: &str) -> Result<Vec<Record>, RemoteError> {
        self.by_number(number).await
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        self.send(target, action).await
    }

    async fn follow(&self, job: &str) -> Result<JobState, RemoteError> {
        self.job(job).await
    }
}
