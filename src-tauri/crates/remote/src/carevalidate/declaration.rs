//! What CareValidate declares: its settings, its one feed, what can be done there.
//!
//! Every rule that the contract sheet marks "inferred" or "open" is a setting here, with the sheet's default.

use rounds_domain::{
    action::{Proof, Verb},
    declare::{ActionDeclaration, ActionField, Choice, Feed, FeedShape, FieldKind, Setting, System},
};

/// The word that names the system.
pub(super) const NAME: &str = "carevalidate";
/// What people call it.
pub(super) const TITLE: &str = "CareValidate";
/// The one feed.
pub(super) const FEED: &str = "cases";
/// The action that writes a comment or an internal note.
pub(super) const COMMENT: &str = "comment";

pub(super) const AUTHOR_EMAIL: &str = "author_email";
pub(super) const AUTHOR_FIRST_NAME: &str = "author_first_name";
pub(super) const AUTHOR_LAST_NAME: &str = "author_last_name";
pub(super) const ORGANIZATION: &str = "organization";
pub(super) const TURNAROUND_HOURS: &str = "turnaround_hours";
pub(super) const PORTAL_URL: &str = "portal_url";
pub(super) const WINDOW_FIELD: &str = "window_field";
pub(super) const REQUEST_TIMEOUT: &str = "request_timeout_seconds";
pub(super) const REQUESTS_PER_SECOND: &str = "requests_per_second";
pub(super) const PAGE_READS: &str = "page_reads";
pub(super) const RECORDS_PER_PAGE: &str = "records_per_page";
pub(super) const API_KEY: &str = "apiKey";

/// What the system declares.
pub(super) fn system() -> System {
    System {
        name: NAME.into(),
        title: TITLE.into(),
        about: "Telehealth cases to review, with their orders, decisions and communication (care360).".into(),
        settings: settings(),
        secrets: vec![Setting {
            required: true,
            ..setting(
                API_KEY,
                "API key",
                "Your organization's secret key from CareValidate (the cv-api-key header).",
                FieldKind::Secret,
                None,
            )
        }],
        feeds: vec![Feed {
            name: FEED.into(),
            title: "Cases with their orders".into(),
            // The document allows 60 days; a day less leaves room for the overlap.
            shape: FeedShape::Windows { days: 59, overlap_seconds: 1 },
        }],
        actions: vec![comment()],
    }
}

fn settings() -> Vec<Setting> {
    let number = |least, most| FieldKind::Number { least, most };
    vec![
        Setting {
            required: true,
            ..setting(
                AUTHOR_EMAIL,
                "Your e-mail at CareValidate",
                "The key belongs to the organization, so each comment names its author by this e-mail.",
                FieldKind::Text,
                None,
            )
        },
        setting(
            AUTHOR_FIRST_NAME,
            "Your first name",
            "Goes with each comment. CareValidate shows comments by name, so without it Rounds cannot tell which are yours.",
            FieldKind::Text,
            None,
        ),
        setting(
            AUTHOR_LAST_NAME,
            "Your last name",
            "Goes with each comment. CareValidate shows comments by name, so without it Rounds cannot tell which are yours.",
            FieldKind::Text,
            None,
        ),
        setting(
            ORGANIZATION,
            "Organization",
            "Shown as the issuer of case numbers. Without it the connection's name is shown.",
            FieldKind::Text,
            None,
        ),
        setting(
            "history_from",
            "Read cases since",
            "The first day of the first pull. Older cases are not read.",
            FieldKind::Date,
            Some("2020-01-01"),
        ),
        setting(
            TURNAROUND_HOURS,
            "Turn-around time in hours",
            "A case is due this many hours after it was made. Without it cases have no due time.",
            number(1, 8760),
            None,
        ),
        setting(
            PORTAL_URL,
            "Portal address of a case",
            "The address of a case in CareValidate's portal, with {caseId} where its id goes. Decisions are finished there.",
            FieldKind::Text,
            None,
        ),
        setting(
            WINDOW_FIELD,
            "Time that windows match",
            "Which time of a case CareValidate compares with startTime and endTime; its document does not say. Rounds \
             corrects this by itself when an answer disproves it.",
            FieldKind::Choice {
                options: vec![
                    Choice { value: "createdAt".into(), label: "when it was made".into() },
                    Choice { value: "updatedAt".into(), label: "when it last changed".into() },
                ],
            },
            Some("createdAt"),
        ),
        setting(
            "poll_seconds",
            "Read the newest cases every (seconds)",
            "How often the newest window is read.",
            number(5, 86_400),
            Some("60"),
        ),
        setting(
            "hot_sweep_minutes",
            "Read open cases again every (minutes)",
            "How often windows with open or recently changed cases are read again, since nothing tells what changed.",
            number(1, 1440),
            Some("60"),
        ),
        setting(
            "cold_sweep_hours",
            "Read all cases again every (hours)",
            "How often all other windows are read again.",
            number(1, 8760),
            Some("24"),
        ),
        setting(
            "server_timeout_seconds",
            "How long CareValidate may work on a comment (seconds)",
            "After a comment whose answer was lost, Rounds waits this long before it looks whether it arrived.",
            number(1, 600),
            Some("30"),
        ),
        setting(
            REQUEST_TIMEOUT,
            "Longest wait for an answer (seconds)",
            "A request that takes longer is given up.",
            number(1, 600),
            Some("30"),
        ),
        setting(
            REQUESTS_PER_SECOND,
            "Requests per second",
            "Politeness: how many comments and single reads leave per second at most.",
            number(1, 100),
            Some("2"),
        ),
        setting(
            PAGE_READS,
            "Pages read at a time",
            "Politeness: how many pages are read at the same time at most.",
            number(1, 16),
            Some("4"),
        ),
        setting(
            RECORDS_PER_PAGE,
            "Cases per page",
            "How many cases a page holds. CareValidate allows 100 at most.",
            number(1, 100),
            Some("100"),
        ),
    ]
}

fn comment() -> ActionDeclaration {
    let field = |key: &str, label: &str, help: &str, kind, required, default: Option<&str>| ActionField {
        key: key.into(),
        label: label.into(),
        help: help.into(),
        kind,
        required,
        default: default.map(Into::into),
    };
    ActionDeclaration {
        name: COMMENT.into(),
        label: "Comment".into(),
        verb: Verb::Comment,
        fields: vec![
            field("text", "Text", "What to write on the case.", FieldKind::LongText, true, None),
            field(
                "internal",
                "Internal note",
                "Read by the staff of your organization only. Off: the patient's side can read it too.",
                FieldKind::Flag,
                false,
                Some("true"),
            ),
        ],
        consequence: "An internal note is read by the staff of your organization in CareValidate only. A comment that is \
                      not internal can be read by the person who submitted the case (the patient's side) too. Either one \
                      may notify others through CareValidate's webhooks, is shown under your name, and cannot be taken \
                      back from here."
            .into(),
        proof: Proof::Comment,
        touches: vec![],
        sets: std::collections::BTreeMap::new(),
        own_mark: None,
    }
}

fn setting(key: &str, label: &str, help: &str, kind: FieldKind, default: Option<&str>) -> Setting {
    Setting {
        key: key.into(),
        label: label.into(),
        help: help.into(),
        kind,
        default: default.map(Into::into),
        required: false,
    }
}
