//! The outbox table: what a person did is saved whole, moves one step at a time, and is never lost.

use std::time::Duration;

use rounds_domain::{
    action::{Action, Baseline, Conflict, Disputed, Elapsed, Reason, ReasonKind},
    outbox::OutboxState,
};
use rounds_store::{
    Change, StoreError, profile,
    table::action::{End, Ending},
};

use crate::given::{Desk, PASSPHRASE, at, case, comment_on, passphrase};

async fn written(desk: &Desk, text: &str) -> Action {
    desk.store.submit(comment_on(desk.id("c1"), desk.connection.id, text, true)).await.unwrap()
}

/// Given up, as the row stands in the transaction; and what takes its place.
fn given_up(now: &Action, again: Option<Action>) -> End {
    End { ended: Action { state: OutboxState::Discarded, settled_at: Some(at(99)), ..now.clone() }, again }
}

/// What becomes of whatever depends on it.
fn asks(dependant: &Action) -> Action {
    Action { state: OutboxState::NeedsPerson, next_at: None, ..dependant.clone() }
}

async fn desk() -> Desk {
    let desk = Desk::new().await;
    desk.sweep(vec![case("c1"), case("c2")]).await;
    desk
}

#[tokio::test]
async fn what_a_person_did_is_saved_whole_and_in_order() {
    let desk = desk().await;
    let mut expected = Vec::new();
    for text in ["first", "second — “quoted” ' \u{0} \n 🩺 Ковальчук", "first"] {
        let touched = |value: &str| serde_json::Map::from_iter([("status".to_owned(), value.into())]);
        let asked = Action {
            saw: touched("NEW"),
            wants: touched("READ"),
            own_mark: Some("lock:mine".into()),
            ..comment_on(desk.id("c1"), desk.connection.id, text, true)
        };
        let saved = desk.store.submit(asked.clone()).await.unwrap();
        assert_eq!(saved, Action { sequence: saved.sequence, ..asked }, "nothing may change on the way in");
        expected.push(saved);
    }
    assert!(expected.windows(2).all(|pair| pair[0].sequence < pair[1].sequence), "first in, first out");
    assert_eq!(desk.store.unsettled(Some(desk.connection.id)).await.unwrap(), expected);
    desk.store.close().await.unwrap();
    let again = profile::open(&desk.path(), passphrase(PASSPHRASE)).await.unwrap();
    assert_eq!(again.unsettled(None).await.unwrap(), expected, "and all of it is there at the next start");
}

#[tokio::test]
async fn every_part_of_an_action_survives_each_step() {
    let desk = desk().await;
    let action = written(&desk, "x").await;
    let next = Action {
        state: OutboxState::Doubtful,
        attempts: 3,
        waits: 4,
        sign_ins: 1,
        looks: 2,
        rounds: 1,
        sent_at: Some(at(77)),
        elapsed: Some(Elapsed { total: Duration::from_millis(1_500), read: Duration::from_secs(9) }),
        baseline: Some(Baseline {
            my_comments: vec!["k1".into()],
            same_words: vec!["k2".into()],
            attachments: Some(vec!["f1".into()]),
            status: Some("OPEN".into()),
            values: serde_json::Map::from_iter([("status".into(), "OPEN".into())]),
            updated: Some(at(1)),
            read_at: Some(at(76)),
        }),
        next_at: Some(at(99)),
        reason: Some(Reason { kind: ReasonKind::Doubt, text: "the reply was lost".into() }),
        conflict: Some(Conflict {
            fields: vec![Disputed {
                key: "status".into(),
                base: "NEW".into(),
                mine: Some("READ".into()),
                theirs: serde_json::Value::Null,
            }],
            who: Some("Ben Cho".into()),
            when: Some(at(70)),
        }),
        remote_ref: Some("k9".into()),
        ..action.clone()
    };
    let wanted = next.clone();
    desk.store.move_action(action.id, move |_| Some(wanted)).await.unwrap();
    assert_eq!(desk.store.action(action.id).await.unwrap(), next);
}

