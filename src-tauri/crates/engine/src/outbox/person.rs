//! What a person may decide about an action, and what comes of it.

use rounds_domain::{
    action::{Action, ReasonKind},
    outbox::OutboxState,
};
use serde::{Deserialize, Serialize};

use crate::Tick;

/// Something that a person can decide about an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Choice {
    /// Take it back before it leaves.
    Undo,
    /// Try or look again now.
    Retry,
    /// Give it up, with a reason.
    Discard,
    /// Do it on what is there now.
    KeepMine,
    /// Leave what is there.
    TakeTheirs,
}

impl Choice {
    /// The word for it in the window and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Undo => "undo",
            Self::Retry => "retry",
            Self::Discard => "discard",
            Self::KeepMine => "keepMine",
            Self::TakeTheirs => "takeTheirs",
        }
    }
}

/// What a person can decide about `action` now. While it may be on its way nothing can be given up: it is being looked
/// for, and a person who gave it up might do it a second time.
pub fn choices(action: &Action) -> Vec<Choice> {
    match action.state {
        OutboxState::Held => vec![Choice::Undo],
        OutboxState::Doubtful | OutboxState::Following => vec![Choice::Retry],
        OutboxState::NeedsPerson
            if action.conflict.is_some()
                || action.reason.as_ref().is_some_and(|reason| reason.kind == ReasonKind::Conflict) =>
        {
            vec![Choice::KeepMine, Choice::TakeTheirs, Choice::Discard]
        }
        OutboxState::Queued | OutboxState::NeedsPerson => vec![Choice::Retry, Choice::Discard],
        OutboxState::Inflight | OutboxState::Confirmed | OutboxState::Discarded | OutboxState::Withdrawn => vec![],
    }
}

/// What a decision comes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The action goes on as this.
    Goes(Action),
    /// The action ends as this, and a new one with the same contents takes its place, on what is there now.
    Again(Action),
}

/// Carries out a decision that [`choices`] offers; `None` when it does not.
pub fn decide(action: &Action, choice: Choice, tick: Tick) -> Option<Outcome> {
    if !choices(action).contains(&choice) {
        return None;
    }
    let ended = |state| Action { state, next_at: None, settled_at: Some(tick.now), ..action.clone() };
    Some(match (choice, action.state) {
        (Choice::Undo, _) => Outcome::Goes(ended(OutboxState::Withdrawn)),
        (Choice::Discard | Choice::TakeTheirs, _) => Outcome::Goes(ended(OutboxState::Discarded)),
        (Choice::KeepMine, _) | (Choice::Retry, OutboxState::NeedsPerson) => {
            Outcome::Again(ended(OutboxState::Discarded))
        }
        (Choice::Retry, _) => Outcome::Goes(Action { next_at: Some(tick.now), waits: 0, ..action.clone() }),
    })
}

