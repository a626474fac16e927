//! What the toy is upstream: its items, its people, its jobs, and a record of what was applied.
//!
//! Nothing here is async and nothing knows a clock: `now` is passed in. The record names the action behind each effect; that tag
//! travels out of band and decides nothing.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    error::{AndNow, RemoteError},
    ids::ActionId,
};
use serde_json::Value;

/// Who works there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The remote's id.
    pub id: String,
    /// Given name; the family name is the same for all.
    pub given: String,
}

/// How somebody is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// By a key that goes with every call, in the name that the settings say.
    Key,
    /// By a password, for a session.
    Password,
    /// By a password and a one-time number.
    Pin,
}

/// Something that was written on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The remote's id.
    pub id: String,
    /// By whom.
    pub author: User,
    /// What.
    pub text: String,
    /// Whether only colleagues see it.
    pub internal: bool,
    /// The names of the files that came with it.
    pub files: Vec<String>,
    /// When.
    pub made: DateTime<Utc>,
}

/// A case or a study.
#[derive(Debug, Clone, PartialEq)]
pub struct Thing {
    /// Whether it is a study, of the feed of changes.
    pub study: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
    /// Its values.
    pub values: BTreeMap<String, Value>,
    /// Who set its status last.
    pub holder: Option<String>,
    /// What stands on it.
    pub remarks: Vec<Remark>,
    /// The marks that clients made.
    pub marks: Vec<String>,
    /// Another one with every change, and never again.
    pub version: u64,
}

/// The value that is a list of words.
pub const TAGS: &str = "tags";

impl Thing {
    /// A case as it stands when somebody has just made it.
    pub fn made(now: DateTime<Utc>) -> Self {
        Self {
            study: false,
            created: now,
            updated: now,
            values: [("status".to_owned(), Value::from("NEW"))].into(),
            holder: None,
            remarks: vec![],
            marks: vec![],
            version: 0,
        }
    }

    /// Its tags.
    pub fn tags(&self) -> Vec<String> {
        let words = self.values.get(TAGS).and_then(Value::as_array);
        words.into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    }

    fn has_remark(&self, id: &str, by: &User) -> bool {
        self.remarks.iter().any(|remark| remark.id == id && remark.author == *by)
    }
}

/// What an action does upstream.
#[derive(Debug, Clone, PartialEq)]
pub enum Deed {
    /// Writes.
    Remark {
        /// What.
        text: String,
        /// For colleagues alone.
        internal: bool,
        /// The names of the files that come with it.
        files: Vec<String>,
    },
    /// Sets a value, whatever it was; with a mark, if the client made one.
    Set {
        /// Its key.
        key: String,
        /// What it is to be.
        value: Value,
        /// The client's mark.
        mark: Option<String>,
    },
    /// Sets the status, if it is what it was.
    Compare {
        /// What it has to be.
        old: Value,
        /// What it is to be.
        new: Value,
    },
    /// Says yes to something, once.
    Yes {
        /// To what.
        key: String,
    },
    /// Makes the item, which must not be there yet; with the client's mark.
    Make {
        /// The client's mark.
        mark: String,
    },
    /// Takes back something of one's own that was written.
    Unsay {
        /// The remote's id of it.
        remark: String,
    },
    /// Adds a word to the item's tags, where it is not among them.
    Tag {
        /// The word.
        tag: String,
    },
    /// Takes a word off the item's tags, where it is among them.
    Untag {
        /// The word.
        tag: String,
    },
}

/// Something that took effect.
#[derive(Debug, Clone, PartialEq)]
pub struct Effect {
    /// The action behind it: known to the test alone.
    pub tag: ActionId,
    /// On what.
    pub item: String,
    /// In whose name.
    pub by: User,
    /// What.
    pub deed: Deed,
    /// What the value was before; null for a remark.
    pub before: Value,
    /// Whether the one who sent it had read the item with that value before.
    pub was_known: bool,
    /// When.
    pub at: DateTime<Utc>,
}

