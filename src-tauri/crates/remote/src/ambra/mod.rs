//! Ambra v3 Services: imaging studies, second-opinion cases, orders. Sources: "v3 Services Public API"
//! (`ambra-v3-services.txt`) and the contract sheet `ambra.md`; where a rule is "inferred" or "open" there, it is a setting or
//! stands in one place here.

mod account;
mod actions;
mod around;
mod audit;
mod beside;
mod call;
mod convert;
mod declaration;
mod dto;
mod errors;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod list;
mod patients;
mod people;
mod record;
mod rows;
mod session;
#[cfg(test)]
mod tests;
mod views;
mod walk;
mod whole;
mod write;
mod zone;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rounds_domain::{
    action::Action,
    around::Around,
    declare::System,
    error::{AndNow, RemoteError},
    item::ItemKind,
    patient::{Me, Person},
    pull::{Page, Record, Slice},
};
use url::Url;

use self::{
    convert::Rules,
    session::{Held, LoggedIn, Session},
};
use crate::{
    common,
    registry::Kind,
    seam::{Account, Changed, Depth, RemoteSystem, SignInReply, SignedIn, Submitted, Target},
    settings::Values,
    wire::{Wire, address},
};

/// Ambra for the registry.
pub(crate) const KIND: Kind = Kind { declare, connect };

fn declare() -> System {
    declaration::system()
}

/// One person's account.
struct Ambra {
    wire: Wire,
    base: Url,
    login: String,
    password: String,
    vanity: Option<String>,
    /// The account to work in, by name or uuid, when one is named.
    account: Option<String>,
    find_changes: String,
    read_reports: bool,
    read_qc_tasks: bool,
    records_per_page: u32,
    bundle_calls: usize,
    rules: Rules,
    held: Mutex<Held>,
    /// How lists cannot be asked.
    learned: Mutex<BTreeMap<String, String>>,
}

// The registry's signature: what connects an account may keep it.
#[allow(clippy::needless_pass_by_value)]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    Ok(Arc::new(open(&account)?))
}

fn open(account: &Account) -> Result<Ambra, String> {
    let values = Values::check(&declaration::system(), account)?;
    let text = |key: &str| values.text(key).map(str::to_owned);
    let yes = |key: &str| values.text(key) == Some("true");
    let base = base(&account.base_url)?;
    let ambra = Ambra {
        wire: Wire::new(&base, common::limits(&values, &declaration::READING))?,
        base,
        login: text(declaration::LOGIN).unwrap_or_default(),
        password: text(declaration::PASSWORD).unwrap_or_default(),
        vanity: text(declaration::VANITY),
        account: text(declaration::ACCOUNT),
        find_changes: text(declaration::FIND_CHANGES).unwrap_or_default(),
        read_reports: yes(declaration::READ_REPORTS),
        read_qc_tasks: yes(declaration::READ_QC_TASKS),
        records_per_page: common::records_per_page(&values, &declaration::READING),
        bundle_calls: values.count(declaration::BUNDLE_CALLS, 50).max(1) as usize,
        rules: Rules {
            done_tags: account::listed(values.text(declaration::DONE_TAGS)),
            waiting_tags: account::listed(values.text(declaration::WAITING_TAGS)),
            audit: yes(declaration::AUDIT),
        },
        held: Mutex::default(),
        learned: Mutex::new(account.learned.clone()),
    };
    if let Some(session) = account.session.as_deref().and_then(Session::from_text) {
        ambra.resume(session);
    }
    Ok(ambra)
}

/// The address of the system. The document's addresses end in `/api/v3`, so that is taken too, with any slashes.
fn base(text: &str) -> Result<Url, String> {
    let mut url = address::base(text)?;
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/api/v3").unwrap_or(path).trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

impl Ambra {
    fn learned_about_lists(&self) -> BTreeMap<String, String> {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn learn_about_lists(&self, (key, value): &(String, String)) {
        self.learned.lock().unwrap_or_else(PoisonError::into_inner).insert(key.clone(), value.clone());
    }

    async fn signed_in(&self, session: Session) -> Result<SignedIn, RemoteError> {
        let session = self.learn(session).await?;
        let signed_in = SignedIn { me: Some(session.me()), notes: session.notes(), session: Some(session.to_text()) };
        self.hold(session);
        Ok(signed_in)
    }
}

#[async_trait]
impl RemoteSystem for Ambra {
    fn me(&self) -> Option<Me> {
        self.session().ok()?.who()
    }

    fn check(&self, action: &Action) -> Result<(), String> {
        write::check(action).map_err(|why| format!("{why} Nothing was saved, and nothing is sent."))
    }

    async fn sign_in(&self, _now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        if let Some(session) = self.living().await? {
            return self.signed_in(session).await.map(SignInReply::Done);
        }
        match self.log_in().await? {
            LoggedIn::Good(session) => {
                // It took a place already: should what follows fail, the next try goes on with it.
                self.resume(session.clone());
                self.signed_in(session).await.map(SignInReply::Done)
            }
            LoggedIn::WantsPin(session, via) => {
                Ok(SignInReply::PinWanted { session: session.to_text(), text: session::pin_text(&via) })
            }
        }
    }

    async fn give_pin(&self, session: &str, pin: &str) -> Result<(), RemoteError> {
        let session = Session::from_text(session).ok_or_else(session::ended)?;
        self.prove_pin(&session, pin).await?;
        self.resume(session);
        Ok(())
    }

    async fn pull(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        self.read_page(feed, slice, cursor, now).await
    }

    async fn refresh(&self, target: &Target, _depth: Depth) -> Result<Option<Record>, RemoteError> {
        let records = self.read_again(target.kind, &[&target.external_id], Utc::now()).await?;
        records.into_iter().next().unwrap_or(Ok(None))
    }

    async fn refresh_many(&self, targets: &[Target]) -> Result<Vec<Option<Record>>, RemoteError> {
        let mut records: Vec<Option<Record>> = targets.iter().map(|_| None).collect();
        for kind in [ItemKind::Study, ItemKind::Case, ItemKind::Order] {
            let wanted: Vec<(usize, &str)> = targets
                .iter()
                .enumerate()
                .filter(|(_, target)| target.kind == kind)
                .map(|(at, target)| (at, target.external_id.as_str()))
                .collect();
            let ids: Vec<&str> = wanted.iter().map(|(_, id)| *id).collect();
            if ids.is_empty() {
                continue;
            }
            for ((at, _), record) in wanted.iter().zip(self.read_again(kind, &ids, Utc::now()).await?) {
                // One that cannot be read says nothing about the others.
                records[*at] = record.unwrap_or(None);
            }
        }
        Ok(records)
    }

    async fn look_up(&self, number: &str) -> Result<Vec<Record>, RemoteError> {
        self.find(number, Utc::now()).await
    }

    async fn candidates(&self, target: &Target) -> Result<Vec<Person>, RemoteError> {
        if target.kind != ItemKind::Case {
            return Err(RemoteError::new(AndNow::Invalid, "At Ambra only cases are assigned to people."));
        }
        self.members().await
    }

    async fn around(&self) -> Result<Option<Around>, RemoteError> {
        self.read_around().await.map(Some)
    }

    async fn who_changed(&self, target: &Target, keys: &[String]) -> Result<Option<Changed>, RemoteError> {
        self.last_editor(target, keys).await
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        self.send(target, action).await
    }
}
