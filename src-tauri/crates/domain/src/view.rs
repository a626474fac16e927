//! What the window and `roundsctl --json` are given: the stable shapes of the answers from the core.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    action::{Conflict, Reason},
    around::{Message, SavedView},
    declare::{ActionDeclaration, Part},
    detail::{Appointment, Attachment, Decision, FactGroup, Form, HistoryEntry, Order, Payment},
    ids::{ActionId, ConnectionId, ItemId, PersonId},
    item::{Identifier, StatusGroup},
    link::Link,
    moment::Moment,
    outbox::OutboxState,
    patient::{Patient, Person},
    projection::WorklistRow,
    query::{Chip, QueryProblem},
    same_person::{Evidence, Likeable},
};

macro_rules! view {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),+ }
    };
}

/// A column the worklist can be sorted by; each has an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum SortColumn {
    /// STAT first, then the oldest: the order of work.
    Work,
    /// Patient name.
    Patient,
    /// Title.
    Title,
    /// Status group, then the oldest.
    Status,
    /// Who works on it.
    Assignee,
    /// When it was made.
    Created,
    /// When it last changed.
    Updated,
    /// When it should be finished.
    Due,
}

impl SortColumn {
    /// Every column.
    pub const ALL: [Self; 8] =
        [Self::Work, Self::Patient, Self::Title, Self::Status, Self::Assignee, Self::Created, Self::Updated, Self::Due];

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Patient => "patient",
            Self::Title => "title",
            Self::Status => "status",
            Self::Assignee => "assignee",
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Due => "due",
        }
    }
}

