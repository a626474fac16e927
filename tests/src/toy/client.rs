//! How Rounds speaks to the toy.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use rounds_domain::{
    action::{Action, Offer},
    detail::{Attachment, Comment},
    error::{AndNow, RemoteError},
    file,
    item::{ItemKind, Status, StatusGroup, WorkItem},
    moment::Moment,
    patient::{Me, Person, PersonName},
    pull::{Page, Record, Rejected, Slice},
};
use rounds_remote::seam::{
    Account, Blob, Depth, Enclosed, JobState, Receipt, RemoteSystem, SignInReply, SignedIn, Submitted, Target,
};
use serde_json::{Value, json};

use super::{
    declare::{OWN_MARK, STUDIES},
    line::{self, Call, Fate, PageFault, Place},
    server::{Deed, JobNow, Remark, Request, Server, SignIn, Thing, User},
};

/// The family name of everybody there.
pub const FAMILY: &str = "Toy";
/// The one-time number that is always right.
pub const PIN: &str = "4711";
/// The values of a status.
pub const STATUSES: [&str; 4] = ["NEW", "HELD", "READ", "SIGNED"];

/// Connects an account.
#[allow(clippy::needless_pass_by_value, reason = "the registry's signature")]
pub fn connect(account: Account) -> Result<Arc<dyn RemoteSystem>, String> {
    let place = line::at(&account.base_url).ok_or("Nobody answers at this address.")?;
    let given = account.settings.get("given_name").cloned();
    Ok(Arc::new(Client { place, given, session: Mutex::new(account.session) }))
}

struct Client {
    place: Place,
    /// Who the person at this desk says they are.
    given: Option<String>,
    session: Mutex<Option<String>>,
}

fn name(user: &User) -> PersonName {
    PersonName::of(Some(&user.given), Some(FAMILY))
}

fn person(user: &User) -> Person {
    Person { id: Some(user.id.clone()), name: name(user), email: None }
}

fn me(user: &User) -> Me {
    Me { id: Some(user.id.clone()), name: name(user), email: None }
}

fn moment(at: DateTime<Utc>) -> Moment {
    Moment { text: at.to_rfc3339(), at: Some(at) }
}

/// The files that hang on what was written on a thing.
fn attached(thing: &Thing) -> Vec<Attachment> {
    let of_remark = |remark: &Remark| {
        let (comment, made, author) = (remark.id.clone(), remark.made, person(&remark.author));
        let file = move |file_name: &String| Attachment {
            id: format!("{comment}-{file_name}"),
            comment: Some(comment.clone()),
            file_name: file_name.clone(),
            phi: true,
            internal: false,
            deleted: false,
            made: Some(moment(made)),
            by: Some(author.clone()),
        };
        remark.files.iter().map(file).collect::<Vec<_>>()
    };
    thing.remarks.iter().flat_map(of_remark).collect()
}

