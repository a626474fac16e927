//! What was made here as it stands on the worklist: before it is sent, what its person filled in; afterwards with what the reply says
//! (MAPPING, column lims).

use rounds_domain::{
    action::{Action, Fields},
    detail::{Fact, FactGroup},
    item::{Flag, Identifier, IdentifierKind, ItemKind, Priority, Status, StatusGroup, WorkItem},
    moment::Moment,
    patient::{Patient, PersonName},
    secret,
    text::fold,
};
use serde_json::Value;

use super::{
    actions::{CREATE_PATIENT, UPDATE_PATIENT, is_of_patient},
    payload::{self, object, objects, text},
    reply::{Named, Told},
    specimens,
};

/// What stands before the number of a patient's record that is known by its MRN.
const BY_MRN: &str = "mrn:";

/// The item that an action is about, with what its person filled in. Fails with words for them.
pub(super) fn made(action: &Action) -> Result<WorkItem, String> {
    let fields = &action.fields;
    check_number(fields)?;
    let mut item = if is_of_patient(&action.name) { record(action)? } else { case(fields)? };
    item.created = Some(Moment { text: action.made_at.to_rfc3339(), at: Some(action.made_at) });
    item.status = Status { word: None, group: StatusGroup::Active, known: true };
    Ok(item)
}

fn case(fields: &Fields) -> Result<WorkItem, String> {
    specimens::check(fields)?;
    let number = text(fields, "caseNumber").unwrap_or_default();
    let patient = object(fields, "patient");
    let contact = object(patient, "contact");
    let person = if contact.is_empty() { object(fields, "known") } else { contact };
    let mcid = text(fields, "MCID");
    let mut identifiers = vec![identifier(IdentifierKind::Display, "Case", number)];
    identifiers
        .extend(text(fields, "requisitionNumber").map(|text| identifier(IdentifierKind::Item, "Requisition", text)));
    identifiers.extend(mcid.map(|text| identifier(IdentifierKind::Patient, "MCID", text)));
    identifiers.extend(referring(patient));
    let stat = fields.get("stat").and_then(Value::as_bool) == Some(true);
    let mut facts = vec![about(fields)];
    facts.extend(of_patient(patient));
    facts.extend(samples(fields));
    facts.extend(coded(fields));
    let test = fields.get("testCase").and_then(Value::as_bool) == Some(true);
    Ok(WorkItem {
        patient: Some(Patient { external_id: mcid.map(str::to_owned), ..person_of(person) }),
        identifiers,
        title: specimens::summary(fields).or_else(|| Some("Case without specimens".into())),
        priority: if stat { Priority::Stat } else { Priority::Routine },
        flags: test.then(|| Flag { label: "Test case".into(), alert: false }).into_iter().collect(),
        facts: facts.into_iter().filter(|group| !group.facts.is_empty()).collect(),
        ..WorkItem::bare(number, ItemKind::Case)
    })
}

fn record(action: &Action) -> Result<WorkItem, String> {
    let fields = &action.fields;
    let mrn = text(fields, "patientMRN");
    if action.name == UPDATE_PATIENT {
        if let Some(label) = payload::contradicts_itself(fields) {
            return Err(format!("“{label}” is filled in and to be emptied. Choose one of them; nothing was saved."));
        }
        let names_nothing = fields.keys().all(|key| key == "patientMRN");
        if names_nothing {
            return Err("Nothing is filled in that is to be changed. Nothing was saved.".into());
        }
    }
    let name = match mrn {
        Some(mrn) => format!("{BY_MRN}{mrn}"),
        // Nobody chooses a number for a new record: the one that Rounds made for what was done stands for it.
        None => action.id.to_string(),
    };
    let mut identifiers: Vec<Identifier> =
        mrn.map(|mrn| identifier(IdentifierKind::Mrn, "MRN", mrn)).into_iter().collect();
    identifiers.extend(referring(fields));
    let mut facts = of_patient(fields);
    let emptied =
        facts_of("To be emptied", payload::emptied(fields).into_iter().map(|path| ("Value", path.to_owned())));
    facts.extend(Some(emptied).filter(|group| !group.facts.is_empty()));
    let title = if action.name == CREATE_PATIENT { "New patient record" } else { "Change of a patient record" };
    Ok(WorkItem {
        patient: Some(person_of(object(fields, "contact"))),
        identifiers,
        title: Some(title.into()),
        facts,
        ..WorkItem::bare(name, ItemKind::Patient)
    })
}

