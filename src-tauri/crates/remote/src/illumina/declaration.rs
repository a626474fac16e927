//! What Illumina declares: its settings and its feed. What can be done there is in `actions`.
//!
//! Every rule that the contract sheet marks "client", "inferred" or "open" is a setting here, with the sheet's default, or stands in
//! one place of this folder. The tenant's own Swagger pages are the authority for the switches.

use rounds_domain::declare::{ActionField, Choice, Feed, FeedShape, FieldKind, LookUp, Part, Setting, System};

use super::actions;
use crate::common::{self, Reading, setting};

/// The word that names the system.
pub(super) const NAME: &str = "illumina";
/// What people call it.
pub(super) const TITLE: &str = "Illumina";
/// The one feed.
pub(super) const CASES: &str = "cases";

pub(super) const API_KEY: &str = "apiKey";
pub(super) const FLAVOUR: &str = "flavour";
pub(super) const KEY_HEADER: &str = "key_header";
pub(super) const DOMAIN: &str = "domain";
pub(super) const WORKGROUP: &str = "workgroup";
pub(super) const USER_NAME: &str = "user_name";
pub(super) const USER_ID: &str = "user_id";
pub(super) const USER_EMAIL: &str = "user_email";
pub(super) const SEARCH_VERSION: &str = "search_version";
pub(super) const FIND_CHANGES: &str = "find_changes";
pub(super) const DIRECT_IDENTIFIERS: &str = "direct_identifiers";
pub(super) const READ_WHOLE: &str = "read_each_case";
pub(super) const READ_COMMENTS: &str = "read_comments";
pub(super) const READ_METADATA: &str = "read_metadata";
pub(super) const COMMENTS: &str = "allow_comments";
pub(super) const COMMENT_KEY: &str = "comment_key";
pub(super) const TAGS: &str = "allow_tags";
pub(super) const TAGS_BODY: &str = "tags_body";
pub(super) const TURN_AROUND_TIME: &str = "allow_turn_around_time";
pub(super) const METADATA: &str = "allow_metadata";
pub(super) const OWNERS: &str = "allow_owners";
pub(super) const ATTACH_FILES: &str = "allow_attach_files";
pub(super) const FILE_PART: &str = "file_part";
pub(super) const DELETE_FILES: &str = "allow_delete_files";

/// Values of [`FLAVOUR`].
pub(super) const TRUSIGHT: &str = "trusight";
pub(super) const CONNECTED: &str = "connected-insights";
/// Values of [`KEY_HEADER`].
pub(super) const BY_FLAVOUR: &str = "by-flavour";
pub(super) const AUTHORIZATION: &str = "authorization";
pub(super) const X_AUTH_TOKEN: &str = "x-auth-token";
/// Values of [`FIND_CHANGES`].
pub(super) const AUDIT_LOG: &str = "audit-log";
pub(super) const LIST: &str = "list";
/// Values of [`TAGS_BODY`].
pub(super) const OBJECT: &str = "object";
pub(super) const BARE_LIST: &str = "list";

/// "Read it with ten minutes of overlap" (the sheet, "Changes").
const OVERLAP: i64 = 600;

/// How it is read.
pub(super) const READING: Reading<'static> = Reading {
    title: TITLE,
    poll: "How often the audit log is asked which cases changed.",
    open_again: "Comments, files and pipelines may not move a case's time of change, so open ones are read again.",
    all_again: "Finds what vanished, and what changed without an entry in the audit log.",
    per_second: 4,
    page_reads: 4,
    rows: (10, 1000, 100),
};

/// What the system declares.
pub(super) fn system() -> System {
    System {
        name: NAME.into(),
        title: TITLE.into(),
        about: "Genomic cases with their quality control, delivery, comments and files (TruSight Software Suite, Connected \
                Insights)."
            .into(),
        settings: settings(),
        secrets: vec![Setting {
            required: true,
            ..setting(
                API_KEY,
                "API key",
                "Made in the software under your user's name (Manage API Keys). What you do here is done in that user's name.",
                FieldKind::Secret,
                None,
            )
        }],
        feeds: vec![Feed {
            name: CASES.into(),
            title: "Cases with comments and metadata".into(),
            shape: FeedShape::Changes { overlap_seconds: OVERLAP },
        }],
        actions: actions::all(),
        parts: vec![Part::Attachments],
        look_up: Some(LookUp {
            number: ActionField::new(
                "number",
                "Case or sample number",
                "The case with exactly this display id, or with a sample of exactly this id, is looked for.",
                FieldKind::Text,
                true,
            ),
            patient: None,
        }),
    }
}

fn settings() -> Vec<Setting> {
    account().into_iter().chain(reading()).chain(switches()).chain(common::settings(&READING)).collect()
}

fn text(key: &str, label: &str, help: &str) -> Setting {
    setting(key, label, help, FieldKind::Text, None)
}

