//! What Ambra declares: its settings and its feeds. What can be done there is in `actions`.
//!
//! Every rule that the contract sheet marks "inferred" or "open" is a setting here, with the sheet's default.

use rounds_domain::declare::{ActionField, Choice, Feed, FeedShape, FieldKind, LookUp, Setting, System};

use super::actions;
use crate::common::{self, Reading, setting};

/// The word that names the system.
pub(super) const NAME: &str = "ambra";
/// What people call it.
pub(super) const TITLE: &str = "Ambra";

pub(super) const STUDIES: &str = "studies";
pub(super) const CASES: &str = "cases";
pub(super) const ORDERS: &str = "orders";

pub(super) const LOGIN: &str = "login";
pub(super) const PASSWORD: &str = "password";
pub(super) const VANITY: &str = "vanity";
pub(super) const ACCOUNT: &str = "account";
pub(super) const FIND_CHANGES: &str = "find_changes";
pub(super) const DONE_TAGS: &str = "done_tags";
pub(super) const WAITING_TAGS: &str = "waiting_tags";
pub(super) const READ_REPORTS: &str = "read_reports";
pub(super) const READ_QC_TASKS: &str = "read_qc_tasks";
pub(super) const AUDIT: &str = "audit";
pub(super) const BUNDLE_CALLS: &str = "bundle_calls";

/// How it is read.
pub(super) const READING: Reading<'static> = Reading {
    title: TITLE,
    poll: "How often Ambra is asked what changed.",
    open_again: "Comments, tags, stars and reports may not move a study's time of change, so open ones are read again.",
    all_again: "Finds what vanished: Ambra does not tell when something is deleted or no longer shared.",
    per_second: 4,
    page_reads: 2,
    rows: (10, 5000, 100),
};

/// How far a read of changes reaches back where rows tell by Ambra's clock when they changed.
const OVERLAP: i64 = 120;
/// The same where only our own clock tells when was last read: it may be wrong by so much.
const OVERLAP_OF_OUR_CLOCK: i64 = 3600;

/// What the system declares.
pub(super) fn system() -> System {
    let feed = |name: &str, title: &str, overlap_seconds| Feed {
        name: name.into(),
        title: title.into(),
        shape: FeedShape::Changes { overlap_seconds },
    };
    System {
        name: NAME.into(),
        title: TITLE.into(),
        about: "Imaging studies with their reports and comments, second-opinion cases, and orders (Ambra v3).".into(),
        settings: settings(),
        secrets: vec![
            Setting {
                required: true,
                ..setting(
                    LOGIN,
                    "Login",
                    "Your e-mail address at Ambra, or your login name there.",
                    FieldKind::Text,
                    None,
                )
            },
            Setting {
                required: true,
                ..setting(PASSWORD, "Password", "Your password at Ambra.", FieldKind::Secret, None)
            },
        ],
        feeds: vec![
            feed(STUDIES, "Studies with comments and reports", OVERLAP),
            feed(CASES, "Cases", OVERLAP_OF_OUR_CLOCK),
            feed(ORDERS, "Orders", OVERLAP_OF_OUR_CLOCK),
        ],
        actions: actions::all(),
        parts: vec![],
        look_up: Some(LookUp {
            number: ActionField {
                key: "number".into(),
                label: "Accession number or MRN".into(),
                help: "Studies and orders with exactly this number are looked for, also those that are not read here."
                    .into(),
                kind: FieldKind::Text,
                required: true,
                default: None,
            },
            patient: None,
        }),
    }
}

fn settings() -> Vec<Setting> {
    let text = |key, label, help| setting(key, label, help, FieldKind::Text, None);
    let flag = |key, label, help, default| setting(key, label, help, FieldKind::Flag, Some(default));
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    let own = vec![
        text(
            ACCOUNT,
            "Account",
            "The name of the account whose cases and orders are read, when you belong to several. Without it the first.",
        ),
        text(VANITY, "Vanity name", "Your account's vanity name, when you sign in with a login name of the account."),
        setting(
            FIND_CHANGES,
            "How changes are found",
            "Ambra does not document that lists can be filtered by the time of change. Rounds turns to the next way by itself \
             when it is refused.",
            FieldKind::Choice {
                options: vec![
                    choice("filter", "by a filter on the time of change"),
                    choice("newest", "from the latest change backwards"),
                    choice("everything", "by reading everything again"),
                ],
            },
            Some("filter"),
        ),
        text(
            DONE_TAGS,
            "Status tags that mean done",
            "With commas between them. Without it the last of the account's status tags means done.",
        ),
        text(
            WAITING_TAGS,
            "Status tags that mean waiting",
            "With commas between them. Studies in them are shown as held up by something else.",
        ),
        flag(
            READ_REPORTS,
            "Read reports",
            "Reads the text of radiology and HL7 reports and the history of the status with each study. Takes one more request \
             for each batch of studies.",
            "true",
        ),
        flag(
            READ_QC_TASKS,
            "Read QC tasks",
            "Reads the quality-control tasks of each study, where your role may see them.",
            "true",
        ),
        flag(
            AUDIT,
            "Offer audit entries",
            "Lets you write to Ambra's audit trail that you viewed a study or report. Ambra's own viewer may write it too; a \
             false entry in a legal trail is worse than none, so this is off.",
            "false",
        ),
        setting(
            BUNDLE_CALLS,
            "Records per request",
            "How many whole records are asked for in one request.",
            FieldKind::Number { least: 1, most: 200 },
            Some("50"),
        ),
    ];
    own.into_iter().chain(common::settings(&READING)).collect()
}
