//! The state of the system: which specimens exist, whose they are, which were edited.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::made::{self, Plot};
use crate::dice::Dice;
use crate::options::Temperament;
use crate::stamp::Stamp;

const RANK: u64 = 0x7261_6e6b;

/// Everything that exists.
#[derive(Debug)]
pub(crate) struct Ledger {
    pub(crate) plot: Plot,
    temperament: Temperament,
    /// Specimens by their place; none where one was removed.
    rows: Vec<Option<Row>>,
    places: HashMap<Uuid, u32>,
    /// Places by patient, in order of registration.
    of_patient: HashMap<Uuid, Vec<u32>>,
    edited: HashMap<u32, Value>,
}

#[derive(Debug, Clone, Copy)]
struct Row {
    id: Uuid,
    /// The person's number.
    owner: u32,
}

impl Ledger {
    pub(crate) fn new(plot: Plot, items: usize, temperament: Temperament) -> Self {
        let mut ledger = Self {
            plot,
            temperament,
            rows: Vec::new(),
            places: HashMap::new(),
            of_patient: (0..plot.patients).map(|owner| (made::patient_id(plot.seed, owner), Vec::new())).collect(),
            edited: HashMap::new(),
        };
        for index in 0..u32::try_from(items).unwrap_or(u32::MAX) {
            ledger.add(index % plot.patients);
        }
        ledger
    }

    fn add(&mut self, owner: u32) -> u32 {
        let index = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        let id = made::id(self.plot.seed, index);
        self.rows.push(Some(Row { id, owner }));
        self.places.insert(id, index);
        self.of_patient.entry(made::patient_id(self.plot.seed, owner)).or_default().push(index);
        index
    }

    /// Ids of everything that exists.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Uuid> {
        self.rows.iter().flatten().map(|row| row.id)
    }

    pub(crate) fn find(&self, id: &str) -> Option<u32> {
        self.places.get(&Uuid::try_parse(id).ok()?).copied()
    }

    /// The specimen, if it is this patient's.
    pub(crate) fn find_of(&self, patient: &str, id: &str) -> Option<u32> {
        let index = self.find(id)?;
        (self.patient(index) == Uuid::try_parse(patient).ok()).then_some(index)
    }

    /// Whose it is.
    pub(crate) fn patient(&self, index: u32) -> Option<Uuid> {
        let row = self.rows.get(index as usize).copied().flatten()?;
        Some(made::patient_id(self.plot.seed, row.owner))
    }

    /// A specimen as it stands; null when it was removed.
    pub(crate) fn specimen(&self, index: u32) -> Value {
        let row = self.rows.get(index as usize).copied().flatten();
        let made = || row.map_or(Value::Null, |row| made::specimen(&self.plot, index, row.owner, None));
        self.edited.get(&index).cloned().unwrap_or_else(made)
    }

    /// A patient's specimens in the order of their list; none when nobody has this id. The document promises no order: kind lists
    /// the newest first, unkind in a seeded order of its own.
    pub(crate) fn list(&self, patient: &str) -> Option<Vec<u32>> {
        let mut places = self.of_patient.get(&Uuid::try_parse(patient).ok()?)?.clone();
        match self.temperament {
            Temperament::Kind => places.reverse(),
            Temperament::Unkind => {
                places.sort_by_key(|index| Dice::new(self.plot.seed, &[RANK, u64::from(*index)]).next());
            }
        }
        Some(places)
    }

    /// The specimen with this accession identifier.
    pub(crate) fn by_accession(&self, number: &str) -> Option<u32> {
        let bears = |index: &u32| self.specimen(*index)["accession_identifier"] == number;
        let edited = self.edited.keys().copied().find(bears);
        // A number that was made ends in its place.
        let digits: Vec<u32> = number.split('-').filter_map(|part| part.parse().ok()).collect();
        let made = || match digits.as_slice() {
            [_, _, high, low] => Some(high * 10_000 + low),
            _ => None,
        };
        edited.or_else(|| made().filter(bears))
    }

    /// Sets fields and who changed it when.
    pub(crate) fn set(&mut self, index: u32, fields: Map<String, Value>, by: Option<(Stamp, Uuid)>) {
        let mut specimen = self.specimen(index);
        for (name, value) in fields {
            specimen[name.as_str()] = value;
        }
        if let Some((at, who)) = by {
            let before = specimen["updated_at"].as_str().and_then(Stamp::parse);
            specimen["updated_at"] = json!(before.map_or(at, |before| Stamp(at.0.max(before.0 + 1))));
            specimen["updated_by"] = json!(who);
        }
        self.edited.insert(index, specimen);
    }

    /// A new specimen of a patient, registered now.
    pub(crate) fn create(&mut self, owner: u32, now: Stamp) -> u32 {
        let index = self.add(owner);
        self.edited.insert(index, made::specimen(&self.plot, index, owner, Some(now)));
        index
    }

    /// Removes a specimen for good; answers it as it was last.
    pub(crate) fn delete(&mut self, index: u32) -> Value {
        let last = self.specimen(index);
        if let Some(row) = self.rows.get_mut(index as usize).and_then(Option::take) {
            self.places.remove(&row.id);
            if let Some(places) = self.of_patient.get_mut(&made::patient_id(self.plot.seed, row.owner)) {
                places.retain(|place| *place != index);
            }
        }
        self.edited.remove(&index);
        last
    }
}
