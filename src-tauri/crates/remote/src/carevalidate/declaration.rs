//! What CareValidate declares: its settings and its one feed. What can be done there stands in [`actions`].
//!
//! Every rule that the contract sheet marks "inferred" or "open" is a setting here, with the sheet's default.

use rounds_domain::declare::{Choice, Feed, FeedShape, FieldKind, Part, Setting, System};

use super::actions;
use crate::common::{self, Reading, setting};

/// The word that names the system.
pub(super) const NAME: &str = "carevalidate";
/// What people call it.
pub(super) const TITLE: &str = "CareValidate";
/// The one feed.
pub(super) const FEED: &str = "cases";

pub(super) const AUTHOR_EMAIL: &str = "author_email";
pub(super) const AUTHOR_FIRST_NAME: &str = "author_first_name";
pub(super) const AUTHOR_LAST_NAME: &str = "author_last_name";
pub(super) const ORGANIZATION: &str = "organization";
pub(super) const TURNAROUND_HOURS: &str = "turnaround_hours";
pub(super) const PORTAL_URL: &str = "portal_url";
pub(super) const WINDOW_FIELD: &str = "window_field";
pub(super) const ESCALATED_PRIORITY: &str = "escalated_priority";
pub(super) const SUBMITTER_IS_PATIENT: &str = "submitter_is_patient";
pub(super) const WEBHOOK_NOTIFY: &str = "webhook_notify";
pub(super) const API_KEY: &str = "apiKey";

/// How it is read.
pub(super) const READING: Reading<'static> = Reading {
    title: TITLE,
    poll: "How often the newest window is read.",
    open_again: "How often windows with open or recently changed cases are read again, since nothing tells what changed.",
    all_again: "How often all other windows are read again.",
    per_second: 2,
    page_reads: 4,
    rows: (1, 100, 100),
};

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
        actions: actions::all(),
        parts: vec![Part::Forms, Part::Decisions, Part::Orders, Part::Attachments],
        look_up: None,
    }
}

fn choices(options: &[(&str, &str)]) -> Vec<Choice> {
    options.iter().map(|(value, label)| Choice { value: (*value).into(), label: (*label).into() }).collect()
}

fn settings() -> Vec<Setting> {
    let own = vec![
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
            FieldKind::Number { least: 1, most: 8760 },
            None,
        ),
        setting(
            ESCALATED_PRIORITY,
            "Priority of escalated cases",
            "CareValidate has no priority of its own; an escalated case is shown with this one.",
            FieldKind::Choice { options: choices(&[("routine", "routine"), ("urgent", "urgent"), ("stat", "STAT")]) },
            Some("urgent"),
        ),
        setting(
            SUBMITTER_IS_PATIENT,
            "The submitter is the patient",
            "Who submitted a case is taken for the patient it is about. Off: a case names no patient.",
            FieldKind::Flag,
            Some("true"),
        ),
        setting(
            WEBHOOK_NOTIFY,
            "Comments notify by webhook",
            "Whether CareValidate tells your organization's own programs of each comment and note sent from here.",
            FieldKind::Choice {
                options: choices(&[("default", "as CareValidate does by itself"), ("yes", "always"), ("no", "never")]),
            },
            Some("default"),
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
                options: choices(&[("createdAt", "when it was made"), ("updatedAt", "when it last changed")]),
            },
            Some("createdAt"),
        ),
    ];
    own.into_iter().chain(common::settings(&READING)).collect()
}