#[tokio::test]
async fn nobody_moves_an_action_on_from_a_state_that_it_has_left() {
    let desk = desk().await;
    let action = written(&desk, "x").await;
    let send = |now: &Action| {
        (now.state == OutboxState::Queued).then(|| Action {
            state: OutboxState::Inflight,
            attempts: now.attempts + 1,
            ..now.clone()
        })
    };
    let (one, two) = tokio::join!(desk.store.move_action(action.id, send), desk.store.move_action(action.id, send));
    assert_eq!((one.unwrap().attempts, two.unwrap().attempts), (1, 1), "both see the step, one of them made it");
    let mut changes = desk.store.changes();
    let same = desk.store.move_action(action.id, |now| Some(now.clone())).await.unwrap();
    assert_eq!(same.state, OutboxState::Inflight);
    assert!(changes.try_recv().is_err(), "no step, no announcement");
}

#[tokio::test]
async fn an_action_that_may_have_left_or_is_settled_cannot_be_ended() {
    let desk = desk().await;
    let ending = || Ending { by: "Ana Ruiz".into(), why: "wrong case".into() };
    for state in [OutboxState::Inflight, OutboxState::Following, OutboxState::Doubtful, OutboxState::Confirmed] {
        let action = written(&desk, "x").await;
        desk.store.move_action(action.id, move |now| Some(Action { state, ..now.clone() })).await.unwrap();
        let refused = desk.store.end_action(action.id, ending(), |now| Some(given_up(now, None)), asks).await;
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{state:?}: {refused:?}");
        assert_eq!(desk.store.action(action.id).await.unwrap().state, state, "nothing was changed");
    }
}

#[tokio::test]
async fn ending_an_action_and_doing_it_again_is_one_step() {
    let desk = desk().await;
    let action = written(&desk, "x").await;
    let impossible = Action { item: desk.id("not here"), ..comment_on(desk.id("c1"), desk.connection.id, "x", true) };
    let end = |again| move |now: &Action| Some(given_up(now, Some(again)));
    let failed = desk.store.end_action(action.id, Ending::default(), end(impossible), asks).await;
    assert!(failed.is_err(), "the story needs a write that fails");
    assert_eq!(desk.store.action(action.id).await.unwrap(), action, "without its successor it is not given up");
    let again = comment_on(desk.id("c1"), desk.connection.id, "x", true);
    let new = desk.store.end_action(action.id, Ending::default(), end(again), asks).await.unwrap();
    assert_eq!(desk.store.unsettled(None).await.unwrap(), [new]);
    assert_eq!(desk.comments_counted("c1").await, 1, "it is shown once");
}

