//! Sessions: login, PIN, and what Ambra says of the person who signed in ("Session commands", "Account commands").
//!
//! A login takes one of ten places and may send a PIN, so a session that lives is used on, also by a later run of Rounds.

use std::{collections::BTreeSet, time::Instant};

use rounds_domain::{
    error::{AndNow, RemoteError},
    patient::{Me, PersonName},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Ambra,
    account::{self, Membership},
    call::{Answer, Call},
    declaration::TITLE,
    errors::No,
    zone::Zone,
};
use crate::{
    lenient::{Lenient, Text},
    wire::Turn,
};

/// A session, and what is known of the person it belongs to. Holds the sid: kept encrypted, never logged or shown.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Session {
    /// The session id.
    pub(super) sid: String,
    /// The user's uuid.
    pub(super) user: Option<String>,
    /// The user's whole name, as it stands on what they write.
    pub(super) name: Option<String>,
    first: Option<String>,
    last: Option<String>,
    email: Option<String>,
    time_zone: Option<String>,
    /// Minutes without use after which it ends.
    expires: Option<String>,
    /// The account that is worked in.
    pub(super) account: Option<Membership>,
    /// Names of the user's other accounts.
    pub(super) others: Vec<String>,
    /// Whether Ambra has told whose it is: a login alone tells less.
    is_known: bool,
}

/// What is held of the session while the program runs.
#[derive(Default)]
pub(super) struct Held {
    session: Option<Session>,
    /// When Ambra last told of the user and the account.
    learned: Option<Instant>,
}

impl Session {
    /// A session as it was handed out.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|session: &Self| !session.sid.is_empty())
    }

    /// As it is handed out.
    pub(super) fn to_text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Who this is, once Ambra has told all of it.
    pub(super) fn who(&self) -> Option<Me> {
        self.is_known.then(|| self.me())
    }

    /// Who this is, as far as it is known.
    pub(super) fn me(&self) -> Me {
        let name = match (&self.first, &self.last) {
            (None, None) => PersonName::of(self.name.as_deref(), None),
            (first, last) => PersonName::of(first.as_deref(), last.as_deref()),
        };
        Me { id: self.user.clone(), name, email: self.email.clone() }
    }

    /// How Ambra reads times in this user's filters.
    pub(super) fn zone(&self) -> Zone {
        Zone::named(self.time_zone.as_deref())
    }

    /// Whether the role has this permission.
    pub(super) fn may(&self, permission: &str) -> bool {
        self.account.as_ref().is_some_and(|account| account.permissions.contains(permission))
    }

    /// What is worth knowing, in words.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.zone() == Zone::Unknown {
            notes.push(
                "Ambra names a time zone for you that Rounds does not know. Changes are asked for with half a day of overlap."
                    .to_owned(),
            );
        }
        match &self.account {
            None => notes.push("You belong to no account at Ambra: only your own studies are read.".to_owned()),
            Some(account) => {
                let lacking: Vec<&str> =
                    [("study_status_edit", "status"), ("study_comment_edit", "comments"), ("case_edit", "cases")]
                        .into_iter()
                        .filter(|(flag, _)| !account.permissions.contains(*flag))
                        .map(|(_, what)| what)
                        .collect();
                if !lacking.is_empty() {
                    notes.push(format!("Your role at Ambra does not allow you to change: {}.", lacking.join(", ")));
                }
                if !self.others.is_empty() {
                    notes.push(format!(
                        "You belong to several accounts. Cases and orders are read from “{}”; the setting “Account” chooses another.",
                        account.name.as_deref().unwrap_or(&account.id)
                    ));
                }
            }
        }
        if let Some(minutes) = &self.expires {
            notes.push(format!("The session ends after {minutes} minutes without use."));
        }
        notes
    }
}

/// The error for a session that is not there any more.
pub(super) fn ended() -> RemoteError {
    RemoteError::new(AndNow::SignIn, format!("The session at {TITLE} has ended."))
}

/// How a login came out.
pub(super) enum LoggedIn {
    /// The session is good.
    Good(Session),
    /// It waits for a PIN, sent this way.
    WantsPin(Session, Option<String>),
}

impl Ambra {
    /// The session in use, or the answer that there is none.
    pub(super) fn session(&self) -> Result<Session, RemoteError> {
        self.held().session.clone().ok_or_else(ended)
    }

    /// Takes a session into use.
    pub(super) fn hold(&self, session: Session) {
        *self.held() = Held { session: Some(session), learned: Some(Instant::now()) };
    }

    /// Takes up a session of an earlier run. What is known of the user is asked again at the first page.
    pub(super) fn resume(&self, session: Session) {
        *self.held() = Held { session: Some(session), learned: None };
    }

    /// Forgets a session that has ended; a newer one stays.
    pub(super) fn forget(&self, sid: &str) {
        let mut held = self.held();
        if held.session.as_ref().is_some_and(|session| session.sid == sid) {
            *held = Held::default();
        }
    }

    /// The session, with what is known of the user asked again when that is old: a time zone that was changed meanwhile
    /// would shift every filter.
    pub(super) async fn fresh_session(&self) -> Result<Session, RemoteError> {
        let session = self.session()?;
        let old = self.held().learned.is_none_or(|learned| learned.elapsed() > account::KNOWN_FOR);
        if !old {
            return Ok(session);
        }
        let known = self.learn(session).await?;
        let mut held = self.held();
        // Another sign-in may have brought a newer session meanwhile.
        if held.session.as_ref().is_some_and(|session| session.sid == known.sid) {
            *held = Held { session: Some(known.clone()), learned: Some(Instant::now()) };
        }
        drop(held);
        Ok(known)
    }