/// A write that arrived.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The action behind it.
    pub tag: ActionId,
    /// On what.
    pub item: String,
    /// In whose name.
    pub by: User,
    /// What.
    pub deed: Deed,
    /// When they had last read the item.
    pub read_at: Option<DateTime<Utc>>,
}

/// What will become of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    /// It is done after so long.
    Done(TimeDelta),
    /// It is refused after so long, and nothing was done.
    Refused(TimeDelta),
    /// Nobody knows it any more, and it never took effect.
    Lost,
    /// Nobody knows it any more, and it takes effect after so long.
    Forgotten(TimeDelta),
    /// It never ends.
    Never,
}

struct Job {
    request: Request,
    end: JobEnd,
    begun: DateTime<Utc>,
    /// Whether it took effect, once it is known.
    applied: Option<bool>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum JobNow {
    /// Under way.
    Pending,
    /// Done.
    Done,
    /// Refused.
    Refused,
    /// Unknown.
    Unknown,
}

/// The toy.
pub struct Server {
    /// How somebody is known.
    pub sign_in: SignIn,
    /// Whether the answer to a comment names it and its author.
    pub names_comments: bool,
    /// How many rows a page has.
    pub page: usize,
    /// Its people; who signs in is the first of them, unless somebody else sits down.
    pub users: Vec<User>,
    /// What it holds.
    pub things: BTreeMap<String, Thing>,
    /// What was applied, in order.
    pub effects: Vec<Effect>,
    /// What becomes of the next jobs; after them every job is done in 20 s.
    pub job_ends: Vec<JobEnd>,
    /// Whether the password is good.
    pub password_is_good: bool,
    sessions: BTreeMap<String, User>,
    waiting: BTreeMap<String, User>,
    jobs: BTreeMap<String, Job>,
    late: Vec<(DateTime<Utc>, Request)>,
    /// When somebody last read an item alone.
    reads: BTreeMap<(String, String), DateTime<Utc>>,
    /// When a value last changed.
    changed: BTreeMap<(String, String), DateTime<Utc>>,
    serial: u64,
}

impl Server {
    /// An empty one.
    pub fn new(sign_in: SignIn) -> Self {
        Self {
            sign_in,
            names_comments: true,
            page: 100,
            users: vec![],
            things: BTreeMap::new(),
            effects: vec![],
            job_ends: vec![],
            password_is_good: true,
            sessions: BTreeMap::new(),
            waiting: BTreeMap::new(),
            jobs: BTreeMap::new(),
            late: vec![],
            reads: BTreeMap::new(),
            changed: BTreeMap::new(),
            serial: 0,
        }
    }

