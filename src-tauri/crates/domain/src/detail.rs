//! The parts of a work item's page. Money, quantities and codes stay the text that the remote wrote.

use serde::{Deserialize, Serialize};

use crate::{moment::Moment, patient::Person};

macro_rules! part {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
        #[serde(rename_all = "camelCase")]
        pub struct $name { $($(#[$field_doc])* pub $field: $type),+ }
    };
}

part!(
    /// A labelled value.
    Fact {
        /// What it is.
        label: String,
        /// The value as the remote wrote it.
        value: String,
        /// The instant, when the value is a date that could be read.
        moment: Option<Moment>,
    }
);
part!(
    /// Labelled values under a heading.
    FactGroup {
        /// The heading.
        title: String,
        /// The values, in reading order.
        facts: Vec<Fact>,
    }
);
part!(
    /// A filled-in form.
    Form {
        /// The remote's id.
        id: Option<String>,
        /// The form's name.
        name: String,
        /// What the form says of itself.
        description: Option<String>,
        /// Whether it is not yet handed in.
        draft: bool,
        /// Answers in the order of their questions.
        answers: Vec<Answer>,
    }
);
part!(
    /// One question and what was answered.
    Answer {
        /// The question.
        question: String,
        /// The answer; `None` when it was left open.
        answer: Option<String>,
        /// Who answered.
        respondent: Option<Person>,
        /// When.
        answered: Option<Moment>,
        /// Whether the question is put away.
        archived: bool,
        /// What kind of answer it wants, in the remote's word.
        #[serde(default)]
        kind: Option<String>,
        /// The answers it offers, when it offers some.
        #[serde(default)]
        options: Vec<String>,
        /// Whether it had to be answered.
        #[serde(default)]
        required: bool,
        /// Whether the remote marks the question as holding patient data.
        #[serde(default)]
        phi: bool,
    }
);

/// How a decision came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(export, export_to = "bindings.ts"))]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// Yes.
    Approved,
    /// No.
    Rejected,
    /// Closed without one.
    NoDecision,
    /// The remote does not say.
    NotStated,
}

part!(
    /// A decision on a case.
    Decision {
        /// The remote's id.
        id: Option<String>,
        /// How it came out.
        verdict: Verdict,
        /// The decision's text.
        text: Option<String>,
        /// Who decided, with title.
        by: Option<Person>,
        /// Their registration numbers and address, labelled.
        by_facts: Vec<Fact>,
        /// When.
        made: Option<Moment>,
        /// From when it holds.
        starts: Option<Moment>,
        /// Until when it holds.
        ends: Option<Moment>,
        /// What else the remote says of it, labelled.
        facts: Vec<Fact>,
        /// Medication prescribed with it.
        medication: Vec<Medication>,
    }
);
part!(
    /// One prescribed medicine.
    Medication {
        /// The remote's id.
        id: Option<String>,
        /// Its name.
        medicine: String,
        /// Dose, frequency, refills, instructions, …: labelled, as the remote wrote them.
        facts: Vec<Fact>,
        /// Whether it is a refill.
        refill: bool,
    }
);
part!(
    /// An order, with its shipping.
    Order {
        /// The remote's id.
        id: Option<String>,
        /// The remote's word for where it stands.
        status: Option<String>,
        /// Who fills it.
        filler: Option<String>,
        /// When it was placed.
        created: Option<Moment>,
        /// What was ordered: name and quantity.
        lines: Vec<Fact>,
        /// Numbers, messages, carrier, dates: labelled.
        facts: Vec<Fact>,
        /// Where the parcel has been.
        shipping: Vec<ShippingStep>,
    }
);
part!(
    /// One step of a parcel's way.
    ShippingStep {
        /// When.
        at: Option<Moment>,
        /// The carrier's word.
        status: Option<String>,
        /// Where.
        location: Option<String>,
        /// What the carrier says.
        message: Option<String>,
    }
);
part!(
    /// Something a person wrote on the item.
    Comment {
        /// The remote's id.
        id: Option<String>,
        /// What was written: text, never markup.
        text: String,
        /// Whether only staff can read it.
        internal: bool,
        /// Who wrote it.
        author: Option<Person>,
        /// When.
        made: Option<Moment>,
    }
);
part!(
    /// One entry of the item's history.
    HistoryEntry {
        /// The remote's id.
        id: Option<String>,
        /// What happened, in the remote's word.
        what: String,
        /// The value before.
        before: Option<String>,
        /// The value after.
        after: Option<String>,
        /// When.
        at: Option<Moment>,
        /// Whether only staff can see it.
        internal: bool,
        /// Whether the remote marks it as holding patient data.
        #[serde(default)]
        phi: bool,
    }
);
part!(
    /// An appointment.
    Appointment {
        /// The remote's id.
        id: Option<String>,
        /// Start.
        starts: Option<Moment>,
        /// End.
        ends: Option<Moment>,
        /// With whom, where, how: labelled.
        facts: Vec<Fact>,
    }
);
part!(
    /// A payment.
    Payment {
        /// The remote's id.
        id: Option<String>,
        /// What for.
        description: Option<String>,
        /// How much, as the remote wrote it.
        amount: Option<String>,
        /// The remote's word for where it stands.
        status: Option<String>,
        /// Dates, fees: labelled.
        facts: Vec<Fact>,
    }
);
part!(
    /// An attached file: what it is called, not what is in it.
    Attachment {
        /// The remote's id.
        id: String,
        /// The id of the comment that it hangs on; `None` for the item itself.
        comment: Option<String>,
        /// Its name.
        file_name: String,
        /// Whether the remote marks it as holding patient data.
        phi: bool,
        /// Whether only staff can see it.
        internal: bool,
        /// Whether it was taken back.
        deleted: bool,
        /// When it was attached.
        made: Option<Moment>,
        /// Who attached it.
        by: Option<Person>,
    }
);

impl Fact {
    /// A labelled value, or nothing when there is no value or a blank one.
    pub fn some(label: &str, value: Option<impl Into<String>>) -> Option<Self> {
        let value = value?.into();
        (!value.trim().is_empty()).then(|| Self { label: label.to_owned(), value, moment: None })
    }

    /// A labelled date, or nothing when there is none.
    pub fn moment(label: &str, moment: Option<&Moment>) -> Option<Self> {
        let moment = moment?;
        Some(Self { label: label.to_owned(), value: moment.text.clone(), moment: Some(moment.clone()) })
    }
}
