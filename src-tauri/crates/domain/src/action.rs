//! What a person can do with an item, and one thing that a person did.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::{
    file::OutFile,
    ids::{ActionId, ConnectionId, ItemId},
    outbox::OutboxState,
    patient::Me,
};

/// What an action does, in words common to all systems. A system's own name for it is [`Action::name`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// Writes something on the item: fields `text`, `internal`.
    Comment,
    /// Moves the item to another status: field `to`.
    Status,
    /// Says yes or no to it, or hands it back: approve, reject, return.
    Decide,
    /// Says who works on it.
    Assign,
    /// Puts a mark on it or takes one off: a star, a tag.
    Mark,
    /// Sets other fields of it.
    Set,
    /// Takes back something that stands on it, such as a comment of mine.
    Remove,
    /// Puts something of its own beside what stands on it: a file.
    Attach,
    /// Says when it was received here: field `received_time`. A fact that was noted when it happened, no decision: it does not
    /// grow stale on its way.
    Receive,
    /// Makes the item itself: until it has left, nobody but this desk knows of it.
    Create,
}

impl Verb {
    /// Whether it adds or takes back something of its own and depends on nothing else that stands on the item, unless its
    /// declaration names what ([`ActionDeclaration::touches`](crate::declare::ActionDeclaration::touches)).
    pub fn stands_alone(self) -> bool {
        matches!(self, Self::Comment | Self::Remove | Self::Attach | Self::Create)
    }

    /// Whether it still holds however long ago it was done: what was written or enclosed, what happened at a time of its own,
    /// or what is there in the flesh and not there yet.
    /// Everything else was decided on what stood there then.
    pub fn keeps(self) -> bool {
        matches!(self, Self::Comment | Self::Attach | Self::Receive | Self::Create)
    }
}

/// How it is found out whether a doubtful action took effect (RELIABILITY.md, "Doubt is not failure").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Proof {
    /// Look for my comment with the same text that was not there before.
    Comment,
    /// Read the touched values: the old ones still there mean that it may be sent again, since the remote compares the old
    /// value itself; the wanted ones are ours only if the remote shows it ([`WorkItem::proofs`](crate::item::WorkItem::proofs)),
    /// else possibly ours.
    CompareAndSet,
    /// Read the touched values: the wanted ones there mean possibly ours; the old ones there mean that it may be sent again
    /// (the last write wins).
    Value,
    /// Read the touched values of something that is done once and cannot be done over: the wanted ones there are ours if the
    /// remote shows it, as for [`CompareAndSet`](Self::CompareAndSet) (an own mark that stands on the item with the value says
    /// that an equal value is success, whoever wrote it); with the old ones there it is never sent again by itself.
    Once,
    /// Look for a field that only this action can have written: the action's id, which the client sent along and reads back
    /// into [`WorkItem::proofs`](crate::item::WorkItem::proofs).
    ClientField,
    /// Never sent again by itself: at most what it changes can be read, or whether its files are there.
    None,
}

