//! Decisions with medication.

use rounds_domain::{
    detail::{Decision, Medication, Verdict},
    patient::{Person, PersonName},
};

use super::{fact, moment, present, yes_no};
use crate::carevalidate::dto;

/// "Decision Object".
pub(super) fn decision(decision: &dto::Decision) -> Decision {
    let contradicts = decision.is_approved == Some(true) && decision.is_no_decision == Some(true);
    let said = |value: Option<bool>| value.filter(|_| contradicts);
    Decision {
        id: decision.id.clone(),
        verdict: verdict(decision),
        text: decision.decision_text.clone(),
        by: decision.added_by.as_ref().and_then(decider),
        by_facts: decision.added_by.as_ref().map(decider_facts).unwrap_or_default(),
        made: moment(&decision.created_at),
        starts: moment(&decision.start_date),
        ends: moment(&decision.end_date),
        facts: present([
            fact("Category", &decision.category),
            fact("Visit type", &decision.visit_type),
            yes_no("Paid", decision.is_paid),
            yes_no("Approved", said(decision.is_approved)),
            yes_no("No decision", said(decision.is_no_decision)),
            fact("Product id", &decision.product_id),
        ]),
        medication: decision.med_info.iter().map(medication).collect(),
    }
}

/// `isApproved: false` is not a rejection while `isNoDecision` is true (the sheet, "Traps"). Both true contradict each
/// other: then neither is claimed.
fn verdict(decision: &dto::Decision) -> Verdict {
    match (decision.is_approved, decision.is_no_decision) {
        (Some(true), Some(true)) | (None, Some(false) | None) => Verdict::NotStated,
        (_, Some(true)) => Verdict::NoDecision,
        (Some(true), _) => Verdict::Approved,
        (Some(false), _) => Verdict::Rejected,
    }
}

/// "Decision AddedBy Object": the name with its titles.
fn decider(by: &dto::AddedBy) -> Option<Person> {
    let titles: Vec<&str> = [&by.title, &by.title_suffix].into_iter().flatten().map(|title| title.trim()).collect();
    let person = Person {
        id: by.id.clone(),
        name: PersonName {
            suffix: (!titles.is_empty()).then(|| titles.join(", ")),
            ..PersonName::of(by.first_name.as_deref(), by.last_name.as_deref())
        },
        email: by.email.clone(),
    };
    (person != Person::default()).then_some(person)
}

fn decider_facts(by: &dto::AddedBy) -> Vec<rounds_domain::detail::Fact> {
    present([
        fact("Title", &by.title),
        fact("Title suffix", &by.title_suffix),
        fact("NPI", &by.npi),
        fact("DEA", &by.dea),
        fact("Phone", &by.phone_number),
        fact("Address", &by.address),
        fact("Address line 2", &by.address2),
        fact("City", &by.city),
        fact("State", &by.state),
        fact("Postal code", &by.postal_code),
        fact("Country", &by.country),
    ])
}

/// "MedInfo Object".
fn medication(info: &dto::MedInfo) -> Medication {
    Medication {
        id: info.id.clone(),
        medicine: info.medicine.clone().unwrap_or_else(|| "Medicine not named".into()),
        facts: present([
            fact("Dosage", &info.dosage),
            fact("Frequency", &info.dosing_frequency),
            fact("Treatment period", &info.treatment_period),
            fact("Refills", &info.refill_count),
            fact("Instructions for the pharmacy", &info.pharmacy_instructions),
            fact("Order note", &info.order_note),
            yes_no("Prior authorization requested", info.is_prior_auth_requested),
            fact("External id", &info.external_id),
        ]),
        refill: info.is_refill == Some(true),
    }
}
