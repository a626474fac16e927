//! Illumina case registration (`/crs`): genomic cases of TruSight Software Suite and Connected Insights, one adapter with a
//! flavour. Sources: the "Cases" page (`illumina-case-apis.txt`) and the contract sheet `illumina.md`; where a rule is "client",
//! "inferred" or "open" there, it is a setting or stands in one place here.

mod actions;
mod audit;
mod blob;
mod call;
mod convert;
mod declaration;
mod dto;
mod errors;
mod form;
#[cfg(feature = "fuzz")]
pub(crate) mod fuzz;
mod list;
mod metadata;
mod page;
mod record;
#[cfg(test)]
mod tests;
mod whole;
mod write;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::header::HeaderValue;
use rounds_domain::{
    action::Action,
    declare::System,
    error::{AndNow, RemoteError},
    patient::{Me, Person, PersonName},
    pull::{Page, Record, Slice},
};
use url::Url;

use self::{
    call::KeyHeader,
    convert::{Allowed, Rules},
    list::is_absent,
    whole::{How, Whole},
};
use crate::{
    common,
    registry::Kind,
    seam::{Account, Blob, Changed, Depth, Enclosed, RemoteSystem, SignInReply, SignedIn, Submitted, Target},
    settings::Values,
    wire::{Turn, Wire, address},
};

/// Illumina for the registry.
pub(crate) const KIND: Kind = Kind { declare, connect };

fn declare() -> System {
    declaration::system()
}

/// One user's account in a workgroup.
struct Illumina {
    wire: Wire,
    base: Url,
    keys: Keys,
    /// The way the key is sent that was asked for; `None` for whichever is taken.
    given_header: Option<KeyHeader>,
    key_header: Mutex<KeyHeader>,
    domain: Option<HeaderValue>,
    workgroup: Option<HeaderValue>,
    search_version: String,
    find_changes: String,
    /// How changes are found here, where that was learned.
    learned: Mutex<Option<String>>,
    direct_identifiers: bool,
    read_whole: bool,
    comment_key: String,
    tags_as_list: bool,
    file_part: String,
    /// How long a request may take.
    patience: Duration,
    records_per_page: u32,
    page_reads: usize,
    rules: Rules,
}

/// The key, as it is sent.
struct Keys {
    key: String,
    authorization: HeaderValue,
    plain: HeaderValue,
}

// The registry's signature: what connects an account may keep it.
#[allow(clippy::needless_pass_by_value)]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    Ok(Arc::new(open(&account)?))
}

fn open(account: &Account) -> Result<Illumina, String> {
    let values = Values::check(&declaration::system(), account)?;
    let text = |key: &str| values.text(key).map(str::to_owned);
    let yes = |key: &str| values.text(key) == Some("true");
    let header = |key: &str| match values.text(key) {
        None => Ok(None),
        Some(value) => HeaderValue::from_str(value)
            .map(Some)
            .map_err(|_| format!("“{key}” holds characters that cannot be sent. Copy it again.")),
    };
    let base = base(&account.base_url)?;
    let flavour = text(declaration::FLAVOUR).unwrap_or_default();
    let given_header = values.text(declaration::KEY_HEADER).and_then(KeyHeader::from_word);
    let proven = account.session.as_deref().and_then(KeyHeader::from_word);
    let limits = common::limits(&values, &declaration::READING);
    Ok(Illumina {
        wire: Wire::new(&base, limits)?,
        base,
        keys: keys(&text(declaration::API_KEY).unwrap_or_default())?,
        given_header,
        key_header: Mutex::new(given_header.or(proven).unwrap_or_else(|| KeyHeader::of_flavour(&flavour))),
        domain: header(declaration::DOMAIN)?,
        workgroup: header(declaration::WORKGROUP)?,
        search_version: text(declaration::SEARCH_VERSION).unwrap_or_default(),
        find_changes: text(declaration::FIND_CHANGES).unwrap_or_default(),
        learned: Mutex::new(account.learned.get(declaration::FIND_CHANGES).cloned()),
        direct_identifiers: yes(declaration::DIRECT_IDENTIFIERS),
        read_whole: yes(declaration::READ_WHOLE),
        comment_key: text(declaration::COMMENT_KEY).unwrap_or_default(),
        tags_as_list: values.text(declaration::TAGS_BODY) == Some(declaration::BARE_LIST),
        file_part: text(declaration::FILE_PART).unwrap_or_default(),
        patience: limits.request,
        records_per_page: common::records_per_page(&values, &declaration::READING),
        page_reads: limits.page_reads.max(1) as usize,
        rules: rules(&values, &flavour),
    })
}

