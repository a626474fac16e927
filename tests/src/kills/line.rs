//! One line of the matrix: what every kill of one action came to.

use std::fmt;

use rounds_domain::action::Proof;

use super::may_ask;

/// What a run came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// Confirmed, and it took effect once.
    Confirmed,
    /// Its person is asked, and it had taken effect.
    AsksDone,
    /// Its person is asked, and it had not.
    AsksUndone,
    /// It is not in the outbox, or stands there unsettled, or is confirmed without effect.
    Lost,
    /// It took effect more than once.
    Doubled,
}

impl Came {
    /// From the states of the outbox, each with the kind of its reason, and the number of effects at the system.
    pub(super) fn of(outbox: &[(String, Option<String>)], effects: usize) -> Self {
        match (outbox, effects) {
            (_, 2..) => Self::Doubled,
            ([(state, _)], 1) if state == "confirmed" => Self::Confirmed,
            ([(state, Some(_))], 1) if state == "needsPerson" => Self::AsksDone,
            ([(state, Some(_))], _) if state == "needsPerson" => Self::AsksUndone,
            _ => Self::Lost,
        }
    }
}

/// What every kill of one action came to.
#[derive(Debug, Clone)]
pub struct Line {
    system: String,
    action: String,
    proof: Proof,
    confirmed: usize,
    asks_done: usize,
    asks_undone: usize,
    /// Points at which it was lost, or doubled, or asked about without need.
    pub broken: Vec<String>,
}

impl Line {
    pub(super) fn new(system: &str, action: &str, proof: Proof) -> Self {
        Self {
            system: system.to_owned(),
            action: action.to_owned(),
            proof,
            confirmed: 0,
            asks_done: 0,
            asks_undone: 0,
            broken: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, point: usize, came: Came) {
        match came {
            Came::Confirmed => self.confirmed += 1,
            Came::AsksDone if may_ask(self.proof) => self.asks_done += 1,
            Came::AsksUndone if may_ask(self.proof) => self.asks_undone += 1,
            other => self.broken.push(format!("{} {}, killed at point {point}: {other:?}", self.system, self.action)),
        }
    }

    /// How many kills there were.
    pub fn kills(&self) -> usize {
        self.confirmed + self.asks_done + self.asks_undone + self.broken.len()
    }

    /// The head of the table.
    pub fn head() -> &'static str {
        "| system | action | killed at | confirmed, once | asks: it had arrived | asks: it had not | lost or doubled |\n\
         |---|---|---|---|---|---|---|"
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { system, action, confirmed, asks_done, asks_undone, .. } = self;
        let (kills, broken) = (self.kills(), self.broken.len());
        write!(f, "| {system} | {action} | {kills} | {confirmed} | {asks_done} | {asks_undone} | {broken} |")
    }
}
