//! One call: who asks what. And writing: a change is applied, shown later, and noted in the record of effects.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::books::Books;
use super::changes::Change;
use super::form::Form;
use super::made::Kind;
use super::moment::Moment;
use super::settings::Settings;
use super::{Ambra, NAME, audit};
use crate::dice::Dice;
use crate::effects::Applied;
use crate::exchange::Asked;
use crate::people::CLINICIANS;

/// A call by somebody who is signed in.
pub(crate) struct Call<'a> {
    pub(crate) system: &'a Ambra,
    pub(crate) asked: &'a Asked,
    /// `/study/list`.
    pub(crate) path: &'a str,
    pub(crate) form: &'a Form,
    /// Index of the clinician.
    pub(crate) who: usize,
    pub(crate) settings: Settings,
}

/// What a valid write does.
pub(crate) struct Write {
    pub(crate) kind: Kind,
    pub(crate) index: u32,
    pub(crate) changes: Vec<Change>,
    /// The id of what was made.
    pub(crate) made_id: Option<String>,
}

impl Write {
    pub(crate) fn new(kind: Kind, index: u32, changes: Vec<Change>) -> Self {
        Self { kind, index, changes, made_id: None }
    }
}

impl Call<'_> {
    /// This moment, with microseconds that no two calls share.
    pub(crate) fn now(&self) -> Moment {
        Moment::of(self.system.ground.clock.now(), i64::try_from(self.asked.number % 1_000).unwrap_or_default())
    }

    /// Dice of this write.
    pub(crate) fn dice(&self) -> Dice {
        Dice::new(self.system.plot.seed, &[0x6361_6c6c, self.system.writes.load(Ordering::Relaxed)])
    }

    /// Touches `updated`, if annotations do.
    pub(crate) fn annotated(&self, mut changes: Vec<Change>) -> Vec<Change> {
        if self.settings.annotations_touch {
            changes.push(Change::Touch(self.now()));
        }
        changes
    }

    /// Applies a write and notes it. The books' lock is held meanwhile, so that the record has their order.
    pub(crate) fn carry_out(&self, books: &mut Books, write: Write) {
        let number = self.system.writes.fetch_add(1, Ordering::Relaxed);
        let delay = self.settings.delay(self.system.plot.seed, number);
        let home = books.shelf_mut(write.kind);
        let id = home.row(write.index).id;
        let (before, mut changes) = (home.truth(write.index), write.changes);
        changes.extend(audit::event(&before, &changes, write.kind.word(), self.who, self.now()));
        let visible_after = home.apply(write.index, changes, Instant::now(), delay);
        self.note(&id.to_string(), write.made_id, visible_after);
    }

    /// Notes an effect that is on no shelf.
    pub(crate) fn note(&self, id: &str, made_id: Option<String>, visible_after: Duration) {
        self.system.ground.record.applied(
            NAME,
            self.asked,
            Applied {
                case_id: id.to_owned(),
                action: self.path.to_owned(),
                made_id,
                payload: self.form.payload(),
                author: Some(json!(CLINICIANS[self.who].email)),
                applied_at: self.system.ground.clock.now().text(),
                visible_after_ms: u64::try_from(visible_after.as_millis()).unwrap_or(u64::MAX),
            },
        );
    }
}

/// The bare success.
pub(crate) fn ok() -> Value {
    json!({"status": "OK"})
}
