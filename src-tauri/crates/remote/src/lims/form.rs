//! What a person fills in. The keys are the document's own, so that a body is made of what stands here (the sheet, "Create a case").

use rounds_domain::declare::{ActionField, Choice, FieldKind};

use super::actions::field;

const TEXT: FieldKind = FieldKind::Text;

fn needed(field: ActionField) -> ActionField {
    ActionField { required: true, ..field }
}

fn by_default(field: ActionField, value: &str) -> ActionField {
    ActionField { default: Some(value.into()), ..field }
}

/// Fields that belong together.
pub(super) fn group(key: &str, label: &str, help: &str, fields: Vec<ActionField>, required: bool) -> ActionField {
    ActionField { required, ..field(key, label, help, FieldKind::Group { fields }) }
}

fn list(key: &str, label: &str, one: &str, help: &str, fields: Vec<ActionField>, most: usize) -> ActionField {
    field(key, label, help, FieldKind::List { one: one.into(), fields, least: 0, most })
}

fn choice(options: &[(&str, &str)]) -> FieldKind {
    let option = |(value, label): &(&str, &str)| Choice { value: (*value).into(), label: (*label).into() };
    FieldKind::Choice { options: options.iter().map(option).collect() }
}

fn sex() -> FieldKind {
    choice(&[("M", "M"), ("F", "F"), ("U", "U (not known)")])
}

/// The fields of a case, with those that say whose it is after its numbers.
pub(super) fn case(patient: Vec<ActionField>) -> Vec<ActionField> {
    let mut fields = vec![
        needed(field(
            "caseNumber",
            "Case number",
            "Chosen by you, and yours alone: what the LIMS does with one that it has already is not documented.",
            TEXT,
        )),
        field("requisitionNumber", "Requisition number", "As it stands on the requisition.", TEXT),
        needed(field(
            "dateOfService",
            "Date of service",
            "The day on which the specimens were taken.",
            FieldKind::Date,
        )),
        field(
            "receivedDate",
            "Received",
            "When the specimens arrived at the laboratory. Left empty, they count as not received.",
            FieldKind::Moment { since: None, happened: false },
        ),
        field("stat", "STAT", "Work on it goes before everything else.", FieldKind::Flag),
        field("testCase", "Test case", "No real patient: the laboratory does no work on it.", FieldKind::Flag),
    ];
    fields.extend(patient);
    fields.extend([
        list(
            "specimens",
            "Specimens",
            "Specimen",
            "Specimens, the cassettes made of them and the slides cut from those, each naming what it comes from.",
            specimen(),
            200,
        ),
        list("diagnoses", "Diagnoses", "Diagnosis", "As coded on the requisition.", diagnosis(), 50),
        list("physicians", "Physicians", "Physician", "Who ordered, and who referred.", physician(), 20),
        group(
            "client",
            "Client",
            "Left empty, the connection's client counts.",
            vec![needed(field("npi", "NPI", "Ten digits.", TEXT))],
            false,
        ),
        field("receivingLab", "Receiving laboratory", "Its MCID. Left empty, the connection's counts.", TEXT),
    ]);
    fields
}

/// A patient record by the id under which a case links it.
pub(super) fn mcid() -> ActionField {
    needed(field(
        "MCID",
        "MCID of the patient",
        "The id by which a case names a patient record. It is neither the MRN nor the ID of a new record.",
        TEXT,
    ))
}

/// What is known of a linked patient, for the worklist alone.
pub(super) fn known() -> ActionField {
    let fields = vec![
        field("firstName", "First name", "", TEXT),
        field("lastName", "Last name", "", TEXT),
        field("dateOfBirth", "Date of birth", "", FieldKind::Date),
    ];
    group(
        "known",
        "Patient on the requisition",
        "Not sent. It shows on the worklist, and is compared with whom the LIMS names.",
        fields,
        false,
    )
}

/// The patient payload (the document's first example).
pub(super) fn patient() -> Vec<ActionField> {
    vec![
        group("contact", "Person", "", contact(true), true),
        group("address", "Address", "", address(), false),
        list("insurances", "Insurances", "Insurance", "Primary, secondary, tertiary: in this order.", insurance(), 3),
        field(
            "referringMedicalRecordNumber",
            "Referring MRN",
            "The medical record number at whoever refers the patient.",
            TEXT,
        ),
    ]
}

/// What of a patient record is to be changed.
pub(super) fn update() -> Vec<ActionField> {
    let mut fields = vec![needed(field(
        "patientMRN",
        "MRN of the patient",
        "The medical record number at this laboratory, by which a patient record is changed. It is neither the MCID nor the ID of a new record.",
        TEXT,
    ))];
    fields.extend([
        group("contact", "Person", "Only what is to be changed.", contact(false), false),
        group("address", "Address", "Only what is to be changed.", address(), false),
        list(
            "insurances",
            "Insurances",
            "Insurance",
            "Replaces all insurances of the record. Left empty, they stay.",
            insurance(),
            3,
        ),
        field(
            "referringMedicalRecordNumber",
            "Referring MRN",
            "The medical record number at whoever refers the patient.",
            TEXT,
        ),
        list(
            "emptied",
            "To be emptied",
            "Value",
            "What the record is to hold no longer. What is merely left empty above stays as it is there.",
            vec![needed(field("name", "Which", "", choice(EMPTIED)))],
            20,
        ),
    ]);
    fields
}

