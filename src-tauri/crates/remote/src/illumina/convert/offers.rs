//! What a person may do with a case, and why not where not. Illumina tells no permissions; the server decides.

use rounds_domain::{
    action::Offer,
    detail::{Attachment, Comment},
};
use serde_json::Value;

use super::{Rules, stage};
use crate::illumina::{
    actions::{self, DELIVERY},
    dto::Case,
    metadata,
};

/// What is known of a case.
pub(super) struct Known<'a> {
    pub(super) case: &'a Case,
    pub(super) comments: &'a [Comment],
    /// `None` when this read did not ask for them.
    pub(super) files: Option<&'a [Attachment]>,
    pub(super) metadata: &'a Value,
    /// What of it could not be read.
    pub(super) unread: &'a [String],
}

const SWITCHED_OFF: &str = "Switched off in the connection's settings: Illumina documents that it exists and not in which form. Turn it \
                            on when your tenant's pages confirm the form.";

pub(super) fn of_case(known: &Known<'_>, rules: &Rules) -> Vec<Offer> {
    let case = known.case;
    let state = stage::state_of(case).unwrap_or_default();
    let targets: Vec<String> =
        DELIVERY.iter().map(|(status, sub)| actions::state(status, sub)).filter(|target| *target != state).collect();
    let mut offers = vec![offered(actions::STATUS, targets)];
    let warned = stage::sub_state(case) == "QC_WARNING";
    for action in [actions::QC_OVERRIDE, actions::QC_MODIFY] {
        offers.push(unless(action, (!warned).then_some("The case has no QC warning."), Vec::new()));
    }
    let no_process = if stage::is_over(case) {
        Some("The case is over.")
    } else {
        (stage::sub_state(case) == "PROCESSING").then_some("The case is being processed.")
    };
    offers.push(unless(actions::PROCESS, no_process, Vec::new()));
    offers.extend(on_comments(known, rules));
    offers.extend(on_the_case(known, rules));
    offers
}

fn on_comments(known: &Known<'_>, rules: &Rules) -> [Offer; 3] {
    let unread = known.unread.iter().any(|part| part == "comments");
    let stop = if !rules.allowed.comments {
        Some(SWITCHED_OFF)
    } else if !rules.read_comments {
        Some(
            "Reading comments is switched off in the connection's settings; without it nothing could tell whether yours arrived.",
        )
    } else if unread {
        Some("Illumina does not let this key read the comments; without them nothing could tell whether yours arrived.")
    } else if rules.me.name.is_empty() {
        Some("Set your name there in the connection's settings: comments are told apart by it.")
    } else {
        None
    };
    let mine =
        known.comments.iter().filter(|comment| comment.author.as_ref().is_some_and(|author| rules.me.is(author)));
    let mine: Vec<String> = mine.filter_map(|comment| comment.id.clone()).collect();
    let none = stop.or_else(|| mine.is_empty().then_some("None of its comments is yours."));
    [
        unless(actions::COMMENT, stop, Vec::new()),
        unless(actions::EDIT_COMMENT, none, mine.clone()),
        unless(actions::DELETE_COMMENT, none, mine),
    ]
}

fn on_the_case(known: &Known<'_>, rules: &Rules) -> [Offer; 8] {
    let allowed = &rules.allowed;
    let off = |on: bool| (!on).then_some(SWITCHED_OFF);
    let tags: Vec<String> = known.case.tags.0.iter().map(|tag| tag.trim().to_owned()).collect();
    let unread = |part: &str| known.unread.iter().any(|unread| unread == part);
    let no_metadata = off(allowed.metadata).or_else(|| {
        (!rules.read_metadata || unread("custom metadata"))
            .then_some("The custom metadata is not read, so it is not known what would be replaced.")
    });
    let has_metadata = metadata::value(known.metadata) != Value::Null;
    let no_owner = if rules.patches {
        off(allowed.owners)
    } else {
        Some("Connected Insights tells its users not to PATCH cases, so owners are set in the software itself.")
    };
    let files: Vec<String> = known.files.into_iter().flatten().map(|file| file.id.clone()).collect();
    let no_list = unread("files").then_some(
        "Illumina does not let this key read the files; without them nothing could tell whether yours arrived.",
    );
    let no_file = off(allowed.delete_files)
        .or_else(|| files.is_empty().then_some("The case has no files that this key can see."));
    [
        unless(actions::TAG, off(allowed.tags), Vec::new()),
        unless(actions::UNTAG, off(allowed.tags).or_else(|| tags.is_empty().then_some("The case has no tags.")), tags),
        unless(actions::TURN_AROUND_TIME, off(allowed.turn_around_time), Vec::new()),
        unless(actions::METADATA, no_metadata, Vec::new()),
        unless(
            actions::DELETE_METADATA,
            no_metadata.or_else(|| (!has_metadata).then_some("The case has no custom metadata.")),
            Vec::new(),
        ),
        unless(actions::OWNER, no_owner, Vec::new()),
        unless(actions::ATTACH, off(allowed.attach_files).or(no_list), Vec::new()),
        unless(actions::DELETE_FILE, no_file, files),
    ]
}

fn offered(action: &str, targets: Vec<String>) -> Offer {
    Offer { action: action.into(), refused: None, targets }
}

fn unless(action: &str, why_not: Option<&str>, targets: Vec<String>) -> Offer {
    match why_not {
        None => offered(action, targets),
        Some(why) => Offer { action: action.into(), refused: Some(why.into()), targets: Vec::new() },
    }
}
