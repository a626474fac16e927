use rounds_domain::{
    item::{IdentifierKind, ItemKind, Priority, StatusGroup},
    pull::Record,
};
use serde_json::{Value, json};

use super::{CASE, ORDER, STUDY, converted, converted_with, fields, with};
use crate::ambra::{actions, convert::Rules};

fn shown(record: &Record) -> String {
    serde_json::to_string(&record.item).expect("an item is JSON")
}

/// The texts of a record, but keys of hashes.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.values().for_each(|value| texts(value, found)),
        Value::Array(items) => items.iter().for_each(|value| texts(value, found)),
        Value::String(text) if !text.is_empty() => found.push(text.clone()),
        _ => {}
    }
}

#[test]
fn every_text_of_a_record_is_on_its_page() {
    for (kind, fixture) in [(ItemKind::Study, STUDY), (ItemKind::Case, CASE), (ItemKind::Order, ORDER)] {
        let record = converted(kind, fields(fixture));
        let shown = shown(&record);
        let mut expected = Vec::new();
        texts(&Value::Object(fields(fixture)), &mut expected);
        // What only machines read, or what is shown in other words.
        let elsewhere = |text: &String| {
            text == "OK"
                || text.contains('^')
                || text.starts_with("00000000-")
                || ["b1000000", "ad000000", "cf000000", "d0000000", "2026-01-18 14:20:01", "DICOM"]
                    .iter()
                    .any(|start| text.starts_with(start))
                || (kind == ItemKind::Study && text == "F")
                || ["20260118", "091500", "0900", "20260719", "093000", "047Y"].contains(&text.as_str())
        };
        for text in expected.iter().filter(|text| !elsewhere(text)) {
            let written = serde_json::to_string(text).expect("JSON");
            assert!(shown.contains(written.trim_matches('"')), "{kind:?}: {text} is nowhere");
        }
        let raw: Value = serde_json::from_str(&record.raw).expect("raw is JSON");
        for (key, value) in fields(fixture) {
            if !["status", "HTTP_STATUS_CODE"].contains(&key.as_str()) {
                assert_eq!(raw.get(&key), Some(&value), "{key} is kept as it came");
            }
        }
    }
}

#[test]
fn a_study_is_told_in_our_words() {
    let study = converted(ItemKind::Study, fields(STUDY)).item;
    let patient = study.patient.as_ref().expect("a patient");
    assert_eq!(patient.name.display().as_deref(), Some("KOVALCHUK, Olena Petrivna PhD (Ms)"));
    let born = patient.birth_date.as_ref().expect("a birth date");
    assert_eq!(
        (born.text.as_str(), born.at.map(|at| at.date_naive().to_string()).as_deref()),
        ("19790203", Some("1979-02-03"))
    );
    assert_eq!(study.title.as_deref(), Some("CT · ABDOMEN WITH CONTRAST"));
    assert_eq!(study.priority, Priority::Stat);
    let due = study.due.as_ref().and_then(|due| due.at).map(|due| due.to_rfc3339());
    assert_eq!(due.as_deref(), Some("2026-01-19T11:30:00+00:00"), "what remains of the timer");
    assert_eq!((study.status.group, study.status.known), (StatusGroup::Active, true));
    let mrn = study.identifier(IdentifierKind::Mrn).expect("an MRN");
    assert_eq!((mrn.value.as_str(), mrn.issuer.as_deref()), ("MRN-00417", Some("Northside Imaging")));
    assert_eq!(study.comments[0].text, "Please compare\nwith 2024", "oldest first");
    let taken =
        study.facts[0].facts.iter().find(|fact| fact.label == "Study date").and_then(|fact| fact.moment.clone());
    let taken = taken.map(|taken| (taken.text, taken.at));
    assert_eq!(taken, Some(("2026-01-18 09:15".into(), None)), "as the modality wrote it, in whatever zone it stands");
}