/// The item as it stands now that the LIMS has taken it.
pub(super) fn taken(action: &Action, told: &Told) -> Result<WorkItem, String> {
    let mut item = made(action)?;
    let is_case = item.kind == ItemKind::Case;
    let group = if is_case { StatusGroup::Active } else { StatusGroup::Done };
    let word = if action.name == UPDATE_PATIENT { "updated" } else { "created" };
    item.status = Status { word: Some(word.into()), group, known: true };
    item.updated = action.sent_at.map(|at| Moment { text: at.to_rfc3339(), at: Some(at) });
    // MRN, MCID and ID are three things, and nothing says how they map.
    let numbers = [
        (IdentifierKind::Mrn, "MRN", &told.mrn),
        (IdentifierKind::Patient, "Clinical MRN", &told.clinical_mrn),
        (IdentifierKind::Patient, "Referring lab MRN", &told.referring_lab_mrn),
        (IdentifierKind::Patient, "MCID", &told.mcid),
        (if is_case { IdentifierKind::Item } else { IdentifierKind::Patient }, "ID", &told.id),
    ];
    for (kind, label, value) in numbers {
        let Some(value) = value else { continue };
        if !item.identifiers.iter().any(|known| known.label == label && known.value == *value) {
            item.identifiers.push(identifier(kind, label, value));
        }
    }
    if let (Some(named), Some(patient)) = (&told.person, item.patient.as_mut()) {
        let filled_in = patient.clone();
        take(patient, named);
        if is_somebody_else(&filled_in, patient) {
            item.flags.push(Flag { label: "The LIMS names another patient".into(), alert: true });
            let name = filled_in.name.display().unwrap_or_default();
            let born = filled_in.birth_date.map(|date| date.text).unwrap_or_default();
            item.facts.insert(0, facts_of("As you filled it in", [("Patient", name), ("Born", born)].into_iter()));
        }
    }
    Ok(item)
}

/// Whom the LIMS names counts, part by part.
fn take(patient: &mut Patient, named: &Named) {
    let over = |known: &mut Option<String>, told: &Option<String>| {
        if told.is_some() {
            known.clone_from(told);
        }
    };
    over(&mut patient.name.family, &named.last);
    over(&mut patient.name.given, &named.first);
    over(&mut patient.gender, &named.sex);
    if let Some(born) = &named.born {
        patient.birth_date = Some(Moment::read(born.clone()));
    }
}

/// Whether a family name or a birth date that was filled in reads otherwise.
fn is_somebody_else(filled_in: &Patient, told: &Patient) -> bool {
    let name = |patient: &Patient| patient.name.family.as_deref().map(fold);
    let born = |patient: &Patient| {
        patient.birth_date.as_ref().map(|date| date.text.get(..10).unwrap_or(&date.text).to_owned())
    };
    let differs = |one: Option<String>, other: Option<String>| one.is_some() && one != other;
    differs(name(filled_in), name(told)) || differs(born(filled_in), born(told))
}

/// A social security number has nine digits. What was typed is not repeated.
fn check_number(fields: &Fields) -> Result<(), String> {
    let contacts = [object(fields, "contact"), object(object(fields, "patient"), "contact")];
    for number in contacts.into_iter().filter_map(|contact| text(contact, "socialSecurityNumber")) {
        let digits = number.chars().filter(char::is_ascii_digit).count();
        if digits != 9 || number.chars().any(|c| !c.is_ascii_digit() && c != '-' && c != ' ') {
            return Err(
                "The social security number does not have nine digits. Correct it or leave it out; nothing was saved."
                    .into(),
            );
        }
    }
    Ok(())
}

fn identifier(kind: IdentifierKind, label: &str, value: &str) -> Identifier {
    Identifier { kind, label: label.into(), value: value.into(), issuer: None }
}

fn referring(patient: &Fields) -> Option<Identifier> {
    let number = text(patient, "referringMedicalRecordNumber")?;
    Some(Identifier {
        issuer: Some("Referring".into()),
        ..identifier(IdentifierKind::Patient, "Referring MRN", number)
    })
}

