//! What can be done at CareValidate ("Write" of the contract sheet): each action with its fields, what it touches, and how doubt
//! about it is settled. Approving, rejecting, assigning and editing orders are documented nowhere: a decision is drafted here
//! and finished in the vendor's portal.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Proof, Verb},
    declare::{ActionDeclaration, ActionField, Choice, FieldKind},
};

/// Writes a comment or an internal note, with files.
pub(super) const COMMENT: &str = "comment";
/// Drafts a decision and sends the draft as an internal note.
pub(super) const DECISION_DRAFT: &str = "decision-draft";
/// Opens a case that is assigned or abandoned.
pub(super) const OPEN: &str = "open";
/// Closes a case: archives it.
pub(super) const CLOSE: &str = "close";
/// Takes a case out of the archive.
pub(super) const REOPEN: &str = "reopen";
/// Closes one product of a case.
pub(super) const CLOSE_PRODUCT: &str = "close-product";

/// What stands in an item's values.
pub(super) mod value {
    /// The read status, as CareValidate spells it.
    pub(in crate::carevalidate) const STATUS: &str = "status";
    /// `isArchived`, in words.
    pub(in crate::carevalidate) const ARCHIVE: &str = "archive";
    pub(in crate::carevalidate) const ARCHIVED: &str = "archived";
    pub(in crate::carevalidate) const NOT_ARCHIVED: &str = "not archived";
}

/// The fields that writing looks at.
pub(super) mod field {
    pub(in crate::carevalidate) const TEXT: &str = "text";
    pub(in crate::carevalidate) const INTERNAL: &str = "internal";
    pub(in crate::carevalidate) const FILE: &str = "file";
    pub(in crate::carevalidate) const WITHOUT_PHI: &str = "file_without_phi";
    pub(in crate::carevalidate) const REASON: &str = "reason";
    pub(in crate::carevalidate) const PRODUCT: &str = "product";
}

/// The first line of a drafted decision, by which everybody can tell it from a decision.
pub(super) const DRAFT_HEADING: &str = "Draft, not a decision: finish in the portal.";

