//! A made-up reading room, in memory: a system with sessions and PINs, a feed of changes, a status that it compares before it
//! sets it, and values where the last write wins. What it does is what a story set it to; what it was asked it remembers.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, LazyLock, Mutex, MutexGuard},
};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Fields, Offer, Proof, Verb},
    declare::{ActionDeclaration, ActionField, Feed, FeedShape, FieldKind, System},
    error::{AndNow, RemoteError},
    item::{ItemKind, Status, StatusGroup, WorkItem},
    moment::Moment,
    patient::{Me, Person, PersonName},
    pull::{Page, Record, Slice},
};
use rounds_remote::{
    registry::Kind,
    seam::{Account, Depth, Receipt, RemoteSystem, SignInReply, SignedIn, Submitted, Target},
};
use serde_json::{Value, json};

pub(crate) static KINDS: &[Kind] = &[Kind { declare, connect }];
pub(crate) const NAME: &str = "reading-room";
pub(crate) const PIN: &str = "4711";

/// One study upstream.
#[derive(Clone, Default)]
pub(crate) struct Study {
    pub(crate) values: Fields,
    pub(crate) changed: i64,
    pub(crate) finished: bool,
    pub(crate) locked_by_me: bool,
}

/// What becomes of the next write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is applied, and the answer is lost.
    AppliedReplyLost,
    /// It is not applied, and the answer is lost.
    LostOnTheWay,
    /// Somebody else changes the study first.
    AfterForeignChange(&'static str),
}

/// The room, as it is upstream.
#[derive(Default)]
pub(crate) struct Room {
    pub(crate) studies: BTreeMap<String, Study>,
    pub(crate) next: VecDeque<Next>,
    pub(crate) asks_for_pin: bool,
    /// Who signs in there; Ana Ruiz unless a story says otherwise.
    pub(crate) given_name: Option<&'static str>,
    /// Studies that its lists pass over, as pages do whose rows move at each reading; asked for by themselves they are there.
    pub(crate) passed_over: Vec<String>,
    /// Whether it says nothing of any one study.
    pub(crate) is_busy: bool,
    pub(crate) session: Option<String>,
    pub(crate) sign_ins: u32,
    pub(crate) calls: u32,
    pub(crate) pulls: Vec<Slice>,
    pub(crate) batches: Vec<usize>,
    /// What was applied: study, key, value.
    pub(crate) effects: Vec<(String, String, Value)>,
    began: u32,
}

impl Room {
    pub(crate) fn put(&mut self, id: &str, values: &Value, changed: i64) {
        let values = values.as_object().cloned().unwrap();
        self.studies.insert(id.to_owned(), Study { values, changed, ..Study::default() });
    }

    /// Somebody else sets a value; its time moves unless they only wrote beside it.
    pub(crate) fn set(&mut self, id: &str, key: &str, value: &str, changed: Option<i64>) {
        let study = self.studies.get_mut(id).unwrap();
        study.values.insert(key.into(), value.into());
        study.changed = changed.unwrap_or(study.changed);
    }
}

static ROOMS: LazyLock<Mutex<BTreeMap<String, Arc<Mutex<Room>>>>> = LazyLock::new(Mutex::default);

/// The room at an address; a story has one of its own.
pub(crate) fn room(base_url: &str) -> Arc<Mutex<Room>> {
    Arc::clone(ROOMS.lock().unwrap().entry(base_url.to_owned()).or_default())
}

pub(crate) fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
}

fn field(key: &str, kind: FieldKind) -> ActionField {
    ActionField { key: key.into(), label: key.into(), help: String::new(), kind, required: true, default: None }
}

fn action(name: &str, verb: Verb, proof: Proof, field: ActionField, own_mark: Option<&str>) -> ActionDeclaration {
    ActionDeclaration {
        name: name.into(),
        label: name.into(),
        verb,
        touches: vec![field.key.clone()],
        fields: vec![field],
        consequence: String::new(),
        proof,
        sets: BTreeMap::new(),
        own_mark: own_mark.map(Into::into),
    }
}

fn declare() -> System {
    System {
        name: NAME.into(),
        title: "Reading room".into(),
        about: String::new(),
        settings: vec![],
        secrets: vec![],
        feeds: vec![Feed {
            name: "studies".into(),
            title: "Studies".into(),
            shape: FeedShape::Changes { overlap_seconds: 60 },
        }],
        parts: vec![],
        look_up: None,
        actions: vec![
            action(
                "status",
                Verb::Status,
                Proof::CompareAndSet,
                field("status", FieldKind::ItemChoice),
                Some("lock:mine"),
            ),
            action("assign", Verb::Assign, Proof::Value, field("reader", FieldKind::Person), None),
        ],
    }
}

#[allow(clippy::needless_pass_by_value, clippy::unnecessary_wraps, reason = "the registry's signature")]
fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    Ok(Arc::new(Client { room: room(&account.base_url), session: Mutex::new(account.session) }))
}

struct Client {
    room: Arc<Mutex<Room>>,
    session: Mutex<Option<String>>,
}

fn lost() -> RemoteError {
    RemoteError::new(AndNow::Doubtful, "The answer was lost.")
}

