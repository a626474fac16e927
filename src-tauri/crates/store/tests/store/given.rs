//! What the stories of this folder begin with: a profile on disk, a connection, cases as a remote would tell them.

use std::{collections::BTreeMap, path::Path};

use chrono::{DateTime, TimeDelta, Utc};
use rounds_domain::{
    action::{Action, Actor, Fields, Proof, Verb},
    detail::Comment,
    ids::{ActionId, ConnectionId, ItemId},
    item::{ItemKind, Status, StatusGroup, WorkItem},
    moment::Moment,
    outbox::OutboxState,
    patient::{Me, Patient, Person, PersonName},
    pull::{Page, Record, Rejected, Slice},
    view::{ListRequest, SortColumn},
};
use rounds_store::{
    Store,
    profile::{self, keyfile::Unlock},
    table::{
        connection::{Connection, NewConnection},
        item::{Applied, PageWrite},
        slice::{Advance, SliceRow, Then},
    },
};
use tempfile::TempDir;
use zeroize::Zeroizing;

pub(crate) const FEED: &str = "cases";
pub(crate) const PASSPHRASE: &str = "correct horse battery staple";

pub(crate) fn passphrase(text: &str) -> Unlock {
    Unlock::Passphrase(Zeroizing::new(text.to_owned()))
}

/// A second of a made-up day; stories count from its midnight.
pub(crate) fn at(second: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_500) + TimeDelta::seconds(second)
}

pub(crate) fn name(given: &str, family: &str) -> PersonName {
    PersonName::of(Some(given), Some(family))
}

pub(crate) fn me() -> Me {
    Me { id: None, name: name("Ana", "Ruiz"), email: Some("ana@example.org".into()) }
}

/// A case as a remote tells it: open, routine, made at midnight.
pub(crate) fn case(id: &str) -> WorkItem {
    WorkItem {
        title: Some(format!("Case {id}")),
        status: status("OPEN", StatusGroup::New),
        created: Some(moment(0)),
        updated: Some(moment(0)),
        feed_time: Some(at(0)),
        ..WorkItem::bare(id, ItemKind::Case)
    }
}

pub(crate) fn order(id: &str, of: &str) -> WorkItem {
    WorkItem { kind: ItemKind::Order, parent: Some(of.to_owned()), title: Some(format!("Order {id}")), ..case(id) }
}

pub(crate) fn status(word: &str, group: StatusGroup) -> Status {
    Status { word: Some(word.to_owned()), group, known: true }
}

pub(crate) fn moment(second: i64) -> Moment {
    Moment { text: at(second).to_rfc3339(), at: Some(at(second)) }
}

/// Whom a case is about, as it stands in a case.
#[allow(clippy::unnecessary_wraps)]
pub(crate) fn patient(given: &str, family: &str) -> Option<Patient> {
    Some(Patient { name: name(given, family), ..Patient::default() })
}

/// A comment of mine as the remote shows it.
pub(crate) fn my_comment(id: &str, text: &str, internal: bool) -> Comment {
    Comment {
        id: Some(id.to_owned()),
        text: text.to_owned(),
        internal,
        author: Some(Person { id: Some("u-ana".into()), name: name("Ana", "Ruiz"), email: None }),
        made: Some(moment(60)),
    }
}

/// The record of an item, changing its fingerprint with everything it says.
pub(crate) fn record(item: WorkItem, children: Vec<WorkItem>) -> Record {
    let raw = serde_json::to_string(&(&item, &children)).unwrap();
    Record { fingerprint: format!("{:x}", fnv(&raw)), item, children, raw }
}

/// FNV-1a: what matters is only that other contents give another number.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A record that cannot be read.
pub(crate) fn unreadable(id: Option<&str>, raw: &str) -> Rejected {
    Rejected { external_id: id.map(Into::into), reason: "The record has no id.".into(), raw: raw.to_owned() }
}

pub(crate) fn page(items: Vec<WorkItem>) -> Page {
    Page { records: items.into_iter().map(|item| record(item, vec![])).collect(), ..Page::default() }
}

pub(crate) fn comment_on(item: ItemId, connection: ConnectionId, text: &str, internal: bool) -> Action {
    let mut fields = Fields::new();
    fields.insert("text".into(), text.into());
    fields.insert("internal".into(), internal.into());
    Action {
        id: ActionId(uuid::Uuid::now_v7()),
        connection,
        item,
        sequence: 0,
        depends_on: vec![],
        name: "comment".into(),
        verb: Verb::Comment,
        proof: Proof::Comment,
        fields,
        saw: Fields::new(),
        wants: Fields::new(),
        own_mark: None,
        actor: Actor { name: "Ana Ruiz".into(), email: Some("ana@example.org".into()) },
        made_at: at(30),
        seen: None,
        state: OutboxState::Queued,
        attempts: 0,
        waits: 0,
        sign_ins: 0,
        looks: 0,
        rounds: 0,
        sent_at: None,
        elapsed: None,
        baseline: None,
        next_at: Some(at(30)),
        reason: None,
        conflict: None,
        remote_ref: None,
        settled_at: None,
    }
}