    /// The session in use if it still lives.
    pub(super) async fn living(&self) -> Result<Option<Session>, RemoteError> {
        let Ok(session) = self.session() else { return Ok(None) };
        match self.read(Turn::Single, &session.sid, &Call::new("/session/ttl", &[])).await {
            Ok(_) => Ok(Some(session)),
            // Ambra's own word, or an address that it does not have: it is over. What else stands in the way says nothing of it.
            Err(no) => match of_account(no, "the session") {
                error
                    if matches!(error.and_now, AndNow::SignIn | AndNow::Gone | AndNow::Invalid | AndNow::Forbidden) =>
                {
                    self.forget(&session.sid);
                    Ok(None)
                }
                error => Err(error),
            },
        }
    }

    /// Logs in, once.
    pub(super) async fn log_in(&self) -> Result<LoggedIn, RemoteError> {
        let call = Call::new("/session/login", &[("login", &self.login), ("password", &self.password)])
            .with("vanity", self.vanity.clone());
        let answer = self.knock(&call).await.map_err(|no| of_account(no, "the sign-in"))?;
        let Some(sid) = answer.text("sid") else {
            return Err(RemoteError::new(AndNow::Doubtful, format!("{TITLE} answered the sign-in without a session.")));
        };
        let session = Session { sid, user: answer.text("uuid"), name: answer.text("name"), ..Session::default() };
        if answer.flag("sign_required") {
            return Err(RemoteError::new(
                AndNow::Forbidden,
                format!("{TITLE} wants this sign-in signed with a private key, which Rounds does not offer."),
            ));
        }
        Ok(if answer.flag("pin_required") {
            LoggedIn::WantsPin(session, answer.text("pin_via"))
        } else {
            LoggedIn::Good(session)
        })
    }

    /// Gives the PIN of a session that waits for it. One whose answer was lost may have been taken, and then another would be called
    /// wrong: so the session is asked whether it is good ("Other API calls that require a sid will return a 401 until the PIN is
    /// validated").
    pub(super) async fn prove_pin(&self, session: &Session, pin: &str) -> Result<(), RemoteError> {
        let call = Call::new("/session/pin", &[("sid", &session.sid), ("pin", pin.trim())]);
        let Err(no) = self.knock(&call).await else { return Ok(()) };
        let error = no.error("the PIN");
        let unclear = matches!(error.and_now, AndNow::Invalid | AndNow::Doubtful | AndNow::Later(None));
        if unclear && self.read(Turn::Single, &session.sid, &Call::new("/session/user", &[])).await.is_ok() {
            return Ok(());
        }
        Err(error)
    }

    /// What Ambra says of the user and the account of a session.
    pub(super) async fn learn(&self, session: Session) -> Result<Session, RemoteError> {
        let sid = session.sid.clone();
        let ask = async |call: Call, what: &str| -> Result<Answer, RemoteError> {
            self.read(Turn::Single, &sid, &call).await.map_err(|no| no.error(what))
        };
        let user = ask(Call::new("/session/user", &[]), "to say who you are").await?;
        let accounts =
            ask(Call::new("/account/list", &[("permissions", "1"), ("page.rows", "1000")]), "your accounts").await?;
        let before = session.account.as_ref().map(|account| account.id.as_str());
        let (account, others) = account::chosen(&accounts, self.account.as_deref(), before)?;
        let account = match account {
            None => None,
            Some(account) => {
                let call = Call::new("/session/permissions", &[("account_id", &account.id)]);
                let permissions = ask(call, "your permissions").await?;
                Some(Membership { permissions: granted(&permissions.fields()), ..account })
            }
        };
        Ok(Session {
            user: user.text("uuid").or(session.user),
            name: user.text("name").or(session.name),
            first: user.text("first"),
            last: user.text("last"),
            email: user.text("email"),
            time_zone: user.text("time_zone"),
            expires: user.text("session_expire"),
            account,
            others,
            is_known: true,
            sid: session.sid,
        })
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        // What is held is replaced whole, so a panic elsewhere leaves nothing half done.
        self.held.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// What a sign-in was answered. Only Ambra's own word refuses an account: a 400 or 403 without one is somebody's on the way, such as a
/// proxy or a guest network, and says nothing about the account.
fn of_account(no: No, what: &str) -> RemoteError {
    let said = matches!(no, No::Said(_));
    let error = no.error(what);
    match error.and_now {
        AndNow::Forbidden | AndNow::Invalid | AndNow::Conflict if !said => {
            RemoteError::new(AndNow::Later(None), error.message)
        }
        _ => error,
    }
}

/// The names of the flags that are 1.
pub(super) fn granted(flags: &Map<String, Value>) -> BTreeSet<String> {
    flags
        .iter()
        .filter(|(_, value)| Option::<bool>::read(Some(value)) == Some(true))
        .map(|(name, _)| name.clone())
        .collect()
}

/// What a person is told who has to type a PIN.
pub(super) fn pin_text(via: &Text) -> String {
    let way = match via.as_deref() {
        Some("EMAIL") => "by e-mail",
        Some("SMS") => "by text message",
        Some("TOKEN") => "through your authenticator",
        _ => "to you",
    };
    format!("{TITLE} sent a PIN {way}. It is good for ten minutes and three tries.")
}
