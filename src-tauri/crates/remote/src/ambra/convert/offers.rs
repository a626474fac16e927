//! What a person may do with an item, and why not where not (the sheet, "Writes"). Permissions are 0 unless granted: those
//! that a study tells itself count first, then the role's.

use rounds_domain::action::Offer;

use super::{Context, offered, refused};
use crate::ambra::{
    actions::{self, QC_STATES},
    dto,
};

/// Of a study.
pub(super) fn of_study(id: &str, study: &dto::Study, context: &Context<'_>) -> Vec<Offer> {
    let may = |flag: &str| study.permissions.0.get(flag).copied().unwrap_or_else(|| context.session.may(flag));
    let frozen = study.is_frozen == Some(true);
    let gate = |action: &str, flag: &str, stops_when_frozen: bool| {
        if stops_when_frozen && frozen {
            Some(refused(action, "The study is frozen; only approving, stars and tags are left."))
        } else {
            (!may(flag)).then(|| refused(action, no_permission(flag)))
        }
    };
    let awaits = |action: &str| {
        (study.must_approve != Some(true)).then(|| refused(action, "The study does not await approval."))
    };
    let mine: Vec<String> = study
        .comments
        .iter()
        .filter(|comment| comment.is_mine == Some(true))
        .filter_map(|comment| comment.uuid.clone())
        .collect();
    let deleting = if mine.is_empty() {
        refused(actions::DELETE_COMMENT, "None of its comments is yours.")
    } else {
        offered(actions::DELETE_COMMENT, mine)
    };
    let plain = |action: &str| offered(action, Vec::new());
    // "This is only returned if the user has the study_comment_view permissions": without them nothing shows whether a comment whose
    // answer was lost is there, and another would be a second one.
    let commenting = if study.comments_told.0 || may("study_comment_view") {
        plain(actions::COMMENT)
    } else {
        refused(
            actions::COMMENT,
            "Ambra does not show you its comments (study_comment_view), so nothing could show that yours arrived.",
        )
    };
    let mut offers = vec![
        gate(actions::STATUS, "study_status_edit", true).unwrap_or_else(|| status(id, study, context)),
        gate(actions::COMMENT, "study_comment_edit", true).unwrap_or(commenting),
        gate(actions::DELETE_COMMENT, "study_comment_edit", true).unwrap_or(deleting),
        awaits(actions::APPROVE)
            .or_else(|| gate(actions::APPROVE, "study_approve", false))
            .unwrap_or_else(|| plain(actions::APPROVE)),
        awaits(actions::REJECT)
            .or_else(|| gate(actions::REJECT, "study_approve", false))
            .unwrap_or_else(|| plain(actions::REJECT)),
        gate(actions::STAR, "study_star", false).unwrap_or_else(|| plain(actions::STAR)),
    ];
    offers.extend(tags(&study.tags.0, may("study_tag")));
    offers.push(qc_status(study));
    offers.push(if context.rules.audit {
        plain(actions::AUDIT)
    } else {
        refused(actions::AUDIT, "Switched off in the connection's settings.")
    });
    offers
}

/// `study_status_tags` lists the legal targets, and is absent where the person may not edit or another holds the lock.
fn status(id: &str, study: &dto::Study, context: &Context<'_>) -> Offer {
    if study.is_locked == Some(true) {
        return refused(actions::STATUS, "Another person holds the lock on this study.");
    }
    let Some(tags) = &study.study_status_tags else {
        return refused(
            actions::STATUS,
            "Ambra names no status that can follow: you may not change it, or another person holds its lock.",
        );
    };
    let singleton =
        context.session.account.as_ref().map(|account| account.stages.singleton.as_slice()).unwrap_or_default();
    let held = |tag: &String| {
        let others = context.locks.iter().flatten().filter(|(held, _)| *held != id);
        singleton.contains(tag) && others.into_iter().any(|(_, status)| status.as_ref() == Some(tag))
    };
    let others = tags.0.iter().filter(|tag| Some(*tag) != study.study_status.as_ref());
    let (full, targets): (Vec<String>, Vec<String>) = others.cloned().partition(held);
    match (targets.is_empty(), full.is_empty()) {
        (false, _) => offered(actions::STATUS, targets),
        (true, false) => refused(
            actions::STATUS,
            format!("You already hold another study in {}, which allows one at a time.", full.join(", ")),
        ),
        (true, true) => refused(actions::STATUS, "The account's rules let no status follow this one."),
    }
}

