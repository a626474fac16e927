//! What can be done at Ambra ("Writes" of the contract sheet): each action with its fields, what it touches, and how doubt
//! about it is settled.

use std::collections::BTreeMap;

use rounds_domain::{
    action::{Proof, Verb},
    declare::{ActionDeclaration, ActionField, Choice, FieldKind},
    item::ItemKind,
};

pub(super) const STATUS: &str = "status";
pub(super) const COMMENT: &str = "comment";
pub(super) const DELETE_COMMENT: &str = "delete-comment";
pub(super) const APPROVE: &str = "approve";
pub(super) const REJECT: &str = "reject";
pub(super) const STAR: &str = "star";
pub(super) const TAG: &str = "tag";
pub(super) const UNTAG: &str = "untag";
pub(super) const QC_STATUS: &str = "qc-status";
pub(super) const AUDIT: &str = "audit";
pub(super) const CASE_STATUS: &str = "case-status";
pub(super) const COMPLETE: &str = "complete";
pub(super) const CLOSE: &str = "close";
pub(super) const ASSIGN_MEDICAL: &str = "assign-medical";
pub(super) const ASSIGN_ADMIN: &str = "assign-admin";
pub(super) const UNASSIGN_MEDICAL: &str = "unassign-medical";
pub(super) const UNASSIGN_ADMIN: &str = "unassign-admin";
pub(super) const RETURN: &str = "return";

/// What stands in an item's values, by Ambra's own names.
pub(super) mod value {
    pub(in crate::ambra) const STATUS: &str = "study_status";
    pub(in crate::ambra) const MUST_APPROVE: &str = "must_approve";
    pub(in crate::ambra) const STAR: &str = "star";
    pub(in crate::ambra) const TAGS: &str = "tags";
    pub(in crate::ambra) const STUDY_UID: &str = "study_uid";
    pub(in crate::ambra) const QC_STATUS: &str = "qctask_status";
    pub(in crate::ambra) const QC_TASK: &str = "qctask";
    pub(in crate::ambra) const CASE_STATUS: &str = "case_status";
    pub(in crate::ambra) const SUBMITTED: &str = "submitted";
    pub(in crate::ambra) const RETURNED: &str = "returned_reason";
    pub(in crate::ambra) const COMPLETED: &str = "completed";
    pub(in crate::ambra) const CLOSED: &str = "closed";
    pub(in crate::ambra) const MEDICAL: &str = "assigned_medical_id";
    pub(in crate::ambra) const ADMIN: &str = "assigned_admin_id";
}

/// The token of a study whose lock is mine: in `/study/status/locks`.
pub(super) const MY_LOCK: &str = "lock:mine";
/// The token of a study whose star is told: nobody but me sets or sees it ("Set the star flag on a study for the user").
pub(super) const MY_STAR: &str = "star:mine";
/// The token of what shows its tags: a tag stands there once, and "only returned if the object has tags" leaves nothing open. What was
/// wanted is there, whoever did it.
pub(super) const ITS_TAGS: &str = "tags:shown";
/// The token of a study that shows its comments: one of mine that was there and is not, only I can have deleted.
pub(super) const ITS_COMMENTS: &str = "comments:shown";
/// The token of a case that has gone back to its owner: the reason shows whose return it was.
pub(super) const WENT_BACK: &str = "returned";
/// The states of a QC task.
pub(super) const QC_STATES: [&str; 3] = ["Open", "InProgress", "Closed"];

/// Every action.
pub(super) fn all() -> Vec<ActionDeclaration> {
    let mut all = on_studies();
    all.extend(on_cases());
    all
}

/// Whether an action is one of those for this kind of item.
pub(super) fn is_for(action: &str, kind: ItemKind) -> bool {
    match action {
        TAG | UNTAG => true,
        STATUS | COMMENT | DELETE_COMMENT | APPROVE | REJECT | STAR | QC_STATUS | AUDIT => kind == ItemKind::Study,
        _ => kind == ItemKind::Case,
    }
}

