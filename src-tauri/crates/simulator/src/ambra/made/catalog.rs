//! The words that made-up studies, cases and orders are written with.

/// A kind of examination.
#[derive(Debug)]
pub(crate) struct Examination {
    pub(crate) modality: &'static str,
    pub(crate) description: &'static str,
    pub(crate) images: i64,
    pub(crate) finding: &'static str,
}

const fn examination(
    modality: &'static str,
    description: &'static str,
    images: i64,
    finding: &'static str,
) -> Examination {
    Examination { modality, description, images, finding }
}

pub(crate) static EXAMINATIONS: [Examination; 14] = [
    examination("CT", "CT HEAD WITHOUT CONTRAST", 180, "No acute intracranial abnormality."),
    examination("CT", "CT ABDOMEN AND PELVIS WITH CONTRAST", 640, "Mild sigmoid diverticulosis without inflammation."),
    examination("CT", "CT PULMONARY ANGIOGRAM", 520, "No filling defect in the pulmonary arteries."),
    examination("MR", "MRI BRAIN W WO CONTRAST", 900, "Scattered white matter foci, unchanged."),
    examination("MR", "MRI KNEE LEFT", 260, "Complex tear of the posterior horn of the medial meniscus."),
    examination("MR", "MRI LUMBAR SPINE", 310, "Broad-based disc protrusion at L4-L5."),
    examination("CR", "CHEST 2 VIEWS", 2, "Lungs are clear. Normal heart size."),
    examination("DX", "WRIST RIGHT 3 VIEWS", 3, "Nondisplaced fracture of the distal radius."),
    examination("MG", "MAMMOGRAM SCREENING BILATERAL", 8, "BI-RADS 1, negative."),
    examination("US", "US ABDOMEN COMPLETE", 60, "Cholelithiasis without signs of cholecystitis."),
    examination("US", "US THYROID", 42, "A nodule of 9 mm in the right lobe, TI-RADS 3."),
    examination("NM", "BONE SCAN WHOLE BODY", 12, "No scintigraphic evidence of metastases."),
    examination("PT", "PET CT SKULL BASE TO MID THIGH", 1_100, "No hypermetabolic lesion."),
    examination("XA", "CORONARY ANGIOGRAM", 24, "Moderate stenosis of the left anterior descending artery."),
];

/// The account's setting `study_status_tags`; the first is the default, the last is final.
pub(crate) const STAGES: [&str; 5] = ["Unread", "Reading", "Dictating", "On Hold", "Final"];
/// `study_status_mutex_tags`: these lock a study to whoever sets them.
pub(crate) const MUTEX: [&str; 2] = ["Reading", "Dictating"];
/// `study_status_singleton_tags`: of this a user can hold one study.
pub(crate) const SINGLETON: &str = "Reading";

/// The account's setting `case_status_tags`.
pub(crate) const CASE_STAGES: [&str; 4] = ["New", "In Progress", "Awaiting Records", "Opinion Ready"];

/// The account and two places in it; each is a namespace of its own, and an issuer of patient ids.
pub(crate) const NAMESPACES: [&str; 3] =
    ["Harrow Bridge Imaging", "Harrow Bridge West Clinic", "Cedar Point Radiology"];

pub(crate) const TAGS: [&str; 6] = ["teaching", "second-look", "tumor board", "peer review", "call back", "research"];

pub(crate) const COMMENTS: [&str; 8] = [
    "Prior from 2024 is on the outside disc, please compare.",
    "Patient could not hold still; series 4 is degraded.",
    "Called the ED with the result.",
    "Please add the reformats before sign-off.",
    "Referring office asked for an addendum on the left side.",
    "Contrast reaction during the last visit, see the allergy note.",
    "Can someone second-read this one? – thanks",
    "Запит на попередні знімки надіслано.",
];

pub(crate) const INDICATIONS: [&str; 6] = [
    "Persistent headache",
    "Follow-up of a known nodule",
    "Trauma",
    "Preoperative assessment",
    "Abdominal pain",
    "Staging",
];

pub(crate) const RETURNS: [&str; 3] =
    ["The images are incomplete.", "The consent form is missing.", "The prior report can't be read."];

pub(crate) const MESSAGES: [(&str, &str); 4] = [
    ("Downtime on Sunday", "The archive will be unavailable on Sunday from 02:00 to 04:00."),
    ("Outside disc", "The disc from the outside hospital has been uploaded."),
    ("Report question", "The ward asks when the report will be final."),
    ("Protocol change", "Knee studies now include the oblique series."),
];

pub(crate) const QC_MESSAGES: [&str; 4] = [
    "Laterality marker is missing",
    "Patient id does not match the order",
    "Series 3 is incomplete",
    "Wrong protocol used",
];
