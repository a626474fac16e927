//! Payments and appointments. Amounts stay the text that the remote wrote.

use rounds_domain::detail::{Appointment, Fact, Payment};

use super::{
    date, fact, moment,
    people::{named, person},
    present, yes,
};
use crate::carevalidate::dto;

/// "Payment Object".
pub(super) fn payment(payment: &dto::Payment) -> Payment {
    let creator = payment.created_by.as_ref().and_then(person);
    let mut facts = present([
        yes("Deleted", payment.is_deleted),
        date("Due", &payment.due_date),
        date("Paid", &payment.payment_date),
        date("Cancelled", &payment.cancellation_date),
        yes("Scheduled", payment.is_scheduled),
        fact("Position in the schedule", &payment.schedule_position),
        yes("Made automatically", payment.is_auto_created),
    ]);
    if let Some(fees) = &payment.fees {
        facts.extend(
            fees.amounts.iter().filter_map(|(name, amount)| Fact::some(&fee_name(name), Some(amount.as_str()))),
        );
        facts.extend(fees.sub_fees.iter().filter_map(|fee| {
            let label = fee.label.as_deref().unwrap_or("Fee without a name");
            Fact::some(label, Some(fee.amount.as_deref().unwrap_or("amount not stated")))
        }));
    }
    facts.extend(present([
        date("Made", &payment.created_at),
        date("Changed", &payment.updated_at),
        fact("Made by", &creator.as_ref().and_then(named)),
        fact("Made by (e-mail)", &creator.as_ref().and_then(|creator| creator.email.clone())),
        fact("Made by (id)", &creator.as_ref().and_then(|creator| creator.id.clone())),
    ]));
    Payment {
        id: payment.id.clone(),
        description: payment.description.clone(),
        amount: payment.amount.clone(),
        status: payment.status.clone(),
        facts,
    }
}

/// `techPlatformFee` becomes `Tech platform fee`.
fn fee_name(name: &str) -> String {
    let mut words = String::new();
    for (index, letter) in name.chars().enumerate() {
        if index == 0 {
            words.extend(letter.to_uppercase());
        } else if letter.is_uppercase() {
            words.push(' ');
            words.extend(letter.to_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// "Calendar Event Object".
pub(super) fn appointment(event: &dto::CalendarEvent) -> Appointment {
    Appointment {
        id: event.id.clone(),
        starts: moment(&event.start),
        ends: moment(&event.end),
        facts: present([
            fact("With", &event.provider_name),
            fact("E-mail", &event.provider_email),
            fact("Time zone", &event.timezone),
            fact("Held over", &event.meeting_provider),
            fact("Meeting address", &event.meeting_link),
            fact("Address to reschedule", &event.reschedule_url),
            fact("Address to cancel", &event.cancel_url),
        ]),
    }
}