fn on_studies() -> Vec<ActionDeclaration> {
    vec![
        ActionDeclaration {
            fields: vec![ActionField::new(
                "to",
                "New status",
                "One of the status tags that can follow.",
                FieldKind::ItemChoice,
                true,
            )],
            touches: keys(&[value::STATUS]),
            sets: sets(&[(value::STATUS, "to")]),
            own_mark: Some(MY_LOCK.into()),
            ..ActionDeclaration::new(
                STATUS,
                "Change status",
                Verb::Status,
                Proof::CompareAndSet,
                "Everybody who can see the study sees the new status. Some statuses lock the study to you until you move it on. \
                 It is set only if the status is still the one you saw.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new("text", "Text", "What to write on the study.", FieldKind::LongText, true)],
            ..ActionDeclaration::new(
                COMMENT,
                "Comment",
                Verb::Comment,
                Proof::Comment,
                "Everybody who may read the study's comments can read it under your name, and may be notified. It cannot be \
                 changed afterwards; you can delete it.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new(
                "comment",
                "Comment",
                "Which of your comments.",
                FieldKind::ItemChoice,
                true,
            )],
            own_mark: Some(ITS_COMMENTS.into()),
            ..ActionDeclaration::new(
                DELETE_COMMENT,
                "Delete my comment",
                Verb::Remove,
                Proof::None,
                "The comment is gone for everybody and cannot be brought back.",
            )
        },
        ActionDeclaration {
            fields: vec![
                ActionField::new(
                    "delay",
                    "Wait (seconds)",
                    "Shows the study as approved only after so many seconds. Not together with conditions.",
                    FieldKind::Number { least: 0, most: 600 },
                    false,
                ),
                ActionField::new(
                    "must_match",
                    "Conditions (JSON)",
                    "Field names and values that must match before the study is shown as approved, as a JSON hash such as \
                     {\"modality\": \"CT\"}. Not together with a wait.",
                    FieldKind::LongText,
                    false,
                ),
            ],
            touches: keys(&[value::MUST_APPROVE]),
            sets: sets(&[(value::MUST_APPROVE, "=false")]),
            ..ActionDeclaration::new(
                APPROVE,
                "Approve",
                Verb::Decide,
                Proof::None,
                "This does not sign or approve the report. The study becomes visible to everybody in its namespace, and the \
                 account's routing rules and notifications run on it. This cannot be taken back.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new(
                "message",
                "Message",
                "Sent to the person who shared the study.",
                FieldKind::LongText,
                false,
            )],
            touches: keys(&[value::MUST_APPROVE]),
            ..ActionDeclaration::new(
                REJECT,
                "Reject",
                Verb::Decide,
                Proof::None,
                "The study is not taken into its namespace and disappears from the list. The person who shared it is told, with \
                 your message. This cannot be taken back.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new(value::STAR, "Star", "On or off.", FieldKind::Flag, true)],
            touches: keys(&[value::STAR]),
            own_mark: Some(MY_STAR.into()),
            ..ActionDeclaration::new(STAR, "Star", Verb::Mark, Proof::Value, "Only you see your stars.")
        },
        ActionDeclaration {
            fields: vec![ActionField::new("tag", "Tag", "A word of your own.", FieldKind::Text, true)],
            touches: keys(&[value::TAGS]),
            sets: sets(&[(value::TAGS, "+tag")]),
            own_mark: Some(ITS_TAGS.into()),
            ..ActionDeclaration::new(
                TAG,
                "Add a tag",
                Verb::Mark,
                Proof::None,
                "Everybody who can see it sees its tags.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new("tag", "Tag", "Which of its tags.", FieldKind::ItemChoice, true)],
            touches: keys(&[value::TAGS]),
            sets: sets(&[(value::TAGS, "-tag")]),
            own_mark: Some(ITS_TAGS.into()),
            ..ActionDeclaration::new(
                UNTAG,
                "Remove a tag",
                Verb::Remove,
                Proof::None,
                "Everybody who can see it sees its tags.",
            )
        },
        ActionDeclaration {
            fields: vec![ActionField::new(
                "to",
                "New status",
                "Of the study's quality-control task.",
                FieldKind::ItemChoice,
                true,
            )],
            touches: keys(&[value::QC_STATUS, value::QC_TASK]),
            sets: sets(&[(value::QC_STATUS, "to")]),
            ..ActionDeclaration::new(
                QC_STATUS,
                "Change QC status",
                Verb::Set,
                Proof::CompareAndSet,
                "Everybody who works on the task sees it. It is set only if the status is still the one you saw.",
            )
        },
        ActionDeclaration {
            fields: vec![
                ActionField::new(
                    "entry",
                    "Entry",
                    "What the audit trail is to say.",
                    FieldKind::Choice {
                        options: [("STUDY_VIEW", "I viewed the study"), ("REPORT_VIEW", "I viewed its report")]
                            .map(|(value, label)| Choice { value: value.into(), label: label.into() })
                            .to_vec(),
                    },
                    true,
                ),
                ActionField::new(
                    "reason",
                    "Reason",
                    "Why you viewed the study; written before the view itself.",
                    FieldKind::Text,
                    false,
                ),
                ActionField::new("detail", "Detail", "Goes with the entry.", FieldKind::Text, false),
            ],
            touches: keys(&[value::STUDY_UID]),
            ..ActionDeclaration::new(
                AUDIT,
                "Write to the audit trail",
                Verb::Mark,
                Proof::None,
                "The entry stands in Ambra's legal trail under your name and cannot be taken back.",
            )
        },
    ]
}

fn on_cases() -> Vec<ActionDeclaration> {
    let assign = |name, label: &str, who: &str, key: &str| ActionDeclaration {
        fields: vec![ActionField::new(key, who, "A member of the account.", FieldKind::Person, true)],
        touches: keys(&[key, value::CLOSED]),
        ..ActionDeclaration::new(
            name,
            label,
            Verb::Assign,
            Proof::Value,
            "The person is told by e-mail, if they want such messages. Ambra keeps whatever was set last.",
        )
    };
    let unassign = |name, label: &str, key: &str| ActionDeclaration {
        touches: keys(&[key]),
        sets: sets(&[(key, "=null")]),
        ..ActionDeclaration::new(name, label, Verb::Assign, Proof::Value, "Nobody is told.")
    };
    let end = |name, label: &str, key: &str, consequence: &str| ActionDeclaration {
        touches: keys(&[value::COMPLETED, value::CLOSED]),
        sets: sets(&[(key, "=true")]),
        ..ActionDeclaration::new(name, label, Verb::Set, Proof::Value, consequence)
    };
    vec![
        ActionDeclaration {
            fields: vec![ActionField::new(
                "to",
                "New status",
                "One of the account's case statuses.",
                FieldKind::ItemChoice,
                true,
            )],
            touches: keys(&[value::CASE_STATUS]),
            sets: sets(&[(value::CASE_STATUS, "to")]),
            ..ActionDeclaration::new(
                CASE_STATUS,
                "Change case status",
                Verb::Status,
                Proof::Value,
                "Everybody who works on the case sees it. Ambra keeps whatever was set last.",
            )
        },
        assign(ASSIGN_MEDICAL, "Assign a physician", "Physician", value::MEDICAL),
        assign(ASSIGN_ADMIN, "Assign an administrator", "Administrator", value::ADMIN),
        unassign(UNASSIGN_MEDICAL, "Take the physician off", value::MEDICAL),
        unassign(UNASSIGN_ADMIN, "Take the administrator off", value::ADMIN),
        end(
            COMPLETE,
            "Complete",
            value::COMPLETED,
            "The case's owner and whom the account names are told. This cannot be taken back here.",
        ),
        end(CLOSE, "Close", value::CLOSED, "The case is put away for everybody. This cannot be taken back here."),
        ActionDeclaration {
            fields: vec![ActionField::new(
                "reason",
                "Reason",
                "Why it goes back; the owner reads it.",
                FieldKind::LongText,
                true,
            )],
            touches: keys(&[value::SUBMITTED, value::COMPLETED, value::CLOSED, value::RETURNED]),
            sets: sets(&[(value::RETURNED, "reason")]),
            own_mark: Some(WENT_BACK.into()),
            ..ActionDeclaration::new(
                RETURN,
                "Return to the owner",
                Verb::Decide,
                Proof::None,
                "The case goes back to the person it is for, with your reason. This cannot be taken back.",
            )
        },
    ]
}

fn keys(keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| (*key).to_owned()).collect()
}

fn sets(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, from)| ((*key).to_owned(), (*from).to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(name: &str) -> ActionDeclaration {
        all().into_iter().find(|action| action.name == name).expect(name)
    }

    #[test]
    fn approving_says_first_that_it_signs_nothing() {
        let said = declared(APPROVE).consequence;
        assert!(said.starts_with("This does not sign or approve the report."), "a radiologist reads first: {said}");
    }

    #[test]
    fn what_leads_one_way_says_so() {
        for name in [APPROVE, REJECT, COMPLETE, CLOSE, RETURN] {
            let action = declared(name);
            let one_way = action.verb == Verb::Decide || (action.verb == Verb::Set && action.fields.is_empty());
            assert!(one_way, "the window shows {name} as one that cannot be taken back");
            assert!(action.consequence.contains("cannot be taken back"), "{name} says so: {}", action.consequence);
        }
    }
}