impl Client {
    /// The room, for one that it knows.
    fn known(&self) -> Result<MutexGuard<'_, Room>, RemoteError> {
        let mut room = self.room.lock().unwrap();
        room.calls += 1;
        let mine = self.session.lock().unwrap().clone();
        if mine.is_some() && mine == room.session {
            return Ok(room);
        }
        Err(RemoteError::new(AndNow::SignIn, "No valid session."))
    }

    fn begin(&self, room: &mut Room) -> SignedIn {
        room.began += 1;
        let session = format!("session-{}", room.began);
        room.session = Some(session.clone());
        *self.session.lock().unwrap() = Some(session.clone());
        told(room)
    }
}

fn record(id: &str, study: &Study) -> Record {
    let status = study.values.get("status").and_then(Value::as_str).map(str::to_owned);
    let moment = Moment { text: at(study.changed).to_rfc3339(), at: Some(at(study.changed)) };
    let offer = |action: &str, targets: &[&str]| Offer {
        action: action.into(),
        refused: None,
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
    };
    let group = if study.finished { StatusGroup::Done } else { StatusGroup::New };
    let item = WorkItem {
        title: Some(format!("Study {id}")),
        status: Status { word: status, group, known: true },
        updated: Some(moment),
        offers: vec![offer("status", &["NEW", "HELD", "READ"]), offer("assign", &[])],
        values: study.values.clone(),
        proofs: if study.locked_by_me { vec!["lock:mine".into()] } else { vec![] },
        ..WorkItem::bare(id, ItemKind::Study)
    };
    let raw = json!({"id": id, "values": study.values, "changed": study.changed, "locked": study.locked_by_me});
    Record { item, children: vec![], fingerprint: raw.to_string(), raw: raw.to_string() }
}

/// What a sign-in tells of its session.
fn told(room: &Room) -> SignedIn {
    let name = PersonName::of(Some(room.given_name.unwrap_or("Ana")), Some("Ruiz"));
    SignedIn { me: Some(Me { id: Some("u1".into()), name, email: None }), notes: vec![], session: room.session.clone() }
}

#[async_trait]
impl RemoteSystem for Client {
    async fn sign_in(&self, _now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        if let Ok(room) = self.known() {
            return Ok(SignInReply::Done(told(&room)));
        }
        let mut room = self.room.lock().unwrap();
        room.sign_ins += 1;
        if room.asks_for_pin {
            return Ok(SignInReply::PinWanted {
                session: "waiting".into(),
                text: "A PIN was sent to your phone.".into(),
            });
        }
        Ok(SignInReply::Done(self.begin(&mut room)))
    }

    async fn give_pin(&self, session: &str, pin: &str) -> Result<(), RemoteError> {
        assert_eq!(session, "waiting", "the session that waits, also from another process");
        if pin != PIN {
            return Err(RemoteError::new(AndNow::Invalid, "This PIN is wrong."));
        }
        let mut room = self.room.lock().unwrap();
        self.begin(&mut room);
        Ok(())
    }

    async fn pull(
        &self,
        _feed: &str,
        slice: &Slice,
        _cursor: Option<&str>,
        _now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        let mut room = self.known()?;
        room.pulls.push(slice.clone());
        let since = match slice {
            Slice::Changed { since } => *since,
            _ => None,
        };
        let mut studies: Vec<_> = room
            .studies
            .iter()
            .filter(|(id, study)| {
                !room.passed_over.contains(id) && since.is_none_or(|since| at(study.changed) >= since)
            })
            .collect();
        studies.sort_by_key(|(_, study)| study.changed);
        let reached = studies.last().map(|(_, study)| at(study.changed));
        let records = studies.into_iter().map(|(id, study)| record(id, study)).collect();
        Ok(Page { records, reached, ..Page::default() })
    }

    async fn refresh(&self, target: &Target, _depth: Depth) -> Result<Option<Record>, RemoteError> {
        let room = self.known()?;
        if room.is_busy {
            return Err(RemoteError::new(AndNow::Doubtful, "No answer."));
        }
        Ok(room.studies.get(&target.external_id).map(|study| record(&target.external_id, study)))
    }

    async fn refresh_many(&self, targets: &[Target]) -> Result<Vec<Option<Record>>, RemoteError> {
        let mut room = self.known()?;
        room.batches.push(targets.len());
        let read =
            |target: &Target| room.studies.get(&target.external_id).map(|study| record(&target.external_id, study));
        Ok(targets.iter().map(read).collect())
    }

    async fn candidates(&self, _target: &Target) -> Result<Vec<Person>, RemoteError> {
        drop(self.known()?);
        Ok(vec![Person { id: Some("u2".into()), name: PersonName::of(Some("Ben"), Some("Cho")), email: None }])
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        let mut room = self.known()?;
        let (key, wanted) = action.wants.iter().next().unwrap();
        let next = room.next.pop_front();
        if let Some(Next::AfterForeignChange(value)) = next {
            room.set(&target.external_id, key, value, None);
        }
        if next == Some(Next::LostOnTheWay) {
            return Err(lost());
        }
        let study = room.studies.get_mut(&target.external_id).unwrap();
        let old = study.values.get(key).cloned().unwrap_or(Value::Null);
        if action.proof == Proof::CompareAndSet && Some(&old) != action.saw.get(key) {
            return Err(RemoteError::new(AndNow::Conflict, "STALE"));
        }
        study.values.insert(key.clone(), wanted.clone());
        study.changed += 1;
        room.effects.push((target.external_id.clone(), key.clone(), wanted.clone()));
        if next == Some(Next::AppliedReplyLost) {
            return Err(lost());
        }
        Ok(Submitted::Done(Receipt::default()))
    }
}
