//! What can be done at Illumina ("Writes" of the contract sheet): each action with its fields, what it touches, and how doubt
//! about it is settled. None of the calls compares an old value or takes a key of ours.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Proof, Verb},
    declare::{ActionDeclaration, ActionField, FieldKind},
};

pub(super) const STATUS: &str = "status";
pub(super) const QC_OVERRIDE: &str = "qc-override";
pub(super) const QC_MODIFY: &str = "qc-modify";
pub(super) const PROCESS: &str = "process";
pub(super) const COMMENT: &str = "comment";
pub(super) const EDIT_COMMENT: &str = "edit-comment";
pub(super) const DELETE_COMMENT: &str = "delete-comment";
pub(super) const TAG: &str = "tag";
pub(super) const UNTAG: &str = "untag";
pub(super) const TURN_AROUND_TIME: &str = "turn-around-time";
pub(super) const METADATA: &str = "metadata";
pub(super) const DELETE_METADATA: &str = "delete-metadata";
pub(super) const OWNER: &str = "owner";
pub(super) const ATTACH: &str = "attach";
pub(super) const DELETE_FILE: &str = "delete-file";

/// The longest file, in bytes: what the vendor's own pages take.
pub(super) const LONGEST_FILE: u64 = 45 << 20;
/// What a file may be: what the document does not say, so everything whose ending is known.
const MEDIA_TYPES: [&str; 11] = [
    "application/pdf",
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/tiff",
    "image/webp",
    "image/heic",
    "text/plain",
    "text/csv",
    "application/dicom",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
];

/// What stands in an item's values.
pub(super) mod value {
    /// Status and sub-state, as [`state`](super::state) writes them.
    pub(in crate::illumina) const STATE: &str = "state";
    /// A sorted list.
    pub(in crate::illumina) const TAGS: &str = "tags";
    /// Days, as a number.
    pub(in crate::illumina) const TURN_AROUND_TIME: &str = "turn_around_time";
    /// Names and values.
    pub(in crate::illumina) const METADATA: &str = "custom_metadata";
    /// The id of the one owner, or a sorted list.
    pub(in crate::illumina) const OWNER: &str = "owner";
}

/// The three states that may be set from outside ("State changes allowed").
pub(super) const DELIVERY: [(&str, &str); 3] =
    [("In Progress", "READY_FOR_DELIVERY"), ("In Progress", "DELIVERY_IN_PROGRESS"), ("Complete", "DELIVERED")];

/// Status and sub-state in one word, as targets name them too.
pub(super) fn state(status: &str, sub_state: &str) -> String {
    format!("{status}/{sub_state}")
}

/// Every action.
pub(super) fn all() -> Vec<ActionDeclaration> {
    let mut all = on_the_course();
    all.extend(on_comments());
    all.extend(on_the_case());
    all.extend(on_files());
    all
}

fn on_the_course() -> Vec<ActionDeclaration> {
    let decision = |name, label: &str, to: String, consequence: &str| ActionDeclaration {
        touches: vec![value::STATE.into()],
        sets: sets(&[(value::STATE, &format!("={to}"))]),
        ..ActionDeclaration::new(name, label, Verb::Decide, Proof::None, consequence)
    };
    vec![
        ActionDeclaration {
            fields: vec![ActionField::new(
                "to",
                "New state",
                "One of the three states of delivery.",
                FieldKind::ItemChoice,
                true,
            )],
            touches: vec![value::STATE.into()],
            sets: sets(&[(value::STATE, "to")]),
            ..ActionDeclaration::new(
                STATUS,
                "Change the delivery state",
                Verb::Status,
                Proof::Value,
                "Everybody who can see the case sees its new state. Illumina takes it only where the test bypasses interpretation \
                 and reporting, and keeps whatever was set last.",
            )
        },
        decision(
            QC_OVERRIDE,
            "Override the QC warning",
            state("In Progress", "PROCESSING"),
            "The case goes on to be processed in spite of its QC warning, under your name. This cannot be taken back from here.",
        ),
        decision(
            QC_MODIFY,
            "Modify after the QC warning",
            state("In Progress", "HAS_ISSUE"),
            "The case goes back as one with an issue, so that its samples or analyses can be changed in the software.",
        ),
        ActionDeclaration {
            touches: vec![value::STATE.into()],
            sets: sets(&[(value::STATE, &format!("={}", state("In Progress", "PROCESSING")))]),
            ..ActionDeclaration::new(
                PROCESS,
                "Process",
                Verb::Set,
                Proof::None,
                "The case's analysis is started with the data it has, which may be charged to your tenant. It cannot be stopped from \
                 here.",
            )
        },
    ]
}

