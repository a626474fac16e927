//! What decides the rest of a case: its times, its status, its people. Cheap enough to make for every case at the start.

use uuid::Uuid;

use super::{Section, dice};
use crate::dice::Dice;
use crate::people::CLINICIANS;
use crate::stamp::{DAY, HOUR, MINUTE, Stamp};

/// The documented case statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Open,
    Assigned,
    InProgress,
    Approved,
    Rejected,
    NoDecision,
    Abandoned,
}

impl Status {
    pub(crate) const ALL: [Self; 7] = [
        Self::Open,
        Self::Assigned,
        Self::InProgress,
        Self::Approved,
        Self::Rejected,
        Self::NoDecision,
        Self::Abandoned,
    ];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Assigned => "ASSIGNED",
            Self::InProgress => "IN_PROGRESS",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
            Self::NoDecision => "NO_DECISION",
            Self::Abandoned => "ABANDONED",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    pub(crate) fn decided(self) -> bool {
        matches!(self, Self::Approved | Self::Rejected | Self::NoDecision)
    }
}

/// The data set that a case belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plot {
    pub(crate) seed: u64,
    /// The moment before which everything was made.
    pub(crate) base: Stamp,
    /// How many people there are to submit cases.
    pub(crate) people: u64,
}

/// The bones of a case.
#[derive(Clone, Debug)]
pub(crate) struct Skeleton {
    pub(crate) index: u32,
    pub(crate) id: Uuid,
    pub(crate) status: Status,
    pub(crate) created: Stamp,
    pub(crate) updated: Stamp,
    pub(crate) assigned: Option<Stamp>,
    pub(crate) in_progress: Option<Stamp>,
    /// When it was decided or abandoned.
    pub(crate) closed: Option<Stamp>,
    pub(crate) archived: bool,
    pub(crate) escalated: bool,
    /// Index of the clinician it is assigned to.
    pub(crate) clinician: Option<usize>,
    /// Number of the person who submitted it.
    pub(crate) person: u64,
    pub(crate) bundle: usize,
}

/// The bones of case `index`; `fresh` makes one that was submitted just then, open and untouched.
pub(crate) fn skeleton(plot: &Plot, index: u32, fresh: Option<Stamp>) -> Skeleton {
    let mut dice = dice(plot.seed, index, Section::Skeleton);
    let id = dice.uuid();
    let age = if dice.per_mille(250) { dice.between(0, 21 * DAY) } else { dice.between(0, 400 * DAY) };
    let created = fresh.unwrap_or(Stamp(plot.base.0 - age - dice.between(1, 20 * MINUTE)));
    let drawn = status_at_age(&mut dice, age);
    let status = if fresh.is_some() { Status::Open } else { drawn };

    let mut steps = Steps { at: created, end: Stamp(plot.base.0.max(created.0)) };
    let clinician = dice.index(CLINICIANS.len());
    let assigned_at_all = !matches!(status, Status::Open) && (status != Status::Abandoned || dice.per_mille(150));
    let assigned = assigned_at_all.then(|| steps.next(dice.between(10 * MINUTE, 30 * HOUR)));
    let started = matches!(status, Status::InProgress) || status.decided();
    let in_progress = started.then(|| steps.next(dice.between(5 * MINUTE, 40 * HOUR)));
    let over = status.decided() || status == Status::Abandoned;
    let closed = over.then(|| steps.next(dice.between(15 * MINUTE, 6 * DAY)));
    // Something small happened after the last step: a payment, a message, a label.
    let updated = if fresh.is_some() { created } else { steps.next(dice.between(0, 5 * DAY)) };

    Skeleton {
        index,
        id,
        status,
        created,
        updated,
        assigned,
        in_progress,
        closed,
        archived: closed.is_some() && dice.per_mille(33),
        escalated: dice.per_mille(30),
        clinician: assigned_at_all.then_some(clinician),
        person: dice.below(plot.people.max(1)),
        bundle: dice.index(super::catalog::BUNDLES.len()),
    }
}

/// Old cases are decided; about one in eight over all is still work.
fn status_at_age(dice: &mut Dice, age: i64) -> Status {
    let days = age / DAY;
    let open_per_mille = match days {
        0..2 => 850,
        2..7 => 560,
        7..21 => 220,
        21..60 => 40,
        _ => 15,
    };
    if dice.per_mille(open_per_mille) {
        return match dice.below(100) {
            0..35 => Status::Open,
            35..65 => Status::Assigned,
            _ => Status::InProgress,
        };
    }
    match dice.below(100) {
        0..68 => Status::Approved,
        68..82 => Status::Rejected,
        82..91 => Status::NoDecision,
        _ => Status::Abandoned,
    }
}

/// Moments one after the other, none later than the end of the data.
struct Steps {
    at: Stamp,
    end: Stamp,
}

impl Steps {
    fn next(&mut self, wait: i64) -> Stamp {
        // Near the end the steps get shorter instead of falling together.
        let most = (self.end.0 - self.at.0) * 3 / 4;
        self.at = Stamp(self.at.0 + wait.min(most).max(0));
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::{Plot, Status, skeleton};
    use crate::stamp::{DAY, Stamp};

    const PLOT: Plot = Plot { seed: 4, base: Stamp(1_750_000_000_000), people: 7_000 };

    #[test]
    fn times_follow_each_other_and_stay_within_the_data() {
        for index in 0..5_000 {
            let bones = skeleton(&PLOT, index, None);
            let times: Vec<Stamp> = [
                Some(bones.created),
                bones.assigned,
                bones.in_progress,
                bones.closed,
                Some(bones.updated),
                Some(PLOT.base),
            ]
            .into_iter()
            .flatten()
            .collect();
            assert!(times.is_sorted(), "case {index} has its times out of order: {times:?}");
            assert!(bones.created.0 >= PLOT.base.0 - 401 * DAY);
        }
    }

    #[test]
    fn about_one_case_in_eight_is_work_and_one_clinician_has_a_twelfth() {
        let all: Vec<_> = (0..20_000).map(|index| skeleton(&PLOT, index, None)).collect();
        let share = |count: usize| count * 1000 / all.len();
        let open =
            all.iter().filter(|c| matches!(c.status, Status::Open | Status::Assigned | Status::InProgress)).count();
        assert!((100..150).contains(&share(open)), "{} per mille are open work", share(open));
        let mine = all.iter().filter(|c| c.clinician == Some(0)).count();
        assert!((60..100).contains(&share(mine)), "{} per mille are the author's", share(mine));
        let archived = all.iter().filter(|c| c.archived).count();
        assert!((15..45).contains(&share(archived)), "{} per mille are archived", share(archived));
    }
}