view!(
    /// What is asked of the worklist.
    ListRequest {
        /// The filter, as typed.
        query: String,
        /// The column to sort by.
        sort: SortColumn,
        /// Whether the other way round.
        descending: bool,
        /// How many rows to leave out before the first.
        offset: u32,
        /// How many rows at most.
        limit: u32,
    }
);
view!(
    /// A stretch of the worklist.
    ListAnswer {
        /// The rows, in order.
        rows: Vec<WorklistRow>,
        /// How many rows match in all.
        total: u32,
        /// The filter as it was understood.
        chips: Vec<Chip>,
        /// What in the filter was not understood, and what to write instead.
        problem: Option<QueryProblem>,
    }
);
view!(
    /// How many items of the default view stand in each status group, and what else has a count.
    Counts {
        /// Items not finished.
        open: u32,
        /// By status group.
        groups: Vec<GroupCount>,
        /// Assigned to me and not finished.
        mine: u32,
        /// Not finished and assigned to nobody.
        unassigned: u32,
        /// Urgent or STAT, and not finished.
        urgent: u32,
        /// Items with something that waits for a person.
        needs_person: u32,
        /// Items with something in doubt.
        in_doubt: u32,
        /// All items of the default view.
        all: u32,
    }
);
view!(
    /// A count of one status group.
    GroupCount {
        /// The group.
        group: StatusGroup,
        /// How many.
        count: u32,
    }
);
view!(
    /// The page of one item.
    ItemView {
        /// Its row.
        row: WorklistRow,
        /// Whom it is about.
        patient: Option<Patient>,
        /// Its names and its patient's.
        identifiers: Vec<Identifier>,
        /// The connection's name, which is also the issuer of identifiers that name none.
        connection_name: String,
        /// What people call the system.
        system_title: String,
        /// Made upstream.
        created: Option<Moment>,
        /// Changed upstream.
        updated: Option<Moment>,
        /// When what is shown was last read from the remote.
        read_at: DateTime<Utc>,
        /// The summary.
        facts: Vec<FactGroup>,
        /// Filled-in forms.
        forms: Vec<Form>,
        /// Decisions with medication.
        decisions: Vec<Decision>,
        /// Orders with shipping.
        orders: Vec<Order>,
        /// Comments and internal notes, oldest first, mine on their way included.
        comments: Vec<CommentView>,
        /// What happened to it.
        history: Vec<HistoryEntry>,
        /// Appointments.
        appointments: Vec<Appointment>,
        /// Payments.
        payments: Vec<Payment>,
        /// Attached files; `None` when they were never asked for.
        attachments: Option<Vec<Attachment>>,
        /// Pages elsewhere that show it.
        links: Vec<Link>,
        /// Messages about it, newest first.
        messages: Vec<Message>,
        /// The same patient in other systems: confirmed, and, apart from that, proposed.
        same: SamePerson,
        /// Parts of its page that are shown although nothing is in them.
        parts: Vec<Part>,
        /// What can be done with something of its kind, and why not where not.
        actions: Vec<ActionOffer>,
        /// Everything done here with it that still shows or is unsettled.
        outbox: Vec<OutboxRow>,
    }
);
view!(
    /// The same person in other systems, from one item.
    SamePerson {
        /// The item's own patient; `None` when it tells of none.
        person: Option<PersonId>,
        /// Confirmed by a person, directly or through each other.
        confirmed: Vec<SamePatient>,
        /// Proposed, the most convincing first.
        proposed: Vec<SamePatient>,
        /// How many others were refused.
        refused: u32,
    }
);
view!(
    /// A patient of another connection beside the one who is looked at.
    SamePatient {
        /// Who.
        person: PersonId,
        /// At which connection.
        connection: ConnectionId,
        /// Its name.
        connection_name: String,
        /// What people call its system.
        system_title: String,
        /// What is told of them there.
        about: Likeable,
        /// Their name as it is written here.
        patient: Option<String>,
        /// Their items, those to work on first; none when no item tells of them any more.
        items: Vec<WorklistRow>,
        /// What speaks for and against it now, the heaviest first; `mine` is of whoever is looked at.
        evidence: Vec<Evidence>,
        /// How much that comes to.
        weight: i32,
        /// Who confirmed it, and when; `None` of a proposal, and of whom others in between make the same person.
        decided: Option<Decided>,
        /// What speaks against it now and did not when it was confirmed.
        changed: Vec<Evidence>,
    }
);
view!(
    /// That a person decided something.
    Decided {
        /// Who.
        by: String,
        /// When.
        at: DateTime<Utc>,
    }
);
view!(
    /// Two patients who may be one person.
    SamePair {
        /// One of them.
        one: SamePatient,
        /// The other; its evidence has the first as `mine`.
        other: SamePatient,
    }
);
view!(
    /// A stretch of the pairs that nobody decided about yet.
    SamePairs {
        /// The pairs, the most convincing first.
        pairs: Vec<SamePair>,
        /// How many there are in all.
        total: u32,
    }
);
view!(
    /// A comment as a person sees it.
    CommentView {
        /// The remote's id.
        id: Option<String>,
        /// What was written.
        text: String,
        /// Whether only staff can read it.
        internal: bool,
        /// Who wrote it.
        author: Option<String>,
        /// Whether that is me.
        mine: bool,
        /// When.
        made: Option<Moment>,
        /// The action behind it, while the remote's copy has not come back.
        action: Option<OutboxRow>,
        /// The action that takes it back, while it still stands there.
        removal: Option<OutboxRow>,
    }
);
view!(
    /// A declared action, with whether it can be done with this item now.
    ActionOffer {
        /// What is declared.
        declaration: ActionDeclaration,
        /// Why it cannot be done; `None` when it can.
        refused: Option<String>,
        /// The legal values of its choice field, when they depend on the item.
        targets: Vec<String>,
        /// Whom its field for a person can name, as far as that is known here.
        people: Vec<Person>,
        /// What the person had begun to fill in.
        draft: Option<Value>,
    }
);
view!(
    /// One row of the outbox.
    OutboxRow {
        /// The action.
        id: ActionId,
        /// The item it is about.
        item: ItemId,
        /// The item's patient, for the banner.
        patient: Option<String>,
        /// The number by which the item is spoken of.
        identifier: Option<Identifier>,
        /// The item's title.
        title: Option<String>,
        /// The connection's name.
        connection_name: String,
        /// The system's name for the action.
        action: String,
        /// What its button says.
        label: String,
        /// What the person filled in.
        fields: Value,
        /// What ids among its fields and conflicting values stand for, in words: a person's name, a comment's beginning, what a
        /// value is called.
        names: BTreeMap<String, String>,
        /// Who did it.
        actor: String,
        /// When they did it.
        made_at: DateTime<Utc>,
        /// Where it stands.
        state: OutboxState,
        /// What a person reads for that. Times of day are written by the window, from `settledAt`.
        words: String,
        /// Why it stands there.
        reason: Option<Reason>,
        /// What somebody else changed of what it touches, field by field.
        conflict: Option<Conflict>,
        /// How many times it was sent.
        attempts: u32,
        /// When something is to be done about it next.
        next_at: Option<DateTime<Utc>>,
        /// When it became final.
        settled_at: Option<DateTime<Utc>>,
        /// What a person can do about it now: `undo`, `retry`, `discard`, `keepMine`, `takeTheirs`.
        choices: Vec<String>,
    }
);
view!(
    /// How a connection stands.
    ConnectionView {
        /// The connection.
        id: ConnectionId,
        /// Its name.
        name: String,
        /// The word for its system.
        system: String,
        /// What people call the system.
        system_title: String,
        /// Where it is.
        base_url: String,
        /// Its settings, secrets not among them.
        settings: Value,
        /// What stands in its way; `None` when nothing does.
        trouble: Option<ConnectionTrouble>,
        /// What to tell the person about the one-time number that it waits for; `None` when it waits for none.
        pin_wanted: Option<String>,
        /// Its feeds.
        feeds: Vec<FeedView>,
        /// Actions not settled yet.
        unsettled: u32,
        /// Records that could not be read.
        rejected: u32,
        /// Status words that Rounds does not know, with how many items have them.
        unknown_words: Vec<WordCount>,
        /// What was learned about the system, in words.
        notes: Vec<String>,
        /// Under whose name what is done here leaves; `None` while that is not known.
        me: Option<String>,
        /// Filters that its person saved there.
        views: Vec<SavedView>,
        /// How many messages its person has there.
        messages: u32,
    }
);
view!(
    /// A word and how often it was seen.
    WordCount {
        /// The word.
        word: String,
        /// How many items have it.
        count: u32,
    }
);