/// A thing as Rounds sees it, read by `reader`.
fn record(id: &str, thing: &Thing, reader: &User) -> Record {
    let value = |key: &str| thing.values.get(key).cloned().unwrap_or(Value::Null);
    let word = value("status").as_str().map(str::to_owned);
    let group = match word.as_deref() {
        Some("SIGNED") => StatusGroup::Done,
        None | Some("NEW") => StatusGroup::New,
        _ => StatusGroup::Active,
    };
    let offer = |action: &str, targets: &[&str]| Offer {
        action: action.into(),
        refused: None,
        targets: targets.iter().map(|&target| target.to_owned()).collect(),
    };
    let mut proofs = thing.marks.clone();
    proofs.extend((thing.holder.as_ref() == Some(&reader.id)).then(|| OWN_MARK.to_owned()));
    let comments: Vec<Comment> = thing
        .remarks
        .iter()
        .map(|remark| Comment {
            id: Some(remark.id.clone()),
            text: remark.text.clone(),
            internal: remark.internal,
            author: Some(person(&remark.author)),
            made: Some(moment(remark.made)),
        })
        .collect();
    let kind = if thing.study { ItemKind::Study } else { ItemKind::Case };
    let mut offers = vec![offer("status", &STATUSES)];
    offers.extend(["comment", "assign", "note", "approved", "received", "tag"].map(|action| offer(action, &[])));
    let mine: Vec<&str> =
        thing.remarks.iter().filter(|remark| remark.author == *reader).map(|remark| remark.id.as_str()).collect();
    let tags = thing.tags();
    let words: Vec<&str> = tags.iter().map(String::as_str).collect();
    offers.extend([offer("unsay", &mine), offer("untag", &words)].map(|offer| Offer {
        refused: offer.targets.is_empty().then(|| "There is nothing to take back.".to_owned()),
        ..offer
    }));
    let item = WorkItem {
        title: Some(format!("Thing {id}")),
        status: Status { word, group, known: true },
        created: Some(moment(thing.created)),
        updated: Some(moment(thing.updated)),
        feed_time: Some(thing.created),
        comments,
        offers,
        values: thing.values.clone().into_iter().collect(),
        proofs,
        ..WorkItem::bare(id, kind)
    };
    let raw = format!(r#"{{"version":{}}}"#, thing.version);
    Record { item, children: vec![], fingerprint: raw.clone(), raw }
}

fn deed(action: &Action) -> Result<Deed, RemoteError> {
    let wanted = |key: &str| action.wants.get(key).cloned().unwrap_or(Value::Null);
    Ok(match action.name.as_str() {
        "comment" => Deed::Remark {
            text: action.text("text").unwrap_or_default().to_owned(),
            internal: action.flag("internal"),
            files: action.files().into_iter().map(|file| file.name).collect(),
        },
        "status" => {
            Deed::Compare { old: action.saw.get("status").cloned().unwrap_or(Value::Null), new: wanted("status") }
        }
        "assign" => Deed::Set { key: "reader".into(), value: wanted("reader"), mark: None },
        "note" => Deed::Set { key: "note".into(), value: wanted("note"), mark: Some(action.id.to_string()) },
        "approved" => Deed::Yes { key: action.name.clone() },
        "create" => Deed::Make { mark: action.id.to_string() },
        "unsay" => Deed::Unsay { remark: action.text("remark").unwrap_or_default().to_owned() },
        "tag" => Deed::Tag { tag: action.text("tag").unwrap_or_default().to_owned() },
        "untag" => Deed::Untag { tag: action.text("tag").unwrap_or_default().to_owned() },
        // Whoever receives it a second time has received it twice.
        "received" => Deed::Set { key: action.name.clone(), value: "yes".into(), mark: None },
        other => return Err(RemoteError::new(AndNow::Invalid, format!("There is no action {other}."))),
    })
}

impl Client {
    fn session(&self) -> Option<String> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep_session(&self, session: Option<String>) {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = session;
    }

    /// In whose name a call comes.
    fn caller(&self, server: &Server) -> Result<User, RemoteError> {
        match server.sign_in {
            SignIn::Key => {
                let named = server.users.iter().find(|user| Some(&user.given) == self.given.as_ref());
                named.cloned().ok_or_else(|| RemoteError::new(AndNow::Forbidden, "Nobody of this name works here."))
            }
            SignIn::Password | SignIn::Pin => server.whose(self.session().as_deref()),
        }
    }

    /// Makes a call: `answer` is what the server says when it arrives.
    async fn call<T>(
        &self,
        call: Call,
        answer: impl FnOnce(&mut Server, DateTime<Utc>, Option<PageFault>) -> Result<T, RemoteError> + Send,
    ) -> Result<T, RemoteError> {
        let fate = self.place.line.there(call).await;
        let mut spoiled = None;
        let lost = match fate {
            Fate::Never(error) => return Err(error),
            Fate::Through => None,
            Fate::Page(fault) => {
                spoiled = Some(fault);
                None
            }
            // A read that takes effect later is one whose answer is lost.
            Fate::AnswerLost(error) | Fate::Late(_, error) => Some(error),
        };
        let now = self.place.line.now();
        let answer = {
            let mut server = self.place.server();
            server.advance(now);
            answer(&mut server, now, spoiled)
        };
        self.place.line.back().await;
        lost.map_or(answer, Err)
    }

    fn begun(&self, user: &User, session: String) -> SignedIn {
        self.keep_session(Some(session.clone()));
        SignedIn { me: Some(me(user)), notes: vec![], session: Some(session) }
    }
}

/// The rows of a slice, in the order in which they are listed.
fn rows<'a>(server: &'a Server, study: bool, slice: &Slice) -> Vec<(&'a String, &'a Thing)> {
    let within = |thing: &Thing| match slice {
        Slice::Window { from, to } => thing.created >= *from && thing.created <= *to,
        Slice::Changed { since } => since.is_none_or(|since| thing.updated >= since),
        Slice::All => true,
    };
    let mut rows: Vec<_> = server.things.iter().filter(|(_, thing)| thing.study == study && within(thing)).collect();
    if matches!(slice, Slice::Changed { .. }) {
        rows.sort_by_key(|(id, thing)| (thing.updated.timestamp_millis(), (*id).clone()));
    }
    rows
}

