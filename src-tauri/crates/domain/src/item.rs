//! A work item as a remote system describes it: what stands on the worklist and what its page shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    action::{Fields, Offer},
    detail::{Appointment, Attachment, Comment, Decision, FactGroup, Form, HistoryEntry, Order, Payment},
    link::Link,
    moment::Moment,
    patient::{Patient, Person},
};

/// What a work item is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum ItemKind {
    /// A case to review and decide.
    Case,
    /// An imaging study.
    Study,
    /// An order placed for a patient.
    Order,
    /// A laboratory specimen.
    Specimen,
    /// A patient's record, where it is worked on for itself.
    Patient,
}

/// Where an item stands, in words common to all systems; the remote's own word is kept beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum StatusGroup {
    /// Nobody has begun.
    New,
    /// Somebody is at it. Also every word that Rounds does not know.
    Active,
    /// Held up by something else.
    Waiting,
    /// Finished with a result.
    Done,
    /// Finished without one, or put away.
    Closed,
}

/// How soon an item wants attention. Ordered: routine before urgent before STAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum Priority {
    /// In its turn.
    Routine,
    /// Before the routine ones.
    Urgent,
    /// At once.
    Stat,
}

macro_rules! words {
    ($type:ident { $($variant:ident = $word:literal / $code:literal),+ $(,)? }) => {
        impl $type {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word used in filters and in the window.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The number under which it is stored and sorted.
            pub fn code(self) -> i64 {
                match self { $(Self::$variant => $code),+ }
            }

            /// The value with this word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// The value stored under this number.
            pub fn from_code(code: i64) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
words!(ItemKind { Case = "case" / 0, Study = "study" / 1, Order = "order" / 2, Specimen = "specimen" / 3, Patient = "patient" / 4 });
words!(StatusGroup { New = "new" / 0, Active = "active" / 1, Waiting = "waiting" / 2, Done = "done" / 3, Closed = "closed" / 4 });
words!(Priority { Routine = "routine" / 0, Urgent = "urgent" / 1, Stat = "stat" / 2 });

impl StatusGroup {
    /// Whether work on it goes on.
    pub fn is_open(self) -> bool {
        matches!(self, Self::New | Self::Active | Self::Waiting)
    }
}

/// What kind of name an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum IdentifierKind {
    /// Medical record number: names the patient, and means nothing without its issuer.
    Mrn,
    /// Accession number: names the item, unique per system.
    Accession,
    /// The number by which people at the remote speak of the item.
    Display,
    /// Any other number of the item.
    Item,
    /// Any other number of the patient.
    Patient,
}

/// A name of an item or its patient, never shown without label and issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Identifier {
    /// What kind of name it is.
    pub kind: IdentifierKind,
    /// What it is called on screen: "MRN", "Case", …
    pub label: String,
    /// The name itself.
    pub value: String,
    /// Who gave it; `None` when it is the connection's own organization.
    pub issuer: Option<String>,
}

/// A remote's own word for the status, and where it stands among ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The remote's word as it came; `None` when it gave none.
    pub word: Option<String>,
    /// Our group for it.
    pub group: StatusGroup,
    /// Whether the word is one that the system's documents list.
    pub known: bool,
}

/// A mark on an item that is not its status: archived, escalated, …
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Flag {
    /// The word shown.
    pub label: String,
    /// Whether it asks for attention.
    pub alert: bool,
}

/// One work item as a remote last described it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkItem {
    /// The remote's id.
    pub external_id: String,
    /// What it is.
    pub kind: ItemKind,
    /// The remote's id of the case it belongs to.
    pub parent: Option<String>,
    /// Whom it is about; `None` when the remote does not say.
    pub patient: Option<Patient>,
    /// Its names and its patient's.
    pub identifiers: Vec<Identifier>,
    /// What it is about, in a line.
    pub title: Option<String>,
    /// Where it stands.
    pub status: Status,
    /// How soon it wants attention.
    pub priority: Priority,
    /// When it should be finished.
    pub due: Option<Moment>,
    /// When it was made upstream.
    pub created: Option<Moment>,
    /// When it last changed upstream, as far as the remote says.
    pub updated: Option<Moment>,
    /// The instant by which its feed finds it: a sweep of a window that contains this instant must return the item.
    pub feed_time: Option<DateTime<Utc>>,
    /// Who works on it.
    pub assignees: Vec<Person>,
    /// Marks beside the status.
    pub flags: Vec<Flag>,
    /// The summary, in labelled groups.
    pub facts: Vec<FactGroup>,
    /// Filled-in forms.
    pub forms: Vec<Form>,
    /// What was decided, with medication.
    pub decisions: Vec<Decision>,
    /// Orders that came with it, with shipping.
    pub orders: Vec<Order>,
    /// What people wrote.
    pub comments: Vec<Comment>,
    /// What happened to it.
    pub history: Vec<HistoryEntry>,
    /// Appointments.
    pub appointments: Vec<Appointment>,
    /// Payments; amounts stay text.
    pub payments: Vec<Payment>,
    /// Attached files; `None` when this read did not ask for them, which says nothing about whether there are any.
    pub attachments: Option<Vec<Attachment>>,
    /// Pages elsewhere that show it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    /// How its images were made, in DICOM's codes: `CT`, `MR`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modalities: Vec<String>,
    /// What a person may do with it, and why not where not.
    pub offers: Vec<Offer>,
    /// What actions may touch, for machines: the current value under each key as the system's declaration names it
    /// (`{"status": "READING", "assigned_medical_id": null}`). Missing and null are the same.
    #[serde(default, skip_serializing_if = "Fields::is_empty")]
    pub values: Fields,
    /// Tokens by which the remote itself shows that a change was ours (`lock:mine`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<String>,
}

impl WorkItem {
    /// An item of which nothing is known yet but its name.
    pub fn bare(external_id: impl Into<String>, kind: ItemKind) -> Self {
        Self {
            external_id: external_id.into(),
            kind,
            parent: None,
            patient: None,
            identifiers: vec![],
            title: None,
            status: Status { word: None, group: StatusGroup::New, known: true },
            priority: Priority::Routine,
            due: None,
            created: None,
            updated: None,
            feed_time: None,
            assignees: vec![],
            flags: vec![],
            facts: vec![],
            forms: vec![],
            decisions: vec![],
            orders: vec![],
            comments: vec![],
            history: vec![],
            appointments: vec![],
            payments: vec![],
            attachments: None,
            links: vec![],
            modalities: vec![],
            offers: vec![],
            values: Fields::new(),
            proofs: vec![],
        }
    }

    /// The first identifier of a kind.
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&Identifier> {
        self.identifiers.iter().find(|identifier| identifier.kind == kind)
    }
}
