//! What a laboratory's LIMS declares: its settings. What can be done there is in [`actions`](super::actions).
//!
//! Every rule that the contract sheet marks "open" or "inferred" is a setting here, with the sheet's default.

use rounds_domain::declare::{Choice, FieldKind, Setting, System};

use super::actions;
use crate::common::{self, Reading, setting};

/// The word that names the system.
pub(super) const NAME: &str = "lims";
/// What people call it.
pub(super) const TITLE: &str = "LIMS";

pub(super) const PATIENT_MODE: &str = "patientMode";
pub(super) const PREFIX: &str = "prefix";
pub(super) const AUTH_HEADER: &str = "auth_header";
pub(super) const AUTH_SCHEME: &str = "auth_scheme";
pub(super) const USER_NAME: &str = "user_name";
pub(super) const CLIENT_NPI: &str = "client_npi";
pub(super) const RECEIVING_LAB: &str = "receiving_lab";
pub(super) const LEAN_LAB: &str = "lean_lab";
pub(super) const LOCATION_NPI: &str = "location_npi";
pub(super) const DISCIPLINE: &str = "discipline";
pub(super) const SPECIALTY: &str = "specialty";
pub(super) const MODALITY: &str = "modality";
pub(super) const SUB_MODALITY: &str = "sub_modality";
pub(super) const SPECIMEN_MODALITY: &str = "specimen_modality";
pub(super) const ORDERING_APPLICATION: &str = "ordering_application";
pub(super) const ID_FORM: &str = "id_form";
pub(super) const PATIENT_BODY: &str = "patient_body";
pub(super) const TOKEN: &str = "token";

/// How it is asked. Nothing is read there, so only what concerns writes counts.
pub(super) const READING: Reading<'static> =
    Reading { title: TITLE, poll: "", open_again: "", all_again: "", per_second: 2, page_reads: 1, rows: (1, 1, 1) };

/// What the system declares.
pub(super) fn system() -> System {
    System {
        name: NAME.into(),
        title: TITLE.into(),
        about: "Accessioning at a pathology laboratory: cases with their specimens and patients (LIMS API v4). Nothing can be read \
                there; what was made here stays on the worklist."
            .into(),
        settings: settings(),
        secrets: vec![Setting {
            required: true,
            ..setting(
                TOKEN,
                "Access token",
                "The token that the laboratory gave you. It is sent with every request and shown to nobody.",
                FieldKind::Secret,
                None,
            )
        }],
        feeds: vec![],
        actions: actions::all(),
        parts: vec![],
        look_up: None,
    }
}

fn choice(options: &[(&str, &str)]) -> FieldKind {
    let option = |(value, label): &(&str, &str)| Choice { value: (*value).into(), label: (*label).into() };
    FieldKind::Choice { options: options.iter().map(option).collect() }
}

fn settings() -> Vec<Setting> {
    let own = vec![
        setting(
            PATIENT_MODE,
            "What the laboratory does with patients",
            "The same request means opposite things at different laboratories, so this decides what is offered. Ask the \
             laboratory before you change it.",
            choice(&[
                ("legacy", "legacy: a case has its own patient, and there are no patient records"),
                ("option1", "option 1: patient records of their own; a case links one, or has its own patient"),
                ("option2", "option 2: a case with an MCID links a patient record and overwrites it"),
            ]),
            Some("legacy"),
        ),
        setting(
            PREFIX,
            "Path before /lims",
            "/v4 or /api/v4: the laboratory's document writes both. An address that ends with one of them counts first.",
            choice(&[("/v4", "/v4"), ("/api/v4", "/api/v4")]),
            Some("/v4"),
        ),
        setting(
            USER_NAME,
            "Your name",
            "Under whose name what you do here stands in the outbox. The LIMS itself is told the account only.",
            FieldKind::Text,
            None,
        ),
        setting(AUTH_HEADER, "Header of the token", "No document names it.", FieldKind::Text, Some("Authorization")),
        setting(
            AUTH_SCHEME,
            "Word before the token",
            "No document names it. Write none for the token alone.",
            FieldKind::Text,
            Some("Bearer"),
        ),
        text(CLIENT_NPI, "Client NPI", "The client's NPI of a case whose form names none."),
        text(RECEIVING_LAB, "Receiving laboratory", "The receiving laboratory's MCID of a case whose form names none."),
        text(LOCATION_NPI, "Location of service", "The NPI of the location of service that goes with each case."),
        text(LEAN_LAB, "Lean laboratory", "The MCID of the lean laboratory that goes with each case."),
        text(DISCIPLINE, "Discipline", "The discipline that goes with each case, for example Pathology."),
        text(
            SPECIALTY,
            "Specialty",
            "The discipline's specialty that goes with each case, for example Gastrointestinal.",
        ),
        text(MODALITY, "Modality", "The modality that goes with each case, for example Pathology."),
        text(SUB_MODALITY, "Sub-modality", "The sub-modality that goes with each case."),
        text(
            SPECIMEN_MODALITY,
            "Modality of specimens",
            "The modality that goes with each specimen, for example Pathology.",
        ),
        text(ORDERING_APPLICATION, "Ordering application", "The name under which the laboratory knows who orders."),
        setting(
            ID_FORM,
            "Ids of digits",
            "Payers and patients have ids that are numbers in one place and text in another. What is not digits alone is always \
             text.",
            choice(&[("number", "as numbers"), ("text", "as text")]),
            Some("number"),
        ),
        setting(
            PATIENT_BODY,
            "A new patient record is sent",
            "The document says “the same payload as above” and does not say whether it stands inside “patient”.",
            choice(&[("bare", "as it is"), ("wrapped", "inside “patient”")]),
            Some("bare"),
        ),
    ];
    own.into_iter().chain(common::writing_settings(&READING)).collect()
}

fn text(key: &str, label: &str, help: &str) -> Setting {
    setting(key, label, &format!("{help} Without it nothing of the kind is sent."), FieldKind::Text, None)
}
