//! What decides the rest of a study: its times, its status, its people. Cheap enough to make for every study at the start.

use uuid::Uuid;

use super::catalog::{EXAMINATIONS, Examination, MUTEX, NAMESPACES, STAGES};
use super::{Plot, dice};
use crate::ambra::moment::Moment;
use crate::dice::Dice;
use crate::people::CLINICIANS;
use crate::stamp::{DAY, HOUR, MINUTE, Stamp};

/// The bones of a study.
#[derive(Clone, Debug)]
pub(crate) struct Bones {
    pub(crate) index: u32,
    pub(crate) id: Uuid,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
    /// None is "null for just created study".
    pub(crate) stage: Option<&'static str>,
    /// Number of the person.
    pub(crate) person: u32,
    pub(crate) examination: &'static Examination,
    /// Index of the namespace that it lies in.
    pub(crate) namespace: usize,
    pub(crate) stat: bool,
    pub(crate) must_approve: bool,
    pub(crate) frozen: bool,
    /// Who holds the lock; never the first clinician, who is the announcement's.
    pub(crate) locked_by: Option<usize>,
    /// Who works or worked on it.
    pub(crate) reader: usize,
    pub(crate) referrer: usize,
}

pub(crate) fn skeleton(plot: &Plot, index: u32) -> Bones {
    let mut dice = dice(plot.seed, 1, index);
    let id = dice.uuid();
    let age = if dice.per_mille(250) { dice.between(0, 14 * DAY) } else { dice.between(0, 400 * DAY) };
    let created = plot.base.0 - age - dice.between(1, 20 * MINUTE);
    let stage = stage_at_age(&mut dice, age);
    let worked = (age * 3 / 4).min(dice.between(MINUTE, 5 * DAY));
    let updated = if stage.is_some() { created + worked } else { created };
    let reader = dice.index(CLINICIANS.len());
    let locks = stage.is_some_and(|stage| MUTEX.contains(&stage));
    let micros = dice.between(0, 999);
    Bones {
        index,
        id,
        created: Moment::of(Stamp(created), micros),
        updated: Moment::of(Stamp(updated), if stage.is_some() { dice.between(0, 999) } else { micros }),
        stage,
        person: u32::try_from(dice.below(u64::from(plot.people))).unwrap_or_default(),
        examination: &EXAMINATIONS[dice.index(EXAMINATIONS.len())],
        namespace: if dice.per_mille(600) { 0 } else { 1 + dice.index(NAMESPACES.len() - 1) },
        stat: dice.per_mille(60),
        must_approve: age < 10 * DAY && dice.per_mille(80),
        frozen: dice.per_mille(15),
        locked_by: locks.then(|| 1 + reader % (CLINICIANS.len() - 1)),
        reader,
        referrer: dice.index(CLINICIANS.len()),
    }
}

/// Old studies are final; about one in eight over all is still work.
fn stage_at_age(dice: &mut Dice, age: i64) -> Option<&'static str> {
    let open_per_mille = match age {
        _ if age < 8 * HOUR => 950,
        _ if age < 2 * DAY => 800,
        _ if age < 14 * DAY => 350,
        _ if age < 60 * DAY => 40,
        _ => 12,
    };
    if !dice.per_mille(open_per_mille) {
        return Some(STAGES[4]);
    }
    match dice.below(100) {
        0..40 => None,
        40..65 => Some(STAGES[0]),
        65..78 => Some(STAGES[1]),
        78..86 => Some(STAGES[2]),
        _ => Some(STAGES[3]),
    }
}