macro_rules! stored_words {
    ($type:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $type {
            /// The word under which it is stored.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value stored under this word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use stored_words;

stored_words!(Verb {
    Comment = "comment",
    Status = "status",
    Decide = "decide",
    Assign = "assign",
    Mark = "mark",
    Set = "set",
    Remove = "remove",
    Attach = "attach",
    Receive = "receive",
    Create = "create",
});
stored_words!(Proof {
    Comment = "comment",
    CompareAndSet = "compareAndSet",
    Value = "value",
    Once = "once",
    ClientField = "clientField",
    None = "none",
});

/// One thing that may or may not be done with an item now. Computed when the item is converted and stored with it, so
/// that it is known offline too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// The declared action's name.
    pub action: String,
    /// Why it is not offered; `None` when it is.
    pub refused: Option<String>,
    /// The legal values of its choice field, when it has one that depends on the item.
    pub targets: Vec<String>,
}

/// The fields of an action as the person filled them in.
pub type Fields = Map<String, Value>;

/// Who did it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Actor {
    /// The person's name as it is known at this desk.
    pub name: String,
    /// Their e-mail.
    pub email: Option<String>,
}

impl Actor {
    /// What the person is called while nothing is known of them.
    const NAMELESS: &'static str = "Me";

    /// The person at this desk as one remote system knows them.
    pub fn of(me: &Me) -> Self {
        Self { name: me.name.plain().unwrap_or_else(|| Self::NAMELESS.to_owned()), email: me.email.clone() }
    }

    /// Whether what this person did may leave in the name of `me`. What was done before anybody had a name there may leave
    /// in the name that is learned; any other name or e-mail is somebody else's (RELIABILITY.md, I9).
    pub fn may_leave_as(&self, me: &Me) -> bool {
        let nameless = self.name == Self::NAMELESS && (self.email.is_none() || self.email == me.email);
        nameless || *self == Self::of(me)
    }
}

/// How much time has certainly passed since a send came to an end: running time of the program by its monotonic clock,
/// summed over its runs. No wall clock has a say in it, so it may be too little and is never too much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Elapsed {
    /// How much.
    pub total: Duration,
    /// What this run's monotonic clock said when it was last added to.
    pub read: Duration,
}

/// What was there before the action was first sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Baseline {
    /// Ids of my comments on the item.
    pub my_comments: Vec<String>,
    /// Ids of other people's comments that say the same.
    pub same_words: Vec<String>,
    /// Ids of the files on the item, where the action brings files and those there were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Vec<String>>,
    /// The remote's word for the status.
    pub status: Option<String>,
    /// The values that the action touches, as they stood then.
    #[serde(default)]
    pub values: Fields,
    /// When the item had last changed upstream, as far as it told.
    #[serde(default)]
    pub updated: Option<DateTime<Utc>>,
    /// When it was read.
    pub read_at: Option<DateTime<Utc>>,
}

/// Why an action stands where it stands: for the person who looks at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Reason {
    /// What kind of thing stands in the way.
    pub kind: ReasonKind,
    /// What happened, what is safe, what to do.
    pub text: String,
}

/// What kind of thing stands in an action's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum ReasonKind {
    /// No connection could be made.
    Offline,
    /// The system asked to wait.
    Waiting,
    /// The connection wants signing in.
    SignIn,
    /// It is not known yet whether it arrived.
    Doubt,
    /// It may have arrived, and nothing tells.
    PossiblySent,
    /// The system refused it.
    Refused,
    /// Something that only its person can add is missing.
    Incomplete,
    /// What is there is not what the person saw.
    Conflict,
    /// The item is not there any more.
    Gone,
    /// What the system says of the item cannot be read.
    Unreadable,
    /// An earlier action on the same item has to settle first.
    Behind,
}

/// What an action touches and somebody else changed: for the person to decide. Nothing is ever merged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// Field by field; those that differ from what the person saw.
    pub fields: Vec<Disputed>,
    /// Who last changed the item, where it tells.
    pub who: Option<String>,
    /// When it last changed, where it tells.
    pub when: Option<DateTime<Utc>>,
}

/// One field of a [`Conflict`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub struct Disputed {
    /// The key in [`WorkItem::values`](crate::item::WorkItem::values).
    pub key: String,
    /// What the person saw when they decided.
    pub base: Value,
    /// What they want; left out where the action changes nothing and only wants it unchanged. Null is a wish: for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub mine: Option<Value>,
    /// What is there now.
    pub theirs: Value,
}

/// A value that is there, null too.
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(from).map(Some)
}

