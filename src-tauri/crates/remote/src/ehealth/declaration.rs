//! What eHealth declares: its settings, its one feed, what can be done there.
//!
//! Every rule that the contract sheet marks "inferred" or "open" is a setting here, with the sheet's default.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Proof, Verb},
    declare::{ActionDeclaration, ActionField, Feed, FeedShape, FieldKind, LookUp, Setting, System},
};

use crate::common::{self, Reading, setting};

/// The word that names the system.
pub(super) const NAME: &str = "ehealth";
/// What people call it.
pub(super) const TITLE: &str = "eHealth (ЕСОЗ)";
/// The one feed.
pub(super) const FEED: &str = "specimens";

/// The action that sets when a specimen was received.
pub(super) const RECEIVE: &str = "receive";
/// The action that marks a specimen as unsatisfactory.
pub(super) const REJECT: &str = "reject";
/// What is never offered, and says why.
pub(super) const CANCEL: &str = "cancel";

/// Keys of a specimen's values, which are also fields of its actions.
pub(super) mod value {
    /// When it was received, in UTC; null until then.
    pub(in crate::ehealth) const RECEIVED_TIME: &str = "received_time";
    /// eHealth's word for its status.
    pub(in crate::ehealth) const STATUS: &str = "status";
    /// When it was collected, in UTC: the beginning, where that took a while.
    pub(in crate::ehealth) const COLLECTED: &str = "collected";
}
/// The field that names the patient where eHealth has not said whose the specimen is.
pub(super) const PATIENT_ID: &str = "patient_id";
/// The field with the code of a reason.
pub(super) const REASON: &str = "reason";

/// Stands with a specimen that has a `received_time`: an equal one is success, whoever set it (RELIABILITY.md).
pub(super) const TIME_STANDS: &str = "received_time:stands";
/// Stands with a specimen that was last changed by the token's user, as far as the settings say who that is.
pub(super) const CHANGED_BY_ME: &str = "updated_by:me";

/// What a rejected specimen's status is ("available to unsatisfactory").
pub(super) const UNSATISFACTORY: &str = "unsatisfactory";

pub(super) const TOKEN: &str = "token";
pub(super) const API_KEY: &str = "apiKey";
pub(super) const CUSTOM_PSK: &str = "customPsk";

pub(super) const WATCHED_PATIENTS: &str = "watched_patients";
pub(super) const MY_NAME: &str = "my_name";
pub(super) const MY_USER_ID: &str = "my_user_id";
pub(super) const PROCESS_VERB: &str = "process_verb";
pub(super) const ACCESSION_PARAMETER: &str = "accession_parameter";
pub(super) const ALLOW_REJECT: &str = "allow_reject";
pub(super) const REJECT_VERB: &str = "reject_verb";
pub(super) const REJECT_DICTIONARY: &str = "reject_dictionary";

/// How it is read. Pages have 1 to 100 rows, 50 where nothing is said.
pub(super) const READING: Reading<'static> = Reading {
    title: TITLE,
    poll: "How often the specimens of every watched patient are read, since nothing tells what changed.",
    open_again: "How often specimens that were looked up, and others that are still open, are read again.",
    all_again: "How often it is checked which specimens are not there any more.",
    per_second: 2,
    page_reads: 4,
    rows: (1, 100, 50),
};

/// What the system declares.
pub(super) fn system() -> System {
    System {
        name: NAME.into(),
        title: TITLE.into(),
        about:
            "Laboratory specimens of the Ukrainian eHealth system: what was collected, and its receipt for processing."
                .into(),
        settings: settings(),
        secrets: secrets(),
        feeds: vec![Feed {
            name: FEED.into(),
            title: "Specimens of watched patients".into(),
            // There is no "changed since": every poll reads the lists, and `updated_at` is compared.
            shape: FeedShape::Changes { overlap_seconds: 0 },
        }],
        actions: vec![receive(), reject(), cancel()],
        parts: vec![],
        look_up: Some(LookUp {
            number: ActionField {
                required: true,
                ..field(
                    "number",
                    "Accession identifier",
                    "As it stands on the tube: scan it or type it. What eHealth finds is kept on the worklist; whose it is eHealth \
                     does not tell with it.",
                    FieldKind::Text,
                    None,
                )
            },
            patient: Some(ActionField {
                required: true,
                ..field(
                    PATIENT_ID,
                    "Patient",
                    "Whose specimen it is, out of the watched patients. It is kept only when eHealth shows the specimen among \
                     theirs. Somebody else is added to the watched patients in the connection's settings first.",
                    FieldKind::Person,
                    None,
                )
            }),
        }),
    }
}

fn secrets() -> Vec<Setting> {
    let secret = |key: &str, label: &str, help: &str, required: bool| Setting {
        required,
        ..setting(key, label, help, FieldKind::Secret, None)
    };
    vec![
        secret(
            TOKEN,
            "Access token",
            "The bearer token of your sign-in at eHealth. It renews itself nowhere: when it has expired, what you did waits here \
             until you enter a new one.",
            true,
        ),
        secret(API_KEY, "API key", "The key of your medical information system (the api-key header).", true),
        secret(
            CUSTOM_PSK,
            "Pre-shared key",
            "Sent as X-Custom-PSK where your environment asks for one. Without it the header is left out.",
            false,
        ),
    ]
}