#[tokio::test]
async fn a_program_error_inside_a_step_does_not_wedge_the_profile() {
    let desk = desk().await;
    let action = written(&desk, "x").await;
    let failed = desk.store.move_action(action.id, |_| panic!("a made-up program error")).await;
    assert!(failed.is_err());
    let next = desk.store.submit(comment_on(desk.id("c2"), desk.connection.id, "y", true)).await;
    assert!(next.is_ok(), "the next thing a person does must be saved: {:?}", next.err());
    assert_eq!(desk.store.unsettled(None).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_connection_with_unsettled_actions_cannot_be_removed() {
    let desk = desk().await;
    let action = written(&desk, "x").await;
    for state in [
        OutboxState::Held,
        OutboxState::Queued,
        OutboxState::Inflight,
        OutboxState::Following,
        OutboxState::Doubtful,
        OutboxState::NeedsPerson,
    ] {
        desk.store.move_action(action.id, move |now| Some(Action { state, ..now.clone() })).await.unwrap();
        let refused = desk.store.remove_connection(desk.connection.id).await;
        assert!(matches!(refused, Err(StoreError::Refused(_))), "{state:?}: {refused:?}");
        assert_eq!(desk.found("").await.len(), 2, "{state:?}: nothing was removed");
        assert_eq!(desk.store.unsettled(None).await.unwrap().len(), 1, "{state:?}");
    }
    desk.store
        .move_action(action.id, |now| Some(Action { state: OutboxState::Confirmed, ..now.clone() }))
        .await
        .unwrap();
    let mut changes = desk.store.changes();
    desk.store.remove_connection(desk.connection.id).await.expect("everything is settled");
    let said: Vec<Change> = std::iter::from_fn(|| changes.try_recv().ok()).flat_map(|said| said.to_vec()).collect();
    assert!(said.contains(&Change::Connection(desk.connection.id)), "{said:?}");
    assert!(desk.found("").await.is_empty());
    assert_eq!(desk.store.check_integrity().await.unwrap(), Vec::<String>::new());
    let settled = desk.store.outbox(at(0)).await.unwrap();
    assert!(settled.is_empty(), "its receipts went with it");
}

#[tokio::test]
async fn the_outbox_shows_everything_unsettled_and_recent_receipts_the_latest_first() {
    let desk = desk().await;
    let (old, recent, open) =
        (written(&desk, "old").await, written(&desk, "recent").await, written(&desk, "open").await);
    for (action, settled) in [(&old, 10), (&recent, 1_000)] {
        let change = move |now: &Action| {
            Some(Action { state: OutboxState::Confirmed, settled_at: Some(at(settled)), ..now.clone() })
        };
        desk.store.move_action(action.id, change).await.unwrap();
    }
    let ids: Vec<_> = desk.store.outbox(at(500)).await.unwrap().into_iter().map(|action| action.id).collect();
    assert_eq!(ids, [open.id, recent.id]);
}

#[tokio::test]
async fn an_action_is_ended_as_it_stands_and_not_as_somebody_saw_it() {
    let desk = desk().await;
    let seen = written(&desk, "x").await;
    let reason = Reason { kind: ReasonKind::Refused, text: "no".into() };
    let moved = Action { attempts: 3, reason: Some(reason), remote_ref: Some("k1".into()), ..seen.clone() };
    desk.store.move_action(seen.id, move |_| Some(moved)).await.unwrap();
    let ended = desk.store.end_action(seen.id, Ending::default(), |now| Some(given_up(now, None)), asks).await.unwrap();
    assert_eq!((ended.attempts, ended.remote_ref.as_deref()), (3, Some("k1")), "what became of it since then stays");
    assert_eq!(desk.store.action(seen.id).await.unwrap(), ended);
    let other = written(&desk, "y").await;
    let refused = desk.store.end_action(other.id, Ending::default(), |_| None, asks).await;
    assert!(matches!(refused, Err(StoreError::Refused(_))), "{refused:?}");
    assert_eq!(desk.store.action(other.id).await.unwrap(), other, "nothing was changed");
}

#[tokio::test]
async fn what_is_done_again_stands_where_the_first_stood_and_is_waited_for() {
    let desk = desk().await;
    let first = written(&desk, "first").await;
    let behind = written(&desk, "behind").await;
    let asked = Action {
        depends_on: vec![first.id],
        ..comment_on(desk.id("c2"), desk.connection.id, "once the first is there", true)
    };
    let dependant = desk.store.submit(asked).await.unwrap();
    let again = Action { sequence: first.sequence, ..comment_on(desk.id("c1"), desk.connection.id, "first", true) };
    let end = move |now: &Action| Some(given_up(now, Some(again)));
    let again = desk.store.end_action(first.id, Ending::default(), end, asks).await.unwrap();
    let order: Vec<_> = desk.store.unsettled(None).await.unwrap().into_iter().map(|action| action.id).collect();
    assert_eq!(order, [again.id, behind.id, dependant.id], "nothing overtakes it");
    assert_eq!(
        desk.store.action(dependant.id).await.unwrap().depends_on,
        [again.id],
        "it waits for what is sent instead"
    );
    let last = written(&desk, "last").await;
    assert!(last.sequence > dependant.sequence);
}

#[tokio::test]
async fn what_depends_on_something_given_up_asks_its_person() {
    let desk = desk().await;
    let first = written(&desk, "first").await;
    let on = |text| Action { depends_on: vec![first.id], ..comment_on(desk.id("c2"), desk.connection.id, text, true) };
    let dependant = desk.store.submit(on("then this")).await.unwrap();
    let elsewhere = written(&desk, "not at all").await;
    desk.store.end_action(first.id, Ending::default(), |now| Some(given_up(now, None)), asks).await.unwrap();
    let state = async |id| desk.store.action(id).await.unwrap().state;
    assert_eq!(state(dependant.id).await, OutboxState::NeedsPerson, "it must not be sent in silence");
    assert_eq!(state(elsewhere.id).await, OutboxState::Queued, "in the same lane is not depending on it");
    let too_late = desk.store.submit(on("or this")).await;
    assert!(matches!(too_late, Err(StoreError::Refused(_))), "{too_late:?}");
}