/// The most files of one comment. The document bounds neither their number nor their length nor their kind, so these bounds are
/// ours: what a request can carry in a few minutes over a slow line.
const FILES: u32 = 5;
/// The longest of them, in bytes.
const BYTES_EACH: u64 = 10 << 20;
/// All of them together, in bytes.
const BYTES_IN_ALL: u64 = 20 << 20;
/// What they may be.
const MEDIA_TYPES: [&str; 9] = [
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/tiff",
    "image/heic",
    "text/plain",
    "text/csv",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// Every action.
pub(super) fn all() -> Vec<ActionDeclaration> {
    vec![comment(), decision_draft(), open(), close(), reopen(), close_product()]
}

fn comment() -> ActionDeclaration {
    ActionDeclaration {
        fields: vec![
            ActionField::new(field::TEXT, "Text", "What to write on the case.", FieldKind::LongText, true),
            ActionField {
                default: Some("true".into()),
                ..ActionField::new(
                    field::INTERNAL,
                    "Internal note",
                    "Read by the staff of your organization only. Off: the patient's side can read it too.",
                    FieldKind::Flag,
                    false,
                )
            },
            ActionField::new(
                field::FILE,
                "Files",
                "Up to 5 files of 10 MB each, 20 MB together: PDF, pictures, text or Word. Whoever can read the comment can open \
                 them.",
                FieldKind::Files {
                    most: FILES,
                    bytes_each: BYTES_EACH,
                    bytes_in_all: BYTES_IN_ALL,
                    media_types: MEDIA_TYPES.map(Into::into).to_vec(),
                },
                false,
            ),
            ActionField::new(
                field::WITHOUT_PHI,
                "The files hold no patient data",
                "Off: they are marked as protected health information.",
                FieldKind::Flag,
                false,
            ),
        ],
        ..ActionDeclaration::new(
            COMMENT,
            "Comment",
            Verb::Comment,
            Proof::Comment,
            "An internal note is read by the staff of your organization in CareValidate only. A comment that is not internal can \
             be read by the person who submitted the case (the patient's side) too, with its files. Either one may notify \
             others through CareValidate's webhooks, is shown under your name, and cannot be taken back from here.",
        )
    }
}

/// The parts of the document's "Decision Object" and "MedInfo Object" that a clinician decides on.
fn decision_draft() -> ActionDeclaration {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    let options = vec![
        choice("approve", "Approve"),
        choice("reject", "Reject"),
        choice("no-decision", "Close without a decision"),
    ];
    let line = |key, label, help| ActionField::new(key, label, help, FieldKind::Text, false);
    ActionDeclaration {
        fields: vec![
            ActionField::new(
                field::TEXT,
                "Text",
                "Made of the other fields.",
                FieldKind::Composed { heading: DRAFT_HEADING.into() },
                true,
            ),
            ActionField::new(field::INTERNAL, "Internal note", "Always.", FieldKind::Always { value: true }, true),
            ActionField::new(
                "decision",
                "Proposed decision",
                "What you would decide.",
                FieldKind::Choice { options },
                true,
            ),
            ActionField::new("decision_text", "Reasons", "What the decision is to say.", FieldKind::LongText, true),
            line("category", "Category", "As your organization names it."),
            line("visit_type", "Type of visit", "As your organization names it."),
            ActionField::new("start_date", "Valid from", "The first day.", FieldKind::Date, false),
            ActionField::new("end_date", "Valid until", "The last day.", FieldKind::Date, false),
            line("medicine", "Medicine", "Name and form."),
            line("dosage", "Dosage", "Strength and amount, with the unit."),
            line("dosing_frequency", "How often", "Such as once daily."),
            line("treatment_period", "For how long", "Such as 90 days."),
            ActionField::new("refill_count", "Refills", "How many.", FieldKind::Number { least: 0, most: 99 }, false),
            ActionField::new(
                "pharmacy_instructions",
                "Instructions for the pharmacy",
                "As they are to be printed.",
                FieldKind::LongText,
                false,
            ),
        ],
        ..ActionDeclaration::new(
            DECISION_DRAFT,
            "Send a decision draft",
            Verb::Comment,
            Proof::Comment,
            "Nothing is decided by this: CareValidate's API takes no decisions. The draft stands on the case as an internal note \
             that begins with “Draft, not a decision”, is read by the staff of your organization, may notify them, and cannot \
             be taken back from here. Finish the decision in the portal. Until you send it, the draft is kept here.",
        )
    }
}

fn open() -> ActionDeclaration {
    ActionDeclaration {
        fields: vec![reason(false)],
        sets: [(value::STATUS.to_owned(), "=OPEN".to_owned())].into(),
        ..on_case(
            OPEN,
            "Open",
            Proof::Value,
            "The case reads OPEN for your whole organization: made, and not yet assigned. Whoever it was assigned to may lose it. \
             Others may be notified.",
        )
    }
}

fn close() -> ActionDeclaration {
    ActionDeclaration {
        fields: vec![reason(false)],
        sets: archive(value::ARCHIVED),
        ..on_case(
            CLOSE,
            "Close and archive",
            Proof::None,
            "Closing archives the case for your whole organization and cancels its pending jobs. It decides nothing. A reopening \
             takes the case out of the archive; that it brings the cancelled jobs back is documented nowhere. Others may be \
             notified.",
        )
    }
}

fn reopen() -> ActionDeclaration {
    ActionDeclaration {
        fields: vec![reason(false)],
        sets: archive(value::NOT_ARCHIVED),
        ..on_case(
            REOPEN,
            "Reopen",
            Proof::Value,
            "The case comes out of the archive for your whole organization and is to be worked on again. Jobs that were cancelled \
             when it was closed may stay cancelled. Others may be notified.",
        )
    }
}

fn close_product() -> ActionDeclaration {
    ActionDeclaration {
        verb: Verb::Set,
        fields: vec![
            ActionField::new(
                field::PRODUCT,
                "Product",
                "By its id; which is which stands in the case's summary.",
                FieldKind::ItemChoice,
                true,
            ),
            reason(true),
        ],
        ..on_case(
            CLOSE_PRODUCT,
            "Close a product",
            Proof::None,
            "The product is closed on this case for your whole organization, with its subscription if it has one. It cannot be \
             opened again from here, and CareValidate does not show afterwards that it was closed.",
        )
    }
}

/// An action on a case as it stands: a change of its status, or its going into or out of the archive, by somebody else asks.
fn on_case(name: &str, label: &str, proof: Proof, consequence: &str) -> ActionDeclaration {
    ActionDeclaration {
        touches: vec![value::STATUS.into(), value::ARCHIVE.into()],
        ..ActionDeclaration::new(name, label, Verb::Status, proof, consequence)
    }
}

fn archive(word: &str) -> BTreeMap<String, String> {
    [(value::ARCHIVE.to_owned(), format!("={word}"))].into()
}

fn reason(required: bool) -> ActionField {
    ActionField::new(field::REASON, "Reason", "Why; kept with the case.", FieldKind::LongText, required)
}