fn settings() -> Vec<Setting> {
    let own = vec![
        setting(
            WATCHED_PATIENTS,
            "Watched patients",
            "Whose specimens are read: one to a line (or separated by semicolons), the patient's id in eHealth and then the name \
             that your laboratory gives them. eHealth itself tells no names.",
            FieldKind::LongText,
            None,
        ),
        setting(
            MY_NAME,
            "Your name",
            "Under which your receipts stand in the outbox and the audit trail here. eHealth takes it from the token.",
            FieldKind::Text,
            None,
        ),
        setting(
            MY_USER_ID,
            "Your user id at eHealth",
            "By which specimens say who changed them last. Without it Rounds cannot prove that a rejection whose answer was lost \
             was yours.",
            FieldKind::Text,
            None,
        ),
        setting(
            PROCESS_VERB,
            "Last part of the receipt's address",
            "The document ends the address in “/actions/” and leaves the rest out. A dash sends it without any.",
            FieldKind::Text,
            Some("process"),
        ),
        setting(
            ACCESSION_PARAMETER,
            "Parameter of the look-up",
            "How the accession identifier is called in the query of a look-up.",
            FieldKind::Text,
            Some("accession_identifier"),
        ),
        setting(
            ALLOW_REJECT,
            "Rejecting specimens",
            "Offers to mark a specimen as unsatisfactory. Off until your tenant has confirmed how that call is written.",
            FieldKind::Flag,
            Some("false"),
        ),
        setting(
            REJECT_VERB,
            "Last part of the rejection's address",
            "As for the receipt.",
            FieldKind::Text,
            Some("reject"),
        ),
        setting(
            REJECT_DICTIONARY,
            "Dictionary of rejection reasons",
            "The coding system that a rejection names with its reason.",
            FieldKind::Text,
            Some("eHealth/specimen_reject_reasons"),
        ),
    ];
    own.into_iter().chain(common::settings(&READING)).collect()
}

fn field(key: &str, label: &str, help: &str, kind: FieldKind, default: Option<&str>) -> ActionField {
    ActionField {
        key: key.into(),
        label: label.into(),
        help: help.into(),
        kind,
        required: false,
        default: default.map(Into::into),
    }
}

fn patient_id() -> ActionField {
    field(
        PATIENT_ID,
        "Patient's id",
        "Only where the patient is not known: their id in eHealth, or the name of a watched patient. Without it the action waits \
         here and is not sent.",
        FieldKind::Text,
        None,
    )
}

fn receive() -> ActionDeclaration {
    ActionDeclaration {
        name: RECEIVE.into(),
        label: "Receive".into(),
        verb: Verb::Receive,
        fields: vec![
            ActionField {
                required: true,
                ..field(
                    value::RECEIVED_TIME,
                    "Received at",
                    "When the specimen was received, with the zone: the time of the scan, not of the sending. Between its \
                     collection and now; once set, eHealth does not change it.",
                    FieldKind::Moment { since: Some(value::COLLECTED.into()), happened: true },
                    Some("now"),
                )
            },
            patient_id(),
        ],
        consequence: "eHealth notes this time as the specimen's receipt for processing, under the user of your token. Whoever may \
                      read the patient's specimens sees it: the one who registered it, and laboratories. The status stays \
                      “available”. It cannot be changed or taken back."
            .into(),
        proof: Proof::Once,
        touches: vec![value::RECEIVED_TIME.into(), value::STATUS.into(), value::COLLECTED.into()],
        sets: BTreeMap::new(),
        own_mark: Some(TIME_STANDS.into()),
    }
}

fn reject() -> ActionDeclaration {
    ActionDeclaration {
        name: REJECT.into(),
        label: "Reject".into(),
        verb: Verb::Decide,
        fields: vec![
            ActionField {
                required: true,
                ..field(
                    REASON,
                    "Reason",
                    "The code of the reason, as eHealth's dictionary of rejection reasons has it.",
                    FieldKind::Text,
                    None,
                )
            },
            patient_id(),
        ],
        consequence: "The specimen becomes “unsatisfactory” with this reason, for everybody who may read the patient's specimens, \
                      and can no longer be received. Whoever ordered it may have to have it collected again. It cannot be taken \
                      back from here."
            .into(),
        proof: Proof::Once,
        touches: vec![value::STATUS.into()],
        sets: [(value::STATUS.to_owned(), format!("={UNSATISFACTORY}"))].into(),
        own_mark: Some(CHANGED_BY_ME.into()),
    }
}

/// Stands here so that its absence has a reason: it wants a digital signature.
fn cancel() -> ActionDeclaration {
    ActionDeclaration {
        name: CANCEL.into(),
        label: "Enter in error".into(),
        verb: Verb::Decide,
        fields: vec![],
        consequence: "It would mark the specimen as entered in error, for everybody who may read it.".into(),
        proof: Proof::None,
        touches: vec![value::STATUS.into()],
        sets: BTreeMap::new(),
        own_mark: None,
    }
}