/// `again` as it takes the place of `ended`: where that stood in its lane, so that nothing overtakes it, and after the same
/// actions.
pub fn successor(ended: &Action, again: Action) -> Action {
    Action { sequence: ended.sequence, depends_on: ended.depends_on.clone(), ..again }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::{
        lanes,
        testing::{OURS, action, at},
    };

    #[test]
    fn a_conflict_is_settled_for_mine_or_for_theirs() {
        let conflict = Some(rounds_domain::action::Conflict::default());
        let possibly = rounds_domain::action::Action { conflict, ..action(1, 7, OutboxState::NeedsPerson) };
        assert_eq!(choices(&possibly), [Choice::KeepMine, Choice::TakeTheirs, Choice::Discard]);
        let tick = Tick { now: at(0), up: std::time::Duration::ZERO, random: 0.5 };
        assert!(matches!(decide(&possibly, Choice::KeepMine, tick), Some(Outcome::Again(_))));
        let Some(Outcome::Goes(left)) = decide(&possibly, Choice::TakeTheirs, tick) else { panic!("it is given up") };
        assert_eq!(left.state, OutboxState::Discarded);
        assert!(choices(&left).is_empty(), "a conflict that is settled stays as a record");
    }

    #[test]
    fn every_choice_is_offered_where_it_means_something_and_ends_as_it_says() {
        use OutboxState::{Confirmed, Discarded, Doubtful, Following, Held, Inflight, NeedsPerson, Queued, Withdrawn};
        let tick = Tick { now: at(50), up: std::time::Duration::ZERO, random: 0.5 };
        for (state, offered) in [
            (Held, &[Choice::Undo][..]),
            (Queued, &[Choice::Retry, Choice::Discard]),
            (NeedsPerson, &[Choice::Retry, Choice::Discard]),
            (Doubtful, &[Choice::Retry]),
            (Following, &[Choice::Retry]),
            (Inflight, &[]),
            (Confirmed, &[]),
            (Discarded, &[]),
            (Withdrawn, &[]),
        ] {
            let given = Action { waits: 3, ..action(1, 7, state) };
            assert_eq!(choices(&given), offered, "{state:?}");
            for choice in [Choice::Undo, Choice::Retry, Choice::Discard, Choice::KeepMine, Choice::TakeTheirs] {
                let outcome = decide(&given, choice, tick);
                assert_eq!(outcome.is_some(), offered.contains(&choice), "{state:?} {choice:?}");
                let ended = match outcome {
                    Some(Outcome::Goes(next)) if choice == Choice::Retry => {
                        assert_eq!((next.state, next.next_at, next.waits), (state, Some(at(50)), 0), "at once");
                        continue;
                    }
                    Some(Outcome::Goes(next) | Outcome::Again(next)) => next,
                    None => continue,
                };
                let end = if choice == Choice::Undo { Withdrawn } else { Discarded };
                assert_eq!(
                    (ended.state, ended.next_at, ended.settled_at),
                    (end, None, Some(at(50))),
                    "{state:?} {choice:?}"
                );
            }
        }
        let reason = |kind| Some(rounds_domain::action::Reason { kind, text: "why".into() });
        let said = Action { reason: reason(ReasonKind::Conflict), ..action(1, 7, NeedsPerson) };
        assert!(choices(&said).contains(&Choice::KeepMine), "a conflict in the remote's words is one");
        let refused = Action { reason: reason(ReasonKind::Refused), ..action(1, 7, NeedsPerson) };
        assert!(!choices(&refused).contains(&Choice::KeepMine));
    }

    #[test]
    fn choices_have_the_words_of_the_window_and_the_command_line() {
        let words =
            [Choice::Undo, Choice::Retry, Choice::Discard, Choice::KeepMine, Choice::TakeTheirs].map(Choice::word);
        assert_eq!(words, ["undo", "retry", "discard", "keepMine", "takeTheirs"]);
    }

    #[test]
    fn what_is_done_again_waits_for_the_same_and_stands_in_the_same_place() {
        let ended =
            Action { depends_on: vec![action(5, 8, OutboxState::Queued).id], ..action(3, 7, OutboxState::Discarded) };
        let again = successor(&ended, action(9, 7, OutboxState::Queued));
        assert_eq!(
            (again.id, again.sequence, again.depends_on),
            (action(9, 7, OutboxState::Queued).id, 3, ended.depends_on)
        );
    }

    #[test]
    fn what_is_done_again_keeps_its_place_in_the_lane() {
        let refused = action(1, 7, OutboxState::NeedsPerson);
        let behind = action(2, 7, OutboxState::Queued);
        let tick = Tick { now: at(0), up: std::time::Duration::ZERO, random: 0.5 };
        let Some(Outcome::Again(ended)) = decide(&refused, Choice::Retry, tick) else { panic!("it is done again") };
        let again = successor(&ended, Action { sequence: 0, ..action(9, 7, OutboxState::Queued) });
        assert_eq!(lanes::due(&[ended, behind, again.clone()], OURS, at(0)), [again.id], "nothing overtakes it");
    }
}