fn rules(values: &Values, flavour: &str) -> Rules {
    let text = |key: &str| values.text(key).map(str::to_owned);
    let yes = |key: &str| values.text(key) == Some("true");
    Rules {
        me: Me {
            id: text(declaration::USER_ID),
            name: PersonName::of(values.text(declaration::USER_NAME), None),
            email: text(declaration::USER_EMAIL),
        },
        patches: flavour != declaration::CONNECTED,
        read_comments: yes(declaration::READ_COMMENTS),
        read_metadata: yes(declaration::READ_METADATA),
        allowed: Allowed {
            comments: yes(declaration::COMMENTS),
            tags: yes(declaration::TAGS),
            turn_around_time: yes(declaration::TURN_AROUND_TIME),
            metadata: yes(declaration::METADATA),
            owners: yes(declaration::OWNERS),
            attach_files: yes(declaration::ATTACH_FILES),
            delete_files: yes(declaration::DELETE_FILES),
        },
    }
}

fn keys(key: &str) -> Result<Keys, String> {
    let secret = |text: String| {
        let mut value = HeaderValue::from_str(&text)
            .map_err(|_| "The API key holds characters that no key can have. Copy it again.".to_owned())?;
        value.set_sensitive(true);
        Ok::<_, String>(value)
    };
    // The vendor's pages show the key with its prefix; it is taken either way.
    let key = key.trim();
    let key = key.strip_prefix("ApiKey ").unwrap_or(key).trim();
    Ok(Keys { key: key.to_owned(), authorization: secret(format!("ApiKey {key}"))?, plain: secret(key.to_owned())? })
}

/// The address of the system, without what all of its addresses begin with.
fn base(text: &str) -> Result<Url, String> {
    let mut url = address::base(text)?;
    let path = url.path().trim_end_matches('/');
    let path = ["/crs/api/v1/cases", "/crs/api/v2/cases", "/crs/api/v1", "/crs/api/v2", "/crs/api", "/crs"]
        .iter()
        .find_map(|end| path.strip_suffix(end))
        .unwrap_or(path)
        .to_owned();
    url.set_path(&path);
    Ok(url)
}

impl Illumina {
    /// A read that costs little and is answered only to a good key.
    async fn prove_key(&self) -> Result<(), RemoteError> {
        let filters = [("pageNumber", "0".to_owned()), ("pageSize", "1".to_owned())];
        let raw = self.search_raw(Turn::Single, &filters).await?;
        page::read(&raw, 0, 1).map(drop).map_err(|_| whole::unreadable("it is no page of cases"))
    }

    /// One case again. `Ok(None)` when it is gone.
    async fn read_again(&self, id: &str, how: How) -> Result<Option<Record>, RemoteError> {
        match self.whole(id, how).await? {
            Whole::Record(record) => Ok(Some(*record)),
            Whole::Gone => Ok(None),
            Whole::Rejected(rejected) => Err(RemoteError::new(AndNow::Doubtful, rejected.reason)),
        }
    }
}

#[async_trait]
impl RemoteSystem for Illumina {
    /// The key is a user's; who that is no call tells, so it stands in the settings. The id there only helps to recognise what
    /// is mine: were it mistyped, what I wrote would pass for missing. The one that counts is learned from a reply.
    fn me(&self) -> Option<Me> {
        Some(Me { id: None, ..self.rules.me.clone() })
    }

