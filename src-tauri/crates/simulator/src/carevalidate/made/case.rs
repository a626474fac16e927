//! Putting a case together from its bones.

use std::borrow::Cow;

use uuid::Uuid;

use super::catalog::{BUNDLES, Bundle};
use super::skeleton::{Plot, Skeleton, Status};
use super::{Section, activity, clinician, decisions, dice, events, files, forms, orders, payments, talk, user};
use crate::carevalidate::wire::{Assignee, Case, Product, ProductBundle, Submitter, Subscription, User};
use crate::dice::Dice;
use crate::people::{Person, person};

/// The parts that are served on request only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) attachments: bool,
    pub(crate) orders: bool,
    pub(crate) calendar_events: bool,
}

impl Parts {
    pub(crate) const ALL: Self = Self { attachments: true, orders: true, calendar_events: true };
}

/// What the sections of one case share.
pub(crate) struct Scene<'a> {
    pub(crate) plot: &'a Plot,
    pub(crate) bones: &'a Skeleton,
    pub(crate) bundle: &'static Bundle,
    pub(crate) person: Person,
    pub(crate) person_id: String,
}

impl Scene<'_> {
    pub(crate) fn dice(&self, section: Section) -> Dice {
        dice(self.plot.seed, self.bones.index, section)
    }

    /// The person who submitted the case, as a Basic User.
    pub(crate) fn submitter(&self) -> User {
        User {
            id: Some(Cow::Owned(self.person_id.clone())),
            first_name: self.person.first.clone(),
            last_name: self.person.last.clone(),
            email: None,
        }
    }
}

/// The id of the n-th case of another organisation: it exists, but not for this key.
pub(crate) fn foreign_id(seed: u64, n: u32) -> Uuid {
    dice(seed, n, Section::Foreign).uuid()
}

/// A fixed id for something that all cases share.
pub(crate) fn shared_id(seed: u64, what: u64, number: usize) -> Uuid {
    Dice::new(seed, &[0x736_8617_2656_4000, what, number as u64]).uuid()
}

/// The whole case.
pub(crate) fn case(plot: &Plot, bones: &Skeleton, parts: Parts) -> Case {
    let mut dice = dice(plot.seed, bones.index, Section::Head);
    let bundle = &BUNDLES[bones.bundle];
    let person_id = format!("usr-p{}", Dice::new(plot.seed, &[0x0070_6964, bones.person]).code(15));
    let scene = Scene { plot, bones, bundle, person: person(plot.seed, bones.person), person_id };

    let short_id = format!("RND-{}", dice.code(6).to_ascii_uppercase());
    let archive = bones.archived.then(|| dice.pick(ARCHIVED));
    let assigned_to = bones.clinician.map(|index| user(clinician(index)));
    let closer = bones.clinician.map(|index| clinician(index).id);
    let products = products(&scene, &mut dice);
    let bundle_known = !dice.per_mille(8);
    Case {
        id: bones.id,
        r#type: (!dice.per_mille(15)).then_some(bundle.case_type),
        title: (!dice.per_mille(8)).then(|| Cow::Borrowed(dice.pick(bundle.titles))),
        status: bones.status.word(),
        short_id: (!dice.per_mille(5)).then_some(short_id),
        created_at: bones.created,
        updated_at: bones.updated,
        assigned_at: bones.assigned,
        in_progress_at: bones.in_progress,
        closed_at: bones.closed,
        is_archived: bones.archived,
        is_escalated: bones.escalated,
        is_imported: dice.per_mille(40),
        referral_code: dice.per_mille(120).then(|| dice.pick(REFERRALS).to_string()),
        closed_by: bones.closed.and(closer),
        in_progress_by: bones.in_progress.and(closer),
        archive_reason: archive.map(|(reason, _)| reason),
        archive_note: archive.and_then(|(_, note)| note),
        product_bundle_id: bundle_known.then(|| shared_id(plot.seed, 1, bones.bundle)),
        product_bundle: bundle_known
            .then(|| ProductBundle { id: shared_id(plot.seed, 1, bones.bundle), name: bundle.name }),
        assigned_by: bones.assigned.and_then(|_| dice.per_mille(700).then(|| user(clinician(11)))),
        hr_rep: dice.per_mille(60).then(|| user(clinician(9))),
        assignees: assignees(bones, &mut dice),
        assigned_to,
        submitter: (!dice.per_mille(6)).then(|| submitter(&scene, &mut dice)),
        activity: activity::lines(&scene),
        decisions: decisions::decisions(&scene, &products),
        comments: talk::comments(&scene, false, parts.attachments),
        notes: talk::comments(&scene, true, parts.attachments),
        payments: payments::payments(&scene),
        attachments: parts.attachments.then(|| files::of_case(&scene)),
        calendar_events: parts.calendar_events.then(|| events::events(&scene)),
        orders: parts.orders.then(|| orders::orders(&scene)),
        responses: (!dice.per_mille(5)).then(|| forms::responses(&scene)),
        products,
    }
}

const REFERRALS: &[&str] = &["SPRING25", "FRIEND-7Q2", "CLINIC-OAK", "PARTNER_RUNCLUB", "welcome10"];

const ARCHIVED: &[(&str, Option<&str>)] = &[
    ("Duplicate", Some("Patient submitted twice within ten minutes, see the other case.")),
    ("Patient request", Some("Asked by phone to have this withdrawn.")),
    ("Test case", None),
    ("Completed", None),
    ("No response from patient", Some("Three reminders, no answer.")),
];

fn submitter(scene: &Scene<'_>, dice: &mut Dice) -> Submitter {
    let who = &scene.person;
    Submitter {
        id: Cow::Owned(scene.person_id.clone()),
        first_name: who.first.clone(),
        last_name: who.last.clone(),
        email: (!dice.per_mille(6)).then(|| who.email.clone()),
        dob: (!dice.per_mille(20)).then_some(who.born),
        gender: (!dice.per_mille(60)).then_some(if who.female { "FEMALE" } else { "MALE" }),
        phone_number: (!dice.per_mille(50)).then(|| who.phone.clone()),
        address: (!dice.per_mille(15)).then(|| who.street.clone()),
        address2: who.unit.clone(),
        city: (!dice.per_mille(10)).then_some(who.city),
        state: (!dice.per_mille(10)).then_some(who.state),
        postal_code: (!dice.per_mille(10)).then(|| who.postal_code.clone()),
    }
}

fn assignees(bones: &Skeleton, dice: &mut Dice) -> Vec<Assignee> {
    let Some(first) = bones.clinician else { return Vec::new() };
    let more = usize::from(dice.per_mille(180)) + usize::from(dice.per_mille(40));
    (1..=more).map(|step| Assignee { assignee: user(clinician(first + step * 5)) }).collect()
}

fn products(scene: &Scene<'_>, dice: &mut Dice) -> Vec<Product> {
    let count = match dice.below(100) {
        0..8 => 0,
        8..80 => 1,
        _ => 2,
    };
    (0..count)
        .map(|_| {
            let id = dice.uuid();
            // One state in three spellings, says the document.
            let subscription = match dice.below(10) {
                0 => None,
                1 | 2 => Some(None),
                3 => Some(Some(Subscription { interval: None, interval_count: None })),
                4 => Some(Some(Subscription { interval: Some("week"), interval_count: Some(6) })),
                5 => Some(Some(Subscription { interval: Some("year"), interval_count: Some(1) })),
                _ => Some(Some(Subscription {
                    interval: Some("month"),
                    interval_count: Some(if scene.bones.status == Status::Approved { 3 } else { 1 }),
                })),
            };
            Product { id, subscription }
        })
        .collect()
}
