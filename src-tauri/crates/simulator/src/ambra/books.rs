//! The state of the system: a shelf for each kind of record, and who holds which study.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::changes::Change;
use super::errors::Refused;
use super::listing::Found;
use super::made::{self, Kind, Plot, catalog, skeleton};
use super::shelf::Shelf;

/// Everything that can change.
#[derive(Debug)]
pub(crate) struct Books {
    pub(crate) plot: Plot,
    shelves: Vec<Shelf>,
    pub(crate) found: Found,
    /// Studies of a person, as they were made.
    studies_of: HashMap<u32, Vec<u32>>,
    /// Who holds which study, in the order they were locked.
    locks: Vec<(usize, u32)>,
    /// What will happen by itself.
    later: Vec<(Instant, Kind, u32, Vec<Change>)>,
    /// Every tag in use.
    pub(crate) tags: BTreeSet<String>,
}

impl Books {
    pub(crate) fn new(plot: Plot) -> Self {
        let mut studies_of: HashMap<u32, Vec<u32>> = HashMap::new();
        let mut locks = Vec::new();
        for index in 0..plot.studies {
            let bones = skeleton(&plot, index);
            studies_of.entry(bones.person).or_default().push(index);
            if let Some(who) = bones.locked_by {
                locks.push((bones.updated, who, index));
            }
        }
        locks.sort_unstable();
        Self {
            plot,
            shelves: Kind::ALL.into_iter().map(|kind| Shelf::new(kind, plot)).collect(),
            found: Found::default(),
            studies_of,
            locks: locks.into_iter().map(|(_, who, index)| (who, index)).collect(),
            later: Vec::new(),
            tags: catalog::TAGS.iter().map(|tag| (*tag).to_owned()).collect(),
        }
    }

    pub(crate) fn shelf(&self, kind: Kind) -> &Shelf {
        &self.shelves[kind as usize]
    }

    pub(crate) fn shelf_mut(&mut self, kind: Kind) -> &mut Shelf {
        &mut self.shelves[kind as usize]
    }

    /// A shelf to look at, and what was found on it before.
    pub(crate) fn shelf_and_found(&mut self, kind: Kind) -> (&Shelf, &mut Found) {
        (&self.shelves[kind as usize], &mut self.found)
    }

    /// Lets something happen by itself, after a while.
    pub(crate) fn schedule(&mut self, at: Instant, kind: Kind, index: u32, changes: Vec<Change>) {
        self.later.push((at, kind, index, changes));
    }

    /// Does and shows what is due, everywhere.
    pub(crate) fn mature(&mut self, now: Instant) {
        for (_, kind, index, changes) in self.later.extract_if(.., |(at, ..)| *at <= now).collect::<Vec<_>>() {
            self.shelf_mut(kind).apply(index, changes, now, Duration::ZERO);
        }
        for shelf in &mut self.shelves {
            shelf.mature(now);
        }
    }

    /// A record that reads show, or the documented error.
    pub(crate) fn find(&self, kind: Kind, id: &str) -> Result<u32, Refused> {
        if let Some(index) = self.shelf(kind).find(id) {
            return Ok(index);
        }
        let foreign = kind == Kind::Study
            && (0..super::FOREIGN).any(|number| made::foreign_study(self.plot.seed, number).to_string() == id);
        Err(if foreign { Refused::not_permitted() } else { Refused::not_found() })
    }

    /// Any record by its id.
    pub(crate) fn find_any(&self, id: &str) -> Option<(Kind, u32)> {
        Kind::ALL.into_iter().find_map(|kind| Some((kind, self.shelf(kind).find_any(id)?)))
    }

    pub(crate) fn studies_of(&self, person: u32) -> &[u32] {
        self.studies_of.get(&person).map(Vec::as_slice).unwrap_or_default()
    }

    /// A study more of a person.
    pub(crate) fn belongs_to(&mut self, study: u32, person: u32) {
        self.studies_of.entry(person).or_default().push(study);
    }

    pub(crate) fn holder(&self, study: u32) -> Option<usize> {
        self.locks.iter().find(|(_, held)| *held == study).map(|(who, _)| *who)
    }

    /// The studies that a user holds, in the order they were locked.
    pub(crate) fn held_by(&self, who: usize) -> impl Iterator<Item = u32> {
        self.locks.iter().filter(move |(holder, _)| *holder == who).map(|(_, study)| *study)
    }

    /// Gives a study to a holder, or to nobody.
    pub(crate) fn hold(&mut self, study: u32, who: Option<usize>) {
        if self.holder(study) == who {
            return;
        }
        self.locks.retain(|(_, held)| *held != study);
        self.locks.extend(who.map(|who| (who, study)));
    }

    /// Applies changes as another user does: shown at once.
    pub(crate) fn apply_now(&mut self, kind: Kind, index: u32, changes: Vec<Change>) {
        self.shelf_mut(kind).apply(index, changes, Instant::now(), Duration::ZERO);
    }
}