    async fn sign_in(&self, _now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        let first = self.prove_key().await;
        match first {
            Err(error) if error.and_now == AndNow::SignIn && self.given_header.is_none() => {
                let before = self.key_header();
                self.use_key_header(before.other());
                if let Err(other) = self.prove_key().await {
                    self.use_key_header(before);
                    return Err(if other.and_now == AndNow::SignIn { error } else { other });
                }
            }
            proven => proven?,
        }
        let mut notes = Vec::new();
        if self.rules.me.name.is_empty() {
            notes.push("No call tells who you are there. Without your name in the settings Rounds cannot tell which comments are yours.".to_owned());
        }
        let session = self.given_header.is_none().then(|| self.key_header().word().to_owned());
        Ok(SignInReply::Done(SignedIn { me: self.me(), notes, session }))
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

    async fn refresh(&self, target: &Target, depth: Depth) -> Result<Option<Record>, RemoteError> {
        self.read_again(&target.external_id, How { turn: Turn::Single, depth, may_lack: false }).await
    }

    async fn refresh_many(&self, targets: &[Target]) -> Result<Vec<Option<Record>>, RemoteError> {
        let how = How { turn: Turn::Page, depth: Depth::Plain, may_lack: true };
        let ids: Vec<String> = targets.iter().map(|target| target.external_id.clone()).collect();
        let read = stream::iter(ids).map(|id| async move {
            match self.read_again(&id, how).await {
                // One that cannot be read says nothing about the others.
                Err(error) if matches!(error.and_now, AndNow::Doubtful | AndNow::Invalid) || is_absent(&error) => {
                    Ok(None)
                }
                read => read,
            }
        });
        read.buffered(self.page_reads).try_collect().await
    }

    async fn look_up(&self, number: &str) -> Result<Vec<Record>, RemoteError> {
        self.find(number).await
    }

    /// No list of people is documented: those who own a case among the first of the search, and the person at this desk.
    async fn candidates(&self, _target: &Target) -> Result<Vec<Person>, RemoteError> {
        self.owners_seen().await
    }

    async fn who_changed(&self, target: &Target, keys: &[String]) -> Result<Option<Changed>, RemoteError> {
        self.last_editor(target, keys).await
    }

    async fn blob(&self, target: &Target, attachment: &str) -> Result<Blob, RemoteError> {
        self.read_file(target, attachment).await
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        self.send(target, action, &[]).await
    }

    async fn submit_with(
        &self,
        target: &Target,
        action: &Action,
        files: Vec<Enclosed>,
    ) -> Result<Submitted, RemoteError> {
        self.send(target, action, &files).await
    }
}

impl Illumina {
    async fn owners_seen(&self) -> Result<Vec<Person>, RemoteError> {
        let filters = [("pageNumber", "0".to_owned()), ("pageSize", self.records_per_page.to_string())];
        let raw = self.search_raw(Turn::Single, &filters).await?;
        let page =
            page::read(&raw, 0, self.records_per_page).map_err(|_| whole::unreadable("it is no page of cases"))?;
        let mut people: BTreeMap<String, Person> = BTreeMap::new();
        for row in &page.rows {
            if let record::Seen::Fields(_, fields) = record::seen(row) {
                for owner in convert::owners(&fields) {
                    people.extend(owner.id.clone().map(|id| (id, owner)));
                }
            }
        }
        let me = &self.rules.me;
        if let Some(id) = &me.id {
            let own = Person { id: Some(id.clone()), name: me.name.clone(), email: me.email.clone() };
            people.entry(id.clone()).or_insert(own);
        }
        let mut people: Vec<Person> = people.into_values().collect();
        people.sort_by_key(|person| person.name.plain());
        Ok(people)
    }
}