/// One row of the outbox: one thing that a person did here, from submit to the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Made once, at submit.
    pub id: ActionId,
    /// The account that it leaves under.
    pub connection: ConnectionId,
    /// The item it is about, which is also its lane.
    pub item: ItemId,
    /// Its place in the lane: first in, first out.
    pub sequence: i64,
    /// Actions that must be confirmed before it is sent.
    pub depends_on: Vec<ActionId>,
    /// The system's name for it.
    pub name: String,
    /// What it does.
    pub verb: Verb,
    /// How doubt about it is settled.
    pub proof: Proof,
    /// What the person filled in.
    pub fields: Fields,
    /// What it touches, as the person saw it: the item's values under the declared keys
    /// ([`ActionDeclaration::touches`](crate::declare::ActionDeclaration::touches)); one that was missing is null.
    pub saw: Fields,
    /// What the touched values are to be, as far as it changes them
    /// ([`ActionDeclaration::wants`](crate::declare::ActionDeclaration::wants)).
    pub wants: Fields,
    /// The token by which the remote shows that the change was ours, when the system declares one.
    pub own_mark: Option<String>,
    /// Who did it.
    pub actor: Actor,
    /// When they did it.
    pub made_at: DateTime<Utc>,
    /// The fingerprint of the item that they saw.
    pub seen: Option<String>,
    /// Where it stands.
    pub state: OutboxState,
    /// How many times it was sent; counted before sending.
    pub attempts: u32,
    /// How many times in a row something stood in its way; spaces the next tries.
    pub waits: u32,
    /// How many sign-ins succeeded because of it since it last got through; a system that still says "sign in" after
    /// one refuses this item, not the account.
    pub sign_ins: u32,
    /// How many reads looked for it after the last doubtful send.
    pub looks: u32,
    /// How many times doubt ended in sending it again.
    pub rounds: u32,
    /// When it was last sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// How long ago that certainly is, once it is in doubt.
    pub elapsed: Option<Elapsed>,
    /// What was there before it was first sent.
    pub baseline: Option<Baseline>,
    /// When something is to be done about it next; `None` when it waits for a person, a sign-in, or nothing.
    pub next_at: Option<DateTime<Utc>>,
    /// Why it stands where it stands.
    pub reason: Option<Reason>,
    /// What somebody else changed of what it touches.
    pub conflict: Option<Conflict>,
    /// The remote's id of what it made, once known.
    pub remote_ref: Option<String>,
    /// When it became final.
    pub settled_at: Option<DateTime<Utc>>,
}

impl Action {
    /// The text field `name`, or nothing when it is missing or blank.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty())
    }

    /// The files that go out with it.
    pub fn files(&self) -> Vec<OutFile> {
        OutFile::all(&self.fields)
    }

    /// The yes-or-no field `name`; missing is no.
    pub fn flag(&self, name: &str) -> bool {
        self.fields.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patient::PersonName;

    #[test]
    fn a_wish_for_nothing_is_kept_apart_from_no_wish() {
        for mine in [None, Some(Value::Null), Some(Value::from("u1"))] {
            let disputed = Disputed { key: "reader".into(), base: Value::Null, mine, theirs: Value::from("u2") };
            let kept = serde_json::to_string(&disputed).expect("JSON");
            assert_eq!(serde_json::from_str::<Disputed>(&kept).ok(), Some(disputed), "{kept}");
        }
    }

    #[test]
    fn what_somebody_did_leaves_in_their_name_alone() {
        let me = |given: &str, email: Option<&str>| Me {
            id: None,
            name: PersonName::of(Some(given), None),
            email: email.map(str::to_owned),
        };
        let ana = me("Ana", Some("ana@example.org"));
        let did = Actor::of(&ana);
        assert!(did.may_leave_as(&ana));
        assert!(
            did.may_leave_as(&Me { id: Some("u1".into()), ..ana.clone() }),
            "an id that was learned changes nobody"
        );
        assert!(!did.may_leave_as(&me("Ben", Some("ana@example.org"))));
        assert!(!did.may_leave_as(&me("Ana", Some("ben@example.org"))));
        assert!(!did.may_leave_as(&Me::default()));
        let nameless = Actor::of(&Me::default());
        assert!(nameless.may_leave_as(&ana), "done before the first sign-in told a name");
    }
}
