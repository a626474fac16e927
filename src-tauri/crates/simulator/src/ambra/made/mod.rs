//! Made-up records, each from (seed, kind, number) alone: nothing is kept of a record that nobody edited.

mod cases;
pub(crate) mod catalog;
mod ids;
mod orders;
mod patients;
mod reports;
mod skeleton;
mod studies;
mod sundries;

use serde_json::Value;
use uuid::Uuid;

pub(crate) use ids::{Part, fresh_part, part_of};
pub(crate) use patients::mrn;
pub(crate) use reports::{radreport, report_text};
pub(crate) use skeleton::{Bones, skeleton};
pub(crate) use studies::{comment, customfield_ids};
pub(crate) use sundries::{foreign_study, namespace};

use super::moment::Moment;
use crate::dice::Dice;
use crate::people::{CLINICIANS, Clinician};
use crate::stamp::Stamp;

/// What can be listed, each kind on a shelf of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Study,
    Case,
    Order,
    Patient,
    Filter,
    Message,
    QcTask,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] =
        [Self::Study, Self::Case, Self::Order, Self::Patient, Self::Filter, Self::Message, Self::QcTask];

    /// The word of the control door and of `TABLE.FIELD`.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Study => "study",
            Self::Case => "case",
            Self::Order => "order",
            Self::Patient => "patient",
            Self::Filter => "filter",
            Self::Message => "message",
            Self::QcTask => "qctask",
        }
    }

    /// The key of a list's rows in the reply.
    pub(crate) fn rows_key(self) -> &'static str {
        match self {
            Self::Study => "studies",
            Self::Case => "cases",
            Self::Order => "orders",
            Self::Patient => "patients",
            Self::Filter => "filters",
            Self::Message => "messages",
            Self::QcTask => "qctasks",
        }
    }
}

/// The data set: how many there are of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plot {
    pub(crate) seed: u64,
    /// The moment before which everything was made.
    pub(crate) base: Stamp,
    pub(crate) studies: u32,
    pub(crate) cases: u32,
    pub(crate) orders: u32,
    pub(crate) people: u32,
}

impl Plot {
    /// Items are what a worklist shows: seven in ten are studies, one is a case, two are orders.
    pub(crate) fn new(seed: u64, base: Stamp, items: usize) -> Self {
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let (cases, orders) = (items / 10, items / 5);
        let studies = items - cases - orders;
        Self { seed, base, studies, cases, orders, people: (studies / 10 * 6).max(1) }
    }

    pub(crate) fn count(&self, kind: Kind) -> u32 {
        match kind {
            Kind::Study => self.studies,
            Kind::Case => self.cases,
            Kind::Order => self.orders,
            Kind::Patient => self.people,
            Kind::Filter => 4,
            Kind::Message => (self.studies / 50).min(400),
            Kind::QcTask => (self.studies / 25).min(2_000),
        }
    }
}

/// A record as it was before anybody touched it. Keys that begin with `_` never leave the server.
pub(crate) fn record(plot: &Plot, kind: Kind, index: u32) -> Value {
    match kind {
        Kind::Study => studies::record(plot, &skeleton(plot, index)),
        Kind::Case => cases::record(plot, index),
        Kind::Order => orders::record(plot, index),
        Kind::Patient => patients::record(plot, index),
        Kind::Filter => sundries::filter(plot, index),
        Kind::Message => sundries::message(plot, index),
        Kind::QcTask => sundries::qctask(plot, index),
    }
}

/// One field of an untouched record, cheaply; none if the whole record has to be made for it.
pub(crate) fn field(plot: &Plot, kind: Kind, index: u32, name: &str) -> Option<Value> {
    if kind == Kind::Study { studies::field(plot, &skeleton(plot, index), name) } else { None }
}

/// Id, creation and last change of an untouched record.
pub(crate) fn head(plot: &Plot, kind: Kind, index: u32) -> (Uuid, Moment, Moment) {
    match kind {
        Kind::Study => {
            let bones = skeleton(plot, index);
            (bones.id, bones.created, bones.updated)
        }
        Kind::Case => cases::head(plot, index),
        _ => {
            let record = record(plot, kind, index);
            let moment = |key: &str| record[key].as_str().and_then(Moment::parse).unwrap_or_default();
            let id = record["uuid"].as_str().and_then(|id| Uuid::try_parse(id).ok()).unwrap_or_default();
            (id, moment("created"), moment("updated"))
        }
    }
}

const AMBRA: u64 = 0x61_6d62_7261;

/// Dice of one section of one record.
pub(crate) fn dice(seed: u64, section: u64, index: u32) -> Dice {
    Dice::new(seed, &[AMBRA, section, u64::from(index)])
}

/// The id of a clinician in this system.
pub(crate) fn user_id(seed: u64, who: usize) -> Uuid {
    dice(seed, 0x7573, u32::try_from(who).unwrap_or_default()).uuid()
}

/// Whose id it is.
pub(crate) fn user_of(seed: u64, id: &str) -> Option<usize> {
    (0..CLINICIANS.len()).find(|who| user_id(seed, *who).to_string() == id)
}

pub(crate) fn user_name(who: usize) -> String {
    let Clinician { first, last, .. } = &CLINICIANS[who % CLINICIANS.len()];
    format!("{first} {last}")
}

/// The one account.
pub(crate) fn account_id(seed: u64) -> Uuid {
    dice(seed, 0x6163, 0).uuid()
}

/// The one role.
pub(crate) fn role_id(seed: u64) -> Uuid {
    dice(seed, 0x726f, 0).uuid()
}

/// Parts of a DICOM person name.
pub(crate) fn dicom_name(first: &str, last: &str) -> String {
    format!("{last}^{first}")
}
