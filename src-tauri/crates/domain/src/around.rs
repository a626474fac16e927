//! What an account holds beside its items: filters that its person saved there, and messages. Read rarely, kept whole, and
//! never written from here.

use serde::{Deserialize, Serialize};

use crate::{ids::ItemId, item::ItemKind, moment::Moment, patient::Person};

/// What an account holds beside its items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Around {
    /// Filters that were saved there, in the remote's order.
    pub views: Vec<SavedView>,
    /// Messages, newest first.
    pub messages: Vec<Message>,
}

/// A filter that was saved at the remote, as a view of the worklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    /// The remote's id.
    pub id: String,
    /// What it is called there.
    pub name: String,
    /// The same in the filter language of the search box; `None` when that cannot say it exactly.
    pub query: Option<String>,
    /// Why not, for its person; `None` when it can.
    pub why_not: Option<String>,
}

/// A message that somebody sent through the remote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The remote's id.
    pub id: String,
    /// Its subject.
    pub subject: Option<String>,
    /// What was written: text, never markup.
    pub text: String,
    /// Who sent it.
    pub author: Option<Person>,
    /// Whether that is the person at this desk.
    pub mine: bool,
    /// To whom or where it was sent.
    pub to: Option<String>,
    /// When.
    pub made: Option<Moment>,
    /// The item that it is about, as the remote names it.
    pub about: Option<Subject>,
}

/// An item as a remote names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// What it is.
    pub kind: ItemKind,
    /// The remote's id.
    pub external_id: String,
}

/// A message in the list of all of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct MessageView {
    /// The message.
    pub message: Message,
    /// The item that it is about, when that is here.
    pub item: Option<ItemId>,
    /// That item's patient, where the remote says whom it is about.
    pub patient: Option<String>,
}