fn person_of(contact: &Fields) -> Patient {
    let part = |key: &str| text(contact, key).map(str::to_owned);
    let given: Vec<&str> = ["firstName", "middleName"].iter().filter_map(|key| text(contact, key)).collect();
    let name = PersonName::of(Some(&given.join(" ")), text(contact, "lastName"));
    Patient {
        external_id: None,
        name: PersonName { prefix: part("prefix"), suffix: part("suffix"), ..name },
        birth_date: part("dateOfBirth").map(Moment::read),
        gender: part("sex"),
    }
}

fn facts_of<'a>(title: &str, facts: impl Iterator<Item = (&'a str, String)>) -> FactGroup {
    let fact = |(label, value): (&str, String)| Fact { label: label.into(), moment: None, value };
    FactGroup { title: title.into(), facts: facts.filter(|(_, value)| !value.trim().is_empty()).map(fact).collect() }
}

fn shown<'a>(fields: &'a Fields, of: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = (&'a str, String)> {
    of.iter().filter_map(|(key, label)| Some((*label, text(fields, key)?.to_owned())))
}

fn about(fields: &Fields) -> FactGroup {
    let mut group = facts_of(
        "Case",
        shown(
            fields,
            &[
                ("dateOfService", "Date of service"),
                ("receivedDate", "Received"),
                ("receivingLab", "Receiving laboratory"),
            ],
        ),
    );
    for fact in &mut group.facts {
        fact.moment = Some(Moment::read(fact.value.clone())).filter(|moment| moment.at.is_some());
    }
    group.facts.extend(facts_of("", shown(object(fields, "client"), &[("npi", "Client NPI")])).facts);
    group
}

fn of_patient(patient: &Fields) -> Vec<FactGroup> {
    let contact = object(patient, "contact");
    let mut person = facts_of(
        "Patient",
        shown(contact, &[("email", "E-mail"), ("phoneNumber", "Phone"), ("workPhone", "Phone at work")]),
    );
    let number = text(contact, "socialSecurityNumber").map(|number| ("Social security number", secret::mask(number)));
    person.facts.extend(facts_of("", number.into_iter()).facts);
    let lines = ["street1", "street2", "city", "state", "zip", "countryCode"];
    let lines: Vec<&str> = lines.iter().filter_map(|key| text(object(patient, "address"), key)).collect();
    person.facts.extend(facts_of("", [("Address", lines.join(", "))].into_iter()).facts);
    let ranks = ["Primary insurance", "Secondary insurance", "Tertiary insurance"];
    let insured = objects(patient, "insurances").zip(ranks).map(|(one, title)| {
        let relationship = one.get("insuredRelationshipID").map(|id| ("Relationship", id.to_string()));
        let insured = object(one, "insuredContact");
        let name = PersonName::of(text(insured, "firstName"), text(insured, "lastName")).display();
        let words =
            shown(one, &[("payer", "Payer MCID"), ("memberNumber", "Member number"), ("groupNumber", "Group number")]);
        facts_of(title, words.chain(relationship).chain(name.map(|name| ("Insured", name))))
    });
    std::iter::once(person).chain(insured).filter(|group| !group.facts.is_empty()).collect()
}

fn samples(fields: &Fields) -> Option<FactGroup> {
    let facts = specimens::tree(fields).into_iter().map(|(depth, one)| {
        let part = |key: &str| text(one, key).unwrap_or_default();
        let words = ["tissueOrigin", "tissueType", "specimenType", "pathologyStain", "grossDescription"];
        let words: Vec<&str> = words.iter().filter_map(|key| text(one, key)).collect();
        let label = format!("{}{} {}", "– ".repeat(depth), part("sampleType"), part("sampleNumber"));
        Fact { label, value: words.join(" · "), moment: None }
    });
    let facts: Vec<Fact> = facts.collect();
    (!facts.is_empty()).then(|| FactGroup { title: "Specimens".into(), facts })
}

fn coded(fields: &Fields) -> Vec<FactGroup> {
    let joined = |one: &Fields, keys: &[&str]| -> String {
        keys.iter().filter_map(|key| text(one, key)).collect::<Vec<_>>().join(" · ")
    };
    let diagnoses = objects(fields, "diagnoses")
        .map(|one| ("Diagnosis", joined(one, &["code", "codeSystem", "description", "mode"])));
    let physicians = objects(fields, "physicians").map(|one| ("NPI", joined(one, &["npi", "relationship"])));
    vec![facts_of("Diagnoses", diagnoses), facts_of("Physicians", physicians)]
}