/// What stands in a connection's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct ConnectionTrouble {
    /// What kind of trouble.
    pub kind: TroubleKind,
    /// What happened, what is safe, what to do.
    pub text: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// What kind of trouble a connection has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum TroubleKind {
    /// It cannot be reached.
    Offline,
    /// It asked to be left alone for a while.
    Waiting,
    /// It refused the sign-in.
    SignIn,
    /// It waits for a one-time number that it sent to the person.
    Pin,
    /// It answers in a way that cannot be used.
    Unreadable,
    /// It refuses what is asked.
    Refused,
}

view!(
    /// How a feed stands.
    FeedView {
        /// Its name.
        name: String,
        /// What it brings.
        title: String,
        /// As of when it is here: when the last complete read of its newest part began; `None` until all of it was read once.
        complete_at: Option<DateTime<Utc>>,
        /// When anything was last read from it.
        read_at: Option<DateTime<Utc>>,
        /// How many parts a whole pass has.
        parts: u32,
        /// How many of them were read at least once.
        parts_read: u32,
        /// Why the system does not show this person what is new in it; `None` when it does.
        closed: Option<String>,
        /// How many items it brought that are here; what lives inside them is not counted.
        rows: u32,
    }
);
view!(
    /// A record that could not be read.
    RejectedView {
        /// The feed it came in.
        feed: String,
        /// The remote's id, when that much could be read.
        external_id: Option<String>,
        /// What is wrong with it.
        reason: String,
        /// When it was first seen.
        seen_at: DateTime<Utc>,
    }
);

/// What somebody asks a system and waits for.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Question {
    /// What bears this number at a connection.
    Number {
        /// The connection.
        connection: ConnectionId,
        /// The number as it was scanned or typed.
        number: String,
    },
    /// Whether an item is this patient's; then it is kept as theirs.
    Patient {
        /// The item.
        item: ItemId,
        /// The patient's id there.
        patient: String,
    },
}

/// How far the answer to a question is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum Answered {
    /// The system is being asked.
    Asking,
    /// It answered.
    Found {
        /// The items that it is about, as they are kept now; none where the system has nothing.
        items: Vec<ItemId>,
    },
    /// It could not be answered.
    Failed {
        /// Why, and what to do.
        message: String,
    },
}
