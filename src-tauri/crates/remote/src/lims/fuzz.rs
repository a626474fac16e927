//! Targets: what a LIMS answers when it has taken something, and when it has not.

use std::sync::LazyLock;

use rounds_domain::{action::Action, error::AndNow, reply::Submitted};
use serde_json::{Value, json};

use super::{
    Lims,
    actions::{CREATE_CASE, CREATE_PATIENT, UPDATE_PATIENT},
    errors, open,
    testing::action,
    write,
};
use crate::{fuzz::reply, seam::Account, wire::Reply};

const TOKEN: &str = "planted-token";
const NUMBER: &str = "000-12-3456";

/// Made once: its clients read the machine's certificates.
static SYSTEM: LazyLock<Lims> = LazyLock::new(system);

fn system() -> Lims {
    let of = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    let account = Account {
        base_url: "https://lab.example.org".into(),
        settings: of(&[("patientMode", "option1")]),
        secrets: of(&[("token", TOKEN)]),
        learned: of(&[]),
        session: None,
    };
    open(&account).unwrap_or_else(|why| panic!("{why}"))
}

fn sent() -> [Action; 3] {
    let contact = json!({"firstName": "Thelma", "lastName": "Cordero", "sex": "F", "dateOfBirth": "1945-07-14",
        "socialSecurityNumber": NUMBER});
    [
        action(
            CREATE_CASE,
            &json!({"caseNumber": "TST23-00014", "dateOfService": "2023-06-01", "patient": {"contact": contact}}),
        ),
        action(CREATE_PATIENT, &json!({"contact": contact})),
        action(UPDATE_PATIENT, &json!({"patientMRN": "P1", "contact": {"phoneNumber": "555-0100"}})),
    ]
}

/// A success: it is taken as such or it is in doubt, and what is kept of it tells no secret.
pub(crate) fn taken(data: &[u8]) {
    let status = reqwest::StatusCode::CREATED;
    let reply = Reply { status, retry_after: None, media_type: None, body: data.to_vec() };
    for action in sent() {
        let Ok(request) = SYSTEM.request(&action) else { panic!("it was checked") };
        match write::answered(&reply, &action, &request, &[]) {
            Ok(Submitted::Told(_, record)) => {
                let item = serde_json::to_string(&record.item).unwrap_or_default();
                assert!(!item.contains(NUMBER), "a social security number is shown whole");
                assert!(!record.item.external_id.trim().is_empty() && !record.fingerprint.is_empty());
                assert!(serde_json::from_str::<Value>(&record.raw).is_ok(), "what is kept of it cannot be read");
                let again = serde_json::from_str(&item).ok();
                assert_eq!(again.as_ref(), Some(&record.item), "it is not read again as it was kept");
            }
            Ok(Submitted::Done(_) | Submitted::Accepted(_)) => panic!("what was checked makes an item"),
            Err(error) => assert_eq!(error.and_now, AndNow::Doubtful, "a success says nothing about a refusal"),
        }
    }
}

/// What it says when it says no.
pub(crate) fn refusal(data: &[u8]) {
    let Some(reply) = reply(data) else { return };
    let secrets = [TOKEN.to_owned(), NUMBER.to_owned()];
    let refusal = errors::refusal(&reply, &secrets);
    if let Some(words) = &refusal.words {
        assert!(words.chars().count() <= 601 && !words.chars().any(char::is_control), "not fit to be shown");
        assert!(secrets.iter().all(|secret| !words.contains(secret.as_str())), "a secret is shown");
    }
    let doubt = matches!(refusal.status, 408 | 425 | 500..=599) || !refusal.clean && refusal.status != 429;
    for what in [errors::What::Case, errors::What::Record, errors::What::Change] {
        let error = errors::write(&refusal, what);
        assert!(!doubt || error.and_now == AndNow::Doubtful, "{} would be taken for a no", refusal.status);
    }
}