/// A feed of changes goes on behind its last row, whatever happened to the ones before it; windows go on at a number, and may
/// drift.
fn behind<'a, 'b>(
    rows: &'b [(&'a String, &'a Thing)],
    slice: &Slice,
    cursor: Option<&str>,
) -> Result<&'b [(&'a String, &'a Thing)], RemoteError> {
    let Some(cursor) = cursor else { return Ok(rows) };
    let none = || RemoteError::new(AndNow::Invalid, "This cursor is none.");
    let from = if matches!(slice, Slice::Changed { .. }) {
        let (millis, id) = cursor.split_once(' ').ok_or_else(none)?;
        let millis: i64 = millis.parse().map_err(|_| none())?;
        rows.partition_point(|(row, thing)| (thing.updated.timestamp_millis(), row.as_str()) <= (millis, id))
    } else {
        cursor.parse().map_err(|_| none())?
    };
    Ok(rows.get(from..).unwrap_or_default())
}

fn cursor_of((id, thing): &(&String, &Thing), slice: &Slice, cursor: Option<&str>, here: usize) -> String {
    match slice {
        Slice::Changed { .. } => format!("{} {id}", thing.updated.timestamp_millis()),
        _ => (cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0) + here).to_string(),
    }
}

#[async_trait]
impl RemoteSystem for Client {
    fn me(&self) -> Option<Me> {
        let given = self.given.as_deref()?;
        Some(Me { id: None, name: PersonName::of(Some(given), Some(FAMILY)), email: None })
    }

    fn offers(&self) -> Vec<Offer> {
        vec![Offer { action: "create".into(), refused: None, targets: vec![] }]
    }

    /// A case as it will stand there, under the name that its person gave it.
    fn made(&self, action: &Action) -> Result<WorkItem, String> {
        let name = action.text("name").ok_or("It needs a name.")?;
        let nobody = User { id: String::new(), given: String::new() };
        let item = record(name, &Thing::made(action.made_at), &nobody).item;
        Ok(WorkItem { updated: None, feed_time: None, ..item })
    }

    async fn sign_in(&self, _now: DateTime<Utc>) -> Result<SignInReply, RemoteError> {
        let (user, session, wants_pin) = self
            .call(Call::SignIn, |server, _, _| {
                if server.sign_in == SignIn::Key {
                    return Ok((self.caller(server)?, None, false));
                }
                if let (Some(session), Ok(user)) = (self.session(), self.caller(server)) {
                    return Ok((user, Some(session), false));
                }
                let user = server.users.iter().find(|user| Some(&user.given) == self.given.as_ref());
                let user = user.cloned().ok_or_else(|| RemoteError::new(AndNow::SignIn, "Nobody of this name."))?;
                let (session, wants_pin) = server.begin(user.clone())?;
                Ok((user, Some(session), wants_pin))
            })
            .await?;
        Ok(match session {
            None => SignInReply::Done(SignedIn { me: None, notes: vec![], session: None }),
            Some(session) if wants_pin => {
                SignInReply::PinWanted { session, text: "A number was sent to your phone.".into() }
            }
            Some(session) => SignInReply::Done(self.begun(&user, session)),
        })
    }

    async fn give_pin(&self, session: &str, pin: &str) -> Result<(), RemoteError> {
        self.call(Call::SignIn, |server, _, _| server.take_pin(session, pin)).await?;
        self.keep_session(Some(session.to_owned()));
        Ok(())
    }