/// What of a patient record can be emptied, by its path.
pub(super) const EMPTIED: &[(&str, &str)] = &[
    ("contact.prefix", "Prefix"),
    ("contact.middleName", "Middle name"),
    ("contact.suffix", "Suffix"),
    ("contact.email", "E-mail"),
    ("contact.phoneNumber", "Phone"),
    ("contact.workPhone", "Phone at work"),
    ("contact.socialSecurityNumber", "Social security number"),
    ("address.street2", "Street, second line"),
    ("insurances", "All insurances"),
    ("referringMedicalRecordNumber", "Referring MRN"),
];

fn contact(whole: bool) -> Vec<ActionField> {
    let identity = |one: ActionField| ActionField { required: whole, ..one };
    vec![
        field("prefix", "Prefix", "Ms, Dr, …", TEXT),
        identity(field("firstName", "First name", "", TEXT)),
        field("middleName", "Middle name", "", TEXT),
        identity(field("lastName", "Last name", "", TEXT)),
        field("suffix", "Suffix", "Jr, III, …", TEXT),
        identity(field("sex", "Sex", "As the laboratory records it.", sex())),
        identity(field("dateOfBirth", "Date of birth", "", FieldKind::Date)),
        field("email", "E-mail", "", TEXT),
        field("phoneNumber", "Phone", "", TEXT),
        field("workPhone", "Phone at work", "", TEXT),
        field(
            "socialSecurityNumber",
            "Social security number",
            "Nine digits. Shown by its last four from here on.",
            FieldKind::Secret,
        ),
    ]
}

fn address() -> Vec<ActionField> {
    vec![
        field("street1", "Street", "", TEXT),
        field("street2", "Street, second line", "", TEXT),
        field("city", "City", "", TEXT),
        field("state", "State", "", TEXT),
        field("zip", "ZIP code", "", TEXT),
        by_default(field("countryCode", "Country", "Two letters.", TEXT), "US"),
    ]
}

fn insurance() -> Vec<ActionField> {
    let insured = vec![
        field("firstName", "First name", "", TEXT),
        field("lastName", "Last name", "", TEXT),
        field("sex", "Sex", "", sex()),
    ];
    let home = vec![
        field("street1", "Street", "", TEXT),
        by_default(field("countryCode", "Country", "Two letters.", TEXT), "US"),
    ];
    vec![
        needed(field("payer", "Payer", "The payer's MCID: a number at one laboratory, a word at another.", TEXT)),
        needed(field(
            "insuredRelationshipID",
            "Relationship to the insured",
            "The laboratory's number for it.",
            FieldKind::Number { least: 0, most: 1_000_000 },
        )),
        field("memberNumber", "Member number", "", TEXT),
        field("groupNumber", "Group number", "", TEXT),
        group("insuredContact", "Insured person", "Where that is somebody else.", insured, false),
        group("insuredAddress", "Address of the insured", "", home, false),
    ]
}

fn specimen() -> Vec<ActionField> {
    vec![
        needed(field("sampleNumber", "Sample number", "As on its label; each once in a case.", TEXT)),
        needed(field(
            "sampleType",
            "What it is",
            "",
            choice(&[("Specimen", "Specimen"), ("Cassette", "Cassette"), ("Slide", "Slide")]),
        )),
        field(
            "parentSampleNumber",
            "Comes from",
            "The sample number of the specimen a cassette was made of, or of the cassette a slide was cut from.",
            TEXT,
        ),
        field("grossDescription", "Gross description", "", FieldKind::LongText),
        field("specimenType", "Specimen type", "The laboratory's MCID for it.", TEXT),
        field("tissueOrigin", "Tissue origin", "The laboratory's MCID for it.", TEXT),
        field("tissueType", "Tissue type", "The laboratory's MCID for it.", TEXT),
        field("pathologyStain", "Stain", "Of a slide: the laboratory's MCID for it.", TEXT),
    ]
}

fn diagnosis() -> Vec<ActionField> {
    vec![
        needed(field("code", "Code", "", TEXT)),
        by_default(field("codeSystem", "Code system", "", TEXT), "ICD10"),
        field("description", "Description", "", TEXT),
        field("mode", "Mode", "Pre-Op or Post-Op.", TEXT),
    ]
}

fn physician() -> Vec<ActionField> {
    vec![
        needed(field("npi", "NPI", "Ten digits.", TEXT)),
        by_default(field("relationship", "Relationship", "ordering or referring.", TEXT), "ordering"),
    ]
}