#[test]
fn the_status_group_follows_the_accounts_tags_and_the_settings() {
    let rules = Rules { waiting_tags: vec!["On Hold".into()], ..Rules::default() };
    let given = Rules { done_tags: vec!["Reading".into()], ..Rules::default() };
    for (rules, changes, group, known) in [
        (&rules, json!({"study_status": null}), StatusGroup::New, true),
        (&rules, json!({"study_status": "Unread"}), StatusGroup::New, true),
        (&rules, json!({"study_status": "Reading"}), StatusGroup::Active, true),
        (&rules, json!({"study_status": "Reading", "must_approve": 1}), StatusGroup::New, true),
        (&rules, json!({"study_status": "On Hold"}), StatusGroup::Waiting, true),
        (&rules, json!({"study_status": "Final"}), StatusGroup::Done, true),
        (&rules, json!({"study_status": "Half Read"}), StatusGroup::Active, false),
        (&given, json!({"study_status": "Reading"}), StatusGroup::Done, true),
        (&given, json!({"study_status": "Final"}), StatusGroup::Active, true),
    ] {
        let study = converted_with(ItemKind::Study, with(STUDY, &changes), rules, &None).item;
        assert_eq!((study.status.group, study.status.known), (group, known), "{changes}");
    }
    for (changes, group) in [
        (json!({}), StatusGroup::Active),
        (json!({"assigned_medical_id": null}), StatusGroup::New),
        (json!({"assigned_medical_id": null, "submitted": 0}), StatusGroup::Waiting),
        (json!({"submitted": 0, "returned_date": "2026-01-13 10:00:00+00"}), StatusGroup::Waiting),
        (json!({"completed": 1}), StatusGroup::Done),
        (json!({"completed": 1, "closed": 1}), StatusGroup::Closed),
    ] {
        let case = converted(ItemKind::Case, with(CASE, &changes)).item;
        assert_eq!(case.status.group, group, "{changes}");
        assert_eq!(case.status.word.as_deref(), Some("In Review"), "Ambra's own word stays");
    }
}

#[test]
fn each_action_is_offered_or_says_why_not() {
    let why = |changes: &Value, action: &str| {
        let study = converted(ItemKind::Study, with(STUDY, changes)).item;
        study.offers.into_iter().find(|offer| offer.action == action).expect(action)
    };
    for (changes, action, reason) in [
        (json!({}), actions::STATUS, None),
        (json!({}), actions::COMMENT, None),
        (json!({}), actions::APPROVE, Some("does not await")),
        (json!({"must_approve": 1}), actions::APPROVE, Some("study_approve")),
        (json!({"is_frozen": 1}), actions::STATUS, Some("frozen")),
        (json!({"is_frozen": 1}), actions::COMMENT, Some("frozen")),
        (json!({"is_frozen": 1}), actions::STAR, None),
        (json!({"is_frozen": 1}), actions::TAG, None),
        (json!({"is_locked": 1}), actions::STATUS, Some("holds the lock")),
        (json!({"study_status_tags": null}), actions::STATUS, Some("no status that can follow")),
        (json!({"study_status_tags": ["Reading"]}), actions::STATUS, Some("no status follow")),
        (json!({"permissions": {"study_status_edit": 0}}), actions::STATUS, Some("study_status_edit")),
        (json!({"permissions": {}}), actions::TAG, None),
        (json!({"permissions": {}}), actions::COMMENT, Some("study_comment_edit")),
        (json!({"comments": null}), actions::COMMENT, Some("study_comment_view")),
        (
            json!({"comments": null, "permissions": {"study_comment_edit": 1, "study_comment_view": 1}}),
            actions::COMMENT,
            None,
        ),
        (json!({"comments": []}), actions::COMMENT, None),
        (json!({"comments": []}), actions::DELETE_COMMENT, Some("None of its comments")),
        (json!({"tags": []}), actions::UNTAG, Some("no tags")),
        (json!({"rounds_qctasks": []}), actions::QC_STATUS, Some("no quality-control task")),
        (json!({}), actions::AUDIT, Some("settings")),
    ] {
        let refused = why(&changes, action).refused;
        match reason {
            None => assert_eq!(refused, None, "{action} {changes}"),
            Some(reason) => {
                assert!(refused.as_ref().is_some_and(|why| why.contains(reason)), "{action} {changes}: {refused:?}");
            }
        }
    }
    assert_eq!(why(&json!({}), actions::STATUS).targets, ["Unread", "On Hold", "Final"]);
    assert_eq!(why(&json!({}), actions::DELETE_COMMENT).targets, ["c0000000-0000-4000-8000-000000000001"]);
    assert_eq!(why(&json!({}), actions::QC_STATUS).targets, ["InProgress", "Closed"]);
}