    async fn pull(
        &self,
        feed: &str,
        slice: &Slice,
        cursor: Option<&str>,
        _now: DateTime<Utc>,
    ) -> Result<Page, RemoteError> {
        self.call(Call::Page, |server, _, fault| {
            let reader = self.caller(server)?;
            let rows = rows(server, feed == STUDIES, slice);
            let rows = behind(&rows, slice, cursor)?;
            let here = &rows[..rows.len().min(server.page)];
            let reached = here.iter().map(|(_, thing)| thing.updated).max();
            let more = rows.len() > here.len();
            let next = here.last().filter(|_| more).map(|row| cursor_of(row, slice, cursor, here.len()));
            let mut page = Page {
                records: here.iter().map(|(id, thing)| record(id, thing, &reader)).collect(),
                next,
                reached,
                ..Page::default()
            };
            match fault {
                None => {}
                Some(PageFault::SameCursor) => page.next = Some(cursor.unwrap_or("0").to_owned()),
                Some(PageFault::Shuffled) => {
                    let again = page.records.clone();
                    page.records.reverse();
                    page.records.extend(again);
                }
                Some(PageFault::Spoiled) => {
                    if let Some(record) = page.records.pop() {
                        page.rejected.push(Rejected {
                            external_id: Some(record.item.external_id),
                            reason: "It has no title.".into(),
                            raw: record.raw,
                        });
                    }
                }
            }
            Ok(page)
        })
        .await
    }

    async fn refresh(&self, target: &Target, depth: Depth) -> Result<Option<Record>, RemoteError> {
        self.call(Call::Read, |server, now, _| {
            let reader = self.caller(server)?;
            let id = &target.external_id;
            server.read(id, &reader, now);
            Ok(server.things.get(id).map(|thing| {
                let mut record = record(id, thing, &reader);
                record.item.attachments = (depth == Depth::Attachments).then(|| attached(thing));
                record
            }))
        })
        .await
    }

    async fn look_up(&self, number: &str) -> Result<Vec<Record>, RemoteError> {
        self.call(Call::Read, |server, _, _| {
            let reader = self.caller(server)?;
            Ok(server.things.get_key_value(number).map(|(id, thing)| record(id, thing, &reader)).into_iter().collect())
        })
        .await
    }

    async fn candidates(&self, _target: &Target) -> Result<Vec<Person>, RemoteError> {
        self.call(Call::Read, |server, _, _| Ok(server.users.iter().map(person).collect())).await
    }

    async fn blob(&self, target: &Target, attachment: &str) -> Result<Blob, RemoteError> {
        self.call(Call::Read, |server, _, _| {
            self.caller(server)?;
            let bytes = json!({"of": target.external_id, "file": attachment}).to_string().into_bytes();
            Ok(Blob { media_type: "application/json".into(), bytes })
        })
        .await
    }

    async fn submit(&self, target: &Target, action: &Action) -> Result<Submitted, RemoteError> {
        let deed = deed(action)?;
        let (tag, item) = (action.id, target.external_id.clone());
        let is_job = action.name == "received";
        let fate = self.place.line.there(Call::Write).await;
        if let Fate::Never(error) = fate {
            return Err(error);
        }
        let now = self.place.line.now();
        let answer = {
            let mut server = self.place.server();
            server.advance(now);
            let by = self.caller(&server)?;
            let read_at = server.last_read(&item, &by);
            let request = Request { tag, item, by: by.clone(), deed, read_at };
            match &fate {
                Fate::Late(after, _) => {
                    server.later(now + *after, request);
                    Ok(Submitted::Done(Receipt::default()))
                }
                _ if is_job => server.begin_job(request, now).map(Submitted::Accepted),
                _ => server.apply(request, now).map(|made| {
                    let named = server.names_comments && made.is_some();
                    let (remote_ref, me_id) = if named { (made, Some(by.id)) } else { (None, None) };
                    Submitted::Done(Receipt { remote_ref, me_id })
                }),
            }
        };
        self.place.line.back().await;
        match fate {
            Fate::AnswerLost(error) | Fate::Late(_, error) => Err(error),
            _ => answer,
        }
    }

    async fn submit_with(
        &self,
        target: &Target,
        action: &Action,
        files: Vec<Enclosed>,
    ) -> Result<Submitted, RemoteError> {
        let named = action.files();
        assert_eq!(named.len(), files.len(), "an action never leaves without its files");
        for (named, file) in named.iter().zip(&files) {
            assert_eq!((&named.hash, named), (&file::hash(&file.content), &file.about), "nor with others");
        }
        self.submit(target, action).await
    }

    async fn follow(&self, job: &str) -> Result<JobState, RemoteError> {
        self.call(Call::Read, |server, now, _| {
            self.caller(server)?;
            Ok(match server.job(job, now) {
                JobNow::Pending => JobState::Pending,
                JobNow::Done => JobState::Done(Receipt::default()),
                JobNow::Refused => JobState::Failed(RemoteError::new(AndNow::Invalid, "The job was refused.")),
                JobNow::Unknown => return Err(RemoteError::new(AndNow::Gone, "There is no such job.")),
            })
        })
        .await
    }
}