fn qc_status(study: &dto::Study) -> Offer {
    match study.qctasks.as_slice() {
        [] => refused(actions::QC_STATUS, "The study has no quality-control task that you can see."),
        [task] => {
            let others = QC_STATES.iter().filter(|state| Some(**state) != task.qctask_status.as_deref());
            offered(actions::QC_STATUS, others.map(|state| (*state).to_owned()).collect())
        }
        _ => refused(
            actions::QC_STATUS,
            "The study has several quality-control tasks. Change the one you mean in Ambra.",
        ),
    }
}

/// Of a case: `case_edit`, or one's own as its physician with `case_edit_only_own`.
pub(super) fn of_case(case: &dto::Case, context: &Context<'_>) -> Vec<Offer> {
    let session = context.session;
    let own = case.assigned_medical_id.is_some() && case.assigned_medical_id == session.user;
    let may = session.may("case_edit") && (own || !session.may("case_edit_only_own"));
    let locked_by = case.locked_user_id.as_ref().filter(|by| Some(*by) != session.user.as_ref());
    let stop = if may {
        locked_by.map(|_| {
            let who = case.locked_user_name.as_deref().unwrap_or("Another person");
            format!("{who} has locked the case.")
        })
    } else {
        Some(no_permission("case_edit"))
    };
    let (completed, closed) = (case.completed == Some(true), case.closed == Some(true));
    let offer = |action: &str, why_not: Option<&str>, targets: Vec<String>| match (&stop, why_not) {
        (Some(stop), _) => refused(action, stop.clone()),
        (None, Some(why_not)) => refused(action, why_not),
        (None, None) => offered(action, targets),
    };
    let tags = case.case_status_tags.iter().flat_map(|tags| &tags.0);
    let next: Vec<String> = tags.filter(|tag| Some(*tag) != case.case_status.as_ref()).cloned().collect();
    let shut = closed.then_some("The case is closed.");
    let nobody = |id: &Option<String>| super::person(id, &None).is_none().then_some("Nobody is assigned.");
    let to_return = if completed || closed {
        Some("The case is completed or closed.")
    } else {
        (case.submitted != Some(true)).then_some("The case is not submitted.")
    };
    let mut offers = vec![
        offer(actions::CASE_STATUS, next.is_empty().then_some("Ambra names no other status for this case."), next),
        offer(actions::ASSIGN_MEDICAL, shut, Vec::new()),
        offer(actions::ASSIGN_ADMIN, shut, Vec::new()),
        offer(actions::UNASSIGN_MEDICAL, nobody(&case.assigned_medical_id), Vec::new()),
        offer(actions::UNASSIGN_ADMIN, nobody(&case.assigned_admin_id), Vec::new()),
        offer(actions::COMPLETE, completed.then_some("The case is already completed.").or(shut), Vec::new()),
        offer(actions::CLOSE, closed.then_some("The case is already closed."), Vec::new()),
        offer(actions::RETURN, to_return, Vec::new()),
    ];
    offers.extend(self::tags(&case.tags.0, session.may("study_tag")));
    offers
}

/// Adding a tag and taking one off, on anything.
pub(super) fn tags(tags: &[String], may: bool) -> Vec<Offer> {
    let gate = |action: &str| (!may).then(|| refused(action, no_permission("study_tag")));
    let removing = if tags.is_empty() {
        refused(actions::UNTAG, "It has no tags.")
    } else {
        offered(actions::UNTAG, tags.to_vec())
    };
    vec![
        gate(actions::TAG).unwrap_or_else(|| offered(actions::TAG, Vec::new())),
        gate(actions::UNTAG).unwrap_or(removing),
    ]
}

fn no_permission(flag: &str) -> String {
    format!("Your role at Ambra does not permit it ({flag}).")
}
