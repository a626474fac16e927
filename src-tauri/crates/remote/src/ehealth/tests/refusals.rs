//! The document's table of errors, word for word, and in other words.

use rounds_domain::error::AndNow;
use serde_json::{Value, json};

use crate::ehealth::{
    call::Signature,
    declaration,
    errors::{No, Refused},
};

fn signature() -> Signature {
    Signature::new("planted-token", "planted-key", None).expect("good")
}

fn of_write(code: u16, error: &Value) -> Refused {
    No::of_job(code, Some(error), &signature()).of_write()
}

/// The rows of the document: code, message, and what is to be done.
const TABLE: &[(u16, &str, AndNow)] = &[
    (401, "Invalid access token", AndNow::SignIn),
    (403, "Your scope does not allow to access this resource. Missing allowances: specimen:process", AndNow::Forbidden),
    (403, "Access denied. Party is not verified", AndNow::Forbidden),
    (403, "Access denied. Party is deceased", AndNow::Forbidden),
    (404, "not found", AndNow::Gone),
    (409, "Specimen is not in available status", AndNow::Conflict),
    (422, "Should be between collected datetime and current datetime", AndNow::Invalid),
    (422, "Value is already set and cannot be changed", AndNow::Conflict),
];

#[test]
fn every_row_of_the_table_is_known_wherever_its_words_stand() {
    for (code, message, and_now) in TABLE {
        let rules = json!([{"rule": "invalid", "description": message, "params": []}]);
        for error in [
            json!({"type": "x", "message": message}),
            json!({"type": "x", "message": message.to_uppercase()}),
            json!({"type": "validation_failed", "message": "Validation failed.", "invalid": [{"entry": "$.received_time", "rules": rules}]}),
            json!({"error": {"message": message}}),
            json!([{"message": message}]),
            json!(message),
        ] {
            let Refused::This(told) = of_write(*code, &error) else { panic!("{error} is about this action") };
            assert_eq!(told.and_now, *and_now, "{code} {error}");
            let words = told.message.to_lowercase();
            assert!(words.contains(&message.to_lowercase()), "eHealth's own words are told: {}", told.message);
            assert!(
                words.contains("nothing was changed") || words.contains("is saved here"),
                "what is safe: {}",
                told.message
            );
        }
    }
}

#[test]
fn a_legal_entity_that_is_not_active_is_about_the_account() {
    for message in ["client_id refers to legal entity that is not active", "Legal entity is not ACTIVE"] {
        let Refused::Account(told) = of_write(409, &json!({"message": message})) else { panic!("{message}") };
        assert_eq!(told.and_now, AndNow::SignIn);
    }
}

#[test]
fn what_has_no_row_goes_to_a_person_or_is_doubt() {
    for (code, and_now) in [
        (400, AndNow::Invalid),
        (403, AndNow::Forbidden),
        (409, AndNow::Conflict),
        (422, AndNow::Invalid),
        (418, AndNow::Invalid),
        (500, AndNow::Doubtful),
        (504, AndNow::Doubtful),
        (408, AndNow::Doubtful),
    ] {
        let Refused::This(told) = of_write(code, &json!({"message": "nobody knows"})) else { panic!("{code}") };
        assert_eq!(told.and_now, and_now, "{code}");
    }
}

#[test]
fn no_secret_and_no_endless_words_are_told() {
    let error = json!({"message": format!("planted-token and planted-key\u{0} https://x.example.org/a?b=c {}", "x".repeat(900))});
    let words = No::of_job(422, Some(&error), &signature()).refusal.words.expect("words");
    assert!(!words.contains("planted") && !words.contains("b=c") && !words.contains('\u{0}'), "{words}");
    assert!(words.chars().count() <= 301);
}

#[test]
fn a_connection_that_cannot_work_says_what_to_put_right() {
    let refused = |but: &[(&str, &str)], url: &str| match crate::ehealth::open(&super::account(url, but)) {
        Ok(_) => panic!("{but:?} is taken"),
        Err(why) => why,
    };
    let good = "https://ehealth.example.org";
    assert!(refused(&[(declaration::WATCHED_PATIENTS, "Іваненко")], good).contains("patient 1"));
    assert!(refused(&[(declaration::PROCESS_VERB, "../x")], good).contains(declaration::PROCESS_VERB));
    assert!(refused(&[(declaration::ALLOW_REJECT, "maybe")], good).contains(declaration::ALLOW_REJECT));
    assert!(refused(&[], "http://ehealth.example.org").contains("https://"));
    let mut nobody = super::account(good, &[]);
    nobody.secrets.remove(declaration::TOKEN);
    assert!(crate::ehealth::open(&nobody).err().is_some_and(|why| why.contains("token")));
}