fn choice(key: &str, label: &str, help: &str, options: &[(&str, &str)]) -> Setting {
    let options = options.iter().map(|(value, label)| Choice { value: (*value).into(), label: (*label).into() });
    let options: Vec<Choice> = options.collect();
    let default = options.first().map(|first| first.value.clone());
    setting(key, label, help, FieldKind::Choice { options }, default.as_deref())
}

fn flag(key: &str, label: &str, help: &str, default: &str) -> Setting {
    setting(key, label, help, FieldKind::Flag, Some(default))
}

fn account() -> Vec<Setting> {
    vec![
        choice(
            FLAVOUR,
            "Software",
            "Which software this is. Connected Insights tells its users not to PATCH cases, so owners are never changed there.",
            &[(TRUSIGHT, "TruSight Software Suite"), (CONNECTED, "Connected Insights")],
        ),
        text(DOMAIN, "Domain", "Your tenant's domain (the X-ILMN-Domain header). Without it the header is not sent."),
        text(
            WORKGROUP,
            "Workgroup",
            "The id of the workgroup whose cases are read (the X-ILMN-Workgroup header). Without it the header is not sent.",
        ),
        choice(
            KEY_HEADER,
            "How the key is sent",
            "Connected Insights documents “Authorization: ApiKey”; clients of TruSight send “X-Auth-Token”. By software: first its \
             own way, and when that is refused the other one.",
            &[
                (BY_FLAVOUR, "by software"),
                (AUTHORIZATION, "as Authorization: ApiKey"),
                (X_AUTH_TOKEN, "as X-Auth-Token"),
            ],
        ),
        text(
            USER_NAME,
            "Your name there",
            "As it stands beside what you write. Without it Rounds cannot tell which comments are yours.",
        ),
        text(USER_ID, "Your user id there", "If comments and owners are told by id. Otherwise it can stay empty."),
        text(
            USER_EMAIL,
            "Your e-mail there",
            "If comments and owners are told by e-mail. Otherwise it can stay empty.",
        ),
    ]
}

fn reading() -> Vec<Setting> {
    vec![
        choice(
            SEARCH_VERSION,
            "Version of the case search",
            "Which case search the tenant serves.",
            &[("v2", "v2"), ("v1", "v1")],
        ),
        choice(
            FIND_CHANGES,
            "How changes are found",
            "Rounds turns to the list by itself where the tenant has no audit log or does not show it, and looks daily whether \
             it has come.",
            &[(AUDIT_LOG, "by the audit log"), (LIST, "by the list of open cases")],
        ),
        flag(
            DIRECT_IDENTIFIERS,
            "Ask for names",
            "Asks for the direct identifiers of the case's subjects (directIdentifiers=true). Off: only what the system shows by \
             itself.",
            "false",
        ),
        flag(
            READ_WHOLE,
            "Read each case by itself",
            "Takes one more request for each case of the list, where the list shows less than the case itself.",
            "false",
        ),
        flag(READ_COMMENTS, "Read comments", "Takes one more request for each case. Needed to write comments.", "true"),
        flag(READ_METADATA, "Read custom metadata", "Takes one more request for each case.", "true"),
    ]
}

/// What is documented without the body it takes: off until the tenant's own pages confirm it.
fn switches() -> Vec<Setting> {
    vec![
        flag(
            COMMENTS,
            "Offer comments",
            "Writing, changing and deleting comments. Turn it on when your tenant's pages confirm the form they take.",
            "false",
        ),
        choice(
            COMMENT_KEY,
            "Where a comment's text goes",
            "The name of the text in what is sent.",
            &[("text", "text"), ("comment", "comment")],
        ),
        flag(
            TAGS,
            "Offer tags",
            "Adding and removing tags. Turn it on when your tenant's pages confirm the form they take.",
            "false",
        ),
        choice(
            TAGS_BODY,
            "How tags are sent",
            "As an object that holds the list, or as the bare list.",
            &[(OBJECT, "{\"tags\": […]}"), (BARE_LIST, "[…]")],
        ),
        flag(
            TURN_AROUND_TIME,
            "Offer the turn-around time",
            "Setting a case's turn-around time in days. Turn it on when your tenant's pages confirm the form it takes.",
            "false",
        ),
        flag(
            METADATA,
            "Offer custom metadata",
            "Adding, changing and deleting custom metadata. Turn it on when your tenant's pages confirm the form it takes.",
            "false",
        ),
        flag(
            OWNERS,
            "Offer owners",
            "Setting a case's owner by a PATCH of the case, in TruSight Software Suite alone. Turn it on when your tenant's pages \
             confirm the form it takes.",
            "false",
        ),
        flag(
            ATTACH_FILES,
            "Offer attaching files",
            "Attaching a file to a case for everybody. Turn it on when your tenant's pages confirm the form it takes.",
            "false",
        ),
        setting(
            FILE_PART,
            "Where a file goes",
            "The name of the part of the form that holds the file.",
            FieldKind::Text,
            Some("file"),
        ),
        flag(
            DELETE_FILES,
            "Offer deleting files",
            "Deleting a file of a case for everybody. Takes one more request for each case, for the list of its files.",
            "false",
        ),
    ]
}