    fn next(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Somebody reads one item.
    pub fn read(&mut self, item: &str, by: &User, now: DateTime<Utc>) {
        self.reads.insert((item.to_owned(), by.id.clone()), now);
    }

    /// When somebody last read one item.
    pub fn last_read(&self, item: &str, by: &User) -> Option<DateTime<Utc>> {
        self.reads.get(&(item.to_owned(), by.id.clone())).copied()
    }

    /// Begins a session for `user`; one that waits for a PIN, where one is wanted.
    pub fn begin(&mut self, user: User) -> Result<(String, bool), RemoteError> {
        if !self.password_is_good {
            return Err(RemoteError::new(AndNow::SignIn, "The password is wrong."));
        }
        let session = format!("session-{}", self.next());
        let wants_pin = self.sign_in == SignIn::Pin;
        let sessions = if wants_pin { &mut self.waiting } else { &mut self.sessions };
        sessions.insert(session.clone(), user);
        Ok((session, wants_pin))
    }

    /// Takes a PIN; the right one is always the same.
    pub fn take_pin(&mut self, session: &str, pin: &str) -> Result<User, RemoteError> {
        if !self.waiting.contains_key(session) {
            return Err(RemoteError::new(AndNow::SignIn, "No sign-in waits for a PIN."));
        }
        if pin != super::client::PIN {
            return Err(RemoteError::new(AndNow::Invalid, "This PIN is wrong."));
        }
        let user = self.waiting.remove(session).ok_or_else(|| RemoteError::new(AndNow::SignIn, "It is over."))?;
        self.sessions.insert(session.to_owned(), user.clone());
        Ok(user)
    }

    /// Whose a session is; an error for one that is over.
    pub fn whose(&self, session: Option<&str>) -> Result<User, RemoteError> {
        let user = session.and_then(|session| self.sessions.get(session)).cloned();
        user.ok_or_else(|| RemoteError::new(AndNow::SignIn, "There is no valid session."))
    }

    /// Ends every session.
    pub fn end_sessions(&mut self) {
        self.sessions.clear();
        self.waiting.clear();
    }

    /// Lets what was under way take effect whose time has come.
    pub fn advance(&mut self, now: DateTime<Utc>) {
        self.late.sort_by_key(|(at, _)| *at);
        while self.late.first().is_some_and(|(at, _)| *at <= now) {
            let (at, request) = self.late.remove(0);
            // A refusal that nobody waits for is heard by nobody.
            let _ = self.apply(request, at);
        }
        let due = |job: &Job| {
            job.applied.is_none()
                && matches!(job.end, JobEnd::Done(after) | JobEnd::Forgotten(after) if job.begun + after <= now)
        };
        let ready: Vec<String> = self.jobs.iter().filter(|(_, job)| due(job)).map(|(name, _)| name.clone()).collect();
        for name in ready {
            let Some(request) = self.jobs.get(&name).map(|job| job.request.clone()) else { continue };
            let applied = self.apply(request, now).is_ok();
            if let Some(job) = self.jobs.get_mut(&name) {
                job.applied = Some(applied);
            }
        }
    }

    /// When something that is under way will take effect next.
    pub fn next_at(&self) -> Option<DateTime<Utc>> {
        let jobs = self.jobs.values().filter(|job| job.applied.is_none()).filter_map(|job| match job.end {
            JobEnd::Done(after) | JobEnd::Forgotten(after) => Some(job.begun + after),
            _ => None,
        });
        self.late.iter().map(|(at, _)| *at).chain(jobs).min()
    }

    /// Takes a write that takes effect later.
    pub fn later(&mut self, at: DateTime<Utc>, request: Request) {
        self.late.push((at, request));
    }

    /// Takes a write that becomes a job; answers its name.
    pub fn begin_job(&mut self, request: Request, now: DateTime<Utc>) -> Result<String, RemoteError> {
        self.may(&request)?;
        let end = if self.job_ends.is_empty() { JobEnd::Done(TimeDelta::seconds(20)) } else { self.job_ends.remove(0) };
        let name = format!("job-{}", self.next());
        self.jobs.insert(name.clone(), Job { request, end, begun: now, applied: None });
        Ok(name)
    }

    /// How far a job is.
    pub fn job(&mut self, name: &str, now: DateTime<Utc>) -> JobNow {
        self.advance(now);
        match self.jobs.get(name) {
            None | Some(Job { end: JobEnd::Lost | JobEnd::Forgotten(_), .. }) => JobNow::Unknown,
            Some(Job { applied: Some(applied), .. }) => {
                if *applied {
                    JobNow::Done
                } else {
                    JobNow::Refused
                }
            }
            Some(job) => match job.end {
                JobEnd::Refused(after) if job.begun + after <= now => JobNow::Refused,
                _ => JobNow::Pending,
            },
        }
    }

    /// The document's own refusals.
    fn may(&self, request: &Request) -> Result<(), RemoteError> {
        let thing = match (self.things.get(&request.item), &request.deed) {
            (None, Deed::Make { .. }) => return Ok(()),
            (None, _) => return Err(RemoteError::new(AndNow::Gone, "There is no such item.")),
            (Some(thing), _) => thing,
        };
        let value = |key: &str| thing.values.get(key).cloned().unwrap_or(Value::Null);
        match &request.deed {
            Deed::Make { .. } => Err(RemoteError::new(AndNow::Conflict, "There is one of this name already.")),
            Deed::Unsay { remark } if !thing.has_remark(remark, &request.by) => {
                Err(RemoteError::new(AndNow::Invalid, "You have written no such remark."))
            }
            Deed::Tag { tag } if thing.tags().contains(tag) => {
                Err(RemoteError::new(AndNow::Conflict, "It has this tag already."))
            }
            Deed::Untag { tag } if !thing.tags().contains(tag) => {
                Err(RemoteError::new(AndNow::Conflict, "It has no such tag."))
            }
            Deed::Compare { old, .. } if value("status") != *old => Err(RemoteError::new(AndNow::Conflict, "STALE")),
            Deed::Yes { key } if value(key) != Value::Null => {
                Err(RemoteError::new(AndNow::Conflict, "That was said already."))
            }
            _ => Ok(()),
        }
    }

    /// Applies a write; answers the id of the remark that it made.
    pub fn apply(&mut self, request: Request, now: DateTime<Utc>) -> Result<Option<String>, RemoteError> {
        self.may(&request)?;
        let id = self.next();
        if let Deed::Make { .. } = request.deed {
            self.things.insert(request.item.clone(), Thing::made(now));
        }
        let Some(thing) = self.things.get_mut(&request.item) else { return Ok(None) };
        let tags = thing.tags();
        let mut before = Value::Null;
        let mut made = None;
        let mut was_known = false;
        thing.version = id;
        let mut set = |key: &str, value: Value| {
            before = thing.values.insert(key.to_owned(), value).unwrap_or(Value::Null);
            let changed = self.changed.insert((request.item.clone(), key.to_owned()), now);
            was_known = request.read_at.is_some() && request.read_at > changed;
        };
        match &request.deed {
            Deed::Remark { text, internal, files } => {
                let id = format!("remark-{id}");
                made = Some(id.clone());
                let (text, internal, files) = (text.clone(), *internal, files.clone());
                thing.remarks.push(Remark { id, author: request.by.clone(), text, internal, files, made: now });
            }
            Deed::Set { key, value, mark } => {
                set(key, value.clone());
                thing.marks.extend(mark.clone());
            }
            Deed::Compare { new, .. } => {
                set("status", new.clone());
                thing.holder = Some(request.by.id.clone());
            }
            Deed::Yes { key } => set(key, "yes".into()),
            Deed::Make { mark } => thing.marks.push(mark.clone()),
            Deed::Unsay { remark } => thing.remarks.retain(|one| one.id != *remark),
            Deed::Tag { tag } => set(TAGS, tags.into_iter().chain([tag.clone()]).collect()),
            Deed::Untag { tag } => set(TAGS, tags.into_iter().filter(|one| one != tag).collect()),
        }
        // Remarks do not move a study's time: nothing tells of them but reading it again.
        if !matches!(request.deed, Deed::Remark { .. } | Deed::Unsay { .. }) || !thing.study {
            thing.updated = thing.updated.max(now);
        }
        let Request { tag, item, by, deed, .. } = request;
        self.effects.push(Effect { tag, item, by, deed, before, was_known, at: now });
        Ok(made)
    }

    /// Somebody there makes an item.
    pub fn put(&mut self, item: String, thing: Thing) {
        let version = self.next();
        self.things.insert(item, Thing { version, ..thing });
    }

    /// Somebody there sets a value, by their own hand.
    pub fn edit(&mut self, item: &str, by: &User, key: &str, value: Value, now: DateTime<Utc>) {
        let version = self.next();
        let Some(thing) = self.things.get_mut(item) else { return };
        if key == "status" {
            thing.holder = Some(by.id.clone());
        }
        thing.version = version;
        thing.values.insert(key.to_owned(), value);
        thing.updated = thing.updated.max(now);
        self.changed.insert((item.to_owned(), key.to_owned()), now);
    }

    /// Somebody there writes something, by their own hand.
    pub fn remark(&mut self, item: &str, by: &User, text: &str, now: DateTime<Utc>) {
        let version = self.next();
        let id = format!("remark-{version}");
        let Some(thing) = self.things.get_mut(item) else { return };
        thing.version = version;
        thing.remarks.push(Remark {
            id,
            author: by.clone(),
            text: text.to_owned(),
            internal: false,
            files: vec![],
            made: now,
        });
        if !thing.study {
            thing.updated = thing.updated.max(now);
        }
    }
}