#[test]
fn a_singleton_stage_that_holds_another_study_is_no_target() {
    let offer = |held: &str, changes: Value| {
        let locks = Some([(held.to_owned(), Some("Reading".to_owned()))].into());
        let study = converted_with(ItemKind::Study, with(STUDY, &changes), &Rules::default(), &locks).item;
        (
            study.offers.into_iter().find(|offer| offer.action == actions::STATUS).expect("offered"),
            study.proofs.contains(&actions::MY_LOCK.to_owned()),
        )
    };
    let (other, is_mine) = offer("another", json!({"study_status": "Unread"}));
    assert_eq!((other.targets, is_mine), (vec!["On Hold".to_owned(), "Final".to_owned()], false));
    let (full, _) = offer("another", json!({"study_status": "Unread", "study_status_tags": ["Reading"]}));
    assert!(full.refused.is_some_and(|why| why.contains("one at a time")));
    let (mine, is_mine) = offer("5c2f4a10-0000-4000-8000-000000000001", json!({"study_status": "Unread"}));
    assert!(mine.targets.contains(&"Reading".to_owned()));
    assert!(is_mine);
}

#[test]
fn what_shows_whose_hand_it_was_is_told_only_where_it_can_be_read() {
    let proofs = |kind, sample, changes: &Value| {
        let item = converted(kind, with(sample, changes)).item;
        (item.proofs, item.values.get(actions::value::RETURNED).cloned())
    };
    let (study, _) = proofs(ItemKind::Study, STUDY, &json!({}));
    assert_eq!(study, [actions::MY_STAR, actions::ITS_TAGS, actions::ITS_COMMENTS]);
    let (less, _) = proofs(ItemKind::Study, STUDY, &json!({"star": null, "comments": null}));
    assert!(!less.contains(&actions::MY_STAR.to_owned()), "{less:?}");
    let back =
        json!({"submitted": 0, "returned_date": "2026-03-01 10:00:00+00", "returned_reason": " Images missing\n"});
    let (case, reason) = proofs(ItemKind::Case, CASE, &back);
    assert_eq!(
        (case, reason),
        (vec![actions::WENT_BACK.into(), actions::ITS_TAGS.into()], Some(json!("Images missing")))
    );
    let again = json!({"submitted": 1, "returned_date": "2026-03-01 10:00:00+00", "returned_reason": "Images missing"});
    let (case, reason) = proofs(ItemKind::Case, CASE, &again);
    assert_eq!(
        (case, reason),
        (vec![actions::ITS_TAGS.to_owned()], Some(Value::Null)),
        "handed in again: that is history"
    );
}

#[test]
fn a_case_that_another_has_locked_or_that_is_over_offers_less() {
    let why = |changes: &Value, action: &str| {
        let case = converted(ItemKind::Case, with(CASE, changes)).item;
        case.offers.into_iter().find(|offer| offer.action == action).expect(action).refused
    };
    assert_eq!(why(&json!({}), actions::RETURN), None);
    assert!(why(&json!({"submitted": 0}), actions::RETURN).is_some());
    assert!(why(&json!({"closed": 1}), actions::ASSIGN_MEDICAL).is_some());
    assert!(why(&json!({}), actions::UNASSIGN_ADMIN).is_some_and(|why| why.contains("Nobody")), "zeros are nobody");
    let locked = json!({"locked_user_id": "e0000000-0000-4000-8000-000000000009", "locked_user_name": "Marta Lysenko"});
    assert!(why(&locked, actions::COMPLETE).is_some_and(|why| why.starts_with("Marta Lysenko")));
    let mine = json!({"locked_user_id": "e0000000-0000-4000-8000-000000000001"});
    assert_eq!(why(&mine, actions::COMPLETE), None, "my own lock is none");
}

