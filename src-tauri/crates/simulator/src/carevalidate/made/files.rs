//! Attachments: a few small real files.

use std::borrow::Cow;

use uuid::Uuid;

use super::Section;
use super::case::Scene;
use crate::carevalidate::wire::{Attachment, User};
use crate::dice::Dice;
use crate::files::{pdf, png};
use crate::stamp::{MINUTE, Stamp};

const NAMES: &[&str] = &[
    "photo.png",
    "crown in daylight.png",
    "labs-2024.pdf",
    "Überweisung.pdf",
    "history.txt",
    "étiquette.png",
    "карта щеплень.pdf",
];

/// The attachments of a case. The example leaves `id` out of who uploaded them.
pub(super) fn of_case(scene: &Scene<'_>) -> Vec<Attachment> {
    let mut dice = scene.dice(Section::Files);
    (0..dice.below(4).saturating_sub(1))
        .map(|_| Attachment {
            id: dice.uuid(),
            is_restricted: dice.per_mille(80),
            is_phi: dice.per_mille(500),
            file_name: Cow::Borrowed(dice.pick(NAMES)),
            is_deleted: dice.per_mille(20),
            created_at: Stamp(scene.bones.created.0 + dice.between(0, 3 * MINUTE)),
            uploaded_by: (!dice.per_mille(10)).then(|| User { id: None, ..scene.submitter() }),
        })
        .collect()
}

pub(super) fn of_comment(comment: Uuid, at: Stamp, is_restricted: bool, by: User) -> Attachment {
    let mut dice = Dice::new(comment.as_u64_pair().0, &[7]);
    Attachment {
        id: dice.uuid(),
        is_restricted,
        is_phi: dice.per_mille(300),
        file_name: Cow::Borrowed(dice.pick(NAMES)),
        is_deleted: false,
        created_at: at,
        uploaded_by: Some(by),
    }
}

/// The bytes of a made-up attachment, by its name's ending; the id gives it its own colour or wording.
pub(crate) fn contents(id: Uuid, file_name: &str) -> Vec<u8> {
    let mut dice = Dice::new(id.as_u64_pair().1, &[8]);
    let ending = file_name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "png" => {
            let shade = |dice: &mut Dice| u8::try_from(dice.between(60, 230)).unwrap_or(128);
            let colour = [shade(&mut dice), shade(&mut dice), shade(&mut dice)];
            png(24, 16, colour)
        }
        "pdf" => pdf(&format!("Made-up document {id}")),
        _ => diary(id, &mut dice).into_bytes(),
    }
}

fn diary(id: Uuid, dice: &mut Dice) -> String {
    let days = dice.between(3, 9);
    let lines: Vec<String> = (1..=days).map(|day| format!("Day {day}: {} of 10\n", dice.below(11))).collect();
    format!("Made-up diary {id}\n{}", lines.concat())
}