fn on_comments() -> Vec<ActionDeclaration> {
    let which = || ActionField::new("comment", "Comment", "Which of your comments.", FieldKind::ItemChoice, true);
    vec![
        ActionDeclaration {
            fields: vec![ActionField::new("text", "Text", "What to write on the case.", FieldKind::LongText, true)],
            ..ActionDeclaration::new(
                COMMENT,
                "Comment",
                Verb::Comment,
                Proof::Comment,
                "Everybody who can see the case can read it under your name. You can change and delete it later.",
            )
        },
        ActionDeclaration {
            fields: vec![
                which(),
                ActionField::new("text", "New text", "What it is to say instead.", FieldKind::LongText, true),
            ],
            ..ActionDeclaration::new(
                EDIT_COMMENT,
                "Change my comment",
                Verb::Set,
                Proof::None,
                "Everybody who can see the case reads the new text; the old one is gone.",
            )
        },
        ActionDeclaration {
            fields: vec![which()],
            ..ActionDeclaration::new(
                DELETE_COMMENT,
                "Delete my comment",
                Verb::Remove,
                Proof::None,
                "The comment is gone for everybody and cannot be brought back.",
            )
        },
    ]
}

fn on_the_case() -> Vec<ActionDeclaration> {
    vec![
        ActionDeclaration {
            fields: vec![ActionField::new("tag", "Tag", "A word by which the case is found.", FieldKind::Text, true)],
            touches: vec![value::TAGS.into()],
            sets: sets(&[(value::TAGS, "+tag")]),
            ..ActionDeclaration::new(
                TAG,
                "Add a tag",
                Verb::Mark,
                Proof::Value,
                "Everybody who can see the case sees its tags.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new("tag", "Tag", "Which of its tags.", FieldKind::ItemChoice, true)],
            touches: vec![value::TAGS.into()],
            sets: sets(&[(value::TAGS, "-tag")]),
            ..ActionDeclaration::new(
                UNTAG,
                "Remove a tag",
                Verb::Mark,
                Proof::Value,
                "Everybody who can see the case sees its tags. The whole set is sent without this one.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new(
                "days",
                "Days",
                "How many days the case may take.",
                FieldKind::Number { least: 1, most: 999 },
                true,
            )],
            touches: vec![value::TURN_AROUND_TIME.into()],
            sets: sets(&[(value::TURN_AROUND_TIME, "days")]),
            ..ActionDeclaration::new(
                TURN_AROUND_TIME,
                "Set the turn-around time",
                Verb::Set,
                Proof::None,
                "The case's due date moves with it, for everybody.",
            )
        },
        ActionDeclaration {
            fields: vec![
                ActionField::new("name", "Name", "Of the field of custom metadata.", FieldKind::Text, true),
                ActionField::new("value", "Value", "What it is to say.", FieldKind::Text, true),
            ],
            touches: vec![value::METADATA.into()],
            ..ActionDeclaration::new(
                METADATA,
                "Set custom metadata",
                Verb::Set,
                Proof::None,
                "Everybody who can see the case sees it, and reports and automations of your tenant may use it.",
            )
        },
        ActionDeclaration {
            touches: vec![value::METADATA.into()],
            sets: sets(&[(value::METADATA, "=null")]),
            ..ActionDeclaration::new(
                DELETE_METADATA,
                "Delete all custom metadata",
                Verb::Set,
                Proof::None,
                "All custom metadata of the case is gone for everybody and cannot be brought back.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new(value::OWNER, "Owner", "Who is to own the case.", FieldKind::Person, true)],
            touches: vec![value::OWNER.into()],
            ..ActionDeclaration::new(
                OWNER,
                "Set the owner",
                Verb::Assign,
                Proof::Value,
                "This person alone owns the case then and may be told of it. Illumina keeps whatever was set last.",
            )
        },
    ]
}

fn on_files() -> Vec<ActionDeclaration> {
    let one = FieldKind::Files {
        most: 1,
        bytes_each: LONGEST_FILE,
        bytes_in_all: LONGEST_FILE,
        media_types: MEDIA_TYPES.map(Into::into).to_vec(),
    };
    vec![
        ActionDeclaration {
            fields: vec![ActionField::new(
                "file",
                "File",
                "One file of up to 45 MB: PDF, a picture, text, DICOM or Word.",
                one,
                true,
            )],
            ..ActionDeclaration::new(
                ATTACH,
                "Attach a file",
                Verb::Attach,
                Proof::None,
                "Everybody who can see the case can open the file, under your name.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new("file", "File", "Which of its files.", FieldKind::ItemChoice, true)],
            ..ActionDeclaration::new(
                DELETE_FILE,
                "Delete a file",
                Verb::Remove,
                Proof::None,
                "The file is gone for everybody and cannot be brought back.",
            )
        },
    ]
}

fn sets(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, from)| ((*key).to_owned(), (*from).to_owned())).collect()
}