#[test]
fn a_case_that_does_not_tell_when_it_changed_is_not_said_to_have_changed_when_something_was_done_with_it() {
    let undone = json!({"updated": null, "case_status_date": "2027-03-01 10:00:00+00", "closed_date": null});
    let case = converted(ItemKind::Case, with(CASE, &undone)).item;
    assert_eq!((case.updated, case.feed_time), (None, None), "what is undone takes its date with it");
}

#[test]
fn an_order_is_due_when_its_first_step_starts_while_it_goes_on() {
    let order = converted(ItemKind::Order, fields(ORDER)).item;
    assert_eq!((order.status.group, order.status.word.as_deref()), (StatusGroup::Active, Some("IN PROGRESS")));
    assert_eq!(
        order.due.and_then(|due| due.at).map(|at| at.to_rfc3339()).as_deref(),
        Some("2026-01-18T07:00:00+00:00")
    );
    assert_eq!(order.title.as_deref(), Some("CT abdomen with contrast"));
    let mut done = fields(ORDER);
    done["sps"].as_array_mut().expect("steps").truncate(1);
    let done = converted(ItemKind::Order, done).item;
    assert_eq!((done.status.group, done.due), (StatusGroup::Done, None));
}

#[test]
fn no_value_of_any_kind_in_any_field_makes_it_fail() {
    for (kind, fixture) in [(ItemKind::Study, STUDY), (ItemKind::Case, CASE), (ItemKind::Order, ORDER)] {
        for key in fields(fixture).keys().filter(|key| *key != "uuid") {
            for odd in [
                json!(null),
                json!(7),
                json!("x"),
                json!([]),
                json!([[1], "a", {}]),
                json!({"a": {"b": []}}),
                json!(true),
            ] {
                let record = converted(kind, with(fixture, &json!({key: odd})));
                assert_eq!(record.item.kind, kind, "{key} {odd}");
            }
        }
    }
}

#[test]
fn a_running_timer_and_a_last_access_are_no_change_and_everything_else_is() {
    let print = |changes: Value| converted(ItemKind::Study, with(STUDY, &changes)).fingerprint;
    let base = print(json!({}));
    for same in
        [json!({"study_status_timer": 5399}), json!({"last_access": "2026-01-19 09:00:00+00"}), json!({"status": "ok"})]
    {
        assert_eq!(print(same.clone()), base, "{same}");
    }
    for other in [
        json!({"study_status_timer": -1}),
        json!({"study_status": "Final"}),
        json!({"star": 1}),
        json!({"tags": []}),
        json!({"comments": []}),
        json!({"something_new": 1}),
    ] {
        assert_ne!(print(other.clone()), base, "{other}");
    }
    let locks = Some([("5c2f4a10-0000-4000-8000-000000000001".to_owned(), None)].into());
    let mine = converted_with(ItemKind::Study, fields(STUDY), &Rules::default(), &locks).fingerprint;
    assert_ne!(mine, base, "a lock of mine is a change");
}

#[test]
fn a_link_that_signs_its_reader_in_is_not_kept() {
    for (link, kept) in [
        ("https://viewer.example.org/open?study=42", true),
        ("https://viewer.example.org/open?study=42&sid=abc", false),
        ("https://viewer.example.org/open?Token=abc", false),
        ("https://viewer.example.org/planted-sid/42", false),
    ] {
        let record = converted(ItemKind::Study, with(STUDY, &json!({"viewer_link": link})));
        assert_eq!((record.raw.contains(link), shown(&record).contains(link)), (kept, kept), "{link}");
    }
}
