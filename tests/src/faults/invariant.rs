//! What must hold whatever happens (docs/reliability.md).

use std::fmt;

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// What the window called saved is in the outbox; final means confirmed, or ended by a person.
    NoLoss,
    /// At most one effect per action.
    NoDouble,
    /// Confirmed means exactly one effect.
    TrueReceipt,
    /// First in, first out within a lane; dependencies first.
    Order,
    /// Nothing is overwritten that its person did not see; a change in between is shown.
    NoClobber,
    /// After the faults heal everything is final, or waits for a person with a reason.
    Liveness,
    /// Every row of the server is here, at its version or newer; the cursor is never ahead of the rows.
    Pull,
    /// A restart conserves what is unsettled.
    Reopen,
    /// An action leaves only under the person who made it.
    Identity,
    /// Attempts and waits are bounded.
    Bounded,
    /// "Up to date" means that nothing is unsettled and the last pull of every feed is complete.
    HonestWindow,
    /// A pull never alters what is on its way.
    OverlayKept,
    /// A program error, a deadlock, a damage that is none.
    Sane,
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = *self as usize + 1;
        match self {
            Self::Sane => write!(f, "{self:?}"),
            _ => write!(f, "I{number} {self:?}"),
        }
    }
}

/// An invariant that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub invariant: Invariant,
    /// What happened.
    pub what: String,
}