/// A new profile with one connection, and what a story does with it.
pub(crate) struct Desk {
    pub(crate) dir: TempDir,
    pub(crate) store: Store,
    pub(crate) connection: Connection,
    pub(crate) now: std::cell::Cell<i64>,
}

impl Desk {
    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = profile::create(&dir.path().join("profile"), passphrase(PASSPHRASE)).await.unwrap();
        let connection = add_connection(&store, "Clinic").await;
        Self { dir, store, connection, now: std::cell::Cell::new(100) }
    }

    pub(crate) fn path(&self) -> std::path::PathBuf {
        self.dir.path().join("profile")
    }

    /// The next second: nothing in these stories waits for a clock.
    pub(crate) fn tick(&self) -> DateTime<Utc> {
        self.now.set(self.now.get() + 1);
        at(self.now.get())
    }

    pub(crate) fn id(&self, external: &str) -> ItemId {
        ItemId::derive(self.connection.id, ItemKind::Case, external)
    }

    pub(crate) fn order_id(&self, external: &str) -> ItemId {
        ItemId::derive(self.connection.id, ItemKind::Order, external)
    }

    /// The one part of the feed that these stories sweep: the week around midnight.
    pub(crate) async fn slice(&self) -> SliceRow {
        let week = Slice::Window { from: at(0) - TimeDelta::days(3), to: at(0) + TimeDelta::days(4) };
        self.store.slices(self.connection.key, FEED.into(), vec![week], at(0)).await.unwrap().remove(0)
    }

    pub(crate) async fn slice_now(&self) -> SliceRow {
        self.slice().await
    }

    /// Keeps a page that moves the sweep on.
    pub(crate) async fn pull(&self, page: Page, then: Then) -> Applied {
        let slice = self.slice().await;
        let began = slice.began.unwrap_or_else(|| self.tick());
        self.write(page, Some(Advance { key: slice.key, began, then }), self.tick()).await.unwrap()
    }

    /// A whole sweep that returned these items on one page.
    pub(crate) async fn sweep(&self, items: Vec<WorkItem>) -> Applied {
        self.pull(page(items), Then::Complete).await
    }

    /// One item, read on its own.
    pub(crate) async fn refresh(&self, item: WorkItem) -> Applied {
        self.write(page(vec![item]), None, self.tick()).await.unwrap()
    }

    pub(crate) async fn write(
        &self,
        page: Page,
        advance: Option<Advance>,
        began: DateTime<Utc>,
    ) -> rounds_store::Result<Applied> {
        let feed = if advance.is_some() { FEED.to_owned() } else { String::new() };
        let connection = self.connection.key;
        self.store.apply_page(PageWrite { connection, feed, advance, page, began, now: self.tick() }).await
    }

    /// The external ids that a filter finds, in the order of work.
    pub(crate) async fn found(&self, query: &str) -> Vec<String> {
        let answer = self.store.list(ask(query), at(1_000)).await.unwrap();
        answer.rows.into_iter().map(|row| row.external_id).collect()
    }

    /// The texts of the comments that a person sees on a case.
    pub(crate) async fn comments_seen(&self, external: &str) -> Vec<String> {
        let stored = self.store.item(self.id(external)).await.unwrap();
        let seen = rounds_domain::projection::comments(&stored.item, &stored.actions);
        seen.into_iter().map(|seen| seen.comment.text).collect()
    }

    pub(crate) async fn comments_counted(&self, external: &str) -> u32 {
        self.store.item(self.id(external)).await.unwrap().row.comments
    }
}

pub(crate) async fn add_connection(store: &Store, name: &str) -> Connection {
    let new = NewConnection {
        id: ConnectionId(uuid::Uuid::new_v4()),
        system: "carevalidate".into(),
        name: name.into(),
        base_url: "https://example.org".into(),
        settings: BTreeMap::new(),
        secrets: BTreeMap::from([("apiKey".into(), "cv-secret".into())]),
        me: me(),
    };
    store.add_connection(new, at(0)).await.unwrap()
}

pub(crate) fn ask(query: &str) -> ListRequest {
    ListRequest { query: query.into(), sort: SortColumn::Work, descending: false, offset: 0, limit: 1_000 }
}

/// Every file of a folder with what is in it.
pub(crate) fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            files.insert(entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap());
        }
    }
    files
}
