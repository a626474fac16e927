//! What a person may do with a case, and why not where not (the sheet, "Write"); and the values that this touches.

use rounds_domain::action::{Fields, Offer};

use super::dto;
use crate::carevalidate::actions::{self, value};

/// What may be done with a case as it stands.
pub(super) fn of_case(case: &dto::Case) -> Vec<Offer> {
    let archived = case.is_archived == Some(true);
    vec![
        // An archived case still takes notes: the vendor refuses only status changes on one.
        offered(actions::COMMENT),
        offered(actions::DECISION_DRAFT),
        open(case, archived),
        if archived { refused(actions::CLOSE, "The case is archived already.") } else { offered(actions::CLOSE) },
        if archived {
            offered(actions::REOPEN)
        } else {
            refused(actions::REOPEN, "Only an archived case can be reopened, and this one is not.")
        },
        close_product(case),
    ]
}

/// "OPEN only from ASSIGNED, ABANDONED or OPEN, and 400 on an archived case".
fn open(case: &dto::Case, archived: bool) -> Offer {
    if archived {
        return refused(actions::OPEN, "An archived case cannot be opened. Reopen it first.");
    }
    match word(case).as_deref() {
        Some("ASSIGNED" | "ABANDONED") => offered(actions::OPEN),
        Some("OPEN") => refused(actions::OPEN, "The case is open already."),
        Some(word) => refused(
            actions::OPEN,
            format!("CareValidate opens a case only from ASSIGNED or ABANDONED, and this one is {word}."),
        ),
        None => refused(
            actions::OPEN,
            "CareValidate opens a case only from ASSIGNED or ABANDONED, and names no status for this one.",
        ),
    }
}

fn close_product(case: &dto::Case) -> Offer {
    let mut targets: Vec<String> = Vec::new();
    for id in case.products.iter().filter_map(|product| product.id.clone()) {
        if !targets.contains(&id) {
            targets.push(id);
        }
    }
    if targets.is_empty() {
        return refused(actions::CLOSE_PRODUCT, "CareValidate names no product of this case that could be closed.");
    }
    Offer { targets, ..offered(actions::CLOSE_PRODUCT) }
}

/// What the actions touch.
pub(super) fn values(case: &dto::Case) -> Fields {
    let archive = if case.is_archived == Some(true) { value::ARCHIVED } else { value::NOT_ARCHIVED };
    Fields::from_iter([(value::STATUS.to_owned(), word(case).into()), (value::ARCHIVE.to_owned(), archive.into())])
}

/// The status without the accidents of its spelling, so that `Open` is what opening wanted.
fn word(case: &dto::Case) -> Option<String> {
    case.status.as_ref().map(|word| word.trim().to_ascii_uppercase())
}

fn offered(action: &str) -> Offer {
    Offer { action: action.into(), refused: None, targets: Vec::new() }
}

fn refused(action: &str, why: impl Into<String>) -> Offer {
    Offer { action: action.into(), refused: Some(why.into()), targets: Vec::new() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::lenient::Dto;

    fn case(value: Value) -> dto::Case {
        let Value::Object(fields) = value else { panic!("a case is an object") };
        dto::Case::of(&fields)
    }

    #[test]
    fn every_action_is_offered_or_says_why_not() {
        use actions::{CLOSE, CLOSE_PRODUCT, COMMENT, DECISION_DRAFT, OPEN, REOPEN};
        for (given, may) in [
            (json!({"status": "OPEN"}), vec![COMMENT, DECISION_DRAFT, CLOSE]),
            (json!({"status": "assigned "}), vec![COMMENT, DECISION_DRAFT, OPEN, CLOSE]),
            (json!({"status": "ABANDONED", "isArchived": false}), vec![COMMENT, DECISION_DRAFT, OPEN, CLOSE]),
            (json!({"status": "IN_PROGRESS"}), vec![COMMENT, DECISION_DRAFT, CLOSE]),
            (json!({"status": "APPROVED", "isArchived": null}), vec![COMMENT, DECISION_DRAFT, CLOSE]),
            (json!({"status": "SOMETHING_NEW"}), vec![COMMENT, DECISION_DRAFT, CLOSE]),
            (json!({"products": []}), vec![COMMENT, DECISION_DRAFT, CLOSE]),
            (json!({"status": "ASSIGNED", "isArchived": true}), vec![COMMENT, DECISION_DRAFT, REOPEN]),
            (json!({"products": [{"id": "p"}, {"id": 7}, {}]}), vec![COMMENT, DECISION_DRAFT, CLOSE, CLOSE_PRODUCT]),
        ] {
            let offers = of_case(&case(given.clone()));
            let open: Vec<&str> =
                offers.iter().filter(|offer| offer.refused.is_none()).map(|offer| offer.action.as_str()).collect();
            assert_eq!(open, may, "{given}");
            let declared: Vec<String> = actions::all().into_iter().map(|action| action.name).collect();
            let said: Vec<&String> = offers.iter().map(|offer| &offer.action).collect();
            assert_eq!(said, declared.iter().collect::<Vec<_>>(), "none is silently missing");
        }
        let offers = of_case(&case(json!({"products": [{"id": "p"}, {"id": 7}, {"id": "p"}]})));
        assert_eq!(offers[5].targets, ["p", "7"]);
    }

    #[test]
    fn what_an_action_wants_is_read_in_the_words_in_which_it_wants_it() {
        for (given, action, stands) in [
            (json!({"status": "open"}), actions::OPEN, true),
            (json!({"status": "ASSIGNED"}), actions::OPEN, false),
            (json!({"isArchived": true}), actions::CLOSE, true),
            (json!({}), actions::CLOSE, false),
            (json!({"isArchived": false}), actions::REOPEN, true),
            (json!({"isArchived": "true"}), actions::REOPEN, false),
        ] {
            let declared = actions::all().into_iter().find(|declared| declared.name == action).expect("declared");
            let (values, wants) = (values(&case(given.clone())), declared.wants(&Fields::new()));
            assert!(!wants.is_empty());
            assert_eq!(wants.iter().all(|(key, wanted)| values.get(key) == Some(wanted)), stands, "{given} {action}");
        }
    }
}
