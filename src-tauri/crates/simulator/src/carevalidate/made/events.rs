//! Calendar events: video visits of some cases.

use std::borrow::Cow;

use super::case::Scene;
use super::{Section, clinician};
use crate::carevalidate::wire::CalendarEvent;
use crate::stamp::{DAY, HOUR, MINUTE, Stamp};

const ZONES: &[&str] = &["America/New_York", "America/Chicago", "America/Los_Angeles", "Pacific/Honolulu", "UTC"];

pub(super) fn events(scene: &Scene<'_>) -> Vec<CalendarEvent> {
    let mut dice = scene.dice(Section::Events);
    let Some(doctor) = scene.bones.clinician.map(clinician) else { return Vec::new() };
    let count = match dice.below(100) {
        0..70 => 0,
        70..95 => 1,
        _ => 2,
    };
    (0..count)
        .map(|_| {
            let day = scene.bones.created.0 - scene.bones.created.0.rem_euclid(DAY) + dice.between(1, 12) * DAY;
            let start = day + dice.between(14, 23) * HOUR + dice.between(0, 3) * 15 * MINUTE;
            let code = dice.code(10);
            let zoom = dice.per_mille(600);
            CalendarEvent {
                id: dice.uuid(),
                start_date_time: Stamp(start),
                end_date_time: Stamp(start + dice.between(1, 3) * 10 * MINUTE),
                timezone: (!dice.per_mille(40)).then(|| dice.pick(ZONES)),
                meeting_link: (!dice.per_mille(60)).then(|| format!("https://meet.example.org/{code}")),
                meeting_provider: Some(if zoom { "zoom" } else { "google_meet" }),
                cancel_url: Some(format!("https://calendar.example.org/cancel/{code}")),
                reschedule_url: Some(format!("https://calendar.example.org/move/{code}")),
                provider_name: Some(Cow::Owned(format!("{} {}", doctor.first, doctor.last))),
                provider_email: (!dice.per_mille(100)).then_some(doctor.email),
            }
        })
        .collect()
}
